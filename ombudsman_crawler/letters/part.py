"""The pages of one letter, laid out; and where one letter ends and the next begins.

A document may hold several letters, or a letter behind the report that took it to a committee.
A letter begins on the page that has both its title and its "Dear …" line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ombudsman_crawler.letters.layout import Block, Line, Passage, blocks_of, passage
from ombudsman_crawler.letters.letter import Page

#: The title of a letter, alone on its line: "Annual Review letter 2021", "Annual Letter 2006/07".
TITLE = re.compile(
    r"(?:the\s+)?(?:local\s+government\s+ombudsman['’]s\s+)?(?:"
    r"annual\s+(?:review\s+)?letter(?:\s+(?:20\d\d(?:\s*[-/–]\s*(?:20)?\d\d)?))?"
    r"(?:\s*[-–—:]\s*introduction)?"
    r"|annual\s+review(?:\s+20\d\d\s*[-/–]\s*(?:20)?\d\d)?)",
    re.IGNORECASE,
)
SALUTATION = re.compile(r"dear\s+\S.{0,60}", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"(?:page\s+)?\d{1,3}(?:\s+of\s+\d{1,3})?", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_AT_THE_EDGE = 0.07  # of the page's height: where page numbers stand


@dataclass(frozen=True)
class Sheet:
    """One page and its blocks, from the top, then from the left."""

    page: Page
    blocks: tuple[Block, ...]

    @property
    def number(self) -> int:
        return self.page.number

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Its lines from the top, then from the left."""
        lines = [line for block in self.blocks for line in block.lines]
        return tuple(sorted(lines, key=lambda line: (line.baseline, line.box[0])))

    def is_at_edge(self, line: Line) -> bool:
        """Whether a line stands where running heads and feet do."""
        edge = _AT_THE_EDGE * self.page.height
        return line.box[1] < edge or line.box[3] > self.page.height - edge

    def is_page_number(self, line: Line) -> bool:
        """Whether a line is no more than a page number at the page's edge."""
        return self.is_at_edge(line) and _PAGE_NUMBER.fullmatch(line.text) is not None


@dataclass(frozen=True, eq=False)
class Part:
    """The sheets of one letter (at least one). A part equals only itself."""

    number: int
    sheets: tuple[Sheet, ...]

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(block for sheet in self.sheets for block in sheet.blocks)

    @cached_property
    def _running_heads(self) -> frozenset[str]:
        """What stands at the edge of more than one page, apart from its digits."""
        seen = Counter(
            text
            for sheet in self.sheets
            for text in {_DIGITS.sub("", ln.text) for ln in sheet.lines if sheet.is_at_edge(ln)}
        )
        return frozenset(text for text, sheets in seen.items() if sheets > 1)

    @cached_property
    def running_text(self) -> Passage:
        """The whole text in reading order, across pages, without page numbers and running heads:
        a sentence may go on behind them."""
        return passage(
            [
                line
                for sheet in self.sheets
                for block in sheet.blocks
                for line in block.lines
                if not sheet.is_page_number(line)
                and not (
                    sheet.is_at_edge(line) and _DIGITS.sub("", line.text) in self._running_heads
                )
            ]
        )

    @cached_property
    def title_line(self) -> Line | None:
        """The line with the letter's title: that of the first sheet if it has one."""
        for sheet in self.sheets:
            for line in sheet.lines:
                if TITLE.fullmatch(line.text):
                    return line
        return None

    @cached_property
    def salutation_line(self) -> Line | None:
        for sheet in self.sheets:
            for line in sheet.lines:
                if SALUTATION.fullmatch(line.text):
                    return line
        return None


def lay_out(pages: Sequence[Page]) -> tuple[Sheet, ...]:
    """Return the pages with their blocks."""
    return tuple(Sheet(page, blocks_of(page)) for page in pages)


def split(sheets: Sequence[Sheet]) -> tuple[Part, ...]:
    """Divide a document into its letters. What stands before the first letter belongs to none.

    A document without any first page of a letter is one part.
    """
    starts = [index for index, sheet in enumerate(sheets) if _begins_letter(sheet)]
    if not starts:
        return (Part(1, tuple(sheets)),)
    ends = [*starts[1:], len(sheets)]
    return tuple(
        Part(number, tuple(sheets[start:end]))
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
    )


def _begins_letter(sheet: Sheet) -> bool:
    return any(TITLE.fullmatch(line.text) for line in sheet.lines) and any(
        SALUTATION.fullmatch(line.text) for line in sheet.lines
    )
