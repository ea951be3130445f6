"""Second step for a decision: read what its page says."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from scrapy.http import HtmlResponse

from ombudsman_crawler import current_run
from ombudsman_crawler.archive.documents import looks_like_pdf
from ombudsman_crawler.exceptions import CorruptDocument
from ombudsman_crawler.items import DecisionItem
from ombudsman_crawler.site import decision_page

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class ReadDecision:
    """Adds what its page says to each decision whose document waits for a reading."""

    def __init__(self, crawler: Crawler) -> None:
        self._run = current_run.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        if not isinstance(item, DecisionItem) or not item.unread or item.document_id is None:
            return item
        if self._run.options.dry_run:
            return item
        path, sha256 = self._run.reader.document(item.document_id)
        try:
            body = await asyncio.to_thread(self._run.documents.read, path, sha256)
        except (FileNotFoundError, CorruptDocument) as error:
            logger.error("%s can't be read: %s", item.url, error)
            item.reason = f"the archived file is lost: {error}"
            return item
        if looks_like_pdf(body):
            item.page = decision_page.DecisionPage()
        else:
            # What the page says it is encoded in tells better than what is kept of its header.
            text = HtmlResponse(item.url, body=body).text
            item.page = decision_page.read(text, item.url)
        if not item.page.recognised:
            logger.warning("%s isn't recognised as a decision", item.url)
        return item
