"""How sure a rate is, beside published values of Wilson's interval."""

from __future__ import annotations

import pytest

from ombudsman_crawler.intervals import interval


@pytest.mark.parametrize(
    ("numerator", "denominator", "low", "high"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        (81, 263, 25.53, 36.62),
        (15, 148, 6.24, 16.05),
        (0, 20, 0.0, 16.11),
        (1, 29, 0.61, 17.18),
    ],
)
def test_intervals_are_those_published(numerator, denominator, low, high) -> None:
    assert interval(numerator, denominator) == pytest.approx((low, high), abs=0.01)


def test_an_interval_holds_the_rate_and_stays_within_bounds() -> None:
    for cases in (1, 5, 50):
        for found in range(cases + 1):
            low, high = interval(found, cases)
            assert 0 <= low <= 100 * found / cases + 1e-9
            assert 100 * found / cases - 1e-9 <= high <= 100


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 0), (3, 2), (-1, 4)])
def test_no_interval_of_no_share(numerator, denominator) -> None:
    with pytest.raises(ValueError, match="no share"):
        interval(numerator, denominator)
