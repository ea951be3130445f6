"""Who has a row in the national tables, and how each year spells their names.

Besides the councils of a replica's map and those before them, the tables have some that the map
lacks: names dangerously like another one, and bodies that are no councils.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from ombudsman_crawler.authorities import Authority
from ombudsman_crawler.replica.councils import Council, all_councils, slug_of
from ombudsman_crawler.replica.tables.styles import Style

#: Authorities of the register that every replica's tables have, on its map or not.
ALWAYS = (
    "NET", "NEC", "NSM", "SMT", "SOM", "DER", "DBY", "DUR", "NOR", "KIN", "BAS", "CRY",
    "GMCA", "WMCA",
)  # fmt: skip

#: Bodies that the register of councils doesn't have.
_OTHERS = (
    "Broads Authority",
    "Kent and Medway Towns Fire Authority",
    "Lake District National Park Authority",
    "Peak District National Park Authority",
    "South Downs National Park Authority",
    "Transport for London",
)

# Spellings of one name, by the register's code; each year takes the next.
_SPELLINGS = {
    "KIN": (
        "Kings Lynn & West Norfolk BC",
        "Borough Council of King's Lynn and West Norfolk",
        "King's Lynn and West Norfolk Borough Council",
    ),
    "BAS": (
        "Bath & NE Somerset",
        "Bath and North East Somerset Council",
        "Bath & North East Somerset Council",
    ),
    "CRY": ("London Borough of Croydon", "Croydon LB", "Croydon London Borough Council"),
    "DUR": ("Durham CC", "Durham County Council", "County Durham"),
    "NET": ("Newcastle City Council", "Newcastle upon Tyne City Council"),
    "NEC": ("Newcastle-under-Lyme Borough Council", "Newcastle under Lyme BC"),
    "NSM": ("North Somerset", "North Somerset Council"),
    "SMT": ("Somerset", "Somerset Council"),
    "SOM": ("Somerset CC", "Somerset County Council"),
    "DER": ("Derby City", "Derby City Council"),
    "DBY": ("Derbyshire", "Derbyshire County Council", "Derbyshire CC"),
    "GMCA": ("Greater Manchester Combined Authority",),
    "WMCA": ("West Midlands Combined Authority",),
}

_SHORT = (
    ("Metropolitan Borough Council", "MBC"),
    ("Borough Council", "BC"),
    ("District Council", "DC"),
    ("County Council", "CC"),
)


@cache
def others() -> tuple[Council, ...]:
    """Return the bodies that the register doesn't have, as councils without a page."""
    return tuple(
        Council(authority, authority.name, slug_of(authority, authority.name))
        for authority in (
            Authority(
                code=f"other-{number}", name=name, short_name=name, kind="other", gss_code="",
                start=None, end=None, replaced_by=(), county="", region="", population=None,
                other_names=(),
            )
            for number, name in enumerate(_OTHERS)
        )
    )  # fmt: skip


def in_the_table(councils: Iterable[Council], year_ending: int) -> list[Council]:
    """Return who has a row in a year's tables: those alive in that year, by name."""
    found = {council.code: council for council in councils}
    register = all_councils()
    found |= {code: register[code] for code in ALWAYS}
    found |= {body.code: body for body in others()}
    alive = (body for body in found.values() if body.lived_in(year_ending))
    return sorted(alive, key=lambda body: (body.authority.name, body.code))


def ending(body: Council, year_ending: int) -> bool:
    """Whether a body ended with the year or within it, for which tables mark its name."""
    return body.ended_by(year_ending)


def printed_name(body: Council, year_ending: int, style: Style) -> str:
    """Return a body's name as the tables of a year print it."""
    spellings = _SPELLINGS.get(body.code)
    if spellings:
        name = spellings[year_ending % len(spellings)]
    else:
        name = " ".join(body.name.split())
        if style.short_names:
            name = _shortened(name)
    if style.encoding == "cp1252":
        name = name.replace("'", "’")
    return f"{name}*" if ending(body, year_ending) else name


def _shortened(name: str) -> str:
    if name.startswith("London Borough of "):
        return f"{name.removeprefix('London Borough of ')} LB"
    for words, letters in _SHORT:
        if name.endswith(f" {words}"):
            return f"{name.removesuffix(words)}{letters}".replace(" and ", " & ")
    return name
