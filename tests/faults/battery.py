"""What the cases of the fault battery share: what must hold after each, and its line in the table.

The table is printed at the end of the tests' output (`tests/conftest.py`).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import TOLD, Ended, Storage
from typer.testing import CliRunner

from ombudsman_crawler.cli import app
from ombudsman_crawler.replica import Replica

RUN = Path(__file__).with_name("run_with_failpoint.py")

#: Starting one reading worker takes as long as reading the few letters there are here.
ONE_READER = {"OMBUDSMAN_READERS": "1"}

Tell = Callable[[str, object], None]
Contents = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """A storage that nobody disturbed, and what it holds."""

    storage: Storage
    contents: Contents


def three_councils() -> Replica:
    """Three councils, two years: six letters."""
    return Replica(councils=3, years=(2020, 2021))


# Everything that a storage says of letters, ids and times aside.
_CONTENTS = {
    "versions": (
        "SELECT authority.key, letter.year_ending, letter.kind, letter.title,"
        " letter.letter_date, letter.addressee, letter_version.part,"
        " letter_version.text_sha256, letter_version.id = letter.current_version_id AS current,"
        " document.sha256, document.path"
        " FROM letter JOIN authority ON authority.id = letter.authority_id"
        " JOIN letter_version ON letter_version.letter_id = letter.id"
        " JOIN document ON document.id = letter_version.document_id"
        " ORDER BY 1, 2, 3, document.sha256"
    ),
    "figures": (
        "SELECT figure_id, authority, year_ending, metric, value, absence, unit, value_text,"
        " page, box, text, document_sha256, restated, doubts FROM figures ORDER BY figure_id"
    ),
    "annual_summary": "SELECT * FROM annual_summary ORDER BY authority, year_ending",
    "coverage": "SELECT authority, year_ending, state FROM coverage ORDER BY 1, 2",
}


def contents(storage: Storage) -> Contents:
    """Return the letters, versions, figures and coverage of a storage."""
    return {name: storage.query(sql) for name, sql in _CONTENTS.items()}


def tell(tell_property: Tell, case: str, outcome: str, *exits: int) -> None:
    """Write the test's line of the table; `exits` are the statuses of its runs, in order."""
    said = ["killed" if status == -9 else str(status) for status in exits]
    tell_property(TOLD, (case, outcome, ", ".join(said)))


def nothing_lost(storage: Storage) -> list[str]:
    """Assert that database, documents and WARCs are whole, by `ombudsman verify` too; return its
    notes."""
    storage.sound()
    verified = CliRunner().invoke(app, ["verify", "--storage", str(storage.path), "--json"])
    assert verified.exit_code == 0, verified.output
    found = json.loads(verified.stdout)
    assert found["problems"] == []
    return found["notes"]


def made_whole(storage: Storage, site: Replica, undisturbed: Undisturbed) -> Ended:
    """Crawl once more, and assert that this comes to what undisturbed runs come to."""
    again = storage.crawl(site, **ONE_READER)
    assert again.status == 0, again.all
    notes = nothing_lost(storage)
    assert not [note for note in notes if "adopts" in note], notes
    assert not list(storage.path.glob("**/.new-*"))
    assert storage.check("everything_read")["passed"]
    assert contents(storage) == undisturbed.contents
    return again


def said(storage: Storage) -> str:
    """Return the last run's outcomes as words."""
    return ", ".join(f"{n} {outcome}" for outcome, n in sorted(storage.outcomes().items()))


def start_with(
    storage: Storage, site: Replica, point: str, n: int, **environment: str
) -> subprocess.Popen[str]:
    """Start a crawl with a fail-point of `run_with_failpoint.py`."""
    return subprocess.Popen(
        [sys.executable, RUN, point, str(n), *storage.arguments(site, **ONE_READER)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def crawl_with(storage: Storage, site: Replica, point: str, n: int, **environment: str) -> Ended:
    """Crawl with a fail-point to the end."""
    return ended(start_with(storage, site, point, n, **environment))


def ended(process: subprocess.Popen[str]) -> Ended:
    """Wait for the end of a crawl."""
    out, err = process.communicate(timeout=240)
    return Ended(process.returncode, out, err)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """What an undisturbed run over the three councils and two years comes to."""
    storage = Storage(tmp_path_factory.mktemp("undisturbed") / "storage")
    with three_councils() as site:
        assert storage.crawl(site, **ONE_READER).status == 0
    return Undisturbed(storage, contents(storage))


@pytest.fixture
def crawled(undisturbed: Undisturbed, storage: Storage) -> Storage:
    """A storage into which an undisturbed run has crawled."""
    shutil.copytree(undisturbed.storage.path, storage.path)
    return storage


@pytest.fixture
def site() -> Iterator[Replica]:
    with three_councils() as replica:
        yield replica
