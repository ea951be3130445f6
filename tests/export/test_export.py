"""Exports: other programs read the same numbers and words, whatever was fetched."""

from __future__ import annotations

import csv
import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest
from conftest import Ended, Storage, ombudsman_here
from pyarrow import parquet

from ombudsman_crawler import findings
from ombudsman_crawler.database import analysts, snapshot
from ombudsman_crawler.export import rows_sheet, write
from ombudsman_crawler.export.csv_files import as_it_was
from ombudsman_crawler.replica import Replica

#: A council's name that a spreadsheet would run, and one of all else that files stumble over.
FORMULA = '=HYPERLINK("http://evil.example","Kent")'
MARKUP = "<b>Dartford</b> & \"Sons\", 'x'\r\nsecond line _x000D_ \x07 £ – 😀"
MESSAGE = "-74% & <i>counts</i>\x07 give 40 of 54"
NOTE = "Doubtful: -74% & <i>counts</i>_x0007_ give 40 of 54"
LONG = "long words; " * 20_000
DAYS_AGO = 10

_DOUBT = """
INSERT INTO finding (reading_id, origin, code, severity, metric, year_ending, message)
SELECT MAX(reading.id), 'reading', 'rate_contradicts_counts', 'warning', 'uphold_rate', 2021, ?
FROM reading JOIN letter_version ON letter_version.id = reading.version_id
JOIN letter ON letter.id = letter_version.letter_id
JOIN authority ON authority.id = letter.authority_id
WHERE authority.slug = 'kent-county-council' AND letter.year_ending = 2021
"""


def age(path: Path, days: int) -> None:
    """Move every moment in a database back by so many days."""
    with closing(sqlite3.connect(path)) as connection, connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
            " AND name NOT LIKE 'search%' AND name NOT LIKE 'sqlite%'"
        ).fetchall()
        for (table,) in tables:
            for _, column, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall():
                connection.execute(
                    f'UPDATE {table} SET "{column}" ='
                    f" strftime('%Y-%m-%dT%H:%M:%fZ', \"{column}\", '-{days} days')"
                    f" WHERE \"{column}\" GLOB '20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z'"
                )


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    """Two councils' letters of two years, Kent's newer one corrected ten days later."""
    storage = Storage(tmp_path_factory.mktemp("exports") / "storage")
    with Replica(councils=2, years=(2020, 2021)) as site:
        first = storage.crawl(site, "--collect", "letters,pages")
        assert first.status == 0, first.all
        age(storage.path / "ombudsman.db", DAYS_AGO)
        site.reissue(site.letter("kent-county-council", 2021).path)
        second = storage.crawl(site, "--refetch", "all")
        assert second.status == 0, second.all
    return storage


@pytest.fixture(scope="module")
def hostile(crawled: Storage, tmp_path_factory: pytest.TempPathFactory) -> Storage:
    """The same with names, a message and a text that were written to do harm, and a doubt."""
    storage = Storage(tmp_path_factory.mktemp("hostile") / "storage")
    shutil.copytree(crawled.path, storage.path)
    with closing(sqlite3.connect(storage.path / "ombudsman.db")) as connection, connection:
        for name, slug in ((FORMULA, "kent-county-council"), (MARKUP, "dartford-borough-council")):
            changed = connection.execute(
                "UPDATE authority SET name = ? WHERE slug = ?", (name, slug)
            )
            assert changed.rowcount == 1, slug
        connection.execute(_DOUBT, (MESSAGE,))
        connection.execute(
            "UPDATE figure SET text = ? WHERE id = (SELECT MAX(id) FROM figure)", (LONG,)
        )
    return storage


