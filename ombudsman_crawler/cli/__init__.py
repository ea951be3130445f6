"""The `ombudsman` command: one module for each kind of thing people want done."""

from __future__ import annotations

import os
import sqlite3
import sys
from typing import Annotated

import typer
from sqlalchemy.exc import DatabaseError

from ombudsman_crawler import __version__
from ombudsman_crawler.cli import (
    acknowledging,
    archive,
    charting,
    crawling,
    exploring,
    exporting,
    publishing,
    reading,
    rereading,
    searching,
    storage,
    trying,
    withholding,
)
from ombudsman_crawler.cli.edge import app, say
from ombudsman_crawler.exceptions import OmbudsmanError

__all__ = [
    "acknowledging", "app", "archive", "charting", "crawling", "exploring", "exporting", "main",
    "publishing", "reading", "rereading", "searching", "storage", "trying", "withholding",
]  # fmt: skip


@app.callback(invoke_without_command=True)
def _top(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        print(f"ombudsman_crawler {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; every error made on purpose is one sentence and an exit status."""
    try:
        # Typer itself answers wrong usage, with exit status 2, and Ctrl-C outside a crawl.
        app()
    except OmbudsmanError as error:
        say(str(error))
        sys.exit(error.exit_status)
    except DatabaseError as error:
        say(f"the database can't be read: {error.orig}; {_mend(error)}")
        sys.exit(2)
    except sqlite3.DatabaseError as error:
        # A published database, which is asked without SQLAlchemy.
        mend = _mend_full(error) or "restore it from a backup, or publish it again"
        say(f"the database can't be read: {error}; {mend}")
        sys.exit(2)
    except BrokenPipeError:
        if not _is_stdout_closed():
            raise
        # The reader of a pipe has gone: nothing is left to tell it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _mend(error: DatabaseError) -> str:
    if "locked" in str(error.orig):
        return "another program holds it: end that, and try again"
    return _mend_full(error.orig) or "restore it from a backup"


def _mend_full(error: BaseException | None) -> str | None:
    # What is only read is sorted in temporary files: the database itself is none the worse.
    if "full" in str(error):
        return "make room where it is, and in the folder for temporary files (TMPDIR)"
    return None


def _is_stdout_closed() -> bool:
    try:
        sys.stdout.write("\n")
        sys.stdout.flush()
    except BrokenPipeError:
        return True
    return False
