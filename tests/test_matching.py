"""Printed names of national tables: whose they are, and above all whose they aren't."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ombudsman_crawler import authorities
from ombudsman_crawler.matching import body_key, match, without_footnote

REGISTER = authorities.load()
YEARS = (None, 2010, 2019, 2025)


@pytest.mark.parametrize(
    ("printed", "authority", "how"),
    [
        ("Kent County Council", "Kent County Council", "exact"),
        ("Kent County Council *", "Kent County Council", "exact"),
        ("Kent CC", "Kent County Council", "known_name"),
        ("Dartford BC", "Dartford Borough Council", "known_name"),
        ("Dartford Borough", "Dartford Borough Council", "known_name"),
        ("LB Croydon", "London Borough of Croydon", "known_name"),
        ("Croydon London Borough Council", "London Borough of Croydon", "known_name"),
        ("Bexley, London Borough of", "London Borough of Bexley", "known_name"),
        ("Bristol, City of", "Bristol City Council", "known_name"),
        ("Cheshire West & Chester", "Cheshire West and Chester Council", "known_name"),
        ("Bournemouth, Christchurch & Poole Council (2)",
         "Bournemouth, Christchurch and Poole Council", "known_name"),
        ("King’s Lynn and West Norfolk BC",
         "Borough Council of Kings Lynn and West Norfolk", "known_name"),
        ("Stockton on Tees BC", "Stockton-on-Tees Borough Council", "known_name"),
        ("Barnsley MBC", "Barnsley Metropolitan Borough Council", "known_name"),
        ("City of London", "City of London Corporation", "known_name"),
        ("Newcastle upon Tyne", "Newcastle City Council", "known_name"),
        ("Newcastle-under-Lyme", "Newcastle-under-Lyme Borough Council", "known_name"),
        ("Derby CC", "Derby City Council", "known_name"),
        ("Derbyshire CC", "Derbyshire County Council", "known_name"),
        ("North Somerset", "North Somerset  Council", "known_name"),
        ("Middlesborough Council", "Middlesbrough Borough Council", "fuzzy"),
        ("Basingstoke BC", "Basingstoke and Deane Borough Council", "fuzzy"),
    ],
)  # fmt: skip
def test_whose_name_it_is(printed, authority, how):
    found = match(printed, year_ending=2025)
    assert (found.authority, found.how) == (authority, how)
    assert bool(found.explanation) == (how == "fuzzy")


@pytest.mark.parametrize(
    "printed",
    [
        "Newcastle BC",  # of Newcastle upon Tyne, or under Lyme?
        "Newcastle Borough Council",
        "Kent Borough Council",
        "Kent and Medway Fire and Rescue Authority",
        "Derbyshire Wolds District Council",
        "Yorkshire Wolds",
        "Yorkshire Dales National Park Authority",
        "Peak District National Park Authority",
        "London",
        "Greater Manchester Police and Crime Panel",
        "West Midlands Fire Authority",
        "Transport for London",
        "North Devon Homes",
        "West",
        "Council",
        "",
        "*",
    ],
)
def test_a_name_that_may_be_anothers_is_nobodys(printed):
    assert match(printed, year_ending=2025).authority is None


def test_bodies_under_one_short_name_are_told_apart_by_the_year():
    assert match("Somerset", year_ending=2019).authority == "Somerset County Council"
    assert match("Somerset", year_ending=2025).authority == "Somerset Council"
    assert match("Somerset").authority is None
    assert match("Somerset CC", year_ending=2025).authority == "Somerset County Council"


@pytest.mark.parametrize("year_ending", YEARS)
def test_no_name_of_the_register_means_another_authority(year_ending):
    for authority in REGISTER:
        assert match(authority.name, year_ending=year_ending).authority == authority.name


_ABBREVIATIONS = (
    (r"London Borough of (.*)", r"LB \1", r"\1 LB", r"\1", r"\1 London Borough Council"),
    (r"(.*) County Council", r"\1 CC", r"\1 County", r"\1"),
    (r"(.*) City Council", r"\1 CC", r"\1 City", r"City of \1", r"\1, City of"),
    (r"(.*) Metropolitan Borough Council", r"\1 MBC", r"\1 Met Borough", r"\1 BC", r"\1"),
    (r"(.*) Borough Council", r"\1 BC", r"\1 Borough", r"Borough of \1", r"\1 DC", r"\1"),
    (r"(.*) District Council", r"\1 DC", r"\1 District", r"\1 BC", r"\1"),
    (r"(.*) Council", r"\1", r"\1 UA", r"\1 Unitary Authority"),
)


def abbreviated(name):
    for pattern, *short in _ABBREVIATIONS:
        if re.fullmatch(pattern, name):
            yield from (re.sub(f"^{pattern}$", each, name) for each in short)
    yield name.replace(" and ", " & ")
    yield name.replace("-", " ")
    yield name.upper()
    yield f"{name} (1)"


@pytest.mark.parametrize("year_ending", [None, 2019])
def test_no_abbreviation_of_a_name_means_another_authority(year_ending):
    """But for a body and the one that followed it, under the same words in another year."""
    for authority in REGISTER:
        for name in abbreviated(" ".join(authority.name.split())):
            found = match(name, year_ending=year_ending)
            allowed = {None, authority.name, *authorities.successors(authority)}
            allowed |= {
                other.name for other in REGISTER if authority.name in authorities.successors(other)
            }
            assert found.authority in allowed, (name, found)


# Whatever is typed wrongly in a name: it is never another's without a doubt.
@given(some.sampled_from(REGISTER), some.integers(0, 40), some.sampled_from("aeiorstnl "))
def test_a_slip_of_the_pen_is_never_another_authority_in_silence(authority, place, letter):
    name = " ".join(authority.name.split())
    place %= len(name)
    for slip in (name[:place] + name[place + 1 :], name[:place] + letter + name[place:]):
        found = match(slip, year_ending=2019)
        if found.how in ("exact", "known_name"):
            near = {authority.name, *authorities.successors(authority)}
            assert found.authority in near or authority.short_name in found.authority, (slip, found)


def test_footnotes_and_spellings():
    assert without_footnote("Kent County Council ¹*") == "Kent County Council"
    assert without_footnote("Kent County Council [note 2]") == "Kent County Council"
    assert without_footnote("  Kent\n County Council ") == "Kent County Council"
    assert body_key("Broads Authority") == body_key("The Broads Authority*")
    assert body_key("Dartmoor National Park") != body_key("Exmoor National Park")


def test_what_looks_like_a_council_is_told_apart_from_other_bodies():
    assert match("Rutlandshire Borough Council").like_council
    assert not match("Essex Police, Fire and Crime Commissioner").like_council
    assert not match("North York Moors National Park Authority").like_council


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("Milton Keynes City Council", "Milton Keynes Council"),
        ("Southend-on-Sea City Council", "Southend-on-Sea Borough Council"),
        ("Colchester City Council", "Colchester Borough Council"),
    ],
)
def test_cities_of_2022_are_the_councils_they_were(printed: str, name: str) -> None:
    assert match(printed).authority == name
    found = authorities.match(printed)
    assert found is not None
    assert found.name == name
