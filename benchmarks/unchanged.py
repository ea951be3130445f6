"""What a crawl asks of a site that hasn't changed: requests and bytes by kind, beside the bounds.

    python benchmarks/unchanged.py                  320 councils × 12 years (a quarter of an hour)
    python benchmarks/unchanged.py --councils 20    to see that it works

A replica is crawled once, without delays, and then again, unchanged: at once, and on `--days` days
after one another, for which the storage's times are moved back. How many older letters a daily
crawl asks for is counted over a whole rotation, without crawling. Ends with 1 when a bound is
broken.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from crawl import AT_ONCE, measure

from ombudsman_crawler.database import session
from ombudsman_crawler.database.reader import Reader
from ombudsman_crawler.database.refetch import ROTATION, LinkState, Refetch, is_due
from ombudsman_crawler.replica import Hit, Replica
from ombudsman_crawler.times import now

REQUESTS_A_COUNCIL = 4
KINDS = ("robots.txt", "map", "council pages", "lists of letters", "letters", "anything else")


def kind(path: str) -> str:
    """Return what is asked for at an address of the replica."""
    path = path.lower().rstrip("/")
    if path == "/robots.txt":
        return "robots.txt"
    if path == "/your-councils-performance":
        return "map"
    if path.startswith("/your-councils-performance/"):
        return "lists of letters" if "/annualletters/" in path else "council pages"
    return "letters" if path.endswith(".pdf") else "anything else"


@dataclass(frozen=True)
class Crawl:
    """One crawl: what it asked for, and by how many bytes database and WARCs grew."""

    name: str
    hits: Sequence[Hit]
    database: int
    warc: int
    wall: float

    def table(self) -> str:
        """Return requests and bytes of bodies by kind."""
        requests, other, size = Counter[str](), Counter[str](), Counter[str]()
        unchanged = Counter[str]()
        for hit in self.hits:
            name = kind(hit.path)
            requests[name] += 1
            unchanged[name] += hit.status == 304
            other[name] += hit.status != 304
            size[name] += hit.body_bytes
        rows = [f"{'':<20}{'requests':>10}{'304':>8}{'others':>8}{'bytes of bodies':>18}"]
        for name in (*(each for each in KINDS if requests[each]), "all"):
            if name == "all":
                for counted in (requests, unchanged, other, size):
                    counted["all"] = counted.total()
            rows.append(
                f"{name:<20}{requests[name]:>10,}{unchanged[name]:>8,}{other[name]:>8,}"
                f"{size[name]:>18,}"
            )
        each = len(self.hits)
        rows.append(
            f"{self.wall:.0f} s; bytes a request: database {self.database / each:.0f}, "
            f"WARC {self.warc / each:.0f}"
        )
        return "\n".join(rows)


def broken(crawl: Crawl, councils: int, older: int) -> Iterator[str]:
    """Yield each bound that a crawl of the unchanged site breaks, with the numbers."""
    bodies = [hit for hit in crawl.hits if kind(hit.path) == "letters" and hit.body_bytes]
    if bodies:
        yield f"{crawl.name}: {len(bodies)} letters' bodies came again, {bodies[0].path} among them"
    whole = [h for h in crawl.hits if kind(h.path) != "robots.txt" and h.status != 304]
    if whole:
        yield f"{crawl.name}: {len(whole)} answers were no 304, that of {whole[0].path} among them"
    bound = REQUESTS_A_COUNCIL * councils + older / ROTATION.days
    if len(crawl.hits) > bound:
        yield f"{crawl.name}: {len(crawl.hits)} requests, at most {bound:.0f} are allowed"


def due_by_day(storage: Path) -> list[int]:
    """Return how many older letters are due on each day of the next rotation, when the site is
    crawled once a day."""
    engine = session.open_for_reading(storage)
    reader = Reader(engine)
    newest, states = reader.newest_year(), [state for _, state in reader.link_states()]
    engine.dispose()
    start, asked, counted = now(), {state.link_id: state.last_asked for state in states}, []
    older = [state for state in states if not is_due(state, Refetch.CHANGED, newest, start)]
    for day in range(1, ROTATION.days + 1):
        moment = start + timedelta(days=day)
        due = [
            state
            for state in older
            if is_due(_asked(state, asked[state.link_id]), Refetch.CHANGED, newest, moment)
        ]
        asked |= {state.link_id: moment for state in due}
        counted.append(len(due))
    return counted


def _asked(state: LinkState, moment: datetime | None) -> LinkState:
    return replace(state, last_asked=moment)


def crawl(name: str, site: Replica, folder: Path) -> Crawl:
    """Crawl and count; a crawl that isn't good ends everything."""
    storage, log = folder / "storage", folder / "log"
    before = _sizes(storage)
    site.clear_hits()
    command = [sys.executable, "-m", "ombudsman_crawler", "crawl", "--site", site.url]
    command += ["--collect", "letters"]
    command += [f"--set={setting}={value}" for setting, value in AT_ONCE.items()]
    exit_status, wall, _, _ = measure([*command, "--storage", str(storage)], log, folder)
    if exit_status:
        raise SystemExit(f"{name}: exit status {exit_status}\n{log.read_text()[-3000:]}")
    database, warc = (after - was for after, was in zip(_sizes(storage), before, strict=True))
    done = Crawl(name, tuple(site.hits), database, warc, wall)
    print(f"\n{name}\n{done.table()}", flush=True)
    return done


