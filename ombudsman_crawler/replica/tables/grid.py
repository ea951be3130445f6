"""A national table laid out in rows and columns, and the truth about each of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ombudsman_crawler.replica import chance
from ombudsman_crawler.replica.content import Truth
from ombudsman_crawler.replica.councils import Council
from ombudsman_crawler.replica.figures import averages, percentage
from ombudsman_crawler.replica.tables import bodies, contents
from ombudsman_crawler.replica.tables.columns import (
    KIND,
    NAME,
    PER_RESIDENTS,
    RATES,
    Column,
    columns_of,
)
from ombudsman_crawler.replica.tables.styles import Style, style_of
from ombudsman_crawler.replica.wording import span

KINDS = {
    "county": ("County", "County Councils"),
    "district": ("District", "District Councils"),
    "london_borough": ("London Borough", "London Boroughs"),
    "metropolitan": ("Metropolitan", "Metropolitan Boroughs"),
    "unitary": ("Unitary", "Unitary Councils"),
    "other": ("Other", "Other bodies"),
}
TITLES = {
    contents.RECEIVED: "Complaints and enquiries received",
    contents.DECIDED: "Complaints and enquiries decided",
    contents.REMEDIES: "Compliance and remedies",
}
# Parts and totals: what a total is the sum of.
TOTALS = ("received_total", "decided_total", "complaints_dealt_with")
_NOT_PART_OF_A_TOTAL = frozenset({"detailed_investigations"})


@dataclass(frozen=True, slots=True)
class Percent:
    """A percentage: 74, not 0.74."""

    value: float


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of cells of the same row, by their columns from 0; None isn't calculated."""

    columns: tuple[int, ...]
    value: int | None


Cell = str | int | float | Percent | Sum | None


@dataclass(frozen=True, slots=True)
class TableRow:
    """The truth about a row: whose it is, and its figures by metric or why there is none."""

    authority: str
    """The name in the register, or of a body that the register doesn't have."""
    code: str
    """Its code in the register; "other-…" for those that aren't in it."""
    printed_name: str
    figures: dict[str, Truth]


