"""Council pages: what they show is what the truth says, in both layouts, year after year."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from html import unescape

import pytest

from ombudsman_crawler.replica import Replica, ReplicaPage


@pytest.fixture(scope="module")
def site() -> Iterator[Replica]:
    with Replica(councils=40) as running:
        yield running


def text_of(replica: Replica, path: str) -> str:
    """Return the words of a page, on one line."""
    with urllib.request.urlopen(replica.url + path, timeout=10) as answer:
        html = answer.read().decode()
    content = html.partition('<div id="content">')[2].partition('<div id="footer">')[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", "\n", content)).split())


def printed(text: str) -> dict[str, float]:
    """Return the numbers of a page's sentences, read in the plainest way."""
    upheld, _, rest = text.partition("Compliance with Ombudsman recommendations")
    compliance, _, remedies = rest.partition("Satisfactory remedies provided by the Council")
    remedies = remedies.partition("Annual letters")[0]
    patterns = (
        ("complaints_dealt_with", upheld, r"we dealt with ([\d,]+) complaint"),
        ("not_for_us", upheld, r"Of these, ([\d,]+) (?:were|was) not"),
        ("assessed_and_closed", upheld, r"assessed and closed ([\d,]+) complaint"),
        ("detailed_investigations", upheld, r"We investigated ([\d,]+) complaint"),
        ("detailed_investigations", upheld, r"total of ([\d,]+) (?:detailed )?investigation"),
        ("upheld_decisions", upheld, r"complaints? and upheld ([\d,]+)\."),
        ("upheld_decisions", upheld, r" ([\d,]+) upheld decisions? (?!per)"),
        ("uphold_rate", upheld, r"(\d+)% of complaints we investigated were upheld"),
        ("uphold_rate_similar", upheld, r"average of (\d+)% in similar"),
        ("upheld_per_100k", upheld, r"this is ([\d.]+)%? upheld decisions per 100,000"),
        ("upheld_per_100k_similar", upheld, r"this type is ([\d.]+) upheld decisions per"),
        ("compliance_rate", compliance, r"(\d+)% of cases we were satisfied"),
        ("compliance_rate_similar", compliance, r"average of (\d+)% in similar"),
        ("compliance_outcomes", compliance, r"total of ([\d,]+) compliance outcome"),
        ("satisfactory_remedy_rate", remedies, r"In (\d+)% of upheld cases"),
        ("satisfactory_remedy_rate_similar", remedies, r"average of (\d+)% in similar"),
        ("satisfactory_remedy_decisions", remedies, r"([\d,]+) satisfactory remedy decision"),
        ("satisfactory_remedy_base", remedies, r"total of ([\d,]+) "),
    )
    found = {}
    for metric, part, pattern in patterns:
        match = re.search(pattern, part)
        if match:
            found[metric] = float(match[1].replace(",", ""))
    return found


def pages(replica: Replica) -> list[ReplicaPage]:
    return [replica.page(slug) for slug in (*replica.slugs, *replica.former_slugs)]


@pytest.mark.parametrize(
    "years", [(2014, 2018), (2019, 2021), (2021, 2023), (2022, 2024), (2023, 2025)]
)
def test_pages_show_what_the_truth_says(years: tuple[int, int]) -> None:
    with Replica(councils=40, years=years) as replica:
        for page in pages(replica):
            text = text_of(replica, page.path)
            if years[1] < 2019:
                assert page.state == "no_statistics"
                assert not printed(text)
                continue
            read = printed(text)
            end = f"31 March {page.year_ending}"
            assert end in text
            if page.state == "no_data":
                assert not any(read.values())
                assert not page.figures
                continue
            for metric, truth in page.figures.items():
                if isinstance(truth, tuple):
                    # A rate of nothing is printed as 0%; nothing else is printed at all.
                    assert read.get(metric, 0) == 0
                    assert metric not in read or truth == (None, "no_base")
                else:
                    assert read[metric] == truth, (page.slug, metric)
            assert set(read) <= set(page.figures)


def test_layouts_and_states(site: Replica) -> None:
    found = {(page.layout, page.state) for page in pages(site)}
    assert found == {("v2", "figures"), ("v1", "figures"), ("v2", "no_data")}
    cumbria = site.page("cumbria-county-council")
    assert (cumbria.state, cumbria.year_ending, cumbria.figures) == ("no_data", 2025, {})
    assert "we dealt with 0 complaints" in text_of(site, cumbria.path)
    poole = site.page("poole-borough-council")
    assert (poole.layout, poole.year_ending) == ("v1", 2019)


