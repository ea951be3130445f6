"""The codes of findings and what each means. The list is data (`findings.csv` beside this file)."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def load() -> dict[str, str]:
    """Return each code's meaning."""
    text = files("ombudsman_crawler").joinpath("findings.csv").read_text(encoding="utf-8")
    return {row["code"]: row["meaning"] for row in csv.DictReader(text.splitlines())}
