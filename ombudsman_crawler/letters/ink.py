"""Where the words of a line stand in its picture: from the ink, in pixels.

The engine says which characters it saw and about where along the line. Their exact ends are where
the ink ends; the font size and the baseline follow from how far the ink reaches up and down, given
which characters there are (capitals and digits reach higher than "a", "p" lower than "n").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# Parts of the font size by which print reaches above and below its baseline.
_CAPITALS, _SMALL_LETTERS, _TAILS, _COMMAS = 0.72, 0.53, 0.21, 0.14
_WITHOUT_ASCENDER = frozenset("acegmnopqrsuvwxyz.,:;-–—_~=+…·•")
_WITH_TAIL = frozenset("gjpqy()[]{}|")
_HANGING = frozenset(",;")
# The font size in parts of the height of the line's frame: how far it may be from what is usual.
_LEAST_SIZE, _USUAL_SIZE, _MOST_SIZE = 0.6, 0.95, 1.3
_USUAL_BASELINE = 0.78
# A column inked over this part of the frame's height is a rule of a table; a row likewise.
_RULE = 0.95
# A character takes this part of the height of its frame, where no ink tells better.
_USUAL_WIDTH = 0.45

# An array of pixels; the library is the extra's, which the type checker needn't have.
Picture = Any


@dataclass(frozen=True, slots=True)
class Line:
    """A line in its own frame: each word with start and end, the baseline and the font size, in
    pixels from the top left, the text upright."""

    words: tuple[tuple[str, float, float], ...]
    baseline: float
    size: float


def line_of(cut: Picture, info: Any) -> Line:
    """Put the words of a line where its ink is.

    `info`: each word's characters (`words`) and the columns they were seen in (`word_cols`),
    `line_txt_len` columns being the width of the picture.
    """
    height, width = cut.shape[:2]
    texts = ["".join(characters) for characters in info.words]
    if not texts or not info.line_txt_len:
        return Line((), 0.0, 0.0)
    ink = _ink(cut)
    inked = ink.any(axis=0).tolist()
    column = width / info.line_txt_len
    half = _USUAL_WIDTH * height / 2
    bounds = [0.0]
    for before, after in zip(info.word_cols, info.word_cols[1:], strict=False):
        bounds += _gap(inked, (before[-1] + 0.5) * column, (after[0] + 0.5) * column, half)
    bounds.append(float(width))
    first, last = (info.word_cols[0][0] + 0.5) * column, (info.word_cols[-1][-1] + 0.5) * column
    bounds[0] = next((float(x) for x in range(int(first + 1)) if _at(inked, x)), first - half)
    bounds[-1] = next(
        (x + 1.0 for x in range(width - 1, int(last) - 1, -1) if _at(inked, x)), last + half
    )
    words = tuple(
        (text, start, max(end, start + 1))
        for text, start, end in zip(texts, bounds[0::2], bounds[1::2], strict=True)
    )
    size, baseline = _measured(ink, "".join(texts))
    return Line(words, baseline, size)


def _at(inked: Sequence[bool], x: int) -> bool:
    return 0 <= x < len(inked) and inked[x]


def _gap(inked: Sequence[bool], start: float, end: float, half: float) -> tuple[float, float]:
    """Return the widest stretch without ink between the middles of two characters: where the one
    word ends and the next begins."""
    best = (0, 0)
    begun: int | None = None
    for x in range(max(int(start), 0), min(int(end) + 1, len(inked))):
        if inked[x]:
            begun = None
            continue
        begun = x if begun is None else begun
        if x + 1 - begun > best[1] - best[0]:
            best = (begun, x + 1)
    if best == (0, 0):
        middle = (start + end) / 2
        return min(start + half, middle), max(end - half, middle)
    return float(best[0]), float(best[1])


def _ink(cut: Picture) -> Picture:
    """Return which pixels are ink (true), without the rules of a table at the frame's edges."""
    grey = cut.mean(axis=2) if cut.ndim == 3 else cut
    dark, light = float(grey.min()), float(grey.max())
    ink = grey < (dark + light) / 2
    if ink.mean() > 0.5:  # light print on a dark ground
        ink = ~ink
    ink[:, ink.mean(axis=0) >= _RULE] = False
    return ink


def _measured(ink: Picture, text: str) -> tuple[float, float]:
    """Return the font size and the baseline of a line, by how far its ink reaches up and down."""
    height = ink.shape[0]
    usual = _USUAL_SIZE * height, _USUAL_BASELINE * height
    if not any(character.isalnum() for character in text):
        return usual
    rows = [0 < part < _RULE for part in ink.mean(axis=1).tolist()]
    top, bottom = _middle_run(rows)
    above = _SMALL_LETTERS if set(text) <= _WITHOUT_ASCENDER else _CAPITALS
    below = _TAILS if set(text) & _WITH_TAIL else _COMMAS if set(text) & _HANGING else 0.0
    size = (bottom - top) / (above + below)
    if not _LEAST_SIZE * height <= size <= _MOST_SIZE * height:
        return usual
    return size, bottom - below * size


def _middle_run(rows: Sequence[bool]) -> tuple[int, int]:
    """Return where the inked rows around a frame's middle begin and end: what is beyond a blank
    row near the edge belongs to the lines above and below."""
    middle = range(len(rows) // 4, len(rows) - len(rows) // 4)
    inside = [y for y in middle if rows[y]]
    if not inside:
        return 0, 0
    top, bottom = inside[0], inside[-1] + 1
    while top > 0 and rows[top - 1]:
        top -= 1
    while bottom < len(rows) and rows[bottom]:
        bottom += 1
    return top, bottom
