"""What people keep back from publication, and no longer: nothing is removed by it.

A subject is `document:<sha256>` or `decision:<reference>`; the last word on it counts. Documents
with the same words in other bytes are kept back with it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from ombudsman_crawler.database.subjects import Subject

#: The body of the view `withheld`: a row for each document of a subject.
WITHHELD = """
WITH said AS (
    SELECT * FROM withholding AS word
    WHERE withheld AND id = (SELECT MAX(id) FROM withholding WHERE subject = word.subject)),
named AS (
    SELECT said.*, document.id AS document_id
    FROM said JOIN document ON said.subject = 'document:' || document.sha256),
with_twins AS (
    SELECT subject, document_id, who, time, why FROM named
    UNION
    SELECT subject, twin.document_id, who, time, why FROM named
    JOIN version_document AS mine ON mine.document_id = named.document_id
    JOIN version_document AS twin ON twin.version_id = mine.version_id
    UNION
    SELECT subject, twin.document_id, who, time, why FROM named
    JOIN page_document AS mine ON mine.document_id = named.document_id
    JOIN page_document AS twin ON twin.capture_id = mine.capture_id
    UNION
    SELECT subject, twin.document_id, who, time, why FROM named
    JOIN decision_document AS mine ON mine.document_id = named.document_id
    JOIN decision_document AS twin ON twin.version_id = mine.version_id)
SELECT with_twins.subject, document.id AS document_id, document.sha256 AS document_sha256,
       document.path AS document_path, NULL AS reference, with_twins.who, with_twins.time,
       with_twins.why
FROM with_twins JOIN document ON document.id = with_twins.document_id
UNION ALL
SELECT said.subject, document.id, document.sha256, document.path, decision.reference, said.who,
       said.time, said.why
FROM said JOIN decision ON said.subject = 'decision:' || decision.reference
LEFT JOIN decision_document AS carries ON carries.decision_id = decision.id
LEFT JOIN document ON document.id = carries.document_id
"""

#: SQL: whether a document is withheld, as 0 or 1.
IS_WITHHELD = """document.id IN (
           SELECT document_id FROM withheld WHERE document_id IS NOT NULL)"""

_SHA256S = "SELECT sha256 FROM document WHERE id = :id"


def names(connection: Connection, subject: Subject) -> list[str]:
    """Return under what a word on a subject is kept: of a letter, under each of its documents."""
    if subject.kind == "decision":
        return [f"decision:{subject.name}"]
    return [
        f"document:{connection.scalar(text(_SHA256S), {'id': number})}"
        for number in subject.documents
    ]


def withheld(connection: Connection) -> list[dict[str, Any]]:
    """Return what is withheld: `subject`, `document_path`, `letter` (None where it is none), `who`,
    `time`, `why`."""
    return [dict(row) for row in connection.execute(text(_LISTED)).mappings()]


_LISTED = """
SELECT withheld.subject, MAX(withheld.document_path) AS document_path, withheld.who,
       withheld.time, withheld.why,
       (SELECT group_concat(DISTINCT authority.key || '/' || letter.year_ending)
        FROM version_document AS carries
        JOIN letter_version ON letter_version.id = carries.version_id
        JOIN letter ON letter.id = letter_version.letter_id
        JOIN authority ON authority.id = letter.authority_id
        WHERE carries.document_id = withheld.document_id) AS letter
FROM withheld GROUP BY withheld.subject ORDER BY withheld.time, withheld.subject
"""
