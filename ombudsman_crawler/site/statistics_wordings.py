"""The sentences that carry figures on a council's page, and where they begin and end.

Wordings of the data years 2018-19 to 2024-25. A sentence counts only where it begins cleanly: what
stands in the middle of another sentence ("Nationally, 74% of complaints …") is somebody else's.
The number itself may be missing, so that its place is found even where the number was lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ombudsman_crawler.figures.numbers import DECIMAL, DIGITS, WORD, phrase, value_of
from ombudsman_crawler.site.visible import Line

UPHOLD, COMPLIANCE, REMEDY = "uphold", "compliance", "remedy"
PANELS = (UPHOLD, COMPLIANCE, REMEDY)
OVERVIEW = "overview"

# ---- labels ----------------------------------------------------------------------------------

#: What the statistics are headed with, by layout.
ANNUAL_STATISTICS, COMPLAINT_OVERVIEW = "annual_statistics", "complaint_overview"
_TITLES = {
    ANNUAL_STATISTICS: phrase(r"annual statistics"),
    COMPLAINT_OVERVIEW: phrase(r"complaints? overview"),
}
_HEADINGS = {
    UPHOLD: phrase(r"complaints upheld|uphold rate"),
    COMPLIANCE: phrase(r"compliance with (?:the )?(?:ombudsman(?:['’]s)? )?recommendations"),
    REMEDY: phrase(r"satisfactory remed(?:y|ies)(?: provided)?(?: by [^.,%]{3,60})?"),
}
# What follows one of these headings is no statistics until the next heading that is.
_OTHER_PARTS = phrase(
    r"annual (?:review )?letters?|(?:public )?reports|service improvements"
    r"|advice on comparing statistics(?: across years)?"
)

# ---- sentences -------------------------------------------------------------------------------

_RATE = (
    rf"(?:(?P<printed>{DECIMAL} ?%)|(?P<nothing>n ?/ ?a|not applicable)|(?P<lost> ?%|[-–—] ?%?)) "
)
_COUNT = rf"(?P<printed>{DIGITS}|{WORD})"
_PER_100K = rf"(?P<printed>{DECIMAL} ?%?)"
_DAY = r"(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3,9}) (\d{4})"
_PERIOD = rf"(?P<period>{_DAY},? (?:to|and|until|-|–) {_DAY})"
_WHICH_PERIOD = rf"(?:,? (?:for|in|during) the period(?: between| from)? {_PERIOD})?"
_BODIES = r"(?:authorities|organisations|councils|bodies)"
# "the Council", "the authority", or a name; never over the end of a sentence.
_BODY = r"(?:[^\s.%]{1,30} ){1,10}?"
_NAME = r"(?P<name>[^\n%]{3,80}?)"
_RESIDENTS = r"upheld decisions? per 100,?000(?: (?:residents|people))?"

# In this order: what one pattern has found, the next ones don't see ("upheld decisions" stands
# alone, in bases and in rates per 100,000 residents).
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("link", phrase(r"view(?: all)? (?:upheld|satisfactory remedy) decisions?")),
    (UPHOLD, phrase(rf"(?:{_RATE})?of (?:the )?complaints we investigated (?:were|was) upheld")),
    (
        COMPLIANCE,
        phrase(
            rf"(?:in )?(?:{_RATE})?of (?:the )?cases,? we were satisfied (?:that )?{_BODY}"
            r"(?:had )?successfully implemented(?: (?:our|the ombudsman['’]s) recommendations)?"
        ),
    ),
    (
        REMEDY,
        phrase(
            rf"(?:in )?(?:{_RATE})?of upheld (?:cases|complaints),? we found (?:that )?{_BODY}"
            r"(?:had )?provided a satisfactory remedy"
            r"(?: before the complaint reached the ombudsman)?"
        ),
    ),
    (
        "average",
        phrase(
            rf"(?:this )?compares (?:to|with) an average of (?:{_RATE})?"
            rf"(?:in|for|across|among) (?:all )?similar {_BODIES}"
        ),
    ),
    (
        "base",
        phrase(
            rf"(?:(?:these )?statistics are )?based on a total of (?:{_COUNT} )?"
            r"(?P<counted>(?:detailed )?investigations?|compliance outcomes?|upheld decisions?)"
            rf"{_WHICH_PERIOD}"
        ),
    ),
    (
        "per_100k",
        phrase(
            rf"(?:adjusted for {_NAME}['’]s? population, )?this (?:is|was) (?:{_PER_100K} )?"
            rf"{_RESIDENTS}"
        ),
    ),
    (
        "per_100k_similar",
        phrase(
            rf"(?:the )?average for {_BODIES} of (?:this|a similar) type (?:is|was) "
            rf"(?:{_PER_100K} )?{_RESIDENTS}"
        ),
    ),
    (
        "not_due",
        phrase(
            r"(?:there were )?no recommendations (?:were )?due for compliance(?: in this period)?"
        ),
    ),
    (
        "dealt_with",
        phrase(
            rf"(?:(?:between|from) {_PERIOD},? )?we dealt with (?:{_COUNT} )?complaints?"
            r"(?: and enquiries)?"
        ),
    ),
    (
        "not_for_us",
        phrase(
            rf"(?:of these,? )?{_COUNT} (?:were|was) not for us"
            r"(?:,? or (?:were |was )?not ready for us to investigate)?"
        ),
    ),
    ("closed", phrase(rf"(?:we )?assessed and closed (?:{_COUNT} )?complaints?")),
    (
        "investigated_upheld",
        phrase(
            rf"we investigated {_COUNT} complaints? and upheld "
            rf"(?P<second>{DIGITS}|{WORD})(?: of them)?"
        ),
    ),
    ("investigated", phrase(rf"we investigated (?:{_COUNT} )?complaints?")),
    ("remedy_count", phrase(rf"(?:{_COUNT} )?satisfactory remed(?:y|ies) decisions?")),
    ("upheld_count", phrase(rf"(?:{_COUNT} )?upheld decisions?(?! per)")),
    # Text beside the charts of some copies: a second source for the same number.
    (
        f"caption_{UPHOLD}",
        phrase(rf"(?P<printed>{DECIMAL} ?%) complaints upheld by {_NAME}(?=\n|$)"),
    ),
    (
        f"caption_{COMPLIANCE}",
        phrase(
            rf"(?P<printed>{DECIMAL} ?%) of cases were successfully implemented by {_NAME}(?=\n|$)"
        ),
    ),
    (
        f"caption_{REMEDY}",
        phrase(
            rf"(?P<printed>{DECIMAL} ?%) complaints with satisfactory remedy provided by {_NAME}"
            r"(?=\n|$)"
        ),
    ),
)
# Counts that stand alone as labels: inside a sentence they are another's.
_LABELS = frozenset(("remedy_count", "upheld_count"))

_ENDS = re.compile(r"[.!?:](?=\s|$)")
_SENTENCE_ENDS = re.compile(r"[.!?](?=\s|$)")
_STOP = re.compile(r" ?[.!?]")
# What may follow a whole sentence: its end, a new line that doesn't go on, another text.
_ENDED = re.compile(r" *(?:[.!?;:]|$|\n(?![a-z])|\x00|(?=[A-Z]))")
# A line above that makes the number below it a bound, another number's end or the second of two.
_QUALIFIES = re.compile(
    r".*(?:[,(<>≤≥~≈±+–—^-]"
    r"|\b(?:than|under|over|above|below|about|around|almost|nearly|approximately|roughly|least"
    r"|most|up to|to|from|between|of|nationally|(?:hundred|thousand)(?: and)?))",
    re.IGNORECASE,
)
_DIGITS_ALONE = re.compile(r"\d{1,3}")
_TAKEN = "\x00"
_REACH = 160
# Characters; the statistics of a council have a hundredth of them.
_LONGEST = 200_000

_STATISTICS = re.compile(
    r"\b(?:complaints?|decisions?|investigat\w+|upheld|uphold|compliance|remed(?:y|ies)"
    r"|recommendations?)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(rf"{DECIMAL}")
_NUMBER_ALONE = re.compile(r"\(?\d[\d,.]*\s?%?\)?(?:\s\(\d[\d,.]*\s?%?\))?")
_LONGEST_LABEL = 80
_NO_FIGURE = re.compile(
    r"(?<!\d)(?:\d{1,2}(?:st|nd|rd|th)? [a-z]{3,9},? )?"
    r"(?:19|20)\d\d(?:\s?[-/–]\s?(?:20)?\d\d)?(?!\d)"
    r"|\b\d\d[ -]\d{3}[ -]\d{3}\b|per 100,?000",
    re.IGNORECASE,
)
_DAYS = phrase(_DAY)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september",
         "october", "november", "december"), 1)
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day that statistics are about."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Found:
    """One sentence that carries a figure.

    `printed` is None where the number is missing; `nothing` keeps an "N/A" in its stead. `goes_on`:
    more words follow that aren't known; `qualified`: what stands before makes the number a bound,
    or the end of another. `panel` is the part of the page it stands in; `unsure`: the heading above
    is another part's.
    """

    what: str
    text: str
    printed: str | None
    nothing: str | None
    counted: str | None
    second: str | None
    name: str | None
    period: Period | None
    panel: str | None
    goes_on: bool
    qualified: bool
    start: int
    unsure: bool = False

    @property
    def value(self) -> float | None:
        return None if self.printed is None else value_of(self.printed)

    @property
    def second_value(self) -> float | None:
        return None if self.second is None else value_of(self.second)


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a page says: its sentences, the titles and headings that were met, and the sentences
    about complaints whose numbers weren't read. `too_long`: so much that nothing was looked at."""

    titles: frozenset[str]
    headings: frozenset[str]
    found: tuple[Found, ...]
    unread: tuple[str, ...]
    too_long: bool = False

    def of(self, *whats: str) -> list[Found]:
        return [one for one in self.found if one.what in whats]


