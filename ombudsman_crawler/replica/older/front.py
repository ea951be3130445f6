"""Who writes to whom, when and under which title, in the letters up to the year ending 2018."""

from __future__ import annotations

from ombudsman_crawler.replica import chance, wording
from ombudsman_crawler.replica.councils import Council
from ombudsman_crawler.replica.wording import span, written_date

# The three offices of the Commission, each with its Ombudsman: initials for references, address.
_COVENTRY = ("J R White", "JRW", "The Oaks No 2, Westwood Way, Coventry")
_YORK = ("Anne Seex", "AS", "Beverley House, 17 Shipton Road, York")
_LONDON = ("Tony Redmond", "TR", "Millbank Tower, Millbank, London")
_OFFICES = {
    "North East": _YORK,
    "North West": _YORK,
    "Yorkshire and The Humber": _YORK,
    "London": _LONDON,
    "South East": _LONDON,
    "East of England": _LONDON,
}

_FORMER_OF_2009 = {
    "BDF": ("Bedford Borough Council", "Bedfordshire County Council"),
    "CBF": (
        "Mid Bedfordshire District Council", "South Bedfordshire District Council",
        "Bedfordshire County Council",
    ),
    "CHE": (
        "Congleton Borough Council", "Crewe and Nantwich Borough Council",
        "Macclesfield Borough Council", "Cheshire County Council",
    ),
    "CHW": (
        "Chester City Council", "Ellesmere Port and Neston Borough Council",
        "Vale Royal Borough Council", "Cheshire County Council",
    ),
    "CON": (
        "Cornwall County Council", "Caradon District Council", "Carrick District Council",
        "Kerrier District Council", "North Cornwall District Council", "Penwith District Council",
        "Restormel Borough Council",
    ),
    "DUR": (
        "Durham County Council", "Chester-le-Street District Council",
        "Derwentside District Council", "Durham City Council", "Easington District Council",
        "Sedgefield Borough Council", "Teesdale District Council", "Wear Valley District Council",
    ),
    "NBL": (
        "Northumberland County Council", "Alnwick District Council",
        "Berwick-upon-Tweed Borough Council", "Blyth Valley Borough Council",
        "Castle Morpeth Borough Council", "Tynedale Council", "Wansbeck District Council",
    ),
    "SHR": (
        "Shropshire County Council", "Bridgnorth District Council",
        "North Shropshire District Council", "Oswestry Borough Council",
        "Shrewsbury and Atcham Borough Council", "South Shropshire District Council",
    ),
    "WIL": (
        "Wiltshire County Council", "Kennet District Council", "North Wiltshire District Council",
        "Salisbury District Council", "West Wiltshire District Council",
    ),
}  # fmt: skip


def title(year_ending: int) -> str:
    """Return the title of a year's letters, as they print it."""
    if year_ending <= 2008:
        return f"Annual Letter {slashed(year_ending)}"
    if year_ending <= 2010:
        return f"Annual Review {slashed(year_ending)}"
    if year_ending <= 2012:
        return "Annual Review Letter"
    return f"Annual Review Letter {year_ending}"


def date_line(year_ending: int) -> str:
    """Return the date of a year's letters as they print it."""
    return written_date(wording.letter_date(year_ending))


def slashed(year_ending: int) -> str:
    """Return a year as "2006/07"."""
    return span(year_ending).replace("-", "/")


def ombudsman(year_ending: int) -> str:
    """Return what the Ombudsman is called in a year's letters."""
    social_care = "and Social Care " if year_ending >= 2017 else ""
    return f"Local Government {social_care}Ombudsman"


def signatory(council: Council, year_ending: int) -> tuple[str, tuple[str, ...]]:
    """Return who signs, and the lines under the name: by region up to 2012, then one for all."""
    person, _, address = _OFFICES.get(council.authority.region, _COVENTRY)
    if year_ending <= 2012:
        if year_ending >= 2010 and person != _YORK[0]:
            person = "Jane Martin" if year_ending == 2010 else "Dr Jane Martin"
        return person, ("Local Government Ombudsman", address)
    if year_ending <= 2015:
        person = "Dr Jane Martin"
    else:
        person = "Jane Martin" if year_ending == 2016 else "Michael King"
    return person, (
        ombudsman(year_ending),
        "Chair, Commission for Local Administration in England",
    )


def former_names(council: Council, year_ending: int) -> tuple[str, ...]:
    """Return the councils of which this one had just taken the place, in the review for 2008/09."""
    return _FORMER_OF_2009.get(council.code, ()) if year_ending == 2009 else ()


def cover(council: Council, year_ending: int) -> tuple[str, ...]:
    """Return the lines of a booklet's cover."""
    name = council.name.replace("'", "’")
    former = former_names(council, year_ending)
    if former:
        listed = ", the former ".join(former)
        lines: tuple[str, ...] = (name, f"successor authority to the former {listed}")
    else:
        lines = (name,)
    return (
        "The Local Government Ombudsman’s",
        title(year_ending).rsplit(" ", 1)[0],
        *lines,
        "for the year ended",
        f"31 March {year_ending}",
    )


def blocks(
    council: Council, year_ending: int
) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...], str, str]:
    """Return the lines above the salutation in blocks, the address, the addressee and the post."""
    person, post = wording.addressee(council, year_ending)
    name = council.name.replace("'", "’")
    dated = (date_line(year_ending),)
    address: tuple[str, ...] = (person, post, name)
    if chance.share("one line", council.code, year_ending) < 0.15:
        address = (" ".join(address),)
    if year_ending > 2012:
        return (dated, ("By email",), address), address, person, post
    initials = _OFFICES.get(council.authority.region, _COVENTRY)[1]
    if year_ending >= 2010 and initials != _YORK[1]:
        initials = "JM"
    number = chance.whole(1, 9, "file", council.code)
    hand = chance.pick(("ljj", "pab", "cmt", "hrs"), "hand", council.code)
    key = "".join(letter for letter in council.code if letter.isalpha())[:3].upper()
    reference = (
        f"Our ref: {initials}/B{number}/{key}/{hand}",
        "(Please quote our reference when contacting us)",
    )
    town = council.authority.short_name.upper().replace("'", "’")
    exchange = (f"DX {chance.whole(2000, 199_999, 'DX', council.code)} {town}",)
    if year_ending <= 2010 and chance.share("DX", council.code) < 0.6:
        return (dated, (*address, *exchange), reference), address, person, post
    return (dated, address, reference), address, person, post


def short_name(council: Council) -> str:
    """Return the name at the head of the statistics: short, and cut off where the room ends."""
    name = council.authority.short_name.replace(" and ", " & ").replace("'", "’")
    return name[:21].rstrip()
