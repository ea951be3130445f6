"""Finding councils however the map lists them."""

from __future__ import annotations

import pytest
from conftest import Storage

from ombudsman_crawler.replica import Fault, Replica


@pytest.mark.parametrize("style", ["links", "options", "json", "az", "script", "data"])
def test_every_way_of_listing_councils(storage: Storage, style: str) -> None:
    with Replica(councils=8, years=(2021, 2021), map_style=style) as replica:
        ended = storage.crawl(replica)
        truth = replica.letters()
    assert ended.status == 0, ended.all
    assert storage.outcomes() == {"archived": len(truth)}
    assert storage.run()["counts"]["councils"] == 8


def test_an_empty_map_fails_the_run(storage: Storage, replica: Replica) -> None:
    replica.map_style = "empty"
    ended = storage.crawl(replica)
    assert ended.status == 1, ended.all
    assert "listed no council" in ended.out


def test_an_empty_map_fails_also_where_councils_are_known(
    storage: Storage, replica: Replica
) -> None:
    assert storage.crawl(replica).status == 0
    replica.map_style = "empty"
    assert storage.crawl(replica).status == 1
    # What earlier runs knew is asked for all the same.
    assert storage.outcomes() == {"unchanged": 6}


def test_no_letter_at_all_fails_the_run(storage: Storage, replica: Replica) -> None:
    for letter in replica.letters():
        replica.unlist(letter.path)
    ended = storage.crawl(replica)
    assert ended.status == 1, ended.all
    assert "letters_found" in ended.out


def test_a_first_run_that_finds_too_few_councils_fails(storage: Storage, replica: Replica) -> None:
    replica.faults["/your-councils-performance"] = Fault(
        replace=b'<a href="/your-councils-performance/kent-county-council/statistics">Kent</a>',
        content_type="text/html",
        headers={"X-Ombudsman-Replica": "councils=3"},
    )
    ended = storage.crawl(replica)
    assert ended.status == 1, ended.all
    assert "a first good run needs 3" in ended.out


def test_a_vanished_council_fails_the_run_by_name(storage: Storage, replica: Replica) -> None:
    assert storage.crawl(replica).status == 0
    replica.hide_council("dartford-borough-council")
    ended = storage.crawl(replica)
    assert ended.status == 1, ended.all
    assert storage.check("councils_still_there")["detail"].endswith("Dartford Borough Council")


def test_a_council_that_the_site_does_not_have_fails_the_run(
    storage: Storage, replica: Replica
) -> None:
    ended = storage.crawl(replica, "--council", "london-borough-of-hackney")
    assert ended.status == 1, ended.all
    assert "no page for: london-borough-of-hackney" in ended.out


def test_a_block_page_that_answers_200_is_not_taken_for_a_council(
    storage: Storage, replica: Replica
) -> None:
    assert storage.crawl(replica).status == 0
    page = f"/your-councils-performance/{replica.slugs[0]}/statistics"
    replica.faults[page] = Fault(html=True)
    ended = storage.crawl(replica)
    assert ended.status == 1, ended.all
    assert f"{page} (BlockPage: a block page came instead)" in ended.out


def test_a_council_that_never_listed_a_letter_is_no_failure(storage: Storage) -> None:
    with Replica(councils=3, years=(2020, 2021)) as replica:
        for letter in replica.letters():
            if letter.slug == replica.slugs[0]:
                replica.unlist(letter.path)
        ended = storage.crawl(replica)
    assert ended.status == 0, ended.all
    assert "1 councils list no letter" in storage.check("councils_have_letters")["detail"]


def test_a_failed_page_is_named_even_where_the_run_is_good(
    storage: Storage, replica: Replica
) -> None:
    page = f"/your-councils-performance/{replica.slugs[0]}/statistics"
    replica.faults[page] = Fault(status=500)
    ended = storage.crawl(replica, OMBUDSMAN_MAX_FAILED_SHARE="0.5")
    assert ended.status == 0, ended.all
    assert f"{page} (status 500)" in ended.out
