"""Rows of numbers on a page, and the labels before them."""

from __future__ import annotations

from collections.abc import Sequence

from ombudsman_crawler.letters.layout import baseline, union
from ombudsman_crawler.letters.letter import Word
from ombudsman_crawler.letters.tables.frames import EDGE, SPACE, Frame
from ombudsman_crawler.letters.tables.spelling import GROUP
from ombudsman_crawler.letters.tables.table import CELL, Cell, NumberRow
from ombudsman_crawler.letters.tables.vocabulary import Vocabulary

_PERCENT_GAP = 0.6


def number_rows(frame: Frame, names: Vocabulary) -> list[NumberRow]:
    """Return the rows of a frame that end in cells, from the top."""
    found = []
    for index, row in enumerate(frame.rows):
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
        at_edge = y < EDGE * frame.height or y > (1 - EDGE) * frame.height
        if at_edge and len(cells) == 1 and label is None:
            continue  # a page number
        found.append(NumberRow(index, y, height, tuple(row[:count]), label, cells))
    return found


def _is_prose(row: Sequence[Word], count: int, cells: Sequence[Cell]) -> bool:
    """Whether a single number is the end of a sentence: a space behind its words."""
    before = row[count - 1]
    gap = cells[0].box[0] - before.x1
    return count > 0 and len(cells) == 1 and gap <= SPACE * (before.y1 - before.y0)


def _label(row: Sequence[Word], names: Vocabulary) -> tuple[str | None, int]:
    """Return the key of the label a row begins with, and how many words it has."""
    for count in range(min(len(row), GROUP), 0, -1):
        name = names.labels.spelled(" ".join(word.text for word in row[:count]))
        if name is not None:
            return name.key, count
    return None, 0


def _is_cell_start(row: Sequence[Word], index: int) -> bool:
    if index and not row[index].text[0].isalnum():
        # A dash a space behind a word belongs to it: "01/04/08 -" goes on in the next line.
        before = row[index - 1]
        if row[index].x0 - before.x1 < SPACE * (before.y1 - before.y0):
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
