"""The plugin of Datasette: the pages for people, their addresses, the headers of every answer."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jinja2
from datasette.utils.asgi import Response
from pluggy import HookimplMarker

from ombudsman_crawler.explore import answers, formats
from ombudsman_crawler.explore.answers import Bytes, Moved, NotFound, Page
from ombudsman_crawler.explore.pages import ADDRESSES
from ombudsman_crawler.explore.pages.asked import Asked
from ombudsman_crawler.explore.shown import Shown

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"

logger = logging.getLogger(__name__)
hookimpl = HookimplMarker("datasette")

_THREADS = 16
# Bytes; no value or row that is stored comes near it.
_LONGEST_VALUE = 2_000_000
# Datasette's way with arguments takes a time that grows with the square of their number.
_MOST_ARGUMENTS = 100

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Explorer:
    """The pages over one `Shown`. Datasette asks every plugin for every instance of it: `datasette`
    is the one these pages are for."""

    def __init__(self, shown: Shown, hosts: frozenset[str] | None = None) -> None:
        # Datasette looks plugins up by this.
        self.__name__ = "ombudsman_crawler"
        self.shown = shown
        self.hosts = hosts
        self.datasette: Any = None
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="pages")
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.dress(self._templates)

    @hookimpl
    def register_routes(self, datasette: Any) -> list[tuple[str, Any]]:
        """Say which address is whose; these come before Datasette's own."""
        if datasette is not self.datasette:
            return []
        return [(pattern, self._view(page)) for pattern, page in ADDRESSES]

    @hookimpl
    def prepare_connection(self, conn: sqlite3.Connection) -> None:
        """Bound what one value of a query can be: the time limit doesn't reach into a function that
        makes gigabytes."""
        conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)

    @hookimpl
    def prepare_jinja2_environment(self, env: Any, datasette: Any) -> None:
        """Put the frame of the other pages around Datasette's own."""
        if datasette is self.datasette:
            self.dress(env)

    def dress(self, environment: jinja2.Environment) -> None:
        """Give templates what the frame of every page needs."""
        environment.filters.update(formats.FILTERS)
        environment.globals["shown"] = self.shown

    @hookimpl
    def handle_exception(self, request: Any, exception: Exception) -> Response:
        """Answer what went wrong with a sentence, in the place of Datasette's own way: see
        `server`."""
        status = getattr(exception, "status", None) or 500
        what = str(getattr(exception, "message", None) or exception)
        if status >= 500:
            logger.error("%s can't be shown", request.path, exc_info=exception)
            what = "Something went wrong here; the log says what."
        if request.path.endswith(".json"):
            return Response.json({"ok": False, "error": what, "status": status}, status=status)
        heading = "Not found" if status == 404 else "That can't be shown"
        body = self._templates.get_template("not_found.html").render(what=what, title=heading)
        return Response.html(body, status=status)

    @hookimpl
    def asgi_wrapper(self, datasette: Any) -> Callable[[Any], Any]:
        """Add the headers to every answer."""

        def wrap(application: Any) -> Any:
            if datasette is not self.datasette:
                return application

            async def guarded(scope: dict[str, Any], receive: Any, send: Send) -> None:
                async def with_headers(message: dict[str, Any]) -> None:
                    if message["type"] == "http.response.start":
                        own = list(message.get("headers", ()))
                        there = {name.lower() for name, _ in own}
                        added = [
                            (name, value)
                            for name, value in answers.headers(scope["path"])
                            if name not in there
                        ]
                        message = {**message, "headers": [*own, *added]}
                    await send(message)

                if scope["type"] == "http" and (refused := self._refused(scope)):
                    await refused.asgi_send(with_headers)
                    return
                if self.shown.is_swept:
                    await asyncio.to_thread(self.shown.renew)
                else:
                    self.shown.look()
                await application(scope, receive, with_headers)

            return guarded

        return wrap

    def _refused(self, scope: dict[str, Any]) -> Response | None:
        """Return the answer to a request that no page is for, None to any other."""
        if scope["method"] not in ("GET", "HEAD"):
            return Response.text("Nothing can be changed here.", 405, {"allow": "GET, HEAD"})
        named = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        try:
            is_own = self.hosts is None or urlsplit(f"//{named}").hostname in self.hosts
        except ValueError:
            is_own = False
        if not is_own:
            return Response.text("This address isn't one of this machine's.", 400)
        if scope.get("query_string", b"").count(b"&") >= _MOST_ARGUMENTS:
            return Response.text("More is asked for than a page here takes.", 400)
        return None

    def _view(self, page: Callable[[Asked], Page | Moved | Bytes]) -> Any:
        async def view(request: Any) -> Response:
            # Datasette takes the whole question apart each time `args` is asked for.
            arguments = request.args
            asked = Asked(
                analysts=self.shown.analysts,
                images=self.shown.images,
                parts={name: unquote(part) for name, part in request.url_vars.items() if part},
                arguments={name: arguments[name] for name in arguments},
            )
            # A thread of our own: those that wait for a picture leave some to the other pages.
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._answer, page, asked)

        return view

    def _answer(self, page: Callable[[Asked], Page | Moved | Bytes], asked: Asked) -> Response:
        try:
            answer = page(asked)
        except NotFound as missing:
            answer = Page("not_found.html", {"what": str(missing), "title": "Not found"}, 404)
        if isinstance(answer, Moved):
            return Response.redirect(answer.address)
        if isinstance(answer, Bytes):
            return Response(answer.body, answer.status, dict(answer.headers), answer.media_type)
        body = self._templates.get_template(answer.template).render(answer.context)
        return Response.html(body, status=answer.status)
