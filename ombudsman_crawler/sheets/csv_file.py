"""Comma-separated values: what encoding, what separator, which cells."""

from __future__ import annotations

import csv
import io

from ombudsman_crawler.sheets.sheet import Cell, Sheet, Unreadable, trimmed

#: Bytes and rows: the largest table known has a hundredth of it.
_LARGEST, _MOST_ROWS, _MOST_COLUMNS = 16 * 2**20, 20_000, 500
_SEPARATORS = (",", ";", "\t", "|")


def read(body: bytes) -> Sheet:
    """Return the sheet of a CSV file. Raises Unreadable."""
    if len(body) > _LARGEST:
        raise Unreadable(f"the file has {len(body)} bytes; more than a table can have")
    text = decode(body)
    if "\0" in text:
        raise Unreadable("the file isn't text")
    rows: list[tuple[Cell, ...]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text)):
            if len(rows) >= _MOST_ROWS or len(row) > _MOST_COLUMNS:
                raise Unreadable("the file has more rows or columns than a table can have")
            rows.append(tuple(Cell(" ".join(value.split())) for value in row))
    except csv.Error as error:
        raise Unreadable(f"the file is no table of comma-separated values: {error}") from error
    return Sheet("", trimmed(rows))


def decode(body: bytes) -> str:
    """Return a file's text: UTF-8 or UTF-16 where the file says so, UTF-8 where it is, else
    Windows-1252, whose undefined bytes become replacement characters."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if body.startswith(mark):
            return body.decode(encoding, errors="replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")


def _separator(text: str) -> str:
    """Return the separator that most lines have most often: titles and notes have any."""
    lines = [line for line in text.splitlines()[:200] if line.strip()]
    return max(
        _SEPARATORS,
        key=lambda mark: (
            sum(line.count(mark) >= 2 for line in lines),
            -_SEPARATORS.index(mark),
        ),
    )