def test_the_traps_of_real_pages_are_there(site: Replica) -> None:
    texts = {page.slug: text_of(site, page.path) for page in pages(site)}
    every = "\n".join(texts.values())
    assert "No recommendations were due for compliance in this period" in every
    assert re.search(r"this is \d+\.\d% upheld decisions per 100,000", every)
    assert re.search(r"this is \d+ upheld decisions per 100,000", every)
    assert re.search(r"View upheld decisions ?Adjusted for", every)
    assert "100,000 residents ." in every
    assert " 1 satisfactory remedy decision " in every
    assert re.search(r"\d% Complaints upheld by ", every)
    assert re.search(r"\d% of cases were successfully implemented by ", every)
    assert re.search(r"\d% Complaints with satisfactory remedy provided by ", every)
    assert "More about this data" in every
    assert "Complaints dealt with Not for us Assessed and closed Investigated" in every
    before = [t for t in texts.values() if "Cookies help us" in t.partition("Complaint")[0]]
    after = [t for t in texts.values() if "Cookies help us" in t.partition("improvements")[2]]
    assert before
    assert after
    assert len(before) + len(after) < len(texts)


def test_pages_of_2022_23_call_the_upheld_decisions_investigations() -> None:
    with Replica(councils=2, years=(2023, 2023)) as replica:
        kent = replica.page("kent-county-council")
        text = text_of(replica, kent.path)
    upheld = kent.figures["upheld_decisions"]
    assert kent.figures["satisfactory_remedy_base"] == upheld
    _, _, remedies = text.partition("Satisfactory remedies")
    assert f"total of {upheld} detailed investigations" in remedies
    assert "per 100,000 residents" in text


def test_a_page_moves_on_to_the_next_year() -> None:
    with Replica(councils=12, years=(2021, 2023)) as replica:
        slug = "kent-county-council"
        before, letters = replica.page(slug), len(replica.letters())
        assert replica.advance() == 2024
        middle = replica.page(slug)
        assert replica.advance() == 2025
        after = replica.page(slug)
        assert before.path == after.path
        assert [p.year_ending for p in (before, middle, after)] == [2023, 2024, 2025]
        assert [p.layout for p in (before, middle, after)] == ["v1", "v1", "v2"]
        assert printed(text_of(replica, after.path))["complaints_dealt_with"] == 291
        assert len(replica.letters()) == letters + 2 * 12
        listed = text_of(replica, "/information-centre/councils-performance/K")
        assert "2024/25" in listed
        assert {t.year_ending for t in replica.tables()} == {2021, 2022, 2023, 2024, 2025}
        assert replica.disagreements() == []


def test_a_page_is_corrected_while_the_letter_stays() -> None:
    with Replica(councils=2, years=(2024, 2025)) as replica:
        slug = "kent-county-council"
        before = replica.page(slug)
        after = replica.revise_page(slug)
        assert printed(text_of(replica, before.path))["upheld_decisions"] == 64
        assert (before.figures["upheld_decisions"], after.figures["upheld_decisions"]) == (63, 64)
        assert replica.letter(slug, 2025).figures["upheld_decisions"] == 63
        assert {d.reason for d in replica.disagreements()} == {"page_revised"}
        with pytest.raises(ValueError, match="nothing left to correct"):
            replica.revise_page(slug)


def test_councils_that_end_leave_the_map_to_their_follower() -> None:
    replica = Replica(councils=300, years=(2021, 2022))
    assert "cumbria-county-council" in replica.slugs
    replica.advance()
    # Its last year: what follows it has no figures yet.
    assert "cumbria-county-council" in replica.slugs
    assert replica.page("cumbria-county-council").state == "figures"
    replica.advance()
    assert "cumbria-county-council" not in replica.slugs
    assert replica.page("cumbria-county-council").state == "no_data"
    assert {"Cumberland-Council", "Westmorland-and-Furness-Council"} <= set(replica.slugs)
    assert len(replica.slugs) == len(set(replica.slugs))
    last = Replica(councils=1, years=(2036, 2036))
    with pytest.raises(ValueError, match="no letters for 2037"):
        last.advance()


def test_a_hidden_council_has_no_page(site: Replica) -> None:
    site.hide_council("essex-county-council")
    try:
        with pytest.raises(KeyError, match="hides the page"):
            site.page("essex-county-council")
        with pytest.raises(urllib.error.HTTPError):
            text_of(site, "/your-councils-performance/essex-county-council/statistics")
    finally:
        site.show_council("essex-county-council")
