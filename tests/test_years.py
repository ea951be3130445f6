from __future__ import annotations

import pytest

from ombudsman_crawler import years
from ombudsman_crawler.exceptions import BadArgument
from ombudsman_crawler.years import YearRange


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("Annual review letter 2021", 2021),
        ("2020-21", 2021),
        ("2020/21", 2021),
        ("2020–21", 2021),
        ("2020/2021", 2021),
        ("1999-2000", 2000),
        ("Annual review letter 2020-21 (2021)", 2021),
        ("2019 to 2021", None),
        ("2014-2021", None),
        ("no year", None),
        ("letter 12021", None),
        ("", None),
    ],
)
def test_the_year_a_label_names(text: str, year: int | None) -> None:
    assert years.from_text(text) == year


def test_a_year_is_written_as_the_ombudsman_writes_it() -> None:
    assert years.label(2021) == "2020-21"
    assert years.label(2000) == "1999-00"
    assert years.from_text(years.label(2021)) == 2021


def test_a_year_runs_from_april_to_march() -> None:
    assert years.first_day(2021).isoformat() == "2020-04-01"
    assert years.last_day(2021).isoformat() == "2021-03-31"


def test_ranges_include_both_ends() -> None:
    span = YearRange.parse("2014-2021")
    assert 2014 in span
    assert 2021 in span
    assert 2013 not in span
    assert 2022 not in span
    assert str(span) == "2014-2021"
    assert list(filter(YearRange.parse("2021").__contains__, range(2000, 2030))) == [2021]


@pytest.mark.parametrize(
    "text", ["", "21", "2021-", "-2021", "2021-2019", "1066", "20 21", "x", "２０２１"]
)
def test_other_ranges_are_refused_by_name(text: str) -> None:
    with pytest.raises(BadArgument, match="--years"):
        YearRange.parse(text)


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("2-Complaints-Decided-25-26.csv", 2026),
        ("Complaints received 2024/25", 2025),
        ("Complaints decided, year ending 31 March 2022", 2022),
        ("between 1 April 2021 to 31 March 2022", 2022),
        ("For the period ending: 31/03/2019", 2019),
        ("Complaints decided 2019", 2019),
        ("Complaints 2018-19, published 21 May 2020", 2019),
        ("Complaints_Decided_21_22.xlsx", 2022),
        ("2019-20 to 2023-24", None),
        ("Updated 12-05-2023", None),
        ("2-3 things", None),
        ("", None),
    ],
)
def test_titles_and_file_names_tell_their_one_year(title: str, year: int | None) -> None:
    assert years.from_title(title) == year
