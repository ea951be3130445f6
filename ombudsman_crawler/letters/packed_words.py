"""A document's words as they are kept: packed, unpacked, as plain text. Knows no PDF library."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ombudsman_crawler.letters.letter import Page, Word


def pack(pages: Iterable[Page]) -> bytes:
    """Serialise pages compactly: zlib over JSON, coordinates in hundredths of a point.

    `unpack` gives back equal pages, provided their boxes are rounded to 0.01 (as `extract` does).
    """
    rows = [
        {
            "page": [page.number, page.width, page.height],
            **({"recognised": True} if page.recognised else {}),
            "words": [word.text for word in page.words],
            "boxes": [
                round(coordinate * 100)
                for word in page.words
                for coordinate in (word.x0, word.y0, word.x1, word.y1)
            ],
            # Few pages have turned words; the row of a page without them says nothing of them.
            **{
                side: [
                    [w.text, *(round(c * 100) for c in (w.x0, w.y0, w.x1, w.y1))] for w in turned
                ]
                for side, turned in (("rising", page.rising), ("falling", page.falling))
                if turned
            },
        }
        for page in pages
    ]
    text = json.dumps({"format": 1, "pages": rows}, ensure_ascii=True, separators=(",", ":"))
    return zlib.compress(text.encode("ascii"), 6)


def unpack(packed: bytes) -> tuple[Page, ...]:
    """Return the pages that `pack` serialised. Raises ValueError for anything else."""
    try:
        content = json.loads(zlib.decompress(packed))
        if content["format"] != 1:
            raise ValueError(f"words are stored in format {content['format']}; 1 is known")
        return tuple(
            replace(
                _unpack_page(row["page"], row["words"], row["boxes"]),
                rising=_unpack_turned(row.get("rising", [])),
                falling=_unpack_turned(row.get("falling", [])),
                recognised=bool(row.get("recognised", False)),
            )
            for row in content["pages"]
        )
    except (zlib.error, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"these aren't packed words: {error}") from error


def _unpack_page(page: list[float], texts: list[str], boxes: list[int]) -> Page:
    number, width, height = page
    if len(boxes) != 4 * len(texts):
        raise ValueError("packed words and boxes differ in number")
    points = [coordinate / 100 for coordinate in boxes]
    quadruples = zip(points[0::4], points[1::4], points[2::4], points[3::4], strict=True)
    words = tuple(Word(text, *box) for text, box in zip(texts, quadruples, strict=True))
    return Page(number=int(number), width=float(width), height=float(height), words=words)


def _unpack_turned(rows: list[list[Any]]) -> tuple[Word, ...]:
    return tuple(Word(str(text), *(c / 100 for c in box)) for text, *box in rows)


def plain_text(packed: bytes, first_page: int, last_page: int) -> str:
    """Return the words of some pages as they were kept, in the order of the content stream, a line
    for each page. Raises ValueError for what `pack` didn't make."""
    return "\n".join(
        " ".join(word.text for word in (*page.words, *page.rising, *page.falling))
        for page in unpack(packed)
        if first_page <= page.number <= last_page
    )
