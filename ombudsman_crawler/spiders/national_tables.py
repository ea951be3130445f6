"""From the information centre to every national table the site lists."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from scrapy import Request, Spider
from scrapy.http import TextResponse

from ombudsman_crawler import current_run
from ombudsman_crawler.items import TableItem
from ombudsman_crawler.middlewares import ASKED_FOR, Forbidden
from ombudsman_crawler.options import Options
from ombudsman_crawler.site import national_tables, urls
from ombudsman_crawler.spiders.asking import (
    LARGEST_PAGE,
    status_of,
    until_pages_are_read,
    why,
    wrong_site,
)

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

logger = logging.getLogger(__name__)

# Pages looked at for tables, and how far they may be from where the search for them begins.
_MOST_PAGES, _DEEPEST = 40, 4

Found = Iterator[Request | TableItem]


class NationalTables(Spider):
    """Index of the complaint reviews → further lists → files of tables.

    Starts with one request, to where the index was last seen. Where that lists no table, it looks
    for the index from the pages above. Which councils are asked for makes no difference: each table
    has them all.
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
        self._from_above = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider._run = current_run.begin(crawler, spider.options)
        facts = spider._run.facts
        facts.councils_asked_for, facts.councils_not_found = 0, []
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """The index; the pages above where it lists nothing; then the tables that earlier runs
        knew and no page lists any longer."""
        yield self._page(national_tables.INDEX_PATH, self.parse_index, self.index_failed)
        await until_pages_are_read(self.crawler)
        if not self._tables and not self._run.stopping:
            logger.warning("no table at %s; looked for from above", national_tables.INDEX_PATH)
            self._from_above = True
            for path in national_tables.ABOVE_INDEX:
                if self._is_new(urljoin(self._run.site, path)):
                    yield self._page(path, self.parse_list, self.page_failed)
            await until_pages_are_read(self.crawler)
        for item in self._no_longer_listed():
            yield item

    # -- pages -----------------------------------------------------------------

    def parse_index(self, response: Response) -> Found:
        """The first answer says also whether this is the site that is meant."""
        wrong = wrong_site(self._run, response)
        if wrong:
            self._run.end("wrong_site", wrong)
            return
        yield from self.parse_list(response)

    def parse_list(self, response: Response) -> Found:
        """The tables of a page, and the pages it leads to."""
        if not isinstance(response, TextResponse):
            self._failed(response.url, "is no page")
            return
        page = national_tables.read(response.text, response.url)
        for link in page.tables:
            yield from self._table(link, response.url)
        if response.meta.get("depth", 0) < _DEEPEST:
            for url in page.pages:
                if self._is_new(url) and len(self._visited) < _MOST_PAGES:
                    yield self._page(url, self.parse_list, self.page_failed)

    def index_failed(self, failure: Failure) -> None:
        """Without any answer there is no crawl; an index that has moved is looked for."""
        if status_of(failure) in (404, 410):
            logger.warning("nothing at %s any longer", national_tables.INDEX_PATH)
            return
        self.page_failed(failure)
        self._run.end("blocked", f"the index of national tables can't be had: {why(failure)}")

    def page_failed(self, failure: Failure) -> None:
        """Count a page that didn't come; one that robots.txt forbids is no failure, nor is one that
        was only tried."""
        request: Request = failure.request  # type: ignore[attr-defined]
        if failure.check(Forbidden):  # type: ignore[no-untyped-call]
            logger.warning("%s wasn't asked for: %s", request.url, failure.value)
        elif not self._run.stopping and not (self._from_above and status_of(failure) in (404, 410)):
            self._failed(request.meta.get("redirect_urls", [request.url])[0], why(failure))

    def _failed(self, url: str, why: str) -> None:
        logger.error("page failed: %s: %s", url, why)
        self._run.facts.failed_pages.append(f"{url} ({why})")

    def _is_new(self, url: str) -> bool:
        return (
            urls.same_site(url, self._run.site)
            and urls.key(url, self._run.site) not in self._visited
        )

    def _page(self, url: str, callback: Any, errback: Any) -> Request:
        whole = urljoin(self._run.site, url)
        self._visited.add(urls.key(whole, self._run.site))
        self._run.facts.pages += 1
        return Request(
            whole,
            callback=callback,
            errback=errback,
            meta={ASKED_FOR: "page", "download_maxsize": LARGEST_PAGE},
        )

    # -- tables ----------------------------------------------------------------

    def _table(self, link: national_tables.TableLink, found_on: str) -> Iterator[TableItem]:
        key = urls.key(link.url, self._run.site)
        if key in self._tables or self._run.enough:
            return
        self._tables.add(key)
        self._run.facts.discovered += 1
        self._run.facts.listed += 1
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
        """Tables of earlier runs are still asked for: only the server can say that they are
        gone."""
        for known in self._run.reader.known_tables():
            url = urljoin(self._run.site, known.address)
            key = urls.key(url, self._run.site)
            if key in self._tables or self._run.enough or self._run.stopping:
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
