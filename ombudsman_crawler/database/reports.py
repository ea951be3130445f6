"""Public reports and service improvements as rows: what councils' lists show of them, since when
and until when. Every function works inside its caller's transaction."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from ombudsman_crawler import years
from ombudsman_crawler.database import register, search
from ombudsman_crawler.database.tables import (
    AUTHORITY,
    LIST_READ,
    PUBLIC_REPORT,
    REPORT_TEXT,
    SERVICE_IMPROVEMENT,
)
from ombudsman_crawler.items import (
    ImprovementsItem,
    ListedImprovement,
    ListsReadItem,
    Outcome,
    ReportItem,
    ReportsItem,
)

_LISTED: dict[str, Table] = {"reports": PUBLIC_REPORT, "improvements": SERVICE_IMPROVEMENT}


def saw_reports(connection: Connection, time: str, run_id: int, item: ReportsItem) -> None:
    """Record the reports that a page lists. One listed under other words has a new row."""
    authority_id = register.authority_id(connection, item.authority)
    for report in item.reports:
        same = {
            "authority_id": authority_id,
            "key": report.address or report.title,
            "title": report.title,
            "blurb": report.blurb,
        }
        told = {
            "date": report.date,
            "category": report.category,
            "reference": report.reference,
        }
        others = {
            "address": report.address,
            "found_on": item.found_on,
            **_document(connection, report.address),
        }
        _saw(connection, PUBLIC_REPORT, time, run_id, same, told, others)


def _document(connection: Connection, address: str | None) -> dict[str, Any]:
    """Return what is known of a report's document already: another council may list it too."""
    same = connection.execute(
        select(PUBLIC_REPORT.c.link_id, PUBLIC_REPORT.c.document_id)
        .where(PUBLIC_REPORT.c.key == address, PUBLIC_REPORT.c.link_id.is_not(None))
        .limit(1)
    ).first()
    return {} if same is None else {"link_id": same.link_id, "document_id": same.document_id}


def saw_improvements(
    connection: Connection, time: str, run_id: int, item: ImprovementsItem
) -> None:
    """Record the improvements that a page lists. One with another text has a new row."""
    authority_id = register.authority_id(connection, item.authority)
    for improvement in item.improvements:
        same = {
            "authority_id": authority_id,
            "key": key_of(improvement),
            "text": improvement.text,
        }
        told = {
            "category": improvement.category,
            "date": improvement.date,
            "year": improvement.year,
            "year_ending": _year_ending(improvement),
            "reference": improvement.reference,
            "address": improvement.address,
        }
        others = {"found_on": item.found_on}
        _saw(connection, SERVICE_IMPROVEMENT, time, run_id, same, told, others)


def _year_ending(improvement: ListedImprovement) -> int | None:
    """Return the year ending 31 March an improvement belongs to: that of its day, else of the span
    of years it is listed under. A single year may be one of the calendar: it tells none."""
    if improvement.date is not None:
        day = date.fromisoformat(improvement.date)
        return day.year + (day > years.last_day(day.year))
    listed = improvement.year or ""
    return years.from_text(listed) if re.search(r"\d\D+\d", listed) else None


def _saw(
    connection: Connection,
    table: Table,
    time: str,
    run_id: int,
    same: dict[str, Any],
    told: dict[str, Any],
    others: dict[str, Any],
) -> None:
    """Record what a list shows: `same` makes it the same as before; of what is `told` besides, a
    list that doesn't say it takes nothing away."""
    seen = {"last_seen": time, "last_run_id": run_id, "unlisted_since": None}
    known = connection.scalar(
        select(table.c.id).where(*(table.c[name].is_(value) if value is None
                                   else table.c[name] == value for name, value in same.items()))
        .limit(1)
    )  # fmt: skip
    if known is None:
        new = insert(table).values(first_seen=time, **same, **told, **others, **seen)
        known = connection.scalar(new.returning(table.c.id))
    else:
        said = {name: value for name, value in told.items() if value is not None}
        connection.execute(update(table).where(table.c.id == known).values(**said, **seen))
    search.index(connection, "report" if table is PUBLIC_REPORT else "improvement", known)


