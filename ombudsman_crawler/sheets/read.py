"""The one way in: a file's bytes → what it says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ombudsman_crawler import years
from ombudsman_crawler.figures.figure import Finding, Severity
from ombudsman_crawler.sheets import csv_file, header, headings, rows, workbook
from ombudsman_crawler.sheets.sheet import MAX_FILE, Sheet, SheetFile, UnreadableSheet
from ombudsman_crawler.sheets.table import READER, Table, TableFile, TableRow, Told

# A sheet with fewer rows of numbers holds words: notes, a cover.
_FEWEST_ROWS = 2
_LONGEST_TITLE = 400


def read_file(body: bytes, told: Told) -> TableFile:
    """Read a CSV or a workbook. What can't be read is one unrecognised table with the reason."""
    try:
        file = _open(body)
    except UnreadableSheet as error:
        return unreadable(str(error))
    kept = [sheet for sheet in file.sheets if _holds_numbers(sheet)]
    tables = [_table(sheet, told) for sheet in kept]
    if not tables:
        return unreadable("no sheet holds a table of numbers")
    left_out = [
        *file.left_out,
        *(
            f'the sheet "{sheet.name}" holds words only'
            for sheet in file.sheets
            if sheet not in kept
        ),
    ]
    if left_out:
        notes = [Finding("sheet_left_out", Severity.NOTE, sentence) for sentence in left_out]
        tables[0] = replace(tables[0], findings=(*tables[0].findings, *notes))
    return TableFile(READER, file.encoding, tuple(tables))


def unreadable(reason: str, *, reader: str = READER) -> TableFile:
    """Return what is said of a file that can't be read at all."""
    table = Table("", None, None, None, None, (), "unrecognised", reason)
    return TableFile(reader, None, (table,))


def _open(body: bytes) -> SheetFile:
    if len(body) > MAX_FILE:
        raise UnreadableSheet(f"the file has {len(body):,} bytes; {MAX_FILE:,} are read")
    if body.startswith(b"PK\x03\x04"):
        return workbook.read(body)
    if body.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableSheet("an old or encrypted workbook (.xls), which can't be read")
    if b"%PDF-" in body[:1024]:
        raise UnreadableSheet("the file is a PDF, no table")
    return csv_file.read(body)


def _holds_numbers(sheet: Sheet) -> bool:
    rows_of_numbers = sum(
        sum(cell is not None and (cell.number is not None or cell.lost) for cell in row) > 1
        for row in sheet.rows
    )
    return rows_of_numbers >= _FEWEST_ROWS


def _table(sheet: Sheet, told: Told) -> Table:
    # First without a year: the words above may be headings that name others than the table's.
    found = header.find(sheet, _subject(_words_above(sheet), sheet.name, told), None)
    if found is None:
        return _unrecognised(sheet, "no row holds headings that are known")
    title = _words(sheet, found.first)
    year = _year(title, sheet.name, told)
    subject = _subject(title, sheet.name, told)
    found = header.find(sheet, subject, year) or found
    title = _words(sheet, found.first)
    if found.name is None:
        return _unrecognised(sheet, "no column holds the names of authorities", title)
    if year is None:
        return _unrecognised(sheet, "neither its title nor its link tells its one year", title)
    columns, findings = rows.meanings(found)
    if told.year_ending is not None and year != told.year_ending:
        message = f"it says {years.label(year)}, its link {years.label(told.year_ending)}"
        findings.append(Finding("table_year_disagrees", Severity.WARNING, message))
    if subject is not None and subject != found.subject:
        message = f"its title says {subject}, its columns {found.subject}"
        findings.append(Finding("table_subject_disagrees", Severity.NOTE, message))
    read = rows.read(sheet, found, year, columns)
    if not any(row.name for row in read):
        return _unrecognised(sheet, "no row below the headings is an authority's", title)
    doubtful = any(
        finding.severity is not Severity.NOTE
        for finding in (*findings, *(finding for row in read for finding in row.findings))
    )
    return Table(
        sheet=sheet.name,
        title=_title(title, sheet),
        subject=_of_remedies(found.subject, columns.values()),
        year_ending=year,
        header_row=found.last + 1,
        columns=tuple(column.heading for column in found.columns),
        status="suspect" if doubtful else "ok",
        reason=None,
        rows=tuple(read),
        findings=tuple(findings),
    )


def _of_remedies(subject: str, metrics: Iterable[str]) -> str:
    """A table of remedies alone stands beside that of compliance in some years: each is its own."""
    if subject == "compliance" and not any("compliance" in metric for metric in metrics):
        return "remedies"
    return subject


def _unrecognised(sheet: Sheet, reason: str, title: Sequence[str] = ()) -> Table:
    """Return a table of which nothing is read but its rows as printed."""
    printed = [
        TableRow(number, tuple(None if cell is None or cell.filled else cell.text for cell in row))
        for number, row in enumerate(sheet.rows, 1)
        if any(row)
    ]
    return Table(
        sheet.name, _title(title, sheet), None, None, None, (), "unrecognised", reason,
        tuple(printed),
    )  # fmt: skip


def _words(sheet: Sheet, before: int) -> list[str]:
    """The texts above a row, each once, in order."""
    return list(
        dict.fromkeys(
            cell.text
            for row in sheet.rows[:before]
            for cell in row
            if cell is not None and cell.number is None
        )
    )


def _words_above(sheet: Sheet) -> list[str]:
    """The texts above the first row of numbers: the title, if not the headings themselves."""
    for index, row in enumerate(sheet.rows):
        if sum(cell is not None and cell.number is not None for cell in row) > 1:
            return _words(sheet, index)
    return _words(sheet, len(sheet.rows))


def _title(words: Sequence[str], sheet: Sheet) -> str | None:
    return (" ".join(words) or sheet.name)[:_LONGEST_TITLE] or None


def _year(words: Sequence[str], name: str, told: Told) -> int | None:
    """The year that the words above a table tell, else its sheet's name, else its link."""
    every = [years.all_in_title(text) for text in words]
    # A title says what the table is about too; notes beside it may speak of other years.
    titles = [year for text, year in zip(words, every, strict=True) if headings.subject_of(text)]
    for those in (set().union(*titles), set().union(*every)):
        if len(those) == 1:
            return those.pop()
        if those:
            return None
    return years.from_title(name) or told.year_ending


def _subject(words: Sequence[str], name: str, told: Told) -> str | None:
    for text in (*words, name):
        if (subject := headings.subject_of(text)) is not None:
            return subject
    return told.subject
