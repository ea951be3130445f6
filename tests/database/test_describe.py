"""Nothing that analysts meet is left unexplained, and how to cite it is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert

from ombudsman_crawler import credits
from ombudsman_crawler.database import analysts, describe, migrations, models, session
from ombudsman_crawler.database.analysts import Analysts


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The analysts' database of a storage with nothing in it."""
    folder = tmp_path_factory.mktemp("described")
    engine = session.open_for_writing(folder / "storage")
    with engine.begin() as connection:
        connection.execute(
            insert(models.Storage).values(
                site="replica", created="2026-01-01T00:00:00Z", schema=migrations.head()
            )
        )
    engine.dispose()
    analysts.of_storage(folder / "storage", folder / "analysts.db")
    return folder / "analysts.db"


def columns(database: Analysts) -> dict[str, list[str]]:
    query = (
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'"
    )
    return {
        row["name"]: [
            column["name"]
            for column in database.connection.execute(f"PRAGMA table_info({row['name']})")
        ]
        for row in database.connection.execute(query)
    }


def test_every_table_column_and_name_is_explained(empty: Path) -> None:
    with Analysts(empty) as database:
        found = columns(database)
        assert set(found) == set(describe.ANALYSTS_TABLES)
        assert set(database.about) <= set(describe.ABOUT)
        metadata = describe.datasette_metadata(found, database.about, "analysts")
    tables = metadata["databases"]["analysts"]["tables"]
    for name, names in found.items():
        assert tables[name]["description"]
        assert set(tables[name]["columns"]) == set(names)
        assert all(tables[name]["columns"].values())
    assert "TEST DATA" in metadata["description"]


def test_how_to_cite_names_source_day_program_and_test_data() -> None:
    about = {
        "site": "lgo.org.uk", "data_until": "2026-03-31T02:10:00Z", "as_of": "", "run": "12",
        "made": "2026-04-01T03:00:00Z", "program": "1.0", "replica": "0",
    }  # fmt: skip
    assert credits.citation(about) == (
        "Local Government and Social Care Ombudsman, Annual Review letters"
        " (https://www.lgo.org.uk); read by ombudsman_crawler 1.0, data until 31 March 2026,"
        " run 12."
    )
    assert "9 May 2025" in credits.citation({**about, "as_of": "2025-05-09"})
    assert "TEST DATA" in credits.citation({**about, "replica": "1"})
    assert credits.citation({**about, "data_until": "", "run": ""})