def find(lines: Sequence[Line]) -> Statistics:
    """Find every sentence of a page's statistics, by their words; other parts are left out."""
    titles: set[str] = set()
    headings: set[str] = set()
    marks: list[tuple[int, str]] = []
    kept: list[str] = []
    length, inside = 0, True
    for line in lines:
        title = next((name for name, words in _TITLES.items() if words.fullmatch(line.text)), None)
        panel = next(
            (name for name, words in _HEADINGS.items() if words.fullmatch(line.text)), None
        )
        if title or panel:
            inside = True
            titles.update({title} if title else ())
            headings.update({panel} if panel else ())
            # What only links to a part further down is no heading of what follows.
            if not line.link:
                marks.append((length, panel or OVERVIEW))
        elif _OTHER_PARTS.fullmatch(line.text) and not line.link:
            inside = False
        elif inside:
            kept.append(line.text)
            length += len(line.text) + 1
    if length > _LONGEST:
        return Statistics(frozenset(titles), frozenset(headings), (), (), too_long=True)
    text = "\n".join(kept)
    found, rest = _sentences(text)
    return Statistics(
        frozenset(titles), frozenset(headings), _in_panels(found, marks), _unread(rest)
    )


def _label(labels: Mapping[str, re.Pattern[str]], line: Line) -> str | None:
    return next((name for name, words in labels.items() if words.fullmatch(line.text)), None)


