"""`ombudsman acknowledge`, as a person uses it after a crawl."""

from __future__ import annotations

import json

import pytest
from conftest import Storage, ombudsman, wait_until

from ombudsman_crawler.replica import Fault, Replica

SAID = ("--who", "Ann", "--note", "merged into another")


def test_a_vanished_council_is_settled(storage: Storage, replica: Replica) -> None:
    assert storage.crawl(replica).status == 0
    slug = replica.slugs[0]
    replica.hide_council(slug)
    ended = storage.crawl(replica)
    assert ended.status == 1, ended.all
    assert "ombudsman acknowledge" in ended.out
    listed = ombudsman("acknowledge", "--list", "--storage", storage.path)
    (subject,) = [line for line in listed.out.splitlines() if line.startswith("authority:")]
    wrong = ombudsman(
        "acknowledge", subject, "--verdict", "right", *SAID, "--storage", storage.path
    )
    assert wrong.status == 2, wrong.all
    assert "expected" in wrong.err
    done = ombudsman(
        "acknowledge", subject, "--verdict", "expected", *SAID, "--storage", storage.path
    )
    assert done.status == 0, done.all
    assert storage.crawl(replica).status == 0
    shown = json.loads(ombudsman("acknowledge", "--list", "--json", "--storage", storage.path).out)
    assert shown["open"] == []
    assert shown["settled"][0] | {"time": ""} == {
        "subject": subject,
        "verdict": "expected",
        "who": "Ann",
        "note": "merged into another",
        "time": "",
    }
    assert "1 settled" in ombudsman("status", "--storage", storage.path).out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("authority:nowhere",), "nothing of this name is open"),
        (("finding:x:y:2021:z", "--verdict", "right"), "nothing of this name is open"),
        (("authority:x", "--who", ""), "--who"),
        (("authority:x", "--note", " "), "--note"),
        (("authority:x", "--verdict", ""), "--verdict"),
    ],
)
def test_what_can_not_be_acknowledged(
    storage: Storage, replica: Replica, arguments: tuple[str, ...], said: str
) -> None:
    assert storage.crawl(replica).status == 0
    subject, *given = arguments
    usual = ("--verdict", "expected", *SAID)
    ended = ombudsman("acknowledge", subject, *usual, *given, "--storage", storage.path)
    assert ended.status == 2, ended.all
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert storage.query("SELECT * FROM acknowledgement") == []


def test_without_a_storage(storage: Storage) -> None:
    ended = ombudsman("acknowledge", "--list", "--storage", storage.path)
    assert ended.status == 2
    assert "no database yet" in ended.err


def test_beside_a_crawl_that_runs(storage: Storage, replica: Replica) -> None:
    assert storage.crawl(replica).status == 0
    replica.hide_council(replica.slugs[0])
    assert storage.crawl(replica).status == 1
    (open_one,) = json.loads(
        ombudsman("acknowledge", "--list", "--json", "--storage", storage.path).out
    )["open"]
    replica.faults[replica.letters()[-1].path] = Fault(delay=6)
    replica.clear_hits()
    process = storage.start(replica, "--refetch", "all")
    wait_until(lambda: any(hit.path.lower().endswith(".pdf") for hit in replica.hits))
    done = ombudsman(
        "acknowledge", open_one["subject"], "--verdict", "expected", *SAID,
        "--storage", storage.path,
    )  # fmt: skip
    assert process.poll() is None
    out, err = process.communicate(timeout=60)
    assert done.status == 0, done.all
    # The crawl that was under way already knows, once it judges itself.
    assert storage.check("councils_still_there")["passed"], out + err
