"""The main job: from the map to the database, once, and again."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

import pytest
from conftest import Ended, Storage, ombudsman

from ombudsman_crawler.replica import Fault, Replica


def letter_hits(replica: Replica) -> list:
    return [hit for hit in replica.hits if hit.path.startswith("/documents/councilperformance")]


@dataclass
class Crawled:
    """The whole replica, crawled once, by two readers as outside of tests."""

    replica: Replica
    storage: Storage
    ended: Ended


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    storage = Storage(tmp_path_factory.mktemp("crawled") / "storage")
    with Replica() as replica:
        ended = storage.crawl(replica, OMBUDSMAN_READERS="2")
    return Crawled(replica, storage, ended)


def test_first_run_archives_and_reads_every_letter(crawled: Crawled) -> None:
    ended, storage, truth = crawled.ended, crawled.storage, crawled.replica.letters()
    assert ended.status == 0, ended.all
    assert storage.outcomes() == {"archived": len(truth)}
    read = storage.query(
        "SELECT authority.name, year_ending, status FROM current_reading"
        " JOIN authority ON authority.id = authority_id"
    )
    assert sorted((row["name"], row["year_ending"]) for row in read) == sorted(
        (letter.authority, letter.year_ending) for letter in truth
    )
    assert {row["status"] for row in read} == {"ok"}
    storage.sound()


def test_every_figure_is_the_printed_one(crawled: Crawled) -> None:
    truth = {
        (letter.authority, letter.year_ending, metric): expected
        for letter in crawled.replica.letters()
        for metric, expected in letter.figures.items()
    }
    stored = {
        (row["authority"], row["year_ending"], row["metric"]): (
            (None, row["absence"]) if row["value"] is None else row["value"]
        )
        for row in crawled.storage.query("SELECT * FROM figures")
    }
    assert stored == truth


def test_the_sample_letters_in_the_annual_summary(crawled: Crawled) -> None:
    columns = (
        "uphold_rate, uphold_rate_similar, upheld_decisions, detailed_investigations,"
        " compliance_rate, compliance_rate_similar, compliance_outcomes,"
        " satisfactory_remedy_rate, satisfactory_remedy_rate_similar,"
        " satisfactory_remedy_decisions, satisfactory_remedy_base,"
        " late_compliance, public_reports, training_courses"
    )
    summary = {
        row.pop("authority"): tuple(row.values())
        for row in crawled.storage.query(
            f"SELECT authority, {columns} FROM annual_summary WHERE year_ending = 2021"
        )
    }
    assert summary["Dartford Borough Council"] == (
        75, 53, 3, 4, 100, 100, 3, 0, 16, 0, 4, 2, None, 3,
    )  # fmt: skip
    assert summary["Kent County Council"] == (
        74, 71, 40, 54, 100, 100, 33, 13, 8, None, 54, None, 1, None,
    )  # fmt: skip
    (absent,) = crawled.storage.query(
        "SELECT absence FROM figures WHERE authority = 'Kent County Council'"
        " AND metric = 'satisfactory_remedy_decisions' AND year_ending = 2021"
    )
    assert absent == {"absence": "not_in_text"}


def test_second_run_transfers_no_letter_bytes(storage: Storage, replica: Replica) -> None:
    assert storage.crawl(replica).status == 0
    before = storage.query("SELECT * FROM figure")
    replica.clear_hits()
    ended = storage.crawl(replica)
    assert ended.status == 0, ended.all
    assert storage.outcomes() == {"unchanged": 6}
    assert {hit.status for hit in replica.hits if "robots" not in hit.path} == {304}
    assert sum(hit.body_bytes for hit in letter_hits(replica)) == 0
    assert storage.query("SELECT * FROM figure") == before
    assert len(storage.query("SELECT * FROM reading")) == 6


def test_a_storage_outlives_the_replica_it_was_filled_from(storage: Storage) -> None:
    for _ in range(2):
        with Replica(councils=3, years=(2020, 2021)) as replica:
            assert storage.crawl(replica).status == 0
    assert storage.outcomes() == {"unchanged": 6}
    assert len(storage.query("SELECT * FROM link")) == 6


def test_older_letters_are_not_due_again(storage: Storage) -> None:
    with Replica(councils=1, years=(2019, 2021)) as replica:
        assert storage.crawl(replica).status == 0
        assert storage.crawl(replica).status == 0
        assert storage.outcomes() == {"unchanged": 2, "not_due": 1}
        assert storage.crawl(replica, "--refetch", "missing").status == 0
        assert storage.outcomes() == {"not_due": 3}
        assert storage.crawl(replica, "--refetch", "all").status == 0
        assert storage.outcomes() == {"unchanged": 3}


def test_without_validators_a_letter_is_not_asked_for_again_at_once(storage: Storage) -> None:
    with Replica(councils=1, years=(2020, 2021), validators=False) as replica:
        assert storage.crawl(replica).status == 0
        assert storage.crawl(replica).status == 0
    assert storage.outcomes() == {"not_due": 2}


def test_a_replaced_letter_is_a_new_version(storage: Storage, replica: Replica) -> None:
    letter = replica.letters()[0]
    assert storage.crawl(replica).status == 0
    reissued = replica.reissue(letter.path)
    ended = storage.crawl(replica)
    assert ended.status == 0, ended.all
    assert storage.outcomes() == {"unchanged": 5, "new_version": 1}
    versions = storage.query(
        "SELECT letter_version.id, letter.current_version_id FROM letter_version"
        " JOIN letter ON letter.id = letter_id JOIN authority ON authority.id = authority_id"
        " WHERE authority.name = ? AND year_ending = ? ORDER BY letter_version.id",
        letter.authority,
        letter.year_ending,
    )
    assert len(versions) == 2
    assert versions[0]["current_version_id"] == versions[1]["id"]
    (shown,) = storage.query(
        "SELECT value FROM figures WHERE authority = ? AND year_ending = ?"
        " AND metric = 'upheld_decisions'",
        letter.authority,
        letter.year_ending,
    )
    assert shown["value"] == reissued.figures["upheld_decisions"]
    # The old version's bytes and figures stay.
    assert len(storage.documents()) == 7
    assert len(storage.query("SELECT DISTINCT reading_id FROM figure")) == 7


def test_a_letter_put_back_is_current_again(storage: Storage, replica: Replica) -> None:
    letter = replica.letters()[0]
    first = letter.pdf()
    assert storage.crawl(replica).status == 0
    replica.reissue(letter.path)
    assert storage.crawl(replica).status == 0
    replica.replace(letter.path, first)
    assert storage.crawl(replica).status == 0
    assert storage.outcome_of(letter.path)["outcome"] == "new_version"
    (shown,) = storage.query(
        "SELECT value FROM figures WHERE authority = ? AND year_ending = ?"
        " AND metric = 'upheld_decisions'",
        letter.authority,
        letter.year_ending,
    )
    assert shown["value"] == letter.figures["upheld_decisions"]
    assert len(storage.documents()) == 7
    assert len(storage.query("SELECT * FROM letter_version")) == 7


def test_other_bytes_with_the_same_words_are_no_new_version(
    storage: Storage, replica: Replica
) -> None:
    letter = replica.letters()[0]
    assert storage.crawl(replica).status == 0
    replica.repack(letter.path)
    assert storage.crawl(replica).status == 0
    outcome = storage.outcome_of(letter.path)
    assert (outcome["outcome"], outcome["reason"]) == (
        "unchanged",
        "other bytes, the same words",
    )
    assert len(storage.documents()) == 7
    assert len(storage.query("SELECT * FROM letter_version")) == 6


def test_an_unreadable_replacement_never_displaces_a_letter(
    storage: Storage, replica: Replica
) -> None:
    letter = replica.letters()[0]
    assert storage.crawl(replica).status == 0
    replica.faults[letter.path] = Fault(truncated_pdf=True)
    storage.crawl(replica)
    (shown,) = storage.query(
        "SELECT status, upheld_decisions FROM annual_summary"
        " WHERE authority = ? AND year_ending = ?",
        letter.authority,
        letter.year_ending,
    )
    assert shown == {"status": "ok", "upheld_decisions": letter.figures["upheld_decisions"]}
    assert len(storage.documents()) == 7


def test_an_equal_letter_at_two_addresses_is_one_document(
    storage: Storage, replica: Replica
) -> None:
    letter = replica.letters()[0]
    again = replica.alias(letter.path)
    ended = storage.crawl(replica)
    assert ended.status == 0, ended.all
    assert storage.outcomes() == {"archived": 7}
    assert len(storage.documents()) == 6
    captures = storage.query(
        "SELECT address, document_id FROM capture WHERE address IN (?, ?) AND status = 200",
        letter.path,
        again,
    )
    assert {row["address"] for row in captures} == {letter.path, again}
    assert len({row["document_id"] for row in captures}) == 1
    assert len(storage.query("SELECT * FROM letter")) == 6
    assert len(storage.query("SELECT * FROM letter_version")) == 6


def test_years_are_inclusive_and_mean_the_year_ending(storage: Storage) -> None:
    with Replica(councils=1, years=(2019, 2022)) as replica:
        assert storage.crawl(replica, "--years", "2020-2021").status == 0
    assert storage.outcomes() == {"archived": 2, "out_of_window": 2}
    years = storage.query("SELECT year_ending FROM annual_summary ORDER BY year_ending")
    assert [row["year_ending"] for row in years] == [2020, 2021]


def test_one_council_can_be_asked_for(storage: Storage, replica: Replica) -> None:
    ended = storage.crawl(replica, "--council", "kent-county-council")
    assert ended.status == 0, ended.all
    assert [row["authority"] for row in storage.query("SELECT * FROM annual_summary")] == [
        "Kent County Council"
    ] * 2
    pages = [hit.path for hit in replica.hits if "/statistics" in hit.path]
    assert all("kent" in page for page in pages)


def test_predecessors_are_found_through_their_successor(storage: Storage) -> None:
    with Replica() as replica:
        ended = storage.crawl(replica, "backfill", "2019-2021", "--council", "Northampton Borough")
    assert ended.status == 0, ended.all
    rows = storage.query("SELECT DISTINCT authority FROM annual_summary")
    assert [row["authority"] for row in rows] == ["Northampton Borough Council"]
    successors = storage.query(
        "SELECT successor.name FROM authority_successor JOIN authority AS predecessor"
        " ON predecessor.id = predecessor_id JOIN authority AS successor"
        " ON successor.id = successor_id"
        " WHERE predecessor.name = 'Northampton Borough Council' AND source = 'site'"
    )
    assert [row["name"] for row in successors] == ["West Northamptonshire Council"]


def test_a_limit_asks_for_so_many_letters_and_the_next_run_goes_on(
    storage: Storage, replica: Replica
) -> None:
    ended = storage.crawl(replica, "--limit", "2")
    assert ended.status == 0, ended.all
    assert storage.outcomes()["archived"] == 2
    assert storage.check("outcomes_add_up")["passed"]
    assert storage.crawl(replica, "--refetch", "missing").status == 0
    assert storage.outcomes() == {"not_due": 2, "archived": 4}


def test_a_dry_run_stores_nothing(storage: Storage, replica: Replica) -> None:
    ended = storage.crawl(replica, "--dry-run")
    assert ended.status == 0, ended.all
    assert "Dry run: 6 letters would be asked for" in ended.out
    assert all(f"{replica.url}{letter.path}" in ended.out for letter in replica.letters())
    assert not (storage.path / "ombudsman.db").exists()
    assert not letter_hits(replica)
    assert storage.crawl(replica).status == 0
    before = storage.query("SELECT COUNT(*) AS n FROM capture")
    replica.reissue(replica.letters()[0].path)
    assert storage.crawl(replica, "--dry-run").status == 0
    assert storage.query("SELECT COUNT(*) AS n FROM capture") == before


def test_other_pdfs_are_left_alone(crawled: Crawled) -> None:
    hits = crawled.replica.hits
    letters = {letter.path.lower() for letter in crawled.replica.letters()}
    asked = {hit.raw_path.lower() for hit in hits if ".pdf" in hit.path.lower()}
    assert asked == letters


def test_each_page_is_visited_once_whatever_leads_to_it(crawled: Crawled) -> None:
    seen = [hit.path.lower().rstrip("/") for hit in crawled.replica.hits]
    assert len(seen) == len(set(seen))
    assert seen[0] == "/robots.txt"


def test_readers_query_while_a_crawl_writes(storage: Storage) -> None:
    with Replica(councils=6, years=(2019, 2021)) as replica:
        process = storage.start(replica)
        counts = set()
        while process.poll() is None:
            if (storage.path / "ombudsman.db").exists():
                try:
                    counts.add(len(storage.query("SELECT * FROM annual_summary")))
                except sqlite3.OperationalError as error:
                    # The tables come with the first transaction; nothing else may fail.
                    if "no such table" not in str(error):
                        raise
        process.communicate()
        assert process.returncode == 0
        total = len(replica.letters())
    assert max(counts | {len(storage.query("SELECT * FROM annual_summary"))}) == total
    assert len(counts) > 1


def test_status_tells_what_is_there(storage: Storage, replica: Replica) -> None:
    assert storage.crawl(replica).status == 0
    ended = ombudsman("status", "--storage", storage.path, "--json")
    assert ended.status == 0, ended.all
    found = json.loads(ended.out)
    assert found["site"] == "replica"
    assert found["totals"]["letters"] == 6
    assert found["run"]["verdict"] == "ok"
    assert all(check["passed"] is not False for check in found["run"]["checks"])
    assert "6 letters" in ombudsman("status", "--storage", storage.path).out


def test_scrapy_crawl_collects_the_same(storage: Storage, replica: Replica) -> None:
    import os
    import subprocess
    import sys
    from pathlib import Path

    done = subprocess.run(
        [
            sys.executable, "-m", "scrapy", "crawl", "annual_letters", "-a", "years=2021",
            "-s", f"OMBUDSMAN_SITE={replica.url}", "-s", f"OMBUDSMAN_STORAGE={storage.path}",
            "-s", "DOWNLOAD_DELAY=0",
        ],
        capture_output=True, text=True, timeout=120, check=False, env=os.environ,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert storage.outcomes() == {"archived": 3, "out_of_window": 3}
    assert storage.run()["verdict"] == "ok"


def test_a_probe_says_what_it_recognised_and_keeps_the_pages(storage: Storage) -> None:
    with Replica() as replica:
        ended = storage.crawl(replica, "probe", "--council", "dartford-borough-council")
        assert len(replica.hits) <= 6
        agreed = len(replica.improvements("dartford-borough-council")[:10])
    assert ended.status == 0, ended.all
    assert "councils referred to: 12, of them in the register: 12" in ended.out
    assert "letter read: Dartford Borough Council" in ended.out
    figures = replica.page("dartford-borough-council").figures.values()
    absent = sum(isinstance(figure, tuple) for figure in figures)
    said = "statistics: complaint_overview, figures, ok, year ending 2025, "
    assert f"{said}{len(figures) - absent} figures, {absent} absent" in ended.out
    assert "public reports: listed, 3 recognised" in ended.out
    assert f"service improvements: listed, {agreed} recognised" in ended.out
    kept = list(storage.path.glob("probe/*/fixtures/*"))
    assert len([path for path in kept if path.suffix == ".html"]) >= 3
    assert len([path for path in kept if path.suffix == ".pdf"]) == 1


def test_a_mislabelled_link_does_not_decide_which_years_are_new(
    storage: Storage, replica: Replica
) -> None:
    replica.add_link(replica.slugs[0], "Annual review letter 2052", "/documents/nothing.pdf")
    bound = {"OMBUDSMAN_MAX_FAILED_SHARE": "0.5"}
    assert storage.crawl(replica, **bound).status == 0
    assert storage.crawl(replica, **bound).status == 0
    assert storage.outcomes() == {"unchanged": 6, "failed": 1}
    years = storage.query("SELECT MAX(year_ending) AS year FROM coverage")
    assert years == [{"year": 2021}]


def test_a_letter_not_asked_for_was_not_seen(storage: Storage, replica: Replica) -> None:
    assert storage.crawl(replica).status == 0
    before = storage.query("SELECT first_seen, last_seen FROM letter_version ORDER BY id")
    assert storage.crawl(replica, "--refetch", "missing").status == 0
    assert storage.query("SELECT first_seen, last_seen FROM letter_version ORDER BY id") == before
    assert storage.crawl(replica, "--refetch", "all").status == 0
    after = storage.query("SELECT first_seen, last_seen FROM letter_version ORDER BY id")
    assert [row["first_seen"] for row in after] == [row["first_seen"] for row in before]
    assert all(new["last_seen"] > old["last_seen"] for new, old in zip(after, before, strict=True))


def test_a_predecessors_predecessor_is_found(storage: Storage) -> None:
    with Replica(councils=300, years=(2019, 2024)) as replica:
        ended = storage.crawl(
            replica, "backfill", "2019", "--council", "taunton-deane-borough-council"
        )
    assert ended.status == 0, ended.all
    assert storage.query("SELECT authority, year_ending FROM annual_summary") == [
        {"authority": "Taunton Deane Borough Council", "year_ending": 2019}
    ]
