"""Where the log of a command goes, and in which form."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from ombudsman_crawler import times
from ombudsman_crawler.exceptions import BadArgument


class _Stderr(logging.StreamHandler[Any]):
    """Writes to what is standard error now: a live line of progress takes it over for a while."""

    @property
    def stream(self) -> Any:
        return sys.stderr

    @stream.setter
    def stream(self, _: Any) -> None:
        """Standard error is looked up each time."""


class _TextLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = times.utc(datetime.fromtimestamp(record.created, UTC))
        line = f"{moment} {record.levelname.lower()}: {record.getMessage()}"
        return line + ("\n" + self.formatException(record.exc_info) if record.exc_info else "")


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": times.utc(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def set_up(*, verbose: bool, log_format: str) -> None:
    """Log to standard error. Raises BadArgument for a format that isn't known."""
    formats: dict[str, type[logging.Formatter]] = {
        "text": _TextLines,
        "json": _JsonLines,
    }
    if log_format not in formats:
        raise BadArgument("--log-format", log_format, f"choose one of {', '.join(formats)}")
    handler = _Stderr()
    handler.setFormatter(formats[log_format]())
    if not verbose:
        handler.addFilter(_own_or_serious)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def _own_or_serious(record: logging.LogRecord) -> bool:
    """Let pass what this project says, and what others say in earnest.

    Of robots.txt `middlewares.Robots` tells itself what Scrapy tells with a traceback.
    """
    if record.name == "scrapy.downloadermiddlewares.robotstxt":
        return False
    # What Scrapy says on Ctrl-C: it ends gracefully, and what a second one would do.
    if record.name == "scrapy.crawler" and record.msg.startswith("Received"):
        return True
    return record.name.startswith("ombudsman_crawler") or record.levelno >= logging.WARNING
