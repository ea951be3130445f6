"""The improvements a council has agreed to: the section of its page, the lists it leads to, and by
what those can be narrowed down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from parsel import Selector

from ombudsman_crawler.site import blocks, entry_fields, listings, urls
from ombudsman_crawler.site.blocks import Block, Link
from ombudsman_crawler.site.listings import State

#: Cases that a list shows at most, as the council's page says.
MOST_LISTED = 10

_TITLE = re.compile(
    r"(?:.{3,100}\s[-–—:|]\s)?(?:all\s+)?service improvements(?:\s*[-–—:|]\s*.{1,120}"
    r"|\s+(?:agreed|for|by|at)\b.{0,120})?",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"\bsince april 2018\b|\bagreed to make the following (?:service )?improvements\b"
    r"|\bwe list up to \d+ cases\b",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"(?:there (?:are|is|have been|were) )?no (?:service )?(?:improvements?|cases|results)\b.{0,80}"
    r"|.{0,80}\b(?:has not|hasn['’]t) agreed (?:to )?(?:make )?any (?:service )?improvements?\b"
    r".{0,80}",
    re.IGNORECASE,
)
# What stands on a list beside its texts: links to the decision, controls, numbers of pages.
_NO_TEXT = re.compile(
    r"(?:read|view|see|open)(?: (?:the|this|our|full|more|decision|case|details|statement))*"
    r"|(?:the )?(?:full )?(?:decision|case)(?: statement)?|back(?: to)?\b.{0,60}|\d{1,3}|more"
    r"|filter|search|apply|reset|clear.{0,20}|all|showing\b.{0,60}|(?:page )?\d+ of \d+",
    re.IGNORECASE,
)
# A paragraph that names no case is an improvement only if it speaks of one.
_AGREED = re.compile(r"\b(?:council|authority|agree[sd]?)\b", re.IGNORECASE)
_EVERYTHING = re.compile(r"(?:any|all)\b.*|(?:please )?(?:select|choose)\b.*|-+.*|", re.IGNORECASE)
_FILTERS = {
    "category": re.compile(r"categor|subject|topic", re.IGNORECASE),
    "year": re.compile(r"year", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Improvement:
    """An improvement as a list shows it. `reference` is the case's, "24 005 701", `url` its
    decision's page; `date` is YYYY-MM-DD, `year` the words that name one."""

    text: str
    category: str | None
    date: str | None
    year: str | None
    reference: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Filter:
    """One thing by which a list can be narrowed down: the name of the argument of its address, and
    what each value is called. `everything` is the value that leaves it whole, if one is offered."""

    argument: str
    values: Mapping[str, str]
    everything: str | None = None


@dataclass(frozen=True, slots=True)
class ImprovementList:
    """The improvements a page lists, each once, in its order.

    `more` are the addresses of lists with more of them, `filters` what the page offers to narrow
    its list down by, at most one each of `category` and `year`; `base` is the address that their
    arguments belong to. `whole` is False where not all of the page could be looked at, or
    where it has all the places there are and leads to no others.
    """

    state: State
    improvements: tuple[Improvement, ...] = ()
    more: tuple[str, ...] = ()
    base: str = ""
    filters: Mapping[str, Filter] = field(default_factory=dict)
    whole: bool = True


def read(text: str, url: str) -> ImprovementList:
    """Read the improvements of a council's page, or of a list it leads to."""
    page = blocks.read(text, url)
    section = listings.find(page.blocks, _TITLE, _OPENING)
    base, filters = _filters(text, url)
    if section is None:
        return ImprovementList(State.NOT_SEEN, base=base, filters=filters, whole=not page.cut)
    listed = [
        block
        for block in section.blocks
        if not _OPENING.search(block.text)
        and not listings.is_aside(block)
        and (not _NO_TEXT.fullmatch(block.text) or _decisions(block.links))
        and not _NONE.fullmatch(block.text)
    ]
    section_listed = listings.Section(section.title, tuple(listed), section.cut)
    linked = any(_decisions(block.links) for block in listed)
    found: dict[Improvement, None] = {}
    for entry in listings.entries(section_listed, lambda block: _keys(block, linked=linked)):
        improvement = _improvement(entry)
        if improvement is not None:
            found.setdefault(_listed_under(improvement, filters, url))
    if found:
        state = State.LISTED
    elif any(_NONE.fullmatch(block.text) for block in section.blocks) or (
        # A list that was narrowed down may well have nothing left.
        not listed and _arguments(url)
    ):
        state = State.NONE
    else:
        state = State.NOT_RECOGNISED
    more = listings.leads_to_more(section, url)
    # As many as are ever listed, and no way to others: there may be more all the same.
    full = len(found) >= MOST_LISTED and not more and not filters
    return ImprovementList(
        state, tuple(found), more, base, filters, not page.cut and not section.cut and not full
    )


def narrowed(base: str, arguments: Mapping[str, str]) -> str:
    """Return the address of a list narrowed down by what it offers: arguments and their values."""
    parts = urlsplit(base)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in arguments]
    query = urlencode([*kept, *arguments.items()])
    return urls.clean(urlunsplit((parts.scheme, parts.netloc, parts.path, query, "")))


