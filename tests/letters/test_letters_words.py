"""Bytes to words: grouping by geometry, boxes as displayed, and what can't be read."""

from io import BytesIO

import pypdf
import pypdfium2 as pdfium
import pytest
from letter_pdfs import Ink, Statistics, Style, letter, make_pdf

from ombudsman_crawler.exceptions import UnreadablePdf
from ombudsman_crawler.letters import packed_words, words
from ombudsman_crawler.letters.letter import Expectation, Status
from ombudsman_crawler.letters.read import read_document


def texts(*inks: Ink) -> list[str]:
    return [word.text for word in words.extract(make_pdf([list(inks)]))[0].words]


def test_words_in_the_order_of_the_stream() -> None:
    assert texts(Ink(60, 300, "later first"), Ink(60, 100, "then")) == ["later", "first", "then"]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_glyphs_drawn_one_by_one_in_any_order(order: tuple[int, ...]) -> None:
    glyphs = []
    x = 100.0
    for character in "75%":
        glyphs.append(Ink(x, 200, character, 24))
        x += glyphs[-1].width
    between = Ink(60, 400, "text")
    drawn = [glyphs[order[0]], between, glyphs[order[1]], glyphs[order[2]]]
    assert sorted(texts(*drawn)) == ["75%", "text"]


def test_cells_stay_apart() -> None:
    row = [Ink(100 + 30 * column, 100, text) for column, text in enumerate(("12", "34", "56"))]
    assert texts(*row) == ["12", "34", "56"]
    assert texts(Ink(100, 100, "12"), Ink(100, 112, "34")) == ["12", "34"]


def test_a_stray_space_between_abutting_glyphs_divides_nothing() -> None:
    seven = Ink(100, 100, "7 ", 24)
    five = Ink(100 + Ink(0, 0, "7", 24).width, 100, "5%", 24)
    assert texts(seven, five) == ["75%"]


def test_bold_by_drawing_twice_is_one_word() -> None:
    assert texts(Ink(100, 100, "40"), Ink(100.3, 100, "40")) == ["40"]


def test_blanks_ligatures_and_hyphens() -> None:
    assert texts(Ink(60, 100, "40\u00a0upheld of\ufb01cers co\u00adoperate")) == [
        "40",
        "upheld",
        "officers",
        "cooperate",
    ]


def test_text_outside_the_page_is_not_displayed() -> None:
    assert texts(Ink(60, 100, "inside"), Ink(700, 100, "outside"), Ink(60, -40, "above")) == [
        "inside"
    ]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [0, 40])
