"""From pages to the rows of their tables: which numbers belong to which headings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ombudsman_crawler.letters.layout import baseline, union
from ombudsman_crawler.letters.letter import Page, Word
from ombudsman_crawler.letters.tables.cells import assigned, finished_rows
from ombudsman_crawler.letters.tables.frames import EDGE, Frame, frames_of, moved_back
from ombudsman_crawler.letters.tables.headings import (
    NEAR_ABOVE,
    columns_above,
    headings_only,
    spelled_columns,
    stand_over,
    without_spanning,
)
from ombudsman_crawler.letters.tables.number_rows import number_rows
from ombudsman_crawler.letters.tables.table import CELL, Column, NumberRow, OpenTable, Row
from ombudsman_crawler.letters.tables.vocabulary import Vocabulary

# A row without a known label is only taken as one of the table above it this near (points).
_NEXT_ROW_WITHIN = 75.0
# The headings of a table without numbers have at most so many lines, and room for a line of numbers
# under them (in parts of a word's height).
_HEADING_ROWS_ALONE, _LEADING = 4, 1.5


def read_tables(pages: Iterable[Page], names: Vocabulary) -> tuple[Row, ...]:
    """Return the rows of every table whose headings are in the vocabulary, in reading order.

    A table goes on at the top of the next page if its headings aren't repeated there.
    """
    found: list[Row] = []
    last: OpenTable | None = None
    for page in pages:
        for frame, back in frames_of(page):
            if not any(CELL.fullmatch(w.text) for row in frame.rows for w in row):
                last = headings_only(frame, names) or last
                continue
            rows, last = _read_frame(frame, names, last)
            found.extend(moved_back(row, back) for row in rows)
    return tuple(found)


def find_empty_table(pages: Iterable[Page], names: Vocabulary, table: str) -> Row | None:
    """Return a row without a number for a table of which nothing but all its headings is there.

    They stand side by side with nothing between them, and nothing close under them.
    """
    keys = {name.key for name in names.columns if name.table == table}
    for page in pages:
        for frame, back in frames_of(page):
            for end in range(1, len(frame.rows) + 1):
                for start in range(end - 1, max(0, end - _HEADING_ROWS_ALONE) - 1, -1):
                    columns = _columns_alone(frame, start, end, names)
                    if len(columns) != len(keys) or {column.key for column in columns} != keys:
                        continue
                    if _is_filled(frame, end, columns):
                        continue
                    head = union(column.box for column in columns)
                    cells = (None,) * len(columns)
                    bottom = head[3] + _LEADING * _height(frame.rows[start])
                    under = (head[0], head[3], head[2], bottom)
                    row = Row(frame.number, tuple(columns), cells, None, "", True, under)
                    return moved_back(row, back)
    return None


def _columns_alone(frame: Frame, start: int, end: int, names: Vocabulary) -> list[Column]:
    words = [
        (index, word)
        for index in range(start, end)
        for word in without_spanning(frame.rows[index], names)
    ]
    return spelled_columns(words, (), names)[0]


def _is_filled(frame: Frame, end: int, columns: Sequence[Column]) -> bool:
    """Whether anything stands so close under headings that it fills their cells."""
    bottom = max(column.box[3] for column in columns)
    return any(
        word.y0 - bottom < _LEADING * (word.y1 - word.y0)
        and any(word.x0 < column.box[2] and word.x1 > column.box[0] for column in columns)
        for row in frame.rows[end:]
        for word in row
    )


def _height(row: Sequence[Word]) -> float:
    return row[0].y1 - row[0].y0


def _read_frame(
    frame: Frame, names: Vocabulary, before: OpenTable | None
) -> tuple[list[Row], OpenTable | None]:
    """Return the rows of a page's tables, and the table that may go on on the next page."""
    candidates = number_rows(frame, names)
    tables: list[OpenTable] = []
    current = before
    taken = -1
    last_y: float | None = None
    barren = -2
    for candidate in candidates:
        columns: list[Column] = []
        bottom = 0.0
        # Right under a row above which nothing known stands there is no more.
        if candidate.index != barren + 1 or frame.rising or frame.falling:
            columns, bottom = columns_above(frame, taken + 1, candidate, names)
        barren = -2 if columns or len(candidate.cells) < 2 else candidate.index
        if candidate.is_weak and not _is_row_of(columns or _columns_of(current), candidate):
            continue
        if len(columns) >= 2 or (columns and candidate.label is not None and current is None):
            current = OpenTable(columns, bottom)
            current.rows.append((frame.number, candidate))
            tables.append(current)
        elif current is None or not _may_go_on(frame, taken, current, candidate, last_y):
            continue
        elif _is_divided(frame, taken, candidate, current):
            current = None  # other headings, which aren't known: another table
            taken = candidate.index
            continue
        else:
            if current not in tables:
                # The headings stand on the page before.
                current = OpenTable(current.columns, 0.0, [], bool(current.rows))
                tables.append(current)
            current.rows.append((frame.number, candidate))
        taken = candidate.index
        last_y = candidate.y
    rows: list[Row] = []
    for table in tables:
        rows.extend(finished_rows(frame, table, names))
    trailing = headings_only(frame, names, taken + 1)
    return rows, trailing or (tables[-1] if tables else None)


def _may_go_on(
    frame: Frame, taken: int, table: OpenTable, candidate: NumberRow, last_y: float | None
) -> bool:
    """Whether a row may be one of the table above it; one without a known label: its label may have
    wrapped, or its headings stand at the foot of the page before."""
    if candidate.label is not None:
        return True
    if last_y is None:
        targets = [column.box for column in table.columns]
        plain = not table.rows and len(candidate.cells) >= 2
        return plain or assigned(candidate.cells, targets)[1]
    return candidate.y - last_y < _NEXT_ROW_WITHIN or not _is_divided(
        frame, taken, candidate, table
    )


def _columns_of(table: OpenTable | None) -> Sequence[Column]:
    return table.columns if table is not None else ()


def _is_row_of(columns: Sequence[Column], candidate: NumberRow) -> bool:
    """Whether a label that isn't known and a single number stand as those of a table's rows do."""
    left = min((column.box[0] for column in columns), default=0.0)
    return (
        len(columns) >= 2
        and all(word.x1 <= left + 1 for word in candidate.label_words)
        and stand_over(columns, candidate.cells)
    )


def _is_divided(frame: Frame, taken: int, candidate: NumberRow, table: OpenTable) -> bool:
    """Whether something else than labels stands between a row and the one before it."""
    left = min(column.box[0] for column in table.columns)
    left = min(left, *(cell.box[0] for cell in candidate.cells))
    return any(
        word.x1 > left + 1
        for row in frame.rows[taken + 1 : candidate.index]
        for word in row
        if taken >= 0
        or (candidate.y - baseline(row[0]) < NEAR_ABOVE and baseline(row[0]) > EDGE * frame.height)
    )
