"""Tables as the site is known to write them, and as it might; each file is named by what is special
about it, and what is to be read of it stands beside it, written by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from make_tables import csv_bytes, workbook

from ombudsman_crawler.sheets.read import read_file
from ombudsman_crawler.sheets.table import Table, TableFile, Told

GOLDENS = Path(__file__).parent / "goldens"


def said(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "subject": table.subject,
        "year_ending": table.year_ending,
        "header_row": table.header_row,
        "status": table.status,
        "findings": [finding.code for finding in table.findings],
        "rows": {
            f"{row.number} {row.name}": {
                "authority": row.authority,
                "matched_by": row.matched_by,
                "figures": {
                    figure.metric: figure.value if figure.absence is None else figure.absence
                    for figure in row.figures
                },
                "findings": [
                    f"{finding.code} {finding.metric or ''}".rstrip() for finding in row.findings
                ],
            }
            for row in table.rows
            if row.name
        },
    }


@pytest.mark.parametrize("path", sorted(GOLDENS.glob("*.csv")), ids=lambda path: path.stem)
def test_a_csv_is_read_as_written_by_hand(path: Path) -> None:
    file = read_file(path.read_bytes(), Told())
    (table,) = file.tables
    expected = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
    assert {"encoding": file.encoding, **said(table)} == expected


def test_every_row_is_kept_as_printed_and_every_figure_names_its_cell() -> None:
    path = GOLDENS / "header-below-title-and-notes.csv"
    (table,) = read_file(path.read_bytes(), Told()).tables
    assert [row.number for row in table.rows] == [1, 2, 3, 5, 6, 7, 8, 9, 11, 12]
    title, *_, total, note = table.rows
    assert title.cells == ("Local Government and Social Care Ombudsman",)
    assert total.cells == ("Total", "1008", "23", "268", "302", "37", "145", "1783", "80%")
    assert note.cells == ("¹ Includes 12 cases about a former body",)
    assert total.name is note.name is None
    assert total.figures == note.figures == ()
    (kent,) = (row for row in table.rows if row.authority == "Kent County Council")
    (upheld,) = (figure for figure in kent.figures if figure.metric == "upheld_decisions")
    assert upheld.text == 'row 9 "Kent County Council", column "Upheld": 63'
    (birmingham,) = (row for row in table.rows if row.authority == "Birmingham City Council")
    assert (birmingham.figures[0].value, birmingham.figures[0].value_text) == (1004, "1,004")


def one(file: TableFile) -> dict[str, Any]:
    (table,) = file.tables
    return said(table)


HEADINGS = ["Authority Name", "Compliance outcomes", "Compliance rate", "Upheld decisions"]


def test_a_workbook_with_percent_cells_shows_what_is_displayed() -> None:
    body = workbook(
        {
            "Compliance 2022-23": [
                HEADINGS,
                ["Kent County Council", 42, 0.9762, 53],
                ["Dartford Borough Council", 0, 0, 0],
                ["Leeds City Council", 16, 0.875, 37],
            ]
        },
        formats={"C2": "0%", "C3": "0%", "C4": "0.0%", "B2": "#,##0"},
    )
    (table,) = read_file(body, Told()).tables
    rows = said(table)["rows"]
    assert rows["2 Kent County Council"]["figures"]["compliance_rate"] == 98
    assert rows["3 Dartford Borough Council"]["figures"]["compliance_rate"] == "no_base"
    assert rows["4 Leeds City Council"]["figures"]["compliance_rate"] == 87.5
    texts = {figure.metric: figure.value_text for figure in table.rows[3].figures}
    assert texts == {"compliance_outcomes": "16", "compliance_rate": "87.5%",
                     "upheld_decisions": "37"}  # fmt: skip
    assert table.rows[1].figures[0].text == (
        'sheet "Compliance 2022-23", row 2 "Kent County Council", column "Compliance outcomes": 42'
    )
    assert (table.subject, table.year_ending, table.status) == ("compliance", 2023, "ok")


def test_a_workbook_with_merged_headings_over_others() -> None:
    body = workbook(
        {
            "Decided": [
                ["Complaints decided 2021-22"],
                ["Authority", "Advice given", "Detailed investigations", None, None, "Total"],
                [None, None, "Not upheld", "Upheld", "Total", None],
                ["Kent County Council", 2, 13, 63, 76, 193],
                ["East Sussex County Council", 1, 5, 6, 11, 60],
            ]
        },
        merged=["A1:F1", "A2:A3", "B2:B3", "C2:E2", "F2:F3"],
    )
    (table,) = read_file(body, Told()).tables
    assert said(table)["rows"]["4 Kent County Council"]["figures"] == {
        "decided_advice_given": 2,
        "not_upheld_decisions": 13,
        "upheld_decisions": 63,
        "detailed_investigations": 76,
        "decided_total": 193,
    }
    assert table.columns[2] == "Detailed investigations Not upheld"
    # What is merged is printed once.
    assert table.rows[0].cells == ("Complaints decided 2021-22", *[None] * 5)


def test_a_workbook_with_hidden_sheets_notes_and_formulas() -> None:
    rows = [HEADINGS, ["Kent County Council", 42, "98%", "=40+13"], ["Leeds City Council", 1, 1, 2]]
    body = workbook(
        {
            "Compliance 2022-23": [*rows, ["Adur District Council", 1, "100%", 2]],
            "Working": rows,
            "Notes": [["Compliance outcomes: cases that fell due"], ["In 2022-23 there were 5"]],
        },
        hidden=["Working"],
    )
    (table,) = read_file(body, Told()).tables
    found = said(table)
    kent = found["rows"]["2 Kent County Council"]
    assert kent["figures"]["upheld_decisions"] == "not_in_text"
    assert kent["findings"] == ["formula_without_value upheld_decisions"]
    # 1 beside percentages with their sign may be 1% or a whole.
    leeds = found["rows"]["3 Leeds City Council"]
    assert leeds["figures"]["compliance_rate"] == "not_in_text"
    assert leeds["findings"] == ["cell_ambiguous compliance_rate"]
    assert [finding.message for finding in table.findings] == [
        'the sheet "Working" is hidden',
        'the sheet "Notes" holds words only',
    ]
    assert found["status"] == "suspect"


def test_the_tables_own_words_win_over_its_link_and_say_so() -> None:
    body = (
        b"Complaints received 2021-22\nCouncil,Housing,Benefits and tax\nLeeds City Council,1,2\n"
    )
    body += b"Kent County Council,3,4\n"
    (table,) = read_file(body, Told("decided", 2023)).tables
    assert (table.subject, table.year_ending) == ("received", 2022)
    assert [finding.code for finding in table.findings] == ["table_year_disagrees"]
    assert table.status == "suspect"
    (silent,) = read_file(body.replace(b" 2021-22", b""), Told("decided", 2023)).tables
    assert silent.year_ending == 2023


YEARS = "Authority,Year,Housing,Benefits and tax\n"
KENT = "Kent County Council,{},1,2\nLeeds City Council,{},3,4\n"


def test_a_table_of_several_years_gives_none_of_them_another_years_numbers() -> None:
    stacked = YEARS + KENT.format("2021-22", "2021-22") + KENT.format("2022-23", "2020/21")
    body = "Complaints received 2019-20 to 2022-23\n" + stacked
    (table,) = read_file(body.encode(), Told("received", 2023)).tables
    assert table.reason == "neither its title nor its link tells its one year"
    (table,) = read_file(("Complaints received 2021-22\n" + stacked).encode(), Told()).tables
    assert [(row.number, row.name) for row in table.rows if row.figures] == [
        (3, "Kent County Council"),
        (4, "Leeds City Council"),
    ]
    told = [(row.number, finding.code) for row in table.rows for finding in row.findings]
    assert told == [(5, "row_of_other_year"), (6, "row_of_other_year")]


def test_notes_about_other_years_dont_hide_a_tables_own() -> None:
    body = "Complaints received 2022-23\nSince 2019-20 some are counted once\n" + YEARS
    body += KENT.format("", "")
    (table,) = read_file(body.encode(), Told()).tables
    assert table.year_ending == 2023
    assert len([row for row in table.rows if row.figures]) == 2


def values(rows: list[list[Any]]) -> dict[tuple[str | None, str], tuple[float | None, str | None]]:
    (table,) = read_file(csv_bytes(rows), Told()).tables
    return {
        (row.authority, figure.metric): (figure.value, figure.absence)
        for row in table.rows
        for figure in row.figures
    }


def test_a_row_with_a_comma_too_many_is_not_read_shifted() -> None:
    body = (
        b"Complaints decided 2022-23\nAuthority,Not upheld,Upheld,Total\n"
        b"Bournemouth, Christchurch and Poole Council,7,8,15\n"
        b"Birmingham City Council,1,234,8,1242\nKent County Council,13,63,76\n"
    )
    (table,) = read_file(body, Told()).tables
    assert {row.authority for row in table.rows if row.figures} == {"Kent County Council"}
    codes = [finding.code for row in table.rows for finding in row.findings]
    assert codes == ["row_too_long", "row_too_long"]


def test_shares_among_percentages_are_ambiguous_and_not_guessed() -> None:
    read = values(
        [
            ["Compliance 2022-23"],
            HEADINGS,
            ["Kent County Council", 40, 0.95, 53],
            ["Leeds City Council", 16, 100, 37],
            ["Dartford Borough Council", 3, 1, 4],
        ]
    )
    assert read["Kent County Council", "compliance_rate"] == (None, "not_in_text")
    assert read["Dartford Borough Council", "compliance_rate"] == (None, "not_in_text")
    assert read["Leeds City Council", "compliance_rate"] == (100, None)


def test_percentages_above_a_heading_of_counts_are_no_counts() -> None:
    read = values(
        [
            ["Complaints decided 2022-23"],
            ["Authority", "Percentage", "Percentage", "Advice given", "Total"],
            ["", "Upheld", "Not upheld", "", ""],
            ["Kent County Council", 83, 17, 4, 80],
            ["Leeds City Council", 60, 40, 5, 90],
        ]
    )
    assert ("Kent County Council", "not_upheld_decisions") not in read
    assert ("Kent County Council", "upheld_decisions") not in read
    assert read["Kent County Council", "decided_advice_given"] == (4, None)


BELOW = ["Complaints decided 2022-23"], ["Authority", "Not upheld", "Upheld"]


def test_a_table_below_another_is_not_read_under_its_headings() -> None:
    swapped = [*BELOW, ["Kent County Council", 13, 63], ["Authority", "Upheld", "Not upheld"],
               ["Leeds City Council", 37, 16]]  # fmt: skip
    of_another_year = [*BELOW, ["Kent County Council", 13, 63], ["Complaints decided 2021-22"],
                       ["Leeds City Council", 37, 16]]  # fmt: skip
    for shape in (swapped, of_another_year):
        (table,) = read_file(csv_bytes(shape), Told()).tables
        assert [row.authority for row in table.rows if row.figures] == ["Kent County Council"]
        codes = [finding.code for row in table.rows for finding in row.findings]
        assert codes == ["row_of_another_table"]
        assert "Authority" not in [row.name for row in table.rows]


def test_headings_repeated_on_a_new_page_are_no_other_table() -> None:
    read = values(
        [*BELOW, ["Kent County Council", 13, 63], BELOW[1], ["Leeds City Council", 16, 37]]
    )
    assert read["Leeds City Council", "upheld_decisions"] == (37, None)
    assert len(read) == 4
