"""Windows: the spans of days the search for decisions is asked for, and when each is due.

Months, newest first; one with more decisions than a reasonable number of pages is halved, and its
halves again. Pure functions of what is known of the windows and of the day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ombudsman_crawler import years

#: Decisions come out six weeks after they were made, and some later: so long after its last day
#: new ones are expected in a window, and it is looked at in every run.
STILL_COMING = timedelta(days=42 + 21)
#: A window in which decisions still come is walked whole this often, even if it looks unchanged.
WALKED_WHOLE = timedelta(days=14)
#: Every older window is walked again within this time, in rotation: each on a day of its own.
ROTATION = timedelta(days=180)


class State(StrEnum):
    """Of a window: its last walk was never finished, found all that the search stated, or less."""

    OPEN = "open"
    COMPLETE = "complete"
    SHORT = "short"


class Due(StrEnum):
    """Why a window is asked for: it isn't complete; decisions still come in it (then a look at its
    first page may be enough); in rotation; or everything was asked for."""

    MISSING = "missing"
    STILL_COMING = "still coming"
    ROTATION = "rotation"
    ASKED_FOR = "asked for"


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    def __contains__(self, other: object) -> bool:
        """Whether it holds a day, or the whole of another window."""
        if isinstance(other, Window):
            return self.first <= other.first and other.last <= self.last
        return isinstance(other, date) and self.first <= other <= self.last

    def halves(self) -> tuple[Window, Window] | None:
        """Return its halves, always the same two; None for a single day."""
        if self.first == self.last:
            return None
        middle = self.first + (self.last - self.first) // 2
        return Window(self.first, middle), Window(middle + timedelta(days=1), self.last)

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class Known:
    """What is recorded of a window: `asked` is the day it was last walked to its end."""

    state: State
    asked: date | None
    stated: int | None = None
    collected: int | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A window that is asked for, and why."""

    window: Window
    due: Due


def month(day: date) -> Window:
    """Return the month a day is in."""
    first = day.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return Window(first, following - timedelta(days=1))


def months(oldest: date, newest: date) -> Iterator[Window]:
    """Yield the months from the one with `newest` back to the one with `oldest`."""
    window = month(newest)
    while window.last >= oldest:
        yield window
        window = month(window.first - timedelta(days=1))


def all_of(
    oldest: date,
    today: date,
    known: Mapping[Window, Known],
    wanted: years.YearRange | None = None,
) -> list[Window]:
    """Return every window there is, newest first: months, or the parts into which they were
    halved; those of some years ending 31 March only, if they are given."""
    return [
        part
        for whole in months(oldest, today)
        if wanted is None or _year_ending(whole) in wanted
        for part in _parts(whole, known)
    ]


def _year_ending(window: Window) -> int:
    return window.first.year + (window.first.month > 3)


def _parts(window: Window, known: Mapping[Window, Known]) -> Iterator[Window]:
    """The parts of a window, the later first: itself, unless something smaller is known of it."""
    halves = window.halves()
    if halves is None or window in known or not any(other in window for other in known):
        yield window
        return
    for half in reversed(halves):
        yield from _parts(half, known)


def plan(
    windows: list[Window],
    known: Mapping[Window, Known],
    today: date,
    *,
    everything: bool = False,
    missing_only: bool = False,
    most: int = 0,
) -> list[Planned]:
    """Return the windows to ask for, in the order to ask for them.

    First those in which decisions still come, then those that were never complete, both newest
    first, then those whose turn it is in rotation, the one asked longest ago first. `missing_only`
    leaves the rotation out, `everything` asks for all. Of the never complete and of the rotation
    together no more than `most` are asked for, unless it is 0.
    """
    coming: list[Planned] = []
    missing: list[Planned] = []
    turns: list[tuple[date, Planned]] = []
    for window in windows:
        before = known.get(window)
        if window.last + STILL_COMING >= today:
            coming.append(Planned(window, Due.ASKED_FOR if everything else Due.STILL_COMING))
        elif before is None or before.state is not State.COMPLETE or before.asked is None:
            missing.append(Planned(window, Due.MISSING))
        elif everything:
            missing.append(Planned(window, Due.ASKED_FOR))
        elif (not missing_only and _turn(window, today) > before.asked) or before.asked > today:
            # A day that hasn't come yet was written by a clock that went wrong: it tells nothing.
            turns.append((before.asked, Planned(window, Due.ROTATION)))
    turns.sort(key=lambda turn: turn[0])
    others = missing + [planned for _, planned in turns]
    return coming + (others[:most] if most else others)


def is_glance_enough(known: Known | None, today: date) -> bool:
    """Whether the first page tells enough of a window in which decisions still come: it is complete
    and was walked whole not long ago."""
    return (
        known is not None
        and known.state is State.COMPLETE
        and known.asked is not None
        and known.asked <= today < known.asked + WALKED_WHOLE
    )


def _turn(window: Window, today: date) -> date:
    """Return the last day, today included, that the rotation gave a window.

    The same window always has the same day, whenever it was walked before: windows of a backfill
    aren't all due again in one day.
    """
    place = int.from_bytes(hashlib.sha256(str(window).encode()).digest()[:4], "big") % ROTATION.days
    return today - timedelta(days=(today.toordinal() - place) % ROTATION.days)
