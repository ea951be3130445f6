"""Charts of figures, as Vega-Lite specifications: the explorer and `ombudsman chart` draw them.

Pure functions of rows. A specification is a dict for Vega-Lite 6 that loads nothing; its
`description` says in words what the chart shows. Absent values are gaps, never zero.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ombudsman_crawler import credits, metrics, years
from ombudsman_crawler.intervals import SMALL, interval

__all__ = [
    "AVERAGE", "SMALL", "Line", "breaks_of", "distribution", "interval", "lines_over_time",
    "number", "over_time", "ranking",
]  # fmt: skip

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
AVERAGE = "average of similar authorities"

# Each at least 4.5:1 on white; no line is told by its colour alone.
_COLOURS = ("#0b5394", "#a8440b", "#00664a", "#8a2d7a", "#7a5a00", "#a3123f")
_GREY = "#595959"
_DASHES = ([1, 0], [8, 2], [2, 2], [10, 3, 2, 3], [5, 5], [12, 2])
_AVERAGE_DASH = [5, 3]
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_LONGEST_NAME = 60
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_STATES = ["figure", "doubtful figure", "no value"]

Point = Mapping[str, Any]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `points` are {year_ending, value or None, absence or None, doubtful}."""

    name: str
    points: Sequence[Point]
    is_average: bool = False


def breaks_of(metric: str) -> tuple[metrics.Break, ...]:
    """Return the breaks in comparability of one metric, by year."""
    return tuple(one for one in metrics.breaks() if metric in one.metrics)


def number(value: float | None, unit: str) -> str:
    """Return a value as people read it: "74%", "1,234", "5.4"; "no value" for None."""
    if value is None:
        return "no value"
    text = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
    return f"{text}%" if unit == "percent" else text


def over_time(
    points: Sequence[Point],
    breaks: Iterable[metrics.Break],
    *,
    title: str,
    unit: str,
    council: str,
    average_label: str = AVERAGE,
    replica: bool = False,
    width: int | None = None,
    source: str | None = None,
) -> dict[str, Any]:
    """Return a council's figures over the years beside the average of its kind.

    `points` are {year_ending, value or None, average or None, absence or None, doubtful}; a year
    between them without a point is a gap too. `unit` is that of the metric. Without a `width` in
    pixels the chart takes its container's, and the breaks' meanings and the `source` aren't
    written below it. `replica` marks the chart as test data.
    """
    lines = [Line(council, points)]
    average = [{"year_ending": p["year_ending"], "value": p.get("average")} for p in points]
    if any(point["value"] is not None for point in average):
        lines.append(Line(average_label, average, is_average=True))
    return lines_over_time(
        lines, breaks, title=title, unit=unit, replica=replica, width=width, source=source
    )


