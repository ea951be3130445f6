"""`ombudsman export`: the analysts' database as CSV, Parquet, Excel or a data package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ombudsman_crawler.cli.edge import Sentence, app, console, say
from ombudsman_crawler.cli.options import (
    AsOfOption,
    CouncilOption,
    DatabaseOption,
    KindOption,
    MetricsOption,
    StorageOption,
    YearsOption,
)


@app.command()
def export(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder to write into; made where it isn't.")
    ],
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            help="csv, parquet, xlsx, datapackage (CSV files and their description), or all; may "
            "be repeated. Default csv.",
        ),
    ] = None,
    years: YearsOption = None,
    councils: CouncilOption = None,
    kinds: KindOption = None,
    metrics: MetricsOption = None,
    as_of: AsOfOption = None,
    storage: StorageOption = Path("storage"),
    database: DatabaseOption = None,
) -> None:
    """Write every table for analysts as files: csv/, parquet/, ombudsman.xlsx, datapackage.json.

    README.txt beside them says what they are, on what terms, and how to cite them. What is withheld
    isn't in them. Other files in DIR are left alone; those of an earlier export are replaced when
    the new ones are whole. Ends with 1, and writes nothing, when nothing matches.
    """
    from ombudsman_crawler.cli.edge import day  # noqa: PLC0415
    from ombudsman_crawler.database import analysts  # noqa: PLC0415
    from ombudsman_crawler.export import write  # noqa: PLC0415

    named = write.formats(formats or ["csv"])
    moment = day("--as-of", as_of) if as_of is not None else None
    if folder.exists() and not folder.is_dir():
        raise Sentence(f"DIR: {folder} is a file; name a folder")
    try:
        makers = write.makers(named)
    except ModuleNotFoundError as error:
        raise Sentence(
            f"this export needs {error.name}; install the extra: pip install '.[export]'"
        ) from error
    with analysts.opened(storage, database, moment) as found:
        wanted = found.wanted(years, councils, kinds, metrics)
        try:
            contents, files = write.write(found, folder, wanted, makers, _told)
        except OSError as error:
            raise Sentence(f"{folder} can't be written: {error.strerror or error}") from error
    if not files:
        say("nothing matches; nothing was written")
        raise typer.Exit(1)
    for file in files:
        console.print(f"{folder / file.path}  {file.size:,} bytes", markup=False)
    if contents.is_replica:
        say(contents.about["warning"])


def _told(table: str, rows: int) -> None:
    console.print(f"{table:22}{rows:>10,} rows", markup=False)
