"""A person's word on a finding or on a council that vanished: what it settles, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from served import KENT, Archive, a_letter, opened, read_as

from ombudsman_crawler.database.reader import Reader
from ombudsman_crawler.figures.figure import Finding, Severity
from ombudsman_crawler.items import CouncilItem
from ombudsman_crawler.letters.letter import Status


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    yield from opened(tmp_path)


SUBJECT = "finding:rate_disagrees:kent-county-council:2021:uphold_rate"
SHOWN = "SELECT doubts, acknowledged FROM figures"


def doubtful(value: float = 74, **said: object) -> object:
    finding = Finding("rate_disagrees", Severity.WARNING, f"{value} isn't 70", "uphold_rate")
    return a_letter(value, findings=(finding,), status=Status.SUSPECT, **said)


def subjects(archive: Archive, which: str = "open") -> list[str]:
    return [row["subject"] for row in Reader(archive.engine).acknowledgements()[which]]


def say(archive: Archive, verdict: str, subject: str = SUBJECT) -> None:
    archive.writer.acknowledge([subject], who="Ann", verdict=verdict, note="looked at page 3")


def test_what_is_right_is_doubtful_no_longer_and_stays_visible(archive: Archive) -> None:
    archive.serve("a", read_as(doubtful()))
    assert archive.rows(SHOWN) == [("rate_disagrees", None)]
    assert subjects(archive) == [SUBJECT]
    say(archive, "right")
    assert archive.rows(SHOWN) == [(None, "rate_disagrees:right")]
    assert archive.rows("SELECT doubtful FROM annual_summary") == [(None,)]
    assert subjects(archive) == []
    assert subjects(archive, "settled") == [SUBJECT]
    # The reading itself is what it was.
    assert archive.rows("SELECT status FROM reading") == [("suspect",)]


@pytest.mark.parametrize("verdict", ["wrong", "unsure"])
def test_what_is_wrong_is_settled_and_stays_doubtful(archive: Archive, verdict: str) -> None:
    archive.serve("a", read_as(doubtful()))
    say(archive, verdict)
    assert archive.rows(SHOWN) == [("rate_disagrees", f"rate_disagrees:{verdict}")]
    assert subjects(archive) == []


def test_a_word_can_be_taken_back(archive: Archive) -> None:
    archive.serve("a", read_as(doubtful()))
    say(archive, "right")
    say(archive, "reopened")
    assert archive.rows(SHOWN) == [("rate_disagrees", None)]
    assert subjects(archive) == [SUBJECT]
    assert subjects(archive, "settled") == []
    assert archive.rows("SELECT COUNT(*) FROM acknowledgement") == [(2,)]


def test_a_later_version_has_its_own_doubts(archive: Archive) -> None:
    archive.serve("a", read_as(doubtful()))
    say(archive, "right")
    archive.serve("b", read_as(doubtful(80), words="other words"))
    assert archive.rows(SHOWN) == [("rate_disagrees", None)]
    assert subjects(archive) == [SUBJECT]


def test_a_better_reading_that_says_the_same_is_covered(archive: Archive) -> None:
    archive.serve("a", read_as(doubtful()))
    say(archive, "right")
    archive.serve("a", read_as(doubtful(signatory="A better reading")))
    assert archive.rows("SELECT COUNT(*) FROM reading") == [(2,)]
    assert archive.rows(SHOWN) == [(None, "rate_disagrees:right")]
    archive.serve("a", read_as(doubtful(75)))
    assert archive.rows(SHOWN) == [("rate_disagrees", None)]


def test_a_finding_about_the_whole_letter_is_named_so(archive: Archive) -> None:
    finding = Finding("form_incomplete", Severity.WARNING, "half of it is missing")
    archive.serve("a", read_as(a_letter(findings=(finding,), status=Status.SUSPECT)))
    subject = "finding:form_incomplete:kent-county-council:2021:letter"
    assert subjects(archive) == [subject]
    say(archive, "right", subject)
    assert archive.rows(SHOWN) == [(None, "form_incomplete:right")]


def test_near_subjects(archive: Archive) -> None:
    archive.serve("a", read_as(doubtful()))
    reader = Reader(archive.engine)
    assert reader.near_subjects(SUBJECT) is None
    assert reader.near_subjects(SUBJECT.replace("kent", "knet")) == [SUBJECT]
    assert reader.near_subjects("nonsense") == []


def test_a_council_that_came_back_and_went_again_is_open_again(archive: Archive) -> None:
    def on_map() -> None:
        kent = CouncilItem(KENT, "kent-county-council", "/kent", KENT, on_map=True)
        archive.writer.saw_council(kent)

    def checked(passed: bool) -> None:
        archive.writer.finish_run(
            archive.run_id, verdict="ok", reason=None, counts={}, checks=[vanished(passed)]
        )

    def vanished(passed: bool):
        from ombudsman_crawler.database.writer import Check

        return Check("councils_still_there", True, passed, "…")

    on_map()
    checked(True)
    archive.new_run()
    checked(False)
    subject = "authority:kent-county-council"
    assert subjects(archive) == [subject]
    say(archive, "expected", subject)
    assert subjects(archive) == []
    archive.new_run()
    on_map()
    checked(True)
    archive.new_run()
    checked(False)
    assert subjects(archive) == [subject]
