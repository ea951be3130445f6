"""The main job, shown: a crawl of a replica, one more that finds nothing new, the result."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ombudsman_crawler.database import session
from ombudsman_crawler.database.reader import Reader

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


def run(console: Console, replica: Any, storage: Path) -> int:
    """Crawl a `replica.Replica` twice into a storage and print what came of it; return the exit
    status of the first crawl that failed, else 0."""
    with replica:
        console.print(f"A replica of the site is at {replica.url}; its letters are generated.")
        for what in ("Find, archive, read and store:", "Once more: what has changed?"):
            console.print(f"\n[bold]{what}[/bold]")
            before = len(replica.hits)
            status = _crawl(replica.url, storage)
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


def _crawl(url: str, storage: Path) -> int:
    settings = [argument for pair in _AT_ONCE for argument in ("--set", pair)]
    command = [sys.executable, "-m", "ombudsman_crawler", "crawl", "--site", url]
    command += ["--storage", str(storage), "--refetch", "all", "--note", "demo", *settings]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - our own command


def _show(console: Console, storage: Path) -> None:
    engine = session.open_for_reading(storage)
    try:
        rows = Reader(engine).summary_of_year(_YEAR_SHOWN)
    finally:
        engine.dispose()
    console.print(f"\n[bold]annual_summary of the year ending 31 March {_YEAR_SHOWN}[/bold]")
    table = Table(box=None)
    for name, short in _COLUMNS.items():
        if name == "authority":
            table.add_column(short, no_wrap=True, max_width=28)
        else:
            table.add_column(short, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in _COLUMNS))
    console.print(table)
    database = storage / session.DATABASE
    console.print(
        "\nDartford's and Kent's letters of 2021 are real ones; every other letter is generated."
        "\nWhat to look at next:"
        f"\n  .venv/bin/ombudsman status --storage {storage}"
        f'\n  sqlite3 -box {database} "SELECT metric, value_text, page, text FROM figures'
        " WHERE slug = 'kent-county-council' AND year_ending = 2021\""
        f"\n  .venv/bin/ombudsman read {storage}/letters/*/*.pdf"
    )


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:g}" if isinstance(value, float) else str(value)
