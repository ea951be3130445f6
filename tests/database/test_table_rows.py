"""National tables as they are stored: once, corrected, and read again by a better reader."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from served import Archive, opened
from sqlalchemy import text

from ombudsman_crawler.archive.documents import Stored
from ombudsman_crawler.database import review
from ombudsman_crawler.database.reader import Reader
from ombudsman_crawler.items import CouncilItem, Outcome, TableItem
from ombudsman_crawler.sheets.read import read_file, unreadable
from ombudsman_crawler.sheets.table import GAVE_UP, TableFile, Told

HEAD = "Complaints received 2021-22\nAuthority,Housing,Benefits and tax,Total\n"
FIRST = HEAD + "Kent County Council,1,2,3\nBroads Authority,0,1,1\nNewshire Council,2,2,4\n"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    yield from opened(tmp_path)


def serve(
    archive: Archive, body: str, address: str = "/1.csv", reading: TableFile | None = None
) -> TableItem:
    """Have the site serve a table at an address and store it."""
    item = TableItem(
        address=address, url=f"http://x{address}", label="", listed_year=2022, authority=None,
        found_on="/index",
    )  # fmt: skip
    state = archive.writer.saw_link(item)
    item.link_id, item.previous_document_id = state.link_id, state.document_id
    sha256 = hashlib.sha256(body.encode()).hexdigest()
    captured = archive.writer.record_capture(
        archive.run_id, address=address, url=item.url, status=200,
        stored=Stored(sha256, len(body), "text/csv", f"pages/{sha256}.csv"),
    )  # fmt: skip
    item.capture_id, item.document_id = captured.capture_id, captured.document_id
    same = state.document_id == item.document_id
    item.outcome = Outcome.UNCHANGED if same else Outcome.ARCHIVED
    assert item.document_id is not None
    if Reader(archive.engine).unread("table", item.document_id):
        item.reading = reading or read_file(body.encode(), Told())
    archive.writer.store_table(archive.run_id, item, 2022)
    archive.new_run()
    return item


def rows(archive: Archive, query: str) -> list[dict[str, Any]]:
    with archive.engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(query)).mappings()]


def housing(archive: Archive) -> dict[str, float]:
    query = "SELECT authority, value FROM figures WHERE metric = 'received_housing'"
    return {row["authority"]: row["value"] for row in rows(archive, query)}


def test_a_table_served_twice_is_stored_once(archive: Archive) -> None:
    serve(archive, FIRST)
    before = rows(archive, "SELECT * FROM figure")
    (seen,) = rows(archive, "SELECT first_seen, last_seen FROM national_table")
    assert serve(archive, FIRST).outcome is Outcome.UNCHANGED
    assert rows(archive, "SELECT * FROM figure") == before
    (again,) = rows(archive, "SELECT first_seen, last_seen FROM national_table")
    assert again["first_seen"] == seen["first_seen"]
    assert again["last_seen"] > seen["last_seen"]


def test_other_bytes_with_the_same_cells_are_no_new_version(archive: Archive) -> None:
    serve(archive, FIRST)
    item = serve(archive, FIRST.replace("\n", "\r\n"))
    assert (item.outcome, item.reason) == (Outcome.UNCHANGED, "other bytes, the same cells")
    review.run(archive.engine)
    assert rows(archive, "SELECT * FROM finding WHERE code = 'figure_revised'") == []


def test_a_correction_is_current_until_its_address_serves_the_first_again(
    archive: Archive,
) -> None:
    serve(archive, FIRST)
    serve(archive, FIRST.replace("Council,1,2,3", "Council,5,2,7"))
    assert housing(archive)["Kent County Council"] == 5
    review.run(archive.engine)
    noted = rows(archive, "SELECT metric, message FROM finding WHERE code = 'figure_revised'")
    assert noted == [
        {"metric": "received_housing", "message": "the table served before printed 1"},
        {"metric": "received_total", "message": "the table served before printed 3"},
    ]
    serve(archive, FIRST)
    assert housing(archive)["Kent County Council"] == 1
    review.run(archive.engine)
    noted = rows(archive, "SELECT metric, message FROM finding WHERE code = 'figure_revised'")
    assert [row["message"] for row in noted] == [
        "the table served before printed 5",
        "the table served before printed 7",
    ]


def test_what_two_sheets_of_one_file_have_is_shown_together(archive: Archive) -> None:
    file = read_file(FIRST.encode(), Told())
    others = read_file((HEAD + "Dartford Borough Council,7,0,7\n").encode(), Told())
    other = read_file((HEAD + "Leeds City Council,7,0,7\nYork,8,0,8\n").encode(), Told())
    assert others.tables[0].status == "unrecognised"
    both = replace(
        file,
        tables=(
            replace(file.tables[0], sheet="A–M"),
            replace(other.tables[0], sheet="N–Z"),
        ),
    )
    serve(archive, FIRST, reading=both)
    assert housing(archive)["City of York Council"] == 8
    assert housing(archive)["Kent County Council"] == 1


def test_a_newer_reading_takes_the_place_of_the_older(archive: Archive) -> None:
    item = serve(archive, FIRST, reading=unreadable("it hung", reader=GAVE_UP))
    assert housing(archive) == {}
    reader = Reader(archive.engine)
    assert reader.unread("table", item.document_id or 0)
    serve(archive, FIRST)
    assert not reader.unread("table", item.document_id or 0)
    assert housing(archive)["Kent County Council"] == 1
    with archive.engine.begin() as connection:
        connection.execute(text("UPDATE national_table SET reader = 'sheets-0'"))
    assert reader.unread("table", item.document_id or 0)
    before = rows(archive, "SELECT COUNT(*) AS n FROM figure")
    serve(archive, FIRST)
    assert rows(archive, "SELECT COUNT(*) AS n FROM figure") == before
    assert rows(archive, "PRAGMA foreign_key_check") == []


def test_bodies_that_no_register_has_are_one_under_all_spellings(archive: Archive) -> None:
    serve(archive, FIRST)
    serve(archive, FIRST.replace("Broads Authority", "The Broads Authority *"), "/2.csv")
    others = rows(archive, "SELECT name, kind FROM authority WHERE name LIKE '%Broads%'")
    assert others == [{"name": "Broads Authority", "kind": "other"}]


def test_a_name_that_the_site_itself_uses_is_known(archive: Archive) -> None:
    doubted = "SELECT 1 FROM finding WHERE code = 'council_not_known'"
    serve(archive, FIRST)
    assert len(rows(archive, doubted)) == 1
    archive.writer.saw_council(
        CouncilItem("Newshire", "newshire-council", "/newshire", "Newshire Council", True)
    )
    serve(archive, FIRST.replace(",2,2,4", ",2,3,5"), "/2.csv")
    assert len(rows(archive, doubted)) == 1
    (row,) = rows(
        archive,
        "SELECT authority, matched_by, slug FROM national_rows"
        " WHERE name = 'Newshire Council' AND current",
    )
    assert row == {"authority": "Newshire", "matched_by": "known_name", "slug": "newshire-council"}
