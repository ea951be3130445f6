"""The vocabulary of figures: what each metric is called, how it is printed, what it means, and
where it breaks off or changes its meaning.

The lists themselves are data (`metrics.csv` and `breaks.csv` beside this file); views, exports and
documentation draw on them, in their order.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from fnmatch import fnmatchcase
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

#: What views say besides of a metric that a letter has no figure of.
SILENCES = {
    "not_in_form": "the letter's form doesn't carry it",
    "not_mentioned": "the form can carry it, and the letter says nothing of it: that is not zero",
}

#: The forms of the statistics in letters, in the order of their years. A closed list.
FORMS = {
    "annual_letter_tables": "three-year tables by subject (years ending to 2008)",
    "advice_team_tables": "advice team and investigative team tables (2009 to 2012)",
    "single_total": "one total and no table (2013)",
    "local_authority_report": "received and decided, by category (2014 to 2018)",
    "three_panels": "upheld, compliance, satisfactory remedy (2019 to 2024)",
    "complaint_overview": "dealt with, not for us, closed, investigated; panels (from 2025)",
}

#: What a break in comparability is.
BREAKS = {
    "definition": "the number means something else from this year on",
    "coverage": "letters carry it from this year on, or no longer",
    "event": "this one year is out of the ordinary",
}


@dataclass(frozen=True, slots=True)
class Metric:
    """One kind of figure.

    `unit` is `count`, `percent` (0-100), `days` or `per 100,000 residents`; `printed_as` is how
    letters print it; `forms` are those that carry it; `first_year` and `last_year` are the years
    ending in which letters carry it (`last_year` None: still).
    """

    name: str
    unit: str
    printed_as: str
    forms: tuple[str, ...]
    first_year: int
    last_year: int | None
    definition: str


@dataclass(frozen=True, slots=True)
class Break:
    """A year ending from which some metrics can't be compared with the years before."""

    first_year: int
    kind: str
    metrics: tuple[str, ...]
    meaning: str


@cache
def load() -> dict[str, Metric]:
    """Return every metric by its name, in the order of the vocabulary."""
    return {
        row["name"]: Metric(
            name=row["name"],
            unit=row["unit"],
            printed_as=row["printed_as"],
            forms=tuple(row["forms"].split()),
            first_year=int(row["first_year"]),
            last_year=int(row["last_year"]) if row["last_year"] else None,
            definition=row["definition"],
        )
        for row in _rows("metrics.csv")
    }


@cache
def breaks() -> tuple[Break, ...]:
    """Return every break in comparability, by year."""
    return tuple(
        Break(
            first_year=int(row["first_year"]),
            kind=row["kind"],
            metrics=tuple(
                name
                for name in load()
                if any(fnmatchcase(name, pattern) for pattern in row["metrics"].split())
            ),
            meaning=row["meaning"],
        )
        for row in _rows("breaks.csv")
    )


def _rows(name: str) -> list[dict[str, str]]:
    text = files("ombudsman_crawler").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
