"""Second step for a national table: read its file in a worker process."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ombudsman_crawler import current_run
from ombudsman_crawler.items import TableItem
from ombudsman_crawler.pipelines.in_workers import InWorkers
from ombudsman_crawler.reading_workers import ReadingWorkers
from ombudsman_crawler.sheets import read
from ombudsman_crawler.sheets.table import GAVE_UP, Told

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler


class ReadTable:
    """Adds the reading to each file of tables that waits for one."""

    def __init__(self, crawler: Crawler) -> None:
        self._run = current_run.of(crawler)
        self._workers = ReadingWorkers.configured(crawler.settings, ocr=False)
        self._in_workers = InWorkers(self._run, self._workers)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def close_spider(self) -> None:
        await self._in_workers.close()

    async def process_item(self, item: Any) -> Any:
        if not isinstance(item, TableItem) or not self._in_workers.waits(item):
            return item
        assert item.document_id is not None
        path, sha256 = self._run.reader.document(item.document_id)
        told = Told(item.subject, item.listed_year)
        submit = partial(self._workers.submit_table, self._run.storage / path, sha256, told)
        item.reading = await self._in_workers.read(
            item, submit, lambda _code, message: read.unreadable(message, reader=GAVE_UP)
        )
        return item
