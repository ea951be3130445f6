"""`ombudsman archive wacz`: a run packed so that others can check, open and replay it."""

from __future__ import annotations

import gzip
import json
import zipfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from conftest import Ended, Storage, ombudsman
from wacz.main import main as wacz

from ombudsman_crawler.archive import warc
from ombudsman_crawler.replica import Replica


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    """Two runs, the second with a reissued letter; and one without a WARC."""
    storage = Storage(tmp_path_factory.mktemp("crawled") / "storage")
    with Replica(councils=2, years=(2020, 2021)) as replica:
        assert storage.crawl(replica).status == 0
        replica.reissue(replica.letters()[0].path)
        assert storage.crawl(replica).status == 0
        assert storage.crawl(replica, "--no-warc").status == 0
    return storage


def pack(storage: Storage, run: str, *more: str | Path) -> Ended:
    return ombudsman("archive", "wacz", run, "--storage", storage.path, *more)


def validated(path: Path) -> str:
    """Return what `wacz validate` says, with its status."""
    said = StringIO()
    with redirect_stdout(said):
        status = wacz(["validate", "--file", str(path)])
    return f"{status} {said.getvalue()}"


def lines(packed: zipfile.ZipFile, name: str) -> list[dict]:
    return [json.loads(line) for line in packed.read(name).decode().splitlines()]


def test_a_package_is_valid_and_whole(crawled: Storage, tmp_path: Path) -> None:
    path = tmp_path / "second.wacz"
    ended = pack(crawled, "2", "--output", path)
    assert ended.status == 0, ended.all
    assert validated(path).startswith("0"), validated(path)
    _, second = warc.files(crawled.path)
    with zipfile.ZipFile(path) as packed:
        assert packed.read(f"archive/{second.name}") == second.read_bytes()
        index = gzip.decompress(packed.read("indexes/index.cdx.gz")).decode().splitlines()
        head, *pages = lines(packed, "pages/pages.jsonl")
    assert head["format"] == "json-pages-1.0"
    # What was unchanged is listed as of when it came.
    came = crawled.query(
        "SELECT url, MAX(time) AS time FROM capture JOIN document ON document.id = document_id"
        " WHERE run_id <= 2 AND status = 200 AND media_type <> 'text/plain' GROUP BY url"
    )
    assert sorted((page["url"], page["ts"]) for page in pages) == sorted(
        (row["url"], row["time"]) for row in came
    )
    assert all(page["title"] for page in pages)
    # Every revisit's origin is inside.
    digests: dict[bool, set[str]] = {True: set(), False: set()}
    for line in index:
        entry = json.loads(line.split(" ", 2)[2])
        digests[entry["mime"] == "warc/revisit"].add(entry["digest"])
    assert digests[True] <= digests[False]


def test_a_package_is_replayed_alone(crawled: Storage, storage: Storage, tmp_path: Path) -> None:
    path = tmp_path / "second.wacz"
    assert pack(crawled, "2", "--output", path).status == 0
    ended = ombudsman("crawl", "--replay", path, "--storage", storage.path)
    assert ended.status == 0, ended.all
    query = (
        "SELECT authority, year_ending, metric, value, value_text, document_sha256 FROM figures"
        " ORDER BY figure_id"
    )
    assert storage.query(query) == crawled.query(query)
    assert len(storage.query("SELECT * FROM run")) == 1


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ("9", "runs 1 to 3 are known"),
        ("3", "kept no WARC"),
        ("second", "write a whole number"),
        ("0", "write a whole number"),
    ],
)
def test_what_cannot_be_packed(crawled: Storage, tmp_path: Path, run: str, said: str) -> None:
    ended = pack(crawled, run, "--output", tmp_path / "none.wacz")
    assert ended.status == 2
    assert said in ended.err
    assert len(ended.err.strip().splitlines()) == 1
    assert list(tmp_path.glob("*.wacz")) == []


def test_nothing_is_overwritten(crawled: Storage, tmp_path: Path) -> None:
    path = tmp_path / "there.wacz"
    path.write_bytes(b"mine")
    ended = pack(crawled, "1", "--output", path)
    assert ended.status == 2
    assert path.read_bytes() == b"mine"
    ended = pack(crawled, "1", "--output", tmp_path / "no" / "such" / "folder.wacz")
    assert ended.status == 2
    assert "can't be written" in ended.err


def test_a_missing_earlier_run_is_named(crawled: Storage, storage: Storage, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(crawled.path, storage.path)
    warc.files(storage.path)[0].unlink()
    ended = pack(storage, "2", "--output", tmp_path / "none.wacz")
    assert ended.status == 2
    assert "no longer holds" in ended.err
    assert list(tmp_path.glob("*.wacz")) == []
