"""`ombudsman add`: letters that others than the site keep."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from conftest import AT_ONCE, Ended, Storage, ombudsman

from ombudsman_crawler.replica import Fault, Replica

KENT = "kent-county-council"
GOLDENS = Path(__file__).parents[1] / "letters" / "goldens"
COUNCILS_SITE = "https://council.example/papers/2009.pdf"


@pytest.fixture
def elsewhere() -> Iterator[Replica]:
    """Return another server, which keeps letters of years that the site doesn't have."""
    with Replica(councils=3, years=(2018, 2019)) as server:
        yield server


def add(storage: Storage, *arguments: str | Path) -> Ended:
    given = [f"--set={name}={value}" for name, value in AT_ONCE.items()]
    return ombudsman(
        "add", *arguments, "--storage", storage.path, "--site", "http://localhost", *given
    )


def shown(storage: Storage, year: int) -> list[tuple[object, ...]]:
    rows = storage.query(
        "SELECT DISTINCT authority, form, copy, url FROM figures JOIN annual_summary"
        " USING (authority, year_ending) WHERE year_ending = ?",
        year,
    )
    return [tuple(row.values()) for row in rows]


def test_a_file_with_its_source(storage: Storage, tmp_path: Path) -> None:
    with Replica(councils=3, years=(2018, 2018)) as server:
        letter = server.letter(KENT, 2018)
    file = tmp_path / "kept by kent.pdf"
    file.write_bytes(letter.pdf())
    said = add(storage, file, "--from", COUNCILS_SITE)
    assert said.status == 0, said.all
    assert "Kent County Council, year ending 2018: ok, local_authority_report" in said.out
    assert "a copy kept elsewhere" in said.out
    assert shown(storage, 2018) == [
        ("Kent County Council", "local_authority_report", 1, COUNCILS_SITE)
    ]
    (link,) = storage.query("SELECT kind, url, address FROM link")
    assert link == {
        "kind": "copy", "url": COUNCILS_SITE, "address": f"{COUNCILS_SITE}#{file.name}",
    }  # fmt: skip
    assert [path.read_bytes() for path in storage.documents()] == [letter.pdf()]
    assert storage.outcomes() == {"archived": 1}
    # Once more is no second letter.
    assert add(storage, file, "--from", COUNCILS_SITE).status == 0
    assert storage.outcomes() == {"unchanged": 1}
    assert len(storage.query("SELECT * FROM letter_version")) == 1
    storage.sound()


def test_an_address_on_another_server(storage: Storage, elsewhere: Replica) -> None:
    letter = elsewhere.letter(KENT, 2018)
    said = add(storage, elsewhere.url + letter.path)
    assert said.status == 0, said.all
    assert shown(storage, 2018)[0][2:] == (1, elsewhere.url + letter.path)
    assert [hit.path for hit in elsewhere.hits] == ["/robots.txt", unquote(letter.path)]
    captures = storage.query("SELECT status FROM capture ORDER BY id")
    assert captures == [{"status": 200}, {"status": 200}]


def test_robots_of_the_other_server_are_obeyed(storage: Storage, elsewhere: Replica) -> None:
    letter = elsewhere.letter(KENT, 2018)
    elsewhere.forbid(letter.path)
    said = add(storage, elsewhere.url + letter.path)
    assert said.status == 1
    assert "forbidden by robots.txt" in said.out
    assert "sources_taken_in" in said.out
    assert [hit.path for hit in elsewhere.hits] == ["/robots.txt"]


def test_a_server_that_cannot_be_reached_ends_the_run(storage: Storage) -> None:
    with socket.socket() as unheard:
        # Bound, not listening: whoever connects is refused.
        unheard.bind(("127.0.0.1", 0))
        said = add(storage, f"http://127.0.0.1:{unheard.getsockname()[1]}/2009.pdf")
    assert said.status == 4, said.all
    assert "robots.txt" in said.all
    assert storage.outcomes() == {"refused": 1}


def test_redirects_to_further_servers_are_refused(
    storage: Storage, elsewhere: Replica, replica: Replica
) -> None:
    letter = elsewhere.letter(KENT, 2018)
    target = replica.url + replica.letter(KENT, 2021).path
    elsewhere.faults[letter.path] = Fault(redirect=target)
    said = add(storage, elsewhere.url + letter.path)
    assert said.status == 1
    assert storage.outcomes() == {"refused": 1}
    assert replica.hits == []


