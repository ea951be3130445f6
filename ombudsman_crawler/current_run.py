"""One crawl's hold on its storage: what the spider, the pipelines, the middlewares and the
extensions of a crawler share."""

from __future__ import annotations

import asyncio
import dataclasses
import ipaddress
import json
import logging
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from sqlalchemy import ExceptionContext, event
from sqlalchemy.exc import DatabaseError, OperationalError

from ombudsman_crawler import times
from ombudsman_crawler.archive import warc
from ombudsman_crawler.archive.documents import Documents
from ombudsman_crawler.database import review, session
from ombudsman_crawler.database.models import Verdict
from ombudsman_crawler.database.reader import Reader
from ombudsman_crawler.database.run_checks import evaluate
from ombudsman_crawler.database.run_evidence import RunFacts
from ombudsman_crawler.database.writer import Writer
from ombudsman_crawler.exceptions import BadArgument, WrongStorage
from ombudsman_crawler.options import ON_THE_MAP, Options
from ombudsman_crawler.site import urls
from ombudsman_crawler.times import now

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

logger = logging.getLogger(__name__)

# How long a crawl adds to the search what was archived before there was one.
_SEARCH_SECONDS = 20.0

# So many are named in the run's record; more than that is another trouble.
_FAILED_PAGES_KEPT = 50

#: What a replica's storage belongs to, whatever port it is served on.
REPLICA = "replica"

_LIBRARIES = (
    "Scrapy", "SQLAlchemy", "alembic", "pypdf", "pypdfium2", "Pebble", "parsel", "warcio",
)  # fmt: skip

# Settings that a reader of the WARC should know.
_TOLD = (
    "CONCURRENT_REQUESTS", "CONCURRENT_REQUESTS_PER_DOMAIN", "DOWNLOAD_DELAY",
    "AUTOTHROTTLE_ENABLED", "DOWNLOAD_TIMEOUT", "DOWNLOAD_MAXSIZE", "RETRY_TIMES",
    "ROBOTSTXT_USER_AGENT", "COOKIES_ENABLED",
)  # fmt: skip
_HOW_RECORDED = (
    "Headers are as the client delivers them: names title-cased, in order of first appearance, "
    "values byte for byte; the transfer coding is removed, the content coding kept; reason phrases "
    "are those of the status code. Attempts without an answer have no record."
)


