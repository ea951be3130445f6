"""Full-text search over letters, decisions, public reports and improvements: the table `search`.

It has a row for each, made of what is current and kept up to date in the transaction that changes
that. What a storage held before there was a search is added by the crawls that come after.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import OperationalError

from ombudsman_crawler.exceptions import BadArgument
from ombudsman_crawler.letters.packed_words import plain_text
from ombudsman_crawler.years import YearRange

#: What can be searched. The place here and the number of its row give the number in `search`:
#: a virtual table finds its rows by number only. New ones are added at the end.
KINDS = ("letter", "decision", "report", "improvement")
_PLACES = 8

# The column of `search` that snippets are taken from.
_BODY = 5

#: Around what was found, in a snippet.
HIT = ("[", "]")
_WORDS_OF_SNIPPET = 24


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search is narrowed down to; `council` as a slug or a name."""

    kinds: tuple[str, ...] = KINDS
    council: str | None = None
    years: YearRange | None = None
    limit: int = 20


# ---- keeping it up to date


def index(connection: Connection, kind: str, number: int) -> None:
    """Make the row of a letter, decision, report or improvement, by its number, anew where what it
    is made of has changed; remove it where nothing is left to be found."""
    place = number * _PLACES + KINDS.index(kind)
    known = connection.execute(
        text("SELECT source, title FROM search WHERE rowid = :place"), {"place": place}
    ).first()
    row = connection.execute(text(_SOURCES[kind]), {"number": number}).first()
    source = _source(row) if row is not None else None
    if known is not None and row is not None and (known.source, known.title) == (source, row.title):
        return
    if known is not None:
        connection.execute(text("DELETE FROM search WHERE rowid = :place"), {"place": place})
    if row is None or source is None:
        return
    connection.execute(
        text(
            "INSERT INTO search (rowid, kind, key, authority, year_ending, title, body,"
            " document_id, source) VALUES (:place, :kind, :key, :authority, :year_ending, :title,"
            " :body, :document_id, :source)"
        ),
        {
            "place": place,
            "kind": kind,
            "key": row.key,
            "authority": row.authority,
            "year_ending": row.year_ending,
            "title": row.title,
            "body": _body(kind, row),
            "document_id": row.document_id,
            "source": source,
        },
    )


def _source(row: Row[Any]) -> str:
    """Say what a row is made of: its version, or a hash of a text that has none."""
    if row.version is not None:
        return str(row.version)
    return hashlib.sha256((row.body or "").encode()).hexdigest()[:16]


def _body(kind: str, row: Row[Any]) -> str:
    if kind != "letter":
        return row.body or ""
    return plain_text(row.words, row.first_page, row.last_page)


def lacking(connection: Connection) -> dict[str, list[int]]:
    """Return the numbers of what can be searched and has no row, by kind."""
    found = {}
    for place, kind in enumerate(KINDS):
        query = (
            f"SELECT number FROM ({_NUMBERS[kind]}) WHERE number * {_PLACES} + {place}"
            # The numbers alone: the rows themselves have all the words.
            " NOT IN (SELECT id FROM search_docsize) ORDER BY number DESC"
        )
        found[kind] = list(connection.scalars(text(query)))
    return found


def tidy(connection: Connection) -> None:
    """Merge the index into one piece: of what was deleted nothing is left in it then."""
    connection.execute(text("INSERT INTO search(search) VALUES ('optimize')"))


# ---- asking


def quoted(words: list[str]) -> str:
    """Return the match for words that must all be there, whatever characters they have. Raises
    BadArgument where none has a letter or digit."""
    found = [word for argument in words for word in argument.split() if re.search(r"\w", word)]
    if not found:
        raise BadArgument("WORDS", " ".join(words), "give a word to look for")
    return " ".join('"' + word.replace('"', '""') + '"' for word in found)


def find(connection: Connection, match: str, wanted: Wanted) -> list[dict[str, Any]]:
    """Return what matches, best first: `kind`, `key`, `authority`, `year_ending`, `title`,
    `snippet`, `path` and `sha256` of the document, `url`, `withheld`.

    Raises BadArgument for a match that isn't in FTS5's syntax, and for a council nobody knows.
    """
    narrowed = "search.kind IN (SELECT value FROM json_each(:kinds))"
    values: dict[str, Any] = {
        "match": match,
        "kinds": '["' + '", "'.join(wanted.kinds) + '"]',
        "limit": wanted.limit,
    }
    if wanted.council is not None:
        narrowed += " AND search.authority = :authority"
        values["authority"] = _authority(connection, wanted.council)
    if wanted.years is not None:
        narrowed += " AND search.year_ending BETWEEN :first AND :last"
        values |= {"first": wanted.years.first, "last": wanted.years.last}
    try:
        rows = connection.execute(text(_FOUND.format(narrowed=narrowed)), values).mappings().all()
    except OperationalError as error:
        raise BadArgument(
            "--query", match, f"it isn't in the syntax of SQLite's FTS5: {error.orig}"
        ) from error
    return [{**row, "withheld": bool(row["withheld"])} for row in rows]


def _authority(connection: Connection, council: str) -> str:
    found = connection.scalar(text(_AUTHORITY), {"council": council.strip().lower()})
    if found is not None:
        return str(found)
    known = connection.scalars(text("SELECT slug FROM authority WHERE slug IS NOT NULL")).all()
    near = get_close_matches(council.lower(), [str(slug) for slug in known], n=3, cutoff=0.5)
    perhaps = f"; perhaps {' or '.join(near)}?" if near else ""
    raise BadArgument("--council", council, f"no council of this slug or name is known{perhaps}")


