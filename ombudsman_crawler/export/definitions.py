"""What every table, column, metric, absence, form and break means, as rows of a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ombudsman_crawler import findings, metrics
from ombudsman_crawler.database.analysts import Table
from ombudsman_crawler.export.contents import meaning, table_meaning

#: The columns of the sheet, each with its width in characters.
HEADINGS = {
    "what": 18, "table": 22, "name": 36, "unit or type": 20, "first year": 10, "last year": 10,
    "forms": 30, "printed as": 36, "meaning": 90,
}  # fmt: skip

Row = tuple[str, str, str, str, int | str, int | str, str, str, str]


def definitions(tables: Iterable[Table]) -> Iterator[Row]:
    """Yield a row for each thing that has a meaning, in the order of `HEADINGS`."""
    tables = list(tables)
    for table in tables:
        yield _row("table", table.name, said=table_meaning(table.name))
    for table in tables:
        for column, kind in table.columns.items():
            said = meaning(table.name, column)
            yield _row("column", column, table=table.name, unit=kind.lower(), said=said)
    for metric in metrics.load().values():
        yield (
            "metric", "", metric.name, metric.unit, metric.first_year, metric.last_year or "",
            ", ".join(metric.forms), metric.printed_as, metric.definition,
        )  # fmt: skip
    for name, said in {**metrics.ABSENCES, **metrics.SILENCES}.items():
        yield _row("absence", name, said=said)
    for one in metrics.breaks():
        for name in one.metrics:
            said = f"{metrics.BREAKS[one.kind]}: {one.meaning}"
            yield ("break", "", name, one.kind, one.first_year, "", "", "", said)
    for name, said in metrics.FORMS.items():
        yield _row("form", name, said=said)
    for name, said in findings.load().items():
        yield _row("finding", name, said=said)


def _row(what: str, name: str, *, table: str = "", unit: str = "", said: str) -> Row:
    return (what, table, name, unit, "", "", "", "", said)
