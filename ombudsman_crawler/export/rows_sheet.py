"""Rows written into a sheet of XlsxWriter many at a time.

XlsxWriter takes each cell by itself, which for the six million cells of everything takes half a
minute. In its mode of constant memory a sheet is a file that rows are appended to as XML: here
whole rows are appended, and what a cell holds is made into XML once for each value. Everything
around the rows is XlsxWriter's. This leans on its inner parts, so its version is pinned closely.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

#: What Excel allows: rows in a sheet, UTF-16 units in a cell.
MOST_ROWS = 1_048_576
MOST_UNITS = 32_767

# Values that are met again soon are made into XML once; more than these would only take memory.
_REMEMBERED = 2_000

# Of notes: pixels, and the characters that a line of such a width takes at least.
_NOTE_WIDTH, _NOTE_CHARACTERS, _LINE_HEIGHT = 320, 42, 16

# XML can't hold these; Excel writes them as _xHHHH_, and text that looks so as _x005F_xHHHH_.
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9a-fA-F]{4}_)")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x0d\ufffe\uffff]")


class _Cells(dict[Any, str]):
    """The XML of a column's cells by value, from behind the cell's address on."""

    def __init__(self, kind: str, style: Format | None) -> None:
        self._is_text = kind == "TEXT"
        self._style = f' s="{style._get_xf_index()}"' if style is not None else ""
        self.cut = 0

    def __missing__(self, value: Any) -> str:
        if self._is_text:
            shown, is_cut = _fitting(str(value))
            space = "" if shown == shown.strip() else ' xml:space="preserve"'
            made = f'"{self._style} t="inlineStr"><is><t{space}>{_as_xml(shown)}</t></is></c>'
            if is_cut:
                self.cut += 1
                return made
        else:
            # A number that no cell holds is an error in Excel, too.
            if not math.isfinite(value):
                return f'"{self._style} t="e"><v>#NUM!</v></c>'
            number = int(value) if value == int(value) else value
            made = f'"{self._style}><v>{number!r}</v></c>'
        if len(self) >= _REMEMBERED:
            self.clear()
        self[value] = made
        return made


class RowsSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter's types aren't looked at
    """A sheet that takes rows whose cells have a kind (INTEGER, REAL, TEXT) and a format each."""

    def expect(
        self, columns: Sequence[tuple[str, Format | None]], marked: Sequence[Format]
    ) -> None:
        """Say each column's kind and format, and its format where a value is marked."""
        self._addresses = [f'<c r="{xl_col_to_name(index)}' for index in range(len(columns))]
        self._cells = [_Cells(kind, style) for kind, style in columns]
        self._marked = [
            _Cells(kind, style) for (kind, _), style in zip(columns, marked, strict=True)
        ]

    def note(self, row: int, column: int, text: str) -> None:
        """Put a note at a cell, large enough for its text."""
        lines = len(text) // _NOTE_CHARACTERS + 2
        self.write_comment(
            row, column, text, {"width": _NOTE_WIDTH, "height": _LINE_HEIGHT * lines}
        )

    def end(self) -> int:
        """Forget what is remembered of the rows. Returns how many texts were too long for a cell
        and were cut."""
        every = (*self._cells, *self._marked)
        for cells in every:
            cells.clear()
        return sum(cells.cut for cells in every)

    def append(
        self,
        first: int,
        rows: Sequence[Sequence[Any]],
        marked: Mapping[int, Mapping[int, str | None]],
    ) -> None:
        """Append rows from row `first` on (from 0).

        `marked` are the cells to be marked, by their row's place in `rows` and their column, and
        the note each has, if any.
        """
        # What was written cell by cell before goes first; then notes, while the rows are new.
        self._write_single_row(first)
        last = first + len(rows) - 1
        self._check_dimensions(last, len(self._cells) - 1)
        lines = []
        for place, row in enumerate(rows):
            cells = self._cells
            if place in marked:
                cells = list(cells)
                for column, note in marked[place].items():
                    cells[column] = self._marked[column]
                    if note:
                        self.note(first + place, column, note)
            number = first + place + 1
            line = "".join(
                [
                    f"{address}{number}{made[value]}"
                    for address, made, value in zip(self._addresses, cells, row, strict=True)
                    if value is not None
                ]
            )
            lines.append(f'<row r="{number}">{line}</row>')
        self.row_data_fh.write("".join(lines))
        self.previous_row = last + 1


def _fitting(text: str) -> tuple[str, bool]:
    """Return as much of a text as a cell takes, with a mark where it is cut."""
    if len(text) <= MOST_UNITS // 2:
        return text, False
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MOST_UNITS:
        return text, False
    mark = f" … [cut here: {len(text):,} characters in all; the other formats have them]"
    kept = units[: 2 * (MOST_UNITS - len(mark))].decode("utf-16-le", errors="ignore")
    return f"{kept}{mark}", True


def _as_xml(text: str) -> str:
    text = _LOOKS_ESCAPED.sub("_x005F_", text)
    text = _NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return escape(text)
