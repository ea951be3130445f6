"""Letters that councils, committees or web archives keep: for early years nothing else exists."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from scrapy import Spider

from ombudsman_crawler import current_run
from ombudsman_crawler.items import LetterItem
from ombudsman_crawler.site import urls

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

    from ombudsman_crawler.options import Options, Source


class KeptElsewhere(Spider):
    """Hands each source it is given to the pipelines, as a copy; asks for no page."""

    name = "kept_elsewhere"

    _run: current_run.CurrentRun

    def __init__(self, options: Options, **unknown: Any) -> None:
        super().__init__(**unknown)
        self.options = options

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider._run = current_run.begin(crawler, spider.options)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        for source in self.options.sources:
            self._run.facts.discovered += 1
            self._run.facts.listed += 1
            yield self._letter(source)

    def _letter(self, source: Source) -> LetterItem:
        address = urls.address(source.url, self._run.site)
        return LetterItem(
            # Several files may have been found at one address.
            address=f"{address}#{source.file.name}" if source.file else address,
            url=source.url,
            label=source.file.name if source.file else "",
            listed_year=source.year_ending,
            authority=source.authority,
            found_on=address,
            copy=True,
            file=source.file,
        )
