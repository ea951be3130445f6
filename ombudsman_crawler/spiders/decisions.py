"""From the search to every decision the site has: window by window, page by page."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from scrapy import Request, Spider, signals
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK

from ombudsman_crawler import authorities, current_run, windows, years
from ombudsman_crawler.database.decisions import KnownDecision
from ombudsman_crawler.database.refetch import Refetch
from ombudsman_crawler.exceptions import BadArgument
from ombudsman_crawler.items import DecisionItem
from ombudsman_crawler.middlewares import ASKED_FOR, UNCONDITIONAL, Forbidden
from ombudsman_crawler.options import Options
from ombudsman_crawler.site import decision_search, urls
from ombudsman_crawler.site.decision_search import ListedDecision, ResultPage
from ombudsman_crawler.spiders.asking import LARGEST_PAGE, text_of, wrong_site
from ombudsman_crawler.windows import Due, Known, Planned, State, Window

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)

# A page without a total is asked for so often in all.
_ATTEMPTS = 4
# Rows may shift while pages are asked for: then a window is walked once more, in this run.
_WALKS = 2
# After so long, decisions of a window have come out; and of so many such windows one has some.
_SETTLED, _FEW_WINDOWS = timedelta(days=120), 3
# So many windows in a row without an answer, and the search itself has failed.
_UNANSWERED_IN_A_ROW = 3
# So many decisions in the pipelines at a time, and how often is looked, in seconds: what is found
# must not gather in memory while downloads are slow.
_AT_A_TIME, _LOOK_EVERY = 8, 0.02


class _Unanswered(Exception):
    """A page of the search that gave no answer, retries included; why. `is_blocked` where the site
    refused it or couldn't be reached, and not where there is nothing at its address."""

    def __init__(self, why: str, *, is_blocked: bool = False) -> None:
        super().__init__(why)
        self.is_blocked = is_blocked


class _Stopped(Exception):
    """The run ends: nothing more is asked for."""


@dataclass(slots=True)
class _Walk:
    """One walk over a window's pages: the totals they stated, and the decisions they listed; and
    what an earlier walk of this run had listed."""

    earlier: set[str] = field(default_factory=set)
    stated: list[int] = field(default_factory=list)
    found: set[str] = field(default_factory=set)
    #: An archive that is replayed has no more of its pages.
    cut: bool = False

    @property
    def shifted(self) -> bool:
        return len(set(self.stated)) > 1

    @property
    def listed(self) -> set[str]:
        """The decisions that were listed; of both walks where rows went to and fro."""
        both = self.found | self.earlier
        return both if len(both) == self.stated[-1] else self.found

    @property
    def is_whole(self) -> bool:
        return not self.shifted and len(self.listed) == self.stated[-1]


