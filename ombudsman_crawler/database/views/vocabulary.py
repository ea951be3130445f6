"""The vocabulary of figures, for those who only have the database."""

from __future__ import annotations

from ombudsman_crawler import metrics
from ombudsman_crawler.database.views.literals import values


def metric() -> str:
    """Return the SQL of `metric`."""
    return values(
        ("metric", "unit", "printed_as", "forms", "first_year", "last_year", "definition"),
        (
            (m.name, m.unit, m.printed_as, ", ".join(m.forms), m.first_year, m.last_year,
             m.definition)
            for m in metrics.load().values()
        ),
    )  # fmt: skip


def comparability_break() -> str:
    """Return the SQL of `comparability_break`."""
    return values(
        ("metric", "first_year", "kind", "meaning"),
        (
            (name, one.first_year, one.kind, one.meaning)
            for one in metrics.breaks()
            for name in one.metrics
        ),
    )
