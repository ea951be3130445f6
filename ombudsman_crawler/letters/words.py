"""A PDF's bytes to pages of words with boxes, through pdfium's character boxes.

pypdf opens and vets every document first (is it a PDF, can it be decrypted, how many pages); then
pdfium says where every character stands. Characters are put together into words by where they
stand, not by the order or the spaces of the content stream: a number may be drawn one glyph at a
time, in any order, with spaces that nobody sees. A word's box reaches from the first advance to the
last and, in height, a fixed part of the font size around the baseline.

Only this module, `witness` and `ocr` know a PDF library; everything after works on `Page`s.
"""

from __future__ import annotations

import ctypes
import hashlib
import io
import logging
import math
import re
from array import array
from collections.abc import Iterable, Iterator
from itertools import pairwise
from operator import attrgetter
from typing import Any

import pypdf
import pypdfium2 as pdfium
from pypdf.errors import DependencyError, PyPdfError
from pypdfium2 import raw as pdfium_c

from ombudsman_crawler.exceptions import UnreadablePdf
from ombudsman_crawler.letters.letter import Page, Word

#: Changes whenever other words or boxes could come out of the same bytes.
EXTRACTOR = f"pdfium {pdfium.PDFIUM_INFO.build}/words 2"

#: A letter has 2 to 10 pages; a booklet of 2009 some 30. Of a longer document (the papers of a
#: committee) only the pages from the first of each letter on are read, this many in all.
MAX_PAGES = 60
#: A longer document than this isn't searched for letters.
MAX_PAGES_SEARCHED = 500
# Pages read from the first of a letter on, in a document that is searched.
_PAGES_OF_A_LETTER = 20
#: A page of small print has 6,000 characters. More is no page of a letter.
MAX_CHARACTERS_A_PAGE = 30_000

# PDF readers accept a header within the first KiB; the trailer stands at the end, but mail
# gateways and web servers append bytes of their own.
_HEADER_WITHIN = 1024
_TRAILER_WITHIN = 16 * 1024

#: How far a word's box reaches above and below its baseline, in parts of the font size: enough
#: for digits, capitals and commas of every common font, and the same for every word of a line.
ASCENT, DESCENT = 0.85, 0.25

# Parts of the font size.
_SAME_BASELINE = 0.1
_GLUED_GAP = 0.07  # characters closer than this belong together, whatever stands between
_WORD_GAP = 0.19  # characters farther apart than this don't, though no space stands between
_OVERLAP = -0.4  # kerning and italics reach back; anything farther is a new word

# Every letter of a ligature ("ff", "tt") has the box of the whole.
_DOUBLED_IN_LIGATURES = "ft"

# Points. What is smaller or larger isn't there to be read.
_SMALLEST_PRINT, _LARGEST_PRINT = 1.0, 400.0

# Control characters but pdfium's hyphen, and every kind of blank.
_SPACES = frozenset(range(0x21)) - {0x02} | frozenset(
    [0x7F, 0xA0, 0x1680, *range(0x2000, 0x200C), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF]
)
# pdfium marks a hyphen at the end of a line with U+0002 or U+FFFE.
_CHARACTERS = str.maketrans(
    {
        "\ufb00": "ff",
        "\ufb01": "fi",
        "\ufb02": "fl",
        "\ufb03": "ffi",
        "\ufb04": "ffl",
        "\ufb05": "st",
        "\ufb06": "st",
        "\u2010": "-",
        "\u2011": "-",
        "\x02": "-",
        "\ufffe": "-",
        "\uf0b7": "\u2022",
    }
)

# Words that no English text of some length does without, and that length.
_COMMON_WORDS = frozenset(("the", "of", "and", "to", "in", "for", "a", "we", "your"))
_ENOUGH_WORDS = 60

# What the first page of a letter has, in whatever order it was drawn.
_TITLE_ON_PAGE = re.compile(r"annual\s+(?:review\s+)?letter|annual\s+review", re.IGNORECASE)
_GREETING_ON_PAGE = re.compile(r"\bdear\s+\S", re.IGNORECASE)

