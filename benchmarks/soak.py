"""A storage's life: 200 scheduled crawls, one after another, of a site that changes meanwhile.

    python benchmarks/soak.py                  `make soak`: 200 runs, about a quarter of an hour
    python benchmarks/soak.py --runs 20        to see that it works

Each run is `ombudsman crawl` as a timer starts it, in a process of its own, with the project's own
settings but for the delays. After each run the storage is made a day older, so that the rotation of
older letters turns. Ends with 1 when a bound is broken. Linux only; see README.md for the bounds.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from crawl import measure

from ombudsman_crawler.archive import lock
from ombudsman_crawler.database.session import DATABASE
from ombudsman_crawler.replica import Fault, Replica, ReplicaLetter

# The project's own settings, without what only takes time.
SETTINGS = {"DOWNLOAD_DELAY": "0", "AUTOTHROTTLE_ENABLED": "False", "OMBUDSMAN_RETRY_SECONDS": "0"}

# The run that the last one's memory is compared with, and by how much it may be more.
TENTH, MORE_MEMORY = 10, 1.10
# Bytes of database for each request made, besides what new readings need.
BYTES_A_REQUEST = 300

# What holds letters, their readings and what is said of them; the rest is the runs' own record.
_OF_READINGS = (
    "document", "document_words", "document_witness", "letter", "letter_version",
    "version_document", "reading", "figure", "finding",
)  # fmt: skip

# Councils that nobody went before: predecessors would have letters of earlier years only.
_TO_COME = ("LCR", "BRY", "LDS")

_PR_SET_CHILD_SUBREAPER = 36
# Seconds in which helpers of an ended process (Python's resource tracker) notice that it has.
_A_MOMENT = 5.0


@dataclass(frozen=True)
class Measured:
    """One run. `database` is in bytes, pages in use only; `letters` counts the letters' documents
    ever archived; `left` is what the run left behind and shouldn't have."""

    number: int
    change: str
    exit_status: int
    expected: int
    requests: int
    peak_mb: float
    cpu: float
    database: int
    letters: int
    warc: int
    left: list[str]


