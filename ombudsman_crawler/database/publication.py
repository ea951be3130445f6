"""What publishing asks of analysts' databases: what one holds, what changed since another."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from ombudsman_crawler.database import session, snapshot

# What two databases of the same data may differ in.
_OF_THE_MAKING = "made"


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of change: how many there are, and the lines of the first of them."""

    heading: str
    count: int
    lines: list[str] = field(default_factory=list)


def compact(made: Path, target: Path) -> None:
    """Write an analysts' database whole and without gaps to a new file that needs no other beside
    it."""
    with closing(_opened(made)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    with closing(sqlite3.connect(target)) as connection:
        # Readable on a read-only disk, too.
        connection.execute("PRAGMA journal_mode = DELETE")


def add_about(path: Path, values: dict[str, str]) -> None:
    """Add to what a database says of itself, before it is published."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", list(values.items()))


def row_counts(path: Path) -> dict[str, int]:
    """Return how many rows each table and view of an analysts' database has."""
    with closing(_opened(path)) as connection:
        return {
            name: connection.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0]
            for name in snapshot.NAMES
        }


def is_same(one: Path, other: Path) -> bool:
    """Whether two analysts' databases say the same, whenever they were made."""
    with closing(_opened(one)) as connection:
        connection.execute(f"ATTACH 'file:{session.uri_path(other)}?mode=ro' AS other")
        names = connection.execute(
            "SELECT name, sql FROM main.sqlite_master WHERE type IN ('table', 'view')"
            " AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        theirs = dict(
            connection.execute(
                "SELECT name, sql FROM other.sqlite_master WHERE type IN ('table', 'view')"
                " AND name NOT LIKE 'sqlite_%'"
            )
        )
        if dict(names) != theirs:
            return False
        tables = [name for name, sql in names if sql.startswith("CREATE TABLE")]
        return all(_same_rows(connection, name) for name in tables)


def _same_rows(connection: sqlite3.Connection, table: str) -> bool:
    but = f"WHERE name <> '{_OF_THE_MAKING}'" if table == "about" else ""
    columns = ", ".join(f'"{row[1]}"' for row in connection.execute(f"PRAGMA table_info({table})"))
    # Rows that are there twice count twice.
    one, other = (
        f"SELECT {columns}, COUNT(*) FROM {schema}.{table} {but} GROUP BY {columns}"
        for schema in ("main", "other")
    )
    return not any(
        connection.execute(f"{first} EXCEPT {second} LIMIT 1").fetchone()
        for first, second in ((one, other), (other, one))
    )


def about(path: Path) -> dict[str, str]:
    """Return what an analysts' database says of itself."""
    with closing(_opened(path)) as connection:
        return dict(connection.execute("SELECT name, value FROM about").fetchall())


def changes(before: Path, now: Path, most: int = 50) -> list[Section]:
    """Return what an analysts' database says that an earlier one didn't, with at most so many lines
    of each kind."""
    with closing(_opened(now)) as connection:
        connection.execute(f"ATTACH 'file:{session.uri_path(before)}?mode=ro' AS before")
        return list(_changes(connection, most))


def _changes(connection: sqlite3.Connection, most: int) -> Iterator[Section]:
    theirs = {row[0] for row in connection.execute("SELECT name FROM before.sqlite_master")}
    for heading, needed, query in _QUERIES:
        # An earlier version of the program may have published less.
        if needed not in theirs:
            continue
        count = connection.execute(f"SELECT COUNT(*) FROM ({query})").fetchone()[0]
        if count:
            lines = connection.execute(f"{query} LIMIT {most}").fetchall()
            yield Section(heading, count, [str(line[0]) for line in lines])


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{session.uri_path(path)}?mode=ro", uri=True)


_LETTER = "letters.authority || ', ' || letters.year_ending || ' (' || letters.letter || ')'"

# A figure in both databases by the key of `figure`: numbers of authorities may differ, keys don't.
_SAME_FIGURE = """{other}.authority_id = {other}_body.id AND {other}.year_ending = {one}.year_ending
        AND {other}.metric = {one}.metric AND {other}.source = {one}.source
        AND {other}.suffix = {one}.suffix"""
