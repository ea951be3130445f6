"""`ombudsman erase`: nothing of a document is left, everything else is, and it stays away."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import Ended, Storage, command, ombudsman, ombudsman_here, wait_until
from wacz.main import main as wacz
from warcio.archiveiterator import ArchiveIterator

from ombudsman_crawler.archive import records, tombstones, warc
from ombudsman_crawler.archive.records import Record
from ombudsman_crawler.replica import Fault, Replica

SAID = ("--who", "Ann Clerk", "--why", "order of a court")
POINTS = Path(__file__).parents[1] / "faults" / "run_with_failpoint.py"


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    """Two runs: the first letter was cut off at first; then it was confirmed as unchanged, and came
    from another address too."""
    storage = Storage(tmp_path_factory.mktemp("crawled") / "storage")
    with Replica(councils=2, years=(2020, 2021)) as site:
        first = site.letters()[0].path
        site.faults[first] = Fault(truncated_body=True, times=1)
        assert storage.crawl(site).status == 0
        site.alias(first)
        assert storage.crawl(site, "--refetch", "all").status == 0
    return storage


@pytest.fixture
def site() -> Iterator[Replica]:
    """The same site as it was crawled."""
    with Replica(councils=2, years=(2020, 2021)) as replica:
        replica.alias(replica.letters()[0].path)
        yield replica


@pytest.fixture
def kept(crawled: Storage, storage: Storage) -> Storage:
    shutil.copytree(crawled.path, storage.path)
    return storage


def erase(storage: Storage, *subjects: str) -> Ended:
    return ombudsman_here("erase", *subjects, *SAID, "--yes", "--storage", storage.path)


def verify(storage: Storage) -> tuple[int, dict]:
    ended = ombudsman_here("verify", "--storage", storage.path, "--json")
    return ended.status, json.loads(ended.out)


def sha256_of(site: Replica, letter: int = 0) -> str:
    return hashlib.sha256(site.letters()[letter].pdf()).hexdigest()


def parts_of(path: Path) -> list[tuple[Record, bytes]]:
    """Return the records of a WARC with their bytes as they lie there."""
    whole = path.read_bytes()
    found = list(records.walk(path))
    ends = [*(record.offset for record in found), len(whole)]
    return [(record, whole[a:b]) for record, (a, b) in zip(found, pairwise(ends), strict=True)]


def erased_from(storage: Storage, body: bytes, words: list[str]) -> None:
    """Assert that no file of a storage holds a body, its beginning, or words of it."""
    for path in storage.path.rglob("*"):
        if not path.is_file():
            continue
        raw = path.read_bytes()
        assert body not in raw, path
        if path.name.startswith("ombudsman.db"):
            for word in words:
                assert word.encode() not in raw, (path, word)
        if path.name.endswith(".warc.gz"):
            for record in records.walk(path):
                assert body[:200] not in record.block, (path, record.offset)


def words_of(storage: Storage, sha256: str) -> list[str]:
    """Return sentences and names that only a document's rows have."""
    rows = storage.query(
        "SELECT figure.text, addressee, document.sha256 FROM figure"
        " LEFT JOIN reading ON reading.id = reading_id"
        " LEFT JOIN document ON document.id = document_id"
    )
    rest = "\n".join(
        f"{row['text']}\n{row['addressee']}" for row in rows if row["sha256"] != sha256
    )
    own = {row[name] for row in rows if row["sha256"] == sha256 for name in ("text", "addressee")}
    found = {words for words in own if words and words not in rest}
    assert found
    return sorted(found)


