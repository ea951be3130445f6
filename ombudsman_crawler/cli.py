"""The `ombudsman` command."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from ombudsman_crawler import __version__, report, times
from ombudsman_crawler.exceptions import BadArgument, OmbudsmanError
from ombudsman_crawler.site import urls

app = typer.Typer(
    name="ombudsman",
    help="Find, archive and read the Local Government and Social Care Ombudsman's annual review "
    "letters. README.md leads through a first crawl.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

_console = Console(soft_wrap=True, highlight=False)
_errors = Console(stderr=True, soft_wrap=True, highlight=False)

StorageOption = Annotated[
    Path,
    typer.Option(
        "--storage",
        envvar="OMBUDSMAN_STORAGE",
        help="Folder that holds the database and the documents.",
    ),
]
SiteOption = Annotated[
    str, typer.Option("--site", envvar="OMBUDSMAN_SITE", help="Address of the site to crawl.")
]
YearsOption = Annotated[
    str | None,
    typer.Option("--years", help="Years ending 31 March, both ends included: 2021 or 2019-2021."),
]
CouncilOption = Annotated[
    list[str] | None,
    typer.Option("--council", help="Only this council, by slug or name; may be repeated."),
]
RefetchOption = Annotated[
    str | None,
    typer.Option(
        "--refetch",
        help="missing: never archived or failed last time. changed: those, the two newest years, "
        "and older letters in rotation. all: everything in the window. Conditionally each.",
    ),
]
LimitOption = Annotated[
    str | None, typer.Option("--limit", help="Ask for at most this many letters.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="A Scrapy setting, as NAME=VALUE; may be repeated."),
]
DryRunOption = Annotated[
    bool,
    typer.Option("--dry-run", help="Find letters and say which would be asked for; store nothing."),
]
NoteOption = Annotated[
    str | None, typer.Option("--note", help="A word on this run, kept in its record.")
]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Show every step.")]
LogFormatOption = Annotated[
    str, typer.Option("--log-format", help="text, or json: one object a line.")
]
CouncilsOption = Annotated[str, typer.Option("--councils", help="How many councils.")]
ReplicaYearsOption = Annotated[
    str, typer.Option("--years", help="Years ending that have letters: 2019-2025.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@app.command()
def crawl(
    years: YearsOption = None,
    council: CouncilOption = None,
    refetch: RefetchOption = None,
    limit: LimitOption = None,
    site: SiteOption = urls.LIVE_SITE,
    storage: StorageOption = Path("storage"),
    settings: SetOption = None,
    dry_run: DryRunOption = False,
    note: NoteOption = None,
    verbose: VerboseOption = False,
    log_format: LogFormatOption = "text",
) -> None:
    """Find letters on the map, archive what is new or changed, read it, store it.

    Ends with 0 when every required check holds, 1 when one failed, 2 for bad arguments or another
    site's storage, 3 while another crawl holds the storage, 4 when blocked or unreachable, 130
    when stopped by hand.
    """
    asked = {"years": years, "council": council, "refetch": refetch, "limit": limit}
    _crawl(
        "crawl", {**asked, "dry_run": dry_run}, storage, site, settings, note, verbose, log_format
    )


@app.command()
def backfill(
    years: Annotated[str, typer.Argument(help="Years ending 31 March: 2019-2021.")],
    council: CouncilOption = None,
    refetch: RefetchOption = "missing",
    limit: LimitOption = None,
    site: SiteOption = urls.LIVE_SITE,
    storage: StorageOption = Path("storage"),
    settings: SetOption = None,
    dry_run: DryRunOption = False,
    note: NoteOption = None,
    verbose: VerboseOption = False,
    log_format: LogFormatOption = "text",
) -> None:
    """Collect past years: a crawl that also follows the older lists, and asks for what is missing.

    May be stopped and run again at any point. Exit statuses are those of `crawl`.
    """
    asked = {"years": years, "council": council, "refetch": refetch, "limit": limit}
    every = {**asked, "backfill": True, "dry_run": dry_run}
    _crawl("backfill", every, storage, site, settings, note, verbose, log_format)


@app.command()
def probe(
    council: Annotated[
        str, typer.Option("--council", help="The council whose pages are looked at.")
    ] = "kent-county-council",
    site: SiteOption = urls.LIVE_SITE,
    storage: StorageOption = Path("storage"),
    settings: SetOption = None,
    verbose: VerboseOption = False,
) -> None:
    """First contact with a site: a handful of requests, and what was recognised in the answers.

    Asks for robots.txt, the map (with its pages by letter of the alphabet, if it has such), one
    council's page, its list of letters and one letter, into a storage of its own below --storage;
    keeps the answers there as files, and says what was and wasn't understood.
    """
    from ombudsman_crawler import crawl as crawling  # noqa: PLC0415
    from ombudsman_crawler import probe as probing  # noqa: PLC0415
    from ombudsman_crawler.options import Options  # noqa: PLC0415

    _log(verbose=verbose, log_format="text")
    _announce(site)
    place = storage / "probe" / datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    result = crawling.run(
        Options.read(council=[council], limit=1),
        command="probe",
        storage=place,
        site=site,
        changed=crawling.overrides(settings or []),
    )
    for line in probing.report(place):
        _console.print(line, markup=False)
    report.run_summary(_console, result.run_id, result.summary)
    raise typer.Exit(result.exit_status)


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(help="Letters as PDF files.")],
    as_json: JsonOption = False,
) -> None:
    """Read letters without a database: their figures, the words behind them, the doubts.

    Ends with 1 when a file couldn't be read as a letter.
    """
    from ombudsman_crawler import settings  # noqa: PLC0415
    from ombudsman_crawler.letters import read as reading_room  # noqa: PLC0415
    from ombudsman_crawler.letters.letter import Expectation, Status  # noqa: PLC0415
    from ombudsman_crawler.reading_workers import ReadingWorkers  # noqa: PLC0415

    hashes = [(file, _hash(file)) for file in files]
    workers = ReadingWorkers(
        min(settings.OMBUDSMAN_READERS, len(files)),
        settings.OMBUDSMAN_READING_SECONDS,
        settings.OMBUDSMAN_READING_MEMORY,
    )
    objects: list[dict[str, Any]] = []
    unread = 0
    try:
        jobs = [
            (file, sha256, workers.submit(file, sha256, Expectation())) for file, sha256 in hashes
        ]
        for file, sha256, job in jobs:
            error = job.exception()
            reading = (
                job.result().reading
                if error is None
                else reading_room.unreadable(*workers.failure(error))
            )
            for letter in reading.letters:
                unread += letter.status not in (Status.OK, Status.SUSPECT)
                if as_json:
                    objects.append(report.letter_object(str(file), sha256, letter))
                else:
                    report.letter(_console, str(file), letter)
    finally:
        workers.close()
    if as_json:
        print(json.dumps(objects, indent=2, ensure_ascii=False))
    raise typer.Exit(1 if unread else 0)


@app.command()
def status(storage: StorageOption = Path("storage"), as_json: JsonOption = False) -> None:
    """Say what the storage holds, how complete it is, and how the last run ended.

    Ends with 1 when the last run failed, was blocked or was killed.
    """
    from ombudsman_crawler.archive import lock  # noqa: PLC0415
    from ombudsman_crawler.database import session  # noqa: PLC0415
    from ombudsman_crawler.database.reader import Reader  # noqa: PLC0415

    engine = session.open_for_reading(storage)
    try:
        found = Reader(engine).status()
        found["running"] = lock.is_held(storage)
    finally:
        engine.dispose()
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        report.status(_console, found)
    run = found["run"]
    fine = run is None or found["running"] or run["verdict"] in ("ok", "stopped")
    raise typer.Exit(0 if fine else 1)


@app.command()
def replica(
    councils: CouncilsOption = "12",
    years: ReplicaYearsOption = "2019-2025",
    port: Annotated[str, typer.Option("--port", help="0 takes a free one.")] = "0",
    map_style: Annotated[
        str,
        typer.Option("--map-style", help="links, options, json, az, script, data or empty."),
    ] = "links",
) -> None:
    """Serve a small copy of the site on this machine, with generated letters, for trying out.

    Prints its address; Ctrl-C ends it. Needs the extra `replica`.
    """
    from ombudsman_crawler.years import YearRange  # noqa: PLC0415

    serve = _replica_room("serve")
    span = YearRange.parse(years)
    number = _whole("--port", port, 0, 65535)
    try:
        serve(
            councils=_whole("--councils", councils, 1, 400),
            years=(span.first, span.last),
            port=number,
            map_style=map_style,
        )
    except (ValueError, OSError) as error:
        raise _Sentence(f"the replica can't be served: {error}") from error


@app.command()
def demo(
    storage: StorageOption = Path("storage/demo"),
    councils: CouncilsOption = "12",
    years: ReplicaYearsOption = "2019-2025",
) -> None:
    """Run the main job against a replica: find, archive, read and store its letters."""
    from ombudsman_crawler import demo as demonstration  # noqa: PLC0415
    from ombudsman_crawler.years import YearRange  # noqa: PLC0415

    span = YearRange.parse(years)
    try:
        site = _replica_room("Replica")(
            councils=_whole("--councils", councils, 1, 400), years=(span.first, span.last)
        )
    except ValueError as error:
        raise _Sentence(f"the replica can't be served: {error}") from error
    raise typer.Exit(demonstration.run(_console, site, storage))


@app.callback(invoke_without_command=True)
def _top(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        print(f"ombudsman_crawler {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; every error made on purpose is one sentence and an exit status."""
    try:
        # Typer itself answers wrong usage, with exit status 2, and Ctrl-C outside a crawl.
        app()
    except OmbudsmanError as error:
        _say(str(error))
        sys.exit(error.exit_status)
    except BrokenPipeError:
        # The reader of a pipe has gone: nothing is left to tell it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Sentence(OmbudsmanError):
    """An error told in one sentence by the command line itself."""

    exit_status = 2


