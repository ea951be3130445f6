"""Second step for a national table: read its file in a worker process."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TYPE_CHECKING, Any

from pebble import ProcessExpired

from ombudsman_crawler import current_run
from ombudsman_crawler.exceptions import CorruptDocument
from ombudsman_crawler.items import TableItem
from ombudsman_crawler.pipelines.patience import LeftUnread, Patience
from ombudsman_crawler.reading_workers import ReadingWorkers
from ombudsman_crawler.sheets import read
from ombudsman_crawler.sheets.table import GAVE_UP, Told

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class ReadTable:
    """Adds the reading to each file of tables that waits for one."""

    def __init__(self, crawler: Crawler) -> None:
        self._run = current_run.of(crawler)
        self._workers = ReadingWorkers.configured(crawler.settings, ocr=False)
        self._patience = Patience(self._run)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def close_spider(self) -> None:
        # Processes take their time to end: not in the reactor's thread.
        await asyncio.to_thread(self._workers.close)

    async def process_item(self, item: Any) -> Any:
        if not isinstance(item, TableItem) or item.document_id is None:
            return item
        # A stopped run leaves the document to the next one.
        if not item.unread or self._run.stopping or self._run.options.dry_run:
            return item
        path, sha256 = self._run.reader.document(item.document_id)
        told = Told(item.subject, item.listed_year)
        submit = partial(self._workers.submit_table, self._run.storage / path, sha256, told)
        try:
            item.reading = await self._patience.result(submit)
        except LeftUnread:
            logger.warning("%s is left unread; the next run reads it", item.url)
        except (FileNotFoundError, CorruptDocument) as error:
            logger.error("%s can't be read: %s", item.url, error)
            item.reason = f"the archived file is lost: {error}"
        except (TimeoutError, MemoryError, ProcessExpired, BrokenProcessPool) as error:
            self._give_up(item, error)
        # A fault of the reader's own costs this reading, loudly; the document is safe.
        except Exception as error:
            logger.exception("%s broke its reader", item.url)
            self._give_up(item, error)
        return item

    def _give_up(self, item: TableItem, error: BaseException) -> None:
        code, message = self._workers.failure(error)
        logger.error("%s: %s: %s", item.url, code, message)
        item.reading = read.unreadable(message, reader=GAVE_UP)
