"""A small writer of letters for the tests: figures in, PDF bytes out, as hostile as one asks.

Coordinates are points from the top left of the page as displayed, y at the baseline.
"""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field, replace
from pathlib import Path

import reportlab
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

_FONTS = Path(reportlab.__file__).parent / "fonts"
for _name, _file in (("Text", "Vera.ttf"), ("Bold", "VeraBd.ttf")):
    pdfmetrics.registerFont(TTFont(_name, str(_FONTS / _file)))

WIDTH, HEIGHT = 595.0, 842.0


@dataclass(frozen=True)
class Ink:
    """One string drawn at one place; `glyphs`: one glyph at a time."""

    x: float
    y: float
    text: str
    size: float = 10
    font: str = "Text"
    glyphs: bool = False

    @property
    def width(self) -> float:
        return pdfmetrics.stringWidth(self.text, self.font, self.size)


def make_pdf(
    pages: list[list[Ink]],
    *,
    rotation: int = 0,
    crop: float = 0,
    password: str | None = None,
    picture: bool = False,
) -> bytes:
    """Draw pages. `rotation` in degrees clockwise, `crop` a margin of the media box outside the
    crop box, `password` for opening ("" encrypts without asking for one), `picture` draws a grey
    rectangle only."""
    out = io.BytesIO()
    encrypt = None
    if password is not None:
        encrypt = StandardEncryption(password, ownerPassword="owner", strength=128)
    turned = rotation % 180 == 90
    inner_width, inner_height = (HEIGHT, WIDTH) if turned else (WIDTH, HEIGHT)
    # An uneven margin, so that a mistake on one side doesn't hide behind the other.
    left, bottom = crop, crop * 2
    right, top = left + inner_width, bottom + inner_height
    media = (right + crop * 3, top + crop)
    # reportlab swaps width and height of a page that it turns.
    canvas = Canvas(out, pagesize=media[::-1] if turned else media, invariant=1, encrypt=encrypt)
    matrix = {
        0: (1, 0, 0, 1, left, top),
        90: (0, 1, -1, 0, left, bottom),
        180: (-1, 0, 0, -1, right, bottom),
        270: (0, -1, 1, 0, right, top),
    }[rotation]
    for inks in pages:
        if crop:
            canvas.setCropBox((left, bottom, right, top))
        if rotation:
            canvas.setPageRotation(rotation)
        canvas.transform(*matrix)
        if picture:
            canvas.rect(100, -700, 400, 600, fill=1)
        for ink in inks:
            canvas.setFont(ink.font, ink.size)
            if ink.glyphs:
                x = ink.x
                for character in ink.text:
                    canvas.drawString(x, -ink.y, character)
                    x += pdfmetrics.stringWidth(character, ink.font, ink.size)
            else:
                canvas.drawString(ink.x, -ink.y, ink.text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def wrapped(
    text: str, x: float, y: float, width: float, *, size: float = 10, leading: float = 1.3
) -> tuple[list[Ink], float]:
    """Set text in a column; returns it and the baseline after its last line."""
    inks: list[Ink] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}".strip()
        if line and pdfmetrics.stringWidth(longer, "Text", size) > width:
            inks.append(Ink(x, y, line, size))
            y += leading * size
            line = word
        else:
            line = longer
    inks.append(Ink(x, y, line, size))
    return inks, y + leading * size


@dataclass(frozen=True)
class Statistics:
    """The figures of one letter as printed; None: not printed."""

    council: str = "Kent County Council"
    year: int = 2021
    uphold_rate: str | None = "74%"
    uphold_similar: str | None = "71%"
    upheld: str | None = "40"
    investigations: str | None = "54"
    compliance_rate: str | None = "100%"
    compliance_similar: str | None = "99%"
    outcomes: str | None = "33"
    remedy_rate: str | None = "13%"
    remedy_similar: str | None = "8%"
    remedied: str | None = "5"
    remedy_base: str | None = "54"
    per_100k: str | None = None
    per_100k_similar: str | None = None
    dealt_with: str | None = None
    not_for_us: str | None = None
    closed: str | None = None
    not_due: bool = False
    remedy_nothing: bool = False


