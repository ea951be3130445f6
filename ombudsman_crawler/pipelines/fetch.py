"""First step: decide whether to ask for what the site lists, ask, and say what came of it."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any

from itemadapter import ItemAdapter
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK

from ombudsman_crawler import current_run
from ombudsman_crawler.archive.documents import PDF, looks_like_pdf
from ombudsman_crawler.database.refetch import LinkState, is_due
from ombudsman_crawler.download_handlers import Erased
from ombudsman_crawler.items import LetterItem, ListedItem, Outcome
from ombudsman_crawler.middlewares import ASKED_FOR, CAPTURE, Refused

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response


# What each kind of thing is expected to be.
_WANTED = {
    "letter": "PDF",
    "report": "report",
    "decision": "page",
    "table": "table",
}


class FetchListed:
    """Gives each letter, and whatever else the site lists, its outcome and, where a document came
    or was known, the document.

    The body itself is archived and its capture recorded by `middlewares.Captures`, before this
    step sees the answer.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._run = current_run.of(crawler)
        self._options = self._run.options
        # Downloads wait here and not in the downloader, where a stop wouldn't reach them.
        self._places = asyncio.Semaphore(
            crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN") or 1
        )
        self._asked = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        if not isinstance(item, ListedItem):
            return item
        listed = ItemAdapter(item)
        state = self._run.writer.saw_link(item)
        listed["link_id"] = state.link_id
        listed["previous_document_id"] = state.document_id
        if isinstance(item, LetterItem) and item.file is not None:
            await self._take_in(listed)
        elif not self._turn_away(listed, state):
            async with self._places:
                await self._ask(listed, item.kind)
        # What a killed run left unread is read now, whether or not it was asked for.
        if listed["document_id"] is None and listed["outcome"] == Outcome.NOT_DUE:
            listed["document_id"] = state.document_id
        document_id = listed["document_id"]
        listed["unread"] = document_id is not None and self._run.reader.unread(
            item.kind, document_id
        )
        return item

    def _turn_away(self, listed: ItemAdapter, state: LinkState) -> bool:
        """Give the outcome of what isn't asked for."""
        wanted = self._options.years
        year = listed["listed_year"]
        if wanted is not None and year is not None and year not in wanted:
            _settle(listed, Outcome.OUT_OF_WINDOW, f"{year} is outside {wanted}")
        elif not self._run.may_ask(listed["url"]):
            _settle(listed, Outcome.REFUSED, "on another site")
        elif not self._is_due(listed["url"], state):
            _settle(listed, Outcome.NOT_DUE, None)
        elif self._run.options.dry_run:
            _settle(listed, Outcome.NOT_ATTEMPTED, "would be asked for")
        else:
            return False
        return True

    def _is_due(self, url: str, state: LinkState) -> bool:
        replay = self._options.replay
        if replay is not None:
            # What the archived run asked for; and what would otherwise be missing in silence.
            return state.document_id is None or replay.holds(url)
        newest = self._run.reader.newest_year(state.kind)
        return is_due(state, self._options.refetch, newest, self._run.clock())

    async def _take_in(self, listed: ItemAdapter) -> None:
        """Archive a file that is at hand, as if its source had served it."""
        try:
            body = await asyncio.to_thread(listed["file"].read_bytes)
        except OSError as error:
            _settle(listed, Outcome.FAILED, f"{listed['file']} can't be read: {error.strerror}")
            return
        if not looks_like_pdf(body):
            _settle(listed, Outcome.REJECTED, f"{listed['file']} is no PDF")
            return
        erased = self._run.erased.get(hashlib.sha256(body).hexdigest())
        if erased is not None:
            _settle(listed, Outcome.REFUSED, str(erased))
            return
        try:
            stored = await asyncio.to_thread(self._run.documents.put, body, PDF)
        except OSError as error:
            self._run.end("disk", f"nothing can be archived: {error}")
            _settle(listed, Outcome.FAILED, f"nothing can be archived: {error}")
            return
        recorded = self._run.writer.record_capture(
            self._run.run_id, address=listed["address"], url=listed["url"], status=None,
            stored=stored,
        )  # fmt: skip
        self._came(listed, recorded.capture_id, recorded.document_id)

    async def _ask(self, listed: ItemAdapter, kind: str) -> None:
        limit = self._options.limit
        if limit is not None and self._asked >= limit:
            self._run.enough = True
            _settle(listed, Outcome.NOT_ATTEMPTED, f"the limit of {limit} was reached")
            return
        if self._run.stopping:
            _settle(listed, Outcome.NOT_ATTEMPTED, "the run was stopped")
            return
        self._asked += 1
        request = Request(listed["url"], callback=NO_CALLBACK, meta={ASKED_FOR: kind})
        engine = self._crawler.engine
        assert engine is not None
        try:
            response = await engine.download_async(request)
        except Refused as refusal:
            _settle(listed, Outcome.REFUSED, str(refusal))
        except Erased as erased:
            listed["capture_id"] = erased.capture_id
            _settle(listed, Outcome.REFUSED, str(erased))
        except IgnoreRequest as reason:
            _settle(
                listed, Outcome.NOT_ATTEMPTED if self._run.stopping else Outcome.FAILED, str(reason)
            )
        # The downloader raises whatever a connection can end in; each is an outcome, not a fault
        # of ours, and its capture holds the name.
        except Exception as error:  # noqa: BLE001
            _settle(listed, Outcome.FAILED, f"{type(error).__name__}: {error}".rstrip(": "))
        else:
            self._judge(listed, response, kind)

    def _judge(self, listed: ItemAdapter, response: Response, kind: str) -> None:
        """Say what an answer means."""
        capture = response.meta.get(CAPTURE)
        document_id = capture.document_id if capture else None
        listed["capture_id"] = capture.capture_id if capture else None
        if document_id is not None:
            listed["etag"] = _header(response, "ETag")
            listed["last_modified"] = _header(response, "Last-Modified")
            self._came(listed, listed["capture_id"], document_id)
        elif response.status == 200:
            _settle(listed, Outcome.REJECTED, _what_came(response, kind))
        elif response.status in (404, 410) and (
            # Lists of decisions go on naming those that were removed, archived before or not.
            listed["previous_document_id"] is not None or kind == "decision"
        ):
            _settle(listed, Outcome.GONE, f"answered with status {response.status}")
        elif _leads_elsewhere(response):
            # Other redirects were followed; this one leads to where no request may go.
            _settle(listed, Outcome.REFUSED, f"redirected to {_header(response, 'Location')}")
        else:
            _settle(listed, Outcome.FAILED, f"answered with status {response.status}")

    def _came(self, listed: ItemAdapter, capture_id: int, document_id: int | None) -> None:
        """Say that a document came. Whether other bytes are another version is for the
        words to say."""
        listed["capture_id"], listed["document_id"] = capture_id, document_id
        known = listed["previous_document_id"]
        _settle(listed, Outcome.UNCHANGED if known == document_id else Outcome.ARCHIVED, None)


def _settle(listed: ItemAdapter, outcome: Outcome, reason: str | None) -> None:
    listed["outcome"], listed["reason"] = outcome, reason


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return bytes(value).decode("latin-1") if value else None


def _leads_elsewhere(response: Response) -> bool:
    """Whether an answer is a redirect to a scheme that isn't asked for. A 304 that nothing was
    compared with, or a redirect that doesn't say where to, is no refusal."""
    target = _header(response, "Location")
    if not target or not 300 <= response.status < 400:
        return False
    return not response.urljoin(target).lower().startswith(("http://", "https://"))


def _what_came(response: Response, kind: str) -> str:
    if not response.body:
        return "an empty body came"
    media_type = (_header(response, "Content-Type") or "no type").partition(";")[0]
    return f"what came is no {_WANTED[kind]}: {len(response.body)} bytes of {media_type}"
