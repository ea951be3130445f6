"""Where the words of a line stand in its picture: from the ink, in pixels.

The engine says which characters it saw and about where along the line. Their exact ends are where
the ink ends; the font size and the baseline follow from how far the ink reaches up and down, given
which characters there are (capitals and digits reach higher than "a", "p" lower than "n").
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

# Parts of the font size by which print reaches above and below its baseline.
_CAPITALS, _SMALL_LETTERS, _TAILS, _COMMAS = 0.72, 0.53, 0.21, 0.14
_WITHOUT_ASCENDER = frozenset("acegmnopqrsuvwxyz.,:;-–—_~=+…·•")
_WITH_TAIL = frozenset("gjpqy()[]{}|")
_HANGING = frozenset(",;")
# The font size in parts of the height of the line's frame: how far it may be from what is usual.
_LEAST_SIZE, _USUAL_SIZE, _MOST_SIZE = 0.4, 0.95, 1.3
_USUAL_BASELINE = 0.78
# Where characters stand is known to a column of this part of the font size, or not well enough.
_FINE = 0.25
# A column inked over this part of the frame's height is a rule of a table; a row likewise.
_RULE = 0.95
# Parts of the font size: a gap in the ink that is a space; a character's width, where no ink tells.
_SPACE = 0.25
_USUAL_WIDTH = 0.45

# Lines of one row: their baselines differ by no more than this part of the font size, and their
# sizes, measured in few pixels, by no more than this factor.
_ONE_ROW, _LIKE_SIZE = 0.25, 1.4
# Sizes that differ by no more than this part are one font size, measured twice.
_NEAR_SIZE = 0.09
# A scan lies straight to some 2 in 100.
_CROOKED = 0.035

# An array of pixels; the library is the extra's, which the type checker needn't have.
Picture = Any


@dataclass(frozen=True, slots=True)
class Line:
    """A line: each word with start and end, the baseline and the font size, in pixels from the top
    left of its frame or of the page. `slope`: by how much it falls to the right, if it tells."""

    words: tuple[tuple[str, float, float], ...]
    baseline: float
    size: float
    slope: float | None = None

    @property
    def middle(self) -> float:
        return (self.words[0][1] + self.words[-1][2]) / 2

    @property
    def weight(self) -> int:
        return sum(len(text) for text, _, _ in self.words)


def line_of(cut: Picture, info: Any) -> Line:
    """Put the words of a line where its ink is.

    `info`: each word's characters (`words`) and the columns they were seen in (`word_cols`),
    `line_txt_len` columns being the width of the picture.
    """
    width = cut.shape[1]
    texts = ["".join(characters) for characters in info.words]
    if not texts or not info.line_txt_len:
        return Line((), 0.0, 0.0)
    ink = _ink(cut)
    inked = ink.any(axis=0).tolist()
    size, baseline = _measured(ink, "".join(texts))
    column = width / info.line_txt_len
    spelled = [
        (text, [(place + 0.5) * column for place in places])
        for text, places in zip(texts, info.word_cols, strict=True)
    ]
    bounds = [_end_of_ink(inked, spelled[0][1][0], -1, size, column)]
    for (_, before), (_, after) in pairwise(spelled):
        bounds += _gap(inked, before[-1], after[0], size)
    bounds.append(_end_of_ink(inked, spelled[-1][1][-1], 1, size, column))
    words: list[tuple[str, float, float]] = []
    for (text, middles), start, end in zip(spelled, bounds[0::2], bounds[1::2], strict=True):
        # Where the columns are coarse for the print, a gap can't be told between which characters.
        if column <= _FINE * size:
            words += _unglued(text, middles, start, end, inked, size)
        else:
            words.append((text, start, max(end, start + 1)))
    return Line(tuple(words), baseline, size)


def _unglued(
    text: str,
    middles: Sequence[float],
    start: float,
    end: float,
    inked: Sequence[bool],
    size: float,
) -> Iterator[tuple[str, float, float]]:
    """Divide a word where the engine missed a space: at a letter, where the ink has a wide gap.

    Never between the characters of a number: a "1" has room around it.
    """
    begun = 0
    for blank, ink in _blanks(inked, int(start), int(end)):
        if ink - blank < _SPACE * size or len(text) - begun < 2:
            continue
        index = min(
            range(begun + 1, len(text)),
            key=lambda k: abs(middles[k - 1] + middles[k] - blank - ink),
        )
        before, after = text[index - 1], text[index]
        at_letter = before.isalpha() or after.isalpha() or before == ":"
        if at_letter and (after.isalnum() or after == "("):
            yield text[begun:index], start, float(blank)
            begun, start = index, float(ink)
    yield text[begun:], start, max(end, start + 1)


def _end_of_ink(
    inked: Sequence[bool], middle: float, step: int, size: float, column: float
) -> float:
    """Return where the ink of a line's first or last character ends, going left (`step` -1) or
    right (1); its middle is known to a column. A rule of a table stands farther off than a space.
    """
    end: int | None = None
    blank = 0.0
    x = min(max(int(middle - step * column), 0), len(inked) - 1)
    while 0 <= x < len(inked):
        if inked[x]:
            end, blank = x, 0
        elif (blank := blank + 1) > (_SPACE * size if end is not None else 2 * column):
            break
        x += step
    if end is None:
        return middle + step * _USUAL_WIDTH * size / 2
    return float(end + (step > 0))


def _gap(inked: Sequence[bool], start: float, end: float, size: float) -> tuple[float, float]:
    """Return the widest stretch without ink between the middles of two characters: where the one
    word ends and the next begins."""
    blanks = list(_blanks(inked, max(int(start), 0), min(int(end) + 1, len(inked))))
    if not blanks:
        half, middle = _USUAL_WIDTH * size / 2, (start + end) / 2
        return min(start + half, middle), max(end - half, middle)
    left, right = max(blanks, key=lambda blank: blank[1] - blank[0])
    # A middle that is a little off may lie in the gap itself.
    while left > 0 and not inked[left - 1]:
        left -= 1
    while right < len(inked) and not inked[right]:
        right += 1
    return float(left), float(right)


def _blanks(inked: Sequence[bool], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches without ink from `start` to `end`."""
    begun: int | None = None
    for x in range(start, min(end, len(inked))):
        if not inked[x]:
            begun = x if begun is None else begun
        elif begun is not None:
            yield begun, x
            begun = None
    if begun is not None:
        yield begun, end


