"""From a council's page to the service improvements it agreed to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import Response, TextResponse

from ombudsman_crawler.database.refetch import Refetch, next_due
from ombudsman_crawler.database.reports import key_of
from ombudsman_crawler.items import ImprovementsItem, ListedImprovement
from ombudsman_crawler.site import council_page, service_improvements, urls
from ombudsman_crawler.site.listings import State
from ombudsman_crawler.site.service_improvements import ImprovementList
from ombudsman_crawler.spiders.lists_of_councils import CouncilLists
from ombudsman_crawler.spiders.map_walk import Found, MapWalk

# Lists of one council's improvements that are asked for: ten years, each by ten categories at most
# where a year has more cases than a list shows.
_MOST_PAGES = 60


class Improvements:
    """Collects service improvements: those on a council's page, on the lists it leads to, and on
    those lists narrowed down by what they offer."""

    def __init__(self, walk: MapWalk) -> None:
        self._walk = walk
        self._run = walk.run
        self._lists = CouncilLists(walk, "improvements", _MOST_PAGES)
        self._settled = walk.run.reader.settled_improvements()

    def of_list(self, response: Response) -> Found:  # noqa: ARG002
        yield from ()

    def of_council(
        self,
        response: TextResponse,
        page: council_page.CouncilPage,  # noqa: ARG002
        authority: str,
    ) -> Found:
        read = service_improvements.read(response.text, response.url)
        yield from self._found(read, response.url, authority)
        leads_on = bool(read.more or read.filters)
        if leads_on and read.state is State.LISTED and self._is_settled(read, authority):
            self._lists.leave(authority)
            return
        yield from self._further(read, response.url, authority)

    def parse_list(self, response: Response, council: str) -> Found:
        """The improvements of a list, the lists it leads to, and what it can be narrowed to."""
        text = self._lists.came(response, council)
        if text is not None:
            read = service_improvements.read(text, response.url)
            yield from self._found(read, response.url, council)
            yield from self._further(read, response.url, council)

    def _found(self, read: ImprovementList, url: str, authority: str) -> Iterator[Any]:
        self._lists.read(authority, read.state, url, whole=read.whole)
        if read.improvements:
            yield ImprovementsItem(authority, urls.address(url, self._run.site), self._listed(read))

    def _further(self, read: ImprovementList, url: str, authority: str) -> Iterator[Request]:
        for more in (*read.more, *service_improvements.narrower(read, url)):
            yield from self._lists.page(more, url, self.parse_list, authority)

    def _listed(self, read: ImprovementList) -> tuple[ListedImprovement, ...]:
        return tuple(
            ListedImprovement(
                found.text,
                found.category,
                found.date,
                found.year,
                found.reference,
                urls.address(found.url, self._run.site) if found.url else None,
            )
            for found in read.improvements
        )

    def _is_settled(self, read: ImprovementList, authority: str) -> bool:
        """Whether a council's page shows nothing new beside lists that were read whole before: a
        new case would stand on it. The lists are read again all the same, as older letters are,
        each on a day of its own."""
        read_whole = self._settled.read_whole.get(authority)
        mode = self._walk.options.refetch
        if read_whole is None or mode is Refetch.ALL:
            return False
        listed = ((authority, key_of(found), found.text) for found in self._listed(read))
        if not all(found in self._settled.listed for found in listed):
            return False
        now = self._run.clock()
        due = next_due(f"{read.base}#improvements", None, None, read_whole, validators=True)
        return mode is Refetch.MISSING or read_whole <= now < due

    def at_the_end(self) -> Iterator[Any]:
        """What lists no longer show."""
        if not self._run.stopping and not self._run.enough:
            yield self._lists.read_whole()


class ServiceImprovements(MapWalk):
    """Map → council pages → their service improvements."""

    name = "service_improvements"
    collectors: ClassVar = {"improvements": Improvements}
