"""What an entry of a list says of itself: labelled values, its reference, its day; and the rest.

A value is taken where it is labelled ("Category: …", the heading of a column, a term of a
definition list) or where it stands for itself; never out of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from ombudsman_crawler.site import days, references
from ombudsman_crawler.site.blocks import Block, Link

_LABELS = {
    "reference": r"(?:case|complaint|decision|report|our)?\s*ref(?:erence)?(?:\s*(?:number|no\.?))?"
    r"|case\s*(?:number|no\.?|id)|case",
    "date": r"(?:decision|publication|published|report|agreed|article|issued?|closed|remedy)?"
    r"\s*date(?:\s*(?:published|agreed|issued|closed|of\s+(?:decision|report|publication)))?"
    r"|published(?:\s+on)?|agreed(?:\s+on)?|decided(?:\s+on)?",
    "year": r"(?:financial\s+)?year",
    "sub_category": r"sub[\s-]?category",
    "category": r"(?:main\s+)?(?:category|subject|topic|service(?:\s+area)?)",
    "outcome": r"decision|outcome|status",
    "text": r"(?:agreed\s+)?(?:service\s+)?improvements?(?:\s+agreed)?|(?:agreed\s+)?actions?"
    r"|recommendations?|description|summary|details|headline|title|report",
}
_LABEL = re.compile(
    "|".join(f"(?P<{name}>{words})" for name, words in _LABELS.items()), re.IGNORECASE
)
_COLON = r"\s*:\s*"
_LABELLED = re.compile(
    rf"(?:^|(?<=[\s|;,•·]))(?:{'|'.join(f'(?:{words})' for words in _LABELS.values())}){_COLON}",
    re.IGNORECASE,
)
# "Category Education", as a label and a value that only their markup tells apart.
_BESIDE = re.compile(
    r"(?P<label>(?:sub[\s-]?)?category|(?:case|report|decision)\s+reference|reference|decision date"
    r"|(?:publication|agreed|article) date|date (?:agreed|published)|year)\s+"
    r"(?P<value>[A-Z0-9][^.]{0,80})",
    re.IGNORECASE,
)

# A case's number: two digits of the year, then six, and a letter where several bodies have one of
# the same complaint; before 2009 with a letter between.
_REFERENCE = r"\d{2}[ -]\d{3}[ -]\d{3}[A-Z]?\b|\d{2}/[A-Z]/\d{3,5}\b"
_REFERENCE_ALONE = re.compile(rf"\(?\s*({_REFERENCE})\s*\)?", re.IGNORECASE)
_LEADING = re.compile(
    r"(?:(?:case|complaint|report|our)?\s*(?:ref(?:erence)?\.?|number|no\.?)?\s*:?\s*)?"
    rf"[(\[]?(?P<reference>{_REFERENCE})[)\]]?\s*(?:[-–—:|.]\s*)?(?=\S|$)",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(rf"[(\[](?:[a-z ]{{0,20}}:?\s*)?({_REFERENCE})[)\]]\s*$", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"(?<!\d)(\d{2})[-_ ](\d{3})[-_ ](\d{3}[a-z]?)(?![a-z\d])", re.I)

_YEAR = re.compile(r"(?:19|20)\d\d(?:\s*[-/–]\s*(?:\d\d)?\d\d)?")
_WEEKDAY = re.compile(r"(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?,?\s+", re.IGNORECASE)
_DAY_AROUND = re.compile(
    r"^(?P<first>[\w ,/.-]{6,30}?)\s*[-–—:|]\s+\S|\((?P<last>[\w ,/.-]{6,30})\)\s*$"
)

# A table's headings are looked for in its first rows; it has few columns.
_HEAD_ROWS, _MOST_COLUMNS = 3, 30


@dataclass(slots=True)
class Fields:
    """What an entry says of itself. `reference` is written with spaces, "24 005 701"; `date` a day
    of the calendar. `rest` are the texts that are nothing of this, each with its block."""

    reference: str | None = None
    date: str | None = None
    year: str | None = None
    category: str | None = None
    sub_category: str | None = None
    rest: list[tuple[Block, str]] = field(default_factory=list)


def read(blocks: Iterable[Block]) -> Fields:
    """Read the fields of an entry; of several values the first counts."""
    found = Fields()
    label: str | None = None
    for block in blocks:
        if block.element.tag == "th" and not _is_row_heading(block.element):
            continue
        alone = _LABEL.fullmatch(block.text.rstrip(" :"))
        if alone is not None and label is None and not block.links and block.element.tag != "td":
            label = str(alone.lastgroup)
            continue
        name = label or _column(block.element)
        label = None
        if name is not None and name != "text" and _take(found, name, block.text):
            continue
        rest = _labelled(found, block.text)
        rest = _own_reference(found, rest)
        if rest and not _stands_for_itself(found, rest):
            found.rest.append((block, rest))
    return found


def reference_in(url: str) -> str | None:
    """Return the reference an address names: …/24-005-701."""
    last = unquote(urlsplit(url).path).rstrip("/").rsplit("/", 1)[-1]
    found = _IN_ADDRESS.search(last)
    return _spaced("-".join(found.groups())) if found else None


def own_references(block: Block) -> list[str]:
    """Return the references a block names as its own, without those within its sentences."""
    text = block.text
    label = _LABELLED.match(text)
    found = _LEADING.match(text[label.end() :] if label else text) or _IN_BRACKETS.search(text)
    return [_spaced(found[found.lastindex or 0])] if found else []


def is_decision(link: Link) -> bool:
    """Whether a link is one decision's page: below /decisions/, named by a reference."""
    path = unquote(urlsplit(link.url).path).lower()
    return path.startswith("/decisions/") and reference_in(link.url) is not None


