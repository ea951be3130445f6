"""National tables as rows. Every function works inside its caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from ombudsman_crawler import authorities, matching
from ombudsman_crawler.database import register
from ombudsman_crawler.database.tables import (
    ATTEMPT,
    AUTHORITY,
    AUTHORITY_NAME,
    FIGURE,
    FINDING,
    NATIONAL_TABLE,
    TABLE_ROW,
)
from ombudsman_crawler.figures.figure import Finding, Severity
from ombudsman_crawler.items import Outcome, TableItem
from ombudsman_crawler.sheets.table import Table, TableFile, TableRow
from ombudsman_crawler.years import last_day

# A name of a body that the register doesn't have is said to be like a council's: no longer, once it
# is known from the site.
_NOT_KNOWN = "council_not_known"


def store(connection: Connection, time: str, item: TableItem) -> None:
    """Store what a file's reading found, if it has one, and when the file was served. What a newer
    reader makes of the same file takes the place of the older reading."""
    if item.document_id is None:
        return
    if isinstance(item.reading, TableFile):
        _forget(connection, item.document_id)
        capture_id = _brought_by(connection, item)
        bodies = _Bodies(connection)
        for table in item.reading.tables:
            _store_table(connection, time, item, capture_id, item.reading.reader, table, bodies)
    connection.execute(
        update(NATIONAL_TABLE)
        .where(NATIONAL_TABLE.c.document_id == item.document_id)
        .values(
            first_seen=_served(func.min(ATTEMPT.c.time), item.document_id),
            last_seen=_served(func.max(ATTEMPT.c.time), item.document_id),
        )
    )


def compare(connection: Connection, before: int, now: int | None) -> tuple[Outcome, str | None]:
    """Say what other bytes at a known address mean: the same cells are the same table."""
    earlier, later = (_cells(connection, document) for document in (before, now))
    if not later:
        return Outcome.NEW_VERSION, "not read yet"
    if earlier == later:
        return Outcome.UNCHANGED, "other bytes, the same cells"
    return Outcome.NEW_VERSION, None


def _cells(connection: Connection, document_id: int | None) -> list[tuple[str, int, list[Any]]]:
    return [
        (row.sheet, row.number, row.cells)
        for row in connection.execute(
            select(NATIONAL_TABLE.c.sheet, TABLE_ROW.c.number, TABLE_ROW.c.cells)
            .join(TABLE_ROW, TABLE_ROW.c.table_id == NATIONAL_TABLE.c.id)
            .where(NATIONAL_TABLE.c.document_id == document_id)
            .order_by(NATIONAL_TABLE.c.sheet, TABLE_ROW.c.number)
        )
    ]


def _served(which: Any, document_id: int) -> Any:
    return select(which).where(ATTEMPT.c.document_id == document_id).scalar_subquery()


def _brought_by(connection: Connection, item: TableItem) -> int:
    """The capture that brought the file: this run's, or of one left unread, the last that did."""
    if item.capture_id is not None:
        return item.capture_id
    found = connection.scalar(
        select(func.max(ATTEMPT.c.id)).where(ATTEMPT.c.document_id == item.document_id)
    )
    assert found is not None
    return int(found)


def _forget(connection: Connection, document_id: int) -> None:
    """Delete the reading of a file that another takes the place of."""
    tables = select(NATIONAL_TABLE.c.id).where(NATIONAL_TABLE.c.document_id == document_id)
    rows = select(TABLE_ROW.c.id).where(TABLE_ROW.c.table_id.in_(tables))
    captures = select(NATIONAL_TABLE.c.capture_id).where(
        NATIONAL_TABLE.c.document_id == document_id
    )
    connection.execute(delete(FIGURE).where(FIGURE.c.table_row_id.in_(rows)))
    connection.execute(delete(FINDING).where(FINDING.c.capture_id.in_(captures)))
    connection.execute(delete(TABLE_ROW).where(TABLE_ROW.c.table_id.in_(tables)))
    connection.execute(delete(NATIONAL_TABLE).where(NATIONAL_TABLE.c.document_id == document_id))


