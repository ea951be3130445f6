"""The yardstick: the same letters with a textbook spider and Scrapy's own `FilesPipeline`.

Frozen: ratios of different days can only be compared while this file stays as it is. Everything is
Scrapy's default but for what `custom_settings` says. The log level is INFO, as ours is: by default
Scrapy would print every item, which nobody would do in earnest.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar

import scrapy
from scrapy.http import TextResponse


class StockSpider(scrapy.Spider):
    """Map → council page → list of letters → one item a letter."""

    name = "stock"
    custom_settings: ClassVar[dict[str, Any]] = {
        "ITEM_PIPELINES": {"scrapy.pipelines.files.FilesPipeline": 1},
        "ROBOTSTXT_OBEY": True,
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS": 8,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
        "LOG_LEVEL": "INFO",
        # Neither opens a port that takes commands.
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
    }

    def __init__(self, site: str, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.site = site

    async def start(self) -> AsyncIterator[scrapy.Request]:
        yield scrapy.Request(f"{self.site}/your-councils-performance", self.parse)

    def parse(self, response: TextResponse) -> Iterator[scrapy.Request]:
        """The map: each council."""
        yield from response.follow_all(css="li a[href*='/statistics']", callback=self.parse_council)

    def parse_council(self, response: TextResponse) -> Iterator[scrapy.Request]:
        """A council: its list of letters, and the councils it took the place of."""
        yield from response.follow_all(css="a[href*='/annualletters/']", callback=self.parse_list)
        yield from response.follow_all(css="p a[href$='/statistics']", callback=self.parse_council)

    def parse_list(self, response: TextResponse) -> Iterator[dict[str, Any]]:
        """A list: its letters."""
        council = response.css("h1::text").get("").removeprefix("Annual letters - ")
        for link in response.css("a[href*='/documents/councilperformance/']"):
            yield {
                "council": council,
                "label": link.css("::text").get(),
                "file_urls": [response.urljoin(link.attrib["href"])],
            }
