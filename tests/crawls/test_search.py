"""`ombudsman search`: what was read is found, by its current words only."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from conftest import Ended, Storage, ombudsman_here

from ombudsman_crawler.replica import Replica

DECISIONS = """
INSERT INTO link (kind, address, url, found_on, label, first_seen, last_seen) VALUES
    ('decision', '/d/1', 'http://x/d/1', '/s', '', '2026', '2026');
INSERT INTO decision (link_id, reference, authority_id, outcome, decided, summary)
    SELECT (SELECT MAX(id) FROM link), '25 005 701', id, 'Upheld', '2025-06-02',
           'Ms X complained about a café licence.'
    FROM authority WHERE slug = 'kent-county-council';
INSERT INTO decision_version (decision_id, document_id, capture_id, reader, time, status, summary,
                              sections, content_sha256, first_seen, last_seen)
    SELECT (SELECT MAX(id) FROM decision), document_id, id, '1', '2026', 'ok',
           'Ms X complained about a café licence.',
           '[{"heading": "The complaint", "text": "The allotment was flooded."}]', 'x', '2026',
           '2026' FROM attempt WHERE document_id IS NOT NULL LIMIT 1;
UPDATE decision SET current_version_id = (SELECT MAX(id) FROM decision_version);
INSERT INTO service_improvement (authority_id, key, text, category, date, found_on, first_seen,
                                 last_seen, last_run_id)
    SELECT id, 'k', 'The council will train its drainage staff.', 'Environment', '2025-05-01',
           '/p', '2026', '2026', 1 FROM authority WHERE slug = 'kent-county-council';
INSERT INTO public_report (authority_id, key, title, blurb, date, found_on, first_seen, last_seen,
                           last_run_id)
    SELECT id, 'r', 'Council failed a family', 'Respite care was late.', '2024-09-01', '/p',
           '2026', '2026', 1 FROM authority WHERE slug = 'kent-county-council';
"""


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    """Letters; and rows of other kinds, as they were before there was a search: a crawl of next to
    nothing adds them."""
    storage = Storage(tmp_path_factory.mktemp("crawled") / "storage")
    with Replica(councils=2, years=(2020, 2021)) as site:
        assert storage.crawl(site).status == 0
        with closing(sqlite3.connect(storage.path / "ombudsman.db")) as connection, connection:
            connection.executescript(DECISIONS)
            connection.execute("DELETE FROM search")
        before = search(storage, "complaints")
        assert before.status == 1
        assert "7 texts can't be searched yet" in before.err
        assert storage.crawl(site, "--limit", "1", "--years", "2015").status == 0
    return storage


def search(storage: Storage, *arguments: str) -> Ended:
    return ombudsman_here("search", *arguments, "--storage", storage.path)


def found(storage: Storage, *arguments: str) -> list[dict]:
    ended = search(storage, *arguments, "--json")
    assert ended.err == ""
    return json.loads(ended.out)


def test_letters_are_found_by_their_words(crawled: Storage) -> None:
    ended = search(crawled, "complaint", "upheld", "--kind", "letter")
    assert ended.status == 0, ended.all
    assert "4 found" in ended.out
    assert "Kent County Council, 2021" in ended.out
    # Found by its stem, and marked.
    assert "[" in ended.out
    rows = found(crawled, "complaint", "--council", "kent-county-council", "--years", "2021")
    (row,) = [row for row in rows if row["kind"] == "letter"]
    (document,) = crawled.query("SELECT * FROM document WHERE sha256 = ?", row["sha256"])
    assert row["path"] == document["path"]
    assert row["key"] == "kent-county-council/2021"
    assert row["url"].endswith(".pdf")
    assert "[" in row["snippet"]
    assert len(found(crawled, "complaint", "--limit", "2")) == 2
    # Each word must be there.
    assert search(crawled, "complaint", "zeppelin").status == 1


@pytest.mark.parametrize(
    ("words", "kind", "key"),
    [
        (("cafe", "flooded"), "decision", "25 005 701"),
        (("drainage",), "improvement", "k"),
        (("respite",), "report", "r"),
        (("failed", "family"), "report", "r"),
    ],
)
def test_other_kinds_too(crawled: Storage, words: tuple[str, ...], kind: str, key: str) -> None:
    rows = found(crawled, *words, "--council", "Kent County Council")
    assert [(row["kind"], row["key"]) for row in rows] == [(kind, key)]
    assert rows[0]["url"]
    assert found(crawled, *words, "--kind", "letter") == []
    # The year ending 31 March that it was decided or dated in.
    year = {"decision": 2026, "improvement": 2026, "report": 2025}[kind]
    assert len(found(crawled, *words, "--years", str(year))) == 1
    assert found(crawled, *words, "--years", str(year - 1)) == []


def test_words_are_words_whatever_they_look_like(crawled: Storage) -> None:
    for words in ('quo"te', "a AND", "NEAR(", "title:x", "comp*", "31/03/20", "-", "('"):
        ended = search(crawled, words)
        assert ended.status in (0, 1, 2), ended.all
        assert "Traceback" not in ended.err
        assert ended.status != 2 or "give a word" in ended.err
    assert len(found(crawled, "31/03/20", "--kind", "letter")) == 2


def test_raw_queries_and_what_is_wrong_with_them(crawled: Storage) -> None:
    assert len(found(crawled, "--query", "kent NOT birmingham", "--kind", "letter")) == 2
    assert len(found(crawled, "--query", 'title : "failed a family"')) == 1
    for arguments, said in (
        (("--query", "upheld AND"), "syntax"),
        (("--query", "nowhere : x"), "no such column"),
        (("x", "--kind", "letters"), "--kind"),
        (("x", "--limit", "0"), "--limit"),
        (("x", "--years", "20x"), "--years"),
        (("x", "--council", "kent-county-counsil"), "kent-county-council"),
    ):
        ended = search(crawled, *arguments)
        assert ended.status == 2, ended.all
        assert said in ended.err
        assert ended.err.count("\n") == 1


def test_only_what_is_current_is_found(storage: Storage) -> None:
    with Replica(councils=1, years=(2021, 2021)) as site:
        letter = site.letters()[0]
        assert storage.crawl(site).status == 0
        (before,) = found(storage, "complaints")
        site.reissue(letter.path)
        assert storage.crawl(site, "--refetch", "all").status == 0
    (now,) = found(storage, "complaints")
    assert now["key"] == before["key"]
    assert now["sha256"] != before["sha256"]
    assert storage.query("SELECT COUNT(*) AS n FROM search") == [{"n": 1}]
    ended = ombudsman_here(
        "erase", now["key"], "--who", "Ann", "--why", "law", "--yes", "--storage", storage.path
    )
    assert ended.status == 0, ended.all
    assert search(storage, "complaints").status == 1
    assert storage.query("SELECT COUNT(*) AS n FROM search") == [{"n": 0}]