def narrower(read: ImprovementList, url: str, full: int = MOST_LISTED) -> Iterator[str]:
    """Return the addresses of the lists that a list served at `url` can be narrowed to, as far as
    that may show more: those of each year; and, where there are no years to choose from, or the
    list is a whole year's and has all the places there are (`full`), those of each category.
    """
    year, category = read.filters.get("year"), read.filters.get("category")
    asked = _arguments(url)
    by_category = category is not None and asked.get("category", "") in ("", category.everything)
    is_full = len(read.improvements) >= full and not read.more
    if year is not None:
        whole_years = category is None or category.everything is not None
        for value in year.values:
            chosen = {year.argument: value}
            if category is None or whole_years:
                everything = {category.argument: category.everything or ""} if category else {}
                yield narrowed(read.base, {**chosen, **everything})
                continue
            for other in category.values:
                yield narrowed(read.base, {**chosen, category.argument: other})
    if category is None:
        return
    of_year = asked.get("year")
    if (of_year and is_full and by_category) or (year is None and (is_full or not by_category)):
        chosen = {year.argument: of_year} if year is not None and of_year else {}
        for other in category.values:
            yield narrowed(read.base, {**chosen, category.argument: other})


def _arguments(url: str) -> dict[str, str]:
    """Return by what an address narrows a list down: `category` and `year`, as far as it does."""
    named = ((_filter_named(name), value) for name, value in parse_qsl(urlsplit(url).query))
    return {name: value for name, value in named if name is not None}


def _keys(block: Block, *, linked: bool) -> list[str]:
    """What a block is about: the decision it links, or, where none does, the reference it names."""
    if not linked:
        return entry_fields.own_references(block)
    return [entry_fields.reference_in(link.url) or link.url for link in _decisions(block.links)]


def _decisions(links: Iterable[Link]) -> list[Link]:
    return [link for link in links if entry_fields.is_decision(link)]


def _improvement(entry: listings.Entry) -> Improvement | None:
    fields = entry_fields.read(entry.blocks)
    decisions = _decisions(entry.links)
    texts = []
    for block, said in fields.rest:
        words = said
        for link in block.links:
            if _NO_TEXT.fullmatch(link.text):
                words = words.replace(link.text, " ")
        words = " ".join(words.split())
        if any(character.isalpha() for character in words):
            texts.append(words)
    reference = fields.reference
    if reference is None and decisions:
        reference = entry_fields.reference_in(decisions[0].url)
    if not texts or (entry.loose and reference is None and not _AGREED.search(" ".join(texts))):
        return None
    return Improvement(
        " ".join(texts),
        fields.category or entry.context,
        fields.date,
        fields.year,
        reference,
        urls.clean(decisions[0].url) if decisions else None,
    )


def _listed_under(improvement: Improvement, filters: Mapping[str, Filter], url: str) -> Improvement:
    """Return an improvement with the category and year it is listed under, where its own words
    don't say them and the list was narrowed down to one."""
    asked = _arguments(url)
    called = {
        name: filters[name].values.get(value) for name, value in asked.items() if name in filters
    }
    return replace(
        improvement,
        category=improvement.category or called.get("category"),
        year=improvement.year or called.get("year"),
    )


def _filters(text: str, url: str) -> tuple[str, dict[str, Filter]]:
    """Return what a page offers to narrow its list down by: choices of a form, or links to the same
    page with other arguments."""
    selector = Selector(text)
    base = urls.clean(url)
    found: dict[str, Filter] = {}
    for select in selector.css("select[name]"):
        name = _filter_named(select.attrib["name"])
        if name is None or name in found:
            continue
        form = select.xpath("ancestor::form[1]")
        if form and form[0].attrib.get("method", "get").strip().lower() != "get":
            continue
        target = urls.join(url, form[0].attrib.get("action") or url) if form else url
        if target is None or urls.council_slug(target) is None or not urls.same_site(target, url):
            continue
        options = [
            (o.attrib.get("value", ""), " ".join(o.xpath("string()").get("").split()))
            for o in select.css("option")
        ]
        found[name] = _filter(select.attrib["name"], options)
        base = urls.clean(target)
    # What a page links to narrow its list down by, but for what it is narrowed down by already.
    asked = set(parse_qsl(urlsplit(url).query))
    offered: dict[str, dict[str, str]] = {}
    for link in selector.css("a[href]"):
        target = urls.join(url, link.attrib["href"])
        if target is None or not _same_page(target, base):
            continue
        words = " ".join(link.xpath("string()").get("").split())
        for argument, value in parse_qsl(urlsplit(target).query):
            if (argument, value) not in asked and _filter_named(argument) not in {None, *found}:
                offered.setdefault(argument, {}).setdefault(value, words)
    for argument, values in offered.items():
        name = _filter_named(argument)
        if name is not None and name not in found:
            found[name] = _filter(argument, values.items())
    return base, found


def _filter(argument: str, options: Iterable[tuple[str, str]]) -> Filter:
    values: dict[str, str] = {}
    everything: str | None = None
    for value, words in options:
        if value in ("", "0", "-1") or _EVERYTHING.fullmatch(words):
            everything = value if everything is None else everything
        else:
            values.setdefault(value, words)
    return Filter(argument, values, everything)


def _filter_named(argument: str) -> str | None:
    return next((name for name, words in _FILTERS.items() if words.search(argument)), None)


def _same_page(target: str, base: str) -> bool:
    if urlsplit(target).scheme not in ("http", "https") or not urls.same_site(target, base):
        return False
    return urlsplit(target).path.lower().rstrip("/") == urlsplit(base).path.lower().rstrip("/")
