"""A table says the same in whatever shape it comes."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some
from make_tables import csv_bytes, workbook

from ombudsman_crawler.sheets.read import read_file
from ombudsman_crawler.sheets.table import Table, Told

#: Each metric's headings, as somebody might word them.
HEADINGS = {
    "decided_incomplete_or_invalid": ("Invalid or Incomplete", "Incomplete/Invalid"),
    "decided_advice_given": ("Advice Given", "Advice\ngiven"),
    "decided_referred_back_for_local_resolution": ("Referred back for Local Resolution",
                                                   "Referred Back"),
    "decided_closed_after_initial_enquiries": ("Closed After Initial Enquiries",),
    "not_upheld_decisions": ("Not Upheld", "Complaints not upheld", "Not upheld decisions"),
    "upheld_decisions": ("Upheld", "Number of complaints upheld", "Upheld decisions *"),
    "decided_total": ("Total", "TOTAL", "Total decided"),
    "uphold_rate": ("Uphold rate (%)", "% upheld", "Upheld Rate %"),
}  # fmt: skip
#: What is printed of each authority, in the order of HEADINGS.
AUTHORITIES = {
    "Kent County Council": (4, 2, 51, 60, 13, 63, 193, "83%"),
    "Dartford Borough Council": (0, 0, 1, 2, 0, 0, 3, "0%"),
    "London Borough of Croydon": (1, 2, 3, 4, 5, 15, 30, "75%"),
}
SPELLINGS = {
    "Kent County Council": ("Kent County Council", "Kent CC", "Kent County Council (1)"),
    "Dartford Borough Council": ("Dartford Borough Council", "Dartford BC", "DARTFORD BC"),
    "London Borough of Croydon": ("London Borough of Croydon", "LB Croydon", "Croydon, London"
                                  " Borough of"),
}  # fmt: skip


def figures(table: Table) -> dict[tuple[str | None, str], tuple[float | None, str | None]]:
    return {
        (row.authority, figure.metric): (figure.value, figure.absence)
        for row in table.rows
        for figure in row.figures
    }


EXPECTED = {
    (authority, metric): (
        (None, "no_base")
        if (authority, metric) == ("Dartford Borough Council", "uphold_rate")
        else (float(str(printed).rstrip("%")), None)
    )
    for authority, values in AUTHORITIES.items()
    for metric, printed in zip(HEADINGS, values, strict=True)
}


@some.composite
def shapes(draw: Any) -> tuple[list[list[Any]], int]:
    """A grid with a title, offset, reordered, renamed and with blank rows; and its blank columns
    at the left."""
    metrics = draw(some.permutations(list(HEADINGS)))
    left = draw(some.integers(0, 3))
    title = draw(
        some.sampled_from(
            ["Complaints decided 2024-25", "Decisions, year ending 31 March 2025",
             "Complaints decided between 1 April 2024 and 31 March 2025"]
        )
    )  # fmt: skip
    name_at = draw(some.integers(0, len(metrics)))
    name = draw(some.sampled_from(["Authority Name", "Local authority", "Council", "Name"]))
    header: list[Any] = [draw(some.sampled_from(HEADINGS[metric])) for metric in metrics]
    header.insert(name_at, name)
    order = draw(some.permutations(list(AUTHORITIES)))
    rows = []
    for authority in order:
        by_metric = dict(zip(HEADINGS, AUTHORITIES[authority], strict=True))
        row: list[Any] = [by_metric[metric] for metric in metrics]
        row.insert(name_at, draw(some.sampled_from(SPELLINGS[authority])))
        rows += [[], row] if draw(some.booleans()) else [row]
    total: list[Any] = [226 for _ in metrics]
    total.insert(name_at, draw(some.sampled_from(["Total", "Grand total", "Average"])))
    above = [[title], *[[] for _ in range(draw(some.integers(0, 3)))]]
    if draw(some.booleans()):
        above.append(["Source: the Ombudsman's case management system"])
    grid = [*above, header, *rows, total, ["* see the notes"]]
    return [[None] * left + row if row else [] for row in grid], left


@settings(max_examples=60)
@given(shapes(), some.sampled_from(["utf-8", "utf-8-sig", "windows-1252", "utf-16"]),
       some.sampled_from([",", ";", "\t"]))  # fmt: skip
def test_a_csv_says_the_same_in_every_shape(shape: Any, encoding: str, delimiter: str) -> None:
    grid, _ = shape
    file = read_file(csv_bytes(grid, encoding, delimiter), Told())
    (table,) = file.tables
    assert figures(table) == EXPECTED
    assert (table.subject, table.year_ending, table.status) == ("decided", 2025, "ok")


@settings(max_examples=25)
@given(shapes(), some.booleans())
def test_a_workbook_says_the_same_in_every_shape(shape: Any, group: bool) -> None:
    grid, left = shape
    merged = []
    if group:
        # A heading of several columns above the others, as merged cells.
        place = next(index for index, row in enumerate(grid) if len(row) > left + 2)
        width = len(grid[place])
        grid.insert(place, [None] * left + ["Complaints decided"])
        merged = [f"{chr(65 + left)}{place + 1}:{chr(64 + width)}{place + 1}"]
    file = read_file(workbook({"Sheet1": grid}, merged=merged), Told())
    (table,) = file.tables
    assert figures(table) == EXPECTED
    assert (table.subject, table.year_ending, table.status) == ("decided", 2025, "ok")
