"""Checks within a letter: each holds, fails or says what it lacks."""

import pytest

from ombudsman_crawler.figures.checks import CHECKS, Facts, Verdict, check_figures, run_all
from ombudsman_crawler.figures.figure import Figure, Severity
from ombudsman_crawler.letters.witness import is_witnessed

HOLDING = {
    "uphold_rate": 75.0,
    "upheld_decisions": 3.0,
    "detailed_investigations": 4.0,
    "satisfactory_remedy_rate": 33.0,
    "satisfactory_remedy_decisions": 1.0,
    "satisfactory_remedy_base": 4.0,
    "compliance_rate": 67.0,
    "compliance_outcomes": 3.0,
}


def verdicts(year: int, **changes: float) -> dict[tuple[str, ...], Verdict]:
    results = run_all(Facts(year, HOLDING | changes))
    return {(r.check.code, *r.check.needs): r.verdict for r in results}


def failed(year: int, **changes: float) -> set[str]:
    return {
        key[0] for key, verdict in verdicts(year, **changes).items() if verdict is Verdict.FAILS
    }


def test_all_hold_or_are_skipped_with_a_reason() -> None:
    assert failed(2021) == set()
    for result in run_all(Facts(2021, {})):
        assert result.verdict is Verdict.SKIPPED
        assert result.message


@pytest.mark.parametrize(
    ("year", "changes", "code"),
    [
        (2021, {"uphold_rate": 74.0}, "rate_contradicts_counts"),
        (2021, {"satisfactory_remedy_rate": 25.0}, "rate_contradicts_counts"),
        (2021, {"upheld_decisions": 5.0, "uphold_rate": 125.0}, "more_than_possible"),
        (2021, {"satisfactory_remedy_base": 3.0}, "base_unexpected"),
        (2023, {}, "base_unexpected"),
        (2021, {"compliance_rate": 70.0}, "rate_of_no_whole_number"),
        (
            2025,
            {"complaints_dealt_with": 9.0, "not_for_us": 1.0, "assessed_and_closed": 5.0},
            "overview_does_not_add_up",
        ),
    ],
)
def test_each_check_fails_where_it_should(year: int, changes: dict[str, float], code: str) -> None:
    assert code in failed(year, **changes)


def test_the_base_of_2022_may_be_either() -> None:
    assert failed(2022, satisfactory_remedy_base=3.0) == set()
    notes = [r for r in run_all(Facts(2022, HOLDING)) if r.verdict is Verdict.FAILS]
    assert [r.check.severity for r in notes] == [Severity.NOTE]


def test_a_rate_rounded_from_a_half_holds() -> None:
    base = {"upheld_decisions": 1.0, "detailed_investigations": 8.0, "uphold_rate": 13.0}
    for rate in (12.0, 13.0):
        result = CHECKS[0].run(Facts(2021, base | {"uphold_rate": rate}))
        assert result.verdict is Verdict.HOLDS


def test_single_figures_and_the_period() -> None:
    figures = (
        Figure(2021, "uphold_rate", 101.0),
        Figure(2021, "upheld_decisions", 2.5),
        Figure(2021, "compliance_rate", 1.0),
        Figure(2021, "compliance_rate", 1.0),
    )
    from datetime import date

    findings = check_figures(figures, 2021, date(2019, 4, 1), date(2021, 3, 31))
    assert [(f.code, f.metric) for f in findings] == [
        ("figure_twice", "compliance_rate"),
        ("out_of_range", "uphold_rate"),
        ("out_of_range", "upheld_decisions"),
        ("period_unexpected", None),
    ]


@pytest.mark.parametrize(
    ("printed", "sentence", "page", "seen"),
    [
        ("75%", "75% of complaints", "75% of complaints", True),
        ("75%", "75% of complaints", "7\n5\n%\nof complaints", True),
        ("75%", "75% of complaints", "175% of complaints", False),
        ("75%", "75% of complaints", "57% of complaints", False),
        ("4", "a total of 4 detailed", "a total of 54 detailed", False),
        ("4", "a total of 4 detailed", "a total\nof 4\ndetailed", True),
        ("5", "a total of 5 detailed", "a total of 54 detailed", False),
        ("40", "40 upheld decisions", "upheld decisions\n40\n", True),
        ("1,234", "1,234 upheld decisions", "1,234upheld", True),
        ("one", "issued one public report", "issued one public report", True),
    ],
)
def test_witness(printed: str, sentence: str, page: str, seen: bool) -> None:
    figure = Figure(
        2021, "uphold_rate", 1.0, value_text=printed, page=1, box=(0, 0, 1, 1), text=sentence
    )
    assert is_witnessed(figure, page) is seen
