"""The national tables of a replica: where they are, what they say, and their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from ombudsman_crawler.replica import chance
from ombudsman_crawler.replica.catalogue import Catalogue
from ombudsman_crawler.replica.content import Truth
from ombudsman_crawler.replica.councils import Council
from ombudsman_crawler.replica.faults import normal_path
from ombudsman_crawler.replica.tables import bodies, contents, files
from ombudsman_crawler.replica.tables.grid import Table, TableRow, table
from ombudsman_crawler.replica.tables.styles import FIRST_YEAR_OF_CSV, style_of
from ombudsman_crawler.replica.wording import letter_date, span

#: Figures that stand in the tables of a year instead of the letters', by (authority's code, year
#: ending, metric).
Changes = Mapping[tuple[str, int, str], Truth]

_CSV_NAMES = {
    contents.RECEIVED: "1-Complaints-Received",
    contents.DECIDED: "2-Complaints-Decided",
    contents.REMEDIES: "3-Compliance-and-Remedies",
}
_LABELS = {
    contents.RECEIVED: "Complaints received",
    contents.DECIDED: "Complaints decided",
    contents.REMEDIES: "Compliance and remedies",
}

# What the correction of a table changes: the first of these metrics that it has, and its total.
_CORRECTED = (
    "received_housing", "decided_advice_given", "not_for_us", "compliance_outcomes",
    "remedied_by_authority",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """One file: a CSV of one subject, or a workbook with a sheet for each."""

    year_ending: int
    subjects: tuple[str, ...]
    address: str
    """Its address on the site, percent-encoded, from the slash on."""
    label: str
    """The words of its link; the year is in them or in the heading above them."""


@dataclass(frozen=True, slots=True)
class ReplicaTable:
    """The truth about one table: what a perfect reader finds in it, and where it is served."""

    address: str
    """Percent-encoded, from the slash on; the sheets of one workbook share it."""
    label: str
    subject: str
    """`complaints_received`, `complaints_decided` or `compliance_and_remedies`."""
    year_ending: int
    sheet: str | None
    """The name of the workbook's sheet; None for a CSV."""
    title: str
    header_row: int
    """The row of the lowest headings, counted from 1 as a spreadsheet program counts them."""
    rows: tuple[TableRow, ...]
    content_type: str
    revision: int = 0

    def row(self, authority: str) -> TableRow:
        """Return the row of an authority, by its name in the register. Raises KeyError."""
        for row in self.rows:
            if row.authority == authority:
                return row
        raise KeyError(f"the table {self.address} has no row of {authority!r}")


def documents(year_ending: int) -> list[Document]:
    """Return the files of a year."""
    subjects = contents.subjects(year_ending)
    if year_ending >= FIRST_YEAR_OF_CSV:
        years = f"{(year_ending - 1) % 100:02d}-{year_ending % 100:02d}"
        return [
            Document(
                year_ending,
                (subject,),
                f"{_folder(year_ending, subject)}/{_CSV_NAMES[subject]}-{years}.csv",
                # The headings over the links of an odd year say which it is.
                _LABELS[subject]
                if year_ending % 2
                else f"{_LABELS[subject]} {span(year_ending)} (CSV)",
            )
            for subject in subjects
        ]
    names = {
        2014: "Annual%20Review%20Tables%202013-14.xlsx",
        2015: "LG-complaint-tables-2014-15.XLSX",
    }
    name = names.get(year_ending, f"LG-Complaint-Statistics-{span(year_ending)}.xlsx")
    return [
        Document(
            year_ending,
            subjects,
            f"{_folder(year_ending, 'all')}/{name}",
            f"Complaint statistics {span(year_ending)} (Excel)",
        )
    ]


def notes_address(year_ending: int) -> str:
    """Return the address of the notes to a year's tables: a PDF and no table."""
    return f"{_folder(year_ending, 'notes')}/Notes-on-the-data-{span(year_ending)}.pdf"


def _folder(year_ending: int, subject: str) -> str:
    return f"/assets/attach/{chance.whole(5000, 8999, 'table', year_ending, subject)}"


