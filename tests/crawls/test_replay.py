"""Archived traffic replayed: the same letters, versions and figures, and no network."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Ended, Storage, ombudsman

from ombudsman_crawler.archive import warc
from ombudsman_crawler.replica import Fault, Replica

LETTERS = """
SELECT authority.name, year_ending, letter.kind, title, letter_date, addressee, post, signatory,
       document.sha256 AS current
FROM letter JOIN authority ON authority.id = authority_id
JOIN letter_version ON letter_version.id = current_version_id
JOIN document ON document.id = document_id ORDER BY 1, 2, 3
"""
VERSIONS = """
SELECT authority.name, year_ending, document.sha256, letter_version.part,
       letter_version.first_page, letter_version.last_page, letter_version.text_sha256,
       letter_version.extractor, letter_version.first_seen, letter_version.last_seen
FROM letter_version JOIN document ON document.id = document_id
LEFT JOIN letter ON letter.id = letter_id LEFT JOIN authority ON authority.id = authority_id
ORDER BY document.sha256, letter_version.part
"""
FIGURES = """
SELECT authority.name, document.sha256, figure.year_ending, metric, value, absence, value_text,
       source, restated, figure.page, box, figure.text
FROM figure JOIN reading ON reading.id = reading_id JOIN document ON document.id = document_id
LEFT JOIN authority ON authority.id = figure.authority_id
ORDER BY document.sha256, figure.year_ending, metric
"""
PAGES = """
SELECT slug, year_ending, state, status, current, first_seen, last_seen, document_sha256
FROM page_history ORDER BY slug, year_ending
"""
PAGE_FIGURES = """
SELECT figure_id, value, absence, value_text, text, doubts, document_sha256
FROM figures WHERE source = 'council_page' ORDER BY figure_id
"""
FINDINGS = """
SELECT document.sha256, code, severity, metric, year_ending, message FROM finding
JOIN reading ON reading.id = reading_id JOIN document ON document.id = document_id
ORDER BY 1, 2, 4, 5, 6
"""
LINKS = """
SELECT address, url, label, listed_year, first_seen IS NOT NULL, gone_since IS NULL, etag,
       last_modified FROM link ORDER BY address
"""
CAPTURES = """
SELECT url, time, status, headers, document.sha256 FROM capture
LEFT JOIN document ON document.id = document_id WHERE error IS NULL ORDER BY time, url
"""
OUTCOMES = """
SELECT run_id, link.address, outcome FROM outcome JOIN link ON link.id = link_id ORDER BY 1, 2
"""
DOCUMENTS = "SELECT sha256, size, media_type, path, page_count, producer FROM document ORDER BY 1"


def replay(files: list[Path], storage: Storage, *more: str) -> Ended:
    given = [part for file in files for part in ("--replay", str(file))]
    return ombudsman("crawl", *given, "--storage", storage.path, *more)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    """Three runs over a site that changes: a letter reissued, and put back; one gone; retries,
    redirects and a short body on the way."""
    storage = Storage(tmp_path_factory.mktemp("crawled") / "storage")
    with Replica(councils=3, years=(2020, 2021)) as replica:
        letters = replica.letters()
        first = letters[0].pdf()
        replica.faults[letters[1].path] = Fault(truncated_body=True, times=1)
        replica.faults[letters[2].path] = Fault(status=503, times=1)
        replica.faults[letters[3].path] = Fault(redirect=letters[4].path)
        assert storage.crawl(replica, "--collect", "letters,pages").status == 0
        replica.reissue(letters[0].path)
        replica.faults[letters[5].path] = Fault(status=404)
        assert storage.crawl(replica, "--collect", "letters,pages").status == 0
        replica.replace(letters[0].path, first)
        assert storage.crawl(replica, "--collect", "letters,pages").status == 0
    return storage


@pytest.fixture(scope="module")
def replayed(crawled: Storage, tmp_path_factory: pytest.TempPathFactory) -> Storage:
    storage = Storage(tmp_path_factory.mktemp("replayed") / "storage")
    # The site is no longer there: whatever comes, comes from the archive. In any order.
    ended = replay(warc.files(crawled.path)[::-1], storage)
    assert ended.status == 0, ended.all
    return storage


@pytest.mark.parametrize(
    "query",
    [
        LETTERS,
        VERSIONS,
        FIGURES,
        PAGES,
        PAGE_FIGURES,
        FINDINGS,
        LINKS,
        CAPTURES,
        OUTCOMES,
        DOCUMENTS,
    ],
)
def test_a_replay_arrives_at_the_same(crawled: Storage, replayed: Storage, query: str) -> None:
    rows = crawled.query(query)
    assert rows or query is FINDINGS
    assert replayed.query(query) == rows


def test_a_replay_sets_no_baseline_and_keeps_no_warc(replayed: Storage) -> None:
    runs = replayed.query("SELECT command, whole, verdict FROM run")
    assert runs == [{"command": "replay", "whole": 0, "verdict": "ok"}] * 3
    assert not (replayed.path / "warc").exists()
    replayed.sound()


def test_a_run_alone_needs_what_its_revisits_refer_to(crawled: Storage, storage: Storage) -> None:
    _, second, _ = warc.files(crawled.path)
    ended = replay([second], storage)
    assert ended.status == 4, ended.all
    assert "give the earlier run's WARC too" in ended.all


def test_what_is_not_archived_fails_without_a_request(storage: Storage, tmp_path: Path) -> None:
    with Replica(councils=2, years=(2020, 2021)) as replica:
        first = replica.letters()[0]
        assert storage.crawl(replica, "--years", str(first.year_ending)).status == 0
        (file,) = warc.files(storage.path)
        replica.clear_hits()
        again = Storage(tmp_path / "again")
        # The archived run's own window, as its first record tells it.
        ended = replay([file], again)
        assert ended.status == 0, ended.all
        assert set(again.outcomes()) == {"archived", "out_of_window"}
        wider = Storage(tmp_path / "wider")
        ended = replay([file], wider, "--years", "2020-2021")
        assert ended.status == 1, ended.all
        assert wider.outcomes()["failed"] == 2
        reasons = wider.query("SELECT reason FROM outcome WHERE outcome = 'failed'")
        assert {row["reason"] for row in reasons} == {"not in the archive that is replayed"}
        assert replica.hits == []


def test_a_replay_is_not_mixed_with_crawls(crawled: Storage) -> None:
    before = crawled.query("SELECT COUNT(*) AS n FROM run")
    ended = replay(warc.files(crawled.path)[:1], crawled)
    assert ended.status == 2
    assert "a storage of its own" in ended.err
    assert crawled.query("SELECT COUNT(*) AS n FROM run") == before


@pytest.mark.parametrize("content", [None, b"", b"no WARC at all", b"PK\x03\x04 broken"])
def test_files_that_are_none(storage: Storage, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "given.warc.gz"
    if content is not None:
        path.write_bytes(content)
    ended = replay([path], storage)
    assert ended.status == 2, ended.all
    assert "Traceback" not in ended.err
    assert len(ended.err.strip().splitlines()) == 1
    assert not storage.path.exists()


def test_a_torn_file_is_replayed_as_far_as_it_goes(
    crawled: Storage, storage: Storage, tmp_path: Path
) -> None:
    first = warc.files(crawled.path)[0]
    torn = tmp_path / first.name
    torn.write_bytes(first.read_bytes()[:-3000])
    ended = replay([torn], storage)
    assert "what lies before is replayed" in ended.err
    assert storage.outcomes()["failed"] >= 1
    storage.sound()
