"""A storage's analysts' database published: a file that never changes, a manifest, and what changed
since the one before."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ombudsman_crawler import credits
from ombudsman_crawler.archive import lock
from ombudsman_crawler.database import analysts, judged, publication
from ombudsman_crawler.database.analysts import Analysts
from ombudsman_crawler.database.publication import Section
from ombudsman_crawler.exceptions import BadArgument, OmbudsmanError, StorageBusy
from ombudsman_crawler.times import now

FOLDER = "published"
LATEST = "latest.db"
CHANGES = "CHANGES.md"

# Names that no publication has: what a killed one leaves is finished or cleared by the next.
_UNFINISHED = ".unfinished-"
_JOURNAL = ".publishing.json"
_BLOCK = 1 << 20
_LOCK = ".lock"
_SECTION = "\n## "
_HEADING = "# What changed from one published database to the next\n"


class NotPublishable(OmbudsmanError):
    """The last runs' required checks don't hold, or nothing was crawled. Raised by `publish`, which
    has published nothing then."""


class CannotWrite(OmbudsmanError):
    """The folder of published databases can't be written. Raised by `publish`; nothing stands
    there under a final name that isn't whole."""


@dataclass(frozen=True, slots=True)
class Published:
    """What came of publishing: the file and its manifest, and what changed since the one before.
    Where nothing changed `path` is what was published already and `is_new` false. `newer` is what
    `latest.db` goes on naming, where that isn't `path`."""

    path: Path
    manifest: dict[str, Any]
    is_new: bool
    changes: list[Section] = field(default_factory=list)
    newer: Path | None = None


def publish(
    storage: Path, *, day: date | None = None, despite_checks: bool = False, force: bool = False
) -> Published:
    """Publish a storage as it is now, or was at the end of a day.

    A database that says the same as the last published one isn't published again, unless by
    `force`. Raises NotPublishable, CannotWrite, WrongStorage, NoRoom, and BadArgument for the day.
    """
    if day is not None and day >= now().date():
        raise BadArgument(
            "--as-of",
            str(day),
            "what is published never changes, and this day isn't over (in UTC): give a day that is"
            " over, or publish without it",
        )
    folder = storage / FOLDER
    with analysts.workshop() as made:
        # Looked at before and after: a crawl may end or begin meanwhile.
        is_crawled_now = lock.is_held(storage)
        analysts.of_storage(storage, made, day)
        is_crawled_now = is_crawled_now or lock.is_held(storage)
        with Analysts(made) as database:
            about = database.about
            failing = list(judged.failing(database, is_crawled_now=is_crawled_now))
            checks = judged.checks(database)
            runs = [
                dict(row)
                for row in database.connection.execute("SELECT * FROM runs ORDER BY run_id")
            ]
        if failing and not despite_checks:
            raise NotPublishable(
                f"nothing was published: {'; '.join(failing)}. Run the crawl again, or publish all"
                " the same with --despite-checks, which the publication will say"
            )
        added = {"checks": judged.said(failing, checks), "cite": credits.citation(about)}
        with analysts.room(made.parent):
            publication.add_about(made, added)
        with _explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
            with _alone(folder):
                _finish(folder)
                newest = last(storage)
                if newest is not None:
                    _refuse_damaged(newest)
                is_newest = newest is None or _is_later(about, publication.about(newest))
                newer = None if is_newest else newest
                stem = f"ombudsman-{day or now().date()}"
                if not force and (known := _known(folder, made, newest, is_newest, stem)):
                    if newest is None:
                        # `latest.db` was lost.
                        _point(folder, known)
                    return Published(known, manifest_of(known), is_new=False, newer=newer)
                unfinished = folder / f"{_UNFINISHED}{os.getpid()}.db"
                publication.compact(made, unfinished)
                before = newest if is_newest else None
                sections = publication.changes(before, unfinished) if before else []
                path = _free(folder, stem)
                manifest = {
                    "file": path.name,
                    "sha256": _sha256(unfinished),
                    "size": unfinished.stat().st_size,
                    **{
                        name: about[name]
                        for name in ("title", "made", "data_until", "as_of", "site")
                    },
                    "replica": about["replica"] == "1",
                    **({"warning": about["warning"]} if "warning" in about else {}),
                    "program": about["program"],
                    "schema": about["schema"],
                    "python": sys.version.split()[0],
                    "crawl_under_way": is_crawled_now,
                    "runs": runs[-10:],
                    "checks": checks,
                    "failing": failing,
                    "rows": publication.row_counts(unfinished),
                    "withheld": int(about["withheld"]),
                    "is_newest": is_newest,
                    "previous": before.name if before else None,
                    "cite": added["cite"],
                    "terms": credits.TERMS,
                    "caution": credits.CAUTION,
                    "register": credits.REGISTER,
                }
                told = "\n".join(_told(manifest, sections, newer))
                _write(folder / _JOURNAL, json.dumps({"manifest": manifest, "told": told}))
                _place(unfinished, path)
                _finish(folder)
    return Published(path, manifest, is_new=True, changes=sections, newer=newer)


def last(storage: Path) -> Path | None:
    """Return the database published last, None where there is none."""
    latest = storage / FOLDER / LATEST
    return latest.resolve() if latest.exists() else None


def manifest_of(path: Path) -> dict[str, Any]:
    """Return the manifest of a published database. Raises CannotWrite where it is gone."""
    try:
        found: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotWrite(
            f"the manifest of {path} can't be read ({error}): publish again with --force"
        ) from error
    return found


