"""Facts that a letter's text tells of its council: public reports, late compliance, training.

Only what is said of the council itself counts. The general sentences that stand in every letter
(online workshops and how many people came, national numbers, sums of money, similar cases) are no
figures of the council. Silence is no figure, and not 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ombudsman_crawler import metrics
from ombudsman_crawler.figures.figure import Figure, Finding, Severity
from ombudsman_crawler.figures.numbers import DIGITS, WORD, phrase, value_of
from ombudsman_crawler.letters.layout import Passage
from ombudsman_crawler.letters.part import Part
from ombudsman_crawler.letters.scope import GENERAL, NOT_THIS_YEAR

_NUMBER = rf"(?P<number>{DIGITS}|{WORD})"
_ONE = rf"(?P<number>{DIGITS}|{WORD}|\ban?\b)"
# "the Council of …" is somebody else.
_YOURS = (
    r"(?:your|the) (?:council|authority|organisation|county council|borough council)\b"
    r"(?! of\b)(?!['’]s (?:\w+ )?predecessors?\b)"
)
_DONE = r"(?:completed|implemented|carried out|provided|complied with)"
_THINGS = r"(?:remed(?:y|ies)|recommendations?|actions?)"

# For each metric its wordings; the first is in a letter of 2021, the others are kin to it.
_FACTS: tuple[tuple[str, tuple[re.Pattern[str], ...]], ...] = (
    (
        "late_compliance",
        (
            phrase(
                rf"\bin {_NUMBER}(?: of)?(?: (?!in\b)\w{{1,12}}){{0,2}} cases?,? "
                rf"(?:\w+ ){{0,4}}?{_THINGS} (?:was|were) not {_DONE} "
                r"(?:within|by|in accordance with|to) (?:\w+ ){0,2}?(?:agreed|time)"
            ),
            # Where there was one case in all, the letter says "in this case".
            phrase(
                rf"\bin (?P<number>this) case,? (?:\w+ ){{0,4}}?{_THINGS} (?:was|were) not {_DONE} "
                r"(?:within|by|in accordance with|to) (?:\w+ ){0,2}?(?:agreed|time)"
            ),
            phrase(
                rf"{_THINGS} (?:was|were) {_DONE} (?:late|outside (?:of )?(?:the )?agreed \w+) "
                rf"in {_NUMBER}(?: of (?:these|those|the))? cases?\b"
            ),
            phrase(
                rf"\b{_THINGS} (?:was|were) not {_DONE} (?:within|by) (?:\w+ ){{0,3}}?"
                r"(?:timescales?|deadlines?|dates?) "
                rf"in {_NUMBER}(?: of (?:these|those|the))? cases?\b"
            ),
        ),
    ),
    (
        "public_reports",
        (
            phrase(
                rf"\bwe (?:have )?(?:also )?(?:issued|published) {_ONE} "
                r"(?:joint |further |separate ){0,2}public (?:interest )?reports? "
                rf"(?:\w+ ){{0,2}}?(?:about|against|on|concerning) {_YOURS}\b"
            ),
        ),
    ),
    (
        "training_courses",
        (
            phrase(
                rf"\bdeliver(?:ed)? {_NUMBER} (?:[\w-]{{1,20}} ){{0,6}}?"
                r"(?:courses?|workshops?|sessions?) (?:to|for) (?:your|the council['’]s) \w+"
            ),
        ),
    ),
)
# For each metric: a number of such things (or a word that stands for one), and what else its
# sentence must have. No such number may be left unread in silence.
_MENTIONS = {
    "public_reports": (
        phrase(
            rf"(?P<number>{DIGITS}|{WORD}|\b(?:another|further|second|third|fourth)\b)\S? "
            r"(?:\w+ ){0,2}?public (?:interest )?reports?\b"
        ),
        phrase(
            rf"\b(?:issued|published)\b[^\x00]*?{_YOURS}|{_YOURS}[^\x00]*?\b(?:issued|published)\b"
        ),
    ),
    "late_compliance": (
        phrase(
            rf"\bin (?:a further |another |over |under |about )?{_NUMBER}\S?"
            r"(?: of(?: \w+){1,2})?(?: \w{1,12})? cases?\b"
        ),
        phrase(
            rf"\b{_THINGS} (?:\w+ ){{0,2}}?(?:not|late|outside)\b"
            rf"|\bnot {_DONE} (?:within|by|to|in) (?:\w+ ){{0,2}}?(?:agreed|time)"
        ),
    ),
    "training_courses": (
        phrase(rf"{_NUMBER}\S? (?:[\w-]{{1,20}} ){{0,6}}?(?:courses?|workshops?|sessions?)\b"),
        phrase(r"\bdelivered\b[^\x00]*?\byour\b|\bdeliver\b[^\x00]*?\byour (?:staff|officers)\b"),
    ),
}
# Right before what is told, these words make it a wish, an offer or a refusal.
_NOT_DONE = re.compile(
    r"\b(?:would|can|could|will|may|might|hop(?:e|ed|ing)|plan(?:ned|ning)?|aim|intend(?:ed)?"
    r"|expect(?:ed)?|want(?:ed)?|wish|unable|asked|invited|due|ready|not|cannot)(?:\s+\w+){0,3}\s+$",
    re.I,
)
# What such a number counts: it is looked for in so many characters before that.
_COUNTED = {
    "public_reports": re.compile(r"\breports?\b", re.IGNORECASE),
    "late_compliance": re.compile(r"\bcases?\b", re.IGNORECASE),
    "training_courses": re.compile(r"\b(?:courses?|workshops?|sessions?)\b", re.IGNORECASE),
}
_MENTIONED = 150
# "one in four": a share, and no number of cases.
_SHARE = re.compile(rf"(?:{DIGITS}|{WORD})\s+$", re.I)
_NONE = frozenset(("no", "none"))
_YEARS = re.compile(r"\b(20\d\d)(?:\s?[-/–]\s?((?:20)?\d\d)\b)?")
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
# A short line without a full stop or comma, before a line that begins anew.
_HEADING = re.compile(r"(?<=\n)[^\n]{1,49}[^\n.,;:](?=\n[A-Z])")
_REACH = 600


def prose_figures(part: Part, year_ending: int) -> tuple[tuple[Figure, ...], tuple[Finding, ...]]:
    """Return the facts that a letter tells of its council, each with its sentence and place.

    Where a letter tells a fact more than once and with different numbers, the first is given and a
    finding says so.
    """
    figures: list[Figure] = []
    findings: list[Finding] = []
    for metric, wordings in _FACTS:
        known = metrics.load()[metric]
        if not known.first_year <= year_ending <= (known.last_year or year_ending):
            continue
        told = [
            figure
            for wording in wordings
            for figure in _told(part.running_text, metric, wording, year_ending)
        ]
        figures += told[:1]
        others = {figure.value for figure in told[1:]} - {figure.value for figure in told[:1]}
        if others:
            numbers = ", ".join(f"{other:g}" for other in sorted(filter(None, others)))
            findings.append(
                Finding(
                    "repeated_number_disagrees",
                    Severity.WARNING,
                    f"the letter tells of {told[0].value:g} and, elsewhere, of {numbers or 'none'}",
                    metric=metric,
                    year_ending=year_ending,
                )
            )
        left = _left_unread(part.running_text.text, metric, wordings, year_ending)
        if left is not None:
            findings.append(
                Finding(
                    "told_otherwise",
                    Severity.WARNING,
                    f"a number of these isn't read: {left!r}",
                    metric=metric,
                    year_ending=year_ending,
                )
            )
    return tuple(figures), tuple(findings)


def _left_unread(
    text: str, metric: str, wordings: tuple[re.Pattern[str], ...], year_ending: int
) -> str | None:
    """Return the first sentence of this council and year with a number that no wording reads."""
    mention, about = _MENTIONS[metric]
    read = {match.span("number") for wording in wordings for match in wording.finditer(text)}
    near = (
        match
        for thing in _COUNTED[metric].finditer(text)
        for match in mention.finditer(text, max(0, thing.start() - _MENTIONED), thing.end())
    )
    for match in near:
        start, end = _sentence(text, match.start(), match.end())
        sentence = " ".join(text[start:end].split())
        if match.span("number") in read and not _SHARE.search(text[start : match.start()]):
            continue
        if match["number"].lower() in _NONE or not about.search(sentence):
            continue
        if GENERAL.search(sentence) or _NOT_DONE.search(text[start : match.start()]):
            continue
        # With two numbers, one of another year, the other may be this year's.
        if _of_another_year(sentence, year_ending) and len(mention.findall(sentence)) < 2:
            continue
        return sentence
    return None


def _told(
    passage: Passage, metric: str, wording: re.Pattern[str], year_ending: int
) -> Iterator[Figure]:
    """Yield a figure for each place where a wording speaks of this council and year."""
    text = passage.text
    for match in wording.finditer(text):
        start, end = _sentence(text, match.start(), match.end())
        sentence = " ".join(text[start:end].split())
        if GENERAL.search(sentence) or _of_another_year(sentence, year_ending):
            continue
        before = text[start : match.start()]
        if _NOT_DONE.search(before) or _SHARE.search(before):
            continue
        place = passage.place(*match.span("number"))
        yield Figure(
            year_ending=year_ending,
            metric=metric,
            value=value_of(match["number"]),
            value_text=" ".join(match["number"].split()),
            page=place.page,
            box=place.box,
            text=sentence,
        )


def _of_another_year(sentence: str, year_ending: int) -> bool:
    """Whether a sentence speaks of another year than the letter's (the year it was written in,
    which follows the year it ends, may be named too)."""
    if NOT_THIS_YEAR.search(sentence):
        return True
    # "2021/22" is the year that ends in 2022; "2021" may be either of its halves.
    own = set()
    for year, ends in _YEARS.findall(sentence):
        named = {2000 + int(ends[-2:])} if ends else {int(year), int(year) + 1}
        own.add(year_ending in named)
    return bool(own) and True not in own


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the bounds of the sentence around a match; a heading above it isn't part of it."""
    begin = max(start - _REACH, 0)
    for pattern in (_SENTENCE_END, _HEADING):
        for before in pattern.finditer(text, begin, start):
            begin = before.end()
    stop = _SENTENCE_END.search(text, end, min(end + _REACH, len(text)))
    return begin, stop.end() if stop else end
