"""What was so on an earlier day, and what is left out with what is withheld: each beside what the
storage itself said on that day."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from served import KENT, UNREADABLE, Archive, a_letter, opened, read_as
from sqlalchemy import text

from ombudsman_crawler.archive.documents import Stored
from ombudsman_crawler.database import review, session, snapshot
from ombudsman_crawler.figures.figure import Figure
from ombudsman_crawler.items import LetterItem, Outcome, TableItem
from ombudsman_crawler.sheets.read import read_file
from ombudsman_crawler.sheets.table import Told
from ombudsman_crawler.site.statistics_page import State, StatisticsPage, Status

PAGE = "SELECT value, doubts FROM figures WHERE source = 'council_page'"
LETTER = "SELECT value, doubts FROM figures WHERE source = 'letter'"
FINDINGS = "SELECT code, message FROM findings ORDER BY 1, 2"
TABLE = """Complaints decided 2020-21
Authority,Not Upheld,Upheld
Kent County Council,13,{}
Dartford Borough Council,2,2
"""


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    yield from opened(tmp_path)


def told(folder: Path, day: date | None, *queries: str) -> list[Any]:
    """What an analysts' database of a day (None: of now) answers."""
    engine = session.open_for_reading(folder)
    path = folder / "analysts.db"
    path.unlink(missing_ok=True)
    try:
        snapshot.make(engine, path, day=day)
    finally:
        engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        return [connection.execute(query).fetchall() for query in queries]


def a_page(value: float) -> StatisticsPage:
    figure = Figure(2021, "upheld_decisions", value, value_text=f"{value}", text="…")
    return StatisticsPage(
        "annual_statistics", State.FIGURES, Status.OK, KENT, KENT, 2021, date(2020, 4, 1),
        date(2021, 3, 31), (figure,),
    )  # fmt: skip


def withhold(archive: Archive, body: str) -> None:
    sha256 = hashlib.sha256(body.encode()).hexdigest()
    archive.writer.withhold([f"document:{sha256}"], withheld=True, who="A", why="a name")


def test_a_page_whose_bytes_always_differ_is_as_it_was(archive: Archive, tmp_path: Path) -> None:
    """As those of pages that print a time or a token do."""
    days = []
    for number, value in enumerate((40, 41, 40, 40)):
        archive.new_run()
        archive.serve_page(f"token {number}", a_page(value))
        review.run(archive.engine)
        days.append((archive.now.date(), told(tmp_path, None, PAGE)))
    assert [said for _, said in days] == [[[(float(value), None)]] for value in (40, 41, 40, 40)]
    for day, said in days:
        assert told(tmp_path, day, PAGE) == said, day


def test_a_letter_that_was_gone_and_came_back_was_gone(archive: Archive, tmp_path: Path) -> None:
    state = "SELECT gone_since FROM letters"
    cover = f"SELECT state FROM coverage WHERE authority = '{KENT}' AND year_ending = 2021"
    served = archive.serve("a letter", read_as(a_letter()))
    archive.new_run()
    gone_on = archive.now.date()
    captured = archive.writer.record_capture(
        archive.run_id, address="/kent.pdf", url="http://x/kent.pdf", status=404, stored=None
    )
    item = LetterItem(
        address="/kent.pdf", url="http://x/kent.pdf", label="2021", listed_year=2021,
        authority=KENT, found_on="/list",
    )  # fmt: skip
    item.link_id, item.capture_id, item.outcome = served.link_id, captured.capture_id, Outcome.GONE
    archive.writer.store_letter(archive.run_id, item, 2021)
    (((since,),), said) = told(tmp_path, None, state, cover)
    assert since.startswith(str(gone_on))
    assert said == [("gone",)]
    archive.new_run()
    archive.serve("a letter", read_as(a_letter()))
    assert told(tmp_path, None, state, cover) == [[(None,)], [("archived",)]]
    (((then,),), said) = told(tmp_path, gone_on, state, cover)
    assert then[:19] == since[:19]
    assert said == [("gone",)]
    before = gone_on - timedelta(days=1)
    assert told(tmp_path, before, state, cover) == [[(None,)], [("archived",)]]


def test_findings_are_those_of_that_day(archive: Archive, tmp_path: Path) -> None:
    days = []
    for words, value in (("a", 74), ("b", 75), ("a", 74)):
        archive.new_run()
        archive.serve(words, read_as(a_letter(value), words=words))
        review.run(archive.engine)
        days.append((archive.now.date(), told(tmp_path, None, LETTER, FINDINGS)))
    assert days[0][1][1] == []
    for day, said in days[1:]:
        ((code, message),) = said[1]
        assert code == "figure_revised"
        assert message.split(" version served until ")[1] <= f"{day}T24"
    for day, said in days:
        assert told(tmp_path, day, LETTER, FINDINGS) == said, day


def test_no_finding_tells_what_a_withheld_letter_says(archive: Archive, tmp_path: Path) -> None:
    archive.serve("old", read_as(a_letter(75), words="old"))
    archive.new_run()
    archive.serve("new", read_as(a_letter(74), words="new"))
    review.run(archive.engine)
    ((_, message),) = told(tmp_path, None, FINDINGS)[0]
    assert "75 in the version served" in message
    withhold(archive, "old")
    assert told(tmp_path, None, FINDINGS, LETTER) == [[], [(74.0, None)]]


