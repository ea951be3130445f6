"""English local authorities, present and former, and the matching of their printed names.

The data (`authorities.csv` beside this file) derives from mySociety's "UK Local Authorities
(including future)" 1.7.3, CC BY 4.0. It holds councils and combined authorities; other bodies
in the Ombudsman's jurisdiction are met only as names. The site's own slugs aren't in it: they are
taken from the site.
"""

from __future__ import annotations

import csv
import difflib
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

#: The Ombudsman's five comparison groups, and `other` for bodies that have none.
KINDS = ("county", "district", "metropolitan", "unitary", "london_borough", "other")


@dataclass(frozen=True, slots=True)
class Authority:
    """One body. `start` and `end` are the first and last day of its life where they are known."""

    code: str
    name: str
    short_name: str
    kind: str
    gss_code: str
    start: date | None
    end: date | None
    replaced_by: tuple[str, ...]
    county: str
    region: str
    population: int | None
    other_names: tuple[str, ...]


@cache
def load() -> tuple[Authority, ...]:
    """Return every authority of the register, in its order."""
    text = files("ombudsman_crawler").joinpath("authorities.csv").read_text(encoding="utf-8")
    return tuple(
        Authority(
            code=row["code"],
            name=row["name"],
            short_name=row["short_name"],
            kind=row["kind"],
            gss_code=row["gss_code"],
            start=date.fromisoformat(row["start_date"]) if row["start_date"] else None,
            end=_last_day(row["end_date"]),
            replaced_by=tuple(code for code in row["replaced_by"].split(",") if code),
            county=row["county"],
            region=row["region"],
            population=int(row["population_2020"]) if row["population_2020"] else None,
            other_names=tuple(name for name in row["other_names"].split("|") if name),
        )
        for row in csv.DictReader(text.splitlines())
    )


def _last_day(text: str) -> date | None:
    """Read the end of a life: the register writes now the last day, now the day after it."""
    if not text:
        return None
    end = date.fromisoformat(text)
    return date(end.year, 3, 31) if (end.month, end.day) == (4, 1) else end


def normalise(name: str) -> str:
    """Reduce a printed name or a slug to its telling words, so that spellings of it compare equal.

    Case, accents, punctuation, hyphens, "the", "and" and "&" (which slugs leave out) make no
    difference, nor does the order "London Borough of X" / "X London Borough Council". Kind words
    stay: "Dorset County Council" and "Dorset Council" are two bodies.
    """
    # NFKD turns a curly apostrophe into nothing; slugs turn any into a hyphen.
    text = name.replace("’", "'").replace("‘", "'")
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    # An apostrophe is dropped in names and written as a hyphen in slugs: king's, king-s.
    text = re.sub(r"['`]s\b|(?<=[a-z])[- ]s(?=[- ]|$)", "s", text)
    text = re.sub(r"[^a-z0-9]+", " ", re.sub(r"['`]", "", text))
    words = [word for word in text.split() if word not in ("the", "and", "mbc")]
    joined = " ".join(words)
    joined = re.sub(r"^royal borough of (.*)$", r"\1", joined)
    joined = re.sub(r"^london borough of (.*)$", r"\1 london borough", joined)
    joined = re.sub(r"^(?:city|borough) of (?!london|york)(.*)$", r"\1", joined)
    joined = re.sub(r"\bcouncil of\b", "", joined)
    joined = re.sub(r"\b(?:council|corporation|authority)\b", "", joined)
    return " ".join(joined.split())


# Words that name the kind of a body: dropped for a second, looser look when they can't confuse.
_KIND_WORDS = re.compile(
    r"\b(?:london borough|metropolitan borough|metropolitan district|metropolitan|borough"
    r"|district|city|unitary|ua|county)\b"
)

# A bare "Somerset" may be either of two bodies; "Somerset Council" is one.
_SAYS_COUNCIL = re.compile(r"council|corporation|authority|borough|city", re.I)


def _loose(normalised: str) -> str:
    return " ".join(_KIND_WORDS.sub(" ", normalised).split())


@cache
def _indexes() -> tuple[dict[str, Authority], dict[str, tuple[Authority, ...]]]:
    exact: dict[str, set[Authority]] = defaultdict(set)
    loose: dict[str, set[Authority]] = defaultdict(set)
    for authority in load():
        exact[normalise(authority.name)].add(authority)
        for name in (authority.name, *authority.other_names):
            loose[_loose(normalise(name))].add(authority)
    return (
        {name: next(iter(found)) for name, found in exact.items() if len(found) == 1},
        {name: tuple(sorted(found, key=lambda a: a.code)) for name, found in loose.items()},
    )


def match(name: str, *, year_ending: int | None = None) -> Authority | None:
    """Return the one authority a printed name or a slug means, or None.

    First the whole name, then the name without its kind word ("Dartford Council", "Westminster")
    where that leaves a single candidate; `year_ending` may decide between a body and the one that
    followed it under the same short name. Never a guess between two.
    """
    exact, loose = _indexes()
    wanted = normalise(name)
    if not wanted:
        return None
    whole = exact.get(wanted)
    if whole and (
        year_ending is None or _SAYS_COUNCIL.search(name) or lived_in(whole, year_ending)
    ):
        return whole
    candidates = loose.get(_loose(wanted), ())
    # "X County Council" never means the district or unitary X, nor the other way about.
    if re.search(r"\bcounty\b", wanted):
        candidates = tuple(a for a in candidates if re.search(r"\bcounty\b", a.name.lower()))
    elif re.search(r"\b(?:district|borough|city)\b", wanted):
        candidates = tuple(a for a in candidates if a.kind != "county")
    if len(candidates) > 1 and year_ending is not None:
        candidates = tuple(a for a in candidates if lived_in(a, year_ending))
    return candidates[0] if len(candidates) == 1 else None


def lived_in(authority: Authority, year_ending: int) -> bool:
    """Whether the authority existed on some day of the year ending 31 March `year_ending`."""
    if authority.start and authority.start > date(year_ending, 3, 31):
        return False
    return not (authority.end and authority.end < date(year_ending - 1, 4, 1))


@cache
def successors(authority: Authority) -> frozenset[str]:
    """Return the names of all that followed a body, and of what followed those."""
    by_code = {other.code: other for other in load()}
    found: set[str] = set()
    for code in authority.replaced_by:
        follower = by_code[code]
        found |= {follower.name, *successors(follower)}
    return frozenset(found)


def suggest(name: str) -> list[str]:
    """Return up to three names of the register that a name may have been meant for."""
    names = {
        spelling.lower(): other.name
        for other in load()
        for spelling in (other.name, other.short_name, key(other.name))
    }
    close = difflib.get_close_matches(name.lower(), names, n=6, cutoff=0.7)
    return list(dict.fromkeys(names[each] for each in close))[:3]


def key(name: str) -> str:
    """Return a name as lower-case words joined by hyphens: the authority's lasting short key."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "").replace("&", " and ")).strip("-")


def of_slug(slug: str, printed_name: str | None = None) -> str:
    """Return the name of the authority a slug of the site means.

    One that the register knows neither by its slug nor by its printed name is called by the slug's
    own words, so that it has one name however it is met.
    """
    found = match(slug) or (match(printed_name) if printed_name else None)
    if found is not None:
        return found.name
    return " ".join(word[:1].upper() + word[1:] for word in slug.replace("-", " ").split())
