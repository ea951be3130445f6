"""A section of a page, found by its title, and the entries it lists.

An entry is an item, a row, a heading with what follows it, or some paragraphs that begin or end
with what names it (its *key*: a link, a reference). Which it is, is told by where the keys stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ombudsman_crawler.site import urls
from ombudsman_crawler.site.blocks import Block, Link

#: Blocks of a section that are looked at: some hundreds of entries.
MOST_BLOCKS = 4_000
# A title stands on a page once, or a few times: in a menu, above a summary.
_MOST_TITLES = 20

# What stands for itself on a page and therefore ends whatever section stood before.
_OTHER_TITLES = re.compile(
    r"annual (?:review )?letters?|annual statistics|complaint overview|complaints upheld"
    r"|compliance with .{0,60}|satisfactory remed.{0,80}|(?:public )?reports|service improvements?"
    r"|upheld decisions|related (?:content|documents|pages|links)|last updated\b.{0,60}"
    r"|(?:review your |cookies? and )?privacy settings|(?:required |analytical )?cookies"
    r"|was this page (?:helpful|useful)\b.{0,40}|share this page|back to (?:the )?top|follow us"
    r"|how is your council performing\?",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"(?:view|see|show)\s+(?:all|more)\b(?!.*\b(?:decisions|letters)\b).{0,60}|(?:all|more)\s+"
    r"(?:public\s+)?(?:reports|service improvements|improvements)|more|next(?:\s+page)?"
    r"|older.{0,20}|\d{1,3}|[›»>]+|last|(?:page\s+)\d{1,3}|previous\s+years?",
    re.IGNORECASE,
)
_ITEMS = ("li", "tr", "article", "details")


class State(StrEnum):
    """What a page says of what one of its sections lists."""

    LISTED = "listed"
    #: The section is there and says that there is nothing.
    NONE = "none"
    #: There is no such section: nothing may be concluded.
    NOT_SEEN = "not_seen"
    #: The section is there, and nothing in it was recognised.
    NOT_RECOGNISED = "not_recognised"


@dataclass(frozen=True, slots=True)
class Section:
    """What follows a title up to the next one; `cut` where it is longer than is looked at."""

    title: Block
    blocks: tuple[Block, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """The blocks of one entry. `context` is the heading it stands under together with others.

    `loose` where nothing but its key says where it begins and ends.
    """

    blocks: tuple[Block, ...]
    context: str | None = None
    loose: bool = False

    @property
    def links(self) -> list[Link]:
        return [link for block in self.blocks for link in block.links]


def find(
    blocks: Sequence[Block], title: re.Pattern[str], opening: re.Pattern[str]
) -> Section | None:
    """Return the section with a title, or that begins with an opening sentence; None without it.

    Headings come before other blocks with the same words; a link is no title, unless it is a
    heading. Of several the first that anything follows counts.
    """
    headings = [n for n, block in enumerate(blocks) if _is_title(block, title)]
    headings.sort(key=lambda n: blocks[n].level is None)
    openings = [n for n, block in enumerate(blocks) if opening.search(block.text)]
    empty: Section | None = None
    for n in headings[:_MOST_TITLES]:
        section = _after(blocks, n, n + 1, title)
        if section.blocks:
            return section
        empty = empty or section
    for n in openings:
        return _after(blocks, n, n, title)
    return empty


def _is_title(block: Block, title: re.Pattern[str]) -> bool:
    return title.fullmatch(block.text) is not None and (block.level is not None or not block.links)


def _after(blocks: Sequence[Block], titled: int, start: int, title: re.Pattern[str]) -> Section:
    """Return the section that a block titles, with the blocks from `start` on."""
    level = blocks[titled].level
    if level is None:
        above = [block.level for block in blocks[:titled] if block.level is not None]
        level = max(above[-1] if above else 0, 2)
    around = set(blocks[titled].ancestors)
    within: list[Block] = []
    for block in blocks[start:]:
        if block.level is not None and block.level <= level:
            break
        # A title and, under it, the same for the list alone.
        if title.fullmatch(block.text) and not block.links and not _items(block, around):
            continue
        # The heading of a column, or a word in an entry, ends nothing.
        if _OTHER_TITLES.fullmatch(block.text.rstrip(" :")) and not _items(block, around):
            break
        if len(within) == MOST_BLOCKS:
            return Section(blocks[titled], tuple(within), cut=True)
        within.append(block)
    return Section(blocks[titled], tuple(within), cut=False)


def is_more(link: Link) -> bool:
    """Whether a link leads to more of a list: "view all", the next page, a page's number."""
    return _MORE.fullmatch(link.text.strip(" .›»>→…") or link.text) is not None


def leads_to_more(section: Section, url: str) -> tuple[str, ...]:
    """Return the addresses, on the site itself, that a section calls more of its list."""
    links = (link for block in section.blocks for link in block.links)
    found = (urls.clean(link.url) for link in links if is_more(link))
    own = urls.clean(url)
    return tuple(dict.fromkeys(x for x in found if x != own and urls.same_site(x, url)))