def day(text: str) -> str | None:
    """Return the day a text is, as YYYY-MM-DD; None for anything else than one day."""
    text = text.strip(" .,()")
    weekday = _WEEKDAY.match(text)
    text = text[weekday.end() :] if weekday else text
    found = days.find(text)
    return found[0].isoformat() if found is not None and found[1] == (0, len(text)) else None


def _labelled(found: Fields, text: str) -> str:
    """Take the labelled values out of a text that begins with a label; return what is left."""
    beside = _BESIDE.fullmatch(text)
    if beside is not None and ":" not in text:
        name = _LABEL.fullmatch(beside["label"])
        if name is not None and _take(found, str(name.lastgroup), beside["value"]):
            return ""
    marks = list(_LABELLED.finditer(text))
    if not marks or marks[0].start() != 0:
        return text
    left = []
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=True):
        label = _LABEL.fullmatch(mark[0].strip(" :"))
        value = text[mark.end() : end].strip(" |;,•·")
        if label is None or not _take(found, str(label.lastgroup), value):
            left.append(value)
    return " ".join(part for part in left if part)


def _take(found: Fields, name: str, value: str) -> bool:
    """Take a labelled value, if it is one; a second one of a name is dropped."""
    if name == "reference":
        reference = _REFERENCE_ALONE.match(value)
        if reference is not None:
            found.reference = found.reference or _spaced(reference[1])
        return reference is not None and reference.end() == len(value)
    if name == "date":
        read_day = day(value)
        found.date = found.date or read_day
        return read_day is not None
    if name in ("text", "outcome"):
        return name == "outcome" and len(value) <= 40 and not value.endswith(".")
    if name == "year" and not _YEAR.fullmatch(value):
        return False
    if 0 < len(value) <= 120 and getattr(found, name) is None:
        setattr(found, name, value)
    return len(value) <= 120


def _own_reference(found: Fields, text: str) -> str:
    leading = _LEADING.match(text)
    if leading is not None:
        found.reference = found.reference or _spaced(leading["reference"])
        return text[leading.end() :].strip()
    brackets = _IN_BRACKETS.search(text)
    if brackets is not None:
        found.reference = found.reference or _spaced(brackets[1])
        return text[: brackets.start()].strip(" -–—:|")
    return text


def _stands_for_itself(found: Fields, text: str) -> bool:
    alone = day(text)
    if alone is not None:
        found.date = found.date or alone
        return True
    around = _DAY_AROUND.search(text)
    if around is not None and found.date is None:
        found.date = day(around["first"] or around["last"] or "")
    return False


def _spaced(reference: str) -> str:
    return reference.upper() if "/" in reference else references.canonical(reference)


def _is_row_heading(cell: Any) -> bool:
    """Whether a heading cell heads a row of data and not columns."""
    return any(sibling.tag == "td" for sibling in cell.itersiblings()) or any(
        sibling.tag == "td" for sibling in cell.itersiblings(preceding=True)
    )


def _column(element: Any) -> str | None:
    """Return the field that the heading of a cell's column names, or a term its definition has."""
    cell = next((e for e in (element, *element.iterancestors("td", "dd")) if e.tag in ("td", "dd")),
                None)  # fmt: skip
    if cell is None:
        return None
    if cell.tag == "dd":
        heading = next(cell.itersiblings("dt", preceding=True), None)
    else:
        table = next(cell.iterancestors("table"), None)
        if table is None:
            return None
        before = cell.itersiblings("td", "th", preceding=True)
        column = sum(1 for _ in islice(before, _MOST_COLUMNS))
        rows = (list(islice(row, _MOST_COLUMNS)) for row in islice(table.iter("tr"), _HEAD_ROWS))
        heads = next((row for row in rows if row and all(c.tag == "th" for c in row)), [])
        heading = heads[column] if column < len(heads) else None
    if heading is None:
        return None
    label = _LABEL.fullmatch(" ".join("".join(heading.itertext()).split()).rstrip(" :"))
    return label.lastgroup if label is not None else None
