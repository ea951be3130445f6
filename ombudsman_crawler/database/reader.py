"""What commands and pipelines ask of the database. Nothing here changes a row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.orm import Session

from ombudsman_crawler.archive.tombstones import Tombstone
from ombudsman_crawler.archive.warc import Place
from ombudsman_crawler.database import (
    acknowledgements,
    decisions,
    erasures,
    holdings,
    news,
    reports,
    search,
    subjects,
    withholdings,
)
from ombudsman_crawler.database.decisions import KnownDecision
from ombudsman_crawler.database.models import (
    Authority,
    Document,
    Link,
    Run,
    RunCheck,
    Storage,
)
from ombudsman_crawler.database.news import News
from ombudsman_crawler.database.refetch import LinkState
from ombudsman_crawler.database.session import integrity_problems
from ombudsman_crawler.items import Outcome
from ombudsman_crawler.sheets.table import READER as TABLE_READER
from ombudsman_crawler.site.decision_search import ListedDecision
from ombudsman_crawler.windows import Known, Window


@dataclass(frozen=True, slots=True)
class KnownPage:
    """The last body of an address, for asking conditionally and answering a 304."""

    document_id: int
    path: str
    sha256: str
    media_type: str
    headers: dict[str, str]
    #: Where the answer with this body lies, None where it was kept in no WARC.
    place: Place | None


@dataclass(frozen=True, slots=True)
class KnownCouncil:
    """A council's page as an earlier run found it."""

    name: str
    slug: str
    address: str


@dataclass(frozen=True, slots=True)
class KnownTable:
    """A file of national tables as the site last listed it."""

    address: str
    label: str
    listed_year: int | None
    found_on: str


@dataclass(frozen=True, slots=True)
class KnownLetter:
    """A letter as the site last listed it."""

    address: str
    url: str
    label: str
    listed_year: int | None
    authority: str
    found_on: str


@dataclass(frozen=True, slots=True)
class KnownReport:
    """A public report as a council's list last showed it."""

    address: str
    label: str
    authority: str
    found_on: str


