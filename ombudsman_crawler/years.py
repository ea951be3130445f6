"""Report years: the twelve months ending on 31 March that a letter speaks about.

A year is known by the calendar year it ends in: 2021 is 1 April 2020 to 31 March 2021, which the
Ombudsman writes "2020-21", "2020/21" or, in the title of a letter, "2021".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

from ombudsman_crawler.exceptions import BadArgument

# The Ombudsman's annual letters began around 2004 (letters issued to each council).
FIRST_YEAR = 2003
LAST_YEAR = 2099


def label(year_ending: int) -> str:
    """Return a year as the Ombudsman writes it: 2021 gives "2020-21"."""
    return f"{year_ending - 1}-{year_ending % 100:02d}"


def first_day(year_ending: int) -> date:
    return date(year_ending - 1, 4, 1)


def last_day(year_ending: int) -> date:
    return date(year_ending, 3, 31)


# Letters came out in July until 2024 and come out in May since 2025.
_IN_MAY_SINCE = 2025


def published_by(year_ending: int) -> date:
    """Return the last day of the month in which a year's letters come out."""
    return date(year_ending, 5, 31) if year_ending >= _IN_MAY_SINCE else date(year_ending, 7, 31)


def newest_published(today: date) -> int:
    """Return the newest year ending whose letters should be out by now."""
    return today.year if today > published_by(today.year) else today.year - 1


_SPAN = re.compile(r"(?<!\d)(20\d\d)\s*[-/‐‑–—]\s*(?:20)?(\d\d)(?!\d)")
_SINGLE = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


def from_text(text: str) -> int | None:
    """Return the one report year a label names, or None when it names none or several.

    "2020-21", "2020/21", "2020/2021" and "2021" are all 2021. A span whose years don't follow one
    another ("2014-2021") names no single year.
    """
    found: set[int] = set()
    for start, end in _SPAN.findall(text):
        if (int(start) + 1) % 100 != int(end):
            return None
        found.add(int(start) + 1)
    found.update(int(year) for year in _SINGLE.findall(_SPAN.sub(" ", text)))
    return found.pop() if len(found) == 1 else None


_SHORT_SPAN = re.compile(r"(?<![\d/.])(?<!\d-)(\d\d)\s*[-/‐‑–—_]\s*(\d\d)(?!\d)(?![-/.]\d)")
_LAST_DAY = re.compile(r"\b31(?:st)?\s+March\s+(20\d\d)\b|\b31[/.]0?3[/.](20\d\d)\b", re.IGNORECASE)
# A day or month on which something was published or counted is no year of figures.
_OTHER_DAY = re.compile(
    r"(?:\b\d{1,2}(?:st|nd|rd|th)?\s+)?\b(?:January|February|March|April|May|June|July|August"
    r"|September|October|November|December)\s+20\d\d\b|\b\d{1,2}[-/.]\d{1,2}[-/.]20\d\d\b",
    re.IGNORECASE,
)


def from_title(text: str) -> int | None:
    """Return the one report year that a title or a file's name tells, or None for none or several.

    Besides what `from_text` reads: "25-26", "year ending 31 March 2022" and "1 April 2021 to 31
    March 2022", whose last day tells the year.
    """
    found = all_in_title(text)
    return found.pop() if len(found) == 1 else None


def all_in_title(text: str) -> set[int]:
    """Return every report year that a title tells: of "2019-20 to 2023-24" both."""
    found = {int(one or other) for one, other in _LAST_DAY.findall(text)}
    text = _OTHER_DAY.sub(" ", text)
    found |= {_end(int(start), int(end)) for start, end in _SPAN.findall(text)} - {0}
    if not found:
        short = _SHORT_SPAN.findall(_SPAN.sub(" ", text))
        found = {_end(2000 + int(start), int(end)) for start, end in short} - {0}
    if not found:
        found = {int(year) for year in _SINGLE.findall(_SPAN.sub(" ", text))}
    return found


def _end(start: int, end: int) -> int:
    """Return the year in which a span ends whose years follow one another, else 0."""
    return start + 1 if (start + 1) % 100 == end else 0


@dataclass(frozen=True, slots=True)
class YearRange:
    """Report years from `first` to `last`, both included."""

    first: int
    last: int

    @classmethod
    def parse(cls, text: str, argument: str = "--years") -> Self:
        """Read "2021" or "2014-2021".

        Raises BadArgument for anything else, for years out of reach and for a reversed range.
        """
        allowed = f"write one year (2021) or two (2014-2021) from {FIRST_YEAR} to {LAST_YEAR}"
        match = re.fullmatch(r"\s*(\d{4})(?:\s*-\s*(\d{4}))?\s*", text, re.ASCII)
        if not match and (named := from_text(text)) is not None:
            raise BadArgument(argument, text, f"years are named by their end: write {named}")
        if not match:
            raise BadArgument(argument, text, allowed)
        first = int(match[1])
        last = int(match[2] or first)
        if not FIRST_YEAR <= first <= LAST_YEAR or not FIRST_YEAR <= last <= LAST_YEAR:
            raise BadArgument(argument, text, allowed)
        if first > last:
            raise BadArgument(argument, text, f"{first} is after {last}; put the earlier first")
        return cls(first, last)

    def __contains__(self, year_ending: object) -> bool:
        return isinstance(year_ending, int) and self.first <= year_ending <= self.last

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
