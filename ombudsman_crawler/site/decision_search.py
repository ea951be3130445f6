"""The search for decisions: the address of a page of results, and what stands on it.

Only the search is paged for real; the page numbers of the categories' own lists lead to the same
ten decisions for ever and aren't used.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, islice, pairwise
from urllib.parse import urlencode

from parsel import Selector

from ombudsman_crawler.site import days, references, urls
from ombudsman_crawler.site.shown import Element, blocks, tidy

SEARCH_PATH = "/Decisions/SearchResults"
#: Decisions on one page of results.
PAGE_SIZE = 10

_TOTAL = re.compile(
    r"\byour\s+search\s+(?:has|had|gave|found|returned)\s+(?:found\s+)?"
    r"(?P<number>\d{1,3}(?:[,.\s]\d{3})+|\d+|no|one)\s+(?:results?|decisions?)\b",
    re.I | re.ASCII,
)
_NOTHING = re.compile(r"\bno\s+(?:results|decisions)\s+(?:were\s+)?found\b", re.I)
_KIND = re.compile(r"\b(statement|report)\b", re.I)
_OUTCOME = re.compile(
    r"\b((?:not\s+|part(?:ly|ially)?\s+)?upheld|closed\s+after\s+initial\s+enquir(?:y|ies))\b", re.I
)
_SUMMARY = re.compile(r"\bsummary\s*(?::|\n)\s*", re.I)
_READ_ON = re.compile(
    r"\b(?:read\s+more|(?:view|read)\s+(?:the\s+)?(?:full\s+)?decision)\W*$", re.I
)
_LABELS = re.compile(
    r"\b(?:type|decision\s+date|decision|outcome|sub-?category|category|date)\s*:", re.I
)

# Elements that hold a list of results or the page, and never one row of it.
_WIDER = {"html", "body", "main", "form", "ul", "ol", "table", "tbody", "dl"}
# A row isn't nested deeper than this, and no page has so many: what has is no list of results.
_DEEPEST, _MOST_LINKS = 12, 400
# A row that no element holds together goes on in so many elements behind its link.
_MOST_PARTS = 8


@dataclass(frozen=True, slots=True)
class ListedDecision:
    """One row: a decision as the search lists it. `kind` is `statement` or `report`; `authority`
    and the other texts as printed, None where the row doesn't say."""

    url: str
    reference: str
    authority: str | None
    kind: str | None
    outcome: str | None
    sub_category: str | None
    decided: date | None
    summary: str | None


@dataclass(frozen=True, slots=True)
class ResultPage:
    """`stated` is the total the page states, None where it states none: then it is no answer,
    whatever it shows besides."""

    stated: int | None
    decisions: tuple[ListedDecision, ...]


def address(site: str, first: date, last: date, page: int = 1) -> str:
    """Return the address of a page, from 1, of the decisions of some days, both included."""
    asked = urlencode({"fd": first.isoformat(), "td": last.isoformat(), "page": page})
    return f"{site.rstrip('/')}{SEARCH_PATH}?{asked}"


def read(text: str, url: str) -> ResultPage:
    """Read a page of results."""
    root = Selector(text, type="html").root
    stated, said_in = _stated(root)
    return ResultPage(stated, tuple(_rows(root, said_in, url)))


def _stated(root: Element) -> tuple[int | None, Element]:
    """The total a page states, and the element that says it."""
    page = list(blocks(root))
    text = "\n".join(block.text for block in page)
    found = _TOTAL.search(text) or _NOTHING.search(text)
    if found is None:
        return None, None
    ends = list(accumulate(len(block.text) + 1 for block in page))
    element = page[bisect_right(ends, found.start())].element
    number = found.groupdict().get("number", "no").lower()
    if number in ("no", "one"):
        return ("no", "one").index(number), element
    return int(re.sub(r"\D", "", number)), element