def is_aside(block: Block) -> bool:
    """Whether a block has nothing but links to more of the list."""
    if not block.links or not all(is_more(link) for link in block.links):
        return False
    return len(block.text) <= sum(len(link.text) + 12 for link in block.links)


def entries(section: Section, keys: Callable[[Block], Sequence[str]]) -> list[Entry]:
    """Divide a section into entries. `keys` names what a block is about: none, or some.

    Blocks before the first entry that belong to none must have been left out.
    """
    blocks = section.blocks
    named = [tuple(keys(block)) for block in blocks]
    outside = set(section.title.ancestors)
    items = [_items(block, outside) for block in blocks]
    in_items = sum(bool(item) for item, key in zip(items, named, strict=True) if key)
    loose_keys = sum(not item for item, key in zip(items, named, strict=True) if key)
    if in_items > loose_keys or (not in_items and not loose_keys and any(items)):
        return list(_by_items(blocks, named, items))
    return list(_loose(blocks, named))


def _items(block: Block, outside: set[Any]) -> tuple[Any, ...]:
    """Return the items of the section a block stands in, the outermost first."""
    found: list[Any] = []
    for element in block.ancestors:
        if element in outside:
            break
        if element.tag in _ITEMS:
            found.append(element)
    return tuple(reversed(found))


def _by_items(
    blocks: Sequence[Block], named: Sequence[tuple[str, ...]], items: Sequence[tuple[Any, ...]]
) -> Iterator[Entry]:
    """Each item is an entry: the outermost that has no more than one key in it.

    A heading between the items is what they stand under.
    """
    keys_within: dict[Any, set[str]] = {}
    for key, around in zip(named, items, strict=True):
        for item in around:
            keys_within.setdefault(item, set()).update(key)
    collected: dict[Any, list[int]] = {}
    contexts: dict[Any, str | None] = {}
    context: str | None = None
    for n, around in enumerate(items):
        if not around:
            if blocks[n].level is not None:
                context = blocks[n].text
            continue
        single = (item for item in around if len(keys_within[item]) <= 1)
        chosen = next(single, around[-1])
        collected.setdefault(chosen, []).append(n)
        contexts.setdefault(chosen, context)
    for item, numbers in collected.items():
        mine = [blocks[n] for n in numbers]
        keyed = [named[n] for n in numbers]
        if len(keys_within[item]) > 1 and sum(bool(key) for key in keyed) > 1:
            for entry in _loose(mine, keyed):
                yield Entry(entry.blocks, entry.context or contexts[item], loose=True)
        else:
            yield Entry(tuple(mine), contexts[item])


def _loose(blocks: Sequence[Block], named: Sequence[tuple[str, ...]]) -> Iterator[Entry]:
    """Entries that nothing encloses: by their headings, else by their keys, else block by block."""
    levels = [block.level for block in blocks if block.level is not None]
    if levels:
        groups = list(_groups(blocks, min(levels)))
        keys = [{key for n in group for key in named[n]} for group in groups]
        headed = [blocks[group[0]].level is not None for group in groups]
        if all(len(key) <= 1 for key in keys) and all(
            has for has, key in zip(headed, keys, strict=True) if key
        ):
            for group, has in zip(groups, headed, strict=True):
                if has:
                    yield Entry(tuple(blocks[n] for n in group))
            return
    if not any(named):
        context = None
        for block in blocks:
            if block.level is None:
                yield Entry((block,), context, loose=True)
            else:
                context = block.text
        return
    yield from _by_keys(blocks, named)


def _groups(blocks: Sequence[Block], level: int) -> Iterator[list[int]]:
    """Yield the numbers of the blocks before the first heading of a level, and from each on."""
    group: list[int] = []
    for n, block in enumerate(blocks):
        if block.level == level and group:
            yield group
            group = []
        group.append(n)
    if group:
        yield group


def _by_keys(blocks: Sequence[Block], named: Sequence[tuple[str, ...]]) -> Iterator[Entry]:
    """Yield an entry for each new key; keys stand first, unless the text ends with one."""
    keyed = [n for n, key in enumerate(named) if key]
    text_first = any(block.level is None for block in blocks[: keyed[0]])
    keys_end = text_first and keyed[-1] == len(blocks) - 1
    current: list[Block] = []
    heading: str | None = None
    last: tuple[str, ...] = ()
    for n, block in enumerate(blocks):
        key = named[n]
        if block.level is not None and not key:
            # What stands under a heading of several belongs to none of those before.
            if current and last:
                yield Entry(tuple(current), heading, loose=True)
                current, last = [], ()
            heading = block.text
            continue
        if not keys_end and key and last and key != last:
            yield Entry(tuple(current), heading, loose=True)
            current = []
        if not keys_end and not last and not key:
            continue  # before the first key
        current.append(block)
        last = key or last
        if keys_end and key:
            yield Entry(tuple(current), heading, loose=True)
            current, last = [], ()
    if current and last:
        yield Entry(tuple(current), heading, loose=True)
