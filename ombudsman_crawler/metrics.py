"""The vocabulary of figures: what each metric is called, how it is printed, what it means.

The list itself is data (`metrics.csv` beside this file); views, exports and documentation draw
their columns from it, in its order.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

#: Why a figure has no value. What a form doesn't carry has no figure at all.
ABSENCES = {
    "no_base": "nothing to take a rate of",
    "not_compared": "the authority's kind has no average",
    "not_due": "no recommendations were due for compliance",
    "blank": "the cell is empty",
    "not_in_text": "its place is there, the number isn't",
    "not_applicable": "the letter says it doesn't apply",
}


@dataclass(frozen=True, slots=True)
class Metric:
    """One kind of figure.

    `unit` is `count`, `percent` (0-100), `days` or `per 100,000 residents`; `printed_as` is how
    letters print it; `first_year` and `last_year` are the years ending in which letters carry it
    (`last_year` None: still).
    """

    name: str
    unit: str
    printed_as: str
    first_year: int
    last_year: int | None
    definition: str


@cache
def load() -> dict[str, Metric]:
    """Return every metric by its name, in the order of the vocabulary."""
    text = files("ombudsman_crawler").joinpath("metrics.csv").read_text(encoding="utf-8")
    return {
        row["name"]: Metric(
            name=row["name"],
            unit=row["unit"],
            printed_as=row["printed_as"],
            first_year=int(row["first_year"]),
            last_year=int(row["last_year"]) if row["last_year"] else None,
            definition=row["definition"],
        )
        for row in csv.DictReader(text.splitlines())
    }
