from __future__ import annotations

import pytest

from ombudsman_crawler import authorities


def test_every_authority_is_found_by_its_own_name() -> None:
    strays = [a.name for a in authorities.load() if authorities.match(a.name) is not a]
    assert strays == []


def test_every_authority_is_found_by_the_slug_of_its_name() -> None:
    keys = [authorities.key(a.name) for a in authorities.load()]
    assert len(set(keys)) == len(keys)
    strays = [
        a.name for a in authorities.load() if authorities.match(authorities.key(a.name)) is not a
    ]
    assert strays == []


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("kent-county-council", "Kent County Council"),
        ("West-Northamptonshire-Council", "West Northamptonshire Council"),
        ("london-borough-of-croydon", "London Borough of Croydon"),
        ("Croydon London Borough Council", "London Borough of Croydon"),
        ("Cheshire West & Chester Council", "Cheshire West and Chester Council"),
        ("cheshire-west-chester-council", "Cheshire West and Chester Council"),
        ("Poole Borough Council", "Borough of Poole"),
        (
            "king-s-lynn-and-west-norfolk-borough-council",
            "Borough Council of Kings Lynn and West Norfolk",
        ),
        (
            "Borough Council of King’s Lynn & West Norfolk",
            "Borough Council of Kings Lynn and West Norfolk",
        ),
        ("Council of the Isles of Scilly", "Council of the Isles of Scilly"),
        ("Westminster City Council", "City of Westminster"),
        ("Dartford Council", "Dartford Borough Council"),
        ("Dorset Council", "Dorset Council"),
        ("Dorset County Council", "Dorset County Council"),
        ("County Durham Council", "Durham County Council"),
        ("Southend-on-Sea City Council", "Southend-on-Sea Borough Council"),
    ],
)
def test_printed_names_and_slugs(printed: str, name: str) -> None:
    found = authorities.match(printed)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "printed", ["atlantis-council", "Council", "", "Herefordshire County Council"]
)
def test_no_guess(printed: str) -> None:
    assert authorities.match(printed) is None


def test_the_year_decides_between_bodies_of_one_short_name() -> None:
    before = authorities.match("Somerset", year_ending=2020)
    after = authorities.match("Somerset", year_ending=2025)
    assert before is not None
    assert after is not None
    assert (before.name, after.name) == ("Somerset County Council", "Somerset Council")


def test_lives() -> None:
    northampton = authorities.match("Northampton Borough Council")
    assert northampton is not None
    assert authorities.lived_in(northampton, 2021)
    assert not authorities.lived_in(northampton, 2022)
    west = authorities.match("West Northamptonshire Council")
    assert west is not None
    assert not authorities.lived_in(west, 2021)
    assert authorities.lived_in(west, 2022)


def test_successors_are_in_the_register() -> None:
    codes = {authority.code for authority in authorities.load()}
    assert all(code in codes for a in authorities.load() for code in a.replaced_by)


def test_a_slug_nobody_knows_has_one_name() -> None:
    assert authorities.of_slug("peak-district-national-park") == "Peak District National Park"
    assert authorities.of_slug("lb-x", "London Borough of Croydon") == "London Borough of Croydon"


@pytest.mark.parametrize(
    "name", ["Kent County Cuoncil", "kent-county-counsil", "Kemt County Council"]
)
def test_a_slip_of_the_pen_is_answered_with_the_name(name: str) -> None:
    assert "Kent County Council" in authorities.suggest(name)
    assert authorities.suggest("qqqqqq") == []
