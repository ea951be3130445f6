"""National tables as rows: every row of every file as printed, whose it is, and its figures.

A file's rows never change; a corrected file has rows of its own beside them. Called inside a
transaction of the writer's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text, update

from ombudsman_crawler import matching
from ombudsman_crawler.database import register
from ombudsman_crawler.database.tables import (
    ATTEMPT,
    AUTHORITY,
    FIGURE,
    FINDING,
    NATIONAL_TABLE,
    TABLE_ROW,
)
from ombudsman_crawler.figures.figure import Finding, Severity
from ombudsman_crawler.items import Outcome, TableItem
from ombudsman_crawler.sheets.table import Table, TableRow


def store(connection: Connection, now: str, item: TableItem) -> None:
    """Store what a file of tables says, or that it is still there as it was."""
    assert item.document_id is not None
    if item.reading is not None:
        capture_id = item.capture_id or _first_capture(connection, item.document_id)
        _forget(connection, item.document_id)
        bodies = _Bodies(connection)
        for table in item.reading.tables:
            _store_table(connection, now, item, capture_id, table, bodies)
    if item.capture_id is not None:
        time = _time(connection, item.capture_id)
        connection.execute(
            update(NATIONAL_TABLE)
            .where(NATIONAL_TABLE.c.document_id == item.document_id)
            .values(last_seen=func.max(NATIONAL_TABLE.c.last_seen, time))
        )


def compare(
    connection: Connection, before: int, document_id: int | None
) -> tuple[Outcome, str | None]:
    """Say what other bytes at a file's address mean, by the cells of their tables."""
    known, now = (_cells(connection, each) for each in (before, document_id))
    if not now:
        return Outcome.NEW_VERSION, "not read yet"
    if known == now:
        return Outcome.UNCHANGED, "other bytes, the same cells"
    return Outcome.NEW_VERSION, None


# -- one table ---------------------------------------------------------------------


def _store_table(
    connection: Connection,
    now: str,
    item: TableItem,
    capture_id: int,
    table: Table,
    bodies: _Bodies,
) -> None:
    before = _current(connection, table)
    time = _time(connection, capture_id)
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
            reader=item.reading.reader,
            time=now,
            first_seen=time,
            last_seen=time,
        )
        .returning(NATIONAL_TABLE.c.id)
    ).scalar_one()
    whose = {row.number: bodies.row(row) for row in table.rows if row.name is not None}
    ids = _store_rows(connection, table_id, table.rows, whose)
    _store_findings(connection, capture_id, None, table.findings)
    for row in table.rows:
        _store_findings(connection, capture_id, ids[row.number], row.findings)
        _store_figures(connection, capture_id, ids[row.number], whose.get(row.number), row)
    if before is not None:
        _tell_changes(connection, before, table_id, capture_id)


def _store_rows(
    connection: Connection, table_id: int, rows: Iterable[TableRow], whose: dict[int, int]
) -> dict[int, int]:
    """Store rows; return their ids by their numbers."""
    values = [
        {
            "table_id": table_id,
            "number": row.number,
            "cells": list(row.cells),
            "name": row.name,
            "authority_id": whose.get(row.number),
            "matched_by": row.matched_by,
        }
        for row in rows
    ]
    if values:
        connection.execute(insert(TABLE_ROW), values)
    stored = connection.execute(
        select(TABLE_ROW.c.number, TABLE_ROW.c.id).where(TABLE_ROW.c.table_id == table_id)
    )
    return {row.number: row.id for row in stored}


def _store_figures(
    connection: Connection, capture_id: int, row_id: int, authority_id: int | None, row: TableRow
) -> None:
    if row.figures:
        connection.execute(
            insert(FIGURE),
            [
                {
                    **dataclasses.asdict(figure),
                    "capture_id": capture_id,
                    "table_row_id": row_id,
                    "authority_id": authority_id,
                    "source": "national_table",
                }
                for figure in row.figures
            ],
        )


def _store_findings(
    connection: Connection, capture_id: int, row_id: int | None, findings: Iterable[Finding]
) -> None:
    values = [
        {
            **dataclasses.asdict(finding),
            "capture_id": capture_id,
            "table_row_id": row_id,
            "origin": "reading",
        }
        for finding in findings
    ]
    if values:
        connection.execute(insert(FINDING), values)


