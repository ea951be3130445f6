"""Checks across letters, pages and tables, run after each crawl and each re-reading.

They look at all that is current and replace their own findings, so that the order in which letters
arrived doesn't matter. None changes a value. A check that lacks what it needs finds nothing and is
counted as skipped.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, delete, insert, select, text

from ombudsman_crawler import metrics
from ombudsman_crawler.database.tables import FINDING
from ombudsman_crawler.database.views import readings
from ombudsman_crawler.figures.figure import Severity

ORIGIN = "review"

#: Counts that a council's neighbouring years are compared by. Small ones vary by chance.
_STEADY = (
    "received_total",
    "decided_total",
    "complaints_dealt_with",
    "detailed_investigations",
    "upheld_decisions",
    "compliance_outcomes",
)
# Years before and after that count as neighbours; and two numbers are far from one another if the
# larger is more than so many times, and at least so much more than, the smaller.
_NEIGHBOURS = 2
_TIMES, _AT_LEAST = 3.0, 20
# An average that this share of the letters prints is the average; the others are in doubt.
_MOST = 2 / 3


class Printed(NamedTuple):
    """A figure with a value, of a letter's current reading or (`capture_id`) a council's page."""

    reading_id: int | None
    authority_id: int
    kind: str
    letter_year: int
    year_ending: int
    metric: str
    value: float
    restated: bool
    capture_id: int | None = None


class Noted(NamedTuple):
    """A finding of this room, as it is stored."""

    reading_id: int | None
    code: str
    severity: str
    metric: str | None
    year_ending: int | None
    message: str
    #: Of a council's page or a national table, in the stead of a reading.
    capture_id: int | None = None
    #: Of a national table, the row.
    table_row_id: int | None = None


@dataclass
class Review:
    """What a review found: findings by code, and how often a check lacked what it needs."""

    found: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)


def run(engine: Engine) -> Review:
    """Run every check and bring their findings up to date, in one transaction."""
    with engine.begin() as connection:
        wanted, review = noted(connection)
        _replace(connection, wanted)
    return review


def noted(connection: Connection) -> tuple[set[Noted], Review]:
    """Return what every check finds in what this connection sees; nothing is stored."""
    review = Review()
    wanted: set[Noted] = set()
    figures = [Printed(*row) for row in connection.execute(text(_FIGURES))]
    for check in _CHECKS:
        wanted.update(check(figures, review))
    of_pages = [Printed(*row) for row in connection.execute(text(_PAGE_FIGURES))]
    wanted.update(_averages(of_pages, review, "pages of"))
    for look in (_rivals, _copies, _revised, _pages_lost, _tables_differ, _tables_revised):
        wanted.update(look(connection))
    review.found.update(one.code for one in wanted)
    return wanted, review


def _replace(connection: Connection, wanted: set[Noted]) -> None:
    """Write what is new and delete what no longer holds; what stays keeps its row."""
    columns = [FINDING.c[name] for name in Noted._fields]
    rows = connection.execute(select(FINDING.c.id, *columns).where(FINDING.c.origin == ORIGIN))
    there = {Noted(*row[1:]): row.id for row in rows}
    over = [number for noted, number in there.items() if noted not in wanted]
    if over:
        connection.execute(delete(FINDING).where(FINDING.c.id.in_(over)))
    new = sorted(wanted - there.keys(), key=str)
    if new:
        connection.execute(
            insert(FINDING), [{**noted._asdict(), "origin": ORIGIN} for noted in new]
        )


def _averages(
    figures: Sequence[Printed], review: Review, of: str = "letters to"
) -> Iterator[Noted]:
    """The average of similar authorities is the same in all letters of a kind and a year, and on
    all pages."""
    groups: dict[tuple[str, int, str], list[Printed]] = defaultdict(list)
    for figure in figures:
        if figure.metric.endswith("_similar") and not figure.restated:
            groups[figure.kind, figure.year_ending, figure.metric].append(figure)
    for (kind, year, metric), printed in groups.items():
        values = Counter(figure.value for figure in printed)
        if len(printed) < 2:
            review.skipped["average_differs"] += 1
            continue
        (usual, often), *others = values.most_common()
        if not others:
            continue
        settled = often >= _MOST * len(printed)
        for figure in printed:
            if settled and figure.value == usual:
                continue
            yield Noted(
                figure.reading_id,
                "average_differs",
                Severity.WARNING.value,
                metric,
                year,
                f"{often} of {len(printed)} {of} councils of kind {kind} print {usual:g}, "
                f"this one {figure.value:g}"
                if figure.value != usual
                else f"{of} councils of kind {kind} print {_list(values)}",
                figure.capture_id,
            )


def _list(values: Iterable[float]) -> str:
    return ", ".join(f"{value:g}" for value in sorted(values))


def _neighbours(figures: Sequence[Printed], review: Review) -> Iterator[Noted]:
    """A council's count is of the size of its neighbouring years' counts."""
    own: dict[tuple[int, str], dict[int, Printed]] = defaultdict(dict)
    for figure in figures:
        if figure.metric in _STEADY and not figure.restated:
            own[figure.authority_id, figure.metric][figure.year_ending] = figure
    for (_, metric), by_year in own.items():
        divided = [
            one.first_year
            for one in metrics.breaks()
            if metric in one.metrics and one.kind != "event"
        ]
        for year, figure in by_year.items():
            near = [
                other.value
                for other_year, other in by_year.items()
                if other_year != year
                and abs(other_year - year) <= _NEIGHBOURS
                and not any(min(year, other_year) < first <= max(year, other_year)
                            for first in divided)
            ]  # fmt: skip
            if len(near) < 2:
                review.skipped["unlike_neighbours"] += 1
                continue
            if sum(_far(figure.value, other) for other in near) > len(near) / 2:
                yield Noted(
                    figure.reading_id,
                    "unlike_neighbours",
                    Severity.NOTE.value,
                    metric,
                    year,
                    f"{figure.value:g}, and about {median(near):g} in the years around it",
                )


def _far(one: float, other: float) -> bool:
    low, high = sorted((one, other))
    return high - low >= _AT_LEAST and high > _TIMES * low


def _restated(figures: Sequence[Printed], review: Review) -> Iterator[Noted]:
    """What a later letter says of an earlier year is what that year's own letter says."""
    own = {
        (figure.authority_id, figure.year_ending, figure.metric): figure.value
        for figure in figures
        if not figure.restated
    }
    for figure in figures:
        if not figure.restated:
            continue
        first = own.get((figure.authority_id, figure.year_ending, figure.metric))
        if first is None:
            review.skipped["restated_otherwise"] += 1
        elif first != figure.value:
            yield Noted(
                figure.reading_id,
                "restated_otherwise",
                Severity.NOTE.value,
                figure.metric,
                figure.year_ending,
                f"{figure.value:g} here, {first:g} in the year's own letter",
            )


