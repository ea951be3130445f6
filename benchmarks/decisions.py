"""What a crawl of the decisions costs: CPU a decision, memory as they grow, requests when nothing
is new.

    python benchmarks/decisions.py                  about 20,000 decisions (a quarter of an hour)
    python benchmarks/decisions.py --councils 4     to see that it works

A replica is crawled on loopback without delays while memory is looked at, and then once more,
unchanged, as a scheduled run would. Ends with 1 when a bound is broken: memory of the second half
of the crawl may not grow by more than 1 KB a decision, and the scheduled run may ask for no more
than one page of each window in which decisions still come.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crawl import AT_ONCE

from ombudsman_crawler import windows
from ombudsman_crawler.replica import Replica

# Bytes of memory a decision, over the second half; and seconds between looks at it.
MOST_GROWTH, LOOK_EVERY = 1024, 1.0


@dataclass(frozen=True)
class Look:
    """How many decisions were stored, and how much memory (bytes) the crawl then had."""

    decisions: int
    memory: int


def main(councils: int, years: int) -> int:
    today = datetime.now(UTC).date()
    last = today.year - 1
    with (
        tempfile.TemporaryDirectory() as folder,
        Replica(
            councils=councils,
            years=(last - years + 1, last),
            decisions=500,
            decision_years=years,
            council_pages="plain",
        ) as replica,
    ):
        replica.today = today
        since = f"{last - years}-04-01"
        print(f"{replica.decisions_total():,} decisions of {councils} councils and {years} years")
        looks, wall, cpu = crawl(replica, Path(folder), since)
        stored = looks[-1].decisions
        print(f"{stored / wall:.1f} decisions a second, {1000 * cpu / stored:.1f} ms of CPU each")
        for look in looks[:: max(1, len(looks) // 8)]:
            print(f"{look.decisions:>8,} stored: {look.memory / 1e6:.0f} MB")
        half = next(look for look in looks if look.decisions >= stored // 2)
        growth = (looks[-1].memory - half.memory) / max(1, stored - half.decisions)
        print(f"memory grows by {growth:.0f} bytes a decision over the second half")
        replica.clear_hits()
        crawl(replica, Path(folder), since)
        asked = [hit for hit in replica.hits if hit.path != "/robots.txt"]
        coming = [
            window
            for window in windows.all_of(today.replace(year=last), today, {})
            if window.last + windows.STILL_COMING >= today
        ]
        print(
            f"a scheduled run with nothing new: {len(asked)} requests, {len(coming)} windows open"
        )
        return int(growth > MOST_GROWTH or len(asked) > len(coming))


def crawl(replica: Replica, storage: Path, since: str) -> tuple[list[Look], float, float]:
    """Crawl once; return looks at its memory, and its seconds of time and of CPU."""
    given = {**AT_ONCE, "OMBUDSMAN_DECISIONS_SINCE": since}
    command = [
        *(sys.executable, "-m", "ombudsman_crawler", "crawl", "--collect", "decisions"),
        *("--site", replica.url, "--storage", str(storage)),
        *(f"--set={name}={value}" for name, value in given.items()),
    ]
    looks: list[Look] = []
    started = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        # Looked at until it ends: a process that has ended shows no memory.
        while process.poll() is None:
            time.sleep(LOOK_EVERY)
            memory = _memory(process.pid)
            if memory:
                looks.append(Look(_stored(storage), memory))
        used = os.times()
    if process.returncode:
        raise SystemExit(f"the crawl ended with {process.returncode}")
    looks.append(Look(_stored(storage), looks[-1].memory))
    return looks, time.monotonic() - started, used.children_user + used.children_system


def _memory(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    sizes = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
    return 1024 * int(sizes[0]) if sizes else 0


def _stored(storage: Path) -> int:
    try:
        uri = f"file:{storage / 'ombudsman.db'}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=30)) as connection:
            return int(connection.execute("SELECT COUNT(*) FROM decision_version").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--councils", type=int, default=40)
    parser.add_argument("--years", type=int, default=8)
    given = parser.parse_args()
    sys.exit(main(given.councils, given.years))
