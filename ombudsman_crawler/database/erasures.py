"""Documents whose words had to be erased: what is taken out of the tables, and what stays.

The row of the document stays, with its hash, and so do the captures that brought it, its figures
and the codes of its findings: numbers, names of councils and dates. What goes are words: those of
its pages, the sentences figures were read from, names of people, the messages of findings. Every
function works inside its caller's transaction and may be repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from ombudsman_crawler.archive.erasing import Doomed
from ombudsman_crawler.archive.tombstones import Tombstone
from ombudsman_crawler.database import search, subjects
from ombudsman_crawler.database.tables import (
    ATTEMPT,
    DECISION,
    DECISION_VERSION,
    DOCUMENT,
    DOCUMENT_WITNESS,
    DOCUMENT_WORDS,
    ERASURE,
    FIGURE,
    FINDING,
    LETTER,
    NATIONAL_TABLE,
    PUBLIC_REPORT,
    READING,
    REPORT_TEXT,
    TABLE_ROW,
    VERSION_DOCUMENT,
)


def twins(connection: Connection, documents: Sequence[int]) -> list[int]:
    """Return documents and those with the same words in other bytes, which would still say what is
    to be erased."""
    found = set(documents)
    while True:
        carried = select(VERSION_DOCUMENT.c.version_id).where(
            VERSION_DOCUMENT.c.document_id.in_(found)
        )
        more = set(
            connection.scalars(
                select(VERSION_DOCUMENT.c.document_id).where(
                    VERSION_DOCUMENT.c.version_id.in_(carried)
                )
            )
        )
        if more <= found:
            break
        found |= more
    decided = select(DECISION_VERSION.c.decision_id).where(
        DECISION_VERSION.c.document_id.in_(found), DECISION_VERSION.c.status == "ok"
    )
    for number in connection.scalars(decided).all():
        found |= set(connection.scalars(text(subjects.OTHER_BYTES), {"decision": number}))
    return sorted(found)


def begin(
    connection: Connection, time: str, documents: Sequence[int], *, who: str, why: str
) -> None:
    """Record that documents are being erased; the first word on each stays."""
    for number in documents:
        sha256 = connection.scalar(select(DOCUMENT.c.sha256).where(DOCUMENT.c.id == number))
        connection.execute(
            upsert(ERASURE)
            .values(sha256=sha256, document_id=number, who=who, time=time, why=why)
            .on_conflict_do_update(index_elements=["sha256"], set_={"finished": None})
        )


def finish(connection: Connection, time: str, documents: Sequence[int]) -> None:
    """Record that nothing of documents is left."""
    connection.execute(
        update(ERASURE).where(ERASURE.c.document_id.in_(documents)).values(finished=time)
    )


def tombstones(connection: Connection) -> dict[str, Tombstone]:
    """Return what is erased or about to be, by SHA-256."""
    return {
        row.sha256: Tombstone(row.sha256, row.time, row.why)
        for row in connection.execute(select(ERASURE))
    }


def everything(connection: Connection) -> list[dict[str, Any]]:
    """Return every erasure: `sha256`, `path`, `who`, `time`, `why`, `finished` (None: it isn't)."""
    return [
        dict(row)
        for row in connection.execute(
            select(
                ERASURE.c.sha256, DOCUMENT.c.path, ERASURE.c.who, ERASURE.c.time, ERASURE.c.why,
                ERASURE.c.finished,
            )
            .join(DOCUMENT, DOCUMENT.c.id == ERASURE.c.document_id)
            .order_by(ERASURE.c.id)
        ).mappings()
    ]  # fmt: skip


def doomed(connection: Connection, documents: Sequence[int]) -> list[Doomed]:
    """Return documents whose erasing was begun, with all that finds their bytes in the archive."""
    found = []
    for row in connection.execute(
        select(ERASURE, DOCUMENT.c.path, DOCUMENT.c.size)
        .join(DOCUMENT, DOCUMENT.c.id == ERASURE.c.document_id)
        .where(DOCUMENT.c.id.in_(documents))
    ):
        captures = connection.execute(
            text(
                "SELECT url, status, warc_file, warc_offset FROM capture"
                " WHERE document_id = :document"
            ),
            {"document": row.document_id},
        ).all()
        found.append(
            Doomed(
                row.sha256,
                row.path,
                row.size,
                frozenset(one.url for one in captures),
                frozenset(
                    (one.warc_file, one.warc_offset) for one in captures if one.status == 200
                ),
                Tombstone(row.sha256, row.time, row.why),
            )
        )
    return found


def forget_words(connection: Connection, documents: Sequence[int]) -> None:
    """Take the words of documents out of every table; a sentence says so where one stood."""
    for number in documents:
        time = connection.execute(
            select(ERASURE.c.time).where(ERASURE.c.document_id == number)
        ).scalar_one()
        # Why is nobody's business but this storage's: these sentences are published.
        _forget(connection, number, f"erased on {time[:10]}")
    search.tidy(connection)


def _forget(connection: Connection, document_id: int, sentence: str) -> None:
    for table in (DOCUMENT_WORDS, DOCUMENT_WITNESS):
        connection.execute(delete(table).where(table.c.document_id == document_id))
    versions = select(VERSION_DOCUMENT.c.version_id).where(
        VERSION_DOCUMENT.c.document_id == document_id
    )
    readings = select(READING.c.id).where(READING.c.version_id.in_(versions))
    captures = select(ATTEMPT.c.id).where(ATTEMPT.c.document_id == document_id)
    names = {"title": None, "addressee": None, "post": None, "signatory": None}
    for table, words in ((FIGURE, "text"), (FINDING, "message")):
        for told in (table.c.reading_id.in_(readings), table.c.capture_id.in_(captures)):
            connection.execute(update(table).where(told).values({words: sentence}))
    connection.execute(update(READING).where(READING.c.id.in_(readings)).values(names))
    connection.execute(
        update(LETTER).where(LETTER.c.current_version_id.in_(versions)).values(names)
    )
    letters = select(LETTER.c.id).where(LETTER.c.current_version_id.in_(versions))
    for number in connection.scalars(letters).all():
        search.index(connection, "letter", number)
    _forget_others(connection, document_id, sentence)


def _forget_others(connection: Connection, document_id: int, sentence: str) -> None:
    """Take out the words of a decision, a public report or a national table."""
    decided = select(DECISION_VERSION.c.id).where(DECISION_VERSION.c.document_id == document_id)
    connection.execute(
        update(DECISION)
        .where(DECISION.c.current_version_id.in_(decided), DECISION.c.summary.is_not(None))
        .values(summary=sentence)
    )
    connection.execute(
        update(DECISION_VERSION)
        .where(DECISION_VERSION.c.document_id == document_id)
        .values(summary=sentence, sections=None, remedies=None)
    )
    # The headline and the sentence under it are what a council's page says of a report.
    connection.execute(
        update(REPORT_TEXT)
        .where(REPORT_TEXT.c.document_id == document_id)
        .values(title=None, text=sentence)
    )
    tables = select(NATIONAL_TABLE.c.id).where(NATIONAL_TABLE.c.document_id == document_id)
    connection.execute(update(TABLE_ROW).where(TABLE_ROW.c.table_id.in_(tables)).values(cells=[]))
    for kind, table in (("decision", DECISION_VERSION), ("report", PUBLIC_REPORT)):
        number = table.c.decision_id if kind == "decision" else table.c.id
        for found in connection.scalars(select(number).where(table.c.document_id == document_id)):
            search.index(connection, kind, found)
