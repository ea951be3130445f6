"""What crosses from the spiders to the pipelines."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar


class Outcome(StrEnum):
    """What became of a discovered letter, or whatever else the site lists, in a run; each has
    exactly one."""

    ARCHIVED = "archived"
    NEW_VERSION = "new_version"
    UNCHANGED = "unchanged"
    NOT_DUE = "not_due"
    OUT_OF_WINDOW = "out_of_window"
    REFUSED = "refused"
    REJECTED = "rejected"
    FAILED = "failed"
    GONE = "gone"
    NOT_ATTEMPTED = "not_attempted"


@dataclass(slots=True, kw_only=True)
class ListedItem:
    """One thing the site lists and links, and what the pipelines made of it.

    The spider fills the first part. `FetchListed` adds the link, the outcome and the document.
    """

    #: What `link.kind` calls it.
    kind: ClassVar[str]

    #: Address within the site (path and query), or the whole URL when it lies elsewhere.
    address: str
    url: str
    label: str
    listed_year: int | None
    authority: str | None
    found_on: str
    #: False for what an earlier run knew and the site no longer lists.
    listed: bool = True

    link_id: int | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    capture_id: int | None = None
    document_id: int | None = None
    #: The document an earlier run ended with.
    previous_document_id: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    #: True when the document waits for a reading.
    unread: bool = False


@dataclass(slots=True, kw_only=True)
class LetterItem(ListedItem):
    """A letter; `ReadLetter` adds its reading."""

    kind: ClassVar[str] = "letter"

    #: True for a letter that somebody else than the site keeps; `file` where it is at hand already.
    copy: bool = False
    file: Path | None = None

    #: A `letters.letter.DocumentReading`; its words, and what the second reader saw, packed for
    #: keeping; and how long it took.
    reading: Any = field(default=None, repr=False)
    packed_words: bytes | None = field(default=None, repr=False)
    packed_texts: bytes | None = field(default=None, repr=False)
    reading_ms: int = 0


@dataclass(slots=True, kw_only=True)
class DecisionItem(ListedItem):
    """A decision; `ReadDecision` adds what its page says."""

    kind: ClassVar[str] = "decision"

    reference: str
    #: The row of the search, a `site.decision_search.ListedDecision`; None for a decision that an
    #: earlier run knew and the search didn't show now.
    row: Any = field(default=None, repr=False)
    #: A `site.decision_page.DecisionPage`, once its page has been read.
    page: Any = field(default=None, repr=False)


@dataclass(slots=True, kw_only=True)
class ReportItem(ListedItem):
    """The document of a public report: a PDF or a page; `ReadReport` adds its text."""

    kind: ClassVar[str] = "report"

    #: A `report_reading.ReportReading`.
    reading: Any = field(default=None, repr=False)


@dataclass(slots=True, kw_only=True)
class TableItem(ListedItem):
    """A file of national tables; `ReadTable` adds its reading."""

    kind: ClassVar[str] = "table"

    #: What its link says it is about, None where that isn't told.
    subject: str | None = None

    #: A `sheets.table.TableFile`.
    reading: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ListedReport:
    """A public report as a list shows it; `address` is where its document is, if it is linked."""

    title: str
    blurb: str | None
    address: str | None
    date: str | None
    category: str | None
    reference: str | None


@dataclass(frozen=True, slots=True)
class ReportsItem:
    """The public reports that one page lists of an authority."""

    authority: str
    found_on: str
    reports: tuple[ListedReport, ...]


@dataclass(frozen=True, slots=True)
class ListedImprovement:
    """An improvement as a list shows it; `address` is its decision's, if it is linked."""

    text: str
    category: str | None
    date: str | None
    year: str | None
    reference: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class ImprovementsItem:
    """The service improvements that one page lists of an authority."""

    authority: str
    found_on: str
    improvements: tuple[ListedImprovement, ...]


@dataclass(frozen=True, slots=True)
class ListsReadItem:
    """Authorities whose lists of a collection (`reports`, `improvements`) were read whole: what was
    listed before and wasn't met isn't listed any longer."""

    collection: str
    authorities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CouncilItem:
    """A council's page as the site refers to it.

    `authority` is the register's name where there is one; `printed_name` what the page calls it;
    `successor` the authority whose page names this one as a predecessor.
    """

    authority: str
    slug: str
    address: str
    printed_name: str | None
    on_map: bool
    successor: str | None = None


@dataclass(slots=True, kw_only=True)
class PageItem:
    """A council's page as a capture brought or confirmed it; `ReadPage` adds its reading."""

    authority: str
    url: str
    text: str = field(repr=False)
    capture_id: int
    document_id: int

    #: A `site.statistics_page.StatisticsPage`; None for a page that was read before.
    reading: Any = field(default=None, repr=False)
