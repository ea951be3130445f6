"""Whole crawls of the decisions: nothing listed is lost, what changed is kept beside what was."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from conftest import Ended, Storage, interrupt, ombudsman, wait_until

from ombudsman_crawler.replica import Fault, Replica

COLLECT = ("crawl", "--collect", "decisions")
#: The years of the replica's decisions; later months of now have none.
YEARS = ("--years", "2021-2022")
FIRST, LAST = date(2020, 4, 1), date(2022, 3, 31)


@pytest.fixture
def site() -> Iterator[Replica]:
    """About thirty decisions, with the traps of the real site."""
    with Replica(councils=4, years=(2021, 2021), decisions=6) as replica:
        yield replica


def crawl(storage: Storage, site: Replica, *arguments: str, **settings: str) -> Ended:
    return storage.crawl(site, *COLLECT, *(arguments or YEARS), **settings)


def stored(storage: Storage) -> dict[str, dict[str, Any]]:
    """Return each decision with its current version, by its address."""
    return {
        row["address"]: row
        for row in storage.query(
            "SELECT link.address, link.gone_since, decision.authority_id,"
            " decision.reference AS listed_reference,"
            " decision.authority_as_listed, decision.kind, decision.outcome AS listed_outcome,"
            " decision.decided AS listed_day, decision.summary AS listed_summary,"
            " decision.sub_category AS listed_sub_category, version.*, authority.name AS name"
            " FROM decision JOIN link ON link.id = decision.link_id"
            " LEFT JOIN decision_version AS version ON version.id = decision.current_version_id"
            " LEFT JOIN authority ON authority.id = decision.authority_id"
        )
    }


def words(text: str | None) -> str:
    """Reduce a text to its words; older pages print the numbers of paragraphs."""
    return " ".join(re.sub(r"(?m)^\d+\. ", "", text or "").split())


def windows(storage: Storage) -> dict[str, int]:
    return {
        row["state"]: row["n"]
        for row in storage.query("SELECT state, COUNT(*) AS n FROM decision_window GROUP BY state")
    }


def as_the_site_has_them(storage: Storage, site: Replica) -> None:
    """Assert that every decision the search lists is stored as its page has it."""
    found = stored(storage)
    truth = {one.address: one for one in site.decisions(FIRST, LAST)}
    assert set(truth) <= set(found)
    for address, one in truth.items():
        row = found[address]
        assert row["listed_reference"] == one.reference
        assert row["authority_as_listed"] == " ".join(one.authority_as_listed.split())
        assert row["name"] == one.authority, one.authority_as_listed
        assert row["kind"] == one.kind
        assert row["listed_outcome"] == one.outcome
        assert row["listed_day"] == one.decided.isoformat()
        assert row["listed_sub_category"] == one.sub_category
        assert words(row["listed_summary"]) == words(one.summary)
        if one.status != 200:
            assert row["gone_since"]
            continue
        assert row["gone_since"] is None
        assert row["status"] == "ok"
        assert row["reference"] == one.reference
        assert (row["category"], row["sub_category"]) == (one.category, one.sub_category)
        assert (row["outcome"], row["decided"]) == (one.outcome, one.decided.isoformat())
        assert words(row["summary"]) == words(one.summary)
        sections = json.loads(row["sections"])
        said = words("\n".join(f"{part['heading']}\n{part['text']}" for part in sections))
        expected = words(
            "\n".join("\n".join((part.heading, *part.paragraphs)) for part in one.sections)
        )
        assert said.removesuffix("Read the full report (PDF)").strip() == expected
        assert words(row["remedies"]) == words(one.remedies)


def test_a_first_crawl_an_unchanged_one_and_a_changed_site(storage: Storage, site: Replica) -> None:
    there = [one for one in site.decisions(FIRST, LAST) if one.status == 200]
    amended, removed, unlisted, failing, untouched = there[:5]
    site.faults[failing.address] = Fault(status=500)
    # Two answers without a total, which is no answer: asked for again.
    site.search.shells = 2
    ended = crawl(storage, site, *YEARS, "--limit", "3")
    assert ended.status == 0, ended.all
    assert sum(storage.outcomes().values()) - storage.outcomes()["not_attempted"] == 3
    assert storage.check("windows_complete")["passed"] is None

    ended = crawl(storage, site)
    assert ended.status == 0, ended.all
    assert windows(storage) == {"complete": 24}
    stated = storage.query("SELECT SUM(stated) AS n, SUM(collected) AS c FROM decision_window")
    total = site.decisions_total(FIRST, LAST)
    assert stated == [{"n": total, "c": total}]
    assert storage.check("windows_complete")["passed"] == 1
    assert storage.check("decisions_read")["passed"] == 1
    storage.sound()

    # Its window is complete, and yet it is asked for again; it alone.
    assert storage.outcome_of(failing.address)["outcome"] == "failed"
    site.faults.clear()
    site.clear_hits()
    ended = crawl(storage, site)
    assert ended.status == 0, ended.all
    assert [hit.path for hit in site.hits if hit.path != "/robots.txt"] == [failing.address]
    as_the_site_has_them(storage, site)

    first = stored(storage)
    site.amend_decision(amended.address)
    site.withdraw_decision(removed.address)
    site.withdraw_decision(unlisted.address, 404, listed=False)
    new = site.publish_decision(site.add_council(), there[5].decided)
    ended = crawl(storage, site, *YEARS, "--refetch", "all")
    assert ended.status == 0, ended.all
    as_the_site_has_them(storage, site)
    now = stored(storage)
    assert now[new.address]["status"] == "ok"
    # Nothing is overwritten: the words of before are there, and are not current.
    old = storage.query(
        "SELECT sections FROM decision_version WHERE id = ?", first[amended.address]["id"]
    )
    assert old[0]["sections"] == first[amended.address]["sections"]
    assert now[amended.address]["id"] != first[amended.address]["id"]
    for gone in (removed, unlisted):
        assert now[gone.address]["gone_since"]
        assert now[gone.address]["sections"] == first[gone.address]["sections"]
    assert now[untouched.address]["id"] == first[untouched.address]["id"]
    assert storage.outcomes()["new_version"] == 1


def test_what_was_stopped_or_killed_is_finished_by_the_next_run(
    storage: Storage, site: Replica
) -> None:
    for one in site.decisions(FIRST, LAST):
        site.faults[one.address] = Fault(delay=0.2)

    def archived() -> int:
        if not (storage.path / "ombudsman.db").exists() or not storage.query(
            "SELECT 1 FROM sqlite_master WHERE name = 'decision_version'"
        ):
            return 0
        return storage.query("SELECT COUNT(*) AS n FROM decision_version")[0]["n"]

    process = storage.start(site, *COLLECT, *YEARS, CONCURRENT_REQUESTS_PER_DOMAIN="2")
    wait_until(lambda: archived() >= 4)
    interrupt(process)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, out + err
    assert storage.check("outcomes_add_up")["passed"], out + err
    assert storage.check("windows_complete")["passed"] is None
    storage.sound()

    had = archived()
    process = storage.start(site, *COLLECT, *YEARS, CONCURRENT_REQUESTS_PER_DOMAIN="2")
    wait_until(lambda: archived() >= had + 4)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    storage.sound()

    # What the killed run had asked for is answered late, and isn't the next run's.
    time.sleep(1)
    site.faults.clear()
    site.clear_hits()
    ended = crawl(storage, site)
    assert ended.status == 0, ended.all
    as_the_site_has_them(storage, site)
    assert windows(storage) == {"complete": 24}
    asked = [hit.path for hit in site.hits if hit.path.startswith("/decisions/")]
    assert len(asked) == len(set(asked)) < len(site.decisions(FIRST, LAST))


def test_a_search_without_a_total_is_no_answer(storage: Storage, site: Replica) -> None:
    site.search.shells = 1000
    ended = crawl(storage, site, "--years", "2022")
    assert ended.status == 1, ended.all
    assert "3 windows in a row" in storage.run()["reason"]
    assert len([hit for hit in site.hits if "SearchResults" in hit.path]) == 12

    site.search.shells = 4
    ended = crawl(storage, site, "--years", "2022")
    assert ended.status == 1, ended.all
    assert "2022-03-01 to 2022-03-31" in storage.check("windows_complete")["detail"]
    assert windows(storage) == {"short": 1, "complete": 11}

    site.clear_hits()
    ended = crawl(storage, site, "--years", "2022")
    assert ended.status == 0, ended.all
    assert windows(storage) == {"complete": 12}
    assert len([hit for hit in site.hits if "SearchResults" in hit.path]) == 1


def test_rows_that_fall_short_of_the_total_or_are_of_other_days(
    storage: Storage, site: Replica
) -> None:
    one = site.decisions(FIRST, LAST)[0]
    page = (
        f'<p>Your search has 57,000 results</p><li><a href="{one.address}">Kent County Council'
        f" ({one.reference})</a> Statement Upheld Noise 01-May-2011</li>"
    )
    site.faults["/Decisions/SearchResults"] = Fault(
        replace=page.encode(), content_type="text/html", times=1
    )
    site.search.overstated = 1
    ended = crawl(storage, site, "--years", "2021")
    assert ended.status == 1, ended.all
    detail = storage.check("windows_complete")["detail"]
    assert "12 of 12 windows asked for aren't complete" in detail
    assert "2021-03-01 to 2021-03-31 (the search lists decisions of other days" in detail
    assert "2021-02-01 to 2021-02-28 (the search states" in detail
    # What was listed is kept all the same.
    kept = {one.address for one in site.decisions(FIRST, date(2021, 2, 28))}
    assert kept <= set(stored(storage))


# Breaks the recording of the first decision, before there is anything of it.
BREAKS = """
import sys
from ombudsman_crawler import cli
from ombudsman_crawler.database.writer import Writer
whole = Writer.saw_link
broken = []
def breaks(writer, item):
    if not broken:
        broken.append(item)
        raise RuntimeError("broken on purpose")
    return whole(writer, item)
