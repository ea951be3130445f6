"""What goes over the wire, as WARC records: written in order, whole or not at all."""

from __future__ import annotations

import errno
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from ombudsman_crawler.archive import records, warc
from ombudsman_crawler.archive.warc import Exchange, Place, Recording
from ombudsman_crawler.exceptions import BrokenWarc

MOMENT = datetime(2026, 6, 1, 8, 30, 0, 123000, tzinfo=UTC)
URL = "https://www.lgo.org.uk/a%20letter.pdf?x=1"


def exchange(
    url: str = URL, status: int = 200, body: bytes = b"%PDF-1.7 words", **more: object
) -> Exchange:
    fields = {
        "url": url,
        "moment": MOMENT,
        "method": "GET",
        "request_headers": (("Host", "www.lgo.org.uk"), ("User-Agent", "test")),
        "status": status,
        "headers": (("Content-Type", "application/pdf"), ("X-Name", "caf\xe9")),
        "body": body,
        "ip_address": "203.0.113.5",
    }
    return Exchange(**{**fields, **more})  # type: ignore[arg-type]


def record_all(storage: Path, *exchanges: Exchange, run: int = 1) -> list[Place]:
    recording = Recording(storage, run, MOMENT, {"software": "test", "operator": "me"})
    places = [recording.append(one).result() for one in exchanges]
    recording.close()
    return places


def kinds(path: Path) -> list[str]:
    return [
        found.kind if isinstance(found, records.Record) else "damage"
        for found in records.walk(path)
    ]


def test_an_exchange_is_read_back_byte_for_byte(tmp_path: Path) -> None:
    body = bytes(range(256)) * 10
    (place,) = record_all(tmp_path, exchange(body=body))
    assert place.file == "warc/run-000001-20260601T083000Z.warc.gz"
    found = records.read_at(tmp_path / place.file, place.offset)
    answer = found.answer()
    assert (answer.status, answer.body) == (200, body)
    assert answer.headers == ((b"Content-Type", b"application/pdf"), (b"X-Name", b"caf\xe9"))
    assert (found.url, found.date) == (URL, "2026-06-01T08:30:00.123Z")
    assert found.header["warc-ip-address"] == "203.0.113.5"
    assert records.same_digest(body, found.header["warc-payload-digest"])
    assert records.same_digest(found.block, found.header["warc-block-digest"])


def test_others_read_it_too(tmp_path: Path) -> None:
    (place,) = record_all(tmp_path, exchange())
    with (tmp_path / place.file).open("rb") as file:
        found = [
            (record.rec_type, record.rec_headers.get_header("WARC-Concurrent-To"), record)
            for record in ArchiveIterator(file)
        ]
    assert [kind for kind, _, _ in found] == ["warcinfo", "response", "request"]
    assert found[2][1] == found[1][2].rec_headers.get_header("WARC-Record-ID")
    request = records.read_at(
        tmp_path / place.file, [r.offset for r in records.walk(tmp_path / place.file)][2]
    )
    assert request.block.startswith(b"GET /a%20letter.pdf?x=1 HTTP/1.1\r\nHost: www.lgo.org.uk\r\n")


def test_a_body_of_long_ago_is_found_by_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warc, "_BODIES_KNOWN", 2)
    recording = Recording(tmp_path, 1, MOMENT, {"software": "test", "operator": "me"})
    first, *_, last = [
        recording.append(exchange(body=f"%PDF-1.7 {n}".encode())).result() for n in range(4)
    ]
    recording.append(exchange(body=b"%PDF-1.7 0"), first).result()
    recording.append(exchange(body=b"%PDF-1.7 3")).result()
    recording.append(exchange(body=b"%PDF-1.7 1")).result()
    recording.close()
    answers = kinds(tmp_path / last.file)[1::2]
    assert answers == ["response"] * 4 + ["revisit", "revisit", "response"]


def test_the_same_body_again_is_a_revisit(tmp_path: Path) -> None:
    first, second = record_all(tmp_path, exchange(), exchange(url=URL + "&again"))
    whole = records.read_at(tmp_path / first.file, first.offset)
    again = records.read_at(tmp_path / second.file, second.offset)
    assert again.kind == "revisit"
    assert again.header["warc-profile"].endswith("/1.1/revisit/identical-payload-digest")
    assert again.header["warc-refers-to"] == whole.record_id
    assert again.header["warc-refers-to-target-uri"] == URL
    assert again.header["warc-refers-to-date"] == whole.date
    assert again.header["warc-payload-digest"] == whole.header["warc-payload-digest"]
    assert again.payload == b""
    assert again.answer().status == 200


