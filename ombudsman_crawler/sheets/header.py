"""Where a table begins: the rows of its headings, and what each column means.

Found by content: of all places and subjects the one that gives most headings a meaning.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from ombudsman_crawler import matching, years
from ombudsman_crawler.sheets import headings
from ombudsman_crawler.sheets.sheet import Cell, Sheet

# Titles and notes may stand above the headings, and headings may take several rows.
_LOOK_AT, _HIGHEST = 80, 3
# Fewer known headings make no table.
_FEWEST = 2
_TOTAL = re.compile(r"(?:grand |overall )?total")
# Above a heading: what stands below it are no counts.
_RATE = re.compile(r"%|\b(?:per ?cent(?:age)?s?|rates?|averages?|shares?|proportions?)\b", re.I)
_OF_YEARS = re.compile(r"\b(?:year|period)\b", re.IGNORECASE)
_YEARS = re.compile(r"\b20\d\d(?:\s*[-/–]\s*(?:20)?\d\d)?\b")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading as printed, and its meaning: a metric, NAME, BESIDE or None.
    `other_year`: the heading names another year than the table's."""

    heading: str
    meaning: str | None
    other_year: int | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """A table's headings. `first` and `last` are their rows, from 0; `name` is the column of names,
    from 0, None where none was found."""

    first: int
    last: int
    subject: str
    columns: tuple[Column, ...]
    name: int | None

    @property
    def year(self) -> int | None:
        """The column of years, from 0, where a table has one."""
        places = (
            place
            for place, column in enumerate(self.columns)
            if column.meaning == headings.BESIDE and _OF_YEARS.search(column.heading)
        )
        return next(places, None)

    @property
    def metrics(self) -> int:
        """How many columns are metrics."""
        return sum(_is_metric(column.meaning) for column in self.columns)


def find(sheet: Sheet, subject: str | None, year_ending: int | None) -> Header | None:
    """Find a sheet's headings; `subject` and `year_ending` are what its title tells. None where no
    rows hold enough that are known."""
    best: Header | None = None
    for last in range(min(len(sheet.rows), _LOOK_AT)):
        if _is_of_numbers(sheet.rows[last]):
            continue
        for first in range(last, max(-1, last - _HIGHEST), -1):
            if _is_of_numbers(sheet.rows[first]):
                break
            for each in headings.SUBJECTS:
                found = _header(sheet, first, last, each, year_ending)
                if best is None or _worth(found, subject) > _worth(best, subject):
                    best = found
    if best is None or best.metrics < _FEWEST:
        return None
    return _with_names(sheet, best)


def _worth(header: Header, subject: str | None) -> tuple[int, int, bool, bool, int, int]:
    """How good a header is: its metrics, known columns, the subject told, then the simplest and
    uppermost."""
    meanings = [column.meaning for column in header.columns]
    metrics = {meaning for meaning in meanings if _is_metric(meaning)}
    return (
        len(metrics),
        sum(meaning is not None for meaning in meanings),
        headings.NAME in meanings,
        header.subject == subject,
        header.first - header.last,
        -header.last,
    )


def _is_metric(meaning: str | None) -> bool:
    return meaning not in (None, headings.NAME, headings.BESIDE)


def _is_of_numbers(row: tuple[Cell | None, ...]) -> bool:
    numbers = [cell for cell in row if cell and (cell.number is not None) and not cell.filled]
    return len(numbers) > 1


def _header(sheet: Sheet, first: int, last: int, subject: str, year: int | None) -> Header:
    rows = sheet.rows[first : last + 1]
    width = max(len(row) for row in rows)
    columns = []
    for place in range(width):
        parts: list[str] = []
        for row in rows:
            cell = row[place] if place < len(row) else None
            # A merged cell over several rows says it once.
            if cell is not None and (not parts or parts[-1] != cell.text):
                parts.append(cell.text)
        columns.append(_column(parts, subject, year))
    return Header(first, last, subject, tuple(columns), None)


def _column(parts: list[str], subject: str, year: int | None) -> Column:
    heading = " ".join(" ".join(parts).split())
    named = years.from_title(heading)
    if named is not None and year is not None and named != year:
        return Column(heading, None, named)
    told = [_YEARS.sub(" ", part) if named is not None else part for part in parts]
    found = headings.meaning(" ".join(told), subject)
    if found is None and len(told) > 1 and not _RATE.search(" ".join(told[:-1])):
        # A heading over several may tell what those below are of. A total is the whole table's
        # only where it stands under the table's subject.
        above = headings.subject_of(" ".join(told[:-1]))
        if above is not None or not _TOTAL.fullmatch(headings.plain(told[-1])):
            found = headings.meaning(told[-1], above or subject)
    return Column(heading, found)


def _with_names(sheet: Sheet, header: Header) -> Header:
    """Add the column of names: the one headed so, or, where several or none are, the one that
    holds authorities' names."""
    headed = [
        place for place, column in enumerate(header.columns) if column.meaning == headings.NAME
    ]
    name = headed[0] if len(headed) == 1 else None
    if name is None:
        width = max((len(row) for row in sheet.rows[header.last + 1 :]), default=0)
        open_places = headed or [
            place
            for place in range(width)
            if place >= len(header.columns) or header.columns[place].meaning is None
        ]
        name = _column_of_names(sheet, header, open_places)
    return Header(header.first, header.last, header.subject, header.columns, name)


def _column_of_names(sheet: Sheet, header: Header, places: list[int]) -> int | None:
    known: Counter[int] = Counter()
    filled: Counter[int] = Counter()
    for row in sheet.rows[header.last + 1 :]:
        for place in places:
            cell = row[place] if place < len(row) else None
            if cell is not None and cell.number is None:
                filled[place] += 1
                known[place] += matching.match(cell.text).how in ("exact", "known_name")
    likely = [place for place in places if known[place] > 1 and 2 * known[place] >= filled[place]]
    return likely[0] if len(likely) == 1 else None
