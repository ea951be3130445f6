"""README.txt: what an export's files are, whose, on what terms, and what to beware of."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from ombudsman_crawler import credits as whose
from ombudsman_crawler.export.contents import Contents, table_meaning

NAME = "README.txt"

_WIDTH = 96

_OF_FORMATS = {
    "csv": "csv/*.csv: UTF-8 without a byte order mark, commas, lines ending in CRLF, quotes as in "
    "RFC 4180. No value is an empty cell. A text that a spreadsheet would run as a formula (it "
    "begins with = + - @, a tab or a line end, or with apostrophes and then one of these) has an "
    "apostrophe before it: take one away where a text begins so, and it is as it was.",
    "parquet": "parquet/*.parquet: the same rows, with types; the schema's metadata say what each "
    "column means.",
    "xlsx": "ombudsman.xlsx: the same rows, a sheet a table; the sheet Definitions says what each "
    "column and metric means, notes say why a value is doubtful.",
    "json": "datapackage.json: describes csv/*.csv as a Frictionless data package.",
}


def write(folder: Path, contents: Contents, files: Sequence[str]) -> None:
    """Write README.txt about the files of an export, given by their paths within the folder."""
    text = "\r\n".join(_lines(contents, files)) + "\r\n"
    (folder / NAME).write_text(text, encoding="utf-8", newline="")


def _lines(contents: Contents, files: Sequence[str]) -> Iterator[str]:
    about = contents.about
    yield about["title"]
    if contents.is_replica:
        yield from ("", *_wrapped(about["warning"]))
    yield ""
    yield f"Data until: {whose.day(about['data_until']) or 'nothing was captured'}"
    if about["as_of"]:
        yield f"As of: {whose.day(about['as_of'])}, what was current at the end of that day"
    narrowed = "; ".join(contents.narrowed()) or "nothing left out"
    yield from _wrapped(f"Narrowed down to: {narrowed}")
    yield from _wrapped(f"Checks of the crawls: {contents.checks}")
    yield from ("", "How to cite", *_wrapped(whose.citation(about)))
    yield from ("", "Terms", *_wrapped(about["terms"]), *_wrapped(about["register"]))
    yield from ("", "Caution", *_wrapped(about["caution"]))
    yield from _wrapped(
        "A number that isn't known is absent, with a reason (the table absences); a doubtful one "
        "says so. Neither is ever zero for that."
    )
    yield from ("", "The files of this export; others that lie here are not of it")
    suffixes = {PurePosixPath(file).suffix[1:] for file in files}
    for suffix, said in _OF_FORMATS.items():
        if suffix in suffixes:
            yield from _wrapped(said)
    yield from ("", "The tables")
    for name, rows in contents.rows.items():
        yield from _wrapped(f"{name} ({rows:,} rows): {table_meaning(name)}")


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent="  ", break_on_hyphens=False)
