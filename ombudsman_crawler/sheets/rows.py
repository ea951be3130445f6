"""The rows under the headings: whose they are, what figures they have, and whether those agree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from ombudsman_crawler import matching, metrics
from ombudsman_crawler.sheets import values
from ombudsman_crawler.sheets.columns import Column, Header
from ombudsman_crawler.sheets.sheet import Sheet
from ombudsman_crawler.sheets.table import Figure, Finding, Row
from ombudsman_crawler.sheets.values import Value

# Rows that are no body's: totals, averages, kinds of authorities, notes.
_SUMMARY = re.compile(
    r"(?:(?:grand|overall|sub)[ -]?)?totals?\b|averages?\b|mean\b|median\b|sum\b|england\b|national\b"
    r"|all\b|similar authorities\b|percentage\b|%",
    re.I,
)
_MANY = re.compile(
    r"\b(?:councils|boroughs|authorities|districts|counties|bodies|unitaries)\W*$", re.I
)
_NOTE = re.compile(r"[*†‡§^¹²³]\s*\S|\(?\d{1,2}[.)]\s|\[\d+\]|notes?\b|sources?\b|key\b|©", re.I)
_LONGEST_NAME = 120

# What a rate is taken of: one metric, or the sum of two.
_BASES: dict[str, tuple[tuple[str, ...], ...]] = {
    "uphold_rate": (
        ("detailed_investigations",),
        ("upheld_decisions", "not_upheld_decisions"),
    ),
    "compliance_rate": (("compliance_outcomes",),),
    "satisfactory_remedy_rate": (("satisfactory_remedy_base",), ("upheld_decisions",)),
}
_COUNTED = {
    "uphold_rate": "upheld_decisions",
    "satisfactory_remedy_rate": "satisfactory_remedy_decisions",
}
# Totals and all that may be part of them.
_PARTS_OF_DECISIONS = (
    "decided_incomplete_or_invalid", "decided_advice_given",
    "decided_referred_back_for_local_resolution", "decided_closed_after_initial_enquiries",
    "not_for_us", "assessed_and_closed", "not_upheld_decisions", "upheld_decisions",
)  # fmt: skip
_TOTALS: dict[str, tuple[str, ...]] = {
    "received_total": tuple(
        name for name in metrics.load() if name.startswith("received_") and name != "received_total"
    ),
    "decided_total": _PARTS_OF_DECISIONS,
    "complaints_dealt_with": _PARTS_OF_DECISIONS,
    "detailed_investigations": ("not_upheld_decisions", "upheld_decisions"),
}
# A rate in whole percent of its counts, rounded by whatever rule.
_ROUNDED = 1.0


def read(sheet: Sheet, header: Header) -> tuple[tuple[Row, ...], tuple[Finding, ...]]:
    """Return every row of a sheet as printed, those of bodies with their figures; and findings."""
    findings: list[Finding] = []
    scales, doubts = _scales(sheet, header)
    findings += doubts
    rows = []
    for place, cells in enumerate(sheet.rows):
        if not cells:
            continue
        row = Row(place + 1, tuple(cell.text for cell in cells))
        if place > header.row and (name := _name(sheet, header, place)):
            figures, found = _figures(sheet, header, place, name, scales)
            findings += [*found, *_disagreements(figures, place + 1)]
            row = replace(row, name=name, figures=tuple(figures))
        rows.append(row)
    return tuple(rows), tuple(findings)


def _name(sheet: Sheet, header: Header, place: int) -> str | None:
    """Return the name of the body whose row it is; None of a row that is none's."""
    cell = sheet.cell(place, header.name_column)
    name = cell.text
    if cell.number is not None or not any(letter.isalpha() for letter in name):
        return None
    if len(name) > _LONGEST_NAME or _NOTE.match(name):
        return None
    if matching.match(name).known:
        return name
    if _SUMMARY.match(name) or _MANY.search(name):
        return None
    # A name with nothing beside it is a title between the rows or a note under them; unless it is
    # that of a public body, all of whose counts may be printed as blanks.
    told = [values.read(sheet.cell(place, column.place)) for column in header.figures()]
    some = any(value.number is not None or value.absence != "blank" for value in told)
    return name if some or matching.names_a_body(name) else None


def _scales(sheet: Sheet, header: Header) -> tuple[Mapping[str, float], list[Finding]]:
    """Return what the bare numbers of each column of percentages are multiplied by."""
    scales: dict[str, float] = {}
    findings = []
    for column in header.figures():
        if _unit(column) != "percent":
            continue
        told = [
            values.read(sheet.cell(place, column.place))
            for place in range(header.row + 1, len(sheet.rows))
            if _name(sheet, header, place)
        ]
        fractions = values.are_fractions(told)
        if fractions is not False:
            findings.append(
                Finding(
                    "percent_unclear",
                    "warning",
                    f"column “{column.heading}” has no percent signs, and no number over 1: "
                    + ("read as 0.74 for 74%" if fractions else "read as whole percentages"),
                    column.means,
                )
            )
        scales[column.means or ""] = 100.0 if fractions else 1.0
    return scales, findings


