"""Tables by geometry: headings to columns, labels to rows, numbers to cells.

Pure, and independent of the order in which anything was drawn: a column is known by its heading's
words, wherever they wrap; a cell belongs to the column it stands under. Ruling lines aren't needed.

Each heading must be one of the `Vocabulary`. The words of the heading lines are projected on the
page's width; the gaps that no word bridges are where columns may divide, and of all ways to group
what lies between, that one is taken which spells most of the vocabulary. So a gap within a heading
needn't be narrower than one between two. Headings set upwards or downwards are read as well.

Distances are in points or, where it is said, in parts of a word's height.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise

from ombudsman_crawler.letters.layout import baseline, union
from ombudsman_crawler.letters.letter import Box, Page, Word

#: What fills a cell: a number, a percentage, a dash, "N/A".
CELL = re.compile(
    r"(?:\d{1,3}(?:,\d{3}){1,2}|\d{1,6})(?:\.\d{1,2})?%?|[-–—]|n/a|nil", re.IGNORECASE
)
#: Columns of this name are in every table: they belong to the one of the column before them.
TOTAL = "total"

# Baselines of one row may differ by this part of a word's height.
_SAME_ROW = 0.35
# How far above its first row a table's headings may reach: points, and rows.
_HEADINGS_WITHIN, _HEADING_ROWS = 220.0, 14
_TURNED_WITHIN = 260.0
# Lines of headings stand within this distance (parts of a word's height).
_APART = 2.5
# A row without a known label is only taken as one of the table above it this near (points).
_NEXT_ROW_WITHIN = 75.0
# On a new page, what stands this near above its first row would be a heading of it (points).
_NEAR_ABOVE = 45.0
# The nearest column must be this much nearer than the next one.
_CLEARLY = 0.6
_PERCENT_GAP = 0.6
# Up to this part of a word's height a gap is a space; above a label, only up to the other.
_SPACE, _NARROW = 0.55, 0.4
# The headings of a table without numbers have at most so many lines, and room for a line of numbers
# under them (in parts of a word's height).
_HEADING_ROWS_ALONE, _LEADING = 4, 1.5
# A label has at most so many lines above its row, or under it.
_LABEL_LINES = 3
# A heading stands over its numbers, or at most so far beside them (points).
_BESIDE = 60.0
# Headings and labels are matched in groups of at most this many pieces.
_GROUP = 16
_LONGEST = 90  # characters of the longest heading or label, without spaces
_MATCH, _PER_WORD, _STRAY = 20, 2, 1
# A footnote mark: parts of the height of its word; how small, how near, how far above its baseline.
_MARK_SIZE, _MARK_GAP, _MARK_RAISED = 0.8, 0.4, 0.08
# The edge of a page, where page numbers stand (part of its height).
_EDGE = 0.07


@dataclass(frozen=True, slots=True)
class ColumnName:
    """A heading: the table and the key it stands for, and how it is printed (see `wording`)."""

    table: str
    key: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class RowName:
    """A row's label: the key it stands for, and how it is printed (see `wording`)."""

    key: str
    pattern: re.Pattern[str]


class _Names:
    """Names to be found by how they are printed. What was asked once is remembered: letters repeat
    one another's headings."""

    def __init__(self, names: Iterable[ColumnName]) -> None:
        self._names = tuple(names)
        # Most groups of words are no name at all: one pattern for all says so at once.
        self._any = re.compile("|".join(f"(?:{name.pattern.pattern})" for name in self._names))
        self.spelled = lru_cache(maxsize=8192)(self._spelled)

    def _spelled(self, text: str) -> ColumnName | None:
        """Return the name that a heading or label spells, as printed; None if it spells none."""
        text = normal(text)
        if not self._any.fullmatch(text):
            return None
        return next((name for name in self._names if name.pattern.fullmatch(text)), None)


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The headings and labels to look for. `spanning`: headings over several columns."""

    columns: tuple[ColumnName, ...]
    rows: tuple[RowName, ...]
    spanning: re.Pattern[str]

    @cached_property
    def headings(self) -> _Names:
        return _Names(self.columns)

    @cached_property
    def labels(self) -> _Names:
        return _Names(ColumnName("", name.key, name.pattern) for name in self.rows)


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `key` None: its heading isn't in the vocabulary."""

    table: str
    key: str | None
    heading: str
    box: Box


@dataclass(frozen=True, slots=True)
class Cell:
    """What is printed in one cell, and where."""

    printed: str
    box: Box


