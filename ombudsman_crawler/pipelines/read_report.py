"""Second step for a public report: read its document's text in a worker process."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ombudsman_crawler import current_run, report_reading
from ombudsman_crawler.items import ReportItem
from ombudsman_crawler.pipelines.in_workers import InWorkers
from ombudsman_crawler.reading_workers import ReadingWorkers

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler


class ReadReport:
    """Adds the text to each report whose document waits for a reading."""

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
        if not isinstance(item, ReportItem) or not self._in_workers.waits(item):
            return item
        assert item.document_id is not None
        path, sha256 = self._run.reader.document(item.document_id)
        submit = partial(self._workers.submit_report, self._run.storage / path, sha256, item.url)
        item.reading = await self._in_workers.read(
            item, submit, lambda _code, message: report_reading.failed(message)
        )
        return item
