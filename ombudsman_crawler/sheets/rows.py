"""The rows below a table's headings: whose each is, and its figures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from ombudsman_crawler import matching, metrics
from ombudsman_crawler.sheets.header import Header
from ombudsman_crawler.sheets.headings import BESIDE, NAME
from ombudsman_crawler.sheets.sheet import Cell, Sheet
from ombudsman_crawler.sheets.table import TableFigure, TableFinding, TableRow

_TOTAL = re.compile(
    r"^\W*(?:(?:grand|sub|overall|national|column)[\s-]*)?(?:totals?|averages?|mean|median|sum)\b"
    r"|^\W*(?:all|total of all) (?:english |local )?(?:authorities|councils|bodies)\b"
    r"|\b(?:average|totals?)\W*$|^\W*(?:england|national)\W*$",
    re.IGNORECASE,
)
# Longer than any name; what stands there is a note.
_LONGEST_NAME = 130
_NOT_APPLICABLE = re.compile(r"n\.? ?/? ?a\.?|not applicable", re.IGNORECASE)
_NOT_DUE = re.compile(r"(?:no(?:ne)?|nothing)\b.*\bdue\b.*|not due", re.IGNORECASE)
_DASH = re.compile(r"[-–—‐‑:.]{1,3}")

#: What each rate is taken of and by: the share, and the parts of the whole, of which the first
#: list that a table has counts.
_RATES = {
    "uphold_rate": (
        "upheld_decisions",
        (("detailed_investigations",), ("upheld_decisions", "not_upheld_decisions")),
    ),
    "compliance_rate": (None, (("compliance_outcomes",),)),
    "satisfactory_remedy_rate": (
        "satisfactory_remedy_decisions",
        (("satisfactory_remedy_base",), ("upheld_decisions",)),
    ),
}
#: What adds up to a total, where a table has all of it.
_TOTALS = {
    "received_total": "received_",
    "decided_total": ("decided_", "upheld_decisions", "not_upheld_decisions"),
    "complaints_dealt_with": ("not_for_us", "assessed_and_closed", "detailed_investigations"),
}


def read(sheet: Sheet, header: Header, year_ending: int, columns: dict[int, str]) -> list[TableRow]:
    """Read every row of a sheet that isn't empty; `columns` are the metrics of the columns (from 0)
    that can be read."""
    scales = {place: _scale(sheet, header, place, metric) for place, metric in columns.items()}
    rows = []
    for index, cells in enumerate(sheet.rows):
        if not any(cells):
            continue
        printed = tuple(None if cell is None or cell.filled else cell.text for cell in cells)
        row = TableRow(index + 1, printed)
        if index > header.last:
            row = _of_body(row, cells, sheet, header, year_ending, columns, scales)
        rows.append(row)
    return _once_each(rows)


def _of_body(
    row: TableRow,
    cells: tuple[Cell | None, ...],
    sheet: Sheet,
    header: Header,
    year_ending: int,
    columns: dict[int, str],
    scales: dict[int, int | None],
) -> TableRow:
    named = _at(cells, header.name)
    inside = [_at(cells, place) for place in columns]
    numbers = sum(cell is not None and cell.number is not None for cell in inside)
    if named is None:
        if numbers:
            finding = TableFinding(
                "row_without_name", "warning", f"row {row.number} has numbers and no name"
            )
            return replace(row, findings=(finding,))
        return row
    name = matching.without_footnote(named.text)
    if not name or len(name) > _LONGEST_NAME or named.number is not None or _TOTAL.search(name):
        return row
    found = matching.match(name, year_ending=year_ending)
    empty = not any(inside)
    if not numbers and found.how not in ("exact", "known_name"):
        # A heading between groups of bodies, or a note below the table.
        return row
    if empty and named.filled:
        return row
    findings = []
    if found.how == "fuzzy":
        message = f'"{name}" is taken for {found.authority}: {found.explanation}'
        findings.append(TableFinding("name_matched_loosely", "warning", message))
    elif found.how == "new" and (found.like_council or found.explanation.startswith("may be")):
        message = f"\"{name}\" is like a council's name and no authority's: {found.explanation}"
        findings.append(TableFinding("council_not_known", "warning", message))
    figures = []
    for place, metric in columns.items():
        where = _where(sheet, row.number, name, header.columns[place].heading, place)
        figure, finding = _figure(_at(cells, place), metric, scales[place], where)
        figures.append(figure)
        if finding is not None:
            findings.append(finding)
    figures, more = _held_together(figures)
    return replace(
        row,
        name=name,
        authority=found.authority,
        matched_by=found.how,
        figures=tuple(figures),
        findings=(*findings, *more),
    )


def _at(cells: tuple[Cell | None, ...], place: int | None) -> Cell | None:
    return cells[place] if place is not None and place < len(cells) else None


def _where(sheet: Sheet, number: int, name: str, heading: str, place: int) -> str:
    """Say in words where a cell stands."""
    inside = f'sheet "{sheet.name}", ' if sheet.name else ""
    column = f'"{heading}"' if heading else f"{place + 1}"
    return f'{inside}row {number} "{name}", column {column}'


# -- one cell ------------------------------------------------------------------


def _scale(sheet: Sheet, header: Header, place: int, metric: str) -> int | None:
    """Return what a column's numbers without a percent sign are to be multiplied by: 100 where a
    column of percentages holds shares of 1; None where that can't be told."""
    if metrics.load()[metric].unit != "percent":
        return 1
    found = [
        cell
        for row in sheet.rows[header.last + 1 :]
        if (cell := _at(row, place)) is not None and cell.number is not None
    ]
    bare = [cell.number for cell in found if not cell.percent and cell.number is not None]
    if any(number > 1 for number in bare) or not any(bare):
        return 1
    if len(bare) == len(found) and any(0 < number < 1 for number in bare):
        return 100
    return None


