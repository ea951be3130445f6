"""A file of national tables, from its bytes to its tables."""

from __future__ import annotations

from ombudsman_crawler import years
from ombudsman_crawler.sheets import columns, csv_file, rows, workbook
from ombudsman_crawler.sheets.columns import Header
from ombudsman_crawler.sheets.headings import SUBJECTS, subject_of
from ombudsman_crawler.sheets.sheet import Sheet, Unreadable
from ombudsman_crawler.sheets.table import (
    Expectation,
    FileReading,
    Finding,
    Row,
    Table,
    unreadable,
)

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A sheet none of whose rows has so many cells holds notes and no table.
_NARROWEST = 3


def read(body: bytes, expectation: Expectation) -> FileReading:
    """Read a file: a workbook or comma-separated values, told by its bytes."""
    try:
        sheets = _sheets(body)
    except Unreadable as error:
        return unreadable(str(error))
    tables: list[Table] = []
    skipped: list[Finding] = []
    for sheet in sheets:
        if sheet.hidden:
            skipped.append(_skipped(sheet, "is hidden"))
        elif sheet.name and max((_filled(sheet, each) for each in range(len(sheet.rows))), default=0) < _NARROWEST:
            skipped.append(_skipped(sheet, "has no table"))
        else:
            tables.append(_table(sheet, expectation))
    if not tables:
        why = "; ".join(finding.message for finding in skipped) or "the file is empty"
        return FileReading((Table("", "unrecognised", why),), tuple(skipped))
    return FileReading(tuple(tables), tuple(skipped))


def _sheets(body: bytes) -> list[Sheet]:
    if body.startswith(_ZIP):
        return workbook.read(body)
    if body.startswith(_OLD_EXCEL):
        raise Unreadable("a workbook of Excel 97 to 2003 (XLS), or one with a password")
    if b"%PDF-" in body[:1024]:
        raise Unreadable("a PDF")
    return [csv_file.read(body)]


def _filled(sheet: Sheet, row: int) -> int:
    return sum(not cell.blank for cell in sheet.rows[row])


def _skipped(sheet: Sheet, why: str) -> Finding:
    return Finding("sheet_skipped", "note", f"sheet “{sheet.name}” {why}; it isn't read")


def _table(sheet: Sheet, expectation: Expectation) -> Table:
    headers = {subject: columns.find(sheet, subject) for subject in (None, *SUBJECTS)}
    likeliest = max(
        (header for header in headers.values() if header),
        key=lambda header: len(header.figures()),
        default=None,
    )
    above = _lines(sheet, likeliest.first_row if likeliest else min(len(sheet.rows), 5))
    subject = _subject(sheet, above, expectation, headers)
    header = headers[subject]
    title = above[0] if above else sheet.name or None
    year, findings = _year(sheet, above, expectation)
    if header is None:
        reason = (
            "no row of headings was found: none has a column of names and known figures"
            if sheet.rows
            else "the file is empty"
        )
        printed = tuple(
            Row(number, tuple(cell.text for cell in cells))
            for number, cells in enumerate(sheet.rows, 1)
            if cells
        )
        return Table(
            sheet.name, "unrecognised", reason, title, subject, year, rows=printed,
            findings=tuple(findings),
        )  # fmt: skip
    read_rows, of_rows = rows.read(sheet, header)
    findings += [*_about_columns(header), *of_rows]
    reason = None
    if year is None:
        reason = "neither the table nor the link to it names a year: it has no figures"
        findings.append(Finding("table_year_not_found", "error", reason))
    elif not any(row.figures for row in read_rows):
        reason = "there are headings and no row of an authority"
        findings.append(Finding("table_without_numbers", "error", reason))
    doubtful = any(finding.severity != "note" for finding in findings)
    return Table(
        sheet=sheet.name,
        status="suspect" if doubtful else "ok",
        reason=reason,
        title=title,
        subject=subject,
        year_ending=year,
        header_row=header.row + 1,
        columns=tuple(column.heading for column in header.columns),
        rows=read_rows,
        findings=tuple(findings),
    )


def _lines(sheet: Sheet, before: int) -> list[str]:
    """Return the words above the headings, a line for each row that has any."""
    found = (" ".join(cell.text for cell in row if not cell.blank) for row in sheet.rows[:before])
    return [line for line in found if line]


def _subject(
    sheet: Sheet,
    above: list[str],
    expectation: Expectation,
    headers: dict[str | None, Header | None],
) -> str | None:
    """Return a table's subject: as it says itself, as the link says, or by its columns."""
    for told in (*above, sheet.name, expectation.label, expectation.file_name):
        if found := subject_of(told.replace("_", " ")):
            return found
    if expectation.subject:
        return expectation.subject
    known = {name: len(header.figures()) if header else 0 for name, header in headers.items()}
    most = max(known.values())
    likely = [name for name in SUBJECTS if known[name] == most > known[None]]
    return likely[0] if len(likely) == 1 else None


def _year(
    sheet: Sheet, above: list[str], expectation: Expectation
) -> tuple[int | None, list[Finding]]:
    """Return a table's year: as it says itself, else as the link says."""
    own = (
        years.of_title("\n".join(above))
        or next((year for line in above if (year := years.of_title(line))), None)
        or years.of_title(sheet.name)
    )
    linked = (
        years.of_title(expectation.label)
        or expectation.year_ending
        or years.of_title(expectation.file_name)
    )
    if own is not None and linked is not None and own != linked:
        message = f"the table says it is of {years.label(own)}, the link {years.label(linked)}"
        return own, [Finding("table_year_differs_from_link", "warning", message)]
    return own or linked, []


def _about_columns(header: Header) -> list[Finding]:
    """Return a note for each column that isn't read: it stays as printed."""
    findings = [
        Finding("column_twice", "warning", f"several columns may be {metric}: none is read", metric)
        for metric in header.twice
    ]
    findings += [
        Finding("table_column_not_known", "note", f"column “{column.heading}” isn't known")
        for column in header.columns
        if column.means is None and column.heading
    ]
    return findings
