"""Reading in worker processes: what every step that reads documents has in common."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from pebble import ProcessExpired

from ombudsman_crawler.current_run import CurrentRun
from ombudsman_crawler.exceptions import CorruptDocument
from ombudsman_crawler.items import ListedItem
from ombudsman_crawler.reading_workers import ReadingWorkers

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Seconds: how long a stopped run waits for a reading, and how often it looks.
_AFTER_STOP, _STEP = 10.0, 0.5


class _LeftUnread(Exception):
    """The run was stopped before a reading was done."""


class InWorkers:
    """Has the documents of one run read, whatever they do to their reader."""

    def __init__(self, run: CurrentRun, workers: ReadingWorkers) -> None:
        self._run = run
        self._workers = workers

    def waits(self, item: ListedItem) -> bool:
        """Whether an item's document is to be read now: a stopped run leaves it to the next one."""
        return (
            item.document_id is not None
            and item.unread
            and not self._run.stopping
            and not self._run.options.dry_run
        )

    async def read(
        self, item: ListedItem, submit: Callable[[], Future[T]], failed: Callable[[str, str], T]
    ) -> T | None:
        """Return the reading of an item's document; where its reader was ended, what `failed` makes
        of a code and a message. None where the run was stopped, or the file is lost: the item says
        so."""
        try:
            return await self._result(submit)
        except _LeftUnread:
            logger.warning("%s is left unread; the next run reads it", item.url)
        except (FileNotFoundError, CorruptDocument) as error:
            logger.error("%s can't be read: %s", item.url, error)
            item.reason = f"the archived file is lost: {error}"
        except (TimeoutError, MemoryError, ProcessExpired, BrokenProcessPool) as error:
            return failed(*self._why(item, error))
        # A fault of the reader's own costs this reading, loudly; the document is safe.
        except Exception as error:
            logger.exception("%s broke its reader", item.url)
            return failed(*self._why(item, error))
        return None

    async def close(self) -> None:
        """End the workers. Processes take their time: not in the reactor's thread."""
        await asyncio.to_thread(self._workers.close)

    def _why(self, item: ListedItem, error: BaseException) -> tuple[str, str]:
        code, message = self._workers.failure(error)
        logger.error("%s: %s: %s", item.url, code, message)
        return code, message

    async def _result(self, submit: Callable[[], Future[T]]) -> T:
        try:
            return await self._wait(submit())
        except BrokenProcessPool as error:
            # The workers were killed, perhaps for another document: this one gets a fresh pool.
            logger.warning("the reading workers have ended (%s); started anew", error)
            return await self._wait(submit())

    async def _wait(self, job: Future[T]) -> T:
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
