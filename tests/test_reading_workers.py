"""Whatever a document does to its reader costs that one reading."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ombudsman_crawler import reading_workers
from ombudsman_crawler.exceptions import CorruptDocument
from ombudsman_crawler.letters.letter import Expectation
from ombudsman_crawler.reading_workers import ReadingWorkers

SAMPLE = Path(__file__).parent / "letters" / "fixtures" / "2021-kent-county-council.word.pdf"


def hang(path: Path, *_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(1)


def crash(path: Path, *_: object) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def eat(path: Path, *_: object) -> None:
    bytearray(8 * 2**30)


@pytest.fixture
def workers() -> Iterator[ReadingWorkers]:
    workers = ReadingWorkers(workers=1, seconds=30, memory_mib=2048)
    yield workers
    workers.close()


def read_sample(workers: ReadingWorkers) -> str:
    sha256 = hashlib.sha256(SAMPLE.read_bytes()).hexdigest()
    job = workers.submit(SAMPLE, sha256, Expectation())
    return job.result(timeout=60).reading.letters[0].status.value


def test_a_letter_is_read(workers: ReadingWorkers) -> None:
    assert read_sample(workers) == "ok"


@pytest.mark.parametrize(
    ("deed", "code"), [(hang, "reader_timeout"), (crash, "reader_crashed"), (eat, "reader_memory")]
)
def test_a_bad_document_costs_its_own_reading(
    monkeypatch: pytest.MonkeyPatch, deed: object, code: str
) -> None:
    workers = ReadingWorkers(workers=1, seconds=5, memory_mib=2048)
    try:
        with monkeypatch.context() as patched:
            patched.setattr(reading_workers, "_read", deed)
            job = workers.submit(SAMPLE, "", Expectation())
            error = job.exception(timeout=60)
        assert error is not None
        assert workers.failure(error)[0] == code
        assert read_sample(workers) == "ok"
    finally:
        workers.close()


def test_a_file_that_has_changed_is_not_read(workers: ReadingWorkers) -> None:
    job = workers.submit(SAMPLE, "0" * 64, Expectation())
    assert isinstance(job.exception(timeout=60), CorruptDocument)


def test_a_file_that_is_gone(workers: ReadingWorkers, tmp_path: Path) -> None:
    job = workers.submit(tmp_path / "gone.pdf", "0" * 64, Expectation())
    assert isinstance(job.exception(timeout=60), FileNotFoundError)
