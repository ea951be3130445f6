"""Whole crawls for the national tables: once, again, corrected, moved, broken and interrupted."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from conftest import Ended, Storage, interrupt, wait_until

from ombudsman_crawler.replica import Replica
from ombudsman_crawler.replica.faults import Fault
from ombudsman_crawler.site.national_tables import INDEX_PATH

FIGURES = (
    "SELECT authority, year_ending, metric, value, absence FROM figures"
    " WHERE source = 'national_table'"
)
KENT = "Kent County Council"


def shown(storage: Storage) -> dict[tuple[str, int, str], tuple[float | None, bool]]:
    """Every figure by authority, year and metric: its value, and whether it is absent."""
    return {
        (row["authority"], row["year_ending"], row["metric"]): (
            row["value"],
            row["absence"] is not None,
        )
        for row in storage.query(FIGURES)
    }


def told(replica: Replica) -> dict[tuple[str, int, str], tuple[float | None, bool]]:
    """The same as the replica knows it. Of two tables with the same figure both say the same."""
    return {
        (row.authority, table.year_ending, metric): (
            (None, True) if isinstance(truth, tuple) else (truth, False)
        )
        for table in replica.tables()
        for row in table.rows
        for metric, truth in row.figures.items()
    }


def whole(storage: Storage) -> tuple[list[dict[str, Any]], ...]:
    return tuple(
        storage.query(f"SELECT * FROM {table} ORDER BY id")
        for table in ("national_table", "table_row", "figure", "finding", "document")
    )


def crawl(storage: Storage, replica: Replica, *arguments: str) -> Ended:
    # One worker: its imports cost more than these tables.
    return storage.crawl(replica, "--collect", "tables", *arguments, OMBUDSMAN_READERS="1")


def test_tables_as_they_are_served_unchanged_and_corrected(storage: Storage) -> None:
    with Replica(councils=20) as replica:
        done = crawl(storage, replica)
        assert done.status == 0, done.all
        truth = told(replica)
        is_first(storage, truth)
        before = whole(storage)

        replica.clear_hits()
        done = crawl(storage, replica, "--refetch", "all")
        assert done.status == 0, done.all
        asked = [hit for hit in replica.hits if hit.path != "/robots.txt"]
        assert len(asked) > 10
        assert {hit.status for hit in asked} == {304}
        is_unchanged(storage, before)

        address = replica.tables()[0].address
        replica.reissue_table(address)
        done = crawl(storage, replica)
        assert done.status == 0, done.all
        is_corrected(storage, address, truth, told(replica))
    storage.sound()


def is_first(storage: Storage, truth: Any) -> None:
    """Every figure is right and leads back to its cell; every row is kept as printed."""
    assert len(truth) > 4000
    assert shown(storage) == truth
    for name in ("tables_found", "tables_fetched", "tables_read"):
        assert storage.check(name)["passed"] == 1
    (kent,) = storage.query(
        "SELECT * FROM figures WHERE authority = ? AND year_ending = 2025"
        " AND metric = 'upheld_decisions'",
        KENT,
    )
    assert kent["figure_id"] == "kent-county-council/2025/national_table/upheld_decisions"
    assert f'"{KENT}", column' in kent["text"]
    assert kent["text"].endswith(f": {kent['value_text']}")
    assert (kent["page"], kent["box"], kent["unit"]) == (None, None, "count")
    assert kent["url"].endswith(".csv")
    assert (storage.path / kent["document_path"]).is_file()
    # Bodies without a page on the map have a row too, and are told apart from councils.
    (broads,) = storage.query(
        "SELECT kind, slug FROM authority WHERE name = 'Broads Authority' AND id IN"
        " (SELECT authority_id FROM table_row WHERE matched_by = 'new')"
    )
    assert broads == {"kind": "other", "slug": None}
    rows = storage.query("SELECT * FROM national_rows")
    assert all(row["current"] for row in rows)
    assert {row["matched_by"] for row in rows if row["name"]} == {"exact", "known_name", "new"}
    above = [row for row in rows if row["number"] <= row["header_row"]]
    assert above
    assert all(row["name"] is row["authority"] is None for row in above)


def is_unchanged(storage: Storage, before: tuple[list[dict[str, Any]], ...]) -> None:
    assert set(storage.outcomes()) == {"unchanged"}
    after = whole(storage)
    assert after[1:] == before[1:]
    assert [row["last_seen"] for row in after[0]] > [row["last_seen"] for row in before[0]]
    assert storage.check("tables_read")["passed"] is None


def is_corrected(storage: Storage, address: str, before: Any, truth: Any) -> None:
    """The corrected table is current; the earlier one stays, and what differs is told."""
    assert shown(storage) == truth
    changed = {name for name in truth if truth[name] != before[name]}
    assert changed
    assert storage.outcomes()["new_version"] == 1
    revised = storage.query(
        "SELECT finding.metric, finding.severity, authority.name FROM finding"
        " JOIN table_row ON table_row.id = finding.table_row_id"
        " JOIN authority ON authority.id = table_row.authority_id WHERE code = 'figure_revised'"
    )
    assert {(row["name"], row["metric"]) for row in revised} == {
        (authority, metric) for authority, _, metric in changed
    }
    assert {row["severity"] for row in revised} == {"note"}
    kept = storage.query(
        "SELECT current, COUNT(*) AS rows FROM national_rows WHERE url LIKE '%' || ? GROUP BY 1",
        address,
    )
    assert [row["current"] for row in kept] == [0, 1]
    assert kept[0]["rows"] == kept[1]["rows"] > 20


def test_an_interrupted_crawl_goes_on_where_it_ended(storage: Storage) -> None:
    with Replica(councils=3) as replica:
        for table in replica.tables():
            replica.faults[table.address] = Fault(delay=0.5)
        process = storage.start(
            replica, "--collect", "tables", CONCURRENT_REQUESTS="1", OMBUDSMAN_READERS="1"
        )

        def some() -> bool:
            database = storage.path / "ombudsman.db"
            return database.exists() and bool(
                storage.query("SELECT 1 FROM sqlite_master WHERE name = 'document'")
                and storage.query("SELECT 1 FROM link WHERE kind = 'table' LIMIT 1")
                and len(storage.query("SELECT 1 FROM document")) > 3
            )

        wait_until(some)
        interrupt(process)
        process.communicate(timeout=60)
        assert process.returncode == 130
        assert storage.outcomes()["not_attempted"]
        replica.faults.clear()
        done = crawl(storage, replica)
        assert done.status == 0, done.all
        assert shown(storage) == told(replica)
    assert len(storage.query("SELECT DISTINCT document_id, sheet FROM national_table")) == len(
        storage.query("SELECT * FROM national_table")
    )
    storage.sound()


LOOSE = (
    "Complaints received 2024-25\n"
    "Authority,Housing,Benefits and Tax,Total\n"
    "Kent County Council,1,2,3\nKent CC,4,5,9\n"
    "Middlesborough Council,1,1,2\nDartford BC,2,2,4\nUnknownshire District Council,1,0,1\n"
)


def test_an_index_that_has_moved_is_found_from_above_and_doubtful_names_are_told(
    storage: Storage,
) -> None:
    moved = "/information-centre/reports/complaint-reviews-and-data"
    listing = "<h1>Data</h1><a href='/assets/attach/1/1-Received-24-25.csv'>Received</a>"
    with Replica(councils=3, years=(2025, 2025)) as replica:
        replica.faults[INDEX_PATH] = Fault(status=404)
        for path, body, media_type in (
            ("/information-centre", f"<a href='{moved}'>Complaint reviews</a>", "text/html"),
            (moved, listing, "text/html"),
            ("/assets/attach/1/1-Received-24-25.csv", LOOSE, "text/csv"),
        ):
            replica.faults[path] = Fault(replace=body.encode(), content_type=media_type)
        done = crawl(storage, replica)
        assert done.status == 0, done.all
    check = storage.check("rows_matched")
    assert (check["required"], check["passed"]) == (0, 0)
    for name in (KENT, "Middlesborough Council", "Unknownshire District Council"):
        assert name in check["detail"]
    assert "Dartford" not in check["detail"]
    housing = storage.query(
        "SELECT authority, value, doubts FROM figures WHERE metric = 'received_housing' ORDER BY 1"
    )
    # Of a council's two rows neither is chosen.
    assert housing == [
        {"authority": "Dartford Borough Council", "value": 2, "doubts": None},
        {"authority": "Middlesbrough Borough Council", "value": 1,
         "doubts": "name_matched_loosely"},
        {"authority": "Unknownshire District Council", "value": 1, "doubts": "council_not_known"},
    ]  # fmt: skip


def test_no_table_anywhere_fails_the_run(storage: Storage) -> None:
    empty = Fault(replace=b"<h1>Information centre</h1>", content_type="text/html")
    with Replica(councils=3, years=(2024, 2025)) as replica:
        for path in (INDEX_PATH, "/information-centre"):
            replica.faults[path] = empty
        done = crawl(storage, replica)
    assert done.status == 1, done.all
    assert storage.check("tables_found")["passed"] == 0
    assert "lists no national table" in storage.check("tables_found")["detail"]


def workbook(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def test_what_is_no_table_is_rejected_and_one_in_another_form_is_kept_and_told(
    storage: Storage,
) -> None:
    strange = workbook([["A", "B", "C"], *([f"x{n}", n, n + 1] for n in range(9))])
    html = b"\xef\xbb\xbf<!DOCTYPE html><html><body>Sorry</body></html>"
    with Replica(councils=3, years=(2024, 2025)) as replica:
        first, second, third, fourth, *_ = (table.address for table in replica.tables())
        replica.faults[first] = Fault(replace=html, content_type="text/csv")
        replica.faults[second] = Fault(replace=b"%PDF-1.4 no table", content_type="text/csv")
        replica.faults[third] = Fault(empty=True)
        replica.faults[fourth] = Fault(replace=strange, content_type="application/octet-stream")
        done = crawl(storage, replica)
        assert done.status == 1, done.all
        for address in (first, second, third):
            assert storage.outcome_of(address)["outcome"] == "rejected"
            assert address in storage.check("tables_fetched")["detail"]
        assert storage.check("tables_fetched")["passed"] == 0
        assert storage.check("tables_read")["passed"] == 0
        assert "no row holds headings that are known" in storage.check("tables_read")["detail"]
        replica.faults.clear()
        again = crawl(storage, replica, "--refetch", "all")
        assert again.status == 0, again.all
        assert shown(storage) == told(replica)
    (table,) = storage.query("SELECT * FROM national_table WHERE status = 'unrecognised'")
    assert len(storage.query("SELECT * FROM table_row WHERE table_id = ?", table["id"])) == 10
    storage.sound()


def test_a_table_that_comes_again_cut_short_fails_the_run(storage: Storage) -> None:
    with Replica(councils=6, years=(2025, 2025)) as replica:
        assert crawl(storage, replica).status == 0
        table = next(one for one in replica.tables() if one.content_type.startswith("text/csv"))
        lines = replica.table_file(table.address).splitlines(keepends=True)
        replica.faults[table.address] = Fault(
            replace=b"".join(lines[: len(lines) // 2]), content_type="text/csv"
        )
        ended = crawl(storage, replica, "--refetch", "all")
        assert ended.status == 1, ended.all
        assert table.address in storage.check("tables_not_shorter")["detail"]
