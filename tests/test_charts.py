"""Charts: gaps, breaks, doubts, and names that were fetched."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import vl_convert

from ombudsman_crawler import charts

UPHOLD = charts.breaks_of("uphold_rate")


def points(values: dict[int, float | None], **more: Any) -> list[dict[str, Any]]:
    return [
        {"year_ending": year, "value": value, "average": 60.0, "absence": None, "doubtful": False}
        | more
        for year, value in values.items()
    ]


def over_time(rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return charts.over_time(
        rows, UPHOLD, title="Uphold rate", unit="percent", council="Kent", **more
    )


def pieces(spec: dict[str, Any], series: str = "Kent") -> list[set[str]]:
    found: dict[str, set[str]] = {}
    for row in spec["data"]["values"]:
        if row["series"] == series and row["value"] is not None:
            found.setdefault(row["piece"], set()).add(row["year"])
    return list(found.values())


def test_absent_values_are_gaps_and_say_why() -> None:
    rows = points({2018: 50.0, 2019: None, 2020: 70.0})
    rows[1]["absence"] = "no_base"
    spec = over_time(rows)
    assert pieces(spec) == [{"2017-18"}, {"2019-20"}]
    assert "2018-19 no value (nothing to take a rate of)" in spec["description"]


def test_a_year_without_a_row_is_a_gap_and_has_its_place() -> None:
    spec = over_time(points({2018: 50.0, 2020: 70.0}))
    assert pieces(spec) == [{"2017-18"}, {"2019-20"}]
    svg = vl_convert.vegalite_to_svg(spec | {"width": 500}, vl_version="6.4")
    assert ">2018-19<" in svg


def test_lines_break_where_the_definition_does_and_nowhere_else() -> None:
    spec = over_time(points({2020: 50.0, 2021: 60.0, 2022: 70.0, 2023: 80.0, 2024: 81.0}))
    assert pieces(spec) == [{"2019-20", "2020-21", "2021-22"}, {"2022-23", "2023-24"}]
    assert pieces(spec, charts.AVERAGE) == pieces(spec)
    assert "fewer borderline complaints" in spec["description"]


def test_the_axis_of_percentages_is_whole() -> None:
    text = json.dumps(over_time(points({2018: 50.0})))
    assert '"domain": [0, 100]' in text


def test_doubtful_points_and_test_data_are_marked() -> None:
    spec = over_time(points({2018: 50.0}, doubtful=True), replica=True, width=500)
    svg = vl_convert.vegalite_to_svg(spec, vl_version="6.4")
    assert ">TEST DATA<" in svg
    assert ">doubtful figure<" in svg
    assert "2017-18 50% (doubtful)" in spec["description"]


def test_a_hostile_name_stays_text() -> None:
    name = "<script>alert(1)</script>\x00 " + "x" * 500
    spec = charts.over_time(
        points({2018: 1.0}), [], title=name, unit="count", council=name, width=500
    )
    svg = vl_convert.vegalite_to_svg(spec, vl_version="6.4")
    assert "<script" not in svg
    assert "\x00" not in svg


ROWS = [
    {"council": "A", "value": 80.0, "low": 40.0, "high": 95.0, "base": 5},
    {"council": "B", "value": 90.0, "low": 85.0, "high": 94.0, "base": 200},
    {"council": "C", "value": None},
]


def test_names_that_are_alike_at_first_are_lines_of_their_own_and_titles_are_wrapped() -> None:
    long = "The Council of the Metropolitan Borough of " + "Somewhere " * 6
    lines = [
        charts.Line(f"{long}{which}", points({2019: value, 2020: value}))
        for which, value in (("North", 40.0), ("South", 60.0))
    ]
    spec = charts.lines_over_time(
        lines, UPHOLD, title=", ".join(line.name for line in lines), unit="percent", width=600
    )
    assert len({row["series"] for row in spec["data"]["values"]}) == 2
    assert max(map(len, spec["title"]["text"])) < 80
    svg = vl_convert.vegalite_to_svg(spec, vl_version="6.4")
    (width,) = re.findall(r'<svg[^>]* width="([0-9.]+)"', svg)
    assert float(width) < 1100  # the legend of two names of 60 letters
    ranked = charts.ranking(
        [{"council": f"{long}{which}", "value": 1.0} for which in ("North", "South")],
        title="x",
        unit="count",
    )
    assert "(1)" in json.dumps(ranked)
    assert "(2)" in json.dumps(ranked)


@pytest.mark.parametrize("draw", [charts.ranking, charts.distribution])
def test_councils_of_a_year_show_small_numbers_and_who_lacks_a_value(draw: Any) -> None:
    spec = draw(ROWS, title="2020-21", unit="percent", marked="A", width=500)
    cases = {row["council"]: row["cases"] for row in spec["data"]["values"]}
    assert cases == {"A": "fewer than 20 cases", "B": "figure"}
    assert "1 without a value" in spec["description"]
    svg = vl_convert.vegalite_to_svg(spec, vl_version="6.4")
    assert ">fewer than 20 cases<" in svg


def test_a_ranking_begins_with_the_highest() -> None:
    spec = charts.ranking(ROWS, title="2020-21", unit="percent")
    assert [row["council"] for row in spec["data"]["values"]] == ["B", "A"]


def test_nothing_to_draw_is_drawn_as_nothing() -> None:
    for draw in (charts.ranking, charts.distribution):
        spec = draw([], title="2020-21", unit="percent", width=500)
        assert vl_convert.vegalite_to_svg(spec, vl_version="6.4")
    assert vl_convert.vegalite_to_svg(over_time([], width=500), vl_version="6.4")