def _rivals(connection: Connection) -> Iterator[Noted]:
    """A letter of which the site serves two wordings at once, at two addresses, is in doubt."""
    for row in connection.execute(text(_SERVED_AT_ONCE)):
        yield Noted(
            row.reading_id,
            "claimed_twice",
            Severity.WARNING.value,
            None,
            None,
            f"the site serves {row.versions} different letters as this one",
        )


def _copies(connection: Connection) -> Iterator[Noted]:
    """Wordings of a letter that others keep print the same figures as the current one. Where the
    current one is the site's own, the site is believed."""
    for row in connection.execute(text(_OTHER_VALUES)):
        severity = Severity.WARNING if row.copy else Severity.NOTE
        yield Noted(
            row.reading_id,
            "copies_disagree",
            severity.value,
            row.metric,
            row.year_ending,
            f"{row.value:g} here, {row.other:g} in a copy from {row.source}",
        )


def _revised(connection: Connection) -> Iterator[Noted]:
    """A figure that the version served before printed otherwise was revised."""
    for row in connection.execute(text(_REVISED)):
        before, now = (
            f"{value:g}" if value is not None else f"absent ({absence})"
            for value, absence in ((row.old, row.old_absence), (row.value, row.absence))
        )
        yield Noted(
            row.reading_id,
            "figure_revised",
            Severity.NOTE.value,
            row.metric,
            row.year_ending,
            f"{now} now, {before} in the version served until {row.last_seen}",
        )