def _figure(
    cell: Cell | None, metric: str, scale: int | None, where: str
) -> tuple[TableFigure, TableFinding | None]:
    """Read one cell: its figure, and what is to be said of it."""
    if cell is None:
        return TableFigure(metric, None, "blank", None, f"{where}: empty"), None
    text = f"{where}: {cell.text}"
    percent = metrics.load()[metric].unit == "percent"

    def absent(absence: str) -> TableFigure:
        return TableFigure(metric, None, absence, cell.text, text)

    def told(code: str, message: str) -> TableFinding:
        return TableFinding(code, "warning", f"{message}: {where}: {cell.text}", metric)

    if cell.lost:
        return absent("not_in_text"), told("formula_without_value", "a formula's value isn't saved")
    if cell.number is None:
        if _NOT_APPLICABLE.fullmatch(cell.text):
            return absent("not_applicable"), None
        if _NOT_DUE.fullmatch(cell.text):
            return absent("not_due"), None
        if _DASH.fullmatch(cell.text):
            return absent("blank"), None
        return absent("not_in_text"), told("number_qualified", "no plain number")
    if cell.percent and not percent:
        return absent("not_in_text"), told("stray_percent", "a percentage in a column of numbers")
    if percent and not cell.percent and scale is None and cell.number:
        return absent("not_in_text"), told("cell_ambiguous", "a percentage or a share of 1")
    value = cell.number
    if percent and not cell.percent and scale == 100:
        value = float(Decimal(repr(value)) * 100)
    finding = None
    whole = metrics.load()[metric].unit != "count" or value == int(value)
    if value < 0 or not whole or (percent and value > 100):
        finding = told("out_of_range", "no number of this kind can be this")
    return TableFigure(metric, value, None, cell.text, text), finding


# -- one row -------------------------------------------------------------------