def site_name(site: str) -> str:
    """Return what a storage of this site belongs to: its host, or `replica` on loopback.

    Raises BadArgument when the address can't be a site's.
    """
    try:
        parts = urlsplit(site)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname)
        valid = whole and parts.path in ("", "/") and not parts.query and not parts.fragment
        name = urls.host(site) if valid else ""
    except ValueError:
        valid = False
    if not valid:
        raise BadArgument("--site", site, f"write scheme and host only, such as {urls.LIVE_SITE}")
    return REPLICA if _is_loopback(parts.hostname or "") else name


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class CurrentRun:
    """The storage a crawl works on, the facts it gathers, and whether it is coming to an end."""

    def __init__(self, crawler: Crawler, options: Options) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self.options = options
        if not settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"):
            raise BadArgument(
                "DOWNLOAD_VERIFY_CERTIFICATES", False, "who the site is, is always verified"
            )
        self.site: str = settings["OMBUDSMAN_SITE"].rstrip("/")
        self.site_name = site_name(self.site)
        self.storage = Path(settings["OMBUDSMAN_STORAGE"])
        engine = session.open_for_writing(self.storage)
        self._engine = engine
        self.documents = Documents(Path(settings["OMBUDSMAN_DOCUMENTS"] or self.storage))
        #: What time it is for what the site shows: that of the archive when one is replayed.
        self.clock = options.replay.clock if options.replay else now
        self.writer = Writer(engine, self.clock)
        # Of its own, since reading needs no turn: what came of a run can be told while another
        # program holds the database for writing.
        self._reading = session.open_for_reading(self.storage)
        self.reader = Reader(self._reading)
        #: What was erased and isn't archived again, by the SHA-256 of the body.
        self.erased = self.reader.erased()
        self._cuts: list[warc.Cut] = []
        try:
            self.run_id = self._begin(settings)
        except DatabaseError as error:
            raise WrongStorage(
                f"{self.storage / session.DATABASE} can't be written: {error.orig}"
            ) from error
        #: The run's WARC, None where none is kept.
        self.recording: warc.Recording | None = None
        if settings.getbool("OMBUDSMAN_WARC") and not options.dry_run:
            started = now()
            self.recording = warc.Recording(
                self.storage, self.run_id, started, self._about(settings)
            )
        self.facts = RunFacts(
            self.run_id,
            min_councils=settings.getint("OMBUDSMAN_MIN_COUNCILS"),
            max_failed_share=settings.getfloat("OMBUDSMAN_MAX_FAILED_SHARE"),
            councils_asked_for=len(options.councils),
            councils_not_found=sorted(options.councils),
            collections=frozenset(options.collect),
            asks_map=bool(set(options.collect) & set(ON_THE_MAP)) and not options.sources,
            takes_in=bool(options.sources),
        )
        #: Why the run ends early (`blocked`, `wrong_site`, `disk`), and the sentence for people.
        self.ended_by: str | None = None
        self.ended_because: str | None = None
        #: As many letters as were asked for have been fetched: nothing more needs to be found.
        self.enough = False
        # Kept, since the loop itself holds a task only weakly.
        self._ending: asyncio.Future[None] | None = None
        #: The crawl itself is over: what is missing then is the verdict, not the end.
        self.over = False
        event.listen(engine, "handle_error", self._database_failed)

    def _begin(self, settings: BaseSettings) -> int:
        """Make the storage ready and open the run; return its number."""
        self.writer.claim(self.site_name)
        if settings.getbool("OMBUDSMAN_HOLDS_STORAGE") and not self.options.dry_run:
            self._put_in_order()
        return self.writer.start_run(
            command=settings["OMBUDSMAN_COMMAND"],
            arguments=self.options.arguments(),
            site=self.site_name,
            versions=_versions(),
            note=settings["OMBUDSMAN_NOTE"],
            whole=self.options.whole,
            collections=self.options.collect,
        )

    def _database_failed(self, context: ExceptionContext) -> None:
        """End the run: what can't be recorded needn't be asked for. A full disk and a database
        that somebody else locks for long are such; what is lost here the next run asks for."""
        if isinstance(context.sqlalchemy_exception, OperationalError):
            self.end("disk", f"nothing can be recorded: {context.original_exception}")

    def may_ask(self, url: str) -> bool:
        """Whether an address is the site's own, or on the host of a letter kept elsewhere that this
        run was told to take in."""
        elsewhere = (source.url for source in self.options.sources if source.file is None)
        return any(urls.same_site(url, site) for site in (self.site, *elsewhere))

    @property
    def stopping(self) -> bool:
        """Whether no new download may be started: stopped by hand, or ended early."""
        return not self._crawler.crawling or self.ended_by is not None

    def end(self, by: str, because: str) -> None:
        """End the run early, once; downloads under way are finished, no new ones are started.

        Returns at once: closing waits for the very callback that may have asked for it.
        """
        if self.stopping:
            # What a stop by hand cut short, the map and robots.txt included, is no block.
            return
        self.ended_by, self.ended_because = by, because
        logger.error("%s", because)
        engine = self._crawler.engine
        if engine is not None:
            self._ending = asyncio.ensure_future(engine.close_spider_async(reason=by))

    def _put_in_order(self) -> None:
        """Put right what a killed run left: a torn WARC, documents without a row."""
        for run_id in self.reader.unended_runs():
            self._cuts += warc.mend(self.storage, run_id)
        adopted = []
        for path, stored in self.documents.orphans(self.reader.document_paths()):
            if stored is None:
                logger.warning("%s has no row, and not the hash it is named by", path)
            else:
                adopted.append(stored)
        if adopted:
            self.writer.adopt(adopted)
            logger.warning("adopted %d documents that had no row", len(adopted))
        left = self.writer.fill_search(_SEARCH_SECONDS)
        if left:
            logger.info("the search lacks %d texts yet; the next crawl goes on", left)

    def _about(self, settings: BaseSettings) -> dict[str, str]:
        """Return what the WARC's first record tells of the run."""
        return {
            "software": f"ombudsman_crawler {version('ombudsman-crawler')}"
            f" (Scrapy {version('Scrapy')}, warcio {version('warcio')})",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/"
            "warc-format/warc-1.1/",
            "operator": settings["OMBUDSMAN_CONTACT"] or "not given",
            "robots": "obey" if settings.getbool("ROBOTSTXT_OBEY") else "ignore",
            "http-header-user-agent": settings["USER_AGENT"],
            "description": _HOW_RECORDED,
            "ombudsman-site": self.site,
            "ombudsman-run": str(self.run_id),
            "ombudsman-command": settings["OMBUDSMAN_COMMAND"],
            "ombudsman-arguments": json.dumps(self.options.arguments()),
            "ombudsman-settings": json.dumps({name: settings[name] for name in _TOLD}),
        }

    def finish(self, reason: str) -> Verdict:
        """Run the checks and close the run's record; return the verdict."""
        self.over = True
        self._close_recording()
        if not (self.storage / session.DATABASE).is_file():
            raise FileNotFoundError(f"{self.storage / session.DATABASE} was taken away")
        stopped = reason == "shutdown"
        self.facts.cut_short = stopped or self.ended_by is not None
        reviewed = review.counted(review.run(self._engine))
        checks, numbers = evaluate(self._engine, self.documents, self.facts, times.now().date())
        failed = [check.name for check in checks if check.required and check.passed is False]
        because = self.ended_because
        if self.ended_by == "blocked":
            verdict = Verdict.BLOCKED
        elif failed or self.ended_by is not None:
            verdict = Verdict.FAILED
            because = because or f"required checks failed: {', '.join(failed)}"
        elif stopped:
            verdict, because = Verdict.STOPPED, self._left()
        else:
            verdict = Verdict.OK
        self.writer.finish_run(
            self.run_id,
            verdict=verdict,
            reason=because,
            counts={
                "councils": self.facts.councils,
                "pages": self.facts.pages,
                "failed_pages": self.facts.failed_pages[:_FAILED_PAGES_KEPT],
                "discovered": self.facts.discovered,
                "review": reviewed,
                **numbers,
                "warc": {"file": self.recording.file, **self.recording.counts}
                if self.recording
                else None,
                "torn": [dataclasses.asdict(cut) for cut in self._cuts],
            },
            checks=checks,
        )
        return verdict

    def _close_recording(self) -> None:
        if self.recording is None:
            return
        try:
            self.recording.close()
        except OSError as error:
            self.ended_by = self.ended_by or "disk"
            self.ended_because = self.ended_because or f"the WARC can't be closed: {error}"
            logger.error("the WARC can't be closed: %s", error)

    def stop_at_once(self) -> None:
        """Close the record of a run that was forced to end, or ended before it had begun."""
        if self.over:
            return
        self.over = True
        self._close_recording()
        self.writer.finish_run(
            self.run_id, verdict=Verdict.STOPPED, reason=self._left(), counts={}, checks=[]
        )

    def _left(self) -> str:
        left = self.reader.not_attempted(self.run_id)
        letters = f"{left} that were found weren't asked for; " if left else ""
        return f"stopped by hand; {letters}the next run goes on"

    def close(self) -> None:
        self._reading.dispose()
        self._engine.dispose()


_runs: WeakKeyDictionary[Crawler, CurrentRun] = WeakKeyDictionary()


def begin(crawler: Crawler, options: Options) -> CurrentRun:
    """Begin the crawler's run: open its storage and record that it has started.

    Raises WrongStorage when the storage belongs to another site or a newer version.
    """
    _runs[crawler] = CurrentRun(crawler, options)
    return _runs[crawler]


def has_begun(crawler: Crawler) -> bool:
    """Whether the crawler's spider has begun a run."""
    return crawler in _runs


def of(crawler: Crawler) -> CurrentRun:
    """Return the run that the crawler's spider has begun."""
    return _runs[crawler]


def _versions() -> dict[str, str]:
    names = ("ombudsman-crawler", *_LIBRARIES)
    return {name: version(name) for name in names}
