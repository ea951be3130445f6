"""What a council's page shows: of which year, in which layout, and which figures.

The truth beside `pages`, which writes the words.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ombudsman_crawler.replica import pages, wording
from ombudsman_crawler.replica.catalogue import Catalogue
from ombudsman_crawler.replica.content import Truth
from ombudsman_crawler.replica.councils import Council
from ombudsman_crawler.replica.figures import NOTHING, Figures, figures

FIGURES = "figures"
NO_DATA = "no_data"
NO_STATISTICS = "no_statistics"

# Councils abolished since then show zeros, those before their last year, as seen on the site.
_ZEROS_SINCE = 2023


@dataclass(frozen=True, slots=True)
class ReplicaPage:
    """The truth about a council's page as it is now."""

    authority: str
    """The authority's name in the register."""
    printed_name: str
    """Its name as the site prints it; a page may have curly or straight apostrophes."""
    code: str
    slug: str
    kind: str
    path: str
    year_ending: int
    layout: str
    """`v1` (annual statistics) or `v2` (complaint overview)."""
    state: str
    """`figures`; `no_data`: an abolished council's zeros, which are no figures; or
    `no_statistics`: nothing is said of a year, because there were no such pages yet."""
    figures: dict[str, Truth]
    """By metric: a number, or (None, absence). Empty unless the state is `figures`."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is behind a council's page."""

    year_ending: int
    numbers: Figures
    layout: str
    state: str
    remedy_base: int
    """The number printed as the base of the satisfactory remedies."""


@dataclass(frozen=True, slots=True)
class PageErrors:
    """Errors planted in pages, by (authority's code, year ending)."""

    revised: Collection[tuple[str, int]] = ()
    """Pages corrected after the letter: one more investigation, upheld."""
    other_base: Collection[tuple[str, int]] = ()
    """Pages whose base of remedies is the other of upheld decisions and investigations."""


def shown(catalogue: Catalogue, council: Council, layout: str, errors: PageErrors) -> Shown:
    """Return what a council's page shows; `layout` is that of the replica."""
    last = catalogue.last
    year = council.last_year(last)
    key = (council.code, year)
    revision = catalogue.newest_revision(council, year) + (key in errors.revised)
    numbers = figures(council, year, revision)
    state = FIGURES if year >= wording.FIRST_PANEL_YEAR else NO_STATISTICS
    if council.ended_by(last) and _ZEROS_SINCE <= year < last:
        year, numbers, state = last, NOTHING, NO_DATA
    base = pages.remedy_base(numbers, year)
    if key in errors.other_base and state == FIGURES:
        base = numbers.investigations + numbers.upheld - base
    if layout == "mixed":
        layout = pages.default_layout(year)
    return Shown(year, numbers, layout, state, base)


def describe(council: Council, found: Shown) -> ReplicaPage:
    """Return the truth about a page."""
    return ReplicaPage(
        authority=council.authority.name,
        printed_name=council.name,
        code=council.code,
        slug=council.slug,
        kind=council.kind,
        path=pages.council_path(council),
        year_ending=found.year_ending,
        layout=found.layout,
        state=found.state,
        figures=_figures(found) if found.state == FIGURES else {},
    )


def _figures(found: Shown) -> dict[str, Truth]:
    numbers = found.numbers
    truth: dict[str, Truth] = {}
    if found.layout == "v2":
        truth["complaints_dealt_with"] = numbers.dealt_with
        truth["not_for_us"] = numbers.not_for_us
        truth["assessed_and_closed"] = numbers.closed
    truth["detailed_investigations"] = numbers.investigations
    truth["upheld_decisions"] = numbers.upheld
    truth["uphold_rate"] = _or(numbers.uphold_rate, "no_base")
    truth["uphold_rate_similar"] = _or(numbers.average("uphold_rate"), "not_compared")
    if found.year_ending >= pages.FIRST_YEAR_PER_RESIDENTS:
        truth["upheld_per_100k"] = _or(numbers.per_100k, "not_compared")
        truth["upheld_per_100k_similar"] = _or(numbers.average("upheld_per_100k"), "not_compared")
    if numbers.compliance_rate is None:
        for metric in ("compliance_rate", "compliance_rate_similar", "compliance_outcomes"):
            truth[metric] = (None, "not_due")
    else:
        truth["compliance_rate"] = numbers.compliance_rate
        truth["compliance_rate_similar"] = _or(numbers.average("compliance_rate"), "not_compared")
        truth["compliance_outcomes"] = numbers.outcomes
    truth["satisfactory_remedy_rate"] = _or(numbers.satisfactory_remedy_rate, "no_base")
    truth["satisfactory_remedy_rate_similar"] = _or(
        numbers.average("satisfactory_remedy_rate"), "not_compared"
    )
    truth["satisfactory_remedy_decisions"] = numbers.remedies
    truth["satisfactory_remedy_base"] = found.remedy_base
    return truth


def _or(value: float | None, absence: str) -> Truth:
    return (None, absence) if value is None else value
