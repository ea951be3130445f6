"""The local authority report of the years ending 2014 to 2018: received by category, decided.

Until 2015 without an uphold rate; from 2016 with the rate and the complaints remedied.
"""

from __future__ import annotations

from ombudsman_crawler.replica import chance
from ombudsman_crawler.replica.content import GENERATED
from ombudsman_crawler.replica.councils import Council
from ombudsman_crawler.replica.older import counts, front, prose
from ombudsman_crawler.replica.older.annual_letter_tables import printed_name
from ombudsman_crawler.replica.older.blocks import Ledger, Letter, Sheet, Table, Traits
from ombudsman_crawler.replica.wording import Paragraph, in_words

FORM = "local_authority_report"
FIRST_YEAR_WITH_RATE = 2016


def traits(council: Council, year_ending: int) -> Traits:
    """Return how this letter's statistics are laid out."""
    key = (council.code, year_ending)
    return Traits(
        blank_zeros=chance.share("blank zeros", *key) < 0.25,
        whole_rows=chance.share("whole rows", *key) < 0.45,
        landscape=chance.share("landscape", *key) < 0.85,
        turned=chance.share("turned", *key) < 0.3,
        upright_headings=chance.share("upright headings", *key) < 0.12,
        split=chance.share("split", *key) < 0.15,
        ruled=chance.share("ruled", *key) < 0.7,
    )


def compose(council: Council, year_ending: int, revision: int) -> Letter:
    """Return the letter of a council for a year."""
    style = traits(council, year_ending)
    ledger = Ledger(year_ending, style.blank_zeros)
    dates, address, person, post = front.blocks(council, year_ending)
    signatory, signature = front.signatory(council, year_ending)
    found = counts.outcomes(council, year_ending, revision)
    tables: list[Table] = [_received(council, ledger, revision)]
    if year_ending < FIRST_YEAR_WITH_RATE:
        tables.append(_decided_without_rate(found, ledger))
        head = (
            f"Local authority report - {printed_name(council)}",
            f"for the period ending - 31/03/{year_ending}",
            "For further information on interpretation of statistics click on this link to go to"
            " http://www.lgo.org.uk/publications/annual-report/note-interpretation-statistics/",
        )
    else:
        tables += _decided_with_rate(council, found, ledger)
        head = (
            f"Local Authority Report: {printed_name(council)}",
            f"For the Period Ending: 31/03/{year_ending}",
            "For further information on how to interpret our statistics, please visit our website:"
            " http://www.lgo.org.uk/information-centre/reports/annual-review-reports/interpreting",
        )
    reports = _reports(council, year_ending)
    if reports:
        ledger.truth["public_reports"] = reports
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
        prose=tuple(_prose(year_ending, reports, revision)),
        signatory=signatory,
        signature=signature,
        notes=(),
        # Split here is the decisions table on a page of its own; it is one row and stays whole.
        sheets=(Sheet(head, tuple(tables), frozenset({1}) if style.split else frozenset()),),
        disclaimer=GENERATED,
        traits=style,
        truth=ledger.truth,
        restated={},
        name_on_statistics=True,
        published=False,
    )


def has_other(council: Council, year_ending: int) -> bool:
    """Whether the received table has a column "Other": all from 2016, some before."""
    return year_ending >= FIRST_YEAR_WITH_RATE or chance.share("other", council.code) < 0.4


def _received(council: Council, ledger: Ledger, revision: int) -> Table:
    year = ledger.year_ending
    found = dict(counts.categories(council, year, with_other=has_other(council, year)))
    found["received_corporate_and_other_services"] += revision
    headings = dict(counts.CATEGORIES)
    if year < FIRST_YEAR_WITH_RATE or chance.share("environmental", council.code) < 0.3:
        long = "Environmental Services & Public Protection & Regulation"
        headings["received_environment_services"] = long
    cells = [ledger.count(metric, count) for metric, count in found.items()]
    cells.append(ledger.count("received_total", sum(found.values()), kept=True))
    return Table(
        "Complaints and enquiries received",
        (*(headings[metric] for metric in found), "Total"),
        (("", tuple(cells)),),
        label_share=0.0,
    )


def _decided_without_rate(found: counts.Outcomes, ledger: Ledger) -> Table:
    detailed = found.upheld + found.not_upheld
    cells = (
        ledger.count("upheld_decisions", found.upheld, kept=not detailed),
        ledger.count("not_upheld_decisions", found.not_upheld, kept=not detailed),
        ledger.count("decided_advice_given", found.advice),
        ledger.count("decided_closed_after_initial_enquiries", found.closed),
        ledger.count("decided_incomplete_or_invalid", found.invalid),
        ledger.count("decided_referred_back_for_local_resolution", found.referred),
        ledger.count("decided_total", found.total, kept=True),
    )
    return Table(
        "Decisions made",
        (
            "Upheld", "Not Upheld", "Advice Given", "Closed after Initial Enquiries",
            "Incomplete/Invalid", "Referred Back for Local Resolution", "Total",
        ),
        (("", cells),),
        groups=(("Detailed Investigations Carried Out", 0, 1),),
        label_share=0.0,
    )  # fmt: skip


