"""A sheet as its file has it: cells in rows, numbered from 1 as a spreadsheet program does."""

from __future__ import annotations

from dataclasses import dataclass


class Unreadable(Exception):
    """A file that can't be read as a spreadsheet; its text says why."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `text` is what a person sees in it, `number` its value where it is a number: a
    percentage as 74, not 0.74. `not_calculated`: a formula without a kept value."""

    text: str = ""
    number: float | None = None
    percent: bool = False
    not_calculated: bool = False

    @property
    def blank(self) -> bool:
        return not self.text and not self.not_calculated


BLANK = Cell()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `rows` are all of its rows down to the last that isn't blank; each ends with its
    last cell that isn't. `merged` are ranges (first row, first column, last row, last column; from
    0, all included) whose top left cell counts for all of them. `name` is "" for a CSV file."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden: bool = False

    def cell(self, row: int, column: int) -> Cell:
        """Return the cell of a row and column from 0; a blank one beyond the edges."""
        if not 0 <= row < len(self.rows) or not 0 <= column < len(self.rows[row]):
            return BLANK
        return self.rows[row][column]


def trimmed(rows: list[tuple[Cell, ...]]) -> tuple[tuple[Cell, ...], ...]:
    """Return rows without the blank cells at their ends, and without blank rows at the end."""
    found = []
    for row in rows:
        width = len(row)
        while width and row[width - 1].blank:
            width -= 1
        found.append(row[:width])
    while found and not found[-1]:
        found.pop()
    return tuple(found)