_NOW_AND_BEFORE = f"""
        FROM main.figure AS now
        JOIN main.authority AS body ON body.id = now.authority_id
        {{kind}} JOIN before.authority AS earlier_body ON earlier_body.key = body.key
        {{kind}} JOIN before.figure AS earlier
          ON {_SAME_FIGURE.format(other="earlier", one="now")}"""
_ID = """body.key || '/' || {one}.year_ending || '/' || {one}.source || '/' || {one}.metric
            || {one}.suffix"""
_FIGURE = f"""body.name || ', ' || {{one}}.year_ending || ', ' || {{one}}.metric || '{{said}}'
            || {{what}} || ' (' || {_ID} || ')'"""


def _value(table: str) -> str:
    return (
        f"CASE WHEN {table}.value IS NULL THEN 'absent: ' || {table}.absence"
        f" ELSE printf('%.15g', {table}.value) END"
    )


# As printed, unless it is only read otherwise than before.
_REVISED = f"""CASE WHEN now.value_text <> earlier.value_text
    THEN earlier.value_text || ' → ' || now.value_text
    ELSE {_value("earlier")} || ' → ' || {_value("now")} END"""


def _codes(one: str, but_not: str) -> str:
    """Return the codes of doubts that a figure has in one database and hasn't in the other."""
    listed = "json_each('[\"' || replace({}.doubts, ',', '\",\"') || '\"]')"
    return (
        f"(SELECT group_concat(code.value, ', ') FROM {listed.format(one)} AS code"
        f" WHERE code.value NOT IN (SELECT value FROM {listed.format(but_not)}))"
    )


def _figure(what: str, one: str = "now") -> str:
    return _FIGURE.format(one=one, said=": " if what != "''" else "", what=what)


# Letters of which one database withholds a version and the other doesn't.
_WITHHELD = """SELECT DISTINCT now.authority || ', ' || now.year_ending || ' (' || now.letter || ')'
    FROM {one}.letter_versions AS now
    LEFT JOIN {other}.letter_versions AS earlier
      ON earlier.letter = now.letter AND earlier.version = now.version
    WHERE now.withheld AND earlier.withheld IS NOT 1
    ORDER BY 1"""

