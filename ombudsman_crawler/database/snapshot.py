"""The analysts' database: what the views say at one moment, as tables of a file of its own.

Exports, the explorer, charts and the published database are all made of such a file. Its tables
have the views' names and columns. `figures` and `absences` stay views, over tables that have each
authority and document once; without that the file would be three times as large. Stored words,
captures and other bookkeeping aren't in it, and nothing that is withheld from publication.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from ombudsman_crawler import __version__, credits, metrics
from ombudsman_crawler.database import as_of, migrations
from ombudsman_crawler.database.session import uri_path
from ombudsman_crawler.database.views import figures
from ombudsman_crawler.exceptions import BadArgument
from ombudsman_crawler.times import now, utc

#: The views that are in it, in the order in which they are documented.
NAMES = (
    "annual_summary", "figures", "absences", "coverage", "similar_average", "disagreement",
    "letters", "letter_versions", "version_figures", "findings", "page_history", "national_rows",
    "public_reports", "service_improvements", "decisions", "decision_count", "authorities",
    "authority_names", "successors", "metric", "comparability_break", "runs", "run_checks",
)  # fmt: skip

#: What every such file says of itself in `about`.
SAID = (
    "title", "site", "replica", "made", "data_until", "as_of", "run", "withheld", "unidentified",
    "program", "schema", "terms", "caution", "register",
)  # fmt: skip

# What stays a view there.
_OVER_TABLES = ("figures", "absences")
# Said of what is withheld too: that there is a letter is no secret.
_OF_EVERYTHING = ("coverage",)

_INTEGERS = frozenset({
    "year_ending", "page", "restated", "copy", "withheld", "erased", "versions", "version",
    "current", "first_page", "last_page", "letters", "figures", "number", "header_row",
    "decision_id", "decisions", "upheld", "not_upheld", "closed_after_initial_enquiries",
    "other_outcomes", "collected_whole", "public_reports", "service_improvements", "first_year",
    "last_year", "run_id", "whole", "required", "passed", "capture_id",
})  # fmt: skip
_REALS = frozenset({"value", "difference", "letter", "council_page", "national_table"})
# Names that mean a number in one view and words in another.
_WORDS = frozenset(
    {("letters", "letter"), ("letter_versions", "letter"), ("version_figures", "letter"),
     ("coverage", "council_page")}
)  # fmt: skip

_INDEXES = (
    "CREATE INDEX figure_of_year ON figure (year_ending, metric)",
    "CREATE INDEX annual_summary_of_year ON annual_summary (year_ending, authority)",
    "CREATE INDEX annual_summary_of_council ON annual_summary (slug, year_ending)",
    "CREATE INDEX coverage_of_council ON coverage (authority, year_ending)",
    "CREATE UNIQUE INDEX letters_key ON letters (letter)",
    "CREATE INDEX letters_of_year ON letters (year_ending)",
    "CREATE INDEX letter_versions_key ON letter_versions (letter)",
    "CREATE INDEX version_figures_key ON version_figures (letter, version)",
    "CREATE INDEX findings_of_council ON findings (authority, year_ending)",
    "CREATE INDEX national_rows_of_council ON national_rows (authority, year_ending)",
    "CREATE INDEX public_reports_of_council ON public_reports (authority)",
    "CREATE INDEX service_improvements_of_council ON service_improvements (authority)",
    "CREATE INDEX decisions_of_council ON decisions (authority, decided)",
    "CREATE INDEX similar_average_of_kind ON similar_average (kind, year_ending, metric)",
)

_TABLES = """
CREATE TABLE snapshot.about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE snapshot.authority (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL, slug TEXT COLLATE NOCASE UNIQUE, gss_code TEXT, kind TEXT NOT NULL);
CREATE TABLE snapshot.document (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE,
    media_type TEXT NOT NULL, size INTEGER NOT NULL, pages INTEGER, path TEXT NOT NULL, url TEXT);
CREATE TABLE snapshot.figure (
    authority_id INTEGER NOT NULL, year_ending INTEGER NOT NULL, metric TEXT NOT NULL,
    source TEXT NOT NULL, suffix TEXT NOT NULL, value REAL, absence TEXT, value_text TEXT,
    page INTEGER, box TEXT, text TEXT, document_id INTEGER NOT NULL, restated INTEGER NOT NULL,
    doubts TEXT, copy INTEGER NOT NULL, acknowledged TEXT,
    PRIMARY KEY (authority_id, year_ending, metric, source, suffix)) WITHOUT ROWID;
