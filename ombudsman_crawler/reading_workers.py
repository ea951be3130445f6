"""Reading in worker processes, each reading with a time and a memory bound.

Whatever a document does to its reader (hang, crash, eat memory), it costs that one reading.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import multiprocessing
import resource
import signal
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from ombudsman_crawler import report_reading
from ombudsman_crawler.exceptions import CorruptDocument, NoReadingWorkers
from ombudsman_crawler.letters import ocr as engine
from ombudsman_crawler.letters import packed_words, page_image, read, witness, words
from ombudsman_crawler.letters.letter import DocumentReading, Expectation
from ombudsman_crawler.report_reading import ReportReading
from ombudsman_crawler.sheets import read as sheets
from ombudsman_crawler.sheets.table import TableFile, Told

T = TypeVar("T")

_PR_SET_PDEATHSIG = 1

# Documents one worker reads before a fresh one takes its place: leavings don't add up for ever.
_READINGS_EACH = 500


@dataclass(frozen=True, slots=True)
class Read:
    """A reading without its pages; their words, and what the second reader saw, packed for keeping
    (None: nothing, or as they were kept before); and how long it took."""

    reading: DocumentReading
    packed_words: bytes | None
    packed_texts: bytes | None
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A document's words as they were kept, by which extractor, and what the second reader saw of
    it; `path` is its file, for pages that it hasn't seen."""

    path: Path
    sha256: str
    packed_words: bytes
    extractor: str
    packed_texts: bytes | None
    witness: str | None


class ReadingWorkers:
    """A pool of reading workers. `seconds` bounds each reading, `memory_mib` each worker.

    `ocr`: scanned pages are read by OCR, which takes more of both. Raises OcrNotInstalled where
    that is asked for in vain.
    """

    def __init__(self, workers: int, seconds: float, memory_mib: int, *, ocr: bool = False) -> None:
        if ocr:
            engine.require()
        self._ocr = ocr
        self._workers = max(1, workers)
        self._seconds = seconds
        self._memory_mib = memory_mib
        self._pool: ProcessPool | None = None

    @classmethod
    def configured(
        cls, settings: Mapping[str, Any], *, ocr: bool, documents: int | None = None
    ) -> Self:
        """Return as many workers, with such bounds, as settings say; no more than `documents`."""
        seconds, memory_mib = (
            ("OMBUDSMAN_OCR_READING_SECONDS", "OMBUDSMAN_OCR_READING_MEMORY")
            if ocr
            else ("OMBUDSMAN_READING_SECONDS", "OMBUDSMAN_READING_MEMORY")
        )
        readers = int(settings["OMBUDSMAN_READERS"])
        return cls(
            readers if documents is None else min(readers, documents),
            float(settings[seconds]),
            int(settings[memory_mib]),
            ocr=ocr,
        )

    @property
    def ocr(self) -> bool:
        """Whether scanned pages are read by OCR."""
        return self._ocr

    def submit(
        self, path: Path, sha256: str, expectation: Expectation, *, witnessed: bool = True
    ) -> Future[Read]:
        """Have a file read, with the second reader or without. The future raises FileNotFoundError
        or CorruptDocument when the file isn't what it was, and whatever `failure` can put into
        words."""
        return self._submit(_read, path, sha256, expectation, self._ocr, witnessed)

    def submit_report(self, path: Path, sha256: str, url: str) -> Future[ReportReading]:
        """Have the document of a public report read; the future raises as that of `submit`."""
        return self._submit(_read_report, path, sha256, url)

    def submit_table(self, path: Path, sha256: str, told: Told) -> Future[TableFile]:
        """Have a file of national tables read; the future raises as that of `submit`."""
        return self._submit(_read_table, path, sha256, told)

    def submit_sizes(self, path: Path, sha256: str) -> Future[list[tuple[float, float]]]:
        """Have the sizes of a PDF's pages told; the future raises as that of `submit`, and
        UnreadablePdf."""
        return self._submit(_sizes, path, sha256)

    def submit_image(self, path: Path, sha256: str, page: int, width: int) -> Future[bytes]:
        """Have a page of a PDF drawn as a PNG; the future raises as `page_image.png` besides."""
        return self._submit(_image, path, sha256, page, width)

    def submit_kept(self, kept: Kept, expectation: Expectation) -> Future[Read]:
        """Have a document read again from its kept words; the future raises as that of `submit`.

        The file is opened only where the second reader hasn't seen a page that it now needs.
        """
        return self._submit(_read_kept, kept, expectation)

    def _submit(self, reading: Callable[..., T], *arguments: object) -> Future[T]:
        if self._pool is None or not self._pool.active:
            # Also where a worker was killed while idle, which leaves its pool broken for good.
            self._pool = ProcessPool(
                max_workers=self._workers,
                max_tasks=_READINGS_EACH,
                initializer=_bound,
                initargs=[self._memory_mib],
                # A forked child would share the crawl's descriptors and locks.
                context=multiprocessing.get_context("spawn"),
            )
        try:
            job: Future[T] = self._pool.schedule(
                reading, args=list(arguments), timeout=self._seconds
            )
        except BrokenPipeError as error:
            raise NoReadingWorkers(
                f"the reading workers can't be started: may this user run {sys.executable}?"
            ) from error
        return job

    def failure(self, error: BaseException) -> tuple[str, str]:
        """Put a reading's failure into a finding's code and message."""
        if isinstance(error, TimeoutError):
            return "reader_timeout", f"reading had no end after {self._seconds:g} seconds"
        if isinstance(error, MemoryError):
            return "reader_memory", f"reading needs more than {self._memory_mib} MiB"
        if isinstance(error, ProcessExpired):
            return "reader_crashed", f"the document ended its reader (exit {error.exitcode})"
        if isinstance(error, BrokenProcessPool):
            return "reader_crashed", "the reading workers were ended twice"
        return "reader_error", f"{type(error).__name__}: {error}"

    def close(self) -> None:
        """End the workers and wait until they have."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()


def _bound(memory_mib: int) -> None:
    """Bound a worker: its memory, and its life by its parent's.

    Ctrl-C goes to the whole process group: the crawl decides when its workers end, not the key.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory_mib * 2**20, memory_mib * 2**20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # A parent that is killed can't end its workers: the kernel can.
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _read(path: Path, sha256: str, expectation: Expectation, ocr: bool, witnessed: bool) -> Read:
    started = time.perf_counter()
    reading = read.read_document(
        _body(path, sha256), expectation, witnessed=witnessed, recognise=ocr
    )
    return Read(
        _without_words(reading),
        packed_words.pack(reading.pages) if reading.pages else None,
        witness.pack(reading.texts) if reading.texts else None,
        round((time.perf_counter() - started) * 1000),
    )


