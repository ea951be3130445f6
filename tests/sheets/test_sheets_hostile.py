"""Everything fetched is hostile: what is no table is told in a sentence, and nothing is unpacked
that grows without end."""

from __future__ import annotations

import io
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from make_tables import csv_bytes, workbook

from ombudsman_crawler.sheets.read import read_file
from ombudsman_crawler.sheets.sheet import MAX_FILE, number_of
from ombudsman_crawler.sheets.table import STATUSES, Told
from ombudsman_crawler.sheets.workbook import displayed

GOOD = workbook(
    {
        "Complaints received 2021-22": [
            ["Authority", "Housing", "Benefits and tax", "Total"],
            ["Leeds City Council", 1, 2, 3],
            ["Kent County Council", 4, 5, 9],
        ]
    }
)


def reason(body: bytes) -> str:
    (table,) = read_file(body, Told("received", 2022)).tables
    assert table.status == "unrecognised"
    assert not any(row.figures for row in table.rows)
    assert table.reason
    return table.reason


def rewritten(change: dict[str, bytes]) -> bytes:
    """The good workbook with some parts exchanged or added."""
    body = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(GOOD)) as old,
        zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in {*old.namelist(), *change}:
            new.writestr(name, change.get(name) or old.read(name))
    return body.getvalue()


def sheet_xml(inside: bytes, after: bytes = b"") -> bytes:
    return (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<sheetData>" + inside + b"</sheetData>" + after + b"</worksheet>"
    )


@pytest.mark.parametrize("sign", ["", "%"])
def test_a_number_of_hundreds_of_digits_is_no_number(sign: str) -> None:
    long = "1" + ",000" * 110 + sign
    body = f'Council,Uphold Rate,Upheld\nKent CC,"{long}",2\nLeeds CC,"{long}",4\n'
    for table in read_file(body.encode(), Told()).tables:
        for row in table.rows:
            for figure in row.figures:
                assert figure.value is None or figure.value < 1e12
    assert number_of(long) == (None, False)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "no sheet holds a table"),
        (b"<!DOCTYPE html><table><tr><td>1</td><td>2</td></tr></table>", "is a page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old or encrypted workbook"),
        (b"%PDF-1.7\n1 0 obj", "is a PDF"),
        (b"\x00\x01\x02" * 50, "no text"),
        (b"a,b\x81\x8d\x8f\n", "no text in utf-8 or windows-1252"),
        (b"PK\x03\x04" + b"x" * 99, "no whole archive"),
        (b"a,b\n" * 6000, "more than 5,000 rows"),
        (b"1," * 500, "more than 120 columns"),
        (b'"' + b"a" * 200_000, "no CSV"),
        (b" " * (MAX_FILE + 1), "bytes"),
        (b"Housing,Benefits and tax\n1,2\n3,4\n", "no column holds the names"),
        (b"Council,Shoe size,Height\nKent CC,1,2\nLeeds CC,3,4\n", "no row holds headings"),
        (b"Council,Housing,Other\nMars,,\nNote,1,2\n3,4,5\n", "is an authority's"),
    ],
)
def test_what_is_no_table_says_why(body: bytes, told: str) -> None:
    assert told in reason(body)


def test_a_table_of_no_year_has_no_figures() -> None:
    body = csv_bytes([["Council", "Housing", "Total"], ["Kent CC", 1, 2], ["Leeds CC", 3, 4]])
    (table,) = read_file(body, Told()).tables
    assert table.reason == "neither its title nor its link tells its one year"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = rewritten({"xl/worksheets/sheet1.xml": bytes(200 * 2**20)})
    assert len(bomb) < 400_000
    started = time.process_time()
    assert "unpacks to" in reason(bomb)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"xl/sharedStrings.xml": b'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "b">]><sst/>'},
         "declares entities"),
        ({"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row>"}, "damaged"),
        ({"xl/worksheets/sheet1.xml": sheet_xml(b'<row r="1048576"><c r="A1048576"><v>1</v></c>'
                                                b"</row>")}, "no sheet holds a table"),
        ({f"xl/{n}.xml": b"<x/>" for n in range(2_100)}, "parts"),
        ({"xl/workbook.xml": b"<workbook/>"}, "no visible sheet"),
    ],
)  # fmt: skip
def test_hostile_workbooks_are_refused(change: dict[str, bytes], told: str) -> None:
    assert told in reason(rewritten(change))


def test_merged_cells_without_end_are_filled_no_further_than_the_sheet() -> None:
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><v>1</v></c><c r="B%d"><v>2</v></c></row>' % (n, n, n)
        for n in (1, 2, 3)
    )
    after = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    started = time.process_time()
    assert reason(rewritten({"xl/worksheets/sheet1.xml": sheet_xml(rows, after)}))
    assert time.process_time() - started < 2


def test_cells_that_would_be_formulas_or_markup_stay_text() -> None:
    name = '=cmd|"/c calc"!A1'
    body = csv_bytes(
        [["Complaints received 2021-22"], ["Council", "Housing", "Other", "Total"],
         [name, 1, 2, 3], ["Leeds City Council", "<b>4</b>", "1/2", "٣"],
         ["Kent County Council", 4, "-5", "1e9"]]
    )  # fmt: skip
    (table,) = read_file(body, Told()).tables
    by_name = {row.name: {f.metric: f.value for f in row.figures} for row in table.rows}
    assert by_name["Leeds City Council"] == {
        "received_housing": None, "received_other": None, "received_total": None
    }  # fmt: skip
    assert by_name["Kent County Council"]["received_other"] == -5
    codes = {finding.code for row in table.rows for finding in row.findings}
    assert {"number_qualified", "out_of_range"} <= codes
    assert table.rows[2].cells[0] == name


@settings(max_examples=80)
@given(some.binary(max_size=400))
def test_no_bytes_make_the_reader_fail(body: bytes) -> None:
    for table in read_file(body, Told()).tables:
        assert table.status in STATUSES


@settings(max_examples=120)
@given(some.integers(0, len(GOOD) - 1), some.integers(0, 255), some.integers(1, 60))
def test_a_damaged_workbook_never_says_another_number(at: int, byte: int, length: int) -> None:
    """What a flip in the archive doesn't destroy says what it said: each part has its checksum."""
    damaged = GOOD[:at] + bytes([byte]) * length + GOOD[at + length :]
    for table in read_file(damaged, Told("received", 2022)).tables:
        values = [figure.value for row in table.rows for figure in row.figures]
        assert values in ([], [1, 2, 3, 4, 5, 9])


@pytest.mark.parametrize(
    ("number", "number_format", "shown"),
    [
        (63, "General", "63"), (0.742, "0%", "74%"), (0.125, "0%", "13%"),
        (0.7425, "0.0%", "74.3%"),
        (1234, "#,##0", "1,234"), (3.96, "0.0", "4.0"), (3.4, "General", "3.4"),
        (12, '0" complaints"', "12"), (5, "[Red]0;-0", "5"), (0.1 + 0.2, "General", "0.3"),
        (44927, "yyyy-mm-dd", "44927"),
    ],
)  # fmt: skip
def test_numbers_are_shown_as_their_format_displays_them(
    number: float, number_format: str, shown: str
) -> None:
    assert displayed(number, number_format) == shown
