"""What the headings of national tables mean. The wordings are data (`headings.csv` beside this
file): patterns of headings reduced to plain words."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ombudsman_crawler import metrics

#: What a table can be about.
SUBJECTS = ("received", "decided", "compliance")
#: Headings that aren't metrics: of the column of names, and of what stands beside the figures.
NAME, BESIDE = "name", "beside"

#: How a title, a heading over several others or a file's name tells the subject.
_TOLD = {
    "received": re.compile(r"\breceived\b|\benquiries received\b", re.IGNORECASE),
    "decided": re.compile(r"\bdecided\b|\bdecisions?\b|\boutcomes? of complaints\b", re.IGNORECASE),
    "compliance": re.compile(r"\bcompliance\b|\bremed(?:y|ies|ied)\b", re.IGNORECASE),
}
# Characters; no heading that is known is as long.
_LONGEST = 300
# Words that say nothing of what is counted.
_FILLING = re.compile(
    r"^(?:the |total |overall )?(?:number|no|count) of (?:the )?(?!\W*$)|^(?:no|number) (?=\w)"
)
_SIMILAR = re.compile(
    r"(?:\b(?:of|for|in|among) )?\b(?:similar (?:authorities|organisations|councils)"
    r"|authorities of (?:this|the same) type)\b"
)
_AVERAGE = re.compile(r"\baverage\b")
_FOOTNOTE = re.compile(r"(?:\s*(?:[*†‡¹²³]|[\[(](?:\d{1,2}|[a-e]|note \w+)[\])]))+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a heading may mean under a subject: a metric, or NAME or BESIDE (then of any)."""

    subject: str
    pattern: re.Pattern[str]
    metric: str


@cache
def _meanings() -> tuple[Meaning, ...]:
    text = files("ombudsman_crawler.sheets").joinpath("headings.csv").read_text(encoding="utf-8")
    return tuple(
        Meaning(
            row["subject"],
            re.compile(row["heading"]),
            row["metric"] or row["subject"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def plain(heading: str) -> str:
    """Reduce a heading to its words: case, punctuation, line breaks and footnotes make no
    difference; "%" is "percent", "&" is "and"."""
    text = _FOOTNOTE.sub("", " ".join(heading.split())[:_LONGEST])
    text = text.lower().replace("&", " and ").replace("%", " percent ").replace("’", "'")
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = " ".join(re.sub(r"[^a-z0-9']+", " ", text).split())
    return _FILLING.sub("", text)


def meaning(heading: str, subject: str) -> str | None:
    """Return the metric that a heading means under a subject, NAME or BESIDE, None where it means
    nothing that is known."""
    words = plain(heading)
    own = " ".join(_SIMILAR.sub(" ", words).split())
    if own != words:
        # An average of similar authorities is called after what it is the average of.
        found = _listed(" ".join(_AVERAGE.sub(" ", own).split()), subject)
        return f"{found}_similar" if f"{found}_similar" in metrics.load() else None
    return _listed(words, subject)


def _listed(words: str, subject: str) -> str | None:
    for each in _meanings():
        if each.subject in (subject, NAME, BESIDE) and each.pattern.fullmatch(words):
            return each.metric
    return None


def subject_of(text: str) -> str | None:
    """Return the one subject that a title tells, None where it tells none or several.

    "Compliance and remedies" is one; "decisions" beside "remedies" speaks of remedies.
    """
    told = [subject for subject, pattern in _TOLD.items() if pattern.search(text)]
    if told == ["decided", "compliance"]:
        return "compliance" if not re.search(r"\bdecided\b", text, re.IGNORECASE) else None
    return told[0] if len(told) == 1 else None
