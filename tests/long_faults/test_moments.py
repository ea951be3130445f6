"""Killed (SIGKILL) at random moments, and made whole by the next run."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from battery import (
    ONE_READER,
    Tell,
    Undisturbed,
    contents,
    made_whole,
    nothing_lost,
    said,
    tell,
)
from conftest import Storage, wait_until

from ombudsman_crawler.replica import Fault, Replica

#: CI takes fewer: each is a crawl that is killed and one that makes it whole.
MOMENTS = int(os.environ.get("FAULTS_MOMENTS", "20"))
#: So many of them at least fall after the first letter was asked for and before the last is stored.
AMONG_LETTERS = MOMENTS - 5
#: Seconds each letter takes to come, so that a crawl is long enough to be killed in.
SECONDS = 0.15
#: What is asked for before the first letter: robots.txt, the map, two pages for each council.
PAGES = 8


@dataclass(frozen=True, slots=True)
class Moment:
    """When a crawl is killed: so many seconds after the site saw so many requests."""

    requests: int
    seconds: float


def moments(letters: int) -> list[Moment]:
    """Choose the moments: most among the letters, where there is most to lose."""
    chance = random.Random(2021)
    among = [
        Moment(chance.randint(PAGES + 1, PAGES + letters - 2), chance.uniform(0, SECONDS))
        for _ in range(MOMENTS - 3)
    ]
    return [*among, *(Moment(chance.randint(1, PAGES), chance.uniform(0, 0.2)) for _ in range(3))]


@pytest.fixture(scope="module")
def slow() -> Iterator[Replica]:
    """Three councils, three years."""
    with Replica(councils=3, years=(2019, 2021)) as replica:
        yield replica


@pytest.fixture(scope="module")
def never_killed(slow: Replica, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    storage = Storage(tmp_path_factory.mktemp("never-killed") / "storage")
    assert storage.crawl(slow, **ONE_READER).status == 0
    return Undisturbed(storage, contents(storage))


def test_killed_at_random_moments(
    slow: Replica, never_killed: Undisturbed, tmp_path: Path, record_property: Tell
) -> None:
    letters = slow.letters()
    among = 0
    for number, moment in enumerate(moments(len(letters)), 1):
        for letter in letters:
            slow.faults[letter.path] = Fault(delay=SECONDS)
        slow.clear_hits()
        storage = Storage(tmp_path / f"{number}" / "storage")
        process = storage.start(slow, **ONE_READER, CONCURRENT_REQUESTS="2")
        wait_until(lambda moment=moment: len(slow.hits) >= moment.requests)
        time.sleep(moment.seconds)
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL, moment
        nothing_lost(storage)
        answered = sum(hit.path.endswith(".pdf") for hit in slow.hits)
        stored = sum(storage.outcomes().values())
        among += answered >= 1 and stored < len(letters)
        slow.faults.clear()
        again = made_whole(storage, slow, never_killed)
        tell(
            record_property,
            f"kill -9 {moment.seconds:.2f} s after request {moment.requests}:"
            f" {answered} letters answered, {stored} stored",
            f"as undisturbed; {said(storage)}",
            process.returncode,
            again.status,
        )
    assert among >= AMONG_LETTERS
