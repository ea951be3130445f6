"""What a cell says: a number, or why there is none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ombudsman_crawler.sheets.sheet import Cell

_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.\d{1,9})?")
_MARKS = re.compile(r"\s*(?:[*†‡§^¹²³]|\[\w\]|\(?[rp]\)?)+$")
_BLANK = frozenset({"", "-", "–", "—", "‐", "−"})
_NOT_APPLICABLE = re.compile(r"n\s?[/.]?\s?a\.?|not applicable|#n/a", re.I)
_DIVIDED_BY_ZERO = "#div/0!"


@dataclass(frozen=True, slots=True)
class Value:
    """`number` is None exactly where `absence` says why. `percent`: a percent sign belongs to it.
    `marked`: something stands behind it that may qualify it. `strange`: what stands there is
    neither a number nor a word for none."""

    number: float | None
    absence: str | None = None
    percent: bool = False
    marked: bool = False
    strange: bool = False


def read(cell: Cell) -> Value:
    """Return what a cell says."""
    if cell.number is not None:
        return Value(cell.number, percent=cell.percent)
    text = cell.text.strip()
    if text in _BLANK:
        return Value(None, "blank")
    if _NOT_APPLICABLE.fullmatch(text) or text.lower() == _DIVIDED_BY_ZERO:
        return Value(None, "not_applicable")
    bare = _MARKS.sub("", text)
    percent = bare.endswith("%")
    number = bare.removesuffix("%").strip()
    if not _NUMBER.fullmatch(number):
        return Value(None, "not_in_text", strange=True)
    return Value(float(number.replace(",", "")), percent=percent, marked=bare != text)


def are_fractions(values: Iterable[Value]) -> bool | None:
    """Whether a column of percentages has 0.74 for 74%: none of its numbers has a percent sign
    and none is over 1. None where that can't be told: all of them are 0 or 1."""
    bare = [value.number for value in values if value.number is not None and not value.percent]
    if not bare or any(number > 1 for number in bare):
        return False
    if all(number in (0, 1) for number in bare):
        return None if any(number == 1 for number in bare) else False
    return True
