"""What the collectors of lists share: which councils' lists were read, and whether whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from scrapy import Request
from scrapy.http import Response, TextResponse

from ombudsman_crawler.items import ListsReadItem
from ombudsman_crawler.site import urls
from ombudsman_crawler.site.listings import State
from ombudsman_crawler.spiders.map_walk import MapWalk


class CouncilLists:
    """The lists of one collection, council by council, while they are being read.

    Only of a council whose lists all came and were recognised may be said what they no longer show.
    `most_pages` bounds what is asked for of one council.
    """

    def __init__(self, walk: MapWalk, collection: str, most_pages: int) -> None:
        self._walk = walk
        self._collection = collection
        self._most_pages = most_pages
        self._asked: Counter[str] = Counter()
        self._came: Counter[str] = Counter()
        self._seen: set[str] = set()
        self._broken: set[str] = set()

    def read(self, authority: str, state: State, url: str, *, whole: bool) -> None:
        """Note what a page says of a council's list."""
        facts = self._walk.run.facts
        if state is State.NOT_RECOGNISED:
            facts.lists_not_recognised.setdefault(self._collection, []).append(url)
        elif state is not State.NOT_SEEN:
            self._seen.add(authority)
            facts.councils_with_list.setdefault(self._collection, set()).add(authority)
        if not whole or state in (State.NOT_RECOGNISED, State.NOT_SEEN):
            self._broken.add(authority)

    def page(self, url: str, of: str, callback: Any, authority: str) -> Iterator[Request]:
        """Ask for a list of a council whose page or list is at `of`, once; what is another
        council's, or nobody's, isn't asked for."""
        slug, own = urls.council_slug(url), urls.council_slug(of)
        if slug is None or own is None or slug.lower() != own.lower():
            self._broken.add(authority)
            return
        if self._asked[authority] >= self._most_pages:
            self._broken.add(authority)
            return
        for request in self._walk.page(url, callback, council=authority):
            self._asked[authority] += 1
            yield request

    def leave(self, authority: str) -> None:
        """Note that not all of a council's lists are read this time."""
        self._broken.add(authority)

    def came(self, response: Response, authority: str) -> str | None:
        """Note that a list came and return its text, None where it is no page. One that doesn't
        come leaves its council's lists unread."""
        if not isinstance(response, TextResponse):
            self._walk.failed_page(response.url, "is no page")
            return None
        self._came[authority] += 1
        return response.text

    def read_whole(self) -> ListsReadItem:
        """Return the councils whose lists were all read."""
        unread = self._walk.run.facts.councils_unread
        whole = (
            name
            for name in self._seen - self._broken - unread
            if self._asked[name] == self._came[name]
        )
        return ListsReadItem(self._collection, tuple(sorted(whole)))
