"""What is archived and what was read of it: what a re-reading starts from and compares with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, TextClause, bindparam, text

from ombudsman_crawler.figures.figure import Figure
from ombudsman_crawler.letters.letter import Expectation
from ombudsman_crawler.years import YearRange


@dataclass(frozen=True, slots=True)
class Archived:
    """A document, its stored words and texts (packed; None where there are none), and what its link
    says of it."""

    document_id: int
    path: str
    sha256: str
    expectation: Expectation
    packed_words: bytes | None
    extractor: str | None
    packed_texts: bytes | None
    witness: str | None


@dataclass(frozen=True, slots=True)
class Stored:
    """The newest reading of one part of a document, as it is stored. `doubts` are the metric and
    year of each finding that casts doubt, None for the whole letter."""

    content_sha256: str
    status: str
    form: str | None
    authority: str | None
    year_ending: int | None
    figures: tuple[Figure, ...] = ()
    doubts: frozenset[tuple[str | None, int | None]] = field(default_factory=frozenset)


def document_ids(
    connection: Connection,
    *,
    reader: str,
    years: YearRange | None = None,
    only: str = "outdated",
) -> list[int]:
    """Return the archived letters to read again, oldest first.

    `only`: `outdated` for those that this `reader` hasn't read or confirmed, `failed` for those
    that weren't read as a letter in a known form, `all`. Documents that nobody has read yet are
    always among them. `years` are of the letter, or of the link where no letter was recognised.
    """
    rows = connection.execute(text(_DOCUMENTS), {"reader": reader}).mappings()
    return [
        row["document_id"]
        for row in rows
        if (only == "all" or row["unread"] or row[only])
        and (years is None or (row["year_ending"] is not None and row["year_ending"] in years))
    ]


def archived(connection: Connection, ids: Sequence[int]) -> list[Archived]:
    """Return documents with all that is needed to read them again, in the order of `ids`."""
    found = {
        row.document_id: Archived(
            row.document_id,
            row.path,
            row.sha256,
            Expectation(row.authority, row.listed_year),
            row.words,
            row.extractor,
            row.texts,
            row.witness,
        )
        for row in connection.execute(_ARCHIVED, {"ids": list(ids)})
    }
    return [found[number] for number in ids]


def stored(connection: Connection, ids: Iterable[int]) -> dict[tuple[int, int], Stored]:
    """Return the newest readings of documents, without figures, by document and part."""
    return {
        (row.document_id, row.part): Stored(
            row.content_sha256, row.status, row.form, row.authority, row.year_ending
        )
        for row in connection.execute(_STORED, {"ids": list(ids)})
    }


def with_figures(connection: Connection, ids: Iterable[int]) -> dict[tuple[int, int], Stored]:
    """Return the newest readings of documents by document and part."""
    wanted = list(ids)
    figures: dict[int, list[Figure]] = defaultdict(list)
    doubts: dict[int, set[tuple[str | None, int | None]]] = defaultdict(set)
    rows = list(connection.execute(_STORED, {"ids": wanted}))
    readings = [row.reading_id for row in rows]
    for row in connection.execute(_FIGURES, {"readings": readings}):
        figures[row.reading_id].append(
            Figure(
                row.year_ending,
                row.metric,
                row.value,
                row.absence,
                row.value_text,
                bool(row.restated),
                row.page,
                None,
                row.text,
            )
        )
    for row in connection.execute(_DOUBTS, {"readings": readings}):
        doubts[row.reading_id].add((row.metric, row.year_ending))
    return {
        (row.document_id, row.part): Stored(
            row.content_sha256,
            row.status,
            row.form,
            row.authority,
            row.year_ending,
            tuple(figures[row.reading_id]),
            frozenset(doubts[row.reading_id]),
        )
        for row in rows
    }


# A document that a letter's outcome led to is a letter's; pages that happen to be PDFs aren't, nor
# are public reports.
_DOCUMENTS = """
WITH newest(document_id, reading_id, letter_id) AS (
    SELECT carries.document_id,
           (SELECT MAX(reading.id) FROM reading WHERE reading.version_id = carries.version_id),
           letter_version.letter_id
    FROM version_document AS carries
    JOIN letter_version ON letter_version.id = carries.version_id)
SELECT document.id AS document_id, COUNT(reading.id) = 0 AS unread,
       MAX(COALESCE(reading.confirmed_by, reading.reader) <> :reader) AS outdated,
       MAX(reading.status NOT IN ('ok', 'suspect')) AS failed,
       COALESCE(MAX(letter.year_ending), (
           SELECT MAX(link.listed_year) FROM link JOIN outcome ON outcome.link_id = link.id
           JOIN capture ON capture.id = outcome.capture_id
           WHERE capture.document_id = document.id)) AS year_ending
FROM document
LEFT JOIN newest ON newest.document_id = document.id
LEFT JOIN reading ON reading.id = newest.reading_id
LEFT JOIN letter ON letter.id = newest.letter_id
WHERE document.media_type = 'application/pdf'
  AND document.id NOT IN (SELECT document_id FROM erasure)
  AND (newest.document_id IS NOT NULL OR EXISTS (
       SELECT 1 FROM capture JOIN outcome ON outcome.capture_id = capture.id
       JOIN link ON link.id = outcome.link_id AND link.kind IN ('letter', 'copy')
       WHERE capture.document_id = document.id))
GROUP BY document.id ORDER BY document.id
"""


def _of_these(query: str, name: str) -> TextClause:
    return text(query).bindparams(bindparam(name, expanding=True))


_ARCHIVED = _of_these(
    """
SELECT document.id AS document_id, document.path, document.sha256,
       words.words, words.extractor, seen.texts, seen.witness,
       (SELECT authority.name FROM authority WHERE authority.id = link.authority_id) AS authority,
       link.listed_year
FROM document
LEFT JOIN document_words AS words ON words.document_id = document.id AND words.rowid = (
    SELECT MAX(latest.rowid) FROM document_words AS latest
    WHERE latest.document_id = document.id AND latest.text_sha256 IS NOT NULL)
LEFT JOIN document_witness AS seen ON seen.document_id = document.id
LEFT JOIN link ON link.id = (
    SELECT outcome.link_id FROM outcome JOIN capture ON capture.id = outcome.capture_id
    WHERE capture.document_id = document.id
    ORDER BY outcome.run_id DESC, outcome.link_id LIMIT 1)
WHERE document.id IN :ids
""",
    "ids",
)

_STORED = _of_these(
    """
SELECT carries.document_id, carries.part, reading.id AS reading_id, reading.content_sha256,
       reading.status, reading.form, authority.name AS authority, letter.year_ending
FROM version_document AS carries
JOIN letter_version ON letter_version.id = carries.version_id
JOIN reading ON reading.id = (SELECT MAX(newest.id) FROM reading AS newest
                              WHERE newest.version_id = carries.version_id)
LEFT JOIN letter ON letter.id = letter_version.letter_id
LEFT JOIN authority ON authority.id = letter.authority_id
WHERE carries.document_id IN :ids
ORDER BY carries.document_id, carries.part
""",
    "ids",
)

_FIGURES = _of_these(
    "SELECT reading_id, year_ending, metric, value, absence, value_text, restated, page, text"
    " FROM figure WHERE reading_id IN :readings ORDER BY id",
    "readings",
)

_DOUBTS = _of_these(
    "SELECT reading_id, metric, year_ending FROM finding WHERE reading_id IN :readings"
    " AND origin = 'reading' AND severity IN ('warning', 'error')",
    "readings",
)
