"""An XLSX workbook's bytes → its sheets, bounded before anything is unpacked.

Values are those that were saved with the file: nothing is computed, nothing outside is opened.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from lzma import LZMAError
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from ombudsman_crawler.sheets.sheet import (
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_UNPACKED,
    Cell,
    Sheet,
    SheetFile,
    UnreadableSheet,
    number_of,
    place,
    text_cell,
    trimmed,
)

_MAX_MEMBERS, _MAX_SHEETS = 2_000, 60
# Bytes within which a part declares its document type, if it does.
_BEGINNING = 4096
# No number of complaints has as many digits.
_LARGEST = 1e10
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*?\bref\s*=\s*[\"']([A-Z0-9:]{2,20})[\"']")

Merged = tuple[int, int, int, int]

# A damaged part shows in whatever the libraries stumble over first.
_DAMAGED = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, ParseError, SyntaxError, LookupError,
    ValueError, TypeError, AttributeError, ArithmeticError, EOFError, OSError, RuntimeError,
    LZMAError,
)  # fmt: skip


def read(body: bytes) -> SheetFile:
    """Read a workbook's visible sheets. Raises UnreadableSheet for what is none, or unpacks to more
    than any table has."""
    _vet(body)
    try:
        return _sheets(body)
    except _DAMAGED as error:
        raise UnreadableSheet(
            f"the workbook is damaged: {type(error).__name__}: {error}"
        ) from error


def _vet(body: bytes) -> None:
    """Refuse what must not be unpacked, by what the archive's directory says; no member can unpack
    to more than that."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = archive.infolist()
            if len(members) > _MAX_MEMBERS:
                raise UnreadableSheet(f"the workbook has {len(members):,} parts")
            unpacked = sum(member.file_size for member in members)
            if unpacked > MAX_UNPACKED:
                raise UnreadableSheet(
                    f"the workbook unpacks to {unpacked // 2**20:,} MiB; {MAX_UNPACKED // 2**20}"
                    " are read"
                )
            if any(member.flag_bits & 1 for member in members):
                raise UnreadableSheet("the workbook asks for a password")
            names = {member.filename for member in members}
            if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
                raise UnreadableSheet("the file is an archive, no workbook (.xlsx)")
            # Spreadsheet programs write no document types: entities can grow.
            parts = (member for member in members if member.filename.endswith((".xml", ".rels")))
            if any(_declares(archive.read(part)[:_BEGINNING]) for part in parts):
                raise UnreadableSheet("the workbook declares entities, as none does")
    except _DAMAGED as error:
        raise UnreadableSheet(f"the file is no whole archive: {error}") from error


def _declares(beginning: bytes) -> bool:
    plain = beginning.replace(b"\0", b"").upper()
    return b"<!DOCTYPE" in plain or b"<!ENTITY" in plain


def _sheets(body: bytes) -> SheetFile:
    values, formulas = (_open(body, data_only=data_only) for data_only in (True, False))
    left_out: list[str] = []
    sheets = []
    if len(values.wb.worksheets) > _MAX_SHEETS:
        raise UnreadableSheet(f"the workbook has {len(values.wb.worksheets)} sheets")
    paths = {sheet.name: relation.target for sheet, relation in values.parser.find_sheets()}
    for worksheet in values.wb.worksheets:
        if worksheet.sheet_state != "visible":
            left_out.append(f'the sheet "{worksheet.title}" is hidden')
            continue
        merged = _merged(values.archive.read(paths[worksheet.title]))
        sheets.append(_sheet(worksheet, formulas.wb[worksheet.title], merged))
    left_out += [f'the sheet "{other.title}" is a chart' for other in values.wb.chartsheets]
    values.wb.close()
    formulas.wb.close()
    if not sheets:
        raise UnreadableSheet("the workbook has no visible sheet")
    return SheetFile(tuple(sheets), None, tuple(left_out))


