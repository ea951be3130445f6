"""Letters wherever a page links them: which links are letters, of whom and of which year.

A link is a letter by what is said of it (its text, its file's name, the heading it stands under),
never by its position. Reports, reviews, guides and decisions are left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from parsel import Selector

from ombudsman_crawler import authorities, years
from ombudsman_crawler.site import urls

_LETTER = re.compile(r"\bannual\s+(?:review\s+)?letter\b|\bannual\s+review\s+20\d\d", re.I)
_LETTERS_HEADING = re.compile(r"\bannual\s+(?:review\s+)?letters?\b|\bletters\s+for\b", re.I)
_OTHER = re.compile(
    r"\b(?:report|reports|review\s+of\s+(?:local|adult)|guide|guidance|manual|decision|statement"
    r"|faq|press|code|policy|newsletter|fact\s*sheet|complaint\s+review)\b",
    re.I,
)
_LETTER_FOLDER = re.compile(r"/documents/councils?-?performance/", re.I)
_YEAR_FOLDER = re.compile(r"/(20\d\d(?:[-/]\d\d)?)/", re.I)


@dataclass(frozen=True, slots=True)
class LetterLink:
    """A letter as a page links it. `authority` is the register's name where the link itself tells
    whose letter it is; `listed_year` the year ending, None where no year is told."""

    url: str
    label: str
    listed_year: int | None
    authority: str | None


def letters(text: str, url: str) -> list[LetterLink]:
    """Return the letters a page links, each address once, in the order of the page."""
    found: dict[str, LetterLink] = {}
    rows = _Rows()
    heading = ""
    for element in Selector(text).xpath(
        "//*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5 or self::caption"
        " or self::dt or self::a[@href]]"
    ):
        words = " ".join(element.xpath("string()").get("").split())
        if element.root.tag != "a":
            heading = words
            continue
        target = urls.join(url, element.attrib["href"])
        if (
            target is None
            or urlsplit(target).scheme not in ("http", "https")
            or not _is_document(target)
        ):
            continue
        title = element.attrib.get("title", "")
        name = unquote(urlsplit(target).path).rsplit("/", 1)[-1]
        if not _is_letter(target, words, title, name, heading):
            continue
        clean = urls.clean(target)
        if clean in found:
            continue
        year = _year(target, words, title, name) or rows.year_around(element)
        found[clean] = LetterLink(clean, words or title or name, year, _whose(target))
    return list(found.values())


class _Rows:
    """The year named by the row, list item or paragraph a link stands in.

    Each is looked at once: a page may have thousands of links in one paragraph.
    """

    def __init__(self) -> None:
        self._years: dict[object, int | None] = {}

    def year_around(self, link: Selector) -> int | None:
        row = next(link.root.iterancestors("li", "tr", "p"), None)
        if row is None:
            return None
        if row not in self._years:
            self._years[row] = years.from_text(" ".join("".join(row.itertext()).split()))
        return self._years[row]


def _is_document(target: str) -> bool:
    path = urlsplit(target).path.lower()
    return path.endswith(".pdf") or "/assets/attach/" in path


def _is_letter(target: str, words: str, title: str, name: str, heading: str) -> bool:
    stem = re.sub(r"[-_+]+", " ", name.removesuffix(".pdf"))
    if _LETTER_FOLDER.search(unquote(urlsplit(target).path)):
        return True
    if any(_LETTER.search(told) for told in (words, title, stem)):
        return True
    if any(_OTHER.search(told) for told in (words, title, stem)):
        return False
    # On a list headed "Annual letters" a bare year is a letter.
    return bool(_LETTERS_HEADING.search(heading) and years.from_text(words) is not None)


def _year(target: str, words: str, title: str, name: str) -> int | None:
    folder = _YEAR_FOLDER.search(unquote(urlsplit(target).path))
    for told in (words, title, name, folder[1] if folder else ""):
        year = years.from_text(told)
        if year is not None:
            return year
    return None


def _whose(target: str) -> str | None:
    path = unquote(urlsplit(target).path)
    if not _LETTER_FOLDER.search(path):
        return None
    stem = re.sub(r"\.pdf$", "", path.rsplit("/", 1)[-1], flags=re.I)
    found = authorities.match(stem)
    return found.name if found else None