@dataclass
class Row:
    """One row of a table: a cell, or None for an empty one, for each of `columns`.

    `sure` is False where the geometry left open under which heading some number stands. `box` is
    around all that was read of the row. Boxes are those of the page as displayed.
    """

    page: int
    columns: tuple[Column, ...]
    cells: tuple[Cell | None, ...]
    label: str | None
    label_text: str
    sure: bool
    box: Box

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(column.table for column in self.columns if column.key))

    def of(self, table: str) -> dict[str, tuple[Column, Cell | None]]:
        """Return column and cell by key, for the columns of one table."""
        return {
            column.key: (column, cell)
            for column, cell in zip(self.columns, self.cells, strict=True)
            if column.table == table and column.key
        }

    def strange(self) -> list[tuple[Column, Cell]]:
        """Return the filled cells under headings that the vocabulary doesn't have."""
        return [
            (column, cell)
            for column, cell in zip(self.columns, self.cells, strict=True)
            if column.key is None and cell is not None
        ]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A row of numbers: where it stands, the words before them, and the cells."""

    index: int
    y: float
    height: float
    label_words: tuple[Word, ...]
    label: str | None
    cells: tuple[Cell, ...]

    @property
    def is_weak(self) -> bool:
        """Whether it may as well be a line of prose that ends in a number."""
        return bool(self.label_words) and self.label is None and len(self.cells) < 2


@dataclass(frozen=True, slots=True)
class _EmptyRow:
    """A label beside which no number stands, and its words by their rows."""

    label: str
    label_text: str
    placed: Sequence[tuple[int, Word]]


@dataclass
class _Table:
    """Columns, and the rows of numbers found under them so far, by page."""

    columns: list[Column]
    head_bottom: float
    rows: list[tuple[int, _Candidate]] = field(default_factory=list)
    goes_on: bool = False
    """Whether rows of it stand on the page before."""


@dataclass(frozen=True)
class _Sheet:
    """The rows of a page's words, from the top; `rising` and `falling` as in `Page`."""

    number: int
    height: float
    rows: tuple[tuple[Word, ...], ...]
    rising: tuple[Word, ...]
    falling: tuple[Word, ...]


def normal(text: str) -> str:
    """Return a heading or label as the vocabulary spells it: lower case, "and" for "&", plain
    quotes and dashes, no footnote marks, no spaces: a narrow cell may break a word anywhere."""
    return _plain(_DIVIDED_WORD.sub("", text)).strip(":")


_DIVIDED_WORD = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
_PLAIN = str.maketrans({"&": "and", "’": "'", "‘": "'", "–": "-", "—": "-"} | dict.fromkeys("*†‡"))


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    return "".join(text.lower().translate(_PLAIN).split())


def wording(pattern: str) -> re.Pattern[str]:
    """Compile how a heading or label is printed, written in lower case with plain spaces."""
    return re.compile(pattern.replace(" ?", "").replace(" ", ""))


def read_tables(pages: Iterable[Page], names: Vocabulary) -> tuple[Row, ...]:
    """Return the rows of every table whose headings are in the vocabulary, in reading order.

    A table goes on at the top of the next page if its headings aren't repeated there.
    """
    found: list[Row] = []
    last: _Table | None = None
    for page in pages:
        for sheet, back in _frames(page):
            if not any(CELL.fullmatch(w.text) for row in sheet.rows for w in row):
                last = _headings_only(sheet, names) or last
                continue
            rows, last = _read_sheet(sheet, names, last)
            found.extend(_moved(row, back) for row in rows)
    return tuple(found)


def find_empty_table(pages: Iterable[Page], names: Vocabulary, table: str) -> Row | None:
    """Return a row without a number for a table of which nothing but all its headings is there.

    They stand side by side with nothing between them, and nothing close under them.
    """
    keys = {name.key for name in names.columns if name.table == table}
    for page in pages:
        for sheet, back in _frames(page):
            for end in range(1, len(sheet.rows) + 1):
                for start in range(end - 1, max(0, end - _HEADING_ROWS_ALONE) - 1, -1):
                    columns = _columns_alone(sheet, start, end, names)
                    if len(columns) != len(keys) or {column.key for column in columns} != keys:
                        continue
                    if _is_filled(sheet, end, columns):
                        continue
                    head = union(column.box for column in columns)
                    cells = (None,) * len(columns)
                    bottom = head[3] + _LEADING * _height(sheet.rows[start])
                    under = (head[0], head[3], head[2], bottom)
                    row = Row(sheet.number, tuple(columns), cells, None, "", True, under)
                    return _moved(row, back)
    return None


def _columns_alone(sheet: _Sheet, start: int, end: int, names: Vocabulary) -> list[Column]:
    words = [
        (index, word)
        for index in range(start, end)
        for word in _without_spanning(sheet.rows[index], names)
    ]
    return _spelled(words, (), names)[0]


def _is_filled(sheet: _Sheet, end: int, columns: Sequence[Column]) -> bool:
    """Whether anything stands so close under headings that it fills their cells."""
    bottom = max(column.box[3] for column in columns)
    return any(
        word.y0 - bottom < _LEADING * (word.y1 - word.y0)
        and any(word.x0 < column.box[2] and word.x1 > column.box[0] for column in columns)
        for row in sheet.rows[end:]
        for word in row
    )


def _height(row: Sequence[Word]) -> float:
    return row[0].y1 - row[0].y0


# ---- frames: a page, or the page turned so that text set upwards stands upright


