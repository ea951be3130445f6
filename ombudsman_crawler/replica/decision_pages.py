"""The HTML of the decisions: search, lists, categories, and the decisions themselves."""

from __future__ import annotations

from datetime import date
from html import escape
from urllib.parse import parse_qsl, urlencode

from ombudsman_crawler.replica import chance
from ombudsman_crawler.replica.cases import Case
from ombudsman_crawler.replica.decision_text import Section, compose, is_older
from ombudsman_crawler.replica.decisions import Docket, ReplicaDecision
from ombudsman_crawler.replica.markup import bullets, link, page
from ombudsman_crawler.replica.search import Results
from ombudsman_crawler.replica.subjects import CATEGORIES
from ombudsman_crawler.replica.wording import short_month

SEARCH = "/Decisions/SearchResults"


def listed_date(day: date) -> str:
    """Return a date as the lists have it: 23-Dec-2025."""
    return f"{day.day:02d}-{short_month(day)}-{day.year}"


def search_page(results: Results, docket: Docket, query: str) -> str:
    """Return a page of the search, with links to its other pages."""
    form = (
        f'<form action="{SEARCH}" method="get"><input type="date" name="fd"><input type="date"'
        ' name="td"><input type="text" name="aname" placeholder="Organisation"><button>Search'
        "</button></form>"
    )
    if results.total is None:
        return page("Search results", f'{form}\n<div id="results"></div>')
    noun = "result" if results.total == 1 else "results"
    return page(
        "Search results",
        f'{form}\n<div id="results">\n<p>Your search has {results.total:,} {noun}</p>\n'
        f"{_rows(results.rows, docket)}\n{_pager(results, SEARCH, query)}</div>",
    )


def listing_page(results: Results, docket: Docket, year: str, query: str) -> str:
    """Return a council's list of upheld decisions of a year."""
    return page(
        "Decisions",
        f"<p>Your search has {results.total or 0:,} results</p>\n{_rows(results.rows, docket)}\n"
        f"{_pager(results, f'/decisions/{year}/u/Listing', query)}",
    )


def category_page(category: str, newest: list[Case], docket: Docket) -> str:
    """Return the ten most recent decisions of a category. It links to pages that are the same."""
    path = f"/decisions/{category}"
    pages = " ".join(link(f"{path}?page={number}", str(number)) for number in (1, 2, 3))
    return page(CATEGORIES[category], f"{_rows(newest, docket)}\n<p>{pages}</p>")


def categories_page() -> str:
    """Return the page that leads to the ten categories and the search."""
    return page(
        "Decisions",
        bullets(link(f"/decisions/{slug}", name) for slug, name in CATEGORIES.items())
        + f"\n<p>{link(SEARCH, 'Search all decisions')}</p>",
    )


def _pager(results: Results, path: str, query: str) -> str:
    if results.pages < 2:
        return ""
    others = [(name, value) for name, value in parse_qsl(query) if name.lower() != "page"]
    first = max(1, results.page - 2)
    numbers = range(first, min(results.pages, first + 4) + 1)
    links = [
        str(number)
        if number == results.page
        else link(f"{path}?{urlencode([*others, ('page', number)])}", str(number))
        for number in numbers
    ]
    return f'<p class="pages">Page {" ".join(links)} of {results.pages}</p>\n'


def _rows(cases: list[Case], docket: Docket) -> str:
    return bullets(_row(case, docket) for case in cases)


def _row(case: Case, docket: Docket) -> str:
    words = ["Report" if case.kind == "report" else "Statement", case.outcome]
    if case.has_sub_category:
        words.append(case.subject.name)
    words.append(listed_date(case.decided))
    summary = compose(case, docket.revision(case)).summary
    heading = f"{docket.listed_name(case)} ({case.reference})"
    if docket.traps and chance.share("row in pieces", *case.key) < 0.3:
        details = " ".join(f"<span>{escape(word)}</span>" for word in words)
    else:
        details = escape(" ".join(words))
    return (
        f"<h3>{link(case.address, heading)}</h3>\n<p>{details}</p>\n"
        f"<p><strong>Summary:</strong> {escape(summary)}</p>"
    )


def decision_page(decision: ReplicaDecision, case: Case) -> str:
    """Return a decision; its printable copy is a PDF that is no letter."""
    heading = f"{decision.authority_as_listed} ({decision.reference})"
    number = decision.reference.replace(" ", "-")
    printed = f"<p>{link(f'/documents/decisions/{number}.pdf', 'Print this decision')}</p>"
    older = is_older(case)
    category = decision.category
    if decision.sub_category:
        category += f" > {decision.sub_category}"
    day = f"{decision.decided.day:02d} {short_month(decision.decided)} {decision.decided.year}"
    pairs = (("Category", category), ("Decision", decision.outcome), ("Decision date", day))
    if older:
        # No heading of its own for the summary, numbers as text, the pairs in a table.
        facts = "<table>\n" + "\n".join(
            f'<tr><td class="label">{name}:</td><td class="value">{escape(value)}</td></tr>'
            for name, value in pairs
        )
        facts += "\n</table>"
        start = 1
        body = []
        for section in decision.sections:
            body.append(f"<h3>{escape(section.heading)}</h3>")
            for paragraph in section.paragraphs:
                numbered = f"{start}. {paragraph}" if _is_numbered(paragraph) else paragraph
                start += _is_numbered(paragraph)
                body.append(f"<p>{escape(numbered)}</p>")
        summary = (
            f"<h2>The Ombudsman’s final decision:</h2>\n<p>Summary: {escape(decision.summary)}</p>"
        )
        content = f"<h1>{escape(heading)}</h1>\n{facts}\n{summary}\n" + "\n".join(body)
    else:
        facts = "\n".join(
            f'<p><span class="label">{name} : </span><span class="value">{escape(value)}</span></p>'
            for name, value in pairs
        )
        content = (
            f"<h1>{escape(heading)}</h1>\n{facts}\n<h2>Summary</h2>\n"
            f"<p>{escape(decision.summary)}</p>\n"
        )
        if decision.report_pdf:
            content += f"<p>{link(decision.report_pdf, 'Read the full report (PDF)')}</p>\n"
        start = 1
        for section in decision.sections:
            listed, start = _numbered(section, start)
            content += f"<h2>{escape(section.heading)}</h2>\n{listed}\n"
    return page(
        heading,
        f'<article id="article">\n{content}\n</article>\n{printed}',
        own_heading=False,
    )


def _is_numbered(paragraph: str) -> bool:
    # What has no stop at its end is a heading within a section.
    return paragraph.endswith((".", ")"))


def _numbered(section: Section, start: int) -> tuple[str, int]:
    """Return a section's paragraphs as numbered lists; the numbers run through the decision."""
    parts: list[str] = []
    open_list = False
    for paragraph in section.paragraphs:
        if not _is_numbered(paragraph):
            if open_list:
                parts.append("</ol>")
            open_list = False
            parts.append(f"<p><strong>{escape(paragraph)}</strong></p>")
            continue
        if not open_list:
            parts.append(f'<ol start="{start}">')
            open_list = True
        parts.append(f"<li>{escape(paragraph)}</li>")
        start += 1
    if open_list:
        parts.append("</ol>")
    return "\n".join(parts), start
