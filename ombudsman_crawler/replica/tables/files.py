"""National tables as files: comma-separated values, and workbooks, the same bytes everywhere."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from ombudsman_crawler.replica.tables.grid import Cell, Percent, Sum, Table
from ombudsman_crawler.replica.tables.styles import Style, style_of
from ombudsman_crawler.replica.wording import letter_date, span

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# The first moment a ZIP archive can hold.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_FAR_OUT = "XFC1048000"

SHEETS = {
    "complaints_received": "Complaints received",
    "complaints_decided": "Complaints decided",
    "compliance_and_remedies": "Compliance & remedies",
}


def as_csv(table: Table) -> bytes:
    """Return a table as comma-separated values in the encoding of its year."""
    style = style_of(table.year_ending)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    width = max(len(row) for row in table.grid.cells)
    for row in table.grid.cells:
        printed = [_printed(cell, style) for cell in row]
        # A spreadsheet program writes every row as wide as the widest.
        writer.writerow(printed + [""] * (width - len(printed)))
    return out.getvalue().encode(style.encoding)


def _printed(cell: Cell, style: Style) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Percent):
        return f"{_plain(cell.value)}%"
    if isinstance(cell, Sum):
        return "" if cell.value is None else str(cell.value)
    if isinstance(cell, int) and style.thousands:
        return f"{cell:,}"
    return _plain(cell)


def _plain(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def as_workbook(tables: Sequence[Table]) -> bytes:
    """Return the tables of a year as one workbook: notes first, then a sheet for each."""
    year_ending = tables[0].year_ending
    style = style_of(year_ending)
    book = Workbook()
    notes = book.active
    assert isinstance(notes, Worksheet)
    _write_notes(notes, year_ending)
    sums: list[dict[str, int]] = [{}]
    for table in tables:
        sums.append(_write(book.create_sheet(SHEETS[table.subject]), table, style))
    if style.hidden_sheet:
        draft = book.create_sheet("Working - do not publish")
        sums.append(_write_draft(draft, tables[1]))
    raw = io.BytesIO()
    book.save(raw)
    return _settled(raw.getvalue(), sums, year_ending)


def _write_notes(sheet: Worksheet, year_ending: int) -> None:
    sheet.title = "Notes"
    for line in (
        f"Local Government Ombudsman: complaint statistics {span(year_ending)}",
        "",
        "Authority Name: the authority complained about.",
        "Upheld: we found fault. Total: 19,452 complaints and enquiries in England.",
        "Uphold rate: 60% means that of 10 investigations 6 were upheld.",
    ):
        sheet.append([line])


def _write(sheet: Worksheet, table: Table, style: Style) -> dict[str, int]:
    """Fill a sheet; return the calculated values of its formulas by the cells' names."""
    sums: dict[str, int] = {}
    grid = table.grid
    for number, row in enumerate(grid.cells, start=1):
        for place, cell in enumerate(row, start=1):
            _write_cell(sheet, number, place, cell, style, sums)
    for top, left, bottom, right in grid.merged:
        sheet.merge_cells(
            start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1
        )
    for heading in sheet[grid.header_row + 1]:
        heading.font = Font(bold=True)
    if style.wide:
        sheet[_FAR_OUT].fill = PatternFill("solid", fgColor="FFFFFF")
    return sums


def _write_cell(
    sheet: Worksheet, number: int, place: int, cell: Cell, style: Style, sums: dict[str, int]
) -> None:
    if cell is None:
        return
    target = sheet.cell(number, place)
    if isinstance(cell, Percent):
        if style.text_numbers:
            target.value = f"{_plain(cell.value)}%"
            return
        target.value = round(cell.value / 100, 4)
        target.number_format = "0%" if cell.value == int(cell.value) else "0.0%"
    elif isinstance(cell, Sum):
        names = [sheet.cell(number, column + 1).coordinate for column in cell.columns]
        target.value = f"=SUM({','.join(names)})"
        if cell.value is not None:
            sums[target.coordinate] = cell.value
    elif isinstance(cell, str):
        target.value = cell
    elif style.text_numbers or (style.thousands and cell >= 1000):
        target.value = f"{cell:,}"
    else:
        target.value = cell


def _write_draft(sheet: Worksheet, table: Table) -> dict[str, int]:
    """Fill a hidden sheet with a draft of the table, in which every count is one higher."""
    sheet.sheet_state = "hidden"
    for row in table.grid.cells:
        sheet.append(
            [
                cell + 1
                if isinstance(cell, int)
                else cell
                if isinstance(cell, str | float)
                else None
                for cell in row
            ]
        )
    return {}


def _settled(raw: bytes, sums: Sequence[dict[str, int]], year_ending: int) -> bytes:
    """Return a workbook without the time of its writing, with its formulas' values filled in."""
    day = letter_date(year_ending)
    moment = datetime(day.year, day.month, day.day, 9, 30).isoformat()  # noqa: DTZ001
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            data = before.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb">\d{4}-\d\d-\d\dT[^<]*<", f">{moment}Z<".encode(), data)
            sheet = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name)
            if sheet and sums[int(sheet[1]) - 1]:
                data = _calculated(data, sums[int(sheet[1]) - 1])
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(entry, data)
    return out.getvalue()


def _calculated(data: bytes, sums: dict[str, int]) -> bytes:
    def fill(found: re.Match[bytes]) -> bytes:
        value = sums.get(found[2].decode())
        return found[0] if value is None else b"%s<v>%d</v></c>" % (found[1], value)

    return re.sub(rb'(<c r="([A-Z]+\d+)"[^>]*><f>[^<]*</f>)(?:<v ?/>|<v></v>)</c>', fill, data)
