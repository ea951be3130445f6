"""Checks that advise: a run beside the last good one, and beside the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from served import Archive, a_letter, read_as
from sqlalchemy import text

from ombudsman_crawler import authorities, years
from ombudsman_crawler.archive.documents import Documents
from ombudsman_crawler.database.models import Verdict
from ombudsman_crawler.database.run_checks import evaluate
from ombudsman_crawler.database.run_evidence import RunFacts
from ombudsman_crawler.figures.figure import Figure

COUNCILS = [authority.name for authority in authorities.load() if authority.kind == "district"][:12]
TODAY = date(2021, 9, 1)


class Runs(Archive):
    """Runs that serve letters of one figure each and are judged as a crawl is."""

    def letters(
        self,
        year: int = 2021,
        councils: int = 12,
        without: int = 0,
        form: str = "three_panels",
        *,
        instead: str | None = None,
    ) -> None:
        printed = Figure(year, "uphold_rate", 50, page=1, text="")
        absent = Figure(year, "uphold_rate", None, absence=instead, page=1, text="")
        for number, name in enumerate(COUNCILS[:councils]):
            figures = (printed,) if number >= without else (absent,) if instead else ()
            said = {"authority": name, "year_ending": year, "figures": figures, "form": form}
            body = f"{name} {year} {without} {form}"
            self.serve(
                body, read_as(a_letter(**said), words=body), f"/{name}/{year}.pdf", name, year
            )

    def judge(self, today: date = TODAY, cut_short: bool = False) -> dict[str, tuple]:
        """Close the run as a good one; return each check's judgement, and begin the next run."""
        facts = RunFacts(self.run_id, cut_short=cut_short)
        checks, numbers = evaluate(self.engine, Documents(Path("/nowhere")), facts, today)
        self.writer.finish_run(
            self.run_id, verdict=Verdict.OK, reason=None, counts=numbers, checks=checks
        )
        self.new_run()
        return {check.name: (check.passed, check.detail) for check in checks}


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    runs = Runs(tmp_path)
    yield runs
    runs.engine.dispose()


def test_a_first_run_has_nothing_to_compare_with(runs: Runs) -> None:
    runs.letters()
    judged = runs.judge()
    for name in ("letters_per_year", "metric_coverage", "forms_seen_before"):
        assert judged[name][0] is None, judged[name]


def test_fewer_letters_of_a_year_are_noticed(runs: Runs) -> None:
    runs.letters()
    runs.judge()
    runs.letters(councils=11)
    passed, detail = runs.judge()["letters_per_year"]
    assert passed is False
    assert "2021: 11 after 12" in detail
    runs.letters(councils=11)
    assert runs.judge()["letters_per_year"][0] is True


def test_a_run_cut_short_says_nothing_of_numbers(runs: Runs) -> None:
    runs.letters()
    runs.judge()
    runs.letters(councils=2)
    assert runs.judge(cut_short=True)["letters_per_year"][0] is None


def test_coverage_against_the_last_good_run(runs: Runs) -> None:
    runs.letters()
    runs.judge()
    runs.letters(without=1)
    assert runs.judge()["metric_coverage"][0] is True  # 8 points fewer
    runs.letters(without=3)
    passed, detail = runs.judge()["metric_coverage"]
    assert passed is False
    assert "uphold_rate 75 % after 92 % in the last good run" in detail


def test_coverage_against_the_year_before(runs: Runs) -> None:
    runs.letters(2020)
    runs.letters(2021, without=3)
    passed, detail = runs.judge()["metric_coverage"]
    assert passed is False
    assert "uphold_rate 75 % after 100 % in the letters of 2020" in detail


@pytest.mark.parametrize(("absence", "passes"), [("no_base", True), ("not_in_text", False)])
def test_a_letter_that_says_why_it_has_no_value_was_understood(
    runs: Runs, absence: str, passes: bool
) -> None:
    runs.letters(2020)
    runs.letters(2021, without=3, instead=absence)
    assert runs.judge()["metric_coverage"][0] is passes


def test_a_year_that_has_only_begun_to_appear_is_not_complete(runs: Runs) -> None:
    runs.letters(2020)
    runs.letters(2021, councils=3, without=3)
    assert runs.judge()["metric_coverage"][0] is None


def test_a_form_unseen_until_now(runs: Runs) -> None:
    runs.letters(2020)
    runs.judge()
    runs.letters(2021, form="complaint_overview")
    passed, detail = runs.judge()["forms_seen_before"]
    assert passed is False
    assert "complaint_overview" in detail
    assert runs.judge()["forms_seen_before"][0] is True


@pytest.mark.parametrize(
    ("today", "newest"),
    [
        (date(2024, 7, 31), 2023),
        (date(2024, 8, 1), 2024),
        (date(2025, 5, 31), 2024),
        (date(2025, 6, 1), 2025),
        (date(2026, 1, 1), 2025),
    ],
)
def test_when_letters_should_be_out(today: date, newest: int) -> None:
    assert years.newest_published(today) == newest


def test_an_overdue_year(runs: Runs) -> None:
    with runs.engine.begin() as connection:
        connection.execute(text("UPDATE storage SET site = 'lgo.org.uk'"))
    runs.letters(2025)
    assert runs.judge(date(2026, 5, 31))["newest_year"][0] is True
    passed, detail = runs.judge(date(2026, 6, 1))["newest_year"]
    assert passed is False
    assert "letters of 2026 are overdue" in detail
    assert "2026-05-31" in detail
    runs.letters(2026)
    assert runs.judge(date(2026, 6, 1))["newest_year"][0] is True


def test_a_replica_is_never_overdue(runs: Runs) -> None:
    runs.letters(2021)
    assert runs.judge(date(2026, 6, 1))["newest_year"][0] is None
