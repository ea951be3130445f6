"""What reading a national table yields."""

from __future__ import annotations

from dataclasses import dataclass, field

#: The version of the reader: raised whenever the same bytes may be read otherwise.
READER = "1"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the link to a file says of it; used where the file itself is silent."""

    label: str = ""
    file_name: str = ""
    subject: str | None = None
    year_ending: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a row, or its absence (see `metrics.ABSENCES`). `value_text` keeps what is
    printed; `text` says where it stands."""

    metric: str
    value: float | None
    absence: str | None
    value_text: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a reader of the figures should know: of a row by its number, or of the whole
    table; `severity` is `note`, `warning` or `error`."""

    code: str
    severity: str
    message: str
    metric: str | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row as printed. `number` counts from 1; `name` is None for what is no body's row."""

    number: int
    cells: tuple[str, ...]
    name: str | None = None
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet of a file. `status` is `ok`, `suspect` (something in it is in doubt) or
    `unrecognised`, with a `reason`; `columns` are the headings as printed."""

    sheet: str
    status: str
    reason: str | None = None
    title: str | None = None
    subject: str | None = None
    year_ending: int | None = None
    header_row: int | None = None
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class FileReading:
    """Everything in a file. `tables` is never empty: a file that can't be read has one that is
    `unrecognised`. `findings` are about the file as a whole."""

    tables: tuple[Table, ...]
    findings: tuple[Finding, ...] = field(default=())
    reader: str = READER


def unreadable(reason: str) -> FileReading:
    """Return what is known of a file that couldn't be read."""
    return FileReading((Table("", "unrecognised", reason),))
