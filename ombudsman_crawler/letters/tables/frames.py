"""Frames: a page, or the page turned so that text set upwards or downwards stands upright."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ombudsman_crawler.figures.figure import Box
from ombudsman_crawler.letters.layout import baseline
from ombudsman_crawler.letters.letter import Page, Word
from ombudsman_crawler.letters.tables.table import Cell, Column, Row

# Baselines of one row may differ by this part of a word's height.
SAME_ROW = 0.35
# Up to this part of a word's height a gap is a space; above a label, only up to the other.
SPACE, NARROW = 0.55, 0.4
# A footnote mark: parts of the height of its word; how small, how near, how far above its baseline.
_MARK_SIZE, _MARK_GAP, _MARK_RAISED = 0.8, 0.4, 0.08
# The edge of a page, where page numbers stand (part of its height).
EDGE = 0.07

_Move = Callable[[Box], Box]


@dataclass(frozen=True)
class Frame:
    """The rows of a page's words, from the top; `rising` and `falling` as in `Page`."""

    number: int
    height: float
    rows: tuple[tuple[Word, ...], ...]
    rising: tuple[Word, ...]
    falling: tuple[Word, ...]


def frames_of(page: Page) -> Iterable[tuple[Frame, _Move]]:
    """Yield the frames of a page, each with the way back to the boxes of the page as displayed."""
    yield (
        Frame(page.number, page.height, _rows(page.words), page.rising, page.falling),
        lambda box: box,
    )
    # A landscape table may be drawn sideways on an upright page.
    if _is_sideways(page, page.rising):
        yield (
            _turned_frame(page, page.rising, page.width, _to_rising(page.height)),
            _from_rising(page.height),
        )
    if _is_sideways(page, page.falling):
        yield (
            _turned_frame(page, page.falling, page.width, _to_falling(page.width)),
            _from_falling(page.width),
        )


def _is_sideways(page: Page, words: Sequence[Word]) -> bool:
    """Whether turned words are more than headings: they hold numbers, or most of the page."""
    return sum(w.text[:1].isdigit() for w in words) >= 2 or len(words) > len(page.words)


def _turned_frame(page: Page, words: Sequence[Word], height: float, move: _Move) -> Frame:
    turned = [Word(w.text, *move((w.x0, w.y0, w.x1, w.y1))) for w in words]
    return Frame(page.number, height, _rows(turned), (), ())


def _to_rising(height: float) -> _Move:
    return lambda b: (height - b[3], b[0], height - b[1], b[2])


def _from_rising(height: float) -> _Move:
    return lambda b: (b[1], height - b[2], b[3], height - b[0])


def _to_falling(width: float) -> _Move:
    return lambda b: (b[1], width - b[2], b[3], width - b[0])


def _from_falling(width: float) -> _Move:
    return lambda b: (width - b[3], b[0], width - b[1], b[2])


def moved_back(row: Row, back: _Move) -> Row:
    """Return a row found in a frame with its boxes on the page as displayed."""
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
            if baseline(word) - baseline(first) <= SAME_ROW * height:
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
