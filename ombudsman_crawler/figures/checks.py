"""What must hold between the figures of one letter or page.

Each check is an object that says which figures it needs and which it concerns. A check that lacks
what it needs is skipped, and says so; none changes a value. A failed check gives one finding for
each metric it concerns, so that the doubt attaches to the figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ombudsman_crawler import metrics, years
from ombudsman_crawler.figures.figure import Figure, Finding, Severity
from ombudsman_crawler.figures.totals import sums_of

# A rate is printed as a whole percentage: it may be half a point off. The rest is floating point.
_HALF = 0.5 + 1e-9


@dataclass(frozen=True, slots=True)
class Facts:
    """What checks may look at: the values of one year by metric."""

    year_ending: int
    values: Mapping[str, float]


class Verdict(StrEnum):
    """How a check ended; `skipped`: it lacked what it needs."""

    HOLDS = "holds"
    FAILS = "fails"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold. `test` returns what is wrong, or None; it is only called when all
    of `needs` have values. `first_year` and `last_year` bound the years it is about. `concerns`
    tells the metrics a failure makes doubtful, where that depends on what is printed."""

    code: str
    severity: Severity
    needs: tuple[str, ...]
    test: Callable[[Facts], str | None]
    first_year: int = years.FIRST_YEAR
    last_year: int = years.LAST_YEAR
    concerns: Callable[[Facts], tuple[str, ...]] | None = None

    def concerned(self, facts: Facts) -> tuple[str, ...]:
        return self.concerns(facts) if self.concerns else self.needs

    def run(self, facts: Facts) -> Result:
        if not self.first_year <= facts.year_ending <= self.last_year:
            return Result(self, Verdict.SKIPPED, f"not about the year ending {facts.year_ending}")
        lacking = [metric for metric in self.needs if metric not in facts.values]
        if lacking:
            return Result(self, Verdict.SKIPPED, f"lacks {', '.join(lacking)}")
        wrong = self.test(facts)
        return Result(self, Verdict.FAILS if wrong else Verdict.HOLDS, wrong or "")


@dataclass(frozen=True, slots=True)
class Result:
    """What a check found."""

    check: Check
    verdict: Verdict
    message: str


def _rate_matches(rate: str, count: str, base: str) -> Check:
    def test(facts: Facts) -> str | None:
        printed, part, whole = (facts.values[name] for name in (rate, count, base))
        if whole == 0 or abs(printed - 100 * part / whole) <= _HALF:
            return None
        return f"{part:g} of {whole:g} is {100 * part / whole:.1f}%, printed is {printed:g}%"

    return Check("rate_contradicts_counts", Severity.WARNING, (rate, count, base), test)


def _at_most(smaller: str, larger: str) -> Check:
    def test(facts: Facts) -> str | None:
        first, second = facts.values[smaller], facts.values[larger]
        return None if first <= second else f"{smaller} {first:g} is more than {larger} {second:g}"

    return Check("more_than_possible", Severity.WARNING, (smaller, larger), test)


def _equal(first: str, second: str, severity: Severity, first_year: int, last_year: int) -> Check:
    def test(facts: Facts) -> str | None:
        one, other = facts.values[first], facts.values[second]
        return None if one == other else f"{first} {one:g} isn't {second} {other:g}"

    return Check("base_unexpected", severity, (first, second), test, first_year, last_year)


def _base_of_2022(facts: Facts) -> str | None:
    base, upheld, investigated = (
        facts.values[name]
        for name in ("satisfactory_remedy_base", "upheld_decisions", "detailed_investigations")
    )
    if base in (upheld, investigated):
        return None
    return f"base {base:g} is neither the {upheld:g} upheld nor the {investigated:g} investigated"


def _possible(rate: str, base: str) -> Check:
    def test(facts: Facts) -> str | None:
        printed, whole = facts.values[rate], facts.values[base]
        if whole == 0:
            return None
        nearest = round(printed * whole / 100)
        if any(
            abs(printed - 100 * n / whole) <= _HALF for n in (nearest - 1, nearest, nearest + 1)
        ):
            return None
        return f"no whole number of {whole:g} is {printed:g}%"

    return Check("rate_of_no_whole_number", Severity.NOTE, (rate, base), test)


def _overview_adds_up(facts: Facts) -> str | None:
    total, *parts = (facts.values[name] for name in _OVERVIEW)
    if total == sum(parts):
        return None
    return f"{total:g} dealt with isn't {' + '.join(f'{part:g}' for part in parts)}"


