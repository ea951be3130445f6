"""Charts as Vega-Lite specifications: plain dicts, drawn by the explorer in a browser and by
`ombudsman chart` as PNG or SVG.

What is absent is a gap, what is doubtful is drawn hollow, and a line ends where the years before
can't be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ombudsman_crawler import years
from ombudsman_crawler.credits import REPLICA
from ombudsman_crawler.metrics import Break

#: The version of Vega-Lite these are written for.
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"

# Told apart by lightness and dash as well as by hue; each has a contrast of 3 to 1 on white.
_COLOURS = ("#0b4f9e", "#a34700", "#1a7a4c", "#7a3fa0", "#8a6a00", "#b3005e")
_AVERAGE_COLOUR = "#5b6673"
_SOFT = "#4d5a68"
_FONT = "Liberation Sans, Arial, sans-serif"
#: What breaks of definition are: a line across one would join what isn't the same.
_DEFINITION = "definition"


@dataclass(frozen=True, slots=True)
class Point:
    """One council's figure of a year, with the average of its kind; None where there is none."""

    year_ending: int
    value: float | None
    average: float | None = None
    absence: str | None = None
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Ranked:
    """One council's rate of a year and, where its counts are known, how sure that is."""

    council: str
    value: float
    low: float | None = None
    high: float | None = None
    doubtful: bool = False


def over_time(
    series: Mapping[str, Sequence[Point]],
    breaks: Iterable[Break],
    *,
    title: str,
    unit: str,
    average_label: str = "average of similar authorities",
    replica: bool = False,
    source: str = "",
) -> dict[str, Any]:
    """Return the chart of councils' figures over the years, by name of the council.

    The average of similar authorities is drawn where there is one council only: councils of two
    kinds have two averages.
    """
    every = [point for points in series.values() for point in points]
    first, last = _span(every)
    shown = [one for one in breaks if first < one.first_year <= last]
    cuts = sorted({one.first_year for one in shown if one.kind == _DEFINITION})
    rows = [
        row
        for name, points in series.items()
        for row in _rows(name, points, first, last, cuts, lambda point: point.value)
    ]
    names = list(series)
    if len(series) == 1:
        (points,) = series.values()
        if any(point.average is not None for point in points):
            names.append(average_label)
            rows += _rows(average_label, points, first, last, cuts, lambda point: point.average)
    colours = [*_COLOURS[: len(series)], *[_AVERAGE_COLOUR] * (len(names) - len(series))]
    dashes: list[list[int]] = [[1, 0]] * len(series) + [[6, 4]] * (len(names) - len(series))
    value = {"field": "value", "type": "quantitative", "title": _axis(unit), "scale": _scale(unit)}
    told = [
        {"field": "series", "title": "of"},
        {"field": "year", "title": "year"},
        {"field": "value", "title": _axis(unit)},
        {"field": "note", "title": "note"},
    ]
    by_series = {
        "field": "series",
        "type": "nominal",
        "sort": names,
        "title": None,
        "scale": {"domain": names, "range": colours},
        "legend": {"orient": "top", "labelLimit": 400, "columns": 1, "symbolType": "stroke"},
    }
    return _chart(
        {
            "data": {"values": rows},
            "layer": [
                *_rules(shown),
                {
                    "mark": {"type": "line", "strokeWidth": 2},
                    "encoding": {
                        "x": _years(first, last),
                        "y": value,
                        "color": by_series,
                        "strokeDash": {
                            **by_series,
                            "scale": {"domain": names, "range": dashes},
                        },
                        "detail": {"field": "segment", "type": "nominal"},
                    },
                },
                *(
                    {
                        "transform": [{"filter": f"isValid(datum.value) && {test}"}],
                        "mark": {
                            "type": "point",
                            "shape": shape,
                            "filled": shape == "circle",
                            **({} if shape == "circle" else {"fill": "#ffffff"}),
                            "size": 45,
                            "strokeWidth": 2,
                            "opacity": 1,
                        },
                        "encoding": {
                            "x": _years(first, last),
                            "y": value,
                            "color": by_series,
                            "tooltip": told,
                        },
                    }
                    for shape, test in (
                        ("circle", "!datum.doubtful"),
                        ("diamond", "datum.doubtful"),
                    )
                ),
            ],
        },
        title=title,
        subtitle=_subtitle(
            replica,
            "hollow diamonds are doubtful" if any(row["doubtful"] for row in rows) else "",
            "; ".join(f"{years.label(one.first_year)}: {one.meaning}" for one in shown),
            source,
        ),
        description=f"{title}, {years.label(first)} to {years.label(last)}: {_in_words(series)}",
    )


