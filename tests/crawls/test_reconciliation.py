"""Three sources held against each other, over whole crawls: what differs, and nothing else."""

from __future__ import annotations

from typing import Any

from conftest import Storage

from ombudsman_crawler.replica import Replica

SOURCES = ("letter", "council_page", "national_table")


def differing(storage: Storage) -> dict[tuple[str, int, str], dict[str, float]]:
    return {
        (row["authority"], row["year_ending"], row["metric"]): {
            source: row[source] for source in SOURCES if row[source] is not None
        }
        for row in storage.query("SELECT * FROM disagreement")
    }


def planted(replica: Replica) -> dict[tuple[str, int, str], dict[str, float]]:
    return {
        (one.authority, one.year_ending, one.metric): dict(one.values)
        for one in replica.disagreements()
    }


def crawled(storage: Storage, replica: Replica, *arguments: str) -> None:
    ended = storage.crawl(replica, "--collect", "letters,pages,tables", *arguments)
    assert ended.status == 0, ended.all


def test_what_was_planted_is_listed_and_nothing_else(storage: Storage) -> None:
    with Replica(councils=8, years=(2021, 2025), seeded_errors=5) as replica:
        crawled(storage, replica)
        expected = planted(replica)
        assert len(expected) > 5
        assert differing(storage) == expected
        # What the three sources say stands beside the numbers.
        (row, *_) = storage.query("SELECT * FROM disagreement WHERE national_table IS NOT NULL")
        assert f"{row['national_table']:g}" in row["national_table_text"].replace(",", "")


def test_sources_that_agree_leave_it_empty_until_one_is_revised(storage: Storage) -> None:
    with Replica(councils=6, years=(2022, 2025)) as replica:
        crawled(storage, replica)
        assert storage.query("SELECT COUNT(*) AS n FROM figures WHERE source <> 'letter'")[0]["n"]
        assert differing(storage) == {}
        slug = "kent-county-council"
        replica.revise_page(slug)
        crawled(storage, replica)
        expected = planted(replica)
        assert expected
        assert differing(storage) == expected
        reasons = storage.query("SELECT DISTINCT reason FROM disagreement")
        assert reasons == [{"reason": "revised_later"}]


def test_the_letter_is_shown_before_the_page_and_both_before_the_table(storage: Storage) -> None:
    with Replica(councils=3, years=(2024, 2025), seeded_errors=["page_revised"]) as replica:
        crawled(storage, replica)
        differs: Any = next(iter(planted(replica)))
        authority, year, metric = differs
        (row,) = storage.query(
            f"SELECT {metric} AS value, json_extract(sources, '$.{metric}') AS source"
            " FROM annual_summary WHERE authority = ? AND year_ending = ?",
            authority,
            year,
        )
        assert row == {"value": planted(replica)[differs]["letter"], "source": "letter"}
        # A body without a letter has its row from the tables alone.
        others = storage.query(
            "SELECT form, sources FROM annual_summary WHERE authority LIKE '%National Park%'"
        )
        assert others
        assert all(
            other["form"] is None and "national_table" in other["sources"] for other in others
        )


def test_everything_is_three_runs_and_each_council_page_is_asked_for_once(
    storage: Storage,
) -> None:
    with Replica(councils=3, years=(2025, 2025), decisions=2) as replica:
        ended = storage.crawl(replica, "--collect", "all", OMBUDSMAN_DECISIONS_SINCE="2024-04-01")
        assert ended.status == 0, ended.all
        runs = storage.query("SELECT collections, verdict FROM run ORDER BY id")
        assert runs == [
            {"collections": "letters,pages,reports,improvements", "verdict": "ok"},
            {"collections": "tables", "verdict": "ok"},
            {"collections": "decisions", "verdict": "ok"},
        ]
        pages = [hit.path.lower() for hit in replica.hits if hit.path.endswith("/statistics")]
        assert len(pages) == len(set(pages)) >= 3


def test_a_command_ends_as_the_worst_of_its_runs_does(storage: Storage) -> None:
    with Replica(councils=3, years=(2025, 2025)) as replica:
        replica.faults.put("/information-centre*", Fault(status=404))
        ended = storage.crawl(replica, "--collect", "letters,tables")
        assert ended.status == 1, ended.all
        runs = storage.query("SELECT collections, verdict FROM run ORDER BY id")
        assert [run["verdict"] for run in runs] == ["ok", "failed"]
