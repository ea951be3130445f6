"""The views: what analysts query, and what exports and commands read.

They show the current version's current reading; columns are only ever added. SQL is built from
`metrics`, so that a metric of the vocabulary is a column of `annual_summary`.
"""

from __future__ import annotations

from sqlalchemy import Connection

from ombudsman_crawler.database import withholdings
from ombudsman_crawler.database.views import (
    coverage,
    decisions,
    disagreement,
    figures,
    findings,
    letters,
    readings,
    register,
    reports,
    runs,
    tables,
    vocabulary,
)


def drop(connection: Connection) -> None:
    """Drop every view: a table can't be rebuilt under one."""
    names = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'view'"
    ).fetchall()
    for (name,) in names:
        connection.exec_driver_sql(f'DROP VIEW "{name}"')


def create(connection: Connection) -> None:
    """Create every view anew."""
    for statement in _statements().values():
        connection.exec_driver_sql(statement)


def are_current(connection: Connection) -> bool:
    """Whether a database's views are those of this version."""
    found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'view'")
    return {row.name: row.sql for row in found} == _statements()


def _statements() -> dict[str, str]:
    return {name: f"CREATE VIEW {name} AS {body}" for name, body in definitions().items()}


def definitions() -> dict[str, str]:
    """Return the SQL of each view by its name, in the order they build on each other."""
    return {
        "capture": readings.CAPTURE,
        "withheld": withholdings.WITHHELD,
        "doubt": readings.DOUBT,
        "doubt_elsewhere": readings.DOUBT_ELSEWHERE,
        "current_reading": readings.CURRENT_READING,
        "current_page": readings.CURRENT_PAGE,
        "page_history": readings.PAGE_HISTORY,
        "current_table": readings.CURRENT_TABLE,
        "figures": figures.figures(),
        "annual_summary": figures.annual_summary(),
        "similar_average": figures.SIMILAR_AVERAGE,
        "disagreement": disagreement.disagreement(),
        "public_reports": reports.PUBLIC_REPORTS,
        "service_improvements": reports.SERVICE_IMPROVEMENTS,
        "national_rows": tables.NATIONAL_ROWS,
        "decisions": decisions.DECISIONS,
        "decision_count": decisions.DECISION_COUNT,
        "coverage": coverage.COVERAGE,
        "authorities": register.AUTHORITIES,
        "authority_names": register.AUTHORITY_NAMES,
        "successors": register.SUCCESSORS,
        "letters": letters.LETTERS,
        "letter_versions": letters.LETTER_VERSIONS,
        "version_figures": letters.VERSION_FIGURES,
        "findings": findings.FINDINGS,
        "runs": runs.RUNS,
        "run_checks": runs.RUN_CHECKS,
        "metric": vocabulary.metric(),
        "comparability_break": vocabulary.comparability_break(),
        "absences": figures.absences(),
    }