class Changes:
    """What happens on the site before each run, in turn; every few runs nothing does."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        self._site = self._story()

    def next(self) -> tuple[str, int]:
        """Change something; return what, and the exit status the run has to have."""
        return next(self._site)

    def _story(self) -> Iterator[tuple[str, int]]:
        replica, number = self._replica, 0
        while True:
            letters = replica.letters()
            # The newest letters are asked for in every run: what happens to them is noticed.
            newest = [letter for letter in letters if letter.year_ending == letters[0].year_ending]
            letter = newest[number % len(newest)]
            first = replica.letter(letter.slug, letter.year_ending).pdf()
            yield "nothing", 0
            replica.reissue(letter.path)
            yield "a letter was issued again", 0
            replica.replace(letter.path, first)
            yield "the first wording is back", 0
            yield "nothing", 0
            replica.unlist(letter.path)
            yield "a letter isn't listed", 0
            replica.relist(letter.path)
            yield "it is listed again", 0
            yield from self._faults(letter)
            replica.hide_council(letter.slug)
            yield "a council left the map", 1
            replica.show_council(letter.slug)
            yield "it is back", 0
            if _TO_COME[number : number + 1]:
                replica.add_council(_TO_COME[number])
                yield "a council came", 0
            replica.repack(letter.path)
            yield "a letter was packed anew", 0
            number += 1
            yield "nothing", 0

    def _faults(self, letter: ReplicaLetter) -> Iterator[tuple[str, int]]:
        for name, fault in (
            ("503 once", Fault(status=503, times=1)),
            ("a connection dropped once", Fault(drop=True, times=1)),
            ("half a body, once", Fault(truncated_body=True, times=1)),
            ("a letter as a web page, once", Fault(html=True, times=1)),
        ):
            self._replica.faults[letter.path] = fault
            yield name, 0
            del self._replica.faults[letter.path]


def crawl(number: int, change: str, expected: int, site: Replica, folder: Path) -> Measured:
    """Crawl once more and look at everything."""
    storage, temporary = folder / "storage", folder / "temporary"
    site.clear_hits()
    command = [sys.executable, "-m", "ombudsman_crawler", "crawl", "--site", site.url]
    command += ["--collect", "letters"]
    command += [f"--set={name}={value}" for name, value in SETTINGS.items()]
    log = folder / f"run-{number}.log"
    exit_status, _, cpu, peak = measure([*command, "--storage", str(storage)], log, folder)
    left = [*_processes_left(), *_handles_left(storage), *_files_left(storage, temporary)]
    if exit_status != expected:
        print(f"\nrun {number} ({change}): exit status {exit_status}\n{log.read_text()[-3000:]}")
    with _open(storage) as database:
        found = Measured(
            number, change, exit_status, expected, len(site.hits), peak, cpu, _bytes(database),
            _count(database, "SELECT COUNT(*) FROM document_words"),
            sum(file.stat().st_size for file in (storage / "warc").glob("*.warc.gz")),
            left,
        )  # fmt: skip
        _a_day_later(database)
    return found


@contextmanager
def _open(storage: Path) -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(storage / DATABASE, isolation_level=None)
    try:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        yield database
    finally:
        database.close()


def _count(database: sqlite3.Connection, query: str) -> int:
    return int(database.execute(query).fetchone()[0])


def _bytes(database: sqlite3.Connection) -> int:
    pages = _count(database, "PRAGMA page_count") - _count(database, "PRAGMA freelist_count")
    return pages * _count(database, "PRAGMA page_size")


def by_table(storage: Path) -> dict[str, int]:
    """Return the bytes of each table with its indexes, as SQLite counts its pages."""
    with _open(storage) as database:
        return dict(
            database.execute(
                "SELECT tbl_name, SUM(pgsize) FROM dbstat JOIN sqlite_master USING (name)"
                " GROUP BY tbl_name ORDER BY 2 DESC"
            )
        )


def _a_day_later(database: sqlite3.Connection) -> None:
    for column in ("last_asked", "next_due"):
        database.execute(
            f"UPDATE link SET {column} = strftime('%Y-%m-%dT%H:%M:%fZ', {column}, '-1 day')"
            f" WHERE {column} IS NOT NULL"
        )


# -- what a run may not leave behind -------------------------------------------


def _adopt_orphans() -> None:
    """Let whatever a crawl leaves running become a child of this process, where it is seen."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _processes_left() -> Iterator[str]:
    """Yield the processes that outlive their crawl by more than a moment."""
    deadline = time.monotonic() + _A_MOMENT
    while True:
        try:
            ended, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not ended:
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
    children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    for pid in {pid for file in children for pid in file.read_text().split()}:
        yield f"process {pid}: {Path(f'/proc/{pid}/cmdline').read_text()!r}"


def _handles_left(storage: Path) -> Iterator[str]:
    """Yield the files below the storage that any process has open; and the lock, if it is held."""
    for handle in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            target = os.readlink(handle)  # noqa: PTH115
        except OSError:
            continue
        if target.startswith(f"{storage}/"):
            yield f"{handle} is {target}"
    if lock.is_held(storage):
        yield "the lock is held"


def _files_left(storage: Path, temporary: Path) -> Iterator[str]:
    yield from map(str, storage.rglob(".new-*"))
    # A log with something in it wasn't taken over into the database.
    yield from (str(log) for log in storage.glob(f"{DATABASE}-wal") if log.stat().st_size)
    yield from map(str, temporary.iterdir())


# -- the bounds ----------------------------------------------------------------


def broken(runs: list[Measured], a_reading: float) -> Iterator[str]:
    """Yield each bound that is broken, with the numbers."""
    for run in runs:
        if run.exit_status != run.expected:
            yield f"run {run.number} ({run.change}): exit {run.exit_status}, not {run.expected}"
        for what in run.left:
            yield f"run {run.number} left {what}"
    if len(runs) > TENTH:
        tenth, last = runs[TENTH - 1], runs[-1]
        if last.peak_mb > tenth.peak_mb * MORE_MEMORY:
            yield f"memory: {last.peak_mb:.1f} MB in the last run, {tenth.peak_mb:.1f} in the tenth"
    grown = growth(runs, a_reading)
    if grown > BYTES_A_REQUEST:
        yield f"the database grew by {grown:.0f} bytes a request, {BYTES_A_REQUEST} are allowed"


