"""CSV: UTF-8 without a byte order mark, RFC 4180 (commas, CRLF, quotes doubled), a file a table.

A spreadsheet takes a cell that begins like a formula for one, and runs it. In columns of text such
a cell gets an apostrophe before it. So that this can be undone without doubt, one that has
apostrophes before such a beginning gets one more: `made_harmless` and `as_it_was` are inverse.
Numbers are written as they are, whole ones without ".0"; no value is an empty cell.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO

from ombudsman_crawler.database.analysts import Table
from ombudsman_crawler.export.contents import Contents

#: Where the files lie in an export's folder.
FOLDER = "csv"

_FIRST = frozenset("'=+-@\t\r\n＝＋－＠")
_RUNS = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def made_harmless(text: str) -> str:
    """Return a text as a cell that no spreadsheet runs as a formula."""
    return f"'{text}" if text[:1] in _FIRST and _RUNS.match(text) else text


def as_it_was(cell: str) -> str:
    """Return the text that `made_harmless` made a cell of."""
    return cell[1:] if cell.startswith("'") and _RUNS.match(cell) else cell


def _text(value: str | None) -> str | None:
    # The check of the first character alone is all that most cells need.
    if value is None or value[:1] not in _FIRST:
        return value
    return made_harmless(value)


def _real(value: float | None) -> float | int | None:
    return int(value) if value is not None and value.is_integer() else value


_WRITTEN: dict[str, Callable[[Any], Any]] = {"TEXT": _text, "REAL": _real}


class CsvFiles:
    """Writes a file for each table into a folder."""

    def __init__(self, folder: Path, contents: Contents) -> None:
        self._folder = folder / FOLDER
        self._contents = contents
        self._folder.mkdir(exist_ok=True)
        self._file: TextIO
        self._columns: list[Callable[[Any], Any] | None]

    def begin(self, table: Table) -> None:
        path = self._folder / f"{table.name}.csv"
        self._file = path.open("w", encoding="utf-8", newline="")
        self._columns = [_WRITTEN.get(kind) for kind in table.columns.values()]
        self._writer = csv.writer(self._file, lineterminator="\r\n")
        self._writer.writerow(table.columns)

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        columns = [
            column if written is None else map(written, column)
            for written, column in zip(self._columns, zip(*rows, strict=True), strict=True)
        ]
        self._writer.writerows(zip(*columns, strict=True))

    def end(self) -> None:
        self._file.close()

    def finish(self) -> None:
        """Nothing is left to write."""

    def abandon(self) -> None:
        """Let go of what is open."""
        if hasattr(self, "_file"):
            self._file.close()


def size_and_hash(path: Path) -> tuple[int, str]:
    """Return a file's bytes and its SHA-256."""
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
