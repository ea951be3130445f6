"""The worked questions of docs/questions.md run, and SQL, pandas and DuckDB agree."""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from conftest import Storage, ombudsman_here

from ombudsman_crawler.database import analysts, snapshot
from ombudsman_crawler.replica import Replica

TEXT = (Path(__file__).parents[2] / "docs" / "questions.md").read_text(encoding="utf-8")
QUESTIONS = {
    title: dict(re.findall(r"```(\w+)\n(.*?)```", text, re.S))
    for title, text in re.findall(r"^## (\d+)\. .*?\n(.*?)(?=^## |\Z)", TEXT, re.S | re.M)
}


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    """Three years of some councils of each kind, with sources that differ and a letter revised."""
    storage = Storage(tmp_path_factory.mktemp("questions") / "storage")
    with Replica(councils=7, years=(2021, 2023), seeded_errors=6, decisions=2) as site:
        everything = "letters,pages,tables,decisions"
        storage.crawl(site, "--collect", everything)
        letter = site.letter("kent-county-council", 2023)
        site.reissue(letter.path)
        storage.crawl(site, "--refetch", "all", "--council", "kent-county-council")
    return storage


@pytest.fixture(scope="module")
def database(stored: Storage) -> Path:
    path = stored.path.parent / "analysts.db"
    analysts.of_storage(stored.path, path)
    return path


@pytest.fixture(scope="module")
def in_duckdb(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(sqlite3.connect(database)) as source, duckdb.connect() as connection:
        for name in snapshot.NAMES:
            frame = pd.read_sql(f"SELECT * FROM {name}", source)
            held = {"REAL": "DOUBLE", "INTEGER": "BIGINT", "TEXT": "VARCHAR"}
            columns = ", ".join(
                f'"{column}" {held[snapshot.type_of(name, column)]}' for column in frame
            )
            connection.execute(f'CREATE TABLE "{name}" ({columns})')
            connection.execute(f'INSERT INTO "{name}" SELECT * FROM frame')
        yield connection


def same(rows: Any) -> list[tuple[str, ...]]:
    """Return rows as they compare, whoever gave them: in no order, nulls alike, numbers rounded."""

    def plain(value: Any) -> str:
        if value is None or pd.isna(value):
            return ""
        return value if isinstance(value, str) else f"{float(value):.6f}"

    return sorted(tuple(plain(value) for value in row) for row in rows)


def test_there_are_ten() -> None:
    assert list(QUESTIONS) == [str(number) for number in range(1, 11)]
    assert all(set(blocks) == {"sql", "python"} for blocks in QUESTIONS.values())


@pytest.mark.parametrize("number", QUESTIONS)
def test_sql_pandas_and_duckdb_give_the_same_numbers(
    number: str, database: Path, in_duckdb: duckdb.DuckDBPyConnection
) -> None:
    blocks = QUESTIONS[number]
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        answered = same(connection.execute(blocks["sql"]))

        def table(name: str) -> pd.DataFrame:
            return pd.read_sql(f"SELECT * FROM {name}", connection)

        names: dict[str, Any] = {"pd": pd, "table": table}
        exec(blocks["python"], names)
    assert answered
    assert same(names["answer"].itertuples(index=False)) == answered
    assert same(in_duckdb.execute(blocks["sql"]).fetchall()) == answered


def test_columns_hold_what_is_documented(database: Path) -> None:
    kinds = {"INTEGER": "integer", "REAL": "real", "TEXT": "text"}
    with analysts.Analysts(database) as opened:
        for name in snapshot.NAMES:
            for column, holds in opened.table(name).columns.items():
                query = f'SELECT DISTINCT typeof("{column}") FROM {name}'
                found = {row[0] for row in opened.connection.execute(query)} - {"null"}
                assert found <= {kinds[holds]}, (name, column)


def chart(stored: Storage, *arguments: Any) -> Any:
    return ombudsman_here("chart", "--storage", stored.path, *arguments)


@pytest.mark.parametrize(("name", "begins"), [("a.png", b"\x89PNG"), ("a.svg", b"<svg")])
def test_a_chart_is_drawn_and_drawn_the_same_again(
    stored: Storage, tmp_path: Path, name: str, begins: bytes
) -> None:
    asked = ("--council", "kent-county-council", "--metric", "uphold_rate")
    for folder in ("once", "again"):
        (tmp_path / folder).mkdir()
        assert chart(stored, *asked, "--output", tmp_path / folder / name).status == 0
    drawn = (tmp_path / "once" / name).read_bytes()
    assert drawn.startswith(begins)
    assert drawn == (tmp_path / "again" / name).read_bytes()
    if name.endswith("svg"):
        text = drawn.decode()
        assert "TEST DATA" in text
        assert "Kent County Council" in text
        assert "average of similar authorities" in text


@pytest.mark.parametrize(
    ("option", "value", "status"),
    [
        ("--metric", "nonsense", 2),
        ("--council", "nowhere", 2),
        ("--output", "a.gif", 2),
        ("--output", "/nowhere/a.png", 2),
        ("--width", "wide", 2),
        ("--as-of", "soon", 2),
        ("--years", "2010", 1),
    ],
)
def test_what_cant_be_drawn_is_said_in_a_sentence(
    stored: Storage, tmp_path: Path, option: str, value: str, status: int
) -> None:
    asked = {
        "--council": "kent-county-council",
        "--metric": "uphold_rate",
        "--output": str(tmp_path / "a.png"),
        option: value,
    }
    ended = chart(stored, *(part for pair in asked.items() for part in pair))
    assert ended.status == status, ended.all
    assert "Traceback" not in ended.all
    assert ended.err.count("ombudsman: ") == 1
    if status == 2:
        assert option in ended.err


def test_without_the_extra_its_line_is_said(
    stored: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    asked = ("--council", "kent-county-council", "--metric", "uphold_rate")
    ended = chart(stored, *asked, "--output", tmp_path / "a.png")
    assert ended.status == 2
    assert "pip install" in ended.err
    assert not (tmp_path / "a.png").exists()
