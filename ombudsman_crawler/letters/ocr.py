"""Scanned pages to pages of words with boxes: pdfium draws a page, rapidocr reads the picture.

rapidocr and its models come with the extra `ocr`; nothing is fetched. The engine finds lines of
text and reads each, with the place of each character along it. Where a line's words begin and end,
how high they are and where their baseline runs is taken from the ink, so that the words stand as
those of a PDF with text would.

What it reads may be wrong: a page from here is `recognised`, and no figure on it is sure.
"""

from __future__ import annotations

import importlib.util
import math
import statistics
from collections.abc import Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw as pdfium_c

from ombudsman_crawler.exceptions import OcrNotInstalled, UnreadablePdf
from ombudsman_crawler.letters.ink import Line, aligned, line_of
from ombudsman_crawler.letters.letter import Page, Word
from ombudsman_crawler.letters.words import ASCENT, DESCENT

#: A scan takes seconds a page: of a longer document no page is recognised.
MAX_PAGES = 30
# Print of 7 points is still read without a fault at this many dots an inch, and no better at 200.
_DOTS_AN_INCH = 150
# More than a page of A3 at that; of a larger page the dots are coarser.
_MAX_PIXELS, _MAX_SIDE = 5_000_000, 3_000

# A scanned page may have a typed page number, stamp or heading over its picture.
_FEW_WORDS = 20
# The part of a page that its pictures cover when they are the page.
_COVERED = 0.5

# A frame this many times as high as it is wide holds a narrow character or turned text, which
# it is by its height against that of the page's other lines.
_TALL = 1.5
_ONE_LINE = 1.6

# Only a long line, in heights of its frame, tells how crooked the page lies.
_LONG = 8.0

# Images and arrays are the extra's, which the type checker needn't have.
_Array = Any


def installed() -> bool:
    """Whether the extra `ocr` is there."""
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime"))


def require() -> None:
    """Raise OcrNotInstalled where the extra `ocr` isn't there."""
    if not installed():
        raise OcrNotInstalled(
            "OCR needs the extra `ocr`, which isn't installed:"
            " pip install -c constraints.txt '.[ocr]'"
        )


def extractor() -> str:
    """Return the name and version of what finds words here; changes whenever they could."""
    return f"rapidocr {metadata.version('rapidocr')}/ocr 1"


def took_part(extractor: str) -> bool:
    """Whether an extractor's name says that OCR found some of the words."""
    return "/ocr " in extractor


def scanned(data: bytes, pages: Sequence[Page]) -> tuple[int, ...]:
    """Return the numbers of those pages that are pictures: with no or few words, and images over
    more than half of the page. `pages` are those that `words.extract` found."""
    document = pdfium.PdfDocument(data)
    try:
        return tuple(
            page.number
            for page in pages
            if len(page.words) < _FEW_WORDS and _is_covered(document, page.number)
        )
    except pdfium.PdfiumError as error:
        raise UnreadablePdf("broken", f"pdfium can't read a page: {error}") from error
    finally:
        document.close()


def _is_covered(document: pdfium.PdfDocument, number: int) -> bool:
    page = document[number - 1]
    try:
        width, height = page.get_size()
        # A scan may be cut into strips.
        covered = sum(
            (right - left) * (top - bottom)
            for left, bottom, right, top in (
                image.get_bounds()
                for image in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE])
            )
        )
        return bool(covered > _COVERED * width * height)
    finally:
        page.close()


def recognise(data: bytes, numbers: Sequence[int] | None = None) -> tuple[Page, ...]:
    """Return the words in the pictures of a vetted document's pages; `numbers` None: of all pages.

    Raises OcrNotInstalled; UnreadablePdf: `broken` where pdfium can't draw a page,
    `too_many_pages`, `ocr_failed` where the engine fails, `no_text_layer` where it sees no word.
    """
    require()
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise UnreadablePdf("broken", f"pdfium can't open the document: {error}") from error
    try:
        wanted = numbers if numbers is not None else range(1, len(document) + 1)
        if len(wanted) > MAX_PAGES:
            raise UnreadablePdf(
                "too_many_pages", f"{len(wanted)} scanned pages; OCR reads at most {MAX_PAGES}"
            )
        pages = tuple(_recognise_page(document, number) for number in wanted)
    except pdfium.PdfiumError as error:
        raise UnreadablePdf("broken", f"pdfium can't draw a page: {error}") from error
    finally:
        document.close()
    if numbers is None and not any(page.words for page in pages):
        raise UnreadablePdf("no_text_layer", "no page has text, and OCR sees none in its pictures")
    return pages


@cache
def _engine() -> Any:
    """Return the engine, with its models loaded from its own package: once a process."""
    import rapidocr  # noqa: PLC0415 - it is an extra, and heavy

    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            # A model named by its path is never fetched.
            "Det.model_path": str(_only(models, "*_det_*.onnx")),
            "Rec.model_path": str(_only(models, "*_rec_*.onnx")),
            # One thread: as many workers as there are cores read side by side.
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Global.max_side_len": _MAX_SIDE,
            "Global.return_word_box": True,
        }
    )


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise UnreadablePdf("ocr_failed", f"rapidocr has {len(found)} models named {pattern}")
    return found[0]


