"""Proper answers: which address gives which document, and when it has not changed since."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256

from ombudsman_crawler.replica import council_truth, decision_pages, drawing, pages, wording
from ombudsman_crawler.replica.catalogue import Catalogue, Link
from ombudsman_crawler.replica.council_truth import PageErrors, Shown
from ombudsman_crawler.replica.councils import Council, predecessors
from ombudsman_crawler.replica.decisions import Docket
from ombudsman_crawler.replica.faults import normal_path
from ombudsman_crawler.replica.improvements import improvements_of, improvements_page
from ombudsman_crawler.replica.public_reports import PublicReports, reports_page, reports_path
from ombudsman_crawler.replica.search import Search
from ombudsman_crawler.replica.subjects import CATEGORIES
from ombudsman_crawler.replica.tables import index
from ombudsman_crawler.replica.tables.library import Library

HTML = "text/html; charset=utf-8"
PDF = "application/pdf"

_COUNCIL_PAGE = re.compile(r"/your-councils-performance/([^/]+)(?:/(.+))?")
_A_TO_Z = re.compile(re.escape(pages.A_TO_Z) + "/([a-z])")
_DECISIONS = re.compile(r"/decisions/(\d{4})/u/listing")
_DECISION = re.compile(r"/decisions/[^/]+/[^/]+/\d\d-\d{3}-\d{3}")
_CATEGORY = re.compile(r"/decisions/([^/]+)")
_OTHER_PDF = re.compile(r"/assets/attach/\d+/[^/]+\.pdf|/documents/decisions/[^/]+\.pdf")


@dataclass
class Answer:
    """An answer ready to send. `modified` and `etag` are None where there is no validator."""

    status: int
    body: bytes
    content_type: str
    etag: str | None = None
    modified: datetime | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replacement:
    """Other bytes at a letter's address."""

    body: bytes
    modified: datetime


