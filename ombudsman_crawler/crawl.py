"""Running one crawl from the command line: storage, lock, Scrapy, and the exit status."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

# First: while it is imported Scrapy looks at the source of every frame on the stack, three times.
# Here the stack is short.
import scrapy.core.downloader.contextfactory  # noqa: F401
from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings, default_settings
from sqlalchemy.exc import DatabaseError

from ombudsman_crawler import current_run, forecast, notify, settings, times
from ombudsman_crawler.archive import lock, traffic
from ombudsman_crawler.archive.documents import Documents
from ombudsman_crawler.database import session
from ombudsman_crawler.database.models import Verdict
from ombudsman_crawler.database.news import News
from ombudsman_crawler.database.reader import Reader
from ombudsman_crawler.exceptions import BadArgument, WrongStorage
from ombudsman_crawler.letters import ocr
from ombudsman_crawler.options import Options, perhaps
from ombudsman_crawler.site import urls
from ombudsman_crawler.spiders.decisions import Decisions
from ombudsman_crawler.spiders.kept_elsewhere import KeptElsewhere
from ombudsman_crawler.spiders.national_tables import NationalTables
from ombudsman_crawler.spiders.on_the_map import OnTheMap

logger = logging.getLogger(__name__)

_EXIT_STATUS = {Verdict.OK: 0, Verdict.FAILED: 1, Verdict.BLOCKED: 4, Verdict.STOPPED: 130}
#: The run ended without its own last word: a second Ctrl-C.
_FORCED = 130
#: After a crawl that ended so there is no other: stopped, blocked, another site's storage.
_AND_NO_OTHER = (_FORCED, 4, WrongStorage.exit_status)
#: The worst first: how a command ends whose crawls ended differently.
_WORST = (_FORCED, 2, 4, 1, 0)


@dataclass(frozen=True, slots=True)
class Result:
    """How a crawl ended: its exit status (design: 0 done, 1 check failed, 2 wrong storage, 4
    blocked, 130 stopped) and its summary, as `Reader.run_summary` gives it."""

    exit_status: int
    run_id: int
    summary: dict[str, Any]


# Settings that are arguments of the command, or its own business.
_NOT_TO_BE_SET = {
    "DOWNLOAD_VERIFY_CERTIFICATES": "who the site is, is always verified",
    "OMBUDSMAN_STORAGE": "use --storage",
    "OMBUDSMAN_SITE": "use --site",
    "OMBUDSMAN_NOTE": "use --note",
    "OMBUDSMAN_CONTACT": "set the environment variable of this name",
    "OMBUDSMAN_NOTIFY": "set the environment variable of this name",
    "OMBUDSMAN_HEARTBEAT": "set the environment variable of this name",
    "OMBUDSMAN_COMMAND": "the command sets it",
    "OMBUDSMAN_DOCUMENTS": "the command sets it",
    "OMBUDSMAN_HOLDS_STORAGE": "the command sets it",
    "OMBUDSMAN_PROGRESS": "the command sets it",
}
_NO_SETTING = object()

# How archived traffic is asked: from the archive alone, and without waiting.
_FROM_THE_ARCHIVE = {
    "http": "ombudsman_crawler.download_handlers.FromTheArchive",
    "https": "ombudsman_crawler.download_handlers.FromTheArchive",
    **dict.fromkeys(("data", "file", "ftp", "s3")),
}
_WITHOUT_WAITING: dict[str, Any] = {
    "OMBUDSMAN_WARC": False,
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "OMBUDSMAN_RETRY_SECONDS": 0,
    "OMBUDSMAN_RETRY_AFTER_CAP": 0,
}


def overrides(given: Sequence[str]) -> dict[str, str]:
    """Read settings given as NAME=VALUE.

    Raises BadArgument for a name that neither Scrapy nor this project has, and for a value that
    isn't of the setting's kind: a typo in a setting of politeness must not be lost in silence.
    """
    found = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise BadArgument("--set", pair, "write NAME=VALUE, such as DOWNLOAD_DELAY=2")
        if name in _NOT_TO_BE_SET:
            raise BadArgument("--set", pair, _NOT_TO_BE_SET[name])
        usual = getattr(settings, name, getattr(default_settings, name, _NO_SETTING))
        if usual is _NO_SETTING or not name.isupper():
            raise BadArgument("--set", pair, "there is no such setting")
        if not _is_like(value, usual):
            raise BadArgument("--set", pair, f"write a value like {usual!r}")
        found[name] = value
    return found


def _is_like(value: str, usual: object) -> bool:
    if isinstance(usual, bool):
        return value in ("True", "False", "true", "false", "1", "0")
    if isinstance(usual, int | float):
        try:
            return float(value) >= 0 and (isinstance(usual, float) or value.isdigit())
        except ValueError:
            return False
    return True


def run(
    options: Options,
    *,
    command: str,
    storage: Path,
    site: str,
    note: str | None = None,
    changed: Mapping[str, str] | None = None,
    progress: bool = False,
    tell: bool = False,
) -> list[Result]:
    """Run what was asked for, whole, in this process: one crawl after another, a result for each
    (`Options.crawls`). After one that was stopped or blocked there is no other. Twisted's reactor
    allows this once in a process's life.

    `changed` are settings as `overrides` returns them; `tell` notifies people when the run fails
    or finds something new, as the settings say.

    Raises BadArgument, WrongStorage and OcrNotInstalled before any request, StorageBusy while
    another crawl holds the storage.
    """
    _refuse_early(options, storage, site)
    _require_ocr(changed)
    with _prepared(options, storage) as working:
        if not options.sources:
            delay = float((changed or {}).get("DOWNLOAD_DELAY", settings.DOWNLOAD_DELAY))
            _say_beforehand(options, storage, site, delay)
        if tell:
            notify.check(settings.OMBUDSMAN_NOTIFY, settings.OMBUDSMAN_HEARTBEAT)
        each = options.crawls()
        crawlers = [
            _crawler(one, working, storage, site, command, note, progress, changed or {})
            for one in each
        ]
        results = _run_each(crawlers, each, until=_AND_NO_OTHER)
        if tell:
            _tell(results, site, storage)
        return results


def replay(
    options: Options,
    files: Sequence[Path],
    *,
    storage: Path,
    site: str | None,
    note: str | None = None,
    changed: Mapping[str, str] | None = None,
    progress: bool = False,
) -> list[Result]:
    """Run the crawls whose traffic is archived in WARCs or WACZs once more, in order of time and
    without any network; one result for each.

    `site` None takes what the files say. Raises what `run` raises, and BrokenWarc for files that
    can't be read.
    """
    _require_ocr(changed)
    with tempfile.TemporaryDirectory(prefix="ombudsman-replay-") as unpacked:
        runs = traffic.load(files, Path(unpacked))
        sites = [site or run.site or urls.LIVE_SITE for run in runs]
        for address in sites:
            _refuse_early(options, storage, address, replaying=True)
        each = [options.of_archive(run) for run in runs]
        with _prepared(options, storage) as working:
            crawlers = []
            for one, run, address in zip(each, runs, sites, strict=True):
                run.by(partial(urls.key, site=address))
                politeness = {
                    **_WITHOUT_WAITING,
                    # Nobody is asked for anything, so nobody's wishes are unknown.
                    "ROBOTSTXT_OBEY": run.holds(f"{address}/robots.txt"),
                    **(changed or {}),
                    "DOWNLOAD_HANDLERS": _FROM_THE_ARCHIVE,
                }
                crawlers.append(
                    _crawler(one, working, storage, address, "replay", note, progress, politeness)
                )
            return _run_each(crawlers, each, until=(_FORCED,))


@contextmanager
def _prepared(options: Options, storage: Path) -> Iterator[Path]:
    """Hold the storage and clear away what a killed run left; yields the folder to work in."""
    with lock.hold(storage), _working_storage(storage, dry_run=options.dry_run) as working:
        if left := Documents(storage).sweep():
            logger.warning("removed %d half-written files of a killed run", left)
        yield working


def exit_status(results: Sequence[Result]) -> int:
    """Return how a command ends whose crawls ended so: as the worst of them."""
    return min((result.exit_status for result in results), key=_WORST.index)


def _tell(results: Sequence[Result], site: str, storage: Path) -> None:
    """Tell of each crawl, and of all of them together whether they were good."""
    for result in results:
        good = result is results[-1] and exit_status(results) == 0
        _tell_one(result, site, storage, settings.OMBUDSMAN_HEARTBEAT if good else "")


def _tell_one(result: Result, site: str, storage: Path, heartbeat: str) -> None:
    found = News()
    try:
        engine = session.open_for_reading(storage)
        found = Reader(engine).news(result.run_id)
        engine.dispose()
    except (WrongStorage, DatabaseError) as error:
        # The database was taken away or is locked: people are told all the same.
        logger.warning("what was new can't be told: %s", error)
    notify.after_run(
        notify.notice(result.run_id, site, result.summary, found),
        result.exit_status == 0,
        settings.OMBUDSMAN_NOTIFY,
        heartbeat,
    )


def _say_beforehand(options: Options, storage: Path, site: str, delay: float) -> None:
    engine = None
    if session.is_up_to_date(storage):
        engine = session.open_for_reading(storage)
    try:
        reader = Reader(engine) if engine else None
        expected = forecast.forecast(reader, options, times.now())
    finally:
        if engine:
            engine.dispose()
    if not expected.known and not is_live(site):
        # What is usual on the live site tells nothing of another.
        logger.info("how much will be asked for isn't known before a first crawl of this site")
        return
    letters = "; letters are only listed" if options.dry_run else ""
    logger.info("to be asked for: %s%s", expected.sentence(delay), letters)


def _crawler(
    options: Options,
    working: Path,
    storage: Path,
    site: str,
    command: str,
    note: str | None,
    progress: bool,
    changed: Mapping[str, Any],
) -> Crawler:
    scrapy_settings = Settings()
    scrapy_settings.setmodule(settings, priority="project")
    scrapy_settings.setdict(
        {
            "OMBUDSMAN_STORAGE": str(working),
            "OMBUDSMAN_DOCUMENTS": str(storage),
            "OMBUDSMAN_HOLDS_STORAGE": True,
            "OMBUDSMAN_SITE": site,
            "OMBUDSMAN_COMMAND": command,
            "OMBUDSMAN_NOTE": note,
            "OMBUDSMAN_PROGRESS": progress,
            "STATS_DUMP": False,
            # The command line has said where the log goes.
            "LOG_INSTALL_ROOT_HANDLER": False,
            **changed,
        },
        priority="cmdline",
    )
    return Crawler(_spider(options), scrapy_settings)


#: The spiders of what isn't collected on the walk over the map.
_SPIDERS: dict[str, type[Spider]] = {"tables": NationalTables, "decisions": Decisions}


def _spider(options: Options) -> type[Spider]:
    if options.sources:
        return KeptElsewhere
    return _SPIDERS.get(options.collect[0], OnTheMap)


def _run_each(
    crawlers: Sequence[Crawler], options: Sequence[Options], until: Sequence[int]
) -> list[Result]:
    """Run crawls one after the other until one ends with one of some exit statuses; raise what one
    fails with."""
    process = AsyncCrawlerProcess(crawlers[0].settings)
    begun: list[Crawler] = []
    results: list[Result] = []
    failures: list[BaseException] = []

    def begin() -> None:
        crawler = crawlers[len(begun)]
        task = process.crawl(crawler, options=options[len(begun)])
        begun.append(crawler)
        # In time for the process, which stops when no crawl is under way.
        task.add_done_callback(ended)

    def ended(task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        if error := task.exception():
            failures.append(error)
            return
        results.append(_result(begun[-1]))
        if results[-1].exit_status not in until and len(begun) < len(crawlers):
            begin()

    try:
        begin()
        process.start()
    except KeyboardInterrupt:
        # Before Scrapy listens for it.
        if not current_run.has_begun(begun[-1]):
            raise
    if failures:
        raise failures[0]
    if len(results) < len(begun):
        # It was interrupted before it could come to its own end.
        results.append(_result(begun[-1]))
    return results


def _require_ocr(changed: Mapping[str, str] | None) -> None:
    asked_for = Settings({"OMBUDSMAN_OCR": settings.OMBUDSMAN_OCR, **(changed or {})})
    if asked_for.getbool("OMBUDSMAN_OCR"):
        ocr.require()


def _refuse_early(options: Options, storage: Path, site: str, *, replaying: bool = False) -> None:
    name = current_run.site_name(site)
    known: set[str] = set()
    if session.is_up_to_date(storage):
        engine = session.open_for_reading(storage)
        try:
            reader = Reader(engine)
            owner = reader.site()
            crawled = reader.has_crawled()
            known = {council.slug for council in reader.known_councils()}
        finally:
            engine.dispose()
        if owner is not None and owner != name:
            raise WrongStorage(
                f"{storage} belongs to {owner}, not to {name}; give another with --storage"
            )
        if replaying and crawled:
            raise WrongStorage(
                f"{storage} holds crawls of the site itself; "
                "give a replay a storage of its own with --storage"
            )
    for council in options.unknown_councils(known):
        raise BadArgument("--council", council, perhaps(council))


@contextmanager
def _working_storage(storage: Path, *, dry_run: bool) -> Iterator[Path]:
    """The storage itself or, for a dry run, a folder with a copy of its database."""
    if not dry_run:
        yield storage
        return
    with tempfile.TemporaryDirectory(prefix="ombudsman-dry-run-") as folder:
        database = storage / session.DATABASE
        if database.exists():
            source = sqlite3.connect(database)
            copy = sqlite3.connect(Path(folder) / session.DATABASE)
            with copy:
                source.backup(copy)
            source.close()
            copy.close()
        yield Path(folder)


def _result(crawler: Any) -> Result:
    this_run = current_run.of(crawler)
    if not this_run.over:
        # A second Ctrl-C, or one in the first moments.
        this_run.stop_at_once()
    summary = this_run.reader.run_summary(this_run.run_id)
    if this_run.options.sources:
        summary["taken_in"] = this_run.reader.letters_of_run(this_run.run_id)
    if this_run.options.dry_run:
        summary["would_ask_for"] = this_run.reader.would_ask_for(this_run.run_id)
    status = _EXIT_STATUS.get(summary["verdict"], _FORCED)
    if summary["verdict"] is None and this_run.over:
        # The verdict couldn't be written (a full disk, a locked database): the log says why.
        status = _EXIT_STATUS[Verdict.FAILED]
    if this_run.ended_by == "wrong_site":
        status = WrongStorage.exit_status
    this_run.close()
    return Result(status, this_run.run_id, summary)


def site_of(storage: Path) -> str:
    """Return an address of the site a storage belongs to: the live one for a new storage."""
    if not session.is_up_to_date(storage):
        return urls.LIVE_SITE
    engine = session.open_for_reading(storage)
    try:
        owner = Reader(engine).site()
    finally:
        engine.dispose()
    if owner == current_run.REPLICA:
        return "http://localhost"
    return urls.LIVE_SITE if owner is None else f"https://{owner}"


def is_live(site: str) -> bool:
    """Whether a site is the Ombudsman's own."""
    return urls.same_site(site, urls.LIVE_SITE)
