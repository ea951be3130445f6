"""Archived documents: a page as a picture, and a PDF as it was served."""

from __future__ import annotations

import hashlib
import textwrap
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from ombudsman_crawler.explore.answers import Bytes, NotFound
from ombudsman_crawler.explore.page_images import WIDTHS, NotDrawn
from ombudsman_crawler.explore.pages.asked import Asked

_PDF = "application/pdf"
# An address names the bytes, which never change; but what is withheld or erased tomorrow mustn't
# live on in caches that others share.
_FOR_A_WHILE = {"cache-control": "private, max-age=3600"}


def image(asked: Asked) -> Bytes:
    """Return `/page/<sha256>/<number>.png?width=`. Raises NotFound."""
    document = _document(asked)
    number, width = asked.parts["number"], asked.arguments.get("width", str(WIDTHS[1]))
    if width not in map(str, WIDTHS):
        raise NotFound(f"A page can be had {', '.join(map(str, WIDTHS))} pixels wide.")
    if len(number) > 4:
        raise NotFound("The document hasn't that page.")
    try:
        drawn = asked.images.png(document["sha256"], document["path"], int(number), int(width))
    except NotDrawn as error:
        # Where a picture is waited for, a picture of the sentence is what people see.
        return Bytes(_sentence(str(error), int(width)), "image/png", status=404)
    return Bytes(drawn, "image/png", _FOR_A_WHILE)


def pdf(asked: Asked) -> Bytes:
    """Return `/document/<sha256>.pdf`, as it was served. Raises NotFound."""
    document = _document(asked)
    path = asked.images.path(document["sha256"], document["path"])
    body = path.read_bytes() if path is not None else b""
    if hashlib.sha256(body).hexdigest() != document["sha256"]:
        raise NotFound("The document isn't here, or no longer as it was archived.")
    return Bytes(
        body,
        _PDF,
        {
            **_FOR_A_WHILE,
            # Whatever it holds may run nowhere.
            "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
            "content-disposition": f'inline; filename="{document["sha256"][:16]}.pdf"',
        },
    )


def _sentence(text: str, width: int) -> bytes:
    """Return a picture of a sentence."""
    size = width // 40
    picture = Image.new("RGB", (width, 6 * size), "white")
    lines = textwrap.wrap(text, 70)[:3]
    ImageDraw.Draw(picture).multiline_text(
        (size, size), "\n".join(lines), fill="black", font=ImageFont.load_default(size)
    )
    written = BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def _document(asked: Asked) -> dict[str, Any]:
    found = asked.first(
        "SELECT * FROM document WHERE sha256 = ? AND media_type = ?", asked.parts["sha256"], _PDF
    )
    if found is None:
        raise NotFound("There is no such document here.")
    return found
