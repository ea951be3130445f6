"""From rows of tables to figures: what a cell says, and why an empty one says nothing.

An empty cell is `blank` (never 0), and so is a dash; "nil" is 0; "N/A" is `not_applicable`; a
column that the form always has and whose heading wasn't found is `not_in_text`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from ombudsman_crawler import metrics
from ombudsman_crawler.figures.figure import Box, Figure, Finding, Severity
from ombudsman_crawler.figures.numbers import value_of
from ombudsman_crawler.letters.forms.form import Context, FormReading
from ombudsman_crawler.letters.tables import TOTAL, Cell, Column, Row

_NOTHING = frozenset("-–—")


@dataclass
class TableDraft:
    """Figures of several years and findings, while they are being written down."""

    context: Context
    figures: dict[tuple[int, str], Figure] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def reading(self) -> FormReading:
        return FormReading(tuple(self.figures.values()), tuple(self.findings))

    def say(
        self,
        code: str,
        severity: Severity,
        message: str,
        *,
        metric: str | None = None,
        year_ending: int | None = None,
    ) -> None:
        year = self.context.year_ending if year_ending is None else year_ending
        self.findings.append(Finding(code, severity, message, metric=metric, year_ending=year))

    def value(self, metric: str, year_ending: int | None = None) -> float | None:
        figure = self.figures.get((year_ending or self.context.year_ending, metric))
        return figure.value if figure else None

    def add(self, figure: Figure) -> None:
        """Write a figure down; the same figure printed again must be equal."""
        key = (figure.year_ending, figure.metric)
        known = self.figures.get(key)
        if known is None:
            self.figures[key] = figure
        elif (known.value, known.absence) != (figure.value, figure.absence):
            self.say(
                "repeated_number_disagrees",
                Severity.ERROR,
                f"printed more than once, and differently: {known.text!r}, {figure.text!r}",
                metric=figure.metric,
                year_ending=figure.year_ending,
            )

    def add_cell(self, metric: str, row: Row, column: Column, cell: Cell | None, year: int) -> None:
        """Write down what one cell of a row says."""
        heading = f"{column.heading}, {row.label_text}" if row.label_text else column.heading
        value, absence = number(cell), None
        if value is None:
            nothing = cell is None or cell.printed in _NOTHING
            absence = "blank" if nothing else "not_applicable"
        self.add(
            Figure(
                year_ending=year,
                metric=metric,
                value=value,
                absence=absence,
                value_text=cell.printed if cell else None,
                restated=year != self.context.year_ending,
                page=row.page,
                box=cell.box if cell else _empty(row, column),
                text=f"{heading}: {cell.printed if cell else ''}".rstrip(),
            )
        )
        if not row.sure:
            self.say(
                "cell_ambiguous",
                Severity.WARNING,
                "the numbers of this row don't stand clearly under their headings",
                metric=metric,
                year_ending=year,
            )
        if cell and cell.printed.endswith("%") and metrics.load()[metric].unit != "percent":
            self.say(
                "stray_percent",
                Severity.WARNING,
                "printed with a percent sign, though it is no percentage",
                metric=metric,
                year_ending=year,
            )
        if column.key == TOTAL and value is None:
            others = [number(one) for _, one in row.of(column.table).values()]
            self.adds_up([metric], "the empty total", "its cells", not any(others), year)
        strange = row.strange()
        if strange:
            self.say(
                "column_not_known",
                Severity.WARNING,
                f"the row has numbers under headings that aren't known: {strange[0][0].heading!r}",
                metric=metric,
                year_ending=year,
            )

    def add_missing(self, metric: str, year: int, heading: str) -> None:
        """Write down that a column which the form always has wasn't found."""
        if not self.add_not_in_text(metric, year):
            return
        self.say(
            "column_not_found",
            Severity.WARNING,
            f"the table has no column {heading!r} that could be read",
            metric=metric,
            year_ending=year,
        )

    def take_back_without_base(self, metric: str, counted: Sequence[str], year: int) -> None:
        """Take a rate or an average back where all its cases are 0: there is nothing to take it of,
        whatever is printed in its cell."""
        rate = self.figures.get((year, metric))
        counts = [self.figures.get((year, name)) for name in counted]
        if rate is None or rate.absence in ("not_in_text", "no_base"):
            return
        if any(count is None or count.absence == "not_in_text" for count in counts):
            return
        values = [count.value for count in counts if count]
        if any(values) or not (any(value == 0 for value in values) or rate.value == 0):
            return
        self.figures[year, metric] = replace(rate, value=None, absence="no_base")
        if rate.value:
            self.say(
                "contradicts_itself",
                Severity.WARNING,
                f"{rate.value_text} is printed although there is nothing to take it of",
                metric=metric,
                year_ending=year,
            )

    def add_not_in_text(self, metric: str, year: int) -> bool:
        """Write down that a figure which the form always has wasn't found; whether that is new."""
        if (year, metric) in self.figures:
            return False
        self.add(
            Figure(
                year_ending=year,
                metric=metric,
                value=None,
                absence="not_in_text",
                restated=year != self.context.year_ending,
            )
        )
        return True

    def table_missing(self, what: str, metrics: Iterable[str]) -> None:
        """Write down that a table wasn't found, and with it the figures that it always has. Which
        others it had can't be known: the whole letter is doubtful."""
        self.say("table_not_found", Severity.WARNING, f"{what} wasn't found")
        for metric in metrics:
            self.add_not_in_text(metric, self.context.year_ending)

    def row_missing(self, table: str, metrics: Iterable[str], year: int) -> None:
        """Write down that a table has no row of a year that the other tables have."""
        self.say(
            "row_not_found",
            Severity.WARNING,
            f"the table of {table} has no row of the year ending {year}, which the others have",
            year_ending=year,
        )
        for metric in metrics:
            self.add_not_in_text(metric, year)

    def adds_up(
        self, metrics: Iterable[str], whole: str, parts: str, holds: bool, year: int
    ) -> None:
        """Doubt figures whose cells contradict each other."""
        if holds:
            return
        for metric in metrics:
            self.say(
                "table_does_not_add_up",
                Severity.WARNING,
                f"{whole} isn't the sum of {parts}",
                metric=metric,
                year_ending=year,
            )


def number(cell: Cell | None) -> float | None:
    """Return the number in a cell, or None where there is none."""
    if cell is None or not (cell.printed[0].isdigit() or cell.printed.lower() == "nil"):
        return None
    return value_of(cell.printed)


def _empty(row: Row, column: Column) -> Box:
    """Return where an empty cell is: under its heading, beside the others of its row."""
    return column.box[0], row.box[1], column.box[2], row.box[3]
