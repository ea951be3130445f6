"""The box of a figure's words lies on them in the page's picture, however the page is made up."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from PIL import Image, ImageChops, ImageStat
from pypdf import PageObject, Transformation
from pypdf.generic import NameObject, NumberObject, RectangleObject

from ombudsman_crawler.letters import page_image
from ombudsman_crawler.letters.letter import Expectation
from ombudsman_crawler.letters.read import read_document

LETTER = Path(__file__).parent / "fixtures" / "2021-kent-county-council.word.pdf"
KENT = Expectation("Kent County Council", 2021)
SCALE = 2  # pixels a point
EDGE = 2  # points around the words: what lies beside them would show there


def _turned(degrees: int) -> Callable[[PageObject], None]:
    """Lie the content down, and have /Rotate set it up again."""

    def change(page: PageObject) -> None:
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        across, up = {90: (0.0, width), 180: (width, height), 270: (height, 0.0)}[degrees]
        page.add_transformation(Transformation().rotate(-degrees).translate(across, up))
        size = (width, height) if degrees == 180 else (height, width)
        page.mediabox = page.cropbox = RectangleObject((0, 0, *size))
        page[NameObject("/Rotate")] = NumberObject(360 - degrees)

    return change


def _cropped(page: PageObject) -> None:
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    page.cropbox = RectangleObject((30, 17, width - 11, height - 23))


def _elsewhere(page: PageObject) -> None:
    """A page whose corner isn't at 0, 0."""
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    page.add_transformation(Transformation().translate(-100, 250))
    page.mediabox = page.cropbox = RectangleObject((-100, 250, width - 100, height + 250))


def _units(page: PageObject) -> None:
    page[NameObject("/UserUnit")] = NumberObject(2)


def _made(change: Callable[[PageObject], None]) -> bytes:
    writer = pypdf.PdfWriter(clone_from=LETTER)
    for page in writer.pages:
        change(page)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def _words(data: bytes) -> dict[str, Image.Image]:
    """Return the picture of each figure's words, cut out by its box."""
    (letter,) = read_document(data, KENT).letters
    sizes = page_image.sizes(data)
    pictures: dict[int, Image.Image] = {}
    cut = {}
    for figure in letter.figures:
        if figure.page is None or figure.box is None:
            continue
        width = sizes[figure.page - 1][0]
        if figure.page not in pictures:
            png = page_image.png(data, figure.page, round(width * SCALE))
            pictures[figure.page] = Image.open(BytesIO(png)).convert("L")
        x0, y0, x1, y1 = (round(edge * SCALE) for edge in figure.box)
        around = EDGE * SCALE
        cut[figure.metric] = pictures[figure.page].crop(
            (x0 - around, y0 - around, x1 + around, y1 + around)
        )
    return cut


@pytest.fixture(scope="module")
def upright() -> dict[str, Image.Image]:
    return _words(LETTER.read_bytes())


@pytest.mark.parametrize(
    "change",
    [_turned(90), _turned(180), _turned(270), _cropped, _elsewhere, _units],
    ids=["turned 90", "turned 180", "turned 270", "cropped", "elsewhere", "units"],
)
def test_a_figures_box_cuts_the_same_words_out_of_every_page(
    change: Callable[[PageObject], None], upright: dict[str, Image.Image]
) -> None:
    found = _words(_made(change))
    assert len(upright) > 10
    assert found.keys() == upright.keys()
    for metric, words in upright.items():
        ink = ImageStat.Stat(ImageChops.invert(words)).mean[0]
        assert ink > 5, metric
        there = found[metric].resize(words.size)
        unlike = ImageStat.Stat(ImageChops.difference(words, there)).mean[0]
        assert unlike < ink / 2, (metric, unlike, ink)
