"""The commands that need no crawl: replica, demo, help."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest
from conftest import command, ombudsman


def test_the_replica_is_served_until_it_is_stopped() -> None:
    process = subprocess.Popen(
        command("replica", "--councils", "2", "--years", "2021"), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    with urllib.request.urlopen(url + "/your-councils-performance") as answer:
        assert answer.headers["X-Ombudsman-Replica"] == "councils=2"
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0
    process.stdout.close()


@pytest.mark.parametrize(
    "arguments",
    [("--councils", "x"), ("--councils", "0"), ("--years", "1990"), ("--port", "99999")],
)
def test_a_replica_that_can_not_be(arguments: tuple[str, ...]) -> None:
    ended = ombudsman("replica", *arguments)
    assert ended.status == 2
    assert ended.err.count("\n") == 1


def test_the_demo_shows_the_real_letters(tmp_path: Path) -> None:
    ended = ombudsman("demo", "--storage", tmp_path / "demo", "--councils", "3", "--years", "2021")
    assert ended.status == 0, ended.all
    lines = [line.split() for line in ended.out.splitlines()]
    assert ["Kent", "County", "Council", "74", "71", "40", "54", "100"] in lines
    assert ["Dartford", "Borough", "Council", "75", "53", "3", "4", "100"] in lines
    assert "sent 0 bytes of letters" in ended.out


def test_the_demo_fills_the_past_years_too(tmp_path: Path) -> None:
    ended = ombudsman(
        "demo", "--storage", tmp_path / "demo", "--councils", "6", "--years", "2017-2019"
    )
    assert ended.status == 0, ended.all
    assert "ombudsman crawl --years 2019-2019 --refetch all" in ended.out
    assert "ombudsman backfill 2017-2018" in ended.out
    lines = [line.split() for line in ended.out.splitlines()]
    forms = [line[:2] for line in lines if len(line) == 6 and line[0] in ("2017", "2018", "2019")]
    assert forms == [
        ["2017", "local_authority_report"],
        ["2018", "local_authority_report"],
        ["2019", "three_panels"],
    ]
    place = ended.out.index("Bath and North East Somerset Council, 2017 to 2019")
    council = [line.split() for line in ended.out[place:].splitlines()[2:5]]
    assert [row[0] for row in council] == ["2017", "2018", "2019"]
    # Complaints received left the letters in 2019: from then on the national tables have them.
    assert all(row[1].isdigit() for row in council)
    assert all(row[4].isdigit() for row in council)


def test_progress_is_shown_on_a_terminal(tmp_path: Path) -> None:
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        command("demo", "--storage", str(tmp_path), "--councils", "3", "--years", "2021"),
        stdout=follower,
        stderr=follower,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(follower)
    shown = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(leader)
    assert process.wait(timeout=60) == 0
    assert b"3 of 3 letters" in shown


def test_help_and_version() -> None:
    assert "crawl" in ombudsman("--help").out
    assert ombudsman("--version").out.startswith("ombudsman_crawler ")
    assert ombudsman("nonsense").status == 2