def _store_table(
    connection: Connection,
    time: str,
    item: TableItem,
    capture_id: int,
    reader: str,
    table: Table,
    bodies: _Bodies,
) -> None:
    table_id = connection.execute(
        insert(NATIONAL_TABLE)
        .values(
            link_id=item.link_id,
            capture_id=capture_id,
            document_id=item.document_id,
            sheet=table.sheet,
            title=table.title,
            subject=table.subject,
            year_ending=table.year_ending,
            header_row=table.header_row,
            columns=list(table.columns) or None,
            status=table.status,
            reason=table.reason,
            reader=reader,
            time=time,
            first_seen=time,
            last_seen=time,
        )
        .returning(NATIONAL_TABLE.c.id)
    ).scalar_one()
    found = [_Found(row, *bodies.of(row)) for row in table.rows]
    if found:
        connection.execute(
            insert(TABLE_ROW), [{"table_id": table_id, **one.columns()} for one in found]
        )
    numbers = {
        row.number: row.id
        for row in connection.execute(
            select(TABLE_ROW.c.number, TABLE_ROW.c.id).where(TABLE_ROW.c.table_id == table_id)
        )
    }
    figures: list[dict[str, Any]] = []
    said_of_table = list(table.findings)
    if table.year_ending is not None and time < last_day(table.year_ending).isoformat():
        message = f"it was served before the year ending {table.year_ending} was over"
        said_of_table.append(Finding("year_implausible", Severity.WARNING, message))
    findings = list(_findings(said_of_table, table, capture_id, None))
    for one in found:
        row_id = numbers[one.row.number]
        about = {"capture_id": capture_id, "table_row_id": row_id}
        for figure in one.row.figures:
            figures.append(
                {
                    **about,
                    "authority_id": one.authority_id,
                    "source": "national_table",
                    **{
                        name: getattr(figure, name)
                        for name in (
                            "year_ending", "metric", "value", "absence", "value_text",
                            "restated", "page", "text",
                        )
                    },
                    "box": None,
                }
            )  # fmt: skip
        findings += _findings(one.findings, table, capture_id, row_id)
    if figures:
        connection.execute(insert(FIGURE), figures)
    if findings:
        connection.execute(insert(FINDING), findings)


class _Found:
    """A row and whose it was found to be."""

    def __init__(
        self, row: TableRow, authority_id: int | None, matched_by: str | None, known: bool
    ) -> None:
        self.row = row
        self.authority_id = authority_id
        self.matched_by = matched_by
        self.findings = tuple(
            finding for finding in row.findings if not (known and finding.code == _NOT_KNOWN)
        )

    def columns(self) -> dict[str, Any]:
        return {
            "number": self.row.number,
            "cells": list(self.row.cells),
            "name": self.row.name,
            "authority_id": self.authority_id,
            "matched_by": self.matched_by,
        }


class _Bodies:
    """The bodies that the register doesn't have, under every spelling that was met of them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        register_names = {authority.name for authority in authorities.load()}
        self._ids: dict[str, int] = {}
        self._of_site: set[str] = set()
        names = select(AUTHORITY.c.id, AUTHORITY.c.name, AUTHORITY.c.page_address)
        others = select(AUTHORITY_NAME.c.authority_id, AUTHORITY_NAME.c.name).where(
            AUTHORITY_NAME.c.source == "site"
        )
        for number, name, page in connection.execute(names):
            if name not in register_names:
                self._learn(name, number, of_site=page is not None)
        for number, name in connection.execute(others):
            self._learn(name, number, of_site=True)

    def _learn(self, name: str, number: int, *, of_site: bool) -> None:
        key = matching.body_key(name)
        if not key:
            return
        if of_site:
            # What the site calls so goes before what only a table called so.
            self._ids[key] = number
            self._of_site.add(key)
        else:
            self._ids.setdefault(key, number)

    def of(self, row: TableRow) -> tuple[int | None, str | None, bool]:
        """Return the authority of a row, how it was matched, and whether the site itself calls it
        so; one that is new becomes of kind `other`."""
        if row.name is None:
            return None, None, False
        if row.authority is not None:
            number = register.authority_id(self._connection, row.authority)
            return number, row.matched_by, False
        key = matching.body_key(row.name) or row.name
        if key not in self._ids:
            same_key = self._connection.scalar(
                select(AUTHORITY.c.id).where(AUTHORITY.c.key == authorities.key(row.name))
            )
            self._ids[key] = same_key or register.authority_id(self._connection, row.name)
        of_site = key in self._of_site
        return self._ids[key], "known_name" if of_site else "new", of_site


def _findings(
    said: Sequence[Finding], table: Table, capture_id: int, row_id: int | None
) -> Iterator[dict[str, Any]]:
    for finding in said:
        yield {
            "capture_id": capture_id,
            "table_row_id": row_id,
            "origin": "reading",
            "code": finding.code,
            "severity": finding.severity.value,
            "metric": finding.metric,
            "year_ending": table.year_ending,
            "message": finding.message,
        }