"""


def make(engine: Engine, target: Path, *, day: date | None = None) -> None:
    """Make a new file of what a storage's views say now, or said at the end of a day.

    All of it is of one moment, also while a crawl writes. `engine` is that of
    `session.open_for_reading`. Raises BadArgument for a day to come and for one before anything was
    there; no file is left then.
    """
    if day is not None and day > now().date():
        raise BadArgument("--as-of", str(day), "give a day that is over, or today")
    with engine.connect() as connection:
        # BEGIN is said by the engine; a file can't be attached inside it.
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute(f"ATTACH 'file:{uri_path(target)}?mode=rwc' AS snapshot")
        try:
            # Whatever became of a half-made file, nobody would open it. Without any journal a full
            # disk would be told as a malformed database: nothing could be rolled back.
            raw.execute("PRAGMA snapshot.journal_mode = MEMORY")
            raw.execute("PRAGMA snapshot.synchronous = OFF")
            with connection.begin():
                _fill(connection, day)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        finally:
            connection.rollback()
            as_of.lift(connection)
            connection.rollback()
            raw.execute("DETACH snapshot")


def _fill(connection: Connection, day: date | None) -> None:
    for statement in _TABLES.split(";"):
        if statement.strip():
            connection.exec_driver_sql(statement)
    as_of.shadow(connection, day, withheld=True)
    _refuse_nothing(connection, day)
    for name in _OF_EVERYTHING:
        _copy(connection, name)
    as_of.shadow(connection, day, withheld=False)
    for name in NAMES:
        if name not in (*_OVER_TABLES, *_OF_EVERYTHING):
            _copy(connection, name)
    # Nothing leads to what is withheld, not even its hash.
    connection.exec_driver_sql(
        "UPDATE snapshot.letter_versions SET document_sha256 = NULL, document_path = NULL,"
        " url = NULL WHERE withheld"
    )
    connection.exec_driver_sql(
        "INSERT INTO snapshot.authority SELECT id, key, name, slug, gss_code, kind FROM authority"
    )
    connection.exec_driver_sql(f"INSERT INTO snapshot.figure {figures.numbered()}")
    connection.exec_driver_sql(_DOCUMENTS)
    connection.exec_driver_sql(f"CREATE VIEW snapshot.figures AS {figures.over_tables()}")
    connection.exec_driver_sql(f"CREATE VIEW snapshot.absences AS {figures.absences_over_tables()}")
    for index in _INDEXES:
        connection.exec_driver_sql(index.replace("INDEX ", "INDEX snapshot.", 1))
    connection.execute(
        text("INSERT INTO snapshot.about VALUES (:name, :value)"),
        [{"name": name, "value": value} for name, value in _about(connection, day).items()],
    )
    connection.exec_driver_sql("ANALYZE snapshot")


def _copy(connection: Connection, name: str) -> None:
    columns = [str(row.name) for row in connection.execute(text(f"PRAGMA table_info({name})"))]
    declared = ", ".join(f'"{column}" {type_of(name, column)}' for column in columns)
    connection.exec_driver_sql(f"CREATE TABLE snapshot.{name} ({declared})")
    where = _KEPT.get(name, "1")
    connection.exec_driver_sql(
        f"INSERT INTO snapshot.{name} SELECT * FROM {name} WHERE {where}"
        f" ORDER BY {_ORDERS.get(name, '1')}"
    )


def columns_of(table: str) -> dict[str, str]:
    """Return the columns of a table that only the file has, each with what it holds."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(_TABLES.replace("snapshot.", ""))
        rows = connection.execute(f"PRAGMA table_info({table})").fetchall()
    return {row[1]: row[2] for row in rows}


def type_of(view: str, column: str) -> str:
    """Return what a column of a view holds: INTEGER, REAL or TEXT."""
    if view == "annual_summary" and column in metrics.load():
        return "REAL"
    if (view, column) in _WORDS:
        return "TEXT"
    if column in _INTEGERS:
        return "INTEGER"
    return "REAL" if column in _REALS else "TEXT"


