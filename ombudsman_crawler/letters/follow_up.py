"""Further letters, which the Ombudsman sends some councils after the annual one.

From 2025 on such letters go out in July, to councils with exceptional practice or with reason for
concern; they carry no statistics. One is known by what it says of itself: that it follows the
annual review letter. The wordings are from memory, hence loose; a letter without statistics that
says nothing of the kind stays one of an unknown form.
"""

from __future__ import annotations

import re

from ombudsman_crawler import years
from ombudsman_crawler.figures.numbers import phrase
from ombudsman_crawler.letters.front_matter import MONTHS
from ombudsman_crawler.letters.part import Part

_ANNUAL = r"annual (?:review )?(?:letter|review)"
_MINE = r"(?:my|our|the|your|this year['’]s|the recent|my recent|our recent)"
_AFTER = (
    r"(?:further|following|follow(?:ing)?[ -]up|in addition|subsequent) (?:to |on from |from )?"
)
_FOLLOWS = phrase(
    rf"\b(?:{_AFTER}|follows(?: up)?(?: on)? |to follow(?: up)?(?: on)? )"
    rf"(?:{_MINE} )?(?:[\w/-]{{1,12}} ){{0,3}}?{_ANNUAL}\b"
)
# An annual letter of a form that isn't known yet may mention the one before it; it would speak of
# its own statistics.
_STATISTICS = phrase(r"\bannual summary of\b|\bstatistics (?:on|about|are|show)\b|\d% of\b")
_BEGINNING = 900  # characters after "Dear …" in which a further letter says what it is
_YEAR = phrase(rf"\b{_ANNUAL},? (?:for )?(?:the year )?(20\d\d(?: ?[-/–] ?(?:20)?\d\d)?)\b")
_DATED = phrase(
    rf"\b{_ANNUAL},? (?:of|dated|issued on|sent on) (?:\d{{1,2}} )?"
    rf"(?:{'|'.join(MONTHS)}) (20\d\d)\b"
)
_OFFICE = re.compile(r"\bombudsman\b", re.IGNORECASE)


def is_follow_up(part: Part) -> bool:
    """Whether a letter without statistics says that it follows the annual one."""
    if part.salutation_line is None:
        return False
    text = part.running_text.text
    begins = max(text.find(part.salutation_line.text), 0)
    return (
        _OFFICE.search(text) is not None
        and _STATISTICS.search(text) is None
        and _FOLLOWS.search(text, begins, begins + _BEGINNING) is not None
    )


def year_followed_up(part: Part) -> int | None:
    """Return the year of the annual letter that is followed up, from how it is named there.

    A letter is issued in the year in which its report year ends.
    """
    text = part.running_text.text
    if match := _YEAR.search(text):
        return years.from_text(match[1])
    if match := _DATED.search(text):
        return int(match[1])
    return None
