"""Decisions' pages and the search for them, beside what a person reads there."""

from __future__ import annotations

import dataclasses
import json
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman_crawler.site import days, decision_page, decision_search, references

HERE = Path(__file__).parent
PAGES = sorted((HERE / "decision_pages").glob("*.html"))
SEARCHES = sorted((HERE / "search_pages").glob("*.html"))
DECISION = "https://www.lgo.org.uk/decisions/housing/allocations/19-007-429"
SEARCH = "https://www.lgo.org.uk/Decisions/SearchResults?fd=2025-12-01&td=2025-12-31&page=1"


def plain(record: Any) -> Any:
    return json.loads(json.dumps(dataclasses.asdict(record), default=str))


def expected(page: Path) -> Any:
    return json.loads(page.with_suffix(".expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_reads_as_a_person_reads_it(page: Path) -> None:
    read = decision_page.read(page.read_text(encoding="utf-8"), DECISION)
    assert {**plain(read), "recognised": read.recognised} == expected(page)


@pytest.mark.parametrize("page", SEARCHES, ids=lambda page: page.stem)
def test_results_read_as_a_person_reads_them(page: Path) -> None:
    read = decision_search.read(page.read_text(encoding="utf-8"), SEARCH)
    assert plain(read) == expected(page)


@pytest.mark.parametrize(
    ("said", "total"),
    [
        ("Your search has 1 result", 1),
        ("Your search has 57,512 results", 57512),
        ("Your  search\nhas 57 512\nresults.", 57512),
        ("Your search has <b>12</b> <span>results</span>", 12),
        ("Your search has no results", 0),
        ("No results were found", 0),
        ("Your search", None),
        ("Your search has results", None),
        ("<!-- Your search has 3 results -->", None),
        ("<p hidden>Your search has 3 results</p>", None),
    ],
)
def test_the_stated_total(said: str, total: int | None) -> None:
    assert decision_search.read(f"<main><p>{said}</p></main>", SEARCH).stated == total


def test_a_link_beside_the_results_is_no_row() -> None:
    page = """<p>Your search has 0 results</p>
        <div>See <a href="/decisions/housing/homelessness/25-006-248">our decision</a></div>
        <div><a href="https://elsewhere.invalid/decisions/housing/homelessness/25-006-248">
        Kent County Council (25 006 248)</a> Statement Upheld Homelessness 27-Apr-2026</div>"""
    assert decision_search.read(page, SEARCH).decisions == ()


def test_the_address_of_a_page_of_a_window() -> None:
    address = decision_search.address(
        "https://www.lgo.org.uk/", date(2025, 12, 1), date(2025, 12, 31), 3
    )
    assert address == SEARCH.replace("page=1", "page=3")


@pytest.mark.parametrize(
    ("address", "reference"),
    [
        (DECISION, "19 007 429"),
        (DECISION + "/?displaypref=1", "19 007 429"),
        ("https://lgo.org.uk/Decisions/Health/Assessment-and-funding/19-018-519C", "19 018 519c"),
        ("https://www.lgo.org.uk/decisions/housing", None),
        ("https://www.lgo.org.uk/decisions/housing/allocations/older-ones", None),
        ("https://www.lgo.org.uk/decisions/housing/allocations/19-007-429/print", None),
        ("https://[", None),
    ],
)
def test_what_addresses_name(address: str, reference: str | None) -> None:
    assert references.of_address(address) == reference


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("our decision 25 005 701, below", "25 005 701"),
        ("25-005-701", "25 005 701"),
        ("19 018 519C", "19 018 519c"),
        ("call 0300 061 0614 or 12 345 6789", None),
    ],
)
def test_references_in_text(text: str, reference: str | None) -> None:
    assert references.in_text(text) == reference


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("23-Dec-2025", date(2025, 12, 23)),
        ("05 Feb 2020", date(2020, 2, 5)),
        ("1st September, 2019", date(2019, 9, 1)),
        ("1 Sept. 2019", date(2019, 9, 1)),
        ("05/02/2020", date(2020, 2, 5)),
        ("on 31 Feb 2020 or 1 Mar 2020", date(2020, 3, 1)),
        ("2020-02-05", date(2020, 2, 5)),
        ("25 005 701", None),
        ("5 May 0001", None),
        ("5 May 20201", None),
    ],
)
def test_days(text: str, day: date | None) -> None:
    assert days.read(text) == day


@given(st.text(max_size=300), st.sampled_from(["<p>", "<li>", "<h2>", "<td>", "<br>", ""]))
def test_no_page_is_too_strange(text: str, tag: str) -> None:
    page = f"{tag}{text}{tag}Kent County Council (25 005 701){tag}{text}"
    decision_page.read(page, DECISION)
    decision_search.read(page, SEARCH)


# CPU seconds; the largest real page takes some hundredths.
QUICK = 3.0


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 20_000 + "Kent County Council (25 005 701)",
        "<article><h1>Kent (25 005 701)</h1>" * 3_000,
        "<p><a href='/decisions/a/b/25-005-701'>Kent (25 005 701)</a></p>" * 3_000,
        "".join(
            f"<i><a href='/decisions/a/b/25-005-{n % 1000:03d}'>K (25 005 {n % 1000:03d})</a>"
            for n in range(5_000)
        ),
        "<p>" + "Category : Decision : " * 20_000,
        "<p>Your search has " + "1 " * 100_000,
        "<p>" + "summary " * 50_000 + "\n" * 50_000,
    ],
    ids=["deep", "articles", "one-link", "links", "labels", "total", "summary"],
)
def test_a_hostile_page_takes_little_time(page: str) -> None:
    started = time.process_time()
    decision_page.read(page, DECISION)
    decision_search.read(page, SEARCH)
    assert time.process_time() - started < QUICK
