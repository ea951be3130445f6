"""What a national table says: frozen records, every row as printed and what was read of it."""

from __future__ import annotations

from dataclasses import dataclass

from ombudsman_crawler.figures.figure import Figure, Finding

#: The version of the reader: what it makes of a file is stored with it, and read again by a newer.
READER = "sheets-1"
#: Instead of the reader where it came to no end: the file is read again the next time.
GAVE_UP = "gave_up"
#: How a table was read. `suspect`: a finding casts doubt; `unrecognised`: no figure was read.
STATUSES = ("ok", "suspect", "unrecognised")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row that isn't empty. `number` counts from 1; `cells` are its texts as displayed.

    `name` is the name in it, without footnote marks, where it is a body's row; `authority` the
    register's name of that body, else None; `matched_by` says how that was found (`matching`).
    """

    number: int
    cells: tuple[str | None, ...]
    name: str | None = None
    authority: str | None = None
    matched_by: str | None = None
    figures: tuple[Figure, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet as a table. `subject` is `received`, `decided`, `compliance` (with or without
    remedies) or `remedies`, as its columns tell; `header_row` is the lowest row of its headings;
    `columns` are the headings as printed; `reason` says why an unrecognised one is."""

    sheet: str
    title: str | None
    subject: str | None
    year_ending: int | None
    header_row: int | None
    columns: tuple[str, ...]
    status: str
    reason: str | None
    rows: tuple[TableRow, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class TableFile:
    """Everything one reading of a file found; `tables` is never empty."""

    reader: str
    encoding: str | None
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What the link to a file says of it: used where the file itself is silent."""

    subject: str | None = None
    year_ending: int | None = None
