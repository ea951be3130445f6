from __future__ import annotations

from ombudsman_crawler import metrics
from ombudsman_crawler.database import models
from ombudsman_crawler.letters import forms


def test_metrics_are_complete() -> None:
    for metric in metrics.load().values():
        assert metric.unit in ("count", "percent", "days", "per 100,000 residents"), metric
        assert metric.printed_as, metric
        assert metric.definition, metric
        assert metric.forms, metric
        assert set(metric.forms) <= set(metrics.FORMS), metric
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


def test_the_forms_are_those_that_are_read() -> None:
    assert [form.name for form in forms.FORMS] == list(metrics.FORMS)


def test_decisions_before_april_2014_have_none_of_todays_names() -> None:
    older = {"annual_letter_tables", "advice_team_tables", "single_total"}
    for name in ("upheld_decisions", "not_upheld_decisions", "uphold_rate"):
        metric = metrics.load()[name]
        assert metric.first_year >= 2014
        assert not older & set(metric.forms)


def test_breaks_are_about_metrics_and_tell_their_kind() -> None:
    breaks = metrics.breaks()
    assert {one.kind for one in breaks} == set(metrics.BREAKS)
    assert [one.first_year for one in breaks] == sorted(one.first_year for one in breaks)
    for one in breaks:
        assert one.metrics, one
        assert one.meaning, one
    uphold = [one.first_year for one in breaks if "uphold_rate" in one.metrics]
    assert uphold == [2021, 2023]
    received = [one.first_year for one in breaks if "received_total" in one.metrics]
    assert received == [2009, 2014, 2019]
