"""What a server can do to a letter, and the one outcome each has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from conftest import Storage

from ombudsman_crawler.replica import Fault, Replica, hard

#: Enough letters for one bad one to stay within the bound.
BOUND = {"OMBUDSMAN_MAX_FAILED_SHARE": "0.5"}


def _said(fault: Fault) -> str:
    """Name a fault by what was set of it."""
    proper = vars(Fault(delay=1.0)) | {"delay": 0.0}
    return ", ".join(f"{k}={v}" for k, v in vars(fault).items() if v != proper[k])


FAULTS = [
    (Fault(status=404), "failed", "status 404"),
    (Fault(status=403), "failed", "status 403"),
    (Fault(status=500), "failed", "status 500"),
    (Fault(status=500, times=2), "archived", None),
    (Fault(status=503, retry_after=1, times=1), "archived", None),
    (Fault(html=True), "rejected", "no PDF"),
    (Fault(empty=True), "rejected", "empty body"),
    (Fault(truncated_body=True), "failed", "DataLoss"),
    (Fault(truncated_body=True, times=1), "archived", None),
    (Fault(drop=True), "failed", "Error"),
    (Fault(redirect="http://elsewhere.invalid/letter.pdf"), "refused", "another site"),
    (Fault(redirect="ftp://127.0.0.1/letter.pdf"), "refused", "ftp:"),
    (Fault(redirect="/nowhere.pdf"), "failed", "404"),
]


@dataclass
class Faulty:
    """A site that does each thing to a letter of its own, crawled; and again without its faults:
    the path of each fault's letter, its outcome then and now."""

    paths: list[str]
    first: dict[str, dict[str, Any]]
    second: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Faulty:
    storage = Storage(tmp_path_factory.mktemp("faulty") / "storage")
    with Replica(councils=9, years=(2019, 2021)) as replica:
        letters = replica.letters()
        paths = [letter.path for letter in letters[: 2 * len(FAULTS) : 2]]
        replica.faults.update(zip(paths, (fault for fault, _, _ in FAULTS), strict=True))
        ended = storage.crawl(replica, **BOUND)
        assert ended.status == 0, ended.all
        first = {path: storage.outcome_of(path) for path in paths}
        outcomes = storage.outcomes()
        assert sum(outcomes.values()) == len(letters)
        archived = [fault for fault in FAULTS if fault[1] == "archived"]
        assert outcomes["archived"] == len(letters) - len(FAULTS) + len(archived)
        assert len(storage.documents()) == outcomes["archived"]
        replica.faults.clear()
        ended = storage.crawl(replica, "--refetch", "missing")
        assert ended.status == 0, ended.all
        assert len(storage.documents()) == len(letters)
        storage.sound()
    return Faulty(paths, first, {path: storage.outcome_of(path) for path in paths})


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=lambda number: _said(FAULTS[number][0]))
def test_a_faulty_answer(faulty: Faulty, number: int) -> None:
    _, outcome, reason = FAULTS[number]
    found = faulty.first[faulty.paths[number]]
    assert found["outcome"] == outcome
    assert reason is None or reason in found["reason"]
    # Every letter that was asked for and failed is asked for again, and then it comes.
    assert faulty.second[faulty.paths[number]]["outcome"] in ("archived", "not_due")


def test_attempts_are_captures_too(storage: Storage, replica: Replica) -> None:
    letter = replica.letters()[0]
    replica.faults[letter.path] = Fault(status=500, times=2)
    assert storage.crawl(replica).status == 0
    captures = storage.query("SELECT status FROM capture WHERE address = ?", letter.path)
    assert [row["status"] for row in captures] == [500, 500, 200]


def test_a_redirected_letter_is_archived_once_and_then_unchanged(
    storage: Storage, replica: Replica
) -> None:
    letter, other = replica.letters()[:2]
    replica.faults[letter.path] = Fault(redirect=other.path)
    assert storage.crawl(replica).status == 0
    assert storage.outcomes() == {"archived": 6}
    assert len(storage.documents()) == 5
    assert storage.crawl(replica).status == 0
    assert storage.outcomes() == {"unchanged": 6}


def test_a_cut_file_that_arrived_whole_is_archived_and_unreadable(
    storage: Storage, replica: Replica
) -> None:
    letter = replica.letters()[0]
    replica.faults[letter.path] = Fault(truncated_pdf=True)
    ended = storage.crawl(replica)
    assert ended.status == 0, ended.all
    assert storage.outcome_of(letter.path)["outcome"] == "archived"
    (read,) = storage.query(
        "SELECT status FROM current_reading JOIN authority ON authority.id = authority_id"
        " WHERE name = ? AND year_ending = ?",
        letter.authority,
        letter.year_ending,
    )
    assert read["status"] == "unreadable"
    (covered,) = storage.query(
        "SELECT state FROM coverage WHERE authority = ? AND year_ending = ?",
        letter.authority,
        letter.year_ending,
    )
    assert covered["state"] == "unread"


def test_a_letter_on_another_site_is_refused(storage: Storage, replica: Replica) -> None:
    replica.add_link(
        replica.slugs[0], "Annual review letter 2018", "http://elsewhere.invalid/letter.pdf"
    )
    assert storage.crawl(replica).status == 0
    assert storage.outcomes() == {"archived": 6, "refused": 1}


def test_a_letter_that_robots_forbids_is_never_asked_for(
    storage: Storage, replica: Replica
) -> None:
    letter = replica.letters()[0]
    replica.forbid(letter.path)
    assert storage.crawl(replica).status == 0
    found = storage.outcome_of(letter.path)
    assert (found["outcome"], found["reason"]) == ("refused", "forbidden by robots.txt")
    assert letter.path.lower() not in {hit.raw_path.lower() for hit in replica.hits}


