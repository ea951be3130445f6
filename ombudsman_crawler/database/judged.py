"""Whether the runs that an analysts' database comes from were good."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ombudsman_crawler.database.analysts import Analysts


def failing(database: Analysts, *, is_crawled_now: bool) -> Iterator[str]:
    """Yield what speaks against a database: each run that isn't good, unless a later one that asked
    for as much has made it so. `is_crawled_now`: a run without a verdict is under way."""
    runs = _rows(database, "SELECT * FROM runs ORDER BY run_id")
    if not runs:
        yield "no crawl has been made yet"
    elif all(run["verdict"] in (None, "killed") for run in runs):
        yield "no crawl has ended yet"
    newest = max((run["run_id"] for run in runs), default=None)
    judged = database.about["judged"].split(",")
    for run in runs:
        if str(run["run_id"]) not in judged:
            continue
        named = f"crawl {run['run_id']} ({run['collections']})"
        failed = [
            f"{row['check']}: {row['detail']}"
            for row in checks(database)
            if row["run_id"] == run["run_id"] and row["passed"] == 0
        ]
        if failed:
            yield f"{named} failed {', '.join(failed)}"
        elif run["verdict"] is None and run["run_id"] == newest and is_crawled_now:
            # Everything of it that is there is whole; the manifest says that it goes on.
            continue
        elif run["verdict"] is None:
            yield f"{named} was killed"
        elif run["verdict"] not in ("ok", "stopped"):
            yield f"{named} was {run['verdict']}: {run['reason']}"


def said(against: list[str], made: list[dict[str, Any]]) -> str:
    """Say in a sentence what `failing` and `checks` came to."""
    if against:
        return "; ".join(against)
    if not any(row["passed"] for row in made):
        return "no required check was made"
    return "every required check of the last runs holds"


def checks(database: Analysts) -> list[dict[str, Any]]:
    """Return every required check of the runs that are judged: `run_id`, `check`, `passed`,
    `detail`."""
    return _rows(
        database,
        'SELECT run_id, "check", passed, detail FROM run_checks WHERE required'
        ' ORDER BY run_id, "check"',
    )


def _rows(database: Analysts, query: str) -> list[dict[str, Any]]:
    return [dict(row) for row in database.connection.execute(query)]
