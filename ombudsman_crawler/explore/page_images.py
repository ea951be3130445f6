"""Pages of archived documents as pictures, drawn in a process that a hostile document may end."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, TypeVar

from pebble import ProcessExpired

from ombudsman_crawler.exceptions import OmbudsmanError
from ombudsman_crawler.reading_workers import ReadingWorkers

logger = logging.getLogger(__name__)
T = TypeVar("T")

#: The widths in pixels that a page can be had in.
WIDTHS = (600, 900, 1200)
_SECONDS = 15.0
_MEMORY_MIB = 1500
_KEPT = 400  # pictures; one of a letter's pages has some 80 kB
_SHA256 = re.compile(r"[0-9a-f]{64}")

_ENDED = (
    OmbudsmanError, IndexError, TimeoutError, MemoryError, OSError, ProcessExpired,
    BrokenProcessPool,
)  # fmt: skip


# Whoever asks for what is to be drawn holds a thread until it is: no more wait at a time. What
# couldn't be drawn isn't tried again for so many seconds.
_WAITING = 8
_FAILED_SECONDS = 300.0


class NotDrawn(OmbudsmanError):
    """A page can't be shown; the sentence says why."""


class PageImages:
    """The pages of a storage's documents; drawn when they are asked for, the last ones kept."""

    def __init__(self, storage: Path) -> None:
        self._storage = storage.resolve()
        self._workers = ReadingWorkers(1, _SECONDS, _MEMORY_MIB)
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._failed: OrderedDict[Hashable, tuple[float, str]] = OrderedDict()
        self._asked: dict[Hashable, Future[Any]] = {}
        self._waiting = 0
        self._keeping = threading.Lock()
        # One at a time, and always by the same thread: the worker's life is bound to the thread
        # that started it.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="page-images")

    def close(self) -> None:
        """End the worker."""
        self._thread.shutdown(cancel_futures=True)
        self._workers.close()

    def forget(self) -> None:
        """Forget what was drawn: some of it may be gone for good."""
        with self._keeping:
            self._kept.clear()
            self._failed.clear()

    def path(self, sha256: str, within: str) -> Path | None:
        """Return a document's file, None where it isn't there (or the path leads elsewhere)."""
        path = (self._storage / within).resolve()
        inside = path.is_relative_to(self._storage) and _SHA256.fullmatch(sha256)
        return path if inside and path.is_file() else None

    def sizes(self, sha256: str, within: str) -> list[tuple[float, float]]:
        """Return width and height in points of each page. Raises NotDrawn."""
        return self._told(
            (sha256,), sha256, within, lambda path: self._workers.submit_sizes(path, sha256)
        )

    def png(self, sha256: str, within: str, page: int, width: int) -> bytes:
        """Return a page, from 1, as a PNG of one of WIDTHS. Raises NotDrawn."""
        return self._told(
            (sha256, page, width),
            sha256,
            within,
            lambda path: self._workers.submit_image(path, sha256, page, width),
        )

    def _told(self, key: Hashable, sha256: str, within: str, ask: Callable[[Path], Future[T]]) -> T:
        if self.path(sha256, within) is None:
            raise NotDrawn("The document isn't here.")
        with self._keeping:
            if key in self._kept:
                # Nobody waits for what others have drawn, whatever is being drawn now.
                self._kept.move_to_end(key)
                kept: T = self._kept[key]
                return kept
            if why := self._why_not(key):
                raise NotDrawn(why)
            if self._waiting >= _WAITING:
                raise NotDrawn("Too many pages are being drawn: try again in a moment.")
            if key not in self._asked:
                self._asked[key] = self._thread.submit(self._drawn, key, sha256, within, ask)
            drawn: Future[T] = self._asked[key]
            self._waiting += 1
        try:
            return drawn.result()
        finally:
            with self._keeping:
                self._waiting -= 1
                self._asked.pop(key, None)

    def why_not(self, sha256: str, page: int, width: int) -> str | None:
        """Return why a page couldn't be drawn lately, None where nobody tried or it was."""
        with self._keeping:
            return self._why_not((sha256, page, width))

    def _why_not(self, key: Hashable) -> str | None:
        at, why = self._failed.get(key, (-_FAILED_SECONDS, ""))
        return why if time.monotonic() - at < _FAILED_SECONDS else None

    def _drawn(
        self, key: Hashable, sha256: str, within: str, ask: Callable[[Path], Future[T]]
    ) -> T:
        path = self.path(sha256, within)
        if path is None:
            raise NotDrawn("The document isn't here.")
        try:
            found = ask(path).result()
        except _ENDED as error:
            code, said = self._workers.failure(error)
            said = str(error) if isinstance(error, OmbudsmanError | IndexError) else said
            logger.warning("%s can't be shown (%s): %s", within, code, said)
            why = f"The page can't be shown: {said}."
            with self._keeping:
                self._failed[key] = (time.monotonic(), why)
                if len(self._failed) > _KEPT:
                    self._failed.popitem(last=False)
            raise NotDrawn(why) from error
        with self._keeping:
            self._kept[key] = found
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found
