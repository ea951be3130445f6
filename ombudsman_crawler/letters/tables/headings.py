"""Headings to columns: the words above a row of numbers, projected on the page's width.

The gaps that no word bridges are where columns may divide, and of all ways to group what lies
between, that one is taken which spells most of the vocabulary. So a gap within a heading needn't be
narrower than one between two. Headings set upwards or downwards are read as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ombudsman_crawler.letters.layout import baseline, union
from ombudsman_crawler.letters.letter import Word
from ombudsman_crawler.letters.tables.frames import NARROW, SAME_ROW, Frame
from ombudsman_crawler.letters.tables.spelling import Placed, grouped, text_of
from ombudsman_crawler.letters.tables.table import LABEL_LINES, Cell, Column, NumberRow, OpenTable
from ombudsman_crawler.letters.tables.vocabulary import TOTAL, Vocabulary

# How far above its first row a table's headings may reach: points, and rows.
_HEADINGS_WITHIN, _HEADING_ROWS = 220.0, 14
_TURNED_WITHIN = 260.0
# Lines of headings stand within this distance (parts of a word's height).
_APART = 2.5
# On a new page, what stands this near above its first row would be a heading of it (points).
NEAR_ABOVE = 45.0
# A heading stands over its numbers, or at most so far beside them (points).
_BESIDE = 60.0


def stand_over(columns: Sequence[Column], cells: Sequence[Cell]) -> bool:
    """Whether most numbers of a row have a heading above them, or near."""
    near = 0
    for cell in cells:
        centre = (cell.box[0] + cell.box[2]) / 2
        near += any(c.box[0] - _BESIDE <= centre <= c.box[2] + _BESIDE for c in columns)
    return 2 * near > len(cells)


def headings_only(frame: Frame, names: Vocabulary, start: int = 0) -> OpenTable | None:
    """Return a table whose headings end a page and whose rows are on the next one."""
    if not any(TOTAL in word.text.lower() for row in frame.rows[start:] for word in row):
        return None
    body = [
        row
        for row in frame.rows[start:]
        if not (len(row) <= 2 and row[-1].text.strip(".").isdigit())
    ]
    columns = _best_window(body[-_HEADING_ROWS:], (), names)
    return OpenTable(columns, 0.0) if len(columns) >= 3 else None


def columns_above(
    frame: Frame, start: int, candidate: NumberRow, names: Vocabulary
) -> tuple[list[Column], float]:
    """Return the columns whose headings stand above a row, and where the headings end."""
    if start == candidate.index and not (frame.rising or frame.falling):
        return [], 0.0
    within = start
    while candidate.y - baseline(frame.rows[within][0]) > _HEADINGS_WITHIN:
        within += 1
    above = [row for row in _without_labels(frame, within, candidate, names) if row]
    above = above[-_HEADING_ROWS:]
    columns = _best_window(above, candidate.cells, names)
    top = baseline(frame.rows[start - 1][0]) if start else 0.0
    turned = _turned_columns(frame, top, candidate, names)
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
    if not stand_over(columns, candidate.cells):
        return [], 0.0  # words beside the numbers: a label that goes on
    bottom = max((column.box[3] for column in columns), default=0.0)
    return columns, bottom


def _without_labels(
    frame: Frame, start: int, candidate: NumberRow, names: Vocabulary
) -> list[list[Word]]:
    """Return the rows above a row of numbers without what stands over its label, and without the
    words with which its label begins."""
    first = candidate.cells[0].box[0]
    edge = max((word.x1 for word in candidate.label_words), default=float("-inf"))
    label = _label_above(frame, start, candidate, names)
    kept = []
    for row in frame.rows[start : candidate.index]:
        over = True
        words = []
        for before, word in zip((None, *row), row, strict=False):
            # Words without a gap before them go on with what stands over the label.
            if before is None or word.x0 - before.x1 > NARROW * (word.y1 - word.y0):
                over = word.x0 < edge
            over = over and word.x1 <= first
            if not over and not any(word is other for other in label):
                words.append(word)
        kept.append(words)
    return kept


def _label_above(frame: Frame, start: int, candidate: NumberRow, names: Vocabulary) -> list[Word]:
    """Return the words above a row of numbers that are the beginning of its label: a label that is
    known, and goes on beside the numbers or under them."""
    first = candidate.cells[0].box[0]
    near = range(
        max(start, candidate.index - LABEL_LINES),
        min(len(frame.rows), candidate.index + LABEL_LINES + 1),
    )
    lines = [
        [(index, word) for word in frame.rows[index] if word.x1 <= first]
        for index in near
        if abs(baseline(frame.rows[index][0]) - candidate.y) < NEAR_ABOVE
    ]
    lines = [line for line in lines if line]
    groups, _ = grouped(lines, names.labels)
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
    kept = [without_spanning(row, names) for row in rows]
    best: list[Column] = []
    best_score = 0
    below: Word | None = None
    for start in range(len(kept) - 1, -1, -1):
        if not kept[start]:
            continue
        lowest = kept[start][0]
        found = len(best) > 1 and (not cells or stand_over(best, cells))
        if found and below is not None and _is_apart(lowest, below):
            break
        below = lowest
        words = [(index, word) for index in range(start, len(kept)) for word in kept[index]]
        columns, score = spelled_columns(words, cells, names)
        if score > best_score:
            best, best_score = columns, score
    return best


def _is_apart(above: Word, below: Word) -> bool:
    """Whether two lines are too far from one another to be lines of one heading."""
    return baseline(below) - baseline(above) > _APART * (below.y1 - below.y0)


def without_spanning(row: Sequence[Word], names: Vocabulary) -> list[Word]:
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


def spelled_columns(
    words: Sequence[Placed], cells: Sequence[Cell], names: Vocabulary
) -> tuple[list[Column], int]:
    """Return the columns that words spell, and how well."""
    intervals = _intervals(words)
    groups, score = grouped(intervals, names.headings)
    matched = sum(name is not None for _, _, name in groups)
    if cells and matched < len(cells):
        # Headings that touch: each of their words goes to the nearest number under them.
        divided = _divided(intervals, cells)
        if len(divided) > len(intervals):
            other, other_score = grouped(divided, names.headings)
            if other_score > score:
                intervals, groups, score = divided, other, other_score
    if all(name is None for _, _, name in groups):
        return [], score  # prose, nearly always
    columns = []
    for first, last, name in groups:
        inside = [one for interval in intervals[first:last] for one in interval]
        box = union((w.x0, w.y0, w.x1, w.y1) for _, w in inside)
        heading = " ".join(text_of(inside).split())
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


def _intervals(words: Sequence[Placed]) -> list[list[Placed]]:
    """Divide words where no word covers the page's width."""
    intervals: list[list[Placed]] = []
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


