"""The older letters on paper: cover, contents, covering letter, prose, notes, statistics."""

from __future__ import annotations

from collections.abc import Sequence

from ombudsman_crawler.replica.older.blocks import Letter
from ombudsman_crawler.replica.older.tables import draw_sheet
from ombudsman_crawler.replica.paper import (
    BOLD,
    GREY,
    MARGIN,
    REGULAR,
    WIDTH,
    Paper,
    width_of,
    wrap,
)
from ombudsman_crawler.replica.wording import Paragraph

_TEXT_WIDTH = WIDTH - 2 * MARGIN
_TOP, _BOTTOM = 64.0, 780.0


def draw(letter: Letter, layout: str) -> bytes:
    """Return a letter as PDF in one of the layouts, `positioned` or `flow`."""
    flow = layout == "flow"
    paper = Paper(letter.title, "ombudsman replica", "generated for testing")
    column = _Column(paper, letter.disclaimer, flow=flow)
    if letter.covering:
        _front(column, letter)
        column.paragraphs(letter.covering)
        _signature(column, letter)
        column.next_page()
    if letter.cover:
        _cover(column, letter.cover)
        column.next_page()
    if letter.contents:
        _contents(column, letter)
        column.next_page()
    if letter.front and not letter.covering:
        _front(column, letter)
    column.paragraphs(letter.prose)
    _signature(column, letter)
    if letter.notes:
        column.next_page()
        column.paragraphs(letter.notes)
    column.end_page()
    for sheet in letter.sheets:
        draw_sheet(paper, sheet, letter.traits, flow=flow, foot=letter.disclaimer)
    return paper.pdf()


class _Column:
    """Running text down a page and on to the next, wherever a page is full."""

    def __init__(self, paper: Paper, disclaimer: str, *, flow: bool) -> None:
        self.paper = paper
        self.disclaimer = disclaimer
        self.size, self.leading = (10.0, 13.5) if flow else (9.5, 12.5)
        self.logo = not flow
        self.y = _TOP

    def put(self, lines: Sequence[str], font: str = REGULAR, gap: float = 0.0) -> None:
        """Draw lines as one text object a page, then leave a gap."""
        rest = list(lines)
        while rest:
            fitting = int((_BOTTOM - self.y) // self.leading) + 1
            if fitting <= 0:
                self.next_page()
                continue
            now = rest[:fitting]
            self.paper.block(MARGIN, self.y, now, leading=self.leading, size=self.size, font=font)
            self.y += self.leading * len(now)
            del rest[:fitting]
        self.y += gap

    def paragraphs(self, paragraphs: Sequence[Paragraph]) -> None:
        """Draw paragraphs and headings; a heading isn't left alone at the foot of a page."""
        for paragraph in paragraphs:
            font = BOLD if paragraph.heading else REGULAR
            if paragraph.heading and self.y > _BOTTOM - 2 * self.leading:
                self.next_page()
            lines = wrap(paragraph.text, _TEXT_WIDTH, font, self.size)
            self.put(lines, font, gap=3 if paragraph.heading else 8)

    def end_page(self) -> None:
        """Say at the foot of the page that it is generated."""
        self.paper.text(MARGIN, 822, self.disclaimer, size=7, colour=GREY)

    def next_page(self) -> None:
        """Go on on a new page."""
        self.end_page()
        self.paper.next_page()
        self.y = _TOP


def _front(column: _Column, letter: Letter) -> None:
    if column.logo:
        for number, words in enumerate(("The Local Government", "OMBUDSMAN")):
            size = 11 + 5 * number
            column.paper.text(390, 50 + 18 * number, words, size=size, font=BOLD)
        column.y = 100.0
    for block in letter.front:
        for words in block:
            column.put(wrap(words, _TEXT_WIDTH, REGULAR, column.size))
        column.y += 9
    column.put([f"Dear {letter.addressee}"], gap=9)
    column.put([letter.title], BOLD, gap=5)


def _signature(column: _Column, letter: Letter) -> None:
    # The signature stays with the name under it.
    if column.y > _BOTTOM - 90:
        column.next_page()
    column.put(["Yours sincerely,"] if letter.front else [""], gap=34)
    # A booklet without a covering letter has its date here.
    dated = () if letter.front else (letter.date_line,)
    column.put([letter.signatory, *letter.signature, *dated], gap=12)


def _cover(column: _Column, lines: Sequence[str]) -> None:
    column.y = 250.0
    for number, words in enumerate(lines):
        size = 30.0 if number == 1 else 17.0
        for line in wrap(words, _TEXT_WIDTH, BOLD if number == 1 else REGULAR, size):
            font = BOLD if number == 1 else REGULAR
            column.paper.text(MARGIN, column.y, line, size=size, font=font)
            column.y += size + 9
        column.y += 10


def _contents(column: _Column, letter: Letter) -> None:
    column.put([f"Contents of {letter.title}"], BOLD, gap=16)
    dot = width_of(".", REGULAR, column.size)
    for words, page in letter.contents:
        lines = wrap(words, _TEXT_WIDTH - 60, REGULAR, column.size)
        for line in lines[:-1]:
            column.put([line])
        room = _TEXT_WIDTH - 24 - width_of(lines[-1], REGULAR, column.size)
        dots = "." * int(room / dot - 2)
        column.put([f"{lines[-1]} {dots} {page}"], gap=5)
