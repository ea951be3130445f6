"""Tables in many shapes, for tests: cells → the bytes of a CSV or a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl

Grid = Sequence[Sequence[Any]]


def csv_bytes(grid: Grid, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(grid)
    return text.getvalue().encode(encoding)


def workbook(
    sheets: dict[str, Grid],
    *,
    merged: Iterable[str] = (),
    hidden: Iterable[str] = (),
    formats: dict[str, str] | None = None,
) -> bytes:
    """`merged` are ranges and `formats` number formats by cell, both of the first sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, grid in sheets.items():
        sheet = book.create_sheet(name)
        for row in grid:
            sheet.append(list(row))
        if name in hidden:
            sheet.sheet_state = "hidden"
    first = book.worksheets[0]
    for where in merged:
        first.merge_cells(where)
    for where, number_format in (formats or {}).items():
        first[where].number_format = number_format
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()
