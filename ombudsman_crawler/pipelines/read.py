"""Second step for a letter: read its document in a worker process."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from itemadapter import ItemAdapter

from ombudsman_crawler import current_run
from ombudsman_crawler.items import LetterItem
from ombudsman_crawler.letters import read
from ombudsman_crawler.letters.letter import Expectation
from ombudsman_crawler.pipelines.in_workers import InWorkers
from ombudsman_crawler.reading_workers import Read, ReadingWorkers

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler


class ReadLetter:
    """Adds the reading to each letter whose document waits for one."""

    def __init__(self, crawler: Crawler) -> None:
        self._run = current_run.of(crawler)
        self._workers = ReadingWorkers.configured(
            crawler.settings, ocr=crawler.settings.getbool("OMBUDSMAN_OCR")
        )
        self._in_workers = InWorkers(self._run, self._workers)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def close_spider(self) -> None:
        await self._in_workers.close()

    async def process_item(self, item: Any) -> Any:
        if not isinstance(item, LetterItem) or not self._in_workers.waits(item):
            return item
        letter = ItemAdapter(item)
        path, sha256 = self._run.reader.document(letter["document_id"])
        expectation = Expectation(letter["authority"], letter["listed_year"])
        done = await self._in_workers.read(
            item,
            partial(self._workers.submit, self._run.storage / path, sha256, expectation),
            lambda code, message: Read(
                read.unreadable(code, message, expectation), None, None, milliseconds=0
            ),
        )
        if done is not None:
            letter["reading"] = done.reading
            letter["packed_words"] = done.packed_words
            letter["packed_texts"] = done.packed_texts
            letter["reading_ms"] = done.milliseconds
        return item
