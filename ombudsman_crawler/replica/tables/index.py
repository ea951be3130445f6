"""The page that links to the national tables, and the one that leads to it."""

from __future__ import annotations

from itertools import groupby

from ombudsman_crawler.replica import pages
from ombudsman_crawler.replica.markup import bullets, link, page
from ombudsman_crawler.replica.tables.library import Document, notes_address
from ombudsman_crawler.replica.wording import FIRST_PANEL_YEAR, span

ADDRESS = "/information-centre/reports/annual-review-reports/local-government-complaint-reviews"


def information_centre_page() -> str:
    """Return the page at `/information-centre`."""
    return page(
        "Information centre",
        bullets(
            (
                link(ADDRESS, "Local government complaint reviews"),
                link(pages.ACCOUNTS, "Annual Report and Accounts 2020-21"),
            )
        ),
    )


def index_page(documents: list[Document]) -> str:
    """Return the page with the tables of every year, the newest first."""
    recent = [one for one in documents if one.year_ending >= FIRST_PANEL_YEAR]
    earlier = [one for one in documents if one.year_ending < FIRST_PANEL_YEAR]
    parts = [
        "<p>Every year we publish a review of the complaints we received about councils, and the"
        f" data behind it. {link(pages.REVIEW, 'Review of Local Government Complaints 2020-21')}"
        "</p>"
    ]
    for year, of_year in groupby(recent, key=lambda one: one.year_ending):
        parts += [f"<h2>{span(year)}</h2>", bullets(_rows(year, list(of_year)))]
    if earlier:
        rows = [
            row
            for year, of_year in groupby(earlier, key=lambda one: one.year_ending)
            for row in _rows(year, list(of_year))
        ]
        parts += ["<h2>Earlier years</h2>", bullets(rows)]
    return page("Local government complaint reviews", "\n".join(parts))


def _rows(year_ending: int, documents: list[Document]) -> list[str]:
    return [
        *(link(document.address, document.label) for document in documents),
        link(notes_address(year_ending), f"Notes on the data {span(year_ending)} (PDF)"),
    ]
