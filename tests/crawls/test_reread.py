"""`ombudsman reread`: what is archived, read again without any network."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Storage, command, ombudsman

from ombudsman_crawler.archive import lock
from ombudsman_crawler.letters.read import READER
from ombudsman_crawler.replica import Replica, hard

OLD = "UPDATE reading SET reader = '0', confirmed_by = '0'"


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a storage with a few letters, whose site is gone by now."""
    storage = Storage(tmp_path_factory.mktemp("crawled") / "storage")
    with Replica(councils=3, years=(2020, 2021)) as site:
        assert storage.crawl(site).status == 0
    return storage.path


@pytest.fixture
def archived(crawled: Path, storage: Storage) -> Storage:
    shutil.copytree(crawled, storage.path)
    return storage


def change(storage: Storage, *statements: str) -> None:
    """Make the database what an older version of the reader would have left."""
    with closing(sqlite3.connect(storage.path / "ombudsman.db")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def reread(storage: Storage, *arguments: str):  # type: ignore[no-untyped-def]
    return ombudsman("reread", "--storage", storage.path, *arguments)


def figures(storage: Storage) -> list[dict[str, object]]:
    return storage.query(
        "SELECT figure_id, value, absence, value_text, doubts FROM figures ORDER BY figure_id"
    )


def test_an_older_readers_mistake_is_told_and_put_right(archived: Storage) -> None:
    right = figures(archived)
    change(
        archived,
        OLD,
        "UPDATE figure SET value = 47 WHERE metric = 'uphold_rate' AND value_text = '74%'",
        "UPDATE reading SET content_sha256 = 'otherwise' WHERE id IN"
        " (SELECT reading_id FROM figure WHERE metric = 'uphold_rate' AND value = 47)",
    )
    wrong = figures(archived)
    assert wrong != right
    readings = archived.query("SELECT id FROM reading")

    said = reread(archived, "--dry-run")
    assert said.status == 0, said.all
    assert "uphold_rate: 47 (74%) → 74 (74%)" in said.out
    assert "1 other values" in said.out
    assert "Nothing was stored" in said.out
    assert figures(archived) == wrong

    said = reread(archived)
    assert said.status == 0, said.all
    assert "uphold_rate: 47 (74%) → 74 (74%)" in said.out
    assert figures(archived) == right
    # The earlier reading stays; only the letter that is read otherwise has a new one.
    assert len(archived.query("SELECT id FROM reading")) == len(readings) + 1
    archived.sound()

    again = reread(archived)
    assert "0 documents read again" in again.out
    confirmed = archived.query(
        "SELECT DISTINCT confirmed_by FROM reading"
        " WHERE id IN (SELECT reading_id FROM current_reading)"
    )
    assert confirmed == [{"confirmed_by": READER}]


def test_the_same_reading_is_confirmed_and_not_stored_again(archived: Storage) -> None:
    before = archived.query("SELECT id, time FROM reading")
    change(archived, OLD)
    letters = len(before)
    said = reread(archived)
    assert f"{letters} documents read again, 0 of them otherwise" in said.out
    assert archived.query("SELECT id, time FROM reading") == before


def test_every_check_runs_the_second_reader_included(archived: Storage) -> None:
    """The kept text of the second reader lacks a number: a stored witness is believed, not the
    fact that there was one once."""
    row = archived.query(
        "SELECT document_id, figure_id FROM figures JOIN document ON document.sha256 ="
        " document_sha256 JOIN document_witness ON document_id = document.id"
        " WHERE metric = 'uphold_rate' AND value IS NOT NULL LIMIT 1"
    )[0]
    from ombudsman_crawler.letters import witness

    with closing(sqlite3.connect(archived.path / "ombudsman.db")) as connection, connection:
        ((packed,),) = connection.execute(
            "SELECT texts FROM document_witness WHERE document_id = ?", (row["document_id"],)
        )
        texts = dict.fromkeys(witness.unpack(packed), "nothing of the kind")
        connection.execute(
            "UPDATE document_witness SET texts = ? WHERE document_id = ?",
            (witness.pack(texts), row["document_id"]),
        )
    said = reread(archived, "--all")
    assert "doubtful" in said.out
    (figure,) = archived.query("SELECT doubts FROM figures WHERE figure_id = ?", row["figure_id"])
    assert figure["doubts"] == "not_witnessed"


def test_without_the_kept_texts_the_file_is_seen_again(archived: Storage) -> None:
    right = figures(archived)
    change(archived, OLD, "DELETE FROM document_witness")
    assert reread(archived).status == 0
    assert figures(archived) == right
    count = archived.query("SELECT COUNT(*) AS n FROM document_witness")[0]["n"]
    assert count == len(archived.documents())


def test_only_the_years_asked_for_are_read(archived: Storage) -> None:
    change(archived, OLD)
    of_2020 = archived.query("SELECT COUNT(*) AS n FROM letter WHERE year_ending = 2020")[0]["n"]
    assert f"{of_2020} documents read again" in reread(archived, "--years", "2020").out


def test_what_failed_and_what_nobody_has_read_is_read(archived: Storage) -> None:
    right = figures(archived)
    change(
        archived,
        "DELETE FROM finding",
        "DELETE FROM figure",
        "UPDATE letter SET current_version_id = NULL",
        "DELETE FROM reading",
        "DELETE FROM version_document",
        "DELETE FROM letter_version",
        "DELETE FROM letter",
        "DELETE FROM document_words",
        "DELETE FROM document_witness",
    )
    said = reread(archived, "--failed")
    assert said.status == 0, said.all
    assert "the letter: no row → ok, three_panels" in said.out
    assert figures(archived) == right
    change(archived, "UPDATE reading SET status = 'unreadable' WHERE id = 1")
    assert "1 documents read again" in reread(archived, "--failed").out


def test_words_are_taken_out_of_the_files_anew_when_asked(archived: Storage) -> None:
    right = figures(archived)
    change(archived, "UPDATE document_words SET words = x'00'")
    said = reread(archived, "--all", "--extract")
    assert said.status == 0, said.all
    assert figures(archived) == right


def test_a_lost_file_is_told_and_nothing_else_suffers(archived: Storage) -> None:
    right = figures(archived)
    change(archived, OLD, "DELETE FROM document_witness")
    lost = archived.documents()[0]
    lost.rename(lost.with_suffix(".away"))
    said = reread(archived)
    assert said.status == 1
    assert lost.name in said.out
    assert "restore" in said.out
    assert figures(archived) == right


def test_it_waits_for_nobody(archived: Storage) -> None:
    with lock.hold(archived.path):
        said = reread(archived)
        assert said.status == 3
        assert "is in use by process" in said.err
        # Only looking is no conflict.
        assert reread(archived, "--dry-run").status == 0


def test_wrong_arguments_are_one_sentence(tmp_path: Path) -> None:
    for arguments, sentence in (
        (("--years", "21-19"), "--years"),
        (("--failed", "--all"), "exclude each other"),
        ((), "holds no database yet"),
    ):
        said = ombudsman("reread", "--storage", tmp_path / "nothing", *arguments)
        assert said.status == 2, said.all
        assert sentence in said.err
        assert said.err.count("\n") == 1
    assert not (tmp_path / "nothing").exists()


def test_killed_on_its_way_it_goes_on_the_next_time(archived: Storage) -> None:
    right = figures(archived)
    change(archived, OLD, "UPDATE reading SET content_sha256 = 'otherwise'")
    process = subprocess.Popen(
        command("reread", "--storage", str(archived.path)), stdout=subprocess.PIPE
    )
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()
    assert reread(archived).status == 0
    assert figures(archived) == right
    archived.sound()


def test_stopped_by_hand_says_so(archived: Storage, tmp_path: Path) -> None:
    # A letter that takes some seconds, so that there is something to be stopped.
    slow = tmp_path / "slow.pdf"
    letter = Replica(councils=3, years=(2022, 2022)).letters()[0]
    slow.write_bytes(hard.long_stream(letter, operations=5_000_000))
    source = ("--from", "https://council.example/slow.pdf", "--site", "http://localhost")
    added = ombudsman("add", slow, *source, "--storage", archived.path)
    assert added.status == 0, added.all
    right = figures(archived)
    change(archived, OLD, "UPDATE reading SET content_sha256 = 'otherwise'")
    process = subprocess.Popen(
        command("reread", "--all", "--extract", "--storage", str(archived.path)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Tests that a shell has put in the background have been told to ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    # The reading begins as soon as the process holds the storage.
    holder = f'"pid": {process.pid},'
    while process.poll() is None and holder not in (archived.path / ".lock").read_text("utf-8"):
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert said.endswith("the next `ombudsman reread` reads the rest\n")
    assert reread(archived).status == 0
    assert figures(archived) == right
    archived.sound()
