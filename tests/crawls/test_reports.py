"""Public reports and service improvements, collected by whole crawls beside the truth."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Ended, Storage, interrupt, ombudsman, wait_until

from ombudsman_crawler.replica import Fault, Replica

COLLECT = ("--collect", "reports,improvements", "--set", "OMBUDSMAN_READERS=1")


def the_site() -> Replica:
    """Six councils: some without a report, some with more improvements than a list shows."""
    return Replica(councils=6, years=(2020, 2021), decisions=40)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ended]:
    """A storage after a first crawl, and how that ended."""
    path = tmp_path_factory.mktemp("crawled") / "storage"
    with the_site() as site:
        return path, Storage(path).crawl(site, *COLLECT)


@pytest.fixture
def after_first(crawled: tuple[Path, Ended], tmp_path: Path) -> Storage:
    """A storage of its own in which a first crawl has been."""
    shutil.copytree(crawled[0], tmp_path / "storage")
    return Storage(tmp_path / "storage")


@pytest.fixture
def site() -> Iterator[Replica]:
    with the_site() as site:
        yield site


def reports(storage: Storage, slug: str) -> list[dict[str, Any]]:
    return storage.query("SELECT * FROM public_reports WHERE slug = ?", slug)


def improvements(storage: Storage, slug: str) -> list[dict[str, Any]]:
    return storage.query("SELECT * FROM service_improvements WHERE slug = ?", slug)


def unlisted(storage: Storage) -> int:
    (row,) = storage.query(
        "SELECT (SELECT COUNT(*) FROM public_reports WHERE unlisted_since IS NOT NULL)"
        " + (SELECT COUNT(*) FROM service_improvements WHERE unlisted_since IS NOT NULL) AS rows"
    )
    return int(row["rows"])


def assert_true(storage: Storage, site: Replica) -> None:
    """Assert that what is stored and still listed is what the site lists."""
    for slug in site.slugs:
        listed = [row for row in reports(storage, slug) if row["unlisted_since"] is None]
        assert sorted((row["title"], row["blurb"]) for row in listed) == sorted(
            (report.title, report.blurb) for report in site.reports(slug)
        )
        agreed = [row for row in improvements(storage, slug) if row["unlisted_since"] is None]
        assert sorted((row["reference"], row["text"]) for row in agreed) == sorted(
            (improvement.reference, improvement.text) for improvement in site.improvements(slug)
        )


def test_reports_and_improvements_are_what_the_site_lists(
    crawled: tuple[Path, Ended], site: Replica
) -> None:
    storage, ended = Storage(crawled[0]), crawled[1]
    assert ended.status == 0, ended.all
    assert_true(storage, site)
    assert any(len(site.improvements(slug)) > 10 for slug in site.slugs)
    for slug in site.slugs:
        rows = {row["title"]: row for row in reports(storage, slug)}
        for report in site.reports(slug):
            row = rows[report.title]
            if report.address is None:
                assert row["url"] is None
                assert row["text"] is None
                continue
            assert row["url"].endswith(report.address)
            assert row["reference"] == report.reference
            assert row["text_status"] == "ok"
            if report.address == report.pdf:
                left = iter(row["text"].split())
                assert all(word in left for word in " ".join(report.paragraphs).split())
                # But for one that goes on on the next page.
                assert len(set(report.paragraphs) - set(row["text"].split("\n\n"))) <= 1
                assert row["date"] == report.decided.isoformat()
            else:
                assert row["decision_address"] == report.address
        named = {row["reference"]: row for row in improvements(storage, slug)}
        for improvement in site.improvements(slug):
            row = named[improvement.reference]
            assert row["category"] in (None, improvement.category)
            assert row["date"] in (None, improvement.decided.isoformat())
            assert row["decision_address"] == improvement.address
    storage.sound()
    for name in ("reports_read", "reports_fetched", "reports_have_text", "improvements_read"):
        assert storage.check(name)["passed"], name


def test_a_second_crawl_changes_nothing_and_moves_no_body(
    after_first: Storage, site: Replica
) -> None:
    tables = ("public_reports", "service_improvements")
    before = [after_first.query(f"SELECT * FROM {table}") for table in tables]
    assert after_first.crawl(site, *COLLECT, "--refetch", "all").status == 0
    asked = [hit for hit in site.hits if hit.path != "/robots.txt"]
    assert asked
    assert {hit.status for hit in asked} == {304}
    assert set(after_first.outcomes()) == {"unchanged"}
    after = [after_first.query(f"SELECT * FROM {table}") for table in tables]
    for row in (row for rows in (*before, *after) for row in rows):
        # The same site on another port.
        row.pop("last_seen"), row.pop("url", None)
    assert after == before


def test_lists_are_asked_for_again_where_the_page_shows_something_new(
    after_first: Storage, site: Replica
) -> None:
    slug = next(slug for slug in site.slugs if len(site.improvements(slug)) > 10)
    before = len(site.improvements(slug))
    site.publish_decision(slug, site.today - timedelta(days=60))
    assert len(site.improvements(slug)) > before
    assert after_first.crawl(site, *COLLECT).status == 0
    assert_true(after_first, site)
    lists = [hit.path for hit in site.hits if "serviceimprovements" in hit.path]
    assert lists
    assert all(slug in path for path in lists)


def test_what_is_added_or_dropped(after_first: Storage, site: Replica) -> None:
    slug = next(slug for slug in site.slugs if len(site.reports(slug)) > 1)
    dropped = next(report for report in site.reports(slug) if report.address == report.pdf)
    added = site.add_report(slug)
    site.drop_report(slug, dropped.title)
    assert after_first.crawl(site, *COLLECT).status == 0
    assert_true(after_first, site)
    rows = {row["title"]: row for row in reports(after_first, slug)}
    assert rows[added.title]["unlisted_since"] is None
    # Off the list isn't off the site: its text stays, and nothing says that it is gone.
    assert rows[dropped.title]["unlisted_since"] is not None
    assert rows[dropped.title]["gone_since"] is None
    assert rows[dropped.title]["text"]
    assert unlisted(after_first) == 1


def test_of_lists_that_cannot_be_read_nothing_is_concluded(
    after_first: Storage, site: Replica
) -> None:
    broken, *others = site.slugs
    for slug in others:
        site.faults[f"/your-councils-performance/{slug}/statistics"] = Fault(
            replace=b"<h1>Kent County Council</h1><h2>Public reports</h2><canvas></canvas>"
            b"<h2>Service improvements</h2><p>Loading</p>"
        )
    site.faults[f"/your-councils-performance/{broken}/serviceimprovements"] = Fault(status=404)
    ended = after_first.crawl(site, *COLLECT, "--refetch", "all")
    assert ended.status == 1, ended.all
    asked = [hit for hit in site.hits if "serviceimprovements" in hit.path]
    assert {hit.status for hit in asked} == {404}
    assert after_first.check("reports_read")["passed"] == 0
    assert after_first.check("improvements_read")["passed"] == 0
    assert "statistics" in after_first.check("improvements_read")["detail"]
    assert unlisted(after_first) == 0


def test_pages_are_asked_for_once_whatever_is_collected(storage: Storage, replica: Replica) -> None:
    ended = storage.crawl(replica, "--collect", "letters,pages,reports,improvements")
    assert ended.status == 0, ended.all
    asked = [hit.path for hit in replica.hits]
    assert len(asked) == len(set(asked))
    assert sum("/statistics" in path for path in asked) >= 3
    assert_true(storage, replica)
    kinds = {row["kind"] for row in storage.query("SELECT DISTINCT kind FROM link")}
    assert kinds == {"letter", "report"}
    # A report is no letter that waits to be read, now or later.
    assert storage.check("everything_read")["passed"]
    letters = storage.query("SELECT COUNT(*) AS number FROM letter_version")[0]["number"]
    reread = ombudsman("reread", "--all", "--storage", storage.path)
    assert reread.status == 0, reread.all
    assert f"{letters} documents" in reread.out


def test_a_stopped_crawl_is_taken_up_again(storage: Storage, site: Replica) -> None:
    process = storage.start(site, *COLLECT, DOWNLOAD_DELAY="0.05", CONCURRENT_REQUESTS="1")
    wait_until(lambda: any("/assets/attach/" in hit.path for hit in site.hits))
    interrupt(process)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, out + err
    storage.sound()
    assert unlisted(storage) == 0
    assert storage.crawl(site, *COLLECT).status == 0
    assert_true(storage, site)
    assert unlisted(storage) == 0
    storage.sound()
