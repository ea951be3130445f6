"""Words with boxes to lines, blocks and passages of text, by geometry alone.

A *line* is a run of words on one baseline without a column gap; a *block* is lines of one column
under one another; a *passage* is text with the way back from each character to its word. Nothing
here depends on the order in which words were drawn.

Distances are compared in parts of a word's height (1.1 font sizes, see `words`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from ombudsman_crawler.figures.figure import Box
from ombudsman_crawler.letters.letter import Page, Word

# A word's baseline above its lower edge, and how far two baselines of one line may differ.
_BASELINE = 0.25 / 1.1
_SAME_BASELINE = 0.2
# Gaps within a line: up to the first they are spaces; from the second on they divide columns;
# between, the lines above and below decide (justified text has wide spaces, cells narrow gaps).
_SPACE = 0.55
_COLUMN = 1.6
# Lines of a block follow within this distance and have about one height.
_LEADING = 1.25
_LIKE_HEIGHT = 1.25
# How far above and below a gap its neighbouring lines may be.
_NEAR = 2.2
# Lines of a column start at one place (points), and are found within this distance of each other.
_ALIGNED = 1.0
_COLUMN_REACH = 8.0


@dataclass(frozen=True)
class Line:
    """Words on one baseline, from left to right, without a column gap."""

    page: int
    words: tuple[Word, ...]

    @cached_property
    def box(self) -> Box:
        return union((w.x0, w.y0, w.x1, w.y1) for w in self.words)

    @cached_property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @cached_property
    def height(self) -> float:
        """The height of most of its characters (a number may be set larger than its words)."""
        lengths: dict[float, int] = {}
        for word in self.words:
            exact = word.y1 - word.y0
            lengths[exact] = lengths.get(exact, 0) + len(word.text)
        weights: dict[float, int] = {}
        for exact, length in lengths.items():
            height = round(exact, 1)
            weights[height] = weights.get(height, 0) + length
        return max(weights, key=lambda height: (weights[height], height))

    @cached_property
    def baseline(self) -> float:
        height = self.height
        like = (w for w in self.words if abs(w.y1 - w.y0 - height) < 0.1)
        return baseline(next(like, self.words[0]))


@dataclass(frozen=True)
class Block:
    """Lines of one column, one under the other."""

    page: int
    lines: tuple[Line, ...]

    @cached_property
    def box(self) -> Box:
        return union(line.box for line in self.lines)

    @cached_property
    def passage(self) -> Passage:
        return passage(self.lines)


@dataclass(frozen=True)
class Place:
    """Where some characters of a passage stand."""

    page: int
    box: Box


@dataclass(frozen=True)
class Passage:
    """Text with the way back to the words: `starts[i]` is where `words[i]` begins in `text`.

    Words are divided by one space, lines by one line feed; `pages[i]` is the page of `words[i]`.
    """

    text: str
    words: tuple[Word, ...]
    starts: tuple[int, ...]
    pages: tuple[int, ...]

    def place(self, start: int, end: int) -> Place:
        """Return the box of the characters from `start` to `end`, on the page of the first.

        Within a word the characters are taken as equally wide.
        """
        first = max(bisect_right(self.starts, start) - 1, 0)
        last = max(bisect_right(self.starts, max(end - 1, start)) - 1, first)
        boxes = []
        for index in range(first, last + 1):
            if self.pages[index] != self.pages[first]:
                break
            word, begin = self.words[index], self.starts[index]
            left = max(start - begin, 0) / len(word.text)
            right = min((end - begin) / len(word.text), 1.0)
            width = word.x1 - word.x0
            boxes.append(
                (
                    word.x0 if left <= 0 else round(word.x0 + left * width, 2),
                    word.y0,
                    word.x1 if right >= 1 else round(word.x0 + right * width, 2),
                    word.y1,
                )
            )
        return Place(page=self.pages[first], box=union(boxes))


def union(boxes: Iterable[Box]) -> Box:
    """Return the smallest box around boxes (at least one)."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def baseline(word: Word) -> float:
    return word.y1 - _BASELINE * (word.y1 - word.y0)


_LEFT_END = attrgetter("x0")


def overlap(first: Box, second: Box) -> float:
    """Return by how much two boxes overlap horizontally (points; negative: the gap)."""
    return min(first[2], second[2]) - max(first[0], second[0])


def passage(lines: Sequence[Line]) -> Passage:
    """Return the text of lines, in the order given; a word broken by a hyphen is put together."""
    pieces: list[str] = []
    words: list[Word] = []
    starts: list[int] = []
    pages: list[int] = []
    length = 0
    for line in lines:
        separator = "\n" if words else ""
        if words and _broken(words[-1].text, line.words[0].text):
            pieces[-1] = pieces[-1][:-1]
            length -= 1
            separator = ""
        for word in line.words:
            pieces += (separator, word.text)
            length += len(separator)
            starts.append(length)
            length += len(word.text)
            separator = " "
        words += line.words
        pages += [line.page] * len(line.words)
    return Passage("".join(pieces), tuple(words), tuple(starts), tuple(pages))


def _broken(end_of_line: str, start_of_next: str) -> bool:
    return (
        len(end_of_line) > 2
        and end_of_line[-1] == "-"
        and end_of_line[-2].isalpha()
        and start_of_next[:1].islower()
    )


