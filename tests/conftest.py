"""What all tests share: crawls run as a user runs them, in a process of their own."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import settings

from ombudsman_crawler import cli
from ombudsman_crawler.replica import Replica

# What the cases of the fault battery share.
pytest_plugins = ["battery"]

# The same examples in every run: what CI finds anybody can find again.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

#: A replica on this machine needs no politeness, and a handful of letters no second reading worker,
#: which takes half a second to start; everything else stays as the project has it.
AT_ONCE = {
    "DOWNLOAD_DELAY": "0",
    "AUTOTHROTTLE_ENABLED": "False",
    "CONCURRENT_REQUESTS": "8",
    "OMBUDSMAN_RETRY_SECONDS": "0",
    "OMBUDSMAN_READERS": "1",
}

#: Property of a test's report: a line of the table of faults, as (case, outcome, exit statuses).
TOLD = "fault"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of faults: each case, what came of it, and its exit statuses."""
    lines = [("case", "outcome", "exit status")]
    for result in ("passed", "failed"):
        for report in terminalreporter.getreports(result):
            for name, line in report.user_properties:
                if name == TOLD and report.when == "call":
                    lines.append(line if result == "passed" else (*line[:2], f"{line[2]} FAILED"))
    if len(lines) == 1:
        return
    wide = [max(len(line[column]) for line in lines) for column in range(2)]
    terminalreporter.section("faults")
    for case, outcome, status in lines:
        terminalreporter.write_line(f"{case:{wide[0]}}  {outcome:{wide[1]}}  {status}")


@dataclass
class Ended:
    """A command that has ended."""

    status: int
    out: str
    err: str

    @property
    def all(self) -> str:
        return f"exit {self.status}\n{self.out}\n{self.err}"


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "ombudsman_crawler", *arguments]


def ombudsman(*arguments: str | Path, **environment: str) -> Ended:
    """Run an `ombudsman` command to its end."""
    done = subprocess.run(
        command(*map(str, arguments)),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env={**os.environ, **environment},
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def ombudsman_here(*arguments: str | Path) -> Ended:
    """Run a command that doesn't crawl to its end in this process: quicker."""
    out, err = StringIO(), StringIO()
    status: Any = 0
    argv = ["ombudsman", *map(str, arguments)]
    with redirect_stdout(out), redirect_stderr(err), mock.patch.object(sys, "argv", argv):
        try:
            cli.main()
        except SystemExit as end:
            status = end.code or 0
    return Ended(status, out.getvalue(), err.getvalue())


class Storage:
    """A storage and the crawls into it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def arguments(self, replica: Replica | str, *arguments: str, **settings: str) -> list[str]:
        url = replica if isinstance(replica, str) else replica.url
        given = [f"--set={name}={value}" for name, value in {**AT_ONCE, **settings}.items()]
        first, rest = (arguments[:1] or ("crawl",)), arguments[1:]
        if first[0].startswith("-"):
            first, rest = ("crawl",), arguments
        if first[0] in ("crawl", "backfill") and not {"--collect", "--replay"} & {*rest}:
            # Most tests are about letters; what else is collected has tests of its own.
            rest = ("--collect", "letters", *rest)
        return [*first, *rest, "--site", url, "--storage", str(self.path), *given]

    def crawl(self, replica: Replica | str, *arguments: str, **settings: str) -> Ended:
        """Crawl to the end; `arguments` may begin with another command than `crawl`."""
        return ombudsman(*self.arguments(replica, *arguments, **settings))

    def start(self, replica: Replica, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        """Start a crawl in a process group of its own, as a terminal would."""
        return subprocess.Popen(
            command(*self.arguments(replica, *arguments, **settings)),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def query(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Ask the database as an analyst would, from another process's connection."""
        uri = f"file:{self.path / 'ombudsman.db'}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=30)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, values)]

    def outcomes(self, run: str = "(SELECT MAX(id) FROM run)") -> dict[str, int]:
        """Return how many letters of a run, by default the last, had each outcome."""
        return {
            row["outcome"]: row["letters"]
            for row in self.query(
                "SELECT outcome, COUNT(*) AS letters FROM outcome"
                f" WHERE run_id = {run} GROUP BY outcome"
            )
        }

    def outcome_of(self, address: str) -> dict[str, Any]:
        """Return the last run's outcome of one letter."""
        (row,) = self.query(
            "SELECT outcome.*, capture.status, capture.document_id FROM outcome"
            " JOIN link ON link.id = outcome.link_id"
            " LEFT JOIN capture ON capture.id = outcome.capture_id"
            " WHERE link.address = ? AND outcome.run_id = (SELECT MAX(id) FROM run)",
            address,
        )
        return row

    def check(self, name: str) -> dict[str, Any]:
        """Return one check of the last run."""
        (row,) = self.query(
            "SELECT * FROM run_check WHERE name = ? AND run_id = (SELECT MAX(id) FROM run)", name
        )
        return row

    def run(self) -> dict[str, Any]:
        """Return the last run."""
        (row,) = self.query("SELECT * FROM run ORDER BY id DESC LIMIT 1")
        row["counts"] = json.loads(row["counts"]) if row["counts"] else None
        return row

    def documents(self, pattern: str = "*.pdf") -> list[Path]:
        return sorted(self.path.glob(f"letters/*/{pattern}"))

    def sound(self) -> None:
        """Assert what must hold after any ending: the database is whole, every document's bytes
        are there, no temporary file was left, each figure has its reading."""
        assert self.query("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        assert self.query("PRAGMA foreign_key_check") == []
        import hashlib

        for row in self.query("SELECT * FROM document"):
            body = (self.path / row["path"]).read_bytes()
            assert hashlib.sha256(body).hexdigest() == row["sha256"]
            assert len(body) == row["size"]


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path / "storage")


@pytest.fixture
def replica() -> Iterator[Replica]:
    """Three councils, two years, one letter each: small enough for a crawl in a second or two."""
    with Replica(councils=3, years=(2020, 2021)) as site:
        yield site


def wait_until(reached: Any, seconds: float = 60) -> None:
    """Wait until a condition holds; fail when it doesn't in time."""
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def interrupt(process: subprocess.Popen[str]) -> None:
    """Do what Ctrl-C does: the signal goes to the whole process group."""
    os.killpg(process.pid, signal.SIGINT)