# pypdf tells of every oddity it repairs; the reading's own findings say what matters.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def open_vetted(data: bytes) -> pypdf.PdfReader:
    """Open a document with pypdf and vet it: a whole, decryptable PDF of bounded length.

    An empty user password (a document that may be read but not changed) is no obstacle.
    Raises UnreadablePdf: `not_a_pdf`, `broken`, `encrypted` or `too_many_pages`.
    """
    if b"%PDF-" not in data[:_HEADER_WITHIN]:
        raise UnreadablePdf("not_a_pdf", "no %PDF- in the first KiB: this is no PDF")
    # Libraries repair a cut file by guessing; what was cut off is then missing in silence.
    if b"startxref" not in data[-_TRAILER_WITHIN:]:
        raise UnreadablePdf("broken", "the file ends before its trailer: it was cut off")
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadablePdf("encrypted", "the document asks for a password")
        page_count = len(reader.pages)
    except UnreadablePdf:
        raise
    except DependencyError as error:
        raise UnreadablePdf("encrypted", f"the encryption isn't supported: {error}") from error
    except (PyPdfError, OSError) as error:
        raise UnreadablePdf("broken", f"pypdf can't open the document: {error}") from error
    except Exception as error:  # pypdf lets errors of every kind escape from hostile files
        raise UnreadablePdf(
            "broken", f"pypdf fails on the document: {type(error).__name__}: {error}"
        ) from error
    if page_count == 0:
        raise UnreadablePdf("broken", "the document has no pages")
    if page_count > MAX_PAGES_SEARCHED:
        raise UnreadablePdf(
            "too_many_pages", f"{page_count} pages; at most {MAX_PAGES_SEARCHED} are searched"
        )
    return reader


def producer_of(reader: pypdf.PdfReader) -> str | None:
    """Return the program that wrote the document, as the document says, or None."""
    try:
        information = reader.metadata
        producer = information.producer if information else None
    except Exception:  # noqa: BLE001 - a broken information dictionary doesn't spoil the letter
        return None
    return str(producer).strip()[:200] or None if producer else None


def extract(data: bytes, *, first_pages: int | None = None) -> tuple[Page, ...]:
    """Return the words of a vetted document, in the order of the content stream: of every page that
    may be a letter's or, of a document that is none, of its first pages.

    Raises UnreadablePdf: `broken` or `encrypted` where pdfium can't open it, `too_many_pages` for
    a page with more characters than a letter could have, `no_text_layer` where no page has a word.
    """
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        code = "encrypted" if "password" in str(error).lower() else "broken"
        raise UnreadablePdf(code, f"pdfium can't open the document: {error}") from error
    try:
        numbers = (
            _numbers(document)
            if first_pages is None
            else list(range(1, min(len(document), first_pages) + 1))
        )
        pages = tuple(_read_page(document, number) for number in numbers)
    except pdfium.PdfiumError as error:
        raise UnreadablePdf("broken", f"pdfium can't read a page: {error}") from error
    finally:
        document.close()
    if not any(character.isalnum() for page in pages for w in page.words for character in w.text):
        raise UnreadablePdf("no_text_layer", "no page has text: probably a scan")
    if _is_gibberish(pages):
        raise UnreadablePdf(
            "no_text_layer",
            "the text has no common word: its fonts don't say which characters they draw",
        )
    return pages


def _is_gibberish(pages: Iterable[Page]) -> bool:
    """Whether pages have many words and none that every English text has."""
    words = [word.text.lower() for page in pages for word in page.words]
    return len(words) >= _ENOUGH_WORDS and not _COMMON_WORDS & set(words)


def _numbers(document: pdfium.PdfDocument) -> list[int]:
    """Return the numbers of the pages to read: all, or those of the letters in a long document.

    Raises UnreadablePdf (`too_many_pages`) for a long document in which no letter begins.
    """
    count = len(document)
    if count <= MAX_PAGES:
        return list(range(1, count + 1))
    if count > MAX_PAGES_SEARCHED:
        raise UnreadablePdf("too_many_pages", f"{count} pages")
    starts = [number for number in range(1, count + 1) if _begins_letter(document, number)]
    wanted = sorted(
        {
            number
            for start in starts
            for number in range(start, min(start + _PAGES_OF_A_LETTER, count + 1))
        }
    )
    if not wanted:
        raise UnreadablePdf(
            "too_many_pages",
            f"{count} pages, and no letter begins on any; more than {MAX_PAGES} aren't read",
        )
    return wanted[:MAX_PAGES]


