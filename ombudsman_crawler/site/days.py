"""Days as the site writes them: "23-Dec-2025", "05 Feb 2020", "5 February 2020", "05/02/2020"."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_DAY = re.compile(
    r"(?<![\w-])(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+(?P<month>[A-Za-z]{3,9})\.?,?[\s-]+"
    r"(?P<year>\d{4})|(?P<d>\d{1,2})[/.](?P<m>\d{1,2})[/.](?P<y>\d{4})"
    r"|(?P<iso>\d{4}-\d{2}-\d{2}))(?![\w-])",
    re.ASCII,
)
# The Ombudsman began in 1974; a later day than this is a misprint.
_YEARS = range(1974, 2100)


def find(text: str) -> tuple[date, tuple[int, int]] | None:
    """Return the first day a text names, and where it stands there; None where it names none."""
    for found in _DAY.finditer(text):
        day = _read(found)
        if day is not None:
            return day, found.span()
    return None


def read(text: str) -> date | None:
    """Return the first day a text names."""
    found = find(text)
    return found[0] if found else None


def _read(found: re.Match[str]) -> date | None:
    try:
        if found["iso"]:
            day = date.fromisoformat(found["iso"])
        elif found["m"]:
            day = date(int(found["y"]), int(found["m"]), int(found["d"]))
        else:
            name = found["month"].lower()
            month = _MONTHS.index(name[:3]) + 1
            day = date(int(found["year"]), month, int(found["day"]))
    except ValueError:
        return None
    return day if day.year in _YEARS else None
