"""`ombudsman crawl`, `backfill` and `probe`: the commands that ask a site."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ombudsman_crawler import report
from ombudsman_crawler.cli import log
from ombudsman_crawler.cli.edge import app, console, say
from ombudsman_crawler.cli.options import (
    CollectOption,
    CouncilOption,
    DryRunOption,
    LimitOption,
    LogFormatOption,
    NoteOption,
    NoWarcOption,
    RefetchOption,
    ReplayOption,
    SetOption,
    SiteOption,
    StorageOption,
    VerboseOption,
    YearsOption,
)
from ombudsman_crawler.site import urls


@app.command()
def crawl(
    context: typer.Context,
    collect: CollectOption = None,
    years: YearsOption = None,
    council: CouncilOption = None,
    refetch: RefetchOption = None,
    limit: LimitOption = None,
    site: SiteOption = urls.LIVE_SITE,
    storage: StorageOption = Path("storage"),
    settings: SetOption = None,
    dry_run: DryRunOption = False,
    no_warc: NoWarcOption = False,
    replay: ReplayOption = None,
    note: NoteOption = None,
    verbose: VerboseOption = False,
    log_format: LogFormatOption = "text",
) -> None:
    """Find letters and what else is asked for, archive what is new or changed, read and store it.

    Ends with 0 when every required check holds, 1 when one failed, 2 for bad arguments or another
    site's storage, 3 while another crawl holds the storage, 4 when blocked or unreachable, 130
    when stopped by hand.
    """
    asked = {"years": years, "council": council, "refetch": refetch, "limit": limit}
    every = {**asked, "collect": collect, "dry_run": dry_run}
    if replay:
        # What the files say is the site, unless one is asked for here and now.
        source = context.get_parameter_source("site")
        given = source is not None and source.name == "COMMANDLINE"
        _replay(
            every, replay, storage, site if given else None, settings, note, verbose, log_format
        )
    _crawl("crawl", every, storage, site, settings, no_warc, note, verbose, log_format)


@app.command()
def backfill(
    years: Annotated[str, typer.Argument(help="Years ending 31 March: 2019-2021.")],
    collect: CollectOption = None,
    council: CouncilOption = None,
    refetch: RefetchOption = "missing",
    limit: LimitOption = None,
    site: SiteOption = urls.LIVE_SITE,
    storage: StorageOption = Path("storage"),
    settings: SetOption = None,
    dry_run: DryRunOption = False,
    no_warc: NoWarcOption = False,
    note: NoteOption = None,
    verbose: VerboseOption = False,
    log_format: LogFormatOption = "text",
) -> None:
    """Collect past years: a crawl that also follows the older lists, and asks for what is missing.

    May be stopped and run again at any point. Exit statuses are those of `crawl`.
    """
    asked = {"years": years, "council": council, "refetch": refetch, "limit": limit}
    every = {**asked, "collect": collect, "backfill": True, "dry_run": dry_run}
    _crawl("backfill", every, storage, site, settings, no_warc, note, verbose, log_format)


@app.command()
def add(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE…", help="A letter: a PDF file, or its address.")
    ],
    found_at: Annotated[
        str | None,
        typer.Option(
            "--from", help="The address where a file was found. Addresses speak for themselves."
        ),
    ] = None,
    council: Annotated[
        str | None,
        typer.Option("--council", help="Whose letter it is, used where it doesn't say itself."),
    ] = None,
    year: Annotated[
        str | None,
        typer.Option("--year", help="Its year ending 31 March, used where it doesn't say itself."),
    ] = None,
    site: Annotated[
        str | None,
        typer.Option("--site", envvar="OMBUDSMAN_SITE", help="The site a new storage belongs to."),
    ] = None,
    storage: StorageOption = Path("storage"),
    settings: SetOption = None,
    note: NoteOption = None,
    verbose: VerboseOption = False,
    log_format: LogFormatOption = "text",
) -> None:
    """Take in letters that councils, committees or web archives keep, with their source.

    They are versions like any other, marked as copies: shown where the site never served a letter,
    and never instead of what it did serve. Exit statuses are those of `crawl`.
    """
    from ombudsman_crawler import crawl as crawling  # noqa: PLC0415
    from ombudsman_crawler.database.refetch import Refetch  # noqa: PLC0415
    from ombudsman_crawler.options import Options, Source  # noqa: PLC0415

    options = Options(
        refetch=Refetch.ALL,
        sources=tuple(Source.read(given, found_at, council, year) for given in sources),
    )
    changed = crawling.overrides(settings or [])
    log.set_up(verbose=verbose, log_format=log_format)
    (result,) = crawling.run(
        options,
        command="add",
        storage=storage,
        site=site or crawling.site_of(storage),
        note=note,
        changed=changed,
    )
    report.run_summary(console, result.run_id, result.summary)
    report.taken_in(console, result.summary["taken_in"])
    raise typer.Exit(result.exit_status)


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

    log.set_up(verbose=verbose, log_format="text")
    _announce(site)
    place = storage / "probe" / datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    (result,) = crawling.run(
        Options.read(collect="letters,pages", council=[council], limit=1),
        command="probe",
        storage=place,
        site=site,
        changed=crawling.overrides(settings or []),
    )
    for line in probing.report(place):
        console.print(line, markup=False)
    report.run_summary(console, result.run_id, result.summary)
    raise typer.Exit(result.exit_status)


def _replay(
    asked: dict[str, Any],
    files: list[Path],
    storage: Path,
    site: str | None,
    settings: list[str] | None,
    note: str | None,
    verbose: bool,
    log_format: str,
) -> None:
    from ombudsman_crawler import crawl as crawling  # noqa: PLC0415
    from ombudsman_crawler.options import Options  # noqa: PLC0415

    options = Options.read(**asked)
    changed = crawling.overrides(settings or [])
    log.set_up(verbose=verbose, log_format=log_format)
    results = crawling.replay(
        options,
        files,
        storage=storage,
        site=site,
        note=note,
        changed=changed,
        progress=not verbose and log_format == "text",
    )
    for result in results:
        report.run_summary(console, result.run_id, result.summary)
    # As with any storage, what counts is how the last run ended.
    raise typer.Exit(results[-1].exit_status)


def _crawl(
    command: str,
    asked: dict[str, Any],
    storage: Path,
    site: str,
    settings: list[str] | None,
    no_warc: bool,
    note: str | None,
    verbose: bool,
    log_format: str,
) -> None:
    from ombudsman_crawler import crawl as crawling  # noqa: PLC0415
    from ombudsman_crawler.options import Options  # noqa: PLC0415

    options = Options.read(**asked)
    changed = crawling.overrides(settings or [])
    if no_warc:
        changed["OMBUDSMAN_WARC"] = "False"
    log.set_up(verbose=verbose, log_format=log_format)
    _announce(site)
    results = crawling.run(
        options,
        command=command,
        storage=storage,
        site=site,
        note=note,
        changed=changed,
        progress=not verbose and log_format == "text",
        tell=not options.dry_run,
    )
    for result in results:
        if options.dry_run:
            report.dry_run(console, result.summary)
        else:
            report.run_summary(console, result.run_id, result.summary)
    raise typer.Exit(crawling.exit_status(results))


def _announce(site: str) -> None:
    from ombudsman_crawler.crawl import is_live  # noqa: PLC0415

    if is_live(site) and not os.environ.get("OMBUDSMAN_CONTACT"):
        say(
            "warning: set OMBUDSMAN_CONTACT to an address or page of yours, "
            "so that the site's operators can reach whoever crawls it"
        )
