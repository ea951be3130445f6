"""What watches a crawl: the run's record, its progress, and that it ends."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
from scrapy import signals
from sqlalchemy.exc import DatabaseError

from ombudsman_crawler import current_run
from ombudsman_crawler.options import documents_of

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

# Seconds between lines where there is no terminal to draw on.
_LINE_EVERY = 15.0

# Seconds until a letter that has passed the last pipeline is no longer counted as being in one.
_COUNTED_FOR = 0.05


class RunRecord:
    """Closes the run with its checks and its verdict, and counts errors nothing else would."""

    def __init__(self, crawler: Crawler) -> None:
        self._run = current_run.of(crawler)
        crawler.signals.connect(self.spider_closed, signal=signals.spider_closed)
        crawler.signals.connect(self.error, signal=signals.spider_error)
        crawler.signals.connect(self.error, signal=signals.item_error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def error(self) -> None:
        self._run.facts.errors += 1

    def spider_closed(self, reason: str) -> None:
        try:
            self._run.finish(reason)
        except DatabaseError as error:
            # Exit status 1; the next run calls this one killed, and goes on.
            logger.error("the run's verdict can't be recorded: %s", error.orig)


class LastLetter:
    """Lets a run end that began to end while letters from a spider's `start` were in the pipelines.

    Scrapy looks whether the last item is through after each answer to a request of the spider, but
    not after an item of `start`: a run stopped or blocked then would wait for ever.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(self.item_done, signal=signal)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def item_done(self) -> None:
        asyncio.get_running_loop().call_later(_COUNTED_FOR, self._look)

    def _look(self) -> None:
        engine, spider = self._crawler.engine, self._crawler.spider
        slot = engine.scraper.slot if engine is not None else None
        if slot is None or spider is None or slot.closing is None or slot.closing.called:
            return
        if slot.is_idle():
            slot.closing.callback(spider)
        elif not slot.queue and not slot.active:
            self.item_done()


class Progress:
    """Shows what has been found and stored: a live line on a terminal, else one now and then."""

    def __init__(self, crawler: Crawler) -> None:
        self._facts = current_run.of(crawler).facts
        self._outcomes: dict[str, int] = {}
        self._said = time.monotonic()
        self._bar: Bar | None = None
        if crawler.settings.getbool("OMBUDSMAN_PROGRESS") and sys.stderr.isatty():
            self._bar = Bar(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._bar.add_task("asking for the map")
            self._bar.start()
        crawler.signals.connect(self.response_received, signal=signals.response_received)
        crawler.signals.connect(self.item_scraped, signal=signals.item_scraped)
        crawler.signals.connect(self.engine_stopped, signal=signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def response_received(self) -> None:
        self._show()

    def item_scraped(self, item: Any) -> None:
        outcome = getattr(item, "outcome", None)
        if outcome:
            self._outcomes[outcome] = self._outcomes.get(outcome, 0) + 1
        self._show()

    def engine_stopped(self) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _found(self, done: int) -> str:
        facts = self._facts
        if facts.windows_planned:
            return (
                f"{facts.windows_done} of {facts.windows_planned} windows,"
                f" {done} of {facts.discovered} decisions found so far"
            )
        found = f"{done} of {facts.discovered} {documents_of(facts.collections)}"
        return f"{facts.councils} councils, {found}" if facts.asks_map else found

    def _show(self) -> None:
        done = sum(self._outcomes.values())
        line = self._found(done)
        if self._outcomes:
            line += " (" + ", ".join(f"{n} {name}" for name, n in self._outcomes.items()) + ")"
        if self._bar is not None:
            self._bar.update(self._task, description=line)
        elif time.monotonic() - self._said >= _LINE_EVERY:
            self._said = time.monotonic()
            logger.info("%s", line)
