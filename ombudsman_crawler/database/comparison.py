"""What one reading of a letter says otherwise than another, figure by figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ombudsman_crawler.database.stored_readings import Stored
from ombudsman_crawler.figures.figure import Figure, Finding, Severity
from ombudsman_crawler.letters.letter import Letter
from ombudsman_crawler.site.statistics_page import StatisticsPage

_ABSENT, _DOUBTFUL = "absent: ", " doubtful"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a re-reading sees otherwise: a figure (metric and year), or the letter or page
    (`what`) itself. `old` and `new` are as people write them, None where there is nothing."""

    authority: str | None
    year_ending: int | None
    path: str
    metric: str | None
    figure_year: int | None
    old: str | None
    new: str | None
    what: str = "letter"


def compare(
    path: str, old: Stored | None, new: Stored | None, *, what: str = "letter"
) -> Iterator[Change]:
    """Yield what a new reading of a letter or `page` says otherwise than the stored one."""
    authority = (new.authority if new else None) or (old.authority if old else None)
    year = (new.year_ending if new else None) or (old.year_ending if old else None)
    before, now = (f"{one.status}, {one.form or 'no form'}" if one else None for one in (old, new))
    if before != now:
        yield Change(authority, year, path, None, None, before, now, what)
    figures_before = _written(old.figures, old.doubts) if old else {}
    figures_now = _written(new.figures, new.doubts) if new else {}
    for key in sorted(figures_before.keys() | figures_now.keys(), key=lambda k: (-k[0], k[1])):
        before, now = figures_before.get(key), figures_now.get(key)
        if before != now:
            yield Change(authority, year, path, key[1], key[0], before, now, what)


def of_letter(letter: Letter) -> Stored:
    """Return a letter's reading as a stored one is told."""
    return Stored(
        "",
        letter.status.value,
        letter.form,
        letter.authority,
        letter.year_ending,
        letter.figures,
        _doubts(letter.findings),
    )


def of_page(page: StatisticsPage, authority: str) -> Stored:
    """Return the reading of an authority's page as a stored one is told."""
    return Stored(
        "",
        page.status.value,
        page.layout,
        authority,
        page.year_ending,
        page.figures,
        _doubts(page.findings),
    )


def _doubts(findings: Sequence[Finding]) -> frozenset[tuple[str | None, int | None]]:
    return frozenset(
        (finding.metric, finding.year_ending)
        for finding in findings
        if finding.severity is not Severity.NOTE
    )


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
        return f"{change.what}s read otherwise"
    if change.old is None or change.new is None:
        return "new figures" if change.old is None else "figures no longer found"
    if change.old.removesuffix(_DOUBTFUL) == change.new.removesuffix(_DOUBTFUL):
        return "newly doubtful" if change.new.endswith(_DOUBTFUL) else "no longer doubtful"
    absent = change.old.startswith(_ABSENT), change.new.startswith(_ABSENT)
    return {(True, False): "absent before", (False, True): "now absent"}.get(absent, "other values")
