"""From a council's page to the service improvements it agreed to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from scrapy.http import Response, TextResponse

from ombudsman_crawler.items import ImprovementsItem, ListedImprovement
from ombudsman_crawler.site import council_page, service_improvements, urls
from ombudsman_crawler.site.service_improvements import ImprovementList
from ombudsman_crawler.spiders.lists_of_councils import CouncilLists
from ombudsman_crawler.spiders.map_walk import Found, MapWalk

# Lists of one council's improvements that are asked for: ten years, each by ten categories at most
# where a year has more cases than a list shows.
_MOST_PAGES = 60


class Improvements:
    """Collects service improvements: those on a council's page, on the lists it leads to, and on
    those lists narrowed down by what they offer, as far as they show no more than their places."""

    def __init__(self, walk: MapWalk) -> None:
        self._walk = walk
        self._run = walk.run
        self._lists = CouncilLists(walk, "improvements", _MOST_PAGES)

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
        """The improvements of a list, the lists it leads to, and what it can be narrowed to."""
        text = self._lists.came(response, council)
        if text is not None:
            yield from self._found(text, response.url, council)

    def _found(self, text: str, url: str, authority: str) -> Iterator[Any]:
        read = service_improvements.read(text, url)
        self._lists.read(authority, read.state, url, whole=read.whole)
        if read.improvements:
            yield self._listed(read, url, authority)
        for more in (*read.more, *service_improvements.narrower(read, url)):
            yield from self._lists.page(more, url, self.parse_list, authority)

    def _listed(self, read: ImprovementList, url: str, authority: str) -> ImprovementsItem:
        improvements = (
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
        return ImprovementsItem(authority, urls.address(url, self._run.site), tuple(improvements))

    def at_the_end(self) -> Iterator[Any]:
        """What lists no longer show."""
        if not self._run.stopping and not self._run.enough:
            yield self._lists.read_whole()


class ServiceImprovements(MapWalk):
    """Map → council pages → their service improvements."""

    name = "service_improvements"
    collectors: ClassVar = {"improvements": Improvements}
