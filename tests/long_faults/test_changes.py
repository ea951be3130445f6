"""A site that changes between two runs: what was archived stays, what is new is told."""

from __future__ import annotations

import pytest
from battery import ONE_READER, Tell, Undisturbed, contents, nothing_lost, said, tell
from conftest import Ended, Storage, ombudsman

from ombudsman_crawler.replica import Fault, Replica


def crawl(storage: Storage, site: Replica, status: int = 0) -> Ended:
    """Crawl with nothing lost, whatever came of it."""
    ended = storage.crawl(site, **ONE_READER)
    assert ended.status == status, ended.all
    nothing_lost(storage)
    return ended


def kept(storage: Storage, undisturbed: Undisturbed) -> None:
    """Assert that letters, versions and figures are as they were."""
    ours = contents(storage)
    for name in ("versions", "figures", "annual_summary"):
        assert ours[name] == undisturbed.contents[name]


def test_a_letter_replaced_and_replaced_back(
    crawled: Storage, site: Replica, undisturbed: Undisturbed, record_property: Tell
) -> None:
    letter = site.letters()[0]
    first = letter.pdf()
    new = site.reissue(letter.path)
    replaced = crawl(crawled, site)
    assert crawled.outcomes() == {"new_version": 1, "unchanged": 5}
    was, now = undisturbed.contents, contents(crawled)
    key = {"authority": letter.authority, "year_ending": letter.year_ending}

    def of_letter(rows: list[dict]) -> list[dict]:
        return [row for row in rows if key.items() <= row.items()]

    assert of_letter(now["annual_summary"]) != of_letter(was["annual_summary"])
    assert len(now["versions"]) == len(was["versions"]) + 1
    # The figures of the version that was replaced stay, and are the current ones no longer.
    assert of_letter(now["figures"]) != of_letter(was["figures"])
    read = "SELECT COUNT(*) AS figures FROM figure"
    (before,), (after,) = undisturbed.storage.query(read), crawled.query(read)
    assert after["figures"] > before["figures"]
    assert crawled.query("SELECT * FROM finding WHERE code = 'figure_revised'")
    tell(record_property, "a letter is replaced", said(crawled), replaced.status)

    site.replace(letter.path, first)
    back = crawl(crawled, site)
    assert crawled.outcome_of(new.path)["outcome"] in ("archived", "new_version")
    ours = contents(crawled)
    for view in ("figures", "annual_summary", "coverage"):
        assert ours[view] == was[view]
    assert len(ours["versions"]) == len(was["versions"]) + 1
    tell(record_property, "a letter is replaced back", said(crawled), replaced.status, back.status)


@pytest.mark.parametrize("status", [404, 410])
def test_a_letter_gone(
    crawled: Storage,
    site: Replica,
    undisturbed: Undisturbed,
    record_property: Tell,
    status: int,
) -> None:
    letter = site.letters()[0]
    site.unlist(letter.path)
    site.faults[letter.path] = Fault(status=status)
    gone = crawl(crawled, site)
    assert crawled.outcomes() == {"gone": 1, "unchanged": 5}
    kept(crawled, undisturbed)
    assert crawled.query("SELECT COUNT(*) AS n FROM coverage WHERE state = 'gone'") == [{"n": 1}]
    tell(record_property, f"a letter is gone ({status})", said(crawled), gone.status)


def test_a_council_gone(
    crawled: Storage, site: Replica, undisturbed: Undisturbed, record_property: Tell
) -> None:
    name = "Dartford Borough Council"
    site.hide_council("dartford-borough-council")
    gone = crawl(crawled, site, 1)
    assert name in gone.out
    outcome = said(crawled)
    kept(crawled, undisturbed)
    settled = ombudsman(
        "acknowledge", "authority:dartford-borough-council", "--who", "Ann", "--verdict",
        "expected", "--note", "taken off the map", "--storage", crawled.path,
    )  # fmt: skip
    assert settled.status == 0, settled.all
    again = crawl(crawled, site)
    kept(crawled, undisturbed)
    tell(
        record_property,
        "a council is gone, then acknowledged",
        outcome,
        gone.status,
        again.status,
    )


def test_a_council_merged(storage: Storage, record_property: Tell) -> None:
    with Replica(councils=3, years=(2020, 2020)) as before:
        northampton = before.add_council("NOR")
        assert storage.crawl(before, **ONE_READER).status == 0
    was = contents(storage)
    with Replica(councils=3, years=(2020, 2022)) as after:
        after.add_council("WNT")
        assert northampton in after.former_slugs
        merged = crawl(storage, after)
    now = contents(storage)
    assert [row for row in now["versions"] if row in was["versions"]] == was["versions"]
    for view in ("figures", "annual_summary"):
        assert all(row in now[view] for row in was[view])
    (successor,) = storage.query(
        "SELECT successor.name FROM authority_successor JOIN authority AS predecessor"
        " ON predecessor.id = predecessor_id JOIN authority AS successor"
        " ON successor.id = successor_id WHERE predecessor.name = 'Northampton Borough Council'"
    )
    assert successor["name"] == "West Northamptonshire Council"
    tell(record_property, "a council is merged into another", said(storage), merged.status)


@pytest.mark.parametrize("style", ["json", "az", "script"])
def test_a_map_redesigned(
    crawled: Storage,
    site: Replica,
    undisturbed: Undisturbed,
    record_property: Tell,
    style: str,
) -> None:
    site.map_style = style
    redesigned = crawl(crawled, site)
    assert crawled.outcomes() == {"unchanged": 6}
    assert contents(crawled) == undisturbed.contents
    tell(record_property, f"the map is redesigned ({style})", said(crawled), redesigned.status)


def test_a_map_that_lists_nothing(
    crawled: Storage, site: Replica, undisturbed: Undisturbed, record_property: Tell
) -> None:
    site.map_style = "empty"
    empty = crawl(crawled, site, 1)
    outcome = said(crawled)
    assert contents(crawled) == undisturbed.contents
    site.map_style = "links"
    again = crawl(crawled, site)
    assert contents(crawled) == undisturbed.contents
    tell(
        record_property,
        "the map lists nothing, then all again",
        outcome,
        empty.status,
        again.status,
    )


@pytest.mark.parametrize(
    ("path", "outcomes", "status"), [("/documents", {"refused": 6}, 0), ("/", {}, 4)]
)
def test_robots_forbids(
    crawled: Storage,
    site: Replica,
    undisturbed: Undisturbed,
    record_property: Tell,
    path: str,
    outcomes: dict[str, int],
    status: int,
) -> None:
    site.forbid(path)
    forbidden = crawl(crawled, site, status)
    if outcomes:
        assert crawled.outcomes() == outcomes
    asked = [hit.raw_path for hit in site.hits if hit.raw_path != "/robots.txt"]
    assert not [url for url in asked if url.lower().startswith(path)]
    assert contents(crawled) == undisturbed.contents
    tell(
        record_property, f"robots.txt now forbids {path}", said(crawled) or "no letter",
        forbidden.status,
    )  # fmt: skip
