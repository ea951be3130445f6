"""Everything a run fetched, as WARC 1.1 (ISO 28500:2017): a file a run, a gzip member a record.

A record is handed to the operating system before its place is told, so whoever keeps the place
never points to nothing: ending the process at any point costs no exchange whose place was told.
The disk itself is asked to keep what it has about once a second and at the end, so a power cut can
cost the last second; documents are made durable one by one, apart from this.
"""

from __future__ import annotations

import logging
import os
import time
import zlib
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from ombudsman_crawler.archive import records, tombstones
from ombudsman_crawler.archive.tombstones import Tombstone
from ombudsman_crawler.times import utc

logger = logging.getLogger(__name__)

FOLDER = "warc"
_ENDING = ".warc.gz"
TORN = ".torn"

# Letters are compressed already: any level takes half a millisecond for one and saves a twentieth.
_LEVEL = 6
# Seconds between two times the disk is asked to keep what it was given.
_SYNC_EVERY = 1.0
# So many bodies of a run are known by heart: a run may bring tens of thousands.
_BODIES_KNOWN = 4096

_SERVER_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as they went over the wire and the client shows them.

    `moment` is when the request was sent. `body` has its content coding. `truncated` is the
    WARC's word for why the body isn't whole (`length`, `disconnect`), None where it is.
    """

    url: str
    moment: datetime
    method: str
    request_headers: Headers
    status: int
    headers: Headers
    body: bytes
    ip_address: str | None = None
    truncated: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer's record begins: a file, relative to the storage, and an offset in bytes."""

    file: str
    offset: int


@dataclass(frozen=True, slots=True)
class Cut:
    """What was cut off a file that a killed run had left torn, and where those bytes are kept."""

    file: str
    bytes: int
    kept_as: str


@dataclass(frozen=True, slots=True)
class _Origin:
    """The record that holds a body already."""

    url: str
    date: str
    record_id: str
    payload_digest: str


class Recording:
    """The WARC of one run. Records are written in order, by a thread of its own.

    Whoever appends waits for the place before asking for more, so no more than the exchanges under
    way wait for the thread. `about` is told in the file's first record, `warcinfo`.
    """

    def __init__(
        self, storage: Path, run_id: int, started: datetime, about: Mapping[str, str]
    ) -> None:
        stamp = started.strftime("%Y%m%dT%H%M%SZ")
        self._storage = storage
        self._about = about
        self._started = started
        self.file = f"{FOLDER}/run-{run_id:06d}-{stamp}{_ENDING}"
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="warc")
        self._out: BinaryIO | None = None
        self._offset = 0
        self._synced = time.monotonic()
        self._failure: OSError | None = None
        # The last bodies of this run by their digest; earlier ones are asked for by place.
        self._bodies: OrderedDict[str, _Origin] = OrderedDict()
        self.counts = {"exchanges": 0, "revisits": 0, "bytes": 0}

    def append(
        self,
        exchange: Exchange,
        earlier: Place | None = None,
        erased: Tombstone | None = None,
    ) -> Future[Place]:
        """Write an exchange; the result is its place once it is out of this process's hands.

        `earlier` is the place of an exchange that brought the same document or, for a 304, the one
        that the server says is unchanged. `erased` is written instead of the answer. The result
        raises OSError when the disk refuses; nothing half written is left, and nothing more is
        taken.
        """
        return self._thread.submit(self._append, exchange, earlier, erased)

    def close(self) -> None:
        """Write what waits, make it durable and close the file; may be called again."""
        self._thread.shutdown(wait=True)
        if self._out is None:
            return
        out, self._out = self._out, None
        with out:
            os.fsync(out.fileno())

    # -- in the thread ---------------------------------------------------------

    def _append(self, exchange: Exchange, earlier: Place | None, erased: Tombstone | None) -> Place:
        if self._failure is not None:
            raise self._failure
        if self._out is None:
            self._out = self._open()
            self._write(first_record(self._started, Path(self.file).name, self._about))
        if erased is not None:
            answer, answer_id = tombstones.instead_of(exchange.url, utc(exchange.moment), erased)
            revisit = False
        else:
            answer, answer_id, revisit = self._answer(exchange, earlier)
        place = Place(self.file, self._offset)
        self._write(answer + _request(exchange, answer_id))
        self.counts["exchanges"] += 1
        self.counts["revisits"] += revisit
        return place

    def _open(self) -> BinaryIO:
        path = self._storage / self.file
        path.parent.mkdir(parents=True, exist_ok=True)
        out = path.open("xb", buffering=0)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return out

    def _write(self, packed: bytes) -> None:
        assert self._out is not None
        try:
            left = memoryview(packed)
            while left:
                left = left[self._out.write(left) :]
            if time.monotonic() - self._synced >= _SYNC_EVERY:
                os.fsync(self._out.fileno())
                self._synced = time.monotonic()
        except OSError as error:
            self._failure = error
            # What came of this record was never told to anybody.
            self._out.truncate(self._offset)
            raise
        self._offset += len(packed)
        self.counts["bytes"] = self._offset

    def _answer(self, exchange: Exchange, earlier: Place | None) -> tuple[bytes, str, bool]:
        """Return the packed record of an answer, its identifier, and whether it is a revisit."""
        writer = WARCWriter(None, gzip=False, warc_version="1.1")
        date = utc(exchange.moment)
        digest = records.digest(exchange.body)
        extra = {"WARC-Date": date}
        if exchange.ip_address is not None:
            extra["WARC-IP-Address"] = exchange.ip_address
        if exchange.truncated is not None:
            extra["WARC-Truncated"] = exchange.truncated
        answered = _AsSent(
            f"{exchange.status} {_reason(exchange.status)}".rstrip(),
            list(exchange.headers),
            "HTTP/1.1",
        )
        origin = self._origin(exchange, digest, earlier)
        if origin is not None:
            answer = writer.create_revisit_record(
                exchange.url,
                origin.payload_digest,
                origin.url,
                origin.date,
                http_headers=answered,
                warc_headers_dict={**extra, "WARC-Refers-To": origin.record_id},
            )
            if exchange.status == HTTPStatus.NOT_MODIFIED:
                answer.rec_headers.replace_header("WARC-Profile", _SERVER_NOT_MODIFIED)
        else:
            answer = writer.create_warc_record(
                exchange.url,
                records.RESPONSE,
                payload=BytesIO(exchange.body),
                length=len(exchange.body),
                http_headers=answered,
                warc_headers_dict={**extra, "WARC-Payload-Digest": digest},
            )
        packed = _packed(answer)
        answer_id = answer.rec_headers.get_header("WARC-Record-ID")
        if origin is None and exchange.body and exchange.truncated is None:
            self._bodies[digest] = _Origin(exchange.url, date, answer_id, digest)
            if len(self._bodies) > _BODIES_KNOWN:
                self._bodies.popitem(last=False)
        return packed, answer_id, origin is not None

    def _origin(self, exchange: Exchange, digest: str, earlier: Place | None) -> _Origin | None:
        """Return the record that an answer needn't repeat the body of."""
        if exchange.truncated is not None:
            return None
        unchanged = exchange.status == HTTPStatus.NOT_MODIFIED
        if not unchanged and digest in self._bodies:
            return self._bodies[digest]
        if earlier is None:
            return None
        header = records.header_at(self._storage / earlier.file, earlier.offset)
        # What lies there may be another's: then the body is written out.
        if header is None or (not unchanged and header.get("warc-payload-digest") != digest):
            return None
        # A revisit of a revisit refers to where the body is.
        names = (
            ("warc-refers-to-target-uri", "warc-refers-to-date", "warc-refers-to")
            if header.get("warc-type") == records.REVISIT
            else ("warc-target-uri", "warc-date", "warc-record-id")
        )
        found = [header.get(name) for name in (*names, "warc-payload-digest")]
        return _Origin(*map(str, found)) if all(found) else None