def _decided_with_rate(council: Council, found: counts.Outcomes, ledger: Ledger) -> list[Table]:
    key = (council.code, ledger.year_ending)
    detailed = found.upheld + found.not_upheld
    instead = chance.pick(("0%", "", "N/A"), "no rate", *key)
    rate = chance.pick(("Uphold Rate", "Upheld Rate"), "rate", council.code)
    cells = (
        ledger.count("decided_incomplete_or_invalid", found.invalid),
        ledger.count("decided_advice_given", found.advice),
        ledger.count("decided_referred_back_for_local_resolution", found.referred),
        ledger.count("decided_closed_after_initial_enquiries", found.closed),
        ledger.count("not_upheld_decisions", found.not_upheld, kept=not detailed),
        ledger.count("upheld_decisions", found.upheld, kept=not detailed),
        ledger.percent("uphold_rate", found.uphold_rate, instead),
        ledger.count("decided_total", found.total, kept=True),
    )
    decided = Table(
        "Decisions made",
        (
            "Incomplete or Invalid", "Advice Given", "Referred back for Local Resolution",
            "Closed After Initial Enquiries", "Not Upheld", "Upheld", rate, "Total",
        ),
        (("", cells),),
        groups=(("Detailed Investigations", 4, 6),) if chance.share("group", *key) < 0.6 else (),
        label_share=0.0,
        after=(
            "Notes",
            "Our uphold rate is calculated in relation to the total number of detailed"
            " investigations.",
            "The number of remedied complaints may not equal the number of upheld complaints. This"
            " is because, while we may uphold a complaint because we find fault, we may not always"
            " find grounds to say that fault caused injustice that ought to be remedied.",
        ),
    )  # fmt: skip
    remedied = Table(
        "Complaints Remedied",
        ("by LGO", "Satisfactorily by Authority before LGO Involvement"),
        (
            (
                "",
                (
                    ledger.count("remedied_by_lgo", found.by_ombudsman),
                    ledger.count("remedied_by_authority", found.by_authority),
                ),
            ),
        ),
        label_share=0.0,
        width_share=0.4,
    )
    return [decided, remedied]


def _reports(council: Council, year_ending: int) -> int | None:
    """Return how many public reports the letter tells of; None where it is silent."""
    key = (council.code, year_ending)
    if chance.share("older reports", *key) >= 0.15:
        return None
    return chance.whole(1, 3, "how many older reports", *key)


def _prose(year_ending: int, reports: int | None, revision: int) -> list[Paragraph]:
    office = front.ombudsman(year_ending)
    parts = [
        Paragraph(
            f"I write to you with our annual summary of statistics on the complaints made to the"
            f" {office} (LGO) about your authority for the year ended 31 March {year_ending}."
        ),
        *prose.correction(revision),
        Paragraph(
            "The enclosed tables present the number of complaints and enquiries received about your"
            " authority and the decisions we made during the period. I hope that this information"
            " will prove helpful in assessing your authority’s performance in handling complaints."
        ),
    ]
    if reports:
        noun = "report" if reports == 1 else "reports"
        parts.append(
            Paragraph(
                f"This year, we issued {in_words(reports)} public {noun} about your Council. We"
                " found delay and poor records, and recommended payments of £750 each to the 12"
                " people affected."
            )
        )
    parts.append(Paragraph("Complaint statistics", True))
    if year_ending == 2014:
        parts.append(
            Paragraph(
                "In April 2014 we began to describe our decisions as upheld or not upheld, and this"
                " letter does so for the whole year. The figures are therefore not comparable with"
                " those of previous years."
            )
        )
    if year_ending >= FIRST_YEAR_WITH_RATE:
        parts.append(
            Paragraph(
                "This year, we have provided the uphold rate and the number of complaints remedied,"
                " by us or by your authority before we were involved. Nationally we upheld 54% of"
                " the complaints that we investigated in detail."
            )
        )
    parts += [
        Paragraph(
            "The volume of complaints does not by itself indicate the quality of the council’s"
            " performance. Our figures include enquiries from people we signpost back to your"
            " authority, some of whom may never contact you, so that they may not match your own."
        ),
        Paragraph("Supporting local scrutiny", True),
        Paragraph(prose.PURPOSE),
    ]
    if year_ending == 2018:
        parts += [
            Paragraph("Future development of annual review letters", True),
            Paragraph(
                "From next year the letter will say more about what was put right, and less about"
                " how many complaints there were."
            ),
        ]
    return [
        *parts,
        Paragraph("Complaint handling training", True),
        Paragraph(
            f"In {front.slashed(year_ending)} we delivered {chance.whole(40, 110, year_ending)}"
            " courses, training more than 800 people."
        ),
    ]
