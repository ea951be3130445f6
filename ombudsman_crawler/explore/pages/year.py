"""A year: how a figure lies among councils of each kind, and their order, with what speaks against
reading much into it."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any

from ombudsman_crawler import charts, credits, intervals, metrics
from ombudsman_crawler.authorities import KINDS
from ombudsman_crawler.explore import formats
from ombudsman_crawler.explore.answers import NotFound, Page
from ombudsman_crawler.explore.pages import figures
from ombudsman_crawler.explore.pages.asked import Asked

_FIRST_SHOWN = "uphold_rate"
# Half a percentage point, and what binary fractions add.
_ROUNDED = 0.5 + 1e-9
# The numbers each rate is the share of, where they are printed: how sure it is depends on them.
# Satisfactory remedies are a share of the upheld decisions, whatever base is printed beneath.
_BASES = {
    "uphold_rate": ("upheld_decisions", "detailed_investigations"),
    "compliance_rate": (None, "compliance_outcomes"),
    "satisfactory_remedy_rate": ("satisfactory_remedy_decisions", "upheld_decisions"),
}


@dataclass(frozen=True, slots=True)
class Placed:
    """A council's figure and its place; `low` and `high` are in percent, `base` the cases."""

    rank: int | None
    council: str
    key: str
    id: str
    value: float | None
    value_text: str | None
    why_absent: str
    doubts: str | None
    base: float | None
    low: float | None
    high: float | None

    @property
    def is_small(self) -> bool:
        """Whether its rate is one of few cases."""
        return self.base is not None and self.base < intervals.SMALL


@dataclass(frozen=True, slots=True)
class OfKind:
    """The councils of a kind: those with a value in their order, those without, and the averages
    that letters print (more than one: letters disagree)."""

    name: str
    heading: str
    placed: list[Placed]
    absent: list[Placed]
    averages: list[float]
    least: float | None
    middle: float | None
    most: float | None
    specification: dict[str, Any] | None


def years(asked: Asked) -> Page:
    """Return the page `/years`."""
    return Page("years.html", {"title": "Years", "years": asked.all(_YEARS)})


def page(asked: Asked) -> Page:
    """Return the page `/year/<year_ending>`. Raises NotFound."""
    year = int(asked.parts["year"])
    there = {
        row["metric"]
        for row in asked.all("SELECT DISTINCT metric FROM figure WHERE year_ending = ?", year)
    }
    if not there:
        raise NotFound(f"There are no figures of {formats.year(year)} here.")
    offered = [name for name in metrics.load() if name in there and not name.endswith("_similar")]
    default = _FIRST_SHOWN if _FIRST_SHOWN in offered else offered[0]
    named = asked.arguments.get("metric", default)
    if named not in offered:
        raise NotFound(f"No figure of {formats.year(year)} is called so.")
    kind = asked.arguments.get("kind") or None
    if kind is not None and kind not in KINDS:
        raise NotFound("No kind of council is called so.")
    metric = metrics.load()[named]
    kinds = _kinds(asked, year, metric, kind)
    shown = [one for one in kinds if one.name == kind]
    return Page(
        "year.html",
        {
            "title": f"{formats.year(year)}: {formats.words(named)}",
            "year": year,
            "metric": metric,
            "offered": offered,
            "kind": kind,
            "all_kinds": formats.KINDS,
            "kinds": kinds,
            "ranked": shown[0] if shown else None,
            "ranking": _ranking(shown[0], year, metric, asked) if shown else None,
            "breaks": [
                one
                for one in charts.breaks_of(named)
                if one.first_year == year or (one.kind == "definition" and one.first_year < year)
            ],
            "caution": credits.CAUTION,
            "small": intervals.SMALL,
            "years": [row["year_ending"] for row in asked.all(_OTHER_YEARS, named)],
        },
    )


def _kinds(asked: Asked, year: int, metric: metrics.Metric, only: str | None) -> list[OfKind]:
    chosen = _chosen(asked, year, metric.name)
    counts, bases = (
        _chosen(asked, year, name) if name else {} for name in _BASES.get(metric.name, (None, None))
    )
    averages = asked.all(
        "SELECT kind, value FROM similar_average WHERE year_ending = ? AND metric = ?",
        year,
        f"{metric.name}_similar",
    )
    found = []
    for kind in KINDS:
        rows = [row for row in chosen.values() if row["kind"] == kind]
        if not rows:
            continue
        placed = _placed(rows, counts, bases)
        values = [one.value for one in placed if one.value is not None]
        own = [row["value"] for row in averages if row["kind"] == kind]
        found.append(
            OfKind(
                kind,
                formats.KINDS[kind],
                [one for one in placed if one.value is not None],
                [one for one in placed if one.value is None],
                own,
                min(values, default=None),
                median(values) if values else None,
                max(values, default=None),
                _distribution(placed, year, metric, formats.KINDS[kind], asked)
                if values and only in (None, kind)
                else None,
            )
        )
    return found


