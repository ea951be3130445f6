"""A letter: its page beside its figures, and the words of the one that is chosen marked on it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from ombudsman_crawler import findings
from ombudsman_crawler.explore import formats
from ombudsman_crawler.explore.answers import Moved, NotFound, Page
from ombudsman_crawler.explore.page_images import NotDrawn
from ombudsman_crawler.explore.pages import figures
from ombudsman_crawler.explore.pages.asked import Asked
from ombudsman_crawler.explore.pages.figures import Shown

_AVERAGE = "_similar"
# The marked words stand free of the mark's edge by so many points.
_MARGIN = 1.5
_WIDTH = 900


@dataclass(frozen=True, slots=True)
class Mark:
    """The rectangle around the chosen words, in points on the page."""

    metric: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A page of the letter as a picture: its address, its size in points, and what is marked."""

    source: str
    number: int
    width: float
    height: float
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What two versions that followed one another say differently."""

    before: int
    after: int
    changed: list[tuple[int, str, str, str]]


def page(asked: Asked) -> Page | Moved:
    """Return the page `/letter/<key>/<year>[/<kind>]`; another name of its council leads there.
    Raises NotFound."""
    if other := asked.other_key():
        rest = "/".join(part for name, part in asked.parts.items() if name != "key")
        return Moved(f"/letter/{other}/{rest}")
    key, year = asked.parts["key"], asked.parts["year"]
    kind = asked.parts.get("kind")
    name = f"{key}/{year}" + (f"/{kind}" if kind else "")
    letter = asked.first("SELECT * FROM letters WHERE letter = ?", name)
    if letter is None:
        raise NotFound(f"There is no letter {name} here.")
    every = _figures(asked, key, int(year), kind) if not letter["withheld"] else []
    chosen = _chosen(asked, every, int(year))
    number = _page_number(asked, letter, chosen)
    picture, why_not = _picture(asked, letter, number, chosen)
    own = [one for one in every if not one.restated and one.year_ending == int(year)]
    others = asked.all(_OTHERS, letter["authority"])
    place = [other["letter"] for other in others].index(name)
    return Page(
        "letter.html",
        {
            "title": formats.title(
                chosen.metric if chosen else "letter", letter["authority"], int(year)
            ),
            "key": key,
            "letter": letter,
            "figures": [one for one in own if not one.metric.endswith(_AVERAGE)],
            "averages": {one.metric.removesuffix(_AVERAGE): one for one in own},
            "average_suffix": _AVERAGE,
            "alone": _without_figure(own),
            "meanings_of_figures": {one.metric: one.definition for one in own},
            "restated": [one for one in every if one not in own],
            "chosen": chosen,
            "picture": picture,
            "why_not": why_not,
            "pages": list(range(letter["first_page"] or 1, (letter["last_page"] or 1) + 1)),
            "findings": _findings(asked, letter),
            "meanings": findings.load(),
            "versions": asked.all(
                "SELECT * FROM letter_versions WHERE letter = ? ORDER BY version", name
            ),
            "differences": _differences(asked, name, every),
            "others": others,
            "before": others[place - 1] if place else None,
            "after": others[place + 1] if place + 1 < len(others) else None,
        },
    )


def _figures(asked: Asked, key: str, year: int, kind: str | None) -> list[Shown]:
    own = f"/{kind}" if kind else ""
    return figures.of_authority(
        asked,
        key,
        "figure.source = 'letter' AND ((figure.year_ending = ? AND figure.suffix = ?)"
        " OR figure.suffix = ?)",
        year,
        own,
        f"{own}/restated-{year}",
    )


def _without_figure(own: list[Shown]) -> list[Shown]:
    """Return the averages whose own figure the letter hasn't."""
    there = {one.metric for one in own}
    return [
        one
        for one in own
        if one.metric.endswith(_AVERAGE) and one.metric.removesuffix(_AVERAGE) not in there
    ]


