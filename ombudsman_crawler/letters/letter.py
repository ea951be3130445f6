"""What reading a document yields. Pages count from 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from ombudsman_crawler.figures.figure import Figure, Finding


class Status(StrEnum):
    """How a reading ended."""

    OK = "ok"
    SUSPECT = "suspect"
    UNREADABLE = "unreadable"
    UNKNOWN_FORM = "unknown_form"
    NOT_A_LETTER = "not_a_letter"


class Word(NamedTuple):
    """One printed word and where it stands.

    A letter has a thousand of them, and a tuple is made in a third of a frozen dataclass's time.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Page:
    """The words of one page in the order of the content stream. Width and height in points.

    `rising` and `falling` are words set upwards and downwards (the headings of narrow columns),
    with the boxes they have on the page as displayed. `recognised`: they were seen in a picture of
    the page by OCR and may be wrong.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    rising: tuple[Word, ...] = ()
    falling: tuple[Word, ...] = ()
    recognised: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter as its document says it; a document may hold several (`part` from 1)."""

    part: int
    first_page: int
    last_page: int
    status: Status
    kind: str = "annual"
    form: str | None = None
    authority: str | None = None
    authority_as_printed: str | None = None
    year_ending: int | None = None
    title: str | None = None
    letter_date: date | None = None
    addressee: str | None = None
    post: str | None = None
    signatory: str | None = None
    period_start: date | None = None
    period_end: date | None = None
    figures: tuple[Figure, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the link to a document says it holds; used only where the letter itself is silent."""

    authority: str | None = None
    year_ending: int | None = None


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """Everything one reading of a document found.

    `letters` is never empty: a document that can't be read holds one letter whose status says so.
    `text_sha256` is the hash of its words in order, None where there are none to read. `witness` is
    the second reader, None where none was asked, `texts` what it extracted from the pages it saw.
    """

    reader: str
    extractor: str
    page_count: int | None
    producer: str | None
    pages: tuple[Page, ...]
    text_sha256: str | None
    letters: tuple[Letter, ...]
    witness: str | None = None
    texts: Mapping[int, str | None] = field(default_factory=dict)
