"""Names that are somebody's at another time, and names of regions."""

from __future__ import annotations

import pytest

from ombudsman_crawler.matching import match


@pytest.mark.parametrize(
    ("printed", "year", "authority"),
    [
        ("Somerset Council", 2022, "Somerset Council"),
        ("Dorset Council", 2018, "Dorset Council"),
        ("Buckinghamshire Council", 2019, "Buckinghamshire Council"),
        ("West Northamptonshire Council", 2020, "West Northamptonshire Council"),
    ],
)
def test_a_council_of_a_later_year_is_only_a_loose_match(
    printed: str, year: int, authority: str
) -> None:
    found = match(printed, year_ending=year)
    assert (found.authority, found.how) == (authority, "fuzzy")
    assert "didn't exist before" in found.explanation


@pytest.mark.parametrize(
    ("printed", "year"),
    [("Somerset Council", 2024), ("Dorset Council", 2020), ("Somerset County Council", 2025)],
)
def test_a_council_of_its_time_or_after_its_end_is_a_sure_match(printed: str, year: int) -> None:
    assert match(printed, year_ending=year).how == "exact"


@pytest.mark.parametrize(
    "region",
    ["West Midlands", "Greater Manchester", "West Yorkshire", "North East", "Tees Valley",
     "Greater London", "East Midlands", "York and North Yorkshire"],
)  # fmt: skip
def test_a_region_is_no_combined_authority(region: str) -> None:
    """Its row may be an average of the region's councils."""
    assert match(region, year_ending=2025).authority is None


@pytest.mark.parametrize(
    "printed",
    ["West Midlands Combined Authority", "West Midlands CA", "Greater Manchester CA",
     "Liverpool City Region", "Greater London Authority"],
)  # fmt: skip
def test_a_combined_authority_says_that_it_is_one(printed: str) -> None:
    assert match(printed, year_ending=2025).how in ("exact", "known_name")