class Site:
    """The documents of a replica by address. Knows nothing of connections and faults."""

    def __init__(
        self, catalogue: Catalogue, docket: Docket, *, layout: str, council_pages: str
    ) -> None:
        self.catalogue = catalogue
        self.docket = docket
        self.search = Search(docket)
        self.reports = PublicReports(catalogue, docket)
        self.layout = layout
        self.traps = council_pages == "traps"
        self.map_style = "links"
        self.robots = ""
        self.replacements: dict[str, Replacement] = {}
        self.tables = Library(catalogue)
        self.page_errors = PageErrors()

    def answer(self, path: str, query: str, headers: Mapping[str, str]) -> Answer:
        """Return the proper answer to a GET of a path (as sent), given its headers (lower case)."""
        key = normal_path(path)
        if key.endswith(".pdf"):
            return self._pdf(key, headers)
        if key == "/robots.txt":
            return _conditional(
                Answer(200, self.robots.encode(), "text/plain; charset=utf-8"),
                headers,
                _tag(self.robots.encode()),
                self.pages_modified(),
            )
        removed = self._removed(key)
        if removed:
            gone = pages.plain_page("Decision removed", "This decision is no longer published.")
            return Answer(removed, gone.encode(), HTML)
        table = self.tables.file(key)
        if table:
            body, content_type, modified = table
            return _conditional(Answer(200, body, content_type), headers, _tag(body), modified)
        html = self._html(key, query)
        if html is None:
            missing = pages.plain_page("Page not found", "There is no page at this address.")
            return Answer(404, missing.encode(), HTML)
        return self._page(html.encode(), headers)

    def pages_modified(self) -> datetime:
        """Return when the pages last changed: with the newest letters, and with every change."""
        day = wording.letter_date(self.catalogue.last) + timedelta(days=7)
        start = datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC)
        return start + timedelta(seconds=self.catalogue.changes)

    def _page(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        # Weak: the gzipped copy is the same page under the same tag.
        tag = f"W/{_tag(body)}"
        answer = Answer(200, body, HTML, headers={"Vary": "Accept-Encoding"})
        if "gzip" in headers.get("accept-encoding", ""):
            # A fixed time in the gzip header keeps equal pages equal.
            answer.body = gzip.compress(body, compresslevel=1, mtime=0)
            answer.headers["Content-Encoding"] = "gzip"
        return _conditional(answer, headers, tag, self.pages_modified())

    def _pdf(self, key: str, headers: Mapping[str, str]) -> Answer:
        target = self.catalogue.aliases.get(key, key)
        replacement = self.replacements.get(target)
        if replacement:
            return _conditional(
                Answer(200, replacement.body, PDF),
                headers,
                _tag(replacement.body),
                replacement.modified,
            )
        letter = self.catalogue.letter(target)
        if letter:
            if _unchanged(headers, letter.etag, letter.last_modified):
                return Answer(304, b"", PDF, letter.etag, letter.last_modified)
            return Answer(200, letter.pdf(), PDF, letter.etag, letter.last_modified)
        if _OTHER_PDF.fullmatch(key):
            body = self.reports.pdf(key) or _other_pdf(key)
            return _conditional(Answer(200, body, PDF), headers, _tag(body), self.pages_modified())
        missing = pages.plain_page("Page not found", "There is no document at this address.")
        return Answer(404, missing.encode(), HTML)

    def _html(self, key: str, query: str) -> str | None:
        html: str | None = None
        if key == "/":
            html = pages.home_page()
        elif key == pages.MAP:
            html = pages.map_page(self.catalogue.visible(), self.map_style)
        elif key == pages.A_TO_Z:
            html = pages.a_to_z_page()
        elif letter := _A_TO_Z.fullmatch(key):
            html = self._a_to_z(letter[1].upper())
        elif key == "/information-centre":
            html = index.information_centre_page()
        elif key == index.ADDRESS:
            html = index.index_page(self.tables.documents())
        elif key in ("/copyright", "/cookies"):
            html = pages.plain_page(key[1:].capitalize(), "Nothing here is needed for testing.")
        elif key.startswith("/decisions"):
            html = self._of_decisions(key, query)
        elif found := _COUNCIL_PAGE.fullmatch(key):
            html = self._of_council(found[1], found[2] or "statistics", key, query)
        return html

    def _of_decisions(self, key: str, query: str) -> str | None:
        docket = self.docket
        if key == "/decisions":
            return decision_pages.categories_page()
        if key == decision_pages.SEARCH.lower():
            return decision_pages.search_page(self.search.results(query), docket, query)
        if listing := _DECISIONS.fullmatch(key):
            results = self.search.upheld_of(int(listing[1]), query)
            return decision_pages.listing_page(results, docket, listing[1], query)
        if _DECISION.fullmatch(key):
            case = docket.at(key)
            return decision_pages.decision_page(docket.describe(case), case) if case else None
        category = _CATEGORY.fullmatch(key)
        if category and category[1] in CATEGORIES:
            newest = docket.newest_in(category[1])
            return decision_pages.category_page(category[1], newest, docket)
        return None

    def _removed(self, key: str) -> int:
        """Return the status of a decision that was removed; 0 for every other address."""
        case = self.docket.at(key) if _DECISION.fullmatch(key) else None
        status = self.docket.status(case) if case else 200
        return 0 if status == 200 else status

    def _of_council(self, slug: str, page: str, key: str, query: str) -> str | None:
        council = self.catalogue.by_slug.get(slug)
        if council is None or slug in self.catalogue.hidden:
            return None
        if page == "statistics":
            return self._statistics(council)
        if key == normal_path(pages.letters_path(council)):
            return pages.letters_page(council, self.catalogue.links_of(council))
        if page == "serviceimprovements":
            cases = improvements_of(council, self.catalogue, self.docket)
            return improvements_page(council, cases, query)
        if key == normal_path(reports_path(council)):
            return reports_page(council, self.reports.of_council(council))
        return None

    def _statistics(self, council: Council) -> str:
        found = self.shown(council)
        return pages.council_page(
            council,
            merged=predecessors(council, self.catalogue.last),
            figures=found.numbers,
            year_ending=found.year_ending,
            layout=found.layout,
            traps=self.traps,
            reports=self.reports.of_council(council),
            improvements=improvements_of(council, self.catalogue, self.docket),
            base=found.remedy_base,
        )

    def shown(self, council: Council) -> Shown:
        """Return what is behind a council's page."""
        return council_truth.shown(self.catalogue, council, self.layout, self.page_errors)

    def _a_to_z(self, letter: str) -> str:
        catalogue = self.catalogue
        present = [*catalogue.visible(), *catalogue.former]
        rows = []
        for council in sorted(present, key=lambda c: c.name):
            if pages.initial(council) == letter:
                links = [
                    Link(pages.a_to_z_label(found.year_ending), found.path)
                    for found in catalogue.letters_of(council)
                    if normal_path(found.path) not in catalogue.unlisted
                ]
                rows.append((council, links))
        return pages.a_to_z_letter_page(letter, rows)


def _other_pdf(key: str) -> bytes:
    if key == pages.REVIEW.lower():
        return drawing.draw_text(
            "Review of Local Government Complaints 2020-21",
            "Review of Local Government Complaints 2020-21",
            (
                "Of the complaints we investigated, 67% were upheld. We made 1,726 recommendations"
                " to improve services.",
                "This compares to an average of 61% in the year before.",
            ),
        )
    if key == pages.MANUAL.lower():
        return drawing.draw_text(
            "Interpretation of statistics",
            "How to read the statistics in your annual letter",
            (
                "Complaints upheld: how often we found fault in what we investigated.",
                "Compliance with Ombudsman recommendations: how often it was put right.",
            ),
        )
    if key == pages.ACCOUNTS.lower():
        return drawing.draw_text(
            "Annual Report and Accounts 2020-21",
            "Annual Report and Accounts 2020-21",
            ("Our income was £11.6m. 79% of our decisions were made within 26 weeks.",),
        )
    return drawing.draw_text(
        "Report on an investigation",
        "Report by the Local Government and Social Care Ombudsman",
        (
            "Mr X complained that the Council took too long. Fault found causing injustice and"
            " recommendations made.",
            f"Reference: {key.rsplit('/', 1)[1].removesuffix('.pdf')}",
        ),
    )


def _tag(body: bytes) -> str:
    return f'"{sha256(body).hexdigest()[:20]}"'


def _conditional(
    answer: Answer, headers: Mapping[str, str], etag: str, modified: datetime
) -> Answer:
    """Return the answer with its validators, or 304 where the client has it already."""
    answer.etag, answer.modified = etag, modified
    if _unchanged(headers, etag, modified):
        answer.status, answer.body = 304, b""
        answer.headers.pop("Content-Encoding", None)
    return answer


def _unchanged(headers: Mapping[str, str], etag: str, modified: datetime) -> bool:
    """Whether the client's copy is good: RFC 9110, 13.1.2 and 13.1.3 (tags before times)."""
    tags = headers.get("if-none-match")
    if tags is not None:
        known = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        return "*" in known or etag.removeprefix("W/") in known
    since = headers.get("if-modified-since")
    if since is None:
        return False
    try:
        then = parsedate_to_datetime(since)
    except ValueError:
        return False
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return modified <= then


def http_date(moment: datetime) -> str:
    """Return a time as headers have it."""
    return format_datetime(moment, usegmt=True)
