"""The statistics of a council's page: HTML in, figures out.

The page shows the latest year only. Two layouts are known: `annual_statistics` (three parts, data
years 2018-19 to 2023-24) and `complaint_overview` (from 2024-25). They are recognised by their
sentences, never by markup, by position or by the year.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from parsel import Selector

from ombudsman_crawler import authorities, years
from ombudsman_crawler.authorities import Authority
from ombudsman_crawler.figures import checks
from ombudsman_crawler.figures.figure import Figure, Finding, Severity
from ombudsman_crawler.site import council_page, statistics_wordings, urls, visible
from ombudsman_crawler.site.statistics_figures import (
    figures_of,
    marks_of_overview,
    marks_of_panels,
)
from ombudsman_crawler.site.statistics_wordings import (
    ANNUAL_STATISTICS,
    COMPLAINT_OVERVIEW,
    Period,
    Statistics,
)

#: The version of this reader. A new one means that the same page may be read otherwise.
READER = "1"

#: The layouts of the statistics. A closed list.
LAYOUTS = {
    ANNUAL_STATISTICS: "complaints upheld, compliance, satisfactory remedies (2019 to 2024)",
    COMPLAINT_OVERVIEW: "dealt with, not for us, closed, investigated; parts (from 2025)",
}

# A layout must show at least this much of itself, and this much more than the other.
_ENOUGH = 0.5
_MARGIN = 0.2
# The first year ending whose statistics the site has shown in this way.
_FIRST_YEAR = 2019
_LONGEST_NAME = 100
# Where the statistics should be, these words say that there are none.
_NONE = re.compile(
    r"\bno (?:\w+ ){0,2}(?:statistics|data|figures|information)\b"
    r"|\b(?:statistics|data|figures)(?: \w+){0,4} (?:not|un)(?: yet| currently)? ?available\b",
    re.IGNORECASE,
)
# A body with these words in its name is a council, and has similar ones to be compared with.
_COUNCIL = re.compile(r"\b(?:council|borough)\b", re.IGNORECASE)
_DOUBTS = (Severity.WARNING, Severity.ERROR)


class State(StrEnum):
    """What a page has: statistics; only zeros, of a body that had ended; nothing of statistics."""

    FIGURES = "figures"
    NO_DATA = "no_data"
    NO_STATISTICS = "no_statistics"


class Status(StrEnum):
    """How the reading of a page ended; `unknown_form`: it has statistics that aren't known."""

    OK = "ok"
    SUSPECT = "suspect"
    UNKNOWN_FORM = "unknown_form"


@dataclass(frozen=True, slots=True)
class StatisticsPage:
    """One council's page as it says it. `authority` is a name of the register, None where neither
    heading nor address is in it. There are figures only in the state `figures`."""

    layout: str | None
    state: State
    status: Status
    authority: str | None
    name_as_printed: str | None
    year_ending: int | None = None
    period_start: date | None = None
    period_end: date | None = None
    figures: tuple[Figure, ...] = ()
    findings: tuple[Finding, ...] = ()


def read(text: str, url: str) -> StatisticsPage:
    """Read a council's page."""
    selector = Selector(text)
    lines = visible.lines(selector)
    said = statistics_wordings.find(lines)
    name = council_page.name_of(selector) or _first_heading(selector)
    authority, about = _whose(name, url)
    known = authority.name if authority else None
    if said.too_long:
        too_long = Finding(
            "page_too_long", Severity.ERROR, "the page has more text than a council's page can have"
        )
        return StatisticsPage(
            None, State.FIGURES, Status.UNKNOWN_FORM, known, name, findings=(*about, too_long)
        )
    if not _has_statistics(said, lines):
        return StatisticsPage(None, State.NO_STATISTICS, Status.OK, known, name, findings=about)
    layout, unknown = _layout(said)
    periods = [one.period for one in said.found if one.period is not None]
    if layout is None or not periods:
        if layout is not None:
            unknown = Finding(
                "year_not_found", Severity.ERROR, "the statistics don't say which year they are for"
            )
        findings = (*about, *((unknown,) if unknown else ()), *_unread(said))
        return StatisticsPage(
            layout, State.FIGURES, Status.UNKNOWN_FORM, known, name, findings=findings
        )
    period = Counter(periods).most_common(1)[0][0]
    year = _year_ending(period.end)
    if _is_all_zero(said) and authority is not None and not authorities.lived_in(authority, year):
        return StatisticsPage(
            layout, State.NO_DATA, Status.OK, known, name, year, period.start, period.end,
            findings=about,
        )  # fmt: skip
    compared = _compared(authority, name or urls.council_slug(url))
    figures, findings = figures_of(
        said, year, compared=compared, overview=layout == COMPLAINT_OVERVIEW
    )
    findings = (
        *about,
        *_names(said, authority),
        *_years(periods, year),
        *findings,
        *checks.check_figures(figures, year, period.start, period.end),
        *_unread(said),
    )
    doubtful = any(finding.severity in _DOUBTS for finding in findings)
    return StatisticsPage(
        layout,
        State.FIGURES,
        Status.SUSPECT if doubtful else Status.OK,
        known,
        name,
        year,
        period.start,
        period.end,
        figures,
        findings,
    )