def distribution(
    values: Mapping[str, Sequence[tuple[str, float]]],
    averages: Mapping[str, float | None],
    *,
    title: str,
    unit: str,
    replica: bool = False,
) -> dict[str, Any]:
    """Return the chart of how a year's figures lie, a line of strokes for each kind of council:
    council and value of each, by kind; and the average of each kind, as a diamond."""
    rows = [
        {"kind": kind, "council": council, "value": value}
        for kind, councils in values.items()
        for council, value in councils
    ]
    means = [
        {"kind": kind, "average": average}
        for kind, average in averages.items()
        if average is not None
    ]
    kinds = list(values)
    kind = {"field": "kind", "type": "nominal", "sort": kinds, "title": None}
    return _chart(
        {
            "layer": [
                {
                    "data": {"values": rows},
                    "mark": {"type": "tick", "thickness": 2, "opacity": 0.65, "color": _COLOURS[0]},
                    "encoding": {
                        "x": {
                            "field": "value",
                            "type": "quantitative",
                            "title": _axis(unit),
                            "scale": _scale(unit),
                        },
                        "y": kind,
                        "tooltip": [
                            {"field": "council", "title": "council"},
                            {"field": "value", "title": _axis(unit)},
                        ],
                    },
                },
                {
                    "data": {"values": means},
                    "mark": {
                        "type": "point",
                        "shape": "diamond",
                        "size": 140,
                        "filled": True,
                        "color": _COLOURS[1],
                        "opacity": 1,
                    },
                    "encoding": {
                        "x": {"field": "average", "type": "quantitative"},
                        "y": kind,
                        "tooltip": [{"field": "average", "title": "average of the kind"}],
                    },
                },
            ],
            "height": {"step": 34},
        },
        title=title,
        subtitle=_subtitle(
            replica,
            "each stroke is a council; the diamond is the average of the kind" * bool(means),
        ),
        description=f"{title}: "
        + "; ".join(
            f"{name}: {len(councils)} councils, {min(v for _, v in councils):g} to"
            f" {max(v for _, v in councils):g}"
            for name, councils in values.items()
            if councils
        ),
    )


def ranking(
    rows: Sequence[Ranked], *, title: str, unit: str, replica: bool = False
) -> dict[str, Any]:
    """Return the chart of councils in the order given, each with the interval it lies within."""
    order = [row.council for row in rows]
    values = [
        {
            "council": row.council,
            "value": row.value,
            "low": row.low,
            "high": row.high,
            "doubtful": row.doubtful,
        }
        for row in rows
    ]
    council = {
        "field": "council",
        "type": "nominal",
        "sort": order,
        "title": None,
        "axis": {"labelLimit": 220},
    }
    scale = _scale(unit)
    return _chart(
        {
            "data": {"values": values},
            "layer": [
                {
                    "transform": [{"filter": "isValid(datum.low)"}],
                    "mark": {"type": "rule", "color": _SOFT, "strokeWidth": 1.5},
                    "encoding": {
                        "x": {
                            "field": "low",
                            "type": "quantitative",
                            "scale": scale,
                            "title": _axis(unit),
                        },
                        "x2": {"field": "high"},
                        "y": council,
                    },
                },
                {
                    "mark": {
                        "type": "point",
                        "size": 45,
                        "color": _COLOURS[0],
                        "strokeWidth": 2,
                        "opacity": 1,
                    },
                    "encoding": {
                        "x": {"field": "value", "type": "quantitative", "scale": scale},
                        "y": council,
                        "fill": {
                            "condition": {"test": "datum.doubtful", "value": "#ffffff"},
                            "value": _COLOURS[0],
                        },
                        "tooltip": [
                            {"field": "council", "title": "council"},
                            {"field": "value", "title": _axis(unit)},
                            {"field": "low", "title": "from", "format": ".1f"},
                            {"field": "high", "title": "to", "format": ".1f"},
                        ],
                    },
                },
            ],
            "height": {"step": 16},
        },
        title=title,
        subtitle=_subtitle(
            replica, "lines: 95 per cent intervals" * any(row.low is not None for row in rows)
        ),
        description=f"{title}: {len(rows)} councils"
        + (f", from {rows[0].council} to {rows[-1].council}" if rows else ""),
    )


