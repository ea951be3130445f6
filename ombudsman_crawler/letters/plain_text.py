"""The text of a PDF that is no letter, as people read it: block after block, page after page."""

from __future__ import annotations

from dataclasses import dataclass

from ombudsman_crawler.letters import words
from ombudsman_crawler.letters.layout import Block, blocks_of

#: Of a longer document only the first pages are read.
MOST_PAGES = 200
#: Characters; the longest report known has a fifth of it.
MOST_TEXT = 1_000_000


@dataclass(frozen=True, slots=True)
class PlainText:
    """Blocks of text, in order; `first_page` are the lines of the first page, and `title` the
    largest print there. `cut` where there is more than is read."""

    blocks: tuple[str, ...]
    first_page: tuple[str, ...]
    title: str | None
    cut: bool


def read(data: bytes) -> PlainText:
    """Read a PDF's text. Raises UnreadablePdf with the reason where there is none to be had."""
    page_count = len(words.open_vetted(data).pages)
    pages = words.extract(data, first_pages=MOST_PAGES)
    found = [blocks_of(page) for page in pages]
    texts: list[str] = []
    length, cut = 0, page_count > MOST_PAGES
    for block in (block for blocks in found for block in blocks):
        text = _text(block)
        length += len(text)
        if length > MOST_TEXT:
            cut = True
            break
        texts.append(text)
    first = found[0] if found else ()
    lines = tuple(line.text for block in first for line in block.lines)
    return PlainText(tuple(texts), lines, _title(first), cut)


def _text(block: Block) -> str:
    return block.passage.text.replace("\n", " ")


def _title(blocks: tuple[Block, ...]) -> str | None:
    """Return the block of a first page that is set in the largest print, if one is."""
    worded = [block for block in blocks if any(c.isalpha() for c in _text(block))]
    heights = [max(line.height for line in block.lines) for block in worded]
    if not heights or heights.count(max(heights)) > 1:
        return None
    return _text(worded[heights.index(max(heights))])[:300]
