"""Waiting for a reading worker, as long as the run goes on and a little longer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from ombudsman_crawler.current_run import CurrentRun

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Seconds: how long a stopped run waits for a reading, and how often it looks.
_AFTER_STOP, _STEP = 10.0, 0.5


class LeftUnread(Exception):
    """The run was stopped before a reading was done."""


class Patience:
    """Waits for readings of one run."""

    def __init__(self, run: CurrentRun) -> None:
        self._run = run

    async def result(self, submit: Callable[[], Future[T]]) -> T:
        """Have something read and return the reading. Raises what the reading raises; LeftUnread
        where the run was stopped and a little time has passed."""
        try:
            return await self._wait(submit())
        except BrokenProcessPool as error:
            # The workers were killed, perhaps for another document: this one gets a fresh pool.
            logger.warning("the reading workers have ended (%s); started anew", error)
            return await self._wait(submit())

    async def _wait(self, job: Future[T]) -> T:
        reading = asyncio.wrap_future(job)
        left = _AFTER_STOP
        while not reading.done():
            await asyncio.wait([reading], timeout=_STEP)
            if self._run.stopping:
                left -= _STEP
            if left <= 0 and not reading.done():
                job.cancel()
                raise LeftUnread
        return reading.result()