def lists_read(connection: Connection, time: str, run_id: int, item: ListsReadItem) -> None:
    """Mark what lists that were read whole in this run no longer show. It isn't gone: lists reach
    back some years only, and have so many places."""
    table = _LISTED[item.collection]
    for authority in item.authorities:
        authority_id = register.authority_id(connection, authority)
        read = {"time": time, "run_id": run_id}
        connection.execute(
            upsert(LIST_READ)
            .values(authority_id=authority_id, collection=item.collection, **read)
            .on_conflict_do_update(index_elements=["authority_id", "collection"], set_=read)
        )
        connection.execute(
            update(table)
            .where(
                table.c.authority_id == authority_id,
                table.c.last_run_id != run_id,
                table.c.unlisted_since.is_(None),
            )
            .values(unlisted_since=time)
        )


def store_document(connection: Connection, time: str, item: ReportItem) -> None:
    """Say of a report which document its address served last, and keep what was read of it."""
    changes: dict[str, Any] = {"link_id": item.link_id}
    if item.document_id is not None:
        changes["document_id"] = item.document_id
    connection.execute(
        update(PUBLIC_REPORT).where(PUBLIC_REPORT.c.key == item.address).values(**changes)
    )
    reading = item.reading
    if item.document_id is None or reading is None:
        return
    values = {
        "reader": reading.reader,
        "status": reading.status,
        "reason": reading.reason,
        "title": reading.title,
        "date": reading.date,
        "reference": reading.reference,
        "text": reading.text,
    }
    connection.execute(
        upsert(REPORT_TEXT)
        .values(document_id=item.document_id, time=time, **values)
        .on_conflict_do_update(index_elements=["document_id"], set_={"time": time, **values})
    )
    of_document = select(PUBLIC_REPORT.c.id).where(PUBLIC_REPORT.c.document_id == item.document_id)
    for number in connection.scalars(of_document).all():
        search.index(connection, "report", number)


def compare(
    connection: Connection, before: int, document_id: int | None
) -> tuple[Outcome, str | None]:
    """Say what other bytes at a report's address mean, by their texts."""
    texts = {
        row.document_id: row.text
        for row in connection.execute(
            select(REPORT_TEXT).where(REPORT_TEXT.c.document_id.in_((before, document_id)))
        )
    }
    if document_id not in texts:
        return Outcome.NEW_VERSION, "not read yet"
    if texts[document_id] is not None and texts[document_id] == texts.get(before):
        return Outcome.UNCHANGED, "other bytes, the same words"
    return Outcome.NEW_VERSION, None


def read_whole(connection: Connection, collection: str) -> dict[str, str]:
    """Return when each authority's lists of a collection were last read whole."""
    rows = connection.execute(
        select(AUTHORITY.c.name, LIST_READ.c.time)
        .join(LIST_READ, LIST_READ.c.authority_id == AUTHORITY.c.id)
        .where(LIST_READ.c.collection == collection)
    )
    return {row.name: row.time for row in rows}


def listed_improvements(connection: Connection) -> set[tuple[str, str, str]]:
    """Return the improvements that are listed as far as is known: authority, key and text."""
    rows = connection.execute(
        select(AUTHORITY.c.name, SERVICE_IMPROVEMENT.c.key, SERVICE_IMPROVEMENT.c.text)
        .join(AUTHORITY, AUTHORITY.c.id == SERVICE_IMPROVEMENT.c.authority_id)
        .where(SERVICE_IMPROVEMENT.c.unlisted_since.is_(None))
    )
    return {(row.name, row.key, row.text) for row in rows}


def key_of(improvement: ListedImprovement) -> str:
    """Return what an improvement is known by besides its text."""
    return improvement.reference or improvement.address or ""


def known(connection: Connection) -> list[tuple[str, str, str, str]]:
    """Return the reports with an address, each once: address, label, authority, where it was found.

    Of several councils that list one, the first.
    """
    rows = connection.execute(
        select(
            PUBLIC_REPORT.c.address,
            PUBLIC_REPORT.c.title,
            AUTHORITY.c.name,
            PUBLIC_REPORT.c.found_on,
            func.min(PUBLIC_REPORT.c.id),
        )
        .join(AUTHORITY, AUTHORITY.c.id == PUBLIC_REPORT.c.authority_id)
        .where(PUBLIC_REPORT.c.address.is_not(None))
        .group_by(PUBLIC_REPORT.c.key)
    )
    return [(row.address, row.title, row.name, row.found_on) for row in rows]
