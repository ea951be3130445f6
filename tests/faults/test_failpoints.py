"""Killed at a named point; the next run makes it whole, as if nothing had happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Ended, Storage

from ombudsman_crawler.replica import Replica

RUN = Path(__file__).with_name("run_with_failpoint.py")


@pytest.fixture(scope="module")
def site() -> Iterator[Replica]:
    with Replica(councils=3, years=(2020, 2021)) as replica:
        yield replica


@pytest.fixture(scope="module")
def undisturbed(site: Replica, tmp_path_factory: pytest.TempPathFactory) -> list:
    storage = Storage(tmp_path_factory.mktemp("undisturbed") / "storage")
    assert storage.crawl(site).status == 0
    return contents(storage)


def contents(storage: Storage) -> list:
    """All that a storage says of letters: them, their versions, their documents, their figures."""
    return [
        storage.query(
            "SELECT authority.key, letter.year_ending, letter.kind, letter.title,"
            " letter.letter_date, letter.addressee, letter_version.part,"
            " letter_version.text_sha256, letter_version.id = letter.current_version_id AS current,"
            " document.sha256, document.path"
            " FROM letter JOIN authority ON authority.id = letter.authority_id"
            " JOIN letter_version ON letter_version.letter_id = letter.id"
            " JOIN document ON document.id = letter_version.document_id"
            " ORDER BY 1, 2, 3, document.sha256"
        ),
        storage.query(
            "SELECT figure_id, value, absence, value_text, page, box, text, document_sha256,"
            " doubts FROM figures ORDER BY figure_id"
        ),
        storage.query("SELECT * FROM annual_summary ORDER BY authority, year_ending"),
        storage.query("SELECT authority, year_ending, state FROM coverage ORDER BY 1, 2"),
    ]


def crawl_with(storage: Storage, site: Replica, point: str, n: int, **environment: str) -> Ended:
    done = subprocess.run(
        [sys.executable, RUN, point, str(n), *storage.arguments(site)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env={**os.environ, **environment},
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("point", "n"),
    [
        ("temporary-file", 8),
        ("renamed", 8),
        ("capture-row", 10),
        ("reading", 2),
        ("before-commit", 2),
        ("after-commit", 3),
        ("checks", 1),
        ("every-commit", 25),
    ],
)
def test_killed_at_a_point(
    storage: Storage, site: Replica, undisturbed: list, point: str, n: int
) -> None:
    ended = crawl_with(storage, site, point, n)
    assert ended.status == -signal.SIGKILL, ended.all
    storage.sound()
    again = storage.crawl(site)
    assert again.status == 0, again.all
    storage.sound()
    assert contents(storage) == undisturbed
    assert storage.query("SELECT verdict FROM run ORDER BY id")[0] == {"verdict": "killed"}
    assert storage.check("everything_read")["passed"]
    assert not list(storage.path.glob("**/.new-*"))


def test_a_worker_killed_inside_a_reading(
    storage: Storage, site: Replica, undisturbed: list, tmp_path: Path
) -> None:
    flag = tmp_path / "kill-worker"
    flag.touch()
    ended = crawl_with(storage, site, "checks", 0, KILL_WORKER=str(flag))
    assert not flag.exists(), ended.all
    assert ended.status == 0, ended.all
    assert len(storage.documents()) == 6
    assert storage.crawl(site).status == 0
    assert contents(storage) == undisturbed