def _pages_lost(connection: Connection) -> Iterator[Noted]:
    """The page of a council that lives shows statistics for as long as it ever did."""
    for row in connection.execute(text(_PAGES_LOST)):
        yield Noted(
            None,
            "statistics_lost",
            Severity.WARNING.value,
            None,
            None,
            f"the page has no statistics that are recognised; until {row.last_seen} it had those"
            f" of the year ending {row.year_ending}",
            row.capture_id,
        )


def _tables_differ(connection: Connection) -> Iterator[Noted]:
    """Current tables that print different numbers for one figure are each doubtful. What one rounds
    and another doesn't is no difference."""
    for row in connection.execute(text(_TABLES_DIFFER)):
        yield Noted(
            None,
            "tables_differ",
            Severity.WARNING.value,
            row.metric,
            row.year_ending,
            f"another table of the year prints {row.other}",
            row.capture_id,
            row.table_row_id,
        )


def _tables_revised(connection: Connection) -> Iterator[Noted]:
    """A figure that the table served before printed otherwise was revised."""
    for row in connection.execute(text(_TABLES_REVISED)):
        yield Noted(
            None,
            "figure_revised",
            Severity.NOTE.value,
            row.metric,
            row.year_ending,
            f"the table served before printed {row.old or 'nothing'}",
            row.capture_id,
            row.table_row_id,
        )


_CHECKS: tuple[Callable[[Sequence[Printed], Review], Iterator[Noted]], ...] = (
    _averages,
    _neighbours,
    _restated,
)

_FIGURES = """
SELECT current.reading_id, current.authority_id, authority.kind,
       current.year_ending AS letter_year, figure.year_ending, figure.metric, figure.value,
       figure.restated
FROM current_reading AS current
JOIN figure ON figure.reading_id = current.reading_id
JOIN authority ON authority.id = current.authority_id
WHERE figure.value IS NOT NULL AND current.letter_kind = 'annual'
"""

_PAGE_FIGURES = """
SELECT NULL, page.authority_id, authority.kind, page.year_ending, figure.year_ending, figure.metric,
       figure.value, figure.restated, page.capture_id
FROM current_page AS page
JOIN figure ON figure.capture_id = page.capture_id AND figure.table_row_id IS NULL
JOIN authority ON authority.id = page.authority_id
WHERE figure.value IS NOT NULL
"""

# Versions that can be read and that the last answer of some address of the site brought.
_SERVED_AT_ONCE = """
WITH last_answer(link_id, capture_id) AS (
    SELECT link_id, capture_id FROM outcome
    WHERE (link_id, run_id) IN (
        SELECT link_id, MAX(run_id) FROM outcome
        WHERE outcome IN ('archived', 'new_version', 'unchanged') GROUP BY link_id)),
served(version_id) AS (
    SELECT DISTINCT version_document.version_id FROM last_answer
    JOIN link ON link.id = last_answer.link_id AND link.kind = 'letter'
             AND link.gone_since IS NULL
    JOIN capture ON capture.id = last_answer.capture_id
    JOIN version_document ON version_document.document_id = capture.document_id)
SELECT current.reading_id, COUNT(*) AS versions
FROM current_reading AS current
JOIN letter_version ON letter_version.letter_id = current.letter_id
JOIN served ON served.version_id = letter_version.id
WHERE EXISTS (SELECT 1 FROM reading WHERE reading.version_id = letter_version.id
              AND reading.status IN ('ok', 'suspect'))
GROUP BY current.reading_id HAVING COUNT(*) > 1
"""

_OTHER_VALUES = """
SELECT current.reading_id, figure.metric, figure.year_ending, figure.value,
       other_figure.value AS other, here.copy,
       (SELECT capture.url FROM capture WHERE capture.document_id = other.document_id
        ORDER BY capture.id DESC LIMIT 1) AS source
FROM current_reading AS current
JOIN letter_version AS here ON here.id = current.version_id
JOIN letter_version AS other ON other.letter_id = current.letter_id AND other.id <> here.id
                            AND other.copy
JOIN reading ON reading.id = (SELECT MAX(newest.id) FROM reading AS newest
                              WHERE newest.version_id = other.id)
            AND reading.status IN ('ok', 'suspect')
JOIN figure ON figure.reading_id = current.reading_id
JOIN figure AS other_figure ON other_figure.reading_id = reading.id
                           AND other_figure.metric = figure.metric
                           AND other_figure.year_ending = figure.year_ending
WHERE figure.value <> other_figure.value
"""