def test_nothing_is_left_and_everything_else_is(kept: Storage, site: Replica) -> None:
    sha256, body = sha256_of(site), site.letters()[0].pdf()
    words = words_of(kept, sha256)
    figures = "SELECT figure_id, value, absence, value_text FROM figures ORDER BY figure_id"
    before_figures = kept.query(figures)
    before = {path: parts_of(path) for path in warc.files(kept.path)}
    documents = {path: path.read_bytes() for path in kept.path.rglob("*.*l") if path.is_file()}
    assert any(body == record.payload for parts in before.values() for record, _ in parts)
    assert any(
        "warc-truncated" in record.header and record.payload and body.startswith(record.payload)
        for parts in before.values()
        for record, _ in parts
    )
    ended = erase(kept, sha256[:12])
    assert ended.status == 0, ended.all
    assert "backups" in ended.out
    erased_from(kept, body, words)
    # The numbers stay, with a sentence in the place of each sentence.
    assert kept.query(figures) == before_figures
    texts = kept.query("SELECT DISTINCT text FROM figures WHERE document_sha256 = ?", sha256)
    (row,) = kept.query("SELECT * FROM erasure")
    assert texts == [{"text": f"erased on {row['time'][:10]}"}]
    assert (row["sha256"], row["who"], row["finished"] is not None) == (sha256, "Ann Clerk", True)
    people = kept.query(
        "SELECT addressee, reading.title FROM reading JOIN document ON document.id = document_id"
        " WHERE sha256 = ?",
        sha256,
    )
    assert people == [{"addressee": None, "title": None}]
    # Every other record is where it was, byte for byte.
    buried = 0
    for path, parts in before.items():
        assert len(parts_of(path)) == len(parts)
        for (old, old_bytes), (new, new_bytes) in zip(parts, parts_of(path), strict=True):
            assert (new.offset, len(new_bytes)) == (old.offset, len(old_bytes))
            if tombstones.of(new) is None:
                assert new_bytes == old_bytes
                continue
            buried += 1
            assert (new.url, new.record_id) == (old.url, old.record_id)
            assert old.payload
            assert body.startswith(old.payload)
    assert buried == 2
    for path, content in documents.items():
        assert path.read_bytes() == content
    # Others' programs read such a file to its end.
    for path, parts in before.items():
        with path.open("rb") as file:
            kinds = [record.rec_type for record in ArchiveIterator(file, check_digests="raise")]
        assert len(kinds) == len(parts)
        assert gzip.decompress(path.read_bytes())
    status, found = verify(kept)
    assert (status, found["problems"], found["notes"], found["erased"]) == (0, [], [], 1)
    assert found["documents"] == len(kept.query("SELECT * FROM document")) - 1
    told = ombudsman_here("verify", "--storage", kept.path)
    assert "1 documents erased" in told.out
    assert "1 documents erased" in ombudsman_here("status", "--storage", kept.path).out


def test_it_is_not_archived_again(kept: Storage, site: Replica) -> None:
    sha256, body = sha256_of(site), site.letters()[0].pdf()
    words = words_of(kept, sha256)
    assert erase(kept, sha256).status == 0
    address = site.letters()[0].path
    for refetch in ("all", "changed"):
        site.clear_hits()
        ended = kept.crawl(site, "--refetch", refetch)
        assert ended.status == 0, ended.all
        outcome = kept.outcome_of(address)
        assert outcome["outcome"] == "refused"
        assert "erased on" in outcome["reason"]
        assert "order of a court" in outcome["reason"]
        assert "erased on" in ended.out
        # Its server says that it is unchanged: nothing was transferred.
        assert {hit.status for hit in site.hits if hit.path.endswith(".pdf")} == {304}
        assert outcome["status"] == 304
    erased_from(kept, body, words)
    # The same bytes under another address, asked for whole.
    site.replace(site.letters()[2].path, body)
    ended = kept.crawl(site, "--refetch", "all")
    assert ended.status == 0, ended.all
    outcome = kept.outcome_of(site.letters()[2].path)
    assert (outcome["outcome"], outcome["status"]) == ("refused", 200)
    (capture,) = kept.query("SELECT * FROM capture WHERE id = ?", outcome["capture_id"])
    assert "not archived: erased on" in capture["error"]
    erased_from(kept, body, words)
    assert verify(kept)[0] == 0
    # Nor as a file by hand.
    file = kept.path.parent / "again.pdf"
    file.write_bytes(body)
    added = ombudsman(
        "add", file, "--from", "https://council.example/a.pdf", "--storage", kept.path
    )
    assert added.status == 1, added.all
    assert "erased on" in added.out
    erased_from(kept, body, words)
    # A next version is a letter like any other.
    site.reissue(address)
    assert kept.crawl(site, "--refetch", "all").status == 0
    assert kept.outcome_of(address)["outcome"] == "new_version"


def test_a_body_that_is_cut_off_is_not_kept_either(kept: Storage, site: Replica) -> None:
    sha256, body = sha256_of(site), site.letters()[0].pdf()
    words = words_of(kept, sha256)
    assert erase(kept, sha256).status == 0
    path = site.letters()[0].path
    site.faults[path] = Fault(truncated_body=True, times=1)
    ended = kept.crawl(site, "--refetch", "all")
    assert ended.status == 0, ended.all
    assert kept.outcome_of(path)["outcome"] == "refused"
    (capture,) = kept.query("SELECT * FROM capture WHERE run_id = 3 AND error LIKE '%ended after%'")
    record = records.read_at(kept.path / capture["warc_file"], capture["warc_offset"])
    assert tombstones.of(record)
    erased_from(kept, body, words)
    assert verify(kept)[0] == 0


# ---- killed anywhere


