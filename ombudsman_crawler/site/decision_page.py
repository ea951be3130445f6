"""A decision's page: whose it is, how it was decided and when, and its words by sections.

Recognised by its title, "Kent County Council (25 005 701)", and by labels and headings; elements,
their order and their classes make no difference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import dropwhile, islice

from parsel import Selector

from ombudsman_crawler.site import days, references, urls
from ombudsman_crawler.site.shown import BOLD, Block, Element, blocks, tidy

#: Names this way of reading: another number where pages are read otherwise.
READER = "decision_page 1"

_NAMED = r"(?P<{}>category|decision\s+date|date\s+of\s+decision|decision|outcome|type)"
_LABEL = re.compile(rf"(?:^|(?<=\s)){_NAMED.format('name')}\s*[:|]\s*", re.I)
_LABEL_ALONE = re.compile(rf"^{_NAMED.format('name')}\s*[:|]?$", re.I)
_NAMES = {"date of decision": "decision date", "outcome": "decision"}
# A value is a few words; more is a sentence that happens to begin like a label.
_LONGEST_VALUE = 120
_KIND = re.compile(r"\b(statement|report)\b", re.I)
_SUMMARY = re.compile(r"^summary\s*(?::\s*|$)", re.I)
_FINAL_DECISION = re.compile(r"^the\s+ombudsm[ae]n['’]?s?['’]?\s+final\s+decision\s*:?$", re.I)
_OUTCOME = re.compile(r"(?:not\s+)?upheld\b|closed\s+after\b", re.I)
_BACK = re.compile(r"^(?:back\s+to\s+top|print\s+this\s+page|share\s+this(?:\s+page)?)$", re.I)
_REMEDY_WORDS = {"action", "actions", "remedy", "remedies", "recommendation", "recommendations"}
_BESIDE_REMEDY = _REMEDY_WORDS | {
    "the", "our", "my", "and", "agreed", "recommended", "proposed", "suggested", "provisional",
    "final", "council", "council's", "councils", "service",
}  # fmt: skip
_LONGEST_HEADING = 200
# So many elements are looked into for the one that holds the decision.
_MOST_MARKED = 8


@dataclass(frozen=True, slots=True)
class Section:
    """A part under its heading; paragraphs, list items and rows of tables are apart by an empty
    line. The heading is empty before the first one."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """What a decision's page says, as printed; what it doesn't say is None or empty. `remedies` is
    the text of the sections on agreed or recommended actions; `reports` are addresses of PDFs."""

    reference: str | None = None
    authority: str | None = None
    category: str | None = None
    sub_category: str | None = None
    outcome: str | None = None
    decided: date | None = None
    kind: str | None = None
    summary: str | None = None
    sections: tuple[Section, ...] = ()
    remedies: str | None = None
    reports: tuple[str, ...] = ()

    @property
    def recognised(self) -> bool:
        """Whether this is a decision: a page of errors has no title with a reference, and the shell
        of one has no words."""
        return bool(self.reference and (self.summary or self.sections))


def read(text: str, url: str) -> DecisionPage:
    """Read a decision's page."""
    content = _content(Selector(text, type="html").root)
    page = list(blocks(content))
    start = next((n for n, block in enumerate(page) if _title(block)), None)
    if start is None:
        return DecisionPage()
    title = _title(page[start])
    assert title is not None
    parts = _parts([block for block in page[start + 1 :] if not _leads_away(block)])
    told, parts[0].blocks = _told(parts[0].blocks)
    for part in parts[1:]:
        # A page may tell them beside or behind its words.
        for name, value in _told_alone(part.blocks).items():
            told.setdefault(name, value)
    summary = _take_summary(parts)
    category, _, sub_category = told.get("category", "").partition(">")
    kind = _KIND.search(told.get("type", ""))
    return DecisionPage(
        reference=title.reference,
        authority=tidy(title.before).strip("-–:,") or None,
        category=category.strip() or None,
        sub_category=sub_category.strip() or None,
        outcome=told.get("decision"),
        decided=days.read(told.get("decision date", "")),
        kind=kind[1].lower() if kind else None,
        summary=summary,
        sections=tuple(part.section() for part in parts if part.blocks or part.heading),
        remedies=_remedies(parts),
        reports=_reports(content, url),
    )


@dataclass(slots=True)
class _Part:
    """A heading, "" before the first one, its level, and the blocks under it."""

    heading: str
    level: int
    blocks: list[Block]

    def section(self) -> Section:
        return Section(self.heading, "\n\n".join(block.text for block in self.blocks))


def _content(root: Element) -> Element:
    """The part of a page that holds the decision, the whole page where none is marked."""
    marked = root.xpath("//*[@id='article'] | //article | //main | //*[@role='main']")
    for element in islice(marked, _MOST_MARKED):
        if any(_title(block) for block in blocks(element)):
            return element
    return root


