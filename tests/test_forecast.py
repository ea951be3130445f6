from __future__ import annotations

from datetime import UTC, datetime

import pytest
from conftest import Storage

from ombudsman_crawler.forecast import duration, forecast
from ombudsman_crawler.options import Options
from ombudsman_crawler.replica import Replica

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def test_a_first_crawl_is_a_guess_that_says_so() -> None:
    said = forecast(None, Options.read(), NOW).sentence(1.0)
    assert said.startswith("a first crawl, so this is a guess: about 3,884 requests")
    assert "65 minutes" in said


def test_a_window_and_a_limit_make_it_less() -> None:
    window = Options.read(collect="letters", years="2020-2021", council="kent-county-council")
    expected = forecast(None, window, NOW)
    assert (expected.pages, expected.letters, expected.known) == (4, 2, False)
    assert forecast(None, Options.read(limit=50), NOW).letters == 50


def test_tables_are_forecast_by_the_files_that_are_due(storage: Storage) -> None:
    with Replica(councils=2, years=(2022, 2025)) as site:
        assert storage.crawl(site, "--collect", "tables").status == 0
        told = storage.crawl(site, "--collect", "tables")
    # The newest two years' three files each, the page that lists them, and robots.txt.
    assert "about 8 requests (2 pages, 6 tables)" in told.err


def test_decisions_are_forecast_too() -> None:
    expected = forecast(None, Options.read(collect="decisions"), NOW)
    assert expected.letters == 0
    assert 50_000 < expected.decisions < 65_000
    assert expected.sentence(1.0).startswith("a first crawl, so this is a guess: about 6")
    year = forecast(None, Options.read(collect="decisions", years="2024"), NOW)
    assert year.decisions == 12 * 365
    assert forecast(None, Options.read(collect="decisions", limit=9), NOW).decisions == 9


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(5, "5 seconds"), (89, "89 seconds"), (1300, "22 minutes"), (9000, "2.5 hours")],
)
def test_durations(seconds: float, said: str) -> None:
    assert duration(seconds) == said
