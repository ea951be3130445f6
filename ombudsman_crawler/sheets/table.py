"""What a national table says: frozen records, every row as printed and what was read of it."""

from __future__ import annotations

from dataclasses import dataclass

#: How a table was read. `suspect`: a finding casts doubt; `unrecognised`: no figure was read.
STATUSES = ("ok", "suspect", "unrecognised")


@dataclass(frozen=True, slots=True)
class TableFinding:
    """Something a reader of a table should know; `severity` is `note` or `warning`. `metric` None:
    about the whole row, or the whole table."""

    code: str
    severity: str
    message: str
    metric: str | None = None


@dataclass(frozen=True, slots=True)
class TableFigure:
    """One number of a row, or its absence: `value` is None exactly when `absence` says why.
    Percentages are 0 to 100; `value_text` is the cell as printed, `text` the cell in words."""

    metric: str
    value: float | None
    absence: str | None
    value_text: str | None
    text: str


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
    figures: tuple[TableFigure, ...] = ()
    findings: tuple[TableFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet as a table. `header_row` is the lowest row of its headings; `columns` the headings
    as printed; `reason` why an unrecognised one is."""

    sheet: str
    title: str | None
    subject: str | None
    year_ending: int | None
    header_row: int | None
    columns: tuple[str, ...]
    status: str
    reason: str | None
    rows: tuple[TableRow, ...] = ()
    findings: tuple[TableFinding, ...] = ()


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
