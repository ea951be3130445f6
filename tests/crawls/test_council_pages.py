"""Whole crawls for what council pages show: once, again, a year later, and interrupted."""

from __future__ import annotations

import time
from typing import Any

from conftest import Storage, interrupt, wait_until

from ombudsman_crawler.replica import Replica
from ombudsman_crawler.replica.faults import Fault

PAGES = ("--collect", "pages")
HISTORY = (
    "SELECT slug, year_ending, state, status, current FROM page_history ORDER BY slug, year_ending"
)
KENT = "kent-county-council"


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
    with Replica(councils=30, years=(2024, 2025)) as replica:
        done = storage.crawl(replica, *PAGES)
        assert done.status == 0, done.all
        truths = [replica.page(slug) for slug in every(replica)]
    assert storage.check("pages_read")["passed"] == 1
    assert storage.query("SELECT kind FROM link") == []
    for truth in truths:
        assert shown(storage, truth.slug, truth.year_ending) == truth.figures
    states = {row["slug"]: (row["year_ending"], row["state"]) for row in storage.query(HISTORY)}
    assert states == {truth.slug: (truth.year_ending, truth.state) for truth in truths}
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


def test_a_page_that_hasnt_changed_adds_nothing(storage: Storage) -> None:
    with Replica(councils=3, years=(2024, 2025)) as replica:
        assert storage.crawl(replica, *PAGES).status == 0
        before = storage.query("SELECT * FROM figure"), storage.query("SELECT * FROM finding")
        (first,) = storage.query("SELECT MAX(last_seen) AS seen FROM page_reading")
        replica.clear_hits()
        done = storage.crawl(replica, *PAGES)
        assert done.status == 0, done.all
        assert {hit.status for hit in replica.hits if hit.path.endswith("/statistics")} == {304}
    assert storage.check("pages_read")["passed"] == 1
    assert (storage.query("SELECT * FROM figure"), storage.query("SELECT * FROM finding")) == before
    rows = storage.query("SELECT first_seen, last_seen FROM page_reading")
    assert len(rows) == 3
    assert all(row["first_seen"] <= first["seen"] < row["last_seen"] for row in rows)


def test_the_same_address_a_year_later_is_history(storage: Storage) -> None:
    with Replica(councils=3, years=(2023, 2024)) as replica:
        assert storage.crawl(replica, *PAGES).status == 0
        before = replica.page(KENT)
        replica.advance()
        done = storage.crawl(replica, *PAGES)
        assert done.status == 0, done.all
        after = replica.page(KENT)
    assert shown(storage, KENT, 2024) == before.figures
    assert shown(storage, KENT, 2025) == after.figures
    assert [row for row in storage.query(HISTORY) if row["slug"] == KENT] == [
        {"slug": KENT, "year_ending": year, "state": "figures", "status": "ok", "current": 1}
        for year in (2024, 2025)
    ]
    storage.sound()


def test_former_councils_are_read_and_are_predecessors(storage: Storage) -> None:
    with Replica(councils=60, years=(2023, 2025)) as replica:
        former = replica.former_slugs
        assert storage.crawl(replica, *PAGES).status == 0
        truths = {slug: replica.page(slug) for slug in former}
    states = {row["slug"]: row["state"] for row in storage.query(HISTORY)}
    assert {slug: states[slug] for slug in former} == {
        slug: truth.state for slug, truth in truths.items()
    }
    assert "no_data" in states.values()
    linked = storage.query(
        "SELECT old.slug FROM authority_successor JOIN authority AS old"
        " ON old.id = predecessor_id WHERE source = 'site'"
    )
    assert {row["slug"] for row in linked} == set(former)


def test_an_interrupted_crawl_goes_on_where_it_ended(storage: Storage) -> None:
    with Replica(councils=8, years=(2024, 2025)) as replica:
        replica.faults.put("/your-councils-performance/*/statistics", Fault(delay=0.3))
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
