"""The tables of the annual review with an Advice Team: years ending 2009 to 2012.

What the Advice Team did with the enquiries (rows) about each subject (columns), the Investigative
Team's decisions, response times. The decisions got other names in the year ending 2012, which are
kept apart. One year only; rows of earlier years, where a letter has them, are restated.

The rows of the first table aren't figures by subject: of each its Total is one, and of each
subject the Total row. All its cells must add up.
"""

from __future__ import annotations

from ombudsman_crawler.figures.figure import Severity
from ombudsman_crawler.letters.forms import table_names as names
from ombudsman_crawler.letters.forms.annual_letter_tables import (
    RESPONSE_METRICS,
    decision_figures,
    received_figures,
    response_figures,
)
from ombudsman_crawler.letters.forms.form import Context, FormReading
from ombudsman_crawler.letters.forms.table_figures import TableDraft, number
from ombudsman_crawler.letters.part import Part
from ombudsman_crawler.letters.tables import TOTAL, Row

_OLD_DECISIONS = (*names.OLD_DECISIONS[:7], TOTAL)
_DECISIONS_OF_2012 = (*names.DECISIONS_OF_2012[:3], TOTAL)
_NEW_NAMES = 2012  # the year ending from which the decisions have other names
_ADVICE_METRICS = (
    "advice_team_premature",
    "advice_team_advice_given",
    "advice_team_forwarded",
    "received_total",
)


class AdviceTeamTables:
    """See the module."""

    name = "advice_team_tables"

    def recognise(self, part: Part) -> float:
        rows = names.rows_of(part)
        advice = any(_is_advice(row) for row in rows)
        new_names = any(_has_new_names(row) for row in rows)
        old_names = any(_has_old_names(row) for row in rows)
        response = any(names.RESPONSE in row.tables for row in rows)
        if not advice and not new_names:
            return 0.0
        return 0.6 * (advice or new_names) + 0.3 * (old_names or new_names) + 0.1 * response

    def read(self, part: Part, context: Context) -> FormReading:
        draft = TableDraft(context)
        rows = names.rows_of(part)
        advice = [row for row in rows if _is_advice(row) or _is_total_of_advice(row)]
        if advice:
            _advice_figures(advice, draft)
        else:
            draft.table_missing(
                "the Advice Team's table of enquiries and complaints received", _ADVICE_METRICS
            )
        decided = response = False
        for row in rows:
            year = context.year_ending
            if row.label == names.YEAR:
                year = names.year_of(row.label_text) or year
            elif row.label is not None and names.RECEIVED in row.tables:
                continue
            if not context.year_ending - 3 <= year <= context.year_ending:
                draft.say(
                    "row_of_other_year",
                    Severity.WARNING,
                    f"a row is labelled {row.label_text!r}; it isn't read",
                )
                continue
            always = _DECISIONS_OF_2012 if _has_new_names(row) else _OLD_DECISIONS
            decision_figures(row, year, draft, always)
            _say_unverified(row, draft)
            response_figures(row, year, draft)
            decided = decided or (names.DECIDED in row.tables and year == context.year_ending)
            response = response or (names.RESPONSE in row.tables and year == context.year_ending)
        if not decided:
            expected = _OLD_DECISIONS if context.year_ending < _NEW_NAMES else _DECISIONS_OF_2012
            draft.table_missing(
                "the Investigative Team's table of decisions",
                [f"decided_{key}" for key in expected],
            )
        if not response:
            draft.table_missing("the table of response times", RESPONSE_METRICS)
        return draft.reading()


def _is_advice(row: Row) -> bool:
    return names.RECEIVED in row.tables and row.label in names.ADVICE_ROWS


def _is_total_of_advice(row: Row) -> bool:
    return names.RECEIVED in row.tables and row.label == names.ALL


def _has_new_names(row: Row) -> bool:
    return len(row.of(names.DECIDED).keys() & set(names.DECISIONS_OF_2012)) >= 2


def _has_old_names(row: Row) -> bool:
    keys = row.of(names.DECIDED).keys()
    return len(keys & set(names.OLD_DECISIONS)) >= 3 and "premature" not in keys


def _say_unverified(row: Row, draft: TableDraft) -> None:
    for key in row.of(names.DECIDED):
        if key in names.UNVERIFIED:
            draft.say(
                "heading_unverified",
                Severity.NOTE,
                "this heading was never seen in a public copy of a letter",
                metric=f"decided_{key}",
            )


def _advice_figures(rows: list[Row], draft: TableDraft) -> None:
    year = draft.context.year_ending
    parts = [row for row in rows if row.label != names.ALL]
    for row in parts:
        cells = row.of(names.RECEIVED)
        metric = f"advice_team_{row.label}"
        if TOTAL not in cells:
            draft.add_missing(metric, year, "Total")
            continue
        column, cell = cells[TOTAL]
        draft.add_cell(metric, row, column, cell, year)
        across = sum(number(one) or 0 for key, (_, one) in cells.items() if key != TOTAL)
        draft.adds_up([metric], "the row's total", "its cells", across == (number(cell) or 0), year)
    labels = {row.label for row in parts}
    for label in (names.PREMATURE, names.ADVICE):
        if label not in labels:
            draft.add_missing(f"advice_team_{label}", year, label.replace("_", " "))
    if not labels & {names.FORWARDED, names.RESUBMITTED, names.NEW}:
        draft.add_missing("advice_team_forwarded", year, "Forwarded to investigative team")
    elif names.FORWARDED not in labels:
        for label in (names.RESUBMITTED, names.NEW):
            draft.add_missing(f"advice_team_{label}", year, label.replace("_", " "))
    totals = [row for row in rows if row.label == names.ALL]
    if not totals:
        draft.add_missing("received_total", year, "Total")
        return
    received_figures(totals[0], year, draft)
    for key, (_, whole) in totals[0].of(names.RECEIVED).items():
        down = sum(number(row.of(names.RECEIVED).get(key, (None, None))[1]) or 0 for row in parts)
        draft.adds_up(
            [f"received_{key}"],
            "the Total row's number",
            "those above it",
            down == (number(whole) or 0),
            year,
        )
