"""A council's page: whose it is, which predecessors it names, where its letters are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from parsel import Selector

from ombudsman_crawler import authorities
from ombudsman_crawler.site import urls
from ombudsman_crawler.site.map_page import CouncilReference

_MERGER = re.compile(r"is a merger of several councils|historical information for these", re.I)
_MANY_LETTERS = re.compile(
    r"\bannual\s+(?:review\s+)?letters\b|\b(?:previous|earlier|older)\b.{0,80}\bletters\b", re.I
)


@dataclass(frozen=True, slots=True)
class CouncilPage:
    """What a council's page says that leads to letters. `name` as its heading prints it."""

    name: str | None
    predecessors: tuple[CouncilReference, ...]
    letter_lists: tuple[str, ...]

    @property
    def recognised(self) -> bool:
        """Whether anything here is a council's: a block page has nothing of it."""
        return bool(self.name or self.predecessors or self.letter_lists)


def read(text: str, url: str) -> CouncilPage:
    """Read a council's page; what it doesn't have is empty."""
    selector = Selector(text)
    return CouncilPage(name_of(selector), _predecessors(selector, url), letter_lists(selector, url))


def name_of(selector: Selector) -> str | None:
    """Return the council's name as a heading of the page prints it."""
    for heading in selector.css("h1, h2, title"):
        name = " ".join(heading.xpath("string()").get("").split())
        name = re.split(r"\s+[-|–]\s+", name)[0]
        if authorities.match(name) is not None:
            return name
    return None


def _predecessors(selector: Selector, url: str) -> tuple[CouncilReference, ...]:
    """The councils linked after the sentence that speaks of a merger.

    Only links that follow it in its own block count: navigation may link other councils too.
    """
    own = (urls.council_slug(url) or "").lower()
    found: dict[str, CouncilReference] = {}
    for element in selector.xpath("//*[contains(translate(text(), 'MERG', 'merg'), 'merger of')]"):
        if not _MERGER.search(element.xpath("string()").get("")):
            continue
        block = element.xpath("self::*[.//a] | ancestor::*[.//a][1]")
        for link in block[-1:].css("a[href]"):
            target = urls.join(url, link.attrib["href"])
            slug = urls.council_slug(target) if target else None
            if not target or not slug or slug.lower() == own or not urls.is_council_page(target):
                continue
            name = " ".join(link.xpath("string()").get("").split())
            page = urls.council_page(slug, urljoin(url, "/"))
            found.setdefault(slug.lower(), CouncilReference(slug, page, name or None))
    return tuple(found.values())


def letter_lists(selector: Selector, url: str) -> tuple[str, ...]:
    """Return the addresses that links call lists of letters, on the site itself."""
    found: dict[str, None] = {}
    for link in selector.css("a[href]"):
        told = (link.xpath("string()").get(""), link.attrib.get("title", ""))
        words = " ".join(" ".join(told).split())
        joined = urls.join(url, link.attrib["href"])
        if joined is None:
            continue
        target = urls.clean(joined)
        if not _MANY_LETTERS.search(words) or target.lower().endswith(".pdf"):
            continue
        if urls.same_site(target, url):
            found.setdefault(target)
    return tuple(found)