def _refuse_damaged(path: Path) -> None:
    """Raise CannotWrite for a publication that isn't what it was when it was published."""
    if not path.with_suffix(".json").exists():
        return
    expected = manifest_of(path)["sha256"]
    if _sha256(path) != expected:
        raise CannotWrite(
            f"{path} isn't what was published: its SHA-256 should be {expected}. Put back a copy,"
            " or take it away with latest.db, and publish again"
        )


def _is_later(about: dict[str, str], newest: dict[str, str]) -> bool:
    """Whether a database takes the place of the newest one. What was on an earlier day is published
    beside it, and so is what a storage says that was restored from a backup."""
    until, theirs = about["data_until"], newest.get("data_until", "")
    return until > theirs or (until == theirs and not about["as_of"])


def _known(
    folder: Path, made: Path, newest: Path | None, is_newest: bool, stem: str
) -> Path | None:
    """Return the publication that says the same. Of what would be the newest it is the newest only:
    who goes back to what was published before has another one."""
    if is_newest and newest is not None:
        return newest if publication.is_same(newest, made) else None
    same = (one for one in sorted(folder.glob(f"{stem}*.db")) if publication.is_same(one, made))
    return next(same, None)


def _free(folder: Path, stem: str) -> Path:
    """Return a name that no publication has."""
    number = 1
    while True:
        path = folder / f"{stem}{f'-{number}' if number > 1 else ''}.db"
        # One that somebody took away keeps its name: people may have cited it.
        if not path.exists() and not path.with_suffix(".json").exists():
            return path
        number += 1


def _place(unfinished: Path, path: Path) -> None:
    """Give a finished file its name, and see that it survives a power cut."""
    unfinished.chmod(0o444)
    _sync(unfinished)
    # Unlike a rename, a link never replaces what is there.
    os.link(unfinished, path)
    unfinished.unlink()
    _sync(path.parent)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process publish at a time. Raises StorageBusy while another does."""
    with (folder / _LOCK).open("ab") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StorageBusy(
                f"another program publishes into {folder}: try again when it has ended"
            ) from error
        yield


def _point(folder: Path, path: Path) -> None:
    """Have `latest.db` name a publication; it is the last step, and makes it one."""
    pointing = folder / f"{_UNFINISHED}latest"
    pointing.symlink_to(path.name)
    pointing.replace(folder / LATEST)
    _sync(folder)


def _finish(folder: Path) -> None:
    """Do what is to be done once a publication's file has its name, or undo what was prepared for
    one that never got it; then clear what a killed publishing left.

    The journal is written before the file is given its name and removed when all is done. So each
    publication has its manifest and its changes, and none that never was has any.
    """
    journal = folder / _JOURNAL
    if journal.exists():
        noted = json.loads(journal.read_text(encoding="utf-8"))
        manifest = noted["manifest"]
        path = folder / manifest["file"]
        if path.exists():
            told = json.dumps(manifest, indent=1, ensure_ascii=False)
            _write(path.with_suffix(".json"), told)
            _tell(folder, path.name, noted["told"])
            if manifest["is_newest"]:
                _point(folder, path)
        journal.unlink()
        _sync(folder)
    for left in folder.glob(f"{_UNFINISHED}*"):
        left.unlink()


def _write(path: Path, text: str) -> None:
    unfinished = path.with_name(f"{_UNFINISHED}{path.name}")
    unfinished.write_text(text, encoding="utf-8")
    _sync(unfinished)
    unfinished.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise CannotWrite(
            f"{folder} can't be written ({error}): make room or give access, and publish"
            " again; what was published before is as it was"
        ) from error


def _tell(folder: Path, file: str, told: str) -> None:
    """Put a publication's changes before those of earlier ones; once, also when told again."""
    path = folder / CHANGES
    written = path.read_text(encoding="utf-8") if path.exists() else _HEADING
    _, *sections_before = written.split(_SECTION)
    earlier = [one for one in sections_before if one.split("\n", 1)[0] != file]
    _write(path, _SECTION.join((_HEADING, told.removeprefix(_SECTION), *earlier)))


def _told(manifest: dict[str, Any], sections: list[Section], newer: Path | None) -> Iterator[str]:
    yield f"{_SECTION}{manifest['file']}\n"
    if manifest["replica"]:
        yield f"**{credits.REPLICA}**\n"
    if manifest["failing"]:
        yield "**Published although**: " + _plain("; ".join(manifest["failing"])) + "\n"
    rows = manifest["rows"]
    yield (
        f"Made {manifest['made']}, data until {manifest['data_until']}: {rows['letters']:,}"
        f" letters, {rows['figures']:,} figures. SHA-256 `{manifest['sha256']}`.\n"
    )
    if newer is not None and manifest["as_of"]:
        yield f"As it stood on {manifest['as_of']}; the newest one is {newer.name}.\n"
        return
    if newer is not None:
        yield f"Its data are older than those of {newer.name}, which stays the newest one.\n"
        return
    if manifest["previous"] is None:
        yield "The first one.\n"
        return
    yield f"Since {manifest['previous']}:\n"
    if not sections:
        yield "Nothing that is listed here.\n"
    for section in sections:
        yield f"### {section.heading}: {section.count:,}\n"
        yield from (f"- {_plain(line)}" for line in section.lines)
        if section.count > len(section.lines):
            yield f"- and {section.count - len(section.lines):,} more"
        yield ""


def _plain(text: str) -> str:
    """Return text that stays text in Markdown, on one line."""
    return re.sub(r"([\\`*_{}\[\]<>#|!&~])", r"\\\1", " ".join(text.split()))
