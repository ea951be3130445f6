"""`ombudsman reread`: what is archived, read again."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from ombudsman_crawler import report
from ombudsman_crawler.cli.edge import Sentence, app, console, say
from ombudsman_crawler.cli.options import OcrOption, StorageOption, YearsOption


@app.command()
def reread(
    years: YearsOption = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="Only what wasn't read as a letter in a known form.")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Also what this version of the reader has read already.")
    ] = False,
    extract: Annotated[
        bool,
        typer.Option(
            "--extract", help="Take the words out of the PDFs anew, instead of the stored ones."
        ),
    ] = False,
    ocr: OcrOption = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would change; store nothing.")
    ] = False,
    storage: StorageOption = Path("storage"),
) -> None:
    """Read what is archived again, without any network, and say what changes, figure by figure.

    Reads letters and council pages that an older version of the reader has read, or nobody yet.
    What changes is printed before it is stored; earlier readings of letters stay. Ends with 1 when
    an archived file is lost, 3 while a crawl holds the storage, 130 when stopped by hand.
    """
    from ombudsman_crawler import rereading, settings  # noqa: PLC0415
    from ombudsman_crawler.archive import lock  # noqa: PLC0415
    from ombudsman_crawler.database import session  # noqa: PLC0415
    from ombudsman_crawler.exceptions import WrongStorage  # noqa: PLC0415
    from ombudsman_crawler.reading_workers import ReadingWorkers  # noqa: PLC0415
    from ombudsman_crawler.years import YearRange  # noqa: PLC0415

    if failed and every:
        raise Sentence("--failed and --all exclude each other; give one of them")
    span = YearRange.parse(years) if years is not None else None
    workers = ReadingWorkers.configured(vars(settings), ocr=ocr)
    if session.schema(storage) is None:
        raise WrongStorage(f"{storage} holds no database yet; run `ombudsman crawl` first")
    try:
        # A dry run changes nothing and needn't wait for a crawl.
        with nullcontext() if dry_run else lock.hold(storage):
            engine = (session.open_for_reading if dry_run else session.open_for_writing)(storage)
            try:
                with report.counting("read again") as progress:
                    done = rereading.run(
                        engine,
                        storage,
                        workers,
                        lambda changes: report.changes(console, changes),
                        years=span,
                        only="failed" if failed else "all" if every else "outdated",
                        extract=extract,
                        dry_run=dry_run,
                        progress=progress,
                    )
            finally:
                workers.close()
                engine.dispose()
    except KeyboardInterrupt:
        say("stopped; what was stored stays, and the next `ombudsman reread` reads the rest")
        raise typer.Exit(130) from None
    report.reread(console, done, dry_run=dry_run)
    raise typer.Exit(1 if done.lost else 0)
