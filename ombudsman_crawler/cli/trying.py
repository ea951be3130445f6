"""`ombudsman replica` and `demo`: the project tried out on a small copy of the site."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ombudsman_crawler.cli.edge import Sentence, app, console, whole_number
from ombudsman_crawler.cli.options import CouncilsOption, ReplicaYearsOption, StorageOption


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
    number = whole_number("--port", port, 0, 65535)
    try:
        serve(
            councils=whole_number("--councils", councils, 1, 400),
            years=(span.first, span.last),
            port=number,
            map_style=map_style,
        )
    except (ValueError, OSError) as error:
        raise Sentence(f"the replica can't be served: {error}") from error


@app.command()
def demo(
    storage: StorageOption = Path("storage/demo"),
    councils: CouncilsOption = "12",
    years: ReplicaYearsOption = "2005-2025",
) -> None:
    """Run the main job against a replica: find, archive, read and store its letters.

    First those of 2019 and later, twice; then, as a backfill, those before.
    """
    from ombudsman_crawler import demo as demonstration  # noqa: PLC0415
    from ombudsman_crawler.years import YearRange  # noqa: PLC0415

    span = YearRange.parse(years)
    try:
        site = _replica_room("Replica")(
            councils=whole_number("--councils", councils, 1, 400), years=(span.first, span.last)
        )
    except ValueError as error:
        raise Sentence(f"the replica can't be served: {error}") from error
    raise typer.Exit(demonstration.run(console, site, span, storage))


def _replica_room(name: str) -> Any:
    try:
        from ombudsman_crawler import replica as room  # noqa: PLC0415

        return getattr(room, name)
    except ModuleNotFoundError as error:
        raise Sentence(
            f"the replica needs {error.name}; install the extra: pip install '.[replica]'"
        ) from error
