"""The statistics that each council's page shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from scrapy.http import Response, TextResponse

from ombudsman_crawler.items import PageItem
from ombudsman_crawler.middlewares import CAPTURE
from ombudsman_crawler.site import council_page
from ombudsman_crawler.spiders.map_walk import Found, MapWalk


class Pages:
    """Collects council pages themselves: what each shows when it is met."""

    def __init__(self, walk: MapWalk) -> None:
        self._walk = walk

    def of_list(self, response: Response) -> Found:  # noqa: ARG002
        yield from ()

    def of_council(
        self,
        response: TextResponse,
        page: council_page.CouncilPage,
        authority: str,
    ) -> Found:
        capture = response.meta.get(CAPTURE)
        # A page of anything else was told of already; a dry run keeps nothing.
        if page.recognised and capture is not None and capture.document_id is not None:
            self._walk.run.facts.statistics_pages += 1
            yield PageItem(
                authority=authority,
                url=response.url,
                text=response.text,
                capture_id=capture.capture_id,
                document_id=capture.document_id,
            )

    def at_the_end(self) -> Iterator[Any]:
        yield from ()


class CouncilPages(MapWalk):
    """Map → council pages → their statistics."""

    name = "council_pages"
    collectors: ClassVar = {"pages": Pages}
