"""How values are written for people: British dates, years as the Ombudsman writes them, numbers
with their units, and nothing where there is nothing."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from ombudsman_crawler import years

#: Kinds of authority, as headings say them.
KINDS = {
    "county": "County councils",
    "district": "District councils",
    "metropolitan": "Metropolitan boroughs",
    "unitary": "Unitary authorities",
    "london_borough": "London boroughs",
    "other": "Other bodies",
}
_KIND = {
    "county": "county council",
    "district": "district council",
    "metropolitan": "metropolitan borough",
    "unitary": "unitary authority",
    "london_borough": "London borough",
    "other": "other body",
}
SOURCES = {
    "letter": "annual letter",
    "council_page": "council page",
    "national_table": "national table",
}


def day(written: str | None) -> str:
    """Write an ISO day or moment as "25 November 2026"; other text as it is, null as nothing."""
    if not written:
        return ""
    try:
        found = (
            datetime.fromisoformat(written).date()
            if "T" in written
            else date.fromisoformat(written)
        )
    except ValueError:
        return written
    return f"{found.day} {found:%B %Y}"


def moment(written: str | None) -> str:
    """Write an ISO moment as "25 November 2026, 06:15 UTC"."""
    if not written or "T" not in written:
        return day(written)
    return f"{day(written)}, {datetime.fromisoformat(written):%H:%M} UTC"


def year(year_ending: int | None) -> str:
    """Write a year ending as the Ombudsman does: "2020-21", with an en dash."""
    return "" if year_ending is None else years.label(year_ending).replace("-", "–")


def number(value: float | None, unit: str | None = None) -> str:
    """Write a number with thousands divided, and a percentage with its sign."""
    if value is None:
        return ""
    text = f"{value:,.0f}" if value == int(value) else f"{value:,.2f}".rstrip("0")
    return f"{text}%" if unit == "percent" else text


def kind(name: str | None) -> str:
    """Name a kind of authority in the singular."""
    return _KIND.get(name or "", name or "")


def words(name: str | None) -> str:
    """Write a name of the database for people: "upheld_per_100k_similar" as "upheld per 100k
    similar"."""
    return re.sub(r"[_\s]+", " ", name or "").strip()


def sentence(text: str | None) -> str:
    """Begin a text with a capital, and leave the rest as it is."""
    return text[:1].upper() + text[1:] if text else ""


def title(what: str, authority: str, year_ending: int) -> str:
    """Name a page by what is its own first: tabs and screen readers begin with it."""
    return f"{sentence(words(what))}, {authority}, {year(year_ending)}"


def as_json(value: Any) -> Markup:
    """Write a value as JSON that may stand in a script element of a page, whatever is in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - what would end the element is escaped


FILTERS = {
    "as_json": as_json,
    "day": day,
    "moment": moment,
    "year": year,
    "number": number,
    "kind": kind,
    "sentence": sentence,
    "words": words,
}