def _recognise_page(document: pdfium.PdfDocument, number: int) -> Page:
    page = document[number - 1]
    try:
        width, height = page.get_size()
        scale = min(
            _DOTS_AN_INCH / 72,
            math.sqrt(_MAX_PIXELS / (width * height)),
            _MAX_SIDE / max(width, height),
        )
        # A copy: the bitmap's own memory ends with it.
        image = page.render(scale=scale, rev_byteorder=False).to_numpy()[:, :, :3].copy()
    finally:
        page.close()
    try:
        words, rising, falling = _words_of(image, scale)
    except (MemoryError, UnreadablePdf):
        raise
    except Exception as error:  # the engine lets errors of every kind escape
        last = str(error).strip().splitlines()[-1:]
        raise UnreadablePdf(
            "ocr_failed", f"OCR fails on page {number}: {type(error).__name__}: {''.join(last)}"
        ) from error
    return Page(
        number=number,
        width=round(width, 2),
        height=round(height, 2),
        words=words,
        rising=rising,
        falling=falling,
        recognised=True,
    )


def _words_of(
    image: _Array, scale: float
) -> tuple[tuple[Word, ...], tuple[Word, ...], tuple[Word, ...]]:
    """Return the words of a picture, with those set upwards and downwards apart."""
    engine = _engine()
    frames = engine(image, use_det=True, use_cls=False, use_rec=False).boxes
    if frames is None or len(frames) == 0:
        return (), (), ()
    import numpy  # noqa: PLC0415 - comes with the extra

    level = [frame for frame in frames if not _is_tall(frame)]
    usual = statistics.median(map(_height, level)) if level else math.inf
    narrow = [f for f in frames if _is_tall(f) and _height(f) <= _ONE_LINE * usual]
    turned = [f for f in frames if _is_tall(f) and _height(f) > _ONE_LINE * usual]
    # The engine cuts a tall frame out turned left: text set downwards is upright in it.
    upright = _cut(engine, image, level) + [
        numpy.rot90(cut, -1) for cut in _cut(engine, image, narrow)
    ]
    down = _cut(engine, image, turned)
    up = [numpy.rot90(cut, 2) for cut in down]
    lines = [
        _level(line, frame)
        for frame, (line, _) in zip(level + narrow, _read(engine, upright), strict=True)
        if line.words
    ]
    words = [
        _word(
            text,
            start,
            line.baseline - ASCENT * line.size,
            end,
            line.baseline + DESCENT * line.size,
            scale,
        )
        for line in aligned(lines, image.shape[1] / 2)
        for text, start, end in line.words
    ]
    rising: list[Word] = []
    falling: list[Word] = []
    for frame, (upwards, up_score), (downwards, down_score) in zip(
        turned, _read(engine, up), _read(engine, down), strict=True
    ):
        if up_score >= down_score:
            rising += _turned(upwards, frame, scale, rises=True)
        else:
            falling += _turned(downwards, frame, scale, rises=False)
    return tuple(words), tuple(rising), tuple(falling)


def _height(frame: _Array) -> float:
    return float(math.dist(frame[0], frame[3]))


def _is_tall(frame: _Array) -> bool:
    return _height(frame) >= _TALL * math.dist(frame[0], frame[1])


def _cut(engine: Any, image: _Array, frames: Sequence[_Array]) -> list[_Array]:
    return list(engine.crop_text_regions(image, frames)) if frames else []


def _read(engine: Any, cuts: Sequence[_Array]) -> list[tuple[Line, float]]:
    """Read pictures of one line each; returns each line and how sure the engine is (0 to 1)."""
    if not cuts:
        return []
    engine.update_params(return_word_box=True)
    found = engine.recognize_txt(list(cuts))
    return [
        (line_of(cut, info), float(score))
        for cut, info, score in zip(cuts, found.word_results, found.scores, strict=True)
    ]


def _level(line: Line, frame: _Array) -> Line:
    """Return a line that runs to the right with its places on the page's picture."""
    (left, top), (right, top_right), _, (_, bottom) = frame.tolist()
    width = math.dist(frame[0], frame[1])
    along = (right - left) / width
    return Line(
        tuple((text, left + start * along, left + end * along) for text, start, end in line.words),
        # A line that isn't quite level: its words stand at the height of its middle.
        (top + top_right) / 2 + line.baseline * (bottom - top) / _height(frame),
        line.size,
        (top_right - top) / (right - left) if width > _LONG * _height(frame) else None,
    )


def _turned(line: Line, frame: _Array, scale: float, *, rises: bool) -> list[Word]:
    """Return the words of a line that runs upwards or downwards, in points."""
    left, right = float(frame[:, 0].min()), float(frame[:, 0].max())
    top, bottom = float(frame[:, 1].min()), float(frame[:, 1].max())
    up, down = ASCENT * line.size, DESCENT * line.size
    words = []
    for text, start, end in line.words:
        if rises:
            baseline = left + line.baseline
            box = (baseline - up, bottom - end, baseline + down, bottom - start)
        else:
            baseline = right - line.baseline
            box = (baseline - down, top + start, baseline + up, top + end)
        words.append(_word(text, *box, scale))
    return words


def _word(text: str, x0: float, y0: float, x1: float, y1: float, scale: float) -> Word:
    """Return a word with its box in points, from pixels."""
    x0, y0, x1, y1 = (round(float(pixels) / scale, 2) for pixels in (x0, y0, x1, y1))
    return Word(text, x0, y0, x1, y1)