def test_killed_again_and_again(kept: Storage, site: Replica) -> None:
    sha256, body = sha256_of(site), site.letters()[0].pdf()
    words = words_of(kept, sha256)
    given = ("erase", sha256, *SAID, "--yes", "--storage", str(kept.path))
    for point in (
        "erase-begun", "erase-warc-written", "erase-warc-replaced", "erase-words", "erase-file",
        "erase-rewritten",
    ):  # fmt: skip
        killed = subprocess.run(
            [sys.executable, str(POINTS), point, "1", *given],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL, (point, killed.stderr)
        # Whole at every point, and said not to be done.
        for path in warc.files(kept.path):
            assert all(isinstance(part, Record) for part in records.walk(path))
        status, found = verify(kept)
        assert status == 1
        (unfinished,) = [one for one in found["problems"] if one["kind"] == "unfinished"]
        assert f"ombudsman erase {sha256[:16]}" in unfinished["advice"]
        assert {one["kind"] for one in found["problems"]} <= {"unfinished", "erased"}
    assert "isn't finished" in ombudsman_here("status", "--storage", kept.path).out
    again = erase(kept, sha256)
    assert again.status == 0, again.all
    erased_from(kept, body, words)
    assert list(kept.path.glob("*/.new-*")) == []
    assert verify(kept)[0] == 0
    assert len(kept.query("SELECT * FROM erasure WHERE finished IS NOT NULL")) == 1


def test_what_comes_after_a_killed_one_is_not_archived_either(kept: Storage, site: Replica) -> None:
    sha256 = sha256_of(site)
    given = ("erase", sha256, *SAID, "--yes", "--storage", str(kept.path))
    subprocess.run(
        [sys.executable, str(POINTS), "erase-file", "1", *given], capture_output=True, check=False
    )
    ended = kept.crawl(site, "--refetch", "all")
    assert ended.status == 0, ended.all
    assert kept.outcome_of(site.letters()[0].path)["outcome"] == "refused"
    assert erase(kept, sha256).status == 0
    assert verify(kept)[0] == 0


# ---- what else the archive is used for


def test_a_package_of_a_run_with_an_erased_answer(kept: Storage, site: Replica) -> None:
    assert erase(kept, sha256_of(site)).status == 0
    for run in ("1", "2"):
        path = kept.path.parent / f"{run}.wacz"
        packed = ombudsman_here("archive", "wacz", run, "--output", path, "--storage", kept.path)
        assert packed.status == 0, packed.all
        assert "erased" in packed.out
    said = StringIO()
    with redirect_stdout(said):
        assert wacz(["validate", "--file", str(kept.path.parent / "1.wacz")]) == 0, said
    other = Storage(kept.path.parent / "other")
    packages = [kept.path.parent / f"{run}.wacz" for run in ("1", "2")]
    given = [part for path in packages for part in ("--replay", str(path))]
    replayed = ombudsman("crawl", *given, "--storage", other.path)
    assert replayed.status == 0, replayed.all
    outcome = other.outcome_of(site.letters()[0].path)
    assert (outcome["outcome"], "erased on" in outcome["reason"]) == ("refused", True)
    assert len(other.documents()) == len(kept.documents())
    assert ombudsman_here("verify", "--storage", other.path).status == 0


def test_reread_says_what_it_leaves_out(kept: Storage, site: Replica) -> None:
    assert erase(kept, sha256_of(site)).status == 0
    ended = ombudsman("reread", "--all", "--extract", "--storage", kept.path)
    assert ended.status == 0, ended.all
    assert "3 documents read again" in ended.out
    assert "1 documents were erased" in ended.out


def test_copies_in_the_storage_are_named(kept: Storage, site: Replica) -> None:
    for name in ("published/2026/letters.zip", "run-1.wacz", "probe/x/letter.pdf"):
        path = kept.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(site.letters()[0].pdf() if name.startswith("probe") else b"x")
    (kept.path / "probe/x/other.pdf").write_bytes(site.letters()[1].pdf())
    ended = erase(kept, sha256_of(site))
    assert ended.status == 0, ended.all
    for name in ("published/2026/letters.zip", "run-1.wacz", "probe/x/letter.pdf"):
        assert name in ended.out
        assert (kept.path / name).exists()
    assert "other.pdf" not in ended.out


def test_other_bytes_with_the_same_words_go_too(storage: Storage) -> None:
    with Replica(councils=1, years=(2021, 2021)) as site:
        letter = site.letters()[0]
        first = letter.pdf()
        assert storage.crawl(site).status == 0
        second = site.repack(letter.path)
        assert storage.crawl(site, "--refetch", "all").status == 0
    assert len(storage.documents()) == 2
    ended = erase(storage, hashlib.sha256(first).hexdigest())
    assert ended.status == 0, ended.all
    assert "2 documents" in ended.out
    assert storage.documents() == []
    erased_from(storage, first, [])
    erased_from(storage, second, [])
    assert verify(storage)[0] == 0


# ---- asked, refused


def test_a_terminal_is_asked_first(kept: Storage, site: Replica) -> None:
    sha256 = sha256_of(site)
    for answer, status in (("n", 1), ("y", 0)):
        controller, terminal = pty.openpty()
        process = subprocess.Popen(
            command("erase", sha256, *SAID, "--storage", str(kept.path)),
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        os.write(controller, f"{answer}\n".encode())
        out, err = process.communicate(timeout=120)
        os.close(terminal)
        os.close(controller)
        assert process.returncode == status, out + err
        assert sha256 in out
    assert len(kept.documents()) == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("kent-county-council/2021", *SAID), "--yes"),
        (("kent-county-council/2021", "--yes", "--who", "Ann"), "--why"),
        (("kent-county-council/2021", "--yes", "--why", "law", "--who", " "), "--who"),
        (("kent-county-council/2001", "--yes", *SAID), "kent-county-council/2021"),
        (("kent-council/2021", "--yes", *SAID), "kent-county-council/2021"),
        (("0123456789ab", "--yes", *SAID), "no document"),
        (("99 999 999", "--yes", *SAID), "no decision"),
        (("0123", "--yes", *SAID), "name a document by its SHA-256"),
        (("kent-county-council/2021", "--yes", "--who", "Ann", "--why", "x" * 501), "500"),
    ],
)
def test_what_can_not_be_erased(kept: Storage, arguments: tuple[str, ...], said: str) -> None:
    ended = ombudsman_here("erase", *arguments, "--storage", kept.path)
    assert ended.status == 2, ended.all
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert kept.query("SELECT * FROM erasure") == []
    assert len(kept.documents()) == 4


