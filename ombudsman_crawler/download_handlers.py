"""Where requests leave this process and answers enter it: what is sent and received, as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import ResponseDataLossError

from ombudsman_crawler.archive.warc import Exchange
from ombudsman_crawler.times import now

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Headers, Response

#: Request meta: when the attempt was made.
MOMENT = "ombudsman_moment"
#: Request meta, after the answer: the `archive.warc.Exchange`.
SENT_AND_RECEIVED = "ombudsman_exchange"


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


def _pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in values
    )
