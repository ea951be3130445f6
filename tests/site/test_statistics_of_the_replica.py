"""Every council page of the replica, read and compared with what the replica says it shows."""

from __future__ import annotations

import urllib.request

import pytest

from ombudsman_crawler.replica import Replica
from ombudsman_crawler.site import statistics_page

LAYOUTS = {"v1": "annual_statistics", "v2": "complaint_overview", None: None}


@pytest.mark.parametrize(
    "years", [(2014, 2018), (2019, 2019), (2021, 2023), (2022, 2024), (2024, 2025)]
)
@pytest.mark.parametrize("council_pages", ["traps", "plain"])
def test_pages_are_read_as_they_are(years: tuple[int, int], council_pages: str) -> None:
    with Replica(councils=40, years=years, council_pages=council_pages) as replica:
        for slug in (*replica.slugs, *replica.former_slugs):
            truth = replica.page(slug)
            with urllib.request.urlopen(replica.url + truth.path, timeout=10) as answer:
                read = statistics_page.read(answer.read().decode(), replica.url + truth.path)
            assert read.state == truth.state, slug
            assert read.status is statistics_page.Status.OK, (slug, read.findings)
            if truth.state == "no_statistics":
                continue
            assert (LAYOUTS[truth.layout], truth.year_ending) == (read.layout, read.year_ending)
            told = {
                f.metric: f.value if f.absence is None else (None, f.absence) for f in read.figures
            }
            assert told == truth.figures, slug
