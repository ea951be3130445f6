"""Last step for a decision: one transaction for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ombudsman_crawler import current_run
from ombudsman_crawler.items import DecisionItem

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler


class StoreDecision:
    """Writes each decision through `database.writer`, and lets go of what was only carried."""

    def __init__(self, crawler: Crawler) -> None:
        self._run = current_run.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        if isinstance(item, DecisionItem):
            run = self._run
            run.writer.store_decision(run.run_id, item, run.reader.newest_year())
            item.row = item.page = None
        return item
