"""The rows below a table's headings: whose each is, and its figures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from ombudsman_crawler import matching, metrics, years
from ombudsman_crawler.figures import checks
from ombudsman_crawler.figures.figure import Figure, Finding, Severity
from ombudsman_crawler.sheets import headings
from ombudsman_crawler.sheets.header import Header
from ombudsman_crawler.sheets.headings import BESIDE, NAME
from ombudsman_crawler.sheets.sheet import Cell, Sheet
from ombudsman_crawler.sheets.table import TableRow

_TOTAL = re.compile(
    r"^\W*(?:(?:grand|sub|overall|national|column)[\s-]*)?(?:totals?|averages?|mean|median|sum)\b"
    r"|^\W*(?:all|total of all) (?:english |local )?(?:authorities|councils|bodies)\b"
    r"|\b(?:average|totals?)\W*$|^\W*(?:england|national)\W*$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^(?:\d+[.)]|note\b|source\b)", re.IGNORECASE)
_BODY = re.compile(r"\b(?:Authority|Park|Panel|Board|Commission(?:er)?|Transport for)\b")
_SMALL_WORDS = {"and", "of", "for", "the", "in", "on", "upon", "with", "under", "le", "s"}
# Longer than any name; what stands there is a note.
_LONGEST_NAME = 130
#: What stands in place of a number, and the absence it says.
_SAID_ABSENT = (
    ("not_applicable", re.compile(r"n\.? ?/? ?a\.?|not applicable", re.IGNORECASE)),
    ("not_due", re.compile(r"(?:no(?:ne)?|nothing)\b.*\bdue\b.*|not due", re.IGNORECASE)),
    ("blank", re.compile(r"[-–—‐‑:.]{1,3}")),
)

#: The whole that each rate is taken of: the first of these that a row counts.
_BASES: dict[str, tuple[tuple[str, ...], ...]] = {
    "uphold_rate": (("detailed_investigations",), ("upheld_decisions", "not_upheld_decisions")),
    "compliance_rate": (("compliance_outcomes",),),
    "satisfactory_remedy_rate": (("satisfactory_remedy_base",), ("upheld_decisions",)),
}
#: What adds up to a total: held to it where a row has all of it.
_SUBJECTS = (
    "received_adult_care_services", "received_benefits_and_tax",
    "received_corporate_and_other_services", "received_education_and_childrens_services",
    "received_environment_services", "received_highways_and_transport", "received_housing",
    "received_planning_and_development",
)  # fmt: skip
_DECISIONS = (
    "decided_incomplete_or_invalid", "decided_advice_given",
    "decided_referred_back_for_local_resolution", "decided_closed_after_initial_enquiries",
    "upheld_decisions", "not_upheld_decisions",
)  # fmt: skip
_TOTALS = {"received_total": (*_SUBJECTS, "received_other"), "decided_total": _DECISIONS}


# So many known headings in one row below the table's are another table's, or the same once more.
_FEW_HEADINGS = 2
# A column of percentages that holds shares of 1 too: what is at most 1 can't be told.
_MIXED = 0


def read(sheet: Sheet, header: Header, year_ending: int, columns: dict[int, str]) -> list[TableRow]:
    """Read every row of a sheet that isn't empty; `columns` are the metrics of the columns (from 0)
    that can be read."""
    scales = {place: _scale(sheet, header, place, metric) for place, metric in columns.items()}
    rows = []
    another = False
    for index, cells in enumerate(sheet.rows):
        if not any(cells):
            continue
        printed = tuple(None if cell is None or cell.filled else cell.text for cell in cells)
        row = TableRow(index + 1, printed)
        heads = index > header.last and _is_of_headings(cells, header)
        if heads or (index > header.last and _is_title(cells, header, year_ending)):
            another = another or not heads or not _repeats(cells, header)
        elif another:
            row = _of_another(row, cells, header)
        elif index > header.last:
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
    name = matching.without_footnote(named.text) if named is not None else ""
    if named is None or not name:
        return _told(row, "row_without_name", Severity.WARNING, "has no name") if numbers else row
    if named.number is not None or _TOTAL.search(name) or (named.filled and not any(inside)):
        return row
    year = _at(cells, header.year)
    if year is not None and years.from_title(year.text) not in (None, year_ending):
        return _told(row, "row_of_other_year", Severity.NOTE, f"is of {year.text}")
    if any(cell is not None for cell in cells[len(header.columns) :]):
        # A comma too many in a name or a number: from there on nothing stands under its heading.
        return _told(row, "row_too_long", Severity.WARNING, "more cells than there are headings")
    found = matching.match(name, year_ending=year_ending)
    sure = found.how in ("exact", "known_name")
    filled = sum(cell is not None for cell in inside)
    if not sure and not _is_body(name, numbers, 2 * filled >= len(inside)):
        # A heading between groups of bodies, or a note below the table.
        return _told(row, "row_not_read", Severity.NOTE, "has no body's name") if numbers else row
    figures: list[Figure] = []
    findings = _about_name(name, found)
    for place, metric in columns.items():
        where = _where(sheet, row.number, name, header.columns[place].heading, place)
        blank = Figure(year_ending, metric, None, "blank")
        figure, finding = _figure(_at(cells, place), blank, scales[place], where)
        if figure.absence in ("blank", "not_applicable") and not found.compared:
            figure = _not_compared(figure)
        figures.append(figure)
        if finding is not None:
            findings.append(finding)
    figures, more = _held_together(figures, year_ending)
    return replace(
        row,
        name=name,
        authority=found.authority,
        matched_by=found.how,
        figures=tuple(figures),
        findings=(*findings, *more),
    )


def _is_of_headings(cells: tuple[Cell | None, ...], header: Header) -> bool:
    """Whether a row below the headings is of headings again."""
    if any(cell is not None and cell.number is not None for cell in cells):
        return False
    known = [headings.meaning(cell.text, header.subject) for cell in cells if cell is not None]
    return sum(meaning not in (None, BESIDE) for meaning in known) >= _FEW_HEADINGS


def _repeats(cells: tuple[Cell | None, ...], header: Header) -> bool:
    """Whether headings are those of the table once more, each in its place."""
    return all(
        cell is None
        or (
            place < len(header.columns)
            and headings.meaning(cell.text, header.subject) == header.columns[place].meaning
        )
        for place, cell in enumerate(cells)
    )


def _is_title(cells: tuple[Cell | None, ...], header: Header, year_ending: int) -> bool:
    """Whether a row between others is a title of another year or subject."""
    texts = [cell.text for cell in cells if cell is not None and not cell.filled]
    if len(texts) != 1 or len(texts[0]) > _LONGEST_NAME:
        return False
    if any(cell is not None and cell.number is not None for cell in cells):
        return False
    return years.from_title(texts[0]) not in (None, year_ending) or headings.subject_of(
        texts[0]
    ) not in (None, header.subject)


def _of_another(row: TableRow, cells: tuple[Cell | None, ...], header: Header) -> TableRow:
    """A row below another table's headings or title: kept as printed; told if it has numbers."""
    named = _at(cells, header.name)
    numbers = any(cell is not None and cell.number is not None for cell in cells)
    if named is None or not numbers or _TOTAL.search(named.text):
        return row
    return _told(row, "row_of_another_table", Severity.WARNING, "stands in another table below")


