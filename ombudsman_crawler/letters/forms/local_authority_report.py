"""The Local Authority Report: years ending 2014 to 2018.

Complaints and enquiries received by category, decisions made (upheld and not upheld as today), one
row each; from 2016 on the uphold rate among the decisions and how complaints were remedied. The
uphold rate has no base where nothing was investigated, whatever is printed in its cell.
"""

from __future__ import annotations

from ombudsman_crawler.figures.figure import Severity
from ombudsman_crawler.letters.forms import table_names as names
from ombudsman_crawler.letters.forms.annual_letter_tables import received_figures
from ombudsman_crawler.letters.forms.form import Context, FormReading
from ombudsman_crawler.letters.forms.table_figures import TableDraft
from ombudsman_crawler.letters.part import Part
from ombudsman_crawler.letters.tables import TOTAL, Row

_METRICS = {
    "upheld": "upheld_decisions",
    "not_upheld": "not_upheld_decisions",
    "uphold_rate": "uphold_rate",
}
_ALWAYS = (*(key for key in names.NEW_DECISIONS if key != "uphold_rate"), TOTAL)
_REMEDIES = ("remedied_by_lgo", "remedied_by_authority")
# From 2016 on the report has an uphold rate and a table of remedies.
_WITH_RATE = 2016


class LocalAuthorityReport:
    """See the module."""

    name = "local_authority_report"

    def recognise(self, part: Part) -> float:
        rows = names.rows_of(part)
        received = any(_is_received(row) for row in rows)
        decided = any(_has(row, names.DECIDED, names.NEW_DECISIONS) for row in rows)
        return 0.5 * received + 0.5 * decided

    def read(self, part: Part, context: Context) -> FormReading:
        draft = TableDraft(context)
        year = context.year_ending
        received = decided = remedied = False
        for row in names.rows_of(part):
            if row.label == names.YEAR and names.year_of(row.label_text) not in (None, year):
                draft.say(
                    "row_of_other_year",
                    Severity.WARNING,
                    f"a row is labelled {row.label_text!r}; it isn't read",
                )
                continue
            if _is_received(row):
                received = True
                received_figures(row, year, draft)
            if _has(row, names.DECIDED, names.NEW_DECISIONS):
                decided = True
                _decisions(row, year, draft)
            if names.REMEDIED in row.tables:
                remedied = True
                _remedies(row, year, draft)
        if not received:
            draft.table_missing(
                "the table of complaints and enquiries received", ["received_total"]
            )
        if not decided:
            draft.table_missing(
                "the table of decisions made",
                [_METRICS.get(key, f"decided_{key}") for key in _ALWAYS],
            )
        if year >= _WITH_RATE:
            draft.add_missing("uphold_rate", year, "Uphold Rate")
            if not remedied:
                _no_remedies(part, year, draft)
        draft.take_back_without_base(
            "uphold_rate", ("upheld_decisions", "not_upheld_decisions"), year
        )
        return draft.reading()


def _is_received(row: Row) -> bool:
    """Whether a row is of the categories since 2014; some are called as they were before."""
    own = row.of(names.RECEIVED).keys() & (set(names.NEW_SUBJECTS) - set(names.OLD_SUBJECTS))
    return bool(own) and _has(row, names.RECEIVED, names.NEW_SUBJECTS)


def _has(row: Row, table: str, keys: tuple[str, ...]) -> bool:
    return len(row.of(table).keys() & set(keys)) >= 3


def _decisions(row: Row, year: int, draft: TableDraft) -> None:
    for key, (column, cell) in row.of(names.DECIDED).items():
        draft.add_cell(_METRICS.get(key, f"decided_{key}"), row, column, cell, year)
    for key in _ALWAYS:
        draft.add_missing(_METRICS.get(key, f"decided_{key}"), year, key.replace("_", " "))


def _remedies(row: Row, year: int, draft: TableDraft) -> None:
    for key, (column, cell) in row.of(names.REMEDIED).items():
        if key != TOTAL:
            draft.add_cell(key, row, column, cell, year)
    for metric in _REMEDIES:
        draft.add_missing(metric, year, metric.replace("_", " "))


def _no_remedies(part: Part, year: int, draft: TableDraft) -> None:
    """Write down the remedies where no number of theirs was found: their cells may be empty."""
    row = names.empty_remedies(part)
    if row is None:
        draft.table_missing("the table of complaints remedied", _REMEDIES)
        return
    _remedies(row, year, draft)
    if draft.value("upheld_decisions"):
        for metric in _REMEDIES:
            draft.say(
                "table_without_numbers",
                Severity.WARNING,
                "complaints were upheld, and the table of those remedied has no number",
                metric=metric,
            )
