"""One crawl at a time in a storage: an advisory lock that dies with its process."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ombudsman_crawler import times
from ombudsman_crawler.exceptions import StorageBusy, WrongStorage

_NAME = ".lock"


@contextmanager
def hold(storage: Path) -> Iterator[None]:
    """Hold the storage for this process.

    The kernel releases the lock with the process, however it ends, so a stale lock can't happen.
    Raises StorageBusy, which names the holder and since when, while another process has it, and
    WrongStorage where nothing can be written.
    """
    path = storage / _NAME
    try:
        storage.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise WrongStorage(f"{storage} can't be written to: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StorageBusy(f"{storage} is in use {_holder(path)}; wait for it to end") from None
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "since": times.utc(times.now())}))
        file.flush()
        yield


def is_held(storage: Path) -> bool:
    """Whether a process holds the storage now."""
    try:
        with (storage / _NAME).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (FileNotFoundError, PermissionError):
        return False
    except BlockingIOError:
        return True
    return False


def _holder(path: Path) -> str:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        return f"by process {holder['pid']} since {holder['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "by another crawl"
