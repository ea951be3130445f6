"""Numbers to cells, by how they stand under the columns; and labels to rows, wherever they wrap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from ombudsman_crawler.figures.figure import Box
from ombudsman_crawler.letters.layout import baseline, union
from ombudsman_crawler.letters.tables.frames import Frame
from ombudsman_crawler.letters.tables.spelling import Placed, grouped, text_of
from ombudsman_crawler.letters.tables.table import Cell, EmptyRow, OpenTable, Row
from ombudsman_crawler.letters.tables.vocabulary import Vocabulary

# The nearest column must be this much nearer than the next one.
_CLEARLY = 0.6
_ANCHORS: tuple[Callable[[Box], float], ...] = (
    lambda box: (box[0] + box[2]) / 2,
    lambda box: box[2],
    lambda box: box[0],
)


def finished_rows(frame: Frame, table: OpenTable, names: Vocabulary) -> list[Row]:
    """Return the rows of a table: cells under their columns, labels beside them."""
    targets = [column.box for column in table.columns]
    full = next((c for _, c in table.rows if len(c.cells) == len(table.columns) and c.label), None)
    if full is not None and assigned(full.cells, targets)[0] == list(range(len(targets))):
        # Cells of one column are set alike: a full row tells where more exactly.
        targets = [cell.box for cell in full.cells]
    labels, empty = _labels(frame, table, names)
    rows = []
    for number, (_, candidate) in enumerate(table.rows):
        places, sure = assigned(candidate.cells, targets)
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
                page=frame.number,
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
            page=frame.number,
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


def assigned(cells: Sequence[Cell], targets: Sequence[Box]) -> tuple[list[int | None], bool]:
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


def _top_of_labels(frame: Frame, first: int, left: float) -> float:
    """Return above which height nothing is a label, where the headings stand on another page: up to
    there, words stand in the column of the labels only."""
    while first and all(word.x1 <= left + 1 for word in frame.rows[first - 1]):
        first -= 1
    return baseline(frame.rows[first][0]) - 1


def _labels(
    frame: Frame, table: OpenTable, names: Vocabulary
) -> tuple[dict[int, tuple[str | None, str]], list[EmptyRow]]:
    """Return label and its text by the index of the row, and the labels of rows without a number.

    A label may wrap: it goes on under its row, or stands around it.
    """
    by_index = {candidate.index: candidate for _, candidate in table.rows}
    left = min(cell.box[0] for candidate in by_index.values() for cell in candidate.cells)
    left = min(left, *(column.box[0] for column in table.columns))
    last = max(by_index.values(), key=lambda candidate: candidate.y)
    bottom = last.y + 3 * last.height
    lines: list[list[Placed]] = []
    for index, row in enumerate(frame.rows):
        here = by_index.get(index)
        words = here.label_words if here else [word for word in row if word.x1 <= left + 1]
        if words and table.head_bottom - 40 < baseline(words[0]) <= bottom:
            lines.append([(index, word) for word in words])
    groups, _ = grouped(lines, names.labels)
    found: dict[int, tuple[str | None, str]] = {}
    apart: list[tuple[str, list[Placed]]] = []
    for start, end, name in groups:
        if name is None:
            continue
        placed = [one for line in lines[start:end] for one in line]
        rows = {index for index, _ in placed} & by_index.keys()
        if len(rows) == 1:
            found[rows.pop()] = (name.key, " ".join(text_of(placed).split()))
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
            found[candidate.index] = (key, " ".join(text_of(placed).split()))
            used.add(near[0][1])
        elif candidate.label is not None:
            text = " ".join(word.text for word in candidate.label_words)
            found[candidate.index] = (candidate.label, text)
    top = table.head_bottom or _top_of_labels(frame, min(by_index), left)
    empty = [
        EmptyRow(key, " ".join(text_of(placed).split()), placed)
        for number, (key, placed) in enumerate(apart)
        if number not in used
        and (key, " ".join(text_of(placed).split())) not in found.values()
        and all(top < baseline(word) < last.y for _, word in placed)
        and all(word.x1 <= left + 1 for index, _ in placed for word in frame.rows[index])
    ]
    return found, empty
