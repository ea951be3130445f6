"""One sentence and no table: the year ending 2013, when the Ombudsman's office was reorganised.

"In 2012/13 we received 62 complaints about your local authority. This compares to the following
average number …", then an average for each kind of council, which is no figure of this council.
The wording is from memory; a letter that has only the first sentence is read with a finding.
"""

from __future__ import annotations

import re

from ombudsman_crawler.figures.figure import Figure, Finding, Severity
from ombudsman_crawler.figures.numbers import DIGITS, WORD, phrase, value_of
from ombudsman_crawler.letters.forms.form import Context, FormReading
from ombudsman_crawler.letters.forms.table_names import rows_of
from ombudsman_crawler.letters.part import Part

_TOTAL = phrase(
    r"(?:\bin (?:the year )?(?P<year>20\d\d ?[-/–] ?(?:20)?\d\d),? )?"
    r"\b(?:we|the lgo) (?:have )?received "
    rf"(?P<number>{DIGITS}|{WORD}) (?:complaints?|enquiries)(?: and (?:complaints|enquiries))? "
    r"(?:about|regarding|concerning) your (?:local authority|authority|council)\b[^.]{0,80}\.?"
)
_COMPARES = phrase(
    r"\bcompares (?:to|with) the following average number|\baverage number of complaints\b"
)


class SingleTotal:
    """See the module."""

    name = "single_total"

    def recognise(self, part: Part) -> float:
        match = _match(part)
        if match is None or rows_of(part):
            return 0.0
        compares = _COMPARES.search(part.running_text.text, match.end(), match.end() + 600)
        if compares is None:
            return 0.6 if match["year"] else 0.3
        return 1.0

    def read(self, part: Part, context: Context) -> FormReading:
        match = _match(part)
        assert match is not None, "read() follows recognise()"
        passage = part.running_text
        place = passage.place(*match.span("number"))
        metric, year = "received_total", context.year_ending
        findings = []
        if match["year"] and 2000 + int(match["year"].strip()[-2:]) != year:
            findings.append(
                Finding(
                    "sentence_of_other_year",
                    Severity.WARNING,
                    f"the sentence speaks of {match['year']}, the letter of {year}",
                    metric=metric,
                    year_ending=year,
                )
            )
        others = {value_of(m["number"]) for m in _TOTAL.finditer(passage.text)}
        if len(others) > 1:
            findings.append(
                Finding(
                    "repeated_number_disagrees",
                    Severity.ERROR,
                    "printed more than once, and differently",
                    metric=metric,
                    year_ending=year,
                )
            )
        if _COMPARES.search(passage.text, match.end(), match.end() + 600) is None:
            findings.append(
                Finding(
                    "averages_not_found",
                    Severity.NOTE,
                    "the averages that this form goes on with weren't found",
                    metric=metric,
                    year_ending=year,
                )
            )
        figure = Figure(
            year_ending=year,
            metric=metric,
            value=value_of(match["number"]),
            value_text=" ".join(match["number"].split()),
            page=place.page,
            box=place.box,
            text=" ".join(match[0].split()),
        )
        return FormReading((figure,), tuple(findings))


def _match(part: Part) -> re.Match[str] | None:
    return _TOTAL.search(part.running_text.text)
