"""Which councils a replica has: those on the map, and the former ones behind their merger links."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from ombudsman_crawler import authorities
from ombudsman_crawler.authorities import Authority
from ombudsman_crawler.replica import chance

# The first councils on every map, in this order: between them they have every kind of page and
# letter (the two sample letters, published figures, an ampersand, an apostrophe, hyphens, a merger,
# a council without any investigation; then zeros of an abolished county, an interim signatory and
# a body without a comparison group).
FIRST_ON_THE_MAP = (
    "DAR", "KEN", "BIR", "CRY", "CHW", "BAS", "WNT", "KIN", "STT", "IOS", "ESS", "BUC",
    "LCR", "CBD", "BRY", "BPC", "SHA", "LDS", "SMT", "NNT",
)  # fmt: skip

# Names as the Ombudsman prints them where the register has another spelling.
PRINTED_NAMES = {
    "CHW": "Cheshire West & Chester Council",
    "KIN": "Borough Council of King's Lynn & West Norfolk",
    "POL": "Poole Borough Council",
}

# The part of the councils whose letters the site has, up to a year; all after the last of them.
_KEPT = ((2009, 0.33), (2013, 0.6), (2018, 0.9))
# Bath and North East Somerset has published figures since 2005; the sample letters' councils.
_KEPT_ALWAYS = ("BAS", "KEN", "DAR")

# The site began to keep capitals in slugs with the councils founded from this day on.
CAPITALS_SINCE = date(2021, 4, 1)


@dataclass(frozen=True, slots=True)
class Council:
    """An authority as the replica's site shows it; `name` and `slug` are those of the site."""

    authority: Authority
    name: str
    slug: str

    @property
    def code(self) -> str:
        return self.authority.code

    @property
    def kind(self) -> str:
        return self.authority.kind

    @property
    def compared(self) -> bool:
        """Whether the Ombudsman compares it with similar authorities: five kinds are."""
        return self.kind != "other"

    def lived_in(self, year_ending: int) -> bool:
        """Whether it existed in the year ending 31 March `year_ending`, and so got a letter."""
        return authorities.lived_in(self.authority, year_ending)

    def letter_years(self, first: int, last: int) -> tuple[int, ...]:
        """Return the years from `first` to `last` whose letters the site has."""
        return tuple(
            year
            for year in range(first, last + 1)
            if (self.lived_in(year) or self._succeeded_in(year)) and self._kept(year)
        )

    def _succeeded_in(self, year_ending: int) -> bool:
        # The reviews for 2008/09 went to the councils founded the day after that year's end.
        return year_ending == 2009 and self.authority.start == date(2009, 4, 1)

    def _kept(self, year_ending: int) -> bool:
        """Whether the site still has its letter of a year: of early years it has few."""
        share = next((share for last, share in _KEPT if year_ending <= last), 1.0)
        always = self.code in _KEPT_ALWAYS
        return always or chance.share("kept", self.code) < share

    def last_year(self, last: int) -> int:
        """Return the newest year, up to `last`, that its page can show."""
        end = self.authority.end
        if end is None:
            return last
        # A body that ended on 1 April ended with the year before.
        year_of_end = end.year if (end.month, end.day) <= (4, 1) else end.year + 1
        return min(last, year_of_end)

    def ended_by(self, last: int) -> bool:
        """Whether it had ceased to exist when the letters of the year `last` came out."""
        end = self.authority.end
        return end is not None and end <= date(last, 4, 1)


def slug_of(authority: Authority, name: str) -> str:
    """Return the slug of a council's page: words joined by hyphens, an apostrophe is a hyphen."""
    words = re.findall(r"[A-Za-z0-9]+", name)
    slug = "-".join(words)
    keeps_capitals = authority.start is not None and authority.start >= CAPITALS_SINCE
    return slug if keeps_capitals else slug.lower()


@cache
def all_councils() -> dict[str, Council]:
    """Return every authority of the register as a council of the site, by code."""
    found = {}
    for authority in authorities.load():
        name = PRINTED_NAMES.get(authority.code, authority.name)
        found[authority.code] = Council(authority, name, slug_of(authority, name))
    return found


def living(last: int) -> list[Council]:
    """Return the councils alive when the letters of the year `last` came out, in map order."""
    alive = [c for c in all_councils().values() if not c.ended_by(last) and c.lived_in(last)]
    place = {code: number for number, code in enumerate(FIRST_ON_THE_MAP)}
    return sorted(
        alive, key=lambda c: (place.get(c.code, len(place)), chance.number("order", c.code), c.code)
    )


def on_the_map(count: int, last: int) -> list[Council]:
    """Return `count` councils of the map of the year `last`.

    Raises ValueError when so many did not live then.
    """
    alive = living(last)
    if not 0 <= count <= len(alive):
        raise ValueError(
            f"councils: {count} asked; 0 to {len(alive)} are possible for letters up to {last}"
        )
    return alive[:count]


def predecessors(council: Council, last: int) -> list[Council]:
    """Return the bodies merged into a council by the time of the letters of `last`, by name."""
    return sorted(
        (
            former
            for former in all_councils().values()
            if council.code in former.authority.replaced_by and former.ended_by(last)
        ),
        key=lambda former: former.name,
    )


def with_predecessors(councils: Iterable[Council], last: int) -> list[Council]:
    """Return the former bodies behind some councils, and those behind them, each once, by name."""
    found: dict[str, Council] = {}
    waiting = list(councils)
    while waiting:
        for former in predecessors(waiting.pop(), last):
            if former.code not in found:
                found[former.code] = former
                waiting.append(former)
    return sorted(found.values(), key=lambda former: former.name)
