"""Whose name a printed name is, where nobody's link says so: exactly, by another name that is
known, or loosely with an explanation. Never a guess between two.

`authorities.match` serves names that the site's own addresses and letters give. The names in
national tables are typed by hand, four hundred at a time, beside bodies that no register has: here
a name must be an authority's in all its telling words, and what it says of the body's kind must
fit.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import product

from rapidfuzz import fuzz

from ombudsman_crawler import authorities, years
from ombudsman_crawler.authorities import Authority


@dataclass(frozen=True, slots=True)
class Match:
    """What a printed name was found to mean.

    `authority` is the register's name, None where it has none; `how` is `exact`, `known_name`,
    `fuzzy` or `new`; `explanation` says what a loose match goes by, or why there is none.
    `like_council`: the name is a council's by its own words.
    """

    printed: str
    authority: str | None
    how: str
    explanation: str = ""
    like_council: bool = False
    #: Whether the body is of one of the kinds that are compared with one another.
    compared: bool = False
    #: Whether the name may be several authorities': nobody's, then.
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class _Name:
    """A name in two parts: the words that tell it from others, and those that say its kind."""

    words: tuple[str, ...]
    kinds: frozenset[str]


# Footnote marks after a name: signs, raised digits, and letters or digits in brackets.
_FOOTNOTE = re.compile(
    r"(?:\s*(?:[*†‡§#¹²³⁴⁵⁶⁷⁸⁹]|[\[(]\s*(?:\d{1,2}|[a-e]|note\s*\w{0,2}|see\s+notes?[^)\]]*)\s*[\])]))+$",
    re.IGNORECASE,
)
#: Short forms, without their stops, and what each may stand for. "CC" is a county's or a city's.
_SHORT = {
    "lbc": ("london borough council",), "lb": ("london borough",), "rb": ("royal borough",),
    "mbc": ("metropolitan borough council",), "mdc": ("metropolitan district council",),
    "bc": ("borough council",), "dc": ("district council",),
    "cc": ("county council", "city council"), "ca": ("combined authority",),
    "ua": ("unitary",), "met": ("metropolitan",), "boro": ("borough",), "dist": ("district",),
    "co": ("county",), "cncl": ("council",),
    "n": ("north",), "e": ("east",), "s": ("south",), "w": ("west",), "ne": ("north east",),
    "nw": ("north west",), "se": ("south east",), "sw": ("south west",),
    "beds": ("bedfordshire",), "bucks": ("buckinghamshire",), "cambs": ("cambridgeshire",),
    "derbys": ("derbyshire",), "glos": ("gloucestershire",), "hants": ("hampshire",),
    "herts": ("hertfordshire",), "lancs": ("lancashire",), "leics": ("leicestershire",),
    "lincs": ("lincolnshire",), "northants": ("northamptonshire",),
    "notts": ("nottinghamshire",), "oxon": ("oxfordshire",), "staffs": ("staffordshire",),
    "wilts": ("wiltshire",), "worcs": ("worcestershire",), "yorks": ("yorkshire",),
}  # fmt: skip
_KINDS = {
    "county": "county",
    "district": "district",
    "borough": "borough",
    "city": "city",
    "metropolitan": "metropolitan",
    "unitary": "unitary",
    "london borough": "london_borough",
    "royal borough": "borough",
}
#: What may be said of an authority of each kind, besides what its own names say.
_MAY_BE_CALLED = {
    "county": {"county"},
    "district": {"district", "borough"},
    "metropolitan": {"metropolitan", "borough", "district", "city"},
    "unitary": {"unitary", "borough"},
    "london_borough": {"london_borough", "borough"},
    "other": set(),
}
_KIND_WORDS = re.compile(
    r"\b(london borough|royal borough|metropolitan|county|district|borough|city|unitary)\b"
)
# Of names that only these set apart nothing may be left out: places called after a kind.
_KEPT = (
    (re.compile(r"\bcity (?:and county )?of (?:the city of )?london\b"), "londoncity"),
    (re.compile(r"\blondon city\b"), "londoncity"),
    (re.compile(r"\bcounty durham\b"), "durham county"),
)
_SAYS_OTHER = re.compile(r"\b(?:authority|combined|city region|[cm]?ca)\b", re.IGNORECASE)
_SILENT = {"the", "and", "of", "council", "corporation", "authority"}
_LIKE_COUNCIL = re.compile(
    r"\b(?:council|borough|county|district|unitary|[lm]?bc|cc|mbc|mdc|dc)\b", re.IGNORECASE
)
# Other bodies that are named after the same places, or call a part of themselves a council.
_OTHER_BODY = re.compile(
    r"\b(?:parks?|fire|rescue|police|crime|commissioner|transport|passenger|waste|panels?|schools?"
    r"|academy|college|conservation|conservators|broads|pensions?|drainage|flood|homes|housing"
    r"|association|trust|partnership|parish|town council|care|ltd|limited|combined authority)\b",
    re.IGNORECASE,
)
# Words that set neighbours apart: in these a slip of the pen is another place.
_COMPASS = {
    "north", "south", "east", "west", "mid", "central", "upper", "lower", "great", "greater",
    "new", "old", "inner", "outer", "northern", "southern", "eastern", "western",
}  # fmt: skip

#: How alike a word must be to be taken for a slip of the pen (of 100), and by how much the best
#: name must be better than the second.
_LIKE, _CLEARLY = 85.0, 8.0
# Characters; what is longer is a note.
_LONGEST = 200
# Shorter words are too easily turned into one another.
_LONG_ENOUGH = 5


def match(printed: str, *, year_ending: int | None = None) -> Match:
    """Find the authority that a printed name means in a table of a year.

    Exact: the register's own name. Known: its words under another spelling, order or abbreviation.
    Loose (`fuzzy`): but for a slip of the pen, or cut short, it can be no other; for somebody to
    confirm. Else it is `new`.
    """
    name = without_footnote(printed)
    if len(name) > _LONGEST:
        return Match(printed, None, "new", "longer than any name")
    said = _spelt(name)
    like_council = bool(_LIKE_COUNCIL.search(name)) and not _OTHER_BODY.search(name)
    exact = _by_name().get(said)
    if exact is not None:
        return _sure(printed, exact, "exact", like_council, year_ending)
    readings = _readings(name)
    known = {found for reading in readings for found in _known(reading, year_ending)}
    if not _SAYS_OTHER.search(name):
        # The bare name of a combined authority is its region's, and its councils' together.
        known = {each for each in known if each.kind != "other"}
    if len(known) == 1:
        return _sure(printed, known.pop(), "known_name", like_council, year_ending)
    if known:
        names = ", ".join(sorted(each.name for each in known))
        return Match(printed, None, "new", f"may be any of {names}", like_council, ambiguous=True)
    loose = None if _OTHER_BODY.search(name) else _loose(readings, year_ending)
    if loose is not None:
        return _match(printed, loose[0], "fuzzy", like_council, loose[1])
    unknown = "no name of the register is like it"
    return Match(printed, None, "new", unknown, like_council, compared=like_council)


def _match(
    printed: str, authority: Authority, how: str, like_council: bool, explanation: str = ""
) -> Match:
    compared = authority.kind != "other"
    return Match(printed, authority.name, how, explanation, like_council, compared)


def _sure(
    printed: str, authority: Authority, how: str, like_council: bool, year_ending: int | None
) -> Match:
    """A sure match; a loose one of a body that wasn't there yet: whoever typed the name of a later
    council may have meant the one before it. Of one that has ended, cases are decided for years."""
    begun = authority.start
    if year_ending is None or begun is None or begun <= years.last_day(year_ending):
        return _match(printed, authority, how, like_council)
    because = f"it didn't exist before {begun.isoformat()}"
    return _match(printed, authority, "fuzzy", like_council, because)


def without_footnote(printed: str) -> str:
    """Return a name without the marks of footnotes after it, its white space made single."""
    name = " ".join(printed.split())
    if len(name) <= _LONGEST:
        name = _FOOTNOTE.sub("", name)
    return name.strip(" ,;:")


def body_key(printed: str) -> str:
    """Return what two spellings of one name have in common, for bodies outside the register: its
    telling words and its kind, however they are ordered and shortened."""
    name = _readings(without_footnote(printed))[0]
    return " ".join((*name.words, *sorted(name.kinds)))


def _spelt(name: str) -> str:
    text = name.replace("’", "'").replace("‘", "'")
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


@cache
def _by_name() -> dict[str, Authority]:
    return {_spelt(each.name): each for each in authorities.load()}


def _readings(name: str) -> list[_Name]:
    """Take a name apart; one with an abbreviation of two meanings in each of them."""
    words = (word.replace(".", "") for word in _plain(name).split())
    meanings = [_SHORT.get(word, (word,)) for word in words]
    return list(dict.fromkeys(_apart(" ".join(each)) for each in product(*meanings)))


def _plain(name: str) -> str:
    text = name.replace("’", "'").replace("‘", "'").replace("&", " and ")
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    # "Bristol, City of" and "Bexley, London Borough of" stand under the letter of their place.
    head, comma, tail = text.partition(",")
    if comma and tail.strip().endswith(" of"):
        text = f"{tail.strip()} {head}"
    text = re.sub(r"['`]", "", text)
    return " ".join(re.sub(r"[^a-z0-9.]+", " ", text).split())


def _apart(text: str) -> _Name:
    for pattern, kept in _KEPT:
        text = pattern.sub(kept, text)
    kinds = frozenset(_KINDS[word] for word in _KIND_WORDS.findall(text))
    # A combined county authority is no county.
    if "combined" in text.split():
        kinds = frozenset()
    rest = _KIND_WORDS.sub(" ", text)
    return _Name(tuple(word for word in rest.split() if word not in _SILENT), kinds)


@cache
def _register() -> dict[Authority, frozenset[_Name]]:
    """Every authority with its names, each taken apart."""
    return {
        each: frozenset(
            reading
            for name in (each.name, each.short_name, *each.other_names)
            for reading in _readings(name)
            if reading.words
        )
        for each in authorities.load()
    }


@cache
def _by_words() -> dict[tuple[str, ...], frozenset[Authority]]:
    found: dict[tuple[str, ...], set[Authority]] = defaultdict(set)
    for authority, names in _register().items():
        for name in names:
            found[name.words].add(authority)
    return {words: frozenset(each) for words, each in found.items()}


def _fits(kinds: frozenset[str], authority: Authority) -> bool:
    """Whether what a name says of a body's kind can be said of an authority."""
    return kinds <= _called(authority)


