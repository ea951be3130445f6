"""`ombudsman read`: letters as files."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from ombudsman_crawler.cli import letter_report
from ombudsman_crawler.cli.edge import Sentence, app, console
from ombudsman_crawler.cli.options import JsonOption, OcrOption
from ombudsman_crawler.exceptions import BadArgument

_WITNESS = ("always", "never")


@app.command()
def read(
    files: Annotated[
        list[Path],
        typer.Argument(help="Letters as PDF files, or folders: all *.pdf below them."),
    ],
    as_json: JsonOption = False,
    ocr: OcrOption = False,
    witness: Annotated[
        str,
        typer.Option(
            "--witness",
            help="always: a second reader must find each number on its page too. never: quicker, "
            "without it.",
        ),
    ] = "always",
    with_checks: Annotated[
        bool,
        typer.Option(
            "--checks", help="List how each check ended: holds, fails, or skipped (it lacks what)."
        ),
    ] = False,
) -> None:
    """Read letters without a database: their figures, the words behind them, the doubts.

    A question mark stands before each doubtful figure. Ends with 1 when a file couldn't be read as
    a letter.
    """
    from ombudsman_crawler import settings  # noqa: PLC0415
    from ombudsman_crawler.letters import read as reading_room  # noqa: PLC0415
    from ombudsman_crawler.letters.letter import Expectation, Letter, Status  # noqa: PLC0415
    from ombudsman_crawler.reading_workers import ReadingWorkers  # noqa: PLC0415

    if witness not in _WITNESS:
        raise BadArgument("--witness", witness, f"choose one of {', '.join(_WITNESS)}")
    if with_checks and as_json:
        raise Sentence("--checks is for people; leave out --json")
    hashes = [(file, _hash(file)) for file in _found(files)]
    workers = ReadingWorkers.configured(vars(settings), ocr=ocr, documents=len(hashes))
    objects: list[dict[str, Any]] = []
    letters: list[Letter] = []
    try:
        jobs = [
            (
                # A name may hold bytes that are no characters.
                os.fsencode(file).decode("utf-8", "replace"),
                sha256,
                workers.submit(file, sha256, Expectation(), witnessed=witness == "always"),
            )
            for file, sha256 in hashes
        ]
        for file, sha256, job in jobs:
            error = job.exception()
            reading = (
                job.result().reading
                if error is None
                else reading_room.unreadable(*workers.failure(error))
            )
            for letter in reading.letters:
                if as_json:
                    objects.append(letter_report.letter_object(file, sha256, letter))
                else:
                    letter_report.letter(console, file, letter, with_checks=with_checks)
            letters += reading.letters
    finally:
        workers.close()
    if as_json:
        print(json.dumps(objects, indent=2, ensure_ascii=False))
    elif len(hashes) > 1:
        letter_report.summary(console, len(hashes), letters)
    read_well = all(letter.status in (Status.OK, Status.SUSPECT) for letter in letters)
    raise typer.Exit(0 if read_well else 1)


def _found(asked: list[Path]) -> list[Path]:
    """Return the files asked for and those in the folders asked for, each once, folders sorted.

    Raises Sentence for a folder without PDFs or one that can't be looked into.
    """
    found: dict[Path, None] = {}
    for path in asked:
        if not path.is_dir():
            found[path] = None
            continue
        below = sorted(
            Path(folder, name)
            for folder, _, names in os.walk(path, onerror=_refuse)
            for name in names
            if name.lower().endswith(".pdf")
        )
        if not below:
            raise Sentence(f"{path} has no PDF: neither the folder nor one below holds a *.pdf")
        found.update(dict.fromkeys(below))
    return list(found)


def _refuse(error: OSError) -> None:
    raise Sentence(f"{error.filename} can't be looked into: {error.strerror}") from error


def _hash(file: Path) -> str:
    try:
        # A pipe could be read once only, and waiting for one has no end.
        if file.exists() and not file.is_file():
            raise Sentence(f"{file} can't be read: it is no file")
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise Sentence(f"{file} can't be read: {error.strerror}") from error
