from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, OperationalError

from ombudsman_crawler import metrics
from ombudsman_crawler.database import migrations, session, views
from ombudsman_crawler.database.models import Base
from ombudsman_crawler.database.writer import Writer
from ombudsman_crawler.exceptions import WrongStorage


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = session.open_for_writing(tmp_path)
    yield engine
    engine.dispose()


def test_the_migrations_build_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        # The full-text index is a virtual table, with tables of its own behind it.
        ours = {"include_name": lambda name, kind, _: kind != "table" or "search" not in name}
        context = MigrationContext.configure(connection, opts=ours)
        differences = compare_metadata(context, Base.metadata)
    assert differences == []


def test_migrations_go_down_and_up_again(engine: Engine) -> None:
    migrations.downgrade(engine, "base")
    with engine.connect() as connection:
        left = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE name NOT LIKE 'alembic%'"
            " AND name NOT LIKE 'sqlite%'"
        ).fetchall()
    assert left == []
    migrations.upgrade(engine)
    with engine.connect() as connection:
        assert migrations.current(connection) == migrations.head()
        assert connection.exec_driver_sql("SELECT * FROM annual_summary").fetchall() == []
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    first = session.open_for_writing(tmp_path)
    Writer(first).claim("replica")
    first.dispose()
    again = session.open_for_writing(tmp_path)
    with again.connect() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM storage").scalar() == 1
        assert session.integrity_problems(connection) == []
    again.dispose()


def test_a_newer_schema_is_refused(tmp_path: Path, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(WrongStorage, match="9999"):
        session.open_for_writing(tmp_path)


def test_a_storage_without_a_view_of_this_version_is_one_sentence(
    tmp_path: Path, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP VIEW figures")
    with pytest.raises(WrongStorage, match="lacks figures; a crawl brings it up to date"):
        session.open_for_reading(tmp_path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / session.DATABASE).write_bytes(b"not a database, surely" * 100)
    with pytest.raises(WrongStorage, match="can't be opened"):
        session.open_for_writing(tmp_path)


def test_a_storage_belongs_to_one_site(engine: Engine) -> None:
    writer = Writer(engine)
    writer.claim("lgo.org.uk")
    writer.claim("lgo.org.uk")
    with pytest.raises(WrongStorage, match=r"belongs to lgo\.org\.uk"):
        writer.claim("replica")


@pytest.mark.parametrize("folder", ["with space", "100%", "a?b#c", "ü"])
def test_a_storage_may_have_any_name(tmp_path: Path, folder: str) -> None:
    storage = tmp_path / folder
    engine = session.open_for_writing(storage)
    Writer(engine).claim("replica")
    engine.dispose()
    reading = session.open_for_reading(storage)
    with reading.connect() as connection:
        assert connection.exec_driver_sql("SELECT site FROM storage").scalar() == "replica"
    reading.dispose()


def test_connections_are_set_up_as_promised(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() >= 30_000


def test_a_reader_can_not_write(tmp_path: Path, engine: Engine) -> None:
    reading = session.open_for_reading(tmp_path)
    with pytest.raises(OperationalError, match="readonly"), reading.begin() as connection:
        connection.exec_driver_sql("DELETE FROM storage")
    reading.dispose()


def test_references_are_enforced(engine: Engine) -> None:
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO authority_name VALUES (77, 'x', 'y')")


def test_writers_wait_for_their_turn(tmp_path: Path, engine: Engine) -> None:
    import threading

    other = sqlite3.connect(
        tmp_path / session.DATABASE, isolation_level=None, check_same_thread=False
    )
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.5, lambda: other.execute("COMMIT")).start()
    Writer(engine).claim("replica")


def test_every_metric_is_a_column_of_the_summary(engine: Engine) -> None:
    with engine.connect() as connection:
        columns = list(connection.execute(text("SELECT * FROM annual_summary")).keys())
    assert columns[:10] == [
        "authority", "slug", "gss_code", "kind", "year_ending", "form", "status", "letter_date",
        "doubtful", "sources",
    ]  # fmt: skip
    assert columns[10:] == list(metrics.load())


def test_the_figures_view_keeps_its_columns(engine: Engine) -> None:
    with engine.connect() as connection:
        columns = list(connection.execute(text("SELECT * FROM figures")).keys())
    assert columns == [
        "figure_id", "authority", "slug", "gss_code", "kind", "year_ending", "metric", "value",
        "absence", "unit", "value_text", "source", "page", "box", "text", "document_sha256", "url",
        "restated", "doubts", "document_path", "copy", "acknowledged", "withheld",
    ]  # fmt: skip


def test_every_view_can_be_asked(engine: Engine) -> None:
    with engine.connect() as connection:
        for name in views.definitions():
            rows = connection.execute(text(f"SELECT * FROM {name}")).fetchall()
            # These two tell of the vocabulary, which is there before any letter.
            assert bool(rows) == (name in ("metric", "comparability_break"))


def test_views_of_another_version_are_made_anew(tmp_path: Path, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP VIEW metric")
        connection.exec_driver_sql("CREATE VIEW metric AS SELECT 1 AS one")
    again = session.open_for_writing(tmp_path)
    with again.connect() as connection:
        names = {row[0] for row in connection.execute(text("SELECT metric FROM metric"))}
        assert names == set(metrics.load())
    again.dispose()
