"""From the pages of the information centre to every file of national tables they list."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from scrapy import Request, Spider
from scrapy.http import TextResponse

from ombudsman_crawler import current_run
from ombudsman_crawler.items import TableItem
from ombudsman_crawler.middlewares import ASKED_FOR
from ombudsman_crawler.options import Options
from ombudsman_crawler.site import national_tables, urls
from ombudsman_crawler.site.national_tables import TableLink
from ombudsman_crawler.spiders.map_walk import LARGEST_PAGE, status_of, why, wrong_site

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

logger = logging.getLogger(__name__)

# Pages that are looked at: a page of each year, and the few that lead there.
_MOST_PAGES = 60
# No list of tables is this many links away from the information centre.
_DEEPEST = 4
# Request meta: whether a page links the address, or it is only known from before.
_LINKED = "ombudsman_linked"

Found = Iterator[Request | TableItem]


class NationalTables(Spider):
    """Information centre → lists of tables → files of tables.

    Starts with one request, so that robots.txt is known before anything else is asked for: the page
    that listed the tables when the site was last seen. The pages above it are asked too, wherever
    it has gone.
    """

    name = "national_tables"

    _run: current_run.CurrentRun

    def __init__(
        self,
        years: str | None = None,
        refetch: str | None = None,
        limit: str | int | None = None,
        options: Options | None = None,
        **unknown: Any,
    ) -> None:
        super().__init__(**unknown)
        if unknown:
            logger.warning("unknown spider arguments are ignored: %s", ", ".join(unknown))
        self.options = options or Options.read(
            collect="tables", years=years, refetch=refetch, limit=limit
        )
        self._visited: set[str] = set()
        self._tables: set[str] = set()
        #: Pages that are still to come.
        self._open = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider._run = current_run.begin(crawler, spider.options)
        # The tables are of all authorities: none is asked for by its name.
        spider._run.facts.councils_not_found = []
        spider._run.facts.councils_asked_for = 0
        return spider

    async def start(self) -> AsyncIterator[Any]:
        url = self._run.site + national_tables.INDEX_PATH
        for request in self._page(url, self.parse_first, linked=False):
            yield request.replace(errback=self.first_failed)

    # -- pages -----------------------------------------------------------------

    def parse_first(self, response: Response, depth: int) -> Found:
        wrong = wrong_site(self._run, response)
        if wrong:
            self._run.end("wrong_site", wrong)
            return
        yield from self._above()
        yield from self.parse(response, depth)

    def first_failed(self, failure: Failure) -> Found:
        """Where the known page is gone others may lead on; a site that refuses is asked no more."""
        if status_of(failure) in (404, 410):
            yield from self._above()
            yield from self.page_failed(failure)
            return
        yield from self.page_failed(failure)
        self._run.end("blocked", f"the list of national tables can't be had: {why(failure)}")

    def parse(self, response: Response, depth: int) -> Found:
        """The tables a page lists, and the pages it leads to."""
        if isinstance(response, TextResponse):
            page = national_tables.read(response.text, response.url)
            for table in page.tables:
                yield from self._table(table, response.url)
            if depth < _DEEPEST:
                for url in page.pages:
                    yield from self._page(url, self.parse, depth=depth + 1)
        else:
            self._failed(response.url, "is no page")
        yield from self._one_less()

    def page_failed(self, failure: Failure) -> Found:
        """Count a page that didn't come; one that no page links may have been moved."""
        request: Request = failure.request  # type: ignore[attr-defined]
        asked_for = request.meta.get("redirect_urls", [request.url])[0]
        if not request.meta[_LINKED] and status_of(failure) in (404, 410):
            logger.warning("%s is no longer there", asked_for)
            self._run.facts.pages -= 1
        elif not self._run.stopping:
            self._failed(asked_for, why(failure))
        yield from self._one_less()

    def _failed(self, url: str, because: str) -> None:
        logger.error("page failed: %s: %s", url, because)
        self._run.facts.failed_pages.append(f"{url} ({because})")

    def _above(self) -> Iterator[Request]:
        for path in national_tables.ABOVE_INDEX:
            yield from self._page(self._run.site + path, self.parse, linked=False)

    def _page(
        self, url: str, callback: Any, *, linked: bool = True, depth: int = 0
    ) -> Iterator[Request]:
        """Ask for a page of the site, unless it was asked for before."""
        key = urls.key(url, self._run.site)
        if key in self._visited or self._run.enough or not urls.same_site(url, self._run.site):
            return
        if len(self._visited) >= _MOST_PAGES:
            logger.warning("%s isn't looked at: enough pages were", url)
            return
        self._visited.add(key)
        self._run.facts.pages += 1
        self._open += 1
        yield Request(
            url,
            callback=callback,
            errback=self.page_failed,
            cb_kwargs={"depth": depth},
            meta={ASKED_FOR: "page", "download_maxsize": LARGEST_PAGE, _LINKED: linked},
        )

    def _one_less(self) -> Iterator[TableItem]:
        """Count a page that was dealt with; after the last, what is no longer listed is left."""
        self._open -= 1
        if self._open == 0 and not self._run.stopping and not self._run.enough:
            yield from self._no_longer_listed()

    # -- tables ----------------------------------------------------------------

    def _table(self, link: TableLink, found_on: str) -> Iterator[TableItem]:
        key = urls.key(link.url, self._run.site)
        if key in self._tables or self._run.enough:
            return
        self._tables.add(key)
        self._run.facts.discovered += 1
        self._run.facts.listed += 1
        if not link.readable:
            logger.warning("%s is archived and can't be read: %s", link.url, link.format)
        yield TableItem(
            address=urls.address(link.url, self._run.site),
            url=link.url,
            label=link.label,
            listed_year=link.year_ending,
            authority=None,
            found_on=found_on,
            subject=link.subject,
        )

    def _no_longer_listed(self) -> Iterator[TableItem]:
        """Tables that earlier runs knew: only the server can say that they are gone."""
        for known in self._run.reader.known_tables():
            url = urljoin(self._run.site, known.address)
            key = urls.key(url, self._run.site)
            if key in self._tables:
                continue
            self._tables.add(key)
            self._run.facts.discovered += 1
            yield TableItem(
                address=known.address,
                url=url,
                label=known.label,
                listed_year=known.listed_year,
                authority=None,
                found_on=known.found_on,
                listed=False,
            )