@cache
def _called(authority: Authority) -> frozenset[str]:
    own = (kind for name in _register()[authority] for kind in name.kinds)
    return frozenset((*_MAY_BE_CALLED[authority.kind], *own))


def _known(name: _Name, year_ending: int | None) -> set[Authority]:
    """The authorities that a name means by its words, if what it says of their kind fits; of a
    body and the one that followed it under the same words, the one that lived in the year."""
    fitting = {each for each in _by_words().get(name.words, ()) if _fits(name.kinds, each)}
    # A combined authority is never called by its place alone.
    fitting = {each for each in fitting if each.kind != "other" or name in _register()[each]}
    own = {each for each in fitting if name in _register()[each]}
    if name.kinds and own:
        fitting = own
    if len(fitting) > 1 and year_ending is not None:
        fitting = {each for each in fitting if authorities.lived_in(each, year_ending)} or fitting
    if len(fitting) == 1 and not own:
        # "Newcastle Borough Council" may be short for Newcastle-under-Lyme's.
        (only,) = fitting
        if any(_longer_of_the_kind(name, other) for other in _register() if other is not only):
            return set()
    return fitting


def _longer_of_the_kind(name: _Name, authority: Authority) -> bool:
    return any(
        set(name.words) < set(own.words) and name.kinds <= own.kinds
        for own in _register()[authority]
    )


