"""Whole crawls for what council pages show: once, again, a year later, and interrupted."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import Storage, interrupt, ombudsman, wait_until

from ombudsman_crawler.replica import Replica
from ombudsman_crawler.replica.faults import Fault

PAGES = ("--collect", "pages")
HISTORY = (
    "SELECT slug, year_ending, state, status, current FROM page_history ORDER BY slug, year_ending"
)
NEW_LAYOUT = b"""<html><body><h1>Kent County Council</h1><h2>At a glance</h2>
<p>Complaints upheld: 63 of 76.</p></body></html>"""
FIGURES = (
    "SELECT figure_id, value, absence, value_text, text, doubts, document_sha256 FROM figures"
    " ORDER BY figure_id"
)
SEEN = (
    "SELECT slug, year_ending, current, first_seen, last_seen, capture_id FROM page_history"
    " ORDER BY slug, year_ending"
)
KENT = "kent-county-council"


def change(storage: Storage, *statements: str) -> None:
    """Make the database what an older version of the reader would have left."""
    with closing(sqlite3.connect(storage.path / "ombudsman.db")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def every(replica: Replica) -> list[str]:
    return [*replica.slugs, *replica.former_slugs]


def shown(storage: Storage, slug: str, year: int) -> dict[str, Any]:
    return {
        row["metric"]: row["value"] if row["absence"] is None else (None, row["absence"])
        for row in storage.query(
            "SELECT metric, value, absence FROM figures"
            " WHERE slug = ? AND year_ending = ? AND source = 'council_page'",
            slug,
            year,
        )
    }


def readings(storage: Storage) -> int:
    return len(storage.query("SELECT * FROM page_reading"))


def test_every_page_is_kept_with_its_figures_and_their_words(storage: Storage) -> None:
    with Replica(councils=60, years=(2023, 2025)) as replica:
        done = storage.crawl(replica, *PAGES)
        assert done.status == 0, done.all
        truths = [replica.page(slug) for slug in every(replica)]
        former = replica.former_slugs
    assert storage.check("pages_read")["passed"] == 1
    assert storage.query("SELECT kind FROM link") == []
    for truth in truths:
        assert shown(storage, truth.slug, truth.year_ending) == truth.figures
    states = {row["slug"]: (row["year_ending"], row["state"]) for row in storage.query(HISTORY)}
    assert states == {truth.slug: (truth.year_ending, truth.state) for truth in truths}
    assert "no_data" in {state for _, state in states.values()}
    linked = storage.query(
        "SELECT old.slug FROM authority_successor JOIN authority AS old"
        " ON old.id = predecessor_id WHERE source = 'site'"
    )
    assert {row["slug"] for row in linked} == set(former)
    (kent,) = storage.query(
        "SELECT * FROM figures WHERE slug = ? AND metric = 'complaints_dealt_with'", KENT
    )
    assert (kent["value"], kent["value_text"], kent["unit"]) == (291, "291", "count")
    assert "we dealt with 291 complaints" in kent["text"]
    assert kent["figure_id"] == f"{KENT}/2025/council_page/complaints_dealt_with"
    assert kent["url"].endswith(f"/{KENT}/statistics")
    assert (storage.path / kent["document_path"]).is_file()
    storage.sound()


def test_letters_and_pages_are_collected_on_one_walk(storage: Storage) -> None:
    with Replica(councils=3, years=(2021, 2021)) as replica:
        done = storage.crawl(replica, "--collect", "letters,pages")
        assert done.status == 0, done.all
        asked = [hit.path for hit in replica.hits if hit.path.endswith("/statistics")]
        assert len(asked) == len(set(asked))
    assert storage.query("SELECT collections FROM run") == [{"collections": "letters,pages"}]
    sources = storage.query("SELECT source, COUNT(*) AS n FROM figures GROUP BY source ORDER BY 1")
    assert [row["source"] for row in sources] == ["council_page", "letter"]
    assert storage.query("SELECT * FROM disagreement") == []


@pytest.fixture(scope="module")
def two_years(tmp_path_factory: pytest.TempPathFactory) -> tuple[Storage, dict[int, Any]]:
    """A storage of three crawls, the last a year later, and what Kent's page showed of each year.

    The second finds nothing changed, and adds nothing.
    """
    storage = Storage(tmp_path_factory.mktemp("two_years") / "storage")
    truths = {}
    with Replica(councils=3, years=(2023, 2024)) as replica:
        assert storage.crawl(replica, *PAGES).status == 0
        truths[2024] = replica.page(KENT).figures
        before = kept(storage)
        (first,) = storage.query("SELECT MAX(last_seen) AS seen FROM page_reading")
        replica.clear_hits()
        assert storage.crawl(replica, *PAGES).status == 0
        assert {hit.status for hit in replica.hits if hit.path.endswith("/statistics")} == {304}
        assert kept(storage) == before
        rows = storage.query("SELECT first_seen, last_seen FROM page_reading")
        assert len(rows) == 3
        assert all(row["first_seen"] <= first["seen"] < row["last_seen"] for row in rows)
        assert storage.check("pages_read")["passed"] == 1
        replica.advance()
        assert storage.crawl(replica, *PAGES).status == 0
        truths[2025] = replica.page(KENT).figures
    return storage, truths


def kept(storage: Storage) -> list[list[dict[str, Any]]]:
    return [storage.query(f"SELECT * FROM {table}") for table in ("figure", "finding")]


def test_the_same_address_a_year_later_is_history(
    two_years: tuple[Storage, dict[int, Any]],
) -> None:
    storage, truths = two_years
    assert {year: shown(storage, KENT, year) for year in (2024, 2025)} == truths
    assert [row for row in storage.query(HISTORY) if row["slug"] == KENT] == [
        {"slug": KENT, "year_ending": year, "state": "figures", "status": "ok", "current": 1}
        for year in (2024, 2025)
    ]
    storage.sound()


def test_archived_pages_are_read_again_without_the_site(
    two_years: tuple[Storage, dict[int, Any]], tmp_path: Path
) -> None:
    storage = Storage(tmp_path / "storage")
    shutil.copytree(two_years[0].path, storage.path)
    right, history = storage.query(FIGURES), storage.query(SEEN)
    wrong = (
        "UPDATE page_reading SET reader = '0', content_sha256 = 'otherwise'",
        "UPDATE figure SET value = 47 WHERE metric = 'complaints_dealt_with' AND value = 291",
    )
    change(storage, *wrong)
    said = ombudsman("reread", "--dry-run", "--storage", storage.path)
    assert "complaints_dealt_with: 47 (291) → 291 (291)" in said.out, said.all
    assert "6 council pages, 1 of them otherwise" in said.out
    assert storage.query(FIGURES) != right
    said = ombudsman("reread", "--storage", storage.path)
    assert said.status == 0, said.all
    assert (storage.query(FIGURES), storage.query(SEEN)) == (right, history)
    # What was archived and never read, as by an older version of this program.
    others = "WHERE capture_id <> (SELECT MAX(capture_id) FROM page_reading)"
    tables = ("figure", "finding", "page_reading")
    change(storage, *(f"DELETE FROM {table} {others}" for table in tables))
    assert storage.query(FIGURES) != right
    said = ombudsman("reread", "--storage", storage.path)
    assert said.status == 0, said.all
    assert "the page: no row → ok, annual_statistics" in said.out
    assert (storage.query(FIGURES), storage.query(SEEN)) == (right, history)
    storage.sound()


def test_statistics_that_are_lost_fail_the_run_until_they_are_acknowledged(
    storage: Storage,
) -> None:
    with Replica(councils=3, years=(2024, 2025)) as replica:
        assert storage.crawl(replica, *PAGES).status == 0
        figures = shown(storage, KENT, 2025)
        replica.faults[replica.page(KENT).path] = Fault(replace=NEW_LAYOUT)
        done = storage.crawl(replica, *PAGES)
        assert done.status == 1, done.all
        detail = storage.check("pages_read")["detail"]
        assert "no layout that is known: Kent County Council" in detail
        assert "have lost theirs: Kent County Council" in detail
        # What it showed before stays.
        assert shown(storage, KENT, 2025) == figures
        subject = f"finding:statistics_lost:{KENT}::page:council_page"
        told = ["--verdict", "wrong", "--who", "Ann Clerk", "--note", "looked at"]
        said = ombudsman("acknowledge", subject, "--storage", storage.path, *told)
        assert said.status == 0, said.all
        storage.crawl(replica, *PAGES, OMBUDSMAN_MAX_FAILED_SHARE="0.5")
        assert storage.check("pages_read")["passed"] == 1
        replica.faults.clear()
        assert storage.crawl(replica, *PAGES).status == 0
        assert storage.query("SELECT * FROM finding WHERE code = 'statistics_lost'") == []
    assert shown(storage, KENT, 2025) == figures


def test_an_interrupted_crawl_goes_on_where_it_ended(storage: Storage) -> None:
    with Replica(councils=8, years=(2024, 2025)) as replica:
        for slug in every(replica):
            replica.faults[replica.page(slug).path] = Fault(delay=0.3)
        process = storage.start(replica, *PAGES, CONCURRENT_REQUESTS="1")
        wait_until(lambda: (storage.path / "ombudsman.db").exists() and some(storage))
        interrupt(process)
        process.communicate(timeout=60)
        left = readings(storage)
        assert 0 < left < len(every(replica))
        storage.sound()
        replica.faults.clear()
        assert storage.crawl(replica, *PAGES).status == 0
        assert readings(storage) == len(every(replica))
        for slug in every(replica):
            truth = replica.page(slug)
            assert shown(storage, slug, truth.year_ending) == truth.figures
    storage.sound()


def some(storage: Storage) -> bool:
    try:
        return readings(storage) > 0
    except Exception:  # noqa: BLE001 - not made yet
        time.sleep(0.05)
        return False