def _unit(column: Column) -> str:
    return metrics.load()[column.means or ""].unit


def _figures(
    sheet: Sheet, header: Header, place: int, name: str, scales: Mapping[str, float]
) -> tuple[list[Figure], list[Finding]]:
    figures: list[Figure] = []
    findings: list[Finding] = []
    for column in header.figures():
        assert column.means is not None
        cell = sheet.cell(place, column.place)
        value = values.read(cell)
        where = f'row {place + 1} "{name}", column "{column.heading}"'
        where = f'sheet "{sheet.name}", {where}' if sheet.name else where
        number = value.number
        if number is not None and not value.percent:
            number = round(number * scales.get(column.means, 1.0), 9)
        shown = "formula without a value" if cell.not_calculated else cell.text
        figures.append(
            Figure(
                column.means, number, value.absence, cell.text or None, f"{where}: {shown or 'blank'}"
            )
        )
        findings += [
            Finding(code, severity, f"{where}: {message}", column.means, place + 1)
            for code, severity, message in _doubts(value, number, _unit(column), shown)
        ]
        if cell.not_calculated:
            message = f"{where} is a formula whose value the file doesn't have"
            findings.append(
                Finding("formula_not_calculated", "note", message, column.means, place + 1)
            )
    return [_with_base(figure, figures) for figure in figures], findings


def _doubts(
    value: Value, number: float | None, unit: str, shown: str
) -> list[tuple[str, str, str]]:
    """Return code, severity and message of what is odd about one cell."""
    found = []
    if value.strange:
        found.append(("cell_not_read", "warning", f"{shown!r} is no number"))
    if value.marked:
        found.append(("number_qualified", "warning", f"{shown!r} has a mark behind the number"))
    if number is None:
        return found
    if value.percent and unit != "percent":
        found.append(("stray_percent", "warning", f"{shown!r} is no percentage"))
    if number < 0 or (unit == "percent" and number > 100):
        found.append(("out_of_range", "warning", f"{shown!r} can't be"))
    elif unit == "count" and not number.is_integer():
        found.append(("out_of_range", "warning", f"{shown!r} is no whole number"))
    return found


def _with_base(figure: Figure, row: list[Figure]) -> Figure:
    """Return a rate without a value as having no base where its base is zero."""
    if figure.absence in ("blank", "not_applicable") and _base(figure.metric, row) == 0:
        return replace(figure, absence="no_base")
    return figure


def _base(metric: str, row: list[Figure]) -> float | None:
    told = {figure.metric: figure.value for figure in row}
    for parts in _BASES.get(metric, ()):
        numbers = [told[part] for part in parts if told.get(part) is not None]
        if len(numbers) == len(parts):
            return sum(number for number in numbers if number is not None)
    return None


def _disagreements(figures: list[Figure], row: int) -> list[Finding]:
    """Return where the figures of a row contradict one another."""
    told = {figure.metric: figure for figure in figures}
    findings = []
    for total, parts in _TOTALS.items():
        findings += _sum_differs(told, total, parts, row)
    for rate in _BASES:
        findings += _rate_differs(told, rate, figures, row)
    return findings


def _sum_differs(
    told: Mapping[str, Figure], total: str, parts: tuple[str, ...], row: int
) -> list[Finding]:
    whole = told.get(total)
    there = [told[part] for part in parts if part in told]
    # A blank is nothing to add; a number that couldn't be read may be anything.
    if whole is None or whole.value is None or len(there) < 2:
        return []
    if any(part.absence not in (None, "blank") for part in there):
        return []
    found = sum(part.value or 0 for part in there)
    if total in ("decided_total", "complaints_dealt_with") and not {
        "not_upheld_decisions", "upheld_decisions",
    } <= told.keys():
        # Without both there is something of the total in no column.
        investigations = told.get("detailed_investigations")
        if investigations is None or investigations.value is None:
            return []
        found += investigations.value - sum(
            told[part].value or 0
            for part in ("not_upheld_decisions", "upheld_decisions")
            if part in told
        )
    if found == whole.value:
        return []
    message = f"{whole.text} is not the sum of its parts, {found:g}"
    return [Finding("table_does_not_add_up", "warning", message, total, row)]


def _rate_differs(
    told: Mapping[str, Figure], rate: str, row_figures: list[Figure], row: int
) -> list[Finding]:
    figure = told.get(rate)
    if figure is None or figure.value is None:
        return []
    base = _base(rate, row_figures)
    if base == 0:
        message = f"{figure.text}, though there is nothing to take a rate of"
        return [Finding("contradicts_itself", "warning", message, rate, row)]
    counted = told.get(_COUNTED.get(rate, ""))
    if base is None or counted is None or counted.value is None:
        return []
    found = 100 * counted.value / base
    if abs(found - figure.value) < _ROUNDED:
        return []
    message = f"{figure.text}; {counted.value:g} of {base:g} are {found:.1f}%"
    return [Finding("rate_contradicts_counts", "warning", message, rate, row)]
