"""`ombudsman explore`: the data in a browser, every number with its evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ombudsman_crawler.cli.edge import Sentence, app, console, whole_number
from ombudsman_crawler.cli.options import DatabaseOption, StorageOption
from ombudsman_crawler.exceptions import BadArgument


@app.command()
def explore(
    storage: StorageOption = Path("storage"),
    database: DatabaseOption = None,
    host: Annotated[
        str, typer.Option("--host", help="Address of this machine to serve at.")
    ] = "127.0.0.1",
    port: Annotated[str, typer.Option("--port", help="0 takes a free one.")] = "8001",
) -> None:
    """Serve the data as pages for a browser, and as JSON, CSV and SQL by Datasette.

    Shows the storage as it is now, also while a crawl writes, or a published database; the pages of
    letters are those of --storage. Prints its address; Ctrl-C ends it. Needs the extra `explore`.
    """
    try:
        from ombudsman_crawler.explore import server, shown  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        raise Sentence(
            f"the explorer needs the extra `explore` ({missing.name} isn't installed): "
            "pip install '.[explore]'"
        ) from missing
    if not _is_name(host):
        raise BadArgument("--host", host, "give an address of this machine, as 127.0.0.1")
    number = whole_number("--port", port, 0, 65535)
    showing = shown.Shown(storage, database)
    try:
        server.serve(
            showing, host, number, lambda address: console.print(f"{address} (Ctrl-C ends it)")
        )
    except OSError as error:
        raise Sentence(f"nothing can be served at {host}:{number}: {error.strerror}") from error
    finally:
        showing.close()


def _is_name(host: str) -> bool:
    """Whether a host can be looked up at all."""
    try:
        return bool(host.strip() and host.encode("idna"))
    except UnicodeError:
        return False