def _span(points: Sequence[Point]) -> tuple[int, int]:
    found = [point.year_ending for point in points]
    if not found:
        raise ValueError("a chart needs a figure")
    return min(found), max(found)


def _rows(
    name: str, points: Sequence[Point], first: int, last: int, cuts: Sequence[int], of: Any
) -> list[dict[str, Any]]:
    known = {point.year_ending: point for point in points}
    rows = []
    for year in range(first, last + 1):
        point = known.get(year, Point(year, None))
        value = of(point)
        own = value is not None and value == point.value
        note = "doubtful" if point.doubtful and own else ""
        rows.append(
            {
                "series": name,
                "year": years.label(year),
                "value": value,
                "segment": f"{name} {sum(cut <= year for cut in cuts)}",
                "doubtful": bool(note),
                "note": note,
            }
        )
    return rows


def _years(first: int, last: int) -> dict[str, Any]:
    return {
        "field": "year",
        "type": "ordinal",
        "title": "year ending 31 March",
        "scale": {"type": "band", "domain": [years.label(y) for y in range(first, last + 1)]},
        "axis": {"labelAngle": -60, "labelOverlap": False},
    }


def _rules(shown: Sequence[Break]) -> list[dict[str, Any]]:
    if not shown:
        return []
    values = [
        {"year": years.label(one.first_year), "meaning": one.meaning, "kind": one.kind}
        for one in shown
    ]
    return [
        {
            "data": {"values": values},
            "mark": {"type": "rule", "color": _SOFT, "strokeDash": [2, 3], "strokeWidth": 1.5},
            "encoding": {
                # Where the year begins: between it and the year before.
                "x": {"field": "year", "type": "ordinal", "bandPosition": 0},
                "tooltip": [
                    {"field": "year", "title": "from"},
                    {"field": "meaning", "title": "not comparable"},
                ],
            },
        }
    ]


def _axis(unit: str) -> str:
    return {"percent": "per cent", "count": "number"}.get(unit, unit)


def _scale(unit: str) -> dict[str, Any]:
    return {"domain": [0, 100]} if unit == "percent" else {"zero": True, "nice": True}


def _in_words(series: Mapping[str, Sequence[Point]]) -> str:
    told = []
    for name, points in series.items():
        values = [point for point in points if point.value is not None]
        if not values:
            told.append(f"{name}: no value")
            continue
        start, end = values[0], values[-1]
        told.append(
            f"{name}: {start.value:g} in {years.label(start.year_ending)}, {end.value:g} in"
            f" {years.label(end.year_ending)}, {len(points) - len(values)} years absent,"
            f" {sum(point.doubtful for point in points)} doubtful"
        )
    return "; ".join(told)


def _subtitle(replica: bool, *lines: str) -> list[str]:
    return [line for line in (REPLICA if replica else "", *lines) if line]


def _chart(
    body: dict[str, Any], *, title: str, subtitle: list[str], description: str
) -> dict[str, Any]:
    return {
        "$schema": SCHEMA,
        "description": description,
        "title": {
            "text": title,
            "subtitle": [piece for line in subtitle for piece in _wrapped(line)],
            "anchor": "start",
            "subtitleColor": _SOFT,
            "offset": 12,
        },
        "width": "container",
        "height": 260,
        "background": "#ffffff",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": {
            "font": _FONT,
            "view": {"stroke": None},
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "gridColor": "#e3e7eb"},
            "legend": {"labelFontSize": 12},
            "title": {"fontSize": 15, "subtitleFontSize": 11},
        },
        **body,
    }


def _wrapped(line: str, width: int = 96) -> list[str]:
    lines = [""]
    for word in line.split():
        if len(lines[-1]) + len(word) >= width and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
