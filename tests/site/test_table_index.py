"""Pages that list national tables, as the site is known to write them, and as it might."""

from __future__ import annotations

import pytest

from ombudsman_crawler.site.national_tables import IndexPage, TableLink, read

INDEX = (
    "https://www.lgo.org.uk/information-centre/reports/annual-review-reports"
    "/local-government-complaint-reviews"
)
ATTACHED = "https://www.lgo.org.uk/assets/attach"


def tables(page: str) -> dict[str, tuple[str | None, int | None]]:
    return {
        link.url.removeprefix(ATTACHED): (link.subject, link.year_ending)
        for link in read(page, INDEX).tables
    }


BY_FILE_NAME = """
<nav><a href="/information-centre">Information centre</a> <a href="/contact">Contact</a></nav>
<h1>Local government complaint reviews</h1>
<p><a href="/assets/attach/7001/Review-of-complaints-2025-26.pdf">Review 2025-26 (PDF)</a></p>
<p><a href="/assets/attach/6972/1-Complaints-Received-25-26.csv">Data table 1</a>
<a href="/assets/attach/6973/2-Complaints-Decided-25-26.csv">Data table 2</a>
<a href="/assets/attach/6974/3-Remedy-and-compliance-25-26.csv?v=2">Data table 3</a></p>
"""
BY_HEADING = """
<h1>Complaint statistics</h1>
<h2>Year ending 31 March 2022</h2>
<ul><li><a href="/assets/attach/11">Complaints received (Excel)</a></li>
<li><a href="/assets/attach/12">Complaints decided (XLSX, 80KB)</a></li>
<li><a href="/assets/attach/13/x.pdf">Complaints decided (PDF)</a></li></ul>
<h2>2020/21</h2>
<ul><li><a href="/assets/attach/14/data.xls">Compliance with our recommendations</a></li></ul>
<h3>Adult social care providers</h3>
<ul><li><a href="/assets/attach/15/Complaints-received.csv">Complaints received</a></li></ul>
"""
BY_ROW = """
<table><caption>Data tables</caption>
<tr><th>Year</th><th>Received</th></tr>
<tr><td>2018-19</td><td><a href="/assets/attach/21/a.csv" title="Complaints received">CSV</a></td>
<td><a href="/assets/attach/22/b.xlsx" title="Complaints decided">XLSX</a></td></tr>
<tr><td>2017-18</td><td><a href="/Assets/Attach/23/c.CSV" title="Complaints received">CSV</a></td>
</tr></table>
"""


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (BY_FILE_NAME, {
            "/6972/1-Complaints-Received-25-26.csv": ("received", 2026),
            "/6973/2-Complaints-Decided-25-26.csv": ("decided", 2026),
            "/6974/3-Remedy-and-compliance-25-26.csv?v=2": ("compliance", 2026),
        }),
        (BY_HEADING, {
            "/11": ("received", 2022),
            "/12": ("decided", 2022),
            "/14/data.xls": ("compliance", 2021),
        }),
        (BY_ROW, {
            "/21/a.csv": ("received", 2019),
            "/22/b.xlsx": ("decided", 2019),
            "https://www.lgo.org.uk/Assets/Attach/23/c.CSV": ("received", 2018),
        }),
    ],
    ids=["by the file's name", "by the heading", "by the row"],
)  # fmt: skip
def test_links_are_tables_by_what_is_said_of_them(page: str, expected: object) -> None:
    assert tables(page) == expected


@pytest.mark.parametrize(
    "page",
    [
        "",
        "<p>Nothing here</p>",
        '<a href="/assets/attach/1/annual-report.pdf">Complaints decided 2024-25</a>',
        '<a href="/assets/attach/1/Complaints-received.csv">Complaints about care providers</a>',
        '<a href="https://elsewhere.example/Complaints-Decided-24-25.csv">Complaints decided</a>',
        '<a href="/assets/attach/1/board-minutes.csv">Attendance</a>',
        '<a href="javascript:void(0)">Complaints decided (CSV)</a>',
        '<a href="http://[bad/Complaints-Decided.csv">Complaints decided</a>',
        '<a href="/information-centre/Complaints-decided-spreadsheet">About our spreadsheets</a>',
    ],
)
def test_what_is_no_table(page: str) -> None:
    assert read(page, INDEX).tables == ()


def test_pages_that_may_list_more_are_followed_and_others_arent() -> None:
    page = read(
        """<a href="/information-centre/reports">Reports</a>
        <a href="/information-centre/reports/annual-review-reports/">Annual review reports</a>
        <a href="/information-centre/reports/older">Complaint reviews before 2016</a>
        <a href="/information-centre/reports/adult-social-care-reviews">Adult social care</a>
        <a href="/information-centre/news">News</a> <a href="/assets/attach/5/x.doc">Data tables</a>
        <a href="https://elsewhere.example/data">Complaint statistics</a> <a href="#top">Top</a>
        <a href="/information-centre/reports/older?displaypref=2">Complaint reviews</a>""",
        INDEX,
    )
    assert page == IndexPage(
        (),
        (
            "https://www.lgo.org.uk/information-centre/reports",
            "https://www.lgo.org.uk/information-centre/reports/annual-review-reports",
            "https://www.lgo.org.uk/information-centre/reports/older",
        ),
    )


def test_a_link_tells_everything_at_once() -> None:
    (link,) = read(
        '<h2>2024-25</h2><a href="/assets/attach/9/d.csv">Complaints and enquiries decided</a>',
        INDEX,
    ).tables
    assert link == TableLink(
        f"{ATTACHED}/9/d.csv", "Complaints and enquiries decided", "decided", 2025
    )
