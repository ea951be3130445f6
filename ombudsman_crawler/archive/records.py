"""WARC records as they lie in files: read whole, one by one, or at an offset.

This project's own WARCs have one gzip member for each record (WARC 1.1, annex D), so that a
record can be read at its offset and a file that was cut off is whole up to its last member.
Everything read here may be damaged or hostile.
"""

from __future__ import annotations

import base64
import hashlib
import mmap
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import BufferedReader, ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed

from ombudsman_crawler.exceptions import BrokenWarc

RESPONSE, REVISIT, REQUEST, WARCINFO = "response", "revisit", "request", "warcinfo"
METADATA = "metadata"

_GZIP = b"\x1f\x8b\x08"
_PIECE = 64 * 1024
# The header of a record has a few hundred bytes.
_HEAD = 8 * 1024
# The largest body that is fetched has 64 MiB; a member that unpacks to more is none of ours.
_LARGEST = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Record:
    """A record: where it begins in its file, its header by names in lower case, its block."""

    offset: int
    header: dict[str, str]
    block: bytes

    @property
    def kind(self) -> str:
        return self.header.get("warc-type", "")

    @property
    def url(self) -> str:
        # Angle brackets are from drafts of WARC 1.0; old archives have them.
        return self.header.get("warc-target-uri", "").strip("<>")

    @property
    def date(self) -> str:
        return self.header.get("warc-date", "")

    @property
    def record_id(self) -> str:
        return self.header.get("warc-record-id", "")

    @property
    def not_modified(self) -> bool:
        """Whether it is a revisit because the server answered 304."""
        return self.kind == REVISIT and self.header.get("warc-profile", "").endswith(
            "server-not-modified"
        )

    @property
    def payload(self) -> bytes:
        """The body as it came, content coding included; empty for revisits."""
        return self.block.partition(b"\r\n\r\n")[2]

    def answer(self) -> Answer:
        """Return the HTTP answer in the block. Raises BrokenWarc when it holds none."""
        head, _, body = self.block.partition(b"\r\n\r\n")
        status_line, *lines = head.split(b"\r\n")
        words = status_line.split(None, 2)
        if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
            raise BrokenWarc(f"the record at {self.offset} of {self.url} holds no HTTP answer")
        headers = []
        for line in lines:
            name, _, value = line.partition(b":")
            headers.append((name.strip(), value.strip()))
        if any(
            name.lower() == b"transfer-encoding" and b"chunked" in value.lower()
            for name, value in headers
        ):
            # Others' WARCs keep the transfer coding; a client never shows it.
            body = _unchunked(body)
            headers = [pair for pair in headers if pair[0].lower() != b"transfer-encoding"]
        return Answer(int(words[1]), tuple(headers), body)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: its status, its headers in order, its body with its content coding."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def decoded(self) -> bytes | None:
        """Return the body without its content coding; None where that can't be undone here."""
        body = self.body
        codings = b",".join(
            value for name, value in self.headers if name.lower() == b"content-encoding"
        )
        for coding in reversed([word.strip().lower() for word in codings.split(b",")]):
            if coding in (b"", b"identity"):
                continue
            name = {b"x-gzip": "gzip"}.get(coding, coding.decode("latin-1"))
            if name not in BufferedReader.get_supported_decompressors():
                return None
            # No further than the largest body there is: it may unpack to anything.
            body = BufferedReader(BytesIO(body), decomp_type=name).read(_LARGEST)
        return body


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes from `offset` up to `end` that are no whole record; `torn` at a file's end."""

    offset: int
    end: int
    torn: bool


def digest(body: bytes) -> str:
    """Return a digest as WARC headers write it: `sha256:` and base 32."""
    return f"sha256:{base64.b32encode(hashlib.sha256(body).digest()).decode()}"


def same_digest(body: bytes, written: str) -> bool | None:
    """Whether bytes have a digest; None for an algorithm that isn't known here."""
    algorithm, _, value = written.partition(":")
    if algorithm.lower() not in ("sha1", "sha256"):
        return None
    raw = hashlib.new(algorithm.lower(), body).digest()
    return value in (base64.b32encode(raw).decode(), raw.hex())


