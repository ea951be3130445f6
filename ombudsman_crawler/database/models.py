"""The tables. What a row of each means is said in its docstring and, for users, in docs/data.md.

Times are UTC, ISO 8601 with Z, kept as text: SQLite has no type for them and a reader in any
language gets what stands there.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ombudsman_crawler import items
from ombudsman_crawler.authorities import KINDS
from ombudsman_crawler.figures.figure import Severity
from ombudsman_crawler.letters.letter import Status
from ombudsman_crawler.metrics import ABSENCES


class Verdict(StrEnum):
    """How a run ended."""

    OK = "ok"
    FAILED = "failed"
    STOPPED = "stopped"
    BLOCKED = "blocked"
    KILLED = "killed"


def one_of(column: str, values: Iterable[str]) -> str:
    """Return the SQL that says a column has one of some values."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


class Base(DeclarativeBase):
    """Common to all tables: constraint names that migrations can refer to."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Storage(Base):
    """One row: the site this storage belongs to, when it was created, its schema."""

    __tablename__ = "storage"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    site: Mapped[str]
    created: Mapped[str]
    schema: Mapped[str]


class Authority(Base):
    """A body: a council of the register, or another the site names.

    `key` is the name in lower-case words joined by hyphens and never changes; `slug` is the site's
    own, as found there, null without a page. `map_first_seen` and `map_last_seen` say when the map
    listed it.
    """

    __tablename__ = "authority"
    __table_args__ = (
        CheckConstraint(
            one_of("kind", KINDS),
            name="kind",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str | None] = mapped_column(String(collation="NOCASE"), unique=True)
    kind: Mapped[str]
    gss_code: Mapped[str | None]
    first_day: Mapped[str | None]
    last_day: Mapped[str | None]
    page_address: Mapped[str | None]
    map_first_seen: Mapped[str | None]
    map_last_seen: Mapped[str | None]


class AuthorityName(Base):
    """Another name of a body, and where it was met."""

    __tablename__ = "authority_name"
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)


class AuthoritySuccessor(Base):
    """`predecessor_id` ended and `successor_id` took over; `date` is the first day after."""

    __tablename__ = "authority_successor"
    predecessor_id: Mapped[int] = mapped_column(ForeignKey("authority.id"), primary_key=True)
    successor_id: Mapped[int] = mapped_column(ForeignKey("authority.id"), primary_key=True)
    date: Mapped[str | None]
    source: Mapped[str]


class Run(Base):
    """One crawl. `verdict` is null while it runs; the next run calls a silent one `killed`.

    `collections` are what it collected, comma-separated. `whole` is true when everything of them
    was asked for: no window, no sample. Only such runs are what later ones are measured by.
    """

    __tablename__ = "run"
    __table_args__ = (CheckConstraint(one_of("verdict", Verdict), name="verdict"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    command: Mapped[str]
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    site: Mapped[str]
    versions: Mapped[dict[str, Any]] = mapped_column(JSON)
    started: Mapped[str]
    finished: Mapped[str | None]
    verdict: Mapped[str | None]
    reason: Mapped[str | None]
    counts: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    note: Mapped[str | None]
    whole: Mapped[bool]
    collections: Mapped[str] = mapped_column(server_default="letters")


class RunCheck(Base):
    """One named check of a run. `passed` is null where the check had nothing to go by."""

    __tablename__ = "run_check"
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    required: Mapped[bool]
    passed: Mapped[bool | None]
    detail: Mapped[str]


class Link(Base):
    """One letter as the site lists it, or (kind `copy`) as somebody else keeps it; or a public
    report, a decision, a national table.

    `address` is the path and query within the site; `url` the whole address as last seen.
    `gone_since` is set while the site answers 404 or 410 for a letter once archived. `last_asked`
    is when it was last asked for with an answer, `next_due` from when it is asked again.
    """

    __tablename__ = "link"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(default="letter")
    address: Mapped[str] = mapped_column(String(collation="NOCASE"), unique=True)
    url: Mapped[str]
    found_on: Mapped[str]
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"), index=True)
    label: Mapped[str]
    listed_year: Mapped[int | None] = mapped_column(index=True)
    first_seen: Mapped[str]
    last_seen: Mapped[str]
    gone_since: Mapped[str | None]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    last_asked: Mapped[str | None]
    next_due: Mapped[str | None]


class Outcome(Base):
    """What became of a link in a run: exactly one row for each letter the run discovered."""

    __tablename__ = "outcome"
    __table_args__ = (
        CheckConstraint(one_of("outcome", items.Outcome), name="outcome"),
        Index("ix_outcome_asked", "capture_id", sqlite_where=text("capture_id IS NOT NULL")),
    )
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("link.id"), primary_key=True, index=True)
    outcome: Mapped[str]
    reason: Mapped[str | None]
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"))


class Document(Base):
    """One distinct sequence of bytes, kept as a file at `path` within the storage."""

    __tablename__ = "document"
    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int]
    media_type: Mapped[str]
    path: Mapped[str]
    page_count: Mapped[int | None]
    producer: Mapped[str | None]


class Address(Base):
    """One address that was asked for, and the URL it was asked at."""

    __tablename__ = "address"
    __table_args__ = (UniqueConstraint("address", "url"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(collation="NOCASE"))
    url: Mapped[str]


class Warc(Base):
    """One WARC file, within the storage."""

    __tablename__ = "warc"
    id: Mapped[int] = mapped_column(primary_key=True)
    file: Mapped[str] = mapped_column(unique=True)


class Attempt(Base):
    """One attempt at one address, failures too, without what it repeats of earlier ones: the view
    `capture` puts it together.

    `document_id` is what the server gave or, with status 304, said is unchanged. `headers` are as
    the client delivers them: names title-cased, transfer coding removed; where `headers_from` names
    an earlier attempt, they are what differs from the headers there. A file that was taken in by
    hand has a document and neither a status nor an error.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        Index("ix_attempt_served", "address_id", sqlite_where=text("status = 200")),
        Index(
            "ix_attempt_whole_headers",
            "address_id",
            "status",
            sqlite_where=text("headers_from IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id"))
    time: Mapped[str]
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    headers_from: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"))
    error: Mapped[str | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    warc_id: Mapped[int | None] = mapped_column(ForeignKey("warc.id"))
    warc_offset: Mapped[int | None]


class DocumentWords(Base):
    """A document's words with their boxes, by one version of the extractor (compressed)."""

    __tablename__ = "document_words"
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    extractor: Mapped[str] = mapped_column(primary_key=True)
    words: Mapped[bytes] = mapped_column(LargeBinary)
    text_sha256: Mapped[str | None]


class DocumentWitness(Base):
    """What the second reader extracts from a document's pages, as far as it was asked (compressed);
    no boxes. `witness` is its name and version."""

    __tablename__ = "document_witness"
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    witness: Mapped[str]
    texts: Mapped[bytes] = mapped_column(LargeBinary)


class Letter(Base):
    """A letter: one authority, one year, one kind, whatever versions of it were served.

    Title, date and people are those of the current version's reading.
    """

    __tablename__ = "letter"
    __table_args__ = (
        UniqueConstraint("authority_id", "year_ending", "kind"),
        CheckConstraint("kind IN ('annual', 'follow_up')", name="kind"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    year_ending: Mapped[int]
    kind: Mapped[str]
    title: Mapped[str | None]
    letter_date: Mapped[str | None]
    addressee: Mapped[str | None]
    post: Mapped[str | None]
    signatory: Mapped[str | None]
    current_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("letter_version.id", use_alter=True)
    )


class LetterVersion(Base):
    """One wording of a letter: the part of a document that holds it.

    `letter_id` is null while neither the words nor a link tell whose letter of which year it is.
    `document_id` is the first document with these words; later ones are in `version_document`.
    `copy` is true while only others than the site are known to have kept it.
    """

    __tablename__ = "letter_version"
    __table_args__ = (UniqueConstraint("document_id", "part"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    part: Mapped[int]
    first_page: Mapped[int]
    last_page: Mapped[int]
    text_sha256: Mapped[str | None]
    extractor: Mapped[str]
    first_seen: Mapped[str]
    last_seen: Mapped[str]
    copy: Mapped[bool] = mapped_column(server_default="0")


class VersionDocument(Base):
    """A document that carries a version: other bytes with the same words are the same version."""

    __tablename__ = "version_document"
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("letter_version.id"), index=True)


class Reading(Base):
    """One reading of one version; a new row only where it differs from the one before.

    `reader`, `extractor` and `witness` are the versions that made it; `confirmed_by` is the newest
    version of the reader that came to the same.
    """

    __tablename__ = "reading"
    __table_args__ = (
        CheckConstraint(
            one_of("status", Status),
            name="status",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("letter_version.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    time: Mapped[str]
    reader: Mapped[str]
    confirmed_by: Mapped[str | None]
    extractor: Mapped[str]
    witness: Mapped[str | None]
    form: Mapped[str | None]
    status: Mapped[str]
    authority_as_printed: Mapped[str | None]
    title: Mapped[str | None]
    letter_date: Mapped[str | None]
    addressee: Mapped[str | None]
    post: Mapped[str | None]
    signatory: Mapped[str | None]
    period_start: Mapped[str | None]
    period_end: Mapped[str | None]
    duration_ms: Mapped[int]
    content_sha256: Mapped[str]


class Figure(Base):
    """One number of one reading, or its absence with the reason; or one of a council's page or a
    national table (`capture_id`: the capture that brought it, `table_row_id`: its row there).

    `box` is [x0, y0, x1, y1] in points from the top left of the page as displayed; `text` is the
    sentence or cell the number stands in; `value_text` the number as printed.
    """

    __tablename__ = "figure"
    __table_args__ = (
        CheckConstraint("(value IS NULL) <> (absence IS NULL)", name="value_or_absence"),
        CheckConstraint(
            one_of("absence", ABSENCES),
            name="absence",
        ),
        CheckConstraint("(reading_id IS NULL) <> (capture_id IS NULL)", name="reading_or_capture"),
        UniqueConstraint("reading_id", "year_ending", "metric"),
        Index(
            "ix_figure_of_page",
            "capture_id",
            "year_ending",
            "metric",
            unique=True,
            sqlite_where=text("capture_id IS NOT NULL AND table_row_id IS NULL"),
        ),
        Index(
            "ix_figure_of_row",
            "table_row_id",
            "year_ending",
            "metric",
            unique=True,
            sqlite_where=text("table_row_id IS NOT NULL"),
        ),
        Index("ix_figure_authority_id_year_ending_metric", "authority_id", "year_ending", "metric"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    reading_id: Mapped[int | None] = mapped_column(ForeignKey("reading.id"))
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"))
    table_row_id: Mapped[int | None] = mapped_column(ForeignKey("table_row.id"))
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"))
    year_ending: Mapped[int]
    metric: Mapped[str]
    value: Mapped[float | None]
    absence: Mapped[str | None]
    value_text: Mapped[str | None]
    source: Mapped[str]
    restated: Mapped[bool]
    page: Mapped[int | None]
    box: Mapped[list[float] | None] = mapped_column(JSON(none_as_null=True))
    text: Mapped[str]


class Finding(Base):
    """Something a reader of the figures should know; `metric` null: about the whole letter.

    It is about a letter's reading, or about a council's page or a national table as a capture
    brought it (`table_row_id`: one row there). `origin` is
    `reading` (checks within a letter) or `review` (checks across letters).
    """

    __tablename__ = "finding"
    __table_args__ = (
        CheckConstraint(one_of("severity", Severity), name="severity"),
        CheckConstraint("(reading_id IS NULL) <> (capture_id IS NULL)", name="reading_or_capture"),
        Index("ix_finding_capture_id", "capture_id", sqlite_where=text("capture_id IS NOT NULL")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    reading_id: Mapped[int | None] = mapped_column(ForeignKey("reading.id"), index=True)
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"))
    table_row_id: Mapped[int | None] = mapped_column(ForeignKey("table_row.id"))
    origin: Mapped[str]
    code: Mapped[str]
    severity: Mapped[str]
    metric: Mapped[str | None]
    year_ending: Mapped[int | None]
    message: Mapped[str]


class Acknowledgement(Base):
    """A person's word on a finding or a vanished authority; it stays visible and stops alarming.

    `subject` names it for good: `authority:<key>` or `finding:<code>:<key>:<year>:<metric>`. The
    last row of a subject counts, for what was there when it was written.
    """

    __tablename__ = "acknowledgement"
    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(index=True)
    who: Mapped[str]
    time: Mapped[str]
    verdict: Mapped[str]
    note: Mapped[str | None]