def lines_over_time(
    lines: Sequence[Line],
    breaks: Iterable[metrics.Break],
    *,
    title: str,
    unit: str,
    replica: bool = False,
    width: int | None = None,
    source: str | None = None,
) -> dict[str, Any]:
    """Return several lines over the years, as `over_time` does for one council."""
    lines = [
        Line(name, line.points, line.is_average)
        for name, line in zip(_names(line.name for line in lines), lines, strict=True)
    ]
    known = [point["year_ending"] for line in lines for point in line.points]
    span = range(min(known), max(known) + 1) if known else range(0)
    shown = [one for one in breaks if span and span[0] < one.first_year <= span[-1]]
    cuts = {one.first_year for one in shown if one.kind == "definition"}
    rows = [row for line in lines for row in _rows(line, span, cuts, unit)]
    marks = [
        {
            "break": letter,
            "year": years.label(one.first_year),
            "kind": one.kind,
            "meaning": f"{letter}: {one.meaning}",
        }
        for letter, one in zip(_LETTERS, shown, strict=False)
    ]
    footer = [f"{mark['break']} ({mark['year']}): {mark['meaning'][3:]}" for mark in marks]
    footer += [source] if source else []
    colours, dashes = _styles(lines)
    series = {
        "field": "series",
        "type": "nominal",
        "sort": None,
        "legend": {"title": None, "symbolType": "stroke", "symbolStrokeWidth": 2.5},
    }
    names = [line.name for line in lines]
    colour = {**series, "scale": {"domain": names, "range": colours}}
    x = {
        "field": "year",
        "type": "ordinal",
        "scale": {"type": "band", "domain": [years.label(year) for year in span], "padding": 0},
        "axis": {
            "labelAngle": -45,
            "title": _wrapped(footer, width) if width else None,
            "titleAlign": "left",
            "titleAnchor": "start",
            "titleFontWeight": "normal",
            "titlePadding": 12,
        },
    }
    y = {"field": "value", "type": "quantitative", **_scale(unit)}
    tooltip = [
        {"field": "series", "title": "Of"},
        {"field": "year", "title": "Year"},
        {"field": "printed", "title": "Value"},
        {"field": "note", "title": "Note"},
    ]
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": [mark for mark in marks if mark["kind"] == "event"]},
            "mark": {"type": "rect", "color": "#e8e8e8"},
            "encoding": {"x": x, "tooltip": {"field": "meaning", "title": "Break"}},
        },
        {
            "data": {"values": [mark for mark in marks if mark["kind"] != "event"]},
            "mark": {"type": "rule", "color": "#333333", "strokeDash": [2, 2], "strokeWidth": 1.5},
            "encoding": {
                "x": {**x, "bandPosition": 0},
                "tooltip": {"field": "meaning", "title": "Break"},
            },
        },
        {
            "data": {"values": marks},
            "mark": {"type": "text", "align": "left", "dx": 3, "baseline": "bottom",
                     "fontWeight": "bold", "color": "#333333", "clip": False},
            "encoding": {
                "x": {**x, "bandPosition": 0},
                "y": {"value": -2},
                "text": {"field": "break"},
                "tooltip": {"field": "meaning", "title": "Break"},
            },
        },
        {
            "transform": [{"filter": "datum.state != 'no value'"}],
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {
                "x": x,
                "y": y,
                "detail": {"field": "piece"},
                "color": colour,
                "strokeDash": {**series, "scale": {"domain": names, "range": dashes}},
            },
        },
    ]  # fmt: skip
    layers += [
        {
            "transform": [{"filter": f"datum.state == '{state}'"}],
            "mark": {"type": "point", "opacity": 1, "strokeWidth": 2, "size": 60, **look},
            "encoding": {
                "x": x,
                "y": y if state != "no value" else {"value": {"expr": "height - 6"}},
                "color": colour,
                "shape": {
                    "field": "state",
                    "type": "nominal",
                    "scale": {"domain": _STATES, "range": ["circle", "diamond", "cross"]},
                    "legend": {"title": None},
                },
                "tooltip": tooltip,
            },
        }
        for state, look in (
            ("figure", {"filled": True}),
            ("doubtful figure", {"filled": False, "fill": "white", "size": 110}),
            ("no value", {"filled": True, "size": 40}),
        )
        if any(row["state"] == state for row in rows)
    ]
    return {
        **_frame(title, _subtitle(unit, replica), width),
        "description": _told(title, unit, rows, footer, replica),
        "height": 260,
        "data": {"values": rows},
        "layer": layers,
    }