def _frames(page: Page) -> Iterable[tuple[_Sheet, Callable[[Box], Box]]]:
    yield (
        _Sheet(page.number, page.height, _rows(page.words), page.rising, page.falling),
        lambda box: box,
    )
    # A landscape table may be drawn sideways on an upright page.
    if _is_sideways(page, page.rising):
        yield (
            _turned_sheet(page, page.rising, page.width, _to_rising(page.height)),
            _from_rising(page.height),
        )
    if _is_sideways(page, page.falling):
        yield (
            _turned_sheet(page, page.falling, page.width, _to_falling(page.width)),
            _from_falling(page.width),
        )


_Move = Callable[[Box], Box]


def _is_sideways(page: Page, words: Sequence[Word]) -> bool:
    """Whether turned words are more than headings: they hold numbers, or most of the page."""
    return sum(w.text[:1].isdigit() for w in words) >= 2 or len(words) > len(page.words)


def _turned_sheet(page: Page, words: Sequence[Word], height: float, move: _Move) -> _Sheet:
    turned = [Word(w.text, *move((w.x0, w.y0, w.x1, w.y1))) for w in words]
    return _Sheet(page.number, height, _rows(turned), (), ())


def _to_rising(height: float) -> _Move:
    return lambda b: (height - b[3], b[0], height - b[1], b[2])


def _from_rising(height: float) -> _Move:
    return lambda b: (b[1], height - b[2], b[3], height - b[0])


def _to_falling(width: float) -> _Move:
    return lambda b: (b[1], width - b[2], b[3], width - b[0])


def _from_falling(width: float) -> _Move:
    return lambda b: (width - b[3], b[0], width - b[1], b[2])


def _moved(row: Row, back: Callable[[Box], Box]) -> Row:
    return Row(
        row.page,
        tuple(Column(c.table, c.key, c.heading, _rounded(back(c.box))) for c in row.columns),
        tuple(cell and Cell(cell.printed, _rounded(back(cell.box))) for cell in row.cells),
        row.label,
        row.label_text,
        row.sure,
        _rounded(back(row.box)),
    )


def _rounded(box: Box) -> Box:
    x0, y0, x1, y1 = (round(coordinate, 2) for coordinate in box)
    return x0, y0, x1, y1


def _rows(words: Sequence[Word]) -> tuple[tuple[Word, ...], ...]:
    rows: list[list[Word]] = []
    for word in sorted(_without_marks(words), key=baseline):
        if rows:
            first = rows[-1][0]
            height = min(word.y1 - word.y0, first.y1 - first.y0)
            if baseline(word) - baseline(first) <= _SAME_ROW * height:
                rows[-1].append(word)
                continue
        rows.append([word])
    return tuple(tuple(sorted(row, key=lambda word: word.x0)) for row in rows)


def _without_marks(words: Sequence[Word]) -> Sequence[Word]:
    """Leave out raised footnote marks: small digits right behind a larger word, above its baseline.
    They are no row of numbers."""
    heights = sorted(w.y1 - w.y0 for w in words if w.text[:1].isdigit())
    if not heights or heights[0] > _MARK_SIZE * heights[-1]:
        return words
    small = [
        w
        for w in words
        if w.text.isdigit() and len(w.text) < 3 and w.y1 - w.y0 <= _MARK_SIZE * heights[-1]
    ]
    marks = {id(mark) for mark in small if any(_is_mark_of(mark, word) for word in words)}
    return [word for word in words if id(word) not in marks] if marks else words


def _is_mark_of(mark: Word, word: Word) -> bool:
    height = word.y1 - word.y0
    return (
        -_MARK_GAP * height <= mark.x0 - word.x1 <= _MARK_GAP * height
        and mark.y1 - mark.y0 <= _MARK_SIZE * height
        and _MARK_RAISED * height <= baseline(word) - baseline(mark) <= height
        and word.text[-1].isalnum()
    )


# ---- rows of numbers


def _candidates(sheet: _Sheet, names: Vocabulary) -> list[_Candidate]:
    found = []
    for index, row in enumerate(sheet.rows):
        if not CELL.fullmatch(row[-1].text) and row[-1].text != "%":
            continue  # prose, nearly always
        label, count = _label(row, names)
        rest = row[count:]
        if label is None:
            first = next((i for i, w in enumerate(rest) if _is_cell_start(rest, i)), None)
            if first is None:
                continue
            count, rest = first, rest[first:]
        cells = _cells(rest)
        if not cells or (label is None and _is_prose(row, count, cells)):
            continue
        y, height = baseline(row[-1]), row[-1].y1 - row[-1].y0
        at_edge = y < _EDGE * sheet.height or y > (1 - _EDGE) * sheet.height
        if at_edge and len(cells) == 1 and label is None:
            continue  # a page number
        found.append(_Candidate(index, y, height, tuple(row[:count]), label, cells))
    return found


def _is_prose(row: Sequence[Word], count: int, cells: Sequence[Cell]) -> bool:
    """Whether a single number is the end of a sentence: a space behind its words."""
    before = row[count - 1]
    gap = cells[0].box[0] - before.x1
    return count > 0 and len(cells) == 1 and gap <= _SPACE * (before.y1 - before.y0)


