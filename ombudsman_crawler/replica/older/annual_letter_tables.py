"""The annual letter of the years ending 2005 to 2008: tables of three years, by subject.

Complaints received by subject area, decisions, response times, each with this year and the two
before; then how quickly other authorities answered, which says nothing about the council.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ombudsman_crawler.replica import chance
from ombudsman_crawler.replica.content import GENERATED, PUBLISHED
from ombudsman_crawler.replica.councils import Council
from ombudsman_crawler.replica.figures import published
from ombudsman_crawler.replica.older import counts, front, prose
from ombudsman_crawler.replica.older.blocks import Ledger, Letter, Row, Sheet, Table, Traits
from ombudsman_crawler.replica.wording import Paragraph

FORM = "annual_letter_tables"


def traits(council: Council, year_ending: int) -> Traits:
    """Return how this letter's statistics are laid out."""
    key = (council.code, year_ending)
    return Traits(
        blank_zeros=chance.share("blank zeros", *key) < 0.3,
        whole_rows=chance.share("whole rows", *key) < 0.4,
        landscape=chance.share("landscape", *key) < 0.35,
        turned=chance.share("turned", *key) < 0.4,
        upright_headings=chance.share("upright headings", *key) < 0.15,
        split=chance.share("split", *key) < 0.15,
        bare=chance.share("bare", *key) < 0.25,
        ruled=chance.share("ruled", *key) < 0.6,
    )


def compose(council: Council, year_ending: int, revision: int) -> Letter:
    """Return the letter of a council for a year."""
    style = traits(council, year_ending)
    ledger = Ledger(year_ending, style.blank_zeros)
    years = (year_ending, year_ending - 1, year_ending - 2)
    is_published = not revision and any((council.code, year) in published() for year in years)
    by_subject = {year: _subjects(council, year, year_ending) for year in years}
    by_subject[year_ending]["received_other"] += revision
    dates, address, person, post = front.blocks(council, year_ending)
    signatory, signature = front.signatory(council, year_ending)
    booklet = year_ending == 2008
    title = front.title(year_ending)
    head = (
        f"LOCAL AUTHORITY REPORT - {front.short_name(council)}",
        f"For the period ending 31/03/{year_ending}",
    )
    tables = _tables(council, by_subject, ledger)
    breaks: frozenset[int] = frozenset()
    if style.split:
        received = tables[0]
        tables[0:1] = [
            replace(received, rows=received.rows[:2]),
            replace(received, title="", rows=received.rows[2:], headed=not style.bare),
        ]
        breaks = frozenset({1})
    covering: tuple[Paragraph, ...] = ()
    if booklet:
        covering = (
            Paragraph("I am pleased to enclose our annual letter for the year."),
            Paragraph(prose.PURPOSE),
        )
    return Letter(
        form=FORM,
        title=title,
        cover=front.cover(council, year_ending) if booklet else (),
        contents=(),
        front=dates,
        date_line=front.date_line(year_ending),
        address=address,
        addressee=person,
        post=post,
        covering=covering,
        prose=tuple(_prose(council, year_ending, by_subject, revision)),
        signatory=signatory,
        signature=signature,
        notes=(
            Paragraph("Notes to assist interpretation of the statistics", heading=True),
            *(Paragraph(note) for note in prose.NOTES),
        ),
        sheets=(Sheet(head, tuple(tables), breaks),),
        disclaimer=PUBLISHED if is_published else GENERATED,
        traits=style,
        truth=ledger.truth,
        restated=ledger.restated,
        name_on_statistics=True,
        published=is_published,
    )


def has_social_services(council: Council, year_ending: int) -> bool:
    """Whether the letter has one column for social services instead of those for adults and
    children, as older letters do."""
    return (
        year_ending <= 2006
        and council.kind != "district"
        and (council.code, year_ending) not in published()
        and chance.share("social services", council.code) < 0.4
    )


def _subjects(council: Council, year: int, of_letter: int) -> dict[str, int]:
    """Return a year's complaints by subject in the columns of a letter."""
    found = dict(counts.subjects(council, year))
    generated = (council.code, year) not in published()
    if year < of_letter and generated and chance.share("restated", council.code, of_letter) < 0.15:
        # Counted again since: one more than the letter of that year had.
        found["received_other"] += 1
    if has_social_services(council, of_letter):
        adults = found.pop("received_adult_care_services", 0)
        children = found.pop("received_children_and_family_services", 0)
        found[counts.SOCIAL_SERVICES] = adults + children
        # In the alphabet of headings it comes before transport.
        found["received_transport_and_highways"] = found.pop("received_transport_and_highways")
    return found


