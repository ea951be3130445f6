"""A disk that is full, a database that somebody else locks: told, and completed by the next run."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from battery import (
    ONE_READER,
    Tell,
    Undisturbed,
    ended,
    made_whole,
    nothing_lost,
    said,
    start_with,
    tell,
)
from conftest import Ended, Storage, wait_until

from ombudsman_crawler.database import session
from ombudsman_crawler.database.writer import Writer
from ombudsman_crawler.replica import Replica

#: What a full disk is called, by SQLite where even its shared memory finds no room.
SAID = ("disk is full", "No space left", "disk I/O error")


def made(storage: Storage) -> None:
    """Make a storage as a first run does in its first moments."""
    engine = session.open_for_writing(storage.path)
    Writer(engine).claim("replica")
    engine.dispose()


def crawl_bounded(storage: Storage, site: Replica, most: int) -> Ended:
    """Crawl with a bound on the size of each file, in bytes."""
    process = storage.start(site, **ONE_READER)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, most))
    return ended(process)


_LIBC = ctypes.CDLL(None, use_errno=True)
_REMOUNT, _DETACH = 32, 2


def mount(folder: Path, kib: int, flags: int = 0) -> bool:
    """Mount a disk of so many KiB at a folder; whether that was allowed."""
    options = f"size={kib}k".encode()
    return _LIBC.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", flags, options) == 0


@pytest.fixture
def disk(storage: Storage) -> Iterator[Callable[[int], bool]]:
    """Put a storage on a disk of its own; the function makes that so large, in KiB, and returns
    whether it could: in some containers nothing may be mounted."""
    storage.path.mkdir()
    mounted = mount(storage.path, 2**16)
    yield lambda kib: mounted and mount(storage.path, kib, _REMOUNT)
    if mounted:
        _LIBC.umount2(os.fsencode(storage.path), _DETACH)


def used(storage: Storage) -> int:
    """Return how many KiB a storage takes."""
    return sum(path.stat().st_blocks for path in storage.path.rglob("*")) // 2


@pytest.mark.parametrize(("free", "status"), [(0, 2), (380, 1)])
def test_a_full_disk(
    storage: Storage,
    site: Replica,
    undisturbed: Undisturbed,
    disk: Callable[[int], bool],
    record_property: Tell,
    free: int,
    status: int,
) -> None:
    made(storage)
    if disk(used(storage) + free):
        case = f"disk full: {free} KiB free"
        full = storage.crawl(site, **ONE_READER)
        assert any(words in full.err for words in SAID), full.all
        disk(2**16)
    else:
        # A file that can't grow is the disk that is full for it.
        shutil.rmtree(storage.path)
        most = 200_000 if status == 2 else 400_000
        case = f"disk full: no mounting here, {most // 1000} kB for each file"
        full = crawl_bounded(storage, site, most)
        assert any(words in full.err for words in SAID), full.all
    assert full.status == status, full.all
    if status == 2:
        assert site.hits == []
        assert "Traceback" not in full.all
    else:
        nothing_lost(storage)
    again = made_whole(storage, site, undisturbed)
    tell(record_property, case, f"as undisturbed; {said(storage)}", full.status, again.status)


def test_files_that_may_not_grow(
    storage: Storage, site: Replica, undisturbed: Undisturbed, record_property: Tell
) -> None:
    full = crawl_bounded(storage, site, 700_000)
    assert full.status == 1, full.all
    assert "nothing can be recorded: disk I/O error" in full.err
    nothing_lost(storage)
    again = made_whole(storage, site, undisturbed)
    tell(
        record_property,
        "disk full: 700 kB for each file",
        f"as undisturbed; {said(storage)}",
        full.status,
        again.status,
    )


@contextmanager
def locked(storage: Storage) -> Iterator[None]:
    """Lock the database as another writing process does."""
    uri = f"file:{storage.path / session.DATABASE}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, timeout=30, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def letters_come(site: Replica) -> bool:
    return any(hit.path.endswith(".pdf") for hit in site.hits)


def test_a_database_locked_for_a_while(
    storage: Storage, site: Replica, undisturbed: Undisturbed, record_property: Tell
) -> None:
    process = storage.start(site, **ONE_READER)
    wait_until(lambda: letters_come(site))
    with locked(storage):
        time.sleep(3)
    waited = ended(process)
    assert waited.status == 0, waited.all
    outcome = said(storage)
    nothing_lost(storage)
    again = made_whole(storage, site, undisturbed)
    tell(
        record_property,
        "database locked for 3 seconds",
        f"waited; {outcome}",
        waited.status,
        again.status,
    )


def test_a_database_locked_for_too_long(
    storage: Storage, site: Replica, undisturbed: Undisturbed, record_property: Tell
) -> None:
    process = start_with(storage, site, "checks", 0, BUSY_SECONDS="1")
    wait_until(lambda: letters_come(site))
    with locked(storage):
        failed = ended(process)
    assert failed.status == 1, failed.all
    assert "nothing can be recorded: database is locked" in failed.err
    nothing_lost(storage)
    again = made_whole(storage, site, undisturbed)
    tell(
        record_property,
        "database locked for too long",
        f"as undisturbed; {said(storage)}",
        failed.status,
        again.status,
    )


def test_a_database_locked_from_the_beginning(
    storage: Storage, site: Replica, undisturbed: Undisturbed, record_property: Tell
) -> None:
    made(storage)
    with locked(storage):
        failed = ended(start_with(storage, site, "checks", 0, BUSY_SECONDS="1"))
    assert failed.status == 2, failed.all
    assert "database is locked" in failed.err
    assert "Traceback" not in failed.err
    assert site.hits == []
    again = made_whole(storage, site, undisturbed)
    tell(
        record_property,
        "database locked from the beginning",
        f"no request; then {said(storage)}",
        failed.status,
        again.status,
    )
