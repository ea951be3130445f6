"""When a known letter is asked for again. Pure functions of a link's row and the time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from ombudsman_crawler.items import Outcome

#: Every older letter is asked for again within this time, in rotation: each on a day of its own,
#: so that a run a day asks for a ninetieth of them.
ROTATION = timedelta(days=90)
#: Of decisions there are ten times as many, and what is published of one hardly ever changes.
ROTATION_OF_DECISIONS = timedelta(days=360)
#: A letter whose server sends no validators costs a whole download: not more often than this.
WITHOUT_VALIDATORS = timedelta(days=30)
#: How many of the newest years are asked for in every run.
NEWEST_YEARS = 2


class Refetch(StrEnum):
    """`missing`: never archived or failed last time. `changed`: those, the newest years and older
    letters in rotation. `all`: everything in the window."""

    MISSING = "missing"
    CHANGED = "changed"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class LinkState:
    """What the rules need of a link: whether it was ever archived, how the last attempt ended, when
    it was last asked with an answer, what the server gave to ask conditionally with; its kind."""

    link_id: int
    address: str
    listed_year: int | None
    document_id: int | None
    last_outcome: str | None
    last_asked: datetime | None
    etag: str | None
    last_modified: str | None
    kind: str = "letter"
    #: The site lists it otherwise than before, or doesn't list it any longer.
    changed: bool = False

    @property
    def has_validators(self) -> bool:
        return bool(self.etag or self.last_modified)


def next_due(
    address: str,
    listed_year: int | None,
    newest_year: int | None,
    asked: datetime,
    validators: bool,
    kind: str = "letter",
) -> datetime:
    """Return from when a letter, or another kind of link, that has just been asked for is asked for
    again."""
    newest = (
        listed_year is not None
        and newest_year is not None
        and listed_year > newest_year - NEWEST_YEARS
    )
    if newest:
        return asked if validators else asked + WITHOUT_VALIDATORS
    due = _own_day(address, asked, ROTATION_OF_DECISIONS if kind == "decision" else ROTATION)
    return due if validators else max(due, asked + WITHOUT_VALIDATORS)


def _own_day(address: str, after: datetime, rotation: timedelta) -> datetime:
    """Return when the next day begins (UTC) that a rotation gives an address, after today.

    The same address always has the same day, whenever it was asked for before: a backfill isn't
    repeated in one day, and an extra request doesn't move the day.
    """
    place = int.from_bytes(hashlib.sha256(address.encode()).digest()[:4], "big") % rotation.days
    today = after.astimezone(UTC).date()
    days = (place - today.toordinal()) % rotation.days or rotation.days
    return datetime.combine(today + timedelta(days=days), time(), UTC)


def is_due(state: LinkState, mode: Refetch, newest_year: int | None, now: datetime) -> bool:
    """Whether to ask for a letter now."""
    # A decision may be gone before it was ever archived: then it isn't missing, but gone.
    missing = state.document_id is None and state.last_outcome != Outcome.GONE
    if missing or state.changed or state.last_outcome in (Outcome.FAILED, Outcome.REJECTED):
        return True
    if mode is Refetch.MISSING:
        return False
    # A time that hasn't come yet was written by a clock that went wrong: it tells nothing.
    if mode is Refetch.ALL or state.last_asked is None or state.last_asked > now:
        return True
    due = next_due(
        state.address,
        state.listed_year,
        newest_year,
        state.last_asked,
        state.has_validators,
        state.kind,
    )
    return now >= due