def test_a_body_of_an_earlier_run_is_referred_to_only_where_it_is_the_same(tmp_path: Path) -> None:
    (place,) = record_all(tmp_path, exchange())
    recording = Recording(tmp_path, 2, MOMENT, {})
    same = recording.append(exchange(), place).result()
    other = recording.append(exchange(body=b"other"), place).result()
    lost = recording.append(exchange(body=b"third"), Place("warc/none.warc.gz", 0)).result()
    chained = recording.append(exchange(), same).result()
    unchanged = recording.append(exchange(status=304, body=b""), same).result()
    recording.close()
    at = {
        name: records.read_at(tmp_path / found.file, found.offset)
        for name, found in locals().items()
        if isinstance(found, Place)
    }
    assert [at[name].kind for name in ("same", "other", "lost", "chained", "unchanged")] == [
        "revisit", "response", "response", "revisit", "revisit",
    ]  # fmt: skip
    # A revisit refers to the record with the body, never to another revisit.
    for name in ("same", "chained", "unchanged"):
        assert at[name].header["warc-refers-to"] == at["place"].record_id
    assert at["unchanged"].not_modified
    assert not at["same"].not_modified


def test_a_body_cut_off_says_so_and_is_referred_to_by_nobody(tmp_path: Path) -> None:
    short, whole = record_all(tmp_path, exchange(truncated="disconnect"), exchange())
    found = records.read_at(tmp_path / short.file, short.offset)
    assert found.header["warc-truncated"] == "disconnect"
    assert records.read_at(tmp_path / whole.file, whole.offset).kind == "response"


def test_a_torn_file_is_cut_to_its_last_whole_record_and_the_rest_kept(tmp_path: Path) -> None:
    first, second = record_all(tmp_path, exchange(), exchange(body=b"second" * 999))
    path = tmp_path / first.file
    whole = path.read_bytes()
    begins = {found.offset for found in records.walk(path)}
    for left in range(second.offset + 1, len(whole), 7):
        path.write_bytes(whole[:left])
        if left in begins:  # cut between two records, the file is whole
            assert warc.mend(tmp_path, 1) == []
            continue
        (cut,) = warc.mend(tmp_path, 1)
        assert cut.file == first.file
        kept = tmp_path / cut.kept_as
        assert path.read_bytes() + kept.read_bytes() == whole[:left]
        assert cut.bytes == kept.stat().st_size > 0
        assert "damage" not in kinds(path)
        assert warc.mend(tmp_path, 1) == []
        kept.unlink()
        if "revisit" in kinds(path):
            break
    assert warc.mend(tmp_path, 2) == []


def test_a_file_that_never_got_a_record_is_set_aside_whole(tmp_path: Path) -> None:
    (place,) = record_all(tmp_path, exchange())
    path = tmp_path / place.file
    start = path.read_bytes()[:50]
    path.write_bytes(start)
    (cut,) = warc.mend(tmp_path, 1)
    assert not path.exists()
    assert (tmp_path / cut.kept_as).read_bytes() == start


def test_damage_with_whole_records_behind_it_is_no_tear(tmp_path: Path) -> None:
    first, second = record_all(tmp_path, exchange(), exchange(body=b"second"))
    path = tmp_path / first.file
    damaged = bytearray(path.read_bytes())
    damaged[first.offset + 200] ^= 0x10
    path.write_bytes(damaged)
    assert kinds(path) == ["warcinfo", "damage", "request", "response", "request"]
    assert warc.mend(tmp_path, 1) == []
    assert path.read_bytes() == damaged
    assert records.read_at(path, second.offset).payload == b"second"


def test_a_full_disk_leaves_no_half_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = Recording(tmp_path, 1, MOMENT, {})
    place = recording.append(exchange()).result()
    before = (tmp_path / place.file).read_bytes()

    class Full(io.FileIO):
        def write(self, data: object) -> int:
            super().write(bytes(data)[:100])  # type: ignore[call-overload]
            raise OSError(errno.ENOSPC, "No space left on device")

    recording._out = Full(tmp_path / place.file, "ab")
    for body in (b"one", b"two"):
        with pytest.raises(OSError, match="No space"):
            recording.append(exchange(body=body)).result()
    recording.close()
    assert (tmp_path / place.file).read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"no WARC", b"\x1f\x8b\x08" + bytes(40)])
def test_what_is_no_warc_is_one_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "foreign.warc.gz"
    path.write_bytes(content)
    with pytest.raises(BrokenWarc):
        records.read_at(path, 0)


def test_a_foreign_warc_with_chunks_and_no_gzip_is_read(tmp_path: Path) -> None:
    block = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n"
        b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    )
    header = (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: <http://example.org/>\r\n"
        b"WARC-Date: 2015-01-01T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n"
    ) % len(block)
    path = tmp_path / "old.warc"
    path.write_bytes((header + block + b"\r\n\r\n") * 2)
    found = list(records.read_all(path))
    assert [record.url for record in found] == ["http://example.org/"] * 2
    answer = records.read_at(path, found[1].offset).answer()
    assert (answer.headers, answer.body) == (((b"X-A", b"b"),), b"hello world")
