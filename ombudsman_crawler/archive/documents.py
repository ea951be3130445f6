"""Documents on disk: one file for each distinct sequence of bytes, named by its SHA-256.

A file is written once (temporary file, fsync, rename, read-only) and never changed. Putting the
same bytes again changes nothing.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ombudsman_crawler.exceptions import CorruptDocument

logger = logging.getLogger(__name__)

PDF = "application/pdf"

# Where documents of a media type are kept, and how their files end.
_PLACES = {
    PDF: ("letters", ".pdf"),
    "text/html": ("pages", ".html"),
    "text/plain": ("pages", ".txt"),
    "application/json": ("pages", ".json"),
    "text/csv": ("pages", ".csv"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("pages", ".xlsx"),
}
_OTHER_PLACE = ("pages", ".bin")
#: The folders of a storage that hold documents.
FOLDERS = frozenset(folder for folder, _ in (*_PLACES.values(), _OTHER_PLACE))
# How the names of files begin that aren't whole yet.
_HALF_WRITTEN = ".new-"
# What follows the names of files that had lost their bytes, before a number.
_ASIDE = ".corrupt-"


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it was put away. `path` is relative to the storage; `size` is in bytes."""

    sha256: str
    size: int
    media_type: str
    path: str


def looks_like_pdf(body: bytes) -> bool:
    """Whether a body is a PDF at all: `%PDF-` within its first KiB, as readers accept it
    (ISO 32000-2, annex I)."""
    return b"%PDF-" in body[:1024]


def remove(path: Path) -> None:
    """Remove a document's file, durably, and the damaged ones that were moved aside from its place;
    those that aren't there are no error."""
    if not path.parent.is_dir():
        return
    for file in (path, *path.parent.glob(f"{path.name}{_ASIDE}*")):
        file.unlink(missing_ok=True)
    sync(path.parent)


class Documents:
    """The documents of one storage."""

    def __init__(self, storage: Path) -> None:
        self._storage = storage

    def put(self, body: bytes, media_type: str) -> Stored:
        """Keep a body, durably, and say where it is.

        A file that is already there and whole is left untouched; one that no longer has its hash
        is moved aside, never deleted, and the good bytes take its place. Raises OSError when the
        disk refuses.
        """
        sha256 = hashlib.sha256(body).hexdigest()
        folder, ending = _PLACES.get(media_type, _OTHER_PLACE)
        relative = Path(folder) / sha256[:2] / f"{sha256}{ending}"
        path = self._storage / relative
        if path.exists():
            if _sha256(path) == sha256:
                return Stored(sha256, len(body), media_type, relative.as_posix())
            _move_aside(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_once(path, body)
        return Stored(sha256, len(body), media_type, relative.as_posix())

    def read(self, path: str, sha256: str) -> bytes:
        """Return a document's bytes.

        Raises FileNotFoundError when the file is gone and CorruptDocument when its bytes no longer
        have the hash.
        """
        body = (self._storage / path).read_bytes()
        if hashlib.sha256(body).hexdigest() != sha256:
            raise CorruptDocument(
                f"{path} no longer has the bytes it was archived with; restore it from a backup"
            )
        return body

    def sweep(self) -> int:
        """Remove what a killed run left half written, and return how many files that were. Only
        for whoever holds the storage's lock."""
        left = list(self._storage.glob(f"*/*/{_HALF_WRITTEN}*"))
        for path in left:
            path.unlink()
        return len(left)

    def orphans(self, known: set[str]) -> Iterator[tuple[str, Stored | None]]:
        """Yield the files that look like documents and whose path isn't among those known: the
        path and, where the file has the hash it is named by, the document. A kill between the file
        and its row leaves such."""
        for folder, ending in sorted({*_PLACES.values(), _OTHER_PLACE}):
            for path in sorted((self._storage / folder).glob(f"*/*{ending}")):
                relative = path.relative_to(self._storage).as_posix()
                if relative in known or path.name.startswith(_HALF_WRITTEN):
                    continue
                whole = _sha256(path) == path.stem
                size, media_type = path.stat().st_size, _media_type(folder, ending)
                yield relative, Stored(path.stem, size, media_type, relative) if whole else None

    def trouble(self, path: str, sha256: str) -> str | None:
        """Return `missing` or `corrupt` for a document that isn't there or has other bytes."""
        try:
            return None if _sha256(self._storage / path) == sha256 else "corrupt"
        except OSError:
            return "missing"

    def missing(self, path: str, size: int) -> bool:
        """Whether a document's file is gone or has another size. A glance, not a proof."""
        try:
            return (self._storage / path).stat().st_size != size
        except FileNotFoundError:
            return True


def _media_type(folder: str, ending: str) -> str:
    for media_type, place in _PLACES.items():
        if place == (folder, ending):
            return media_type
    return "application/octet-stream"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _move_aside(path: Path) -> None:
    number = 1
    while (aside := path.with_name(f"{path.name}{_ASIDE}{number}")).exists():
        number += 1
    path.rename(aside)
    logger.error("%s had lost its bytes; moved to %s and archived anew", path, aside.name)


def _write_once(path: Path, body: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=_HALF_WRITTEN, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            os.fchmod(file.fileno(), 0o444)
            os.fsync(file.fileno())
        Path(name).rename(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync(path.parent)


def sync(folder: Path) -> None:
    """Make a folder's names durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