def distribution(
    values: Sequence[Row],
    *,
    title: str,
    unit: str,
    marked: str | None = None,
    replica: bool = False,
    width: int | None = None,
) -> dict[str, Any]:
    """Return how the councils of one kind lie in one year: a dot for each.

    `values` are {council, value or None} and, where known, `base` (the cases a rate is of) and
    `doubtful`. `marked` is the council that stands out. Those without a value aren't drawn, and
    counted in the subtitle.
    """
    rows = [_of_council(row, unit) for row in values if row["value"] is not None]
    shown = [row["value"] for row in rows]
    least, most = _ends(shown, unit)
    step = (most - least) / 50 or 1
    stacked: Counter[int] = Counter()
    for row in sorted(rows, key=lambda row: (row["value"], row["council"])):
        place = int((row["value"] - least) / step)
        count = stacked[place]
        row["row"] = (count + 1) // 2 * (-1 if count % 2 else 1)
        stacked[place] += 1
        row["marked"] = row["full_name"] == marked
    lacking = len(values) - len(rows)
    highest = max(stacked.values(), default=1) / 2 + 1
    found = next((row for row in rows if row["marked"]), None)
    said = f"{title}. {len(rows)} councils"
    if rows:
        said += f", from {number(min(shown), unit)} to {number(max(shown), unit)}"
    if found:
        above = sum(row["value"] > found["value"] for row in rows)
        said += f". {found['council']}: {found['printed']}; {above} have a higher value"
    x = {
        "field": "value",
        "type": "quantitative",
        **_scale(unit, zero=False),
    }
    y = {
        "field": "row",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [-highest, highest]},
    }
    layers = [
        {
            "transform": [{"filter": "datum.marked"}],
            "mark": {"type": "rule", "strokeWidth": 3, "color": _COLOURS[1]},
            "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y},
        },
        {
            "transform": [{"filter": "!datum.marked"}],
            "mark": {"type": "point", "size": 26, "opacity": 1, "color": _COLOURS[0]},
            "encoding": {"x": x, "y": y, "shape": _size_shape(), "tooltip": _tooltip()},
        },
        {
            "transform": [{"filter": "datum.marked"}],
            "mark": {"type": "point", "shape": "diamond", "size": 170, "filled": True,
                     "opacity": 1, "color": _COLOURS[1], "stroke": "white"},
            "encoding": {"x": x, "y": y, "tooltip": _tooltip()},
        },
        {
            "transform": [{"filter": "datum.marked"}],
            "mark": {"type": "text", "dy": -16, "fontWeight": "bold", "color": _COLOURS[1]},
            "encoding": {"x": x, "y": y, "text": {"field": "council"}},
        },
    ]  # fmt: skip
    return {
        **_frame(title, _subtitle(unit, replica, _without(lacking)), width),
        "description": _closed(said, lacking, replica),
        "height": 180,
        "data": {"values": rows},
        "layer": layers,
    }


def ranking(
    rows: Sequence[Row],
    *,
    title: str,
    unit: str,
    marked: str | None = None,
    replica: bool = False,
    width: int | None = None,
) -> dict[str, Any]:
    """Return councils of one kind and year from the highest value down, each with its interval.

    `rows` are {council, value or None} and, where known, `low` and `high` (of the interval), `base`
    (the cases a rate is of: few are drawn as few) and `doubtful`. Those without a value aren't
    drawn, and counted in the subtitle.
    """
    drawn = [_of_council(row, unit) for row in rows if row["value"] is not None]
    drawn.sort(key=lambda row: (-row["value"], row["council"]))
    for row, name in zip(drawn, _names(row["full_name"] for row in drawn), strict=True):
        row["marked"] = row["full_name"] == marked
        row["council"] = name
    lacking = len(rows) - len(drawn)
    x = {"field": "value", "type": "quantitative", **_scale(unit)}
    y = {
        "field": "council",
        "type": "nominal",
        "sort": [row["council"] for row in drawn],
        "axis": {"title": None, "labelLimit": 150, "grid": True},
    }
    colour = {
        "condition": {"test": "datum.marked", "value": _COLOURS[1]},
        "value": _COLOURS[0],
    }
    said = f"{title}. From the highest: " + "; ".join(
        f"{row['council']} {row['printed']}" for row in drawn
    )
    return {
        **_frame(title, _subtitle(unit, replica, _without(lacking)), width),
        "description": _closed(said, lacking, replica),
        "height": {"step": 16},
        "data": {"values": drawn},
        "layer": [
            {
                "transform": [{"filter": "isValid(datum.low) && isValid(datum.high)"}],
                "mark": {"type": "rule", "strokeWidth": 1.5},
                "encoding": {
                    "x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y, "color": colour
                },
            },
            {
                "mark": {"type": "point", "opacity": 1, "size": 55, "fill": "white",
                         "strokeWidth": 2},
                "encoding": {
                    "x": x, "y": y, "color": colour, "shape": _size_shape(), "tooltip": _tooltip()
                },
            },
        ],
    }  # fmt: skip


