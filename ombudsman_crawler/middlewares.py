"""What stands between the crawl and the network: one site only, robots.txt, patience, captures."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from ombudsman_crawler import current_run
from ombudsman_crawler.archive.documents import PDF, Stored, looks_like_pdf
from ombudsman_crawler.archive.tombstones import Tombstone
from ombudsman_crawler.archive.warc import Place
from ombudsman_crawler.database.reader import KnownPage
from ombudsman_crawler.download_handlers import MOMENT, SENT_AND_RECEIVED, Erased
from ombudsman_crawler.exceptions import CorruptDocument
from ombudsman_crawler.site import block_page, urls

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

#: Request meta: what is asked for, `page` or the kind of what is listed (`letter`, `report`,
#: `decision`, `table`); only these are asked for conditionally.
ASKED_FOR = "ombudsman_asked_for"
#: Request meta, after the answer: the `database.writer.Recorded` of the attempt.
CAPTURE = "ombudsman_capture"
#: Request meta: asked for whole, since a 304 would be no answer.
UNCONDITIONAL = "ombudsman_unconditional"


class Refused(IgnoreRequest):
    """A request that must not be made: another site, or forbidden by robots.txt."""


class Forbidden(Refused):
    """A request that robots.txt forbids."""


class OneSite:
    """Refuses every request to another host or scheme, redirects and retries included.

    Scrapy's own filter lets pass what a retry has marked `dont_filter`. Of a site over https, an
    address that a page gives with http is asked for over https all the same; a redirect away from
    https is refused.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._run = current_run.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> Request | None:
        if not self._run.may_ask(request.url):
            raise Refused(f"on another site: {request.url}")
        if request.url.startswith("https:"):
            return None
        if request.meta.get("redirect_urls", [""])[-1].startswith("https:"):
            raise Refused(f"redirected away from https: {request.url}")
        if self._run.site.startswith("https:") and urls.same_site(request.url, self._run.site):
            return request.replace(url="https:" + request.url.partition(":")[2])
        return None


class Robots(RobotsTxtMiddleware):
    """robots.txt as RFC 9309 has it: unavailable (4xx) allows everything, unreachable (5xx, no
    answer) nothing, and then the run ends as blocked. Scrapy allows everything in both cases."""

    def process_request_2(self, rp: Any, request: Request) -> None:
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest:
            raise Forbidden("forbidden by robots.txt") from None

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == 429:
            raise ConnectionError(f"robots.txt was answered with status {response.status}")
        if block_page.recognise(response.body) and response.status < 400:
            raise ConnectionError("a block page came instead of robots.txt")
        if response.status >= 400:
            response = response.replace(body=b"")
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        waiting: Any = self._parsers[netloc]
        nothing = _NothingAllowed()
        self._parsers[netloc] = nothing  # type: ignore[assignment]
        waiting.callback(nothing)
        run = current_run.of(self.crawler)
        because = f"robots.txt of {netloc} can't be had, so nothing may be asked for: {exc}"
        run.end("blocked", because)


class _NothingAllowed:
    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:  # noqa: ARG002
        return False


class PatientRetry(RetryMiddleware):
    """Scrapy's retries, with time between them: as long as Retry-After says, else doubling."""

    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        self._first_wait = settings.getfloat("OMBUDSMAN_RETRY_SECONDS")
        self._cap = settings.getfloat("OMBUDSMAN_RETRY_AFTER_CAP")

    async def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        result = super().process_response(request, response)
        if result is not response:
            header = response.headers.get("Retry-After", b"")
            await self._wait(request, retry_after(bytes(header or b"").decode("latin-1")))
        return result

    async def process_exception(  # type: ignore[override]
        self, request: Request, exception: Exception
    ) -> Request | Response | None:
        result = super().process_exception(request, exception)
        if result is not None:
            await self._wait(request, None)
        return result

    async def _wait(self, request: Request, asked: float | None) -> None:
        run = current_run.of(self.crawler)
        doubled = self._first_wait * 2 ** request.meta.get("retry_times", 0)
        seconds = min(doubled if asked is None else asked, self._cap)
        # In short steps: a stop shouldn't have to wait for a patient retry.
        while seconds > 0 and not run.stopping:
            step = min(seconds, 0.5)
            await asyncio.sleep(step)
            seconds -= step
        if run.stopping:
            raise IgnoreRequest("the run was stopped before a retry")