def _held_together(figures: list[TableFigure]) -> tuple[list[TableFigure], list[TableFinding]]:
    """Hold a row's rates and totals against its counts. A rate of nothing has no base, whatever is
    printed."""
    values = {figure.metric: figure.value for figure in figures}
    findings = []
    kept = []
    for figure in figures:
        share, base = _base(figure.metric, values)
        if base == 0 and not figure.value:
            kept.append(replace(figure, value=None, absence="no_base"))
            continue
        kept.append(figure)
        if figure.value is None or base is None:
            continue
        if base == 0:
            message = f"a rate of {figure.value_text} is printed although there is nothing"
            findings.append(TableFinding("contradicts_itself", "warning", message, figure.metric))
        elif share is not None and abs(figure.value - 100 * share / base) > 0.5 + 1e-9:
            message = f"{figure.value_text} is printed, {share:g} of {base:g} are {100 * share / base:.1f}%"
            findings.append(
                TableFinding("rate_contradicts_counts", "warning", message, figure.metric)
            )
    for total, parts in _TOTALS.items():
        terms = [
            value
            for metric, value in values.items()
            if metric.startswith(parts) and metric != total
        ]
        whole = values.get(total)
        if whole is None or len(terms) < 2 or None in terms:
            continue
        added = sum(term for term in terms if term is not None)
        if added > whole or (added != whole and _complete(total, values)):
            message = f"the parts are {added:g} together, {whole:g} is printed"
            findings.append(TableFinding("table_does_not_add_up", "warning", message, total))
    return kept, findings


def _complete(total: str, values: dict[str, float | None]) -> bool:
    """Whether a row has all the parts that a total is known to have."""
    if total == "complaints_dealt_with":
        return all(part in values for part in _TOTALS[total])
    if total == "decided_total":
        return {"decided_closed_after_initial_enquiries", "upheld_decisions",
                "not_upheld_decisions", "decided_advice_given", "decided_incomplete_or_invalid",
                "decided_referred_back_for_local_resolution"} <= values.keys()  # fmt: skip
    return sum(metric.startswith("received_") for metric in values) >= 9


def _base(metric: str, values: dict[str, float | None]) -> tuple[float | None, float | None]:
    """Return a rate's share and its whole, None where the row doesn't tell."""
    if metric not in _RATES:
        return None, None
    share, wholes = _RATES[metric]
    for parts in wholes:
        if all(values.get(part) is not None for part in parts):
            whole = sum(values[part] or 0 for part in parts)
            return (values.get(share) if share else None), whole
    return None, None


# -- all rows ------------------------------------------------------------------


def _once_each(rows: Sequence[TableRow]) -> list[TableRow]:
    """Take the figures from rows that are one authority's twice: neither is chosen."""
    whose = {
        row.number: row.authority or matching.body_key(row.name)
        for row in rows
        if row.name is not None
    }
    count = Counter(whose.values())
    result = []
    for row in rows:
        twice = (
            [
                str(number)
                for number, name in whose.items()
                if row.number in whose and name == whose[row.number]
            ]
            if row.number in whose and count[whose[row.number]] > 1
            else []
        )
        if twice:
            message = f"{row.authority or row.name} has the rows {', '.join(twice)}; none is read"
            finding = TableFinding("row_twice", "warning", message)
            row = replace(row, figures=(), findings=(*row.findings, finding))
        result.append(row)
    return result


def meanings(header: Header) -> tuple[dict[int, str], list[TableFinding]]:
    """Return the metric of each column (from 0) that can be read, and what is said of the others."""
    findings = []
    columns: dict[int, str] = {}
    count = Counter(column.meaning for column in header.columns)
    for place, column in enumerate(header.columns):
        if place == header.name or column.meaning in (NAME, BESIDE):
            continue
        if column.other_year is not None:
            message = f'the column "{column.heading}" is of another year and isn\'t read'
            findings.append(TableFinding("column_of_other_year", "note", message))
        elif column.meaning is None:
            if column.heading:
                message = f'the column "{column.heading}" isn\'t known; it is kept as printed'
                findings.append(TableFinding("column_not_known", "note", message))
        elif count[column.meaning] > 1:
            message = f'several columns are {column.meaning} ("{column.heading}"); none is read'
            findings.append(TableFinding("column_twice", "warning", message, column.meaning))
        else:
            columns[place] = column.meaning
    return columns, findings
