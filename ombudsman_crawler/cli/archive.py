"""`ombudsman verify` and `archive`: whether the archive is whole, and handing it on."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from ombudsman_crawler import report
from ombudsman_crawler.cli.edge import Sentence, app, console, say, whole_number
from ombudsman_crawler.cli.options import JsonOption, StorageOption

# Seconds between lines where there is no terminal to draw on.
_LINE_EVERY = 15.0


archive = typer.Typer(name="archive", help="Hand archived runs on to others.", no_args_is_help=True)
app.add_typer(archive)


@archive.command()
def wacz(
    run: Annotated[str, typer.Argument(help="Number of the run, as `ombudsman status` shows it.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", help="The file to write; by default named like the run's WARC."),
    ] = None,
    storage: StorageOption = Path("storage"),
) -> None:
    """Pack a run as WACZ: its WARC, what that refers to in earlier ones, an index, its pages.

    Needs the extra `wacz`. Such a file can be opened at replayweb.page, and replayed with
    `ombudsman crawl --replay`.
    """
    from ombudsman_crawler import packing  # noqa: PLC0415

    number = whole_number("RUN", run, 1, 10**9)
    try:
        packed = packing.pack(storage, number, output)
    except ModuleNotFoundError as error:
        raise Sentence(
            f"packing needs {error.name}; install the extra: pip install '.[wacz]'"
        ) from error
    console.print(
        f"{packed.path}: {packed.pages} pages and letters, {packed.referred} answers of earlier"
        " runs that it refers to"
        + (f"; of {packed.erased} it says that they were erased" if packed.erased else ""),
        markup=False,
    )


@app.command()
def verify(storage: StorageOption = Path("storage"), as_json: JsonOption = False) -> None:
    """Recompute every hash, and compare rows, files and WARC records with one another.

    Ends with 1 when something is missing or corrupt, and says what to do about each. What a kill
    can leave behind is a note. Deletes and changes nothing.
    """
    from ombudsman_crawler import verify as verifying  # noqa: PLC0415

    with _Watching() as watching:
        found = verifying.verify(storage, watching.saw)
    if as_json:
        print(json.dumps(found.plain(), indent=2, ensure_ascii=False))
    else:
        report.verified(console, found.plain())
    raise typer.Exit(1 if found.problems else 0)


class _Watching:
    """Progress of long work: a bar on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self._said = time.monotonic()
        self._bar: Progress | None = None
        if sys.stderr.isatty():
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._bar.add_task("")

    def __enter__(self) -> _Watching:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def saw(self, what: str, done: int, total: int) -> None:
        if self._bar is not None:
            self._bar.update(self._task, description=what, completed=done, total=total)
        elif time.monotonic() - self._said >= _LINE_EVERY:
            self._said = time.monotonic()
            say(f"{done} of {total} {what}")