def lines_of(page: Page) -> tuple[Line, ...]:
    """Return the lines of a page, from the top, then from the left."""
    rows = [_pieces(row) for row in _rows(page.words)]
    lines: list[Line] = []
    for index, pieces in enumerate(rows):
        current = list(pieces[0])
        for left, right in pairwise(pieces):
            if _one_line(left[-1], right[0], rows, index):
                current.extend(right)
            else:
                lines.append(Line(page.number, tuple(current)))
                current = list(right)
        lines.append(Line(page.number, tuple(current)))
    return tuple(sorted(lines, key=lambda line: (line.baseline, line.box[0])))


def _rows(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Divide words into rows of one baseline, each from left to right."""
    row: list[Word] = []
    top = 0.0
    placed = sorted(
        [(baseline(word), word.x0, word) for word in words], key=lambda placed: placed[:2]
    )
    for at, _, word in placed:
        if row and at - top > _SAME_BASELINE * (word.y1 - word.y0):
            yield sorted(row, key=_LEFT_END)
            row = []
        if not row:
            top = at
        row.append(word)
    if row:
        yield sorted(row, key=_LEFT_END)


def _pieces(row: list[Word]) -> list[list[Word]]:
    """Divide a row where its words are farther apart than a space of usual width."""
    pieces = [[row[0]]]
    for left, right in pairwise(row):
        if right.x0 - left.x1 > _SPACE * _mean_height(left, right):
            pieces.append([right])
        else:
            pieces[-1].append(right)
    return pieces


def _mean_height(left: Word, right: Word) -> float:
    return (left.y1 - left.y0 + right.y1 - right.y0) / 2


def _one_line(left: Word, right: Word, rows: Sequence[list[list[Word]]], index: int) -> bool:
    """Whether two pieces of a row are one line with a wide space, by the rows around them."""
    height = _mean_height(left, right)
    if right.x0 - left.x1 > _COLUMN * height or not _like(left, right):
        return False
    if _starts_column(right, rows, index):
        return False
    middle = (left.x1 + right.x0) / 2
    votes = 0
    for neighbours in (range(index - 1, -1, -1), range(index + 1, len(rows))):
        for neighbour in neighbours:
            row = rows[neighbour]
            if abs(baseline(row[0][0]) - baseline(left)) > _NEAR * height:
                break
            vote = _vote(row, middle, 4 * height) if _like(row[0][0], left) else 0
            votes += vote
            if vote:
                break
    return votes > 0


def _like(first: Word, second: Word) -> bool:
    low, high = sorted((first.y1 - first.y0, second.y1 - second.y0))
    return high <= _LIKE_HEIGHT * low


def _starts_column(word: Word, rows: Sequence[list[list[Word]]], index: int) -> bool:
    """Whether text after a gap starts at the same place in a row close above or below."""
    height = word.y1 - word.y0
    for neighbours in (range(index - 1, -1, -1), range(index + 1, len(rows))):
        for neighbour in neighbours:
            row = rows[neighbour]
            if abs(baseline(row[0][0]) - baseline(word)) > _COLUMN_REACH * height:
                break
            if any(abs(piece[0].x0 - word.x0) < _ALIGNED for piece in row):
                return True
    return False


def _vote(row: list[list[Word]], middle: float, reach: float) -> int:
    """Return 1 if text of a row runs on across `middle`, -1 if it has a gap there, else 0."""
    if any(piece[0].x0 < middle < piece[-1].x1 for piece in row):
        return 1
    before = any(0 <= middle - piece[-1].x1 <= reach for piece in row)
    after = any(0 <= piece[0].x0 - middle <= reach for piece in row)
    return -1 if before and after else 0


def blocks_of(page: Page) -> tuple[Block, ...]:
    """Return the blocks of a page, from the top, then from the left.

    A line goes on in the line under it if neither has another line beside it in the same column.
    """
    lines = lines_of(page)
    spans = [_Span(line.baseline, line.height, line.box[0], line.box[2]) for line in lines]
    below = {
        index: _nearest(spans, index, range(index + 1, len(lines))) for index in range(len(lines))
    }
    above = {index: _nearest(spans, index, range(index - 1, -1, -1)) for index in range(len(lines))}
    follows = {
        index: below[index][0]
        for index in below
        if len(below[index]) == 1
        and above[below[index][0]] == [index]
        and _alike(lines[index], lines[below[index][0]])
    }
    starts = sorted(set(range(len(lines))) - set(follows.values()))
    blocks = []
    for start in starts:
        chain = [start]
        while chain[-1] in follows:
            chain.append(follows[chain[-1]])
        blocks.append(Block(page.number, tuple(lines[index] for index in chain)))
    return tuple(sorted(blocks, key=lambda block: (block.box[1], block.box[0])))


def _alike(first: Line, second: Line) -> bool:
    low, high = sorted((first.height, second.height))
    return high <= _LIKE_HEIGHT * low


class _Span(NamedTuple):
    """Where a line stands, as far as its neighbours are concerned."""

    baseline: float
    height: float
    left: float
    right: float


def _nearest(spans: Sequence[_Span], index: int, others: range) -> list[int]:
    """Return the nearest lines of the same column in one direction (`others`), all of one height.

    Lines farther than the leading aren't neighbours.
    """
    line_baseline, line_height, line_left, line_right = spans[index]
    found: list[int] = []
    nearest = 0.0
    for other in others:
        base, height, left, right = spans[other]
        distance = abs(base - line_baseline)
        if distance > 3 * (line_height + height):
            break
        if found and distance > nearest + 0.5 * line_height:
            break
        if min(right, line_right) <= max(left, line_left):
            continue
        smaller = height if height < line_height else line_height
        if distance < 0.4 * smaller:
            continue
        if distance - 0.9 * (line_height + height) / 2 > _LEADING * smaller:
            continue
        if not found:
            nearest = distance
        found.append(other)
    return found
