"""Second step for a council's page: read its statistics, unless that was done before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ombudsman_crawler import current_run
from ombudsman_crawler.items import PageItem
from ombudsman_crawler.site import statistics_page

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler


class ReadPage:
    """Adds the reading to each page that this version of the reader hasn't read yet."""

    def __init__(self, crawler: Crawler) -> None:
        self._reader = current_run.of(crawler).reader

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        if isinstance(item, PageItem):
            known = self._reader.page_is_read(
                item.authority, item.document_id, statistics_page.READER
            )
            if not known:
                item.reading = statistics_page.read(item.text, item.url)
        return item