def test_what_was_current_before_takes_no_withheld_pages_place(
    archive: Archive, tmp_path: Path
) -> None:
    archive.serve_page("old", a_page(44))
    archive.new_run()
    archive.serve_page("new", a_page(45))
    assert told(tmp_path, None, PAGE) == [[(45.0, None)]]
    withhold(archive, "new")
    history = "SELECT COUNT(*) FROM page_history"
    assert told(tmp_path, None, PAGE, history) == [[], [(0,)]]
    yesterday = archive.now.date() - timedelta(days=1)
    assert told(tmp_path, yesterday, PAGE, history) == [[(44.0, None)], [(1,)]]


def serve_table(archive: Archive, body: str) -> None:
    item = TableItem(
        address="/table.csv", url="http://x/table.csv", label="decided 2020-21",
        listed_year=2021, authority=None, found_on="/statistics",
    )  # fmt: skip
    state = archive.writer.saw_link(item)
    item.link_id, item.previous_document_id = state.link_id, state.document_id
    sha256 = hashlib.sha256(body.encode()).hexdigest()
    captured = archive.writer.record_capture(
        archive.run_id, address=item.address, url=item.url, status=200,
        stored=Stored(sha256, len(body), "text/csv", f"tables/{sha256}.csv"),
    )  # fmt: skip
    item.capture_id, item.document_id = captured.capture_id, captured.document_id
    item.outcome = Outcome.ARCHIVED
    item.reading = read_file(body.encode(), Told())
    archive.writer.store_table(archive.run_id, item, 2021)
    review.run(archive.engine)
    archive.now += timedelta(seconds=1)


def test_what_was_current_before_takes_no_withheld_tables_place(
    archive: Archive, tmp_path: Path
) -> None:
    rows = "SELECT metric, value FROM figures WHERE source = 'national_table' ORDER BY 1"
    current = "SELECT COUNT(*) FROM national_rows WHERE current"
    serve_table(archive, TABLE.format(1))
    archive.new_run()
    serve_table(archive, TABLE.format(2))
    figures, ((corrected,),) = told(tmp_path, None, rows, current)
    assert ("upheld_decisions", 2.0) in figures
    assert corrected
    withhold(archive, TABLE.format(2))
    assert told(tmp_path, None, rows, current, FINDINGS) == [[], [(0,)], []]


@pytest.mark.parametrize("which", ["first bytes", "other bytes"])
def test_other_bytes_with_withheld_words_are_withheld(
    archive: Archive, tmp_path: Path, which: str
) -> None:
    letters = "SELECT title, form, withheld FROM letters"
    withheld = "SELECT DISTINCT withheld FROM figures"
    archive.serve("first bytes", read_as(a_letter(title="A title")))
    archive.new_run()
    archive.serve("other bytes", read_as(a_letter(title="A title")))
    assert told(tmp_path, None, LETTER)[0]
    withhold(archive, which)
    assert archive.rows(withheld) == [(1,)]
    assert told(tmp_path, None, LETTER, letters) == [[], [(None, None, 1)]]


def test_what_can_not_be_read_later_was_read_then(archive: Archive, tmp_path: Path) -> None:
    archive.serve("a letter", read_as(a_letter()))
    day = archive.now.date()
    archive.new_run()
    archive.serve("broken", UNREADABLE)
    assert told(tmp_path, day, LETTER) == [[(74.0, None)]]


@pytest.mark.parametrize("by_page", [True, False])
def test_nothing_leads_to_a_withheld_decision(
    archive: Archive, tmp_path: Path, by_page: bool
) -> None:
    """Withheld by its page or by its reference: neither its row, nor what a council agreed to after
    it, nor a public report of its reference."""
    told_of = [
        f"SELECT reference FROM {name} WHERE reference IS NOT NULL"
        for name in ("decisions", "service_improvements", "public_reports")
    ]
    page = hashlib.sha256(b"the decision's page").hexdigest()
    archive.writer.record_capture(
        archive.run_id, address="/decision", url="http://x/decision", status=200,
        stored=Stored(page, 19, "text/html", f"decisions/{page}.html"),
    )  # fmt: skip
    with archive.engine.begin() as connection:
        for statement in _A_DECISION.split(";"):
            connection.execute(text(statement), {"run": archive.run_id, "page": page})
    assert told(tmp_path, None, *told_of) == [[("25 005 701",)]] * 3
    subject = f"document:{page}" if by_page else "decision:25 005 701"
    archive.writer.withhold([subject], withheld=True, who="A", why="a name")
    assert told(tmp_path, None, *told_of) == [[], [], []]


_A_DECISION = """
INSERT INTO link (kind, address, url, found_on, label, first_seen, last_seen)
VALUES ('decision', '/decision', 'http://x/decision', '/s', '', '2026', '2026');
INSERT INTO decision (link_id, reference, summary) SELECT MAX(id), '25 005 701', 'Words.' FROM link;
INSERT INTO decision_version (decision_id, document_id, capture_id, reader, time, status,
                              content_sha256, first_seen, last_seen)
SELECT (SELECT MAX(id) FROM decision), id, (SELECT MAX(id) FROM attempt), '1', '2026', 'ok', '',
       '2026', '2026' FROM document WHERE sha256 = :page;
INSERT INTO decision_document (document_id, decision_id, version_id)
SELECT document_id, decision_id, id FROM decision_version;
INSERT INTO service_improvement (authority_id, key, text, reference, found_on, first_seen,
                                 last_seen, last_run_id)
SELECT MIN(id), 'k', 'It agreed.', '25 005 701', '/', '2026', '2026', :run FROM authority;
INSERT INTO public_report (authority_id, key, title, reference, found_on, first_seen, last_seen,
                           last_run_id)
SELECT MIN(id), 'k', 'A report.', '25 005 701', '/', '2026', '2026', :run FROM authority
"""
