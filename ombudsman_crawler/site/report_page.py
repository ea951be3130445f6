"""A page of the site that is a report, or tells of one: its title, its day and its text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ombudsman_crawler.site import blocks, entry_fields
from ombudsman_crawler.site.blocks import Block

#: Characters; a long decision has a tenth of it.
MOST_TEXT = 1_000_000

_END = re.compile(
    r"(?:review your |cookies? and )?privacy settings|lgo logogram|share this page|related \w+"
    r"|was this page (?:helpful|useful)\b.{0,40}|back to (?:the )?top|print this \w+|follow us",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A page's main heading, and its blocks from there to its end. `date` is YYYY-MM-DD,
    `reference` "24 005 701", where labels say them; `cut` where there is more than is read."""

    title: str | None
    date: str | None
    reference: str | None
    blocks: tuple[str, ...]
    cut: bool


def read(text: str, url: str) -> ReportPage:
    """Read a page; one without a heading has no text that could be told from its surroundings."""
    page = blocks.read(text, url)
    main = [block for block in page.blocks if block.level == 1]
    main = main or [block for block in page.blocks if block.level is not None]
    if not main:
        return ReportPage(None, None, None, (), page.cut)
    own: list[Block] = []
    length = 0
    for block in page.blocks[page.blocks.index(main[-1]) :]:
        length += len(block.text)
        if _END.fullmatch(block.text) or length > MOST_TEXT:
            break
        own.append(block)
    fields = entry_fields.read(own)
    return ReportPage(
        main[-1].text,
        fields.date,
        fields.reference or entry_fields.reference_in(url),
        tuple(block.text for block in own),
        page.cut or length > MOST_TEXT,
    )