def growth(runs: list[Measured], a_reading: float) -> float:
    """Return by how much the database grew a request after the first run, less `a_reading` bytes
    for each letter archived since."""
    first, last = runs[0], runs[-1]
    readings = (last.letters - first.letters) * a_reading
    return (last.database - first.database - readings) / sum(run.requests for run in runs[1:])


def main() -> int:
    """Run, print what was measured and which bounds were broken."""
    parser = argparse.ArgumentParser(description="Crawl a changing site many times over.")
    parser.add_argument("--runs", type=int, default=200, help="crawls (200)")
    parser.add_argument("--councils", type=int, default=11, help="councils on the map (11)")
    parser.add_argument("--years", type=int, default=5, help="years of letters (5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every run as JSON too")
    options = parser.parse_args()
    _adopt_orphans()
    runs: list[Measured] = []
    with tempfile.TemporaryDirectory(prefix="ombudsman-soak-") as name:
        folder = Path(name).resolve()
        (folder / "temporary").mkdir()
        os.environ["TMPDIR"] = str(folder / "temporary")
        years = (2025 - options.years + 1, 2025)
        with Replica(councils=options.councils, years=years) as replica:
            change: Callable[[], tuple[str, int]] = Changes(replica).next
            for number in range(1, options.runs + 1):
                # The runs whose memory is compared find nothing new, both.
                quiet = number in (1, TENTH, options.runs)
                run = crawl(number, *(("nothing", 0) if quiet else change()), replica, folder)
                runs.append(run)
                print(line(run), flush=True)
                if number == 1:
                    at_first = by_table(folder / "storage")
        at_last = by_table(folder / "storage")
    a_reading = sum(at_first.get(table, 0) for table in _OF_READINGS) / runs[0].letters
    print(report(runs, a_reading, at_first, at_last))
    if options.json:
        options.json.write_text(json.dumps([asdict(run) for run in runs], indent=1) + "\n")
    faults = list(broken(runs, a_reading))
    for fault in faults:
        print(f"BROKEN: {fault}")
    return 1 if faults else 0


def line(run: Measured) -> str:
    """Return a run as one line."""
    return (
        f"{run.number:>4}  {run.change:<32}exit {run.exit_status}{run.requests:>6} requests"
        f"{run.peak_mb:>7.1f} MB{run.cpu:>6.1f} s{run.database / 1000:>8.0f} kB database"
        f"{run.letters:>5} letters{run.warc / 1000:>8.0f} kB WARC"
    )


def report(
    runs: list[Measured], a_reading: float, at_first: dict[str, int], at_last: dict[str, int]
) -> str:
    """Return the figures beside their bounds, and where the database grew."""
    first, last = runs[0], runs[-1]
    requests = sum(run.requests for run in runs[1:])
    grown = last.database - first.database
    rows = [
        "",
        f"{len(runs)} runs, {requests:,} requests after the first run",
        "memory of the crawler: "
        f"{runs[min(TENTH, len(runs)) - 1].peak_mb:.1f} MB in the tenth run, {last.peak_mb:.1f} in"
        f" the last; median of the last ten {median(run.peak_mb for run in runs[-10:]):.1f}",
        f"left behind: {sum(len(run.left) for run in runs) or 'nothing'}",
        f"database: {grown:,} bytes more, of which {last.letters - first.letters} letters' files"
        f" at {a_reading:,.0f} bytes; the rest is {growth(runs, a_reading):.0f} bytes a request"
        f" (at most {BYTES_A_REQUEST})",
        f"WARC: {(last.warc - first.warc) / requests:.0f} bytes a request",
        "",
        f"{'table, with its indexes':<28}{'first run':>12}{'last run':>12}{'more a request':>16}",
    ]
    for table in sorted(at_last, key=lambda name: at_first.get(name, 0) - at_last[name]):
        before, after = at_first.get(table, 0), at_last[table]
        if after > before:
            rows.append(f"{table:<28}{before:>12,}{after:>12,}{(after - before) / requests:>16.1f}")
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
