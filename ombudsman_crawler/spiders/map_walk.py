"""The walk over the map: every council's page, for whatever is collected there."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Protocol
from urllib.parse import urljoin

from scrapy import Request, Spider
from scrapy.http import TextResponse

from ombudsman_crawler import authorities, current_run
from ombudsman_crawler.items import CouncilItem, ListedItem, PageItem
from ombudsman_crawler.middlewares import ASKED_FOR, Forbidden
from ombudsman_crawler.options import Options
from ombudsman_crawler.site import council_page, map_page, urls
from ombudsman_crawler.spiders.asking import (
    LARGEST_PAGE,
    status_of,
    text_of,
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

Found = Iterator[Request | CouncilItem | ListedItem | PageItem]


class Collector(Protocol):
    """What is collected on the way: it is handed each page and yields what it finds there.

    A collector yields items, and requests made by `MapWalk.page`.
    """

    def __init__(self, walk: MapWalk) -> None: ...

    def of_list(self, response: Response) -> Found:
        """What a page that lists councils, of the map or the A–Z, has besides them."""

    def of_council(
        self, response: TextResponse, page: council_page.CouncilPage, authority: str
    ) -> Found:
        """What a council's page has, and the pages it leads to."""

    def at_the_end(self) -> Iterator[Any]:
        """What is left to do when every page has been read."""


