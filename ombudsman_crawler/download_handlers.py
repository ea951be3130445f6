"""Where requests leave this process and answers enter it: what is sent and received, as it is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import IgnoreRequest, ResponseDataLossError
from scrapy.http import Headers
from scrapy.responsetypes import responsetypes

from ombudsman_crawler import current_run
from ombudsman_crawler.archive.warc import Exchange
from ombudsman_crawler.exceptions import BrokenWarc, ErasedAnswer
from ombudsman_crawler.times import now

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

#: Request meta: when the attempt was made.
MOMENT = "ombudsman_moment"
#: Request meta, after the answer: the `archive.warc.Exchange`.
SENT_AND_RECEIVED = "ombudsman_exchange"


class NotArchived(IgnoreRequest):
    """An address that the archive which is replayed doesn't hold. Nothing was asked of anybody."""


class Erased(IgnoreRequest):
    """What came, or would come, was erased once: it isn't archived again. `capture_id` is the
    attempt's, None where nothing was asked of anybody."""

    def __init__(self, because: str, capture_id: int | None = None) -> None:
        super().__init__(because)
        self.capture_id = capture_id


class OverTheWire(HTTP11DownloadHandler):
    """Scrapy's handler, which notes each exchange in the request's meta before any middleware
    changes it. A body that ends too early fails the attempt; what came of it is noted first."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._fail_on_dataloss = False

    async def download_request(self, request: Request) -> Response:
        moment = request.meta[MOMENT] = now()
        request.meta.pop(SENT_AND_RECEIVED, None)
        response = await super().download_request(request)
        short = "dataloss" in response.flags
        request.meta[SENT_AND_RECEIVED] = Exchange(
            url=response.url,
            moment=moment,
            method=request.method,
            # The client adds Host itself.
            request_headers=(("Host", urlsplit(request.url).netloc), *_pairs(request.headers)),
            status=response.status,
            headers=_pairs(response.headers),
            body=response.body,
            ip_address=str(response.ip_address) if response.ip_address else None,
            truncated="disconnect" if short else None,
        )
        if short:
            raise ResponseDataLossError(f"the body ended after {len(response.body)} bytes")
        return response


class FromTheArchive(BaseDownloadHandler):
    """Answers from archived traffic, and knows no network."""

    async def download_request(self, request: Request) -> Response:
        replay = current_run.of(self.crawler).options.replay
        assert replay is not None
        asked_conditionally = (
            "If-None-Match" in request.headers or "If-Modified-Since" in request.headers
        )
        try:
            found = await asyncio.to_thread(replay.answer, request.url, asked_conditionally)
        except ErasedAnswer as error:
            raise Erased(str(error)) from error
        except (BrokenWarc, OSError) as error:
            raise NotArchived(f"the archive can't be read: {error}") from error
        if found is None:
            raise NotArchived("not in the archive that is replayed")
        request.meta[MOMENT] = found.moment
        if found.truncated:
            raise ResponseDataLossError(f"the body ended after {len(found.answer.body)} bytes")
        headers = Headers()
        for name, value in found.answer.headers:
            headers.appendlist(name, value)
        response_class = responsetypes.from_args(
            headers=headers, url=request.url, body=found.answer.body
        )
        return response_class(
            request.url, status=found.answer.status, headers=headers, body=found.answer.body
        )


def _pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in values
    )