def _label(row: Sequence[Word], names: Vocabulary) -> tuple[str | None, int]:
    """Return the key of the label a row begins with, and how many words it has."""
    for count in range(min(len(row), _GROUP), 0, -1):
        name = names.labels.spelled(" ".join(word.text for word in row[:count]))
        if name is not None:
            return name.key, count
    return None, 0


def _is_cell_start(row: Sequence[Word], index: int) -> bool:
    if index and not row[index].text[0].isalnum():
        # A dash a space behind a word belongs to it: "01/04/08 -" goes on in the next line.
        before = row[index - 1]
        if row[index].x0 - before.x1 < _SPACE * (before.y1 - before.y0):
            return False
    return all(CELL.fullmatch(word.text) or word.text == "%" for word in row[index:])


def _cells(words: Sequence[Word]) -> tuple[Cell, ...]:
    """Return the cells that words fill; none at all if some word fills no cell."""
    cells: list[Cell] = []
    for word in words:
        box = (word.x0, word.y0, word.x1, word.y1)
        if word.text == "%":
            near = cells and word.x0 - cells[-1].box[2] < _PERCENT_GAP * (word.y1 - word.y0)
            if not near or not cells[-1].printed[-1].isdigit():
                return ()
            cells[-1] = Cell(f"{cells[-1].printed} %", union((cells[-1].box, box)))
        elif CELL.fullmatch(word.text):
            cells.append(Cell(word.text, box))
        else:
            return ()
    return tuple(cells)


def _read_sheet(
    sheet: _Sheet, names: Vocabulary, before: _Table | None
) -> tuple[list[Row], _Table | None]:
    """Return the rows of a page's tables, and the table that may go on on the next page."""
    candidates = _candidates(sheet, names)
    tables: list[_Table] = []
    current = before
    taken = -1
    last_y: float | None = None
    barren = -2
    for candidate in candidates:
        columns: list[Column] = []
        bottom = 0.0
        # Right under a row above which nothing known stands there is no more.
        if candidate.index != barren + 1 or sheet.rising or sheet.falling:
            columns, bottom = _columns(sheet, taken + 1, candidate, names)
        barren = -2 if columns or len(candidate.cells) < 2 else candidate.index
        if candidate.is_weak and not _is_row_of(columns or _columns_of(current), candidate):
            continue
        if len(columns) >= 2 or (columns and candidate.label is not None and current is None):
            current = _Table(columns, bottom)
            current.rows.append((sheet.number, candidate))
            tables.append(current)
        elif current is None or not _may_go_on(sheet, taken, current, candidate, last_y):
            continue
        elif _is_divided(sheet, taken, candidate, current):
            current = None  # other headings, which aren't known: another table
            taken = candidate.index
            continue
        else:
            if current not in tables:
                # The headings stand on the page before.
                current = _Table(current.columns, 0.0, [], bool(current.rows))
                tables.append(current)
            current.rows.append((sheet.number, candidate))
        taken = candidate.index
        last_y = candidate.y
    rows: list[Row] = []
    for table in tables:
        rows.extend(_finished(sheet, table, names))
    trailing = _headings_only(sheet, names, taken + 1)
    return rows, trailing or (tables[-1] if tables else None)


def _may_go_on(
    sheet: _Sheet, taken: int, table: _Table, candidate: _Candidate, last_y: float | None
) -> bool:
    """Whether a row may be one of the table above it; one without a known label: its label may have
    wrapped, or its headings stand at the foot of the page before."""
    if candidate.label is not None:
        return True
    if last_y is None:
        targets = [column.box for column in table.columns]
        plain = not table.rows and len(candidate.cells) >= 2
        return plain or _assigned(candidate.cells, targets)[1]
    return candidate.y - last_y < _NEXT_ROW_WITHIN or not _is_divided(
        sheet, taken, candidate, table
    )


def _columns_of(table: _Table | None) -> Sequence[Column]:
    return table.columns if table is not None else ()


def _is_row_of(columns: Sequence[Column], candidate: _Candidate) -> bool:
    """Whether a label that isn't known and a single number stand as those of a table's rows do."""
    left = min((column.box[0] for column in columns), default=0.0)
    return (
        len(columns) >= 2
        and all(word.x1 <= left + 1 for word in candidate.label_words)
        and _stand_over(columns, candidate.cells)
    )


def _stand_over(columns: Sequence[Column], cells: Sequence[Cell]) -> bool:
    """Whether most numbers of a row have a heading above them, or near."""
    near = 0
    for cell in cells:
        centre = (cell.box[0] + cell.box[2]) / 2
        near += any(c.box[0] - _BESIDE <= centre <= c.box[2] + _BESIDE for c in columns)
    return 2 * near > len(cells)


