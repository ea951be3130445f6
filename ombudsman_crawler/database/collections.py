"""The tables of what the map holds besides letters; a row's meaning is said as in `models`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ombudsman_crawler.database.models import Base, one_of

#: What a council page's statistics are: figures, the zeros of an abolished council, or none.
PAGE_STATES = ("figures", "no_data", "no_statistics")
#: How the name in a row of a national table was found to be an authority's.
MATCHES = ("exact", "known_name", "fuzzy", "new")
#: Whether a window of the search was collected whole.
WINDOW_STATES = ("open", "complete", "short")

#: How far the text of a report's document could be read.
TEXT_STATES = ("ok", "no_text", "unreadable", "failed")


class PageReading(Base):
    """One reading of what a council's page said: a row for each content it had.

    `capture_id` is the capture that first brought it. Current for an authority and year is what the
    page said last (`last_seen`).
    """

    __tablename__ = "page_reading"
    __table_args__ = (
        CheckConstraint(one_of("state", PAGE_STATES), name="state"),
        CheckConstraint(one_of("status", ("ok", "suspect", "unknown_form")), name="status"),
    )
    capture_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    time: Mapped[str]
    reader: Mapped[str]
    layout: Mapped[str | None]
    state: Mapped[str]
    status: Mapped[str]
    year_ending: Mapped[int | None]
    period_start: Mapped[str | None]
    period_end: Mapped[str | None]
    name_as_printed: Mapped[str | None]
    content_sha256: Mapped[str]
    first_seen: Mapped[str]
    last_seen: Mapped[str]


class PageDocument(Base):
    """A document that carried what a council's page said: other bytes with the same content are no
    other reading."""

    __tablename__ = "page_document"
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"), primary_key=True)
    capture_id: Mapped[int] = mapped_column(ForeignKey("page_reading.capture_id"), index=True)


class NationalTable(Base):
    """One sheet of one national table: a file's, as the site served it.

    `subject` is `received`, `decided`, `compliance` (with or without remedies) or `remedies`, as
    its columns tell, null where they aren't recognised; `columns` are the headings as printed.
    """

    __tablename__ = "national_table"
    __table_args__ = (
        UniqueConstraint("document_id", "sheet"),
        CheckConstraint(one_of("status", ("ok", "suspect", "unrecognised")), name="status"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("link.id"), index=True)
    capture_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    sheet: Mapped[str]
    title: Mapped[str | None]
    subject: Mapped[str | None]
    year_ending: Mapped[int | None]
    header_row: Mapped[int | None]
    columns: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    status: Mapped[str]
    reason: Mapped[str | None]
    reader: Mapped[str]
    time: Mapped[str]
    first_seen: Mapped[str]
    last_seen: Mapped[str]


class TableRow(Base):
    """One row of a national table, as printed; `number` counts from 1 as a spreadsheet does.

    `authority_id` is null for rows that are no authority's: titles, totals, footnotes.
    """

    __tablename__ = "table_row"
    __table_args__ = (
        UniqueConstraint("table_id", "number"),
        CheckConstraint(one_of("matched_by", MATCHES), name="matched_by"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    table_id: Mapped[int] = mapped_column(ForeignKey("national_table.id"))
    number: Mapped[int]
    cells: Mapped[list[str | None]] = mapped_column(JSON)
    name: Mapped[str | None]
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"), index=True)
    matched_by: Mapped[str | None]


class Decision(Base):
    """One decision as the search lists it; what its page says is in `decision_version`."""

    __tablename__ = "decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("link.id"), unique=True)
    reference: Mapped[str | None] = mapped_column(index=True)
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"), index=True)
    authority_as_listed: Mapped[str | None]
    kind: Mapped[str | None]
    outcome: Mapped[str | None]
    sub_category: Mapped[str | None]
    decided: Mapped[str | None] = mapped_column(index=True)
    summary: Mapped[str | None]
    current_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("decision_version.id", use_alter=True)
    )


class DecisionVersion(Base):
    """One wording of a decision's page. `sections` are its parts in order: heading and text."""

    __tablename__ = "decision_version"
    __table_args__ = (CheckConstraint(one_of("status", ("ok", "unrecognised")), name="status"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    capture_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    reader: Mapped[str]
    time: Mapped[str]
    status: Mapped[str]
    reference: Mapped[str | None]
    authority_as_printed: Mapped[str | None]
    category: Mapped[str | None]
    sub_category: Mapped[str | None]
    outcome: Mapped[str | None]
    decided: Mapped[str | None]
    summary: Mapped[str | None]
    sections: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    remedies: Mapped[str | None]
    content_sha256: Mapped[str]
    first_seen: Mapped[str]
    last_seen: Mapped[str]


class DecisionDocument(Base):
    """A document that carried a wording of a decision: other bytes with the same words are the same
    version."""

    __tablename__ = "decision_document"
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("decision_version.id"), index=True)


class DecisionWindow(Base):
    """One span of days asked of the search, and whether all it stated was collected.

    `stated` is the total the search gave, `collected` how many distinct decisions its pages held.
    """

    __tablename__ = "decision_window"
    __table_args__ = (
        UniqueConstraint("first_day", "last_day"),
        CheckConstraint(one_of("state", WINDOW_STATES), name="state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    first_day: Mapped[str]
    last_day: Mapped[str]
    stated: Mapped[int | None]
    collected: Mapped[int | None]
    state: Mapped[str]
    reason: Mapped[str | None]
    asked: Mapped[str | None]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))


class PublicReport(Base):
    """One public report as a council's lists show it: a row for each headline and sentence it was
    listed under.

    `key` is its address or, without one, its headline. `document_id` is what its address served
    last; its text is in `report_text`. `last_run_id` is the last run that met it; `unlisted_since`
    is when a list that was read whole no longer had it.
    """

    __tablename__ = "public_report"
    id: Mapped[int] = mapped_column(primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"), index=True)
    key: Mapped[str] = mapped_column(String(collation="NOCASE"), index=True)
    address: Mapped[str | None]
    link_id: Mapped[int | None] = mapped_column(ForeignKey("link.id"), index=True)
    title: Mapped[str]
    blurb: Mapped[str | None]
    date: Mapped[str | None]
    category: Mapped[str | None]
    reference: Mapped[str | None] = mapped_column(index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    found_on: Mapped[str]
    first_seen: Mapped[str]
    last_seen: Mapped[str]
    last_run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    unlisted_since: Mapped[str | None]


class ReportText(Base):
    """The text of a public report's document, as far as it could be read; `reason` says why not.

    `date` and `reference` are what it says of itself where it says one.
    """

    __tablename__ = "report_text"
    __table_args__ = (CheckConstraint(one_of("status", TEXT_STATES), name="status"),)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    reader: Mapped[str]
    time: Mapped[str]
    status: Mapped[str]
    reason: Mapped[str | None]
    title: Mapped[str | None]
    date: Mapped[str | None]
    reference: Mapped[str | None] = mapped_column(index=True)
    text: Mapped[str | None]


class ServiceImprovement(Base):
    """One improvement a council agreed to, as its lists show it; another text is another row.

    `key` is the case's reference or its address, else empty. `year` is what the lists have it
    under, `year_ending` that year, or its day's, where it can be told. `last_run_id` is the last
    run that met it; `unlisted_since` is when lists that were read whole no longer had it.
    """

    __tablename__ = "service_improvement"
    __table_args__ = (UniqueConstraint("authority_id", "key", "text"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"), index=True)
    key: Mapped[str]
    text: Mapped[str]
    category: Mapped[str | None]
    date: Mapped[str | None]
    year: Mapped[str | None]
    year_ending: Mapped[int | None]
    reference: Mapped[str | None] = mapped_column(index=True)
    address: Mapped[str | None]
    found_on: Mapped[str]
    first_seen: Mapped[str]
    last_seen: Mapped[str]
    last_run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    unlisted_since: Mapped[str | None]


class ListRead(Base):
    """When an authority's lists of `reports` or `improvements` were last read whole."""

    __tablename__ = "list_read"
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"), primary_key=True)
    collection: Mapped[str] = mapped_column(primary_key=True)
    time: Mapped[str]
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))


class Withholding(Base):
    """A person's word that something is, or is no longer, withheld from publication.

    `subject` is `document:<sha256>` or `decision:<reference>`; the last row of a subject counts.
    """

    __tablename__ = "withholding"
    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(index=True)
    withheld: Mapped[bool]
    who: Mapped[str]
    time: Mapped[str]
    why: Mapped[str]


class Erasure(Base):
    """The tombstone of a document whose bytes had to be erased: which, when, who, why.

    `finished` is null while it is under way.
    """

    __tablename__ = "erasure"
    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    who: Mapped[str]
    time: Mapped[str]
    why: Mapped[str]
    finished: Mapped[str | None]