def _begins_letter(document: pdfium.PdfDocument, number: int) -> bool:
    """Whether a page has a title line of an annual letter and a "Dear …", by its plain text."""
    page = document[number - 1]
    textpage = page.get_textpage()
    try:
        codes = _codes(textpage.raw, number)
        text = "".join(chr(code) for code in codes if not 0xD800 <= code < 0xE000)
    finally:
        textpage.close()
        page.close()
    return _TITLE_ON_PAGE.search(text) is not None and _GREETING_ON_PAGE.search(text) is not None


def text_sha256(pages: Iterable[Page]) -> str | None:
    """Return the SHA-256 (hex) of the words in order, pages divided by form feeds; None if empty.

    Boxes don't count: the same words set otherwise are the same text.
    """
    texts = [
        " ".join(word.text for word in (*page.words, *page.rising, *page.falling)) for page in pages
    ]
    if not any(texts):
        return None
    return hashlib.sha256("\f".join(texts).encode("utf-8", "replace")).hexdigest()


class _Run:
    """Characters that stand together, while they are being collected.

    `x0` and `x1` are advance to advance, `baseline` and `size` (of the font) give its height.
    """

    __slots__ = ("baseline", "last_left", "size", "text", "x0", "x1")

    def __init__(self, text: str, x0: float, x1: float, baseline: float, size: float) -> None:
        self.text = text
        self.x0 = self.last_left = x0
        self.x1 = x1
        self.baseline = baseline
        self.size = size


_LEFT_END, _BASELINE = attrgetter("x0"), attrgetter("baseline")


def _read_page(document: pdfium.PdfDocument, number: int) -> Page:
    page = document[number - 1]
    textpage = page.get_textpage()
    try:
        bounds = pdfium_c.FS_RECTF()
        if not pdfium_c.FPDF_GetPageBoundingBox(page.raw, ctypes.byref(bounds)):
            raise UnreadablePdf("broken", f"page {number} has no size")
        rotation = int(pdfium_c.FPDFPage_GetRotation(page.raw)) % 4
        width, height = bounds.right - bounds.left, bounds.top - bounds.bottom
        if rotation % 2:
            width, height = height, width
        turns: set[int] = set()
        upright = _runs(textpage.raw, number, rotation, bounds, turns)
        # Text set upwards is upright on the page turned once more; few pages have any.
        up, down = (rotation + 1) % 4, (rotation + 3) % 4
        rising = _runs(textpage.raw, number, up, bounds) if up in turns else []
        falling = _runs(textpage.raw, number, down, bounds) if down in turns else []
    finally:
        textpage.close()
        page.close()
    return Page(
        number=number,
        width=round(width, 2),
        height=round(height, 2),
        words=_words(upright, 0, width, height),
        rising=_words(rising, 1, width, height),
        falling=_words(falling, 3, width, height),
    )


def _words(runs: list[_Run], turn: int, width: float, height: float) -> tuple[Word, ...]:
    """Return the words of a page of `width` and `height`, with boxes as displayed.

    `turn`: how many quarter turns clockwise would set them upright; the runs' places are those on
    the page so turned.
    """
    words = []
    for run in _put_together(runs):
        x0, x1 = run.x0, run.x1
        y0 = run.baseline - ASCENT * run.size
        y1 = run.baseline + DESCENT * run.size
        if turn == 1:
            x0, y0, x1, y1 = y0, height - x1, y1, height - x0
        elif turn == 3:
            x0, y0, x1, y1 = width - y1, x0, width - y0, x1
        text = _normalised(run.text)
        # What lies outside the page isn't displayed.
        if text and 0 <= (x0 + x1) / 2 <= width and 0 <= (y0 + y1) / 2 <= height:
            words.append(Word(text, round(x0, 2), round(y0, 2), round(x1, 2), round(y1, 2)))
    return tuple(words)


def _codes(textpage: ctypes.c_void_p, number: int) -> list[int]:
    """Return the UTF-16 code of each character of a page."""
    count = pdfium_c.FPDFText_CountChars(textpage)
    if count > MAX_CHARACTERS_A_PAGE:
        raise UnreadablePdf(
            "too_many_pages",
            f"page {number} has {count} characters; at most {MAX_CHARACTERS_A_PAGE} are read",
        )
    if count <= 0:
        return []
    buffer = (ctypes.c_ushort * (count + 1))()
    if pdfium_c.FPDFText_GetText(textpage, 0, count, buffer) == count + 1:
        return list(buffer[:count])
    # Some characters have no code of their own, so that the text is shorter: ask for each.
    return [int(pdfium_c.FPDFText_GetUnicode(textpage, index)) for index in range(count)]


