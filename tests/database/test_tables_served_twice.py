"""Two files of tables of one subject and year at two addresses: which is current, and what is said
of what they print differently."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from served import KENT, Archive, opened

from ombudsman_crawler.archive.documents import Stored
from ombudsman_crawler.database import review
from ombudsman_crawler.items import Outcome, TableItem
from ombudsman_crawler.sheets.read import read_file
from ombudsman_crawler.sheets.table import Told


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    yield from opened(tmp_path)


def serve(archive: Archive, address: str, upheld: int) -> TableItem:
    """Have the site serve a table at an address, with a number of decisions upheld about Kent."""
    body = (
        "Complaints decided 2024-25\nAuthority,Not Upheld,Upheld\n"
        f"Kent County Council,13,{upheld}\nDartford Borough Council,2,2\n"
    ).encode()
    item = TableItem(
        address=address, url=f"http://x{address}", label="Decided 2024-25", listed_year=2025,
        authority=None, found_on="/index",
    )  # fmt: skip
    state = archive.writer.saw_link(item)
    item.link_id, item.previous_document_id = state.link_id, state.document_id
    sha256 = hashlib.sha256(body).hexdigest()
    captured = archive.writer.record_capture(
        archive.run_id, address=address, url=item.url, status=200, time=archive.now,
        stored=Stored(sha256, len(body), "text/csv", f"tables/{sha256}.csv"),
    )  # fmt: skip
    item.capture_id, item.document_id = captured.capture_id, captured.document_id
    known = archive.rows(f"SELECT 1 FROM national_table WHERE document_id = {item.document_id}")
    item.reading = None if known else read_file(body, Told())
    same = state.document_id == item.document_id
    item.outcome = Outcome.UNCHANGED if same else Outcome.ARCHIVED
    archive.writer.store_table(archive.run_id, item, 2025)
    archive.now += timedelta(seconds=2)
    return item


def shown(archive: Archive) -> list[float]:
    """Return what the analysts are shown as upheld about Kent."""
    return [
        value
        for (value,) in archive.rows(
            f"SELECT value FROM figures WHERE authority = '{KENT}' AND metric = 'upheld_decisions'"
        )
    ]


def revised(archive: Archive) -> list[str]:
    review.run(archive.engine)
    return [
        message
        for (message,) in archive.rows(
            "SELECT message FROM finding WHERE code = 'figure_revised' ORDER BY id"
        )
    ]


def test_a_correction_stays_current_while_the_old_file_is_still_listed(archive: Archive) -> None:
    serve(archive, "/old.csv", 63)
    assert shown(archive) == [63]
    archive.new_run()
    serve(archive, "/corrected.csv", 64)
    # The old file is asked for after it, and is still there as it was.
    serve(archive, "/old.csv", 63)
    assert shown(archive) == [64]
    archive.new_run()
    serve(archive, "/corrected.csv", 64)
    serve(archive, "/old.csv", 63)
    assert shown(archive) == [64]
    assert revised(archive) == ["the table served before printed 63"]


def test_a_correction_at_the_same_address_is_current_and_so_is_its_taking_back(
    archive: Archive,
) -> None:
    serve(archive, "/table.csv", 63)
    archive.new_run()
    assert serve(archive, "/table.csv", 64).outcome is Outcome.NEW_VERSION
    assert shown(archive) == [64]
    archive.new_run()
    serve(archive, "/table.csv", 63)
    assert shown(archive) == [63]
    assert len(archive.rows("SELECT id FROM national_table")) == 2


def test_a_second_correction_is_compared_with_the_first(archive: Archive) -> None:
    serve(archive, "/old.csv", 63)
    archive.new_run()
    serve(archive, "/corrected.csv", 64)
    serve(archive, "/old.csv", 63)
    archive.new_run()
    serve(archive, "/corrected.csv", 65)
    serve(archive, "/old.csv", 63)
    assert shown(archive) == [65]
    assert revised(archive) == ["the table served before printed 64"]
