"""A page as blocks: headings and texts with their links, in the order they are read.

Markup is looked at as little as can be: what stands in one paragraph, cell, item or line is a
block, whatever its class. Navigation, scripts and the controls of forms aren't read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from parsel import Selector

from ombudsman_crawler.site import urls

#: Elements of a page that are looked at; the largest page known has a hundredth of it.
MOST_ELEMENTS = 200_000

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html",
    "legend", "li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot",
    "th", "thead", "tr", "ul", *_HEADINGS,
}  # fmt: skip
_SKIPPED = {
    "button", "datalist", "dialog", "footer", "head", "iframe", "label", "nav", "noscript",
    "object", "option", "script", "select", "style", "svg", "template", "textarea",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it stands in a block: its whole address as asked for, and its words."""

    url: str
    text: str


@dataclass(slots=True)
class Block:
    """A heading (`level` 1 to 6) or a text (`level` None), blanks reduced to single spaces.

    `ancestors` are the elements it stands in, the innermost first; two lines of one paragraph stand
    in the same.
    """

    element: Any
    level: int | None
    text: str = ""
    links: list[Link] = field(default_factory=list)

    @property
    def ancestors(self) -> Iterator[Any]:
        yield self.element
        yield from self.element.iterancestors()


@dataclass(frozen=True, slots=True)
class Blocks:
    """A page's blocks; `cut` where the page has more elements than are looked at."""

    blocks: tuple[Block, ...]
    cut: bool


def read(text: str, url: str) -> Blocks:
    """Return the blocks of a page that was served at `url`."""
    reading = _Reading(url)
    seen = 0
    # Elements whose tail hasn't been read yet, each in the one before.
    opened: list[Any] = []
    for element in Selector(text).root.iter():
        seen += 1
        if seen > MOST_ELEMENTS:
            break
        parent = element.getparent()
        while opened and opened[-1] is not parent:
            reading.leave(opened.pop())
        opened.append(element)
        reading.enter(element)
    while opened:
        reading.leave(opened.pop())
    return Blocks(reading.done(), seen > MOST_ELEMENTS)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a text stands: its block, the link it is part of, and whether it is read at all."""

    block: Any
    link: Any
    skipped: bool


class _Reading:
    """The blocks of a page while its elements are walked through."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._blocks: list[Block] = []
        self._parts: list[str] = []
        self._link_parts: dict[Any, list[str]] = {}
        self._places: list[_Place] = [_Place(None, None, skipped=False)]
        self._element: Any = None

    def enter(self, element: Any) -> None:
        tag = element.tag if isinstance(element.tag, str) else None
        around = self._places[-1]
        if tag is None:
            # A comment: its text isn't the page's, its tail is.
            self._places.append(_Place(around.block, around.link, skipped=True))
            return
        if tag == "br" or tag in _BLOCKS:
            self._finish()
        place = _Place(
            element if tag in _BLOCKS or around.block is None else around.block,
            element if tag == "a" and element.get("href") else around.link,
            around.skipped or tag in _SKIPPED,
        )
        self._places.append(place)
        self._text(element.text, place)
        if tag == "img" and place.link is not None:
            self._text(element.get("alt"), place)

    def leave(self, element: Any) -> None:
        self._places.pop()
        if element.tag in _BLOCKS:
            self._finish()
        self._text(element.tail, self._places[-1])

    def done(self) -> tuple[Block, ...]:
        self._finish()
        return tuple(self._blocks)

    def _text(self, text: str | None, place: _Place) -> None:
        if not text or place.skipped or place.block is None:
            return
        if place.block is not self._element:
            self._finish()
            self._element = place.block
        self._parts.append(text)
        if place.link is not None:
            self._link_parts.setdefault(place.link, []).append(text)

    def _finish(self) -> None:
        text = _tidy(self._parts)
        if text:
            block = Block(self._element, _level(self._element), text)
            for element, parts in self._link_parts.items():
                target = urls.join(self._url, element.get("href"))
                if target is not None and _tidy(parts):
                    block.links.append(Link(target, _tidy(parts)))
            self._blocks.append(block)
        self._parts, self._link_parts, self._element = [], {}, None


def _level(element: Any) -> int | None:
    """Return the level of the heading an element is or stands in."""
    if element.tag in _HEADINGS:
        return _HEADINGS[element.tag]
    parent = element.getparent()
    return _HEADINGS.get(parent.tag) if parent is not None else None


def _tidy(parts: list[str]) -> str:
    return " ".join("".join(parts).split())
