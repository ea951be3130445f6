"""Checks that compare a run with the last good one and with the calendar. All of them advise."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ombudsman_crawler import metrics, years
from ombudsman_crawler.database.run_evidence import Evidence, Judgement

# Percentage points by which the share of letters with a figure may fall.
_MAY_FALL = 10.0
# Fewer letters than this are no base for shares.
_FEWEST_LETTERS = 10
# A year is complete when it has this share of the letters of the year before.
_COMPLETE = 0.8
# What letters say in prose and most years don't: their share comes and goes with the matter.
_IN_PROSE = {"late_compliance", "public_reports", "training_courses"}
# So many are named where several fell.
_NAMED = 8

_NO_YEAR = "no year"


def numbers(evidence: Evidence) -> dict[str, Any]:
    """Return what later runs are compared with, for the run's record: `listed_by_year` (letters
    the site listed, by year ending) and `metric_coverage` (`year_ending`: the newest complete one,
    `letters`, and in `shares` the percentage that have a value or say why not, by metric)."""
    year = _newest_complete(_letters_by_year(evidence))
    return {
        "listed_by_year": _listed_by_year(evidence),
        "metric_coverage": None if year is None else _coverage(evidence, year),
    }


def letters_per_year(evidence: Evidence) -> Judgement:
    """The site lists no fewer letters of any year than in the last good run."""
    before = _last_good(evidence)
    if not _whole(evidence):
        return None, "the run didn't see every list of letters"
    if before is None or "listed_by_year" not in before:
        return None, "no good run before to compare with"
    now = _listed_by_year(evidence)
    fewer = [
        f"{year}: {now.get(year, 0)} after {count}"
        for year, count in before["listed_by_year"].items()
        if now.get(year, 0) < count
    ]
    if fewer:
        return False, f"fewer letters listed than in the last good run: {'; '.join(fewer)}"
    return True, f"{sum(now.values())} letters of {len(now)} years, none with fewer than before"


def metric_coverage(evidence: Evidence) -> Judgement:
    """The share of the newest complete year's letters that have a value, or say why there can't be
    one, has fallen for no metric by more than 10 points, since the last good run or the year
    before."""
    by_year = _letters_by_year(evidence)
    year = _newest_complete(by_year)
    if year is None or by_year[year] < _FEWEST_LETTERS:
        return None, "too few letters of one year to take shares of"
    now = _coverage(evidence, year)["shares"]
    compared = []
    before = (_last_good(evidence) or {}).get("metric_coverage")
    if before and before["year_ending"] == year:
        compared.append(("the last good run", before["shares"]))
    if by_year.get(year - 1, 0) >= _FEWEST_LETTERS:
        shares = _coverage(evidence, year - 1)["shares"]
        carried = {name: share for name, share in shares.items() if _carried(name, year)}
        compared.append((f"the letters of {year - 1}", carried))
    if not compared:
        return None, f"nothing to compare the letters of {year} with"
    fallen = [
        f"{name} {now.get(name, 0):.0f} % after {share:.0f} % in {with_what}"
        for with_what, shares in compared
        for name, share in shares.items()
        if name not in _IN_PROSE and share - now.get(name, 0) > _MAY_FALL
    ]
    if fallen:
        more = f"; and {len(fallen) - _NAMED} more" if len(fallen) > _NAMED else ""
        return (
            False,
            f"letters of {year} with a value or why not: {'; '.join(fallen[:_NAMED])}{more}",
        )
    names = " and ".join(with_what for with_what, _ in compared)
    return True, f"{len(now)} metrics of {by_year[year]} letters of {year}, against {names}"


def forms_seen_before(evidence: Evidence) -> Judgement:
    """No letter is in a form that no letter was in before."""
    before = _forms(evidence, "<")
    if not before:
        return None, "no letter was read before this run"
    unseen = sorted(_forms(evidence, ">=") - before)
    if unseen:
        return False, f"first letters in the form {', '.join(unseen)}"
    return True, f"all letters are in forms seen before: {', '.join(sorted(before))}"


def newest_year(evidence: Evidence) -> Judgement:
    """Letters of the newest year that should be out have been seen; they come out in May, before
    2025 in July."""
    if evidence.count("SELECT COUNT(*) FROM storage WHERE site = 'replica'"):
        return None, "a replica keeps no calendar"
    if not _whole(evidence):
        return None, "the run didn't see every list of letters"
    seen = evidence.count(
        "SELECT MAX(year_ending) FROM current_reading WHERE status IN ('ok', 'suspect')"
    )
    if not seen:
        return None, "no letter was read yet"
    due = years.newest_published(evidence.today)
    if seen < due:
        day = years.published_by(due).isoformat()
        return False, f"letters of {due} are overdue: the newest seen are of {seen}, due by {day}"
    return True, f"the newest letters seen are of {seen}, those of {due} were due"


#: The checks by name, in the order a person would ask.
CHECKS: dict[str, Callable[[Evidence], Judgement]] = {
    "letters_per_year": letters_per_year,
    "metric_coverage": metric_coverage,
    "forms_seen_before": forms_seen_before,
    "newest_year": newest_year,
}
#: Those that go by what the site's lists show.
OF_LISTS = ("letters_per_year", "newest_year")


def _whole(evidence: Evidence) -> bool:
    asked_for_all = evidence.count("SELECT whole FROM run WHERE id = :run")
    return bool(asked_for_all) and not evidence.facts.cut_short


def _last_good(evidence: Evidence) -> dict[str, Any] | None:
    """Return what the last good whole run counted."""
    rows = evidence.rows(
        "SELECT counts FROM run WHERE whole AND verdict = 'ok' AND id < :run"
        " AND ',' || collections || ',' LIKE '%,letters,%'"
        " ORDER BY id DESC LIMIT 1"
    )
    return json.loads(rows[0].counts) if rows and rows[0].counts else None


def _listed_by_year(evidence: Evidence) -> dict[str, int]:
    rows = evidence.rows(
        "SELECT listed_year, COUNT(*) AS letters FROM link"
        " WHERE kind IN ('letter', 'copy')"
        " AND last_seen >= (SELECT started FROM run WHERE id = :run)"
        " GROUP BY listed_year ORDER BY listed_year"
    )
    return {str(row.listed_year or _NO_YEAR): row.letters for row in rows}


def _letters_by_year(evidence: Evidence) -> dict[int, int]:
    rows = evidence.rows(
        "SELECT year_ending, COUNT(*) AS letters FROM current_reading"
        " WHERE letter_kind = 'annual' GROUP BY year_ending"
    )
    return {row.year_ending: row.letters for row in rows}


def _newest_complete(by_year: dict[int, int]) -> int | None:
    complete = [
        year for year, letters in by_year.items() if letters >= _COMPLETE * by_year.get(year - 1, 0)
    ]
    return max(complete, default=None)


def _coverage(evidence: Evidence, year: int) -> dict[str, Any]:
    letters = _letters_by_year(evidence)[year]
    rows = evidence.rows(
        "SELECT figure.metric, COUNT(*) AS letters FROM current_reading AS current"
        " JOIN figure ON figure.reading_id = current.reading_id"
        " AND figure.year_ending = current.year_ending"
        " WHERE current.letter_kind = 'annual' AND current.year_ending = :year"
        " AND NOT figure.restated AND (figure.value IS NOT NULL"
        " OR figure.absence IN ('no_base', 'not_due', 'not_compared'))"
        " GROUP BY figure.metric",
        year=year,
    )
    shares = {row.metric: round(100 * row.letters / letters, 1) for row in rows}
    return {"year_ending": year, "letters": letters, "shares": shares}


def _carried(name: str, year: int) -> bool:
    """Whether letters of a year carry a metric at all: forms change, and that is no fall."""
    metric = metrics.load()[name]
    return metric.first_year <= year <= (metric.last_year or year)


def _forms(evidence: Evidence, when: str) -> set[str]:
    rows = evidence.rows(
        "SELECT DISTINCT form FROM reading WHERE form IS NOT NULL"
        f" AND time {when} (SELECT started FROM run WHERE id = :run)"
    )
    return {row.form for row in rows}
