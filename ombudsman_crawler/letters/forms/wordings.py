"""The sentences and labels of the present forms, and where they stand.

Wordings of the years ending 2019 to 2025, as the letters and the matching pages of the site print
them. Every pattern is bounded and matches a phrase that carries a number of the council; the
number itself may be missing, so that its place is found even where the number was lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ombudsman_crawler.figures.numbers import DECIMAL, DIGITS, WORD, phrase, value_of
from ombudsman_crawler.letters.layout import Block, Passage, Place
from ombudsman_crawler.letters.scope import GENERAL, NOT_THIS_YEAR

_RATE = rf"(?:(?P<printed>{DECIMAL}\s*%)|(?P<none>n\s?/\s?a|n\.a\.|not applicable|%|[-–—]))"
_COUNT = rf"(?P<printed>{DIGITS}|{WORD})"
_PER_100K = rf"(?P<printed>{DECIMAL}\s*%?)"
_RESIDENTS = r"upheld decisions? per 100,?000(?: (?:residents|people))?"
_DATE = r"\d{1,2} [a-z]{3,9} \d{4}"
_BODIES = r"(?:authorities|organisations|councils|bodies)"
# "the authority", "the organisation", "the Council", or a name.
_BODY = r"(?:\S{1,30} ){1,9}?"

UPHOLD, COMPLIANCE, REMEDY = "uphold", "compliance", "remedy"
PANELS = (UPHOLD, COMPLIANCE, REMEDY)

# In this order: what one pattern has found, the next ones don't see ("upheld decisions" stands
# alone, in bases and in rates per 100,000 residents).
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (UPHOLD, phrase(rf"(?:{_RATE} )?of (?:the )?complaints we investigated (?:were|was) upheld")),
    (
        COMPLIANCE,
        phrase(
            rf"(?:in )?(?:{_RATE} )?of cases,? we were satisfied (?:that )?{_BODY}"
            r"(?:had )?successfully implemented"
        ),
    ),
    (
        REMEDY,
        phrase(
            rf"(?:in )?(?:{_RATE} )?of upheld (?:cases|complaints),? we found (?:that )?{_BODY}"
            r"(?:had )?provided a satisfactory remedy"
        ),
    ),
    (
        "average",
        phrase(
            rf"(?:this )?compares (?:to|with) an average of (?:{_RATE} )?"
            rf"(?:in|for|across|among) (?:all )?similar {_BODIES}"
        ),
    ),
    (
        "base",
        phrase(
            rf"(?:statistics are )?based on a total of (?:{_COUNT} )?"
            r"(?P<counted>detailed investigations?|investigations?|compliance outcomes?"
            r"|upheld decisions?)\b"
            rf"(?: (?:for|in|during) the period (?:between|from) {_DATE} (?:to|and|-|–) {_DATE})?"
        ),
    ),
    ("per_100k", phrase(rf"\bthis (?:is|was) (?:{_PER_100K} ?)?{_RESIDENTS}")),
    (
        "per_100k_similar",
        phrase(rf"{_BODIES} of (?:this|a similar) type (?:is|was) (?:{_PER_100K} ?)?{_RESIDENTS}"),
    ),
    ("per_100k_stray", phrase(rf"(?:{_PER_100K} )?{_RESIDENTS}")),
    (
        "not_due",
        phrase(
            r"(?:there were )?no recommendations (?:were )?due for compliance(?: in this period)?"
        ),
    ),
    ("dealt_with", phrase(rf"\bdealt with {_COUNT} (?:complaints?|enquiries)")),
    ("not_for_us", phrase(rf"{_COUNT} (?:were|was) not for us\b")),
    ("closed", phrase(rf"\bassessed and closed {_COUNT} (?:complaints?|enquiries)")),
    (
        "investigated_upheld",
        phrase(
            rf"\bwe investigated {_COUNT} complaints? and upheld "
            rf"(?P<second>{DIGITS}|{WORD})"
        ),
    ),
    ("investigated", phrase(rf"\bwe investigated {_COUNT} complaints?")),
    ("remedy_count", phrase(rf"(?:{_COUNT} )?satisfactory remed(?:y|ies) decisions?\b")),
    ("upheld_count", phrase(rf"(?:{_COUNT} )?upheld decisions?\b(?! per)")),
    # Text beside the pictures of some copies: a second source for the same number.
    (f"caption_{UPHOLD}", phrase(rf"(?P<printed>{DECIMAL}\s*%) complaints upheld by\b")),
    (
        f"caption_{COMPLIANCE}",
        phrase(rf"(?P<printed>{DECIMAL}\s*%) of cases were successfully implemented by\b"),
    ),
    (
        f"caption_{REMEDY}",
        phrase(rf"(?P<printed>{DECIMAL}\s*%) complaints with satisfactory remedy provided by\b"),
    ),
)

# What each phrase has, in lower case and with plain spaces: where it is absent, the phrase, which
# may begin anywhere, needn't be looked for.
_TELLING: dict[str, re.Pattern[str]] = {
    what: re.compile(words)
    for what, words in (
        (UPHOLD, "complaints we investigated"),
        (COMPLIANCE, "successfully implemented"),
        (REMEDY, "provided a satisfactory remedy"),
        ("average", "compares"),
        ("base", "based on a total"),
        ("per_100k", "per 100"),
        ("per_100k_similar", "per 100"),
        ("per_100k_stray", "per 100"),
        ("not_due", "due for compliance"),
        ("dealt_with", "dealt with"),
        ("not_for_us", "not for us"),
        ("closed", "assessed and closed"),
        ("investigated_upheld", "and upheld"),
        ("investigated", "we investigated"),
        ("remedy_count", "satisfactory remed(?:y|ies) decision"),
        ("upheld_count", "upheld decision"),
        (f"caption_{UPHOLD}", "complaints upheld by"),
        (f"caption_{COMPLIANCE}", "successfully implemented by"),
        (f"caption_{REMEDY}", "complaints with satisfactory remedy"),
    )
}

# A panel's heading fills its lines: the definitions in the letter's text go on after it.
HEADINGS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (panel, re.compile(rf"^(?:{pattern})$".replace(" ", r"\s+"), re.IGNORECASE | re.MULTILINE))
    for panel, pattern in (
        (UPHOLD, r"complaints upheld|uphold rate"),
        (COMPLIANCE, r"compliance with (?:the )?(?:ombudsman )?recommendations"),
        (
            REMEDY,
            r"satisfactory remed(?:y|ies) provided by [^\n.,%–-]{3,60}",
        ),
    )
)

PERCENTAGE_ALONE = re.compile(r"\d{1,3}(?:\.\d{1,4})?\s?%")
NUMBER_ALONE = re.compile(r"\d{1,3}(?:,\d{3}){1,3}|\d{1,9}")
# "40*", "over 5", "1 40", "forty": as long as a number set apart can be, with a digit or a word.
_SHORT_NUMBER = re.compile(rf"(?=.{{1,14}}$)[^%]*(?:\d|\bnil\b|{WORD})[^%]*", re.IGNORECASE)
NOTHING_ALONE = re.compile(r"n\s?/\s?a|not applicable", re.IGNORECASE)
PERIOD_ENDING = phrase(r"for the period ending\b")

# Digits just before a number may be its beginning; a year or a date isn't.
_AFTER_DIGITS = re.compile(r"(?:^|[ \n])\d{1,3} $")
# Words and signs before a number that make it a bound, a range or the second of two numbers.
_QUALIFIED = re.compile(
    r"(?:[<>≤≥~≈±+−–—-]|\d\s?%?|\b(?:than|under|over|above|below|about|around|almost|nearly"
    r"|approximately|roughly|least|most|up to|to|from|between|(?:hundred|thousand)(?: and)?))\s*$",
    re.IGNORECASE,
)
_SENTENCE_ENDS = re.compile(r"[.!?](?=\s|$)")
_SENTENCE_REACH = 160
# Phrases that may begin with their number.
_BEGIN_WITH_NUMBER = frozenset((*PANELS, "not_for_us", "per_100k_stray"))
# Phrases that stand for themselves: what follows them is another text.
_LABELS = frozenset(("remedy_count", "upheld_count", "base"))
_TAKEN = "\x00"


@dataclass(frozen=True, slots=True)
class Found:
    """One phrase, its number and where both stand.

    `printed` and `number` are None where the number is missing; `nothing` keeps an "N/A" in its
    stead. `torn` says that a digit stands just before the number, which may be its beginning;
    `qualified` that it is the bound of something ("fewer than") or follows another number.
    """

    what: str
    place: Place
    text: str
    printed: str | None
    number: Place | None
    nothing: str | None
    counted: str | None
    second: str | None
    second_number: Place | None
    torn: bool
    qualified: bool
    block: int
    start: int

    @property
    def value(self) -> float | None:
        return None if self.printed is None else value_of(self.printed)

    @property
    def second_value(self) -> float | None:
        return None if self.second is None else value_of(self.second)


def find(block: Block, index: int) -> list[Found]:
    """Return every phrase of a block, in the order of its text."""
    passage = block.passage
    text = passage.text
    found: list[Found] = []
    plain = " ".join(text.lower().split())
    for what, pattern in _PATTERNS:
        if not _TELLING[what].search(plain):
            continue
        taken: list[tuple[int, int]] = []
        for match in pattern.finditer(text):
            if what in ("remedy_count", "upheld_count") and not _stands_alone(text, match):
                continue
            if _speaks_of_others(text, match.start()):
                continue
            found.append(_found(what, match, passage, text, index))
            taken.append(match.span())
        for start, end in taken:
            text = text[:start] + _TAKEN * (end - start) + text[end:]
    return sorted(found, key=lambda one: one.start)


def _found(what: str, match: re.Match[str], passage: Passage, text: str, index: int) -> Found:
    groups = match.groupdict()
    start, end = match.span()
    number = passage.place(*match.span("printed")) if groups.get("printed") else None
    second = passage.place(*match.span("second")) if groups.get("second") else None
    begins = match.start("printed") if number else start
    return Found(
        what=what,
        place=passage.place(start, end),
        text=sentence(passage.text, start, end, goes_on=what not in _LABELS),
        printed=_collapsed(groups.get("printed")),
        number=number,
        nothing=_collapsed(groups.get("none")),
        counted=_collapsed(groups.get("counted")),
        second=_collapsed(groups.get("second")),
        second_number=second,
        torn=_AFTER_DIGITS.search(text, max(0, begins - 6), begins) is not None,
        qualified=what in _BEGIN_WITH_NUMBER
        and number is not None
        and _QUALIFIED.search(_line_before(text, begins)) is not None,
        block=index,
        start=start,
    )


def _speaks_of_others(text: str, start: int) -> bool:
    """Whether a sentence says, before the phrase that begins at `start`, that it speaks of all
    councils or of another year."""
    begins = max(0, start - _SENTENCE_REACH)
    for end in _SENTENCE_ENDS.finditer(text, begins, start):
        begins = end.end()
    lead = text[begins:start]
    return GENERAL.search(lead) is not None or NOT_THIS_YEAR.search(lead) is not None


def _line_before(text: str, begins: int) -> str:
    """Return what stands before a number: on its line or, where it begins one, on the line above
    (unless that is the number of a picture, which is compared by itself)."""
    *above, line = text[max(0, begins - 60) : begins].split("\n")
    if line.strip() or not above or PERCENTAGE_ALONE.fullmatch(above[-1].strip()):
        return line
    return above[-1]


def _collapsed(printed: str | None) -> str | None:
    return " ".join(printed.split()) if printed else None


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Whether a count is a label of its own and no part of a sentence of the letter."""
    before = text[: match.start()].rstrip(" ")
    after = text[match.end() :].lstrip()
    begins = not before or before[-1] in f"\n.:\u2022{_TAKEN}"
    return begins and not after[:1].islower()


def sentence(text: str, start: int, end: int, *, goes_on: bool) -> str:
    """Return the sentence that a phrase belongs to, on one line.

    It begins where the phrase does, or with the "Adjusted for …" or "The average for …" that leads
    to it. If it `goes_on` it ends with the first full stop within reach, else where the phrase
    does.
    """
    for lead in ("adjusted for ", "the average for "):
        before = text[max(0, start - _SENTENCE_REACH) : start].lower()
        at = " ".join(before.split("\n")).rfind(lead)
        if at >= 0 and not _SENTENCE_ENDS.search(before, at + len(lead) + 4):
            start = max(0, start - _SENTENCE_REACH) + at
            break
    stop = _SENTENCE_ENDS.search(text, end, end + _SENTENCE_REACH if goes_on else end + 2)
    return " ".join(text[start : stop.end() if stop else end].split())


def is_short_number(line: str) -> bool:
    """Whether a line is as short as a number set apart from its label, has a number and isn't a
    percentage."""
    return _SHORT_NUMBER.fullmatch(line) is not None
