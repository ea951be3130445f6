"""The service improvements that councils agreed to: which there are, and how pages list them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from html import escape
from urllib.parse import parse_qs

from ombudsman_crawler.replica import chance
from ombudsman_crawler.replica.cases import UPHELD, Case, bodies, case_about
from ombudsman_crawler.replica.catalogue import Catalogue
from ombudsman_crawler.replica.councils import Council
from ombudsman_crawler.replica.decision_text import improvement_of, improves_services
from ombudsman_crawler.replica.decisions import Docket, newest_first
from ombudsman_crawler.replica.figures import figures
from ombudsman_crawler.replica.markup import bullets, link, page
from ombudsman_crawler.replica.subjects import CATEGORIES, CATEGORY_NUMBERS

#: The lists begin with the year from April 2018.
FIRST_YEAR = 2019
#: How many stand on the council's page, and on the list unless it is narrowed.
AT_MOST = 10

# Upheld cases of a year, among the decisions that the site has no more, that improvements are of.
_OF_OLD_YEARS = 3


@dataclass(frozen=True, slots=True)
class ReplicaImprovement:
    """The truth about one case in a council's list of service improvements."""

    reference: str
    """As text has it: 24 005 701."""
    address: str | None
    """What the reference links to: the decision's page, which may be gone; None without a link."""
    category: str
    """As printed: Adult care services."""
    text: str
    """What the council agreed to."""
    decided: date
    year_ending: int


def improvements_of(council: Council, catalogue: Catalogue, docket: Docket) -> list[Case]:
    """Return the cases behind a council's service improvements, newest first."""
    last = catalogue.last
    oldest_kept = last - docket.years + 1
    body = bodies()[council.code]
    cases = [case for case in docket.of_council(council) if case.outcome == UPHELD]
    for year in range(FIRST_YEAR, min(oldest_kept - 1, council.last_year(last)) + 1):
        if council.lived_in(year):
            count = min(_OF_OLD_YEARS, figures(council, year).upheld)
            cases += [case_about(body, year, number, UPHELD) for number in range(count)]
    return newest_first(case for case in cases if improves_services(case))


def describe(case: Case) -> ReplicaImprovement:
    """Return the truth about one case in the list."""
    linked = chance.share("improvement without link", *case.key) >= 0.1
    return ReplicaImprovement(
        reference=case.reference,
        address=case.address if linked else None,
        category=CATEGORIES[case.subject.category],
        text=improvement_of(case),
        decided=case.decided,
        year_ending=case.year_ending,
    )


def improvements_path(council: Council) -> str:
    """Return the address of a council's service improvements."""
    return f"/your-councils-performance/{council.slug}/serviceimprovements"


def improvements_block(council: Council, cases: list[Case], year_ending: int) -> str:
    """Return the part of a council's page with its newest improvements."""
    address = f"{improvements_path(council)}?category=1015&year={year_ending}"
    listed = _rows(cases[:AT_MOST]) if cases else "<p>No service improvements recorded</p>"
    return (
        "<h2>Service improvements</h2>\n<p>Since April 2018, the Council has agreed to make the"
        " following improvements to its services following an Ombudsman investigation. We list up"
        " to 10 cases below - click 'view all' if there are more.</p>\n"
        f"{listed}\n<p>{link(address, 'View all')}</p>"
    )


def improvements_page(council: Council, cases: list[Case], query: str) -> str:
    """Return the list, whole up to ten cases, or narrowed to a category, a year or both."""
    asked = {name.lower(): values[0] for name, values in parse_qs(query).items()}
    wanted = asked.get("category", ""), asked.get("year", "")
    found = [case for case in cases if _is_wanted(case, *wanted)]
    if not any(wanted):
        found = found[:AT_MOST]
    path = improvements_path(council)
    categories = "\n".join(
        f'<option value="{CATEGORY_NUMBERS[slug]}">{escape(name)}</option>'
        for slug, name in CATEGORIES.items()
    )
    years = "\n".join(
        f'<option value="{year}">{year}</option>'
        for year in sorted({case.year_ending for case in cases}, reverse=True)
    )
    form = (
        f'<form action="{path}" method="get">\n<select name="category"><option value="">All'
        f'</option>\n{categories}\n</select>\n<select name="year"><option value="">All</option>\n'
        f"{years}\n</select>\n<button>Show</button></form>"
    )
    listed = _rows(found) if found else "<p>No service improvements recorded</p>"
    return page(f"Service improvements - {council.name}", f"{form}\n{listed}")


def _is_wanted(case: Case, category: str, year: str) -> bool:
    of_category = not category or str(CATEGORY_NUMBERS[case.subject.category]) == category
    return of_category and (not year or str(case.year_ending) == year)


def _rows(cases: list[Case]) -> str:
    return bullets(_row(describe(case)) for case in cases)


def _row(improvement: ReplicaImprovement) -> str:
    reference = f"Case reference: {improvement.reference}"
    heading = escape(reference)
    if improvement.address:
        heading = link(improvement.address, improvement.reference)
    return (
        f"<h3>{heading}</h3>\n<p>Category: {escape(improvement.category)}</p>\n"
        f"<p>{escape(improvement.text)}</p>"
    )
