"""Second step: read a letter's document in a worker process."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TYPE_CHECKING, Any

from itemadapter import ItemAdapter
from pebble import ProcessExpired

from ombudsman_crawler import current_run
from ombudsman_crawler.exceptions import CorruptDocument
from ombudsman_crawler.items import LetterItem
from ombudsman_crawler.letters import read
from ombudsman_crawler.letters.letter import Expectation
from ombudsman_crawler.pipelines.patience import LeftUnread, Patience
from ombudsman_crawler.reading_workers import ReadingWorkers

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class ReadLetter:
    """Adds the reading to each letter whose document waits for one."""

    def __init__(self, crawler: Crawler) -> None:
        self._run = current_run.of(crawler)
        self._workers = ReadingWorkers.configured(
            crawler.settings, ocr=crawler.settings.getbool("OMBUDSMAN_OCR")
        )
        self._patience = Patience(self._run)

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
            done = await self._patience.result(
                partial(self._workers.submit, self._run.storage / path, sha256, expectation)
            )
        except LeftUnread:
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

    def _give_up(self, letter: ItemAdapter, expectation: Expectation, error: BaseException) -> None:
        code, message = self._workers.failure(error)
        logger.error("%s: %s: %s", letter["url"], code, message)
        letter["reading"] = read.unreadable(code, message, expectation)