def _sizes(storage: Path) -> tuple[int, int]:
    path = storage / session.DATABASE
    if not path.exists():
        return 0, 0
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path.stat().st_size, sum(f.stat().st_size for f in (storage / "warc").glob("*.gz"))


def _later(storage: Path, days: int) -> None:
    """Make a storage so many days older."""
    with sqlite3.connect(storage / session.DATABASE) as database:
        for column in ("last_asked", "next_due"):
            database.execute(
                f"UPDATE link SET {column} = strftime('%Y-%m-%dT%H:%M:%fZ', {column}, ?)"
                f" WHERE {column} IS NOT NULL",
                (f"-{days} days",),
            )
    database.close()


def main() -> int:
    """Crawl, print, compare."""
    parser = argparse.ArgumentParser(description="Count what a crawl of an unchanged site costs.")
    parser.add_argument("--councils", type=int, default=320, help="councils on the map (320)")
    parser.add_argument("--years", type=int, default=12, help="years of letters, up to 2025 (12)")
    parser.add_argument("--days", type=int, default=3, help="daily crawls of the rotation (3)")
    options = parser.parse_args()
    years = (2025 - options.years + 1, 2025)
    faults: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="ombudsman-unchanged-") as name,
        Replica(councils=options.councils, years=years) as replica,
    ):
        folder = Path(name).resolve()
        storage = folder / "storage"
        letters = replica.letters()
        older = sum(letter.year_ending <= years[1] - 2 for letter in letters)
        # The site has a page and a list for each former council too.
        councils = len(replica.slugs) + len(replica.former_slugs)
        print(f"{councils} councils' pages, {len(letters):,} letters, {older:,} of them older")
        crawl("the first crawl", replica, folder)
        due = due_by_day(storage)
        print(
            f"\nolder letters due a day: {sum(due) / len(due):.1f} on average over {len(due)} days,"
            f" {min(due)} to {max(due)}; a ninetieth is {older / ROTATION.days:.1f}"
        )
        if sum(due) > older:
            faults.append(f"{sum(due)} older letters are due in {len(due)} days, not {older}")
        faults += broken(crawl("unchanged, on the same day", replica, folder), councils, older)
        for day in range(1, options.days + 1):
            _later(storage, 1)
            faults += broken(crawl(f"unchanged, day {day}", replica, folder), councils, older)
    print()
    for fault in faults:
        print(f"BROKEN: {fault}")
    if not faults:
        print(
            f"every bound holds: no letter's body, pages as 304s, at most {REQUESTS_A_COUNCIL}"
            " requests a council and a ninetieth of the older letters"
        )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
