"""A page as the blocks of words a reader sees: headings, paragraphs, list items, rows of tables.

Which elements they are made of makes no difference: what stands in one line on the page is one
block. Scripts, what is hidden and what frames the page are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

#: The element of lxml that a parsel selector holds.
Element = Any

_NOT_SHOWN = {
    "head", "script", "style", "noscript", "template", "svg", "math", "iframe", "object",
    "select", "textarea", "button",
}  # fmt: skip
_FRAME = {"nav", "footer", "aside"}
_INLINE = {
    "a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "em", "font", "i", "img", "ins", "label",
    "mark", "q", "s", "small", "span", "strong", "sub", "sup", "time", "u", "wbr",
}  # fmt: skip
_CELLS = {"td", "th"}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
#: The level of a paragraph that is bold as a whole: below every heading.
BOLD = 7

_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
_NOT_SEEN = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `level` is 1 to 6 in a heading, 7 where all of it is bold, else None; `element`
    is where it begins; `link` the reference of the link that is all of it."""

    text: str
    level: int | None
    element: Element
    link: str | None = None


def tidy(text: str) -> str:
    """Return text with every run of white space as one space, and without what isn't seen."""
    return " ".join(_NOT_SEEN.sub("", text).split())


def blocks(root: Element) -> Iterator[Block]:
    """Yield the blocks below an element, itself included, in the order of the page."""
    return iter(_Walk(root).blocks)


class _Walk:
    """One walk over a tree; by its events, since hostile pages are nested thousands deep."""

    def __init__(self, root: Element) -> None:
        self.blocks: list[Block] = []
        self._words: list[str] = []
        self._bold_words: list[str] = []
        self._linked_words: list[str] = []
        self._link: str | None = None
        self._linked: str | None = None
        self._levels: list[int] = []
        self._bold = 0
        self._began: Element = root
        self._root = root
        walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, element in walk:
            if event == "start":
                if element is not root and not _is_shown(element):
                    # Its end still comes, and with it what stands behind it.
                    walk.skip_subtree()
                    continue
                self._start(element)
            elif event == "end":
                self._end(element)
            else:
                self._say(element.tail)
        self._close()

    def _start(self, element: Element) -> None:
        tag = element.tag
        if tag not in _INLINE:
            if tag in _CELLS and self._words:
                self._words.append(" | ")
            else:
                self._close()
        if tag in _HEADINGS:
            self._levels.append(_HEADINGS[tag])
        if tag in ("b", "strong"):
            self._bold += 1
        if tag == "a":
            self._link = self._linked = element.get("href")
        if tag in ("br", "img"):
            self._words.append(" ")
        self._began = self._began if self._words else element
        self._say(element.text)

    def _end(self, element: Element) -> None:
        tag = element.tag
        if _is_shown(element) or element is self._root:
            if tag not in _INLINE and tag not in _CELLS:
                self._close()
            if tag in _HEADINGS:
                self._levels.pop()
            if tag in ("b", "strong"):
                self._bold -= 1
            if tag == "a":
                self._link = None
        if element is not self._root:
            self._say(element.tail)

    def _say(self, text: str | None) -> None:
        if text:
            self._words.append(text)
            if self._bold:
                self._bold_words.append(text)
            if self._link is not None:
                self._linked_words.append(text)

    def _close(self) -> None:
        text = tidy("".join(self._words)).strip("| ")
        if text:
            level = self._levels[-1] if self._levels else None
            if level is None and tidy("".join(self._bold_words)) == text:
                level = BOLD
            all_linked = tidy("".join(self._linked_words)) == text
            link = self._linked if all_linked else None
            self.blocks.append(Block(text, level, self._began, link))
        self._words, self._bold_words, self._linked_words = [], [], []


def _is_shown(element: Element) -> bool:
    if element.tag in _NOT_SHOWN or element.tag in _FRAME:
        return False
    attributes = element.attrib
    return not (
        "hidden" in attributes
        or attributes.get("aria-hidden", "").lower() == "true"
        or attributes.get("role", "").lower() in ("navigation", "contentinfo", "search")
        or _HIDDEN_STYLE.search(attributes.get("style", ""))
    )
