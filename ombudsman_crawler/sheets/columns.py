"""Where a table's headings stand, over one row or two, and what each column means."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ombudsman_crawler import matching
from ombudsman_crawler.sheets.headings import IGNORED, NAME, meaning, plain
from ombudsman_crawler.sheets.sheet import Cell, Sheet

# No headings are known to stand lower; titles and notes stand above them.
_LOWEST = 60
# Rows that are looked at to find the column of names where no heading says so.
_ROWS_OF_NAMES = 40
# Under a group's heading these say nothing by themselves.
_NOTHING_ALONE = ("total", "all", "grand total", "overall total")

_Origin = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Column:
    """One column, from 0: its heading as printed, and the metric it means, NAME or IGNORED; None
    where that isn't known."""

    place: int
    heading: str
    means: str | None


@dataclass(frozen=True, slots=True)
class Header:
    """The headings: the row of the lowest ones, from 0, how many rows they take, and the columns.
    `twice` are metrics that several columns claim: none of them has it."""

    row: int
    height: int
    columns: tuple[Column, ...]
    name_column: int
    twice: tuple[str, ...] = ()

    @property
    def first_row(self) -> int:
        return self.row - self.height + 1

    def figures(self) -> list[Column]:
        """Return the columns of figures."""
        return [c for c in self.columns if c.means not in (None, NAME, IGNORED)]


def find(sheet: Sheet, subject: str | None) -> Header | None:
    """Return the headings of a sheet: the row, or two, with the most that are known."""
    merged = _merged(sheet)
    best: Header | None = None
    for row in range(min(len(sheet.rows), _LOWEST)):
        for height in (1, 2):
            header = _header(sheet, merged, row, height, subject)
            if header and (best is None or len(header.figures()) > len(best.figures())):
                best = header
    return best


def _header(
    sheet: Sheet, merged: dict[_Origin, _Origin], row: int, height: int, subject: str | None
) -> Header | None:
    if height > row + 1:
        return None
    found = [
        Column(place, *_heading(sheet, merged, row, place, height, subject))
        for place in range(_width(sheet, row, height))
    ]
    claims = Counter(c.means for c in found if c.means not in (None, NAME, IGNORED))
    twice = tuple(sorted(metric for metric, times in claims.items() if times > 1 and metric))
    columns = tuple(
        Column(c.place, c.heading, None) if c.means in twice else c for c in found
    )
    known = [c for c in columns if c.means not in (None, NAME, IGNORED)]
    names = [c.place for c in columns if c.means == NAME]
    if not known:
        return None
    strangers = [c for c in columns if c.heading and c.means is None]
    if len(known) + len(twice) < 2 and strangers:
        return None
    name = names[0] if names else _column_of_names(sheet, row, min(c.place for c in known))
    if name is None:
        return None
    return Header(row, height, columns, name, twice)


def _width(sheet: Sheet, row: int, height: int) -> int:
    return max(len(sheet.rows[each]) for each in range(row - height + 1, row + 1))


def _heading(
    sheet: Sheet,
    merged: dict[_Origin, _Origin],
    row: int,
    place: int,
    height: int,
    subject: str | None,
) -> tuple[str, str | None]:
    """Return a column's heading as printed, and what it means."""
    lowest_at = merged.get((row, place), (row, place))
    lowest = _words(sheet.cell(*lowest_at))
    if height == 1:
        return lowest, meaning(lowest, subject)
    above_at = merged.get((row - 1, place), (row - 1, place))
    above = _words(sheet.cell(*above_at))
    if above_at == lowest_at or not above and not lowest:
        return lowest, meaning(lowest, subject)
    if not lowest:
        return above, meaning(above, subject)
    spread = not above
    if spread:
        # Without merged cells a group's heading stands over its first column only.
        above = _group_to_the_left(sheet, merged, row, place)
    if not above:
        return lowest, meaning(lowest, subject)
    printed = f"{above} / {lowest}"
    alone, together = meaning(lowest, subject), meaning(f"{above} {lowest}", subject)
    if spread:
        # Where the group ends can't be seen: what the two disagree about isn't known.
        options = {alone, together} - {None}
        return (lowest, options.pop()) if len(options) == 1 else (printed, None)
    if together is None and plain(lowest) not in _NOTHING_ALONE:
        return printed, alone
    return printed, together


def _group_to_the_left(
    sheet: Sheet, merged: dict[_Origin, _Origin], row: int, place: int
) -> str:
    for left in range(place - 1, -1, -1):
        words = _words(sheet.cell(*merged.get((row - 1, left), (row - 1, left))))
        if words:
            # A heading with nothing under it is its own column's.
            return words if not sheet.cell(row, left).blank else ""
    return ""


def _merged(sheet: Sheet) -> dict[_Origin, _Origin]:
    """Return the top left cell of each cell in a merged range, as far as headings may stand."""
    found: dict[_Origin, _Origin] = {}
    width = max((len(row) for row in sheet.rows[:_LOWEST]), default=0)
    for top, left, bottom, right in sheet.merged:
        for row in range(top, min(bottom, _LOWEST, len(sheet.rows)) + 1):
            for column in range(left, min(right, width) + 1):
                found.setdefault((row, column), (top, left))
    return found


def _words(cell: Cell) -> str:
    """Return a cell's text where it may be a heading: a number is none."""
    return "" if cell.number is not None else cell.text


def _column_of_names(sheet: Sheet, row: int, before: int) -> int | None:
    """Return the column, left of the figures, most of whose cells are names of authorities."""
    for place in range(before):
        names = [
            text
            for below in range(row + 1, min(row + 1 + _ROWS_OF_NAMES, len(sheet.rows)))
            if (text := _words(sheet.cell(below, place)))
        ]
        if len(names) >= 3 and 2 * sum(matching.match(name).known for name in names) > len(names):
            return place
    return None