def _open(body: bytes, *, data_only: bool) -> Any:
    reader = ExcelReader(
        io.BytesIO(body), read_only=True, data_only=data_only, keep_links=False, keep_vba=False
    )
    reader.read()
    return reader


def _merged(xml: bytes) -> list[Merged]:
    """Return a sheet's merged ranges: first column, first row, last column, last row."""
    found = [range_boundaries(ref.decode()) for ref in _MERGED.findall(xml)]
    return [each for each in found if None not in each]


def _sheet(worksheet: Any, formulas: Any, merged: list[Merged]) -> Sheet:
    # What a sheet says of its own size may be wrong, and would cut it off.
    worksheet.reset_dimensions()
    formulas.reset_dimensions()
    bounds = {"min_row": 1, "max_row": MAX_ROWS + 1, "max_col": MAX_COLUMNS + 1}
    rows: list[list[Cell | None]] = []
    for number, (shown, written) in enumerate(
        zip(worksheet.iter_rows(**bounds), formulas.iter_rows(**bounds), strict=True), 1
    ):
        cells = [
            _cell(value, formula, number, column)
            for column, (value, formula) in enumerate(zip(shown, written, strict=True), 1)
        ]
        if number > MAX_ROWS and any(cells):
            raise UnreadableSheet(f'the sheet "{worksheet.title}" has more than {MAX_ROWS:,} rows')
        if len(cells) > MAX_COLUMNS and cells[MAX_COLUMNS]:
            raise UnreadableSheet(
                f'the sheet "{worksheet.title}" has more than {MAX_COLUMNS} columns'
            )
        rows.append(cells)
    for range_ in merged:
        _fill(rows, range_)
    return Sheet(worksheet.title, tuple(trimmed(row) for row in rows))


def _fill(rows: list[list[Cell | None]], merged: Merged) -> None:
    """Let each of merged cells say what the one at their top left says."""
    first_column, first_row, last_column, last_row = merged
    if first_row > len(rows) or first_column > MAX_COLUMNS:
        return
    first = rows[first_row - 1][first_column - 1]
    if first is None:
        return
    for row in range(first_row, min(last_row, len(rows)) + 1):
        for column in range(first_column, min(last_column, MAX_COLUMNS) + 1):
            if (row, column) != (first_row, first_column):
                rows[row - 1][column - 1] = Cell(
                    first.text, first.number, first.percent, place(row, column), first.lost, True
                )


def _cell(value: Any, formula: Any, row: int, column: int) -> Cell | None:
    where = place(row, column)
    shown = value.value
    if shown is None:
        if getattr(formula, "data_type", None) == "f":
            return Cell(str(formula.value), None, False, where, lost=True)
        return None
    if isinstance(shown, bool):
        return Cell(str(shown).upper(), None, False, where)
    if isinstance(shown, int | float):
        text = displayed(float(shown), value.number_format or "General")
        number, percent = number_of(text)
        return Cell(text, number, percent, where)
    if isinstance(shown, datetime | date | time):
        return Cell(shown.isoformat(), None, False, where)
    return text_cell(str(shown), where)


def displayed(number: float, number_format: str) -> str:
    """Return a number as a number format displays it: "0.0%" shows 0.742 as "74.2%".

    Formats of numbers are known; one of another kind leaves the number as it is.
    """
    section = number_format.partition(";")[0]
    section = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.', "", section)
    percent = section.count("%")
    digits = section.replace("%", "").strip()
    if (
        percent > 1
        or abs(number) > _LARGEST
        or not re.fullmatch(r"[#0?,]*(?:\.[#0?]{0,9})?", digits)
        or not digits
    ):
        return f"{number:.10g}" if abs(number) < _LARGEST else repr(number)
    whole, _, decimals = digits.partition(".")
    exact = Decimal(repr(number)) * (100 if percent else 1)
    # Spreadsheets round a half away from zero.
    rounded = exact.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    shown = f"{rounded:{',' if ',' in whole else ''}f}"
    if "#" in decimals and "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return shown + ("%" if percent else "")
