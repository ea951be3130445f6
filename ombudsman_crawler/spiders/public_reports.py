"""From a council's page to the Ombudsman's public reports about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import urljoin

from scrapy.http import Response, TextResponse

from ombudsman_crawler.items import ListedReport, ReportItem, ReportsItem
from ombudsman_crawler.site import council_page, public_reports, urls
from ombudsman_crawler.site.public_reports import Report, ReportList
from ombudsman_crawler.spiders.lists_of_councils import CouncilLists
from ombudsman_crawler.spiders.map_walk import Found, MapWalk

# Lists of one council's reports that are asked for: there are a few reports in nine years.
_MOST_PAGES = 10


class Reports:
    """Collects public reports: those on a council's page and on the lists it leads to, and their
    documents; and the documents of those that no list shows any longer."""

    def __init__(self, walk: MapWalk) -> None:
        self._walk = walk
        self._run = walk.run
        self._lists = CouncilLists(walk, "reports", _MOST_PAGES)
        self._documents: set[str] = set()

    def of_list(self, response: Response) -> Found:  # noqa: ARG002
        yield from ()

    def of_council(
        self,
        response: TextResponse,
        page: council_page.CouncilPage,  # noqa: ARG002
        authority: str,
    ) -> Found:
        yield from self._found(response.text, response.url, authority)

    def parse_list(self, response: Response, council: str) -> Found:
        """The reports of a list, and the lists it leads to."""
        text = self._lists.came(response, council)
        if text is not None:
            yield from self._found(text, response.url, council)

    def _found(self, text: str, url: str, authority: str) -> Iterator[Any]:
        read = public_reports.read(text, url)
        self._lists.read(authority, read.state, url, whole=read.whole)
        if read.reports:
            yield self._listed(read, url, authority)
        for report in read.reports:
            if report.url is not None:
                yield from self._document(report, report.url, authority, url)
        for more in read.more:
            yield from self._lists.page(more, url, self.parse_list, authority)

    def _listed(self, read: ReportList, url: str, authority: str) -> ReportsItem:
        reports = (
            ListedReport(
                report.title,
                report.blurb,
                urls.address(report.url, self._run.site) if report.url else None,
                report.date,
                report.category,
                report.reference,
            )
            for report in read.reports
        )
        return ReportsItem(authority, urls.address(url, self._run.site), tuple(reports))

    def _document(
        self, report: Report, url: str, authority: str, found_on: str
    ) -> Iterator[ReportItem]:
        key = urls.key(url, self._run.site)
        if key in self._documents or self._run.enough:
            return
        self._documents.add(key)
        self._run.facts.discovered += 1
        yield ReportItem(
            address=urls.address(url, self._run.site),
            url=url,
            label=report.title,
            listed_year=None,
            authority=authority,
            found_on=found_on,
        )

    def at_the_end(self) -> Iterator[Any]:
        """What lists no longer show, and its documents: only the server can say that they are
        gone."""
        if self._run.stopping or self._run.enough:
            return
        whole = self._lists.read_whole()
        yield whole
        for known in self._run.reader.known_reports():
            url = urljoin(self._run.site, known.address)
            key = urls.key(url, self._run.site)
            if known.authority not in whole.authorities or key in self._documents:
                continue
            self._documents.add(key)
            self._run.facts.discovered += 1
            yield ReportItem(
                address=known.address,
                url=url,
                label=known.label,
                listed_year=None,
                authority=known.authority,
                found_on=known.found_on,
                listed=False,
            )


class PublicReports(MapWalk):
    """Map → council pages → their public reports."""

    name = "public_reports"
    collectors: ClassVar = {"reports": Reports}