Writer.saw_link = breaks
sys.exit(cli.main())
"""


def test_a_decision_lost_to_an_error_leaves_its_window_incomplete(
    storage: Storage, site: Replica
) -> None:
    command = [sys.executable, "-c", BREAKS, *storage.arguments(site, *COLLECT, "--years", "2022")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "decisions lost to errors: 1" in storage.check("windows_complete")["detail"]
    assert windows(storage) == {"short": 1, "complete": 11}
    ended = crawl(storage, site, "--years", "2022")
    assert ended.status == 0, ended.all
    truth = {one.address for one in site.decisions(date(2021, 4, 1), LAST)}
    assert set(stored(storage)) == truth


def test_rows_that_shift_while_pages_are_asked_for(storage: Storage, site: Replica) -> None:
    slug = site.add_council()
    for day in range(1, 26):
        site.publish_decision(slug, date(2020, 9, day))
    # While the first page is answered another decision comes out.
    site.search.publish_after = 8
    ended = crawl(storage, site, "--years", "2021")
    assert ended.status == 0, ended.all
    assert windows(storage) == {"complete": 12}
    as_the_site_has_them_in_2021 = {
        one.address for one in site.decisions(date(2020, 4, 1), date(2021, 3, 31))
    }
    assert set(stored(storage)) == as_the_site_has_them_in_2021


def test_large_windows_are_halved(storage: Storage, site: Replica) -> None:
    slug = site.add_council()
    for day in range(1, 26):
        site.publish_decision(slug, date(2020, 9, day))
    ended = crawl(storage, site, "--years", "2021", OMBUDSMAN_DECISION_PAGES="1")
    assert ended.status == 0, ended.all
    found = storage.query(
        "SELECT first_day, last_day, stated FROM decision_window"
        " WHERE first_day LIKE '2020-09%' ORDER BY first_day"
    )
    assert len(found) >= 3
    assert sum(row["stated"] for row in found) == site.decisions_total(
        date(2020, 9, 1), date(2020, 9, 30)
    )
    assert all(row["stated"] <= 10 for row in found)


def test_an_unreachable_search_is_a_block(storage: Storage, site: Replica) -> None:
    site.faults["/Decisions/SearchResults"] = Fault(status=503)
    ended = crawl(storage, site, "--years", "2021")
    assert ended.status == 4, ended.all
    assert "the search can't be had" in storage.run()["reason"]


def test_a_search_that_robots_forbid(storage: Storage, site: Replica) -> None:
    site.robots = "User-agent: *\nDisallow: /Decisions/SearchResults\n"
    ended = crawl(storage, site, "--years", "2021")
    assert ended.status == 1, ended.all
    assert "forbidden by robots.txt" in storage.run()["reason"]
    assert [hit.path for hit in site.hits if "SearchResults" in hit.path] == []


def test_a_scheduled_run_of_an_unchanged_site_asks_for_few_pages(storage: Storage) -> None:
    today = date.today()  # noqa: DTZ011 - the day the crawl goes by
    since = (today - timedelta(days=150)).replace(day=1)
    with Replica(councils=3, years=(2021, 2021), decisions=0, council_pages="plain") as site:
        site.today = today
        slug = site.add_council()
        for days in range(50, 90):
            site.publish_decision(slug, today - timedelta(days=days))
        settings = {"OMBUDSMAN_DECISIONS_SINCE": since.isoformat()}
        ended = storage.crawl(site, *COLLECT, **settings)
        assert ended.status == 0, ended.all
        assert len(stored(storage)) == 40

        site.clear_hits()
        ended = storage.crawl(site, *COLLECT, **settings)
        assert ended.status == 0, ended.all
        asked = [hit for hit in site.hits if hit.path != "/robots.txt"]
        assert 2 <= len(asked) <= 4
        assert storage.outcomes() == {}

        # A new decision is noticed by the total, and only it is asked for.
        new = site.publish_decision(slug, today - timedelta(days=45))
        site.clear_hits()
        ended = storage.crawl(site, *COLLECT, **settings)
        assert ended.status == 0, ended.all
        asked = [hit.path for hit in site.hits if hit.path.startswith("/decisions/")]
        assert asked == [new.address]
        assert len(stored(storage)) == 41


def test_decisions_replayed_from_an_archive(storage: Storage, site: Replica) -> None:
    ended = crawl(storage, site, "--years", "2021")
    assert ended.status == 0, ended.all
    other = Storage(storage.path.parent / "replayed")
    archives = [str(path) for path in sorted(storage.path.glob("warc/*.warc.gz"))]
    replayed = ombudsman(
        "crawl", *(part for path in archives for part in ("--replay", path)),
        "--storage", str(other.path),
    )  # fmt: skip
    assert replayed.status == 0, replayed.all
    assert {a: row["sections"] for a, row in stored(other).items()} == {
        a: row["sections"] for a, row in stored(storage).items()
    }


def test_decisions_are_counted_beside_what_was_published(storage: Storage) -> None:
    with Replica(councils=3, years=(2021, 2021), decisions=500, council_pages="plain") as site:
        ended = storage.crawl(site)
        assert ended.status == 0, ended.all
        ended = crawl(storage, site, "--years", "2021")
        assert ended.status == 0, ended.all
        counted = storage.query("SELECT * FROM decision_count WHERE year_ending = 2021")
        truth = [one for one in site.decisions(FIRST, date(2021, 3, 31)) if one.authority]
        assert sum(row["decisions"] for row in counted) == len(truth)
        assert sum(row["upheld"] for row in counted) == sum(o.outcome == "Upheld" for o in truth)
        assert {row["collected_whole"] for row in counted} == {1}
        check = storage.check("decision_counts")
        assert check["passed"] == 1, check["detail"]
        assert "3 authorities and years (2021 to 2021)" in check["detail"]
        shown = storage.query("SELECT * FROM decisions WHERE gone_since IS NULL")
        assert all(row["url"].startswith(site.url) and row["doubts"] is None for row in shown)


def test_a_search_that_finds_nothing_at_all_is_no_success(storage: Storage, site: Replica) -> None:
    nothing = b"<html><body><h1>Search results</h1><p>Your search has 0 results</p></body></html>"
    site.faults["/Decisions/SearchResults"] = Fault(replace=nothing, content_type="text/html")
    ended = crawl(storage, site, "--years", "2021")
    assert ended.status == 1, ended.all
    assert "no decision in any of 12 windows" in storage.check("windows_complete")["detail"]
    assert windows(storage) == {"short": 12}
    site.faults.clear()
    ended = crawl(storage, site, "--years", "2021")
    assert ended.status == 0, ended.all
    assert windows(storage) == {"complete": 12}
    assert storage.query("SELECT COUNT(*) AS n FROM decision")[0]["n"]
    # What had some and has none now is asked for once more before it is believed.
    site.faults["/Decisions/SearchResults"] = Fault(replace=nothing, content_type="text/html")
    assert crawl(storage, site, "--years", "2021", "--refetch", "all").status == 1
