"""Figures as pages show them: one row of `figure` with its words, its document and its meaning."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ombudsman_crawler import metrics
from ombudsman_crawler.explore.pages.asked import Asked

#: The sources of figures in the order of preference, as in `annual_summary`.
SOURCES = ("letter", "council_page", "national_table")


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure; `id` is its lasting name, `box` [x0, y0, x1, y1] in points on its page."""

    id: str
    metric: str
    unit: str
    definition: str
    year_ending: int
    source: str
    value: float | None
    absence: str | None
    value_text: str | None
    page: int | None
    box: tuple[float, float, float, float] | None
    text: str
    restated: bool
    doubts: tuple[str, ...]
    acknowledged: str | None
    sha256: str
    path: str
    url: str | None
    media_type: str

    @property
    def address(self) -> str:
        """Its permanent address."""
        return f"/figure/{quote(self.id)}"

    @property
    def said(self) -> tuple[str, str, str]:
        """Its sentence divided at the printed number: before, number, after. The number is never a
        part of a longer one; where it stands there several times it is the last, which comes after
        the heading. All is before where it isn't there."""
        if not self.value_text:
            return (self.text, "", "")
        printed = rf"(?<![\d.,/]){re.escape(self.value_text)}(?![\d/]|[.,]\d)"
        found = list(re.finditer(printed, self.text))
        if not found:
            return (self.text, "", "")
        start, end = found[-1].span()
        return (self.text[:start], self.text[start:end], self.text[end:])

    @property
    def why_absent(self) -> str:
        """Why it has no value, in words."""
        return metrics.ABSENCES.get(self.absence or "", "")


def of_authority(asked: Asked, key: str, where: str, *values: Any) -> list[Shown]:
    """Return the figures of an authority that meet a condition, in the vocabulary's order."""
    rows = asked.all(f"{_FIGURES} AND {where}", key, *values)
    order = {name: place for place, name in enumerate(metrics.load())}
    found = [_shown(row) for row in rows]
    return sorted(
        found,
        key=lambda one: (
            -one.year_ending,
            order.get(one.metric, len(order)),
            SOURCES.index(one.source),
        ),
    )


def preferred(every: list[Shown]) -> dict[tuple[int, str], Shown]:
    """Return the figure of each year and metric that is shown: the letter's before the council
    page's before the national table's, unless one before it only says that the number isn't
    printed; as in `annual_summary`."""
    found: dict[tuple[int, str], Shown] = {}
    for one in every:
        there = found.get((one.year_ending, one.metric))
        if there is None or rank(one.absence, one.source) < rank(there.absence, there.source):
            found[one.year_ending, one.metric] = one
    return found


def rank(absence: str | None, source: str) -> tuple[bool, int]:
    """Return what a figure is preferred by, the least first."""
    return (absence in ("not_in_text", "blank"), SOURCES.index(source))


def named(asked: Asked, figure_id: str) -> Shown | None:
    """Return the figure with a lasting name, None where there is none."""
    parts = figure_id.split("/")
    if len(parts) < 4 or not (parts[1].isascii() and parts[1].isdigit() and len(parts[1]) == 4):
        return None
    key, year, source, metric, *rest = parts
    suffix = "".join(f"/{part}" for part in rest)
    found = of_authority(
        asked,
        key,
        "figure.year_ending = ? AND figure.metric = ? AND figure.source = ? AND figure.suffix = ?",
        int(year),
        metric,
        source,
        suffix,
    )
    return found[0] if found else None


def _shown(row: dict[str, Any]) -> Shown:
    box = json.loads(row["box"]) if row["box"] else None
    return Shown(
        id=f"{row['key']}/{row['year_ending']}/{row['source']}/{row['metric']}{row['suffix']}",
        metric=row["metric"],
        unit=row["unit"],
        definition=row["definition"],
        year_ending=row["year_ending"],
        source=row["source"],
        value=row["value"],
        absence=row["absence"],
        value_text=row["value_text"],
        page=row["page"],
        box=tuple(box) if box else None,
        text=row["text"],
        restated=bool(row["restated"]),
        doubts=tuple(row["doubts"].split(",")) if row["doubts"] else (),
        acknowledged=row["acknowledged"],
        sha256=row["sha256"],
        path=row["path"],
        url=row["url"],
        media_type=row["media_type"],
    )


# By the key of `figure`, which begins with the authority.
_FIGURES = """
SELECT figure.*, authority.key, document.sha256, document.path, document.url, document.media_type,
       metric.unit, metric.definition
FROM authority JOIN figure ON figure.authority_id = authority.id
JOIN metric ON metric.metric = figure.metric
JOIN document ON document.id = figure.document_id
WHERE authority.key = ?
"""
