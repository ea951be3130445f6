"""Decisions and their versions as rows, without a crawl around them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from served import Archive, opened

from ombudsman_crawler.archive.documents import PDF, Stored
from ombudsman_crawler.database import stored_readings
from ombudsman_crawler.database.reader import Reader
from ombudsman_crawler.items import DecisionItem, Outcome
from ombudsman_crawler.site.decision_page import DecisionPage, Section
from ombudsman_crawler.site.decision_search import ListedDecision
from ombudsman_crawler.windows import Known, State, Window

ADDRESS = "/decisions/housing/allocations/19-007-429"
ROW = ListedDecision(
    url=f"http://x{ADDRESS}",
    reference="19 007 429",
    authority="Kent County Council",
    kind="statement",
    outcome="Upheld",
    sub_category="Allocations",
    decided=date(2020, 2, 5),
    summary="Miss C complains.",
)
PAGE = DecisionPage(
    reference="19 007 429",
    authority="Kent County Council",
    category="Housing",
    sub_category="Allocations",
    outcome="Upheld",
    decided=date(2020, 2, 5),
    summary="Miss C complains.",
    sections=(Section("The complaint", "Miss C complains."),),
)
SHELL = DecisionPage()
OTHER = replace(PAGE, sections=(Section("The complaint", "Miss C complained."),))
CURRENT = (
    "SELECT sections, decision_version.status FROM decision_version"
    " JOIN decision ON current_version_id = decision_version.id"
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    yield from opened(tmp_path)


def listed(row: ListedDecision | None = ROW, **more: Any) -> DecisionItem:
    given = {
        "address": ADDRESS,
        "url": f"http://x{ADDRESS}",
        "label": "",
        "listed_year": None,
        "authority": None,
        "found_on": "/search",
        "reference": "19 007 429",
        "row": row,
    }
    return DecisionItem(**{**given, **more})


def serve(archive: Archive, body: str, page: DecisionPage | None, **more: Any) -> DecisionItem:
    """Have the site list a decision and serve a body there, read as told."""
    item = listed(**more)
    state = archive.writer.saw_link(item)
    item.link_id, item.previous_document_id = state.link_id, state.document_id
    media_type = PDF if body.startswith("%PDF-") else "text/html"
    sha256 = hashlib.sha256(body.encode()).hexdigest()
    captured = archive.writer.record_capture(
        archive.run_id,
        address=ADDRESS,
        url=item.url,
        status=200,
        stored=Stored(sha256, len(body), media_type, f"pages/{sha256}"),
    )
    item.capture_id, item.document_id = captured.capture_id, captured.document_id
    same = state.document_id == item.document_id
    item.outcome, item.page = (Outcome.UNCHANGED if same else Outcome.ARCHIVED), page
    archive.writer.store_decision(archive.run_id, item, None)
    archive.new_run()
    return item


def test_the_same_words_are_one_version_whatever_the_bytes(archive: Archive) -> None:
    assert serve(archive, "a", PAGE).outcome is Outcome.ARCHIVED
    again = serve(archive, "b", PAGE)
    assert (again.outcome, again.reason) == (Outcome.UNCHANGED, "other bytes, the same words")
    ((first, last),) = archive.rows("SELECT first_seen, last_seen FROM decision_version")
    assert first < last


def test_other_words_are_another_version_and_the_old_one_stays(archive: Archive) -> None:
    serve(archive, "a", PAGE)
    assert serve(archive, "b", OTHER).outcome is Outcome.NEW_VERSION
    assert len(archive.rows("SELECT * FROM decision_version")) == 2
    assert "complained" in archive.rows(CURRENT)[0][0]
    # What was served before is served again: it isn't read anew, and is current.
    assert serve(archive, "a", None).outcome is Outcome.NEW_VERSION
    assert len(archive.rows("SELECT * FROM decision_version")) == 2
    assert "complains" in archive.rows(CURRENT)[0][0]


def test_a_shell_never_displaces_a_decision_and_is_asked_for_again(archive: Archive) -> None:
    serve(archive, "a", PAGE)
    assert serve(archive, "shell", SHELL).outcome is Outcome.REJECTED
    # The server says that it is unchanged: it is no decision all the same.
    assert serve(archive, "shell", None).outcome is Outcome.REJECTED
    assert archive.rows(CURRENT)[0][1] == "ok"
    assert serve(archive, "a", None).outcome is Outcome.UNCHANGED


def test_a_shell_gives_way_to_a_decision(archive: Archive) -> None:
    serve(archive, "shell", SHELL)
    assert archive.rows(CURRENT)[0][1] == "unrecognised"
    serve(archive, "a", PAGE)
    assert archive.rows(CURRENT)[0][1] == "ok"


def test_what_was_left_unread_is_read_by_a_later_run(archive: Archive) -> None:
    serve(archive, "a", None)
    assert archive.rows(CURRENT) == []
    item = listed()
    state = archive.writer.saw_link(item)
    item.link_id, item.document_id = state.link_id, state.document_id
    item.outcome, item.page = Outcome.NOT_DUE, PAGE
    archive.writer.store_decision(archive.run_id, item, None)
    assert archive.rows(CURRENT)[0][1] == "ok"
    ((capture,),) = archive.rows("SELECT capture_id FROM decision_version")
    assert capture == 1


@pytest.mark.parametrize(
    ("row", "changed"),
    [
        (ROW, False),
        (replace(ROW, outcome="Not upheld"), True),
        (replace(ROW, summary="Miss C complained."), True),
        (replace(ROW, outcome=None, summary=None), False),
    ],
)
def test_a_row_that_says_something_else_is_a_reason_to_ask(
    archive: Archive, row: ListedDecision, changed: bool
) -> None:
    serve(archive, "a", PAGE)
    assert archive.writer.saw_link(listed(row)).changed is changed
    (found,) = archive.rows("SELECT outcome, summary FROM decision")
    assert found == (row.outcome or "Upheld", row.summary or ROW.summary)


def test_a_decision_that_is_no_longer_listed_is_asked_for(archive: Archive) -> None:
    serve(archive, "a", PAGE)
    assert archive.writer.saw_link(listed(None, listed=False)).changed


def test_gone_before_it_was_archived(archive: Archive) -> None:
    item = listed()
    item.link_id = archive.writer.saw_link(item).link_id
    item.outcome = Outcome.GONE
    archive.writer.store_decision(archive.run_id, item, None)
    found = archive.rows("SELECT reference, authority, outcome, summary, gone_since FROM decisions")
    assert found[0][:4] == ("19 007 429", None, "Upheld", "Miss C complains.")
    assert found[0][4]
    window = Window(date(2020, 2, 1), date(2020, 2, 29))
    reader = Reader(archive.engine)
    assert list(reader.decisions_never_answered(archive.run_id + 1, window)) == []
    assert reader.decisions_of(window) == []


def test_what_the_page_says_otherwise_is_doubtful(archive: Archive) -> None:
    serve(archive, "a", replace(PAGE, outcome="Not upheld", decided=date(2020, 2, 6)))
    assert archive.rows("SELECT outcome, decided, doubts FROM decisions") == [
        ("Not upheld", "2020-02-06", "outcome,decided")
    ]


def test_windows_keep_what_they_last_stated(archive: Archive) -> None:
    window = Window(date(2020, 2, 1), date(2020, 2, 29))
    reader = Reader(archive.engine)
    archive.writer.planned([window])
    assert reader.decision_windows()[window].state is State.OPEN
    archive.writer.walked(1, window, Known(State.COMPLETE, None, 12, 12), None)
    archive.writer.planned([window])
    archive.writer.walked(1, window, Known(State.SHORT, None), "no answer")
    assert reader.decision_windows()[window] == Known(State.SHORT, archive.now.date(), 12, 12)
    archive.writer.halved(window)
    assert set(reader.decision_windows()) == set(window.halves() or ())


def test_a_decision_that_is_a_pdf_is_never_read_as_a_letter(archive: Archive) -> None:
    assert serve(archive, "%PDF-1.7", SHELL).outcome is Outcome.REJECTED
    with archive.engine.connect() as connection:
        assert stored_readings.document_ids(connection, reader="1", only="all") == []
