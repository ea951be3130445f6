"""What council pages said, as rows, without a crawl around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from served import KENT, Archive, opened

from ombudsman_crawler.database import review
from ombudsman_crawler.figures.figure import Figure, Finding, Severity
from ombudsman_crawler.site.statistics_page import State, StatisticsPage, Status

ADDRESS = "/your-councils-performance/kent-county-council/statistics"
SHOWN = "SELECT year_ending, value, doubts FROM figures WHERE source = 'council_page' ORDER BY 1"
LOST = "SELECT capture_id FROM finding WHERE code = 'statistics_lost'"
HISTORY = "SELECT year_ending, state, current, first_seen, last_seen FROM page_history ORDER BY 4"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    yield from opened(tmp_path)


def a_page(value: float = 80, year: int = 2024, **said: object) -> StatisticsPage:
    figure = Figure(year, "uphold_rate", value, value_text=f"{value}%", text="…")
    page = StatisticsPage(
        "annual_statistics",
        State.FIGURES,
        Status.OK,
        KENT,
        KENT,
        year,
        date(year - 1, 4, 1),
        date(year, 3, 31),
        (figure,),
    )
    return replace(page, **said)  # type: ignore[arg-type]


NOTHING = StatisticsPage(None, State.NO_STATISTICS, Status.OK, KENT, KENT)


def test_the_same_content_is_stored_once_whatever_its_bytes(archive: Archive) -> None:
    archive.serve_page("a", a_page())
    archive.serve_page("a", None)
    archive.serve_page("b", a_page())
    assert len(archive.rows("SELECT * FROM page_reading")) == 1
    assert archive.rows(SHOWN) == [(2024, 80, None)]
    ((_, _, _, first, last),) = archive.rows(HISTORY)
    assert first < last


def test_a_year_follows_another_and_both_stay(archive: Archive) -> None:
    archive.serve_page("a", a_page(80, 2024))
    archive.serve_page("b", a_page(83, 2025))
    assert archive.rows(SHOWN) == [(2024, 80, None), (2025, 83, None)]
    assert [row[:3] for row in archive.rows(HISTORY)] == [
        (2024, "figures", 1),
        (2025, "figures", 1),
    ]


def test_what_the_page_said_last_is_current(archive: Archive) -> None:
    for body, value in (("a", 80), ("b", 81), ("a", 80)):
        archive.serve_page(body, a_page(value))
        assert archive.rows(SHOWN) == [(2024, value, None)]
    assert len(archive.rows("SELECT * FROM page_reading")) == 2
    assert len(archive.rows("SELECT * FROM figure")) == 2
    archive.serve_page("b", None)
    assert archive.rows(SHOWN) == [(2024, 81, None)]


def test_a_better_reading_takes_the_place_of_the_older_one(archive: Archive) -> None:
    archive.serve_page("a", a_page(8, findings=(Finding("a_code", Severity.WARNING, "…"),)))
    assert archive.rows(SHOWN) == [(2024, 8, "a_code")]
    archive.serve_page("a", a_page(80))
    assert archive.rows(SHOWN) == [(2024, 80, None)]
    assert len(archive.rows("SELECT * FROM page_reading")) == 1
    assert archive.rows("SELECT * FROM finding") == []


def test_two_documents_that_a_better_reading_finds_alike_are_one(archive: Archive) -> None:
    archive.serve_page("a", a_page(80))
    archive.serve_page("b", a_page(81))
    archive.serve_page("b", a_page(80))
    assert archive.rows(SHOWN) == [(2024, 80, None)]
    assert len(archive.rows("SELECT * FROM page_reading")) == 1


def test_doubts_of_a_page_are_its_figures_and_no_others(archive: Archive) -> None:
    doubt = Finding("a_code", Severity.WARNING, "…", "uphold_rate", 2024)
    archive.serve_page("a", a_page(80, findings=(doubt,)))
    archive.serve_page("b", a_page(83, 2025))
    assert archive.rows(SHOWN) == [(2024, 80, "a_code"), (2025, 83, None)]


@pytest.mark.parametrize("now", [NOTHING, replace(NOTHING, status=Status.UNKNOWN_FORM)])
def test_statistics_that_are_lost_are_told_of_while_they_are(
    archive: Archive, now: StatisticsPage
) -> None:
    archive.serve_page("z", now)
    review.run(archive.engine)
    assert archive.rows(LOST) == []
    archive.serve_page("a", a_page())
    archive.serve_page("z", now)
    review.run(archive.engine)
    review.run(archive.engine)
    assert len(archive.rows(LOST)) == 1
    assert archive.rows(SHOWN) == [(2024, 80, None)]
    archive.serve_page("b", a_page(83, 2025))
    review.run(archive.engine)
    assert archive.rows(LOST) == []


def test_a_council_that_has_ended_may_lose_its_statistics(archive: Archive) -> None:
    for body, page in (("a", a_page()), ("z", NOTHING)):
        archive.serve_page(body, page, authority="Cumbria County Council")
    review.run(archive.engine)
    assert archive.rows(LOST) == []


def test_pages_of_a_kind_and_year_print_the_same_average(archive: Archive) -> None:
    def page(average: float) -> StatisticsPage:
        figure = Figure(2024, "uphold_rate_similar", average, value_text=f"{average}%", text="…")
        return a_page(figures=(figure,))

    others = ("Essex County Council", "Surrey County Council", "Devon County Council")
    for name, average in ((KENT, 71), *((other, 77) for other in others)):
        archive.serve_page(name, page(average), authority=name)
    # Another kind has another average.
    archive.serve_page("d", page(63), authority="Dartford Borough Council")
    review.run(archive.engine)
    doubted = "SELECT authority, doubts FROM figures WHERE doubts IS NOT NULL"
    assert archive.rows(doubted) == [(KENT, "average_differs")]
