"""`ombudsman withhold` and `erase`: what isn't to be published, and what the law wants gone."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ombudsman_crawler import report
from ombudsman_crawler.cli.edge import Sentence, app, console
from ombudsman_crawler.cli.options import JsonOption, StorageOption
from ombudsman_crawler.exceptions import BadArgument

if TYPE_CHECKING:
    from ombudsman_crawler.database.reader import Reader

# A tombstone repeats the reason in the place of an answer, which may be short.
_LONGEST_WHY = 500

_SUBJECT = (
    "A document by its SHA-256 (eight characters of it or more); a letter as authority/year "
    "(kent-county-council/2021), which means all its documents; or a decision by its reference "
    '("25 005 701").'
)
WhoOption = Annotated[str | None, typer.Option("--who", help="Your name.")]
WhyOption = Annotated[
    str | None, typer.Option("--why", help="Why, in a sentence that others may read.")
]


@app.command()
def withhold(
    subjects: Annotated[
        list[str] | None, typer.Argument(metavar="SUBJECT...", help=_SUBJECT)
    ] = None,
    who: WhoOption = None,
    why: WhyOption = None,
    lift: Annotated[bool, typer.Option("--lift", help="Withhold it no longer.")] = False,
    list_them: Annotated[bool, typer.Option("--list", help="Print what is withheld.")] = False,
    storage: StorageOption = Path("storage"),
    as_json: JsonOption = False,
) -> None:
    """Keep documents and decisions back from publication, or (--lift) no longer.

    Nothing is removed: the view `withheld` and the column `withheld` of `figures` show it. A
    document that comes later is another one. May be done while a crawl runs. With --list, or
    without a subject, prints what is withheld.
    """
    from ombudsman_crawler.database import session  # noqa: PLC0415
    from ombudsman_crawler.database.reader import Reader  # noqa: PLC0415

    engine = session.open_for_reading(storage)
    try:
        reader = Reader(engine)
        if list_them or not subjects:
            found = reader.withheld()
            if as_json:
                print(json.dumps(found, indent=2, ensure_ascii=False))
            else:
                report.withheld(console, found)
            return
        who, why = _said(who, why)
        names = _names(reader, subjects, lift=lift)
    finally:
        engine.dispose()
    _write(storage, names, lift=lift, who=who, why=why)
    console.print(
        f"{len(names)} {'no longer withheld' if lift else 'withheld'}: `ombudsman withhold --list`"
    )


@app.command()
def erase(
    subjects: Annotated[list[str], typer.Argument(metavar="SUBJECT...", help=_SUBJECT)],
    who: WhoOption = None,
    why: WhyOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask whether it is meant.")] = False,
    storage: StorageOption = Path("storage"),
) -> None:
    """Erase documents where the law asks for it: their bytes and their words, for good.

    Removes the files, the words in the database, and each WARC record that carries them; documents
    with the same words in other bytes go too. Figures, hashes and who erased what, when and why
    stay. The site is not asked; what it serves again isn't archived. Ended anywhere, run it again.
    Ends with 3 while a crawl holds the storage. Backups and published copies are for you to see to.
    """
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415

    from ombudsman_crawler import erasing  # noqa: PLC0415
    from ombudsman_crawler.archive import lock  # noqa: PLC0415

    who, why = _said(who, why)
    plan = _plan(storage, subjects)
    report.to_erase(console, plan)
    if not yes:
        if not sys.stdin.isatty():
            raise BadArgument("--yes", "no", "say --yes: there is no terminal to ask at")
        typer.confirm("Erase this for good?", abort=True)
    with lock.hold(storage):
        # While a person thought, a crawl may have brought more.
        documents = [number for number, _ in _plan(storage, subjects)]
        try:
            with report.counting("WARCs") as progress:
                done = erasing.erase(storage, documents, who=who, why=why, progress=progress)
        except (OSError, OperationalError) as error:
            because = getattr(error, "orig", None) or getattr(error, "strerror", None) or error
            raise Sentence(
                f"not everything could be erased: {because}; make room or end the program that "
                "holds it, and run this again"
            ) from error
    report.erased(console, done)


def _said(who: str | None, why: str | None) -> tuple[str, str]:
    """Return who says it and why, in one line each."""
    given = {"--who": " ".join((who or "").split()), "--why": " ".join((why or "").split())}
    for option, value in given.items():
        if not value:
            raise BadArgument(option, value, "say who you are, and why")
    if len(given["--why"]) > _LONGEST_WHY:
        raise BadArgument("--why", why, f"say it in {_LONGEST_WHY} characters")
    return given["--who"], given["--why"]


def _names(reader: Reader, subjects: list[str], *, lift: bool) -> list[str]:
    withheld = {row["subject"] for row in reader.withheld()}
    names: list[str] = []
    for subject in subjects:
        of_subject = reader.withholding_names(reader.subject(subject))
        if lift:
            of_subject = [name for name in of_subject if name in withheld]
            if not of_subject:
                raise BadArgument(
                    "SUBJECT", subject, "it isn't withheld: `ombudsman withhold --list`"
                )
        names += of_subject
    return list(dict.fromkeys(names))


def _write(storage: Path, names: list[str], *, lift: bool, who: str, why: str) -> None:
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415

    from ombudsman_crawler.database import session  # noqa: PLC0415
    from ombudsman_crawler.database.writer import Writer  # noqa: PLC0415

    engine = session.open_existing_for_writing(storage)
    try:
        # One short transaction: it waits for a crawl's, which are short too, and needs no lock.
        Writer(engine).withhold(names, withheld=not lift, who=who, why=why)
    except OperationalError as error:
        raise Sentence(f"{storage} can't be written to: {error.orig}") from error
    finally:
        engine.dispose()


def _plan(storage: Path, subjects: list[str]) -> list[tuple[int, dict[str, str]]]:
    from ombudsman_crawler.database import session  # noqa: PLC0415
    from ombudsman_crawler.database.reader import Reader  # noqa: PLC0415

    engine = session.open_for_reading(storage)
    try:
        reader = Reader(engine)
        numbers = [number for one in subjects for number in reader.subject(one).documents]
        return reader.to_erase(numbers)
    finally:
        engine.dispose()
