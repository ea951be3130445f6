"""A sheet of A4 to draw on: text in embedded TrueType fonts, circles, lines; the one PDF writer.

Coordinates are points from the top left of the page; text stands on its baseline.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from io import BytesIO

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 595.0, 842.0
MARGIN = 60.0

REGULAR = "Vera"
BOLD = "VeraBd"
BLUE = (0.0, 0.27, 0.4)
GREY = (0.45, 0.45, 0.45)
BLACK = (0.0, 0.0, 0.0)


# Binary streams as real letters have them; text encoding of the streams costs a fifth of the time.
rl_config.useA85 = 0


@cache
def _register_fonts() -> None:
    # Vera has curly quotes and dashes, is embedded as a subset, and comes with the library.
    for name in (REGULAR, BOLD):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf", asciiReadable=0))


@lru_cache(maxsize=20_000)
def _word_width(word: str, font: str, size: float) -> float:
    _register_fonts()
    return float(pdfmetrics.stringWidth(word, font, size))


def width_of(text: str, font: str, size: float) -> float:
    """Return the width of a text in points."""
    return sum(_word_width(word, font, size) for word in text.split(" ")) + text.count(
        " "
    ) * _word_width(" ", font, size)


@lru_cache(maxsize=4096)
def wrap(text: str, width: float, font: str, size: float) -> tuple[str, ...]:
    """Return a text broken into lines no wider than `width`, at spaces only."""
    lines: list[str] = []
    line: list[str] = []
    room = width
    space = _word_width(" ", font, size)
    for word in text.split():
        needed = _word_width(word, font, size)
        if line and needed > room:
            lines.append(" ".join(line))
            line, room = [], width
        line.append(word)
        room -= needed + space
    if line:
        lines.append(" ".join(line))
    return tuple(lines)


class Paper:
    """The pages of one PDF. Equal drawing gives equal bytes."""

    def __init__(self, title: str, author: str, subject: str = "") -> None:
        _register_fonts()
        self._buffer = BytesIO()
        # invariant: no clock in the file, so that the same letter is the same bytes.
        self._canvas = Canvas(
            self._buffer, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=1
        )
        self.width, self.height = WIDTH, HEIGHT
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.setSubject(subject)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = 10,
        font: str = REGULAR,
        colour: tuple[float, float, float] = BLACK,
    ) -> None:
        """Draw a line of text as one piece."""
        self.block(x, y, (words,), size=size, font=font, colour=colour)

    def block(
        self,
        x: float,
        y: float,
        lines: Sequence[str],
        *,
        leading: float = 0,
        size: float = 10,
        font: str = REGULAR,
        colour: tuple[float, float, float] = BLACK,
    ) -> None:
        """Draw lines under one another, `leading` points apart, as one text object."""
        text = self._canvas.beginText(x, self.height - y)
        text.setFont(font, size, leading or size)
        if colour != BLACK:
            text.setFillColorRGB(*colour)
        for words in lines:
            text.textLine(words)
        if colour != BLACK:
            text.setFillColorRGB(*BLACK)
        self._canvas.drawText(text)

    def centred(self, x: float, y: float, words: str, *, size: float, font: str = BOLD) -> None:
        """Draw a line of text around `x` as one piece."""
        self.text(x - width_of(words, font, size) / 2, y, words, size=size, font=font)

    def glyphs(self, x: float, y: float, words: str, *, size: float, font: str = BOLD) -> None:
        """Draw a text around `x`, every character by itself."""
        left = x - width_of(words, font, size) / 2
        for character in words:
            self.text(left, y, character, size=size, font=font)
            left += _word_width(character, font, size)

    def upwards(self, x: float, y: float, words: str, *, size: float, font: str = REGULAR) -> None:
        """Draw a line of text that runs from bottom to top."""
        text = self._canvas.beginText()
        text.setTextTransform(0, 1, -1, 0, x, self.height - y)
        text.setFont(font, size)
        text.textOut(words)
        self._canvas.drawText(text)

    def lines(self, lines: Sequence[tuple[float, float, float, float]]) -> None:
        """Draw thin lines, each from a point to another: (x0, y0, x1, y1)."""
        self._canvas.setStrokeColorRGB(*GREY)
        self._canvas.setLineWidth(0.5)
        self._canvas.lines(
            [(x0, self.height - y0, x1, self.height - y1) for x0, y0, x1, y1 in lines]
        )

    def circle(self, x: float, y: float, radius: float) -> None:
        """Draw the outline of a circle."""
        self._canvas.setStrokeColorRGB(*BLUE)
        self._canvas.setLineWidth(2)
        self._canvas.circle(x, self.height - y, radius, stroke=1, fill=0)

    def rule(self, y: float) -> None:
        """Draw a thin line from margin to margin."""
        self._canvas.setStrokeColorRGB(*GREY)
        self._canvas.setLineWidth(0.5)
        self.lines([(MARGIN, y, self.width - MARGIN, y)])

    def next_page(self, *, landscape: bool = False, turned: bool = False) -> None:
        """End the page and begin another.

        A landscape page is wide by itself or, `turned`, an upright one with a /Rotate; either way
        coordinates are those of the page as it is shown.
        """
        self._canvas.showPage()
        self.width, self.height = (HEIGHT, WIDTH) if landscape else (WIDTH, HEIGHT)
        turned = turned and landscape
        # The library takes the size of a page that is turned as it is shown.
        self._canvas.setPageSize((self.width, self.height))
        self._canvas.setPageRotation(90 if turned else 0)
        if turned:
            self._canvas.transform(0, 1, -1, 0, WIDTH, 0)

    def pdf(self) -> bytes:
        """End the last page and return the file."""
        self._canvas.showPage()
        self._canvas.save()
        return self._buffer.getvalue()