def _unchecked(function: Any, returns: Any) -> Any:
    """Return one of pdfium's functions as one to which ctypes passes arguments as they are.

    Converting arguments to their declared types takes longer than pdfium takes to answer, and it
    is asked about every character. Pointers must be pointers, and numbers fit a C int.
    """
    address: Any = ctypes.cast(function, ctypes.c_void_p).value
    return ctypes.CFUNCTYPE(returns)(address)


# pdfium's loose box reaches from advance to advance; its height depends on what the font says
# about itself, so the height of a word is taken from the baseline and the font's size instead.
_loose_char_box = _unchecked(pdfium_c.FPDFText_GetLooseCharBox, ctypes.c_int)
_char_origin = _unchecked(pdfium_c.FPDFText_GetCharOrigin, ctypes.c_int)
_text_object = _unchecked(pdfium_c.FPDFText_GetTextObject, ctypes.c_void_p)
_BOX_SIZE = ctypes.sizeof(pdfium_c.FS_RECTF)


def _runs(
    textpage: ctypes.c_void_p,
    number: int,
    rotation: int,
    bounds: pdfium_c.FS_RECTF,
    turns: set[int] | None = None,
) -> list[_Run]:
    """Collect characters that follow one another in the stream and stand side by side.

    Only text that is upright on the page turned by `rotation` quarter turns clockwise; into
    `turns` go the rotations that would set the rest upright.
    """
    runs: list[_Run] = []
    run: _Run | None = None
    after_space = False
    codes = _codes(textpage, number)
    places = _places(textpage, number, len(codes), rotation, bounds)
    # Characters whose boxes are equally high and low have one baseline, those of a text object one
    # size and direction: what is known already needn't be asked again.
    baselines: dict[tuple[float, float], float] = {}
    sizes: dict[int | None, float | None] = {}
    for index, (code, (x0, x1, edges)) in enumerate(zip(codes, places, strict=True)):
        if code in _SPACES:
            after_space = True
            continue
        baseline = baselines.get(edges)
        if baseline is None:
            baseline = baselines[edges] = _baseline(textpage, index, rotation, bounds)
        character = chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        if run is not None and abs(baseline - run.baseline) <= _SAME_BASELINE * run.size:
            gap = (x0 - run.x1) / run.size
            in_ligature = x0 == run.last_left and x1 == run.x1 and not after_space
            if in_ligature or _OVERLAP < gap < (_GLUED_GAP if after_space else _WORD_GAP):
                # Bold print may be made by drawing a glyph twice, a hair's breadth apart.
                drawn_twice = run.text[-1] == character and x0 - run.last_left < (x1 - x0) / 4
                if not drawn_twice or (in_ligature and character in _DOUBLED_IN_LIGATURES):
                    run.text += character
                run.last_left = x0
                run.x1 = max(run.x1, x1)
                after_space = False
                continue
        after_space = False
        text_object = _text_object(textpage, index)
        if text_object not in sizes:
            sizes[text_object] = _size(textpage, index, rotation)
            if sizes[text_object] is None and turns is not None:
                turns.add(_turn(textpage, index))
        size = sizes[text_object]
        if size is None:
            run = None
            continue
        run = _Run(character, x0, x1, baseline, size)
        runs.append(run)
    return runs


def _size(textpage: ctypes.c_void_p, index: int, rotation: int) -> float | None:
    """Return the font size of a character in points; None if its text isn't upright."""
    if pdfium_c.FPDFTextObj_GetTextRenderMode(pdfium_c.FPDFText_GetTextObject(textpage, index)) in (
        pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE,
        pdfium_c.FPDF_TEXTRENDERMODE_CLIP,
    ):
        return None  # nobody sees it: the text layer of a scan, which may be misread
    matrix = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFText_GetMatrix(textpage, index, ctypes.byref(matrix)):
        return None
    # The direction of writing in the page's own space; upright is what /Rotate turns upright.
    length = math.hypot(matrix.a, matrix.b)
    along = (matrix.a, matrix.b, -matrix.a, -matrix.b)[rotation]
    if length == 0 or along < 0.99 * length:
        return None
    size = float(pdfium_c.FPDFText_GetFontSize(textpage, index)) * math.hypot(matrix.c, matrix.d)
    return size if _SMALLEST_PRINT <= size <= _LARGEST_PRINT else None


