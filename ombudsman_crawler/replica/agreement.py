"""Where letters, pages and national tables of a replica disagree: compared truth with truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from ombudsman_crawler.replica.content import Truth
from ombudsman_crawler.replica.tables.columns import RATES

LETTER = "letter"
COUNCIL_PAGE = "council_page"
NATIONAL_TABLE = "national_table"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One figure of which the sources don't say the same."""

    authority: str
    """The authority's name in the register."""
    code: str
    year_ending: int
    metric: str
    values: dict[str, float]
    """What each source says that has a number: `letter`, `council_page`, `national_table`."""
    reason: str
    """Why: a kind of `seeded`, or `table_reissued`."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source says of an authority and a year."""

    source: str
    authority: str
    code: str
    year_ending: int
    figures: Mapping[str, Truth]


def disagreements(
    statements: Iterable[Statement], reasons: Mapping[tuple[str, int, str], str]
) -> list[Disagreement]:
    """Return every figure of which two sources have numbers that differ, sorted.

    A whole percentage agrees with one that rounds to it. `reasons` are by (code, year ending,
    source); a difference without a reason raises KeyError, as there must be none.
    """
    said: dict[tuple[str, str, int, str], dict[str, float]] = {}
    for one in statements:
        for metric, truth in one.figures.items():
            if not isinstance(truth, tuple):
                key = (one.authority, one.code, one.year_ending, metric)
                said.setdefault(key, {})[one.source] = truth
    return [
        Disagreement(*key, values, _reason(key, values, reasons))
        for key, values in sorted(said.items())
        if not all(_agree(key[3], a, b) for a, b in combinations(values.values(), 2))
    ]


def _reason(
    key: tuple[str, str, int, str],
    values: Mapping[str, float],
    reasons: Mapping[tuple[str, int, str], str],
) -> str:
    _, code, year, metric = key
    for source, value in values.items():
        as_in_the_letter = LETTER in values and _agree(metric, value, values[LETTER])
        if (code, year, source) in reasons and not as_in_the_letter:
            return reasons[code, year, source]
    raise KeyError(f"{metric} of {code} for {year} differs, and nothing was planted: {values}")


def _agree(metric: str, one: float, other: float) -> bool:
    if metric in RATES and (one == int(one) or other == int(other)):
        return int(one + 0.5) == int(other + 0.5)
    return one == other