@dataclass(frozen=True)
class Exported:
    """A database for analysts and the folder it was exported to in all formats."""

    database: Path
    folder: Path

    def query(self, sql: str) -> list[tuple]:
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def exported(hostile: Storage, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    folder = tmp_path_factory.mktemp("exported")
    analysts.of_storage(hostile.path, folder / "analysts.db")
    ended = ombudsman_here(
        "export", folder / "all", "--format", "all", "--database", folder / "analysts.db"
    )
    assert ended.status == 0, ended.all
    return Exported(folder / "analysts.db", folder / "all")


@pytest.fixture(scope="module")
def workbook(exported: Exported) -> openpyxl.Workbook:
    return openpyxl.load_workbook(exported.folder / "ombudsman.xlsx")


def export(storage: Storage, folder: Path, *arguments: str) -> Ended:
    return ombudsman_here("export", folder, *arguments, "--storage", storage.path)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def as_csv(value: Any) -> str:
    """What a value of the database is read as from a CSV, once it is as it was."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


@pytest.mark.parametrize("name", snapshot.NAMES)
def test_every_table_says_the_same_in_csv_and_parquet_as_in_the_database(
    exported: Exported, name: str
) -> None:
    expected = sorted(exported.query(f"SELECT * FROM {name}"), key=repr)
    table = parquet.read_table(exported.folder / "parquet" / f"{name}.parquet")
    assert sorted((tuple(row.values()) for row in table.to_pylist()), key=repr) == expected
    csv.field_size_limit(10**7)
    rows = read_csv(exported.folder / "csv" / f"{name}.csv")
    found = [tuple(as_it_was(cell) for cell in row.values()) for row in rows]
    assert sorted(found) == sorted(tuple(map(as_csv, row)) for row in expected)


def test_pandas_and_duckdb_read_the_same_numbers(exported: Exported) -> None:
    ((count, total),) = exported.query("SELECT COUNT(value), SUM(value) FROM figures")
    assert count > 50
    files = [exported.folder / "csv" / "figures.csv", exported.folder / "parquet/figures.parquet"]
    for frame in (pd.read_csv(files[0]), pd.read_parquet(files[1])):
        assert (frame["value"].count(), frame["value"].sum()) == (count, total)
        assert frame["year_ending"].dtype == "int64"
    assert frame["value"].dtype == "float64"
    for source in (f"read_csv('{files[0]}', max_line_size = 10000000)", f"'{files[1]}'"):
        answer = duckdb.sql(f"SELECT COUNT(value), SUM(value) FROM {source}").fetchone()
        assert answer == (count, total)


def test_csv_is_as_rfc_4180_has_it(exported: Exported) -> None:
    raw = (exported.folder / "csv" / "authorities.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert raw.startswith(b"authority,key,slug")
    assert raw.endswith(b"\r\n")
    # The name has a line end and quotes: it is quoted, and its quotes are doubled.
    assert '"<b>Dartford</b> & ""Sons""' in raw.decode()


def test_no_cell_of_a_csv_begins_like_a_formula(exported: Exported) -> None:
    found = 0
    for path in (exported.folder / "csv").glob("*.csv"):
        for row in read_csv(path):
            for cell in row.values():
                assert cell[:1] not in ("=", "+", "@", "\t", "\r"), (path.name, cell)
                assert cell[:1] != "-" or float(cell) < 0, (path.name, cell)
                found += cell == f"'{FORMULA}"
    assert found > 50


def test_parquet_says_what_it_holds(exported: Exported) -> None:
    schema = parquet.read_schema(exported.folder / "parquet" / "annual_summary.parquet")
    assert str(schema.field("uphold_rate").type) == "double"
    assert str(schema.field("year_ending").type) == "int64"
    assert str(schema.field("authority").type) == "string"
    assert schema.field("uphold_rate").metadata[b"unit"] == b"percent"
    assert schema.field("doubtful").metadata[b"description"] == (
        b"the doubtful metrics, comma-separated"
    )
    assert schema.metadata[b"replica"] == b"1"
    assert b"TEST DATA" in schema.metadata[b"warning"]
    assert b"made" not in schema.metadata


def test_frictionless_accepts_the_data_package(exported: Exported) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json"],
        cwd=exported.folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    report = json.loads(ended.stdout)
    assert ended.returncode == 0, ended.stdout
    assert report["valid"]
    assert len(report["tasks"]) == len(snapshot.NAMES)
    assert sum(task["stats"].get("rows", 0) for task in report["tasks"]) > 1_000


def test_frictionless_refuses_what_breaks_a_key(exported: Exported, tmp_path: Path) -> None:
    shutil.copytree(exported.folder, tmp_path / "package")
    with (tmp_path / "package/csv/authority_names.csv").open("a", newline="") as file:
        file.write("Nobody's Council,Nobody,register\r\n")
    description = json.loads((tmp_path / "package/datapackage.json").read_text())
    for resource in description["resources"]:
        del resource["hash"], resource["bytes"]
    wanted = {"authorities", "authority_names"}
    description["resources"] = [one for one in description["resources"] if one["name"] in wanted]
    (tmp_path / "package/datapackage.json").write_text(json.dumps(description))
    ended = subprocess.run(
        [sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json"],
        cwd=tmp_path / "package", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert "foreign-key" in ended.stdout


def test_the_package_describes_every_column(exported: Exported) -> None:
    package = json.loads((exported.folder / "datapackage.json").read_text())
    assert package["title"].endswith("(TEST DATA from a replica)")
    assert "TEST DATA" in package["description"]
    assert "Somebody's" not in package["description"]
    assert {one["name"] for one in package["resources"]} == set(snapshot.NAMES)
    fields = {
        (resource["name"], field["name"]): field
        for resource in package["resources"]
        for field in resource["schema"]["fields"]
    }
    assert all(field["description"] for field in fields.values())
    assert "not_in_form" in fields["absences", "absence"]["constraints"]["enum"]
    assert "not_in_form" not in fields["figures", "absence"]["constraints"]["enum"]
    assert fields["figures", "value"]["type"] == "number"


def test_the_workbook_opens_with_types_and_frozen_headings(
    exported: Exported, workbook: openpyxl.Workbook
) -> None:
    assert workbook.sheetnames == ["About", "Definitions", *snapshot.NAMES]
    sheet = workbook["figures"]
    headings = [cell.value for cell in sheet[1]]
    rows = [dict(zip(headings, row, strict=True)) for row in sheet.iter_rows(min_row=2)]
    ((count, total),) = exported.query("SELECT COUNT(*), SUM(value) FROM figures")
    assert len(rows) == count
    assert sum(row["value"].value or 0 for row in rows) == total
    assert {row["year_ending"].data_type for row in rows} == {"n"}
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == f"A1:W{count + 1}"
    summary = workbook["annual_summary"]
    columns = {cell.value: cell.column for cell in summary[1]}
    formats = {
        name: {
            cell.number_format
            for row in summary.iter_rows(min_row=2)
            if (cell := row[columns[name] - 1]).value is not None
        }
        for name in ("upheld_decisions", "uphold_rate", "year_ending")
    }
    assert formats == {
        "upheld_decisions": {"#,##0"}, "uphold_rate": {"General"}, "year_ending": {"General"},
    }  # fmt: skip
    assert summary.column_dimensions["A"].width > 9


def test_names_that_look_like_formulas_stay_text_in_the_workbook(
    workbook: openpyxl.Workbook,
) -> None:
    for name in ("annual_summary", "figures", "authorities", "coverage"):
        sheet = workbook[name]
        column = next(cell.column for cell in sheet[1] if cell.value == "authority")
        cells = [row[0] for row in sheet.iter_rows(min_row=2, min_col=column, max_col=column)]
        assert FORMULA in {cell.value for cell in cells}
        assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
        assert not any(cell.hyperlink for cell in cells)
    # Carriage returns and control characters come back as Excel shows them.
    names = {row[0].value for row in workbook["authorities"].iter_rows(min_row=2, max_col=1)}
    escaped = MARKUP.replace("_x000D_", "_x005F_x000D_")
    assert escaped.replace("\r", "_x000D_").replace("\x07", "_x0007_") in names


def test_doubtful_values_have_a_note_that_says_why(workbook: openpyxl.Workbook) -> None:
    def noted(sheet: Any, column: str, where: dict[str, Any]) -> list[str]:
        at = {cell.value: cell.column for cell in sheet[1]}
        return [
            sheet.cell(row, at[column]).comment.text
            for row in range(2, sheet.max_row + 1)
            if all(sheet.cell(row, at[name]).value == value for name, value in where.items())
            and sheet.cell(row, at[column]).comment
        ]

    kent = {"authority": FORMULA, "year_ending": 2021}
    summary = noted(workbook["annual_summary"], "uphold_rate", kent)
    assert summary == [NOTE]
    assert noted(workbook["annual_summary"], "upheld_decisions", kent) == []
    fills = [
        cell.fill.fgColor.rgb
        for row in workbook["annual_summary"].iter_rows(min_row=2)
        for cell in row
        if cell.comment
    ]
    assert fills == ["FFFFE699"]
    figure = {**kent, "metric": "uphold_rate", "source": "letter"}
    assert noted(workbook["figures"], "value", figure) == [NOTE]
    heading = workbook["annual_summary"]["I1"]
    assert heading.comment.text == "the doubtful metrics, comma-separated"


def test_the_workbook_says_what_it_is_and_what_everything_means(
    exported: Exported, workbook: openpyxl.Workbook
) -> None:
    about = {row[0].value: row[1].value for row in workbook["About"].iter_rows() if row[1].value}
    assert "TEST DATA" in about["Warning"]
    assert about["How to cite"].startswith("TEST DATA of a replica, not to be cited")
    assert "https://www.lgo.org.uk/copyright" in about["Terms"]
    assert "TEST DATA" in workbook["figures"].oddHeader.center.text
    assert "TEST DATA" in workbook["figures"].oddFooter.center.text
    defined = {
        (row[0].value, row[1].value, row[2].value): row[8].value
        for row in workbook["Definitions"].iter_rows(min_row=2)
    }
    for name in snapshot.NAMES:
        for _, column, *_ in exported.query(f"PRAGMA table_info({name})"):
            assert defined["column", name, column], (name, column)
    assert defined["absence", None, "no_base"] == "nothing to take a rate of"
    code = "rate_contradicts_counts"
    assert defined["finding", None, code] == findings.load()[code]
    assert ("break", None, "uphold_rate") in defined
    assert ("form", None, "three_panels") in defined


def test_a_text_too_long_for_a_cell_is_cut_with_a_mark_and_told(
    exported: Exported, workbook: openpyxl.Workbook
) -> None:
    texts = [
        cell.value
        for row in workbook["figures"].iter_rows(min_row=2)
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith("long words")
    ]
    assert len(texts) == 1
    assert len(texts[0]) <= 32_767
    assert f"cut here: {len(LONG):,} characters" in texts[0]
    remarks = [row[1].value for row in workbook["About"].iter_rows() if row[1].value]
    assert any("figures: 1 texts are longer" in remark for remark in remarks)


def test_more_rows_than_a_sheet_takes_go_on_in_another(
    hostile: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ombudsman_crawler.export.rows_sheet.MOST_ROWS", 60)
    ended = export(hostile, tmp_path / "out", "--format", "xlsx", "--metrics", "uphold_*")
    assert ended.status == 0, ended.all
    book = openpyxl.load_workbook(tmp_path / "out/ombudsman.xlsx")
    parts = [name for name in book.sheetnames if name.startswith("metric")]
    assert parts == ["metric"]
    parts = [name for name in book.sheetnames if name.startswith("authorities")]
    assert len(parts) > 2
    keys = [row[1].value for name in parts for row in book[name].iter_rows(min_row=2)]
    assert (
        len(keys) == len(set(keys)) == hostile.query("SELECT COUNT(*) AS n FROM authority")[0]["n"]
    )
    assert all(book[name]["A1"].value == "authority" for name in parts)
    said = [row[1].value for row in book["About"].iter_rows() if row[1].value]
    assert any(one.startswith("authorities has more rows than a sheet takes") for one in said)


def test_too_many_doubts_are_coloured_and_told(
    hostile: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ombudsman_crawler.export.workbook.MOST_NOTES", 0)
    ended = export(hostile, tmp_path / "out", "--format", "xlsx", "--metrics", "uphold_rate")
    assert ended.status == 0, ended.all
    book = openpyxl.load_workbook(tmp_path / "out/ombudsman.xlsx")
    cells = [cell for row in book["figures"].iter_rows(min_row=2) for cell in row]
    assert not any(cell.comment for cell in cells)
    assert [cell.fill.fgColor.rgb for cell in cells].count("FFFFE699") == 1
    said = [row[1].value for row in book["About"].iter_rows() if row[1].value]
    assert any("figures: of 1 doubtful values the first 0 have a note" in one for one in said)


def test_the_same_database_gives_the_same_bytes(
    hostile: Storage, exported: Exported, tmp_path: Path
) -> None:
    # Made anew of the storage, at another time.
    ended = export(hostile, tmp_path / "again", "--format", "all")
    assert ended.status == 0, ended.all
    first = {path.relative_to(exported.folder): path for path in exported.folder.rglob("*.*")}
    again = {
        path.relative_to(tmp_path / "again"): path for path in (tmp_path / "again").rglob("*.*")
    }
    assert set(first) == set(again)
    assert len(first) == 2 * len(snapshot.NAMES) + 3
    for name, path in first.items():
        assert path.read_bytes() == again[name].read_bytes(), name


def test_filters_narrow_every_table_down(hostile: Storage, tmp_path: Path) -> None:
    ended = export(
        hostile, tmp_path, "--format", "datapackage", "--years", "2021",
        "--council", "kent-county-council", "--kind", "county",
        "--metrics", "uphold_*,compliance_rate", "--metrics", "upheld_decisions",
    )  # fmt: skip
    assert ended.status == 0, ended.all
    figures = read_csv(tmp_path / "csv/figures.csv")
    assert {row["year_ending"] for row in figures} == {"2021"}
    assert {row["authority"] for row in figures} == {f"'{FORMULA}"}
    metrics = {"uphold_rate", "uphold_rate_similar", "compliance_rate", "upheld_decisions"}
    assert {row["metric"] for row in figures} == metrics
    (summary,) = read_csv(tmp_path / "csv/annual_summary.csv")
    assert metrics & set(summary) == metrics
    assert "detailed_investigations" not in summary
    assert summary["doubtful"] == "uphold_rate"
    text = (tmp_path / "README.txt").read_text()
    assert "years ending: 2021" in text
    assert "metrics: " in text
    ended = subprocess.run(
        [sys.executable, "-m", "frictionless", "validate", "datapackage.json"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout


def test_rows_keep_their_order_when_narrowed_down(
    hostile: Storage, exported: Exported, tmp_path: Path
) -> None:
    assert export(hostile, tmp_path, "--years", "2003-2099").status == 0
    for name in ("annual_summary", "letters", "letter_versions", "coverage", "findings"):
        whole = (exported.folder / "csv" / f"{name}.csv").read_bytes()
        assert (tmp_path / "csv" / f"{name}.csv").read_bytes() == whole, name


def test_as_of_a_day_gives_what_was_current_then(crawled: Storage, tmp_path: Path) -> None:
    then = datetime.now(UTC).date() - timedelta(days=DAYS_AGO // 2)
    assert export(crawled, tmp_path / "now").status == 0
    assert export(crawled, tmp_path / "then", "--as-of", str(then)).status == 0
    current = {
        name: {
            row["figure_id"]: (row["value_text"], row["document_sha256"])
            for row in read_csv(tmp_path / name / "csv/figures.csv")
            if row["slug"] == "kent-county-council" and row["year_ending"] == "2021"
            and row["source"] == "letter"
        }
        for name in ("now", "then")
    }  # fmt: skip
    versions = {row["version"]: row for row in read_csv(tmp_path / "now/csv/letter_versions.csv")
                if row["letter"] == "kent-county-council/2021"}  # fmt: skip
    assert {sha for _, sha in current["now"].values()} == {versions["2"]["document_sha256"]}
    assert {sha for _, sha in current["then"].values()} == {versions["1"]["document_sha256"]}
    assert current["now"] != current["then"]
    assert f"As of: {then.day} {then:%B %Y}" in (tmp_path / "then/README.txt").read_text()


def test_what_is_withheld_is_in_no_file(hostile: Storage, tmp_path: Path) -> None:
    storage = Storage(tmp_path / "storage")
    shutil.copytree(hostile.path, storage.path)
    said = ("--who", "Ann Clerk", "--why", "names a child", "--storage", storage.path)
    assert ombudsman_here("withhold", "kent-county-council/2021", *said).status == 0
    assert export(storage, tmp_path / "out", "--format", "all").status == 0
    figures = read_csv(tmp_path / "out/csv/figures.csv")
    kent = [row for row in figures if row["slug"] == "kent-county-council"]
    assert kent
    assert not [row for row in kent if row["year_ending"] == "2021" and row["source"] == "letter"]
    table = parquet.read_table(tmp_path / "out/parquet/figures.parquet")
    assert table.num_rows == len(figures)
    book = openpyxl.load_workbook(tmp_path / "out/ombudsman.xlsx", read_only=True)
    assert sum(1 for _ in book["figures"].iter_rows(min_row=2)) == len(figures)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--format", "pdf"), "--format"),
        (("--council", "kend-county-council"), "perhaps kent-county-council"),
        (("--metrics", "uphold_rat"), "perhaps uphold_rate"),
        (("--kind", "parish"), "--kind"),
        (("--years", "2021-2019"), "--years"),
        (("--as-of", "25/11/2026"), "--as-of"),
        (("--as-of", "2999-01-01"), "--as-of"),
        (("--as-of", "2001-01-01"), "the first crawl was on"),
        (("--database", "nowhere.db"), "nowhere.db"),
    ],
)
def test_what_cant_be_used_is_said_in_a_sentence(
    crawled: Storage, tmp_path: Path, arguments: tuple[str, ...], named: str
) -> None:
    ended = export(crawled, tmp_path / "out", *arguments)
    assert ended.status == 2, ended.all
    assert named in ended.err
    assert ended.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_nothing_that_matches_writes_nothing_and_ends_with_1(
    crawled: Storage, tmp_path: Path
) -> None:
    ended = export(crawled, tmp_path / "out", "--format", "all", "--years", "2004")
    assert ended.status == 1, ended.all
    assert "nothing matches" in ended.err
    assert not (tmp_path / "out").exists()


def test_files_of_others_stay_and_those_of_before_are_replaced(
    crawled: Storage, tmp_path: Path
) -> None:
    (tmp_path / "csv").mkdir()
    (tmp_path / "csv/mine.csv").write_text("mine")
    (tmp_path / "csv/figures.csv").write_text("before")
    (tmp_path / "datapackage.json").write_text("of other files")
    (tmp_path / ".ombudsman-export.unfinished").mkdir()
    (tmp_path / ".ombudsman-export.unfinished/half.csv").write_text("left by a killed export")
    ended = export(crawled, tmp_path)
    assert ended.status == 0, ended.all
    assert (tmp_path / "csv/mine.csv").read_text() == "mine"
    assert len(read_csv(tmp_path / "csv/figures.csv")) > 10
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.txt", "csv"]


def test_what_fails_half_way_leaves_what_was_there(
    crawled: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    assert export(crawled, tmp_path, "--years", "2020").status == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    monkeypatch.setattr("ombudsman_crawler.export.readme.write", full)
    ended = export(crawled, tmp_path, "--format", "all")
    assert ended.status == 2, ended.all
    assert "No space left on device" in ended.err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before


def test_an_export_killed_while_files_take_their_names_says_nothing_untrue(
    crawled: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert export(crawled, tmp_path, "--format", "datapackage").status == 0
    placed = write._placed

    def killed(unfinished: Path, folder: Path, path: str) -> write.Written:
        if path == "csv/figures.csv":
            raise KeyboardInterrupt
        return placed(unfinished, folder, path)

    with monkeypatch.context() as patched:
        patched.setattr(write, "_placed", killed)
        assert export(crawled, tmp_path, "--format", "datapackage", "--years", "2020").status != 0
    assert (tmp_path / "csv").is_dir()
    assert not (tmp_path / "README.txt").exists()
    assert not (tmp_path / "datapackage.json").exists()


def test_two_exports_into_one_folder_are_one_after_the_other(
    crawled: Storage, tmp_path: Path
) -> None:
    held = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        busy = export(crawled, tmp_path)
    finally:
        os.close(held)
    assert (busy.status, "another export writes" in busy.err) == (3, True)
    assert export(crawled, tmp_path).status == 0


def test_a_doubt_about_a_whole_letter_is_told_with_each_metric(
    exported: Exported, tmp_path: Path
) -> None:
    path = tmp_path / "doubtful.db"
    shutil.copy(exported.database, path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE findings SET metric = NULL, message = 'read by OCR'")
    ended = ombudsman_here(
        "export", tmp_path / "out", "--format", "csv", "--format", "xlsx", "--metrics",
        "uphold_rate", "--database", path,
    )  # fmt: skip
    assert ended.status == 0, ended.all
    assert {row["message"] for row in read_csv(tmp_path / "out/csv/findings.csv")} == {
        "read by OCR"
    }
    book = openpyxl.load_workbook(tmp_path / "out/ombudsman.xlsx")
    notes = [cell.comment.text for row in book["annual_summary"] for cell in row if cell.comment]
    assert any("read by OCR" in note for note in notes)


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_a_number_that_no_cell_holds_is_an_error_there(value: float) -> None:
    assert "#NUM!" in rows_sheet._Cells("REAL", None)[value]


@pytest.mark.parametrize(("name", "library"), [("parquet", "pyarrow"), ("xlsx", "xlsxwriter")])
def test_a_missing_library_is_named_with_how_to_install_it(
    crawled: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, library: str
) -> None:
    for module in [one for one in sys.modules if one.startswith("ombudsman_crawler.export.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, library, None)
    ended = export(crawled, tmp_path / "out", "--format", name)
    assert ended.status == 2, ended.all
    assert "pip install '.[export]'" in ended.err
    assert not (tmp_path / "out").exists()
