"""A council: its figures over time against the average of similar authorities, and all else there
is of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ombudsman_crawler import charts, metrics
from ombudsman_crawler.explore.answers import Moved, Page
from ombudsman_crawler.explore.pages import figures
from ombudsman_crawler.explore.pages.asked import Asked
from ombudsman_crawler.explore.pages.figures import Shown

#: What most people ask for, in this order; the rest is in tables that open.
MAIN = (
    "uphold_rate", "upheld_decisions", "detailed_investigations", "compliance_rate",
    "satisfactory_remedy_rate", "upheld_per_100k", "complaints_dealt_with", "received_total",
    "decided_total",
)  # fmt: skip
_GROUPS = {
    "received_": "What complaints were about",
    "decided_": "How complaints were decided",
    "": "Other figures",
}


@dataclass(frozen=True, slots=True)
class OverTime:
    """One metric over the years: a row of (year, figure or None, average or None) each."""

    metric: metrics.Metric
    rows: list[tuple[int, Shown | None, Shown | None]]
    breaks: tuple[metrics.Break, ...]
    specification: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Group:
    """Further metrics as a table: a row for each, a figure or None for each year."""

    heading: str
    years: list[int]
    rows: list[tuple[metrics.Metric, list[Shown | None]]]


def page(asked: Asked) -> Page | Moved:
    """Return the page `/council/<key>`; another name of it leads there. Raises NotFound."""
    if key := asked.other_key():
        return Moved(f"/council/{key}")
    authority = asked.authority()
    name = authority["authority"]
    every = figures.of_authority(asked, authority["key"], "figure.suffix = ''")
    chosen = figures.preferred(every)
    return Page(
        "council.html",
        {
            "title": name,
            "authority": authority,
            "over_time": [
                _over_time(metric, chosen, name, replica=asked.analysts.is_replica)
                for metric in MAIN
                if any(one.metric == metric for one in chosen.values())
            ],
            "groups": list(_groups(chosen)),
            "restated": _restated(asked, authority["key"], chosen),
            **{what: asked.all(query, name) for what, query in _OF_A_COUNCIL.items()},
        },
    )


def _over_time(
    metric: str, chosen: dict[tuple[int, str], Shown], council: str, *, replica: bool
) -> OverTime:
    known = metrics.load()[metric]
    years = [year for year, name in chosen if name in (metric, f"{metric}_similar")]
    rows = [
        (year, chosen.get((year, metric)), chosen.get((year, f"{metric}_similar")))
        for year in range(min(years), max(years) + 1)
    ]
    breaks = tuple(
        one for one in charts.breaks_of(metric) if rows[0][0] < one.first_year <= rows[-1][0]
    )
    points = [
        {
            "year_ending": year,
            "value": figure.value if figure else None,
            "average": average.value if average else None,
            "absence": figure.absence if figure else None,
            "doubtful": bool(figure and figure.doubts),
        }
        for year, figure, average in rows
    ]
    title = metric.replace("_", " ").capitalize()
    return OverTime(
        known,
        rows,
        breaks,
        charts.over_time(
            points, breaks, title=title, unit=known.unit, council=council, replica=replica
        ),
    )


def _groups(chosen: dict[tuple[int, str], Shown]) -> Iterable[Group]:
    left = [
        metric
        for name, metric in metrics.load().items()
        if name not in MAIN and not (name.removesuffix("_similar") in MAIN and name not in MAIN)
    ]
    for prefix, heading in _GROUPS.items():
        own = [metric for metric in left if metric.name.startswith(prefix)]
        left = [metric for metric in left if metric not in own]
        names = {metric.name for metric in own}
        years = sorted({year for year, name in chosen if name in names})
        rows = [
            (metric, [chosen.get((year, metric.name)) for year in years])
            for metric in own
            if any((year, metric.name) in chosen for year in years)
        ]
        if rows:
            yield Group(heading, years, rows)


def _restated(
    asked: Asked, key: str, chosen: dict[tuple[int, str], Shown]
) -> list[tuple[Shown, Shown | None]]:
    """Return what later letters print of earlier years other than it was, each with what the page
    shows of that year and metric."""
    later = figures.of_authority(asked, key, "figure.restated AND figure.value IS NOT NULL")
    beside = [(one, chosen.get((one.year_ending, one.metric))) for one in later]
    return [
        (one, shown)
        for one, shown in beside
        if shown is None or (shown.value is not None and shown.value != one.value)
    ]


_OF_A_COUNCIL = {
    "names": "SELECT DISTINCT name FROM authority_names WHERE authority = ? ORDER BY name",
    "predecessors": """
SELECT successors.*, authorities.key FROM successors
JOIN authorities ON authorities.authority = successors.predecessor
WHERE successor = ? ORDER BY date, predecessor""",
    "successors": """
SELECT successors.*, authorities.key FROM successors
JOIN authorities ON authorities.authority = successors.successor
WHERE predecessor = ? ORDER BY date, successor""",
    "coverage": "SELECT * FROM coverage WHERE authority = ? ORDER BY year_ending DESC",
    "letters": "SELECT * FROM letters WHERE authority = ? ORDER BY year_ending DESC, letter",
    "reports": """
SELECT * FROM public_reports WHERE authority = ? ORDER BY date DESC, title""",
    "improvements": """
SELECT * FROM service_improvements WHERE authority = ?
ORDER BY COALESCE(date, year) DESC, text""",
    "decision_counts": """
SELECT * FROM decision_count WHERE authority = ? ORDER BY year_ending DESC""",
    "decisions": """
SELECT reference, decided, outcome, category, summary, url, gone_since FROM decisions
WHERE authority = ? ORDER BY decided DESC LIMIT 20""",
    "pages": """
SELECT year_ending, state, status, first_seen, last_seen, url FROM page_history
WHERE authority = ? ORDER BY year_ending DESC, first_seen DESC""",
    "doubts": """
SELECT COUNT(*) AS n FROM findings
WHERE authority = ? AND severity <> 'note' AND acknowledged IS NULL""",
}
