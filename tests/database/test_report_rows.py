"""Rows of public reports and service improvements: what is the same, what is new, what has left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from ombudsman_crawler.database import news, session
from ombudsman_crawler.database.models import Verdict
from ombudsman_crawler.database.reader import Reader
from ombudsman_crawler.database.writer import Writer
from ombudsman_crawler.items import (
    ImprovementsItem,
    ListedImprovement,
    ListedReport,
    ListsReadItem,
    Outcome,
    ReportItem,
    ReportsItem,
)
from ombudsman_crawler.report_reading import ReportReading

KENT = "Kent County Council"
REPORT = ListedReport("A boy without school", "He waited.", "/a/1.pdf", None, None, "24 001 002")
AGREED = ListedImprovement("It will train staff.", None, None, None, "24 001 002", None)


class Storage:
    """A database and its writer, a day later with each run."""

    def __init__(self, folder: Path) -> None:
        self.engine: Engine = session.open_for_writing(folder)
        self._now = datetime(2026, 1, 1, tzinfo=UTC)
        self.writer = Writer(self.engine, lambda: self._now)
        self.writer.claim("replica")
        self.run_id = 0

    def run(self) -> None:
        self._now += timedelta(days=1)
        self.run_id = self.writer.start_run(
            command="crawl", arguments={}, site="replica", versions={}, note=None, whole=True,
            collections=("reports", "improvements"),
        )  # fmt: skip

    def lists(self, *reports: ListedReport) -> None:
        self.writer.saw_reports(self.run_id, ReportsItem(KENT, "/kent", reports))

    def agrees(self, *improvements: ListedImprovement) -> None:
        self.writer.saw_improvements(self.run_id, ImprovementsItem(KENT, "/kent", improvements))

    def read_whole(self, collection: str) -> None:
        self.writer.lists_read(self.run_id, ListsReadItem(collection, (KENT,)))

    def rows(self, view: str) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(f"SELECT * FROM {view} ORDER BY first_seen")))


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    storage = Storage(tmp_path)
    storage.run()
    storage.lists(REPORT)
    storage.agrees(AGREED)
    storage.read_whole("reports")
    storage.read_whole("improvements")
    storage.run()
    return storage


def test_what_is_met_again_is_the_same_row(storage: Storage) -> None:
    storage.lists(REPORT, REPORT)
    storage.agrees(AGREED)
    storage.read_whole("reports")
    for view in ("public_reports", "service_improvements"):
        if view == "service_improvements":
            storage.read_whole("improvements")
        (row,) = storage.rows(view)
        assert (row.first_seen[:10], row.last_seen[:10]) == ("2026-01-02", "2026-01-03")
        assert row.unlisted_since is None


def test_other_words_are_another_row_and_the_old_one_stays(storage: Storage) -> None:
    storage.lists(replace(REPORT, blurb="She waited."))
    storage.agrees(replace(AGREED, text="It has trained staff."))
    storage.read_whole("reports")
    storage.read_whole("improvements")
    old, new = storage.rows("public_reports")
    assert (old.blurb, old.unlisted_since[:10]) == ("He waited.", "2026-01-03")
    assert (new.blurb, new.unlisted_since) == ("She waited.", None)
    before, after = storage.rows("service_improvements")
    assert (before.text, before.unlisted_since[:10]) == ("It will train staff.", "2026-01-03")
    assert (after.text, after.unlisted_since) == ("It has trained staff.", None)


def test_only_lists_that_were_read_whole_tell_what_has_left_them(storage: Storage) -> None:
    storage.read_whole("improvements")
    assert storage.rows("public_reports")[0].unlisted_since is None
    assert storage.rows("service_improvements")[0].unlisted_since[:10] == "2026-01-03"


def test_the_day_on_which_it_left_stays_until_it_is_back(storage: Storage) -> None:
    storage.read_whole("reports")
    storage.run()
    storage.read_whole("reports")
    assert storage.rows("public_reports")[0].unlisted_since[:10] == "2026-01-03"
    storage.run()
    storage.lists(REPORT)
    assert storage.rows("public_reports")[0].unlisted_since is None


def test_a_list_that_says_less_takes_nothing_away(storage: Storage) -> None:
    storage.agrees(replace(AGREED, category="Education", date="2024-05-12", year="2024-25"))
    storage.agrees(AGREED)
    (row,) = storage.rows("service_improvements")
    assert (row.category, row.date, row.year) == ("Education", "2024-05-12", "2024-25")


def test_the_year_an_improvement_belongs_to(storage: Storage) -> None:
    expected = {
        ("2024-03-31", None): 2024,
        ("2024-04-01", "2023"): 2025,
        (None, "2024-25"): 2025,
        (None, "2024/2025"): 2025,
        # Of the calendar or ending then: nobody can tell.
        (None, "2024"): None,
        (None, None): None,
    }
    for date, year in expected:
        storage.agrees(replace(AGREED, reference=f"{date} {year}", date=date, year=year))
    rows = [row for row in storage.rows("service_improvements") if row.reference != "24 001 002"]
    assert {(row.date, row.year): row.year_ending for row in rows} == expected


def test_reports_of_one_headline_without_an_address(storage: Storage) -> None:
    storage.lists(replace(REPORT, address=None), replace(REPORT, address=None, title="Another"))
    assert len(storage.rows("public_reports")) == 3


def test_a_report_about_two_councils_has_one_document(storage: Storage) -> None:
    with storage.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO document (id, sha256, size, media_type, path)"
                " VALUES (1, '0', 1, 'x', 'x')"
            )
        )
    item = ReportItem(
        address="/a/1.pdf", url="http://localhost/a/1.pdf", label="", listed_year=None,
        authority=KENT, found_on="/kent",
    )  # fmt: skip
    item.link_id = storage.writer.saw_link(item).link_id
    item.document_id, item.outcome = 1, Outcome.ARCHIVED
    item.reading = ReportReading("1", "ok", date="2024-05-12", text="He waited.")
    storage.writer.store_report(storage.run_id, item)
    # The other council's list comes later than the document.
    other = ReportsItem("Essex County Council", "/essex", (replace(REPORT, reference=None),))
    storage.writer.saw_reports(storage.run_id, other)
    rows = storage.rows("public_reports")
    assert {row.authority for row in rows} == {KENT, "Essex County Council"}
    assert {(row.date, row.text, row.url) for row in rows} == {
        ("2024-05-12", "He waited.", "http://localhost/a/1.pdf")
    }


def test_new_reports_are_news_but_for_a_first_run(storage: Storage) -> None:
    def told() -> list[str]:
        with storage.engine.connect() as connection:
            return news.of_run(connection, storage.run_id).reports

    added = replace(REPORT, title="Another", address="/a/2.pdf")
    storage.lists(replace(REPORT, title="The same, called otherwise"), added)
    # The run before was none that came to a good end.
    assert told() == []
    storage.writer.finish_run(storage.run_id, verdict=Verdict.OK, reason=None, counts={}, checks=[])
    storage.run()
    storage.lists(added, replace(added, title="Once more", address="/a/3.pdf"))
    assert told() == [f"{KENT}: Once more"]


def test_a_text_whose_reader_was_ended_is_read_again(storage: Storage) -> None:
    reader = Reader(storage.engine)
    with storage.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO document (id, sha256, size, media_type, path)"
                " VALUES (1, '0', 1, 'x', 'x')"
            )
        )
    assert reader.unread("report", 1)
    for status, unread in (("failed", True), ("unreadable", False), ("ok", False)):
        with storage.engine.begin() as connection:
            connection.execute(
                text("INSERT OR REPLACE INTO report_text (document_id, reader, time, status)"
                     " VALUES (1, 'x', 'x', :status)"),
                {"status": status},
            )  # fmt: skip
        assert reader.unread("report", 1) is unread
