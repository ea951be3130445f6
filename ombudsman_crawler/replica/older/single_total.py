"""The annual review letter of the year ending 2013: one number, and averages of other councils."""

from __future__ import annotations

from ombudsman_crawler.replica import chance
from ombudsman_crawler.replica.content import GENERATED
from ombudsman_crawler.replica.councils import Council
from ombudsman_crawler.replica.older import counts, front, prose
from ombudsman_crawler.replica.older.blocks import Ledger, Letter, Traits
from ombudsman_crawler.replica.wording import Paragraph

FORM = "single_total"

_AVERAGES = {
    "District/Borough Councils": 10,
    "Unitary Authorities": 36,
    "Metropolitan Councils": 49,
    "County Councils": 54,
    "London Boroughs": 79,
}


def compose(council: Council, year_ending: int, revision: int) -> Letter:
    """Return the letter of a council for the year."""
    ledger = Ledger(year_ending)
    received = sum(counts.subjects(council, year_ending).values()) + revision
    printed = ledger.count("received_total", received, kept=True)
    dates, address, person, post = front.blocks(council, year_ending)
    signatory, signature = front.signatory(council, year_ending)
    noun = "complaint" if received == 1 else "complaints"
    dash = chance.pick(("-", ":", "–"), "list", council.code)
    text = [
        Paragraph(
            "I am writing with our annual summary of statistics on the complaints made to the Local"
            " Government Ombudsman (LGO) about your authority for the year ended 31 March"
            f" {year_ending}. This year we have only presented the total number of complaints"
            " received and will not be providing the more detailed information that we have offered"
            " in previous years."
        ),
        Paragraph(
            "The reason for this is that we changed our business processes during the course of"
            f" {front.slashed(year_ending)} and therefore would not be able to provide you with a"
            " consistent set of data for the entire year."
        ),
        *prose.correction(revision),
        Paragraph(
            f"In {front.slashed(year_ending)} we received {printed} {noun} about your local"
            " authority. This compares to the following average number (recognising considerable"
            " population variations between authorities of a similar type):"
        ),
        *(Paragraph(f"{kind} {dash} {average} complaints") for kind, average in _AVERAGES.items()),
        Paragraph("Future statistics", True),
        Paragraph(
            "Next year’s letter will again have more detail: complaints by subject and the"
            " decisions we made. In all we registered 20,186 complaints and enquiries, 4% more than"
            " a year earlier, and 102 councils took part in our survey."
        ),
        Paragraph("Changes to our way of working", True),
        Paragraph(prose.PURPOSE),
    ]
    return Letter(
        form=FORM,
        title=front.title(year_ending),
        cover=(),
        contents=(),
        front=dates,
        date_line=front.date_line(year_ending),
        address=address,
        addressee=person,
        post=post,
        covering=(),
        prose=tuple(text),
        signatory=signatory,
        signature=signature,
        notes=(),
        sheets=(),
        disclaimer=GENERATED,
        traits=Traits(ruled=False),
        truth=ledger.truth,
        restated={},
        name_on_statistics=False,
        published=False,
    )
