"""What council pages said: a row for each content a page had, and when it was seen.

A page shows one year at a time, and the same address another year later: the rows of an authority
are its page's history. Called inside a transaction of the writer's.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from ombudsman_crawler.database.tables import (
    ATTEMPT,
    FIGURE,
    FINDING,
    PAGE_DOCUMENT,
    PAGE_READING,
)
from ombudsman_crawler.figures.figure import Finding, Severity
from ombudsman_crawler.site.statistics_page import READER, StatisticsPage
from ombudsman_crawler.years import last_day


@dataclass(frozen=True, slots=True)
class Served:
    """A page as it was served: whose it is, the capture that brought or confirmed it, from when to
    when it was seen, and the document."""

    authority_id: int
    capture_id: int
    first: str
    last: str
    document_id: int


def served(connection: Connection, authority_id: int, capture_id: int, document_id: int) -> Served:
    """Return a page as a capture served it."""
    time = connection.scalar(select(ATTEMPT.c.time).where(ATTEMPT.c.id == capture_id))
    assert time is not None
    return Served(authority_id, capture_id, time, time, document_id)


def store(connection: Connection, now: str, page: Served, reading: StatisticsPage | None) -> None:
    """Store what a page said, or None for what it said before: a new row only for a content that it
    never had. What a newer reader makes of the same document takes the place of the older reading.
    """
    row = _row(connection, page, document_id=page.document_id)
    if reading is not None:
        row = _store_reading(connection, now, page, reading, row)
    assert row is not None
    connection.execute(
        upsert(PAGE_DOCUMENT)
        .values(document_id=page.document_id, authority_id=page.authority_id, capture_id=row)
        .on_conflict_do_update(
            index_elements=["document_id", "authority_id"], set_={"capture_id": row}
        )
    )
    connection.execute(
        update(PAGE_READING)
        .where(PAGE_READING.c.capture_id == row)
        .values(
            first_seen=func.min(PAGE_READING.c.first_seen, page.first),
            last_seen=func.max(PAGE_READING.c.last_seen, page.last),
            reader=READER,
        )
    )


def content_sha256(reading: StatisticsPage) -> str:
    """Hash what a page says, so that the same is stored once."""
    content = json.dumps(dataclasses.asdict(reading), sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()


def _store_reading(
    connection: Connection, now: str, page: Served, reading: StatisticsPage, known: int | None
) -> int:
    """Find or make the row of a reading; `known` is the row its document had until now."""
    same = _row(connection, page, content_sha256=content_sha256(reading))
    if same is None:
        values = _values(page, reading, now)
        if known is None:
            seen = {"first_seen": page.first, "last_seen": page.last}
            connection.execute(
                insert(PAGE_READING).values(capture_id=page.capture_id, **values, **seen)
            )
        else:
            _forget(connection, known)
            connection.execute(
                update(PAGE_READING).where(PAGE_READING.c.capture_id == known).values(**values)
            )
        same = page.capture_id if known is None else known
        _write_figures(connection, same, page, reading)
    elif known is not None and known != same:
        _forget(connection, known)
        connection.execute(
            update(PAGE_DOCUMENT).where(PAGE_DOCUMENT.c.capture_id == known).values(capture_id=same)
        )
        connection.execute(delete(PAGE_READING).where(PAGE_READING.c.capture_id == known))
    return same


def _row(connection: Connection, page: Served, **wanted: Any) -> int | None:
    """Return the capture that names the authority's row with some values."""
    found: int | None = connection.scalar(
        select(PAGE_READING.c.capture_id).where(
            PAGE_READING.c.authority_id == page.authority_id,
            *(PAGE_READING.c[name] == value for name, value in wanted.items()),
        )
    )
    return found


def _values(page: Served, reading: StatisticsPage, now: str) -> dict[str, Any]:
    return {
        "authority_id": page.authority_id,
        "document_id": page.document_id,
        "time": now,
        "reader": READER,
        "layout": reading.layout,
        "state": reading.state.value,
        "status": reading.status.value,
        "year_ending": reading.year_ending,
        "period_start": _day(reading.period_start),
        "period_end": _day(reading.period_end),
        "name_as_printed": reading.name_as_printed,
        "content_sha256": content_sha256(reading),
    }


def _write_figures(
    connection: Connection, capture_id: int, page: Served, reading: StatisticsPage
) -> None:
    if reading.figures:
        connection.execute(
            insert(FIGURE),
            [
                {
                    **dataclasses.asdict(figure),
                    "capture_id": capture_id,
                    "authority_id": page.authority_id,
                    "source": "council_page",
                }
                for figure in reading.figures
            ],
        )
    findings = [*reading.findings]
    if reading.year_ending is not None and page.first < last_day(reading.year_ending).isoformat():
        message = f"the page was served before the year ending {reading.year_ending} was over"
        findings.append(Finding("year_implausible", Severity.WARNING, message))
    if findings:
        connection.execute(
            insert(FINDING),
            [
                {**dataclasses.asdict(finding), "capture_id": capture_id, "origin": "reading"}
                for finding in findings
            ],
        )


def _forget(connection: Connection, capture_id: int) -> None:
    """Delete the figures and findings of a reading that another takes the place of."""
    for table in (FIGURE, FINDING):
        connection.execute(delete(table).where(table.c.capture_id == capture_id))


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
