"""Writing an export: each table is read once and handed to every format that is wanted.

Files are made in a folder of their own inside the export's, and take their names when all of them
are whole. What else lies in the export's folder is left alone.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from ombudsman_crawler.database import judged, snapshot
from ombudsman_crawler.database.analysts import Analysts, Table, Wanted
from ombudsman_crawler.exceptions import BadArgument, StorageBusy
from ombudsman_crawler.export import datapackage, readme
from ombudsman_crawler.export.contents import Contents
from ombudsman_crawler.export.csv_files import CsvFiles
from ombudsman_crawler.export.datapackage import DataPackage

#: What can be written.
FORMATS = ("csv", "parquet", "xlsx", "datapackage")

_UNFINISHED = ".ombudsman-export.unfinished"
# As many rows are in memory at a time, and in a row group of Parquet.
_LOT = 5_000


class Format(Protocol):
    """The files of one format in the making."""

    def begin(self, table: Table) -> None: ...
    def add(self, rows: Sequence[Sequence[Any]]) -> None: ...
    def end(self) -> None: ...
    def finish(self) -> None: ...
    def abandon(self) -> None: ...


#: Begins the files of one format in a folder.
Maker = Callable[[Path, Contents, Analysts], Format]


@dataclass(frozen=True, slots=True)
class Written:
    """One file of an export: its path within the folder, its bytes."""

    path: str
    size: int


def formats(named: Sequence[str]) -> tuple[str, ...]:
    """Read the names of formats; `all` is all of them. Raises BadArgument."""
    for one in named:
        if one not in (*FORMATS, "all"):
            raise BadArgument("--format", one, f"say one of {', '.join(FORMATS)}, or all")
    return tuple(one for one in FORMATS if one in named or "all" in named)


def makers(named: Sequence[str]) -> list[Maker]:
    """Return what makes the files of each format that is named.

    A data package is CSV files and what describes them. Raises ModuleNotFoundError where a format's
    library isn't installed.
    """
    needed = [one for one in FORMATS if one in named or (one == "csv" and "datapackage" in named)]
    return [_maker(one) for one in needed]


def _maker(name: str) -> Maker:
    # A format's library is needed by those only who want it.
    if name == "parquet":
        from ombudsman_crawler.export.parquet_files import ParquetFiles  # noqa: PLC0415

        return lambda folder, contents, _: ParquetFiles(folder, contents)
    if name == "xlsx":
        from ombudsman_crawler.export.workbook import Workbook  # noqa: PLC0415

        return Workbook
    if name == "datapackage":
        return lambda folder, contents, _: DataPackage(folder, contents)
    return lambda folder, contents, _: CsvFiles(folder, contents)


def write(
    analysts: Analysts,
    folder: Path,
    wanted: Wanted,
    makers: Sequence[Maker],
    told: Callable[[str, int], None],
) -> tuple[Contents, list[Written]]:
    """Write what is wanted of every table into a folder, in each format that there is a maker for.

    `told` hears of each table that was read, and its rows. Nothing is written where nothing of any
    year matches: `Written` is empty then. Raises OSError where the folder can't be written, and
    StorageBusy while another export writes there.
    """
    contents = Contents(
        analysts.about,
        wanted,
        {name: analysts.table(name, wanted) for name in snapshot.NAMES},
        # A published database has said it already.
        analysts.about.get("checks")
        or judged.said([*judged.failing(analysts, is_crawled_now=True)], judged.checks(analysts)),
    )
    with _unfinished(folder) as unfinished:
        making = [maker(unfinished, contents, analysts) for maker in makers]
        try:
            for table in contents.tables.values():
                _pass_on(analysts, table, contents, making)
                told(table.name, contents.rows[table.name])
            if not _anything(contents):
                return contents, []
            for one in making:
                one.finish()
        finally:
            for one in making:
                one.abandon()
        written = sorted(_files(unfinished))
        readme.write(unfinished, contents, written)
        # Those of an earlier export would describe other files than there are from now on. They
        # come last: without README.txt an export was killed while its files took their names.
        (folder / readme.NAME).unlink(missing_ok=True)
        if any(one.endswith(".csv") for one in written):
            (folder / datapackage.NAME).unlink(missing_ok=True)
        written.sort(key=lambda one: one == datapackage.NAME)
        return contents, [_placed(unfinished, folder, path) for path in (*written, readme.NAME)]


def _pass_on(
    analysts: Analysts, table: Table, contents: Contents, making: Sequence[Format]
) -> None:
    contents.rows[table.name] = 0
    for one in making:
        one.begin(table)
    rows = analysts.rows(table, contents.wanted)
    while lot := [tuple(row) for row in islice(rows, _LOT)]:
        contents.rows[table.name] += len(lot)
        for one in making:
            one.add(lot)
    for one in making:
        one.end()


def _anything(contents: Contents) -> bool:
    """Whether any row of any year is there; the vocabulary and the register always are."""
    return any(
        contents.rows[name] for name, table in contents.tables.items()
        if "year_ending" in table.columns
    )  # fmt: skip


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """Give a folder to make files in. One that a killed export left is removed. Raises StorageBusy
    while another export writes there."""
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StorageBusy(
                f"another export writes into {folder}: try again when it has ended"
            ) from error
        unfinished = folder / _UNFINISHED
        if unfinished.exists():
            shutil.rmtree(unfinished)
        unfinished.mkdir()
        try:
            yield unfinished
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
            if is_new and not any(folder.iterdir()):
                folder.rmdir()
    finally:
        os.close(held)


def _files(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.relative_to(folder).as_posix()


def _placed(unfinished: Path, folder: Path, path: str) -> Written:
    made, final = unfinished / path, folder / path
    final.parent.mkdir(exist_ok=True)
    with made.open("rb") as file:
        os.fsync(file.fileno())
    size = made.stat().st_size
    made.replace(final)
    return Written(path, size)
