"""The main job, shown: a crawl of a replica, one more that finds nothing new, a backfill of the
years before, the result."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ombudsman_crawler.database import session
from ombudsman_crawler.database.reader import Reader
from ombudsman_crawler.years import YearRange

# A replica on this machine needs no politeness.
_AT_ONCE = (
    "DOWNLOAD_DELAY=0",
    "AUTOTHROTTLE_ENABLED=False",
    "CONCURRENT_REQUESTS=8",
    "CONCURRENT_REQUESTS_PER_DOMAIN=8",
)

# The columns shown, and what they are called here to fit a terminal.
_COLUMNS = {
    "authority": "authority",
    "uphold_rate": "upheld %",
    "uphold_rate_similar": "average %",
    "upheld_decisions": "upheld",
    "detailed_investigations": "of",
    "compliance_rate": "comply %",
}


# The year of the two real letters.
_YEAR_SHOWN = 2021
# A council that the replica has letters of in every year, with published figures in many.
_COUNCIL_SHOWN = "bath-and-north-east-somerset-council"
_OVER_THE_YEARS = {
    "year_ending": "year",
    "received_total": "received",
    "decided_total": "decided",
    "detailed_investigations": "investigated",
    "upheld_decisions": "upheld",
    "uphold_rate": "upheld %",
    "doubtful": "doubtful",
}
_YEARS_AND_FORMS = {
    "year_ending": "year",
    "form": "form",
    "letters": "letters",
    "ok": "ok",
    "suspect": "suspect",
    "unread": "unread",
}
# The years before are past ones: a backfill fetches them.
_FIRST_RECENT = 2019


def run(console: Console, replica: Any, years: YearRange, storage: Path) -> int:
    """Crawl a `replica.Replica` of some years into a storage, twice the recent years and once the
    past ones, and print what came of it; return the exit status of the first crawl that failed,
    else 0."""
    recent = ["crawl", "--years", f"{max(years.first, _FIRST_RECENT)}-{years.last}"]
    recent += ["--refetch", "all"]
    past = ["backfill", f"{years.first}-{min(years.last, _FIRST_RECENT - 1)}"]
    steps = []
    if years.last >= _FIRST_RECENT:
        steps += [
            ("Find, archive, read and store:", recent),
            ("Once more: what has changed?", recent),
        ]
    if years.first < _FIRST_RECENT:
        steps.append(("The past years, whose letters have other forms:", past))
    with replica:
        console.print(f"A replica of the site is at {replica.url}; its letters are generated.")
        for what, command in steps:
            console.print(f"\n[bold]{what}[/bold] ombudsman {' '.join(command)}")
            before = len(replica.hits)
            status = _crawl(replica.url, storage, command)
            hits = list(replica.hits)[before:]
            letters = [hit for hit in hits if hit.path.lower().endswith(".pdf")]
            console.print(
                f"  the server saw {len(hits)} requests and sent"
                f" {sum(hit.body_bytes for hit in letters):,} bytes of letters"
            )
            if status:
                return status
    _show(console, storage)
    return 0


def _crawl(url: str, storage: Path, command: list[str]) -> int:
    settings = [argument for pair in _AT_ONCE for argument in ("--set", pair)]
    whole = [sys.executable, "-m", "ombudsman_crawler", *command, "--site", url]
    whole += ["--storage", str(storage), "--note", "demo", *settings]
    return subprocess.run(whole, check=False).returncode  # noqa: S603 - our own command


def _show(console: Console, storage: Path) -> None:
    engine = session.open_for_reading(storage)
    try:
        reader = Reader(engine)
        of_year = reader.summary_of_year(_YEAR_SHOWN)
        years = reader.years_and_forms()
        of_council = reader.summary_of_council(_COUNCIL_SHOWN)
    finally:
        engine.dispose()
    console.print("\n[bold]Every year, its form, and how its letters were read[/bold]")
    _print_table(console, _YEARS_AND_FORMS, years)
    if of_council:
        first, last = of_council[0], of_council[-1]
        console.print(
            f"\n[bold]{first['authority']}, {first['year_ending']} to {last['year_ending']}[/bold]"
        )
        _print_table(
            console,
            _OVER_THE_YEARS,
            [{**row, "doubtful": _count(row["doubtful"])} for row in of_council],
        )
        console.print(
            "  –: not in the form of that year, or absent with a reason. No decision was called"
            "\n  upheld before April 2014. Received and decided left the letters in 2019: from then"
            "\n  on they are those of the national tables (`sources` says so)."
        )
    if of_year:
        console.print(f"\n[bold]annual_summary of the year ending 31 March {_YEAR_SHOWN}[/bold]")
        _print_table(console, _COLUMNS, of_year)
    database = storage / session.DATABASE
    console.print(
        "\nDartford's and Kent's letters of 2021 are real ones; every other letter is generated."
        "\nWhat to look at next:"
        f"\n  .venv/bin/ombudsman status --storage {storage}"
        f'\n  sqlite3 -box {database} "SELECT metric, value_text, page, text FROM figures'
        " WHERE slug = 'kent-county-council' AND year_ending = 2021\""
        f"\n  .venv/bin/ombudsman read {storage}/letters"
    )


def _count(names: str | None) -> int | None:
    return len(names.split(",")) if names else None


def _print_table(console: Console, columns: dict[str, str], rows: list[dict[str, Any]]) -> None:
    table = Table(box=None)
    for name, short in columns.items():
        if name == "authority":
            table.add_column(short, no_wrap=True, max_width=28)
        elif name == "form":
            table.add_column(short, no_wrap=True)
        else:
            table.add_column(short, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in columns))
    console.print(table)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:g}" if isinstance(value, float) else str(value)
