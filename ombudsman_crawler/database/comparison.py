"""What one reading of a letter says otherwise than another, figure by figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ombudsman_crawler.database.stored_readings import Stored
from ombudsman_crawler.figures.figure import Figure, Severity
from ombudsman_crawler.letters.letter import Letter

_ABSENT, _DOUBTFUL = "absent: ", " doubtful"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a re-reading sees otherwise: a figure (metric and year), or the letter itself.
    `old` and `new` are as people write them, None where there is nothing."""

    authority: str | None
    year_ending: int | None
    path: str
    metric: str | None
    figure_year: int | None
    old: str | None
    new: str | None


def compare(path: str, old: Stored | None, new: Letter | None) -> Iterator[Change]:
    """Yield what a new reading of a letter says otherwise than the stored one."""
    authority = (new.authority if new else None) or (old.authority if old else None)
    year = (new.year_ending if new else None) or (old.year_ending if old else None)
    letter_before = f"{old.status}, {old.form or 'no form'}" if old else None
    letter_now = f"{new.status.value}, {new.form or 'no form'}" if new else None
    if letter_before != letter_now:
        yield Change(authority, year, path, None, None, letter_before, letter_now)
    figures_before = _written(old.figures, old.doubts) if old else {}
    doubts = frozenset(
        (finding.metric, finding.year_ending)
        for finding in (new.findings if new else ())
        if finding.severity is not Severity.NOTE
    )
    figures_now = _written(new.figures, doubts) if new else {}
    for key in sorted(figures_before.keys() | figures_now.keys(), key=lambda k: (-k[0], k[1])):
        before, now = figures_before.get(key), figures_now.get(key)
        if before != now:
            yield Change(authority, year, path, key[1], key[0], before, now)


def _written(
    figures: Sequence[Figure], doubts: frozenset[tuple[str | None, int | None]]
) -> dict[tuple[int, str], str]:
    """Write each figure as people read it, by year and metric: `74 (74%)`, `74 (74%) doubtful`,
    `absent: no_base (0%)`."""
    written = {}
    for figure in figures:
        says = f"{figure.value:g}" if figure.value is not None else f"{_ABSENT}{figure.absence}"
        if figure.value_text is not None:
            says += f" ({figure.value_text})"
        doubted = any(
            metric in (None, figure.metric) and year in (None, figure.year_ending)
            for metric, year in doubts
        )
        written[figure.year_ending, figure.metric] = says + (_DOUBTFUL if doubted else "")
    return written


def kind_of(change: Change) -> str:
    """Return in a word what kind of change this is, for the summary."""
    if change.metric is None:
        return "letters read otherwise"
    if change.old is None or change.new is None:
        return "new figures" if change.old is None else "figures no longer found"
    if change.old.removesuffix(_DOUBTFUL) == change.new.removesuffix(_DOUBTFUL):
        return "newly doubtful" if change.new.endswith(_DOUBTFUL) else "no longer doubtful"
    absent = change.old.startswith(_ABSENT), change.new.startswith(_ABSENT)
    return {(True, False): "absent before", (False, True): "now absent"}.get(absent, "other values")
