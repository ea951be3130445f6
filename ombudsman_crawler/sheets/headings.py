"""What the columns of a national table mean, by the words above them.

The words of each metric are data (`headings.csv` beside this file): patterns that a whole heading
has to fit. Where a heading fits two metrics it means neither.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ombudsman_crawler import metrics

#: The column of names; columns that are known and say nothing of figures.
NAME, IGNORED = "name", "ignored"
#: What a table is about.
SUBJECTS = ("received", "decided", "compliance")

_SUBJECT_WORDS = {
    "received": re.compile(r"\b(?:received|receipts?)\b"),
    "decided": re.compile(r"\b(?:decided|decisions made|outcomes of complaints)\b"),
    "compliance": re.compile(r"\b(?:compliance|complied|remed(?:y|ies|ied))\b"),
}
_SIMILAR = re.compile(
    r"\b(?:(?:of|for|in|among) )?similar (?:authorities|councils|bodies)(?: average)?\b"
)
_AVERAGE = re.compile(r"\b(?:average|mean)\b")
_LONGEST_HEADING = 300


@dataclass(frozen=True, slots=True)
class _Words:
    metric: str
    subject: str
    pattern: re.Pattern[str]


@cache
def _words() -> tuple[_Words, ...]:
    text = files("ombudsman_crawler.sheets").joinpath("headings.csv").read_text(encoding="utf-8")
    return tuple(
        _Words(row["metric"], row["subject"], re.compile(row["words"]))
        for row in csv.DictReader(text.splitlines())
    )


def plain(heading: str) -> str:
    """Return a heading in plain lower-case words: "Uphold rate (%)*" is "uphold rate percent"."""
    text = heading[:_LONGEST_HEADING].lower().replace("&", " and ").replace("%", " percent ")
    text = re.sub(r"[’‘'`]", "", text)
    text = re.sub(r"(?<=\d),(?=\d{3})", " ", text)
    text = re.sub(r"[^a-z0-9]+", " ", text)
    text = re.sub(r"\bper ?centage\b|\bper cent\b", "percent", text)
    text = re.sub(r"\b(?:the|number of|no of|num of|count of)\b", " ", text)
    return " ".join(text.split())


@cache
def meaning(heading: str, subject: str | None) -> str | None:
    """Return the metric a heading means in a table of a subject, NAME or IGNORED; None where it
    isn't known or may mean two things."""
    words = plain(heading)
    similar = _SIMILAR.sub(" ", words)
    if similar != words:
        base = _meaning(" ".join(_AVERAGE.sub(" ", similar).split()), subject)
        twin = f"{base}_similar"
        return twin if twin in metrics.load() else None
    return _meaning(words, subject)


def _meaning(words: str, subject: str | None) -> str | None:
    found = {
        each.metric
        for each in _words()
        if each.subject in ("", subject or "") and each.pattern.fullmatch(words)
    }
    return found.pop() if len(found) == 1 else None


def subject_of(title: str) -> str | None:
    """Return the one subject that a title tells; None where it tells none or several."""
    words = plain(title)
    found = [name for name, pattern in _SUBJECT_WORDS.items() if pattern.search(words)]
    return found[0] if len(found) == 1 else None