@dataclass(frozen=True, slots=True)
class SettledImprovements:
    """When each authority's lists of service improvements were last read whole, and what they have:
    authority, key and text of each."""

    read_whole: dict[str, datetime]
    listed: set[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class KeptExchange:
    """A capture that points into a WARC, as far as it can be compared with the record there."""

    capture_id: int
    offset: int
    url: str
    time: str
    status: int | None
    sha256: str | None


class Reader:
    """All asking of one storage's database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def site(self) -> str | None:
        """Return the site the storage belongs to, None for a new one."""
        with Session(self._engine) as session:
            return session.scalar(select(Storage.site))

    def known_page(self, address: str) -> KnownPage | None:
        """Return the body last served at an address."""
        with self._engine.connect() as connection:
            served = connection.execute(text(_LAST_SERVED), {"address": address}).first()
            if served is None:
                return None
            return KnownPage(
                served.id,
                served.path,
                served.sha256,
                served.media_type,
                json.loads(served.headers) or {},
                _place(served.warc_file, served.warc_offset),
            )

    def first_exchange(self, sha256: str) -> Place | None:
        """Return where the first answer lies that brought a document, None where none was kept."""
        with self._engine.connect() as connection:
            found = connection.execute(
                text(
                    "SELECT warc_file, warc_offset FROM capture"
                    " JOIN document ON document.id = capture.document_id"
                    " WHERE sha256 = :sha256 AND status = 200 AND warc_file IS NOT NULL"
                    " ORDER BY capture.id LIMIT 1"
                ),
                {"sha256": sha256},
            ).first()
            return _place(found[0], found[1]) if found else None

    def has_crawled(self) -> bool:
        """Whether any run asked the site itself, and not an archive."""
        with Session(self._engine) as session:
            return any(
                not arguments.get("replay") for arguments in session.scalars(select(Run.arguments))
            )

    def runs(self) -> list[int]:
        """Return the number of every run."""
        with Session(self._engine) as session:
            return list(session.scalars(select(Run.id).order_by(Run.id)))

    def unended_runs(self) -> list[int]:
        """Return the runs without a verdict: a killed one, until the next run says so."""
        with Session(self._engine) as session:
            return list(session.scalars(select(Run.id).where(Run.verdict.is_(None))))

    def documents(self) -> list[tuple[str, str]]:
        """Return the path and hash of every document."""
        with self._engine.connect() as connection:
            found = connection.execute(text("SELECT path, sha256 FROM document ORDER BY path"))
            return [(row.path, row.sha256) for row in found]

    def exchanges(self) -> dict[str, list[KeptExchange]]:
        """Return, for each WARC, the captures that point into it by their offset."""
        found: dict[str, list[KeptExchange]] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(text(_EXCHANGES)):
                found.setdefault(row[0], []).append(KeptExchange(*row[1:]))
        return found

    def database_problems(self) -> list[str]:
        """Return what SQLite finds wrong with the file or its references."""
        with self._engine.connect() as connection:
            return integrity_problems(connection)

    def document_paths(self) -> set[str]:
        """Return the path of every document's file within the storage."""
        with Session(self._engine) as session:
            return set(session.scalars(select(Document.path)))

    def document(self, document_id: int) -> tuple[str, str]:
        """Return a document's path within the storage and its hash."""
        with Session(self._engine) as session:
            document = session.get_one(Document, document_id)
            return document.path, document.sha256

    def number_of(self, sha256: str) -> int | None:
        """Return the number of the document with a hash, None where there is none."""
        with Session(self._engine) as session:
            return session.scalar(select(Document.id).where(Document.sha256 == sha256))

    def known_councils(self) -> list[KnownCouncil]:
        """Return every council whose page an earlier run found."""
        with Session(self._engine) as session:
            return [
                KnownCouncil(row.name, row.slug, row.page_address)
                for row in session.scalars(
                    select(Authority)
                    .where(Authority.page_address.is_not(None))
                    .order_by(Authority.name)
                )
                if row.slug and row.page_address
            ]

    def known_reports(self) -> list[KnownReport]:
        """Return the public reports that lists have shown with an address."""
        with self._engine.connect() as connection:
            return [KnownReport(*row) for row in reports.known(connection)]

    def settled_improvements(self) -> SettledImprovements:
        """Return what is known of councils' lists of service improvements."""
        with self._engine.connect() as connection:
            return SettledImprovements(
                {
                    name: datetime.fromisoformat(time)
                    for name, time in reports.read_whole(connection, "improvements").items()
                },
                reports.listed_improvements(connection),
            )

    def known_letters(self) -> list[KnownLetter]:
        """Return every letter that the site has ever listed of a known authority."""
        with Session(self._engine) as session:
            return [
                KnownLetter(
                    link.address, link.url, link.label, link.listed_year, name, link.found_on
                )
                for link, name in session.execute(
                    select(Link, Authority.name)
                    .join(Authority, Authority.id == Link.authority_id)
                    .where(Link.kind == "letter")
                    .order_by(Link.id)
                )
            ]

    def known_tables(self) -> list[KnownTable]:
        """Return every file of national tables that the site has ever listed."""
        with Session(self._engine) as session:
            return [
                KnownTable(link.address, link.label, link.listed_year, link.found_on)
                for link in session.scalars(
                    select(Link).where(Link.kind == "table").order_by(Link.id)
                )
            ]

    def link_states(self, kind: str = "letter") -> list[tuple[str | None, LinkState]]:
        """Return the authority of every known letter, or of another kind of link, and what says
        whether it is due."""
        with self._engine.connect() as connection:
            return [
                (
                    row["authority"],
                    LinkState(
                        row["id"],
                        row["address"],
                        row["listed_year"],
                        row["document_id"],
                        row["last_outcome"],
                        datetime.fromisoformat(row["last_asked"]) if row["last_asked"] else None,
                        row["etag"],
                        row["last_modified"],
                        row["kind"],
                    ),
                )
                for row in _all(connection, _LINK_STATES, kind=kind)
            ]

    def not_attempted(self, run_id: int) -> int:
        """Return how many letters a run found and didn't come to."""
        with self._engine.connect() as connection:
            query = "SELECT COUNT(*) AS n FROM outcome WHERE run_id = :run AND outcome = :left"
            (row,) = _all(connection, query, run=run_id, left=Outcome.NOT_ATTEMPTED)
            return int(row["n"])

    def newest_year(self, kind: str = "letter") -> int | None:
        """Return the newest year ending of which there is a letter, or a table for links of that
        kind, that could be read.

        Not the newest a link names: one mistyped year would put all others among the old.
        """
        read = "national_table" if kind == "table" else "current_reading"
        query = f"SELECT MAX(year_ending) FROM {read} WHERE status IN ('ok', 'suspect')"
        with self._engine.connect() as connection:
            newest: int | None = connection.scalar(text(query))
            return newest

    def unread(self, kind: str, document_id: int) -> bool:
        """Whether a document of a kind of link has no reading yet; or, a letter's or a report's,
        one that its reader's end cut short: that may have been a busy machine's fault. What was
        erased is never read again."""
        with self._engine.connect() as connection:
            return not any(
                connection.execute(text(query), {"document": document_id}).first()
                for query in (_READ[kind], "SELECT 1 FROM erasure WHERE document_id = :document")
            )

    def page_is_read(self, authority: str, document_id: int, reader: str) -> bool:
        """Whether a version of the reader has read an authority's page as it is now."""
        with self._engine.connect() as connection:
            found = connection.execute(
                text(
                    "SELECT 1 FROM page_reading JOIN authority ON authority.id = authority_id"
                    " WHERE authority.name = :authority AND document_id = :document"
                    " AND reader = :reader"
                ),
                {"authority": authority, "document": document_id, "reader": reader},
            ).first()
            return found is not None

    def broken(self, document_id: int) -> bool:
        """Whether a document is no whole file: perhaps only part of one that the site holds."""
        with self._engine.connect() as connection:
            found = connection.execute(
                text(
                    "SELECT 1 FROM version_document JOIN reading USING (version_id)"
                    " JOIN finding ON finding.reading_id = reading.id"
                    " WHERE version_document.document_id = :document AND finding.code = 'broken'"
                    " LIMIT 1"
                ),
                {"document": document_id},
            ).first()
            return found is not None

    def status(self) -> dict[str, Any]:
        """Return what `ombudsman status` tells: plain values, ready for JSON. `runs` are the last
        ones of each kind, `run` the last of all."""
        with Session(self._engine) as session:
            storage = session.get(Storage, 1)
            connection = session.connection()
            runs = [_run(session, number) for number in holdings.last_runs(connection)]
            return {
                "site": storage.site if storage else None,
                "created": storage.created if storage else None,
                "schema": storage.schema if storage else None,
                "totals": {
                    **_one(connection, _TOTALS),
                    "open": len(acknowledgements.still_open(connection)),
                    "settled": len(acknowledgements.settled(connection)),
                    "withheld": len(withholdings.withheld(connection)),
                },
                "erasures": erasures.everything(connection),
                "collections": holdings.of_collections(connection),
                "years": _all(connection, _YEARS),
                "readings": _all(connection, _READINGS),
                "coverage": _all(
                    connection,
                    "SELECT state, COUNT(*) AS letters FROM coverage"
                    " GROUP BY state ORDER BY letters DESC",
                ),
                "disagreements": _all(connection, "SELECT COUNT(*) AS n FROM disagreement")[0]["n"],
                "runs": runs,
                "run": runs[-1] if runs else None,
            }

    def decision_windows(self) -> dict[Window, Known]:
        """Return what is recorded of each window of the search for decisions."""
        with self._engine.connect() as connection:
            return decisions.windows(connection)

    def listed_alike(self, rows: dict[str, ListedDecision]) -> bool:
        """Whether the search listed all these decisions, by their addresses, in these words."""
        with self._engine.connect() as connection:
            return decisions.listed_alike(connection, rows)

    def decisions_of(self, window: Window) -> list[KnownDecision]:
        """Return the decisions of a window that aren't known to be gone."""
        with self._engine.connect() as connection:
            return decisions.decided_in(connection, window)

    def decisions_never_answered(self, run_id: int, window: Window) -> Iterator[KnownDecision]:
        """Yield the decisions of a window that were listed before a run and never had."""
        after = 0
        while True:
            with self._engine.connect() as connection:
                after, found = decisions.never_answered(connection, run_id, window, after)
            if not found:
                return
            yield from found

    def dealt_with(self, run_id: int, addresses: list[str]) -> set[str]:
        """Return those of some addresses that have an outcome in a run already."""
        with self._engine.connect() as connection:
            return decisions.dealt_with(connection, run_id, addresses)

    def news(self, run_id: int) -> News:
        """Return what a run found that wasn't so before."""
        with self._engine.connect() as connection:
            return news.of_run(connection, run_id)

    def acknowledgements(self) -> dict[str, list[dict[str, Any]]]:
        """Return what is `open` and what is `settled`, as `acknowledgements` gives them."""
        with self._engine.connect() as connection:
            return {
                "open": acknowledgements.still_open(connection),
                "settled": acknowledgements.settled(connection),
            }

    def subject(self, given: str) -> subjects.Subject:
        """Return what a person named (`subjects.find`)."""
        with self._engine.connect() as connection:
            return subjects.find(connection, given)

    def withholding_names(self, subject: subjects.Subject) -> list[str]:
        """Return under what a word on a subject is kept."""
        with self._engine.connect() as connection:
            return withholdings.names(connection, subject)

    def withheld(self) -> list[dict[str, Any]]:
        """Return what is withheld, as `withholdings.withheld` gives it."""
        with self._engine.connect() as connection:
            return withholdings.withheld(connection)

    def erased(self) -> dict[str, Tombstone]:
        """Return what is erased or about to be, by SHA-256."""
        with self._engine.connect() as connection:
            return erasures.tombstones(connection)

    def erasures(self) -> list[dict[str, Any]]:
        """Return every erasure, as `erasures.everything` gives it."""
        with self._engine.connect() as connection:
            return erasures.everything(connection)

    def to_erase(self, documents: Iterable[int]) -> list[tuple[int, dict[str, Any]]]:
        """Return documents, and those with the same words in other bytes, by their numbers: `path`,
        `sha256`, `letter` (None where it holds none), `addresses` that served it."""
        with self._engine.connect() as connection:
            return [
                (number, _all(connection, _TO_ERASE, document=number)[0])
                for number in erasures.twins(connection, list(documents))
            ]

    def search(self, match: str, wanted: search.Wanted) -> list[dict[str, Any]]:
        """Return what matches (`search.find`)."""
        with self._engine.connect() as connection:
            return search.find(connection, match, wanted)

    def not_searchable(self) -> int:
        """Return how many texts the search doesn't have yet (`search.lacking`)."""
        with self._engine.connect() as connection:
            return sum(len(numbers) for numbers in search.lacking(connection).values())

    def acknowledged_as_gone(self) -> set[str]:
        """Return the councils, by name, whose absence from the map was acknowledged."""
        with self._engine.connect() as connection:
            query = f"SELECT name FROM authority WHERE {acknowledgements.SINCE_ON_MAP}"
            return set(connection.scalars(text(query)))

    def near_subjects(self, subject: str) -> list[str] | None:
        """Return None where a subject can be acknowledged, else those most like it."""
        with self._engine.connect() as connection:
            return acknowledgements.near(subject, connection)

    def summary_of_year(self, year_ending: int) -> list[dict[str, Any]]:
        """Return the rows of `annual_summary` for a year, by authority."""
        with self._engine.connect() as connection:
            query = "SELECT * FROM annual_summary WHERE year_ending = :year ORDER BY authority"
            return _all(connection, query, year=year_ending)

    def summary_of_council(self, slug: str) -> list[dict[str, Any]]:
        """Return the rows of `annual_summary` for a council, by year."""
        with self._engine.connect() as connection:
            query = "SELECT * FROM annual_summary WHERE slug = :slug ORDER BY year_ending"
            return _all(connection, query, slug=slug)

    def years_and_forms(self) -> list[dict[str, Any]]:
        """Return for each year and form how its letters were read."""
        with self._engine.connect() as connection:
            return _all(connection, _YEARS_AND_FORMS)

    def captures(self) -> list[dict[str, Any]]:
        """Return every attempt in order, with the document it brought."""
        with self._engine.connect() as connection:
            return _all(connection, _CAPTURES)

    def letters_read(self) -> list[dict[str, Any]]:
        """Return each letter's current reading, with how many figures it has and lacks."""
        with self._engine.connect() as connection:
            return _all(connection, _LETTERS_READ)

    def would_ask_for(self, run_id: int) -> list[dict[str, Any]]:
        """Return the letters that a dry run found it would ask for."""
        with self._engine.connect() as connection:
            return _all(
                connection,
                "SELECT link.url, link.listed_year, authority.name AS authority FROM outcome"
                " JOIN link ON link.id = outcome.link_id"
                " LEFT JOIN authority ON authority.id = link.authority_id"
                " WHERE run_id = :run AND outcome = 'not_attempted' ORDER BY 3, 2",
                run=run_id,
            )

    def letters_of_run(self, run_id: int) -> list[dict[str, Any]]:
        """Return the letters in the documents that a run's addresses brought, as they are read."""
        with self._engine.connect() as connection:
            return _all(connection, _LETTERS_OF_RUN, run=run_id)

    def run_summary(self, run_id: int) -> dict[str, Any]:
        """Return what a run did: its outcomes by name, what failed and why, its checks."""
        with Session(self._engine) as session:
            run = session.get_one(Run, run_id)
            connection = session.connection()
            of_run = {"run": run_id}
            return {
                "verdict": run.verdict,
                "reason": run.reason,
                "counts": run.counts or {},
                "collections": run.collections,
                "outcomes": _all(
                    connection,
                    "SELECT outcome, COUNT(*) AS letters FROM outcome WHERE run_id = :run"
                    " GROUP BY outcome ORDER BY letters DESC",
                    **of_run,
                ),
                "troubles": _all(
                    connection,
                    "SELECT link.url, outcome.outcome, outcome.reason FROM outcome"
                    " JOIN link ON link.id = outcome.link_id WHERE run_id = :run"
                    " AND outcome IN ('failed', 'rejected', 'refused', 'gone')"
                    " ORDER BY outcome, link.url",
                    **of_run,
                ),
                "checks": _all(
                    connection,
                    "SELECT name, required, passed, detail FROM run_check"
                    " WHERE run_id = :run ORDER BY rowid",
                    **of_run,
                ),
            }


_TO_ERASE = """
SELECT document.path, document.sha256,
       (SELECT group_concat(DISTINCT authority.name || ', ' || letter.year_ending)
        FROM version_document AS carries
        JOIN letter_version ON letter_version.id = carries.version_id
        JOIN letter ON letter.id = letter_version.letter_id
        JOIN authority ON authority.id = letter.authority_id
        WHERE carries.document_id = document.id) AS letter,
       (SELECT group_concat(DISTINCT capture.url) FROM capture
        WHERE capture.document_id = document.id) AS addresses
FROM document WHERE document.id = :document
"""

# As `Writer.saw_link` tells it of one link.
_LINK_STATES = """
SELECT link.*, authority.name AS authority,
       (SELECT outcome.outcome FROM outcome WHERE outcome.link_id = link.id
          AND outcome.outcome NOT IN ('not_due', 'not_attempted', 'out_of_window', 'refused')
        ORDER BY outcome.run_id DESC LIMIT 1) AS last_outcome,
       (SELECT capture.document_id FROM outcome
        JOIN capture ON capture.id = outcome.capture_id
        WHERE outcome.link_id = link.id AND capture.document_id IS NOT NULL
        ORDER BY outcome.run_id DESC LIMIT 1) AS document_id
FROM link LEFT JOIN authority ON authority.id = link.authority_id
WHERE link.kind = :kind
"""

_LAST_SERVED = """
SELECT document.id, document.path, document.sha256, document.media_type, capture.headers,
       capture.warc_file, capture.warc_offset
FROM capture JOIN document ON document.id = capture.document_id
WHERE capture.address = :address AND capture.status = 200 ORDER BY capture.id DESC LIMIT 1
"""

_CAPTURES = """
SELECT capture.url, capture.time, capture.status, capture.error, capture.headers,
       document.path, document.sha256, document.media_type
FROM capture LEFT JOIN document ON document.id = capture.document_id ORDER BY capture.id
"""

_EXCHANGES = """
SELECT warc_file, capture.id, warc_offset, url, time, status, document.sha256
FROM capture LEFT JOIN document ON document.id = capture.document_id
WHERE warc_file IS NOT NULL ORDER BY warc_file, warc_offset
"""

_LETTERS_READ = """
SELECT authority.name AS authority, current.year_ending, current.form, current.status,
       COUNT(figure.id) AS figures, SUM(figure.value IS NULL) AS absent
FROM current_reading AS current
JOIN authority ON authority.id = current.authority_id
LEFT JOIN figure ON figure.reading_id = current.reading_id
GROUP BY current.reading_id
"""

_LETTERS_OF_RUN = """
SELECT link.url, authority.name AS authority, letter.year_ending, letter.kind, reading.form,
       reading.status, COUNT(figure.id) AS figures, letter_version.copy,
       letter_version.id = letter.current_version_id AS current
FROM outcome
JOIN link ON link.id = outcome.link_id
JOIN capture ON capture.id = outcome.capture_id
JOIN version_document AS carries ON carries.document_id = capture.document_id
JOIN letter_version ON letter_version.id = carries.version_id
JOIN reading ON reading.id = (SELECT MAX(newest.id) FROM reading AS newest
                              WHERE newest.version_id = carries.version_id)
LEFT JOIN letter ON letter.id = letter_version.letter_id
LEFT JOIN authority ON authority.id = letter.authority_id
LEFT JOIN figure ON figure.reading_id = reading.id
WHERE outcome.run_id = :run
GROUP BY link.id, letter_version.id ORDER BY link.id, carries.part
"""

_TOTALS = """
SELECT (SELECT COUNT(*) FROM authority WHERE page_address IS NOT NULL) AS councils,
       (SELECT COUNT(*) FROM link WHERE kind IN ('letter', 'copy')) AS links,
       (SELECT COUNT(*) FROM letter) AS letters,
       (SELECT COUNT(*) FROM letter_version) AS versions,
       (SELECT COUNT(*) FROM document WHERE media_type = 'application/pdf') AS documents,
       (SELECT COUNT(*) FROM link WHERE kind IN ('letter', 'copy') AND gone_since IS NOT NULL)
           AS gone,
       (SELECT COUNT(*) FROM figures WHERE NOT restated) AS figures,
       (SELECT COUNT(*) FROM figures WHERE doubts IS NOT NULL) AS doubtful_figures,
       (SELECT COUNT(*) FROM letter_version WHERE letter_id IS NULL) AS unidentified
"""

_YEARS = """
SELECT year_ending, COUNT(*) AS letters, SUM(status = 'ok') AS ok,
       SUM(status = 'suspect') AS suspect, SUM(status NOT IN ('ok', 'suspect')) AS unread
FROM current_reading GROUP BY year_ending ORDER BY year_ending
"""

_READINGS = """
SELECT form, status, COUNT(*) AS letters FROM current_reading
GROUP BY form, status ORDER BY form, status
"""


# Whether a document has been read, by the kind of what it is.
_READ = {
    "letter": """
SELECT 1 FROM version_document JOIN reading USING (version_id)
WHERE version_document.document_id = :document AND NOT EXISTS (
    SELECT 1 FROM finding WHERE finding.reading_id = reading.id
    AND finding.code IN ('reader_timeout', 'reader_crashed', 'reader_memory'))
LIMIT 1
""",
    "report": "SELECT 1 FROM report_text WHERE document_id = :document AND status <> 'failed'",
    "decision": "SELECT 1 FROM decision_version WHERE document_id = :document",
    "table": "SELECT 1 FROM national_table WHERE document_id = :document"
    f" AND reader = '{TABLE_READER}'",
}


_YEARS_AND_FORMS = """
SELECT current.year_ending, current.form, COUNT(*) AS letters,
       SUM(current.status = 'ok') AS ok, SUM(current.status = 'suspect') AS suspect,
       SUM(current.status NOT IN ('ok', 'suspect')) AS unread
FROM current_reading AS current
WHERE current.letter_kind = 'annual'
GROUP BY current.year_ending, current.form
ORDER BY current.year_ending, current.form
"""


def _run(session: Session, number: int) -> dict[str, Any]:
    run = session.get_one(Run, number)
    checks = session.scalars(select(RunCheck).where(RunCheck.run_id == number)).all()
    return {
        "id": run.id,
        "command": run.command,
        "collections": run.collections,
        "arguments": run.arguments,
        "started": run.started,
        "finished": run.finished,
        "verdict": run.verdict,
        "reason": run.reason,
        "counts": run.counts,
        "checks": [
            {
                "name": check.name,
                "required": check.required,
                "passed": check.passed,
                "detail": check.detail,
            }
            for check in checks
        ],
    }


def _place(file: str | None, offset: int | None) -> Place | None:
    return Place(file, offset) if file is not None and offset is not None else None


def _all(connection: Connection, query: str, **values: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(text(query), values).mappings()]


def _one(connection: Connection, query: str) -> dict[str, Any]:
    return dict(connection.execute(text(query)).mappings().one())