def _first_heading(selector: Selector) -> str | None:
    """Return the page's heading: a body that the register doesn't know is called by it."""
    heading = " ".join(selector.xpath("string(//h1[1])").get("").split())
    return heading if 3 <= len(heading) <= _LONGEST_NAME else None


def _whose(name: str | None, url: str) -> tuple[Authority | None, tuple[Finding, ...]]:
    """Return the authority of the page's heading, else of its address."""
    slug = urls.council_slug(url)
    linked = authorities.match(slug) if slug else None
    printed = authorities.match(name) if name else None
    if printed is not None and linked is not None and printed != linked:
        message = f"the page is headed {printed.name}, its address is that of {linked.name}"
        return printed, (Finding("authority_differs_from_link", Severity.WARNING, message),)
    return printed or linked, ()


def _compared(authority: Authority | None, name: str | None) -> bool:
    """Whether the authority's kind has an average: only the five kinds of councils have one."""
    if authority is not None:
        return authority.kind != "other"
    return name is None or _COUNCIL.search(name.replace("-", " ")) is not None


def _has_statistics(said: Statistics, lines: tuple[visible.Line, ...]) -> bool:
    if said.found or said.unread or said.headings:
        return True
    return bool(said.titles) and not any(_NONE.search(line.text) for line in lines)


def _layout(said: Statistics) -> tuple[str | None, Finding | None]:
    """Return the layout of the statistics, or None and the finding that says why."""
    overview = marks_of_overview(said)
    scores = {COMPLAINT_OVERVIEW: overview, ANNUAL_STATISTICS: marks_of_panels(said) - overview}
    (best, layout), (second, _) = sorted(((v, k) for k, v in scores.items()), reverse=True)
    if best <= 0:
        return None, Finding(
            "form_not_found", Severity.ERROR, "the statistics are in no layout that is known"
        )
    if best < _ENOUGH:
        return None, Finding(
            "form_incomplete",
            Severity.ERROR,
            f"only a little of the layout {layout} was found ({best:.0%} of its marks)",
        )
    if best - second < _MARGIN:
        return None, Finding(
            "form_ambiguous", Severity.ERROR, "the statistics look like both known layouts"
        )
    return layout, None


def _year_ending(last_day: date) -> int:
    return last_day.year if last_day.month <= 3 else last_day.year + 1


def _is_all_zero(said: Statistics) -> bool:
    """Whether the page's own numbers are all zero, and there are counts among them."""
    own = [one for one in said.found if not one.what.endswith("_similar") and one.what != "average"]
    values = [value for one in own for value in (one.value, one.second_value) if value is not None]
    return any("%" not in (one.printed or "%") for one in own) and not any(values)


def _names(said: Statistics, authority: Authority | None) -> Iterator[Finding]:
    """Check that the sentences which name a council name this one."""
    for name in dict.fromkeys(one.name for one in said.found if one.name):
        named = authorities.match(name.rstrip(" ."))
        if named is not None and authority is not None and named != authority:
            yield Finding(
                "authority_disagrees",
                Severity.WARNING,
                f"the page is {authority.name}'s, and a sentence on it speaks of {named.name}",
            )
            return


def _years(periods: list[Period], year_ending: int) -> Iterator[Finding]:
    if len(set(periods)) > 1:
        ends = ", ".join(sorted({str(period.end) for period in periods}))
        yield Finding(
            "year_disagrees", Severity.WARNING, f"the page's periods end on different days: {ends}"
        )
    if not _FIRST_YEAR <= year_ending <= years.LAST_YEAR:
        yield Finding(
            "year_implausible",
            Severity.WARNING,
            f"the site has shown no statistics of the year ending {year_ending}",
            year_ending=year_ending,
        )


def _unread(said: Statistics) -> tuple[Finding, ...]:
    return tuple(
        Finding("sentence_not_read", Severity.NOTE, f"a sentence with a number isn't read: {one!r}")
        for one in said.unread[:3]
    )