@dataclass(frozen=True)
class Style:
    """How a statistics page is set."""

    body: str = "authority"
    similar: str = "authorities"
    investigations: str = "detailed investigations"
    remedy_base: str = "detailed investigations"
    order: tuple[str, ...] = ("uphold", "compliance", "remedy")
    headings: frozenset[str] = frozenset(("uphold", "compliance", "remedy"))
    glyphs: bool = False
    graphics: bool = True
    count_apart: bool = False  # a large number above its label
    count_column: float = 395
    side_by_side: bool = False
    seed: int | None = None  # shuffles the content stream
    extra: tuple[Ink, ...] = field(default=())


def _singular(number: str | None, many: str) -> str:
    return many[:-1] if number == "1" and many.endswith("s") else many


def _period(year: int) -> str:
    return f"for the period between 1 April {year - 1} to 31 March {year}"


def statistics_page(stats: Statistics, style: Style) -> list[Ink]:
    inks = [
        Ink(60, 60, stats.council, 15, "Bold"),
        Ink(60, 80, f"For the period ending: 31/03/{stats.year % 100:02d}", 10),
    ]
    y = 110.0
    if stats.dealt_with is not None:
        text = (
            f"Between 1 April {stats.year - 1} to 31 March {stats.year}, we dealt with"
            f" {stats.dealt_with} {_singular(stats.dealt_with, 'complaints')}. Of these,"
            f" {stats.not_for_us} were not for us or not ready for us to investigate. We assessed"
            f" and closed {stats.closed} {_singular(stats.closed, 'complaints')}. We investigated"
            f" {stats.investigations} {_singular(stats.investigations, 'complaints')}."
        )
        block, y = wrapped(text, 60, y, 450)
        inks += block
        text = (
            f"We investigated {stats.investigations}"
            f" {_singular(stats.investigations, 'complaints')} and upheld {stats.upheld}."
        )
        block, y = wrapped(text, 60, y + 12, 450)
        inks += block
        y += 24
    if style.side_by_side:
        for column, name in enumerate(style.order):
            inks += _panel_in_column(stats, style, name, 40 + 180 * column, y)
    else:
        for name in style.order:
            block, y = _panel(stats, style, name, y)
            inks += block
    inks += style.extra
    if style.seed is not None:
        random.Random(style.seed).shuffle(inks)
    return inks


_HEADINGS = {
    "uphold": "Complaints upheld",
    "compliance": "Compliance with Ombudsman recommendations",
    "remedy": "Satisfactory remedy provided by the {body}",
}


def _texts(
    stats: Statistics, style: Style, name: str
) -> tuple[str | None, list[str], str | None, str, str | None]:
    """Return rate, sentences, count, label of the count, base sentence."""
    if name == "uphold":
        rate, average = stats.uphold_rate, stats.uphold_similar
        sentences = [f"{rate} of complaints we investigated were upheld."]
        count, label = stats.upheld, "upheld decisions"
        base, word = stats.investigations, style.investigations
    elif name == "compliance":
        rate, average = stats.compliance_rate, stats.compliance_similar
        sentences = [
            f"In {rate} of cases we were satisfied the {style.body} had successfully implemented"
            " our recommendations."
        ]
        count, label = None, ""
        base, word = stats.outcomes, "compliance outcomes"
    else:
        rate, average = stats.remedy_rate, stats.remedy_similar
        sentences = [
            f"In {rate} of upheld cases we found the {style.body} had provided a satisfactory"
            " remedy before the complaint reached the Ombudsman."
        ]
        count, label = stats.remedied, "satisfactory remedy decisions"
        base, word = stats.remedy_base, style.remedy_base
    if average is not None:
        sentences.append(f"This compares to an average of {average} in similar {style.similar}.")
    if name == "uphold" and stats.per_100k is not None:
        sentences.append(
            f"Adjusted for {stats.council}'s population, this is {stats.per_100k} upheld decisions"
            " per 100,000 residents ."
        )
        if stats.per_100k_similar is not None:
            sentences.append(
                f"The average for authorities of this type is {stats.per_100k_similar} upheld"
                " decisions per 100,000 residents."
            )
    base_sentence = None
    if base is not None:
        base_sentence = (
            f"Statistics are based on a total of {base} {_singular(base, word)}"
            f" {_period(stats.year)}"
        )
    if name == "compliance" and stats.not_due:
        return None, ["No recommendations were due for compliance in this period"], None, "", None
    if name == "remedy" and stats.remedy_nothing:
        return None, ["N/A"], None, "", None
    return rate, sentences, count, _singular(count, label), base_sentence


