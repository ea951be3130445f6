"""A public report's document, PDF or page, to its text: what the document says, bounded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from w3lib.encoding import html_to_unicode

from ombudsman_crawler.exceptions import UnreadablePdf
from ombudsman_crawler.letters import plain_text, words
from ombudsman_crawler.site import entry_fields, report_page

#: Changes whenever another text could come out of the same bytes.
READER = f"report 1/{words.EXTRACTOR}"

_PDF_WITHIN = 1024
_REFERENCE = re.compile(r"(?<![\d-])\d{2}[ -]\d{3}[ -]\d{3}[a-z]?(?![\w-])", re.IGNORECASE)
# What precedes a day on a title page.
_DATED = re.compile(r"(?:date(?: of report| published)?|published(?: on)?|issued)\s*:?\s*", re.I)


@dataclass(frozen=True, slots=True)
class ReportReading:
    """What a report's document says. `status` is `ok`, `no_text` (a scan), `unreadable` or `failed`
    (its reader was ended), with the `reason`; `date` (YYYY-MM-DD) and `reference` only where it
    names exactly one as its own."""

    reader: str
    status: str
    reason: str | None = None
    title: str | None = None
    date: str | None = None
    reference: str | None = None
    text: str | None = None


def read(body: bytes, url: str) -> ReportReading:
    """Read a document that was served at `url`. Its paragraphs are divided by blank lines."""
    if b"%PDF-" in body[:_PDF_WITHIN]:
        return _read_pdf(body)
    return _read_page(body, url)


def failed(reason: str) -> ReportReading:
    """Return the reading of a document whose reader was ended before it was done."""
    return ReportReading(READER, "failed", reason)


def _read_pdf(body: bytes) -> ReportReading:
    try:
        found = plain_text.read(body)
    except UnreadablePdf as error:
        status = "no_text" if error.code == "no_text_layer" else "unreadable"
        return ReportReading(READER, status, str(error))
    return ReportReading(
        READER,
        "ok",
        "longer than is read" if found.cut else None,
        found.title,
        _only(filter(None, map(_day, found.first_page))),
        _reference(found.first_page),
        _joined(found.paragraphs),
    )


def _read_page(body: bytes, url: str) -> ReportReading:
    _, text = html_to_unicode(None, body, default_encoding="utf-8")
    page = report_page.read(text, url)
    if not page.blocks:
        return ReportReading(READER, "no_text", "the page has no heading")
    return ReportReading(
        READER,
        "ok",
        "longer than is read" if page.cut else None,
        page.title,
        page.date,
        page.reference,
        _joined(page.blocks),
    )


def _joined(blocks: Iterable[str]) -> str:
    return "\n\n".join(blocks)


def _day(line: str) -> str | None:
    # A line that ends a sentence is the end of one that was broken before the day.
    if line.endswith("."):
        return None
    label = _DATED.match(line)
    return entry_fields.day(line[label.end() :] if label else line)


def _only(found: Iterable[str]) -> str | None:
    """Return what is found, if it is one and the same."""
    different = set(found)
    return different.pop() if len(different) == 1 else None


def _reference(lines: Iterable[str]) -> str | None:
    """Return the reference a title page names, if it is one: a joint report has several."""
    printed = (found[0] for line in lines for found in _REFERENCE.finditer(line))
    return _only(reference.replace("-", " ").lower() for reference in printed)
