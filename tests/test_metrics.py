from __future__ import annotations

from ombudsman_crawler import metrics
from ombudsman_crawler.database import models


def test_metrics_are_complete() -> None:
    for metric in metrics.load().values():
        assert metric.unit in ("count", "percent", "days", "per 100,000 residents"), metric
        assert metric.printed_as, metric
        assert metric.definition, metric
        assert metric.last_year is None or metric.first_year <= metric.last_year, metric


def test_the_metrics_of_the_present_forms_are_all_there() -> None:
    promised = """
        uphold_rate uphold_rate_similar upheld_decisions detailed_investigations upheld_per_100k
        upheld_per_100k_similar compliance_rate compliance_rate_similar compliance_outcomes
        satisfactory_remedy_rate satisfactory_remedy_rate_similar satisfactory_remedy_decisions
        satisfactory_remedy_base complaints_dealt_with not_for_us assessed_and_closed
        late_compliance public_reports training_courses
    """.split()
    assert set(promised) <= set(metrics.load())


def test_the_database_accepts_exactly_the_known_absences() -> None:
    (check,) = [
        constraint
        for constraint in models.Figure.__table__.constraints
        if constraint.name == "ck_figure_absence"
    ]
    for absence in metrics.ABSENCES:
        assert repr(absence) in str(check.sqltext)
    assert str(check.sqltext).count("'") == 2 * len(metrics.ABSENCES)
