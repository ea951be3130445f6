"""A page of a document as a picture, and its size on which boxes are given."""

from __future__ import annotations

from io import BytesIO

import pypdfium2 as pdfium

from ombudsman_crawler.exceptions import UnreadablePdf
from ombudsman_crawler.letters.words import MAX_PAGES_SEARCHED

# A page may claim to be of any size: no picture is higher than this many times its width.
_TALLEST = 4.0
_POINTS_MOST = 14_400.0


def sizes(data: bytes) -> list[tuple[float, float]]:
    """Return width and height in points of each page as it is displayed: its crop box, turned by
    its rotation. Boxes of words are given on the same. Raises UnreadablePdf."""
    document = _opened(data)
    try:
        pages = range(min(len(document), MAX_PAGES_SEARCHED))
        return [document.get_page_size(number) for number in pages]
    except pdfium.PdfiumError as error:
        raise UnreadablePdf("broken", f"pdfium can't tell the pages' sizes: {error}") from error
    finally:
        document.close()


def png(data: bytes, page: int, width: int) -> bytes:
    """Return a page, from 1, as a PNG so many pixels wide. Raises UnreadablePdf for a document that
    can't be read, and IndexError for a page that it doesn't have or that has no size to draw."""
    document = _opened(data)
    try:
        if not 1 <= page <= len(document):
            raise IndexError(f"there is no page {page}")
        drawn = document[page - 1]
        across, down = drawn.get_size()
        if not (0 < across < _POINTS_MOST and 0 < down <= across * _TALLEST):
            raise IndexError(f"page {page} is {across:g} by {down:g} points")
        written = BytesIO()
        drawn.render(scale=width / across).to_pil().convert("RGB").save(written, "PNG")
        return written.getvalue()
    except pdfium.PdfiumError as error:
        raise UnreadablePdf("broken", f"pdfium can't draw page {page}: {error}") from error
    finally:
        document.close()


def _opened(data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise UnreadablePdf("broken", f"pdfium can't open the document: {error}") from error
