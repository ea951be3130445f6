"""`ombudsman status`: what a storage holds, and how sound it is."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from ombudsman_crawler import report
from ombudsman_crawler.cli.edge import app, console
from ombudsman_crawler.cli.options import JsonOption, StorageOption


@app.command()
def status(storage: StorageOption = Path("storage"), as_json: JsonOption = False) -> None:
    """Say what the storage holds of each collection, how complete it is, how the last runs ended.

    There is a last run of the map (letters, pages, reports, improvements), of national tables and
    of decisions. Ends with 1 when one of them failed, was blocked or was killed.
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
        report.status(console, found)
    fine = found["running"] or all(run["verdict"] in ("ok", "stopped") for run in found["runs"])
    raise typer.Exit(0 if fine else 1)
