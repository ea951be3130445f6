"""Which year and which authority a letter is about, from its own words.

The year's sources, the surest first: "year ending 31 March 2021" in the first paragraph; "For the
period ending: 31/03/21"; "between 1 April 2020 to 31 March 2021"; the title. The authority's: the
name above "For the period ending"; the address block; "Adjusted for …'s population".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from ombudsman_crawler import authorities, years
from ombudsman_crawler.authorities import Authority
from ombudsman_crawler.figures.figure import Finding, Severity
from ombudsman_crawler.figures.numbers import phrase
from ombudsman_crawler.letters.front_matter import FrontMatter, date_in
from ombudsman_crawler.letters.letter import Expectation
from ombudsman_crawler.letters.part import Part

_YEAR_ENDING = phrase(r"\byear (?:ending|ended):? (?:on )?31(?:st)? march (20\d\d)\b")
_PERIOD_ENDING = phrase(
    r"for the period ending ?[:\-–]? ?(\d{1,2})[/.](\d{1,2})[/.]((?:20)?\d\d)(?!\d)"
)
_PERIOD = phrase(
    r"\b(?:between|from) (\d{1,2}(?:st)? april 20\d\d) (?:to|and|-|–) (\d{1,2}(?:st)? march 20\d\d)"
)
_PERIOD_LABEL = phrase(r"for the period ending\b")
_ADJUSTED_FOR = phrase(r"\badjusted for ([^%\d]{3,80}?)['’]s? population\b")
_REPORT = re.compile(r"^.*\blocal authority report\b\s*[:\-–—]?\s*", re.IGNORECASE)
_YEAR_ENDED_LINE = re.compile(r"for the year (?:ended|ending)\b", re.IGNORECASE)
_OFFICE_LINE = re.compile(
    r"ombudsman|commission\b|chair\b|annual (?:review|letter)|\bstatistics\b|https?:|www\.",
    re.IGNORECASE,
)
# How far into a letter its first paragraph may reach (characters after the title).
_FIRST_PARAGRAPH = 1200
# A body with these words in its name is a council, and has similar ones to be compared with.
_COUNCIL = re.compile(r"\b(?:council|borough)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Identity:
    """A letter's year and authority. `authority` is a name of the register, or the link's."""

    year_ending: int | None
    period_start: date | None
    period_end: date | None
    authority: str | None
    authority_as_printed: str | None
    compared: bool
    findings: tuple[Finding, ...]


def identify(part: Part, front: FrontMatter, expectation: Expectation) -> Identity:
    """Return the year and the authority of a letter; the link speaks only where it is silent."""
    findings: list[Finding] = []
    evidence = list(dict.fromkeys(_years(part, front)))
    year = evidence[0][1] if evidence else None
    for source, other in evidence[1:]:
        if other != year:
            findings.append(
                Finding(
                    "year_disagrees",
                    Severity.WARNING,
                    f"{evidence[0][0]} says {year}, {source} says {other}",
                    year_ending=year,
                )
            )
    if year is None and expectation.year_ending is not None:
        year = expectation.year_ending
        findings.append(
            Finding(
                "year_from_link",
                Severity.NOTE,
                f"the letter names no year; its link says {year}",
                year_ending=year,
            )
        )
    elif expectation.year_ending not in (None, year):
        findings.append(
            Finding(
                "year_differs_from_link",
                Severity.WARNING,
                f"the letter says {year}, its link {expectation.year_ending}",
                year_ending=year,
            )
        )
    start, end = _period(part)
    authority, printed, about = _authority(part, front, expectation, year)
    findings.extend(about)
    known = authorities.match(authority, year_ending=year) if authority else None
    return Identity(
        year_ending=year,
        period_start=start,
        period_end=end,
        authority=authority,
        authority_as_printed=printed,
        compared=_compared(known, printed or authority),
        findings=tuple(findings),
    )


def _compared(known: Authority | None, printed: str | None) -> bool:
    """Whether the authority's kind has an average: only the five kinds of councils have one.

    A body that the register doesn't know is taken as having none unless it is called a council.
    """
    if known is not None:
        return known.kind != "other"
    return printed is None or _COUNCIL.search(printed) is not None


def _years(part: Part, front: FrontMatter) -> Iterator[tuple[str, int]]:
    text = part.running_text.text
    title = part.title_line.text if part.title_line else None
    begins = text.find(title) if title else 0
    first = text[max(begins, 0) : max(begins, 0) + _FIRST_PARAGRAPH]
    if match := _YEAR_ENDING.search(first):
        yield "the first paragraph", int(match[1])
    # Each of them: behind a letter there may be the statistics of another year.
    for ending in _periods_ending(text):
        yield '"For the period ending"', _year_of(ending)
    for _, end in _periods_between(text):
        if end:
            yield "the period of the statistics", _year_of(end)
    if front.title and (year := years.from_text(front.title)):
        yield "the title", year


def _year_of(day: date) -> int:
    """Return the year ending 31 March that a day belongs to."""
    return day.year if (day.month, day.day) <= (3, 31) else day.year + 1


def _periods_ending(text: str) -> Iterator[date]:
    for match in _PERIOD_ENDING.finditer(text):
        day, month, year = (int(number) for number in match.groups())
        with suppress(ValueError):
            yield date(year if year > 99 else 2000 + year, month, day)


def _periods_between(text: str) -> Iterator[tuple[date | None, date | None]]:
    for match in _PERIOD.finditer(text):
        yield date_in(match[1]), date_in(match[2])


def _period(part: Part) -> tuple[date | None, date | None]:
    text = part.running_text.text
    start, end = next(_periods_between(text), (None, None))
    return start, end or next(_periods_ending(text), None)


def _authority(
    part: Part, front: FrontMatter, expectation: Expectation, year: int | None
) -> tuple[str | None, str | None, list[Finding]]:
    """Return the authority, its name as printed, and what is odd about it."""
    printed_names = [name for name in _printed_names(part, front) if name]
    matches = [(name, authorities.match(name, year_ending=year)) for name in printed_names]
    known = [(name, found) for name, found in matches if found is not None]
    findings: list[Finding] = []

    def say(code: str, severity: Severity, message: str) -> None:
        findings.append(Finding(code, severity, message, year_ending=year))

    expected = expectation.authority
    expected_match = authorities.match(expected, year_ending=year) if expected else None
    if known:
        printed, found = known[0]
        for name, other in known[1:]:
            if other != found:
                say(
                    "authority_disagrees",
                    Severity.WARNING,
                    f"the letter names {printed!r} and {name!r}",
                )
        if expected and expected_match != found and expected != found.name:
            say(
                "authority_differs_from_link",
                Severity.WARNING,
                f"the letter is about {found.name}, its link says {expected}",
            )
        return found.name, printed, findings
    printed_name = printed_names[0] if printed_names else None
    if expected is None:
        if printed_name:
            say(
                "authority_not_known",
                Severity.NOTE,
                f"the register of councils doesn't have {printed_name!r}",
            )
        else:
            say("authority_not_found", Severity.WARNING, "the letter names no authority")
        return None, printed_name, findings
    if printed_name is None:
        say(
            "authority_from_link",
            Severity.NOTE,
            f"the letter names no authority; its link says {expected}",
        )
    elif authorities.normalise(printed_name) != authorities.normalise(expected):
        say(
            "authority_differs_from_link",
            Severity.WARNING,
            f"the letter names {printed_name!r}, which the register doesn't have; its link says "
            f"{expected}",
        )
    name = expected_match.name if expected_match else expected
    return name, printed_name, findings


def _printed_names(part: Part, front: FrontMatter) -> Iterator[str | None]:
    above, *others = (*_above_periods(part), None)
    yield above
    yield front.authority
    yield _on_cover(part)
    match = _ADJUSTED_FOR.search(part.running_text.text)
    yield " ".join(match[1].split()) if match else None
    # Behind a letter there may be the statistics of another authority.
    yield from (name for name in others if name and authorities.match(name) is not None)


def _above_periods(part: Part) -> Iterator[str | None]:
    """Yield the name before or above each "For the period ending" on the statistics pages; None
    where something else stands there."""
    for sheet in part.sheets:
        for line in sheet.lines:
            label = _PERIOD_LABEL.search(line.text)
            if label is None:
                continue
            before = _REPORT.sub("", line.text[: label.start()]).strip(" ,:-–")
            if before:
                yield None if _OFFICE_LINE.search(before) else before
                continue
            # The name may take two lines: the nearest lines above in the same column.
            above = [
                other
                for other in sheet.lines
                if other.baseline < line.baseline
                and abs(other.box[0] - line.box[0]) < 3 * line.height
                and line.baseline - other.baseline < 6 * line.height
            ]
            if not above:
                continue
            texts = [_REPORT.sub("", other.text).strip(" ,:-–") for other in above]
            nearest = texts[-1]
            both = f"{texts[-2]} {nearest}" if len(texts) > 1 else None
            if authorities.match(nearest) is None and both and authorities.match(both):
                yield both
            else:
                yield None if not nearest or _OFFICE_LINE.search(nearest) else nearest


def _on_cover(part: Part) -> str | None:
    """Return the name on the cover of a booklet, above "for the year ended" or between that and
    the booklet's title."""
    for sheet in part.sheets[:3]:
        lines = [line.text.strip() for line in sheet.lines]
        for index, line in enumerate(lines):
            if not _YEAR_ENDED_LINE.match(line):
                continue
            for count in (1, 2, 3):
                name = " ".join(lines[max(0, index - count) : index])
                if name and authorities.match(name) is not None:
                    return name
    return None
