"""What people name when they withhold or erase something: a document, a letter, a decision."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from sqlalchemy import Connection, text

from ombudsman_crawler.exceptions import BadArgument

#: How much of a SHA-256 names a document at least.
SHORTEST = 8

_SHA256 = re.compile(rf"(?:document:)?([0-9a-f]{{{SHORTEST},64}})", re.IGNORECASE)
_LETTER = re.compile(r"(.+?)/(\d{4})(?:/(follow_up))?")
_DECISION = re.compile(r"(?:decision:)?(\d{2})([ -]?)(\d{3})[ -]?(\d{3})([a-z]?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Subject:
    """What was named: `kind` (document, letter or decision), its lasting name, and the numbers of
    its documents."""

    kind: str
    name: str
    documents: tuple[int, ...]


def find(connection: Connection, given: str) -> Subject:
    """Return what a person named. Raises BadArgument, with the nearest names, where that is nothing
    or not only one thing."""
    said = " ".join(given.split())
    match = _DECISION.fullmatch(said)
    if match and (match[2] or not _begins_document(connection, said)):
        return _decision(connection, given, "".join(match.group(1, 3, 4, 5)).lower())
    if match := _SHA256.fullmatch(said):
        return _document(connection, given, match[1].lower())
    if match := _LETTER.fullmatch(said):
        return _letter(connection, given, match[1], int(match[2]), match[3] or "annual")
    raise BadArgument("SUBJECT", given, _forms())


def _forms() -> str:
    return (
        f"name a document by its SHA-256 (or the first {SHORTEST} characters of it, or more), a "
        "letter as authority/year (kent-county-council/2021), or a decision by its reference "
        "(25 005 701)"
    )


def _begins_document(connection: Connection, prefix: str) -> bool:
    """Whether eight digits, which are a decision's reference too, begin a document's SHA-256."""
    query = text("SELECT 1 FROM document WHERE sha256 GLOB :prefix || '*'")
    return connection.execute(query, {"prefix": prefix}).first() is not None


def _document(connection: Connection, given: str, prefix: str) -> Subject:
    found = connection.execute(
        text("SELECT id, sha256 FROM document WHERE sha256 GLOB :prefix || '*' ORDER BY sha256"),
        {"prefix": prefix},
    ).all()
    if not found:
        known = connection.scalars(text("SELECT sha256 FROM document"))
        # A slip of the pen in the middle: the ends are still alike.
        near = [name for name in known if name[:4] == prefix[:4] or name[-4:] == prefix[-4:]]
        raise BadArgument("SUBJECT", given, f"no document has this SHA-256{_perhaps(near[:3])}")
    if len(found) > 1:
        raise BadArgument(
            "SUBJECT", given,
            f"{len(found)} documents begin so{_perhaps(row.sha256[:16] for row in found[:3])}",
        )  # fmt: skip
    return Subject("document", found[0].sha256, (found[0].id,))


def _letter(
    connection: Connection, given: str, authority: str, year_ending: int, kind: str
) -> Subject:
    rows = connection.execute(text(_LETTERS), {"authority": authority.lower()}).all()
    wanted = [row for row in rows if (row.year_ending, row.kind) == (year_ending, kind)]
    if not wanted:
        known = [row.name for row in rows] or list(connection.scalars(text(_LETTER_NAMES)))
        near = get_close_matches(given.lower(), known, n=3, cutoff=0.5)
        raise BadArgument("SUBJECT", given, f"no letter of this name is archived{_perhaps(near)}")
    numbers = connection.scalars(text(_OF_LETTER), {"letter": wanted[0].id})
    return Subject("letter", wanted[0].name, tuple(numbers))


def _decision(connection: Connection, given: str, reference: str) -> Subject:
    rows = connection.execute(text(_DECISIONS), {"reference": reference}).all()
    if not rows:
        known = connection.scalars(text("SELECT DISTINCT reference FROM decision")).all()
        named = [name for name in known if name]
        near = get_close_matches(given, named, n=3, cutoff=0.7)
        raise BadArgument("SUBJECT", given, f"no decision has this reference{_perhaps(near)}")
    numbers = {
        number
        for row in rows
        for query in (_OF_DECISION, OTHER_BYTES)
        for number in connection.scalars(text(query), {"decision": row.id})
    }
    return Subject("decision", rows[0].reference, tuple(sorted(numbers)))


def _perhaps(near: Iterable[str]) -> str:
    named = list(near)
    return f"; perhaps {' or '.join(named)}?" if named else ""


_NAME = """authority.key || '/' || letter.year_ending
       || CASE WHEN letter.kind = 'annual' THEN '' ELSE '/' || letter.kind END"""

_LETTERS = f"""
SELECT letter.id, letter.year_ending, letter.kind, {_NAME} AS name
FROM letter JOIN authority ON authority.id = letter.authority_id
WHERE :authority IN (lower(authority.key), lower(authority.slug), lower(authority.name))
   OR EXISTS (SELECT 1 FROM authority_name AS other
              WHERE other.authority_id = authority.id AND lower(other.name) = :authority)
ORDER BY letter.year_ending
"""

_LETTER_NAMES = f"""
SELECT {_NAME} FROM letter JOIN authority ON authority.id = letter.authority_id ORDER BY 1
"""

_OF_LETTER = """
SELECT DISTINCT carries.document_id FROM version_document AS carries
JOIN letter_version ON letter_version.id = carries.version_id
WHERE letter_version.letter_id = :letter ORDER BY 1
"""

_DECISIONS = """
SELECT id, reference FROM decision
WHERE lower(replace(replace(reference, ' ', ''), '-', '')) = :reference
"""

_OF_DECISION = "SELECT document_id FROM decision_version WHERE decision_id = :decision"

#: SQL: the documents that a decision's address served, in other bytes, with the words of one of its
#: versions or none. What is a version of any decision is left out: it has its own words.
OTHER_BYTES = """
SELECT DISTINCT attempt.document_id
FROM decision JOIN link ON link.id = decision.link_id
JOIN address ON address.address = link.address
JOIN attempt ON attempt.address_id = address.id
WHERE decision.id = :decision AND attempt.document_id IS NOT NULL
  AND attempt.document_id NOT IN (SELECT document_id FROM decision_version)
"""
