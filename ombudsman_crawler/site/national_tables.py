"""The pages that list the yearly national tables: which links are tables, and which lead on.

A link is a table by what is said of it (its text, its file's name, the heading it stands under) and
by the kind of its file. Reports, guides and tables of care providers are left alone; addresses have
numbers that mean nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from parsel import Selector

from ombudsman_crawler import years
from ombudsman_crawler.site import urls

#: Where the tables were listed when the site was last seen, and where to look if they aren't.
INDEX_PATH = "/information-centre/reports/annual-review-reports/local-government-complaint-reviews"
ABOVE_INDEX = ("/information-centre/reports/annual-review-reports", "/information-centre")

_SUBJECTS = {
    "received": re.compile(r"\breceived\b", re.I),
    "decided": re.compile(r"\bdecided\b|\bdecisions\b", re.I),
    "compliance": re.compile(r"\bcompliance\b|\bremed(?:y|ies|ied)\b", re.I),
}
_TABLE_FILE = re.compile(r"\.(csv|xlsx|xls|ods)$", re.I)
_SAYS_FORMAT = re.compile(r"\b(csv|xlsx|xls|excel|spreadsheet)\b", re.I)
_OTHER_FILE = re.compile(r"\.(?:pdf|docx?|pptx?|zip|jpe?g|png|html?|aspx?)$", re.I)
_OF_COMPLAINTS = re.compile(
    r"\bcomplaints?\b|\bdata\s*(?:tables?|sheets?)\b|\bstatistics\b|\bannual review\b", re.I
)
_OTHER_BODIES = re.compile(
    r"\bcare\s+providers?\b|\bproviders?\b|\badult social care\b|\bschools?\b|\bindependent care\b",
    re.I,
)
_OURS = re.compile(r"\blocal government\b|\blocal authorit|\bcouncils?\b", re.I)
_LEADS_ON = re.compile(
    r"\bcomplaints? (?:reviews?|statistics|data)\b|\bannual review reports?\b"
    r"|\breviews? of local government complaints\b|\bdata tables\b",
    re.I,
)
_REPORTS = re.compile(r"^(?:our )?(?:annual )?reports(?: and (?:publications|reviews))?$", re.I)


@dataclass(frozen=True, slots=True)
class TableLink:
    """A file of tables as a page links it, of a kind that can be read or not. `subject` is
    `received`, `decided` or `compliance`, None where several or none are told; `year_ending` None
    where no year is."""

    url: str
    label: str
    subject: str | None
    year_ending: int | None


@dataclass(frozen=True, slots=True)
class IndexPage:
    """What a page of the information centre links: tables, and pages that may list more."""

    tables: tuple[TableLink, ...]
    pages: tuple[str, ...]


def read(text: str, url: str) -> IndexPage:
    """Read a page that lists tables, or leads to such; each address once, in the page's order."""
    tables: dict[str, TableLink] = {}
    pages: dict[str, None] = {}
    headings: list[tuple[int, str]] = []
    for element in Selector(text).xpath(
        "//*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5 or self::h6 or self::caption"
        " or self::dt or self::summary or self::th or self::a[@href]]"
    ):
        words = " ".join(element.xpath("string()").get("").split())
        tag = element.root.tag
        if tag != "a":
            level = int(tag[1]) if re.fullmatch(r"h\d", tag) else 7
            headings = [(other, told) for other, told in headings if other < level]
            headings.append((level, words))
            continue
        target = urls.join(url, element.attrib["href"])
        if target is None or not urls.same_site(target, url):
            continue
        clean = urls.clean(target)
        title = element.attrib.get("title", "")
        above = [told for _, told in reversed(headings)]
        table = _table(clean, words, title, above, _around(element))
        if table is not None:
            tables.setdefault(clean, table)
        elif _leads_on(clean, url, words, title):
            pages.setdefault(clean)
    return IndexPage(tuple(tables.values()), tuple(pages))


def _table(url: str, words: str, title: str, above: list[str], around: str) -> TableLink | None:
    path = unquote(urlsplit(url).path)
    name = path.rsplit("/", 1)[-1]
    ending = _TABLE_FILE.search(name)
    told_format = _SAYS_FORMAT.search(f"{words} {title}")
    attached = "/assets/" in path.lower() or "/documents/" in path.lower()
    if ending is None and (_OTHER_FILE.search(name) or not told_format or not attached):
        return None
    stem = re.sub(r"[-_+]+", " ", _TABLE_FILE.sub("", name))
    told = [words, title, stem, around, *above]
    own = " ".join((words, title, stem))
    if _OTHER_BODIES.search(" ".join((own, *above[:1]))) and not _OURS.search(own):
        return None
    if not any(_OF_COMPLAINTS.search(each) or _subject(each) for each in told):
        return None
    return TableLink(
        url=url,
        label=words or title or name,
        subject=next((found for each in told if (found := _subject(each))), None),
        year_ending=_year((words, title, _TABLE_FILE.sub("", name), around, *above)),
    )


def _year(told: tuple[str, ...]) -> int | None:
    return next((year for each in told if (year := years.from_title(each)) is not None), None)


def _subject(text: str) -> str | None:
    """The one subject a text tells. "Compliance with decisions" is compliance."""
    found = [subject for subject, pattern in _SUBJECTS.items() if pattern.search(text)]
    if found == ["decided", "compliance"] and not re.search(r"\bdecided\b", text, re.I):
        return "compliance"
    return found[0] if len(found) == 1 else None


def _around(link: Selector) -> str:
    """The words of the row or list item a link stands in, if it is the only link there."""
    row = next(link.root.iterancestors("li", "tr"), None)
    if row is None or len(list(row.iter("a"))) > 6:
        return ""
    return " ".join(" ".join(row.itertext()).split())[:300]


def _leads_on(target: str, url: str, words: str, title: str) -> bool:
    path = unquote(urlsplit(target).path)
    own = unquote(urlsplit(url).path).rstrip("/")
    name = path.rsplit("/", 1)[-1]
    if re.search(r"\.\w{2,4}$", name) or "/assets/" in path.lower() or path.rstrip("/") == own:
        return False
    told = (words, title, name.replace("-", " "))
    if any(_OTHER_BODIES.search(each) for each in told):
        return False
    if any(_LEADS_ON.search(each) for each in told):
        return True
    if path.lower().startswith(INDEX_PATH + "/"):
        return True
    return any(_REPORTS.fullmatch(each.strip()) for each in told)
