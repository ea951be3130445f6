"""Where a table's words stand on the paper, and in which order they are drawn.

`flow` draws a table as a word processor does, heading after heading and row after row;
`positioned` draws what is on a page in an order that no reader would follow: last table first,
its columns from the right, its headings after the numbers. In both, a row may be one text object
padded by spaces, so that a blank cell is nothing but a wider gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from ombudsman_crawler.replica.older.blocks import Sheet, Table, Traits
from ombudsman_crawler.replica.paper import BOLD, REGULAR, Paper, width_of, wrap

_SIDE = 45.0
_TOP, _BOTTOM = 50.0, 36.0
_SIZE = 8.5
_LABEL = 7.5
_ROW = 19.0
_LINE = 9.5
_HEADING_SIZES = (7.5, 7.0, 6.5, 6.0, 5.5, 5.0)

_Draw = Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Place:
    """A table on a page: where it begins and how high its parts are."""

    table: Table
    top: float
    left: float
    label_width: float
    column: float
    size: float
    head_height: float
    row_heights: tuple[float, ...]
    traits: Traits

    @property
    def right(self) -> float:
        return self.left + self.label_width + self.column * len(self.table.columns)

    @property
    def head_top(self) -> float:
        return self.top + (16.0 if self.table.title else 0.0)

    @property
    def body_top(self) -> float:
        return self.head_top + self.head_height

    @property
    def bottom(self) -> float:
        return self.body_top + sum(self.row_heights)

    @property
    def end(self) -> float:
        return self.bottom + 12 + 9.5 * len(self.after)

    @property
    def after(self) -> list[str]:
        width = self.right - self.left if self.table.width_share == 1 else 300.0
        return [line for note in self.table.after for line in wrap(note, width, REGULAR, 7.5)]

    def x(self, column: int) -> float:
        return self.left + self.label_width + column * self.column


def draw_sheet(paper: Paper, sheet: Sheet, traits: Traits, *, flow: bool, foot: str) -> None:
    """Draw a sheet of statistics on as many new pages as it needs."""
    tables = list(enumerate(sheet.tables))
    head = sheet.head
    while tables:
        paper.next_page(landscape=traits.landscape, turned=traits.turned)
        y = _TOP
        lines: list[tuple[float, str, float]] = []
        for number, words in enumerate(head):
            size = 12.0 if number == 0 else 9.0 if number == 1 else 7.5
            for line in wrap(words, paper.width - 2 * _SIDE, BOLD, size):
                lines.append((y, line, size))
                y += size + 5
        y += 8
        places: list[_Place] = []
        while tables:
            number, table = tables[0]
            place = _place(table, traits, y, paper.width - 2 * _SIDE)
            full = place.end > paper.height - _BOTTOM or (number in sheet.breaks and y > 100)
            if full and places:
                break
            places.append(place)
            y = place.end + 8
            del tables[0]
        _draw_page(paper, lines, places, flow=flow)
        paper.text(_SIDE, paper.height - 20, foot, size=7, colour=(0.45, 0.45, 0.45))
        # Only the first page has the sheet's head.
        head = head[:0]


def _draw_page(
    paper: Paper, lines: list[tuple[float, str, float]], places: list[_Place], *, flow: bool
) -> None:
    def draw_lines() -> None:
        for y, words, size in lines:
            paper.text(_SIDE, y, words, size=size, font=BOLD if size > 8 else REGULAR)

    if flow:
        draw_lines()
    for place in places if flow else reversed(places):
        _rules(paper, place)
        parts = [list(_title(paper, place)), list(_headings(paper, place))]
        body = list(_whole_rows(paper, place) if place.traits.whole_rows else _cells(paper, place))
        if flow:
            drawn = [*parts[0], *parts[1], *body]
        else:
            if not place.traits.whole_rows:
                # Sorted by column from the right, each from the bottom up.
                body = list(_cells(paper, place, by_column=True))
            drawn = [*reversed(body), *reversed(parts[1]), *parts[0]]
        for draw in drawn:
            draw()
    if not flow:
        draw_lines()


def _place(table: Table, traits: Traits, top: float, width: float) -> _Place:
    width *= table.width_share
    label_width = width * table.label_share
    column = (width - label_width) / len(table.columns)
    words = [word for heading in table.columns for word in heading.split()]
    size = next(
        (
            size
            for size in _HEADING_SIZES
            if all(width_of(word, BOLD, size) <= column - 3 for word in words)
        ),
        _HEADING_SIZES[-1],
    )
    head = 0.0
    if table.headed:
        if traits.upright_headings and len(table.columns) > 3:
            head = 84.0
        else:
            deepest = max(len(wrap(h, column - 3, BOLD, size)) for h in table.columns)
            head = deepest * (size + 1.5) + 7
        if table.groups:
            head += _LINE + 4
    label_size = _SIZE if traits.whole_rows else _LABEL
    heights = tuple(
        max(_ROW, _LINE * len(wrap(label, label_width - 6, REGULAR, label_size)) + 7)
        for label, _ in table.rows
    )
    return _Place(table, top, _SIDE, label_width, column, size, head, heights, traits)


def _rules(paper: Paper, place: _Place) -> None:
    ys = [place.body_top]
    for height in place.row_heights:
        ys.append(ys[-1] + height)
    if place.table.headed:
        ys.append(place.head_top)
    lines = [(place.left, y, place.right, y) for y in ys]
    if place.traits.ruled:
        top = place.head_top if place.table.headed else place.body_top
        lines.append((place.left, top, place.left, place.bottom))
        inside = {n for _, first, last in place.table.groups for n in range(first + 1, last + 1)}
        for number in range(len(place.table.columns) + 1):
            # A line inside a group begins under the heading of the group.
            lower = _LINE + 4 if number in inside and place.table.headed else 0
            lines.append((place.x(number), top + lower, place.x(number), place.bottom))
    paper.lines(lines)


def _title(paper: Paper, place: _Place) -> Iterator[_Draw]:
    if place.table.title:
        yield partial(
            paper.text, place.left, place.top + 10, place.table.title, size=9.5, font=BOLD
        )
    y = place.bottom + 11
    for line in place.after:
        yield partial(paper.text, place.left, y, line, size=7.5)
        y += 9.5


def _headings(paper: Paper, place: _Place) -> Iterator[_Draw]:
    table = place.table
    if not table.headed:
        return
    top = place.head_top
    for words, first, last in table.groups:
        middle = (place.x(first) + place.x(last + 1)) / 2
        size = 7.5
        while size > 5 and width_of(words, BOLD, size) > place.x(last + 1) - place.x(first) - 2:
            size -= 0.5
        yield partial(paper.centred, middle, top + 9, words, size=size)
    if table.groups:
        top += _LINE + 4
    if table.corner:
        y = top + 8
        for line in wrap(table.corner, place.label_width - 6, BOLD, 7.5):
            yield partial(paper.text, place.left + 3, y, line, size=7.5, font=BOLD)
            y += _LINE
    upright = place.traits.upright_headings and len(table.columns) > 3
    for number, heading in enumerate(table.columns):
        middle = place.x(number) + place.column / 2
        if upright:
            lines = wrap(heading, 78, BOLD, 7)
            x = middle + 3 - 4.5 * (len(lines) - 1)
            for line in lines:
                yield partial(paper.upwards, x, place.body_top - 4, line, size=7, font=BOLD)
                x += 9
            continue
        lines = wrap(heading, place.column - 3, BOLD, place.size)
        y = top + place.size + 2
        for line in lines:
            yield partial(paper.centred, middle, y, line, size=place.size)
            y += place.size + 1.5


def _label(paper: Paper, place: _Place, words: str, top: float, skip: int) -> Iterator[_Draw]:
    """Draw a row's label, without its first `skip` lines."""
    y = top + _LINE + 2
    for number, line in enumerate(wrap(words, place.label_width - 6, REGULAR, _LABEL)):
        if number >= skip:
            yield partial(paper.text, place.left + 3, y, line, size=_LABEL)
        y += _LINE


