"""The schema's history, run by Alembic, and the views, which are made anew after every change."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect

from ombudsman_crawler.database import views
from ombudsman_crawler.exceptions import WrongStorage


def configuration() -> Config:
    """Return Alembic's configuration for this folder."""
    config = Config()
    # Alembic interpolates: a percent sign in the path has to be doubled.
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


@cache
def head() -> str:
    """Return the newest revision this version of the program knows.

    Alembic runs every revision's file to tell: once in a process's life is enough.
    """
    revision = ScriptDirectory.from_config(configuration()).get_current_head()
    assert revision is not None
    return revision


def current(connection: Connection) -> str | None:
    """Return the revision a database is at, None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring a database to a revision, in one transaction, with foreign keys off while tables are
    rebuilt, and checked afterwards.

    Raises WrongStorage when the database is at a revision this version doesn't know.
    """
    script = ScriptDirectory.from_config(configuration())
    target = head() if revision == "head" else revision
    with engine.connect() as connection:
        found = current(connection)
        tables = inspect(connection).get_table_names()
    if found == target:
        _refresh_views(engine)
        return
    if found is None and set(tables) - {"alembic_version"}:
        raise WrongStorage("the database holds other tables; give another folder with --storage")
    if found is not None and found not in {item.revision for item in script.walk_revisions()}:
        raise WrongStorage(
            f"the database is at schema {found}, which this version doesn't know; "
            "use the newer version that wrote it"
        )
    _move(engine, command.upgrade, target)


def downgrade(engine: Engine, revision: str) -> None:
    """Take a database back to an earlier revision ("base" for none), as `upgrade` does."""
    _move(engine, command.downgrade, revision)


def _refresh_views(engine: Engine) -> None:
    """Make the views anew where this version defines them otherwise: the vocabulary they are built
    from changes more often than the tables."""
    with engine.begin() as connection:
        if current(connection) == head() and not views.are_current(connection):
            views.drop(connection)
            views.create(connection)


def _move(engine: Engine, step: object, revision: str) -> None:
    raw = engine.raw_connection()
    try:
        # Foreign keys can't be switched inside a transaction, and a table that is rebuilt with
        # them on would take its children with it.
        raw.driver_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
    finally:
        raw.close()
    try:
        with engine.begin() as connection:
            config = configuration()
            config.attributes["connection"] = connection
            views.drop(connection)
            step(config, revision)  # type: ignore[operator]
            if current(connection) == head():
                views.create(connection)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise WrongStorage(f"migration to {revision} would break references: {broken[:5]}")
    finally:
        # Connections of the pool were opened with foreign keys on: start again with fresh ones.
        engine.dispose()
