"""Run an `ombudsman` command that is killed (SIGKILL) at the n-th passing of a named point.

    python tests/faults/run_with_failpoint.py POINT N crawl --storage …

The points are put around functions of the package from outside: the package itself knows of none.
With N = 0 nothing is killed, and how often the point was passed is printed on standard error.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event

from ombudsman_crawler import cli, reading_workers
from ombudsman_crawler.archive import documents, erasing, tombstones, warc
from ombudsman_crawler.database import session, versions, writer
from ombudsman_crawler.letters import read


class Point:
    """Kills this process when it is passed for the n-th time."""

    def __init__(self, n: int) -> None:
        self._n = n
        self._passed = itertools.count(1)
        self.times = 0

    def pass_(self) -> None:
        self.times = next(self._passed)
        if self.times == self._n:
            os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str, point: Point) -> None:
    """Pass the point each time before a function runs."""
    function: Callable[..., Any] = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        point.pass_()
        return function(*args, **kwargs)

    setattr(owner, name, wrapped)


def after(owner: Any, name: str, point: Point) -> None:
    """Pass the point each time after a function has run."""
    function: Callable[..., Any] = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        point.pass_()
        return result

    setattr(owner, name, wrapped)


def temporary_file(point: Point) -> None:
    """A document's bytes are in a temporary file, and the file hasn't its name yet."""
    rename = Path.rename

    def wrapped(self: Path, target: Any) -> Any:
        if self.name.startswith(".new-"):
            point.pass_()
        return rename(self, target)

    Path.rename = wrapped  # type: ignore[method-assign]


def renamed(point: Point) -> None:
    """A document has its name, and no row knows of it."""
    after(documents, "_write_once", point)


def warc_flushed(point: Point) -> None:
    """An exchange is in the WARC, and no row knows of it."""
    after(warc.Recording, "_append", point)


def capture_row(point: Point) -> None:
    """A document and its capture are stored, and nothing was made of them."""
    after(writer.Writer, "record_capture", point)


def before_commit(point: Point) -> None:
    """Everything about a letter is written, and not committed."""
    after(versions, "settle", point)


def after_commit(point: Point) -> None:
    """A letter is stored, and the next one waits."""
    after(writer.Writer, "store_letter", point)


def reading(point: Point) -> None:
    """A worker reads a letter, and the crawl that waits for it is killed."""
    after(reading_workers.ReadingWorkers, "submit", point)


def checks(point: Point) -> None:
    """The crawl is over, and its verdict isn't written."""
    before(writer.Writer, "finish_run", point)


def erase_begun(point: Point) -> None:
    """An erasure is begun, and nothing of it is done."""
    after(writer.Writer, "begin_erasure", point)


def erase_warc_written(point: Point) -> None:
    """A tombstone is made, and the WARC it is for is half written anew."""
    after(tombstones, "in_place_of", point)


def erase_warc_replaced(point: Point) -> None:
    """A WARC was written anew, and other WARCs, the words and the file are there."""
    after(erasing, "_rewrite", point)


def erase_words(point: Point) -> None:
    """The words are out of the tables, and the file is there."""
    after(writer.Writer, "forget_words", point)


def erase_file(point: Point) -> None:
    """The file is gone, and the database's free pages have the words."""
    after(documents, "remove", point)


def erase_rewritten(point: Point) -> None:
    """Nothing is left, and nothing says so."""
    after(session, "rewrite", point)


def every_commit(point: Point) -> None:
    """Any transaction is about to be committed."""
    opened = session._engine

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        engine = opened(*args, **kwargs)
        event.listen(engine, "commit", lambda _: point.pass_())
        return engine

    session._engine = wrapped


POINTS: dict[str, Callable[[Point], None]] = {
    point.__name__.replace("_", "-"): point
    for point in (
        temporary_file, renamed, warc_flushed, capture_row, reading, before_commit, after_commit,
        checks, erase_begun, erase_warc_written, erase_warc_replaced, erase_words, erase_file,
        erase_rewritten, every_commit,
    )
}  # fmt: skip


def kill_worker_once(flag: Path) -> None:
    """Kill the worker that reads while a file is there, and remove the file."""
    function = read.read_document

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            flag.unlink()
        except FileNotFoundError:
            return function(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("unreachable")

    read.read_document = wrapped


# Workers are spawned: they import this file anew, under this name.
if __name__ == "__mp_main__" and "KILL_WORKER" in os.environ:
    kill_worker_once(Path(os.environ["KILL_WORKER"]))

if __name__ == "__main__":
    if "BUSY_SECONDS" in os.environ:
        session._BUSY_SECONDS = float(os.environ["BUSY_SECONDS"])  # type: ignore[assignment]
    name, n, *arguments = sys.argv[1:]
    point = Point(int(n))
    POINTS[name](point)
    sys.argv = ["ombudsman", *arguments]
    try:
        cli.main()
    finally:
        print(f"passed {point.times} times", file=sys.stderr)
