"""Second step: read a letter's document in a worker process."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itemadapter import ItemAdapter
from pebble import ProcessExpired

from ombudsman_crawler import current_run
from ombudsman_crawler.exceptions import CorruptDocument
from ombudsman_crawler.items import LetterItem
from ombudsman_crawler.letters import read
from ombudsman_crawler.letters.letter import Expectation
from ombudsman_crawler.reading_workers import Read, ReadingWorkers

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


# Seconds: how long a stopped run waits for a reading, and how often it looks.
_AFTER_STOP, _STEP = 10.0, 0.5


class _LeftUnread(Exception):
    """The run was stopped before a reading was done."""


class ReadLetter:
    """Adds the reading to each letter whose document waits for one."""

    def __init__(self, crawler: Crawler) -> None:
        self._run = current_run.of(crawler)
        self._workers = ReadingWorkers.configured(
            crawler.settings, ocr=crawler.settings.getbool("OMBUDSMAN_OCR")
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def close_spider(self) -> None:
        # Processes take their time to end: not in the reactor's thread.
        await asyncio.to_thread(self._workers.close)

    async def process_item(self, item: Any) -> Any:
        if not isinstance(item, LetterItem):
            return item
        letter = ItemAdapter(item)
        # A stopped run leaves the document to the next one.
        if not letter["unread"] or self._run.stopping or self._run.options.dry_run:
            return item
        path, sha256 = self._run.reader.document(letter["document_id"])
        expectation = Expectation(letter["authority"], letter["listed_year"])
        try:
            done = await self._read(self._run.storage / path, sha256, expectation)
        except _LeftUnread:
            logger.warning("%s is left unread; the next run reads it", letter["url"])
        except (FileNotFoundError, CorruptDocument) as error:
            logger.error("%s can't be read: %s", letter["url"], error)
            letter["reason"] = f"the archived file is lost: {error}"
        except (TimeoutError, MemoryError, ProcessExpired, BrokenProcessPool) as error:
            self._give_up(letter, expectation, error)
        # A fault of the reader's own costs this reading, loudly; the document is safe.
        except Exception as error:
            logger.exception("%s broke its reader", letter["url"])
            self._give_up(letter, expectation, error)
        else:
            letter["reading"] = done.reading
            letter["packed_words"] = done.packed_words
            letter["packed_texts"] = done.packed_texts
            letter["reading_ms"] = done.milliseconds
        return item

    async def _read(self, path: Path, sha256: str, expectation: Expectation) -> Read:
        try:
            return await self._result(self._workers.submit(path, sha256, expectation))
        except BrokenProcessPool as error:
            # The workers were killed, perhaps for another document: this one gets a fresh pool.
            logger.warning("the reading workers have ended (%s); started anew", error)
            return await self._result(self._workers.submit(path, sha256, expectation))

    async def _result(self, job: Future[Read]) -> Read:
        """Wait for a reading; a stopped run waits a little and then leaves it to the next one."""
        reading = asyncio.wrap_future(job)
        left = _AFTER_STOP
        while not reading.done():
            await asyncio.wait([reading], timeout=_STEP)
            if self._run.stopping:
                left -= _STEP
            if left <= 0 and not reading.done():
                job.cancel()
                raise _LeftUnread
        return reading.result()

    def _give_up(self, letter: ItemAdapter, expectation: Expectation, error: BaseException) -> None:
        code, message = self._workers.failure(error)
        logger.error("%s: %s: %s", letter["url"], code, message)
        letter["reading"] = read.unreadable(code, message, expectation)