@dataclass
class Library:
    """The tables of one replica.

    `changes` are errors planted in them, `corrections` how often a file was issued again.
    """

    catalogue: Catalogue
    changes: dict[tuple[str, int, str], Truth] = field(default_factory=dict)
    corrections: dict[str, int] = field(default_factory=dict)

    def years(self) -> range:
        """Return the years that have tables, the first to the last."""
        return range(max(self.catalogue.first, contents.FIRST_YEAR), self.catalogue.last + 1)

    def documents(self) -> list[Document]:
        """Return all files, the newest year first."""
        return [document for year in reversed(self.years()) for document in documents(year)]

    def document(self, address: str) -> Document:
        """Return the file at an address. Raises KeyError if there is none."""
        key = normal_path(address)
        for document in self.documents():
            if normal_path(document.address) == key:
                return document
        raise KeyError(f"the replica has no table at {address!r}")

    def truths(self, document: Document) -> list[ReplicaTable]:
        """Return the truth about each table of a file."""
        found = self._tables(document)
        workbook = document.year_ending < FIRST_YEAR_OF_CSV
        return [
            ReplicaTable(
                address=document.address,
                label=document.label,
                subject=one.subject,
                year_ending=one.year_ending,
                sheet=files.SHEETS[one.subject] if workbook else None,
                title=one.title,
                header_row=one.grid.header_row + 1,
                rows=one.rows,
                content_type=content_type(document),
                revision=self.corrections.get(normal_path(document.address), 0),
            )
            for one in found
        ]

    def file(self, address: str) -> tuple[bytes, str, datetime] | None:
        """Return bytes, content type and time of change of the file at an address, if any."""
        try:
            document = self.document(address)
        except KeyError:
            return None
        return self.bytes_of(document), content_type(document), self._modified(document)

    def corrected(self, document: Document) -> dict[tuple[str, int, str], Truth]:
        """Return the figures that a file's corrections changed, its total with its part."""
        times = self.corrections.get(normal_path(document.address), 0)
        if not times:
            return {}
        year = document.year_ending
        subject = document.subjects[-1]
        council, revision = self._councils(year)[0]
        row = contents.values(council, subject, year, revision)
        part = next(metric for metric in _CORRECTED if metric in row)
        changed = [part, *(total for total in row if total in _TOTALS_OF.get(part, ()))]
        found: dict[tuple[str, int, str], Truth] = {}
        for metric in changed:
            before = self.changes.get((council.code, year, metric), row[metric])
            assert not isinstance(before, tuple)
            found[council.code, year, metric] = before + times
        return found

    def _tables(self, document: Document) -> tuple[Table, ...]:
        return _drawn(*self._key(document))

    def bytes_of(self, document: Document) -> bytes:
        """Return the bytes of a file."""
        return _file(*self._key(document))

    def _key(
        self, document: Document
    ) -> tuple[
        int,
        tuple[str, ...],
        tuple[tuple[Council, int], ...],
        tuple[tuple[tuple[str, str], Truth], ...],
    ]:
        year = document.year_ending
        changes = {**self.changes, **self.corrected(document)}
        of_year = tuple(
            ((code, metric), truth)
            for (code, of, metric), truth in sorted(changes.items(), key=lambda item: item[0])
            if of == year
        )
        return year, document.subjects, tuple(self._councils(year)), of_year

    def _councils(self, year_ending: int) -> list[tuple[Council, int]]:
        catalogue = self.catalogue
        return [
            (body, catalogue.newest_revision(body, year_ending))
            for body in bodies.in_the_table([*catalogue.on_map, *catalogue.former], year_ending)
        ]

    def _modified(self, document: Document) -> datetime:
        day = letter_date(document.year_ending) + timedelta(days=7)
        start = datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC)
        return start + timedelta(seconds=self.catalogue.changes)


_TOTALS_OF = {
    "received_housing": ("received_total",),
    "decided_advice_given": ("decided_total",),
    "not_for_us": ("complaints_dealt_with",),
}


def content_type(document: Document) -> str:
    """Return the media type a file is served as."""
    if document.year_ending < FIRST_YEAR_OF_CSV:
        return files.XLSX
    return style_of(document.year_ending).content_type


@lru_cache(maxsize=256)
def _drawn(
    year_ending: int,
    subjects: tuple[str, ...],
    councils: tuple[tuple[Council, int], ...],
    changes: tuple[tuple[tuple[str, str], Truth], ...],
) -> tuple[Table, ...]:
    return tuple(table(subject, year_ending, councils, dict(changes)) for subject in subjects)


@lru_cache(maxsize=128)
def _file(
    year_ending: int,
    subjects: tuple[str, ...],
    councils: tuple[tuple[Council, int], ...],
    changes: tuple[tuple[tuple[str, str], Truth], ...],
) -> bytes:
    tables = _drawn(year_ending, subjects, councils, changes)
    if year_ending >= FIRST_YEAR_OF_CSV:
        return files.as_csv(tables[0])
    return files.as_workbook(tables)