class MapWalk(Spider):
    """Map → council pages, each handed to the collectors of what is asked for.

    Starts with one request, so that robots.txt is known before anything else is asked for. Visits
    each page once, whatever addresses lead to it.
    """

    #: What can be collected on the way, by its name; all of it unless the options say.
    collectors: ClassVar[dict[str, type[Collector]]]

    _run: current_run.CurrentRun
    #: The authority of each slug an earlier run met.
    _known: dict[str, str]
    #: Councils that people know to have left the map.
    _gone: set[str]

    def __init__(
        self,
        years: str | None = None,
        council: str | list[str] | None = None,
        refetch: str | None = None,
        limit: str | int | None = None,
        backfill: str | bool = False,
        options: Options | None = None,
        **unknown: Any,
    ) -> None:
        super().__init__(**unknown)
        if unknown:
            logger.warning("unknown spider arguments are ignored: %s", ", ".join(unknown))
        self.options = options or Options.read(
            collect=",".join(self.collectors),
            years=years,
            council=council,
            refetch=refetch,
            limit=limit,
            backfill=backfill,
        )
        self._collecting: list[Collector] = []
        self._visited: set[str] = set()
        self._councils: set[str] = set()
        self._on_map: set[str] = set()
        self._not_found = set(self.options.councils)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider._run = current_run.begin(crawler, spider.options)
        spider._known = {
            council.slug.lower(): council.name for council in spider._run.reader.known_councils()
        }
        spider._gone = spider._run.reader.acknowledged_as_gone()
        spider._collecting = [spider.collectors[name](spider) for name in spider.options.collect]
        return spider

    @property
    def run(self) -> current_run.CurrentRun:
        """The run this crawl is."""
        return self._run

    async def start(self) -> AsyncIterator[Any]:
        """The map; and when all pages are read, what is left to the collectors."""
        yield self._request(self._run.site + urls.MAP_PATH, self.parse_map, errback=self.map_failed)
        await until_pages_are_read(self.crawler)
        for collector in self._collecting:
            for item in collector.at_the_end():
                yield item

    # -- the map ---------------------------------------------------------------

    def parse_map(self, response: Response) -> Found:
        """Every council on the map, the pages of its A–Z, and the councils earlier runs knew."""
        wrong = wrong_site(self._run, response)
        if wrong:
            self._run.end("wrong_site", wrong)
            return
        yield from self._council_list(response)
        if not self._on_map:
            for script in map_page.scripts(text_of(response), response.url):
                yield from self.page(script, self.parse_council_list)
        for known in self._run.reader.known_councils():
            url = urljoin(self._run.site, known.address)
            yield from self._council(map_page.CouncilReference(known.slug, url, known.name))

    def parse_council_list(self, response: Response) -> Found:
        yield from self._council_list(response)

    def map_failed(self, failure: Failure) -> None:
        """Without the map there is no crawl: blocked where the site refuses or doesn't answer."""
        self.page_failed(failure)
        if status_of(failure) in (404, 410):
            return
        self._run.end("blocked", f"the map can't be had: {why(failure)}")

    def _council_list(self, response: Response) -> Found:
        text = text_of(response)
        for reference in map_page.councils(text, response.url):
            yield from self._council(reference, on_map=True)
        for url in map_page.alphabet_pages(text, response.url):
            yield from self.page(url, self.parse_council_list)
        for collector in self._collecting:
            yield from collector.of_list(response)

    # -- councils --------------------------------------------------------------

    def _council(
        self,
        reference: map_page.CouncilReference,
        *,
        on_map: bool = False,
        successor: str | None = None,
    ) -> Found:
        """Note a council wherever it is met, and ask for its page once."""
        key = reference.slug.lower()
        authority = self._known.get(key) or authorities.of_slug(reference.slug, reference.name)
        if key not in self._councils or on_map or successor:
            yield CouncilItem(
                authority,
                reference.slug,
                urls.address(reference.url, self._run.site),
                reference.name,
                on_map,
                successor,
            )
        if on_map:
            self._on_map.add(key)
            self._run.facts.councils = len(self._on_map)
        if key in self._councils:
            return
        self._councils.add(key)
        wanted = self.wanted(authority, reference.slug)
        if wanted or self._leads_to_wanted(authority):
            yield from self.page(
                reference.url, self.parse_council, authority=authority, wanted=wanted
            )

    def parse_council(self, response: Response, authority: str, wanted: bool) -> Found:
        """A council's page for the collectors, and its predecessors."""
        if not isinstance(response, TextResponse):
            self.failed_page(response.url, "is no page")
            return
        page = council_page.read(response.text, response.url)
        if not page.recognised:
            self.failed_page(response.url, "isn't recognised as a council's page")
        for predecessor in page.predecessors:
            yield from self._council(predecessor, successor=authority)
        if wanted:
            self._run.facts.councils_read.add(authority)
            for collector in self._collecting:
                yield from collector.of_council(response, page, authority)

    # -- asking ----------------------------------------------------------------

    def page(self, url: str, callback: Any, **arguments: Any) -> Iterator[Request]:
        """Ask for a page of the site, unless it was asked for before."""
        key = urls.key(url, self._run.site)
        if key in self._visited or self._run.enough or not urls.same_site(url, self._run.site):
            return
        yield self._request(url, callback, **arguments)

    def _request(self, url: str, callback: Any, errback: Any = None, **arguments: Any) -> Request:
        self._visited.add(urls.key(url, self._run.site))
        self._run.facts.pages += 1
        return Request(
            url,
            callback=callback,
            errback=errback or self.page_failed,
            cb_kwargs=arguments,
            meta={ASKED_FOR: "page", "download_maxsize": LARGEST_PAGE},
        )

    def page_failed(self, failure: Failure) -> None:
        """Count a page that didn't come; one that robots.txt forbids is no failure."""
        request: Request = failure.request  # type: ignore[attr-defined]
        authority = request.cb_kwargs.get("authority")
        if authority in self._gone and status_of(failure) in (404, 410):
            # As acknowledged. Its letters are still asked for: the server may have them.
            if request.cb_kwargs.get("wanted"):
                self._run.facts.councils_read.add(authority)
            return
        self._run.facts.councils_unread.add(authority)
        if failure.check(Forbidden):  # type: ignore[no-untyped-call]
            logger.warning("%s wasn't asked for: %s", request.url, failure.value)
            return
        # An endless redirect, one to another site, a body without end: each is a page lost.
        if self._run.stopping:
            return
        asked_for = request.meta.get("redirect_urls", [request.url])[0]
        self.failed_page(asked_for, why(failure))

    def failed_page(self, url: str, why: str) -> None:
        """Count a page that didn't come, or isn't what it was asked for as."""
        logger.error("page failed: %s: %s", url, why)
        self._run.facts.failed_pages.append(f"{url} ({why})")

    # -- what is wanted --------------------------------------------------------

    def wanted(self, name: str, slug: str) -> bool:
        """Whether a council is one of those asked for, or all are."""
        if not self.options.councils:
            return True
        wanted = False
        for asked in self.options.councils:
            match = authorities.match(asked)
            if asked.lower() in (slug.lower(), name.lower()) or (match and match.name == name):
                self._not_found.discard(asked)
                wanted = True
        self._run.facts.councils_not_found = sorted(self._not_found)
        return wanted

    def _leads_to_wanted(self, name: str) -> bool:
        """Whether a council followed one that is wanted: its page links the predecessors'."""
        matches = (authorities.match(asked) for asked in self.options.councils)
        return any(match and name in authorities.successors(match) for match in matches)