def _read_report(path: Path, sha256: str, url: str) -> ReportReading:
    return report_reading.read(_body(path, sha256), url)


def _read_table(path: Path, sha256: str, told: Told) -> TableFile:
    return sheets.read_file(_body(path, sha256), told)


def _sizes(path: Path, sha256: str) -> list[tuple[float, float]]:
    return page_image.sizes(_body(path, sha256))


def _image(path: Path, sha256: str, page: int, width: int) -> bytes:
    return page_image.png(_body(path, sha256), page, width)


def _read_kept(kept: Kept, expectation: Expectation) -> Read:
    started = time.perf_counter()
    seen = witness.unpack(kept.packed_texts) if kept.packed_texts is not None else {}
    texts = witness.PageTexts(
        lambda: words.open_vetted(_body(kept.path, kept.sha256)),
        seen,
        kept.witness or witness.WITNESS,
    )
    pages = packed_words.unpack(kept.packed_words)
    reading = read.read_words(pages, expectation, texts, extractor=kept.extractor)
    return Read(
        _without_words(reading),
        None,
        witness.pack(reading.texts) if reading.texts.keys() != seen.keys() else None,
        round((time.perf_counter() - started) * 1000),
    )


def _body(path: Path, sha256: str) -> bytes:
    body = path.read_bytes()
    if hashlib.sha256(body).hexdigest() != sha256:
        raise CorruptDocument(f"{path} no longer has the bytes it was archived with")
    return body


def _without_words(reading: DocumentReading) -> DocumentReading:
    """Thousands of words as objects are slow to hand over and nothing the other side needs."""
    return replace(reading, pages=(), texts={})