# The year ending 31 March that a day lies in.
_YEAR_OF = "CAST(substr({day}, 1, 4) AS INTEGER) + (substr({day}, 6, 2) > '03')"

_LETTER = """
SELECT authority.key || '/' || letter.year_ending
           || CASE WHEN letter.kind = 'annual' THEN '' ELSE '/' || letter.kind END AS key,
       authority.name AS authority, letter.year_ending, letter.title, version.document_id,
       version.first_page, version.last_page, words.words,
       version.id || ' ' || words.extractor || ' ' || version.first_page || '-'
           || version.last_page AS version
FROM letter JOIN authority ON authority.id = letter.authority_id
JOIN letter_version AS version ON version.id = letter.current_version_id
JOIN document_words AS words ON words.document_id = version.document_id AND words.rowid = (
    SELECT MAX(latest.rowid) FROM document_words AS latest
    WHERE latest.document_id = version.document_id AND latest.text_sha256 IS NOT NULL)
WHERE letter.id = :number
"""

# The page's own summary before the list's.
_DECISION = f"""
SELECT decision.reference AS key,
       COALESCE(authority.name, decision.authority_as_listed) AS authority,
       {_YEAR_OF.format(day="COALESCE(version.decided, decision.decided)")} AS year_ending,
       COALESCE(decision.reference, '') || COALESCE(', ' || decision.outcome, '') AS title,
       version.document_id,
       COALESCE(version.summary, decision.summary, '') || COALESCE((
           SELECT group_concat(char(10) || COALESCE(json_extract(part.value, '$.heading'), '')
               || char(10) || COALESCE(json_extract(part.value, '$.text'), ''), '')
           FROM json_each(version.sections) AS part), '')
           || COALESCE(char(10) || version.remedies, '') AS body,
       NULL AS version
FROM decision LEFT JOIN authority ON authority.id = decision.authority_id
LEFT JOIN decision_version AS version ON version.id = decision.current_version_id
WHERE decision.id = :number
  AND NOT EXISTS (SELECT 1 FROM erasure WHERE erasure.document_id = version.document_id)
"""

_REPORT = f"""
SELECT report.key, authority.name AS authority, {_YEAR_OF.format(day="report.date")} AS year_ending,
       report.title, report.document_id,
       COALESCE(report.blurb, '') || COALESCE(char(10) || read.text, '') AS body, NULL AS version
FROM public_report AS report JOIN authority ON authority.id = report.authority_id
LEFT JOIN report_text AS read ON read.document_id = report.document_id
WHERE report.id = :number
  AND NOT EXISTS (SELECT 1 FROM erasure WHERE erasure.document_id = report.document_id)
"""

_IMPROVEMENT = f"""
SELECT COALESCE(improvement.reference, improvement.key) AS key, authority.name AS authority,
       COALESCE(improvement.year_ending, {_YEAR_OF.format(day="improvement.date")}) AS year_ending,
       improvement.category AS title, NULL AS document_id, improvement.text AS body, NULL AS version
FROM service_improvement AS improvement JOIN authority ON authority.id = improvement.authority_id
WHERE improvement.id = :number
"""

_SOURCES = dict(zip(KINDS, (_LETTER, _DECISION, _REPORT, _IMPROVEMENT), strict=True))

# What should have a row.
_NUMBERS = {
    "letter": """
SELECT letter.id AS number FROM letter
JOIN letter_version AS version ON version.id = letter.current_version_id
WHERE version.document_id IN (
    SELECT document_id FROM document_words WHERE text_sha256 IS NOT NULL)
""",
    "decision": """
SELECT decision.id AS number FROM decision
LEFT JOIN decision_version AS version ON version.id = decision.current_version_id
WHERE NOT EXISTS (SELECT 1 FROM erasure WHERE erasure.document_id = version.document_id)
""",
    "report": """
SELECT id AS number FROM public_report
WHERE NOT EXISTS (SELECT 1 FROM erasure WHERE erasure.document_id = public_report.document_id)
""",
    "improvement": "SELECT id AS number FROM service_improvement",
}

_AUTHORITY = """
SELECT name FROM authority
WHERE :council IN (lower(key), lower(slug), lower(name))
   OR EXISTS (SELECT 1 FROM authority_name AS other
              WHERE other.authority_id = authority.id AND lower(other.name) = :council)
ORDER BY id LIMIT 1
"""

# Snippets are taken of what is shown only.
_FOUND = f"""
SELECT search.kind, search.key, search.authority, search.year_ending, search.title,
       snippet(search, {_BODY}, '{HIT[0]}', '{HIT[1]}', '…', {_WORDS_OF_SNIPPET}) AS snippet,
       document.path, document.sha256,
       COALESCE(
           (SELECT capture.url FROM capture WHERE capture.document_id = document.id
            ORDER BY capture.id DESC LIMIT 1),
           (SELECT link.url FROM decision JOIN link ON link.id = decision.link_id
            WHERE search.kind = 'decision' AND decision.id = search.rowid / {_PLACES}),
           (SELECT COALESCE(link.url, report.found_on) FROM public_report AS report
            LEFT JOIN link ON link.id = report.link_id
            WHERE search.kind = 'report' AND report.id = search.rowid / {_PLACES}),
           (SELECT COALESCE(address, found_on) FROM service_improvement
            WHERE search.kind = 'improvement'
              AND service_improvement.id = search.rowid / {_PLACES})) AS url,
       EXISTS (SELECT 1 FROM withheld WHERE withheld.document_id = document.id
               OR (search.kind = 'decision' AND withheld.reference = search.key)) AS withheld
FROM search LEFT JOIN document ON document.id = search.document_id
WHERE search MATCH :match AND {{narrowed}}
ORDER BY search.rank, search.rowid DESC LIMIT :limit
"""
