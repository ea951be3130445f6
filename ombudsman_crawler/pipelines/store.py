"""Writing what was found: first what is only noted, last what was fetched and read. One transaction
for each item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ombudsman_crawler import current_run
from ombudsman_crawler.items import (
    CouncilItem,
    DecisionItem,
    ImprovementsItem,
    LetterItem,
    ListsReadItem,
    PageItem,
    ReportItem,
    ReportsItem,
    TableItem,
)

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler


class StoreSeen:
    """Writes the councils the spider met, and what their lists show: nothing of it is fetched."""

    def __init__(self, crawler: Crawler) -> None:
        self._run = current_run.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        writer, run_id = self._run.writer, self._run.run_id
        match item:
            case CouncilItem():
                writer.saw_council(item)
            case ReportsItem():
                writer.saw_reports(run_id, item)
            case ImprovementsItem():
                writer.saw_improvements(run_id, item)
            case ListsReadItem():
                writer.lists_read(run_id, item)
        return item


class Store:
    """Writes what was fetched and read, and lets go of what the item only carried."""

    def __init__(self, crawler: Crawler) -> None:
        self._run = current_run.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        writer, reader, run_id = self._run.writer, self._run.reader, self._run.run_id
        match item:
            case LetterItem():
                writer.store_letter(run_id, item, reader.newest_year())
                item.reading = item.packed_words = item.packed_texts = None
            case PageItem():
                writer.store_page(item)
                item.reading, item.text = None, ""
            case DecisionItem():
                writer.store_decision(run_id, item, reader.newest_year())
                item.row = item.page = None
            case ReportItem():
                writer.store_report(run_id, item)
                item.reading = None
            case TableItem():
                writer.store_table(run_id, item, reader.newest_year(item.kind))
                item.reading = None
        return item
