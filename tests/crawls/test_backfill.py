"""A backfill of 2005 to 2018: what is stored is what the letters say, form by form."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from conftest import Ended, Storage

from ombudsman_crawler import metrics
from ombudsman_crawler.replica import Replica, ReplicaLetter

YEARS = (2005, 2018)
FORMS = {
    "annual_letter_tables": range(2005, 2009),
    "advice_team_tables": range(2009, 2013),
    "single_total": range(2013, 2014),
    "local_authority_report": range(2014, 2019),
}
BATH = "bath-and-north-east-somerset-council"
# Not served: only the letters of the years after it tell its figures, restated.
UNLISTED = (BATH, 2006)


@dataclass
class Backfilled:
    """A backfilled storage, how the command ended, and the truth about the letters served."""

    storage: Storage
    ended: Ended
    letters: list[ReplicaLetter]

    def of_form(self, form: str) -> list[ReplicaLetter]:
        return [letter for letter in self.letters if letter.form == form]


@pytest.fixture(scope="module")
def backfilled(tmp_path_factory: pytest.TempPathFactory) -> Backfilled:
    storage = Storage(tmp_path_factory.mktemp("backfill") / "storage")
    with Replica(councils=12, years=(2005, 2025)) as replica:
        replica.unlist(replica.letter(*UNLISTED).path)
        ended = storage.crawl(replica, "backfill", "2005-2018")
        letters = [letter for letter in replica.letters() if letter.year_ending <= YEARS[1]]
    return Backfilled(storage, ended, letters)


def shown(row: dict) -> object:
    return (None, row["absence"]) if row["value"] is None else row["value"]


def test_every_letter_of_these_years_is_archived_and_read(backfilled: Backfilled) -> None:
    assert backfilled.ended.status == 0, backfilled.ended.all
    outcomes = backfilled.storage.outcomes()
    assert outcomes["archived"] == len(backfilled.letters) > 150
    assert set(outcomes) == {"archived", "out_of_window"}
    years = {letter.year_ending for letter in backfilled.letters}
    assert years == set(range(YEARS[0], YEARS[1] + 1))
    # Of early years the site has few letters.
    count = {year: sum(one.year_ending == year for one in backfilled.letters) for year in years}
    assert count[2005] < count[2010] < count[2018]
    backfilled.storage.sound()


@pytest.mark.parametrize("form", FORMS)
def test_the_form_is_recognised(backfilled: Backfilled, form: str) -> None:
    assert {letter.year_ending for letter in backfilled.of_form(form)} == set(FORMS[form])
    read = {
        (row["name"], row["year_ending"])
        for row in backfilled.storage.query(
            "SELECT authority.name, year_ending FROM current_reading"
            " JOIN authority ON authority.id = authority_id WHERE form = ?",
            form,
        )
    }
    assert read == {(one.authority, one.year_ending) for one in backfilled.of_form(form)}


@pytest.mark.parametrize("year", range(YEARS[0], YEARS[1] + 1))
def test_every_figure_is_the_printed_one(backfilled: Backfilled, year: int) -> None:
    truth = {
        (letter.authority, metric): expected
        for letter in backfilled.letters
        if letter.year_ending == year
        for metric, expected in letter.figures.items()
    }
    stored = {
        (row["authority"], row["metric"]): shown(row)
        for row in backfilled.storage.query(
            "SELECT * FROM figures WHERE year_ending = ? AND NOT restated", year
        )
    }
    assert stored == truth


@pytest.mark.parametrize("form", FORMS)
def test_no_figure_is_wrong_in_silence(backfilled: Backfilled, form: str) -> None:
    """What isn't as printed is doubtful; what isn't there is told of."""
    truth = {
        (letter.authority, letter.year_ending, metric): expected
        for letter in backfilled.of_form(form)
        for metric, expected in letter.figures.items()
    }
    rows = [
        row
        for row in backfilled.storage.query("SELECT * FROM figures WHERE NOT restated")
        if row["year_ending"] in FORMS[form]
    ]
    stored = {(row["authority"], row["year_ending"], row["metric"]): row for row in rows}
    wrong = [
        (key, shown(row), truth.get(key))
        for key, row in stored.items()
        if shown(row) != truth.get(key) and not row["doubts"]
    ]
    assert wrong == []
    suspect = {
        (row["authority"], row["year_ending"])
        for row in backfilled.storage.query(
            "SELECT authority.name AS authority, year_ending FROM current_reading"
            " JOIN authority ON authority.id = authority_id WHERE status <> 'ok'"
        )
    }
    assert [key for key in truth.keys() - stored.keys() if key[:2] not in suspect] == []


def test_restated_figures_are_those_of_the_letter_that_restates_them(
    backfilled: Backfilled,
) -> None:
    truth = {
        (letter.authority, year, metric, letter.year_ending): expected
        for letter in backfilled.letters
        for (year, metric), expected in letter.restated.items()
    }
    stored = {
        (row["authority"], row["year_ending"], row["metric"], row["told_in"]): shown(row)
        for row in backfilled.storage.query(
            "SELECT authority.name AS authority, figure.year_ending, metric, value, absence,"
            " current.year_ending AS told_in FROM figure JOIN current_reading AS current"
            " ON current.reading_id = figure.reading_id"
            " JOIN authority ON authority.id = current.authority_id WHERE restated"
        )
    }
    assert truth
    assert stored == truth
    shown_restated = backfilled.storage.query("SELECT COUNT(*) AS n FROM figures WHERE restated")
    assert shown_restated == [{"n": len(truth)}]


def test_restated_figures_never_fill_the_annual_summary(backfilled: Backfilled) -> None:
    # One year's letter is missing: the letters of later years tell its figures, restated.
    told = backfilled.storage.query(
        "SELECT restated FROM figures WHERE slug = ? AND year_ending = ?", *UNLISTED
    )
    assert told
    assert {row["restated"] for row in told} == {1}
    summary = backfilled.storage.query("SELECT * FROM annual_summary")
    keys = [(row["authority"], row["year_ending"]) for row in summary]
    assert sorted(keys) == sorted((one.authority, one.year_ending) for one in backfilled.letters)
    own = {
        (row["authority"], row["year_ending"], row["metric"]): row["value"]
        for row in backfilled.storage.query("SELECT * FROM figures WHERE NOT restated")
    }
    for row in summary:
        for metric in metrics.load():
            assert row[metric] == own.get((row["authority"], row["year_ending"], metric))


def test_no_decision_before_april_2014_has_a_name_of_today(backfilled: Backfilled) -> None:
    # The decisions of 2013/14 were the first to be upheld or not.
    today = {one.name for one in metrics.load().values() if one.first_year >= 2014}
    assert {"upheld_decisions", "not_upheld_decisions", "uphold_rate"} <= today
    found = backfilled.storage.query(
        "SELECT metric, year_ending, told_in FROM ("
        "SELECT figure.metric, figure.year_ending, current.year_ending AS told_in"
        " FROM figure JOIN current_reading AS current ON current.reading_id = figure.reading_id)"
        " WHERE year_ending < 2014 OR told_in < 2014"
    )
    assert len(found) > 500
    assert [row for row in found if row["metric"] in today] == []
