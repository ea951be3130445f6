"""Pages written by hand after the record of the real ones, and what they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ombudsman_crawler.figures.figure import Figure
from ombudsman_crawler.site import statistics_page

PAGES = Path(__file__).parent / "statistics"


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.html")), ids=lambda path: path.stem)
def test_a_page_says_what_stands_on_it(page: Path) -> None:
    expected = json.loads(page.with_suffix(".expected.json").read_text(encoding="utf-8"))
    read = statistics_page.read(
        page.read_text(encoding="utf-8"), "https://www.lgo.org.uk/your-councils-performance"
    )
    days = (day.isoformat() if day else None for day in (read.period_start, read.period_end))
    assert expected == {
        "layout": read.layout,
        "state": read.state.value,
        "status": read.status.value,
        "authority": read.authority,
        "name_as_printed": read.name_as_printed,
        "year_ending": read.year_ending,
        "period": list(days),
        "figures": {figure.metric: told(figure) for figure in read.figures},
        "findings": [[finding.code, finding.metric] for finding in read.findings],
    }
    for figure in read.figures:
        assert figure.value_text is None or figure.value_text in figure.text
        assert figure.year_ending == read.year_ending


def told(figure: Figure) -> list[float | str | None]:
    return [figure.absence if figure.value is None else figure.value, figure.value_text]
