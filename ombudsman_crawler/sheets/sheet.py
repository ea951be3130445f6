"""A sheet as it is printed: cells in rows, before anybody knows what they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: No table of 400 bodies comes near these; what does is no table of theirs.
MAX_ROWS, MAX_COLUMNS = 5_000, 120
#: Bytes of a file, and of what a workbook unpacks to.
MAX_FILE, MAX_UNPACKED = 16 * 2**20, 48 * 2**20


class UnreadableSheet(Exception):
    """A file's sheets can't be had; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `text` is what is displayed; `number` the number displayed, None where it is none;
    `percent` whether a percent sign is displayed with it; `place` as spreadsheets name it (F14).

    `lost`: a formula whose value wasn't saved; `filled`: part of merged cells, which say this once.
    """

    text: str
    number: float | None
    percent: bool
    place: str
    lost: bool = False
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `rows` are all rows from the first, each as long as its last filled cell; an empty
    cell is None. `name` is empty for a CSV."""

    name: str
    rows: tuple[tuple[Cell | None, ...], ...]


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A file's sheets, how its text is encoded (None for workbooks), and what was left out of it:
    sentences."""

    sheets: tuple[Sheet, ...]
    encoding: str | None = None
    left_out: tuple[str, ...] = ()


_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,12})(?:\.\d{1,10})?")


def number_of(text: str) -> tuple[float | None, bool]:
    """Return the number that a text is, and whether a percent sign follows it: "1,234", "74 %"."""
    stripped = text.strip()
    percent = stripped.endswith("%")
    digits = stripped.removesuffix("%").rstrip()
    if not digits.isascii() or not _NUMBER.fullmatch(digits):
        return None, False
    return float(digits.replace(",", "")), percent


def text_cell(text: str, place: str) -> Cell | None:
    """Return the cell of a text, None where it is blank."""
    plain = text.replace("\xa0", " ").replace("\ufeff", "").strip()
    if not plain:
        return None
    number, percent = number_of(plain)
    return Cell(plain, number, percent, place)


def place(row: int, column: int) -> str:
    """Return how spreadsheets name a cell; row and column count from 1."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row}"


def trimmed(row: list[Cell | None]) -> tuple[Cell | None, ...]:
    """Return a row without the empty cells at its end."""
    while row and row[-1] is None:
        row.pop()
    return tuple(row)
