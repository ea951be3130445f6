"""Pages as the site is known to write them, and as it might."""

from __future__ import annotations

import json

import pytest
from parsel import Selector

from ombudsman_crawler.site import council_page, letter_list, map_page

MAP = "https://www.lgo.org.uk/your-councils-performance"
KENT = f"{MAP}/kent-county-council/statistics"


def slugs(page: str) -> list[str]:
    return [council.slug for council in map_page.councils(page, MAP)]


@pytest.mark.parametrize(
    "page",
    [
        '<a href="/your-councils-performance/kent-county-council/statistics">Kent</a>',
        '<a href="https://www.lgo.org.uk/your-councils-performance/kent-county-council">Kent</a>',
        '<select><option value="/your-councils-performance/kent-county-council/statistics">K'
        "</option></select>",
        '<select><option value="kent-county-council">Kent County Council</option></select>',
        '<li data-href="/your-councils-performance/kent-county-council/statistics">Kent</li>',
        '<path data-council="/your-councils-performance/kent-county-council">',
        "<script>var c = "
        + json.dumps({"url": "/your-councils-performance/kent-county-council/statistics"})
        + "</script>",
        '<script>{"url":"\\/your-councils-performance\\/kent-county-council\\/statistics"}</script>',
        "<p data-map='{&quot;u&quot;:&quot;/your-councils-performance/kent-county-council&quot;}'>",
        '<a href="/your-councils-performance/kent-county-council/statistics?displaypref=2">K</a>'
        '<a href="/Your-Councils-Performance/Kent-County-Council/statistics/">K</a>',
    ],
)
def test_a_council_in_any_markup(page: str) -> None:
    assert [slug.lower() for slug in slugs(page)] == ["kent-county-council"]


@pytest.mark.parametrize(
    "page",
    [
        "",
        "<p>No map today</p>",
        '<a href="/your-councils-performance">Map</a>',
        '<a href="/your-councils-performance?displaypref=1">Large print</a>',
        '<a href="/your-councils-performance/A">A</a>',
        '<script src="/your-councils-performance/map.js"></script>',
        '<a href="/your-councils-performance/help">Help</a>',
    ],
)
def test_what_is_no_council(page: str) -> None:
    assert slugs(page) == []


def test_slugs_are_taken_as_they_are_found() -> None:
    page = '<a href="/your-councils-performance/West-Northamptonshire-Council/statistics">W</a>'
    (council,) = map_page.councils(page, MAP)
    assert council.url == f"{MAP}/West-Northamptonshire-Council/statistics"


def test_markup_in_a_name_stays_text() -> None:
    page = (
        '<a href="/your-councils-performance/kent-county-council/statistics">'
        "Kent <b>County</b> Council</a>"
    )
    (council,) = map_page.councils(page, MAP)
    assert council.name == "Kent County Council"


def test_the_alphabet() -> None:
    page = """
        <a href="/your-councils-performance/A">A</a>
        <a href="/your-councils-performance?letter=B">B</a>
        <a href="/information-centre/councils-performance/C">C</a>
        <a href="/elsewhere/D">D</a>
        <a href="https://elsewhere.invalid/your-councils-performance/E">E</a>
    """
    found = map_page.alphabet_pages(page, MAP)
    assert [url.rsplit("/", 1)[-1] for url in found] == [
        "A",
        "your-councils-performance?letter=B",
        "C",
    ]


def test_predecessors_are_those_the_merger_block_names() -> None:
    page = """
        <nav><a href="/your-councils-performance/essex-county-council/statistics">Next</a></nav>
        <h1>West Northamptonshire Council</h1>
        <div><p>West Northamptonshire Council is a merger of several councils and the historical
        information for these are located from the following links.</p>
        <ul><li><a href="/your-councils-performance/daventry-district-council/statistics">Daventry
        District Council</a></li>
        <li><a href="/your-councils-performance/Northampton-Borough-Council/statistics">N</a></li>
        </ul></div>
        <footer><a href="/your-councils-performance/kent-county-council/statistics">K</a></footer>
    """
    url = f"{MAP}/West-Northamptonshire-Council/statistics"
    read = council_page.read(page, url)
    assert read.name == "West Northamptonshire Council"
    assert [p.slug for p in read.predecessors] == [
        "daventry-district-council",
        "Northampton-Borough-Council",
    ]


def test_a_page_without_a_merger_has_no_predecessors() -> None:
    page = '<h1>Kent</h1><a href="/your-councils-performance/essex-county-council">Essex</a>'
    assert council_page.read(page, KENT).predecessors == ()