def _rows(line: Line, span: range, cuts: set[int], unit: str) -> Iterable[dict[str, Any]]:
    """Yield a row for each year; `piece` numbers the unbroken pieces of the line."""
    points = {point["year_ending"]: point for point in line.points}
    piece = 0
    for year in span:
        point = points.get(year, {})
        value = point.get("value")
        piece += year in cuts or value is None
        absence = point.get("absence")
        doubtful = bool(point.get("doubtful"))
        if value is None and line.is_average:
            continue
        yield {
            "series": line.name,
            "year": years.label(year),
            "value": value,
            "printed": number(value, unit),
            "note": _why(absence) if value is None else "doubtful" if doubtful else "",
            "state": _STATES[2 if value is None else int(doubtful)],
            "piece": f"{line.name} {piece}",
        }


def _why(absence: str | None) -> str:
    known = {**metrics.ABSENCES, **metrics.SILENCES}
    return known.get(absence or "", absence or "no letter with this figure")


def _of_council(row: Row, unit: str) -> dict[str, Any]:
    base = row.get("base")
    few = base is not None and base < SMALL
    return {
        "council": _name(row["council"]),
        "full_name": row["council"],
        "value": row["value"],
        "low": row.get("low"),
        "high": row.get("high"),
        "printed": number(row["value"], unit) + (f" of {number(base, '')}" if base else ""),
        "note": "; ".join(
            filter(None, [f"fewer than {SMALL} cases" if few else "",
                          "doubtful" if row.get("doubtful") else ""])
        ),
        "cases": f"fewer than {SMALL} cases" if few else "figure",
    }  # fmt: skip


def _size_shape() -> dict[str, Any]:
    return {
        "field": "cases",
        "type": "nominal",
        "scale": {
            "domain": ["figure", f"fewer than {SMALL} cases"],
            "range": ["circle", "triangle-up"],
        },
        "legend": {"title": None},
    }


def _tooltip() -> list[dict[str, str]]:
    return [
        {"field": "council", "title": "Council"},
        {"field": "printed", "title": "Value"},
        {"field": "note", "title": "Note"},
    ]


def _ends(values: Sequence[float], unit: str) -> tuple[float, float]:
    if unit == "percent":
        return 0.0, 100.0
    return (min(values), max(values)) if values else (0.0, 1.0)


def _scale(unit: str, *, zero: bool = True) -> dict[str, Any]:
    if unit == "percent":
        return {
            "scale": {"domain": [0, 100]},
            "axis": {"title": None, "labelExpr": "datum.value + '%'", "tickCount": 5},
        }
    return {
        "scale": {"zero": zero, "nice": True},
        "axis": {"title": None, "format": ",~f", "tickMinStep": 1 if unit == "count" else 0.1},
    }


