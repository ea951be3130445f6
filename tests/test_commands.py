"""The commands that need no crawl: read, replica, demo, help."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest
from conftest import command, ombudsman

FIXTURES = Path(__file__).parent / "letters" / "fixtures"
KENT = FIXTURES / "2021-kent-county-council.positioned.pdf"
DARTFORD = FIXTURES / "2021-dartford-borough-council.word.pdf"


def test_read_as_json() -> None:
    ended = ombudsman("read", "--json", KENT, DARTFORD)
    assert ended.status == 0, ended.all
    kent, dartford = json.loads(ended.out)
    assert list(kent) == [
        "file", "part", "sha256", "authority", "authority_as_printed", "year_ending", "kind",
        "form", "title", "letter_date", "addressee", "post", "signatory", "period_start",
        "period_end", "status", "figures", "findings",
    ]  # fmt: skip
    assert kent["authority"] == "Kent County Council"
    assert (kent["year_ending"], kent["form"], kent["status"]) == (2021, "three_panels", "ok")
    assert (kent["letter_date"], kent["period_end"]) == ("2021-07-21", "2021-03-31")
    rate = next(figure for figure in kent["figures"] if figure["metric"] == "uphold_rate")
    assert list(rate) == [
        "year_ending", "metric", "value", "absence", "unit", "value_text", "restated", "page",
        "box", "text",
    ]  # fmt: skip
    assert (rate["value"], rate["value_text"], rate["unit"]) == (74, "74%", "percent")
    assert dartford["authority"] == "Dartford Borough Council"
    assert all(
        set(found) == {"code", "severity", "metric", "message"} for found in kent["findings"]
    )


def test_read_for_people() -> None:
    ended = ombudsman("read", DARTFORD)
    assert ended.status == 0, ended.all
    assert "Dartford Borough Council, year ending 2021, three_panels, ok" in ended.out
    assert "75% of complaints we investigated were upheld." in ended.out


def test_read_what_is_no_letter(tmp_path: Path) -> None:
    other = tmp_path / "a [red]file[red].pdf"
    other.write_bytes(b"%PDF-1.7 cut off")
    ended = ombudsman("read", other, KENT)
    assert ended.status == 1
    assert "unreadable" in ended.out
    assert "a [red]file[red].pdf" in ended.out
    assert "Kent County Council" in ended.out


def test_read_a_file_that_is_not_there(tmp_path: Path) -> None:
    ended = ombudsman("read", tmp_path / "none.pdf")
    assert ended.status == 2
    assert ended.err.count("\n") == 1


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