def _chosen(asked: Asked, every: list[Shown], year: int) -> Shown | None:
    metric = asked.arguments.get("figure")
    if metric is None:
        return None
    of = asked.arguments.get("of", str(year))
    for one in every:
        if one.metric == metric and str(one.year_ending) == of:
            return one
    raise NotFound("This letter has no such figure.")


def _page_number(asked: Asked, letter: dict[str, Any], chosen: Shown | None) -> int:
    if chosen is not None and chosen.page is not None:
        return chosen.page
    first, last = letter["first_page"] or 1, letter["last_page"] or 1
    wanted = asked.arguments.get("page", str(first))
    is_number = wanted.isascii() and wanted.isdigit() and len(wanted) <= 4
    if not (is_number and first <= int(wanted) <= last):
        raise NotFound("This letter has no such page.")
    return int(wanted)


def _picture(
    asked: Asked, letter: dict[str, Any], number: int, chosen: Shown | None
) -> tuple[Picture | None, str]:
    if letter["withheld"] or letter["erased"] or letter["document_sha256"] is None:
        return None, ""
    sha256, path = letter["document_sha256"], letter["document_path"]
    try:
        sizes = asked.images.sizes(sha256, path)
    except NotDrawn as error:
        return None, str(error)
    if number > len(sizes):
        return None, "The document hasn't that page."
    if why_not := asked.images.why_not(sha256, number, _WIDTH):
        return None, why_not
    width, height = sizes[number - 1]
    address = f"/page/{sha256}/{number}.png?width={_WIDTH}"
    return Picture(address, number, width, height, _mark(chosen)), ""


def _mark(chosen: Shown | None) -> Mark | None:
    if chosen is None or chosen.box is None:
        return None
    x0, y0, x1, y1 = chosen.box
    return Mark(
        chosen.metric,
        round(x0 - _MARGIN, 2),
        round(y0 - _MARGIN, 2),
        round(x1 - x0 + 2 * _MARGIN, 2),
        round(y1 - y0 + 2 * _MARGIN, 2),
    )


def _findings(asked: Asked, letter: dict[str, Any]) -> list[dict[str, Any]]:
    return asked.all(
        "SELECT * FROM findings WHERE authority = ? AND document_sha256 = ? AND source = 'letter'"
        " ORDER BY severity = 'error' DESC, severity = 'warning' DESC, year_ending DESC, metric",
        letter["authority"],
        letter["document_sha256"],
    )


def _differences(asked: Asked, name: str, current: list[Shown]) -> list[Difference]:
    versions = asked.all(
        "SELECT version, current FROM letter_versions WHERE letter = ? ORDER BY version", name
    )
    said: dict[int, dict[tuple[int, str], str]] = {row["version"]: {} for row in versions}
    for row in asked.all("SELECT * FROM version_figures WHERE letter = ?", name):
        said[row["version"]][row["year_ending"], row["metric"]] = _in_words(
            row["value_text"], row["absence"]
        )
    for row in versions:
        if row["current"]:
            said[row["version"]] = {
                (one.year_ending, one.metric): _in_words(one.value_text, one.absence)
                for one in current
            }
    found = []
    for before, after in itertools.pairwise(versions):
        old, new = said[before["version"]], said[after["version"]]
        found.append(
            Difference(
                before["version"],
                after["version"],
                [
                    (year, metric, old.get((year, metric), "–"), new.get((year, metric), "–"))
                    for year, metric in sorted(old.keys() | new.keys(), reverse=True)
                    if old.get((year, metric)) != new.get((year, metric))
                ],
            )
        )
    return found


def _in_words(value_text: str | None, absence: str | None) -> str:
    return f"absent ({absence})" if absence is not None else value_text or ""


_OTHERS = """
SELECT letter, year_ending, letter_kind FROM letters WHERE authority = ?
ORDER BY year_ending, letter
"""