def _refuse_nothing(connection: Connection, day: date | None) -> None:
    if day is None:
        return
    first = connection.scalar(text("SELECT substr(MIN(started), 1, 10) FROM main.run"))
    if first is None or first > day.isoformat():
        since = f"the first crawl was on {first}" if first else "nothing was crawled yet"
        raise BadArgument("--as-of", str(day), since)


def _about(connection: Connection, day: date | None) -> dict[str, str]:
    """Return what the file says of itself; only `made` differs when it is made again."""
    site = connection.scalar(text("SELECT site FROM main.storage"))
    last = connection.execute(
        text("SELECT MAX(id) AS id, MAX(started) AS started FROM run WHERE verdict IS NOT NULL")
    ).one()
    replica = site == "replica"
    return {
        "title": "Annual Review letters of the Local Government and Social Care Ombudsman"
        + (" (TEST DATA from a replica)" if replica else ""),
        "site": site or "",
        "replica": str(int(replica)),
        **({"warning": credits.REPLICA} if replica else {}),
        "made": utc(now()),
        "data_until": connection.scalar(text("SELECT MAX(time) FROM capture")) or "",
        "as_of": str(day) if day else "",
        "run": str(last.id or ""),
        "judged": ",".join(map(str, connection.scalars(text(f"{_LAST_WORDS} ORDER BY id")))),
        "withheld": str(
            connection.scalar(text("SELECT COUNT(DISTINCT subject) FROM main.withheld"))
        ),
        "unidentified": str(connection.scalar(text(_UNIDENTIFIED))),
        "program": __version__,
        "schema": migrations.current(connection) or "",
        "terms": credits.TERMS,
        "caution": credits.CAUTION,
        "register": credits.REGISTER,
    }


_UNIDENTIFIED = "SELECT COUNT(*) FROM letter_version WHERE letter_id IS NULL"

# Those that figures stand in, and what letters are.
_DOCUMENTS = """
INSERT INTO snapshot.document
SELECT id, sha256, media_type, size, page_count, path,
       (SELECT capture.url FROM capture WHERE capture.document_id = document.id
        ORDER BY capture.id DESC LIMIT 1)
FROM main.document
WHERE id IN (SELECT document_id FROM snapshot.figure)
   OR sha256 IN (SELECT document_sha256 FROM snapshot.letter_versions WHERE NOT withheld)
"""

# Runs that no later one has made good: that asked for as much (for everything, or for the same; of
# these collections at least) and came to an end of its own. So a part, or one letter added, never
# hides how a whole crawl failed.
_LAST_WORDS = """
SELECT id FROM run WHERE NOT EXISTS (
    SELECT 1 FROM run AS later
    WHERE later.id > run.id AND later.verdict IN ('ok', 'failed', 'blocked')
      AND (later.whole OR json_remove(later.arguments, '$.collect')
                        = json_remove(run.arguments, '$.collect'))
      AND NOT EXISTS (
          SELECT 1 FROM json_each('["' || replace(run.collections, ',', '","') || '"]') AS one
          WHERE instr(',' || later.collections || ',', ',' || one.value || ',') = 0))"""

# The checks of the last runs are enough.
_KEPT = {"run_checks": f"run_id IN ({_LAST_WORDS})"}

# Rows lie where they are looked for together; the same database gives the same order.
_ORDERS = {
    "annual_summary": "slug, authority, year_ending",
    "coverage": "slug, authority, year_ending",
    "letters": "letter",
    "letter_versions": "letter, version",
    "version_figures": "letter, version, year_ending, metric",
    "findings": "authority, year_ending, source, metric, code, message",
    "similar_average": "kind, year_ending, metric, value",
    "disagreement": "authority, year_ending, metric",
    "page_history": "authority, year_ending, first_seen, capture_id",
    "national_rows": "year_ending, subject, document_sha256, sheet, header_row, number",
    "public_reports": "authority, date, title, first_seen",
    "service_improvements": "authority, date, reference, text",
    "decisions": "decision_id",
    "decision_count": "authority, year_ending",
    "authorities": "key",
    "authority_names": "authority, name, source",
    "successors": "predecessor, successor",
    "runs": "run_id",
    "run_checks": 'run_id, "check"',
}