def retry_after(value: str) -> float | None:
    """Return the seconds a Retry-After header asks for (RFC 9110, 10.2.3: seconds or a date),
    None where it says nothing usable."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return max(0.0, (moment - datetime.now(UTC)).total_seconds())
    except (ValueError, OverflowError):  # no date, or one that no calendar has
        return None


class Attempts:
    """Records attempts: first what went over the wire, as WARC, then the row that points to it."""

    def __init__(self, run: current_run.CurrentRun) -> None:
        self._run = run

    async def record(
        self,
        request: Request,
        *,
        url: str,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        error: str | None = None,
        stored: Stored | None = None,
        document_id: int | None = None,
        unchanged: Place | None = None,
        erased: Tombstone | None = None,
    ) -> None:
        """Record one attempt and note it in the request's meta. `unchanged` is where the answer
        lies that a 304 confirms. An attempt without an answer has no WARC record; of one that
        brought what was `erased` the WARC says so instead of having the answer."""
        earlier = unchanged
        if stored is not None and earlier is None:
            earlier = self._run.reader.first_exchange(stored.sha256)
        place = await self._keep(request, earlier, erased)
        request.meta[CAPTURE] = self._run.writer.record_capture(
            self._run.run_id,
            address=urls.address(request.url, self._run.site),
            url=url,
            time=request.meta.pop(MOMENT, None),
            status=status,
            headers=headers,
            error=error,
            stored=stored,
            document_id=document_id,
            place=place,
        )

    async def _keep(
        self, request: Request, earlier: Place | None, erased: Tombstone | None
    ) -> Place | None:
        exchange = request.meta.pop(SENT_AND_RECEIVED, None)
        if exchange is None or self._run.recording is None:
            return None
        try:
            return await asyncio.wrap_future(self._run.recording.append(exchange, earlier, erased))
        except OSError as error:
            self._run.end("disk", f"nothing can be archived: {error}")
            raise IgnoreRequest(f"nothing can be archived: {error}") from error


class Decompression(HttpCompressionMiddleware):
    """Scrapy's decompression; a body that can't be undone, or grows beyond the bound, is an
    attempt that failed, and recorded as one."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler=crawler)
        self._attempts = Attempts(current_run.of(crawler))

    async def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        status, headers = response.status, _headers(response)
        try:
            return super().process_response(request, response)
        # Decoders raise whatever they like at a body that isn't what its header says.
        except Exception as error:
            because = f"the body can't be decompressed: {error}"
            await self._attempts.record(
                request, url=response.url, status=status, headers=headers, error=because
            )
            raise IgnoreRequest(because) from error