def _sentences(text: str) -> tuple[list[Found], str]:
    """Return the sentences of a text in its order, and the text without them."""
    found: list[Found] = []
    rest = text
    for what, pattern in _PATTERNS:
        taken: list[tuple[int, int]] = []
        for match in pattern.finditer(rest):
            start, end = match.span()
            goes_on = _ENDED.match(rest, end) is None
            if not _begins(rest, start) or (goes_on and what in _LABELS):
                continue
            taken.append((start, end))
            if what != "link":
                found.append(_found(what, match, text, rest, goes_on))
        rest = _without(rest, taken)
    return sorted(found, key=lambda one: one.start), rest


def _without(text: str, taken: Sequence[tuple[int, int]]) -> str:
    pieces, at = [], 0
    for start, end in taken:
        pieces += [text[at:start], _TAKEN * (end - start)]
        at = end
    return "".join((*pieces, text[at:])) if taken else text


def _begins(text: str, start: int) -> bool:
    """Whether a sentence begins at `start`: a line does, or another sentence ended there."""
    before = text[max(0, start - _REACH) : start].rsplit("\n", 1)[-1]
    last = before.rstrip(" ")[-1:]
    if not last or last in ".!?:;•·|\x00":
        return True
    # A link's words may be glued to the sentence: "decisionsAdjusted for".
    return last.islower() and before[-1] != " " and text[start].isupper()


