"""`ombudsman withhold`: kept back and told, nothing removed, the last word counts."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Ended, Storage, ombudsman_here

from ombudsman_crawler.replica import Replica

SAID = ("--who", "Ann Clerk", "--why", "names a child")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    """Kent's two letters, the newer of them in two versions; and a decision."""
    storage = Storage(tmp_path_factory.mktemp("crawled") / "storage")
    with Replica(councils=2, years=(2020, 2021)) as site:
        assert storage.crawl(site).status == 0
        site.reissue(site.letter("kent-county-council", 2021).path)
        assert storage.crawl(site, "--refetch", "all").status == 0
    with closing(sqlite3.connect(storage.path / "ombudsman.db")) as connection, connection:
        connection.executescript(
            "INSERT INTO link (kind, address, url, found_on, label, first_seen, last_seen) VALUES"
            " ('decision', '/d/1', 'http://x/d/1', '/s', '', '2026', '2026');"
            "INSERT INTO decision (link_id, reference, summary)"
            " SELECT MAX(id), '25 005 701', 'A summary.' FROM link;"
        )
    return storage


@pytest.fixture
def kept(crawled: Storage, storage: Storage) -> Storage:
    shutil.copytree(crawled.path, storage.path)
    return storage


def withhold(storage: Storage, *arguments: str) -> Ended:
    return ombudsman_here("withhold", *arguments, "--storage", storage.path)


def listed(storage: Storage) -> list[dict]:
    return json.loads(withhold(storage, "--list", "--json").out)


def test_a_letter_means_all_its_documents(kept: Storage) -> None:
    before = sorted(path.name for path in kept.documents())
    figures = kept.query("SELECT COUNT(*) AS n FROM figures WHERE slug = 'kent-county-council'")
    ended = withhold(kept, "kent-county-council/2021", *SAID)
    assert ended.status == 0, ended.all
    rows = listed(kept)
    assert len(rows) == 2
    assert {(row["letter"], row["who"], row["why"]) for row in rows} == {
        ("kent-county-council/2021", "Ann Clerk", "names a child")
    }
    shown = kept.query(
        "SELECT DISTINCT slug, year_ending, withheld FROM figures"
        " WHERE slug = 'kent-county-council' AND source = 'letter' AND NOT restated"
        " ORDER BY year_ending"
    )
    assert [(row["year_ending"], row["withheld"]) for row in shown] == [(2020, 0), (2021, 1)]
    # Nothing is removed.
    assert sorted(path.name for path in kept.documents()) == before
    again = kept.query("SELECT COUNT(*) AS n FROM figures WHERE slug = 'kent-county-council'")
    assert again == figures
    assert "2 withheld" in ombudsman_here("status", "--storage", kept.path).out
    found = ombudsman_here("search", "complaints", "--storage", kept.path, "--years", "2021").out
    assert found.count("(withheld)") == 1


def test_the_last_word_counts(kept: Storage) -> None:
    (row,) = kept.query(
        "SELECT sha256 FROM document WHERE media_type = 'application/pdf' ORDER BY id LIMIT 1"
    )
    assert withhold(kept, row["sha256"][:8], *SAID).status == 0
    assert [one["subject"] for one in listed(kept)] == [f"document:{row['sha256']}"]
    lifted = withhold(kept, f"document:{row['sha256']}", "--lift", *SAID)
    assert lifted.status == 0, lifted.all
    assert listed(kept) == []
    assert kept.query("SELECT * FROM withheld") == []
    assert kept.query("SELECT * FROM figures WHERE withheld") == []
    # Both words are kept.
    words = kept.query("SELECT withheld FROM withholding ORDER BY id")
    assert [word["withheld"] for word in words] == [1, 0]
    assert withhold(kept, row["sha256"], *SAID).status == 0
    assert len(listed(kept)) == 1


@pytest.mark.parametrize("reference", ["25 005 701", "25-005-701", "25005701"])
def test_a_decision(kept: Storage, reference: str) -> None:
    ended = withhold(kept, reference, *SAID)
    assert ended.status == 0, ended.all
    assert [one["subject"] for one in listed(kept)] == ["decision:25 005 701"]
    (row,) = kept.query("SELECT * FROM withheld")
    assert row["reference"] == "25 005 701"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("kent-county-counsil/2021", *SAID), "kent-county-council/2021"),
        (("kent-county-council/1999", *SAID), "kent-county-council/2020"),
        (("25 005 702", *SAID), "25 005 701"),
        (("00000000", *SAID), "no decision has this reference"),
        (("somewhere", *SAID), "name a document by its SHA-256"),
        (("kent-county-council/2021", "--why", "law"), "--who"),
        (("kent-county-council/2021", "--who", "Ann", "--why", " "), "--why"),
        (("kent-county-council/2021", "--lift", *SAID), "isn't withheld"),
    ],
)
def test_what_can_not_be_withheld(kept: Storage, arguments: tuple[str, ...], said: str) -> None:
    ended = withhold(kept, *arguments)
    assert ended.status == 2, ended.all
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert kept.query("SELECT * FROM withholding") == []


def test_without_a_storage(tmp_path: Path) -> None:
    ended = ombudsman_here("withhold", "--list", "--storage", tmp_path / "none")
    assert ended.status == 2
    assert "no database yet" in ended.err
