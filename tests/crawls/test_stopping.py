"""Stopped or killed anywhere: consistent at once, finished by the next run."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Storage, interrupt, wait_until

from ombudsman_crawler.replica import Fault, Replica


@pytest.fixture
def slow() -> Iterator[Replica]:
    """Ten councils, three years; each letter takes a while to come."""
    with Replica(councils=10, years=(2019, 2021)) as site:
        for letter in site.letters():
            site.faults[letter.path] = Fault(delay=0.3)
        yield site


def archived(storage: Storage) -> int:
    if not (storage.path / "ombudsman.db").exists():
        return 0
    if not storage.query("SELECT 1 FROM sqlite_master WHERE name = 'outcome'"):
        return 0
    return storage.query("SELECT COUNT(*) AS n FROM outcome WHERE outcome = 'archived'")[0]["n"]


def figures(storage: Storage) -> list:
    return storage.query(
        "SELECT authority, year_ending, metric, value, absence, value_text, page, text"
        " FROM figures ORDER BY figure_id"
    )


def test_ctrl_c_ends_soon_and_the_next_run_goes_on(storage: Storage, slow: Replica) -> None:
    process = storage.start(slow)
    wait_until(lambda: archived(storage) >= 3)
    stopped = time.monotonic()
    interrupt(process)
    out, err = process.communicate(timeout=60)
    assert time.monotonic() - stopped < 30
    assert process.returncode == 130, out + err
    assert storage.run()["verdict"] == "stopped"
    assert storage.check("outcomes_add_up")["passed"], out + err
    outcomes = storage.outcomes()
    assert set(outcomes) == {"archived", "not_attempted"}
    assert outcomes["not_attempted"] > 0
    storage.sound()

    slow.faults.clear()
    slow.clear_hits()
    ended = storage.crawl(slow, "--refetch", "missing")
    assert ended.status == 0, ended.all
    total = len(slow.letters())
    asked = [hit for hit in slow.hits if hit.path.lower().endswith(".pdf")]
    assert len(asked) == total - outcomes["archived"]
    assert len(storage.query("SELECT * FROM annual_summary")) == total


def test_what_is_left_is_said(storage: Storage, slow: Replica) -> None:
    process = storage.start(slow)
    wait_until(lambda: archived(storage) >= 3)
    # systemd and `kill` say SIGTERM, and say it to the crawl alone.
    stopped = time.monotonic()
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert time.monotonic() - stopped < 30
    assert process.returncode == 130, out + err
    left = storage.outcomes()["not_attempted"]
    assert left > 0
    assert f"{left} that were found weren't asked for" in out
    assert storage.run()["verdict"] == "stopped"
    storage.sound()


def test_twice_ends_at_once(storage: Storage, slow: Replica) -> None:
    letters = slow.letters()
    for letter in letters:
        slow.faults[letter.path] = Fault(delay=25)
    process = storage.start(slow)
    wait_until(lambda: any(hit.path.lower().endswith("statistics") for hit in slow.hits))
    wait_until(lambda: bool(storage.query("SELECT 1 FROM link")))
    interrupt(process)
    time.sleep(1.0)
    assert process.poll() is None
    interrupt(process)
    forced = time.monotonic()
    out, err = process.communicate(timeout=60)
    assert time.monotonic() - forced < 10
    assert process.returncode == 130, out + err
    assert storage.run()["verdict"] == "stopped"
    assert "stopped by hand" in out
    storage.sound()
    slow.faults.clear()
    assert storage.crawl(slow, "--council", slow.slugs[0]).status == 0


@pytest.mark.parametrize("after", [0.0, 0.1, 0.4])
def test_a_very_early_ctrl_c_leaves_a_verdict(
    storage: Storage, replica: Replica, after: float
) -> None:
    replica.faults["/your-councils-performance"] = Fault(delay=2)
    process = storage.start(replica)
    wait_until(lambda: _runs_begun(storage) > 0)
    time.sleep(after)
    interrupt(process)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, out + err
    assert storage.run()["verdict"] == "stopped", out + err
    assert "Traceback" not in err


def _runs_begun(storage: Storage) -> int:
    if not (storage.path / "ombudsman.db").exists():
        return 0
    if not storage.query("SELECT 1 FROM sqlite_master WHERE name = 'run'"):
        return 0
    return storage.query("SELECT COUNT(*) AS n FROM run")[0]["n"]


def test_killed_anywhere_the_next_run_makes_it_whole(storage: Storage, slow: Replica) -> None:
    whole = Storage(storage.path.with_name("whole"))
    for moment in (1, 4):
        process = storage.start(slow)
        wait_until(lambda moment=moment: archived(storage) >= moment)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        storage.sound()
    slow.faults.clear()
    ended = storage.crawl(slow)
    assert ended.status == 0, ended.all
    assert whole.crawl(slow).status == 0
    assert figures(storage) == figures(whole)
    assert storage.check("everything_read")["passed"]
    assert not list(storage.path.glob("**/.new-*"))


def test_killed_workers_die_with_their_crawl(storage: Storage, slow: Replica) -> None:
    process = storage.start(slow)
    wait_until(lambda: archived(storage) >= 1)
    children = _children(process.pid)
    assert children
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    wait_until(lambda: not any(_runs(child) for child in children), seconds=10)


def test_a_killed_worker_costs_no_letter(storage: Storage, slow: Replica) -> None:
    process = storage.start(slow, OMBUDSMAN_READERS="2")
    wait_until(lambda: archived(storage) >= 2)
    for child in _children(process.pid):
        os.kill(child, signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    total = len(slow.letters())
    assert storage.outcomes() == {"archived": total}, out + err
    assert len(storage.documents()) == total
    # At most what the workers held at that moment is unread, and says so.
    read = storage.query("SELECT COUNT(*) AS n FROM current_reading WHERE status = 'ok'")[0]["n"]
    assert read >= total - 2


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return [child for child in found if "resource_tracker" not in _command(child)]


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("path", ["/robots.txt", "/your-councils-performance"])
def test_ctrl_c_while_waiting_to_try_again(storage: Storage, replica: Replica, path: str) -> None:
    replica.faults[path] = Fault(status=503, retry_after=300)
    process = storage.start(replica)
    wait_until(lambda: any(hit.path == path for hit in replica.hits))
    stopped = time.monotonic()
    interrupt(process)
    out, err = process.communicate(timeout=60)
    assert time.monotonic() - stopped < 30
    assert process.returncode == 130, out + err


def test_a_database_that_is_taken_away_is_no_success(storage: Storage, slow: Replica) -> None:
    process = storage.start(slow)
    wait_until(lambda: archived(storage) >= 2)
    for path in storage.path.glob("ombudsman.db*"):
        path.unlink()
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1, out + err
