"""Workbooks (XLSX): their sheets as a person sees them, within bounds. The file is hostile."""

from __future__ import annotations

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import openpyxl

from ombudsman_crawler.sheets.sheet import BLANK, Cell, Sheet, Unreadable, trimmed

# Bounds, each many times what the largest table known has.
_LARGEST_UNPACKED = 64 * 2**20
_MOST_PARTS = 2_000
_MOST_SHEETS = 40
_MOST_CELLS = 400_000
_MOST_ROWS, _MOST_COLUMNS = 20_000, 500
_MOST_MERGED = 20_000
_LONGEST_TEXT = 4_000
_LARGEST_NUMBER = 1e15

# What zipfile and its decoders raise at a damaged archive.
_BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError,
    OSError, EOFError, ValueError, RuntimeError, struct.error,
)  # fmt: skip

_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_DECIMALS = re.compile(r"0\.(0+)")
_FORMAT_TEXT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')


def read(body: bytes) -> list[Sheet]:
    """Return the sheets of a workbook, hidden ones too. Raises Unreadable."""
    formulas = _vet(body)
    values = _open(body, data_only=True)
    written = _open(body, data_only=False) if formulas else None
    if len(values.worksheets) > _MOST_SHEETS:
        raise Unreadable(f"the workbook has {len(values.worksheets)} sheets")
    return [
        _sheet(sheet, written[sheet.title] if written else None) for sheet in values.worksheets
    ]


def _vet(body: bytes) -> bool:
    """Refuse what would take a machine's memory before it is opened; say whether there are
    formulas. The sizes in a ZIP's directory may lie: each part is read no further than told."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            entries = parts.infolist()
            if len(entries) > _MOST_PARTS:
                raise Unreadable(f"the workbook has {len(entries)} parts")
            unpacked = sum(entry.file_size for entry in entries)
            if unpacked > _LARGEST_UNPACKED:
                raise Unreadable(f"the workbook has {unpacked} bytes unpacked: too many to open")
            if any(entry.flag_bits & 0x1 for entry in entries):
                raise Unreadable("the workbook asks for a password")
            formulas = False
            for entry in entries:
                if not entry.filename.lower().endswith((".xml", ".rels")):
                    continue
                with parts.open(entry) as part:
                    content = part.read(entry.file_size + 1)
                if len(content) > entry.file_size:
                    raise Unreadable("a part of the workbook is larger than it says")
                if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                    raise Unreadable("the workbook declares entities")
                if "worksheets/" in entry.filename:
                    formulas = formulas or bool(_FORMULA.search(content))
            return formulas
    except _BROKEN as error:
        raise Unreadable(f"the file is no whole workbook: {error}") from error


def _open(body: bytes, *, data_only: bool) -> Any:
    try:
        return openpyxl.load_workbook(
            io.BytesIO(body), data_only=data_only, keep_links=False, keep_vba=False
        )
    except MemoryError:
        raise
    # openpyxl raises what its parsers happen to raise at a workbook that breaks the rules.
    except Exception as error:  # noqa: BLE001
        raise Unreadable(
            f"the workbook can't be opened: {type(error).__name__}: {error}"
        ) from error


def _sheet(sheet: Any, written: Any | None) -> Sheet:
    # The sheet's dimensions count cells that have nothing but a colour, a million rows away: only
    # the cells that are there are looked at.
    cells = {
        place: cell
        for place, cell in sheet._cells.items()
        if cell.value is not None or _is_formula(written, place)
    }
    if len(cells) > _MOST_CELLS or len(sheet.merged_cells.ranges) > _MOST_MERGED:
        raise Unreadable(f"sheet {sheet.title!r} has more cells than a table can have")
    rows = max((row for row, _ in cells), default=0)
    columns = max((column for _, column in cells), default=0)
    if rows > _MOST_ROWS or columns > _MOST_COLUMNS:
        raise Unreadable(f"sheet {sheet.title!r} has more rows or columns than a table can have")
    grid: list[list[Cell]] = [[] for _ in range(rows)]
    for row, column in sorted(cells):
        line = grid[row - 1]
        line.extend(BLANK for _ in range(column - 1 - len(line)))
        value = cells[row, column]
        line.append(
            Cell(not_calculated=True)
            if value.value is None
            else shown(value.value, value.number_format)
        )
    return Sheet(
        name=str(sheet.title),
        rows=trimmed([tuple(line) for line in grid]),
        merged=tuple(_ranges(sheet.merged_cells.ranges)),
        hidden=sheet.sheet_state != "visible",
    )


def _is_formula(written: Any | None, place: tuple[int, int]) -> bool:
    if written is None:
        return False
    cell = written._cells.get(place)
    return cell is not None and cell.data_type == "f"


def _ranges(merged: Iterable[Any]) -> list[tuple[int, int, int, int]]:
    return sorted((r.min_row - 1, r.min_col - 1, r.max_row - 1, r.max_col - 1) for r in merged)


def shown(value: object, number_format: str) -> Cell:
    """Return a value as its cell shows it: 0.74 with the format 0% is 74%."""
    if isinstance(value, bool):
        return Cell(str(value).upper())
    if isinstance(value, int | float):
        return _number(value, number_format)
    if isinstance(value, datetime | date | time):
        return Cell(value.isoformat())
    return Cell(" ".join(str(value)[:_LONGEST_TEXT].split()))


def _number(value: float, number_format: str) -> Cell:
    if not abs(value) < _LARGEST_NUMBER:
        # Also what is no number, which isn't less than anything.
        return Cell(str(value))
    bare = _FORMAT_TEXT.sub("", number_format.partition(";")[0])
    decimals = _DECIMALS.search(bare)
    if "%" in bare:
        percent = _fixed(round(value * 100, 9), len(decimals[1]) if decimals else 0)
        return Cell(f"{percent}%", float(percent), percent=True)
    if decimals and "E" not in bare.upper():
        number = _fixed(value, len(decimals[1]))
        return Cell(f"{float(number):,}" if "#,##" in bare else number, float(number))
    if float(value).is_integer():
        return Cell(f"{int(value):,}" if "#,##" in bare else str(int(value)), value)
    return Cell(f"{value:.12g}", value)


def _fixed(value: float, places: int) -> str:
    """Return a number as a cell shows it: halves are rounded away from zero."""
    exact = Decimal(repr(value))
    return str(exact.quantize(Decimal(1).scaleb(-min(places, 12)), ROUND_HALF_UP))
