"""A workbook that is damaged, or made to harm: an answer in words, and never a wrong figure."""

from __future__ import annotations

import io
import random
import zipfile

import pytest
from openpyxl import Workbook

from ombudsman_crawler.sheets.read import read_file
from ombudsman_crawler.sheets.table import TableFile, Told

SHEET = "xl/worksheets/sheet1.xml"
KENT = {
    "detailed_investigations": 76,
    "not_upheld_decisions": 13,
    "upheld_decisions": 63,
    "uphold_rate": 83,
}


def workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Complaints decided 2024-25"])
    sheet.append(
        ["Authority", "Detailed Investigations", "Not Upheld", "Upheld", "Uphold rate (%)"]
    )
    sheet.append(["Kent County Council", 76, 13, 63, 0.83])
    sheet.append(["Dartford Borough Council", 4, 2, 2, 0.5])
    for row in (3, 4):
        sheet.cell(row, 5).number_format = "0%"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_sheet(change: tuple[bytes, bytes]) -> bytes:
    """Return the workbook with some bytes of its sheet in place of others."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook())) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            data = before.read(name)
            if name == SHEET:
                assert change[0] in data
                data = data.replace(*change)
            after.writestr(name, data)
    return out.getvalue()


def figures(file: TableFile) -> dict[str, float | None]:
    return {
        figure.metric: figure.value
        for table in file.tables
        for row in table.rows
        if row.name == "Kent County Council" and not row.findings
        for figure in row.figures
    }


def test_a_whole_workbook_is_read() -> None:
    assert figures(read_file(workbook(), Told())) == KENT


def test_whatever_byte_is_damaged_no_figure_is_wrong() -> None:
    chance = random.Random(1)
    answers = set()
    for _ in range(150):
        body = bytearray(workbook())
        for _ in range(chance.choice((1, 3, 20))):
            body[chance.randrange(len(body))] = chance.randrange(256)
        file = read_file(bytes(body), Told())
        answers.add(file.tables[0].status)
        assert figures(file) in ({}, KENT)
    assert answers >= {"ok", "unrecognised"}


@pytest.mark.parametrize(
    "change",
    [
        (b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="F1:XFD1048576"/></mergeCells>'),
        (b"</sheetData>", b'<row r="9000"><c r="XFD9000" s="1"/></row></sheetData>'),
    ],
)
def test_a_sheet_that_seems_enormous_has_its_figures(change: tuple[bytes, bytes]) -> None:
    assert figures(read_file(with_sheet(change), Told())) == KENT


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ((b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet'), "declares entities"),
        ((b"</sheetData>", b"</sheetData>" + b" " * (80 * 2**20)), "unpacks to 80 MiB"),
        ((b"<v>63</v>", b"<v>" + b"9" * 5000 + b"</v>"), "damaged"),
    ],
)
def test_what_would_harm_is_refused_in_words(change: tuple[bytes, bytes], reason: str) -> None:
    (table,) = read_file(with_sheet(change), Told()).tables
    assert table.status == "unrecognised"
    assert reason in str(table.reason)
