"""Last step for public reports and service improvements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ombudsman_crawler import current_run
from ombudsman_crawler.items import ImprovementsItem, ListsReadItem, ReportItem, ReportsItem

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler


class StoreLists:
    """Writes what councils' lists show, one transaction a page."""

    def __init__(self, crawler: Crawler) -> None:
        self._run = current_run.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        if isinstance(item, ReportsItem):
            self._run.writer.saw_reports(self._run.run_id, item)
        elif isinstance(item, ImprovementsItem):
            self._run.writer.saw_improvements(self._run.run_id, item)
        elif isinstance(item, ListsReadItem):
            self._run.writer.lists_read(self._run.run_id, item)
        return item


class StoreReport:
    """Writes each report's outcome, and the text of its document."""

    def __init__(self, crawler: Crawler) -> None:
        self._run = current_run.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        if isinstance(item, ReportItem):
            self._run.writer.store_report(self._run.run_id, item)
            item.reading = None
        return item