def _panel(stats: Statistics, style: Style, name: str, y: float) -> tuple[list[Ink], float]:
    rate, sentences, count, label, base = _texts(stats, style, name)
    inks = []
    if name in style.headings:
        inks.append(Ink(60, y, _HEADINGS[name].format(body=style.body), 13, "Bold"))
    top = y + 24
    y = top
    for text in sentences:
        block, y = wrapped(text, 180, y, 185)
        inks += block
        y += 5
    right = top
    if label and (count is not None or name == "remedy"):
        if count is None:
            inks.append(Ink(style.count_column, right, label, 9, "Bold"))
        elif style.count_apart:
            inks.append(Ink(style.count_column, right, count, 20, "Bold", style.glyphs))
            right += 16
            inks.append(Ink(style.count_column, right, label, 9, "Bold"))
        else:
            number = Ink(style.count_column, right, count, 16, "Bold", style.glyphs)
            inks.append(number)
            inks.append(Ink(number.x + number.width + 4, right, label, 9, "Bold"))
    if base:
        block, right = wrapped(base, style.count_column, right + 24, 150, size=9)
        inks += block
    if rate and style.graphics:
        inks.append(Ink(70, top + 40, rate, 24, "Bold", style.glyphs))
    return inks, max(y, right, top + 60) + 28


def _panel_in_column(stats: Statistics, style: Style, name: str, x: float, y: float) -> list[Ink]:
    rate, sentences, count, label, base = _texts(stats, style, name)
    inks, y = wrapped(_HEADINGS[name].format(body=style.body), x, y, 150, size=11)
    y += 40
    if rate and style.graphics:
        inks.append(Ink(x + 40, y, rate, 24, "Bold", style.glyphs))
    y += 30
    for text in [*sentences, f"{count} {label}" if count else label, base or ""]:
        if text:
            block, y = wrapped(text, x, y, 155, size=9)
            inks += block
            y += 9
    return inks


def front_page(
    stats: Statistics,
    *,
    title: str | None = None,
    address: tuple[str, ...] | None = None,
    prose: str = "",
) -> list[Ink]:
    lines = [
        f"21 July {stats.year}",
        "By email",
        *(address or ("Ms Jane Smith", "Chief Executive", stats.council)),
        "Dear Ms Smith",
        title or f"Annual Review letter {stats.year}",
    ]
    inks = [Ink(60, 60 + 22 * index, line) for index, line in enumerate(lines)]
    y = 60.0 + 22 * len(lines)
    for text in (
        "I write to you with our annual summary of statistics on the decisions made by the Local"
        " Government and Social Care Ombudsman about your authority for the year ending 31 March"
        f" {stats.year}. At the end of a challenging year, I hope this feedback is of use.",
        "Complaints upheld - We uphold complaints when we find some form of fault in an"
        " authority's actions. Compliance with recommendations - a compliance rate below 100% is a"
        " cause for concern. We provided 79 online workshops during the year, reaching more than"
        " 1,100 people. You can find public reports we have issued about your Council.",
        *([prose] if prose else []),
        "Yours sincerely,",
    ):
        block, y = wrapped(text, 60, y, 470)
        inks += block
        y += 10
    for line in ("Michael King", "Local Government and Social Care Ombudsman"):
        inks.append(Ink(60, y, line))
        y += 14
    return inks


def letter(stats: Statistics, style: Style | None = None, **how: object) -> bytes:
    """A whole letter; `how` goes to `front_page` (title, address, prose) or `make_pdf`."""
    front = {key: how.pop(key) for key in ("title", "address", "prose") if key in how}
    pages = [
        front_page(stats, **front),  # type: ignore[arg-type]
        statistics_page(stats, style or Style()),
    ]
    return make_pdf(pages, **how)  # type: ignore[arg-type]


OVERVIEW = replace(
    Statistics(),
    council="Leeds City Council",
    year=2025,
    dealt_with="291",
    not_for_us="128",
    closed="87",
    investigations="76",
    upheld="61",
    uphold_rate="80%",
    uphold_similar="83%",
    remedy_base="61",
    remedied="5",
    remedy_rate="8%",
    per_100k="7.4",
    per_100k_similar="8",
)