def test_a_copy_never_stands_for_what_the_site_served(
    storage: Storage, replica: Replica, tmp_path: Path
) -> None:
    assert storage.crawl(replica).status == 0
    before = storage.query("SELECT * FROM figures WHERE slug = ? ORDER BY figure_id", KENT)
    other = replica.reissue(replica.letter(KENT, 2020).path)
    file = tmp_path / "other.pdf"
    file.write_bytes(other.pdf())
    said = add(storage, file, "--from", COUNCILS_SITE)
    assert said.status == 0, said.all
    assert "another version is current" in said.out
    after = storage.query("SELECT * FROM figures WHERE slug = ? ORDER BY figure_id", KENT)
    assert after == before
    notes = storage.query("SELECT severity, message FROM finding WHERE code = 'copies_disagree'")
    assert notes
    assert all(row["severity"] == "note" and COUNCILS_SITE in row["message"] for row in notes)
    # The site serves those words itself now: no copy any more, and current.
    assert storage.crawl(replica).status == 0
    rows = storage.query(
        "SELECT DISTINCT copy FROM figures WHERE slug = ? AND year_ending = 2020", KENT
    )
    assert rows == [{"copy": 0}]
    assert not storage.query("SELECT * FROM finding WHERE code = 'copies_disagree'")


def test_two_copies_that_disagree_are_both_in_doubt(
    storage: Storage, replica: Replica, tmp_path: Path
) -> None:
    first = replica.letter(KENT, 2020)
    files = []
    for number, letter in enumerate((first, replica.reissue(first.path))):
        files.append(tmp_path / f"{number}.pdf")
        files[-1].write_bytes(letter.pdf())
    assert add(storage, *files, "--from", COUNCILS_SITE).status == 0
    doubts = storage.query("SELECT doubts FROM figures WHERE doubts IS NOT NULL")
    assert {row["doubts"] for row in doubts} == {"copies_disagree"}


def test_a_file_with_two_letters(storage: Storage) -> None:
    said = add(storage, GOLDENS / "two-letters-in-one-file.pdf", "--from", COUNCILS_SITE)
    assert said.status == 0, said.all
    assert said.out.count("a copy kept elsewhere") == 2
    assert len(storage.query("SELECT * FROM letter")) == 2


def test_whose_letter_it_is_may_be_said(storage: Storage) -> None:
    scan = GOLDENS / "scan-without-text.pdf"
    said = add(storage, scan, "--from", COUNCILS_SITE, "--council", KENT, "--year", "2009")
    assert "Kent County Council, year ending 2009: unreadable" in said.out
    states = storage.query("SELECT state FROM coverage WHERE slug IS NULL AND year_ending = 2009")
    assert {"state": "unread"} in states


def test_what_is_no_pdf_is_not_taken_in(storage: Storage, tmp_path: Path) -> None:
    page = tmp_path / "page.pdf"
    page.write_text("<html>please accept cookies</html>")
    said = add(storage, page, "--from", COUNCILS_SITE)
    assert said.status == 1
    assert "is no PDF" in said.out
    assert storage.documents() == []
    assert storage.outcomes() == {"rejected": 1}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nothing.pdf", "--from", COUNCILS_SITE), "SOURCE: 'nothing.pdf'"),
        ((__file__,), "--from"),
        ((__file__, "--from", "my desk"), "--from: 'my desk'"),
        ((__file__, "--from", COUNCILS_SITE, "--council", "Kentt"), "--council: 'Kentt'"),
        ((__file__, "--from", COUNCILS_SITE, "--year", "2008-2009"), "--year"),
        ((__file__, "--from", COUNCILS_SITE, "--year", "soon"), "--year: 'soon'"),
    ],
)
def test_wrong_arguments_are_one_sentence(
    storage: Storage, arguments: tuple[str, ...], sentence: str
) -> None:
    said = add(storage, *arguments)
    assert said.status == 2, said.all
    assert sentence in said.err
    assert said.err.count("\n") == 1
    assert not storage.path.exists()
