"""Service improvements as a council's page and its lists show them."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman_crawler.site import service_improvements
from ombudsman_crawler.site.listings import State
from ombudsman_crawler.site.service_improvements import Improvement

SITE = "https://www.lgo.org.uk"
KENT = f"{SITE}/your-councils-performance/kent-county-council"
PAGE = f"{KENT}/statistics"
LIST = f"{KENT}/serviceimprovements"
PAGES = Path(__file__).parent / "pages"

# Read off the pages by hand.
GOLDENS = {
    "items": (
        Improvement(
            "The Council agreed to remind its staff of the timescales for reviews.",
            None,
            None,
            None,
            "23 004 911",
            f"{SITE}/decisions/education/special-educational-needs/23-004-911",
        ),
        Improvement(
            "The Council agreed to: review how it records calls; and train 12 officers by 31 March"
            " 2024.",
            None,
            None,
            None,
            "22 010 115",
            f"{SITE}/decisions/housing/allocations/22-010-115",
        ),
    ),
    "headings": (
        Improvement(
            "The Council has agreed to: publish its policy on repairs, and report to members every"
            " quarter.",
            "Housing",
            "2023-09-14",
            None,
            "21 017 803",
            None,
        ),
        Improvement(
            "The Council has agreed to check: all 300 accounts. It will tell us when it has.",
            "Benefits and tax",
            None,
            None,
            "19 000 044",
            None,
        ),
    ),
    "table": (
        Improvement(
            "The Council will ask each school once a term.",
            "Education",
            None,
            "2024-25",
            "24 001 002",
            f"{SITE}/decisions/education/school-transport/24-001-002",
        ),
        Improvement(
            "The Council will write down why it decides as it does.",
            "Planning",
            None,
            "2023-24",
            "23 015 550",
            None,
        ),
    ),
}


def page(name: str) -> str:
    return (PAGES / f"{name}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", GOLDENS)
def test_improvements_in_any_markup(name: str) -> None:
    read = service_improvements.read(page(name), PAGE)
    assert read.state is State.LISTED
    assert read.improvements == GOLDENS[name]
    assert read.whole


def test_the_list_the_page_leads_to_is_taken_as_it_is_found() -> None:
    read = service_improvements.read(page("items"), PAGE)
    assert read.more == (f"{LIST}?category=1015&year=2024",)
    assert read.filters == {}


def test_a_list_says_by_what_it_can_be_narrowed_down() -> None:
    read = service_improvements.read(page("filtered"), f"{LIST}?category=1015&year=2024")
    assert [(i.reference, i.text, i.category, i.year) for i in read.improvements] == [
        ("23 004 911", "The Council agreed to remind its staff.", "Education", "2024"),
        ("23 009 001", "The Council agreed to pay on time.", "Education", "2024"),
    ]
    assert read.base == LIST
    category, year = read.filters["category"], read.filters["year"]
    assert (category.argument, category.values, category.everything) == (
        "category",
        {"1015": "Education", "1016": "Housing"},
        "",
    )
    assert (year.argument, year.values, year.everything) == (
        "year",
        {"2024": "2024", "2023": "2023"},
        None,
    )
    assert read.more == (f"{LIST}?category=1015&year=2024&page=2",)


def test_filters_may_be_links() -> None:
    links = "".join(
        f'<a href="?category={code}&year={year}">{name} {year}</a> '
        for code, name in ((1015, "Education"), (1016, "Housing"))
        for year in (2024, 2025)
    )
    read = service_improvements.read(
        f"<p>{links}</p><h1>Service improvements</h1>", f"{LIST}?category=1015&year=2025"
    )
    assert set(read.filters["category"].values) == {"1016"}
    assert set(read.filters["year"].values) == {"2024"}


@pytest.mark.parametrize(
    "form",
    [
        '<form method="post"><select name="year"><option value="2024">2024</option></select>'
        "</form>",
        '<form action="https://elsewhere.invalid/your-councils-performance/kent-county-council/x">'
        '<select name="year"><option value="2024">2024</option></select></form>',
        '<form action="/search"><select name="year"><option value="2024">2024</option></select>'
        "</form>",
        '<select name="language"><option value="cy">Cymraeg</option></select>',
        '<a href="/decisions?year=2024">2024</a>',
    ],
)
def test_what_is_no_filter_of_the_list(form: str) -> None:
    read = service_improvements.read(f"<h1>Service improvements</h1>{form}", LIST)
    assert read.filters == {}


def test_the_address_of_a_narrowed_list() -> None:
    address = service_improvements.narrowed(
        f"{LIST}?category=1&sort=date", {"category": "10 15", "year": "2024"}
    )
    assert address == f"{LIST}?sort=date&category=10+15&year=2024"


def test_no_improvements_is_what_the_page_says() -> None:
    read = service_improvements.read(page("none"), PAGE)
    assert (read.state, read.improvements) == (State.NONE, ())


def test_a_page_without_the_section_says_nothing() -> None:
    assert service_improvements.read("<h1>Kent</h1>", PAGE).state is State.NOT_SEEN


@pytest.mark.parametrize("inside", ["", "<p>We are rebuilding this.</p>", "<p>2</p>"])
def test_a_section_in_which_nothing_is_recognised_is_no_empty_one(inside: str) -> None:
    read = service_improvements.read(f"<h2>Service improvements</h2>{inside}", PAGE)
    assert (read.state, read.improvements) == (State.NOT_RECOGNISED, ())


ONE, TWO = "/decisions/a/b/23-001-002", "/decisions/a/b/23-001-003"


@pytest.mark.parametrize(
    "entries",
    [
        f"<p><a href='{ONE}'>23 001 002</a></p><p>The Council agreed one.</p>"
        f"<p><a href='{TWO}'>23 001 003</a></p><p>The Council agreed two.</p>",
        f"<p>The Council agreed one.</p><p><a href='{ONE}'>View decision</a></p>"
        f"<p>The Council agreed two.</p><p><a href='{TWO}'>View decision</a></p>",
        f"<p>The Council agreed one. (<a href='{ONE}'>23 001 002</a>)</p>"
        f"<p>The Council agreed two. (<a href='{TWO}'>23 001 003</a>)</p>",
        "<p>23 001 002: The Council agreed one.</p><p>23 001 003: The Council agreed two.</p>",
        f"<div><span>Case reference</span> <a href='{ONE}'>23 001 002</a></div><div>The Council"
        f" agreed one.</div><div><span>Case reference</span> <a href='{TWO}'>23 001 003</a></div>"
        "<div>The Council agreed two.</div>",
        f"<dl><dt>Case reference</dt><dd><a href='{ONE}'>23 001 002</a></dd><dt>Improvement</dt>"
        f"<dd>The Council agreed one.</dd></dl><dl><dt>Case reference</dt><dd><a href='{TWO}'>"
        "23 001 003</a></dd><dt>Improvement</dt><dd>The Council agreed two.</dd></dl>",
        f"<li>The Council agreed one.<br>Case reference: <a href='{ONE}'>23 001 002</a></li>"
        f"<li>The Council agreed two.<br>Case reference: <a href='{TWO}'>23 001 003</a></li>",
        f"<a href='{ONE}'>23 001 002</a><br>The Council agreed one.<br><br>"
        f"<a href='{TWO}'>23 001 003</a><br>The Council agreed two.",
    ],
)  # fmt: skip
def test_entries_however_they_are_divided(entries: str) -> None:
    read = service_improvements.read(f"<h2>Service improvements</h2>{entries}", PAGE)
    assert [(i.reference, i.text) for i in read.improvements] == [
        ("23 001 002", "The Council agreed one."),
        ("23 001 003", "The Council agreed two."),
    ]


def test_several_improvements_of_one_case_stay_apart() -> None:
    read = service_improvements.read(
        f"<h2>Service improvements</h2><ul><li><a href='{ONE}'>23 001 002</a> One.</li>"
        f"<li><a href='{ONE}'>23 001 002</a> Two.</li></ul>",
        PAGE,
    )
    assert [i.text for i in read.improvements] == ["One.", "Two."]


def test_another_case_in_a_sentence_is_not_the_entrys() -> None:
    (improvement,) = service_improvements.read(
        "<h2>Service improvements</h2><ul><li>23 001 002 As in 22 000 001 it agreed to act.</li>"
        "</ul>",
        PAGE,
    ).improvements
    assert improvement.reference == "23 001 002"
    assert improvement.text == "As in 22 000 001 it agreed to act."


@pytest.mark.parametrize(
    "text",
    [
        "Year 7 pupils will be asked",
        "Category A roads: the Council will look at each.",
        "Review: every case of 2023-24.",
        "Date of each visit will be written down",
    ],
)
def test_words_that_labels_have_too_stay(text: str) -> None:
    (improvement,) = service_improvements.read(
        f"<h2>Service improvements</h2><ul><li>23 001 002 <p>{text}</p></li></ul>", PAGE
    ).improvements
    assert improvement.text == text


@pytest.mark.parametrize("broken", ["\0", "<", "<a href=", "&#0;", "<!--" * 999])
def test_broken_markup_lists_nothing(broken: str) -> None:
    assert service_improvements.read(broken, PAGE).improvements == ()


@pytest.mark.parametrize(
    "hostile",
    [
        "<h2>Service improvements</h2>" + "<div>" * 5_000 + "23 001 002 One.",
        "<h2>Service improvements</h2>" + "<p>23 001 002 One</p><p>23 001 003 x</p>" * 10_000,
        "<h2>Service improvements</h2><table><tr>" + "<td>y" * 10_000 + "</table>",
        "<h2>Service improvements</h2><dl>" + "<dt>x<dd>y" * 10_000 + "</dl>",
        "<h2>Service improvements</h2><p>" + "Category: " * 10_000,
        "<select name=year>" + "<option value=1>2" * 20_000,
    ],
    ids=range(6),
)
def test_a_page_made_to_hurt_is_read_in_time(hostile: str) -> None:
    import time

    started = time.process_time()
    service_improvements.read(hostile, PAGE)
    assert time.process_time() - started < 10


WORDS = st.lists(
    st.text(st.characters(codec="utf-8", categories=("L", "P", "S")), min_size=1, max_size=9),
    min_size=1,
    max_size=12,
).map(" ".join)
TEXTS = WORDS.map(lambda words: f"The Council said: {words} so it was")
REFERENCES = st.integers(0, 999_999).map(lambda n: f"24 {n // 1000:03d} {n % 1000:03d}")


@given(
    st.lists(st.tuples(REFERENCES, TEXTS), min_size=1, max_size=6, unique_by=lambda t: t[0]),
    st.sampled_from(["li", "tr", "h", "p"]),
)
def test_the_words_come_back(improvements: list[tuple[str, str]], form: str) -> None:
    forms = {
        "li": "<li>{reference} {text}</li>",
        "tr": "<tr><td><a href='/decisions/a/b/{slug}'>{reference}</a></td><td>{text}</td></tr>",
        "h": "<h3>Case reference: {reference}</h3><p>{text}</p>",
        "p": "<p>Reference: {reference}</p><p>{text}</p>",
    }
    entries = "".join(
        forms[form].format(reference=reference, slug=reference.replace(" ", "-"), text=escape(text))
        for reference, text in improvements
    )
    around = {"li": "ul", "tr": "table"}.get(form, "div")
    read = service_improvements.read(
        f"<h2>Service improvements</h2><{around}>{entries}</{around}>", PAGE
    )
    assert [(i.reference, i.text) for i in read.improvements] == improvements


def options(name: str, values: str, everything: str = "") -> str:
    chosen = "".join(f'<option value="{value}">{value}</option>' for value in values.split())
    return f'<select name="{name}">{everything}{chosen}</select>'


ANY = '<option value="">All</option>'


@pytest.mark.parametrize(
    ("controls", "asked", "cases", "narrower"),
    [
        # Each year's list is whole.
        (
            options("category", "7 8", ANY) + options("year", "2024 2025"),
            "",
            3,
            ["?year=2024&category=", "?year=2025&category="],
        ),
        # A year's list is full: there may be more in its categories.
        (
            options("category", "7 8", ANY) + options("year", "2024 2025"),
            "?year=2025&category=",
            10,
            ["?year=2025&category=7", "?year=2025&category=8"],
        ),
        # A category of a year is as narrow as it gets.
        (
            options("category", "7 8", ANY) + options("year", "2024 2025"),
            "?year=2025&category=7",
            10,
            [],
        ),
        # All categories can't be asked for at once.
        (
            options("category", "7 8") + options("year", "2024 2025"),
            "?category=7&year=2025",
            3,
            [f"?year={year}&category={code}" for year in (2024, 2025) for code in (7, 8)],
        ),
        (options("year", "2024 2025"), "", 3, ["?year=2024", "?year=2025"]),
        (options("category", "7 8", ANY), "", 10, ["?category=7", "?category=8"]),
        (options("category", "7 8", ANY), "", 3, []),
        ("", "", 10, []),
    ],
)
def test_the_lists_a_list_can_be_narrowed_to(
    controls: str, asked: str, cases: int, narrower: list[str]
) -> None:
    items = "".join(f"<li>23 001 {n:03d} The Council agreed.</li>" for n in range(cases))
    form = f'<form action="serviceimprovements">{controls}</form>' if controls else ""
    url = LIST + asked
    read = service_improvements.read(f"<h1>Service improvements</h1>{form}<ul>{items}</ul>", url)
    found = set(service_improvements.narrower(read, url))
    years = {f"{LIST}?year={year}&category=" for year in (2024, 2025)}
    expected = {LIST + query for query in narrower}
    # Those of the years are offered on every list; each is asked for once.
    assert found - years == expected - years
    assert expected <= found


def test_a_narrowed_list_may_be_empty() -> None:
    url = f"{LIST}?year=2024"
    page = "<h1>Service improvements</h1><h2>Last updated: today</h2>"
    assert service_improvements.read(page, url).state is State.NONE
    assert service_improvements.read(page, LIST).state is State.NOT_RECOGNISED
