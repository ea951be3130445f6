"""The WARC of a run: everything fetched, and every capture leads into it."""

from __future__ import annotations

import gzip
import os
import signal
from contextlib import redirect_stdout
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from threading import Thread

import pytest
from conftest import Storage, ombudsman, wait_until
from warcio.cli import main as warcio

from ombudsman_crawler.archive import records, warc
from ombudsman_crawler.replica import Fault, Replica


def every_record(storage: Storage) -> dict[tuple[str, int], records.Record]:
    found = {}
    for path in warc.files(storage.path):
        for record in records.walk(path):
            assert isinstance(record, records.Record), (path, record)
            found[path.relative_to(storage.path).as_posix(), record.offset] = record
    return found


def answers(storage: Storage) -> dict[tuple[str, int], records.Record]:
    return {
        place: record
        for place, record in every_record(storage).items()
        if record.kind in ("response", "revisit")
    }


def checked_by_warcio(storage: Storage) -> str:
    """Return what `warcio check` finds wrong: nothing, when all is well."""
    said = StringIO()
    with redirect_stdout(said), pytest.raises(SystemExit) as ended:
        warcio(["check", *map(str, warc.files(storage.path))])
    return f"{said.getvalue()}{ended.value.code or ''}"


def test_each_capture_leads_to_its_record(storage: Storage, replica: Replica) -> None:
    letters = replica.letters()
    replica.faults[letters[0].path] = Fault(status=503, times=1)
    replica.faults[letters[1].path] = Fault(truncated_body=True, times=1)
    replica.faults[letters[2].path] = Fault(redirect=letters[3].path, times=1)
    replica.faults[letters[4].path] = Fault(status=404)
    replica.faults[letters[5].path] = Fault(drop=True, times=1)
    storage.crawl(replica)
    captures = storage.query("SELECT * FROM capture ORDER BY id")
    found = answers(storage)
    for capture in captures:
        place = (capture["warc_file"], capture["warc_offset"])
        if capture["error"] and "DataLoss" not in capture["error"]:
            # No answer came: there is nothing to keep but the row.
            assert place == (None, None)
            continue
        record = found.pop(place)
        assert (record.url, record.date) == (capture["url"], capture["time"])
        assert record.answer().status == (capture["status"] or 200)
        assert (record.header.get("warc-truncated") is None) == (capture["error"] is None)
        assert record.header["warc-ip-address"] == "127.0.0.1"
    assert found == {}
    statuses = {capture["status"] for capture in captures}
    assert {200, 302, 404, 503, None} <= statuses
    assert any(capture["url"].endswith("/robots.txt") for capture in captures)
    assert checked_by_warcio(storage) == ""
    requests = [r for r in every_record(storage).values() if r.kind == "request"]
    answered = [capture for capture in captures if capture["warc_file"]]
    assert len(requests) == len(answered)


def test_bodies_are_as_they_came(storage: Storage, replica: Replica) -> None:
    assert storage.crawl(replica).status == 0
    documents = storage.query(
        "SELECT path, warc_file, warc_offset, media_type FROM capture"
        " JOIN document ON document.id = document_id WHERE status = 200"
    )
    for row in documents:
        record = answers(storage)[row["warc_file"], row["warc_offset"]]
        body = record.answer().body
        if row["media_type"] == "text/html":
            assert (b"Content-Encoding", b"gzip") in record.answer().headers
            body = gzip.decompress(body)
        assert body == (storage.path / row["path"]).read_bytes()


def test_what_is_the_same_is_a_revisit(storage: Storage, replica: Replica) -> None:
    again = replica.alias(replica.letters()[0].path)
    assert storage.crawl(replica).status == 0
    assert storage.crawl(replica).status == 0
    found = list(answers(storage).values())
    whole = {record.record_id: record for record in found if record.kind == "response"}
    assert len({record.header["warc-payload-digest"] for record in whole.values()}) == len(whole)
    for record in found:
        if record.kind != "revisit":
            continue
        first = whole[record.header["warc-refers-to"]]
        assert record.header["warc-refers-to-target-uri"] == first.url
        assert record.header["warc-refers-to-date"] == first.date
        assert record.header["warc-payload-digest"] == first.header["warc-payload-digest"]
        assert record.not_modified == (record.answer().status == 304)
    alias = [record for record in found if record.url.endswith(again)]
    assert [record.not_modified for record in alias] == [False, True]
    robots = [record for record in found if record.url.endswith("/robots.txt")]
    assert [record.kind for record in robots] == ["response", "revisit"]
    assert checked_by_warcio(storage) == ""
    counts = storage.run()["counts"]["warc"]
    second = [r for (file, _), r in answers(storage).items() if file == counts["file"]]
    assert counts["exchanges"] == len(second)
    assert counts["revisits"] == sum(r.kind == "revisit" for r in second) > 0
    assert counts["bytes"] == (storage.path / counts["file"]).stat().st_size


