"""Opening a storage's database: one engine that writes, one that only reads.

SQLite under Python's driver starts transactions late and lets DDL escape them, so the driver's own
transaction handling is switched off and every BEGIN is said here: `BEGIN IMMEDIATE` for the
writer, which then waits for its turn instead of failing half-way.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError

from ombudsman_crawler.database import migrations, views
from ombudsman_crawler.exceptions import StorageBusy, WrongStorage

DATABASE = "ombudsman.db"

# The first with RETURNING.
_OLDEST_SQLITE = (3, 35, 0)

# How long a connection waits for another's transaction. Ours are short; a backup's may not be.
_BUSY_SECONDS = 60


def open_for_writing(storage: Path) -> Engine:
    """Open the database of a storage, creating it or bringing its schema up to date.

    Raises WrongStorage when the database was made by a newer version or isn't one of ours.
    """
    storage.mkdir(parents=True, exist_ok=True)
    engine = _engine(storage / DATABASE, begin="BEGIN IMMEDIATE", read_only=False)
    try:
        migrations.upgrade(engine)
    except DatabaseError as error:
        raise WrongStorage(f"{storage / DATABASE} can't be opened: {error.orig}") from error
    return engine


def open_existing_for_writing(storage: Path) -> Engine:
    """Open a database that is there and up to date, beside a crawl that may be writing.

    Raises WrongStorage when there is none, or one of another version: bringing it up to date is
    a crawl's business, which holds the storage alone.
    """
    open_for_reading(storage).dispose()
    return _engine(storage / DATABASE, begin="BEGIN IMMEDIATE", read_only=False)


def open_for_reading(storage: Path) -> Engine:
    """Open an existing database without being able to change it, also while a crawl writes.

    Raises WrongStorage when there is none, or none that this version can read.
    """
    path = storage / DATABASE
    found = schema(storage)
    if found is None:
        raise WrongStorage(f"{storage} holds no database yet; run `ombudsman crawl` first")
    if found != migrations.head():
        raise WrongStorage(
            f"{path} has schema {found}, this version reads {migrations.head()}; "
            "a crawl brings an older one up to date"
        )
    engine = _engine(path, begin="BEGIN", read_only=True)
    if lacking := _lacking_views(engine):
        engine.dispose()
        raise WrongStorage(
            f"{path} lacks {', '.join(sorted(lacking))}; a crawl brings it up to date"
        )
    return engine


def is_up_to_date(storage: Path) -> bool:
    """Whether there is a database that this version can read as it is: `open_for_writing` brings
    another up to date. Raises WrongStorage for a file that is no database."""
    if schema(storage) != migrations.head():
        return False
    engine = _engine(storage / DATABASE, begin="BEGIN", read_only=True)
    try:
        return not _lacking_views(engine)
    finally:
        engine.dispose()


def changes(storage: Path) -> Callable[[], Hashable]:
    """Return a function that tells whether other programs have changed a storage's database, or put
    another file in its place: its answer is another one then. It may be called from any thread, by
    one at a time.

    Raises WrongStorage as `open_for_reading` does, and so does what it returns.
    """
    open_for_reading(storage).dispose()
    opened: dict[tuple[int, int], Any] = {}

    def state() -> Hashable:
        try:
            file = (storage / DATABASE).stat()
        except OSError as error:
            raise WrongStorage(f"{storage / DATABASE} can't be read: {error.strerror}") from error
        identity = (file.st_dev, file.st_ino)
        if identity not in opened:
            opened.clear()
            opened[identity] = open_for_reading(storage).raw_connection().driver_connection
        return (*identity, opened[identity].execute("PRAGMA data_version").fetchone()[0])

    state()
    return state


def _lacking_views(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(views.definitions()) - set(inspect(connection).get_view_names())


def schema(storage: Path) -> str | None:
    """Return the schema of a storage's database, None where none has been made yet.

    A kill in a first crawl's first moments leaves an empty file: that is none yet. Raises
    WrongStorage for a file that is no database.
    """
    path = storage / DATABASE
    try:
        if not path.is_file() or path.stat().st_size == 0:
            return None
        engine = _engine(path, begin="BEGIN", read_only=True)
        try:
            with engine.connect() as connection:
                return migrations.current(connection)
        finally:
            engine.dispose()
    except DatabaseError as error:
        raise WrongStorage(f"{path} can't be opened: {error.orig}") from error
    except OSError as error:
        raise WrongStorage(f"{path} can't be opened: {error.strerror}") from error


def _engine(path: Path, *, begin: str, read_only: bool) -> Engine:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        oldest = ".".join(map(str, _OLDEST_SQLITE))
        raise WrongStorage(f"SQLite {oldest} is needed, this Python has {sqlite3.sqlite_version}")
    mode = "ro" if read_only else "rwc"
    if read_only and not os.access(path.parent, os.W_OK) and not _has_log(path):
        # WAL needs a file beside the database even for reading; an archive on a read-only
        # medium has nobody who writes.
        mode += "&immutable=1"
    uri = f"file:{uri_path(path)}?mode={mode}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )

    engine = create_engine("sqlite://", creator=connect)

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _: Any) -> None:
        _pragma(connection, "foreign_keys", "ON", 1)
        if not read_only:
            _pragma(connection, "journal_mode", "WAL", "wal")
            _pragma(connection, "synchronous", "NORMAL", 1)

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def rewrite(engine: Engine) -> None:
    """Write the database anew, so that nothing of what was taken out is left in its file or in the
    log beside it: SQLite only marks such bytes as free.

    Raises StorageBusy where another program reads for so long that the log can't be emptied.
    """
    raw = engine.raw_connection()
    try:
        connection = raw.driver_connection
        assert connection is not None
        connection.execute("VACUUM")
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        raw.close()
    if busy:
        raise StorageBusy("another program reads the database: end it, and run this again")


def _has_log(path: Path) -> bool:
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def _pragma(connection: sqlite3.Connection, name: str, value: str, expected: object) -> None:
    """Set a pragma and check that SQLite took it: an unknown one is ignored in silence."""
    connection.execute(f"PRAGMA {name} = {value}")
    found = connection.execute(f"PRAGMA {name}").fetchone()
    if found is None or found[0] != expected:
        raise WrongStorage(f"SQLite refused {name} = {value} (it is {found}); use a local disk")


def uri_path(path: Path) -> str:
    """Return a path as SQLite's URIs want it."""
    return str(path.resolve()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def integrity_problems(connection: Connection) -> list[str]:
    """Return what SQLite finds wrong with the file or its references; empty when all is well."""
    problems = [row[0] for row in connection.execute(text("PRAGMA quick_check")) if row[0] != "ok"]
    problems += [
        f"{row[0]} row {row[1]} refers to no row of {row[2]}"
        for row in connection.execute(text("PRAGMA foreign_key_check"))
    ]
    return problems
