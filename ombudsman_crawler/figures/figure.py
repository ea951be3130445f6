"""A figure and what is said of it. Boxes are `(x0, y0, x1, y1)` in points from the top left of the
page as displayed (crop box, after rotation); pages count from 1."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Box = tuple[float, float, float, float]


class Severity(StrEnum):
    """`note` leaves a figure alone; `warning` and `error` make it doubtful."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a document, or its absence.

    `value` is None exactly when `absence` (see `metrics.ABSENCES`) says why. `value_text` keeps
    the characters as printed, `text` the sentence or cell around them; `box` encloses the number
    (None, like `page`, on a page of the site).
    """

    year_ending: int
    metric: str
    value: float | None
    absence: str | None = None
    value_text: str | None = None
    restated: bool = False
    page: int | None = None
    box: Box | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a reader of the figures should know. `metric` None: about the whole document."""

    code: str
    severity: Severity
    message: str
    metric: str | None = None
    year_ending: int | None = None
