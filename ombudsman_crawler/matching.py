"""Whose row a national table has: printed names, with all their abbreviations, to authorities.

A name is taken apart into what tells it from others (its core: "kent", "north somerset") and the
word for its kind ("county", "borough"). Names are equal when both agree. What agrees only nearly is
called a loose match, with its reasons, and never passes for a sure one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from ombudsman_crawler import authorities, years
from ombudsman_crawler.authorities import Authority

#: How a name was found to be an authority's, the surest first.
EXACT, KNOWN_NAME, FUZZY, NEW = "exact", "known_name", "fuzzy", "new"

# A loose match is at least so like the name (0 to 100), and so much more than any other's.
_ALIKE, _AHEAD = 85.0, 8.0

# Core words that stand for two councils in ordinary use: by themselves they name neither.
_NAMES_OF_TWO = frozenset({"newcastle", "kingston", "richmond", "london"})

# What tables put behind a name to refer to a footnote.
_MARKS = re.compile(r"(?:\s*(?:[*†‡§¶¹²³⁰⁴-⁹^#]|\[\w{1,2}\]|\(\d{1,2}\)))+\s*$|(?<=[a-z])\d{1,2}$")
_REMARK = re.compile(
    r"\s*[(\[][^()\[\]]*\b(?:abolished|ceased|dissolved|former|formerly|from|merged|new|now"
    r"|replaced|see|to|until)\b[^()\[\]]*[)\]]\s*$",
    re.I,
)

# Whole words that stand for others. What means two things has a place in each.
_SHORT: dict[str, tuple[str, ...]] = {
    "bc": ("borough council",),
    "dc": ("district council",),
    "cc": ("county council", "city council"),
    "mbc": ("metropolitan borough council",),
    "mdc": ("metropolitan district council",),
    "mb": ("metropolitan borough",),
    "lb": ("london borough",),
    "lbc": ("london borough council",),
    "rb": ("royal borough",),
    "rbc": ("royal borough council",),
    "ca": ("combined authority",),
    "cca": ("combined county authority",),
    "mca": ("mayoral combined authority",),
    "npa": ("national park authority",),
    "fra": ("fire and rescue authority",),
    "ne": ("north east",),
    "nw": ("north west",),
    "se": ("south east",),
    "sw": ("south west",),
    "n": ("north",),
    "s": ("south",),
    "e": ("east",),
    "w": ("west",),
    "st": ("st", "saint"),
    "saint": ("st",),
    "met": ("metropolitan",),
    "metro": ("metropolitan",),
    "boro": ("borough",),
    "dist": ("district",),
    "co": ("county",),
    "nth": ("north",),
    "sth": ("south",),
}
_MOST_READINGS = 16

# The words for a kind, the longest first; and those that say only that it is a council.
_KINDS = (
    ("london", r"(?:royal )?london borough"),
    ("metropolitan", r"metropolitan (?:borough|district|county|city)|metropolitan"),
    ("combined", r"(?:mayoral )?combined (?:county )?authority"),
    ("borough", r"royal borough|borough"),
    ("district", r"district"),
    ("city", r"city"),
    ("county", r"county"),
)
_KIND_WORDS = [(kind, re.compile(rf"\b(?:{words})\b")) for kind, words in _KINDS]
_EMPTY_WORDS = re.compile(r"\b(?:council|corporation|authority|unitary|ua|of|the|and)\b")
# Kinds that one body may have had after another, or that are printed for one another.
_LIKE = frozenset({"borough", "district", "city", "metropolitan", "london"})

_LOOKS_LIKE_COUNCIL = re.compile(
    r"\b(?:council|borough|district|county|city|corporation|bc|dc|cc|mbc|mdc|lb|lbc|ua)\b", re.I
)
_OTHER_BODY = re.compile(r"\b(?:authority|transport for|executive|commissioner)\b", re.I)
_LONGEST_NAME = 9
_NO_COUNCIL = re.compile(
    r"\b(?:fire|rescue|police|crime|park|parks|broads|transport|passenger|waste|pension|combined"
    r"|housing|association|academy|school|appeal|panel|conservators?|port|drainage|trust|nhs"
    r"|ltd|limited|plc|commission|agency|parish|town council|joint)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Match:
    """Whose a printed name is.

    `name` is the authority's, or the printed one without footnote marks where none was found
    (`how` is `new`). `explanation` says of a loose match why, and of a name that looks like a
    council's why it is none's; else None.
    """

    name: str
    how: str
    explanation: str | None = None

    @property
    def known(self) -> bool:
        return self.how in (EXACT, KNOWN_NAME)


@dataclass(frozen=True, slots=True)
class _Parts:
    """A name taken apart: core words, the kind's word ("" for none), and whether it says that it
    is a council."""

    core: str
    kind: str
    says_council: bool


def match(
    printed: str, year_ending: int | None = None, also: Mapping[str, str] | None = None
) -> Match:
    """Return whose a printed name is.

    `year_ending` decides between a body and the one that followed it under the same bare name;
    `also` are names met elsewhere, by `authorities.normalise`, with the names of the authorities.
    """
    name = clean(printed)
    spelled = " ".join(name.split()).casefold()
    for authority in authorities.load():
        if " ".join(authority.name.split()).casefold() == spelled:
            return _in_its_time(name, authority, EXACT, year_ending)
    readings = [_parts(each) for each in _readings(name)]
    known = _known(readings, year_ending)
    if len(known) == 1:
        return _in_its_time(name, known.pop(), KNOWN_NAME, year_ending)
    if not known and also and (other := also.get(authorities.normalise(name))):
        return Match(other, KNOWN_NAME)
    if known:
        names = " or ".join(sorted(authority.name for authority in known))
        return Match(name, NEW, f"“{name}” may be {names}")
    return _loosely(name, readings, year_ending)


def _in_its_time(name: str, body: Authority, how: str, year_ending: int | None) -> Match:
    """Return a sure match; a loose one where the body didn't exist yet. Of one that has ended,
    cases are decided for years after."""
    if year_ending is None or body.start is None or body.start <= years.last_day(year_ending):
        return Match(body.name, how)
    because = f"“{name}” is {body.name}, which didn't exist before {body.start}"
    return Match(body.name, FUZZY, because)


def clean(printed: str) -> str:
    """Return a printed name without footnote marks, remarks in brackets and stray spaces."""
    name = " ".join(printed.replace("\N{NO-BREAK SPACE}", " ").split())
    before = None
    while before != name:
        before = name
        name = _MARKS.sub("", _REMARK.sub("", name)).strip(" ,;")
    return name


def looks_like_council(name: str) -> bool:
    """Whether a name says that it is a council's, and of no other kind of body."""
    return bool(_LOOKS_LIKE_COUNCIL.search(name)) and not _NO_COUNCIL.search(name)


