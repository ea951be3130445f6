"""What people keep back from publication, and no longer: nothing is removed by it.

A subject is `document:<sha256>` or `decision:<reference>`; the last word on it counts.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from ombudsman_crawler.database.subjects import Subject

#: The body of the view `withheld`.
WITHHELD = """
WITH said AS (
    SELECT * FROM withholding AS word
    WHERE withheld AND id = (SELECT MAX(id) FROM withholding WHERE subject = word.subject))
SELECT said.subject, document.id AS document_id, document.sha256 AS document_sha256,
       document.path AS document_path, NULL AS reference, said.who, said.time, said.why
FROM said JOIN document ON said.subject = 'document:' || document.sha256
UNION ALL
SELECT said.subject, document.id, document.sha256, document.path, decision.reference, said.who,
       said.time, said.why
FROM said JOIN decision ON said.subject = 'decision:' || decision.reference
LEFT JOIN decision_version AS version ON version.decision_id = decision.id
LEFT JOIN document ON document.id = version.document_id
"""

#: SQL: whether a document is withheld, as 0 or 1, by the last word on it.
IS_WITHHELD = """COALESCE((
           SELECT word.withheld FROM withholding AS word
           WHERE word.subject = 'document:' || document.sha256
           ORDER BY word.id DESC LIMIT 1), 0)"""

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
