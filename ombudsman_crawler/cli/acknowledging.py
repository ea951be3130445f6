"""`ombudsman acknowledge`: a person's word on what a run asks people to look at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ombudsman_crawler import report
from ombudsman_crawler.cli.edge import Sentence, app, console
from ombudsman_crawler.cli.options import JsonOption, StorageOption
from ombudsman_crawler.exceptions import BadArgument

if TYPE_CHECKING:
    from ombudsman_crawler.database.reader import Reader


@app.command()
def acknowledge(
    subjects: Annotated[
        list[str] | None,
        typer.Argument(metavar="SUBJECT...", help="Findings or councils, as --list names them."),
    ] = None,
    who: Annotated[str | None, typer.Option("--who", help="Your name.")] = None,
    verdict: Annotated[
        str | None,
        typer.Option(
            "--verdict",
            help="Of a finding: right (the stored value is the printed one), wrong or unsure. Of "
            "a council that vanished: expected or unsure. reopened takes a word back.",
        ),
    ] = None,
    note: Annotated[str | None, typer.Option("--note", help="Why.")] = None,
    list_them: Annotated[
        bool, typer.Option("--list", help="Print what is open and what is settled.")
    ] = False,
    storage: StorageOption = Path("storage"),
    as_json: JsonOption = False,
) -> None:
    """Settle a finding or a council that vanished: it stays visible and raises no alarm any longer.

    May be done while a crawl runs. With --list, or without a subject, prints what is open.
    """
    from ombudsman_crawler.database import session  # noqa: PLC0415
    from ombudsman_crawler.database.reader import Reader  # noqa: PLC0415

    engine = session.open_for_reading(storage)
    try:
        reader = Reader(engine)
        if list_them or not subjects:
            found = reader.acknowledgements()
            if as_json:
                print(json.dumps(found, indent=2, ensure_ascii=False))
            else:
                report.acknowledgements(console, found)
            return
        said = {"--who": who, "--verdict": verdict, "--note": note}
        for option, value in said.items():
            if not (value or "").strip():
                raise BadArgument(option, value or "", "say who you are, what you found, and why")
        for subject in subjects:
            _refuse(reader, subject, verdict or "")
    finally:
        engine.dispose()
    _write(storage, sorted(set(subjects)), who or "", verdict or "", note or "")
    console.print(f"{len(set(subjects))} settled as {verdict}: `ombudsman acknowledge --list`")


def _refuse(reader: Reader, subject: str, verdict: str) -> None:
    from ombudsman_crawler.database import acknowledgements  # noqa: PLC0415

    near = reader.near_subjects(subject)
    if near is not None:
        perhaps = f"perhaps {' or '.join(near)}?" if near else "`ombudsman acknowledge --list`"
        raise BadArgument("SUBJECT", subject, f"nothing of this name is open; {perhaps}")
    allowed = acknowledgements.verdicts_of(subject)
    if verdict not in allowed:
        raise BadArgument("--verdict", verdict, f"of {subject} say one of {', '.join(allowed)}")


def _write(storage: Path, subjects: list[str], who: str, verdict: str, note: str) -> None:
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415

    from ombudsman_crawler.database import session  # noqa: PLC0415
    from ombudsman_crawler.database.writer import Writer  # noqa: PLC0415

    engine = session.open_existing_for_writing(storage)
    try:
        # One short transaction: it waits for a crawl's, which are short too, and needs no lock.
        Writer(engine).acknowledge(subjects, who=who, verdict=verdict, note=note)
    except OperationalError as error:
        raise Sentence(f"{storage} can't be written to: {error.orig}") from error
    finally:
        engine.dispose()