def walk(path: Path) -> Iterator[Record | Damage]:
    """Yield every record of one of this project's own files in order, and what lies between.

    Goes on after damage with the next record that is whole.
    """
    if path.stat().st_size == 0:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        offset, size = 0, len(data)
        while offset < size:
            record, end = _whole(data, offset)
            if record is not None:
                yield record
                offset = end
                continue
            following = _next_whole(data, offset + 1)
            yield Damage(offset, following, torn=following == size)
            offset = following


def read_at(path: Path, offset: int) -> Record:
    """Return the record at an offset, in this project's files or others'.

    Raises BrokenWarc when there is no whole record, OSError when the file can't be read.
    """
    with path.open("rb") as file:
        file.seek(offset)
        for record in _foreign(file, path):
            return record
    raise BrokenWarc(f"{path} holds no record at {offset}")


def packed_at(path: Path, offset: int) -> tuple[Record, bytes]:
    """Return one of our own records, and its bytes as they lie in its file, gzipped.

    Raises BrokenWarc when there is no whole record, OSError when the file can't be read.
    """
    if path.stat().st_size <= offset:
        raise BrokenWarc(f"{path} holds no whole record at {offset}")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        record, end = _whole(data, offset)
        if record is None:
            raise BrokenWarc(f"{path} holds no whole record at {offset}")
        return record, data[offset:end]


def header_at(path: Path, offset: int) -> dict[str, str] | None:
    """Return the header of one of our own records without reading its block; None where none is."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            plain = zlib.decompressobj(31).decompress(file.read(_HEAD), _HEAD)
    except (OSError, zlib.error):
        return None
    head, end, _ = plain.partition(b"\r\n\r\n")
    return _header(head) if end else None


def read_all(path: Path) -> Iterator[Record]:
    """Yield the records of any WARC, gzipped or not, whoever wrote it.

    Raises BrokenWarc where it can't be read on; what was yielded before is good.
    """
    with path.open("rb") as file:
        yield from _foreign(file, path)


def _foreign(file: BinaryIO, path: Path) -> Iterator[Record]:
    iterator = ArchiveIterator(file, no_record_parse=True)
    try:
        for found in iterator:
            header = {name.lower(): value for name, value in found.rec_headers.headers}
            length = int(header.get("content-length", "0"))
            if length > _LARGEST:
                raise BrokenWarc(f"{path} holds a record of {length} bytes: too large to be read")
            block = found.raw_stream.read(length)
            while len(block) < length and (more := found.raw_stream.read(length - len(block))):
                block += more
            if len(block) < length:
                raise BrokenWarc(f"{path} ends within a record")
            yield Record(iterator.get_record_offset(), header, block)
    except (ArchiveLoadFailed, ValueError, zlib.error, EOFError) as error:
        raise BrokenWarc(f"{path} can't be read as a WARC: {str(error).strip()}") from error


def _whole(data: mmap.mmap, offset: int) -> tuple[Record | None, int]:
    inflate = zlib.decompressobj(31)
    parts: list[bytes] = []
    position, length = offset, 0
    while not inflate.eof:
        piece = data[position : position + _PIECE]
        if not piece or length > _LARGEST:
            return None, offset
        try:
            parts.append(inflate.decompress(piece, _LARGEST))
        except zlib.error:
            return None, offset
        position += len(piece)
        length += len(parts[-1])
    head, _, rest = b"".join(parts).partition(b"\r\n\r\n")
    header = _header(head)
    if header is None or not header.get("content-length", "").isdigit():
        return None, offset
    block_length = int(header["content-length"])
    if len(rest) != block_length + 4:
        return None, offset
    return Record(offset, header, rest[:block_length]), position - len(inflate.unused_data)


def _next_whole(data: mmap.mmap, offset: int) -> int:
    """Return where the next whole record begins, the end of the file when none does."""
    while (offset := data.find(_GZIP, offset)) != -1:
        if _whole(data, offset)[0] is not None:
            return offset
        offset += 1
    return len(data)


def _header(head: bytes) -> dict[str, str] | None:
    version, *lines = head.decode("utf-8", errors="replace").split("\r\n")
    if not version.startswith("WARC/1."):
        return None
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _unchunked(body: bytes) -> bytes:
    plain: bytes = ChunkedDataReader(BytesIO(body), decomp_type=None).read(_LARGEST)
    return plain
