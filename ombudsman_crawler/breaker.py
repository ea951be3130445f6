"""The end of asking where a site says no: a middleware that counts refusals in a row."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scrapy.exceptions import IgnoreRequest

from ombudsman_crawler import current_run
from ombudsman_crawler.middlewares import ASKED_FOR
from ombudsman_crawler.site import block_page

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

# Forbidden, and asked too often.
_REFUSING = (403, 429)


class BlockPage(IgnoreRequest):
    """What came at a page's address is a guard's page."""


class Breaker:
    """Ends the run as blocked after so many refusals in a row: status 403 or 429, or a block page.

    Pages and letters are counted apart, since a guard may let the ones pass and not the others, and
    they are asked for by turns. Retries count too. An answer that is no refusal starts the count
    anew, a server's own trouble (5xx) neither counts nor starts it anew. A block page is no page
    of the site; at a letter's address it goes on, to be rejected there.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._run = current_run.of(crawler)
        self._most = crawler.settings.getint("OMBUDSMAN_REFUSALS_IN_A_ROW")
        self._in_a_row: Counter[str | None] = Counter()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        kind = request.meta.get(ASKED_FOR)
        blocked = block_page.recognise(response.body)
        if blocked or response.status in _REFUSING:
            self._in_a_row[kind] += 1
            if self._in_a_row[kind] >= self._most:
                last = "a block page" if blocked else f"status {response.status}"
                self._run.end(
                    "blocked",
                    f"{self._most} answers in a row were refusals, the last of them {last}"
                    f" at {request.url}; nothing more was asked for",
                )
        elif response.status < 500:
            self._in_a_row[kind] = 0
        if blocked and response.status == 200 and kind == "page":
            raise BlockPage("a block page came instead")
        return response
