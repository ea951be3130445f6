"""Public reports as a council's page and its lists show them."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman_crawler.site import public_reports
from ombudsman_crawler.site.listings import State
from ombudsman_crawler.site.public_reports import Report

SITE = "https://www.lgo.org.uk"
PAGE = f"{SITE}/your-councils-performance/kent-county-council/statistics"
PAGES = Path(__file__).parent / "pages"

# Read off the pages by hand.
GOLDENS = {
    "items": (
        Report(
            "Kent’s delays left a boy without school transport",
            "A boy missed two terms because the council didn’t say who would drive him.",
            f"{SITE}/assets/attach/6412/23-004-911-Kent.pdf",
            None,
            None,
            "23 004 911",
        ),
        Report(
            "Family charged twice for their mother’s care",
            "The Ombudsman found that the council had billed a family twice.",
            f"{SITE}/decisions/adult-care-services/charging/20-011-203",
            None,
            None,
            "20 011 203",
        ),
        Report(
            "Council & agent <both> at fault",
            None,
            f"{SITE}/assets/attach/5120/report.pdf",
            None,
            None,
            None,
        ),
    ),
    "headings": (
        Report(
            "Tenant waited three years for repairs",
            "Water came through Miss X's ceiling, and nobody came.",
            f"{SITE}/assets/attach/6301/21-017-803.pdf",
            "2023-09-14",
            "Housing",
            "21 017 803",
        ),
        Report(
            "Children moved too often",
            "The council moved two sisters nine times.",
            f"{SITE}/assets/attach/4400/children.pdf",
            "2019-03-03",
            None,
            None,
        ),
    ),
    "table": (
        Report(
            "No place at school",
            "A girl was at home for a year.",
            f"{SITE}/assets/attach/6900/24-001-002.pdf",
            "2024-12-23",
            "Education",
            "24 001 002",
        ),
        Report(
            "Bins left for weeks",
            "Nobody emptied the bins of one street.",
            f"{SITE}/assets/attach/6100/x",
            "2022-06-01",
            "Environment and regulation",
            None,
        ),
    ),
}


def page(name: str) -> str:
    return (PAGES / f"{name}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", GOLDENS)
def test_reports_in_any_markup(name: str) -> None:
    read = public_reports.read(page(name), PAGE)
    assert read.state is State.LISTED
    assert read.reports == GOLDENS[name]
    assert read.whole
    assert read.more == ()


def test_no_reports_is_what_the_page_says() -> None:
    read = public_reports.read(page("none"), PAGE)
    assert (read.state, read.reports) == (State.NONE, ())


def test_a_page_without_the_section_says_nothing() -> None:
    assert public_reports.read("<h1>Kent</h1><p>Reports</p>", PAGE).reports == ()
    read = public_reports.read("<h1>Kent County Council</h1><p>Annual statistics</p>", PAGE)
    assert read.state is State.NOT_SEEN


@pytest.mark.parametrize(
    "inside",
    [
        "<p>This part of the page is being rebuilt.</p>",
        '<p><a href="https://elsewhere.invalid/1.pdf">A report elsewhere</a></p>',
        '<p><a href="/a/1.pdf">Annual review letter 2021</a></p>',
        '<p><a href="/documents/councilperformance/2021/kent.pdf">2021</a></p>',
        '<p><a href="/your-councils-performance/kent-county-council/statistics">Kent</a></p>',
        "",
    ],
)
def test_a_section_in_which_nothing_is_recognised_is_no_empty_one(inside: str) -> None:
    read = public_reports.read(f"<h2>Public reports</h2>{inside}<h2>Annual letters</h2>", PAGE)
    assert (read.state, read.reports) == (State.NOT_RECOGNISED, ())


@pytest.mark.parametrize(
    "entries",
    [
        "<p><a href='/a/1.pdf'>One</a></p><p>First.</p><p><a href='/a/2.pdf'>Two</a></p>"
        "<p>Second.</p><p>Reports are published under section 30.</p>",
        "<div><a href='/a/1.pdf'>One</a>First.</div><div><a href='/a/2.pdf'>Two</a>Second.</div>",
        "<p><a href='/a/1.pdf'>One</a><br>First.<br><br><a href='/a/2.pdf'>Two</a><br>Second.</p>",
        "<dl><dt><a href='/a/1.pdf'>One</a></dt><dd>First.</dd>"
        "<dt><a href='/a/2.pdf'>Two</a></dt><dd>Second.</dd></dl>",
        "<a href='/a/1.pdf'><h3>One</h3><p>First.</p></a><a href='/a/2.pdf'><h3>Two</h3>"
        "<p>Second.</p></a>",
        "<article><h3><a href='/a/1.pdf'>One</a></h3><p>First.</p></article>"
        "<article><h3><a href='/a/2.pdf'>Two</a></h3><p>Second.</p></article>",
        "<details><summary>One</summary><p>First. <a href='/a/1.pdf'>Download the report</a></p>"
        "</details><details><summary>Two</summary><p>Second. <a href='/a/2.pdf'>PDF</a></p>"
        "</details>",
        "<p><strong><a href='/a/1.pdf'>One</a></strong> - First.</p>"
        "<p><strong><a href='/a/2.pdf'>Two</a></strong> - Second.</p>",
    ],
)  # fmt: skip
def test_entries_however_they_are_divided(entries: str) -> None:
    read = public_reports.read(f"<h2>Reports</h2>{entries}<h2>Service improvements</h2>", PAGE)
    assert [(r.title, r.blurb, r.url) for r in read.reports] == [
        ("One", "First.", f"{SITE}/a/1.pdf"),
        ("Two", "Second.", f"{SITE}/a/2.pdf"),
    ]


def test_the_lists_a_section_leads_to() -> None:
    read = public_reports.read(
        '<h2>Reports</h2><ul><li><a href="/a/1.pdf">One</a></li></ul>'
        '<p><a href="kent-county-council/reports?textsize=2">View all</a>'
        ' <a href="https://elsewhere.invalid/">View all</a></p>',
        f"{SITE}/your-councils-performance/x",
    )
    assert read.more == (f"{SITE}/your-councils-performance/kent-county-council/reports",)
    assert [report.title for report in read.reports] == ["One"]


def test_a_list_may_say_its_title_twice() -> None:
    read = public_reports.read(
        "<h1>Public reports - Kent County Council</h1><p>We publish some of our decisions.</p>"
        '<h2>Reports</h2><ul><li><a href="/a/1.pdf">One</a></li></ul>',
        PAGE,
    )
    assert [(report.title, report.category) for report in read.reports] == [("One", None)]


def test_a_report_is_listed_once() -> None:
    one = '<li><a href="/a/1.pdf">One</a></li>'
    read = public_reports.read(f"<h2>Reports</h2><ul>{one * 3}</ul>", PAGE)
    assert len(read.reports) == 1


def test_a_date_of_a_sentence_is_no_date_of_the_report() -> None:
    (report,) = public_reports.read(
        '<h2>Reports</h2><ul><li><a href="/a/1.pdf">One</a><p>On 1 May 2019 a boy left school.</p>'
        "</li></ul>",
        PAGE,
    ).reports
    assert report.date is None


@pytest.mark.parametrize("broken", ["\0", "<", "<a href=", "&#0;", "<!--" * 999, "<h2>Reports"])
def test_broken_markup_lists_nothing(broken: str) -> None:
    assert public_reports.read(broken, PAGE).reports == ()


@pytest.mark.parametrize("href", ["http://[oops", "http://a:b/", "//[x]y/", "javascript:x()"])
def test_one_malformed_link_costs_no_other(href: str) -> None:
    read = public_reports.read(
        f'<h2>Reports</h2><ul><li><a href="{href}">Bad</a></li><li><a href="/a/1.pdf">One</a></li>'
        "</ul>",
        PAGE,
    )
    assert f"{SITE}/a/1.pdf" in [report.url for report in read.reports]
    assert not any(report.url and "javascript" in report.url for report in read.reports)


@pytest.mark.parametrize(
    "hostile",
    [
        "<h2>Reports</h2>" + "<div>" * 5_000 + "<a href='/a/1.pdf'>One</a>",
        "<h2>Reports</h2>" + "<p><a href='/a/1.pdf'>One</a> x</p>" * 10_000,
        "<h2>Reports</h2><ul>" + "".join(
            f"<li><a href='/a/{n}.pdf'>One</a></li>" for n in range(10_000)) + "</ul>",
        "<h2>Reports</h2><table>" + "<tr><td>x<td>y" * 10_000 + "</table>",
        "<p>Reports</p>" * 10_000,
        "<b>" * 100_000,
        "<h2>Reports</h2><p>" + "(" * 100_000 + "Case reference " * 10_000,
    ],
    ids=range(7),
)  # fmt: skip
def test_a_page_made_to_hurt_is_read_in_time(hostile: str) -> None:
    import time

    started = time.process_time()
    public_reports.read(hostile, PAGE)
    assert time.process_time() - started < 10


def test_what_is_too_long_to_be_looked_at_is_not_whole() -> None:
    items = "".join(f"<li><a href='/a/{n}.pdf'>One {n}</a></li>" for n in range(5_000))
    read = public_reports.read(f"<h2>Reports</h2><ul>{items}</ul>", PAGE)
    assert read.reports
    assert not read.whole


WORDS = st.lists(
    st.text(st.characters(codec="utf-8", categories=("L", "P", "S")), min_size=1, max_size=9),
    min_size=1,
    max_size=12,
).map(" ".join)
TEXTS = WORDS.map(lambda words: f"It was said: {words} so it was")


@given(
    st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6, unique_by=lambda t: t[0]),
    st.sampled_from(["li", "tr", "h"]),
)
def test_the_words_come_back(reports: list[tuple[str, str]], form: str) -> None:
    forms = {
        "li": "<li><a href='/a/{n}.pdf'>{title}</a><p>{blurb}</p></li>",
        "tr": "<tr><td><a href='/a/{n}.pdf'>{title}</a></td><td>{blurb}</td></tr>",
        "h": "<h3><a href='/a/{n}.pdf'>{title}</a></h3><p>{blurb}</p>",
    }
    entries = "".join(
        forms[form].format(n=n, title=escape(title), blurb=escape(blurb))
        for n, (title, blurb) in enumerate(reports)
    )
    around = {"li": "ul", "tr": "table", "h": "div"}[form]
    read = public_reports.read(f"<h2>Public reports</h2><{around}>{entries}</{around}>", PAGE)
    assert [(r.title, r.blurb) for r in read.reports] == reports
