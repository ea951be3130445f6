"""What is in here, how fresh it is, what there is of each council and year, and what is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup, escape

from ombudsman_crawler.explore import formats
from ombudsman_crawler.explore.answers import Page
from ombudsman_crawler.explore.pages.asked import Asked

#: The states of coverage: what stands in a cell, and what it means.
STATES = {
    "archived": ("A", "archived and read"),
    "gone": ("G", "archived and read; no longer on the site"),
    "unread": ("U", "archived, but not read as a letter"),
    "failed": ("F", "listed, and asked for in vain"),
    "missing": ("M", "expected, and not there"),
    "not_expected": ("–", "not expected: outside the council's life or before the first letters"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of council: how many of its letters of each year are there of those expected (as
    text, by year), and `rows`, the cells of each of its councils as HTML."""

    name: str
    heading: str
    councils: int
    shares: list[tuple[int, int]]
    rows: Markup


def page(asked: Asked) -> Page:
    """Return the page `/`."""
    years = [
        row["year_ending"]
        for row in asked.all("SELECT DISTINCT year_ending FROM coverage ORDER BY year_ending")
    ]
    return Page(
        "home.html",
        {
            "title": "",
            "holdings": asked.first(_HOLDINGS),
            "runs": asked.all(_RUNS),
            "failed": asked.all(_FAILED),
            "years": years,
            "kinds": list(_kinds(asked, years)),
            "states": STATES,
            "newest": asked.all(_NEWEST),
            "revised": asked.all(_REVISED),
            "gone": asked.all(_GONE),
            "reports": asked.all(_REPORTS),
            "doubts": asked.all(_DOUBTS),
        },
    )


def _kinds(asked: Asked, years: list[int]) -> Iterator[Kind]:
    rows = asked.analysts.connection.execute(_COVERAGE)
    for kind, of_kind in groupby(rows, key=lambda row: row["kind"]):
        councils = {
            (name, key): {row["year_ending"]: row["state"] for row in of_council}
            for (name, key), of_council in groupby(
                of_kind, key=lambda row: (row["authority"], row["key"])
            )
        }
        if all(set(states.values()) <= {"not_expected"} for states in councils.values()):
            continue
        states_of = [
            [states.get(year, "not_expected") for states in councils.values()] for year in years
        ]
        yield Kind(
            kind,
            formats.KINDS[kind],
            len(councils),
            [
                (
                    sum(state in ("archived", "gone") for state in states),
                    sum(state != "not_expected" for state in states),
                )
                for states in states_of
            ],
            _rows(councils, years),
        )


def _rows(councils: dict[tuple[str, str], dict[int, str]], years: list[int]) -> Markup:
    # Thousands of cells: put together here, not by the template.
    cells = {state: f'<td class="{state}">{sign}</td>' for state, (sign, _) in STATES.items()}
    return Markup(  # noqa: S704 - names are escaped, cells are ours
        "\n".join(
            f'<tr><th scope="row"><a href="/council/{escape(key)}">{escape(name)}</a></th>'
            + "".join(cells[states.get(year, "not_expected")] for year in years)
            + "</tr>"
            for (name, key), states in councils.items()
        )
    )


_COVERAGE = """
SELECT coverage.kind, coverage.authority, authorities.key, coverage.year_ending, coverage.state
FROM coverage JOIN authorities USING (authority)
ORDER BY coverage.kind, coverage.authority, coverage.year_ending
"""

_HOLDINGS = """
SELECT (SELECT COUNT(*) FROM letters WHERE status IN ('ok', 'suspect')) AS letters,
       (SELECT COUNT(DISTINCT authority) FROM letters WHERE status IN ('ok', 'suspect'))
           AS councils,
       (SELECT MIN(year_ending) FROM letters) AS first_year,
       (SELECT MAX(year_ending) FROM letters) AS last_year,
       (SELECT COUNT(*) FROM figure) AS figures,
       (SELECT COUNT(*) FROM figure WHERE doubts IS NOT NULL) AS doubtful,
       (SELECT COUNT(*) FROM page_history) AS pages,
       (SELECT COUNT(DISTINCT document_sha256) FROM national_rows WHERE current) AS tables,
       (SELECT COUNT(*) FROM public_reports) AS reports,
       (SELECT COUNT(*) FROM service_improvements) AS improvements,
       (SELECT COUNT(*) FROM decisions) AS decisions
"""

# The last run of each kind.
_RUNS = """
SELECT * FROM runs WHERE run_id IN (
    SELECT MAX(run_id) FROM runs
    GROUP BY CASE WHEN collections IN ('tables', 'decisions') THEN collections ELSE 'map' END)
ORDER BY run_id
"""
_FAILED = 'SELECT run_id, "check" AS name, detail FROM run_checks WHERE required AND passed = 0'

_NEWEST = """
SELECT letter, authority, year_ending, letter_date, first_seen FROM letters
WHERE status IN ('ok', 'suspect') ORDER BY letter_date DESC, first_seen DESC, letter LIMIT 10
"""
_REVISED = """
SELECT letter, authority, year_ending, version, first_seen FROM letter_versions
WHERE version > 1 ORDER BY first_seen DESC, letter LIMIT 10
"""
_GONE = """
SELECT letter, authority, year_ending, gone_since FROM letters
WHERE gone_since IS NOT NULL ORDER BY gone_since DESC, letter LIMIT 10
"""
_REPORTS = """
SELECT public_reports.authority, authorities.key, date, title, first_seen
FROM public_reports JOIN authorities USING (authority)
ORDER BY first_seen DESC, date DESC LIMIT 5
"""
_DOUBTS = """
SELECT severity, COUNT(*) AS findings FROM findings
WHERE acknowledged IS NULL AND severity IN ('error', 'warning') GROUP BY severity ORDER BY severity
"""
