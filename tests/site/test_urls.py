from __future__ import annotations

import pytest

from ombudsman_crawler.site import urls

SITE = "https://www.lgo.org.uk"
PAGE = SITE + "/your-councils-performance/kent-county-council/statistics"


@pytest.mark.parametrize(
    "twin",
    [
        PAGE + "?displaypref=0",
        PAGE + "?displaypref=3&textsize=2",
        PAGE + "/",
        PAGE + "?chapter=4",
        PAGE + "#reports",
        PAGE.replace("www.", ""),
        PAGE.replace("https", "http"),
        PAGE.replace("kent", "Kent"),
    ],
)
def test_twins_are_one_page(twin: str) -> None:
    assert urls.key(twin, SITE) == urls.key(PAGE, SITE)


def test_other_queries_are_other_pages() -> None:
    assert urls.key(PAGE + "?year=2021", SITE) != urls.key(PAGE, SITE)


def test_an_address_within_the_site_does_not_depend_on_its_port() -> None:
    one = urls.address("http://127.0.0.1:4000/documents/kent county.pdf", "http://127.0.0.1:4000")
    two = urls.address("http://127.0.0.1:5000/documents/kent%20county.pdf", "http://127.0.0.1:5000")
    assert one == two == "/documents/kent%20county.pdf"


def test_an_address_elsewhere_is_kept_whole() -> None:
    assert urls.address("http://elsewhere.invalid/a.pdf", SITE) == "http://elsewhere.invalid/a.pdf"


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("http://lgo.org.uk/x", True),
        ("https://www.lgo.org.uk:443/x", True),
        ("https://www.lgo.org.uk:8443/x", False),
        ("https://www.lgo.org.uk.evil.example/x", False),
        ("https://evil.example/www.lgo.org.uk", False),
        ("https://user@evil.example/", False),
        ("ftp://www.lgo.org.uk/x", False),
        ("file:///etc/passwd", False),
    ],
)
def test_what_belongs_to_the_site(url: str, same: bool) -> None:
    assert urls.same_site(url, SITE) is same


def test_slugs() -> None:
    assert urls.council_slug(PAGE) == "kent-county-council"
    assert urls.council_slug(SITE + "/your-councils-performance") is None
    assert urls.council_slug(SITE + "/your-councils-performance/A") is None
    assert urls.is_council_page(PAGE)
    assert not urls.is_council_page(PAGE.replace("statistics", "serviceimprovements"))
