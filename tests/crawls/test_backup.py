"""A backup taken while a crawl writes, and what it is worth."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from conftest import Storage, ombudsman, wait_until
from test_stopping import archived, figures

from ombudsman_crawler.replica import Fault, Replica

SCRIPT = Path(__file__).parents[2] / "deploy" / "backup.py"


def back_up(storage: Storage, target: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, storage.path, target], capture_output=True, text=True, check=False
    )


def test_a_backup_beside_a_crawl_is_whole_and_goes_on(storage: Storage, tmp_path: Path) -> None:
    with Replica(councils=6, years=(2020, 2021)) as replica:
        for letter in replica.letters():
            replica.faults[letter.path] = Fault(delay=0.3)
        process = storage.start(replica)
        copies = []
        for moment in (2, 6):
            wait_until(lambda moment=moment: archived(storage) >= moment)
            copies.append(Storage(tmp_path / f"backup-{moment}"))
            done = back_up(storage, copies[-1].path)
            assert done.returncode == 0, done.stderr
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, out + err
        replica.faults.clear()
        for copy in copies:
            copy.sound()
            assert archived(copy) >= 2
            assert ombudsman("status", "--storage", copy.path).status in (0, 1)
        # A restored storage goes on where it was, and ends where the other one is.
        restored = copies[0]
        assert restored.crawl(replica).status == 0
        assert restored.query("SELECT verdict FROM run ORDER BY id")[0] == {"verdict": "killed"}
        assert figures(restored) == figures(storage)


def test_a_backup_is_brought_up_to_date(storage: Storage, replica: Replica, tmp_path: Path) -> None:
    assert storage.crawl(replica).status == 0
    target = tmp_path / "backup"
    first = back_up(storage, target)
    assert first.stdout != "0 files copied\n"
    assert back_up(storage, target).stdout == "0 files copied\n"
    replica.reissue(replica.letters()[0].path)
    assert storage.crawl(replica).status == 0
    assert back_up(storage, target).returncode == 0
    Storage(target).sound()
    assert figures(Storage(target)) == figures(storage)


def test_a_damaged_file_never_replaces_its_good_copy(
    storage: Storage, replica: Replica, tmp_path: Path
) -> None:
    assert storage.crawl(replica).status == 0
    target = tmp_path / "backup"
    back_up(storage, target)
    damaged = storage.documents()[0]
    good = damaged.read_bytes()
    damaged.chmod(0o600)
    damaged.write_bytes(good[:100])
    done = back_up(storage, target)
    assert done.returncode == 0
    assert damaged.name in done.stderr
    assert (target / damaged.relative_to(storage.path)).read_bytes() == good


def test_there_must_be_a_storage(tmp_path: Path) -> None:
    done = back_up(Storage(tmp_path / "nowhere"), tmp_path / "backup")
    assert done.returncode == 1
    assert "holds no ombudsman.db" in done.stderr
    assert not (tmp_path / "backup").exists()
