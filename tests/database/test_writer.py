"""Versions, readings and outcomes as rows, without a crawl around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from served import DARTFORD, KENT, UNREADABLE, Archive, a_letter, opened, read_as
from sqlalchemy import text

from ombudsman_crawler.database import review
from ombudsman_crawler.figures.figure import Figure, Finding, Severity
from ombudsman_crawler.items import CouncilItem
from ombudsman_crawler.letters.letter import Status


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    yield from opened(tmp_path)


LETTERS = (
    "SELECT authority.name, year_ending, letter.kind FROM letter"
    " JOIN authority ON authority.id = authority_id ORDER BY 1, 2, 3"
)
SHOWN = "SELECT authority, year_ending, uphold_rate FROM annual_summary ORDER BY 1, 2"


def test_the_same_reading_is_stored_once(archive: Archive) -> None:
    for _ in range(3):
        archive.serve("a", read_as(a_letter()))
        archive.new_run()
    assert len(archive.rows("SELECT * FROM reading")) == 1
    assert len(archive.rows("SELECT * FROM figure")) == 1
    assert len(archive.rows("SELECT * FROM outcome")) == 3


def test_a_better_reading_is_added_and_shown(archive: Archive) -> None:
    archive.serve("a", read_as(a_letter(47)))
    archive.serve("a", read_as(a_letter(74)))
    assert archive.rows("SELECT value FROM figure ORDER BY id") == [(47,), (74,)]
    assert archive.rows(SHOWN) == [(KENT, 2021, 74)]
    assert len(archive.rows("SELECT * FROM letter_version")) == 1


def test_the_words_decide_whose_letter_it_is(archive: Archive) -> None:
    archive.serve("a", read_as(a_letter()), authority=DARTFORD, year=2020)
    assert archive.rows(LETTERS) == [(KENT, 2021, "annual")]


def test_the_link_decides_where_the_words_are_silent(archive: Archive) -> None:
    archive.serve("a", read_as(a_letter(authority=None, year_ending=None, figures=())))
    assert archive.rows(LETTERS) == [(KENT, 2021, "annual")]


def test_a_document_nobody_can_place_is_kept_apart(archive: Archive) -> None:
    stray = read_as(a_letter(authority=None, year_ending=None, figures=()))
    archive.serve("a", stray, authority=None, year=None)
    assert archive.rows(LETTERS) == []
    assert archive.rows("SELECT letter_id FROM letter_version") == [(None,)]
    # A better reading finds out.
    archive.serve("a", read_as(a_letter()), authority=None, year=None)
    assert archive.rows(LETTERS) == [(KENT, 2021, "annual")]
    assert archive.rows(SHOWN) == [(KENT, 2021, 74)]


def test_a_letter_found_to_be_anothers_leaves_no_shell(archive: Archive) -> None:
    archive.serve("a", read_as(a_letter(year_ending=2020)))
    archive.serve("a", read_as(a_letter()))
    assert archive.rows(LETTERS) == [(KENT, 2021, "annual")]


def test_two_letters_in_one_document(archive: Archive) -> None:
    archive.serve("a", read_as(a_letter(), a_letter(53, part=2, authority=DARTFORD)))
    assert archive.rows(SHOWN) == [(DARTFORD, 2021, 53), (KENT, 2021, 74)]


def test_the_version_served_last_is_current(archive: Archive) -> None:
    for body, value in (("a", 74), ("b", 75), ("a", 74)):
        archive.new_run()
        archive.serve(body, read_as(a_letter(value), words=body))
        assert archive.rows(SHOWN) == [(KENT, 2021, value)]
    assert len(archive.rows("SELECT * FROM letter_version")) == 2
    assert [row[0] for row in archive.rows("SELECT outcome FROM outcome ORDER BY run_id")] == [
        "archived",
        "new_version",
        "new_version",
    ]


def test_what_can_not_be_read_never_displaces_what_can(archive: Archive) -> None:
    archive.serve("a", read_as(a_letter(), words="a"))
    archive.new_run()
    archive.serve("b", UNREADABLE)
    assert archive.rows(SHOWN) == [(KENT, 2021, 74)]
    archive.new_run()
    no_letter = a_letter(
        status=Status.NOT_A_LETTER, authority=None, year_ending=None, figures=(), form=None
    )
    archive.serve("c", read_as(no_letter, words="c"))
    assert archive.rows(SHOWN) == [(KENT, 2021, 74)]
    assert len(archive.rows("SELECT * FROM letter_version")) == 3


def test_a_readable_version_displaces_an_unreadable_one(archive: Archive) -> None:
    archive.serve("b", UNREADABLE)
    archive.serve("a", read_as(a_letter(), words="a"), address="/copy.pdf")
    archive.serve("b", UNREADABLE)
    assert archive.rows(SHOWN) == [(KENT, 2021, 74)]


def test_other_bytes_with_the_same_words(archive: Archive) -> None:
    archive.serve("a", read_as(a_letter()))
    archive.new_run()
    item = archive.serve("a, packed again", read_as(a_letter()))
    assert (item.outcome, item.reason) == ("unchanged", "other bytes, the same words")
    assert len(archive.rows("SELECT * FROM letter_version")) == 1
    assert len(archive.rows("SELECT * FROM version_document")) == 2


def test_other_bytes_that_nobody_has_read_yet(archive: Archive) -> None:
    archive.serve("a", read_as(a_letter()))
    archive.new_run()
    item = archive.serve("b", None)
    assert (item.outcome, item.reason) == ("new_version", "not read yet")
    assert archive.rows(SHOWN) == [(KENT, 2021, 74)]


def test_doubt(archive: Archive) -> None:
    notes = (
        Finding("odd", Severity.NOTE, "…", "uphold_rate", 2021),
        Finding("rate_differs", Severity.WARNING, "…", "compliance_rate", 2021),
    )
    figures = (
        *a_letter().figures,
        Figure(2021, "compliance_rate", 90),
        Figure(2021, "compliance_outcomes", None, absence="not_in_text"),
    )
    letter = a_letter(figures=figures, findings=notes, status=Status.SUSPECT)
    archive.serve("a", read_as(letter))
    assert archive.rows("SELECT metric, doubts FROM figures ORDER BY metric") == [
        ("compliance_outcomes", None),
        ("compliance_rate", "rate_differs"),
        ("uphold_rate", None),
    ]
    assert archive.rows("SELECT doubtful FROM annual_summary") == [("compliance_rate",)]


def test_a_finding_about_the_letter_casts_doubt_on_all_of_it(archive: Archive) -> None:
    about = (Finding("year_disagrees", Severity.WARNING, "…"),)
    archive.serve("a", read_as(a_letter(findings=about, status=Status.SUSPECT)))
    assert archive.rows("SELECT metric, doubts FROM figures") == [("uphold_rate", "year_disagrees")]


def test_restated_figures_never_fill_the_summary(archive: Archive) -> None:
    earlier = Figure(2020, "uphold_rate", 60, restated=True)
    archive.serve("a", read_as(a_letter(figures=(*a_letter().figures, earlier))))
    assert archive.rows(SHOWN) == [(KENT, 2021, 74)]
    ids = [row[0] for row in archive.rows("SELECT figure_id FROM figures ORDER BY 1")]
    assert ids == [
        "kent-county-council/2020/letter/uphold_rate/restated-2021",
        "kent-county-council/2021/letter/uphold_rate",
    ]


def test_a_figure_keeps_its_name_over_readings(archive: Archive) -> None:
    archive.serve("a", read_as(a_letter(47)))
    before = archive.rows("SELECT figure_id FROM figures")
    archive.serve("a", read_as(a_letter(74)))
    assert archive.rows("SELECT figure_id FROM figures") == before


def test_storing_is_one_transaction(archive: Archive) -> None:
    broken = a_letter(figures=(Figure(2021, "uphold_rate", None),))
    with pytest.raises(Exception, match="value_or_absence"):
        archive.serve("a", read_as(broken))
    for table in ("reading", "letter", "letter_version", "figure", "outcome"):
        assert archive.rows(f"SELECT * FROM {table}") == []
    # The document and its capture were safe before.
    assert len(archive.rows("SELECT * FROM document")) == 1
    assert len(archive.rows("SELECT * FROM capture")) == 1


def test_councils_are_met_again_and_again(archive: Archive) -> None:
    seen = CouncilItem(KENT, "kent-county-council", "/k/statistics", "Kent CC", on_map=True)
    archive.writer.saw_council(seen)
    archive.now += timedelta(days=1)
    archive.writer.saw_council(replace(seen, slug="Kent-County-Council", on_map=False))
    ((slug, first, last),) = archive.rows(
        "SELECT slug, map_first_seen, map_last_seen FROM authority WHERE slug IS NOT NULL"
    )
    assert slug == "kent-county-council"
    assert first == last
    assert archive.rows("SELECT name FROM authority_name WHERE source = 'site'") == [("Kent CC",)]


def test_a_run_that_said_nothing_was_killed(archive: Archive) -> None:
    archive.new_run()
    assert archive.rows("SELECT verdict FROM run ORDER BY id") == [("killed",), (None,)]


def test_coverage(archive: Archive) -> None:
    archive.serve("a", read_as(a_letter()))
    archive.serve("b", UNREADABLE, address="/dartford.pdf", authority=DARTFORD)
    northampton = "Northampton Borough Council"
    archive.serve("c", read_as(a_letter(authority=northampton)), "/n.pdf", northampton)
    later = read_as(a_letter(year_ending=2022, figures=()), words="later")
    archive.serve("d", later, "/kent22.pdf", year=2022)
    states = archive.rows("SELECT authority, year_ending, state FROM coverage ORDER BY 1, 2")
    assert states == [
        (DARTFORD, 2021, "unread"),
        (DARTFORD, 2022, "missing"),
        (KENT, 2021, "archived"),
        (KENT, 2022, "archived"),
        (northampton, 2021, "archived"),
        (northampton, 2022, "not_expected"),
    ]


def test_two_wordings_served_at_once_cast_doubt_in_either_order(archive: Archive) -> None:
    for first, second in (("a", "b"), ("b", "a")):
        archive.new_run()
        for body, address in ((first, f"/{first}.pdf"), (second, f"/{second}.pdf")):
            value = 74 if body == "a" else 40
            archive.serve(body, read_as(a_letter(value), words=body), address)
        review.run(archive.engine)
        ((doubtful,),) = archive.rows("SELECT doubts FROM figures")
        assert doubtful == "claimed_twice"
    # One of them is taken down: no more doubt.
    archive.new_run()
    with archive.engine.begin() as connection:
        connection.execute(text("UPDATE link SET gone_since = 'now' WHERE address = '/b.pdf'"))
    archive.serve("a", None, "/a.pdf")
    review.run(archive.engine)
    assert archive.rows("SELECT value, doubts FROM figures") == [(74, None)]


def test_a_link_that_serves_another_letter_says_so(archive: Archive) -> None:
    archive.serve("a", read_as(a_letter()), "/2021.pdf")
    item = archive.serve("a", None, "/2020.pdf", year=2020)
    assert item.reason == f"holds the letter of {KENT} for 2021"


def test_a_newer_document_that_could_not_be_read_in_time_is_read_again(archive: Archive) -> None:
    from ombudsman_crawler.database.reader import Reader
    from ombudsman_crawler.letters import read

    slow = archive.serve("a", read.unreadable("reader_timeout", "…"))
    cut = archive.serve("b", read.unreadable("broken", "…"), "/b.pdf")
    reader = Reader(archive.engine)
    assert slow.document_id is not None
    assert cut.document_id is not None
    assert reader.unread("letter", slow.document_id)
    assert not reader.unread("letter", cut.document_id)
