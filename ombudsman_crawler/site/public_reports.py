"""A council's public reports: the section of its page, and the lists that section leads to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from ombudsman_crawler.site import blocks, entry_fields, listings, urls
from ombudsman_crawler.site.blocks import Block, Link
from ombudsman_crawler.site.listings import State

_NAMED = r"(?:\s*[-–—:|]\s*.{1,120}|\s+(?:about|against|for|on|by|published)\b.{0,120})?"
_TITLE = re.compile(
    rf"(?:.{{3,100}}\s[-–—:|]\s)?(?:all\s+)?(?:public\s+)?reports{_NAMED}", re.IGNORECASE
)
_OPENING = re.compile(
    r"\bombudsman has published the following\b|\bpublished the following (?:public )?reports?\b",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"(?:there (?:are|is|have been|were) )?no (?:public )?reports?\b.{0,80}"
    r"|.{0,80}\b(?:has not|hasn['’]t|have not) published any (?:public )?reports?\b.{0,80}",
    re.IGNORECASE,
)
# Words of a link that say nothing of what it leads to.
_NO_HEADLINE = re.compile(
    r"(?:read|view|see|open|download|click)(?: (?:the|this|our|here|full|more|public|report|pdf"
    r"|case|decision|about|it))*(?: \(.{0,30}\))?|(?:the )?(?:full )?(?:public )?report"
    r"(?: \(?pdf.{0,20})?|pdf.{0,20}|here|more(?: information)?|find out more|press release"
    r"|link|\(?opens? in.{0,30}",
    re.IGNORECASE,
)

_LETTER = re.compile(r"\bannual\s+(?:review\s+)?letters?\b", re.IGNORECASE)
_NO_REPORTS = (urls.MAP_PATH, "/documents/councilperformance/")


@dataclass(frozen=True, slots=True)
class Report:
    """A report as a list shows it. `url` is its PDF, a decision's page or another page of the
    site, None where the list links none; `date` is YYYY-MM-DD."""

    title: str
    blurb: str | None
    url: str | None
    date: str | None
    category: str | None
    reference: str | None


@dataclass(frozen=True, slots=True)
class ReportList:
    """The reports a page lists, each once, in its order.

    `more` are the addresses of lists with more of them; `whole` is False where not all of what the
    page has could be looked at.
    """

    state: State
    reports: tuple[Report, ...] = ()
    more: tuple[str, ...] = ()
    whole: bool = True


def read(text: str, url: str) -> ReportList:
    """Read the reports of a council's page, or of a list it leads to."""
    page = blocks.read(text, url)
    section = listings.find(page.blocks, _TITLE, _OPENING)
    if section is None:
        return ReportList(State.NOT_SEEN, whole=not page.cut)
    whole = not page.cut and not section.cut
    more = listings.leads_to_more(section, url)
    listed = [
        block
        for block in section.blocks
        if not _OPENING.search(block.text) and not listings.is_aside(block)
    ]
    found: dict[tuple[str | None, str], Report] = {}
    for entry in listings.entries(
        listings.Section(section.title, tuple(listed), section.cut),
        lambda block: _keys(block, url),
    ):
        report = _report(entry, url)
        if report is not None:
            found.setdefault((report.url, report.title), report)
    if found:
        return ReportList(State.LISTED, tuple(found.values()), more, whole)
    if any(_NONE.fullmatch(block.text) for block in section.blocks):
        return ReportList(State.NONE, more=more, whole=whole)
    return ReportList(State.NOT_RECOGNISED, more=more, whole=whole)


def _keys(block: Block, url: str) -> list[str]:
    """What a block is about: the pages its headlines link."""
    return [
        urls.clean(link.url)
        for link in block.links
        if _leads_to_report(link, url) and not _NO_HEADLINE.fullmatch(link.text)
    ]


def _leads_to_report(link: Link, url: str) -> bool:
    """Whether a link may lead to a report: not to the map, another site or an annual letter."""
    if not urls.same_site(link.url, url) or listings.is_more(link) or _LETTER.search(link.text):
        return False
    path = unquote(urlsplit(link.url).path).lower()
    return not (path.strip("/") == "" or path.startswith(_NO_REPORTS))


def _report(entry: listings.Entry, url: str) -> Report | None:
    links = [link for link in entry.links if _leads_to_report(link, url)]
    fields = entry_fields.read(entry.blocks)
    address = _address(links)
    title = _title(entry, fields, links)
    if title is None or (address is None and (entry.loose or _NONE.fullmatch(title))):
        return None
    reference = fields.reference or next(
        filter(None, (entry_fields.reference_in(link.url) for link in links)), None
    )
    return Report(
        title,
        _blurb(entry, fields, title),
        address,
        fields.date,
        fields.category or entry.context,
        reference,
    )


def _address(links: Sequence[Link]) -> str | None:
    """Return where a report is: its document, else its decision's page, else whatever is linked."""
    documents = [link for link in links if _is_document(link.url)]
    decisions = [link for link in links if entry_fields.is_decision(link)]
    best = documents or decisions or links
    return urls.clean(best[0].url) if best else None


def _is_document(url: str) -> bool:
    path = unquote(urlsplit(url).path).lower()
    return path.endswith(".pdf") or "/assets/attach/" in path


def _title(entry: listings.Entry, fields: entry_fields.Fields, links: Sequence[Link]) -> str | None:
    """Return the headline: a heading, else a link's words, else the first text."""
    texts = [text for _, text in fields.rest]
    if len(entry.blocks) == 1 and not links and not texts:
        return None
    for block, text in fields.rest:
        if block.level is not None and not _NO_HEADLINE.fullmatch(text):
            return text
    for link in links:
        if not _NO_HEADLINE.fullmatch(link.text) and any(c.isalpha() for c in link.text):
            return link.text
    return texts[0] if texts and not _NO_HEADLINE.fullmatch(texts[0]) else None


def _blurb(entry: listings.Entry, fields: entry_fields.Fields, title: str) -> str | None:
    """Return what is said of a report besides its headline; of a loose entry its first text."""
    parts: list[str] = []
    titled = False
    for block, text in fields.rest:
        said = text
        if not titled and said.startswith(title):
            said = said[len(title) :].lstrip(" -–—:|")
            titled = True
        for link in block.links:
            if _NO_HEADLINE.fullmatch(link.text):
                said = said.replace(link.text, " ")
        said = " ".join(said.split())
        if any(character.isalpha() for character in said):
            parts.append(said)
    if entry.loose:
        parts = parts[:1]
    return " ".join(parts) or None