def _is_divided(sheet: _Sheet, taken: int, candidate: _Candidate, table: _Table) -> bool:
    """Whether something else than labels stands between a row and the one before it."""
    left = min(column.box[0] for column in table.columns)
    left = min(left, *(cell.box[0] for cell in candidate.cells))
    return any(
        word.x1 > left + 1
        for row in sheet.rows[taken + 1 : candidate.index]
        for word in row
        if taken >= 0
        or (
            candidate.y - baseline(row[0]) < _NEAR_ABOVE and baseline(row[0]) > _EDGE * sheet.height
        )
    )


def _headings_only(sheet: _Sheet, names: Vocabulary, start: int = 0) -> _Table | None:
    """Return a table whose headings end a page and whose rows are on the next one."""
    if not any(TOTAL in word.text.lower() for row in sheet.rows[start:] for word in row):
        return None
    body = [
        row
        for row in sheet.rows[start:]
        if not (len(row) <= 2 and row[-1].text.strip(".").isdigit())
    ]
    columns = _best_window(body[-_HEADING_ROWS:], (), names)
    return _Table(columns, 0.0) if len(columns) >= 3 else None


# ---- headings


def _columns(
    sheet: _Sheet, start: int, candidate: _Candidate, names: Vocabulary
) -> tuple[list[Column], float]:
    """Return the columns whose headings stand above a row, and where the headings end."""
    if start == candidate.index and not (sheet.rising or sheet.falling):
        return [], 0.0
    within = start
    while candidate.y - baseline(sheet.rows[within][0]) > _HEADINGS_WITHIN:
        within += 1
    above = [row for row in _without_labels(sheet, within, candidate, names) if row]
    above = above[-_HEADING_ROWS:]
    columns = _best_window(above, candidate.cells, names)
    top = baseline(sheet.rows[start - 1][0]) if start else 0.0
    turned = _turned_columns(sheet, top, candidate, names)
    if turned:
        boxes = [column.box for column in turned]
        columns = sorted(
            [
                *turned,
                *(
                    column
                    for column in columns
                    if not any(min(b[2], column.box[2]) > max(b[0], column.box[0]) for b in boxes)
                ),
            ],
            key=lambda column: column.box[0],
        )
        columns = _with_tables(columns)
    if not _stand_over(columns, candidate.cells):
        return [], 0.0  # words beside the numbers: a label that goes on
    bottom = max((column.box[3] for column in columns), default=0.0)
    return columns, bottom


def _without_labels(
    sheet: _Sheet, start: int, candidate: _Candidate, names: Vocabulary
) -> list[list[Word]]:
    """Return the rows above a row of numbers without what stands over its label, and without the
    words with which its label begins."""
    first = candidate.cells[0].box[0]
    edge = max((word.x1 for word in candidate.label_words), default=float("-inf"))
    label = _label_above(sheet, start, candidate, names)
    kept = []
    for row in sheet.rows[start : candidate.index]:
        over = True
        words = []
        for before, word in zip((None, *row), row, strict=False):
            # Words without a gap before them go on with what stands over the label.
            if before is None or word.x0 - before.x1 > _NARROW * (word.y1 - word.y0):
                over = word.x0 < edge
            over = over and word.x1 <= first
            if not over and not any(word is other for other in label):
                words.append(word)
        kept.append(words)
    return kept


def _label_above(sheet: _Sheet, start: int, candidate: _Candidate, names: Vocabulary) -> list[Word]:
    """Return the words above a row of numbers that are the beginning of its label: a label that is
    known, and goes on beside the numbers or under them."""
    first = candidate.cells[0].box[0]
    near = range(
        max(start, candidate.index - _LABEL_LINES),
        min(len(sheet.rows), candidate.index + _LABEL_LINES + 1),
    )
    lines = [
        [(index, word) for word in sheet.rows[index] if word.x1 <= first]
        for index in near
        if abs(baseline(sheet.rows[index][0]) - candidate.y) < _NEAR_ABOVE
    ]
    lines = [line for line in lines if line]
    groups, _ = _grouped(lines, names.labels)
    for begin, end, name in groups:
        placed = [one for line in lines[begin:end] for one in line]
        indices = {index for index, _ in placed}
        if name is not None and min(indices) < candidate.index <= max(indices):
            return [word for _, word in placed]
    return []


def _best_window(
    rows: Sequence[Sequence[Word]], cells: Sequence[Cell], names: Vocabulary
) -> list[Column]:
    """Return the columns of the lowest rows that spell most of the vocabulary.

    Titles and notes above the headings would bridge the gaps between columns; so windows of
    different height are tried.
    """
    kept = [_without_spanning(row, names) for row in rows]
    best: list[Column] = []
    best_score = 0
    below: Word | None = None
    for start in range(len(kept) - 1, -1, -1):
        if not kept[start]:
            continue
        lowest = kept[start][0]
        found = len(best) > 1 and (not cells or _stand_over(best, cells))
        if found and below is not None and _is_apart(lowest, below):
            break
        below = lowest
        words = [(index, word) for index in range(start, len(kept)) for word in kept[index]]
        columns, score = _spelled(words, cells, names)
        if score > best_score:
            best, best_score = columns, score
    return best


