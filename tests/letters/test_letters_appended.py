"""One letter with the statistics of another behind it: no number of the other's in silence."""

from dataclasses import replace

import pytest
from letter_pdfs import Ink, Statistics, Style, front_page, make_pdf, statistics_page

from ombudsman_crawler.figures.figure import Severity
from ombudsman_crawler.letters.letter import Letter
from ombudsman_crawler.letters.read import read_document

OWN = Statistics()
BEFORE = Statistics(
    year=2020,
    uphold_rate="60%",
    uphold_similar="65%",
    upheld="30",
    investigations="50",
    compliance_rate="98%",
    compliance_similar="97%",
    outcomes="41",
    remedy_rate="10%",
    remedy_similar="9%",
    remedied="3",
    remedy_base="50",
)


def read(*pages: list[Ink]) -> Letter:
    (only,) = read_document(make_pdf(list(pages)), witnessed=False).letters
    return only


def codes(one: Letter) -> set[str]:
    return {finding.code for finding in one.findings if finding.severity is not Severity.NOTE}


def test_statistics_of_another_year_behind_a_letter() -> None:
    one = read(front_page(OWN), statistics_page(OWN, Style()), statistics_page(BEFORE, Style()))
    assert one.year_ending == 2021
    assert "year_disagrees" in codes(one)
    doubts = [finding for finding in one.findings if finding.code == "year_disagrees"]
    assert all(finding.metric is None and finding.year_ending == 2021 for finding in doubts)


def test_panels_of_another_year_on_the_same_page() -> None:
    top = [ink for ink in statistics_page(OWN, Style()) if ink.y < 300]
    rest = [ink for ink in statistics_page(BEFORE, Style()) if ink.y >= 300]
    one = read(front_page(OWN), [*top, *rest])
    assert one.year_ending == 2021
    assert "year_disagrees" in codes(one)


def test_statistics_of_another_authority_behind_a_letter() -> None:
    other = replace(OWN, council="Dartford Borough Council")
    one = read(front_page(OWN), statistics_page(OWN, Style()), statistics_page(other, Style()))
    assert one.authority == "Kent County Council"
    assert "authority_disagrees" in codes(one)


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("uphold_similar", "uphold_rate_similar"),
        ("compliance_similar", "compliance_rate_similar"),
        ("remedy_similar", "satisfactory_remedy_rate_similar"),
    ],
)
def test_an_average_of_a_panel_that_is_there_twice(name: str, metric: str) -> None:
    other = replace(OWN, **{name: "66%"})
    one = read(front_page(OWN), statistics_page(OWN, Style()), statistics_page(other, Style()))
    found = {(f.code, f.metric) for f in one.findings if f.severity is not Severity.NOTE}
    assert ("repeated_number_disagrees", metric) in found


def test_a_national_rate_in_the_text_is_not_the_councils() -> None:
    prose = "Nationally, 66% of complaints we investigated were upheld."
    one = read(front_page(OWN, prose=prose), statistics_page(OWN, Style()))
    assert {f.metric: f.value for f in one.figures}["uphold_rate"] == 74
    assert codes(one) == set()


@pytest.mark.parametrize(
    ("prose", "lost", "metric"),
    [
        (
            "Across England, in 99% of cases we were satisfied the authority had successfully"
            " implemented our recommendations.",
            ("100%", "satisfied the", "had successfully", "implemented", "recommendations."),
            "compliance_rate",
        ),
        (
            "National statistics are based on a total of 3,000 compliance outcomes for the period"
            " between 1 April 2020 to 31 March 2021.",
            ("33", "compliance outcomes"),
            "compliance_outcomes",
        ),
        (
            "Last year 66% of complaints we investigated were upheld.",
            ("74%", "investigated were"),
            "uphold_rate",
        ),
    ],
)
def test_numbers_of_others_never_fill_a_place_that_was_lost(
    prose: str, lost: tuple[str, ...], metric: str
) -> None:
    page = [
        ink for ink in statistics_page(OWN, Style()) if not any(words in ink.text for words in lost)
    ]
    one = read(front_page(OWN, prose=prose), page)
    assert {f.metric: f.value for f in one.figures}[metric] is None
    assert metric in {f.metric for f in one.findings if f.severity is not Severity.NOTE}