class Decisions(Spider):
    """Search → windows → pages of results → decisions.

    One window at a time, and of it one page: however many decisions there are, few are in memory.
    A window is complete when as many distinct decisions were listed as the search states, and each
    of them has its outcome.
    """

    name = "decisions"

    _run: current_run.CurrentRun
    _oldest: date
    _most_pages: int
    _most_windows: int
    _retry_seconds: float

    def __init__(
        self,
        years: str | None = None,
        council: str | list[str] | None = None,
        refetch: str | None = None,
        limit: str | int | None = None,
        options: Options | None = None,
        **unknown: Any,
    ) -> None:
        super().__init__(**unknown)
        if unknown:
            logger.warning("unknown spider arguments are ignored: %s", ", ".join(unknown))
        self.options = options or Options.read(
            collect="decisions", years=years, council=council, refetch=refetch, limit=limit
        )
        # Of the councils asked for, by the register's names.
        matches = [authorities.match(name) for name in self.options.councils]
        self._councils = {match.name for match in matches if match}
        self._asked_before = False
        # Windows in a row without an answer; decisions in the pipelines.
        self._unanswered = 0
        self._under_way = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        settings = crawler.settings
        spider._oldest = _day(settings["OMBUDSMAN_DECISIONS_SINCE"])
        spider._most_pages = settings.getint("OMBUDSMAN_DECISION_PAGES") or 1
        spider._most_windows = settings.getint("OMBUDSMAN_DECISION_WINDOWS")
        spider._retry_seconds = settings.getfloat("OMBUDSMAN_RETRY_SECONDS")
        spider._run = current_run.begin(crawler, spider.options)
        # Whether a council has decisions is for the search to say, not whether there is one.
        spider._run.facts.councils_not_found = []
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(spider._through, signal=signal)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Every window that is due; first what earlier runs had listed and couldn't get."""
        try:
            async for item in self._everything():
                self._under_way += 1
                yield item
                await self._until_fewer_than(_AT_A_TIME)
        except _Stopped:
            return
        # One mistake of ours must be counted; Scrapy would call the run stopped by hand.
        except Exception:
            logger.exception("the search for decisions broke its reader")
            self._run.facts.errors += 1

    async def _everything(self) -> AsyncIterator[DecisionItem]:
        planned = self._plan()
        waiting = deque(planned)
        self._run.facts.windows_planned = len(waiting)
        self._run.writer.planned([one.window for one in waiting])
        while waiting and not self._run.enough:
            one = waiting.popleft()
            try:
                async for found in self._window(one):
                    if isinstance(found, DecisionItem):
                        yield found
                    else:
                        waiting.appendleft(found)
                        self._run.facts.windows_planned += 1
            except _Unanswered as why:
                self._unanswered_window(one.window, why)
            self._run.facts.windows_done += 1
        self._doubt_emptiness([one.window for one in planned])
        if not (self._run.enough or self._councils or self.options.replay):
            for known in self._left_over():
                yield self._known(known)

    def _doubt_emptiness(self, asked: Sequence[Window]) -> None:
        """A search that has nothing for any of several windows of the past has changed, or is
        broken: none of them is complete."""
        facts, settled = self._run.facts, self._run.clock().date() - _SETTLED
        past = [window for window in asked if window.last < settled]
        whole = facts.windows_done >= facts.windows_planned and not facts.windows_short
        if facts.decisions_stated == 0 and whole and len(past) >= _FEW_WINDOWS:
            for window in past:
                self._short(window, f"the search states no decision in any of {len(past)} windows")

    def _left_over(self) -> Iterator[KnownDecision]:
        """What earlier runs had listed and couldn't get, of the years asked for."""
        asked = self.options.years
        first = years.first_day(asked.first) if asked else date.min
        last = years.last_day(asked.last) if asked else date.max
        return self._run.reader.decisions_never_answered(self._run.run_id, Window(first, last))

    def _plan(self) -> list[Planned]:
        run, options = self._run, self.options
        today = run.clock().date()
        known = run.reader.decision_windows()
        oldest = self._oldest
        if options.years:
            oldest = min(oldest, years.first_day(options.years.first))
        planned = windows.plan(
            windows.all_of(oldest, today, known, options.years),
            known,
            today,
            everything=options.refetch is Refetch.ALL or bool(self._councils),
            missing_only=options.refetch is Refetch.MISSING,
            most=self._most_windows,
        )
        if options.replay is not None:
            # What the archived run asked for.
            return [one for one in planned if options.replay.holds(self._address(one.window, 1))]
        return planned

    # -- one window ------------------------------------------------------------

    async def _window(self, planned: Planned) -> AsyncIterator[DecisionItem | Planned]:
        """Walk a window; yields what it lists or, where it is too large, its halves instead."""
        window = planned.window
        before = self._run.reader.decision_windows().get(window)
        first = await self._page(window, 1)
        self._unanswered = 0
        total = first.stated
        assert total is not None
        strangers = [row for row in first.decisions if row.decided and row.decided not in window]
        if strangers:
            for item in self._items(first.decisions, window, {}):
                yield item
            self._short(
                window,
                f"the search lists decisions of other days, such as {strangers[0].reference} of"
                f" {strangers[0].decided}",
            )
            return
        halves = window.halves()
        if total > self._most_pages * decision_search.PAGE_SIZE and halves:
            self._run.writer.halved(window)
            for half in halves:
                yield Planned(half, planned.due)
            return
        self._run.facts.decisions_stated += total
        if total == 0 and before is not None and before.stated:
            # Once more by the next run: a search that has lost its index says the same.
            self._short(window, f"the search stated {before.stated:,}, and now none", 0, 0)
            return
        if not self._is_as_before(planned, before, first):
            async for item in self._whole(window, first):
                yield item

    async def _whole(self, window: Window, first: ResultPage) -> AsyncIterator[DecisionItem]:
        """Walk all pages of a window, and see to what it no longer lists."""
        handed: dict[str, str] = {}
        walk = _Walk()
        for again in range(_WALKS):
            walk = _Walk(earlier=walk.found)
            async for page in self._pages(window, None if again else first, walk):
                for item in self._items(page.decisions, window, handed):
                    yield item
            if walk.is_whole or walk.cut or self._run.enough:
                break
        if walk.is_whole and not self._run.enough and not self._councils:
            for item in self._unlisted(window, walk.listed | handed.keys()):
                yield item
        await self._until_fewer_than(1)
        if self._run.stopping or self._run.enough or self._councils or walk.cut:
            # What wasn't asked for is found again by the next run.
            return
        lost = len(handed) - len(self._dealt_with(handed.values()))
        self._record(window, walk, lost)

    async def _pages(
        self, window: Window, first: ResultPage | None, walk: _Walk
    ) -> AsyncIterator[ResultPage]:
        """The pages of a window until they have listed what they state, or nothing more."""
        number = 1
        while True:
            page = first if number == 1 and first else await self._page(window, number)
            assert page.stated is not None
            walk.stated.append(page.stated)
            before = len(walk.found)
            # What was decided on other days isn't what was asked for, and doesn't count.
            walk.found |= {
                urls.key(row.url, self._run.site)
                for row in page.decisions
                if row.decided is None or row.decided in window
            }
            yield page
            if len(walk.found) >= page.stated or len(walk.found) == before or self._run.enough:
                return
            number += 1
            replay = self.options.replay
            if replay is not None and not replay.holds(self._address(window, number)):
                walk.cut = True
                return

    def _is_as_before(self, planned: Planned, before: Known | None, first: ResultPage) -> bool:
        """Whether a look at the first page is enough: nothing has changed there, nor the total."""
        today = self._run.clock().date()
        if planned.due is not Due.STILL_COMING or not windows.is_glance_enough(before, today):
            return False
        assert before is not None
        rows = {urls.address(row.url, self._run.site): row for row in first.decisions}
        return first.stated == before.stated and self._run.reader.listed_alike(rows)

    def _record(self, window: Window, walk: _Walk, lost: int) -> None:
        stated, collected = walk.stated[-1], len(walk.listed)
        if lost:
            # Nothing remembers them but the search: it has to be asked again.
            self._short(window, f"decisions lost to errors: {lost}", stated, collected - lost)
            return
        if walk.is_whole:
            known = Known(State.COMPLETE, None, stated, collected)
            self._run.writer.walked(self._run.run_id, window, known, None)
            return
        because = f"the search states {stated:,} decisions and lists {collected:,}"
        if walk.shifted:
            because += "; its total changed while it was asked"
        self._short(window, because, stated, collected)

    def _short(
        self, window: Window, why: str, stated: int | None = None, collected: int | None = None
    ) -> None:
        """Record that a window isn't complete; the next run asks for it again."""
        if self._run.stopping:
            return
        logger.error("the decisions of %s aren't complete: %s", window, why)
        self._run.facts.windows_short.append(f"{window} ({why})")
        known = Known(State.SHORT, None, stated, collected)
        self._run.writer.walked(self._run.run_id, window, known, why)

    def _unanswered_window(self, window: Window, why: _Unanswered) -> None:
        """Record that a window got no answer; without any the search itself has failed."""
        if not self._asked_before and why.is_blocked:
            self._run.end("blocked", f"the search can't be had: {why}")
            raise _Stopped
        self._short(window, str(why))
        self._unanswered += 1
        if self._unanswered >= _UNANSWERED_IN_A_ROW:
            self._run.end(
                "search",
                f"the search gave no answer for {self._unanswered} windows in a row: {why}",
            )
            raise _Stopped

    # -- decisions -------------------------------------------------------------

    def _items(
        self, rows: tuple[ListedDecision, ...], window: Window, handed: dict[str, str]
    ) -> Iterator[DecisionItem]:
        """The decisions of some rows that weren't handed on before in this run; `handed` are those
        of this window that were, with their addresses."""
        new = {urls.key(row.url, self._run.site): row for row in rows}
        for key in handed:
            new.pop(key, None)
        addresses = {key: urls.address(row.url, self._run.site) for key, row in new.items()}
        done = self._dealt_with(addresses.values())
        for key, row in new.items():
            handed[key] = addresses[key]
            match = authorities.match(row.authority) if row.authority else None
            if addresses[key] in done or (
                self._councils and (match is None or match.name not in self._councils)
            ):
                continue
            self._run.facts.discovered += 1
            yield DecisionItem(
                address=addresses[key],
                url=row.url,
                label=f"{row.authority or ''} ({row.reference})".strip(),
                listed_year=None,
                authority=match.name if match else None,
                found_on=urls.address(self._address(window, 1), self._run.site),
                reference=row.reference,
                row=row,
            )

    def _unlisted(self, window: Window, listed: set[str]) -> Iterator[DecisionItem]:
        """What the search listed in a window before and doesn't now: only its page can say whether
        it is gone."""
        missing = {}
        for known in self._run.reader.decisions_of(window):
            url = urljoin(self._run.site, known.address)
            if urls.key(url, self._run.site) not in listed:
                missing[known.address] = known
        done = self._dealt_with(missing)
        for address, known in missing.items():
            if address not in done:
                yield self._known(known)

    def _dealt_with(self, addresses: Iterable[str]) -> set[str]:
        """Return those of some addresses that have an outcome in this run already."""
        return self._run.reader.dealt_with(self._run.run_id, list(addresses))

    def _known(self, known: KnownDecision) -> DecisionItem:
        self._run.facts.discovered += 1
        return DecisionItem(
            address=known.address,
            url=urljoin(self._run.site, known.address),
            label=known.label,
            listed_year=None,
            authority=None,
            found_on=known.found_on,
            listed=False,
            reference=known.reference,
        )

    def _through(self) -> None:
        """A decision has passed the last pipeline, or was lost on the way."""
        self._under_way -= 1

    async def _until_fewer_than(self, number: int) -> None:
        while self._under_way >= number:
            await asyncio.sleep(_LOOK_EVERY)

    # -- asking ----------------------------------------------------------------

    def _address(self, window: Window, page: int) -> str:
        return decision_search.address(self._run.site, window.first, window.last, page)

    async def _page(self, window: Window, number: int) -> ResultPage:
        """Ask for a page of results; one without a total is no answer and is asked for again.

        Raises _Unanswered, which says why, and _Stopped when the run ends.
        """
        url = self._address(window, number)
        wait = self._retry_seconds
        for attempt in range(_ATTEMPTS):
            if attempt:
                await self._sleep(wait)
                wait *= 2
            response = await self._ask(url, again=attempt > 0)
            page = decision_search.read(text_of(response), response.url)
            if page.stated is not None:
                return page
        self._failed_page(url, "states no total")
        raise _Unanswered(f"page {number} of the search states no total")

    async def _ask(self, url: str, *, again: bool) -> Response:
        if self._run.stopping:
            raise _Stopped
        meta: dict[str, Any] = {ASKED_FOR: "page", "download_maxsize": LARGEST_PAGE}
        if again:
            # What was archived of it is what came the first time: no answer.
            meta[UNCONDITIONAL] = True
        engine = self.crawler.engine
        assert engine is not None
        self._run.facts.pages += 1
        try:
            response = await engine.download_async(Request(url, callback=NO_CALLBACK, meta=meta))
        except Forbidden as refusal:
            self._run.end("search", f"the search isn't to be asked: {refusal}")
            raise _Stopped from None
        except IgnoreRequest as reason:
            if self._run.stopping:
                raise _Stopped from None
            raise self._lost(url, str(reason)) from None
        # The downloader raises whatever a connection can end in; its capture holds the name.
        except Exception as error:  # noqa: BLE001
            raise self._lost(url, f"{type(error).__name__}: {error}".rstrip(": ")) from None
        if not self._asked_before:
            wrong = wrong_site(self._run, response)
            if wrong:
                self._run.end("wrong_site", wrong)
                raise _Stopped
        if response.status != 200:
            raise self._lost(url, f"status {response.status}", response.status)
        self._asked_before = True
        return response

    def _lost(self, url: str, why: str, status: int | None = None) -> _Unanswered:
        if self._run.stopping:
            raise _Stopped
        self._failed_page(url, why)
        return _Unanswered(
            f"a page of the search didn't come: {why}", is_blocked=status not in (404, 410)
        )

    def _failed_page(self, url: str, why: str) -> None:
        logger.error("page failed: %s: %s", url, why)
        self._run.facts.failed_pages.append(f"{url} ({why})")

    async def _sleep(self, seconds: float) -> None:
        while seconds > 0 and not self._run.stopping:
            step = min(seconds, 0.5)
            await asyncio.sleep(step)
            seconds -= step


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadArgument(
            "OMBUDSMAN_DECISIONS_SINCE", text, "write a day such as 2013-04-01"
        ) from None