def _adds_up(total: str) -> Check:
    """A printed total is the sum of the printed cells of its table."""

    def parts_of(facts: Facts) -> tuple[str, ...]:
        sums = dict(sums_of(facts.values, facts.year_ending))
        return sums.get(total, ())

    def test(facts: Facts) -> str | None:
        parts = parts_of(facts)
        found = sum(facts.values[name] for name in parts)
        if not parts or found == facts.values[total]:
            return None
        return f"{total} is {facts.values[total]:g}, its parts add up to {found:g}"

    return Check(
        "total_does_not_add_up",
        Severity.WARNING,
        (total,),
        test,
        last_year=2018,
        concerns=lambda facts: (total, *parts_of(facts)),
    )


def _rate_of_decisions(facts: Facts) -> str | None:
    rate, upheld, not_upheld = (facts.values[name] for name in _DECISIONS_AND_RATE)
    whole = upheld + not_upheld
    if whole == 0 or abs(rate - 100 * upheld / whole) <= _HALF:
        return None
    return f"{upheld:g} of {whole:g} is {100 * upheld / whole:.1f}%, printed is {rate:g}%"


def _remedied_are_upheld(facts: Facts) -> str | None:
    lgo, authority, upheld = (facts.values[name] for name in _REMEDIED)
    if lgo + authority <= upheld:
        return None
    return f"{lgo:g} and {authority:g} remedied are more than the {upheld:g} upheld"


def _days_of_enquiries(facts: Facts) -> str | None:
    enquiries, days = facts.values["first_enquiries"], facts.values["avg_response_days"]
    if (enquiries == 0) == (days == 0):
        return None
    return f"{enquiries:g} first enquiries and {days:g} days to respond don't go together"


_DECISIONS_AND_RATE = ("uphold_rate", "upheld_decisions", "not_upheld_decisions")
_REMEDIED = ("remedied_by_lgo", "remedied_by_authority", "upheld_decisions")
_OVERVIEW = (
    "complaints_dealt_with",
    "not_for_us",
    "assessed_and_closed",
    "detailed_investigations",
)

#: The checks between figures, in the order their findings are given.
CHECKS: tuple[Check, ...] = (
    _rate_matches("uphold_rate", "upheld_decisions", "detailed_investigations"),
    _rate_matches("satisfactory_remedy_rate", "satisfactory_remedy_decisions", "upheld_decisions"),
    _at_most("upheld_decisions", "detailed_investigations"),
    _at_most("satisfactory_remedy_decisions", "upheld_decisions"),
    # Which base the third panel prints: the investigations, then the upheld decisions.
    _equal("satisfactory_remedy_base", "detailed_investigations", Severity.WARNING, 2019, 2021),
    Check(
        "base_unexpected",
        Severity.WARNING,
        ("satisfactory_remedy_base", "upheld_decisions", "detailed_investigations"),
        _base_of_2022,
        2022,
        2022,
    ),
    _equal("satisfactory_remedy_base", "upheld_decisions", Severity.NOTE, 2022, 2022),
    _equal("satisfactory_remedy_base", "upheld_decisions", Severity.WARNING, 2023, years.LAST_YEAR),
    _possible("compliance_rate", "compliance_outcomes"),
    Check("overview_does_not_add_up", Severity.WARNING, _OVERVIEW, _overview_adds_up),
    # The tables of the years to 2018.
    _adds_up("received_total"),
    _adds_up("decided_total_excl_premature"),
    _adds_up("decided_total"),
    Check("rate_contradicts_counts", Severity.WARNING, _DECISIONS_AND_RATE, _rate_of_decisions),
    Check("more_than_possible", Severity.WARNING, _REMEDIED, _remedied_are_upheld),
    _at_most("remedied_by_lgo", "upheld_decisions"),
    _at_most("remedied_by_authority", "upheld_decisions"),
    Check(
        "days_without_enquiries",
        Severity.NOTE,
        ("first_enquiries", "avg_response_days"),
        _days_of_enquiries,
    ),
)


def run_all(facts: Facts) -> tuple[Result, ...]:
    """Run every check, in order; the skipped ones are among the results."""
    return tuple(check.run(facts) for check in CHECKS)