def test_while_a_crawl_holds_the_storage(kept: Storage, site: Replica) -> None:
    site.faults[site.letters()[-1].path] = Fault(delay=8)
    process = kept.start(site, "--refetch", "all")
    wait_until(lambda: any(hit.path.lower().endswith(".pdf") for hit in site.hits))
    ended = erase(kept, sha256_of(site))
    assert ended.status == 3, ended.all
    assert "is in use" in ended.err
    process.communicate(timeout=60)
    assert kept.query("SELECT * FROM erasure") == []


# ---- decisions


def test_a_decision_stays_away_though_lists_go_on_showing_it(storage: Storage) -> None:
    asked = ("crawl", "--collect", "decisions", "--years", "2021-2022")
    with Replica(councils=4, years=(2021, 2021), decisions=4) as site:
        assert storage.crawl(site, *asked).status == 0
        (one, other) = storage.query(
            "SELECT decision.id, decision.reference, address, version.sections, version.summary,"
            " document.path FROM decision JOIN link ON link.id = link_id"
            " JOIN decision_version AS version ON version.id = current_version_id"
            " JOIN document ON document.id = version.document_id"
            " WHERE version.status = 'ok' AND version.sections <> '[]' LIMIT 2"
        )
        texts = [part["text"][:60] for part in json.loads(one["sections"]) if part["text"]]
        found = ombudsman_here("search", one["reference"], "--storage", storage.path)
        assert one["reference"] in found.out
        ended = erase(storage, one["reference"])
        assert ended.status == 0, ended.all
        erased = not_in(storage, one, texts)
        assert ombudsman_here("search", one["reference"], "--storage", storage.path).status == 1
        kept = storage.query(
            "SELECT sections FROM decision_version WHERE decision_id = ?", other["id"]
        )
        assert kept == [{"sections": other["sections"]}]
        assert (storage.path / other["path"]).exists()
        ended = storage.crawl(site, *asked, "--refetch", "all")
        assert ended.status == 0, ended.all
    assert storage.outcome_of(one["address"])["outcome"] == "refused"
    assert not_in(storage, one, texts) == erased
    status, checked = verify(storage)
    assert (status, checked["problems"]) == (0, [])


def not_in(storage: Storage, decision: dict, texts: list[str]) -> list[dict]:
    """Assert that a decision's words are in no table, and return what stands there."""
    rows = storage.query(
        "SELECT decision.summary AS listed, version.summary, sections, remedies, decision.outcome,"
        " decision.decided FROM decision_version AS version"
        " JOIN decision ON decision.id = decision_id WHERE decision_id = ?",
        decision["id"],
    )
    assert len(rows) == 1
    assert (rows[0]["sections"], rows[0]["remedies"]) == (None, None)
    assert all(rows[0][name].startswith("erased on") for name in ("listed", "summary"))
    assert not (storage.path / decision["path"]).exists()
    raw = (storage.path / "ombudsman.db").read_bytes()
    for text in texts:
        # Summaries and standing phrases may be those of other decisions too.
        if not storage.query("SELECT 1 FROM search WHERE instr(body, ?)", text):
            assert text.encode() not in raw
    return rows