@dataclass(slots=True)
class Grid:
    """Cells from the top left, merged ranges (first row, first column, last row, last column;
    from 0), and the number of the row, from 0, of the lowest headings."""

    cells: list[list[Cell]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    header_row: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """One table of one subject and year."""

    subject: str
    year_ending: int
    title: str
    rows: tuple[TableRow, ...]
    grid: Grid


Changes = Mapping[tuple[str, str], Truth]


def table(
    subject: str,
    year_ending: int,
    councils: Sequence[tuple[Council, int]],
    changes: Changes,
) -> Table:
    """Return the table of a subject and year.

    `councils` are those with a row, with the revision of their figures; `changes` are figures
    that stand in it instead, by (authority's code, metric).
    """
    style = style_of(year_ending)
    found: list[tuple[Council, TableRow]] = []
    for body, revision in councils:
        figures = contents.values(body, subject, year_ending, revision)
        figures |= {
            metric: truth
            for (code, metric), truth in changes.items()
            if code == body.code and metric in figures
        }
        name = bodies.printed_name(body, year_ending, style)
        found.append((body, TableRow(body.authority.name, body.code, name, figures)))
    if style.by_kind:
        order = list(KINDS)
        found.sort(key=lambda pair: order.index(pair[0].kind))
    title = f"{TITLES[subject]} {span(year_ending)}"
    grid, rows = _Layout(subject, year_ending, style, title).lay_out(found)
    return Table(subject, year_ending, title, tuple(rows), grid)


class _Layout:
    """Lays one table out."""

    def __init__(self, subject: str, year_ending: int, style: Style, title: str) -> None:
        self.subject, self.year_ending = subject, year_ending
        self.style, self.title = style, title
        self.grid = Grid()
        self.columns: list[Column] = []

    def lay_out(self, found: list[tuple[Council, TableRow]]) -> tuple[Grid, list[TableRow]]:
        self.columns = columns_of(self.subject, found[0][1].figures, self.style)
        self._above()
        self._headings()
        rows = []
        kind = ""
        for body, row in found:
            if self.style.by_kind and body.kind != kind:
                kind = body.kind
                self._add([KINDS[kind][1]])
            rows.append(self._row(body, row))
        if self.style.totals:
            self._totals(found)
        if self.style.footnotes:
            self._footnotes(found)
        return self.grid, rows

    def _add(self, cells: Iterable[Cell]) -> None:
        row = list(cells)
        if self.style.blank_column:
            row.insert(0, None)
        self.grid.cells.append(row)

    def _above(self) -> None:
        lines: tuple[Cell, ...] = (
            f"{self.title} – Local Government & Social Care Ombudsman"
            if self.year_ending != 2023
            else f"{self.title} – the Ombudsman’s tables",
            None,
            f"Data for the year ended 31 March {self.year_ending}; 400 authorities, 12 columns",
            "Remedies can include payments, the largest of which was £1,200"
            if self.year_ending == 2023
            else "See notes",
            None,
        )
        for line in lines[: self.style.above]:
            self._add([] if line is None else [line])

    def _headings(self) -> None:
        start = 1 if self.style.blank_column else 0
        if self.style.grouped:
            top = len(self.grid.cells)
            self._add(column.group or column.heading for column in self.columns)
            self._add(column.heading if column.group else None for column in self.columns)
            at = 0
            while at < len(self.columns):
                group = self.columns[at].group
                end = at
                while group and end + 1 < len(self.columns) and (
                    self.columns[end + 1].group == group
                ):  # fmt: skip
                    end += 1
                bottom = top if group else top + 1
                if (bottom, end) != (top, at):
                    self.grid.merged.append((top, start + at, bottom, start + end))
                    # Only the first cell of a merged range has words.
                    for column in range(at + 1, end + 1):
                        self.grid.cells[top][start + column] = None
                at = end + 1
        else:
            self._add(column.heading for column in self.columns)
        self.grid.header_row = len(self.grid.cells) - 1

    def _row(self, body: Council, row: TableRow) -> TableRow:
        figures = dict(row.figures)
        cells: list[Cell] = []
        for column in self.columns:
            if column.what == NAME:
                cells.append(row.printed_name)
            elif column.what == KIND:
                cells.append(KINDS[body.kind][0])
            else:
                cell, figures[column.what] = self._figure(body, column.what, row.figures)
                cells.append(cell)
        self._add(cells)
        return TableRow(row.authority, row.code, row.printed_name, figures)

    def _figure(self, body: Council, metric: str, figures: dict[str, Truth]) -> tuple[Cell, Truth]:
        """Return a cell and what it truly says."""
        truth = figures[metric]
        if isinstance(truth, tuple):
            return self.style.none or None, truth
        if metric in RATES and not self.style.plain_percents:
            return Percent(truth), truth
        if metric in RATES | PER_RESIDENTS:
            return truth, truth
        if self.style.formulas and metric in TOTALS:
            return self._sum(body, figures, truth)
        if truth == 0 and self.style.zero != "0":
            return self.style.zero or None, (None, "blank")
        return truth, truth

    def _sum(self, body: Council, figures: dict[str, Truth], total: float) -> tuple[Cell, Truth]:
        """Return a total as a formula; as a number where it isn't the sum of its parts."""
        parts = self._parts(figures)
        values = [part for metric in parts if not isinstance(part := figures[metric], tuple)]
        if sum(values) != total:
            return total, total
        start = 1 if self.style.blank_column else 0
        at = {column.what: number for number, column in enumerate(self.columns, start)}
        columns = tuple(at[part] for part in parts)
        if self.style.one_not_calculated and body.code == _not_calculated():
            return Sum(columns, None), (None, "blank")
        return Sum(columns, int(total)), total

    def _parts(self, figures: Mapping[str, Truth]) -> list[str]:
        return [
            metric
            for metric in figures
            if metric not in RATES | PER_RESIDENTS | _NOT_PART_OF_A_TOTAL and metric not in TOTALS
        ]

    def _totals(self, found: list[tuple[Council, TableRow]]) -> None:
        sums = {
            column.what: sum(
                int(truth)
                for _, row in found
                if not isinstance(truth := row.figures[column.what], tuple)
            )
            for column in self.columns
            if column.what not in (NAME, KIND, *RATES, *PER_RESIDENTS)
        }
        whole: dict[str, Cell] = dict(sums)
        if "upheld_decisions" in sums and "not_upheld_decisions" in sums:
            decided = sums["upheld_decisions"] + sums["not_upheld_decisions"]
            whole["uphold_rate"] = self._percent(percentage(sums["upheld_decisions"], decided))
        self._summary("Total", whole)
        for kind in ("county", "district", "london_borough", "metropolitan", "unitary"):
            members = [row for body, row in found if body.kind == kind]
            if not members:
                continue
            cells: dict[str, Cell] = {
                metric: round(
                    sum(
                        truth
                        for row in members
                        if not isinstance(truth := row.figures[metric], tuple)
                    )
                    / len(members),
                    1,
                )
                for metric in sums
            }
            similar = averages(kind, self.year_ending) if self.year_ending >= 2019 else None
            if similar:
                cells["uphold_rate"] = self._percent(similar.uphold_rate)
                cells["compliance_rate"] = self._percent(similar.compliance_rate)
                cells["satisfactory_remedy_rate"] = self._percent(similar.satisfactory_remedy_rate)
                cells["upheld_per_100k"] = similar.upheld_per_100k
            self._summary(f"Average {KINDS[kind][1]}", cells)

    def _percent(self, value: int | None) -> Cell:
        if value is None:
            return None
        return value if self.style.plain_percents else Percent(value)

    def _summary(self, label: str, cells: Mapping[str, Cell]) -> None:
        self._add(label if c.what == NAME else cells.get(c.what) for c in self.columns)

    def _footnotes(self, found: list[tuple[Council, TableRow]]) -> None:
        self._add([])
        if any(bodies.ending(body, self.year_ending) for body, _ in found):
            self._add(["* These councils ended with the year or within it."])
        self._add(["Notes"])
        self._add(
            [
                "1. Numbers are those of the letters sent in"
                f" {self.year_ending}; 2% of cases were decided late."
            ]
        )
        self._add(["2. Percentages are rounded", None, "100"])


def _not_calculated() -> str:
    """Return the code of the authority whose total a workbook didn't calculate."""
    return chance.pick(bodies.ALWAYS[:3], "not calculated")