def _ink(cut: Picture) -> Picture:
    """Return which pixels are ink (true), without the rules of a table at the frame's edges."""
    grey = cut.mean(axis=2)
    # Against the ground, so that light print on a dark panel is ink too.
    ground = sorted(grey.ravel().tolist())[grey.size // 2]
    contrast = abs(grey - ground)
    ink = contrast > contrast.max() / 2
    ink[ink.mean(axis=1) >= _RULE, :] = False
    ink[:, ink.mean(axis=0) >= _RULE] = False
    return ink


def _measured(ink: Picture, text: str) -> tuple[float, float]:
    """Return the font size and the baseline of a line, by how far its ink reaches up and down."""
    height = ink.shape[0]
    usual = _USUAL_SIZE * height, _USUAL_BASELINE * height
    if not any(character.isalnum() for character in text):
        return usual
    rows = ink.any(axis=1).tolist()
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


def aligned(lines: Sequence[Line], pivot: float) -> list[Line]:
    """Return the lines of a page as they were set: those of one row on one baseline, and every line
    in one of the page's few font sizes. A pixel more or less is much in small print.

    A page that lies crooked is set straight around `pivot` (its middle, from the left), by moving
    lines up and down: at a slope of 1 in 100 the outermost by 1 in 200 of the page's width.
    """
    slopes = [line.slope for line in lines if line.slope is not None]
    slope = statistics.median(slopes) if slopes else 0.0
    if abs(slope) > _CROOKED:
        slope = 0.0  # no scan: a page whose lines are meant to stand askew
    straight = [
        replace(line, baseline=line.baseline - slope * (line.middle - pivot)) for line in lines
    ]
    rows: list[list[Line]] = []
    for line in sorted(straight, key=lambda line: line.baseline):
        if rows and _of_one_row(rows[-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    sizes = _font_sizes([line for row in rows for line in row])
    return [
        replace(line, baseline=baseline, size=min(sizes, key=lambda size: abs(size - usual)))
        for row in rows
        for baseline, usual in [(_middle(row, "baseline"), _middle(row, "size"))]
        for line in row
    ]


def _of_one_row(row: Sequence[Line], line: Line) -> bool:
    small, large = sorted((_middle(row, "size"), line.size))
    return (
        line.baseline - _middle(row, "baseline") <= _ONE_ROW * small and large <= _LIKE_SIZE * small
    )


def _font_sizes(lines: Sequence[Line]) -> list[float]:
    """Return the font sizes of a page, the commonest first."""
    sizes = []
    left = list(lines)
    while left:
        heaviest = max(left, key=lambda line: sum(o.weight for o in left if _near(o, line)))
        like = [line for line in left if _near(line, heaviest)]
        sizes.append(_middle(like, "size"))
        left = [line for line in left if not _near(line, heaviest)]
    return sizes


def _near(line: Line, other: Line) -> bool:
    return abs(line.size - other.size) <= _NEAR_SIZE * other.size


def _middle(lines: Sequence[Line], what: str) -> float:
    """Return the median of a quantity of lines, each weighing as much as it has characters."""
    return float(
        statistics.median(value for line in lines for value in [getattr(line, what)] * line.weight)
    )
