"""A CSV's bytes → its one sheet. The encoding is told, the delimiter found by what it divides."""

from __future__ import annotations

import csv
import io

from ombudsman_crawler.sheets.sheet import (
    MAX_COLUMNS,
    MAX_ROWS,
    Sheet,
    SheetFile,
    UnreadableSheet,
    place,
    text_cell,
    trimmed,
)

_DELIMITERS = ",;\t|"
# The bound of Python's reader, which other libraries of the same process may have lifted.
_LONGEST = 131_072
# Records looked at for the delimiter.
_LOOK_AT = 60


def read(body: bytes) -> SheetFile:
    """Read a CSV. Raises UnreadableSheet for what is no text, or has no end."""
    text, encoding = decode(body)
    if "\0" in text:
        raise UnreadableSheet("the file is no text")
    if text.lstrip()[:1] == "<":
        raise UnreadableSheet("the file is a page, no table")
    rows = []
    try:
        for number, fields in enumerate(
            csv.reader(io.StringIO(text, newline=""), _dialect(text)), 1
        ):
            if number > MAX_ROWS:
                raise UnreadableSheet(f"more than {MAX_ROWS:,} rows")
            if len(fields) > MAX_COLUMNS and any(fields[MAX_COLUMNS:]):
                raise UnreadableSheet(f"more than {MAX_COLUMNS} columns")
            if any(len(field) > _LONGEST for field in fields):
                raise UnreadableSheet(f"no CSV: a field of more than {_LONGEST:,} characters")
            cells = [
                text_cell(field, place(number, column))
                for column, field in enumerate(fields[:MAX_COLUMNS], 1)
            ]
            rows.append(trimmed(cells))
    except csv.Error as error:
        raise UnreadableSheet(f"no CSV: {error}") from error
    return SheetFile((Sheet("", tuple(rows)),), encoding)


def decode(body: bytes) -> tuple[str, str]:
    """Return a file's text and its encoding: by its byte order mark, else UTF-8, else Windows-1252.

    Raises UnreadableSheet for bytes that are none of these.
    """
    if body.startswith(b"\xef\xbb\xbf"):
        attempts = ["utf-8-sig"]
    elif body.startswith((b"\xff\xfe", b"\xfe\xff")):
        attempts = ["utf-16"]
    else:
        attempts = ["utf-8", "windows-1252"]
    for encoding in attempts:
        try:
            return body.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise UnreadableSheet(f"the file is no text in {' or '.join(attempts)}")


def _dialect(text: str) -> type[csv.Dialect]:
    """Choose the delimiter by which most of the first records come apart into equally many."""

    def evenness(delimiter: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        lengths = [len(fields) for _, fields in zip(range(_LOOK_AT), reader, strict=False)]
        several = [length for length in lengths if length > 1]
        if not several:
            return 0, 0
        common = max(set(several), key=several.count)
        return several.count(common), common

    class Found(csv.excel):
        delimiter = max(_DELIMITERS, key=evenness)

    return Found