def _leads_away(block: Block) -> bool:
    """Whether a block is none of the decision's words: to the top of the page, or to a PDF."""
    to_pdf = block.link is not None and _is_document(block.link)
    return to_pdf or bool(_BACK.match(block.text))


def _title(block: Block) -> references.Titled | None:
    if len(block.text) > _LONGEST_HEADING:
        return None
    title = references.titled(block.text)
    return title if title and title.before and not title.after.strip() else None


def _parts(page: list[Block]) -> list[_Part]:
    """Divide a page at its headings; where it has none, at paragraphs that are bold as a whole."""
    bold = not any(block.level is not None and block.level < BOLD for block in page)
    parts = [_Part("", 0, [])]
    for block in page:
        heads = block.level is not None and (block.level < BOLD or bold)
        if len(block.text) <= _LONGEST_HEADING and (
            (heads and not _LABEL.match(block.text) and not block.text.endswith("."))
            or _FINAL_DECISION.match(block.text)
        ):
            parts.append(_Part(block.text.rstrip(": "), block.level or BOLD, []))
        else:
            parts[-1].blocks.append(block)
    return parts


def _told(page: list[Block]) -> tuple[dict[str, str], list[Block]]:
    """What the labels before the first heading tell, and the blocks that tell nothing."""
    told: dict[str, str] = {}
    rest: list[Block] = []
    waiting = None
    for block in page:
        alone = _LABEL_ALONE.match(block.text)
        labels = list(_LABEL.finditer(block.text)) if not _SUMMARY.match(block.text) else []
        if alone:
            waiting = _name(alone)
        elif waiting and not labels:
            told.setdefault(waiting, block.text)
            waiting = None
        elif labels and len(block.text) <= _LONGEST_VALUE * len(labels):
            ends = [label.start() for label in labels[1:]] + [len(block.text)]
            for label, end in zip(labels, ends, strict=True):
                value = block.text[label.end() : end].strip("|,; ")
                if value:
                    told.setdefault(_name(label), value)
        else:
            rest.append(block)
    return told, rest


def _told_alone(page: list[Block]) -> dict[str, str]:
    """What lines among a page's words tell that are nothing but a label and its value."""
    told: dict[str, str] = {}
    for block in page:
        label = _LABEL.match(block.text)
        value = block.text[label.end() :] if label else ""
        if label is None or not value or len(value) > _LONGEST_VALUE:
            continue
        name = _name(label)
        if (
            (name == "decision date" and days.read(value))
            or (name == "category" and ">" in value)
            or (name == "decision" and _OUTCOME.match(value))
        ):
            told.setdefault(name, value)
    return told


def _name(label: re.Match[str]) -> str:
    name = tidy(label["name"]).lower()
    return _NAMES.get(name, name)


def _take_summary(parts: list[_Part]) -> str | None:
    """Take the summary out of the parts: a paragraph that begins so, or what a heading says it is,
    with what follows it there."""
    for part in parts:
        if _SUMMARY.match(part.heading):
            said = part.blocks
        else:
            said = list(dropwhile(lambda block: not _SUMMARY.match(block.text), part.blocks))
        if not said:
            continue
        part.blocks = part.blocks[: len(part.blocks) - len(said)]
        if not part.blocks:
            # Nothing but the summary stood under it.
            part.heading = ""
        text = "\n\n".join(block.text for block in said)
        return _SUMMARY.sub("", text, count=1).strip() or None
    return None


def _remedies(parts: list[_Part]) -> str | None:
    """The text under headings of agreed or recommended actions, and under their own headings."""
    found: list[str] = []
    within: int | None = None
    for part in parts:
        if _is_remedy(part.heading):
            within = part.level
        elif within is not None and part.level <= within:
            within = None
        if within is not None:
            found += [block.text for block in part.blocks]
    return "\n\n".join(found) or None


def _is_remedy(heading: str) -> bool:
    words = set(heading.lower().replace("’", "'").split())
    return bool(words & _REMEDY_WORDS) and words <= _BESIDE_REMEDY


def _reports(content: Element, url: str) -> tuple[str, ...]:
    """The addresses of the PDFs that the decision links, on the site itself."""
    found: dict[str, None] = {}
    for link in content.iter("a"):
        target = urls.join(url, link.get("href", ""))
        if target is None or not urls.same_site(target, url):
            continue
        if _is_document(target):
            found.setdefault(urls.clean(target))
    return tuple(found)


def _is_document(target: str) -> bool:
    path = target.partition("?")[0].lower()
    return path.endswith(".pdf") or "/assets/attach/" in path