def _styles(lines: Sequence[Line]) -> tuple[list[str], list[list[int]]]:
    """Return a colour and a dash for each line. Averages are grey, and dashed."""
    colours, dashes = list[str](), list[list[int]]()
    councils = averages = 0
    for line in lines:
        if line.is_average:
            colours.append(_GREY)
            dashes.append([_AVERAGE_DASH[0] + 3 * averages, _AVERAGE_DASH[1]])
            averages += 1
        else:
            colours.append(_COLOURS[councils % len(_COLOURS)])
            # A colour that comes again has another dash.
            dashes.append(_DASHES[(councils + councils // len(_COLOURS)) % len(_DASHES)])
            councils += 1
    return colours, dashes


def _frame(title: str, subtitle: list[str], width: int | None) -> dict[str, Any]:
    return {
        "$schema": SCHEMA,
        "background": "white",
        "padding": 8,
        "width": width or "container",
        "autosize": {"type": "fit-x" if width is None else "pad", "contains": "padding"},
        "title": {"text": _heading(title, width), "subtitle": subtitle, "anchor": "start",
                  "frame": "bounds", "offset": 18},
        "config": {
            "font": _FONT,
            "axis": {"labelFontSize": 11, "titleFontSize": 11, "gridColor": "#dddddd",
                     "labelColor": "#222222", "titleColor": "#222222"},
            "legend": {
                "orient": "top",
                "direction": "horizontal",
                "columns": 1 if width is None else 3,
                "labelFontSize": 12,
                "labelLimit": 420,
                "labelColor": "#222222",
                # Side by side, legends would leave a narrow chart.
                "layout": {"top": {"direction": "vertical" if width is None else "horizontal",
                                   "anchor": "start"}},
            },
            "title": {"fontSize": 15, "subtitleFontSize": 12, "subtitleColor": "#444444"},
            "text": {"fontSize": 12},
            "view": {"stroke": "#888888"},
        },
    }  # fmt: skip


def _subtitle(unit: str, replica: bool, more: str = "") -> list[str]:
    units = {"percent": "per cent", "count": "number"}
    first = units.get(unit, unit) + (f"; {more}" if more else "")
    return [first, *(["TEST DATA"] if replica else [])]


def _without(lacking: int) -> str:
    return f"{lacking} without a value aren't drawn" if lacking else ""


def _closed(said: str, lacking: int, replica: bool) -> str:
    without = _without(lacking)
    return ". ".join(filter(None, [said, without, credits.REPLICA if replica else ""]))


def _told(title: str, unit: str, rows: Sequence[Row], footer: Sequence[str], replica: bool) -> str:
    """Return what a chart over time shows, in words."""
    series: dict[str, list[str]] = {}
    for row in rows:
        said = f"{row['year']} {number(row['value'], unit)}"
        series.setdefault(row["series"], []).append(
            said + (f" ({row['note']})" if row["note"] else "")
        )
    parts = [f"Line chart: {_clean(title)}"]
    parts += [f"{name}: {', '.join(values)}" for name, values in series.items()]
    parts += footer
    parts += [credits.REPLICA] if replica else []
    return ". ".join(part.rstrip(".") for part in parts) + "."


def _wrapped(lines: Iterable[str], width: int) -> list[str] | None:
    """Return lines that fit below a chart of a width in pixels, or None for none."""
    wrapped = [part for line in lines for part in textwrap.wrap(line, max(30, width // 6))]
    return wrapped or None


def _clean(text: str) -> str:
    """Return a text without characters that no SVG may hold."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _heading(title: str, width: int | None) -> str | list[str]:
    """Return a title in lines that a picture of a width in pixels holds; a page wraps by itself."""
    clean = _clean(title)
    return clean if width is None else textwrap.wrap(clean, max(30, width // 9)) or clean


def _names(names: Iterable[str]) -> list[str]:
    """Return names short enough for a legend, each still another: those that are alike when they
    are shortened are numbered, for lines are told apart by them."""
    short = [_name(name) for name in names]
    return [
        f"{name} ({short[:place].count(name) + 1})" if short.count(name) > 1 else name
        for place, name in enumerate(short)
    ]


def _name(name: str) -> str:
    return textwrap.shorten(_clean(name), _LONGEST_NAME, placeholder="…") or "…"