def _say(sentence: str) -> None:
    _errors.print(f"ombudsman: {sentence}", markup=False)


def _crawl(
    command: str,
    asked: dict[str, Any],
    storage: Path,
    site: str,
    settings: list[str] | None,
    note: str | None,
    verbose: bool,
    log_format: str,
) -> None:
    from ombudsman_crawler import crawl as crawling  # noqa: PLC0415
    from ombudsman_crawler.options import Options  # noqa: PLC0415

    options = Options.read(**asked)
    changed = crawling.overrides(settings or [])
    _log(verbose=verbose, log_format=log_format)
    _announce(site)
    result = crawling.run(
        options,
        command=command,
        storage=storage,
        site=site,
        note=note,
        changed=changed,
        progress=not verbose and log_format == "text",
    )
    if options.dry_run:
        report.dry_run(_console, result.summary)
    else:
        report.run_summary(_console, result.run_id, result.summary)
    raise typer.Exit(result.exit_status)


def _announce(site: str) -> None:
    from ombudsman_crawler.crawl import is_live  # noqa: PLC0415

    if is_live(site) and not os.environ.get("OMBUDSMAN_CONTACT"):
        _say(
            "warning: set OMBUDSMAN_CONTACT to an address or page of yours, "
            "so that the site's operators can reach whoever crawls it"
        )