def _cells(paper: Paper, place: _Place, *, by_column: bool = False) -> Iterator[_Draw]:
    """Draw cell by cell: row by row, or column by column with the labels first."""
    tops = []
    top = place.body_top
    for height in place.row_heights:
        tops.append(top)
        top += height
    rows = list(zip(place.table.rows, tops, place.row_heights, strict=True))

    def cell(number: int, row: int) -> Iterator[_Draw]:
        (_, cells), top, height = rows[row]
        if cells[number]:
            middle = place.x(number) + place.column / 2
            y = top + height / 2 + 3
            yield partial(paper.centred, middle, y, cells[number], size=_SIZE, font=REGULAR)

    if by_column:
        for (label, _), top, _ in rows:
            yield from _label(paper, place, label, top, 0)
        for number in range(len(place.table.columns)):
            for row in range(len(rows)):
                yield from cell(number, row)
        return
    for row, ((label, _), top, _) in enumerate(rows):
        yield from _label(paper, place, label, top, 0)
        for number in range(len(place.table.columns)):
            yield from cell(number, row)


def _whole_rows(paper: Paper, place: _Place) -> Iterator[_Draw]:
    """Draw each row as one text object: its label and numbers, padded by spaces to their places."""
    top = place.body_top
    space = width_of(" ", REGULAR, _SIZE)
    for (label, cells), height in zip(place.table.rows, place.row_heights, strict=True):
        lines = wrap(label, place.label_width - 6, REGULAR, _SIZE)
        start = place.left + 3
        text = lines[0] if lines else ""
        at = start + width_of(text, REGULAR, _SIZE) if text else start
        for number, cell in enumerate(cells):
            if not cell:
                continue
            width = width_of(cell, REGULAR, _SIZE)
            target = place.x(number) + (place.column - width) / 2
            spaces = max(1 if text else 0, round((target - at) / space))
            text += " " * spaces + cell
            at += spaces * space + width
        y = top + _LINE + 2
        if text:
            yield partial(paper.text, start, y, text, size=_SIZE)
        for line in lines[1:]:
            y += _LINE
            yield partial(paper.text, start, y, line, size=_SIZE)
        top += height
