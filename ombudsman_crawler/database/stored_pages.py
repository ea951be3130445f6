"""Which council pages are archived and what was read of them: what a re-reading starts from."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from ombudsman_crawler.database.pages import Served
from ombudsman_crawler.database.stored_readings import Stored
from ombudsman_crawler.figures.figure import Figure
from ombudsman_crawler.years import YearRange


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """One document that a council's page was: where its file is, and how it was served."""

    authority: str
    url: str
    path: str
    sha256: str
    content_type: str | None
    page: Served


def archived(
    connection: Connection, *, reader: str, years: YearRange | None = None, only: str = "outdated"
) -> list[ArchivedPage]:
    """Return the archived council pages to read again, oldest first; none where pages were never
    collected.

    `only` as in `stored_readings.document_ids`. `years` are those that pages were found to show.
    """
    return [
        ArchivedPage(
            row.authority,
            row.url,
            row.path,
            row.sha256,
            row.content_type,
            Served(row.authority_id, row.capture_id, row.first, row.last, row.document_id),
        )
        for row in connection.execute(text(_ARCHIVED), {"reader": reader})
        if (only == "all" or row.known is None or getattr(row, only))
        and (years is None or (row.year_ending is not None and row.year_ending in years))
    ]


def contents(connection: Connection, authority_id: int) -> set[str]:
    """Return the hash of each content that an authority's page is known to have had."""
    query = "SELECT content_sha256 FROM page_reading WHERE authority_id = :authority"
    return set(connection.scalars(text(query), {"authority": authority_id}))


def stored(connection: Connection, page: Served) -> Stored | None:
    """Return what was read of a page's document before, None where nothing was."""
    where = {"authority": page.authority_id, "document": page.document_id}
    row = connection.execute(text(_STORED), where).first()
    if row is None:
        return None
    capture = {"capture": row.capture_id}
    return Stored(
        row.content_sha256,
        row.status,
        row.layout,
        row.authority,
        row.year_ending,
        tuple(
            Figure(
                figure.year_ending,
                figure.metric,
                figure.value,
                figure.absence,
                figure.value_text,
                text=figure.text,
            )
            for figure in connection.execute(text(_FIGURES), capture)
        ),
        frozenset(
            (doubt.metric, doubt.year_ending)
            for doubt in connection.execute(text(_DOUBTS), capture)
        ),
    )


# What was served at the address of a council's page; and, after a redirect, elsewhere.
_ARCHIVED = """
WITH at_address AS (
    SELECT authority.id AS authority_id, attempt.document_id, MIN(attempt.id) AS capture_id,
           MIN(attempt.time) AS first, MAX(attempt.time) AS last
    FROM authority
    JOIN address ON address.address = authority.page_address
    JOIN attempt ON attempt.address_id = address.id AND attempt.status IN (200, 304)
    WHERE attempt.document_id IS NOT NULL AND EXISTS (SELECT 1 FROM page_reading)
    GROUP BY authority.id, attempt.document_id),
served AS (
    SELECT * FROM at_address
    UNION ALL
    SELECT authority_id, document_id, capture_id, first_seen, last_seen FROM page_reading AS page
    WHERE NOT EXISTS (SELECT 1 FROM at_address WHERE at_address.authority_id = page.authority_id
                      AND at_address.document_id = page.document_id))
SELECT served.*, authority.name AS authority, document.path, document.sha256,
       (SELECT capture.url FROM capture WHERE capture.id = served.capture_id) AS url,
       (SELECT json_extract(capture.headers, '$."Content-Type"') FROM capture
        WHERE capture.document_id = served.document_id AND capture.status = 200
        ORDER BY capture.id LIMIT 1) AS content_type,
       page.capture_id AS known, page.year_ending, page.reader <> :reader AS outdated,
       page.status = 'unknown_form' AS failed
FROM served
JOIN authority ON authority.id = served.authority_id
JOIN document ON document.id = served.document_id
LEFT JOIN page_reading AS page ON page.authority_id = served.authority_id
                              AND page.document_id = served.document_id
ORDER BY served.capture_id
"""

_STORED = """
SELECT page.capture_id, page.content_sha256, page.status, page.layout, page.year_ending,
       authority.name AS authority
FROM page_reading AS page JOIN authority ON authority.id = page.authority_id
WHERE page.authority_id = :authority AND page.document_id = :document
"""

_FIGURES = """
SELECT year_ending, metric, value, absence, value_text, text FROM figure
WHERE capture_id = :capture AND table_row_id IS NULL ORDER BY id
"""

_DOUBTS = """
SELECT metric, year_ending FROM finding
WHERE capture_id = :capture AND origin = 'reading' AND severity IN ('warning', 'error')
"""