# The version that the site served last before the current one.
_REVISED = """
SELECT current.reading_id, figure.metric, figure.year_ending, figure.value, figure.absence,
       old_figure.value AS old, old_figure.absence AS old_absence, old.last_seen
FROM current_reading AS current
JOIN letter_version AS here ON here.id = current.version_id AND NOT here.copy
JOIN letter_version AS old ON old.id = (
    SELECT version.id FROM letter_version AS version
    WHERE version.letter_id = current.letter_id AND version.id <> here.id AND NOT version.copy
      AND EXISTS (SELECT 1 FROM reading WHERE reading.version_id = version.id
                  AND reading.status IN ('ok', 'suspect'))
    ORDER BY version.last_seen DESC, version.id DESC LIMIT 1)
JOIN reading ON reading.id = (SELECT MAX(newest.id) FROM reading AS newest
                              WHERE newest.version_id = old.id)
JOIN figure ON figure.reading_id = current.reading_id
JOIN figure AS old_figure ON old_figure.reading_id = reading.id
                         AND old_figure.metric = figure.metric
                         AND old_figure.year_ending = figure.year_ending
WHERE figure.value IS NOT old_figure.value
"""

# What a page shows now, where that is nothing, and the last that it showed before.
_PAGES_LOST = """
SELECT now.capture_id, before.year_ending, before.last_seen
FROM page_reading AS now
JOIN page_reading AS before ON before.capture_id = (
    SELECT one.capture_id FROM page_reading AS one
    WHERE one.authority_id = now.authority_id AND one.state = 'figures'
      AND one.status <> 'unknown_form'
    ORDER BY one.last_seen DESC, one.capture_id DESC LIMIT 1)
JOIN authority ON authority.id = now.authority_id
WHERE (now.state = 'no_statistics' OR now.status = 'unknown_form')
  AND now.capture_id = (
    SELECT newest.capture_id FROM page_reading AS newest
    WHERE newest.authority_id = now.authority_id
    ORDER BY newest.last_seen DESC, newest.capture_id DESC LIMIT 1)
  AND (authority.last_day IS NULL OR authority.last_day > substr(now.last_seen, 1, 10))
"""

_TABLES_DIFFER = """
WITH printed AS (
    SELECT figure.*, metric.unit FROM current_table AS current
    JOIN table_row ON table_row.table_id = current.id
    JOIN figure ON figure.table_row_id = table_row.id AND figure.value IS NOT NULL
    JOIN metric ON metric.metric = figure.metric)
SELECT one.capture_id, one.table_row_id, one.metric, one.year_ending,
       MIN(other.value_text) AS other
FROM printed AS one
JOIN printed AS other ON other.authority_id = one.authority_id AND other.metric = one.metric
     AND other.year_ending = one.year_ending AND other.table_row_id <> one.table_row_id
WHERE abs(other.value - one.value) > CASE one.unit WHEN 'count' THEN 0 WHEN 'percent' THEN 0.5
                                     WHEN 'days' THEN 0 ELSE 0.05 END
GROUP BY one.id
"""

# A current table beside the file that would be current for its subject and year without it.
_TABLES_REVISED = f"""
WITH beside AS (
    SELECT "table".*, {readings.TABLE_BEFORE} AS document_before FROM current_table AS "table"
    WHERE "table".year_ending IS NOT NULL)
SELECT figure.capture_id, figure.table_row_id, figure.metric, beside.year_ending,
       MIN(old.value_text) AS old
FROM beside
JOIN table_row ON table_row.table_id = beside.id
JOIN figure ON figure.table_row_id = table_row.id
JOIN national_table AS earlier ON earlier.document_id = beside.document_before
                              AND earlier.subject IS beside.subject
                              AND earlier.year_ending = beside.year_ending
JOIN table_row AS old_row ON old_row.table_id = earlier.id
                         AND old_row.authority_id = figure.authority_id
JOIN figure AS old ON old.table_row_id = old_row.id AND old.metric = figure.metric
                  AND old.year_ending = figure.year_ending
GROUP BY figure.id HAVING NOT MAX(old.value IS figure.value)
"""


def counted(review: Review) -> dict[str, Any]:
    """Return a review's counts as plain values, for the run's record."""
    return {"found": dict(review.found), "skipped": dict(review.skipped)}
