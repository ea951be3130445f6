"""`ombudsman search`: words looked for in letters, decisions, reports and improvements."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ombudsman_crawler import report
from ombudsman_crawler.cli.edge import app, console, say, whole_number
from ombudsman_crawler.cli.options import JsonOption, StorageOption, YearsOption
from ombudsman_crawler.exceptions import BadArgument


@app.command()
def search(
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS...", help="Words that must all be there.")
    ],
    query: Annotated[
        bool,
        typer.Option(
            "--query",
            help='Take WORDS as a query of SQLite\'s FTS5: "late response" NEAR OR NOT title:x.',
        ),
    ] = False,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind", help="letter, decision, report or improvement; may be repeated. Default all."
        ),
    ] = None,
    council: Annotated[
        str | None, typer.Option("--council", help="Only this council's, by slug or name.")
    ] = None,
    years: YearsOption = None,
    limit: Annotated[str, typer.Option("--limit", help="Show at most this many.")] = "20",
    storage: StorageOption = Path("storage"),
    as_json: JsonOption = False,
) -> None:
    """Look for words in what is current: best matches first, each with the words around the hit.

    "complaint" also finds "complaints". What was erased isn't found; what is withheld is, and says
    so. Ends with 1 when nothing matches.
    """
    from ombudsman_crawler.database import search as searching  # noqa: PLC0415
    from ombudsman_crawler.database import session  # noqa: PLC0415
    from ombudsman_crawler.database.reader import Reader  # noqa: PLC0415
    from ombudsman_crawler.years import YearRange  # noqa: PLC0415

    for one in kind or ():
        if one not in searching.KINDS:
            raise BadArgument("--kind", one, f"say one of {', '.join(searching.KINDS)}")
    wanted = searching.Wanted(
        kinds=tuple(kind or searching.KINDS),
        council=council,
        years=YearRange.parse(years) if years is not None else None,
        limit=whole_number("--limit", limit, 1, 10_000),
    )
    match = " ".join(words) if query else searching.quoted(words)
    engine = session.open_for_reading(storage)
    try:
        reader = Reader(engine)
        found = reader.search(match, wanted)
        lacking = reader.not_searchable()
    finally:
        engine.dispose()
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        report.found(console, found)
    if lacking:
        say(f"{lacking} texts can't be searched yet; the next crawl adds them")
    raise typer.Exit(0 if found else 1)