def _is_apart(above: Word, below: Word) -> bool:
    """Whether two lines are too far from one another to be lines of one heading."""
    return baseline(below) - baseline(above) > _APART * (below.y1 - below.y0)


def _without_spanning(row: Sequence[Word], names: Vocabulary) -> list[Word]:
    """Return a row's words without headings that span several columns."""
    text, starts = "", []
    for word in row:
        starts.append(len(text))
        text += word.text.lower() + " "
    spans = [match.span() for match in names.spanning.finditer(text)]
    return [
        word
        for word, at in zip(row, starts, strict=True)
        if not any(begin <= at < end for begin, end in spans)
    ]


_Placed = tuple[int, Word]


def _spelled(
    words: Sequence[_Placed], cells: Sequence[Cell], names: Vocabulary
) -> tuple[list[Column], int]:
    """Return the columns that words spell, and how well."""
    intervals = _intervals(words)
    groups, score = _grouped(intervals, names.headings)
    matched = sum(name is not None for _, _, name in groups)
    if cells and matched < len(cells):
        # Headings that touch: each of their words goes to the nearest number under them.
        divided = _divided(intervals, cells)
        if len(divided) > len(intervals):
            other, other_score = _grouped(divided, names.headings)
            if other_score > score:
                intervals, groups, score = divided, other, other_score
    if all(name is None for _, _, name in groups):
        return [], score  # prose, nearly always
    columns = []
    for first, last, name in groups:
        inside = [one for interval in intervals[first:last] for one in interval]
        box = union((w.x0, w.y0, w.x1, w.y1) for _, w in inside)
        heading = " ".join(_text(inside).split())
        columns.append(Column(name.table if name else "", name.key if name else None, heading, box))
    return _with_tables(_inner(columns)), score


def _inner(columns: Sequence[Column]) -> list[Column]:
    """Drop what the vocabulary doesn't have before the first known column: it heads the labels."""
    first = next((i for i, column in enumerate(columns) if column.key), len(columns))
    return list(columns[first:])


def _with_tables(columns: Sequence[Column]) -> list[Column]:
    """Give columns that every table has to the table of the column before, else after, them."""
    tables = [column.table if column.key and column.key != TOTAL else None for column in columns]
    found = []
    for index, column in enumerate(columns):
        before = next((table for table in reversed(tables[:index]) if table), None)
        after = next((table for table in tables[index:] if table), None)
        table = tables[index] or before or after or ""
        found.append(Column(table, column.key, column.heading, column.box))
    return found


def _intervals(words: Sequence[_Placed]) -> list[list[_Placed]]:
    """Divide words where no word covers the page's width."""
    intervals: list[list[_Placed]] = []
    right = float("-inf")
    for placed in sorted(words, key=lambda placed: placed[1].x0):
        word = placed[1]
        # Boxes reach from advance to advance; a hair of overlap is no bridge.
        if intervals and word.x0 < right - 0.5:
            intervals[-1].append(placed)
        else:
            intervals.append([placed])
        right = max(right, word.x1)
    return intervals


def _divided(intervals: Sequence[Sequence[_Placed]], cells: Sequence[Cell]) -> list[list[_Placed]]:
    """Divide intervals that lie over several cells by the middles between the cells."""
    divided: list[list[_Placed]] = []
    centres = [(cell.box[0] + cell.box[2]) / 2 for cell in cells]
    edges = [(left + right) / 2 for left, right in pairwise(centres)]
    for interval in intervals:
        parts: dict[int, list[_Placed]] = {}
        for placed in interval:
            centre = (placed[1].x0 + placed[1].x1) / 2
            parts.setdefault(sum(centre > edge for edge in edges), []).append(placed)
        divided.extend(parts[key] for key in sorted(parts))
    return divided


def _text(words: Sequence[_Placed]) -> str:
    """Return the words of a heading in reading order, its lines divided by line feeds."""
    ordered = sorted(words, key=_reading_order)
    pieces: list[str] = []
    before = ordered[0][0]
    for row, word in ordered:
        if pieces:
            pieces.append(" " if row == before else "\n")
        pieces.append(word.text)
        before = row
    return "".join(pieces)


def _reading_order(placed: _Placed) -> tuple[int, float]:
    return placed[0], placed[1].x0


def _grouped(
    pieces: Sequence[Sequence[_Placed]], names: _Names
) -> tuple[list[tuple[int, int, ColumnName | None]], int]:
    """Group consecutive pieces so that they spell as much of the vocabulary as can be."""
    lengths = [sum(len(word.text) for _, word in piece) for piece in pieces]

    def name_of(first: int, last: int) -> ColumnName | None:
        return names.spelled(_text([one for piece in pieces[first:last] for one in piece]))

    return _group(lengths, name_of)