def test_the_first_record_says_who_and_how(storage: Storage, replica: Replica) -> None:
    arguments = storage.arguments(replica, "--years", "2021")
    assert ombudsman(*arguments, OMBUDSMAN_CONTACT="me@example.org").status == 0
    first = every_record(storage)[storage.run()["counts"]["warc"]["file"], 0]
    assert first.kind == "warcinfo"
    told = dict(line.split(": ", 1) for line in first.block.decode().splitlines())
    assert told["operator"] == "me@example.org"
    assert told["software"].startswith("ombudsman_crawler ")
    assert told["robots"] == "obey"
    assert told["ombudsman-site"] == replica.url
    assert "title-cased" in told["description"]
    assert '"years": "2021"' in told["ombudsman-arguments"]
    assert '"DOWNLOAD_DELAY": "0"' in told["ombudsman-settings"]


def test_no_warc(storage: Storage, replica: Replica) -> None:
    assert storage.crawl(replica, "--no-warc").status == 0
    assert not (storage.path / "warc").exists()
    assert storage.query("SELECT * FROM capture WHERE warc_file IS NOT NULL") == []
    assert storage.run()["counts"]["warc"] is None
    # A 304 of what no WARC holds can't refer to it; a body that comes is kept whole.
    assert storage.crawl(replica).status == 0
    assert {record.kind for record in answers(storage).values()} == {"response"}
    assert checked_by_warcio(storage) == ""


def test_a_dry_run_keeps_none(storage: Storage, replica: Replica) -> None:
    assert storage.crawl(replica, "--dry-run").status == 0
    assert not (storage.path / "warc").exists()


def test_a_killed_run_points_to_nothing_that_is_not_there(
    storage: Storage, replica: Replica
) -> None:
    for letter in replica.letters():
        replica.faults[letter.path] = Fault(delay=0.3)
    process = storage.start(replica)
    wait_until(lambda: (storage.path / "ombudsman.db").exists() and len(storage.documents()) >= 3)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    found = answers(storage)
    captures = storage.query("SELECT * FROM capture WHERE status IS NOT NULL")
    assert {(row["warc_file"], row["warc_offset"]) for row in captures} <= set(found)


def test_the_next_run_cuts_a_torn_file_and_says_so(storage: Storage, replica: Replica) -> None:
    for letter in replica.letters():
        replica.faults[letter.path] = Fault(delay=0.3)
    process = storage.start(replica)
    wait_until(lambda: (storage.path / "ombudsman.db").exists() and len(storage.documents()) >= 2)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    (path,) = warc.files(storage.path)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:100])
    replica.faults.clear()
    ended = storage.crawl(replica)
    assert ended.status == 0, ended.all
    assert path.read_bytes() == whole
    kept = path.with_name(path.name + ".torn")
    assert kept.read_bytes() == whole[:100]
    assert "100 bytes" in ended.err
    assert path.name in ended.err
    relative = path.relative_to(storage.path).as_posix()
    assert storage.run()["counts"]["torn"] == [
        {"file": relative, "bytes": 100, "kept_as": f"{relative}.torn"}
    ]
    assert storage.crawl(replica).status == 0
    assert storage.run()["counts"]["torn"] == []


def test_a_warc_that_cannot_be_written_ends_the_run(storage: Storage, replica: Replica) -> None:
    storage.path.mkdir()
    in_the_way = storage.path / "warc"
    in_the_way.write_bytes(b"")
    ended = storage.crawl(replica)
    assert ended.status == 1, ended.all
    assert "nothing can be archived" in storage.run()["reason"]
    assert storage.query("SELECT * FROM capture") == []
    in_the_way.unlink()
    ended = storage.crawl(replica)
    assert ended.status == 0, ended.all
    assert set(storage.outcomes()) == {"archived"}


@pytest.mark.parametrize(
    "body",
    [gzip.compress(bytes(64 * 2**20)), gzip.compress(b"x" * 99)[:12]],
    ids=["a bomb", "cut off"],
)
def test_a_body_that_cannot_be_unpacked_is_kept_as_it_came(storage: Storage, body: bytes) -> None:
    class Packed(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/robots.txt":
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("X-Ombudsman-Replica", "councils=1")
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Packed)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        ended = storage.crawl(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert ended.status in (1, 4), ended.all
    rows = storage.query("SELECT * FROM capture WHERE url LIKE '%performance'")
    assert rows
    for row in rows:
        assert row["status"] == 200
        place = (row["warc_file"], row["warc_offset"])
        assert answers(storage)[place].payload == body
