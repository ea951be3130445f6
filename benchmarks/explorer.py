"""Asks the explorer for its pages and prints the median time of each beside a bare page of
Datasette, of the same file in the same run.

    python benchmarks/explorer.py STORAGE [--times 15]

The target is for 320 councils and 18 years (`ombudsman replica --councils 320 --years 2008-2025`,
crawled). The bare page is the one of the table `coverage` by Datasette without any of our templates
or plugins. Ends with 1 when a page takes more than three times as long.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from datasette.app import Datasette

from ombudsman_crawler.database import analysts
from ombudsman_crawler.explore import server, shown

_MOST_TIMES = 3.0
_BARE = "/analysts/coverage"


def main() -> None:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("storage", type=Path)
    parser.add_argument("--times", type=int, default=15)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ombudsman-explorer-") as folder:
        path = Path(folder, "analysts.db")
        analysts.of_storage(asked.storage, path)
        bare = Datasette([], immutables=[str(path)]).app()
        showing = shown.Shown(asked.storage, path)
        try:
            times = asyncio.run(_measured(bare, server.application(showing), path, asked.times))
        finally:
            showing.close()
    of_bare = median(times.pop("bare"))
    print(f"{'page':10}{'median ms':>10}{'÷ bare':>8}")
    print(f"{'bare':10}{1000 * of_bare:10.1f}{1.0:8.2f}")
    worst = 0.0
    for name, found in times.items():
        ratio = median(found) / of_bare
        worst = max(worst, ratio)
        print(f"{name:10}{1000 * median(found):10.1f}{ratio:8.2f}")
    print(f"target: at most {_MOST_TIMES:g} times the bare page")
    sys.exit(int(worst > _MOST_TIMES))


async def _measured(bare: Any, ours: Any, path: Path, times: int) -> dict[str, list[float]]:
    """Return the seconds of each kind of page, asked for in turns, each time another one."""
    with analysts.Analysts(path) as database:
        letters = [
            row["letter"] for row in database.connection.execute("SELECT letter FROM letters")
        ]
    letters = [letter for letter in letters if letter.count("/") == 1]
    chance = random.Random(1)
    found: dict[str, list[float]] = {}
    async with _client(bare) as of_bare, _client(ours) as of_ours:
        for turn in range(times + 1):
            letter = chance.choice(letters)
            key, year = letter.split("/")
            for name, client, address in (
                ("bare", of_bare, _BARE),
                ("home", of_ours, "/"),
                ("council", of_ours, f"/council/{key}"),
                ("year", of_ours, f"/year/{year}"),
                ("letter", of_ours, f"/letter/{letter}"),
            ):
                started = time.perf_counter()
                answer = await client.get(address)
                took = time.perf_counter() - started
                answer.raise_for_status()
                # The first turn starts what starts once.
                if turn:
                    found.setdefault(name, []).append(took)
    return found


def _client(application: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(application)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=60)


if __name__ == "__main__":
    main()