def _divided(intervals: Sequence[Sequence[Placed]], cells: Sequence[Cell]) -> list[list[Placed]]:
    """Divide intervals that lie over several cells by the middles between the cells."""
    divided: list[list[Placed]] = []
    centres = [(cell.box[0] + cell.box[2]) / 2 for cell in cells]
    edges = [(left + right) / 2 for left, right in pairwise(centres)]
    for interval in intervals:
        parts: dict[int, list[Placed]] = {}
        for placed in interval:
            centre = (placed[1].x0 + placed[1].x1) / 2
            parts.setdefault(sum(centre > edge for edge in edges), []).append(placed)
        divided.extend(parts[key] for key in sorted(parts))
    return divided


def _turned_columns(
    frame: Frame, top: float, candidate: NumberRow, names: Vocabulary
) -> list[Column]:
    """Return the columns whose headings are set upwards or downwards above a row."""
    best: list[Column] = []
    for words, upwards in ((frame.rising, True), (frame.falling, False)):
        near = [
            word
            for word in words
            if top < word.y1 < candidate.y and candidate.y - word.y1 < _TURNED_WITHIN
        ]
        lines: list[list[Word]] = []
        for word in sorted(near, key=lambda word: word.x0):
            if lines and word.x0 - lines[-1][0].x0 < SAME_ROW * (word.x1 - word.x0):
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
        groups, _ = grouped(pieces, names.headings)
        columns = []
        for first, last, name in groups:
            inside = [word for line in lines[first:last] for word in line]
            text = text_of([one for piece in pieces[first:last] for one in piece])
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
