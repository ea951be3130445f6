"""What all spiders that ask for pages need: is it the right site, what came, and what did not."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from scrapy.http import TextResponse
from scrapy.spidermiddlewares.httperror import HttpError

from ombudsman_crawler import current_run

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

#: Announces a replica, and how many councils it has: `councils=12`.
REPLICA_HEADER = "X-Ombudsman-Replica"

#: Bytes; the largest page known has a tenth of it.
LARGEST_PAGE = 8 * 2**20

# Seconds between looks at whether all pages have been read.
_LOOK_EVERY = 0.2


async def until_pages_are_read(crawler: Crawler) -> None:
    """Wait until no page is under way and none is waiting to be asked for."""
    engine = crawler.engine
    assert engine is not None
    while True:
        scraper = engine.scraper.slot
        if (
            not (engine.scheduler and engine.scheduler.has_pending_requests())
            and not engine.downloader.active
            and (scraper is None or scraper.is_idle())
        ):
            return
        await asyncio.sleep(_LOOK_EVERY)


def wrong_site(run: current_run.CurrentRun, response: Response) -> str | None:
    """Say what is wrong when a replica and the live site are taken for one another."""
    announced = bytes(response.headers.get(REPLICA_HEADER, b"") or b"").decode("latin-1")
    if run.site_name == current_run.REPLICA and not announced:
        return (
            f"{run.site} is on this machine but doesn't announce itself as a replica; "
            "start one with `ombudsman replica`"
        )
    if run.site_name != current_run.REPLICA and announced:
        return f"{run.site} is a replica; its letters don't belong in this storage"
    councils = re.search(r"councils=(\d+)", announced)
    if councils:
        run.facts.min_councils = int(councils[1])
    return None


def text_of(response: Response) -> str:
    """Return a page's text; scripts and data files come without a text type now and then."""
    if isinstance(response, TextResponse):
        return response.text
    return response.body.decode("utf-8", errors="replace")


def status_of(failure: Failure) -> int | None:
    """Return the status a page was answered with that didn't come, None without an answer."""
    error = failure.value
    return error.response.status if isinstance(error, HttpError) else None


def why(failure: Failure) -> str:
    """Say why a page didn't come."""
    status = status_of(failure)
    if status is not None:
        return f"status {status}"
    return f"{type(failure.value).__name__}: {failure.value}"
