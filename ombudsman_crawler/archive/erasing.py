"""Taking the bytes of documents out of an archive, where the law asks for it.

A WARC is written anew beside itself, a tombstone in the place of each answer that carries an
erased document and every other byte as it was, and takes its old name in one step: a kill leaves
the old file or the new one, and doing it again does what is left. Only for whoever holds the
storage's lock.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ombudsman_crawler.archive import documents, records, tombstones, warc
from ombudsman_crawler.archive.records import Damage, Record
from ombudsman_crawler.archive.tombstones import Tombstone
from ombudsman_crawler.exceptions import BrokenWarc

# How the names of files begin that aren't whole yet; no WARC of a run has such a name.
_HALF_WRITTEN = ".new-"
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Doomed:
    """A document that is to be erased: its file, the URLs that served it, and in each WARC the
    offsets that the database knows of."""

    sha256: str
    path: str
    size: int
    urls: frozenset[str]
    places: frozenset[tuple[str, int]]
    tombstone: Tombstone


@dataclass(frozen=True, slots=True)
class _Member:
    """A record as it lies in its file, up to `end`."""

    record: Record
    end: int
    tombstone: Tombstone


class Erasing:
    """The erasing of some documents from one storage's files."""

    def __init__(self, storage: Path, doomed: Iterable[Doomed]) -> None:
        self._storage = storage
        self._doomed = {one.sha256: one for one in doomed}
        self._bodies = {one.sha256: self._body(one) for one in self._doomed.values()}
        #: What couldn't be looked through: damaged bytes in a WARC.
        self.unseen: list[str] = []

    def warcs(self) -> Iterator[tuple[str, int]]:
        """Put tombstones into every WARC that has a record of the documents; yield each WARC's name
        and how many answers were erased from it.

        The unfinished files of a killed erasing are removed first. Raises OSError where the disk
        refuses: what was done stays done.
        """
        for left in (self._storage / warc.FOLDER).glob(f"{_HALF_WRITTEN}*"):
            left.unlink()
        for path in warc.files(self._storage):
            members = list(self._members(path))
            if members:
                _rewrite(path, members)
            yield path.relative_to(self._storage).as_posix(), len(members)
        self._torn_pieces()

    def files(self) -> None:
        """Remove the documents' files, and damaged ones that were moved aside."""
        for one in self._doomed.values():
            documents.remove(self._storage / one.path)

    def copies(self) -> list[str]:
        """Return the other files in the storage that hold one of the documents, or may: copies byte
        for byte, WARCs of storages within this one, packages, and what was published."""
        own = {self._storage / name for name in (*documents.FOLDERS, warc.FOLDER)}
        found = []
        for path in sorted(self._storage.rglob("*")):
            if not path.is_file() or not own.isdisjoint(path.parents):
                continue
            relative = path.relative_to(self._storage)
            if (
                path.suffix == ".wacz"
                or relative.parts[0] == "published"
                or self._is_copy(path)
                or (path.match("*.warc.gz") and any(self._members(path)))
            ):
                found.append(relative.as_posix())
        return found

    def _is_copy(self, path: Path) -> bool:
        sizes = {one.size for one in self._doomed.values()}
        return path.stat().st_size in sizes and (
            hashlib.sha256(path.read_bytes()).hexdigest() in self._doomed
        )

    def _body(self, one: Doomed) -> bytes:
        try:
            return (self._storage / one.path).read_bytes()
        except OSError:
            # The file is lost, or was removed before a kill: after the WARCs.
            return b""

    def _members(self, path: Path) -> Iterator[_Member]:
        """Yield the records of a WARC that carry one of the documents."""
        file = path.relative_to(self._storage).as_posix()
        found: tuple[Record, Tombstone] | None = None
        for part in records.walk(path):
            if found is not None:
                yield _Member(found[0], part.offset, found[1])
                found = None
            if isinstance(part, Damage):
                self.unseen.append(f"{file}, {part.end - part.offset} bytes from {part.offset} on")
                continue
            carried = self._carried(file, part)
            if carried is not None:
                found = part, carried.tombstone
        if found is not None:
            yield _Member(found[0], path.stat().st_size, found[1])

    def _carried(self, file: str, record: Record) -> Doomed | None:
        """Return the document that a record carries, or the beginning of which."""
        if record.kind != records.RESPONSE:
            return None
        try:
            body = record.answer().decoded()
        except BrokenWarc:
            return None
        if body is None:
            # In a coding that can't be undone here: only the database knows.
            place = (file, record.offset)
            return next((one for one in self._doomed.values() if place in one.places), None)
        whole = self._doomed.get(hashlib.sha256(body).hexdigest())
        if whole is not None or "warc-truncated" not in record.header:
            return whole
        return next((one for one in self._doomed.values() if self._began(one, record, body)), None)

    def _began(self, one: Doomed, record: Record, body: bytes) -> bool:
        """Whether an answer that was cut off on its way is the beginning of a document."""
        return record.url in one.urls and bool(body) and self._bodies[one.sha256].startswith(body)

    def _torn_pieces(self) -> None:
        """Remove the pieces of records that were cut off a torn WARC, where they are of an address
        that served one of the documents: what is in them can't be told."""
        urls = frozenset().union(*(one.urls for one in self._doomed.values()))
        for path in sorted((self._storage / warc.FOLDER).glob(f"run-*{warc.TORN}*")):
            header = records.header_at(path, 0)
            if header is None:
                file = path.relative_to(self._storage).as_posix()
                self.unseen.append(f"{file}, {path.stat().st_size} bytes")
            elif header.get("warc-target-uri", "") in urls:
                path.unlink()


def _rewrite(path: Path, members: Iterable[_Member]) -> None:
    """Write a file anew with tombstones in the place of some of its records."""
    replaced: Mapping[int, _Member] = {member.record.offset: member for member in members}
    descriptor, name = tempfile.mkstemp(prefix=f"{_HALF_WRITTEN}{path.name}-", dir=path.parent)
    fresh = Path(name)
    try:
        with path.open("rb") as old, os.fdopen(descriptor, "wb") as out:
            for offset in sorted(replaced):
                _copy(old, out, offset - old.tell())
                member = replaced[offset]
                out.write(
                    tombstones.in_place_of(member.record, member.end - offset, member.tombstone)
                )
                old.seek(member.end)
            _copy(old, out, path.stat().st_size - old.tell())
            out.flush()
            os.fchmod(out.fileno(), path.stat().st_mode & 0o777)
            os.fsync(out.fileno())
        fresh.rename(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    documents.sync(path.parent)


def _copy(old: BinaryIO, out: BinaryIO, count: int) -> None:
    left = count
    while left > 0:
        piece = old.read(min(left, _PIECE))
        if not piece:
            raise OSError("a WARC became shorter while it was read")
        out.write(piece)
        left -= len(piece)
