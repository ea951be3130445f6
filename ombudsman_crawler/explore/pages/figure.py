"""The permanent address of a figure: what it is, the words it came from, who says otherwise."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from ombudsman_crawler import credits, findings, metrics, years
from ombudsman_crawler.explore import formats
from ombudsman_crawler.explore.answers import Bytes, NotFound, Page
from ombudsman_crawler.explore.pages import figures
from ombudsman_crawler.explore.pages.asked import Asked
from ombudsman_crawler.explore.pages.figures import Shown


def page(asked: Asked) -> Page:
    """Return the page `/figure/<figure_id>`. Raises NotFound."""
    figure, authority = _found(asked)
    return Page(
        "figure.html",
        {
            "title": formats.title(figure.metric, authority["authority"], figure.year_ending),
            "figure": figure,
            # A year shows the average beside its own figure.
            "of_council": figure.metric.removesuffix("_similar"),
            "authority": authority,
            "first_day": years.first_day(figure.year_ending).isoformat(),
            "last_day": years.last_day(figure.year_ending).isoformat(),
            "marked": _marked(figure),
            "findings": _findings(asked, figure, authority),
            "meanings": findings.load(),
            "others": [
                other
                for other in figures.of_authority(
                    asked,
                    authority["key"],
                    "figure.year_ending = ? AND figure.metric = ?",
                    figure.year_ending,
                    figure.metric,
                )
                if other.id != figure.id
            ],
            "earlier": asked.all(
                "SELECT version, value_text, absence FROM version_figures WHERE letter = ?"
                " AND year_ending = ? AND metric = ? ORDER BY version",
                _letter(figure) or "",
                figure.year_ending,
                figure.metric,
            ),
            "breaks": [one for one in metrics.breaks() if figure.metric in one.metrics],
            "cite": cited(asked, figure, authority),
        },
    )


def as_json(asked: Asked) -> Bytes:
    """Return `/figure/<figure_id>.json`. Raises NotFound."""
    figure, authority = _found(asked)
    value = {
        **{name: authority[name] for name in ("authority", "slug", "gss_code", "kind")},
        **dataclasses.asdict(figure),
        "replica": asked.analysts.is_replica,
        "cite": cited(asked, figure, authority),
    }
    return Bytes(json.dumps(value, ensure_ascii=False).encode(), "application/json")


def cited(asked: Asked, figure: Shown, authority: dict[str, Any]) -> str:
    """Return how to cite one figure."""
    what = figures.SOURCES.index(figure.source)
    source = ("annual letter", "council page", "national table")[what]
    place = f", page {figure.page}" if figure.page else ""
    return (
        f"{authority['authority']}, {years.label(figure.year_ending)},"
        f" {figure.metric.replace('_', ' ')}: {figure.value_text or 'no value'} ({source}{place},"
        f" SHA-256 {figure.sha256}). {credits.citation(asked.analysts.about)}"
    )


def _found(asked: Asked) -> tuple[Shown, dict[str, Any]]:
    figure = figures.named(asked, asked.parts["id"])
    authority = asked.first(
        "SELECT * FROM authorities WHERE key = ?", asked.parts["id"].split("/")[0]
    )
    if figure is None or authority is None:
        raise NotFound("There is no such figure here.")
    return figure, authority


def _letter(figure: Shown) -> str | None:
    """Return the lasting name of the letter that prints a figure, None for other sources."""
    if figure.source != "letter":
        return None
    key, year, _, _, *rest = figure.id.split("/")
    kinds = [part for part in rest if not part.startswith("restated-")]
    told = [part.removeprefix("restated-") for part in rest if part.startswith("restated-")]
    return "/".join((key, told[0] if told else year, *kinds))


def _marked(figure: Shown) -> str | None:
    """Return the address of the letter with the figure's words marked."""
    letter = _letter(figure)
    if letter is None:
        return None
    of = f"&of={figure.year_ending}" if figure.restated else ""
    return f"/letter/{letter}?figure={figure.metric}{of}#marked"


def _findings(asked: Asked, figure: Shown, authority: dict[str, Any]) -> list[dict[str, Any]]:
    return asked.all(
        "SELECT * FROM findings WHERE authority = ? AND source = ? AND document_sha256 = ?"
        " AND (metric IS NULL OR metric = ?) AND (year_ending IS NULL OR year_ending = ?)"
        " ORDER BY severity = 'error' DESC, severity = 'warning' DESC, code",
        authority["authority"],
        figure.source,
        figure.sha256,
        figure.metric,
        figure.year_ending,
    )