def test_a_letter_once_archived_and_now_missing_is_gone(storage: Storage, replica: Replica) -> None:
    letter = replica.letters()[0]
    assert storage.crawl(replica).status == 0
    replica.faults[letter.path] = Fault(status=410)
    ended = storage.crawl(replica)
    assert ended.status == 0, ended.all
    assert storage.outcome_of(letter.path)["outcome"] == "gone"
    (covered,) = storage.query(
        "SELECT state FROM coverage WHERE authority = ? AND year_ending = ?",
        letter.authority,
        letter.year_ending,
    )
    assert covered["state"] == "gone"
    assert len(storage.query("SELECT * FROM annual_summary")) == 6
    # It comes back: no longer gone.
    replica.faults.clear()
    assert storage.crawl(replica, "--refetch", "all").status == 0
    assert storage.query("SELECT * FROM link WHERE gone_since IS NOT NULL") == []


def test_too_many_failures_fail_the_run(storage: Storage, replica: Replica) -> None:
    for letter in replica.letters()[:3]:
        replica.faults[letter.path] = Fault(status=500)
    ended = storage.crawl(replica)
    assert ended.status == 1, ended.all
    assert "letters_fetched" in ended.out
    assert storage.run()["verdict"] == "failed"


def test_failing_pages_fail_the_run(storage: Storage, replica: Replica) -> None:
    page = f"/your-councils-performance/{replica.slugs[0]}/statistics"
    replica.faults[page] = Fault(status=500)
    ended = storage.crawl(replica)
    assert ended.status == 1, ended.all
    assert page in storage.check("pages_fetched")["detail"]
    # The other councils' letters are there all the same.
    assert storage.outcomes() == {"archived": 4}


def test_a_lost_file_is_noticed(storage: Storage, replica: Replica) -> None:
    assert storage.crawl(replica).status == 0
    storage.documents()[0].unlink()
    ended = storage.crawl(replica, "--refetch", "missing")
    assert ended.status == 1
    assert "documents_there" in ended.out
    # Asked for again, it is put back: the server's 304 is no answer for what is lost here.
    ended = storage.crawl(replica, "--refetch", "all")
    assert ended.status == 0, ended.all
    storage.sound()


def test_a_redirected_letter_is_covered_as_archived(storage: Storage, replica: Replica) -> None:
    letter = replica.letters()[0]
    again = replica.alias(letter.path)
    replica.faults[letter.path] = Fault(redirect=again)
    assert storage.crawl(replica).status == 0
    states = {row["state"] for row in storage.query("SELECT state FROM coverage")}
    assert states == {"archived"}


@pytest.mark.parametrize(
    "fault",
    [
        Fault(redirect="http://elsewhere.invalid/page"),
        Fault(redirect="/your-councils-performance/dartford-borough-council/statistics"),
    ],
    ids=["elsewhere", "loop"],
)
def test_a_council_page_that_leads_away_is_a_failed_page(
    storage: Storage, replica: Replica, fault: Fault
) -> None:
    page = "/your-councils-performance/dartford-borough-council/statistics"
    replica.faults[page] = fault
    ended = storage.crawl(replica)
    assert ended.status == 1, ended.all
    assert page in ended.out


def test_a_dead_link_does_not_fail_every_later_run(storage: Storage) -> None:
    with Replica(councils=12, years=(2020, 2021)) as replica:
        replica.faults[replica.letters()[0].path] = Fault(status=404)
        assert storage.crawl(replica).status == 0
        for _ in range(2):
            ended = storage.crawl(replica, "backfill", "2020-2021")
            assert ended.status == 0, ended.all
        # A server that fails altogether is another matter.
        for letter in replica.letters():
            replica.faults[letter.path] = Fault(status=404)
        assert storage.crawl(replica, "--refetch", "all").status in (0, 1)
        for letter in replica.letters():
            replica.faults[letter.path] = Fault(status=500)
        assert storage.crawl(replica, "--refetch", "all").status == 1


def test_a_letter_no_longer_listed_is_still_asked_for(storage: Storage, replica: Replica) -> None:
    letter = replica.letters()[0]
    assert storage.crawl(replica).status == 0
    replica.unlist(letter.path)
    ended = storage.crawl(replica)
    assert ended.status == 0, ended.all
    assert storage.outcomes() == {"unchanged": 6}
    assert "1 known ones are no longer listed" in storage.check("letters_found")["detail"]
    replica.faults[letter.path] = Fault(status=404)
    assert storage.crawl(replica).status == 0
    assert storage.outcome_of(letter.path)["outcome"] == "gone"


def test_a_server_that_says_unchanged_unasked(storage: Storage, replica: Replica) -> None:
    for letter in replica.letters():
        replica.faults[letter.path] = Fault(status=304)
    ended = storage.crawl(replica)
    assert ended.status == 1, ended.all
    assert storage.outcomes() == {"failed": 6}


def test_a_reader_that_ran_out_of_time_tries_again(storage: Storage, replica: Replica) -> None:
    # A million strokes keep a reader busy for longer than it is given here.
    letter = replica.letters()[0]
    replica.replace(letter.path, hard.long_stream(letter))
    timed_out = (
        "SELECT DISTINCT finding.code FROM current_reading AS current"
        " JOIN finding ON finding.reading_id = current.reading_id"
        " JOIN authority ON authority.id = current.authority_id"
        " WHERE finding.code = 'reader_timeout' AND name = ? AND current.year_ending = ?"
    )
    storage.crawl(replica, OMBUDSMAN_READING_SECONDS="0.2")
    assert storage.query(timed_out, letter.authority, letter.year_ending)
    assert len(storage.documents()) == 6
    storage.crawl(replica)
    assert not storage.query(timed_out, letter.authority, letter.year_ending)
