"""What stands in a WARC in the place of an answer that had to be erased.

A tombstone is a `metadata` record (WARC 1.1, 6.6) that has the identifier of the record before it,
so that what refers to that still leads somewhere, and exactly its length in the file, so that every
other record keeps its place. The length is made up inside of the record, as deflate blocks that
are stored and not compressed: padding in the gzip header is a thing not every program reads.
"""

from __future__ import annotations

import struct
import uuid
import zlib
from dataclasses import dataclass

from ombudsman_crawler.archive import records
from ombudsman_crawler.archive.records import Record
from ombudsman_crawler.exceptions import BrokenWarc

_ERASED = "ombudsman-erased"
_NOTE = (
    "the answer that stood here was erased, as the law may ask for; the record has its length and "
    "its identifier"
)

# A gzip header without a name, a time or a comment; a stored block's largest size; what a member
# needs besides its blocks, and a block besides its bytes (RFC 1952, RFC 1951 3.2.4).
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LARGEST_BLOCK = 0xFFFF
_AROUND = len(_HEADER) + 8
_A_BLOCK = 5


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Which document was erased, when (UTC, ISO 8601) and why."""

    sha256: str
    time: str
    why: str

    def __str__(self) -> str:
        return f"erased on {self.time[:10]}: {self.why}"


def of(record: Record) -> Tombstone | None:
    """Return what a record says was erased; None for any other record."""
    if record.kind != records.METADATA:
        return None
    lines = record.block.decode("utf-8", errors="replace").splitlines()
    fields = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if _ERASED not in fields:
        return None
    return Tombstone(fields[_ERASED], fields.get("erased-on", ""), fields.get("why", ""))


def answered(record: Record) -> str:
    """Return when the answer was given that a tombstone stands for; empty where it doesn't say."""
    for line in record.block.decode("utf-8", errors="replace").splitlines():
        name, _, value = line.partition(":")
        if name == "answered-on":
            return value.strip()
    return ""


def in_place_of(record: Record, length: int, tombstone: Tombstone) -> bytes:
    """Return a gzip member of exactly `length` bytes to stand in a record's place.

    Raises BrokenWarc where not even the shortest tombstone has so few; no answer is as short.
    """
    for brief in (False, True):
        member = _of_length(
            _head(tombstone, record.record_id, record.url),
            _fields(tombstone, record.date, brief=brief),
            length,
        )
        if member is not None:
            return member
    raise BrokenWarc(f"the record of {record.url} has {length} bytes: too few for a tombstone")


def instead_of(url: str, date: str, tombstone: Tombstone) -> tuple[bytes, str]:
    """Return a gzip member to be written instead of an answer that brought an erased document
    again, and its record's identifier."""
    record_id = f"<urn:uuid:{uuid.uuid4()}>"
    plain = _record(_head(tombstone, record_id, url), _fields(tombstone, date, brief=False))
    compressor = zlib.compressobj(6, zlib.DEFLATED, 31)
    return compressor.compress(plain) + compressor.flush(), record_id


def _head(tombstone: Tombstone, record_id: str, url: str) -> str:
    return (
        "WARC/1.1\r\n"
        f"WARC-Type: {records.METADATA}\r\n"
        f"WARC-Record-ID: {record_id}\r\n"
        f"WARC-Date: {tombstone.time}\r\n"
        f"WARC-Target-URI: {url}\r\n"
        "Content-Type: application/warc-fields\r\n"
    )


def _fields(tombstone: Tombstone, date: str, *, brief: bool) -> bytes:
    lines = [
        f"{_ERASED}: {tombstone.sha256}",
        f"erased-on: {tombstone.time}",
        f"answered-on: {date}",
    ]
    if not brief:
        lines += [f"why: {tombstone.why}", f"note: {_NOTE}"]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _record(head: str, block: bytes) -> bytes:
    told = f"{head}Content-Length: {len(block)}\r\n\r\n"
    return told.encode() + block + b"\r\n\r\n"


def _of_length(head: str, fields: bytes, length: int) -> bytes | None:
    """Return a member of a length with a record in it, padded; None where that is too short."""
    shortest = len(_record(head, fields))
    blocks = max(1, -(-(length - _AROUND) // (_LARGEST_BLOCK + _A_BLOCK)))
    # The padding also lengthens the number that tells the block's length: where no padding gives
    # exactly this length, a block more makes room for one that does.
    for count in range(blocks, blocks + 4):
        wanted = length - _AROUND - count * _A_BLOCK
        for digits in range(8):
            padding = wanted - shortest - digits
            if padding < 0:
                break
            plain = _record(head, fields + _padding(padding))
            if len(plain) == wanted:
                return _stored(plain, count)
    return None


def _padding(length: int) -> bytes:
    """Return bytes that a reader of fields passes over: empty lines, and one of a single feed."""
    return b"\r\n" * (length // 2) + b"\n" * (length % 2)


def _stored(plain: bytes, count: int) -> bytes:
    """Return a gzip member that holds bytes as they are, in a number of blocks."""
    parts = [_HEADER]
    for number in range(count):
        piece = plain[number * _LARGEST_BLOCK : (number + 1) * _LARGEST_BLOCK]
        last = number == count - 1
        parts.append(struct.pack("<BHH", last, len(piece), len(piece) ^ 0xFFFF) + piece)
    parts.append(struct.pack("<II", zlib.crc32(plain), len(plain) & 0xFFFFFFFF))
    return b"".join(parts)
