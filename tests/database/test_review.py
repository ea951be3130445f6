"""Checks across letters: whatever order letters come in, the same findings."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from served import Archive, a_letter, opened, read_as

from ombudsman_crawler.database import review
from ombudsman_crawler.figures.figure import Figure
from ombudsman_crawler.letters.letter import DocumentReading


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    yield from opened(tmp_path)


COUNTIES = ["Kent County Council", "Essex County Council", "Surrey County Council",
            "Devon County Council"]  # fmt: skip
FINDINGS = (
    "SELECT authority.name, finding.code, finding.severity, finding.metric, finding.year_ending"
    " FROM finding JOIN current_reading AS current ON current.reading_id = finding.reading_id"
    " JOIN authority ON authority.id = current.authority_id ORDER BY 1, 2, 4, 5"
)


def figure(year: int, metric: str, value: float, *, restated: bool = False) -> Figure:
    return Figure(year, metric, value, value_text=f"{value:g}", restated=restated, text="…")


def letter_of(council: str, year: int, *figures: Figure) -> DocumentReading:
    words = f"{council} {year} {figures}"
    return read_as(a_letter(authority=council, year_ending=year, figures=figures), words=words)


def averages(archive: Archive, *values: float) -> None:
    for council, value in zip(COUNTIES, values, strict=False):
        reading = letter_of(council, 2021, figure(2021, "uphold_rate_similar", value))
        archive.serve(f"{council} {value}", reading, f"/{council}.pdf", council)


def test_an_average_unlike_the_others_is_doubtful(archive: Archive) -> None:
    averages(archive, 71, 71, 17, 71)
    found = review.run(archive.engine)
    assert found.found == {"average_differs": 1}
    assert archive.rows(FINDINGS) == [
        ("Surrey County Council", "average_differs", "warning", "uphold_rate_similar", 2021)
    ]
    assert archive.rows("SELECT value FROM figures WHERE doubts = 'average_differs'") == [(17,)]
    # The letter is issued again with the right number: no more doubt.
    averages(archive, 71, 71, 71, 71)
    assert review.run(archive.engine).found == {"figure_revised": 1}
    assert archive.rows("SELECT value FROM figures WHERE doubts IS NOT NULL") == []


def test_two_averages_that_nobody_decides_between_are_both_doubtful(archive: Archive) -> None:
    averages(archive, 71, 72)
    review.run(archive.engine)
    assert len(archive.rows(FINDINGS)) == 2


def test_one_letter_alone_is_compared_with_nothing_and_that_is_said(archive: Archive) -> None:
    averages(archive, 71)
    found = review.run(archive.engine)
    assert found.skipped["average_differs"] == 1
    assert not found.found


def test_a_count_unlike_its_neighbours_is_noted_and_not_doubted(archive: Archive) -> None:
    for year, value in ((2015, 120), (2016, 131), (2017, 1300), (2018, 118)):
        reading = letter_of("Kent County Council", year, figure(year, "received_total", value))
        archive.serve(str(year), reading, f"/{year}.pdf", year=year)
    review.run(archive.engine)
    (row,) = archive.rows(FINDINGS)
    assert row[1:] == ("unlike_neighbours", "note", "received_total", 2017)
    assert archive.rows("SELECT * FROM figures WHERE doubts IS NOT NULL") == []


def test_years_on_the_two_sides_of_a_break_are_no_neighbours(archive: Archive) -> None:
    for year, value in ((2012, 20), (2013, 22), (2014, 220), (2015, 230)):
        reading = letter_of("Kent County Council", year, figure(year, "received_total", value))
        archive.serve(str(year), reading, f"/{year}.pdf", year=year)
    review.run(archive.engine)
    assert archive.rows(FINDINGS) == []


def test_a_year_restated_otherwise_is_noted(archive: Archive) -> None:
    own = letter_of("Kent County Council", 2007, figure(2007, "received_total", 34))
    later = letter_of(
        "Kent County Council",
        2008,
        figure(2008, "received_total", 40),
        figure(2007, "received_total", 35, restated=True),
    )
    archive.serve("own", own, "/2007.pdf", year=2007)
    archive.serve("later", later, "/2008.pdf", year=2008)
    review.run(archive.engine)
    (row,) = archive.rows(FINDINGS)
    assert row[1:] == ("restated_otherwise", "note", "received_total", 2007)


def test_the_order_of_arrival_does_not_matter(archive: Archive) -> None:
    seen = set()
    for order in itertools.permutations(range(4)):
        for place in order:
            council, value = COUNTIES[place], (71, 71, 17, 71)[place]
            reading = letter_of(council, 2021, figure(2021, "uphold_rate_similar", value))
            archive.serve(f"{council} {order}", reading, f"/{council}.pdf", council)
            review.run(archive.engine)
        seen.add(tuple(archive.rows(FINDINGS)))
    assert len(seen) == 1


def test_a_review_that_finds_nothing_new_writes_nothing(archive: Archive) -> None:
    averages(archive, 71, 71, 17, 71)
    review.run(archive.engine)
    before = archive.rows("SELECT id FROM finding")
    review.run(archive.engine)
    assert archive.rows("SELECT id FROM finding") == before


def test_a_revised_figure_tells_its_old_value_there_and_back(archive: Archive) -> None:
    council = "Kent County Council"
    a, b = (letter_of(council, 2021, figure(2021, "uphold_rate", value)) for value in (74, 76))
    for body, reading, message in (
        ("a", a, None),
        ("b", b, "76 now, 74 in the version served until 2026-06-"),
        ("a", None, "74 now, 76 in the version served until 2026-06-"),
    ):
        archive.new_run()
        archive.serve(body, reading)
        review.run(archive.engine)
        messages = archive.rows("SELECT message FROM finding WHERE code = 'figure_revised'")
        assert [text[0].startswith(message) for text in messages] == ([True] if message else [])
    # It is no doubt.
    assert archive.rows("SELECT value, doubts FROM figures") == [(74, None)]


def test_other_bytes_with_the_same_words_revise_nothing(archive: Archive) -> None:
    council = "Kent County Council"
    reading = letter_of(council, 2021, figure(2021, "uphold_rate", 74))
    for body in ("a", "regenerated"):
        archive.new_run()
        archive.serve(body, reading)
        review.run(archive.engine)
    assert archive.rows(FINDINGS) == []