class _Bodies:
    """Whose rows are: authorities by name, and bodies that no register has by what the spellings
    of their names have in common."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, int] = {}
        self._others: dict[str, int] = {
            matching.body_key(row.name): row.id
            for row in connection.execute(
                select(AUTHORITY.c.id, AUTHORITY.c.name).where(AUTHORITY.c.kind == "other")
            )
        }

    def row(self, row: TableRow) -> int:
        """Return the authority of a row with a name; one that is new becomes of kind `other`."""
        assert row.name is not None
        if row.authority is None:
            key = matching.body_key(row.name)
            if key not in self._others:
                self._others[key] = register.authority_id(self._connection, row.name)
            return int(self._others[key])
        if row.authority not in self._known:
            self._known[row.authority] = register.authority_id(self._connection, row.authority)
        return self._known[row.authority]


# -- what was there before ---------------------------------------------------------


def _current(connection: Connection, table: Table) -> int | None:
    """Return the table that is current for the subject and year of another."""
    if table.status == "unrecognised":
        return None
    found: int | None = connection.scalar(
        text("SELECT id FROM current_table WHERE subject IS :subject AND year_ending IS :year"),
        {"subject": table.subject, "year": table.year_ending},
    )
    return found


def _tell_changes(connection: Connection, before: int, after: int, capture_id: int) -> None:
    """Note each figure that a table has otherwise than the one that was current before it."""
    old, new = _figures(connection, before), _figures(connection, after)
    notes = [
        {
            "code": "table_figure_revised",
            "severity": Severity.NOTE,
            "message": f"was {_told(old[key])}, is {_told(figure)}",
            "metric": figure.metric,
            "year_ending": figure.year_ending,
            "capture_id": capture_id,
            "table_row_id": figure.table_row_id,
            "origin": "reading",
        }
        for key, figure in new.items()
        if key in old and (old[key].value, old[key].absence) != (figure.value, figure.absence)
    ]
    if notes:
        connection.execute(insert(FINDING), notes)
    lost = {authority for authority, _ in old} - {authority for authority, _ in new}
    if lost:
        names = connection.scalars(
            select(AUTHORITY.c.name).where(AUTHORITY.c.id.in_(lost)).order_by(AUTHORITY.c.name)
        )
        message = f"these had figures in the table served before: {', '.join(names)}"
        _store_findings(
            connection, capture_id, None, [Finding("table_rows_lost", Severity.NOTE, message)]
        )


def _figures(connection: Connection, table_id: int) -> dict[tuple[int, str], Any]:
    rows = connection.execute(
        select(FIGURE)
        .join(TABLE_ROW, TABLE_ROW.c.id == FIGURE.c.table_row_id)
        .where(TABLE_ROW.c.table_id == table_id)
    )
    return {(row.authority_id, row.metric): row for row in rows}


def _told(figure: Any) -> str:
    return figure.value_text or figure.absence or ""


def _cells(connection: Connection, document_id: int | None) -> list[tuple[str, int, Any]]:
    rows = connection.execute(
        select(NATIONAL_TABLE.c.sheet, TABLE_ROW.c.number, TABLE_ROW.c.cells)
        .join(TABLE_ROW, TABLE_ROW.c.table_id == NATIONAL_TABLE.c.id)
        .where(NATIONAL_TABLE.c.document_id == document_id)
        .order_by(NATIONAL_TABLE.c.sheet, TABLE_ROW.c.number)
    )
    return [tuple(row) for row in rows]


def _forget(connection: Connection, document_id: int) -> None:
    """Delete what a reading that was cut short left of a file. A file that was read isn't read
    again."""
    connection.execute(
        delete(NATIONAL_TABLE).where(
            NATIONAL_TABLE.c.document_id == document_id,
            NATIONAL_TABLE.c.status == "unrecognised",
            NATIONAL_TABLE.c.id.not_in(select(TABLE_ROW.c.table_id)),
        )
    )


def _first_capture(connection: Connection, document_id: int) -> int:
    """Return the capture that brought a file which a killed run left unread."""
    return int(
        connection.execute(
            select(func.min(ATTEMPT.c.id)).where(ATTEMPT.c.document_id == document_id)
        ).scalar_one()
    )


def _time(connection: Connection, capture_id: int) -> str:
    return str(
        connection.execute(select(ATTEMPT.c.time).where(ATTEMPT.c.id == capture_id)).scalar_one()
    )