def _chosen(asked: Asked, year: int, metric: str) -> dict[str, dict[str, Any]]:
    """Return each council's figure of a year by its key, of the source that is preferred."""
    found: dict[str, dict[str, Any]] = {}
    for row in asked.all(_FIGURES, year, metric):
        there = found.get(row["key"])
        if there is None or figures.rank(row["absence"], row["source"]) < figures.rank(
            there["absence"], there["source"]
        ):
            found[row["key"]] = row
    return found


def _placed(
    rows: list[dict[str, Any]],
    counts: dict[str, dict[str, Any]],
    bases: dict[str, dict[str, Any]],
) -> list[Placed]:
    ordered = sorted(
        rows, key=lambda row: (row["value"] is None, -(row["value"] or 0), row["authority"])
    )
    values = [row["value"] for row in ordered]
    placed = []
    for row in ordered:
        base = _of_the_same_source(bases, row)
        low, high = None, None
        if base and row["value"] is not None and row["unit"] == "percent":
            printed = _of_the_same_source(counts, row)
            count = printed if printed is not None else round(row["value"] * base / 100)
            if _is_share(row["value"], count, base):
                low, high = intervals.interval(count, base)
        placed.append(
            Placed(
                values.index(row["value"]) + 1 if row["value"] is not None else None,
                row["authority"],
                row["key"],
                f"{row['key']}/{row['year_ending']}/{row['source']}/{row['metric']}",
                row["value"],
                row["value_text"],
                metrics.ABSENCES.get(row["absence"] or "", ""),
                row["doubts"],
                base,
                low,
                high,
            )
        )
    return placed


def _is_share(rate: float, count: float, base: float) -> bool:
    """Whether a rate, perhaps rounded to whole percent, is that of so many cases."""
    return 0 <= count <= base and abs(100 * count / base - rate) <= _ROUNDED


def _of_the_same_source(found: dict[str, dict[str, Any]], row: dict[str, Any]) -> float | None:
    """Return a council's other number where the same source prints it: of another's cases a rate
    isn't the share."""
    other = found.get(row["key"])
    value: float | None = other["value"] if other and other["source"] == row["source"] else None
    return value


def _distribution(
    placed: list[Placed], year: int, metric: metrics.Metric, kind: str, asked: Asked
) -> dict[str, Any]:
    return charts.distribution(
        [_row(one) for one in placed],
        title=f"{formats.words(metric.name).capitalize()}, {formats.year(year)}: {kind}",
        unit=metric.unit,
        replica=asked.analysts.is_replica,
    )


def _ranking(kind: OfKind, year: int, metric: metrics.Metric, asked: Asked) -> dict[str, Any]:
    return charts.ranking(
        [_row(one) for one in kind.placed],
        title=f"{formats.words(metric.name).capitalize()}, {formats.year(year)}: {kind.heading}",
        unit=metric.unit,
        replica=asked.analysts.is_replica,
    )


def _row(one: Placed) -> dict[str, Any]:
    return {
        "council": one.council,
        "value": one.value,
        "low": one.low,
        "high": one.high,
        "base": one.base,
        "doubtful": bool(one.doubts),
    }


_FIGURES = """
SELECT authority.key, authority.name AS authority, authority.kind, figure.year_ending,
       figure.metric, figure.source, figure.value, figure.value_text, figure.absence, figure.doubts,
       metric.unit
FROM figure JOIN authority ON authority.id = figure.authority_id
JOIN metric ON metric.metric = figure.metric
WHERE figure.year_ending = ? AND figure.metric = ? AND figure.suffix = ''
"""
_OTHER_YEARS = "SELECT DISTINCT year_ending FROM figure WHERE metric = ? ORDER BY year_ending"
_YEARS = """
SELECT year_ending, COUNT(*) AS letters, SUM(status = 'ok') AS ok,
       SUM(status = 'suspect') AS suspect,
       SUM(status IS NULL OR status NOT IN ('ok', 'suspect')) AS unread,
       group_concat(DISTINCT form) AS forms
FROM letters GROUP BY year_ending ORDER BY year_ending DESC
"""
