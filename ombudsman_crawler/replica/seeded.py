"""Errors planted in pages and national tables, so that they disagree with the letters.

Which council and year each stands in is chosen once, from what the replica holds at its start.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ombudsman_crawler.replica.catalogue import Catalogue
from ombudsman_crawler.replica.content import Truth
from ombudsman_crawler.replica.council_truth import PageErrors
from ombudsman_crawler.replica.councils import Council
from ombudsman_crawler.replica.figures import Figures, figures
from ombudsman_crawler.replica.older import counts
from ombudsman_crawler.replica.tables.contents import FIRST_YEAR as FIRST_TABLE_YEAR
from ombudsman_crawler.replica.wording import FIRST_PANEL_YEAR

#: A digit of the table is wrong.
TABLE_DIGIT = "table_digit"
#: The page was corrected after the letter: one more investigation, which was upheld.
PAGE_REVISED = "page_revised"
#: The page prints the other number as the base of its satisfactory remedies.
PAGE_BASE = "page_base"
#: Two neighbouring cells of the table changed places: the rate and the average.
TABLE_SWAPPED = "table_swapped"
#: The table's rate has a decimal where the letter's is whole: that is no disagreement.
TABLE_DECIMAL = "table_decimal"

KINDS = (TABLE_DIGIT, PAGE_REVISED, PAGE_BASE, TABLE_SWAPPED)
TRAPS = (TABLE_DECIMAL,)


@dataclass(frozen=True, slots=True)
class SeededError:
    """One error: its kind, and the authority's code and year it stands in."""

    kind: str
    code: str
    year_ending: int


def plan(catalogue: Catalogue, wanted: int | Sequence[str | SeededError]) -> list[SeededError]:
    """Return where errors stand.

    `wanted` is how many (their kinds take turns, and a trap that is no error comes on top), or
    their kinds, or the errors themselves. Raises ValueError when a kind has no place.
    """
    if isinstance(wanted, int):
        kinds = [KINDS[number % len(KINDS)] for number in range(wanted)]
        wanted = [*kinds, *(TRAPS if wanted else ())]
    placed: list[SeededError] = []
    for one in wanted:
        error = one if isinstance(one, SeededError) else _place(catalogue, one, placed)
        if not _fits(catalogue, error):
            raise ValueError(f"seeded_errors: {error} has no place in this replica")
        placed.append(error)
    return placed


def _place(catalogue: Catalogue, kind: str, placed: Sequence[SeededError]) -> SeededError:
    if kind not in KINDS + TRAPS:
        raise ValueError(f"seeded_errors: {kind!r}; one of {', '.join(KINDS + TRAPS)}")
    councils = {error.code for error in placed}
    years = [error.year_ending for error in placed]
    # One to a council; years that have none yet come first, then the newest.
    candidates = sorted(
        (error for error in _candidates(catalogue, kind) if error.code not in councils),
        key=lambda error: (years.count(error.year_ending), -error.year_ending),
    )
    for error in candidates:
        if _fits(catalogue, error):
            return error
    raise ValueError(f"seeded_errors: no council is left for {kind!r}; ask for more councils")


def _candidates(catalogue: Catalogue, kind: str) -> Iterator[SeededError]:
    for council in catalogue.on_map:
        for year in council.letter_years(catalogue.first, catalogue.last):
            yield SeededError(kind, council.code, year)


def _fits(catalogue: Catalogue, error: SeededError) -> bool:
    """Whether the error makes a difference there that the letter's figures tell."""
    council = next((one for one in catalogue.on_map if one.code == error.code), None)
    year = error.year_ending
    if council is None or year not in council.letter_years(catalogue.first, catalogue.last):
        return False
    if year < FIRST_PANEL_YEAR:
        return error.kind == TABLE_DIGIT and year >= FIRST_TABLE_YEAR
    found = figures(council, year)
    return bool(found.investigations and found.upheld) and _shows(catalogue, error, found)


def _shows(catalogue: Catalogue, error: SeededError, found: Figures) -> bool:
    if error.kind in (PAGE_REVISED, PAGE_BASE):
        return error.year_ending == catalogue.last and found.investigations != found.upheld
    if error.kind == TABLE_SWAPPED:
        return found.similar is not None and found.similar.uphold_rate != found.uphold_rate
    if error.kind == TABLE_DECIMAL:
        decimal = _exact_rate(found)
        return decimal != int(decimal) and int(decimal + 0.5) == found.uphold_rate
    return error.kind == TABLE_DIGIT


def _exact_rate(found: Figures) -> float:
    return round(100 * found.upheld / found.investigations, 1)


def page_errors(errors: Sequence[SeededError]) -> PageErrors:
    """Return the errors of pages among these."""
    return PageErrors(
        revised={(e.code, e.year_ending) for e in errors if e.kind == PAGE_REVISED},
        other_base={(e.code, e.year_ending) for e in errors if e.kind == PAGE_BASE},
    )


def table_changes(
    catalogue: Catalogue, errors: Sequence[SeededError]
) -> dict[tuple[str, int, str], Truth]:
    """Return what the tables say instead, by (authority's code, year ending, metric)."""
    councils = {council.code: council for council in catalogue.on_map}
    found: dict[tuple[str, int, str], Truth] = {}
    for error in errors:
        for metric, value in _instead(councils[error.code], error).items():
            found[error.code, error.year_ending, metric] = value
    return found


def _instead(council: Council, error: SeededError) -> dict[str, Truth]:
    year = error.year_ending
    if error.kind == TABLE_DIGIT and year < FIRST_PANEL_YEAR:
        return {"decided_total": _wrong_digit(counts.outcomes(council, year).total)}
    found = figures(council, year)
    if error.kind == TABLE_DIGIT:
        return {"detailed_investigations": _wrong_digit(found.investigations)}
    if error.kind == TABLE_SWAPPED:
        assert found.similar
        assert found.uphold_rate is not None
        return {
            "uphold_rate": found.similar.uphold_rate,
            "uphold_rate_similar": found.uphold_rate,
        }
    if error.kind == TABLE_DECIMAL:
        return {"uphold_rate": _exact_rate(found)}
    return {}


def _wrong_digit(value: int) -> int:
    """Return a number whose last digit is another one."""
    return value - value % 10 + (value + 3) % 10