def _is_qualified(text: str, start: int, printed: str | None) -> bool:
    """Whether the line above one that begins with a number leads into it, or may be its begin."""
    above = text[max(0, start - _REACH) : start]
    if not above.endswith("\n"):
        return False
    line = above[:-1].rsplit("\n", 1)[-1]
    if printed and _DIGITS_ALONE.fullmatch(line):
        # A chart's numbers stand alone too: the same number, or one that no percentage begins with.
        return line != printed and not ("%" in printed and value_of(line + printed) > 100)
    return _QUALIFIES.fullmatch(line) is not None


def _found(what: str, match: re.Match[str], text: str, rest: str, goes_on: bool) -> Found:
    groups = match.groupdict()
    start, end = match.span()
    stop = _ENDS.search(text, end, end + _REACH) if goes_on else _STOP.match(text, end)
    return Found(
        what=what,
        text=" ".join(text[start : stop.end() if stop else end].split()),
        printed=_collapsed(groups.get("printed")),
        nothing=_collapsed(groups.get("nothing")),
        counted=_collapsed(groups.get("counted")),
        second=_collapsed(groups.get("second")),
        name=_collapsed(groups.get("name")),
        period=_period(groups.get("period")),
        panel=None,
        goes_on=goes_on,
        qualified=_is_qualified(rest, start, _collapsed(groups.get("printed"))),
        start=start,
    )


def _collapsed(printed: str | None) -> str | None:
    return " ".join(printed.split()) if printed else None


def _period(printed: str | None) -> Period | None:
    """Read "1 April 2024 to 31 March 2025"; None for days that no calendar has."""
    days = []
    for day, month, year in _DAYS.findall(printed or ""):
        try:
            days.append(date(int(year), _MONTHS[month.lower()], int(day)))
        except (KeyError, ValueError):
            return None
    return Period(*days) if len(days) == 2 else None


def _in_panels(found: Sequence[Found], marks: Sequence[tuple[int, str]]) -> tuple[Found, ...]:
    """Give each sentence the part of the page it stands in: that of the last heading, or of the
    last sentence that only one part has, before it."""
    placed: list[Found] = []
    panel: str | None = None
    unsure = begun = False
    ahead = list(reversed(marks))
    for one in found:
        while ahead and ahead[-1][0] <= one.start:
            panel, unsure, begun = ahead.pop()[1], False, False
        own = one.what if one.what in PANELS else COMPLIANCE if one.what == "not_due" else None
        if own is not None:
            # A part may have lost its heading, but then it follows another's sentence.
            unsure = not begun and panel in PANELS and panel != own
            panel, begun = own, True
        elif "compliance" in (one.counted or "").lower():
            panel = COMPLIANCE
        placed.append(replace(one, panel=panel, unsure=unsure))
    return tuple(placed)


def _unread(rest: str) -> tuple[str, ...]:
    """Return the sentences about complaints that have a number which wasn't read, and the labels
    about complaints beside which a number stands alone."""
    unread: dict[str, None] = {}
    pieces = [
        piece.strip()
        for line in rest.split("\n")
        for piece in _SENTENCE_ENDS.split(line.replace(_TAKEN, ". "))
        if piece.strip()
    ]
    label = ""
    for piece in pieces:
        told = _NO_FIGURE.sub(" ", piece)
        if _NUMBER_ALONE.fullmatch(piece) and _STATISTICS.search(label):
            unread.setdefault(f"{label} {piece}")
        elif _NUMBER.search(told) and _STATISTICS.search(told):
            unread.setdefault(" ".join(piece.split()))
        label = piece if len(piece) <= _LONGEST_LABEL else ""
    return tuple(unread)
