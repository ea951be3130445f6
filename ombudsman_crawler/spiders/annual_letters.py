"""From the map to every annual letter the site lists."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from parsel import Selector
from scrapy import Request, Spider
from scrapy.http import TextResponse
from scrapy.spidermiddlewares.httperror import HttpError

from ombudsman_crawler import authorities, current_run
from ombudsman_crawler.archive.documents import looks_like_pdf
from ombudsman_crawler.items import CouncilItem, LetterItem
from ombudsman_crawler.middlewares import ASKED_FOR, Forbidden
from ombudsman_crawler.options import Options
from ombudsman_crawler.site import council_page, letter_list, map_page, urls

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

logger = logging.getLogger(__name__)

#: Announces a replica, and how many councils it has: `councils=12`.
REPLICA_HEADER = "X-Ombudsman-Replica"

# Lists may lead to older lists; no list is this many links away from the map.
_DEEPEST_LIST = 8

# Bytes; the largest page known has a tenth of it.
_LARGEST_PAGE = 8 * 2**20

# Seconds between looks at whether all pages have been read.
_LOOK_EVERY = 0.2

Found = Iterator[Request | CouncilItem | LetterItem]


class AnnualLetters(Spider):
    """Map → council pages → lists of letters → letters.

    Starts with one request, so that robots.txt is known before anything else is asked for. Visits
    each page once, whatever addresses lead to it.
    """

    name = "annual_letters"

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
            years=years, council=council, refetch=refetch, limit=limit, backfill=backfill
        )
        self._visited: set[str] = set()
        self._letters: set[str] = set()
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
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """The map; and when all pages are read, the letters that no list shows any longer."""
        yield self._request(self._run.site + urls.MAP_PATH, self.parse_map, errback=self.map_failed)
        while not self._pages_are_read():
            await asyncio.sleep(_LOOK_EVERY)
        for letter in self._no_longer_listed():
            yield letter

    # -- the map ---------------------------------------------------------------

    def parse_map(self, response: Response) -> Found:
        """Every council on the map, the pages of its A–Z, and the councils earlier runs knew."""
        wrong = self._wrong_site(response)
        if wrong:
            self._run.end("wrong_site", wrong)
            return
        yield from self._council_list(response)
        if not self._on_map:
            for script in map_page.scripts(_text(response), response.url):
                yield from self._page(script, self.parse_council_list)
        for known in self._run.reader.known_councils():
            url = urljoin(self._run.site, known.address)
            yield from self._council(map_page.CouncilReference(known.slug, url, known.name))

    def parse_council_list(self, response: Response) -> Found:
        yield from self._council_list(response)

    def map_failed(self, failure: Failure) -> None:
        """Without the map there is no crawl: blocked where the site refuses or doesn't answer."""
        self.page_failed(failure)
        if _status(failure) in (404, 410):
            return
        self._run.end("blocked", f"the map can't be had: {_why(failure)}")

    def _council_list(self, response: Response) -> Found:
        text = _text(response)
        for reference in map_page.councils(text, response.url):
            yield from self._council(reference, on_map=True)
        for url in map_page.alphabet_pages(text, response.url):
            yield from self._page(url, self.parse_council_list)
        yield from self._letters_of(response, None)

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
        wanted = self._wanted(authority, reference.slug)
        if wanted or self._leads_to_wanted(authority):
            yield from self._page(
                reference.url, self.parse_council, authority=authority, with_letters=wanted
            )

    def parse_council(self, response: Response, authority: str, with_letters: bool) -> Found:
        """A council's letters, its lists of letters, and its predecessors."""
        if not isinstance(response, TextResponse):
            self._failed_page(response.url, "is no page")
            return
        page = council_page.read(response.text, response.url)
        if not page.recognised:
            self._failed_page(response.url, "isn't recognised as a council's page")
        for predecessor in page.predecessors:
            yield from self._council(predecessor, successor=authority)
        if with_letters:
            self._run.facts.councils_read.add(authority)
            yield from self._letters_of(response, authority)
            for url in page.letter_lists:
                yield from self._page(url, self.parse_list, authority=authority)
            yield from self._older_lists(response)

    # -- lists of letters ------------------------------------------------------

    def parse_list(self, response: Response, authority: str | None) -> Found:
        """The letters of a list, and the lists it leads to."""
        if looks_like_pdf(response.body):
            # What was called a list is a letter itself.
            yield from self._letter(
                letter_list.LetterLink(response.url, "", None, authority), authority, response.url
            )
            return
        if not isinstance(response, TextResponse):
            self._failed_page(response.url, "is no page")
            return
        owner = self._owner(response, authority)
        yield from self._letters_of(response, owner)
        if response.meta.get("depth", 0) < _DEEPEST_LIST:
            for url in council_page.letter_lists(Selector(response.text), response.url):
                yield from self._page(url, self.parse_list, authority=owner)
        yield from self._older_lists(response)

    def _older_lists(self, response: TextResponse) -> Found:
        if self.options.backfill:
            for url in map_page.alphabet_pages(response.text, response.url):
                yield from self._page(url, self.parse_list, authority=None)

    def _owner(self, response: TextResponse, authority: str | None) -> str | None:
        """Whose letters a list holds: the council in its address or its heading, else nobody's.

        A list that many councils lead to must not give one council another's letters.
        """
        slug = urls.council_slug(response.url)
        named = authorities.match(slug) if slug else None
        if named is None:
            heading = council_page.read(response.text, response.url).name
            named = authorities.match(heading) if heading else None
        if named is not None:
            return named.name
        return authority if slug else None

    # -- letters ---------------------------------------------------------------

    def _letters_of(self, response: Response, authority: str | None) -> Found:
        for link in letter_list.letters(_text(response), response.url):
            yield from self._letter(link, authority, response.url)

    def _letter(
        self, link: letter_list.LetterLink, authority: str | None, found_on: str
    ) -> Iterator[LetterItem]:
        key = urls.key(link.url, self._run.site)
        whose = link.authority or authority
        self._run.facts.councils_with_letters.update(name for name in (whose, authority) if name)
        if key in self._letters or self._run.enough:
            return
        if self.options.councils and (whose is None or not self._wanted(whose, "")):
            return
        self._letters.add(key)
        self._run.facts.discovered += 1
        self._run.facts.listed += 1
        yield LetterItem(
            address=urls.address(link.url, self._run.site),
            url=link.url,
            label=link.label,
            listed_year=link.listed_year,
            authority=whose,
            found_on=found_on,
        )

    def _no_longer_listed(self) -> Iterator[LetterItem]:
        """Letters that earlier runs knew of the councils whose lists were read: still asked for,
        since only the server can say that they are gone."""
        facts = self._run.facts
        read = facts.councils_read - facts.councils_unread
        for known in self._run.reader.known_letters():
            url = urljoin(self._run.site, known.address)
            key = urls.key(url, self._run.site)
            if known.authority not in read or key in self._letters or self._run.enough:
                continue
            self._letters.add(key)
            facts.discovered += 1
            yield LetterItem(
                address=known.address,
                url=url,
                label=known.label,
                listed_year=known.listed_year,
                authority=known.authority,
                found_on=known.found_on,
                listed=False,
            )

    # -- asking ----------------------------------------------------------------

    def _page(self, url: str, callback: Any, **arguments: Any) -> Iterator[Request]:
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
            meta={ASKED_FOR: "page", "download_maxsize": _LARGEST_PAGE},
        )

    def page_failed(self, failure: Failure) -> None:
        """Count a page that didn't come; one that robots.txt forbids is no failure."""
        request: Request = failure.request  # type: ignore[attr-defined]
        authority = request.cb_kwargs.get("authority")
        if authority in self._gone and _status(failure) in (404, 410):
            # As acknowledged. Its letters are still asked for: the server may have them.
            if request.cb_kwargs.get("with_letters"):
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
        self._failed_page(asked_for, _why(failure))

    def _failed_page(self, url: str, why: str) -> None:
        logger.error("page failed: %s: %s", url, why)
        self._run.facts.failed_pages.append(f"{url} ({why})")

    def _pages_are_read(self) -> bool:
        engine = self.crawler.engine
        assert engine is not None
        scraper = engine.scraper.slot
        return (
            not (engine.scheduler and engine.scheduler.has_pending_requests())
            and not engine.downloader.active
            and (scraper is None or scraper.is_idle())
        )

    # -- what is wanted --------------------------------------------------------

    def _wanted(self, name: str, slug: str) -> bool:
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

    def _wrong_site(self, response: Response) -> str | None:
        """Say what is wrong when a replica and the live site are taken for one another."""
        announced = bytes(response.headers.get(REPLICA_HEADER, b"") or b"").decode("latin-1")
        if self._run.site_name == current_run.REPLICA and not announced:
            return (
                f"{self._run.site} is on this machine but doesn't announce itself as a replica; "
                "start one with `ombudsman replica`"
            )
        if self._run.site_name != current_run.REPLICA and announced:
            return f"{self._run.site} is a replica; its letters don't belong in this storage"
        councils = re.search(r"councils=(\d+)", announced)
        if councils:
            self._run.facts.min_councils = int(councils[1])
        return None


def _text(response: Response) -> str:
    """Return a page's text; scripts and data files come without a text type now and then."""
    if isinstance(response, TextResponse):
        return response.text
    return response.body.decode("utf-8", errors="replace")


def _status(failure: Failure) -> int | None:
    error = failure.value
    return error.response.status if isinstance(error, HttpError) else None


def _why(failure: Failure) -> str:
    status = _status(failure)
    if status is not None:
        return f"status {status}"
    return f"{type(failure.value).__name__}: {failure.value}"
