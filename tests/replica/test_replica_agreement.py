"""Letters, pages and tables say the same, but for the errors planted in them."""

from __future__ import annotations

import re
import urllib.request

import pytest

from ombudsman_crawler.replica import Replica, SeededError


@pytest.mark.parametrize("years", [(2014, 2018), (2012, 2021), (2019, 2024), (2023, 2027)])
def test_without_planted_errors_all_sources_agree(years: tuple[int, int]) -> None:
    assert Replica(councils=60, years=years).disagreements() == []


def test_letters_issued_again_take_pages_and_tables_with_them() -> None:
    replica = Replica(councils=4, years=(2016, 2025))
    for year in (2016, 2019, 2025):
        replica.reissue(replica.letter("kent-county-council", year).path)
    assert replica.disagreements() == []


def test_every_kind_of_error_makes_its_disagreement() -> None:
    replica = Replica(
        seeded_errors=["table_digit", "page_revised", "page_base", "table_swapped", "table_decimal"]
    )
    found = {(d.reason, d.metric): d for d in replica.disagreements()}
    assert {reason for reason, _ in found} == {
        "table_digit", "page_revised", "page_base", "table_swapped",
    }  # fmt: skip

    digit = found["table_digit", "detailed_investigations"].values
    assert digit["letter"] == digit["council_page"] != digit["national_table"]

    revised = found["page_revised", "upheld_decisions"].values
    assert revised["council_page"] == revised["letter"] + 1
    assert revised["national_table"] == revised["letter"]

    base = found["page_base", "satisfactory_remedy_base"].values
    assert set(base) == {"letter", "council_page"}
    assert [metric for reason, metric in found if reason == "page_base"] == [
        "satisfactory_remedy_base"
    ]

    rate = found["table_swapped", "uphold_rate"].values
    average = found["table_swapped", "uphold_rate_similar"].values
    assert rate["letter"] == average["national_table"]
    assert rate["national_table"] == average["letter"]


def test_a_decimal_in_a_table_is_no_disagreement() -> None:
    replica = Replica(years=(2023, 2025), seeded_errors=["table_decimal"])
    assert replica.disagreements() == []
    decimals = [
        (row.figures["uphold_rate"], row.authority, table)
        for table in replica.tables()
        if table.subject == "complaints_decided"
        for row in table.rows
        if isinstance(row.figures["uphold_rate"], float)
    ]
    ((rate, authority, table),) = decimals
    slug = next(s for s in replica.slugs if replica.page(s).authority == authority)
    assert int(rate + 0.5) == replica.letter(slug, table.year_ending).figures["uphold_rate"]
    assert f"{rate}%".encode() in replica.table_file(table.address)


def test_planted_errors_stand_in_what_is_served() -> None:
    with Replica(councils=3, seeded_errors=["page_base"]) as replica:
        (found,) = replica.disagreements()
        slug = next(s for s in replica.slugs if replica.page(s).code == found.code)
        with urllib.request.urlopen(replica.url + replica.page(slug).path) as answer:
            remedies = answer.read().decode().partition("satisfactory remedy decision")[2]
        base = re.search(r"based on a total of (\d+) upheld", remedies)
        assert base
        assert int(base[1]) == found.values["council_page"] != found.values["letter"]


def test_errors_are_counted_or_named_with_their_place() -> None:
    four = Replica(seeded_errors=4).disagreements()
    assert {d.reason for d in four} == {"table_digit", "page_revised", "page_base", "table_swapped"}
    assert four == Replica(seeded_errors=4).disagreements()
    placed = Replica(years=(2016, 2020), seeded_errors=[SeededError("table_digit", "KEN", 2017)])
    ((digit),) = placed.disagreements()
    assert (digit.authority, digit.year_ending) == ("Kent County Council", 2017)
    assert digit.metric == "decided_total"


def test_errors_of_pages_pass_with_the_year() -> None:
    replica = Replica(years=(2022, 2024), seeded_errors=["page_revised"])
    assert replica.disagreements()
    replica.advance()
    assert replica.disagreements() == []


def test_a_table_corrected_without_its_letter_disagrees() -> None:
    replica = Replica(councils=3, years=(2024, 2025))
    table = next(
        t for t in replica.tables() if (t.subject, t.year_ending) == ("complaints_decided", 2025)
    )
    replica.reissue_table(table.address)
    assert {(d.metric, d.reason) for d in replica.disagreements()} <= {
        ("not_for_us", "table_reissued"), ("complaints_dealt_with", "table_reissued"),
    }  # fmt: skip


def test_errors_that_have_no_place_are_refused() -> None:
    with pytest.raises(ValueError, match="seeded_errors: 'nonsense'"):
        Replica(seeded_errors=["nonsense"])
    with pytest.raises(ValueError, match="no council is left"):
        Replica(councils=2, seeded_errors=20)
    with pytest.raises(ValueError, match="has no place"):
        Replica(seeded_errors=[SeededError("page_base", "KEN", 2020)])