def names_a_body(name: str) -> bool:
    """Whether words are a name, with a capital and few of them, that says what body it is of."""
    words = name.split()
    return (
        len(words) <= _LONGEST_NAME
        and name[:1].isupper()
        and bool(_LOOKS_LIKE_COUNCIL.search(name) or _OTHER_BODY.search(name))
    )


# -- taking names apart ------------------------------------------------------------


def _readings(name: str) -> list[str]:
    """Return a name in plain lower-case words, once for each thing its abbreviations may mean."""
    plain = _plain(name)
    readings = [""]
    for word in plain.split():
        options = _SHORT.get(word, (word,))
        readings = [f"{each} {option}" for each in readings for option in options]
        readings = readings[:_MOST_READINGS]
    return [each.strip() for each in readings]


def _plain(name: str) -> str:
    text = name.replace("’", "'").replace("‘", "'").replace("&", " and ")
    text = re.sub(r"(?<=\b[A-Za-z])\.(?=[A-Za-z]\b)", "", text)
    text = authorities.key(re.sub(r"['`]", "", text)).replace("-", " ")
    # As authorities.key leaves it: a lone s was an apostrophe's in a slug.
    return re.sub(r"(?<=[a-z]) s(?= |$)", "s", text)


def _parts(words: str) -> _Parts:
    kind = ""
    rest = words
    for name, pattern in _KIND_WORDS:
        # "City of London Corporation", "Liverpool City Region": what is left must be a name.
        without = pattern.sub(" ", rest, count=1)
        if without != rest and _bare(without):
            kind = kind or name
            rest = without
            if name != "london":
                break
    return _Parts(_bare(rest), kind, bool(re.search(r"\b(?:council|corporation)\b", words)))


def _bare(words: str) -> str:
    return " ".join(_EMPTY_WORDS.sub(" ", words).split())


# -- the register ------------------------------------------------------------------


@cache
def _register() -> dict[str, tuple[tuple[_Parts, Authority], ...]]:
    """Return every name of the register by its core."""
    found: dict[str, set[tuple[_Parts, Authority]]] = defaultdict(set)
    for authority in authorities.load():
        for name in (authority.name, authority.short_name, *authority.other_names):
            for reading in _readings(name):
                parts = _parts(reading)
                if parts.core:
                    found[parts.core].add((parts, authority))
    return {
        core: tuple(sorted(names, key=lambda name: (name[1].code, name[0].kind)))
        for core, names in found.items()
    }


