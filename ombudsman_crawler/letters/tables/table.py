"""What a table is made of: columns, cells and rows, as they are found and as they are handed on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ombudsman_crawler.figures.figure import Box
from ombudsman_crawler.letters.letter import Word

#: What fills a cell: a number, a percentage, a dash, "N/A".
CELL = re.compile(
    r"(?:\d{1,3}(?:,\d{3}){1,2}|\d{1,6})(?:\.\d{1,2})?%?|[-–—]|n/a|nil", re.IGNORECASE
)
# A label has at most so many lines above its row, or under it.
LABEL_LINES = 3


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `key` None: its heading isn't in the vocabulary."""

    table: str
    key: str | None
    heading: str
    box: Box


@dataclass(frozen=True, slots=True)
class Cell:
    """What is printed in one cell, and where."""

    printed: str
    box: Box


@dataclass
class Row:
    """One row of a table: a cell, or None for an empty one, for each of `columns`.

    `sure` is False where the geometry left open under which heading some number stands. `box` is
    around all that was read of the row. Boxes are those of the page as displayed.
    """

    page: int
    columns: tuple[Column, ...]
    cells: tuple[Cell | None, ...]
    label: str | None
    label_text: str
    sure: bool
    box: Box

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(column.table for column in self.columns if column.key))

    def of(self, table: str) -> dict[str, tuple[Column, Cell | None]]:
        """Return column and cell by key, for the columns of one table."""
        return {
            column.key: (column, cell)
            for column, cell in zip(self.columns, self.cells, strict=True)
            if column.table == table and column.key
        }

    def strange(self) -> list[tuple[Column, Cell]]:
        """Return the filled cells under headings that the vocabulary doesn't have."""
        return [
            (column, cell)
            for column, cell in zip(self.columns, self.cells, strict=True)
            if column.key is None and cell is not None
        ]


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A row of numbers: where it stands, the words before them, and the cells."""

    index: int
    y: float
    height: float
    label_words: tuple[Word, ...]
    label: str | None
    cells: tuple[Cell, ...]

    @property
    def is_weak(self) -> bool:
        """Whether it may as well be a line of prose that ends in a number."""
        return bool(self.label_words) and self.label is None and len(self.cells) < 2


@dataclass(frozen=True, slots=True)
class EmptyRow:
    """A label beside which no number stands, and its words by their rows."""

    label: str
    label_text: str
    placed: Sequence[tuple[int, Word]]


@dataclass
class OpenTable:
    """Columns, and the rows of numbers found under them so far, by page."""

    columns: list[Column]
    head_bottom: float
    rows: list[tuple[int, NumberRow]] = field(default_factory=list)
    goes_on: bool = False
    """Whether rows of it stand on the page before."""
