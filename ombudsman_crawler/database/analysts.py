"""Asking the analysts' database, that of a storage now or one that was published: see `snapshot`.

What every output shares: the file it reads, the rows it wants, and the names it takes.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Self

from sqlalchemy.exc import DatabaseError

from ombudsman_crawler import metrics
from ombudsman_crawler.authorities import KINDS
from ombudsman_crawler.database import migrations, session, snapshot
from ombudsman_crawler.exceptions import BadArgument, NoRoom, WrongStorage
from ombudsman_crawler.years import YearRange

# What folders of temporary files are called.
_WORKSHOP = "ombudsman-analysts-"
# The storage is only read: these are of the file that is made.
_CANT_WRITE = (
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_TRUNCATE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are wanted. `councils` are names of authorities, `metrics` names of metrics; None
    means all. A table without such a column isn't narrowed down by it."""

    years: YearRange | None = None
    councils: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    metrics: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name, and each column with what it holds (INTEGER, REAL or TEXT)."""

    name: str
    columns: dict[str, str]


class Analysts:
    """One analysts' database, opened for reading only.

    `about` is what it says of itself (docs/data.md, `about`); `is_replica` whether its data are a
    replica's. Raises WrongStorage for a file that is none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.connection = sqlite3.connect(
                f"file:{session.uri_path(path)}?mode=ro&immutable=1",
                uri=True,
                check_same_thread=False,
            )
            self.connection.row_factory = sqlite3.Row
            self.about: dict[str, str] = {
                row["name"]: row["value"] for row in self.connection.execute("SELECT * FROM about")
            }
        # A column of another name is no key of a row.
        except (sqlite3.Error, IndexError) as error:
            raise WrongStorage(
                f"{path} is no database that `ombudsman publish` made: {error}"
            ) from error
        if lacking := set(snapshot.SAID) - set(self.about):
            raise WrongStorage(
                f"{path} doesn't say its {', '.join(sorted(lacking))}; publish it again with this"
                " version"
            )
        if self.about["schema"] != migrations.head():
            raise WrongStorage(
                f"{path} was published at schema {self.about['schema']}, this version reads"
                f" {migrations.head()}; publish it again, or use the version that made it"
                f" ({self.about['program']})"
            )
        if lacking := set(snapshot.NAMES) - set(self._names()):
            raise WrongStorage(
                f"{path} lacks {', '.join(sorted(lacking))}; publish it again with this version"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    @property
    def is_replica(self) -> bool:
        """Whether its data are those of a replica, and say nothing about any council."""
        return self.about["replica"] == "1"

    def _names(self) -> list[str]:
        query = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
        return [row["name"] for row in self.connection.execute(query)]

    def columns(self) -> dict[str, list[str]]:
        """Return the names of the columns of every table and view."""
        return {
            name: [row["name"] for row in self.connection.execute(f"PRAGMA table_info({name})")]
            for name in self._names()
        }

    def table(self, name: str, wanted: Wanted | None = None) -> Table:
        """Return a table's columns; of `annual_summary` only the metrics that are wanted."""
        columns = [row["name"] for row in self.connection.execute(f"PRAGMA table_info({name})")]
        if name == "annual_summary" and wanted is not None and wanted.metrics is not None:
            columns = [one for one in columns if one not in metrics.load() or one in wanted.metrics]
        return Table(name, {column: snapshot.type_of(name, column) for column in columns})

    def rows(self, table: Table, wanted: Wanted) -> Iterator[sqlite3.Row]:
        """Yield the rows of a table that are wanted, in the table's lasting order."""
        columns = ", ".join(f'"{column}"' for column in table.columns)
        conditions, values = _conditions(table, wanted)
        query = f"SELECT {columns} FROM {table.name} WHERE {conditions}{_order(table)}"
        with closing(self.connection.cursor()) as cursor:
            yield from cursor.execute(query, values)

    def council(self, named: str, argument: str = "--council") -> str:
        """Return the name of the authority that a slug, key or name means. Raises BadArgument."""
        query = """
SELECT authority FROM authorities
WHERE :named IN (lower(key), lower(slug), lower(authority))
   OR authority IN (SELECT authority FROM authority_names WHERE lower(name) = :named)
ORDER BY key LIMIT 1"""
        found = self.connection.execute(query, {"named": named.strip().lower()}).fetchone()
        if found is not None:
            return str(found["authority"])
        known = [row["key"] for row in self.connection.execute("SELECT key FROM authorities")]
        near = get_close_matches(named.lower(), known, n=3, cutoff=0.5)
        perhaps = f"; perhaps {' or '.join(near)}?" if near else ""
        raise BadArgument(argument, named, f"no council of this slug or name is known{perhaps}")

    def wanted(
        self,
        years: str | None = None,
        councils: list[str] | None = None,
        kinds: list[str] | None = None,
        named_metrics: list[str] | None = None,
    ) -> Wanted:
        """Read what a command was asked for. Metrics may be patterns: `uphold_*`. Raises
        BadArgument for what isn't known."""
        return Wanted(
            YearRange.parse(years) if years is not None else None,
            tuple(dict.fromkeys(self.council(one) for one in councils)) if councils else None,
            tuple(_kind(one) for one in kinds) if kinds else None,
            tuple(_metrics(named_metrics)) if named_metrics is not None else None,
        )


@contextmanager
def opened(
    storage: Path, database: Path | None = None, day: date | None = None
) -> Iterator[Analysts]:
    """Open a published database or, without one, make one of a storage as it is now or was at the
    end of a day, and remove it in the end.

    Raises WrongStorage where there is none; BadArgument for a day together with a published one,
    which is of one day already, and as `snapshot.make` does.
    """
    if database is not None:
        if day is not None:
            raise BadArgument("--as-of", str(day), "a published database is of one day already")
        if not database.is_file():
            raise WrongStorage(f"{database} isn't there; `ombudsman publish` makes one")
        with Analysts(database) as analysts:
            yield analysts
        return
    with workshop() as path:
        of_storage(storage, path, day)
        with Analysts(path) as analysts:
            yield analysts


def of_storage(storage: Path, path: Path, day: date | None = None) -> None:
    """Make the analysts' database of a storage at a path, as `snapshot.make` does."""
    engine = session.open_for_reading(storage)
    try:
        with room(path.parent):
            snapshot.make(engine, path, day=day)
    finally:
        engine.dispose()


@contextmanager
def room(folder: Path) -> Iterator[None]:
    """Tell of a full disk as such, where a database is written into a folder. Raises NoRoom."""
    try:
        yield
    except (sqlite3.Error, DatabaseError) as error:
        told = error.orig if isinstance(error, DatabaseError) else error
        if getattr(told, "sqlite_errorcode", None) not in _CANT_WRITE:
            raise
        raise NoRoom(
            f"there is no room for the analysts' database in {folder} ({told}): make room, or let"
            " TMPDIR name a folder with more; the storage is as it was"
        ) from error


@contextmanager
def workshop() -> Iterator[Path]:
    """Give a path for an analysts' database that is needed for a while, among temporary files, and
    remove what was made there in the end. First what killed programs left is removed."""
    clear_leftovers()
    folder, held = _held_folder()
    try:
        yield folder / "analysts.db"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def clear_leftovers() -> None:
    """Remove the analysts' databases that killed programs have left among temporary files: they say
    what may have been withheld or erased since."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_WORKSHOP}*"):
        # Another's folder, or one in use.
        with suppress(OSError):
            held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(held)


def _held_folder() -> tuple[Path, int]:
    """Make a folder and lock it: the kernel releases the lock with the process, however that
    ends."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_WORKSHOP))
        # Another program that clears may come between, before the lock is there.
        with suppress(FileNotFoundError):
            held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            with suppress(BlockingIOError):
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if folder.is_dir():
                    return folder, held
            os.close(held)


def _conditions(table: Table, wanted: Wanted) -> tuple[str, list[Any]]:
    conditions, values = ["1"], list[Any]()
    if wanted.years is not None and "year_ending" in table.columns:
        conditions.append("year_ending BETWEEN ? AND ?")
        values += [wanted.years.first, wanted.years.last]
    for column, names in (
        ("authority", wanted.councils),
        ("kind", wanted.kinds if table.name != "comparability_break" else None),
        ("metric", wanted.metrics),
    ):
        if names is not None and column in table.columns:
            listed = f"{column} IN ({', '.join('?' * len(names))})"
            # A finding without a metric is about all of a letter's.
            conditions.append(f"({listed} OR metric IS NULL)" if column == "metric" else listed)
            values += names
    return " AND ".join(conditions), values


# The views have no order of their own; tables were filled in theirs.
_ORDERS = {
    "figures": "authority, year_ending, metric, source, figure_id",
    "absences": "authority, year_ending, metric",
}


def _order(table: Table) -> str:
    return f" ORDER BY {_ORDERS.get(table.name, 'rowid')}"


def _kind(named: str) -> str:
    if named not in KINDS:
        raise BadArgument("--kind", named, f"say one of {', '.join(KINDS)}")
    return named


def _metrics(named: list[str]) -> Iterator[str]:
    """Yield each metric that is named or meets a pattern; commas divide names as well."""
    wanted = [one.strip() for argument in named for one in argument.split(",") if one.strip()]
    if not wanted:
        raise BadArgument("--metrics", ",".join(named), "name a metric; docs/data.md lists them")
    known = list(metrics.load())
    for pattern in wanted:
        if not any(fnmatchcase(name, pattern) for name in known):
            near = get_close_matches(pattern, known, n=3, cutoff=0.5)
            perhaps = f"; perhaps {' or '.join(near)}?" if near else "; docs/data.md lists them"
            raise BadArgument("--metrics", pattern, f"no metric is called so{perhaps}")
    yield from (name for name in known if any(fnmatchcase(name, one) for one in wanted))
