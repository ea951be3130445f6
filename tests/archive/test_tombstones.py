"""A tombstone has exactly the length of what it stands for, and any reader of WARCs passes it."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from ombudsman_crawler.archive import records, tombstones
from ombudsman_crawler.archive.records import Record
from ombudsman_crawler.archive.tombstones import Tombstone
from ombudsman_crawler.exceptions import BrokenWarc

RECORD = Record(
    0,
    {
        "warc-type": "response",
        "warc-record-id": "<urn:uuid:12345678-1234-1234-1234-123456789012>",
        "warc-target-uri": "http://127.0.0.1/documents/councilperformance/2021/kent.pdf",
        "warc-date": "2026-01-01T00:00:00.123Z",
    },
    b"",
)
STONE = Tombstone("a" * 64, "2026-11-25T00:00:00.000Z", "an order of a court: a café")

# The shortest answer of the replica, its robots.txt, has 547 bytes.
SHORTEST = 500


@given(st.integers(SHORTEST, 200_000))
@example(SHORTEST)
@example(65_535 + 18)
@example(65_535 + 18 + 5)
@example(65_535 + 18 + 7)
@example(2 * 65_540 + 18)
@example(8 * 2**20)
def test_any_length(length: int) -> None:
    member = tombstones.in_place_of(RECORD, length, STONE)
    assert len(member) == length
    assert gzip.decompress(member)
    seen = 0
    for found in ArchiveIterator(io.BytesIO(member)):
        assert found.rec_type == "metadata"
        assert found.rec_headers.get_header("WARC-Record-ID") == RECORD.record_id
        block = b"".join(iter(lambda stream=found.raw_stream: stream.read(65_536), b""))
        assert len(block) == int(found.rec_headers.get_header("Content-Length"))
        seen += 1
    assert seen == 1


@pytest.mark.parametrize("start", [SHORTEST, 1000, 10_000, 65_500, 131_000])
def test_every_length_around_the_edges(start: int) -> None:
    for length in range(start, start + 150):
        assert len(tombstones.in_place_of(RECORD, length, STONE)) == length


def test_it_says_what_was_erased(tmp_path: Path) -> None:
    path = tmp_path / "run.warc.gz"
    path.write_bytes(tombstones.in_place_of(RECORD, 30_000, STONE))
    (found,) = records.walk(path)
    assert isinstance(found, Record)
    assert tombstones.of(found) == STONE
    assert tombstones.answered(found) == RECORD.date
    assert (found.url, found.record_id) == (RECORD.url, RECORD.record_id)
    assert str(STONE) == "erased on 2026-11-25: an order of a court: a café"


def test_too_short_for_any() -> None:
    with pytest.raises(BrokenWarc, match="too few"):
        tombstones.in_place_of(RECORD, 200, STONE)


def test_other_records_are_no_tombstones() -> None:
    assert tombstones.of(RECORD) is None
    other = Record(0, {"warc-type": "metadata"}, b"outlink: http://elsewhere.example/\r\n")
    assert tombstones.of(other) is None