def _loose(names: list[_Name], year_ending: int | None) -> tuple[Authority, str] | None:
    """The authority that a name can only mean if a slip of the pen is forgiven, or what was left
    out filled in; and what that goes by."""
    if not any(name.words for name in names) or any(name.words in _by_words() for name in names):
        # Its words are an authority's; what it says of the kind contradicts. No other is meant.
        return None
    scores: dict[Authority, tuple[float, str]] = {}
    for name in names:
        for words, those in _by_words().items():
            score, why = _likeness(name.words, words)
            if not score:
                continue
            for authority in those:
                if (
                    score > scores.get(authority, (0.0, ""))[0]
                    and authority.kind != "other"
                    and _fits(name.kinds, authority)
                    and (year_ending is None or _about(authority, year_ending))
                ):
                    scores[authority] = score, why
    best = sorted(scores.items(), key=lambda item: -item[1][0])[:2]
    if not best:
        return None
    (authority, (score, why)), *others = best
    second = f"the next best, {others[0][0].name}, {others[0][1][0]:.0f}" if others else "no other"
    if others and score - others[0][1][0] < _CLEARLY:
        return None
    return authority, f"{why}; likeness {score:.0f} of 100, {second}"


def _about(authority: Authority, year_ending: int) -> bool:
    # Cases of a body that has ended are decided for years after it.
    return any(
        authorities.lived_in(authority, year) for year in range(year_ending - 3, year_ending + 1)
    )


def _likeness(printed: tuple[str, ...], known: tuple[str, ...]) -> tuple[float, str]:
    """How alike two names are, 0 to 100, and in what they differ; 0 where they are two names."""
    if len(printed) < len(known) and known[: len(printed)] == printed:
        if set(printed) <= _COMPASS:
            return 0.0, ""
        missing = " ".join(known[len(printed) :])
        return 90.0, f'"{missing}" is left out'
    if len(printed) != len(known):
        return 0.0, ""
    differing = [(one, other) for one, other in zip(printed, known, strict=True) if one != other]
    for one, other in differing:
        if {one, other} & _COMPASS or min(len(one), len(other)) < _LONG_ENOUGH:
            return 0.0, ""
        if fuzz.ratio(one, other) < _LIKE:
            return 0.0, ""
    score = fuzz.ratio(" ".join(printed), " ".join(known))
    told = ", ".join(f'"{one}" for "{other}"' for one, other in differing)
    return score, f"{told} taken for a slip of the pen"
