"""The HTTP server of the replica: HTTP/1.1 with keep-alive on an event loop in its own thread."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from aiohttp import web

from ombudsman_crawler.replica.answers import HTML, Answer, Site, http_date
from ombudsman_crawler.replica.faults import BLOCK_PAGE, Fault, Faults
from ombudsman_crawler.replica.pages import plain_page

# Pieces in which a body is sent slowly.
_DRIPS = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """One request that reached the server, and what it was answered."""

    method: str
    path: str
    """Path and query, percent-decoded."""
    raw_path: str
    """Path and query as they were sent."""
    status: int
    """The status sent; 0 when the connection was dropped without one."""
    headers: dict[str, str]
    """The request's headers, names in lower case."""
    body_bytes: int
    """How many bytes of body were sent, as transferred."""
    time: float
    """Seconds since 1970 when the request arrived."""


class Server:
    """Serves one `Site` with its faults; records every request in `hits`."""

    def __init__(self, site: Site, faults: Faults, *, validators: bool) -> None:
        self.site = site
        self.faults = faults
        self.validators = validators
        self.hits: list[Hit] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopping: asyncio.Event | None = None

    def start(self, host: str, port: int) -> int:
        """Serve from a thread of its own; return the port. Raises OSError if it can't listen."""
        if self._thread is not None:
            raise RuntimeError("the replica is running already")
        # Listening begins here, in the caller's thread: errors reach the caller, and the first
        # request waits in the queue instead of being refused.
        listener = socket.create_server((host, port), backlog=512)
        listener.setblocking(False)
        ready = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(listener, ready), name="ombudsman-replica", daemon=True
        )
        self._thread.start()
        ready.wait()
        return int(listener.getsockname()[1])

    def stop(self) -> None:
        """Stop serving and wait for the thread; without effect when it doesn't run."""
        if self._thread is None or self._loop is None or self._stopping is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._thread = self._loop = self._stopping = None

    def _run(self, listener: socket.socket, ready: threading.Event) -> None:
        asyncio.run(self._serve(listener, ready.set))

    async def _serve(self, listener: socket.socket, ready: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=0.5)
        await runner.setup()
        await web.SockSite(runner, listener).start()
        ready()
        await self._stopping.wait()
        await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        arrived = time.time()
        fault = self._fault_for(request)
        if fault and fault.delay:
            await asyncio.sleep(fault.delay)
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = self._answer(request, headers, fault)
        sent = len(answer.body) if answer and request.method == "GET" else 0
        if fault and fault.truncated_body:
            sent //= 2
        self.hits.append(
            Hit(
                method=request.method,
                path=unquote(request.raw_path),
                raw_path=request.raw_path,
                status=answer.status if answer else 0,
                headers=headers,
                body_bytes=sent,
                time=arrived,
            )
        )
        if answer is None:
            return await _drop(request)
        response = self._response(answer)
        if fault and fault.truncated_body and answer.status == 200:
            return await _send_half(request, response, answer.body)
        if fault and fault.claimed is not None and answer.status == 200:
            return await _send_misstated(request, response, answer.body, fault.claimed)
        if fault and fault.drip and answer.status == 200:
            return await _send_slowly(request, response, answer.body, fault.drip)
        if request.method != "HEAD":
            response.content_length = len(answer.body) if answer.status != 304 else None
        return await _send(request, response, answer.body)

    def _fault_for(self, request: web.BaseRequest) -> Fault | None:
        if not self.faults:
            return None
        path = request.raw_path.partition("?")[0]
        fault = self.faults.get(request.raw_path) or self.faults.get(path)
        return fault if fault is not None and fault.take() else None

    def _answer(
        self, request: web.BaseRequest, headers: dict[str, str], fault: Fault | None
    ) -> Answer | None:
        """Return the answer to send, with the fault in it; None to drop the connection."""
        if request.method not in ("GET", "HEAD"):
            return Answer(405, b"", HTML, headers={"Allow": "GET, HEAD"})
        if fault and (instead := _instead(fault)) is not None:
            return instead if not fault.drop else None
        path, _, query = request.raw_path.partition("?")
        if fault and _needs_a_body(fault):
            # What arrives broken has to be a whole answer to begin with, never a 304.
            headers = {k: v for k, v in headers.items() if not k.startswith("if-")}
        answer = self.site.answer(path, query, headers)
        if fault and fault.truncated_pdf:
            answer.body = answer.body[: len(answer.body) // 2]
            answer.etag = answer.modified = None
        if fault and fault.truncated_body:
            answer.etag = answer.modified = None
        if fault and fault.replace is not None:
            media_type = fault.content_type or answer.content_type
            answer = Answer(200, fault.replace, media_type, headers=dict(fault.headers))
        return answer

    def _response(self, answer: Answer) -> web.StreamResponse:
        response = web.StreamResponse(status=answer.status)
        response.headers["Content-Type"] = answer.content_type
        response.headers["X-Ombudsman-Replica"] = f"councils={len(self.site.catalogue.visible())}"
        response.headers.update(answer.headers)
        if self.validators:
            if answer.etag:
                response.headers["ETag"] = answer.etag
            if answer.modified:
                response.headers["Last-Modified"] = http_date(answer.modified)
        return response


def _needs_a_body(fault: Fault) -> bool:
    return (
        fault.truncated_pdf
        or fault.truncated_body
        or fault.drip > 0
        or fault.claimed is not None
        or fault.replace is not None
    )


def _instead(fault: Fault) -> Answer | None:
    """Return what a fault answers without looking at the address; None if it does look."""
    headers = dict(fault.headers)
    if fault.retry_after is not None:
        headers["Retry-After"] = str(fault.retry_after)
    if fault.status is not None:
        body = plain_page(f"Error {fault.status}", "The page can not be shown.").encode()
        return Answer(fault.status, body, HTML, headers=headers)
    if fault.html:
        return Answer(200, BLOCK_PAGE, HTML, headers=headers)
    if fault.empty:
        return Answer(200, b"", "application/pdf", headers=headers)
    if fault.redirect is not None:
        headers["Location"] = fault.redirect
        return Answer(fault.redirect_status, b"", HTML, headers=headers)
    if fault.drop:
        return Answer(0, b"", HTML)
    return None


async def _send(
    request: web.BaseRequest, response: web.StreamResponse, body: bytes
) -> web.StreamResponse:
    await response.prepare(request)
    if request.method == "GET" and body:
        await response.write(body)
    await response.write_eof()
    return response


async def _send_half(
    request: web.BaseRequest, response: web.StreamResponse, body: bytes
) -> web.StreamResponse:
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


async def _send_misstated(
    request: web.BaseRequest, response: web.StreamResponse, body: bytes, claimed: int
) -> web.StreamResponse:
    response.content_length = claimed
    await response.prepare(request)
    # The server library holds to the length: what goes beyond is sent past it.
    await response.write(body[:claimed])
    if request.transport is not None and claimed < len(body):
        request.transport.write(body[claimed:])
    await response.write_eof()
    return response


async def _send_slowly(
    request: web.BaseRequest, response: web.StreamResponse, body: bytes, seconds: float
) -> web.StreamResponse:
    response.content_length = len(body)
    await response.prepare(request)
    size = -(-len(body) // _DRIPS)
    for start in range(0, len(body), size):
        await response.write(body[start : start + size])
        await asyncio.sleep(seconds / _DRIPS)
    await response.write_eof()
    return response


async def _drop(request: web.BaseRequest) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.StreamResponse(status=500)
