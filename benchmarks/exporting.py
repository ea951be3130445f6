"""Exports a storage in each format and in all, publishes it, and prints time and memory beside the
target.

    python benchmarks/exporting.py STORAGE

The target is for 320 councils and 18 years (`ombudsman replica --councils 320 --years 2008-2025`,
crawled). Each export is a fresh process that makes the analysts' database of the storage first; the
first line is that alone; the last ones publish the storage and export what was published. Ends with
1 when these two take more than the target.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ombudsman_crawler.export.write import FORMATS

_MOST_SECONDS, _MOST_MEGABYTES = 30, 300

_DATABASE_ALONE = """
import sys
from pathlib import Path
from ombudsman_crawler.database import analysts
analysts.of_storage(Path(sys.argv[1]), Path(sys.argv[2], "analysts.db"))
"""


def main() -> None:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("storage", type=Path)
    storage = parser.parse_args().storage
    print(f"{'what':12}{'CPU s':>8}{'wall s':>8}{'MB':>6}{'files MB':>10}")
    _measured("database", ["-c", _DATABASE_ALONE, str(storage)])
    for name in FORMATS:
        _measured(name, _export(storage, name))
    _measured("all", _export(storage, "all"))
    with tempfile.TemporaryDirectory(prefix="ombudsman-publishing-") as copied:
        shutil.copy(storage / "ombudsman.db", copied)
        asked = ["-m", "ombudsman_crawler", "publish", "--despite-checks", "--force", "--storage"]
        published, at_most = _measured("publish", [*asked, copied], place=False)
        latest = str(Path(copied, "published", "latest.db"))
        wall, megabytes = _measured("all of it", [*_export(storage, "all"), "--database", latest])
    seconds, memory = published + wall, max(megabytes, at_most)
    print(f"publish, then export it in all formats: {seconds:.1f} s, {memory:.0f} MB")
    print(f"target: within {_MOST_SECONDS} s and {_MOST_MEGABYTES} MB")
    sys.exit(int(seconds > _MOST_SECONDS or memory > _MOST_MEGABYTES))


def _export(storage: Path, name: str) -> list[str]:
    given = ["--storage", str(storage), "--format", name]
    return ["-m", "ombudsman_crawler", "export", *given]


def _measured(what: str, arguments: list[str], *, place: bool = True) -> tuple[float, float]:
    """Run Python with arguments and (`place`) a new folder; return wall time in s and peak memory
    in MB."""
    with tempfile.TemporaryDirectory(prefix="ombudsman-exporting-") as folder:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *arguments, *([folder] if place else [])],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{what}: it ended with {process.returncode}")
        wall = time.perf_counter() - started
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    cpu, megabytes = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    print(f"{what:12}{cpu:8.1f}{wall:8.1f}{megabytes:6.0f}{size / 1e6:10.0f}", flush=True)
    return wall, megabytes


if __name__ == "__main__":
    main()
