"""The public reports about a council: which there are, how pages list them, and their PDFs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from html import escape

from ombudsman_crawler.replica import chance, drawing
from ombudsman_crawler.replica.cases import UPHELD, Case, bodies, case_about, reports_in
from ombudsman_crawler.replica.catalogue import Catalogue
from ombudsman_crawler.replica.councils import Council
from ombudsman_crawler.replica.decision_text import compose
from ombudsman_crawler.replica.decisions import Docket, newest_first, report_folder, report_pdf
from ombudsman_crawler.replica.faults import normal_path
from ombudsman_crawler.replica.figures import figures
from ombudsman_crawler.replica.markup import bullets, link, page
from ombudsman_crawler.replica.subjects import CATEGORIES
from ombudsman_crawler.replica.wording import written_date

YEARS_SHOWN = 9
#: How many stand on the council's page; a list of its own has all.
ON_THE_PAGE = 3

# Numbers of cases that no figure counts: reports beyond the upheld cases, and those tests add.
_UNCOUNTED, _ADDED = 1000, 1150


@dataclass(frozen=True, slots=True)
class ReplicaReport:
    """The truth about one public report, as a council's pages list it."""

    title: str
    blurb: str
    """The sentence under the headline."""
    address: str | None
    """What the headline links to: a PDF, or a decision's page; None where it is no link."""
    pdf: str
    """The address of its PDF, linked or not."""
    reference: str
    decided: date
    category: str
    """As printed: Adult care services."""
    paragraphs: tuple[str, ...]
    """What the PDF says, headings and paragraphs: first whose and its reference, then its date."""
    decision: str | None
    """The address of the decision it is the report of, while the site has that."""


class PublicReports:
    """The reports of one replica, and what tests do to its lists of them."""

    def __init__(self, catalogue: Catalogue, docket: Docket) -> None:
        self.catalogue, self.docket = catalogue, docket
        self._added: tuple[Case, ...] = ()
        self._dropped: frozenset[str] = frozenset()

    def of_council(self, council: Council) -> list[ReplicaReport]:
        """Return the reports that a council's pages list, newest first."""
        return [
            self._describe(case)
            for case in newest_first(self._cases(council))
            if case.reference not in self._dropped
        ]

    def _cases(self, council: Council) -> Iterable[Case]:
        """Return all cases with a report: of the letters' years, later ones, and those added."""
        found = {case.reference: case for case in _reported(council, self.catalogue.last)}
        for case in (*self.docket.of_council(council), *self._added):
            if case.kind == "report" and case.code == council.code:
                found[case.reference] = case
        return found.values()

    def pdf(self, path: str) -> bytes | None:
        """Return the report at an address, dropped from the lists or not; None without one."""
        wanted = normal_path(path)
        catalogue = self.catalogue
        for council in (*catalogue.on_map, *catalogue.former):
            if not wanted.startswith(f"{report_folder(council.code)}/"):
                continue
            for case in self._cases(council):
                if normal_path(report_pdf(case) or "") == wanted:
                    return draw_report(council.name, case)
        return None

    def add(self, council: Council) -> ReplicaReport:
        """Put one more report, the newest, on top of a council's list; return its truth."""
        last = self.catalogue.last
        case = case_about(
            bodies()[council.code],
            last,
            _ADDED + len(self._added),
            UPHELD,
            kind="report",
            decided=date(last, 3, 31),
        )
        with self.catalogue.change():
            self._added = (*self._added, case)
        return self._describe(case)

    def drop(self, council: Council, title: str) -> None:
        """Take a report off a council's lists; its PDF stays. Raises KeyError if not listed."""
        for report in self.of_council(council):
            if report.title == title:
                with self.catalogue.change():
                    self._dropped |= {report.reference}
                return
        raise KeyError(f"{council.slug} has no report {title!r}")

    def _describe(self, case: Case) -> ReplicaReport:
        decision = case.address if self.docket.at(case.address) else None
        pdf = report_pdf(case) or ""
        address: str | None = pdf
        if decision and chance.share("links to decision", *case.key) < 0.6:
            address = decision
        elif chance.share("report without link", *case.key) < 0.12:
            address = None
        return ReplicaReport(
            title=_title(case),
            blurb=_blurb(case),
            address=address,
            pdf=pdf,
            reference=case.reference,
            decided=case.decided,
            category=CATEGORIES[case.subject.category],
            paragraphs=_paragraphs(case),
            decision=decision,
        )


@lru_cache(maxsize=1024)
def _reported(council: Council, last: int) -> tuple[Case, ...]:
    """Return the reports about a council in the years its page shows; the letters count them."""
    found = []
    for year in range(last - YEARS_SHOWN + 1, min(last, council.last_year(last)) + 1):
        if not council.lived_in(year):
            continue
        upheld = figures(council, year).upheld
        for place in range(reports_in(council, year)):
            # The upheld cases come first; a year with more reports than those had others.
            number = place if place < upheld else _UNCOUNTED + place
            body = bodies()[council.code]
            found.append(case_about(body, year, number, UPHELD, kind="report"))
    return tuple(found)


def reports_path(council: Council) -> str:
    """Return the address of the list of all public reports about a council."""
    return f"/your-councils-performance/{council.slug}/publicreports"


def reports_block(council: Council, reports: list[ReplicaReport], name: str) -> str:
    """Return the part of a council's page with its newest reports; `name` as the page spells it."""
    heading = "<h2>Public reports</h2>"
    if not reports:
        return f"{heading}\n<p>No reports published</p>"
    more = ""
    if len(reports) > ON_THE_PAGE:
        more = f"\n<p>{link(reports_path(council), 'View all')}</p>"
    return (
        f"{heading}\n<p>In the last nine years, the Ombudsman has published the following public"
        f" reports against {escape(name)}</p>\n{_rows(reports[:ON_THE_PAGE])}{more}"
    )


def reports_page(council: Council, reports: list[ReplicaReport]) -> str:
    """Return the list of all public reports about a council."""
    return page(
        f"Public reports - {council.name}",
        f"<p>In the last nine years, the Ombudsman has published the following public reports"
        f" against {escape(council.name)}</p>\n{_rows(reports)}",
    )


def _rows(reports: list[ReplicaReport]) -> str:
    return bullets(
        f"<h3>{link(report.address, report.title) if report.address else escape(report.title)}</h3>"
        f"\n<p>{escape(report.blurb)}</p>"
        for report in reports
    )


def _title(case: Case) -> str:
    weeks = chance.whole(10, 90, "weeks in headline", *case.key)
    return f"{bodies()[case.code].name} {case.subject.complaint}, for {weeks} weeks"


def _blurb(case: Case) -> str:
    return (
        f"The Ombudsman’s report on a complaint about {case.subject.name.lower()} found fault"
        " causing injustice & made recommendations."
    )


def _paragraphs(case: Case) -> tuple[str, ...]:
    text = compose(case)
    found = [
        f"Investigation into a complaint about {bodies()[case.code].name} (reference number:"
        f" {case.reference})",
        written_date(case.decided),
        text.summary,
    ]
    for section in text.sections:
        found += [section.heading, *section.paragraphs]
    return tuple(found)


@lru_cache(maxsize=256)
def draw_report(name: str, case: Case) -> bytes:
    """Return a report as PDF."""
    return drawing.draw_text(
        f"Report on an investigation into a complaint about {name} ({case.reference})",
        "Report by the Local Government and Social Care Ombudsman",
        _paragraphs(case),
    )
