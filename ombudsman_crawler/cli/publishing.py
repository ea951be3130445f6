"""`ombudsman publish`: the analysts' database as a file that never changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ombudsman_crawler.cli.edge import app, console, day, say
from ombudsman_crawler.cli.options import AsOfOption, JsonOption, StorageOption

if TYPE_CHECKING:
    from ombudsman_crawler.publish import Published


@app.command()
def publish(
    storage: StorageOption = Path("storage"),
    as_of: AsOfOption = None,
    despite_checks: Annotated[
        bool,
        typer.Option(
            "--despite-checks",
            help="Publish although required checks of the last crawls don't hold; it says so.",
        ),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Publish even where nothing has changed.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write what the storage says now to published/ombudsman-<date>.db, with a manifest beside it.

    Also while a crawl writes. CHANGES.md tells what changed since the one before, and latest.db is
    always the newest. What is withheld is left out. Ends with 1, and publishes nothing, when
    required checks of the last crawls don't hold.
    """
    from ombudsman_crawler import credits  # noqa: PLC0415
    from ombudsman_crawler import publish as publishing  # noqa: PLC0415

    done = publishing.publish(
        storage,
        day=day("--as-of", as_of) if as_of is not None else None,
        despite_checks=despite_checks,
        force=force,
    )
    if as_json:
        print(json.dumps({"new": done.is_new, **done.manifest}, indent=2, ensure_ascii=False))
        return
    if done.manifest["replica"]:
        say(credits.REPLICA)
    if not done.is_new:
        console.print(f"Nothing has changed since {done.path}", markup=False)
        _tell_of_newer(done)
        return
    rows = done.manifest["rows"]
    console.print(
        f"{done.path}: {rows['letters']:,} letters, {rows['figures']:,} figures,"
        f" {done.manifest['size']:,} bytes",
        markup=False,
    )
    _tell_of_newer(done)
    for section in done.changes:
        console.print(f"  {section.heading}: {section.count:,}", markup=False)
    if done.manifest["withheld"]:
        console.print(f"  {done.manifest['withheld']} withheld: nothing is said of them")
    for failing in done.manifest["failing"]:
        say(f"published although {failing}")


def _tell_of_newer(done: Published) -> None:
    from ombudsman_crawler.database import publication  # noqa: PLC0415

    if done.newer is not None:
        console.print(
            f"  latest.db still names {done.newer.name}: data until"
            f" {publication.about(done.newer)['data_until']}, these until"
            f" {done.manifest['data_until']}",
            markup=False,
        )