@cache
def _own_kinds(authority: Authority) -> frozenset[str]:
    """Return the words for its kind with which the register knows an authority."""
    names = (authority.name, *authority.other_names)
    kinds = {_parts(reading).kind for name in names for reading in _readings(name)}
    if authority.kind == "county":
        kinds.add("county")
    elif authority.kind == "london_borough":
        kinds |= {"london", "borough"}
    elif authority.kind == "metropolitan":
        kinds |= {"metropolitan", "borough"}
    return frozenset(kinds - {""})


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(word for core in _register() for word in core.split())


def _known(readings: list[_Parts], year_ending: int | None) -> set[Authority]:
    """Return the authorities of whom a name is a spelling: one, or those it can't tell apart."""
    found: set[Authority] = set()
    for parts in readings:
        bodies = {authority for _, authority in _register().get(parts.core, ())}
        found |= {body for body in bodies if _agrees(parts, body)}
    if len(found) > 1 and not any(parts.kind for parts in readings):
        # "Somerset Council" is the name of one of two bodies that are called Somerset.
        whole = {
            body
            for body in found
            for parts in readings
            if parts.says_council and parts == _parts(_plain(body.name))
        }
        found = whole or found
    if len(found) > 1 and year_ending is not None:
        found = {body for body in found if authorities.lived_in(body, year_ending)} or found
    return found


def _agrees(parts: _Parts, body: Authority) -> bool:
    """Whether a name's word for its kind, if it has one, is one of the body's own; a combined
    authority must be called one, since its bare name is a region's."""
    if parts.core in _NAMES_OF_TWO:
        return bool(parts.kind) and parts.kind == _parts(_plain(body.name)).kind
    return parts.kind in _own_kinds(body) if parts.kind else body.kind != "other"


# -- what is only like a name ------------------------------------------------------


def _loosely(name: str, readings: list[_Parts], year_ending: int | None) -> Match:
    """Return the one authority a name is clearly like, or that it is none's."""
    if not looks_like_council(name) and _NO_COUNCIL.search(name):
        return Match(name, NEW)
    scores: dict[Authority, float] = defaultdict(float)
    for parts in readings:
        for core, names in _register().items():
            score = fuzz.ratio(parts.core, core)
            for _, body in names:
                scores[body] = max(scores[body], score)
    alive = [
        body for body in scores if year_ending is None or authorities.lived_in(body, year_ending)
    ]
    ranked = sorted(alive, key=lambda body: (-scores[body], body.code))
    best, second = ranked[0], ranked[1]
    told = (
        f"“{name}” is like {best.name} ({scores[best]:.0f} of 100)"
        f"; next {second.name} ({scores[second]:.0f})"
    )
    if (
        scores[best] >= _ALIKE
        and scores[best] - scores[second] >= _AHEAD
        and any(_could_mean(parts, best) for parts in readings)
    ):
        return Match(best.name, FUZZY, told)
    return Match(name, NEW, told if looks_like_council(name) else None)


def _could_mean(parts: _Parts, body: Authority) -> bool:
    """Whether all words that distinguish a body occur in a name, and its kind isn't another."""
    if parts.core in _NAMES_OF_TWO or (body.kind == "other" and not parts.kind):
        return False
    own = _own_kinds(body)
    if parts.kind and parts.kind not in own and not (parts.kind in _LIKE and own & _LIKE):
        return False
    cores = (core for core, names in _register().items() if any(b is body for _, b in names))
    return any(_same_words(parts.core.split(), core.split()) for core in cores)


def _same_words(printed: list[str], wanted: list[str]) -> bool:
    """Whether two lists are the same words in any order, but for slips in words of no other
    authority's name."""
    if len(printed) != len(wanted):
        return False
    left = list(printed)
    for word in wanted:
        if word in left:
            left.remove(word)
            continue
        slip = next((other for other in left if _is_slip(other, word)), None)
        if slip is None:
            return False
        left.remove(slip)
    return True


def _is_slip(printed: str, word: str) -> bool:
    """Whether a printed word is one with a slip of the pen: no word that another name has."""
    if printed in _vocabulary() or len(word) < 5:
        return False
    return bool(OSA.distance(printed, word) <= (2 if len(word) > 8 else 1))
