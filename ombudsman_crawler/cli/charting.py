"""`ombudsman chart`: a metric of councils over the years, as a picture for a report."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ombudsman_crawler.cli.edge import Sentence, app, say, whole_number
from ombudsman_crawler.cli.options import StorageOption, YearsOption
from ombudsman_crawler.exceptions import BadArgument

if TYPE_CHECKING:
    from ombudsman_crawler.charts import Line
    from ombudsman_crawler.database.analysts import Analysts, Wanted

_VEGA_LITE = "6.4"
_FORMATS = (".png", ".svg")


@app.command()
def chart(
    council: Annotated[
        list[str], typer.Option("--council", help="A council, by slug or name; may be repeated.")
    ],
    metric: Annotated[str, typer.Option("--metric", help="One metric: docs/data.md lists them.")],
    output: Annotated[Path, typer.Option("--output", help="File to write: .png or .svg.")],
    years: YearsOption = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="What was current at the end of this day: 2026-03-31."),
    ] = None,
    database: Annotated[
        Path | None,
        typer.Option("--database", help="Take a database that `ombudsman publish` made."),
    ] = None,
    width: Annotated[str, typer.Option("--width", help="Width in pixels.")] = "720",
    storage: StorageOption = Path("storage"),
) -> None:
    """Draw a metric of one or more councils over the years, beside the average of their kind.

    Absent values are gaps, doubtful ones are hollow, breaks in comparability are marked and
    explained. Ends with 1 when there is no value to draw.
    """
    from ombudsman_crawler import charts, metrics  # noqa: PLC0415
    from ombudsman_crawler.database import analysts as asking  # noqa: PLC0415
    from ombudsman_crawler.years import LAST_YEAR  # noqa: PLC0415

    pixels = whole_number("--width", width, 300, 4000)
    if output.suffix.lower() not in _FORMATS:
        raise BadArgument("--output", str(output), "end its name in .png or .svg")
    renderer = _renderer()
    with asking.opened(storage, database, _day(as_of)) as analysts:
        named = metrics.load().get(metric)
        if named is None:
            near = get_close_matches(metric, metrics.load(), n=3, cutoff=0.5)
            perhaps = f"perhaps {' or '.join(near)}?" if near else "docs/data.md lists them"
            raise BadArgument("--metric", metric, f"no metric is called so; {perhaps}")
        carried = f"{named.first_year}-{named.last_year or LAST_YEAR}"
        wanted = analysts.wanted(years if years is not None else carried, council)
        lines = list(_lines(analysts, wanted, metric))
        if not any(point["value"] is not None for line in lines for point in line.points):
            say(f"there is no value of {metric} to draw")
            raise typer.Exit(1)
        specification = charts.lines_over_time(
            lines,
            charts.breaks_of(metric),
            title=f"{', '.join(wanted.councils or ())}: {metric.replace('_', ' ')}",
            unit=named.unit,
            replica=analysts.is_replica,
            width=pixels,
            source=_source(analysts.about),
        )
    if output.suffix.lower() == ".svg":
        drawn = renderer.vegalite_to_svg(specification, vl_version=_VEGA_LITE).encode()
    else:
        drawn = renderer.vegalite_to_png(specification, vl_version=_VEGA_LITE, scale=2)
    try:
        _write(output, drawn)
    except OSError as error:
        raise BadArgument("--output", str(output), f"it can't be written: {error}") from error


def _write(output: Path, drawn: bytes) -> None:
    """Write a picture aside and give it its name when it is whole: an earlier one stays till
    then."""
    unfinished = output.with_name(f".{output.name}.unfinished-{os.getpid()}")
    try:
        unfinished.write_bytes(drawn)
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)


def _renderer() -> Any:
    try:
        import vl_convert  # noqa: PLC0415
    except ImportError as error:
        raise Sentence(
            "drawing needs an extra: pip install -c constraints.txt '.[chart]'"
        ) from error
    return vl_convert


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise BadArgument("--as-of", text, "write a day as 2026-03-31") from None


def _lines(analysts: Analysts, wanted: Wanted, metric: str) -> Iterator[Line]:
    """Yield a line for each council, then one for each kind's average."""
    from ombudsman_crawler.charts import AVERAGE, Line  # noqa: PLC0415

    rows = list(analysts.rows(analysts.table("annual_summary"), wanted))
    reasons = {
        (row["authority"], row["year_ending"]): row["absence"]
        for row in analysts.rows(analysts.table("absences"), wanted)
        if row["metric"] == metric
    }
    for council in wanted.councils or ():
        yield Line(
            council,
            [
                {
                    "year_ending": row["year_ending"],
                    "value": row[metric],
                    "absence": reasons.get((council, row["year_ending"])),
                    "doubtful": _is_doubtful(row, metric),
                }
                for row in rows
                if row["authority"] == council
            ],
        )
    kinds = list(dict.fromkeys(row["kind"] for row in rows))
    for kind in kinds:
        points = list(_averages(analysts, rows, kind, f"{metric}_similar"))
        if any(point["value"] is not None for point in points):
            said = f"{AVERAGE} ({kind.replace('_', ' ')})" if len(kinds) > 1 else AVERAGE
            yield Line(said, points, is_average=True)


def _averages(
    analysts: Analysts, rows: list[Any], kind: str, metric: str
) -> Iterator[dict[str, Any]]:
    """Yield the average of each year: what the councils' own letters surely print, else what the
    letters of their kind agree on, else what is doubtful. None where they disagree."""
    query = "SELECT year_ending, value FROM similar_average WHERE kind = ? AND metric = ?"
    others: dict[int, set[float]] = {}
    for row in analysts.connection.execute(query, (kind, metric)):
        others.setdefault(row["year_ending"], set()).add(row["value"])
    sure: dict[int, set[float]] = {}
    doubtful: dict[int, set[float]] = {}
    for row in rows:
        if row["kind"] == kind:
            sure.setdefault(row["year_ending"], set())
            if metric in row.keys() and row[metric] is not None:  # noqa: SIM118
                own = doubtful if _is_doubtful(row, metric) else sure
                own.setdefault(row["year_ending"], set()).add(row[metric])
    for year, values in sure.items():
        agreed = others.get(year, set())
        found = values or (agreed if len(agreed) == 1 else doubtful.get(year, agreed))
        yield {
            "year_ending": year,
            "value": next(iter(found)) if len(found) == 1 else None,
            "doubtful": not values and len(agreed) != 1,
        }


def _is_doubtful(row: Any, metric: str) -> bool:
    return metric in (row["doubtful"] or "").replace(" ", "").split(",")


def _source(about: dict[str, str]) -> str:
    day = date.fromisoformat(about["data_until"][:10]) if about["data_until"] else None
    until = f"; data until {day.day} {day:%B %Y}" if day else ""
    if about["as_of"]:
        then = date.fromisoformat(about["as_of"])
        until += f"; as it stood on {then.day} {then:%B %Y}"
    return f"Source: Local Government and Social Care Ombudsman, Annual Review letters{until}" + (
        "; TEST DATA" if about["replica"] == "1" else ""
    )