def _tables(council: Council, by_subject: dict[int, dict[str, int]], ledger: Ledger) -> list[Table]:
    this = ledger.year_ending

    def rows(cells: Callable[[int], tuple[str, ...]]) -> tuple[Row, ...]:
        return tuple((_row_label(year, this), cells(year)) for year in by_subject)

    def received(year: int) -> tuple[str, ...]:
        found = by_subject[year]
        cells = [ledger.count(metric, count, year=year) for metric, count in found.items()]
        total = ledger.count("received_total", sum(found.values()), year=year, kept=True)
        return (*cells, total)

    def decided(year: int) -> tuple[str, ...]:
        found = counts.decisions(council, year)
        return (
            *(ledger.count(metric, count, year=year) for metric, count in found.outcomes.items()),
            ledger.count("decided_premature", found.premature, year=year),
            ledger.count(
                "decided_total_excl_premature", found.excluding_premature, year=year, kept=True
            ),
            ledger.count("decided_total", found.total, year=year, kept=True),
        )

    def answered(year: int) -> tuple[str, ...]:
        return response_cells(council, year, ledger)

    headings = counts.SUBJECTS | {counts.SOCIAL_SERVICES: "Social services"}
    subjects = tuple(headings[metric] for metric in by_subject[this])
    return [
        Table(
            "Complaints received by subject area", (*subjects, "Total"), rows(received),
            label_share=0.17,
        ),
        Table(
            "Decisions",
            (*counts.DECISIONS.values(), "Premature complaints", "Total excl premature", "Total"),
            rows(decided),
            label_share=0.17,
            after=("See attached notes for an explanation of the headings in this table.",),
        ),
        response_table(rows(answered)),
        others_table(this),
    ]  # fmt: skip


def _row_label(year: int, of_letter: int) -> str:
    if year == of_letter:
        return f"01/04/{(year - 1) % 100:02d} - 31/03/{year % 100:02d}"
    return front.slashed(year)


def response_cells(council: Council, year: int, ledger: Ledger) -> tuple[str, str]:
    """Return the cells of the response times of a year."""
    enquiries, days = counts.response_times(council, year)
    # Without enquiries there is no average, whatever is printed for it.
    instead = chance.pick(("", "0.0", "N/A"), "no average", council.code)
    return (
        ledger.count("first_enquiries", enquiries, year=year, kept=True),
        ledger.decimal("avg_response_days", days, instead, year=year),
    )


def response_table(rows: tuple[Row, ...]) -> Table:
    """Return the table of the council's response times."""
    return Table(
        "",
        ("No. of First Enquiries", "Avg no. of days to respond"),
        rows,
        corner="Response times",
        groups=(("FIRST ENQUIRIES", 0, 1),),
        label_share=0.36,
        width_share=0.55,
    )


def others_table(year_ending: int) -> Table:
    """Return the table of other authorities' response times."""
    start, end = f"01/04/{year_ending - 1}", f"31/03/{year_ending}"
    return Table(
        f"Average local authority response times {start} to {end}",
        ("<= 28 days %", "29 - 35 days %", ">= 36 days %"),
        prose.others_response_times(year_ending),
        corner="Types of authority",
        label_share=0.4,
        width_share=0.72,
    )


def _prose(
    council: Council, year_ending: int, by_subject: dict[int, dict[str, int]], revision: int
) -> list[Paragraph]:
    decided = counts.decisions(council, year_ending)
    enquiries, days = counts.response_times(council, year_ending)
    this, before = (sum(by_subject[year].values()) for year in (year_ending, year_ending - 1))
    reports = sum(
        decided.outcomes[metric]
        for metric in ("decided_mi_reports", "decided_m_reports", "decided_nm_reports")
    )
    issued = (
        "We did not issue a report against your Council"
        if not reports
        else f"We issued {prose.many(reports, 'report')} against your Council"
    )
    premature = prose.many(decided.premature, "complaint")
    parts = (
        (f"{front.title(year_ending)} - Introduction", True),
        (
            "The aim of the annual letter is to provide a summary of information on the complaints"
            f" about {printed_name(council)} that we received in the year ended 31 March"
            f" {year_ending}. Two attachments form part of this letter: statistics for a three year"
            " period and a note to help with their interpretation.",
            False,
        ),
        ("Complaints received", True),
        ("Volume", True),
        (prose.volume(this, before), False),
        ("Character", True),
        (prose.character(council, year_ending, by_subject[year_ending]), False),
        ("Decisions on complaints", True),
        ("Reports and local settlements", True),
        (
            f"{issued} during the year. "
            + prose.settlements(decided.outcomes["decided_local_settlement"]),
            False,
        ),
        ("Other findings", True),
        (
            f"We made {prose.many(decided.total, 'decision')} in all. Of these, {premature}"
            " came to us before your Council had had a chance to consider the matter.",
            False,
        ),
        ("Your Council’s complaints procedure and handling of complaints", True),
        (prose.response(enquiries, days), False),
        ("Liaison with the Local Government Ombudsman", True),
        (prose.liaison(council, year_ending), False),
        ("Training in complaint handling", True),
        (prose.TRAINING, False),
        ("LGO developments", True),
        (prose.DEVELOPMENTS, False),
        ("Conclusions and general observations", True),
        (prose.conclusion(year_ending), False),
    )
    found = [Paragraph(text, heading) for text, heading in parts]
    found[2:2] = prose.correction(revision)
    return found


def printed_name(council: Council) -> str:
    """Return the council's name as the letters print it."""
    return council.name.replace("'", "’")
