"""`ombudsman verify`: what is missing or corrupt is found and named; nothing is changed."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import Ended, Storage, ombudsman

from ombudsman_crawler.archive import records, warc
from ombudsman_crawler.replica import Replica


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    """A storage after two runs, the second with a reissued letter."""
    storage = Storage(tmp_path_factory.mktemp("crawled") / "storage")
    with Replica(councils=2, years=(2020, 2021)) as replica:
        assert storage.crawl(replica).status == 0
        replica.reissue(replica.letters()[0].path)
        assert storage.crawl(replica).status == 0
    return storage


@pytest.fixture
def kept(crawled: Storage, storage: Storage) -> Storage:
    shutil.copytree(crawled.path, storage.path)
    return storage


def verify(storage: Storage) -> tuple[Ended, dict]:
    before = {
        path: path.read_bytes()
        for path in storage.path.rglob("*")
        if path.is_file() and "ombudsman.db" not in path.name
    }
    ended = ombudsman("verify", "--storage", storage.path, "--json")
    after = {
        path: path.read_bytes()
        for path in storage.path.rglob("*")
        if path.is_file() and "ombudsman.db" not in path.name
    }
    assert after == before
    return ended, json.loads(ended.out)


def change(storage: Storage, sql: str) -> None:
    with closing(sqlite3.connect(storage.path / "ombudsman.db")) as connection, connection:
        connection.execute(sql)


def flip(path: Path, offset: int) -> None:
    body = bytearray(path.read_bytes())
    body[offset] ^= 1
    path.chmod(0o644)
    path.write_bytes(body)


def problems(found: dict) -> list[tuple[str, str]]:
    return [(problem["kind"], problem["subject"]) for problem in found["problems"]]


def test_a_whole_archive(kept: Storage) -> None:
    ended, found = verify(kept)
    assert ended.status == 0, ended.all
    assert (found["problems"], found["notes"]) == ([], [])
    assert found["documents"] == len(kept.query("SELECT * FROM document"))
    assert found["warc_files"] == 2
    assert found["captures"] == len(kept.query("SELECT * FROM capture"))
    # One for each request, and the first record of each file.
    assert found["records"] == 2 * found["captures"] + 2
    told = ombudsman("verify", "--storage", kept.path)
    assert told.status == 0
    assert "nothing is missing" in told.out


def test_a_flipped_byte_of_a_document(kept: Storage) -> None:
    path = kept.documents()[0]
    flip(path, 700)
    ended, found = verify(kept)
    assert ended.status == 1
    assert problems(found) == [("corrupt", path.relative_to(kept.path).as_posix())]
    told = ombudsman("verify", "--storage", kept.path)
    assert told.status == 1
    assert "restore it from a backup" in told.out


def test_a_missing_document(kept: Storage) -> None:
    path = kept.documents()[0]
    path.unlink()
    ended, found = verify(kept)
    assert ended.status == 1
    assert problems(found) == [("missing", path.relative_to(kept.path).as_posix())]


def test_a_flipped_byte_of_a_warc(kept: Storage) -> None:
    row = kept.query(
        "SELECT warc_file, warc_offset FROM capture JOIN document ON document.id = document_id"
        " WHERE media_type = 'application/pdf' AND run_id = 2 AND status = 200"
    )[0]
    flip(kept.path / row["warc_file"], row["warc_offset"] + 500)
    ended, found = verify(kept)
    assert ended.status == 1
    assert ("corrupt", row["warc_file"]) in problems(found)
    assert ("missing", f"{row['warc_file']}:{row['warc_offset']}") in problems(found)
    assert len(found["problems"]) == 2


def test_a_missing_warc(kept: Storage) -> None:
    first, _ = warc.files(kept.path)
    first.unlink()
    ended, found = verify(kept)
    assert ended.status == 1
    assert ("missing", first.relative_to(kept.path).as_posix()) in problems(found)
    # What later runs refer to was in it.
    assert any("refers to" in problem["message"] for problem in found["problems"])


def test_a_torn_warc_of_an_ended_run(kept: Storage) -> None:
    path = warc.files(kept.path)[1]
    path.write_bytes(path.read_bytes()[:-20])
    ended, found = verify(kept)
    assert ended.status == 1
    assert problems(found) == [("corrupt", path.relative_to(kept.path).as_posix())]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("address_id", "1"),
        ("time", "'2001-01-01T00:00:00.000Z'"),
        ("status", "404"),
        ("warc_offset", "1"),
        ("document_id", "1"),
    ],
)
def test_a_capture_that_does_not_fit_its_record(kept: Storage, column: str, value: str) -> None:
    (row,) = kept.query(
        "SELECT capture.* FROM capture JOIN document ON document.id = document_id"
        " WHERE media_type = 'application/pdf' ORDER BY capture.id DESC LIMIT 1"
    )
    change(kept, f"UPDATE attempt SET {column} = {value} WHERE id = {row['id']}")
    ended, found = verify(kept)
    assert ended.status == 1
    (problem,) = found["problems"]
    assert f"capture {row['id']} " in problem["message"]


def test_an_orphan_is_a_note_and_the_next_crawl_adopts_it(kept: Storage, replica: Replica) -> None:
    path = kept.documents()[0]
    (row,) = kept.query(
        "SELECT * FROM document WHERE path = ?", path.relative_to(kept.path).as_posix()
    )
    # As a kill between the file and its row leaves it.
    body = b"%PDF-1.4 without a row"
    import hashlib

    sha256 = hashlib.sha256(body).hexdigest()
    orphan = path.parent.parent / sha256[:2] / f"{sha256}.pdf"
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(body)
    stray = orphan.with_name("0" * 64 + ".pdf")
    stray.write_bytes(b"no hash of mine")
    ended, found = verify(kept)
    assert ended.status == 0, ended.all
    assert len(found["notes"]) == 2
    assert any(orphan.name in note and "adopts" in note for note in found["notes"])
    again = kept.crawl(replica)
    assert again.status == 0, again.all
    (adopted,) = kept.query("SELECT * FROM document WHERE sha256 = ?", sha256)
    assert adopted["size"] == len(body)
    assert adopted["media_type"] == row["media_type"]
    _, found = verify(kept)
    assert [note for note in found["notes"] if orphan.name in note] == []
    assert stray.exists()


def test_without_a_storage(tmp_path: Path) -> None:
    ended = ombudsman("verify", "--storage", tmp_path / "none")
    assert ended.status == 2
    assert "no database yet" in ended.err


def test_a_record_that_was_exchanged_for_another(kept: Storage) -> None:
    """Each file is whole by itself; only together do they show it."""
    first, _ = warc.files(kept.path)
    whole = first.read_bytes()
    offsets = [r.offset for r in records.walk(first)] + [len(whole)]
    parts = [whole[a:b] for a, b in pairwise(offsets)]
    first.write_bytes(b"".join(parts[:-2]))
    ended, found = verify(kept)
    assert ended.status == 1
    assert found["problems"][0]["kind"] == "missing"


def test_a_run_with_a_warc_after_one_without_has_every_body(
    storage: Storage, replica: Replica
) -> None:
    assert storage.crawl(replica, "--no-warc").status == 0
    assert storage.crawl(replica, "--refetch", "all").status == 0
    rows = storage.query("SELECT DISTINCT status FROM capture WHERE warc_file IS NOT NULL")
    assert rows == [{"status": 200}]
    assert ombudsman("verify", "--storage", storage.path).status == 0
    # From then on the site is asked whether anything has changed, as always.
    assert storage.crawl(replica, "--refetch", "all").status == 0
    rows = storage.query(
        "SELECT status, COUNT(*) AS n FROM capture WHERE run_id = 3 GROUP BY status ORDER BY n"
    )
    assert rows[-1]["status"] == 304
    assert ombudsman("verify", "--storage", storage.path).status == 0


def test_a_damaged_database_is_one_sentence(storage: Storage, replica: Replica) -> None:
    assert storage.crawl(replica).status == 0
    database = storage.path / "ombudsman.db"
    body = bytearray(database.read_bytes())
    body[4096:] = bytes(len(body) - 4096)
    database.write_bytes(bytes(body))
    for command in ("verify", "status"):
        said = ombudsman(command, "--storage", storage.path)
        assert said.status == 2, said.all
        assert "Traceback" not in said.err
        assert said.err.count("\n") == 1