def _group(
    lengths: Sequence[int], name_of: Callable[[int, int], ColumnName | None]
) -> tuple[list[tuple[int, int, ColumnName | None]], int]:
    """Divide pieces into groups (first, after the last, name) of the highest score.

    A named group is worth more the more pieces it explains; a piece without a name costs a little.
    `lengths`: how many characters each piece has.
    """
    best: list[tuple[int, list[tuple[int, int, ColumnName | None]]]] = [(0, [])]
    for end in range(1, len(lengths) + 1):
        score, groups = best[end - 1]
        options = [(score - _STRAY, [*groups, (end - 1, end, None)])]
        length = 0
        for start in range(end - 1, max(-1, end - 1 - _GROUP), -1):
            length += lengths[start]
            if length > _LONGEST:
                break
            name = name_of(start, end)
            if name is not None:
                before, groups = best[start]
                # Enough that "total", "excl", "premature" are one name and not two with a stray.
                pieces = end - start
                worth = _MATCH * ((pieces + 1) // 2) + _PER_WORD * pieces
                options.append((before + worth, [*groups, (start, end, name)]))
        best.append(max(options, key=lambda option: option[0]))
    score, groups = best[-1]
    return groups, score


def _turned_columns(
    sheet: _Sheet, top: float, candidate: _Candidate, names: Vocabulary
) -> list[Column]:
    """Return the columns whose headings are set upwards or downwards above a row."""
    best: list[Column] = []
    for words, upwards in ((sheet.rising, True), (sheet.falling, False)):
        near = [
            word
            for word in words
            if top < word.y1 < candidate.y and candidate.y - word.y1 < _TURNED_WITHIN
        ]
        lines: list[list[Word]] = []
        for word in sorted(near, key=lambda word: word.x0):
            if lines and word.x0 - lines[-1][0].x0 < _SAME_ROW * (word.x1 - word.x0):
                lines[-1].append(word)
            else:
                lines.append([word])
        # Set upwards, the next line of a heading stands to the right; downwards, to the left.
        pieces = [
            [
                (index if upwards else -index, Word(w.text, -w.y1 if upwards else w.y0, 0, 0, 0))
                for w in line
            ]
            for index, line in enumerate(lines)
        ]
        groups, _ = _grouped(pieces, names.headings)
        columns = []
        for first, last, name in groups:
            inside = [word for line in lines[first:last] for word in line]
            text = _text([one for piece in pieces[first:last] for one in piece])
            box = union((w.x0, w.y0, w.x1, w.y1) for w in inside)
            columns.append(
                Column(
                    name.table if name else "",
                    name.key if name else None,
                    " ".join(text.split()),
                    box,
                )
            )
        if sum(c.key is not None for c in columns) > sum(c.key is not None for c in best):
            best = columns
    return _inner(best)


# ---- cells and labels


def _finished(sheet: _Sheet, table: _Table, names: Vocabulary) -> list[Row]:
    """Return the rows of a table: cells under their columns, labels beside them."""
    targets = [column.box for column in table.columns]
    full = next((c for _, c in table.rows if len(c.cells) == len(table.columns) and c.label), None)
    if full is not None and _assigned(full.cells, targets)[0] == list(range(len(targets))):
        # Cells of one column are set alike: a full row tells where more exactly.
        targets = [cell.box for cell in full.cells]
    labels, empty = _labels(sheet, table, names)
    rows = []
    for number, (_, candidate) in enumerate(table.rows):
        places, sure = _assigned(candidate.cells, targets)
        label, label_text = labels.get(candidate.index, (None, ""))
        if label is None:
            if number > 0 or table.goes_on:
                continue
            # Nothing says which of several rows is the one that is meant.
            sure = sure and not any(
                len(other.cells) > 1 and not other.label_words and other.index not in labels
                for _, other in table.rows[1:]
            )
        cells: list[Cell | None] = [None] * len(table.columns)
        for cell, place in zip(candidate.cells, places, strict=True):
            if place is not None:
                cells[place] = cell
        rows.append(
            Row(
                page=sheet.number,
                columns=tuple(table.columns),
                cells=tuple(cells),
                label=label,
                label_text=label_text,
                sure=sure and not _overprinted(candidate.cells),
                box=union(cell.box for cell in candidate.cells),
            )
        )
    rows.extend(
        Row(
            page=sheet.number,
            columns=tuple(table.columns),
            cells=(None,) * len(table.columns),
            label=one.label,
            label_text=one.label_text,
            sure=True,
            box=union((w.x0, w.y0, w.x1, w.y1) for _, w in one.placed),
        )
        for one in empty
    )
    return sorted(rows, key=lambda row: row.box[3])


def _overprinted(cells: Sequence[Cell]) -> bool:
    """Whether numbers of a row lie over one another: whichever was meant, one is out of place."""
    return any(right.box[0] < left.box[2] - 0.5 for left, right in pairwise(cells))


_ANCHORS: tuple[Callable[[Box], float], ...] = (
    lambda box: (box[0] + box[2]) / 2,
    lambda box: box[2],
    lambda box: box[0],
)


def _assigned(cells: Sequence[Cell], targets: Sequence[Box]) -> tuple[list[int | None], bool]:
    """Return the column of each cell, and whether that is sure.

    Cells may be centred under their headings, or set to the left or the right: that alignment is
    taken under which they stand closest to what they are aligned with.
    """
    sure: list[tuple[float, list[int | None]]] = []
    for anchor in _ANCHORS:
        aims = [anchor(target) for target in targets]
        places: list[int | None] = []
        misses = []
        clear = True
        for cell in cells:
            near = sorted((abs(anchor(cell.box) - aim), index) for index, aim in enumerate(aims))
            places.append(near[0][1])
            misses.append(near[0][0])
            clear = clear and (len(near) == 1 or near[0][0] < _CLEARLY * near[1][0])
        order = [place for place in places if place is not None]
        if clear and all(a < b for a, b in pairwise(order)):
            sure.append((sum(misses) / len(misses), places))
    if sure:
        sure.sort(key=lambda one: one[0])
        best, places = sure[0]
        rivals = [miss for miss, other in sure[1:] if other != places]
        if not rivals or best < _CLEARLY * min(rivals):
            return places, True
    if len(cells) == len(targets):
        return list(range(len(cells))), True  # every column has its number
    if len(cells) > len(targets):
        return [index if index < len(targets) else None for index in range(len(cells))], False
    return _in_order(cells, targets), False


def _in_order(cells: Sequence[Cell], targets: Sequence[Box]) -> list[int | None]:
    """Return columns in the cells' order with the least distance between centres."""
    centre = _ANCHORS[0]
    best: dict[int, tuple[float, list[int | None]]] = {-1: (0.0, [])}
    for cell in cells:
        following: dict[int, tuple[float, list[int | None]]] = {}
        for last, (cost, places) in best.items():
            for index in range(last + 1, len(targets)):
                total = cost + abs(centre(cell.box) - centre(targets[index]))
                if index not in following or total < following[index][0]:
                    following[index] = (total, [*places, index])
        best = following
    return min(best.values(), key=lambda one: one[0])[1]


def _top_of_labels(sheet: _Sheet, first: int, left: float) -> float:
    """Return above which height nothing is a label, where the headings stand on another page: up to
    there, words stand in the column of the labels only."""
    while first and all(word.x1 <= left + 1 for word in sheet.rows[first - 1]):
        first -= 1
    return baseline(sheet.rows[first][0]) - 1


def _labels(
    sheet: _Sheet, table: _Table, names: Vocabulary
) -> tuple[dict[int, tuple[str | None, str]], list[_EmptyRow]]:
    """Return label and its text by the index of the row, and the labels of rows without a number.

    A label may wrap: it goes on under its row, or stands around it.
    """
    by_index = {candidate.index: candidate for _, candidate in table.rows}
    left = min(cell.box[0] for candidate in by_index.values() for cell in candidate.cells)
    left = min(left, *(column.box[0] for column in table.columns))
    last = max(by_index.values(), key=lambda candidate: candidate.y)
    bottom = last.y + 3 * last.height
    lines: list[list[_Placed]] = []
    for index, row in enumerate(sheet.rows):
        here = by_index.get(index)
        words = here.label_words if here else [word for word in row if word.x1 <= left + 1]
        if words and table.head_bottom - 40 < baseline(words[0]) <= bottom:
            lines.append([(index, word) for word in words])
    groups, _ = _grouped(lines, names.labels)
    found: dict[int, tuple[str | None, str]] = {}
    apart: list[tuple[str, list[_Placed]]] = []
    for start, end, name in groups:
        if name is None:
            continue
        placed = [one for line in lines[start:end] for one in line]
        rows = {index for index, _ in placed} & by_index.keys()
        if len(rows) == 1:
            found[rows.pop()] = (name.key, " ".join(_text(placed).split()))
        elif not rows:
            apart.append((name.key, placed))
    used: set[int] = set()
    for candidate in by_index.values():
        if candidate.index in found:
            continue
        near: list[tuple[float, int]] = []
        for number, (_, placed) in enumerate(apart):
            top = min(baseline(word) for _, word in placed)
            low = max(baseline(word) for _, word in placed)
            away = max(top - candidate.y, candidate.y - low, 0.0)
            if away <= 0.7 * candidate.height:
                near.append((away, number))
        near.sort()
        if near and (len(near) == 1 or near[0][0] < near[1][0]):
            key, placed = apart[near[0][1]]
            found[candidate.index] = (key, " ".join(_text(placed).split()))
            used.add(near[0][1])
        elif candidate.label is not None:
            text = " ".join(word.text for word in candidate.label_words)
            found[candidate.index] = (candidate.label, text)
    top = table.head_bottom or _top_of_labels(sheet, min(by_index), left)
    empty = [
        _EmptyRow(key, " ".join(_text(placed).split()), placed)
        for number, (key, placed) in enumerate(apart)
        if number not in used
        and (key, " ".join(_text(placed).split())) not in found.values()
        and all(top < baseline(word) < last.y for _, word in placed)
        and all(word.x1 <= left + 1 for index, _ in placed for word in sheet.rows[index])
    ]
    return found, empty
