"""The text of a PDF that is no letter, as people read it: block after block, page after page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ombudsman_crawler.letters import words
from ombudsman_crawler.letters.layout import Block, Line, blocks_of, passage

#: Of a longer document only the first pages are read.
MOST_PAGES = 200
#: Characters; the longest report known has a fifth of it.
MOST_TEXT = 1_000_000
# Between paragraphs lines are farther apart than within one, by this much.
_APART = 1.2


@dataclass(frozen=True, slots=True)
class PlainText:
    """Paragraphs in order; `first_page` are the lines of the first page, and `title` the largest
    print there. `cut` where there is more than is read."""

    paragraphs: tuple[str, ...]
    first_page: tuple[str, ...]
    title: str | None
    cut: bool


def read(data: bytes) -> PlainText:
    """Read a PDF's text. Raises UnreadablePdf with the reason where there is none to be had."""
    page_count = len(words.open_vetted(data).pages)
    pages = words.extract(data, first_pages=MOST_PAGES)
    found = [blocks_of(page) for page in pages]
    paragraphs: list[str] = []
    length, cut = 0, page_count > MOST_PAGES
    all_blocks = [block for blocks in found for block in blocks]
    usual = _usual_gaps(all_blocks)
    for block in all_blocks:
        for lines in _paragraphs(block, usual):
            paragraphs.append(_text(lines))
            length += len(paragraphs[-1])
        if length > MOST_TEXT:
            cut = True
            break
    first = found[0] if found else ()
    lines_of_first = tuple(line.text for block in first for line in block.lines)
    return PlainText(tuple(paragraphs), lines_of_first, _title(first), cut)


def _usual_gaps(blocks: Sequence[Block]) -> dict[int, float]:
    """Return how far apart lines of each size (points) stand within a paragraph."""
    gaps: dict[int, list[float]] = {}
    for block in blocks:
        for before, after in pairwise(block.lines):
            gaps.setdefault(round(before.height), []).append(after.baseline - before.baseline)
    # Where most paragraphs have one line, most gaps are wide.
    return {height: sorted(found)[len(found) // 5] for height, found in gaps.items()}


def _paragraphs(block: Block, usual: dict[int, float]) -> Iterator[list[Line]]:
    """Divide a block where its lines are farther apart than usual, or change in size."""
    current = [block.lines[0]]
    for before, after in pairwise(block.lines):
        gap = after.baseline - before.baseline
        if gap > _APART * usual[round(before.height)] or abs(before.height - after.height) > 1:
            yield current
            current = []
        current.append(after)
    yield current


def _text(lines: Sequence[Line]) -> str:
    return passage(lines).text.replace("\n", " ")


def _title(blocks: tuple[Block, ...]) -> str | None:
    """Return the lines of a first page that are set in the largest print, if they follow one
    another."""
    lines = [line for block in blocks for line in block.lines]
    largest = max((round(line.height) for line in lines), default=0)
    set_so = [n for n, line in enumerate(lines) if round(line.height) == largest]
    if not set_so or set_so[-1] - set_so[0] >= len(set_so) or len(set_so) == len(lines):
        return None
    title = _text(lines[set_so[0] : set_so[-1] + 1])
    return title[:300] if any(character.isalpha() for character in title) else None
