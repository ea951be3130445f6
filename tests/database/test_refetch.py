from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman_crawler.database.refetch import (
    ROTATION,
    WITHOUT_VALIDATORS,
    LinkState,
    Refetch,
    is_due,
    next_due,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def link(**known: object) -> LinkState:
    usual = {
        "link_id": 1,
        "address": "/documents/kent.pdf",
        "listed_year": 2015,
        "document_id": 7,
        "last_outcome": "archived",
        "last_asked": NOW - timedelta(days=1),
        "etag": '"x"',
        "last_modified": None,
    }
    return LinkState(**{**usual, **known})  # type: ignore[arg-type]


NEVER = link(document_id=None, last_outcome=None, last_asked=None, etag=None)
FAILED = link(last_outcome="failed")
GONE = link(last_outcome="gone")


@pytest.mark.parametrize("mode", list(Refetch))
def test_what_was_never_archived_or_failed_is_always_due(mode: Refetch) -> None:
    assert is_due(NEVER, mode, 2025, NOW)
    assert is_due(FAILED, mode, 2025, NOW)
    assert is_due(link(last_outcome="rejected"), mode, 2025, NOW)


def test_missing_asks_for_nothing_that_is_there() -> None:
    assert not is_due(link(listed_year=2025), Refetch.MISSING, 2025, NOW)
    assert not is_due(GONE, Refetch.MISSING, 2025, NOW)


def test_all_asks_for_everything() -> None:
    assert is_due(link(last_asked=NOW), Refetch.ALL, 2025, NOW)
    assert is_due(GONE, Refetch.ALL, 2025, NOW)


@pytest.mark.parametrize(
    ("year", "due"), [(2025, True), (2024, True), (2023, False), (None, False)]
)
def test_the_two_newest_years_are_asked_for_each_time(year: int | None, due: bool) -> None:
    assert is_due(link(listed_year=year), Refetch.CHANGED, 2025, NOW) is due


def test_without_validators_at_most_every_thirty_days() -> None:
    newest = {"listed_year": 2025, "etag": None}
    asked = NOW - WITHOUT_VALIDATORS
    assert not is_due(link(**newest, last_asked=asked + timedelta(1)), Refetch.CHANGED, 2025, NOW)
    assert is_due(link(**newest, last_asked=asked), Refetch.CHANGED, 2025, NOW)


@given(st.text(min_size=1), st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)))  # noqa: DTZ001
def test_every_older_letter_is_asked_for_within_the_rotation(address: str, then: datetime) -> None:
    asked = then.replace(tzinfo=UTC)
    due = next_due(address, 2010, 2025, asked, validators=True)
    assert timedelta(0) < due - asked <= ROTATION
    # Never twice in one day, and on the same day of the rotation ever after.
    assert due.date() > asked.date()
    assert (
        next_due(address, 2010, 2025, due + timedelta(hours=3), validators=True) - due == ROTATION
    )


@given(st.text(min_size=1), st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)))  # noqa: DTZ001
def test_an_older_letter_without_validators_too_but_not_within_thirty_days(
    address: str, then: datetime
) -> None:
    asked = then.replace(tzinfo=UTC)
    due = next_due(address, 2010, 2025, asked, validators=False)
    assert WITHOUT_VALIDATORS <= due - asked <= ROTATION


def test_a_run_a_day_asks_for_a_ninetieth_of_the_older_letters() -> None:
    letters, days = 3200, 2 * ROTATION.days
    last_asked = {f"/documents/{n}.pdf": NOW for n in range(letters)}
    asked_on: list[int] = []
    for day in range(1, days + 1):
        now = NOW + timedelta(days=day)
        due = [
            address
            for address, asked in last_asked.items()
            if is_due(link(address=address, last_asked=asked), Refetch.CHANGED, 2025, now)
        ]
        last_asked |= dict.fromkeys(due, now)
        asked_on.append(len(due))
    # Each once in a rotation from the first on, and no day has much more than its share.
    assert sum(asked_on) == 2 * letters
    assert asked_on[: ROTATION.days] == asked_on[ROTATION.days :]
    assert max(asked_on) < 2 * letters / ROTATION.days
