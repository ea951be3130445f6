"""The national tables over real HTTP: found by links, in every form, saying what the truth says."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from hashlib import sha256
from html import unescape

import openpyxl
import pytest

from ombudsman_crawler.replica import Replica, ReplicaTable

INDEX = "/information-centre/reports/annual-review-reports/local-government-complaint-reviews"
RATES = ("uphold_rate", "compliance_rate", "satisfactory_remedy_rate")


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(councils=16, years=(2014, 2027)) as running:
        yield running


def get(replica: Replica, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(replica.url + path, headers=sent)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def links(replica: Replica, path: str) -> dict[str, str]:
    html = get(replica, path)[2].decode()
    return {unescape(href): unescape(words) for href, words in re.findall(
        r'<a href="([^"]+)">([^<]+)</a>', html.partition('<div id="content">')[2]
    )}  # fmt: skip


def table(replica: Replica, subject: str, year: int) -> ReplicaTable:
    return next(t for t in replica.tables() if (t.subject, t.year_ending) == (subject, year))


def encoding(year: int) -> str:
    return {0: "cp1252", 1: "utf-8-sig"}.get((year - 2023) % 4, "utf-8")


def cells(replica: Replica, truth: ReplicaTable) -> list[list[object]]:
    """Return the cells of a table as a spreadsheet program shows their values."""
    body = get(replica, truth.address)[2]
    if truth.sheet is None:
        return [
            list(row)
            for row in csv.reader(io.StringIO(body.decode(encoding(truth.year_ending)), newline=""))
        ]
    sheet = openpyxl.load_workbook(io.BytesIO(body), data_only=True)[truth.sheet]
    # What lies far out has no value: no table here is wider or longer than this.
    return [
        [c.value for c in row]
        for row in sheet.iter_rows(max_row=min(sheet.max_row, 99), max_col=16)
    ]


def value(cell: object) -> float | None:
    """Return the number that a person reads in a cell; None where there is none."""
    text = str(cell).replace(",", "").removesuffix("%")
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None


def test_the_files_of_all_years_are_found_from_the_front_page(replica: Replica) -> None:
    front = get(replica, "/")[2].decode()
    assert 'href="/information-centre"' in front
    assert INDEX in links(replica, "/information-centre")
    found = links(replica, INDEX)
    assert {t.address: t.label for t in replica.tables()}.items() <= found.items()
    assert [href for href in found if href.endswith("2-Complaints-Decided-25-26.csv")]
    notes = [href for href in found if "Notes-on-the-data" in href]
    assert len(notes) == 14
    status, headers, body = get(replica, notes[0])
    assert (status, headers["Content-Type"], body[:5]) == (200, "application/pdf", b"%PDF-")


def test_years_have_their_subjects(replica: Replica) -> None:
    found: dict[int, list[str]] = {}
    for one in replica.tables():
        found.setdefault(one.year_ending, []).append(one.subject)
    assert found[2014] == found[2015] == ["complaints_received", "complaints_decided"]
    three = ["complaints_received", "complaints_decided", "compliance_and_remedies"]
    assert all(found[year] == three for year in range(2016, 2028))
    addresses = {
        year: {t.address for t in replica.tables() if t.year_ending == year} for year in found
    }
    assert [len(addresses[year]) for year in range(2014, 2028)] == [1] * 9 + [3] * 5


def test_every_file_says_what_the_truth_says(replica: Replica) -> None:
    for truth in replica.tables():
        where = f"{truth.subject} {truth.year_ending}"
        read = cells(replica, truth)
        rows = {str(cell): row for row in read for cell in row[:2] if isinstance(cell, str)}
        assert len(truth.rows) >= 27, where
        for expected in truth.rows:
            row = rows[expected.printed_name]
            numbers = [number for cell in row if (number := value(cell)) is not None]
            for metric, figure in expected.figures.items():
                if isinstance(figure, tuple):
                    continue
                # A workbook has 0.74 and shows it as 74%.
                alike = {float(figure), round(figure / 100, 4)} if "rate" in metric else {figure}
                assert alike & set(numbers), f"{where}: {metric} of {expected.printed_name}"
            given = [f for f in expected.figures.values() if not isinstance(f, tuple)]
            assert len(numbers) == len(given), f"{where}: {expected.printed_name}"
        headings = read[truth.header_row - 1]
        assert sum(cell not in (None, "") for cell in headings) >= 2, where


def test_the_counts_of_a_row_add_up(replica: Replica) -> None:
    for truth in replica.tables():
        for row in truth.rows:
            got = {m: 0 if isinstance(f, tuple) else f for m, f in row.figures.items()}
            if (None, "blank") in (row.figures.get(m) for m in ("received_total", "decided_total")):
                continue
            if truth.subject == "complaints_received":
                assert sum(got.values()) == 2 * got["received_total"]
            elif truth.subject == "complaints_decided":
                if truth.year_ending >= 2019:
                    both = got["not_upheld_decisions"] + got["upheld_decisions"]
                    assert got["detailed_investigations"] == both
                if truth.year_ending >= 2025:
                    parts = ("not_for_us", "assessed_and_closed", "detailed_investigations")
                    assert got["complaints_dealt_with"] == sum(got[part] for part in parts)


def test_kent_2025_by_hand(replica: Replica) -> None:
    truth = table(replica, "complaints_decided", 2025)
    read = cells(replica, truth)
    assert read[0][0].startswith("Complaints and enquiries decided 2024-25")
    assert truth.header_row == 5
    assert read[4] == [
        "Local authority", "Type of authority", "% upheld", "Complaints dealt with",
        "Detailed Investigations Upheld", "Detailed Investigations Not Upheld", "Investigations",
        "Assessed and Closed", "Not for us", "Similar authorities: average % upheld",
        "Upheld decisions (per 100,000 residents)",
        "Similar authorities: average upheld decisions per 100,000 residents",
    ]  # fmt: skip
    (kent,) = (row for row in read if row[0] == "Kent County Council")
    # The published figures of 2024-25.
    assert kent[:10] == [
        "Kent County Council", "County", "83%", "291", "63", "13", "76", "128", "87", "89%",
    ]  # fmt: skip
    row = truth.row("Kent County Council")
    assert row.figures["uphold_rate"] == 83
    assert row.figures["complaints_dealt_with"] == 291


def test_merged_headings_hidden_sheets_and_formulas(replica: Replica) -> None:
    truth = table(replica, "complaints_decided", 2022)
    body = get(replica, truth.address)[2]
    shown = openpyxl.load_workbook(io.BytesIO(body), data_only=True)
    written = openpyxl.load_workbook(io.BytesIO(body))
    assert shown.sheetnames[0] == "Notes"
    assert [s.title for s in shown if s.sheet_state == "hidden"] == ["Working - do not publish"]
    sheet, formulas = shown["Complaints decided"], written["Complaints decided"]
    assert "F2:I2" in {str(cells) for cells in sheet.merged_cells.ranges}
    assert sheet["F2"].value == "Detailed investigations"
    assert [sheet.cell(3, c).value for c in range(6, 10)] == [
        "Total",
        "Not\nUpheld",
        "Upheld",
        "Uphold\nRate",
    ]
    totals = {
        sheet.cell(n, 1).value: (formulas.cell(n, 10).value, sheet.cell(n, 10).value)
        for n in range(4, sheet.max_row + 1)
    }
    assert all(str(formula).startswith("=SUM(") for formula, _ in totals.values())
    (blank,) = (name for name, (_, calculated) in totals.items() if calculated is None)
    row = next(row for row in truth.rows if row.printed_name == blank)
    assert row.figures["decided_total"] == (None, "blank")
    hidden, kent = shown["Working - do not publish"], truth.row("Kent County Council")
    drafted = next(row for row in hidden.iter_rows(values_only=True) if row[0] == kent.printed_name)
    assert drafted[7] == kent.figures["upheld_decisions"] + 1


def test_a_sheet_that_seems_enormous(replica: Replica) -> None:
    truth = table(replica, "complaints_decided", 2020)
    body = get(replica, truth.address)[2]
    sheet = openpyxl.load_workbook(io.BytesIO(body))[truth.sheet]
    assert (sheet.max_row, sheet.max_column) == (1_048_000, 16_383)
    assert len(body) < 30_000


def test_percentages_are_fractions_with_a_format_or_text(replica: Replica) -> None:
    def rate(year: int) -> tuple[object, str]:
        truth = table(replica, "complaints_decided", year)
        book = openpyxl.load_workbook(io.BytesIO(get(replica, truth.address)[2]))
        sheet = book[truth.sheet]
        name = truth.row("Kent County Council").printed_name
        row = next(
            r for r in sheet.iter_rows(max_row=99, max_col=14) if name in (r[0].value, r[1].value)
        )
        expected = truth.row("Kent County Council").figures["uphold_rate"]
        return next(
            (cell.value, cell.number_format)
            for cell in row
            if cell.value in (expected, f"{expected}%", expected / 100)
        )  # fmt: skip

    assert rate(2017) == ("76%", "General")
    assert (
        rate(2020)[0]
        == table(replica, "complaints_decided", 2020)
        .row("Kent County Council")
        .figures["uphold_rate"]
    )
    assert rate(2021) == (0.74, "0%")


def test_encodings_and_breaks_within_headings(replica: Replica) -> None:
    old = get(replica, table(replica, "complaints_received", 2023).address)
    assert old[1]["Content-Type"] == "text/csv"
    assert "£1,200".encode("cp1252") in old[2]
    assert "Children’s Services".encode("cp1252") in old[2]
    assert "King’s Lynn".encode("cp1252") in old[2]
    with pytest.raises(UnicodeDecodeError):
        old[2].decode()
    marked = get(replica, table(replica, "complaints_decided", 2024).address)
    assert marked[2].startswith(b"\xef\xbb\xbf")
    assert b'"Invalid or\nIncomplete"' in marked[2]
    assert re.search(rb',Total,.*"\d,\d{3}"', marked[2])
    assert marked[1]["Content-Type"] == "application/octet-stream"


def test_rows_that_are_no_authority(replica: Replica) -> None:
    read = cells(replica, table(replica, "complaints_received", 2021))
    first = [str(row[0]) for row in read]
    assert "Total" in first
    assert "Average County Councils" in first
    assert first[-1] == "2. Percentages are rounded"
    assert "* These councils ended with the year or within it." in first
    names = {row.printed_name for t in replica.tables() for row in t.rows}
    assert not {name for name in names if name.startswith(("Total", "Average", "Notes"))}
    grouped = cells(replica, table(replica, "complaints_received", 2017))
    assert [row[0] for row in grouped if row[0] == "District Councils"] == ["District Councils"]


def test_names_are_spelt_in_many_ways(replica: Replica) -> None:
    def spellings(authority: str) -> set[str]:
        return {
            row.printed_name
            for t in replica.tables()
            for row in t.rows
            if row.authority == authority
        }

    assert {
        "Kings Lynn & West Norfolk BC",
        "Borough Council of King's Lynn and West Norfolk",
        "King's Lynn and West Norfolk Borough Council",
    } <= spellings("Borough Council of Kings Lynn and West Norfolk")
    assert "Croydon LB" in spellings("London Borough of Croydon")
    assert "Durham CC" in spellings("Durham County Council")
    assert "Northampton Borough Council*" in spellings("Northampton Borough Council")
    assert {"North Somerset", "North Somerset Council"} == spellings("North Somerset  Council")
    assert {"Somerset", "Somerset Council"} == spellings("Somerset Council")
    assert "Newcastle City Council" in spellings("Newcastle City Council")
    for one in replica.tables():
        printed = [row.printed_name for row in one.rows]
        assert len(printed) == len(set(printed)), one.address


def test_bodies_without_a_page_have_rows(replica: Replica) -> None:
    names = {row.authority for row in table(replica, "complaints_decided", 2025).rows}
    others = {
        "Transport for London",
        "Peak District National Park Authority",
        "Kent and Medway Towns Fire Authority",
        "Greater Manchester Combined Authority",
    }
    assert others <= names
    row = table(replica, "complaints_decided", 2025).row("Transport for London")
    assert row.figures["uphold_rate_similar"] == (None, "not_compared")
    assert {row.authority for row in table(replica, "complaints_decided", 2021).rows} >= {
        "Northampton Borough Council", "Northamptonshire County Council",
    }  # fmt: skip
    assert "Northampton Borough Council" not in {
        row.authority for row in table(replica, "complaints_decided", 2022).rows
    }


def test_validators_and_a_corrected_table() -> None:
    with Replica(councils=3, years=(2022, 2025)) as replica:
        address = table(replica, "complaints_received", 2025).address
        before = table(replica, "complaints_received", 2025).rows[0].figures
        status, headers, body = get(replica, address)
        assert status == 200
        assert get(replica, address, If_None_Match=headers["ETag"])[0] == 304
        assert get(replica, address, If_Modified_Since=headers["Last-Modified"])[0] == 304
        (corrected,) = replica.reissue_table(address)
        status, later, other = get(replica, address, If_None_Match=headers["ETag"])
        assert (status, corrected.revision) == (200, 1)
        assert other != body
        assert later["Last-Modified"] > headers["Last-Modified"]
        after = corrected.rows[0].figures
        changed = {metric for metric in after if after[metric] != before[metric]}
        assert changed == {"received_housing", "received_total"}
        assert after["received_housing"] == before["received_housing"] + 1
        workbook = table(replica, "complaints_decided", 2022).address
        assert len(replica.reissue_table(workbook)) == 3
        with pytest.raises(KeyError, match="no table at '/nothing'"):
            replica.reissue_table("/nothing")


SUMS = """
from hashlib import sha256
from ombudsman_crawler.replica import Replica
replica = Replica(councils=16, years=(2014, 2027))
for address in sorted({table.address for table in replica.tables()}):
    print(address, sha256(replica.table_file(address)).hexdigest())
"""


def test_another_process_serves_the_same_bytes(replica: Replica) -> None:
    printed = subprocess.run(
        [sys.executable, "-c", SUMS], check=True, capture_output=True, text=True, timeout=60
    ).stdout
    assert dict(line.split() for line in printed.splitlines()) == {
        address: sha256(get(replica, address)[2]).hexdigest()
        for address in {t.address for t in replica.tables()}
    }
    book = openpyxl.load_workbook(
        io.BytesIO(replica.table_file(table(replica, "complaints_decided", 2019).address))
    )
    assert book.properties.modified.isoformat() == "2019-07-24T09:30:00"