def _told(row: TableRow, code: str, severity: Severity, why: str) -> TableRow:
    message = f"row {row.number} has numbers and {why}"
    return replace(row, findings=(Finding(code, severity, message),))


def _about_name(name: str, found: matching.Match) -> list[Finding]:
    """What is to be said of how a name was matched."""
    if found.how == "fuzzy":
        message = f'"{name}" is taken for {found.authority}: {found.explanation}'
        return [Finding("name_matched_loosely", Severity.WARNING, message)]
    if found.how == "new" and (found.like_council or found.ambiguous):
        message = f'"{name}" is like a council, and surely none: {found.explanation}'
        return [Finding("council_not_known", Severity.WARNING, message)]
    return []


def _is_body(name: str, numbers: int, mostly_filled: bool) -> bool:
    """Whether a name that no register has is a body's, by how it is written and what stands in its
    row."""
    if _NUMBERED.match(name) or len(name) > _LONGEST_NAME:
        return False
    if numbers and mostly_filled:
        return True
    written_as_name = all(
        word[:1].isupper() or word.lower() in _SMALL_WORDS for word in re.findall(r"[^\W\d]+", name)
    )
    return written_as_name and bool(numbers or _BODY.search(name))


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
    column of percentages holds shares of 1; None where that can't be told, and `_MIXED` where it
    holds both."""
    if metrics.load()[metric].unit != "percent":
        return 1
    found = [
        cell
        for row in sheet.rows[header.last + 1 :]
        if (cell := _at(row, place)) is not None and cell.number is not None
    ]
    bare = [cell.number for cell in found if not cell.percent and cell.number is not None]
    if any(0 < number < 1 for number in bare) and (
        any(number > 1 for number in bare) or len(bare) < len(found)
    ):
        return _MIXED
    if any(number > 1 for number in bare) or not any(bare):
        return 1
    if len(bare) == len(found) and any(0 < number < 1 for number in bare):
        return 100
    return None


def _figure(
    cell: Cell | None, blank: Figure, scale: int | None, where: str
) -> tuple[Figure, Finding | None]:
    """Read one cell: its figure, made of a blank one, and what is to be said of it."""
    if cell is None:
        return replace(blank, text=f"{where}: empty"), None
    text = f"{where}: {cell.text}"
    printed = replace(blank, value_text=cell.text, text=text)
    percent = metrics.load()[blank.metric].unit == "percent"
    absence, code, why = _unread(cell, percent, scale)
    if absence is not None:
        finding = Finding(code, Severity.WARNING, f"{why}: {text}", blank.metric) if code else None
        return replace(printed, absence=absence), finding
    value = cell.number
    if percent and not cell.percent and scale == 100:
        value = float(Decimal(repr(value)) * 100)
    return replace(printed, value=value, absence=None), None


def _unread(cell: Cell, percent: bool, scale: int | None) -> tuple[str | None, str, str]:
    """Why a cell has no value: its absence, None where it has one; and the code of what is said of
    it, and in words."""
    if cell.lost:
        return "not_in_text", "formula_without_value", "a formula's value isn't saved"
    if cell.number is not None:
        if cell.percent and not percent:
            return "not_in_text", "stray_percent", "a percentage in a column of numbers"
        told = scale is not None and (scale != _MIXED or cell.number > 1)
        if percent and not cell.percent and not told and cell.number:
            return "not_in_text", "cell_ambiguous", "a percentage or a share of 1"
        return None, "", ""
    for absence, pattern in _SAID_ABSENT:
        if pattern.fullmatch(cell.text):
            return absence, "", ""
    return "not_in_text", "number_qualified", "no plain number"


def _not_compared(figure: Figure) -> Figure:
    """Say why a body of no kind has neither an average nor a population."""
    if figure.metric.endswith("_similar") or figure.metric == "upheld_per_100k":
        return replace(figure, absence="not_compared")
    return figure


# -- one row -------------------------------------------------------------------


def _held_together(figures: list[Figure], year_ending: int) -> tuple[list[Figure], list[Finding]]:
    """Hold a row's rates and totals against its counts. A rate of nothing has no base, whatever is
    printed."""
    values = {figure.metric: figure.value for figure in figures}
    findings = []
    kept = []
    for figure in figures:
        base = _base(figure.metric, values)
        if base == 0 and figure.value:
            message = f"a rate of {figure.value_text} is printed although there is nothing"
            findings.append(Finding("contradicts_itself", Severity.WARNING, message, figure.metric))
        empty = base == 0 and not figure.value
        kept.append(replace(figure, value=None, absence="no_base") if empty else figure)
    findings += checks.check_figures(kept, year_ending, None, None)
    told = {finding.metric for finding in findings if finding.code == "total_does_not_add_up"}
    for total, parts in _TOTALS.items():
        terms = [values.get(part) for part in parts]
        whole = values.get(total)
        if whole is None or None in terms or total in told:
            continue
        added = sum(term for term in terms if term is not None)
        if added != whole:
            message = f"{total} is {whole:g}, its parts add up to {added:g}"
            findings.append(Finding("total_does_not_add_up", Severity.WARNING, message, total))
    return kept, findings


def _base(metric: str, values: dict[str, float | None]) -> float | None:
    """Return a rate's whole, None where the row doesn't tell it or the metric is no rate."""
    for parts in _BASES.get(metric, ()):
        if all(values.get(part) is not None for part in parts):
            return sum(values[part] or 0 for part in parts)
    return None


# -- all rows ------------------------------------------------------------------


def _once_each(rows: Sequence[TableRow]) -> list[TableRow]:
    """Take the figures from rows that are one authority's twice: neither is chosen. A loose match
    gives way to a sure one."""
    sure = {row.authority for row in rows if row.matched_by in ("exact", "known_name")}
    rows = [_unmatched(row) if row.matched_by == "fuzzy" and row.authority in sure else row
            for row in rows]  # fmt: skip
    numbers: dict[str, list[int]] = {}
    for row in rows:
        if row.name is not None:
            numbers.setdefault(_whose(row), []).append(row.number)
    return [
        row if row.name is None or len(numbers[_whose(row)]) == 1
        else _neither(row, numbers[_whose(row)])
        for row in rows
    ]  # fmt: skip


def _whose(row: TableRow) -> str:
    return row.authority or matching.body_key(row.name or "")


def _unmatched(row: TableRow) -> TableRow:
    message = f'"{row.name}" is like {row.authority}, which has a row of its own'
    others = [finding for finding in row.findings if finding.code != "name_matched_loosely"]
    finding = Finding("council_not_known", Severity.WARNING, message)
    return replace(row, authority=None, matched_by="new", findings=(finding, *others))


def _neither(row: TableRow, numbers: Sequence[int]) -> TableRow:
    those = ", ".join(map(str, numbers))
    message = f"{row.authority or row.name} has the rows {those}; none is read"
    finding = Finding("row_twice", Severity.WARNING, message)
    return replace(row, figures=(), findings=(*row.findings, finding))


def meanings(header: Header) -> tuple[dict[int, str], list[Finding]]:
    """Return the metric of each column (from 0) that can be read; and what is said of others."""
    findings = []
    columns: dict[int, str] = {}
    count = Counter(column.meaning for column in header.columns)
    for place, column in enumerate(header.columns):
        if place == header.name or column.meaning in (NAME, BESIDE):
            continue
        if column.other_year is not None:
            message = f'the column "{column.heading}" is of another year and isn\'t read'
            findings.append(Finding("column_of_other_year", Severity.NOTE, message))
        elif column.meaning is None:
            if column.heading:
                message = f'the column "{column.heading}" isn\'t known; it is kept as printed'
                findings.append(Finding("column_not_known", Severity.NOTE, message))
        elif count[column.meaning] > 1:
            message = f'several columns are {column.meaning} ("{column.heading}"); none is read'
            findings.append(Finding("column_twice", Severity.WARNING, message, column.meaning))
        else:
            columns[place] = column.meaning
    return columns, findings
