"""A run packed as WACZ 1.1.1, to be handed on: whole by itself, readable by others' programs."""

from __future__ import annotations

import json
import os
import re
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from html import unescape
from io import StringIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ombudsman_crawler.archive import records, tombstones, warc
from ombudsman_crawler.archive.records import Record
from ombudsman_crawler.archive.traffic import REFERRED
from ombudsman_crawler.database import session
from ombudsman_crawler.database.reader import Reader
from ombudsman_crawler.exceptions import BadArgument, BrokenWarc
from ombudsman_crawler.times import now

_TITLE = re.compile(rb"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
# What a reader of the package may want to open.
_SHOWN = ("text/html", "application/pdf")

#: Where an answer lies: by its address and its time, as revisits refer to it.
Places = dict[tuple[str, str], warc.Place]


@dataclass(frozen=True, slots=True)
class Packed:
    """A package as it was written: how many pages and letters it lists, how many answers of earlier
    runs it holds besides the run's own, and of how many it only says that they were erased."""

    path: Path
    pages: int
    referred: int
    erased: int


def pack(storage: Path, run_id: int, output: Path | None) -> Packed:
    """Write a run's package; a file that is there already is never overwritten.

    Raises WrongStorage without a storage, BadArgument for a run that isn't known or kept no WARC
    and for an output that can't be written, BrokenWarc where records are missing, and
    ModuleNotFoundError without the library that writes packages.
    """
    from wacz import main as library  # noqa: PLC0415

    engine = session.open_for_reading(storage)
    try:
        reader = Reader(engine)
        known = reader.runs()
        exchanges = reader.exchanges()
    finally:
        engine.dispose()
    if run_id not in known:
        said = f"runs 1 to {max(known)} are known" if known else "no run is known"
        raise BadArgument("RUN", run_id, said)
    kept = warc.of_run(storage, run_id)
    if not kept:
        raise BadArgument("RUN", run_id, "the run kept no WARC, or fetched nothing")
    places = {
        (row.url, row.time): warc.Place(file, row.offset)
        for file, rows in exchanges.items()
        for row in rows
    }
    target = output or Path(kept[0].name.removesuffix(".warc.gz") + ".wacz")
    if target.exists():
        raise BadArgument("--output", str(target), "the file is there already; give another name")
    try:
        with tempfile.TemporaryDirectory(prefix=".new-", dir=target.parent) as folder:
            return _write(storage, kept, places, target, Path(folder), library)
    except OSError as error:
        said = f"it can't be written: {error.strerror}"
        raise BadArgument("--output", str(target), said) from error


def _write(
    storage: Path, kept: list[Path], places: Places, target: Path, folder: Path, library: object
) -> Packed:
    referred = folder / f"referred-{kept[0].name}"
    pages, count, erased = _pages_and_referred(storage, kept, places, referred)
    listed = folder / "pages.jsonl"
    head = {"format": "json-pages-1.0", "id": "pages", "title": "Pages and letters"}
    listed.write_text(
        "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in (head, *pages)),
        encoding="utf-8",
    )
    inputs = [*kept, *([referred] if count else [])]
    made = folder / target.name
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        failed = library.main(  # type: ignore[attr-defined]
            ["create", "--output", str(made), "--pages", str(listed), "--copy-pages"]
            + [str(path) for path in inputs]
        )
    if failed:
        raise BrokenWarc(f"the package can't be written: {said.getvalue().strip()[-300:]}")
    with made.open("rb") as file:
        os.fsync(file.fileno())
    made.rename(target)
    return Packed(target, len(pages), count, erased)


def _pages_and_referred(
    storage: Path, kept: list[Path], places: Places, referred: Path
) -> tuple[list[dict[str, str]], int, int]:
    """Copy what a run's revisits refer to in other runs' files into a WARC of its own; return the
    lines that list the run's pages and letters, how many records were copied, and how many
    tombstones are in both."""
    # Of each body that was met: its title, None for what nobody would open.
    own: dict[tuple[str, str], str | None] = {}
    copied: dict[tuple[str, str], str | None] = {}
    pages = []
    erased = 0
    with referred.open("wb") as out:
        about = {"software": "ombudsman_crawler", REFERRED: "what another file's revisits refer to"}
        out.write(warc.first_record(now(), referred.name, about))
        for path in kept:
            for record in records.walk(path):
                if not isinstance(record, Record):
                    raise BrokenWarc(f"{path} is damaged; `ombudsman verify` says where")
                shown = (record.url, record.date)
                if record.kind == records.RESPONSE:
                    title = own[record.url, record.date] = _title(record)
                elif record.kind == records.REVISIT:
                    wanted = (
                        record.header.get("warc-refers-to-target-uri", ""),
                        record.header.get("warc-refers-to-date", ""),
                    )
                    if wanted not in own and wanted not in copied:
                        origin, packed = _packed(storage, places, wanted)
                        buried = tombstones.of(origin) is not None
                        erased += buried
                        copied[wanted] = None if buried else _title(origin)
                        out.write(packed)
                    title = own.get(wanted) or copied.get(wanted)
                    if record.not_modified:
                        # Programs that show archives show a 304 as an empty page.
                        shown = wanted
                elif tombstones.of(record) is not None:
                    erased += 1
                    own[record.url, tombstones.answered(record)] = title = None
                else:
                    continue
                if title is not None:
                    pages.append({"url": shown[0], "ts": shown[1], "title": title})
    return pages, len(copied), erased


def _packed(storage: Path, places: Places, wanted: tuple[str, str]) -> tuple[Record, bytes]:
    place = places.get(wanted)
    try:
        if place is not None:
            return records.packed_at(storage / place.file, place.offset)
    except OSError:
        pass
    raise BrokenWarc(
        f"the run refers to {wanted[0]} of {wanted[1]}, which the archive no longer holds; "
        "`ombudsman verify` says what is missing"
    )


def _title(record: Record) -> str | None:
    """Return what an answer is listed as, None for what nobody would open."""
    answer = record.answer()
    media_type = ""
    for name, value in answer.headers:
        if name.lower() == b"content-type":
            media_type = value.decode("latin-1").partition(";")[0].strip().lower()
    if answer.status != 200 or media_type not in _SHOWN:
        return None
    title = _TITLE.search(answer.decoded() or b"") if media_type == "text/html" else None
    words = unescape(title[1].decode("utf-8", errors="replace")).split() if title else []
    return " ".join(words) or unquote(urlsplit(record.url).path).rpartition("/")[2]
