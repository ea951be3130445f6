"""The tables of the annual letter: years ending up to 2008.

Three years in each table, the earlier two restated: complaints received by subject, decisions
(with the premature complaints counted apart), response times. A fourth table, of the average
response times of kinds of authorities, isn't about the council; its rows have no year.
"""

from __future__ import annotations

from ombudsman_crawler.figures.figure import Severity
from ombudsman_crawler.letters.forms import table_names as names
from ombudsman_crawler.letters.forms.form import Context, FormReading
from ombudsman_crawler.letters.forms.table_figures import TableDraft
from ombudsman_crawler.letters.part import Part
from ombudsman_crawler.letters.tables import TOTAL, Row

RESPONSE_METRICS = ("first_enquiries", "avg_response_days")
#: What the decisions table always has.
_ALWAYS = (*names.OLD_DECISIONS, TOTAL)
#: What each table is of, and the figures that it always has.
_TABLES = {
    names.RECEIVED: ("complaints received", ("received_total",)),
    names.DECIDED: ("decisions", tuple(f"decided_{key}" for key in _ALWAYS)),
    names.RESPONSE: ("response times", RESPONSE_METRICS),
}


class AnnualLetterTables:
    """See the module."""

    name = "annual_letter_tables"

    def recognise(self, part: Part) -> float:
        rows = names.rows_of(part)
        if any(row.label in names.ADVICE_ROWS for row in rows if names.RECEIVED in row.tables):
            return 0.0
        years = [row for row in rows if row.label == names.YEAR]
        received = any(len(_subjects(row)) >= 2 for row in years)
        premature = any(
            {"premature", "total_excl_premature"} & row.of(names.DECIDED).keys() for row in years
        )
        response = any(names.RESPONSE in row.tables for row in years)
        # Without a table of its own this is the form that followed, of which response times are
        # no mark either.
        return (0.5 * received + 0.4 * premature + 0.1 * response) if received or premature else 0.0

    def read(self, part: Part, context: Context) -> FormReading:
        draft = TableDraft(context)
        rows = [row for row in names.rows_of(part) if row.label == names.YEAR]
        found: set[tuple[str, int]] = set()
        for row in rows:
            year = names.year_of(row.label_text)
            if year is None or not context.year_ending - 3 <= year <= context.year_ending:
                draft.say(
                    "row_of_other_year",
                    Severity.WARNING,
                    f"a row is labelled {row.label_text!r}; it isn't read",
                )
                continue
            found.update((table, year) for table in row.tables)
            received_figures(row, year, draft)
            decision_figures(row, year, draft, _ALWAYS)
            response_figures(row, year, draft)
        years = {year for _, year in found} | {context.year_ending}
        for table, (what, metrics) in _TABLES.items():
            if not any(table == of for of, _ in found):
                draft.table_missing(f"the table of {what}", metrics)
                continue
            for year in sorted(years):
                if (table, year) not in found:
                    draft.row_missing(what, metrics, year)
        return draft.reading()


def _subjects(row: Row) -> set[str]:
    return set(row.of(names.RECEIVED)) & set(names.OLD_SUBJECTS)


def received_figures(row: Row, year: int, draft: TableDraft) -> None:
    """Write down a row of complaints received by subject."""
    cells = row.of(names.RECEIVED)
    if not cells:
        return
    for key, (column, cell) in cells.items():
        draft.add_cell(f"received_{key}", row, column, cell, year)
    if TOTAL not in cells:
        draft.add_missing("received_total", year, "Total")


def decision_figures(row: Row, year: int, draft: TableDraft, always: tuple[str, ...]) -> None:
    """Write down a row of decisions. `always`: the columns that this form never lacks."""
    cells = row.of(names.DECIDED)
    if not cells:
        return
    for key, (column, cell) in cells.items():
        draft.add_cell(f"decided_{key}", row, column, cell, year)
    for key in always:
        draft.add_missing(f"decided_{key}", year, key.replace("_", " "))


def response_figures(row: Row, year: int, draft: TableDraft) -> None:
    """Write down a row of first enquiries and days to respond."""
    cells = row.of(names.RESPONSE)
    for key, (column, cell) in cells.items():
        if key != TOTAL:
            draft.add_cell(key, row, column, cell, year)
    if cells:
        for key in RESPONSE_METRICS:
            draft.add_missing(key, year, key.replace("_", " "))
        draft.take_back_without_base("avg_response_days", ("first_enquiries",), year)
