"""What a person reads on a page: HTML in, lines of text out.

Scripts, comments, hidden and struck-out text are none of it. A line ends where a block of the page
does; markup inside a line separates words only where two texts plainly are two ("81%" and
"Complaints", a link and the sentence glued to it), so that a number cut up by markup stays whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from parsel import Selector

# fmt: off
_INLINE = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font",
    "i", "ins", "kbd", "label", "mark", "output", "q", "samp", "small", "span", "strong", "sub",
    "sup", "time", "tt", "u", "var", "wbr",
))
_UNSEEN = frozenset((
    "area", "audio", "base", "canvas", "datalist", "del", "desc", "embed", "head", "iframe", "link",
    "meta", "metadata", "noembed", "noframes", "noscript", "object", "option", "param", "rp", "rt",
    "s", "script", "select", "source", "strike", "style", "template", "textarea", "title", "track",
    "video",
))
# fmt: on
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "summary", "caption", "legend"))
# Digits set above or below the line are a footnote's or an exponent's, and no part of the number.
_OFF_THE_LINE = frozenset(("sub", "sup"))
_MARK = "^"
_ORDINAL = re.compile(r"(?<=\d)\^(st|nd|rd|th)\^")

_HIDES = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
# Characters without width: soft hyphen, joiners, spaces of no width, marks of direction.
_NO_WIDTH = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
# Where markup stands between two characters: what parts two texts, and what parts two words.
_TWO_TEXTS = re.compile(r"[a-z0-9)%.:][A-Z]")
_TWO_WORDS = re.compile(r"[A-Za-z]\d|[\d%][a-z]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `link`: all of it is the text of a link that is no heading."""

    text: str
    link: bool


@dataclass
class _Lines:
    """Lines while they are being put together."""

    done: list[Line] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    links: int = 0
    headings: int = 0
    all_linked: bool = True
    before_markup: str = ""

    def add(self, text: str | None) -> None:
        text = _NO_WIDTH.sub("", text or "")
        if not text:
            return
        if self.pieces and self.before_markup:
            meeting = self.before_markup + text[0]
            if _TWO_TEXTS.fullmatch(meeting):
                self.end()
            elif _TWO_WORDS.fullmatch(meeting):
                self.pieces.append(" ")
        if not text.isspace():
            self.all_linked = self.all_linked and self.links > 0 and not self.headings
        self.pieces.append(text)
        self.before_markup = ""

    def markup(self) -> None:
        """Note that an element begins or ends within the line."""
        if self.pieces:
            self.before_markup = self.pieces[-1][-1]

    def end(self) -> None:
        text = _ORDINAL.sub(r"\1", " ".join("".join(self.pieces).split()))
        if text:
            self.done.append(Line(text, self.all_linked))
        self.pieces, self.all_linked, self.before_markup = [], True, ""


def lines(selector: Selector) -> tuple[Line, ...]:
    """Return a page's visible lines, in the order of the document; white space is collapsed."""
    made = _Lines()
    for element, entered in _walk(selector.root):
        if entered is None:
            made.add(element.tail)
            continue
        step = 1 if entered else -1
        if element.tag in _HEADINGS:
            made.headings += step
        if element.tag == "a" and "href" in element.attrib:
            made.links += step
        if element.tag in _INLINE:
            made.markup()
            if element.tag in _OFF_THE_LINE:
                made.add(_MARK)
        else:
            made.end()
        if entered:
            made.add(element.text)
    made.end()
    return tuple(made.done)


def _walk(root: Any) -> Iterator[tuple[Any, bool | None]]:
    """Yield each visible element twice, entered (True) and left (False), and after each element,
    visible or not, itself for the text that follows it (None). Without recursion: markup may be
    nested as deep as it likes."""
    waiting: list[tuple[Any, bool | None]] = [(root, True)]
    while waiting:
        element, step = waiting.pop()
        if step and not _is_visible(element):
            if element is not root:
                yield element, None
            continue
        yield element, step
        if step:
            if element is not root:
                waiting.append((element, None))
            waiting.append((element, False))
            waiting.extend((child, True) for child in reversed(element))


def _is_visible(element: Any) -> bool:
    # Comments and processing instructions have a function for a tag.
    if not isinstance(element.tag, str) or element.tag in _UNSEEN:
        return False
    if "hidden" in element.attrib or _HIDES.search(element.attrib.get("style", "")):
        return False
    return element.tag != "dialog" or "open" in element.attrib
