"""An Excel workbook: what it is about, definitions, and a sheet for each table.

Texts are texts, whatever they begin with: no cell is a formula or a link. A table of more rows than
a sheet takes goes on in another, and a text longer than a cell takes is cut with a mark; the sheet
About says both. Doubtful values are coloured and have a note that says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from ombudsman_crawler import credits as whose
from ombudsman_crawler import metrics
from ombudsman_crawler.database.analysts import Analysts, Table
from ombudsman_crawler.export import rows_sheet
from ombudsman_crawler.export.contents import Contents, meaning, table_meaning
from ombudsman_crawler.export.definitions import HEADINGS, definitions
from ombudsman_crawler.export.doubts import Doubts

NAME = "ombudsman.xlsx"

# More would make the workbook slow to open; the columns of doubts have them all.
MOST_NOTES = 20_000

_WIDEST, _NARROWEST = 60, 9
# Rows by which a column's width is chosen.
_LOOKED_AT = 200
_NUMBER_FORMATS = {"count": "#,##0", "per 100,000 residents": "0.0##", "days": "#,##0"}
_DOUBTFUL = {"bg_color": "#FFE699"}


class Workbook:
    """Writes the workbook into a folder. The sheets' rows are in files until it is finished."""

    def __init__(self, folder: Path, contents: Contents, analysts: Analysts) -> None:
        self._contents = contents
        self._doubts = Doubts(analysts)
        self._book = xlsxwriter.Workbook(
            str(folder / NAME),
            {
                "constant_memory": True,
                "tmpdir": str(folder),
                "strings_to_numbers": False,
                "strings_to_formulas": False,
                "strings_to_urls": False,
            },
        )
        about = contents.about
        self._book.set_properties(
            {
                "title": about["title"],
                "comments": "\n".join(
                    [*([about["warning"]] if contents.is_replica else ()), about["terms"]]
                ),
                "author": f"ombudsman_crawler {about['program']}",
                "created": datetime.fromisoformat(contents.data_until).replace(tzinfo=None),
            }
        )
        self._heading = self._book.add_format({
            "bold": True, "bg_color": "#DDEBF7", "bottom": 1, "text_wrap": True, "valign": "top",
        })  # fmt: skip
        self._title = self._book.add_format({"bold": True, "font_size": 14})
        self._strong = self._book.add_format({"bold": True, "valign": "top"})
        self._wrapped = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._warning = self._book.add_format(
            {"bold": True, "font_color": "#C00000", "text_wrap": True}
        )
        self._formats: dict[tuple[str | None, bool], Any] = {}
        self._about = self._sheet("About")
        self._definitions = self._sheet("Definitions")
        self._remarks: list[str] = []
        self._closed = False

    def _sheet(self, name: str, kind: type | None = None) -> Any:
        sheet = self._book.add_worksheet(name, worksheet_class=kind)
        sheet.set_landscape()
        sheet.repeat_rows(0)
        mark = "&C&BTEST DATA from a replica of the site" if self._contents.is_replica else ""
        sheet.set_header(f"&L{name}{mark}")
        sheet.set_footer(f"&LOmbudsman's Annual Review letters{mark}&RPage &P of &N")
        return sheet

    def begin(self, table: Table) -> None:
        self._table = table
        self._columns = list(table.columns)
        self._sheets: list[Any] = []
        self._notes = 0
        self._unnoted = 0
        self._begin_sheet()

    def _begin_sheet(self) -> None:
        name = self._table.name
        number = len(self._sheets) + 1
        sheet = self._sheet(name if number == 1 else f"{name} ({number})", rows_sheet.RowsSheet)
        for column, named in enumerate(self._columns):
            sheet.write_string(0, column, named, self._heading)
            sheet.note(0, column, meaning(name, named))
        sheet.freeze_panes(1, 1)
        sheet.expect(
            [(kind, self._format(column)) for column, kind in self._table.columns.items()],
            [self._format(column, doubtful=True) for column in self._columns],
        )
        self._sheets.append(sheet)
        self._next = 1

    def _format(self, column: str, *, doubtful: bool = False) -> Any:
        """Return a column's format, the same for all columns that look the same."""
        unit = metrics.load()[column].unit if column in metrics.load() else ""
        shown = _NUMBER_FORMATS.get(unit)
        if (shown, doubtful) not in self._formats:
            properties = {
                **({"num_format": shown} if shown else {}),
                **(_DOUBTFUL if doubtful else {}),
            }
            self._formats[shown, doubtful] = (
                self._book.add_format(properties) if properties else None
            )
        return self._formats[shown, doubtful]

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        while rows:
            room = rows_sheet.MOST_ROWS - self._next
            if not room:
                self._begin_sheet()
                continue
            part, rows = rows[:room], rows[room:]
            if self._next == 1:
                self._set_widths(part[:_LOOKED_AT])
            self._sheets[-1].append(self._next, part, self._noted(part))
            self._next += len(part)

    def _noted(self, rows: Sequence[Sequence[Any]]) -> dict[int, dict[int, str | None]]:
        """Return the doubtful cells: their note, or None where there were too many already."""
        noted: dict[int, dict[int, str | None]] = {}
        for place, doubted in self._doubts.of(self._table.name, self._columns, rows):
            cells = noted.setdefault(place, {})
            for column, note in doubted.items():
                self._notes += 1
                cells[self._columns.index(column)] = note if self._notes <= MOST_NOTES else None
        return noted

    def _set_widths(self, rows: Sequence[Sequence[Any]]) -> None:
        for column, name in enumerate(self._columns):
            lengths = [len(str(row[column])) for row in rows if row[column] is not None]
            width = min(max(*lengths, len(name), _NARROWEST) + 2, _WIDEST)
            self._sheets[-1].set_column(column, column, width)

    def end(self) -> None:
        name = self._table.name
        for sheet in self._sheets:
            last = rows_sheet.MOST_ROWS if sheet is not self._sheets[-1] else self._next
            sheet.autofilter(0, 0, max(last - 1, 1), len(self._columns) - 1)
        if len(self._sheets) > 1:
            self._remarks.append(
                f"{name} has more rows than a sheet takes and goes on in {name} (2)"
                + (f" to ({len(self._sheets)})" if len(self._sheets) > 2 else "")
            )
        if cut := sum(sheet.end() for sheet in self._sheets):
            self._remarks.append(
                f"{name}: {cut:,} texts are longer than a cell takes ({rows_sheet.MOST_UNITS:,} "
                "characters) and are cut, with a mark; the other formats have them whole"
            )
        if self._notes > MOST_NOTES:
            self._remarks.append(
                f"{name}: of {self._notes:,} doubtful values the first {MOST_NOTES:,} have a note; "
                "all are coloured and named in the columns of doubts"
            )

    def finish(self) -> None:
        self._write_definitions()
        self._write_about()
        self._closed = True
        self._book.close()

    def _write_definitions(self) -> None:
        sheet = self._definitions
        for column, (heading, width) in enumerate(HEADINGS.items()):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, heading, self._heading)
        number = 0
        for number, row in enumerate(definitions(self._contents.tables.values()), start=1):
            for column, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(number, column, value)
                elif value:
                    sheet.write_string(number, column, value, self._wrapped)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, number, len(HEADINGS) - 1)

    def _write_about(self) -> None:
        sheet = self._about
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 100)
        sheet.write_string(0, 0, self._contents.about["title"], self._title)
        for number, (name, said) in enumerate(self._said(), start=2):
            sheet.write_string(number, 0, name, self._strong)
            style = self._warning if name == "Warning" else self._wrapped
            sheet.write_string(number, 1, said, style)

    def _said(self) -> Iterator[tuple[str, str]]:
        about, contents = self._contents.about, self._contents
        if contents.is_replica:
            yield "Warning", about["warning"]
        yield "Data until", whose.day(about["data_until"]) or "nothing was captured"
        if about["as_of"]:
            yield "As of", f"{whose.day(about['as_of'])}: what was current at the end of that day"
        yield "Narrowed down to", "; ".join(contents.narrowed()) or "nothing left out"
        yield "Checks of the crawls", contents.checks
        yield "How to cite", whose.citation(about)
        yield "Terms", about["terms"]
        yield "Register", about["register"]
        yield "Caution", about["caution"]
        yield (
            "Doubtful values",
            "are coloured and have a note that says why. Values that aren't known are empty, never "
            "zero; the sheet absences says why.",
        )
        for remark in self._remarks:
            yield "Not as in the tables", remark
        for name, rows in contents.rows.items():
            yield f"Sheet {name}", f"{rows:,} rows. {table_meaning(name)}"

    def abandon(self) -> None:
        """Let go of what is open. The files are in the folder, which is removed as a whole."""
        if not self._closed:
            for sheet in self._book.worksheets():
                sheet.row_data_fh.close()
            self._book.fileclosed = 1
