"""The national tables wherever a page links them: which links are tables, of what and which year.

A link is a table by what is said of it (its words, its file's name, the heading it stands under)
and by how its file ends, never by its position. Folders and numbers in addresses mean nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from parsel import Selector

from ombudsman_crawler import years
from ombudsman_crawler.site import urls

#: Where the tables were last seen, and the page that leads there.
INDEX = (
    "/information-centre/reports/annual-review-reports/local-government-complaint-reviews"
)
INFORMATION_CENTRE = "/information-centre"

_FORMATS = {".csv": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".ods": "ods"}
_SAID = {
    "csv": re.compile(r"\bcsv\b", re.I),
    "xlsx": re.compile(r"\b(?:excel|xlsx|spreadsheet)\b", re.I),
}
#: Formats that can be read.
READABLE = ("csv", "xlsx")

_SUBJECTS = {
    "received": re.compile(r"\breceived\b", re.I),
    "decided": re.compile(r"\b(?:decided|decisions)\b", re.I),
    "compliance": re.compile(r"\b(?:compliance|remed(?:y|ies|ied))\b", re.I),
}
# What a table must say of itself, or the heading above it; and what is a table of something else.
_ABOUT = re.compile(
    r"\b(?:complaints?|enquir(?:y|ies)|decided|decisions|received|compliance|remed(?:y|ies|ied)"
    r"|upheld|uphold|annual review|statistics|data tables?|data)\b",
    re.I,
)
_OTHER = re.compile(
    r"\b(?:spend(?:ing)?|expenditure|expenses|salar(?:y|ies)|pay|gender|contracts?|invoices?"
    r"|payments?|gifts|hospitality|foi|freedom of information|staff|organisation chart|recruitment"
    r"|adult social care (?:complaint )?review|care providers?|schools?|our performance"
    r"|register of interests|customer satisfaction)\b",
    re.I,
)
_LEADS_ON = re.compile(
    r"\bannual[- ]review[- ]reports?\b|\bcomplaints?[- ]reviews?\b|\breview of local government"
    r"|\binformation[- ]centre\b|\bcomplaints? (?:data|statistics|tables)\b"
    r"|\b(?:data|statistics) (?:tables?|on complaints|by (?:council|authority))\b",
    re.I,
)
_NO_PAGE = re.compile(r"\.(?:pdf|docx?|zip|jpe?g|png|gif|mp[34]|pptx?|rtf|txt|xml|json)$", re.I)


@dataclass(frozen=True, slots=True)
class TableLink:
    """A file of tables as a page links it. `format` is `csv`, `xlsx`, `xls` or `ods`; `subject`
    and `year_ending` are None where the link doesn't tell."""

    url: str
    label: str
    format: str
    subject: str | None
    year_ending: int | None

    @property
    def readable(self) -> bool:
        return self.format in READABLE


def tables(text: str, url: str) -> list[TableLink]:
    """Return the files of tables a page links, each address once, in the order of the page."""
    found: dict[str, TableLink] = {}
    for link in _links(text, url):
        format_ = _format(link)
        if format_ is None or link.url in found or not _is_about_complaints(link):
            continue
        told = (link.words, link.title, link.file_name, link.heading)
        found[link.url] = TableLink(
            link.url,
            link.words or link.title or link.file_name,
            format_,
            next((subject for each in told if (subject := _subject(each))), None),
            next((year for each in told if (year := years.of_title(each))), None),
        )
    return list(found.values())


def index_pages(text: str, url: str) -> list[str]:
    """Return the pages a page links that may lead to tables, each once."""
    found: dict[str, None] = {}
    for link in _links(text, url):
        path = unquote(urlsplit(link.url).path)
        if _format(link) or _NO_PAGE.search(path) or not urls.same_site(link.url, url):
            continue
        said = (link.words, link.title, path.rsplit("/", 1)[-1])
        if any(_LEADS_ON.search(each) for each in said):
            found.setdefault(link.url)
    return list(found)


@dataclass(frozen=True, slots=True)
class _Link:
    url: str
    words: str
    title: str
    file_name: str
    heading: str


def _links(text: str, url: str) -> list[_Link]:
    found = []
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
        if target is None or urlsplit(target).scheme not in ("http", "https"):
            continue
        clean = urls.clean(target)
        name = unquote(urlsplit(clean).path).rsplit("/", 1)[-1]
        title = " ".join(element.attrib.get("title", "").split())
        found.append(_Link(clean, words, title, name, heading))
    return found


def _format(link: _Link) -> str | None:
    """Return a file's format, by how its name ends; by what is said where the name has no end."""
    name = link.file_name.lower()
    for end, format_ in _FORMATS.items():
        if name.endswith(end):
            return format_
    if "." in name or "/assets/" not in urlsplit(link.url).path.lower():
        return None
    return next((f for f, said in _SAID.items() if said.search(f"{link.words} {link.title}")), None)


def _is_about_complaints(link: _Link) -> bool:
    own = _spaced(f"{link.words} {link.title} {link.file_name}")
    if _OTHER.search(own):
        return False
    return bool(_ABOUT.search(own) or _ABOUT.search(_spaced(link.heading)))


def _subject(told: str) -> str | None:
    found = [name for name, pattern in _SUBJECTS.items() if pattern.search(_spaced(told))]
    return found[0] if len(found) == 1 else None


def _spaced(name: str) -> str:
    return re.sub(r"[-_+.]+", " ", name)
