"""What a crawl is asked to do: the collections, and the crawls they take."""

from __future__ import annotations

import pytest

from ombudsman_crawler.exceptions import BadArgument
from ombudsman_crawler.options import COLLECTIONS, Options


def collected(given: str) -> list[tuple[str, ...]]:
    return [crawl.collect for crawl in Options.read(collect=given).crawls()]


def test_all_is_one_walk_over_the_map_and_a_crawl_of_each_other_collection() -> None:
    assert collected("all") == [
        ("letters", "pages", "reports", "improvements"),
        ("tables",),
        ("decisions",),
    ]
    assert Options.read(collect="all").collect == COLLECTIONS


def test_collections_come_in_their_own_order_whatever_order_they_are_given_in() -> None:
    assert collected("decisions, pages,letters") == [("letters", "pages"), ("decisions",)]


@pytest.mark.parametrize("given", ["letter", "", "letters,", "all,letters", "LETTERS"])
def test_what_is_no_collection_is_refused_by_name(given: str) -> None:
    with pytest.raises(BadArgument, match=r"--collect.*improvements, or all"):
        Options.read(collect=given)


def test_each_crawl_keeps_what_else_was_asked_for() -> None:
    crawls = Options.read(collect="letters,tables", years="2021", limit=3).crawls()
    assert [(str(crawl.years), crawl.limit) for crawl in crawls] == [("2021", 3), ("2021", 3)]