def mend(storage: Path, run_id: int) -> list[Cut]:
    """Cut the files of a run that was killed down to their last whole record.

    The bytes cut off are kept in a file beside it, ending in `.torn`. Only for whoever holds the
    storage's lock. A record damaged with whole ones behind it is no tear and stays as it is.
    """
    cuts = []
    for path in sorted((storage / FOLDER).glob(f"run-{run_id:06d}-*{_ENDING}")):
        size = path.stat().st_size
        torn = [
            found.offset
            for found in records.walk(path)
            if isinstance(found, records.Damage) and found.torn
        ]
        end = torn[0] if torn else size
        if end == size and size > 0:
            continue
        aside = _set_aside(path, end)
        relative = path.relative_to(storage).as_posix()
        cuts.append(Cut(relative, size - end, aside.relative_to(storage).as_posix()))
        logger.warning(
            "%s was left torn by a killed run: %d bytes without a whole record moved to %s",
            relative,
            size - end,
            aside.name,
        )
    return cuts


def files(storage: Path) -> list[Path]:
    """Return the WARCs of a storage in the order of their runs."""
    return sorted((storage / FOLDER).glob(f"run-*{_ENDING}"))


def of_run(storage: Path, run_id: int) -> list[Path]:
    """Return the WARCs of a run: one, or none for a run that fetched nothing or kept no WARC."""
    return sorted((storage / FOLDER).glob(f"run-{run_id:06d}-*{_ENDING}"))


def first_record(started: datetime, name: str, about: Mapping[str, str]) -> bytes:
    """Return the `warcinfo` that begins a file, as one gzip member."""
    writer = WARCWriter(None, gzip=False, warc_version="1.1")
    record = writer.create_warcinfo_record(name, dict(about))
    record.rec_headers.replace_header("WARC-Date", utc(started))
    return _packed(record)


def _request(exchange: Exchange, answer_id: str) -> bytes:
    """Return the packed record of a request, which names its answer."""
    parts = urlsplit(exchange.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    asked = WARCWriter(None, gzip=False, warc_version="1.1").create_warc_record(
        exchange.url,
        records.REQUEST,
        http_headers=_AsSent(f"{target} HTTP/1.1", list(exchange.request_headers), exchange.method),
        warc_headers_dict={"WARC-Date": utc(exchange.moment), "WARC-Concurrent-To": answer_id},
    )
    return _packed(asked)


class _AsSent(StatusAndHeaders):  # type: ignore[misc]
    """HTTP headers written byte for byte: warcio would percent-encode what isn't ASCII."""

    def to_ascii_bytes(self, filter_func: Any = None) -> bytes:
        written: bytes = self.to_bytes(filter_func, "latin-1")
        return written


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _packed(record: Any) -> bytes:
    """Return a record as one gzip member."""
    plain = BytesIO()
    WARCWriter(plain, gzip=False, warc_version="1.1").write_record(record)
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
    return compressor.compress(plain.getbuffer()) + compressor.flush()


def _set_aside(path: Path, end: int) -> Path:
    """Move what lies behind `end` to a file beside; the whole file where nothing lies before."""
    aside, number = path.with_name(path.name + TORN), 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}{TORN}-{number}")
    if end == 0:
        path.rename(aside)
        return aside
    with path.open("rb") as file, aside.open("xb") as kept:
        file.seek(end)
        while piece := file.read(1024 * 1024):
            kept.write(piece)
        kept.flush()
        os.fsync(kept.fileno())
    os.truncate(path, end)
    return aside