def test_lists_of_letters() -> None:
    page = """
        <a href="annualletters/17">View annual letters</a>
        <a href="/decisions">View upheld decisions</a>
        <a href="/documents/annual letters.pdf">Annual letters (PDF)</a>
        <a href="https://elsewhere.invalid/letters">View annual letters</a>
    """
    base = f"{MAP}/kent-county-council/statistics"
    assert council_page.letter_lists(Selector(page), base) == (
        f"{MAP}/kent-county-council/annualletters/17",
    )


def letters(page: str) -> list[tuple[str, int | None]]:
    return [(link.url, link.listed_year) for link in letter_list.letters(page, KENT)]


@pytest.mark.parametrize(
    ("page", "year"),
    [
        (
            '<a href="/documents/councilperformance/2021/kent%20county%20council.pdf">2020-21</a>',
            2021,
        ),
        ('<a href="/documents/councilperformance/2021/kent county council.pdf">PDF</a>', 2021),
        ('<a href="/x/1.pdf">Annual review letter 2022-23</a>', 2023),
        ('<a href="/x/annual-review-letter-2019.pdf">Download</a>', 2019),
        ('<a href="/x/1.pdf" title="Annual Review letter 2020">Download</a>', 2020),
        ('<h2>Annual letters</h2><ul><li><a href="/x/1.pdf">2017/18</a></li></ul>', 2018),
        ('<tr><td>2016</td><td><a href="/x/1.pdf">Annual letter</a></td></tr>', 2016),
        ('<a href="/assets/attach/6973/letter">Annual letter 2024</a>', 2024),
        ('<a href="/x/1.pdf">Annual letter</a>', None),
        ('<a href="/x/1.PDF">Annual Letter 2006/07</a>', 2007),
    ],
)
def test_a_letter_however_it_is_linked(page: str, year: int | None) -> None:
    ((_, listed),) = letters(f"<table>{page}</table>" if page.startswith("<tr") else page)
    assert listed == year


@pytest.mark.parametrize(
    "page",
    [
        '<a href="/x/review-of-local-government-complaints-2020-21.pdf">Review of Local Government'
        " Complaints 2020-21</a>",
        '<a href="/x/1.pdf">Public report 2021</a>',
        '<a href="/x/1.pdf">Guide to the annual letters</a>',
        '<h2>Public reports</h2><a href="/x/1.pdf">2021</a>',
        '<h2>Annual letters</h2><h2>Reports</h2><a href="/x/1.pdf">2021</a>',
        '<a href="/decisions/planning/20-001-002">Annual review letter 2021</a>',
        '<a href="javascript:open(1)">Annual review letter 2021</a>',
        '<a href="http://[broken/1.pdf">Annual review letter 2021</a>',
    ],
)
def test_other_documents_are_left_alone(page: str) -> None:
    assert letters(page) == []


def test_a_letter_is_listed_once() -> None:
    link = '<a href="/documents/councilperformance/2021/kent%20county%20council.pdf">2021</a>'
    assert len(letters(link * 3)) == 1


def test_whose_letter_it_is_when_the_file_says_so() -> None:
    page = '<a href="/documents/councilperformance/2021/dartford%20borough%20council.pdf">2021</a>'
    (link,) = letter_list.letters(page, KENT)
    assert link.authority == "Dartford Borough Council"


@pytest.mark.parametrize("page", ["\0", "<", "<a href=", "&#0;", "<!--" * 999])
def test_broken_markup_is_an_empty_page(page: str) -> None:
    assert map_page.councils(page, MAP) == []
    assert letters(page) == []
    assert council_page.read(page, KENT).predecessors == ()


def test_a_page_of_very_many_links_is_read_in_time() -> None:
    links = "".join(f'<a href="/x/annual-letter-{n}.pdf">Annual letter</a> ' for n in range(20_000))
    found = letter_list.letters(f"<p>{links}</p>", KENT)
    assert len(found) == 20_000


def test_control_characters_name_no_council() -> None:
    assert slugs('<a href="/your-councils-performance/evil-%1b[31mcouncil/statistics">x</a>') == []


@pytest.mark.parametrize(
    "href", ["http://127.0.0.1:99999/x.pdf", "http://[oops", "//[x]y/", "http://a:b/"]
)
def test_one_malformed_link_costs_no_other(href: str) -> None:
    good = "/documents/councilperformance/2021/kent%20county%20council.pdf"
    page = (
        f'<p>is a merger of several councils<a href="{href}">Annual letters</a></p>'
        f'<script src="{href}"></script><a href="{href}">Annual letter 2020</a>'
        f'<a href="{good}">2021</a>'
        '<a href="/your-councils-performance/essex-county-council/statistics">Essex</a>'
    )
    assert [year for _, year in letters(page)] == [2021]
    assert slugs(page) == ["essex-county-council"]
    assert map_page.alphabet_pages(page, MAP) == []
    assert map_page.scripts(page, MAP) == []
    assert council_page.read(page, KENT).letter_lists == ()