def test_boxes_enclose_the_ink_on_turned_and_cropped_pages(rotation: int, crop: float) -> None:
    data = make_pdf([[Ink(123, 234, "75%", 24)]], rotation=rotation, crop=crop)
    (page,) = words.extract(data)
    (word,) = page.words
    assert (page.width, page.height) == (595, 842)
    assert word.text == "75%"
    assert word.x0 == pytest.approx(123, abs=0.1)
    assert word.y1 == pytest.approx(234 + words.DESCENT * 24, abs=0.1)
    document = pdfium.PdfDocument(data)
    image = document[0].render(scale=2, grayscale=True)
    assert (image.width, image.height) == (1190, 1684)
    pixels = bytes(image.buffer)
    dark = [
        (index % image.stride / 2, index // image.stride / 2)
        for index, pixel in enumerate(pixels)
        if pixel < 128
    ]
    document.close()
    assert len(dark) > 100
    # A pixel is half a point wide.
    assert word.x0 - 0.5 <= min(x for x, _ in dark) <= max(x for x, _ in dark) <= word.x1
    assert word.y0 - 0.5 <= min(y for _, y in dark) <= max(y for _, y in dark) <= word.y1


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_letter_reads_the_same(rotation: int) -> None:
    style = Style(glyphs=True, seed=1)
    (plain,) = read_document(letter(Statistics(), style)).letters
    (turned,) = read_document(letter(Statistics(), style, rotation=rotation, crop=25)).letters
    assert plain.status is turned.status is Status.OK
    for one, other in zip(plain.figures, turned.figures, strict=True):
        assert (one.metric, one.value, one.page) == (other.metric, other.value, other.page)
        assert one.box is not None
        assert one.box == pytest.approx(other.box, abs=0.05)


def test_pages_are_packed_and_unpacked_exactly() -> None:
    pages = words.extract(letter(Statistics()))
    packed = packed_words.pack(pages)
    assert packed_words.unpack(packed) == pages
    assert len(packed) < 10_000
    for bad in (b"", b"x", packed[:-9]):
        with pytest.raises(ValueError, match="packed words"):
            packed_words.unpack(bad)


def test_text_sha256_is_of_the_words_only() -> None:
    here, there = ([Ink(60, y, "40 upheld decisions")] for y in (100, 300))
    one, other, third = (
        words.text_sha256(words.extract(make_pdf([page])))
        for page in (here, there, [Ink(60, 100, "41 upheld decisions")])
    )
    assert one == other != third
    assert words.text_sha256(()) is None


def _code(data: bytes) -> str:
    with pytest.raises(UnreadablePdf) as caught:  # noqa: PT012
        words.open_vetted(data)
        words.extract(data)
    (one,) = read_document(data, Expectation("Kent County Council", 2021)).letters
    assert (one.status, one.findings[0].code) == (Status.UNREADABLE, caught.value.code)
    assert (one.authority, one.year_ending) == ("Kent County Council", 2021)
    return caught.value.code


def test_documents_that_cannot_be_read() -> None:
    whole = letter(Statistics())
    assert _code(b"") == "not_a_pdf"
    assert _code(b"<!DOCTYPE html><title>Not found</title>") == "not_a_pdf"
    assert _code(b"%PDF-1.4\n") == "broken"
    assert _code(b"%PDF-1.4\n%garbage\nstartxref\n0\n%%EOF") == "broken"
    for share in (0.2, 0.5, 0.9):
        assert _code(whole[: int(len(whole) * share)]) == "broken"
    assert _code(letter(Statistics(), password="secret")) == "encrypted"
    assert _code(make_pdf([[]], picture=True)) == "no_text_layer"
    assert _code(make_pdf([[Ink(60, 60, "page")]] * (words.MAX_PAGES + 1))) == "too_many_pages"


def test_too_much_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "MAX_CHARACTERS_A_PAGE", 100)
    assert _code(letter(Statistics())) == "too_many_pages"


def test_an_empty_password_is_no_obstacle() -> None:
    (one,) = read_document(letter(Statistics(), password="")).letters
    assert one.status is Status.OK


def test_aes_with_an_empty_password() -> None:
    writer = pypdf.PdfWriter(clone_from=BytesIO(letter(Statistics())))
    writer.encrypt("", "owner", algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    (one,) = read_document(out.getvalue()).letters
    assert one.status is Status.OK


def test_a_sideways_note_is_left_out() -> None:
    sideways = make_pdf([[Ink(100, 100, "7")]], rotation=90)
    reader = pypdf.PdfReader(BytesIO(sideways))
    writer = pypdf.PdfWriter(clone_from=reader)
    writer.pages[0][pypdf.generic.NameObject("/Rotate")] = pypdf.generic.NumberObject(0)
    out = BytesIO()
    writer.write(out)
    with pytest.raises(UnreadablePdf, match="no page has text"):
        words.extract(out.getvalue())


def test_text_that_nobody_sees_is_not_read() -> None:
    from io import BytesIO

    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out, invariant=1)
    shown = canvas.beginText(72, 700)
    shown.textOut("seen")
    canvas.drawText(shown)
    hidden = canvas.beginText(72, 650)
    hidden.setTextRenderMode(3)
    hidden.textOut("hidden")
    canvas.drawText(hidden)
    canvas.save()
    (page,) = words.extract(out.getvalue())
    assert [word.text for word in page.words] == ["seen"]
