"""From a council's page to every annual letter the site lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urljoin

from parsel import Selector
from scrapy.http import Response, TextResponse

from ombudsman_crawler import authorities
from ombudsman_crawler.archive.documents import looks_like_pdf
from ombudsman_crawler.items import LetterItem
from ombudsman_crawler.site import council_page, letter_list, map_page, urls
from ombudsman_crawler.spiders.asking import text_of
from ombudsman_crawler.spiders.map_walk import Found, MapWalk

# Lists may lead to older lists; no list is this many links away from the map.
_DEEPEST_LIST = 8


class Letters:
    """Collects letters: those on a council's page, on its lists and, of a backfill, on older ones;
    and those that no list shows any longer."""

    def __init__(self, walk: MapWalk) -> None:
        self._walk = walk
        self._run = walk.run
        self._letters: set[str] = set()

    def of_list(self, response: Response) -> Found:
        yield from self._letters_of(response, None)

    def of_council(
        self, response: TextResponse, page: council_page.CouncilPage, authority: str
    ) -> Found:
        yield from self._letters_of(response, authority)
        for url in page.letter_lists:
            yield from self._walk.page(url, self.parse_list, authority=authority)
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
            self._walk.failed_page(response.url, "is no page")
            return
        owner = self._owner(response, authority)
        yield from self._letters_of(response, owner)
        if response.meta.get("depth", 0) < _DEEPEST_LIST:
            for url in council_page.letter_lists(Selector(response.text), response.url):
                yield from self._walk.page(url, self.parse_list, authority=owner)
        yield from self._older_lists(response)

    def _older_lists(self, response: TextResponse) -> Found:
        if self._walk.options.backfill:
            for url in map_page.alphabet_pages(response.text, response.url):
                yield from self._walk.page(url, self.parse_list, authority=None)

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
        for link in letter_list.letters(text_of(response), response.url):
            yield from self._letter(link, authority, response.url)

    def _letter(
        self, link: letter_list.LetterLink, authority: str | None, found_on: str
    ) -> Iterator[LetterItem]:
        key = urls.key(link.url, self._run.site)
        whose = link.authority or authority
        self._run.facts.councils_with_letters.update(name for name in (whose, authority) if name)
        if key in self._letters or self._run.enough:
            return
        if self._walk.options.councils and (whose is None or not self._walk.wanted(whose, "")):
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

    def at_the_end(self) -> Iterator[LetterItem]:
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


class AnnualLetters(MapWalk):
    """Map → council pages → lists of letters → letters."""

    name = "annual_letters"
    collectors: ClassVar = {"letters": Letters}
