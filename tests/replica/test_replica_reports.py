"""Public reports and service improvements over real HTTP, and changes while it runs."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from datetime import date
from io import BytesIO

import pytest
from parsel import Selector
from pypdf import PdfReader

from ombudsman_crawler.replica import Replica

MAP = "/your-councils-performance"
KENT = "kent-county-council"


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica() as running:
        yield running


@pytest.fixture(scope="module")
def shared() -> Iterator[Replica]:
    """A replica that no test changes."""
    with Replica() as running:
        yield running


def get(replica: Replica, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(replica.url.removeprefix("http://"), timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def text_of(element: Selector) -> str:
    return " ".join(element.xpath("string()").get("").split())


def page(replica: Replica, path: str) -> Selector:
    status, body = get(replica, path)
    assert status == 200
    return Selector(body.decode())


def council_page(replica: Replica, slug: str) -> Selector:
    return page(replica, f"{MAP}/{slug}/statistics")


def under(tree: Selector, heading: str) -> Selector:
    """Return what follows a heading, up to the next one like it."""
    return Selector(tree.get().partition(f"<h2>{heading}</h2>")[2].partition("<h2>")[0] or "<p>")


def reports_on(tree: Selector) -> list[tuple[str, str | None, str]]:
    """Return title, address and blurb of every report listed."""
    return [
        (text_of(item.xpath("h3")[0]), item.xpath("h3/a/@href").get(), text_of(item.xpath("p")[0]))
        for item in tree.xpath("//li[h3]")
    ]


def test_council_pages_list_the_newest_reports_and_lead_to_all(shared: Replica) -> None:
    lengths = set()
    for slug in shared.slugs:
        truth = [(r.title, r.address, r.blurb) for r in shared.reports(slug)]
        block = under(council_page(shared, slug), "Public reports")
        listed = reports_on(block)
        assert listed == truth[:3]
        more = block.xpath('//a[text()="View all"]/@href').get()
        assert (more is not None) == (len(truth) > 3)
        if more:
            assert reports_on(page(shared, more)) == truth
        if truth:
            assert "In the last nine years, the Ombudsman has published the following" in text_of(
                block
            )
        else:
            assert text_of(block) == "No reports published"
        assert len({title for title, _, _ in truth}) == len(truth)
        days = [r.decided for r in shared.reports(slug)]
        assert days == sorted(days, reverse=True)
        lengths.add(min(len(truth), 4))
    assert lengths >= {0, 2, 4}


def test_reports_link_to_pdfs_to_decisions_and_to_nothing(shared: Replica) -> None:
    reports = [report for slug in shared.slugs for report in shared.reports(slug)]
    addresses = [report.address for report in reports]
    assert None in addresses
    assert any(address and address.endswith(".pdf") for address in addresses)
    to_decisions = [r for r in reports if r.address and r.address.startswith("/decisions/")]
    assert to_decisions
    for report in to_decisions:
        assert report.decision == report.address
        decision = shared.decision(report.decision)
        assert (decision.kind, decision.reference) == ("report", report.reference)
        assert decision.report_pdf == report.pdf
        assert f'href="{report.pdf}"' in get(shared, report.decision)[1].decode()


def test_report_pdfs_say_what_the_truth_says(shared: Replica) -> None:
    for slug in (KENT, "birmingham-city-council", "stockton-on-tees-borough-council"):
        for report in shared.reports(slug):
            status, body = get(shared, report.pdf)
            assert status == 200
            words = " ".join(
                " ".join(sheet.extract_text() for sheet in PdfReader(BytesIO(body)).pages).split()
            )
            assert f"(reference number: {report.reference})" in words
            assert str(report.decided.year) in report.paragraphs[1]
            for paragraph in report.paragraphs:
                assert paragraph in words


def test_reports_are_those_the_letters_tell_of(shared: Replica) -> None:
    told = {
        letter.year_ending: letter.figures["public_reports"]
        for letter in shared.letters()
        if letter.slug == KENT and "public_reports" in letter.figures
    }
    assert told == {2021: 1}
    years = [report.decided for report in shared.reports(KENT)]
    assert sum(date(2020, 4, 1) <= day <= date(2021, 3, 31) for day in years) == 1


def test_reports_come_and_go(replica: Replica) -> None:
    before = replica.reports(KENT)
    new = replica.add_report(KENT)
    assert replica.reports(KENT) == [new, *before]
    assert get(replica, new.pdf)[1].startswith(b"%PDF-")
    replica.drop_report(KENT, before[-1].title)
    assert replica.reports(KENT) == [new, *before[:-1]]
    listed = reports_on(under(council_page(replica, KENT), "Public reports"))
    assert [title for title, _, _ in listed] == [new.title, *(r.title for r in before[:-1])]
    assert get(replica, before[-1].pdf)[0] == 200
    with pytest.raises(KeyError, match="no report 'Nothing'"):
        replica.drop_report(KENT, "Nothing")


def improvements_on(tree: Selector) -> list[tuple[str, str | None, str, str]]:
    """Return reference, address, category and text of every case listed."""
    return [
        (
            text_of(item.xpath("h3")[0]).removeprefix("Case reference: "),
            item.xpath("h3/a/@href").get(),
            text_of(item.xpath("p")[0]).removeprefix("Category: "),
            text_of(item.xpath("p")[1]),
        )
        for item in tree.xpath("//li[h3]")
    ]


def truth_of(replica: Replica, slug: str) -> list[tuple[str, str | None, str, str]]:
    return [(x.reference, x.address, x.category, x.text) for x in replica.improvements(slug)]


def test_council_pages_list_up_to_ten_improvements(shared: Replica) -> None:
    numbers = set()
    for slug in (*shared.slugs, *shared.former_slugs):
        truth = truth_of(shared, slug)
        block = under(council_page(shared, slug), "Service improvements")
        assert improvements_on(block) == truth[:10]
        assert "Since April 2018, the Council has agreed" in text_of(block)
        assert len({reference for reference, _, _, _ in truth}) == len(truth)
        numbers.add(min(len(truth), 11))
    assert {0, 11} <= numbers
    assert len(numbers) > 2


def test_the_list_of_improvements_can_be_narrowed(shared: Replica) -> None:
    block = under(council_page(shared, KENT), "Service improvements")
    address = block.xpath('//a[text()="View all"]/@href').get("")
    assert address == f"{MAP}/{KENT}/serviceimprovements?category=1015&year=2025"
    whole = page(shared, address.partition("?")[0])
    truth = shared.improvements(KENT)
    assert improvements_on(whole) == truth_of(shared, KENT)[:10]
    assert len(truth) > 10
    names = {
        option.xpath("@value").get(): text_of(option)
        for option in whole.xpath('//select[@name="category"]/option[@value!=""]')
    }
    assert len(names) == 10
    found = []
    for year in whole.xpath('//select[@name="year"]/option[@value!=""]/@value').getall():
        of_year = page(shared, f"{MAP}/{KENT}/serviceimprovements?year={year}")
        listed = improvements_on(of_year)
        assert [x[0] for x in listed] == [x.reference for x in truth if x.year_ending == int(year)]
        found += listed
        for number, name in names.items():
            query = f"category={number}&year={year}"
            both = page(shared, f"{MAP}/{KENT}/serviceimprovements?{query}")
            assert improvements_on(both) == [x for x in listed if x[2] == name]
    assert found == truth_of(shared, KENT)


def test_improvements_lead_to_decisions_that_may_be_gone(shared: Replica) -> None:
    statuses = set()
    for improvement in shared.improvements(KENT):
        if improvement.address is None:
            statuses.add(None)
            continue
        status = get(shared, improvement.address)[0]
        statuses.add(status)
        if status == 200:
            decision = shared.decision(improvement.address)
            assert decision.improvement == improvement.text
            assert decision.reference == improvement.reference
    assert {200, 404} <= statuses
    everyone = [x for slug in shared.slugs for x in shared.improvements(slug)]
    assert any(x.address is None for x in everyone)


def test_a_new_improvement_pushes_the_tenth_off_the_page(replica: Replica) -> None:
    before = truth_of(replica, KENT)
    new = replica.publish_decision(KENT, date(2025, 4, 14))
    listed = improvements_on(under(council_page(replica, KENT), "Service improvements"))
    assert listed[0][0] == new.reference
    assert listed[1:] == before[:9]
    assert truth_of(replica, KENT)[10] == before[9]
