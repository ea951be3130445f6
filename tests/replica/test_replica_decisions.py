"""Decisions over real HTTP: the search and its traps, the pages, and changes while it runs."""

from __future__ import annotations

import http.client
import math
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import quote_plus

import pytest
from parsel import Selector

from ombudsman_crawler.replica import Replica, ReplicaDecision

SEARCH = "/Decisions/SearchResults"
YEAR = (date(2024, 4, 1), date(2025, 3, 31))


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica() as running:
        yield running


@pytest.fixture(scope="module")
def shared() -> Iterator[Replica]:
    """A replica that no test changes."""
    with Replica() as running:
        yield running


def get(replica: Replica, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    connection = http.client.HTTPConnection(replica.url.removeprefix("http://"), timeout=10)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request("GET", path, headers=sent)
        response = connection.getresponse()
        return response.status, response.read(), {k.lower(): v for k, v in response.getheaders()}
    finally:
        connection.close()


def text_of(element: Selector) -> str:
    return " ".join(element.xpath("string()").get("").split())


class Page:
    """A page of search results as a reader finds it."""

    def __init__(self, body: bytes) -> None:
        tree = Selector(body.decode())
        stated = re.search(r"Your search has ([\d,]+) results?", text_of(tree))
        self.total = int(stated[1].replace(",", "")) if stated else None
        items = tree.xpath("//li[h3]")
        self.addresses = items.xpath("h3/a/@href").getall()
        self.headings = items.xpath("h3/a/text()").getall()
        self.details = [text_of(item.xpath("p[1]")[0]) for item in items]
        self.summaries = [text_of(item.xpath("p[2]")[0]) for item in items]


def search(
    replica: Replica, page: int = 1, first: date = YEAR[0], last: date = YEAR[1], **more: str
) -> Page:
    extra = "".join(f"&{name}={value}" for name, value in more.items())
    status, body, _ = get(replica, f"{SEARCH}?fd={first}&td={last}&page={page}{extra}")
    assert status == 200
    return Page(body)


def pages_of(
    replica: Replica, first: date = YEAR[0], last: date = YEAR[1], **more: str
) -> list[Page]:
    one = search(replica, 1, first, last, **more)
    assert one.total is not None
    count = math.ceil(one.total / 10)
    return [one, *(search(replica, n, first, last, **more) for n in range(2, count + 1))]


def test_the_search_lists_every_decision_of_its_window_newest_first(shared: Replica) -> None:
    pages = pages_of(shared)
    truth = shared.decisions(*YEAR)
    listed = list(dict.fromkeys(address for page in pages for address in page.addresses))
    assert listed == [decision.address for decision in truth]
    assert {page.total for page in pages} == {len(truth)} == {shared.decisions_total(*YEAR)}
    assert all(len(set(page.addresses)) == 10 for page in pages[:-1])
    days = [decision.decided for decision in truth]
    assert days == sorted(days, reverse=True)
    beyond = search(shared, len(pages) + 1)
    assert (beyond.total, beyond.addresses) == (len(truth), [])


def test_rows_say_who_what_and_when(shared: Replica) -> None:
    rows = {}
    for page in pages_of(shared):
        for row in zip(page.addresses, page.headings, page.details, page.summaries, strict=True):
            rows[row[0]] = row
    for decision in shared.decisions(*YEAR):
        _, heading, details, summary = rows[decision.address]
        assert heading == f"{decision.authority_as_listed} ({decision.reference})"
        day = decision.decided
        month = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[day.month - 1]
        middle = f" {decision.sub_category}" if decision.sub_category else ""
        kind = decision.kind.capitalize()
        assert details == (f"{kind} {decision.outcome}{middle} {day.day:02d}-{month}-{day.year}")
        assert summary == f"Summary: {decision.summary}"
    assert {decision.kind for decision in shared.decisions()} == {"statement", "report"}
    assert any(decision.sub_category is None for decision in shared.decisions())


def test_addresses_and_references_belong_together(shared: Replica) -> None:
    decisions = shared.decisions()
    assert len({decision.reference for decision in decisions}) == len(decisions)
    for decision in decisions:
        assert re.fullmatch(r"\d\d \d{3} \d{3}", decision.reference)
        category, _, number = decision.address.removeprefix("/decisions/").split("/")
        assert number == decision.reference.replace(" ", "-")
        printed = category.replace("children-s", "children’s").replace("-", " ").capitalize()
        assert decision.category == printed
        begun = decision.year_ending - 1
        assert int(number[:2]) in (begun % 100, (begun - 1) % 100)
    assert any(int(d.reference[:2]) == (d.year_ending - 2) % 100 for d in decisions)


def test_the_search_can_be_narrowed(shared: Replica) -> None:
    kent = [d for d in shared.decisions(*YEAR) if d.authority == "Kent County Council"]
    found = pages_of(shared, aname=quote_plus("Kent County Council"))
    assert [address for page in found for address in page.addresses] == [d.address for d in kent]
    upheld = pages_of(shared, dc="u+")
    assert upheld[0].total == sum(d.outcome == "Upheld" for d in shared.decisions(*YEAR))
    both = search(shared, dc="c+nu+")
    assert both.total == sum(d.outcome != "Upheld" for d in shared.decisions(*YEAR))
    assert search(shared, aname="Nobody").total == 0
    oldest = search(shared, sortOrder="ascending").addresses[0]
    assert oldest == shared.decisions(*YEAR)[-1].address
    one_day = shared.decisions(*YEAR)[0].decided
    assert search(shared, first=one_day, last=one_day).total == shared.decisions_total(
        one_day, one_day
    )
    _, body, _ = get(shared, f"{SEARCH}?fd=nonsense&td=2025-01-01")
    assert Page(body).total == 0
    lower = get(shared, f"/decisions/searchresults?FD={YEAR[0]}&TD={YEAR[1]}&PAGE=2")[1]
    assert Page(lower).addresses == search(shared, 2).addresses


def test_pages_of_results_link_to_one_another(shared: Replica) -> None:
    _, body, _ = get(shared, f"{SEARCH}?fd={YEAR[0]}&td={YEAR[1]}&page=1")
    addresses = Selector(body.decode()).xpath('//p[@class="pages"]/a/@href').getall()
    assert f"{SEARCH}?fd={YEAR[0]}&td={YEAR[1]}&page=2" in addresses
    assert Page(get(shared, addresses[0])[1]).addresses == search(shared, 2).addresses


def test_decision_pages_say_what_the_truth_says(shared: Replica) -> None:
    layouts: Counter[str] = Counter()
    for decision in shared.decisions():
        status, body, _ = get(shared, decision.address)
        assert status == decision.status
        if status != 200:
            continue
        (article,) = Selector(body.decode()).xpath('//article[@id="article"]')
        heading = f"{decision.authority_as_listed} ({decision.reference})"
        assert article.xpath(".//h1/text()").get() == heading
        labels = [text_of(x).rstrip(" :") for x in article.css(".label")]
        values = [text_of(x) for x in article.css(".value")]
        facts = dict(zip(labels, values, strict=True))
        assert facts["Decision"] == decision.outcome
        assert facts["Category"].split(" > ") == [
            part for part in (decision.category, decision.sub_category) if part
        ]
        assert re.fullmatch(r"\d\d [A-Z][a-z]{2} \d{4}", facts["Decision date"])
        words = text_of(article)
        assert decision.summary in words
        headings = [text_of(x) for x in article.css("h2, h3")]
        assert [s.heading for s in decision.sections] == [
            h for h in headings if h not in ("Summary", "The Ombudsman’s final decision:")
        ]
        for section in decision.sections:
            for paragraph in section.paragraphs:
                assert paragraph in words
        layouts["older" if article.css("table") else "present"] += 1
    assert min(layouts["older"], layouts["present"]) > 10


def test_what_was_agreed_is_a_section_of_its_own(shared: Replica) -> None:
    for decision in shared.decisions():
        agreed = [s for s in decision.sections if s.heading.startswith(("Agreed", "Recommend"))]
        assert [s.text for s in agreed] == ([decision.remedies] if decision.remedies else [])
        if decision.outcome != "Upheld":
            assert decision.remedies is None
        if decision.improvement:
            assert decision.remedies
            assert decision.improvement.removeprefix("The Council has agreed to ") in (
                decision.remedies
            )
    upheld = [d for d in shared.decisions() if d.outcome == "Upheld"]
    assert any(d.remedies is None for d in upheld)


def test_decisions_have_the_marks_that_make_text_hard(shared: Replica) -> None:
    whole = "\n".join(
        paragraph
        for decision in shared.decisions()
        for section in decision.sections
        for paragraph in section.paragraphs
    )
    for mark in ("<", "&", "’", "'", "“", "£", "@council.example"):
        assert mark in whole
    headings = {s.heading for d in shared.decisions() for s in d.sections}
    assert {"The Ombudsman’s role and powers", "The Ombudsman's role and powers"} <= headings
    assert {"Decision", "Final decision", "My assessment"} <= headings


def test_the_traps_of_the_lists_occur(shared: Replica) -> None:
    decisions = shared.decisions()
    assert any(d.status in (404, 410) for d in decisions)
    assert any(d.listed_twice for d in decisions)
    names = {d.authority_as_listed for d in decisions if d.code == "CHW"}
    assert len(names) > 1
    strangers = {d.authority_as_listed for d in decisions if d.authority is None}
    assert "Transport for London" in strangers
    for page in pages_of(shared):
        twice = [address for address, n in Counter(page.addresses).items() if n == 2]
        assert twice == [
            a for a in dict.fromkeys(page.addresses) if shared.decision(a).listed_twice
        ]
    with Replica(council_pages="plain") as plain:
        assert {d.status for d in plain.decisions()} == {200}
        assert not any(d.listed_twice for d in plain.decisions())


def counts(decisions: list[ReplicaDecision]) -> Counter[tuple[str, str]]:
    return Counter((d.code, d.outcome) for d in decisions)


def test_numbers_of_decisions_are_those_of_the_figures() -> None:
    everything = Replica(councils=14, decisions=10_000)
    found = counts(everything.decisions(*YEAR))
    for slug in everything.slugs:
        letter = everything.letter(slug, 2025)
        upheld = letter.figures["upheld_decisions"]
        investigated = letter.figures["detailed_investigations"]
        assert found[letter.code, "Upheld"] == upheld
        assert found[letter.code, "Upheld"] + found[letter.code, "Not upheld"] == investigated
        closed = letter.figures["assessed_and_closed"]
        assert found[letter.code, "Closed after initial enquiries"] == closed
    few = counts(Replica(councils=14).decisions(*YEAR))
    for (code, outcome), number in few.items():
        assert number <= min(8, found[code, outcome])
    assert few["KIN", "Upheld"] == found["KIN", "Upheld"]
    assert few["KIN", "Not upheld"] == found["KIN", "Not upheld"]
    assert Replica(decisions=0).decisions() == []


def test_tens_of_thousands_of_decisions_cost_nothing_until_asked_for() -> None:
    with Replica(councils=300, decisions=10_000, decision_years=2) as large:
        assert large.decisions_total() > 20_000
        last = math.ceil(large.decisions_total() / 10)
        _, body, _ = get(large, f"{SEARCH}?page={last}")
        assert 0 < len(Page(body).addresses) <= 11
        assert b"Your search has 2" in body


def test_former_councils_have_decisions_after_their_end() -> None:
    replica = Replica(councils=20)
    former = {
        d.authority: d.decided
        for d in replica.decisions()
        if d.code in ("CMA", "NOR", "NNB", "DAV")
    }
    assert former
    assert all(day >= YEAR[0] for day in former.values())


def test_decisions_appear_six_weeks_after_their_day(replica: Replica) -> None:
    before = replica.decisions()
    assert all(d.published <= replica.today for d in before)
    assert all(d.published == d.decided + timedelta(weeks=6) for d in before)
    replica.today += timedelta(days=45)
    new = [d for d in replica.decisions() if d not in before]
    assert new
    assert all(d.decided > YEAR[1] for d in new)
    assert get(replica, new[0].address)[0] == 200


def test_a_removed_decision_stays_listed_or_goes(replica: Replica) -> None:
    one, two = [d for d in replica.decisions(*YEAR) if d.status == 200][:2]
    total = replica.decisions_total(*YEAR)
    replica.withdraw_decision(one.address)
    replica.withdraw_decision(two.address, 404, listed=False)
    assert get(replica, one.address)[0] == 410
    assert get(replica, two.address)[0] == 404
    assert replica.decision(one.address).status == 410
    listed = [address for page in pages_of(replica) for address in page.addresses]
    assert one.address in listed
    assert two.address not in listed
    assert replica.decisions_total(*YEAR) == total - 1
    with pytest.raises(ValueError, match="status: 500"):
        replica.withdraw_decision(one.address, 500)
    with pytest.raises(KeyError, match="no decision at"):
        replica.withdraw_decision("/decisions/planning/enforcement/99-999-999")


def test_a_published_decision_is_listed_and_served(replica: Replica) -> None:
    day = date(2024, 11, 5)
    new = replica.publish_decision(
        "kent-county-council", day, outcome="Not upheld", category="education"
    )
    assert (new.authority, new.decided, new.outcome) == ("Kent County Council", day, "Not upheld")
    assert new.category == "Education"
    assert new.address in search(replica, first=day, last=day).addresses
    assert b"The complaint" in get(replica, new.address)[1]
    assert replica.decision(new.address) == new
    with pytest.raises(ValueError, match="six weeks"):
        replica.publish_decision("kent-county-council", replica.today)
    with pytest.raises(ValueError, match="outcome: 'Perhaps'"):
        replica.publish_decision("kent-county-council", day, outcome="Perhaps")


def test_an_amended_decision_has_other_words_and_validators(replica: Replica) -> None:
    decision = next(d for d in replica.decisions() if d.status == 200 and d.remedies)
    _, before, headers = get(replica, decision.address)
    assert get(replica, decision.address, If_None_Match=headers["etag"])[0] == 304
    amended = replica.amend_decision(decision.address)
    assert amended.sections != decision.sections
    assert amended.remedies != decision.remedies
    status, after, _ = get(
        replica,
        decision.address,
        If_None_Match=headers["etag"],
        If_Modified_Since=headers["last-modified"],
    )
    assert status == 200
    assert after != before


def test_a_search_can_answer_with_an_empty_shell(replica: Replica) -> None:
    replica.search.shells = 2
    replica.search.shells_from_page = 2
    assert search(replica, 1).total is not None
    for _ in range(2):
        shell = search(replica, 2)
        assert (shell.total, shell.addresses) == (None, [])
    assert search(replica, 2).addresses


def test_a_search_can_state_more_than_it_has(replica: Replica) -> None:
    replica.search.overstated = 25
    pages = pages_of(replica)
    have = replica.decisions_total(*YEAR)
    assert {page.total for page in pages} == {have + 25}
    assert len({address for page in pages for address in page.addresses}) == have
    assert pages[-1].addresses == []


def test_rows_shift_when_a_decision_is_published_between_two_pages(replica: Replica) -> None:
    before = replica.decisions(*YEAR)
    replica.search.publish_after = 1
    one, two = search(replica, 1), search(replica, 2)
    assert one.total == len(before)
    assert two.total == len(before) + 1
    assert before[9].address in one.addresses
    assert two.addresses[0] == before[9].address
    new = {d.address for d in replica.decisions(*YEAR)} - {d.address for d in before}
    assert len(new) == 1
    assert search(replica, 1).addresses.count(new.pop()) >= 1


def test_a_category_has_its_ten_newest_on_every_page(shared: Replica) -> None:
    _, body, _ = get(shared, "/decisions/education")
    newest = [d.address for d in shared.decisions() if d.category == "Education"][:10]
    assert list(dict.fromkeys(Page(body).addresses)) == newest
    for number in (1, 2, 999_999):
        assert get(shared, f"/decisions/education?page={number}")[1] == body
    _, index, _ = get(shared, "/decisions")
    assert index.decode().count('href="/decisions/') == 10
    assert get(shared, "/decisions/nonsense")[0] == 404


def test_a_councils_upheld_decisions_have_a_list(shared: Replica) -> None:
    _, page, _ = get(shared, "/your-councils-performance/kent-county-council/statistics")
    address = re.search(r'href="([^"]+)">View upheld decisions', page.decode())
    assert address
    assert address[1] == "/decisions/2025/u/Listing?aname=Kent+County+Council"
    found = Page(get(shared, address[1])[1])
    upheld = [
        d.address
        for d in shared.decisions(*YEAR)
        if d.authority == "Kent County Council" and d.outcome == "Upheld"
    ]
    assert (found.total, found.addresses) == (len(upheld), upheld)
    assert Page(get(shared, "/decisions/2025/u/Listing?aname=Nobody")[1]).total == 0


def test_two_replicas_have_equal_decisions(shared: Replica) -> None:
    with Replica() as other:
        assert other.decisions() == shared.decisions()
        for path in (f"{SEARCH}?fd=2024-06-01&td=2024-12-31", shared.decisions()[3].address):
            assert get(other, path)[1] == get(shared, path)[1]
    larger = {d.reference for d in Replica(councils=30).decisions()}
    assert {d.reference for d in shared.decisions()} <= larger


def test_robots_allow_the_search_unless_forbidden(replica: Replica) -> None:
    assert SEARCH not in replica.robots
    replica.forbid(SEARCH)
    assert f"Disallow: {SEARCH}" in get(replica, "/robots.txt")[1].decode()


@pytest.mark.parametrize("arguments", [{"decisions": -1}, {"decision_years": 0}])
def test_impossible_numbers_of_decisions_are_refused(arguments: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(arguments))}: "):
        Replica(**arguments)  # type: ignore[arg-type]
