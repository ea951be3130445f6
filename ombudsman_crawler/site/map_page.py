"""The map: every council it refers to, however it lists them.

Links, option values, data attributes and script text are all searched for addresses of council
pages, since how the live map lists its councils may change from one day to the next.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from parsel import Selector

from ombudsman_crawler import authorities
from ombudsman_crawler.site import urls

# An address of a page below the map anywhere in the markup: in JSON its slashes may be escaped.
_REFERENCE = re.compile(
    r"""your-councils-performance(?:\\?/)([A-Za-z0-9%][^\s/\\"'<>?#&,;]*)((?:\\?/)statistics)?""",
    re.IGNORECASE,
)
_LETTER_OF_ALPHABET = re.compile(r"^[A-Za-z]$")


@dataclass(frozen=True, slots=True)
class CouncilReference:
    """A council the map names. `url` is its statistics page; `name` None where only its address
    is known."""

    slug: str
    url: str
    name: str | None


def councils(text: str, url: str) -> list[CouncilReference]:
    """Return each council a page refers to, once, in the order of the page."""
    names = _link_texts(text, url)
    found: dict[str, CouncilReference] = {}
    for reference in _REFERENCE.finditer(html.unescape(text)):
        slug = unquote(reference[1])
        if not _is_council(slug, has_statistics=bool(reference[2])):
            continue
        found.setdefault(
            slug.lower(),
            CouncilReference(slug, urls.council_page(slug, url_root(url)), names.get(slug.lower())),
        )
    for option in Selector(text).css("option[value]"):
        slug = option.attrib["value"].strip()
        if "/" in slug or "-" not in slug or authorities.match(slug) is None:
            continue
        name = _tidy(option.xpath("string()").get(""))
        found.setdefault(
            slug.lower(),
            CouncilReference(slug, urls.council_page(slug, url_root(url)), name or None),
        )
    return list(found.values())


def alphabet_pages(text: str, url: str) -> list[str]:
    """Return the addresses of pages that list councils by one letter of the alphabet."""
    found: dict[str, None] = {}
    for href in _hrefs(text):
        joined = urls.join(url, href)
        target = urls.clean(joined) if joined else ""
        if not target or not urls.same_site(target, url):
            continue
        parts = urlsplit(target)
        path = unquote(parts.path).lower()
        if "councils-performance" not in path and "councilsperformance" not in path:
            continue
        last = path.rstrip("/").rsplit("/", 1)[-1]
        by_query = any(_LETTER_OF_ALPHABET.match(value) for _, value in parse_qsl(parts.query))
        if _LETTER_OF_ALPHABET.match(last) or by_query:
            found.setdefault(target)
    return list(found)


def scripts(text: str, url: str) -> list[str]:
    """Return the addresses of the site's own scripts and data files a page loads."""
    selector = Selector(text)
    sources = selector.css("script::attr(src)").getall()
    sources += selector.css("[data-url]::attr(data-url), [data-src]::attr(data-src)").getall()
    targets = (urls.join(url, source) for source in sources)
    return list(
        dict.fromkeys(target for target in targets if target and urls.same_site(target, url))
    )


def url_root(url: str) -> str:
    """Return scheme and host of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_council(slug: str, *, has_statistics: bool) -> bool:
    if len(slug) < 3 or "." in slug or not slug.isprintable():
        return False
    return has_statistics or "-" in slug or authorities.match(slug) is not None


def _link_texts(text: str, url: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for link in Selector(text).css("a[href], option[value]"):
        href = link.attrib.get("href") or link.attrib.get("value", "")
        try:
            slug = urls.council_slug(urljoin(url, href))
        except ValueError:
            continue
        name = _tidy(link.xpath("string()").get(""))
        if slug and name and authorities.match(name) is not None:
            names.setdefault(slug.lower(), name)
    return names


def _hrefs(text: str) -> list[str]:
    return Selector(text).css("a::attr(href), option::attr(value)").getall()


def _tidy(text: str) -> str:
    return " ".join(text.split())
