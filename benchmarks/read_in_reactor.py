"""What reading costs a crawl when no worker process takes it off the event loop's hands."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any

from ombudsman_crawler import current_run
from ombudsman_crawler.items import LetterItem
from ombudsman_crawler.letters import packed_words, read
from ombudsman_crawler.letters.letter import Expectation

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler


class ReadInReactor:
    """Stands in for `pipelines.read.ReadLetter` and does a worker's work in the reactor's thread.

    For the benchmark's well-behaved letters only: nothing bounds a reading's time or memory.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._run = current_run.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        if not isinstance(item, LetterItem) or not item.unread or item.document_id is None:
            return item
        started = time.perf_counter()
        path, sha256 = self._run.reader.document(item.document_id)
        body = (self._run.storage / path).read_bytes()
        assert hashlib.sha256(body).hexdigest() == sha256
        item.reading = read.read_document(body, Expectation(item.authority, item.listed_year))
        item.packed_words = packed_words.pack(item.reading.pages)
        item.reading_ms = round((time.perf_counter() - started) * 1000)
        return item
