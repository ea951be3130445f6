"""The examination: letters of a replica, read, beside what they say.

    python tests/letters/examination.py --councils 16 --years 2005-2018

The replica was written by somebody who never saw the reader. Prints a row for each year and what
went wrong; ends with 1 if any figure is wrong, missing or too many without a doubt.

A figure is `right` when its value, or the reason of its absence, is the truth's; `doubted` when it
isn't and a finding says so; `silent` when it isn't and none does. A figure that is right and
doubted is `needless`, which is no fault but costs a person a look.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field

from ombudsman_crawler.figures.figure import Severity
from ombudsman_crawler.letters.letter import Expectation, Letter
from ombudsman_crawler.letters.read import read_document
from ombudsman_crawler.replica import Replica, ReplicaLetter
from ombudsman_crawler.years import YearRange

Key = tuple[int, str]

_COLUMNS = ("letters", "ok", "whole", "right", "doubted", "silent", "needless")


@dataclass
class Marks:
    """What came of one year's letters, and sentences about what went wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)


def examine(letter: ReplicaLetter, marks: Marks, *, witnessed: bool) -> None:
    """Read one letter and mark each of its figures."""
    expectation = Expectation(letter.authority, letter.year_ending)
    (read,) = read_document(letter.pdf(), expectation, witnessed=witnessed).letters
    truth: dict[Key, object] = {
        (letter.year_ending, metric): value for metric, value in letter.figures.items()
    }
    truth |= letter.restated
    found = {(f.year_ending, f.metric): f for f in read.figures}
    marks.counts["letters"] += 1
    marks.counts["ok"] += read.status.value == "ok"
    whole = True
    for key in sorted(truth.keys() | found.keys()):
        expected = truth.get(key, "no row")
        figure = found.get(key)
        said: object = "no row"
        if figure is not None:
            said = figure.value if figure.value is not None else (None, figure.absence)
        doubted = _is_doubted(read, key)
        if said == expected:
            marks.counts["right"] += 1
            marks.counts["needless"] += doubted
            continue
        whole = False
        marks.counts["doubted" if doubted else "silent"] += 1
        word = "doubted" if doubted else "SILENT"
        marks.faults.append(
            f"{word} {letter.code} {letter.year_ending} {letter.layout}"
            f" {','.join(sorted(letter.traits))} {key}: {said}, truth {expected}"
        )
    marks.counts["whole"] += whole
    marks.codes.update(f.code for f in read.findings if f.severity is not Severity.NOTE)
    # The replica writes '' where there is nobody.
    front = {
        name: (getattr(read, name), getattr(letter, name) or None)
        for name in ("form", "authority", "year_ending", "letter_date", "addressee", "signatory")
    }
    for name, (said, expected) in front.items():
        if said != expected:
            marks.counts["silent"] += 1
            marks.faults.append(
                f"FRONT {letter.code} {letter.year_ending} {letter.layout}"
                f" {name}: {said!r}, truth {expected!r}"
            )


def _is_doubted(read: Letter, key: Key) -> bool:
    return any(
        finding.severity is not Severity.NOTE
        and finding.metric in (None, key[1])
        and finding.year_ending in (None, key[0])
        for finding in read.findings
    )


def main() -> int:
    """Run the examination and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--councils", type=int, default=16)
    parser.add_argument("--years", default="2005-2025")
    parser.add_argument("--no-witness", action="store_true")
    parser.add_argument("--show", type=int, default=60, help="print at most so many faults")
    asked = parser.parse_args()
    span = YearRange.parse(asked.years)
    by_year: dict[int, Marks] = {}
    for letter in Replica(councils=asked.councils, years=(span.first, span.last)).letters():
        marks = by_year.setdefault(letter.year_ending, Marks())
        examine(letter, marks, witnessed=not asked.no_witness)
    faults = [fault for _, marks in sorted(by_year.items()) for fault in marks.faults]
    for fault in sorted(faults, key=lambda fault: fault.startswith("doubted"))[: asked.show]:
        print(fault)
    print("year " + "".join(f"{name:>10}" for name in _COLUMNS) + "  findings")
    total: Counter[str] = Counter()
    for year, marks in sorted(by_year.items()):
        total.update(marks.counts)
        print(f"{year} " + "".join(f"{marks.counts[n]:>10}" for n in _COLUMNS), dict(marks.codes))
    print("all  " + "".join(f"{total[name]:>10}" for name in _COLUMNS))
    return 1 if total["silent"] else 0


if __name__ == "__main__":
    sys.exit(main())
