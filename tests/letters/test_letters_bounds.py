"""Real documents that would keep a reader for ever, or fill its memory, cost their own reading."""

from __future__ import annotations

import hashlib
import resource
import time
from pathlib import Path

import pytest

from ombudsman_crawler.figures.figure import Severity
from ombudsman_crawler.letters.letter import Expectation, Status
from ombudsman_crawler.reading_workers import ReadingWorkers
from ombudsman_crawler.replica import Replica, ReplicaLetter, hard

SECONDS = 4.0


@pytest.fixture(scope="module")
def letter() -> ReplicaLetter:
    return Replica(councils=3, years=(2022, 2022)).letters()[0]


def end(workers: ReadingWorkers, file: Path, body: bytes) -> tuple[str, str]:
    """Return how the reading of a document ended, and what was said of it."""
    file.write_bytes(body)
    job = workers.submit(file, hashlib.sha256(body).hexdigest(), Expectation())
    error = job.exception(timeout=120)
    if error is not None:
        return workers.failure(error)
    (read,) = job.result().reading.letters
    silent = read.status is Status.OK and not any(
        finding.severity is not Severity.NOTE for finding in read.findings
    )
    return ("ok" if silent else read.status.value), ""


def test_a_page_that_hangs_its_reader(tmp_path: Path, letter: ReplicaLetter) -> None:
    # Room enough that it is the time that runs out.
    workers = ReadingWorkers(workers=1, seconds=SECONDS, memory_mib=8192)
    try:
        # Many seconds of strokes in 300 KB.
        hanging = hard.long_stream(letter, operations=10_000_000)
        assert len(hanging) < 1_000_000
        start = time.monotonic()
        code, message = end(workers, tmp_path / "hangs.pdf", hanging)
        assert code == "reader_timeout"
        assert f"{SECONDS:g} seconds" in message
        assert time.monotonic() - start < SECONDS + 30
        # The next letter gets a reader of its own.
        assert end(workers, tmp_path / "next.pdf", letter.pdf()) == ("ok", "")
    finally:
        workers.close()


def test_a_page_that_inflates_without_end(tmp_path: Path, letter: ReplicaLetter) -> None:
    workers = ReadingWorkers(workers=1, seconds=SECONDS, memory_mib=768)
    try:
        bomb = hard.bomb(letter, inflated=900_000_000)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        code, _ = end(workers, tmp_path / "bomb.pdf", bomb)
        # Whichever bound it meets first; never a letter without a doubt.
        assert code in ("reader_timeout", "reader_memory", "reader_crashed", "unreadable")
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
        assert end(workers, tmp_path / "next.pdf", letter.pdf()) == ("ok", "")
    finally:
        workers.close()


def test_what_runs_or_comes_along_is_ignored(tmp_path: Path, letter: ReplicaLetter) -> None:
    workers = ReadingWorkers(workers=1, seconds=60, memory_mib=2048)
    try:
        body = hard.with_script_and_attachment(letter)
        assert end(workers, tmp_path / "script.pdf", body) == ("ok", "")
    finally:
        workers.close()