@dataclass(frozen=True, slots=True)
class Answer:
    """How one check of a letter ended: its code, what it looked at, the year it is about."""

    code: str
    about: str
    year_ending: int
    verdict: Verdict
    message: str


def check_figures(
    figures: Sequence[Figure],
    year_ending: int,
    period_start: date | None,
    period_end: date | None,
) -> tuple[Finding, ...]:
    """Return the findings of all checks on a letter's figures and period.

    The earlier years of a three-year table are checked each by itself.
    """
    findings = [
        Finding(
            result.check.code,
            result.check.severity,
            result.message,
            metric=metric,
            year_ending=facts.year_ending,
        )
        for facts in _facts(figures, year_ending)
        for result in run_all(facts)
        if result.verdict is Verdict.FAILS
        for metric in result.check.concerned(facts)
    ]
    return (
        *_twice(figures),
        *_out_of_range(figures),
        *findings,
        *_period(year_ending, period_start, period_end),
    )


def answers(
    figures: Sequence[Figure],
    year_ending: int,
    period_start: date | None,
    period_end: date | None,
) -> tuple[Answer, ...]:
    """Return how every check of a letter ended, year by year; the skipped ones say what they lack.

    What fails here is what `check_figures` gives as findings.
    """
    found = [
        Answer(
            result.check.code,
            ", ".join(result.check.concerned(facts)),
            facts.year_ending,
            result.verdict,
            result.message,
        )
        for facts in _facts(figures, year_ending)
        for result in run_all(facts)
    ]
    lacks_figures = "" if figures else "lacks figures"
    printed = period_start or period_end
    for code, about, lacking, wrong in (
        ("figure_twice", "every figure", lacks_figures, _twice(figures)),
        ("out_of_range", "every figure", lacks_figures, _out_of_range(figures)),
        (
            "period_unexpected",
            "the period of the statistics",
            "" if printed else "lacks a printed period",
            _period(year_ending, period_start, period_end),
        ),
    ):
        message = "; ".join(
            f"{one.metric}: {one.message}" if one.metric else one.message for one in wrong
        )
        verdict = Verdict.SKIPPED if lacking else Verdict.FAILS if wrong else Verdict.HOLDS
        found.append(Answer(code, about, year_ending, verdict, lacking or message))
    return tuple(found)


def _facts(figures: Sequence[Figure], year_ending: int) -> tuple[Facts, ...]:
    """Return the values of a letter's own year, then those of each earlier year it restates."""
    by_year: dict[int, dict[str, float]] = {year_ending: {}}
    for figure in figures:
        if figure.value is not None and figure.restated == (figure.year_ending != year_ending):
            by_year.setdefault(figure.year_ending, {})[figure.metric] = figure.value
    return tuple(Facts(year, values) for year, values in by_year.items())


def _twice(figures: Sequence[Figure]) -> list[Finding]:
    """Check that each figure is there once."""
    times = Counter((figure.metric, figure.year_ending) for figure in figures)
    return [
        Finding(
            "figure_twice",
            Severity.ERROR,
            f"the reading has this figure {count} times",
            metric=metric,
            year_ending=year,
        )
        for (metric, year), count in times.items()
        if count > 1
    ]


def _out_of_range(figures: Sequence[Figure]) -> list[Finding]:
    """Check each figure by itself: the range of its unit."""
    findings = []
    known = metrics.load()
    for figure in figures:
        unit = known[figure.metric].unit
        value = figure.value
        if value is None:
            continue
        wrong = None
        if unit == "percent" and not 0 <= value <= 100:
            wrong = f"{value:g}% is no share"
        elif unit == "count" and (value < 0 or value != int(value)):
            wrong = f"{value:g} is no count"
        if wrong:
            findings.append(
                Finding(
                    "out_of_range",
                    Severity.ERROR,
                    wrong,
                    metric=figure.metric,
                    year_ending=figure.year_ending,
                )
            )
    return findings


def _period(year_ending: int, period_start: date | None, period_end: date | None) -> list[Finding]:
    """Check that the printed period is the report year."""
    expected = (years.first_day(year_ending), years.last_day(year_ending))
    return [
        Finding(
            "period_unexpected",
            Severity.WARNING,
            f"the statistics' period {edge} on {printed}, the year on {day}",
            year_ending=year_ending,
        )
        for edge, printed, day in zip(
            ("starts", "ends"), (period_start, period_end), expected, strict=True
        )
        if printed is not None and printed != day
    ]
