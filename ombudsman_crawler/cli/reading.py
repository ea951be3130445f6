"""`ombudsman read`: letters as files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from ombudsman_crawler import report
from ombudsman_crawler.cli.edge import Sentence, app, console
from ombudsman_crawler.cli.options import JsonOption


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(help="Letters as PDF files.")],
    as_json: JsonOption = False,
) -> None:
    """Read letters without a database: their figures, the words behind them, the doubts.

    Ends with 1 when a file couldn't be read as a letter.
    """
    from ombudsman_crawler import settings  # noqa: PLC0415
    from ombudsman_crawler.letters import read as reading_room  # noqa: PLC0415
    from ombudsman_crawler.letters.letter import Expectation, Status  # noqa: PLC0415
    from ombudsman_crawler.reading_workers import ReadingWorkers  # noqa: PLC0415

    hashes = [(file, _hash(file)) for file in files]
    workers = ReadingWorkers(
        min(settings.OMBUDSMAN_READERS, len(files)),
        settings.OMBUDSMAN_READING_SECONDS,
        settings.OMBUDSMAN_READING_MEMORY,
    )
    objects: list[dict[str, Any]] = []
    unread = 0
    try:
        jobs = [
            (file, sha256, workers.submit(file, sha256, Expectation())) for file, sha256 in hashes
        ]
        for file, sha256, job in jobs:
            error = job.exception()
            reading = (
                job.result().reading
                if error is None
                else reading_room.unreadable(*workers.failure(error))
            )
            for letter in reading.letters:
                unread += letter.status not in (Status.OK, Status.SUSPECT)
                if as_json:
                    objects.append(report.letter_object(str(file), sha256, letter))
                else:
                    report.letter(console, str(file), letter)
    finally:
        workers.close()
    if as_json:
        print(json.dumps(objects, indent=2, ensure_ascii=False))
    raise typer.Exit(1 if unread else 0)


def _hash(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise Sentence(f"{file} can't be read: {error.strerror}") from error
