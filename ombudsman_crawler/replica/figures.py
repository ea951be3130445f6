"""The figures behind letters and pages: published ones where they are known, else generated.

Published figures come from `figures.csv` beside this file (tier A: read on the Ombudsman's own
statistics pages or in his letters). Generated ones are consistent with themselves: every rate is
the rounded quotient of its counts, and averages of similar authorities depend on kind and year.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from ombudsman_crawler.replica import chance
from ombudsman_crawler.replica.councils import Council, all_councils

# Investigations a year per 100,000 residents, roughly, by kind.
_INVESTIGATIONS_PER_100K = {
    "county": 5.0,
    "district": 3.0,
    "metropolitan": 8.0,
    "unitary": 7.0,
    "london_borough": 16.0,
    "other": 0.1,
}
# Casework stood still for a quarter of the year ending 2021.
_YEAR_FACTOR = {2019: 1.0, 2020: 0.95, 2021: 0.6, 2022: 0.85}
_LATER_FACTOR = 0.85
# Average percentage upheld, all authorities together; then how kinds lie about it.
_UPHELD = {2019: 58, 2020: 61, 2021: 67, 2022: 66, 2023: 74, 2024: 80}
_LATER_UPHELD = 83
_UPHELD_BY_KIND = {
    "county": 4, "district": -13, "metropolitan": 1, "unitary": 0, "london_borough": 3,
}  # fmt: skip
_REMEDY_BY_KIND = {
    "county": 7, "district": 15, "metropolitan": 11, "unitary": 10, "london_borough": 13,
}  # fmt: skip
_PER_100K_BY_KIND = {
    "county": 4.3, "district": 1.3, "metropolitan": 4.6, "unitary": 4.9, "london_borough": 8.2,
}  # fmt: skip
# A resident population for the few bodies of which the register has none.
_POPULATION = 600_000


@cache
def published() -> dict[tuple[str, int], dict[str, float]]:
    """Return the published figures by (authority's code, year ending), metric by metric."""
    codes = {council.authority.name: code for code, council in all_councils().items()}
    text = files("ombudsman_crawler.replica").joinpath("figures.csv").read_text(encoding="utf-8")
    found: dict[tuple[str, int], dict[str, float]] = {}
    for row in csv.DictReader(text.splitlines()):
        code = codes.get(row["authority"])
        if row["tier"] == "A" and code is not None:
            of_year = found.setdefault((code, int(row["year_ending"])), {})
            of_year[row["metric"]] = float(row["value"])
    return found


@cache
def _published_averages() -> dict[tuple[str, int, str], float]:
    found: dict[tuple[str, int, str], float] = {}
    for (code, year), metrics in published().items():
        for metric, value in metrics.items():
            if metric.endswith("_similar"):
                found[all_councils()[code].kind, year, metric] = value
    return found


@dataclass(frozen=True, slots=True)
class Averages:
    """What similar authorities reached: percentages, and decisions per 100,000 residents."""

    uphold_rate: int
    compliance_rate: int
    satisfactory_remedy_rate: int
    upheld_per_100k: float


@lru_cache(maxsize=512)
def averages(kind: str, year_ending: int) -> Averages | None:
    """Return the averages of a kind in a year; None for `other`, which has no comparison group."""
    if kind == "other":
        return None
    known = _published_averages()

    def of(metric: str, generated: float) -> float:
        return known.get((kind, year_ending, metric), generated)

    upheld = _UPHELD.get(year_ending, _LATER_UPHELD) + _UPHELD_BY_KIND[kind]
    upheld += chance.whole(-2, 2, "average upheld", kind, year_ending)
    remedy = _REMEDY_BY_KIND[kind] + chance.whole(-2, 2, "average remedy", kind, year_ending)
    per_100k = _PER_100K_BY_KIND[kind] + chance.whole(-4, 4, "average", kind, year_ending) / 10
    return Averages(
        uphold_rate=int(of("uphold_rate_similar", upheld)),
        compliance_rate=int(
            of("compliance_rate_similar", chance.whole(99, 100, "average met", kind, year_ending))
        ),
        satisfactory_remedy_rate=int(of("satisfactory_remedy_rate_similar", remedy)),
        upheld_per_100k=of("upheld_per_100k_similar", round(per_100k, 1)),
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """One council's year. Counts are whole numbers; facts of the prose are None when unmentioned.

    `published` names the metrics that are real published figures; it is empty for generated ones.
    """

    investigations: int
    upheld: int
    outcomes: int
    complied: int
    remedies: int
    not_for_us: int
    closed: int
    per_100k: float | None
    similar: Averages | None
    late: int | None
    reports: int | None
    training: int | None
    published: frozenset[str]

    @property
    def dealt_with(self) -> int:
        return self.not_for_us + self.closed + self.investigations

    @property
    def uphold_rate(self) -> int | None:
        return percentage(self.upheld, self.investigations)

    @property
    def compliance_rate(self) -> int | None:
        return percentage(self.complied, self.outcomes)

    @property
    def satisfactory_remedy_rate(self) -> int | None:
        """Of the upheld cases, whatever base the form prints."""
        return percentage(self.remedies, self.upheld)

    def average(self, metric: str) -> float | None:
        """Return what similar authorities reached in one of the metrics of `Averages`."""
        if self.similar is None:
            return None
        value: float = getattr(self.similar, metric)
        return value


def percentage(part: int, base: int) -> int | None:
    """Return 100 * part / base as a whole number, halves up; None when the base is zero."""
    return (200 * part + base) // (2 * base) if base else None


NOTHING = Figures(0, 0, 0, 0, 0, 0, 0, 0.0, None, None, None, None, frozenset())
"""The zeros that the page of some abolished councils shows."""


@lru_cache(maxsize=8192)
def figures(council: Council, year_ending: int, revision: int = 0) -> Figures:
    """Return the figures of a council for a year.

    Each `revision` above 0 stands for a letter issued again after a correction: one more
    investigation, upheld, in each.
    """
    key = (council.code, year_ending)
    known = published().get(key, {})
    averages_of_kind = averages(council.kind, year_ending)
    population = council.authority.population or _POPULATION

    investigations = int(
        known.get("detailed_investigations", _investigations(council, year_ending, population))
    )
    expected_share = averages_of_kind.uphold_rate / 100 if averages_of_kind else 0.7
    share = min(1.0, max(0.0, expected_share + 0.4 * (chance.share("upheld", *key) - 0.5)))
    upheld = int(known.get("upheld_decisions", round(investigations * share)))
    outcomes, complied = _compliance(key, upheld, known)
    remedy_share = averages_of_kind.satisfactory_remedy_rate / 100 if averages_of_kind else 0.1
    remedies = min(upheld, round(upheld * remedy_share * 2 * chance.share("remedies", *key)))
    if "satisfactory_remedy_rate" in known:
        remedies = round(upheld * known["satisfactory_remedy_rate"] / 100)
    remedies = int(known.get("satisfactory_remedy_decisions", remedies))
    not_for_us = round(investigations * (0.8 + chance.share("not for us", *key)))
    closed = round(investigations * (1.2 + chance.share("closed", *key)))
    late, reports, training = _facts(key, outcomes, complied, known)
    investigations += revision
    upheld += revision
    per_100k = round(100_000 * upheld / population, 1)
    return Figures(
        investigations=investigations,
        upheld=upheld,
        outcomes=outcomes,
        complied=complied,
        remedies=remedies,
        not_for_us=int(
            known.get("not_for_us", not_for_us + chance.whole(0, 6, "not for us too", *key))
        ),
        closed=int(
            known.get("assessed_and_closed", closed + chance.whole(0, 4, "closed too", *key))
        ),
        per_100k=(
            None
            if council.kind == "other"
            else (per_100k if revision else known.get("upheld_per_100k", per_100k))
        ),
        similar=averages_of_kind,
        late=late,
        reports=reports,
        training=training,
        published=frozenset() if revision else frozenset(known),
    )


def _investigations(council: Council, year_ending: int, population: int) -> int:
    if council.kind == "district" and chance.share("quiet", council.code, year_ending) < 0.06:
        return 0
    expected = _INVESTIGATIONS_PER_100K[council.kind] * population / 100_000
    expected *= _YEAR_FACTOR.get(year_ending, _LATER_FACTOR)
    return round(expected * (0.6 + 0.8 * chance.share("investigated", council.code, year_ending)))


def _compliance(key: tuple[str, int], upheld: int, known: dict[str, float]) -> tuple[int, int]:
    """Return how many recommendations fell due, and how many of them were complied with."""
    outcomes = round(upheld * (0.6 + 0.5 * chance.share("outcomes", *key)))
    if not outcomes and chance.share("due from last year", *key) > 0.85:
        outcomes = 1
    outcomes = int(known.get("compliance_outcomes", outcomes))
    complied = outcomes
    if outcomes and chance.share("complied", *key) < 0.15:
        complied -= min(outcomes, chance.whole(1, 2, "not complied", *key))
    if "compliance_rate" in known:
        complied = round(outcomes * known["compliance_rate"] / 100)
    return outcomes, complied


def _facts(
    key: tuple[str, int], outcomes: int, complied: int, known: dict[str, float]
) -> tuple[int | None, int | None, int | None]:
    """Return late remedies, public reports and training courses that the prose tells of."""
    if known:
        # Beside a council's published figures nothing is invented about it.
        late, reports, training = (
            int(known[metric]) if metric in known else None
            for metric in ("late_compliance", "public_reports", "training_courses")
        )
        return late, reports, training
    late = reports = training = None
    if outcomes and outcomes == complied and chance.share("late", *key) < 0.2:
        late = chance.whole(1, min(outcomes, 12), "how many late", *key)
    if chance.share("reports", *key) < 0.12:
        reports = chance.whole(1, 3, "how many reports", *key)
    if chance.share("training", *key) < 0.2:
        training = chance.whole(1, 5, "how many courses", *key)
    return late, reports, training
