"""Last step: one transaction for each thing that was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ombudsman_crawler import current_run
from ombudsman_crawler.items import CouncilItem, LetterItem, PageItem

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler


class StoreLetter:
    """Writes each letter through `database.writer`, and lets go of what was only carried."""

    def __init__(self, crawler: Crawler) -> None:
        self._run = current_run.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        if isinstance(item, LetterItem):
            run = self._run
            run.writer.store_letter(run.run_id, item, run.reader.newest_year())
            item.reading = item.packed_words = item.packed_texts = None
        return item


class StorePage:
    """Writes what each council's page said, and lets go of what was only carried."""

    def __init__(self, crawler: Crawler) -> None:
        self._writer = current_run.of(crawler).writer

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        if isinstance(item, PageItem):
            self._writer.store_page(item)
            item.reading, item.text = None, ""
        return item


class StoreCouncil:
    """Writes each council the spider met."""

    def __init__(self, crawler: Crawler) -> None:
        self._writer = current_run.of(crawler).writer

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        if isinstance(item, CouncilItem):
            self._writer.saw_council(item)
        return item