def _turn(textpage: ctypes.c_void_p, index: int) -> int:
    """Return by how many quarter turns clockwise a page would have to be turned to set a character
    upright; -1 if none does."""
    matrix = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFText_GetMatrix(textpage, index, ctypes.byref(matrix)):
        return -1
    length = math.hypot(matrix.a, matrix.b)
    along = (matrix.a, matrix.b, -matrix.a, -matrix.b)
    return next((turn for turn in range(4) if length and along[turn] >= 0.99 * length), -1)


def _places(
    textpage: ctypes.c_void_p, number: int, count: int, rotation: int, bounds: pdfium_c.FS_RECTF
) -> Iterator[tuple[float, float, tuple[float, float]]]:
    """Return left end and right end of each character, on the page as displayed, and the two edges
    between which it stands, in the page's own space.

    The page's own space has y upwards; `rotation` counts quarter turns clockwise, as the page's
    /Rotate does.
    """
    boxes = (pdfium_c.FS_RECTF * count)()
    known = [
        _loose_char_box(textpage, index, ctypes.byref(boxes, index * _BOX_SIZE))
        for index in range(count)
    ]
    if not all(known):
        raise UnreadablePdf("broken", f"page {number}: pdfium can't say where a character stands")
    sides = array("f", bytes(boxes))
    lefts, tops, rights, bottoms = (sides[side::4] for side in range(4))
    near, far, zero = (
        (lefts, rights, bounds.left),
        (bottoms, tops, bounds.bottom),
        (rights, lefts, bounds.right),
        (tops, bottoms, bounds.top),
    )[rotation]
    if rotation < 2:
        begins, ends = [at - zero for at in near], [at - zero for at in far]
    else:
        begins, ends = [zero - at for at in near], [zero - at for at in far]
    edges = zip(lefts, rights, strict=True) if rotation % 2 else zip(tops, bottoms, strict=True)
    return zip(begins, ends, edges, strict=True)


def _baseline(
    textpage: ctypes.c_void_p, index: int, rotation: int, bounds: pdfium_c.FS_RECTF
) -> float:
    """Return the baseline of a character on the page as displayed."""
    x, y = ctypes.c_double(), ctypes.c_double()
    _char_origin(textpage, index, ctypes.byref(x), ctypes.byref(y))
    if rotation == 0:
        return float(bounds.top - y.value)
    if rotation == 1:
        return float(x.value - bounds.left)
    if rotation == 2:
        return float(y.value - bounds.bottom)
    return float(bounds.right - x.value)


def _put_together(runs: list[_Run]) -> list[_Run]:
    """Join runs that abut on the page though not in the stream, and drop a run drawn twice.

    Returns the runs in the order of the stream (that of the first drawn part of each).
    """
    order = {id(run): index for index, run in enumerate(runs)}
    for row in _rows(runs):
        for left, right in pairwise(sorted(row, key=_LEFT_END)):
            size = left.size
            twice = left.text == right.text and right.x0 - left.x0 < size / 4
            if not twice and not _OVERLAP < (right.x0 - left.x1) / size < _GLUED_GAP:
                continue  # so it is with most
            if not 0.9 * size <= right.size <= 1.1 * size:
                continue
            if abs(left.baseline - right.baseline) > _SAME_BASELINE * size:
                continue
            # The later of the pair goes on, so that a third part or drawing is met as well.
            order[id(right)] = min(order[id(right)], order.pop(id(left)))
            if not twice:
                right.text = left.text + right.text
                right.x0, right.x1 = left.x0, max(left.x1, right.x1)
    if len(order) == len(runs):
        return runs
    kept = [run for run in runs if id(run) in order]
    return sorted(kept, key=lambda run: order[id(run)])


def _rows(runs: list[_Run]) -> Iterator[list[_Run]]:
    """Divide runs into rows of about one baseline."""
    row: list[_Run] = []
    for run in sorted(runs, key=_BASELINE):
        if row and run.baseline - row[-1].baseline > _SAME_BASELINE * run.size:
            yield row
            row = []
        row.append(run)
    if row:
        yield row


def _normalised(text: str) -> str:
    """Return a word with ligatures, hyphens and bullets in their plain form.

    A soft hyphen inside a word is nothing; at its end it is the hyphen of a broken line.
    """
    if text.isalnum() and text.isascii():
        return text  # most words
    text = text.translate(_CHARACTERS)
    if "\u00ad" in text:
        text = text[:-1].replace("\u00ad", "") + text[-1].replace("\u00ad", "-")
    return text
