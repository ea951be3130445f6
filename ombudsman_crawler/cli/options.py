"""The options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

StorageOption = Annotated[
    Path,
    typer.Option(
        "--storage",
        envvar="OMBUDSMAN_STORAGE",
        help="Folder that holds the database and the documents.",
    ),
]
DatabaseOption = Annotated[
    Path | None,
    typer.Option(
        "--database",
        help="A database that `ombudsman publish` made, instead of the storage as it is now.",
    ),
]
SiteOption = Annotated[
    str, typer.Option("--site", envvar="OMBUDSMAN_SITE", help="Address of the site to crawl.")
]
CollectOption = Annotated[
    str | None,
    typer.Option(
        "--collect",
        help="What to collect, comma-separated: letters, pages, tables, decisions, reports, "
        "improvements; or all. Without it letters, pages and tables.",
    ),
]
YearsOption = Annotated[
    str | None,
    typer.Option("--years", help="Years ending 31 March, both ends included: 2021 or 2019-2021."),
]
CouncilOption = Annotated[
    list[str] | None,
    typer.Option("--council", help="Only this council, by slug or name; may be repeated."),
]
RefetchOption = Annotated[
    str | None,
    typer.Option(
        "--refetch",
        help="missing: never archived or failed last time. changed: those, the two newest years, "
        "and older letters in rotation. all: everything in the window. Conditionally each.",
    ),
]
LimitOption = Annotated[
    str | None,
    typer.Option("--limit", help="Ask for at most this many letters, tables or decisions."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="A Scrapy setting, as NAME=VALUE; may be repeated."),
]
DryRunOption = Annotated[
    bool,
    typer.Option("--dry-run", help="Say what would be asked for; store nothing."),
]
NoWarcOption = Annotated[
    bool, typer.Option("--no-warc", help="Keep no WARC of this run; documents are kept as ever.")
]
ReplayOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--replay",
        help="Ask a WARC or WACZ instead of the site, without any network; may be repeated. Each "
        "run in it becomes a run of a storage of its own.",
    ),
]
NoteOption = Annotated[
    str | None, typer.Option("--note", help="A word on this run, kept in its record.")
]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Show every step.")]
LogFormatOption = Annotated[
    str, typer.Option("--log-format", help="text, or json: one object a line.")
]
CouncilsOption = Annotated[str, typer.Option("--councils", help="How many councils.")]
ReplicaYearsOption = Annotated[
    str, typer.Option("--years", help="Years ending that have letters, from 2005: 2019-2025.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
OcrOption = Annotated[
    bool,
    typer.Option("--ocr", help="Read scanned pages by OCR (needs the extra `ocr`); all doubtful."),
]
KindOption = Annotated[
    list[str] | None,
    typer.Option(
        "--kind",
        help="Only this kind of council: county, district, metropolitan, unitary, london_borough "
        "or other; may be repeated.",
    ),
]
MetricsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--metrics",
        help="Only these metrics, comma-separated; a name may be a pattern: uphold_*. May be "
        "repeated.",
    ),
]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", help="What was current at the end of this day: 2025-12-31."),
]
