"""The way into the older letters: which form a year has, and the letter of a council."""

from __future__ import annotations

from functools import lru_cache

from ombudsman_crawler.replica.councils import all_councils
from ombudsman_crawler.replica.older import (
    advice_team_tables,
    annual_letter_tables,
    local_authority_report,
    single_total,
)
from ombudsman_crawler.replica.older.blocks import Letter

#: The last year of each form, in order.
_LAST_YEARS = (
    (2008, annual_letter_tables.compose),
    (2012, advice_team_tables.compose),
    (2013, single_total.compose),
    (2018, local_authority_report.compose),
)


@lru_cache(maxsize=8192)
def older_letter(code: str, year_ending: int, revision: int = 0) -> Letter:
    """Return what the letter of a council for a year up to 2018 says."""
    compose = next(compose for last, compose in _LAST_YEARS if year_ending <= last)
    return compose(all_councils()[code], year_ending, revision)
