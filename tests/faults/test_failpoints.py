"""Killed at a named point; the next run makes it whole, as if nothing had happened."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from battery import Tell, Undisturbed, crawl_with, made_whole, nothing_lost, said, tell
from conftest import Storage

from ombudsman_crawler.replica import Replica


@pytest.mark.parametrize(
    ("point", "n"),
    [
        ("temporary-file", 10),
        ("renamed", 10),
        ("warc-flushed", 11),
        ("capture-row", 12),
        ("reading", 2),
        ("before-commit", 2),
        ("after-commit", 3),
        ("checks", 1),
        ("every-commit", 25),
    ],
)
def test_killed_at_a_point(
    storage: Storage,
    site: Replica,
    undisturbed: Undisturbed,
    record_property: Tell,
    point: str,
    n: int,
) -> None:
    killed = crawl_with(storage, site, point, n)
    assert killed.status == -signal.SIGKILL, killed.all
    notes = nothing_lost(storage)
    if point in ("renamed", "warc-flushed"):
        # The document's row isn't there yet; the next run adopts the file.
        assert any("adopts" in note for note in notes), notes
    again = made_whole(storage, site, undisturbed)
    assert storage.query("SELECT verdict FROM run ORDER BY id")[0] == {"verdict": "killed"}
    tell(
        record_property,
        f"kill -9: {point} ({n})",
        f"as undisturbed; {said(storage)}",
        killed.status,
        again.status,
    )


def test_a_worker_killed_inside_a_reading(
    storage: Storage,
    site: Replica,
    undisturbed: Undisturbed,
    tmp_path: Path,
    record_property: Tell,
) -> None:
    flag = tmp_path / "kill-worker"
    flag.touch()
    ended = crawl_with(storage, site, "checks", 0, KILL_WORKER=str(flag))
    assert not flag.exists(), ended.all
    assert ended.status == 0, ended.all
    assert len(storage.documents()) == 6
    nothing_lost(storage)
    again = made_whole(storage, site, undisturbed)
    tell(
        record_property,
        "kill -9 of a worker: inside a reading",
        f"as undisturbed; {said(storage)}",
        ended.status,
        again.status,
    )