def _rows(root: Element, said_in: Element, url: str) -> Iterator[ListedDecision]:
    """The rows of a page, each decision once.

    A row is the largest element in which one decision alone is linked; where no element holds a row
    together, it goes on behind the link up to the next one.
    """
    # Whose an element is: the address of the one decision linked in it, "" for several.
    owner: dict[Element, str] = {}
    links: dict[str, tuple[str, Element]] = {}
    if said_in is not None:
        owner.update(dict.fromkeys((said_in, *said_in.iterancestors()), ""))
    for target, link in islice(_decision_links(root, url), _MOST_LINKS):
        key = urls.key(target, url)
        links.setdefault(key, (target, link))
        for element in (link, *islice(link.iterancestors(), _DEEPEST)):
            if owner.setdefault(element, key) != key:
                owner[element] = ""
    for key, (target, link) in links.items():
        row = link
        for outer in link.iterancestors():
            if owner.get(outer) != key or outer.tag in _WIDER:
                break
            row = outer
        lines = [block.text for block in blocks(row)]
        title = next(filter(None, (references.titled(b.text) for b in blocks(link))), None)
        if title and not any(days.read(line) or _SUMMARY.search(line) for line in lines):
            lines += _behind(row, owner)
        decision = _row(target, lines, title)
        if decision is not None:
            yield decision


def _decision_links(root: Element, url: str) -> Iterator[tuple[str, Element]]:
    for link in root.iter("a"):
        target = urls.join(url, link.get("href", ""))
        if target is None or references.of_address(target) is None:
            continue
        if urls.same_site(target, url):
            yield urls.clean(target), link


def _behind(row: Element, owner: dict[Element, str]) -> list[str]:
    """The lines of the elements that follow a row's link, up to the next row."""
    lines: list[str] = []
    if row.tail:
        lines.append(tidy(row.tail))
    for part in islice(row.itersiblings(), _MOST_PARTS):
        if part in owner or part.tag in ("nav", "footer", "form"):
            break
        if isinstance(part.tag, str):
            lines += [block.text for block in blocks(part)]
        lines.append(tidy(part.tail or ""))
    return [line for line in lines if line]


def _row(target: str, lines: list[str], title: references.Titled | None) -> ListedDecision | None:
    """Read a row from its lines and its link's title; None for a link that stands in no row."""
    reference = references.of_address(target)
    assert reference is not None
    text, summary = _without_summary("\n".join(lines))
    if title is None:
        # The link may say something else, such as "Read more".
        title = next(filter(None, map(references.titled, text.split("\n"))), None)
    details = text.replace(title.printed, "\n", 1) if title else text
    day = days.find(details)
    if title is None and (day is None or summary is None):
        return None
    kind, outcome = _KIND.search(details), _OUTCOME.search(details)
    told = [found.span() for found in (kind, outcome) if found] + ([day[1]] if day else [])
    return ListedDecision(
        target,
        reference,
        tidy(title.before) or None if title else None,
        kind[1].lower() if kind else None,
        tidy(outcome[1]) if outcome else None,
        _between(details, sorted(told)) or None,
        day[0] if day else None,
        summary,
    )


def _without_summary(text: str) -> tuple[str, str | None]:
    """Split a row's summary, which ends with its line, from its other text."""
    found = _SUMMARY.search(text)
    if found is None:
        return text, None
    summary, _, rest = text[found.end() :].partition("\n")
    return f"{text[: found.start()]}\n{rest}", tidy(_READ_ON.sub("", summary)) or None


def _between(details: str, told: list[tuple[int, int]]) -> str:
    """What stands between a row's kind, outcome and day, else behind them in their line: the
    sub-category."""
    gaps = [details[end:start] for (_, end), (start, _) in pairwise(told)]
    if told and not _told_in(gaps):
        gaps = [details[told[-1][1] :].partition("\n")[0]]
    return _told_in(gaps)


def _told_in(gaps: list[str]) -> str:
    return tidy(_LABELS.sub(" ", " ".join(gaps))).strip("|,;:·-– ")