class Captures:
    """Records every attempt and archives every body worth keeping, before anything is made of it.

    A page or letter that is known is asked for conditionally. A page's 304 is answered from its
    stored body, so that the spider runs the same; a letter's 304 goes on as it is.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._run = current_run.of(crawler)
        self._attempts = Attempts(self._run)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        # A redirected request carries the headers of the one before it.
        request.headers.pop("If-None-Match", None)
        request.headers.pop("If-Modified-Since", None)
        if (
            request.meta.get(ASKED_FOR) is None
            or request.meta.get(UNCONDITIONAL)
            or self._run.options.dry_run
        ):
            return
        known = self._known_page(request)
        # What came broken may have been cut off on its way, under the validators of the whole: to
        # ask with those would be answered "not modified" for ever.
        if known is None or self._run.reader.broken(known.document_id):
            return
        erased = known.sha256 in self._run.erased
        if erased and request.meta[ASKED_FOR] == "page":
            # There is nothing that a 304 could be answered from.
            return
        if known.place is None and self._run.recording is not None and not erased:
            # No WARC holds it yet, and a WARC of nothing but "not modified" can't be replayed.
            return
        if etag := known.headers.get("Etag"):
            # Byte for byte as it came: Scrapy would write text as UTF-8.
            request.headers["If-None-Match"] = etag.encode("latin-1")
        if last_modified := known.headers.get("Last-Modified"):
            request.headers["If-Modified-Since"] = last_modified

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status == 304:
            return await self._not_modified(request, response)
        if self._run.erased:
            erased = self._run.erased.get(hashlib.sha256(response.body).hexdigest())
            if erased is not None:
                return await self._refuse(request, response, erased)
        stored = None
        # Scrapy asks for robots.txt itself; what it said is part of the record.
        robots = urlsplit(request.url).path == "/robots.txt"
        media_type = worth_keeping("page" if robots else request.meta.get(ASKED_FOR), response)
        if media_type is not None and not self._run.options.dry_run:
            try:
                # fsync can take as long as a disk likes: not in the reactor's thread.
                stored = await asyncio.to_thread(self._run.documents.put, response.body, media_type)
            except OSError as error:
                # Not this address's fault, and no other would fare better.
                self._run.end("disk", f"nothing can be archived: {error}")
                raise IgnoreRequest(f"nothing can be archived: {error}") from error
        await self._attempts.record(
            request,
            url=response.url,
            status=response.status,
            headers=_headers(response),
            stored=stored,
        )
        return response

    async def process_exception(self, request: Request, exception: Exception) -> None:
        if isinstance(exception, IgnoreRequest):
            return
        # What came of a body that was cut off on its way may be of one that was erased.
        known = self._known_page(request) if self._run.erased else None
        erased = self._run.erased.get(known.sha256) if known is not None else None
        await self._attempts.record(request, url=request.url, error=_name(exception), erased=erased)

    async def _refuse(self, request: Request, response: Response, erased: Tombstone) -> Response:
        """Record that what was erased came again, or is still there, without keeping it. A page is
        read all the same."""
        listed = request.meta.get(ASKED_FOR, "page") != "page"
        await self._attempts.record(
            request,
            url=response.url,
            status=response.status,
            headers=_headers(response),
            error=f"not archived: {erased}",
            document_id=self._run.reader.number_of(erased.sha256) if listed else None,
            erased=erased,
        )
        if listed:
            raise Erased(str(erased), request.meta[CAPTURE].capture_id)
        return response

    async def _not_modified(self, request: Request, response: Response) -> Request | Response:
        known = self._known_page(request)
        headers = _headers(response)
        if known is None:
            logger.warning("%s answered 304 though it wasn't asked conditionally", request.url)
            await self._attempts.record(request, url=response.url, status=304, headers=headers)
            return response
        erased = self._run.erased.get(known.sha256)
        if erased is not None and request.meta.get(ASKED_FOR) != "page":
            return await self._refuse(request, response, erased)
        try:
            body = await asyncio.to_thread(self._run.documents.read, known.path, known.sha256)
        except (FileNotFoundError, CorruptDocument) as error:
            # What the server says is unchanged is lost here: ask for it whole.
            logger.error("%s; asked for again", error)
            await self._attempts.record(request, url=response.url, status=304, headers=headers)
            return request.replace(meta={**request.meta, UNCONDITIONAL: True}, dont_filter=True)
        await self._attempts.record(
            request,
            url=response.url,
            status=304,
            headers=headers,
            document_id=known.document_id,
            unchanged=known.place,
        )
        if request.meta.get(ASKED_FOR) != "page":
            return response
        return _from_store(request, known.headers, known.media_type, body)

    def _known_page(self, request: Request) -> KnownPage | None:
        return self._run.reader.known_page(urls.address(request.url, self._run.site))


def worth_keeping(asked_for: str | None, response: Response) -> str | None:
    """Return the media type under which a body is archived, or None where it isn't.

    A letter's body is kept when it is a PDF, whatever the header says; an error page at a letter's
    address is not a letter, nor is a page or a PDF a table. A page's body is kept as it comes, a
    block page's isn't: it would be taken for the page when the site answers 304.
    """
    if response.status != 200 or asked_for is None:
        return None
    if looks_like_pdf(response.body):
        return PDF if asked_for != "table" else None
    if asked_for == "letter" or not response.body or block_page.recognise(response.body):
        return None
    if asked_for == "table" and response.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return None
    header = bytes(response.headers.get("Content-Type", b"") or b"").decode("latin-1")
    return header.partition(";")[0].strip().lower() or "application/octet-stream"


def _name(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")


def _headers(response: Response) -> dict[str, str]:
    return {
        name.decode("latin-1"): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
    }


def _from_store(
    request: Request, headers: Mapping[str, str], media_type: str, body: bytes
) -> Response:
    kept = Headers({"Content-Type": media_type, **headers})
    response_class = responsetypes.from_args(headers=kept, url=request.url, body=body)
    return response_class(
        request.url, status=200, headers=kept, body=body, request=request, flags=["not-modified"]
    )
