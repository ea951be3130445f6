"""What the commands share: the application, where they print, how they say what went wrong."""

from __future__ import annotations

from datetime import date

import typer
from rich.console import Console

from ombudsman_crawler.exceptions import BadArgument, OmbudsmanError

app = typer.Typer(
    name="ombudsman",
    help="Find, archive and read the Local Government and Social Care Ombudsman's annual review "
    "letters. README.md leads through a first crawl.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

console = Console(soft_wrap=True, highlight=False)
_errors = Console(stderr=True, soft_wrap=True, highlight=False)


class Sentence(OmbudsmanError):
    """An error told in one sentence by the command line itself."""

    exit_status = 2


def say(sentence: str) -> None:
    """Say something to whoever runs the command, on standard error."""
    _errors.print(f"ombudsman: {sentence}", markup=False)


def whole_number(argument: str, value: str, least: int, most: int) -> int:
    """Read a whole number. Raises BadArgument where it isn't one of `least` to `most`."""
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise BadArgument(argument, value, f"write a whole number from {least} to {most}")
    return int(value)


def day(argument: str, value: str) -> date:
    """Read a day: 2025-12-31. Raises BadArgument where it is none."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise BadArgument(argument, value, "write a day as 2025-12-31") from None