# Each kind of change: its heading, the table it needs, and a query for its lines in their order.
_QUERIES = (
    (
        "New letters",
        "letters",
        f"""SELECT {_LETTER} FROM main.letters
        WHERE letters.letter NOT IN (SELECT letter FROM before.letters)
        ORDER BY letters.year_ending DESC, letters.authority""",
    ),
    (
        "Letters with other words than before",
        "letters",
        f"""SELECT {_LETTER} FROM main.letters JOIN before.letters AS earlier USING (letter)
        JOIN main.letter_versions AS version ON version.letter = letters.letter AND version.current
        JOIN before.letter_versions AS other ON other.letter = letters.letter AND other.current
        WHERE version.version <> other.version
           -- What is withheld has no hash: it is the same one.
           OR version.document_sha256 <> other.document_sha256
        ORDER BY letters.year_ending DESC, letters.authority""",
    ),
    (
        "Letters no longer on the site",
        "letters",
        f"""SELECT {_LETTER} || ', since ' || substr(letters.gone_since, 1, 10)
        FROM main.letters LEFT JOIN before.letters AS earlier USING (letter)
        WHERE letters.gone_since IS NOT NULL AND earlier.gone_since IS NULL
        ORDER BY letters.year_ending DESC, letters.authority""",
    ),
    (
        "Letters that are on the site again",
        "letters",
        f"""SELECT {_LETTER} FROM main.letters JOIN before.letters AS earlier USING (letter)
        WHERE letters.gone_since IS NULL AND earlier.gone_since IS NOT NULL
        ORDER BY letters.year_ending DESC, letters.authority""",
    ),
    # Names only: nothing else is said of them.
    (
        "Letters withheld from publication, all or some of their versions",
        "letter_versions",
        _WITHHELD.format(one="main", other="before"),
    ),
    (
        "Letters no longer withheld, all or some of their versions",
        "letter_versions",
        _WITHHELD.format(one="before", other="main"),
    ),
    (
        "Revised figures",
        "figure",
        f"""SELECT {_figure(_REVISED)}
        {_NOW_AND_BEFORE.format(kind="INNER")}
        WHERE now.value IS NOT earlier.value OR now.absence IS NOT earlier.absence
        ORDER BY now.year_ending DESC, body.key, now.metric, now.source""",
    ),
    (
        "New figures, other than those of new letters and tables",
        "national_rows",
        f"""SELECT {_figure(f"COALESCE(now.value_text, {_value('now')})")}
        {_NOW_AND_BEFORE.format(kind="LEFT")}
        JOIN main.document ON document.id = now.document_id
        WHERE earlier.metric IS NULL AND document.sha256 NOT IN (
            SELECT document_sha256 FROM main.letters WHERE document_sha256 IS NOT NULL
                AND letter NOT IN (SELECT letter FROM before.letters)
            UNION SELECT document_sha256 FROM main.national_rows
            EXCEPT SELECT document_sha256 FROM before.national_rows)
        ORDER BY now.year_ending DESC, body.key, now.metric, now.source""",
    ),
    (
        "Figures that are there no longer",
        "figure",
        f"""SELECT {_figure("''", "gone")}
        FROM before.figure AS gone
        JOIN before.authority AS body ON body.id = gone.authority_id
        LEFT JOIN main.authority AS still_body ON still_body.key = body.key
        LEFT JOIN main.figure AS still ON {_SAME_FIGURE.format(other="still", one="gone")}
        WHERE still.metric IS NULL
        ORDER BY gone.year_ending DESC, body.key, gone.metric, gone.source""",
    ),
    (
        "New doubts",
        "figure",
        f"""SELECT {_figure(_codes("now", "earlier"))}
        {_NOW_AND_BEFORE.format(kind="LEFT")}
        WHERE earlier.doubts IS NOT now.doubts AND {_codes("now", "earlier")} IS NOT NULL
        ORDER BY now.year_ending DESC, body.key, now.metric, now.source""",
    ),
    (
        "Doubts settled",
        "figure",
        f"""SELECT {_figure(_codes("earlier", "now"))}
        {_NOW_AND_BEFORE.format(kind="INNER")}
        WHERE earlier.doubts IS NOT now.doubts AND {_codes("earlier", "now")} IS NOT NULL
        ORDER BY now.year_ending DESC, body.key, now.metric, now.source""",
    ),
    (
        "New national tables",
        "national_rows",
        """SELECT COALESCE(subject, title, sheet, url) || COALESCE(', ' || year_ending, '') || ': '
            || COUNT(*) || ' rows (' || url || ')'
        FROM main.national_rows
        WHERE document_sha256 NOT IN (SELECT document_sha256 FROM before.national_rows)
        GROUP BY document_sha256, sheet, header_row
        ORDER BY year_ending DESC, subject, document_sha256, sheet, header_row""",
    ),
    (
        "New public reports",
        "public_reports",
        """SELECT DISTINCT authority || ': ' || title FROM main.public_reports
        WHERE (authority, title) NOT IN (SELECT authority, title FROM before.public_reports)
        ORDER BY 1""",
    ),
    (
        "New service improvements",
        "service_improvements",
        """SELECT authority || COALESCE(', ' || reference, '') FROM main.service_improvements
        WHERE (authority, text) NOT IN (SELECT authority, text FROM before.service_improvements)
        ORDER BY 1""",
    ),
    (
        "New decisions",
        "decisions",
        """SELECT COALESCE(reference, url) || ', ' || COALESCE(authority, authority_as_printed, '')
        FROM main.decisions WHERE url NOT IN (SELECT url FROM before.decisions) ORDER BY 1""",
    ),
)
