"""What a capture repeats isn't stored again, and nothing of it is lost."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from ombudsman_crawler.database import migrations, session
from ombudsman_crawler.database.reader import Reader
from ombudsman_crawler.database.writer import Writer

ADDRESS = "/your-councils-performance/kent-county-council/statistics"
URL = f"https://www.lgo.org.uk{ADDRESS}"
ANSWER = {
    "Content-Type": "text/html; charset=utf-8",
    "Etag": 'W/"593e5de87c0af2fcd382"',
    "Last-Modified": "Wed, 24 Jul 2024 09:30:00 GMT",
    "Server": "Microsoft-IIS/10.0",
    "Date": "Tue, 24 Nov 2026 23:27:55 GMT",
}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = session.open_for_writing(tmp_path)
    yield engine
    engine.dispose()


def captured(engine: Engine, *headers: dict[str, str] | None, status: int = 304) -> None:
    writer = Writer(engine)
    for each in headers:
        writer.record_capture(None, address=ADDRESS, url=URL, status=status, headers=each)


def rows(engine: Engine, query: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.exec_driver_sql(query))


def whole(engine: Engine) -> list[Any]:
    query = "SELECT headers FROM capture ORDER BY id"
    return [json.loads(headers) if headers else None for (headers,) in rows(engine, query)]


def kept(engine: Engine) -> list[Any]:
    query = "SELECT headers FROM attempt ORDER BY id"
    return [json.loads(headers) for (headers,) in rows(engine, query)]


def test_the_same_answer_again_is_kept_as_what_differs(engine: Engine) -> None:
    later = {**ANSWER, "Date": "Wed, 25 Nov 2026 23:27:55 GMT"}
    captured(engine, ANSWER, later, later)
    assert whole(engine) == [ANSWER, later, later]
    assert kept(engine) == [ANSWER, {"Date": later["Date"]}, {"Date": later["Date"]}]


def test_a_header_that_went_and_one_that_came(engine: Engine) -> None:
    other = {**ANSWER, "Age": "7"}
    del other["Server"]
    captured(engine, ANSWER, other)
    assert whole(engine) == [ANSWER, other]
    assert kept(engine)[1] == {"Age": "7", "Server": None}


def test_an_answer_unlike_the_last_is_kept_whole_and_the_next_told_by_it(engine: Engine) -> None:
    other = {name: f"{value} indeed" for name, value in ANSWER.items()}
    captured(engine, ANSWER, other, other)
    assert whole(engine) == [ANSWER, other, other]
    assert kept(engine) == [ANSWER, other, {}]


def test_answers_of_another_status_have_nothing_to_do_with_it(engine: Engine) -> None:
    captured(engine, ANSWER)
    captured(engine, ANSWER, status=200)
    assert kept(engine) == [ANSWER, ANSWER]


def test_an_attempt_without_an_answer_has_no_headers(engine: Engine) -> None:
    captured(engine, ANSWER, None, ANSWER)
    assert whole(engine) == [ANSWER, None, ANSWER]


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (ADDRESS, URL),
        (ADDRESS, f"http://127.0.0.1:8000{ADDRESS}"),
        (ADDRESS, f"{URL.upper()}/"),
        ("/", "https://www.lgo.org.uk"),
        ("/letters/a%20b.pdf", "https://www.lgo.org.uk/letters/A%20B.pdf"),
        ("https://elsewhere.example/a.pdf", "https://elsewhere.example/a.pdf"),
    ],
)
def test_the_url_is_the_one_asked_for(engine: Engine, address: str, url: str) -> None:
    Writer(engine).record_capture(None, address=address, url=url, status=404)
    assert rows(engine, "SELECT address, url FROM capture") == [(address, url)]


def test_captures_of_an_older_storage_stay_what_they_were(tmp_path: Path, engine: Engine) -> None:
    captured(engine, ANSWER, {**ANSWER, "Date": "Wed, 25 Nov 2026 23:27:55 GMT"})
    Writer(engine).record_capture(None, address="/", url="https://www.lgo.org.uk", status=404)
    before = whole(engine), rows(engine, "SELECT id, address, url, status FROM capture")
    migrations.downgrade(engine, "0002")
    with sqlite3.connect(tmp_path / session.DATABASE) as database:
        old = database.execute("SELECT url, headers FROM capture ORDER BY id").fetchall()
    assert [json.loads(headers) for _, headers in old[:2]] == before[0][:2]
    assert [url for url, _ in old] == [URL, URL, "https://www.lgo.org.uk"]
    migrations.upgrade(engine)
    assert (whole(engine), rows(engine, "SELECT id, address, url, status FROM capture")) == before


def test_the_last_body_of_a_page_is_found_without_going_through_its_304s(engine: Engine) -> None:
    seen: list[str] = []
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(seen.append)
        connection.close()
        Reader(engine).known_page(ADDRESS)
        raw.set_trace_callback(None)
    (query,) = [each for each in seen if "document" in each]
    plan = " ".join(row[3] for row in rows(engine, f"EXPLAIN QUERY PLAN {query}"))
    assert "ix_attempt_served" in plan