def _whole(argument: str, value: str, least: int, most: int) -> int:
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise BadArgument(argument, value, f"write a whole number from {least} to {most}")
    return int(value)


class _Stderr(logging.StreamHandler[Any]):
    """Writes to what is standard error now: a live line of progress takes it over for a while."""

    @property
    def stream(self) -> Any:
        return sys.stderr

    @stream.setter
    def stream(self, _: Any) -> None:
        """Standard error is looked up each time."""


class _TextLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = times.utc(datetime.fromtimestamp(record.created, UTC))
        line = f"{moment} {record.levelname.lower()}: {record.getMessage()}"
        return line + ("\n" + self.formatException(record.exc_info) if record.exc_info else "")


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": times.utc(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def _log(*, verbose: bool, log_format: str) -> None:
    formats: dict[str, type[logging.Formatter]] = {
        "text": _TextLines,
        "json": _JsonLines,
    }
    if log_format not in formats:
        raise BadArgument("--log-format", log_format, f"choose one of {', '.join(formats)}")
    handler = _Stderr()
    handler.setFormatter(formats[log_format]())
    if not verbose:
        handler.addFilter(_own_or_serious)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def _own_or_serious(record: logging.LogRecord) -> bool:
    """Let pass what this project says, and what others say in earnest.

    Of robots.txt `middlewares.Robots` tells itself what Scrapy tells with a traceback.
    """
    if record.name == "scrapy.downloadermiddlewares.robotstxt":
        return False
    # What Scrapy says on Ctrl-C: it ends gracefully, and what a second one would do.
    if record.name == "scrapy.crawler" and record.msg.startswith("Received"):
        return True
    return record.name.startswith("ombudsman_crawler") or record.levelno >= logging.WARNING


def _replica_room(name: str) -> Any:
    try:
        from ombudsman_crawler import replica as room  # noqa: PLC0415

        return getattr(room, name)
    except ModuleNotFoundError as error:
        raise _Sentence(
            f"the replica needs {error.name}; install the extra: pip install '.[replica]'"
        ) from error


def _hash(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise _Sentence(f"{file} can't be read: {error.strerror}") from error
