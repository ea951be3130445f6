"""Windows of the search: none is left out, none is asked for without a reason."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ombudsman_crawler import windows
from ombudsman_crawler.windows import Due, Known, State, Window
from ombudsman_crawler.years import YearRange

TODAY = date(2026, 6, 15)
OLDEST = date(2013, 4, 1)
JUNE = Window(date(2026, 6, 1), date(2026, 6, 30))
MAY = Window(date(2026, 5, 1), date(2026, 5, 31))
OLD = Window(date(2020, 2, 1), date(2020, 2, 29))

some_days = st.dates(date(2013, 4, 1), date(2030, 12, 31))


@given(oldest=some_days, today=some_days, data=st.data())
def test_windows_cover_every_day_once(oldest: date, today: date, data: st.DataObject) -> None:
    known: dict[Window, Known] = {}
    found = windows.all_of(oldest, today, known)
    for _ in range(data.draw(st.integers(0, 6))):
        if not found:
            break
        halves = data.draw(st.sampled_from(found)).halves()
        if halves:
            known.update(dict.fromkeys(halves, Known(State.OPEN, None)))
        found = windows.all_of(oldest, today, known)
    assert found == sorted(found, reverse=True)
    for later, earlier in pairwise(found):
        assert earlier.last + timedelta(days=1) == later.first
    if oldest <= today:
        assert found[-1].first <= oldest
        assert today <= found[0].last


@given(first=some_days, length=st.integers(0, 40))
def test_halves_are_a_window_again(first: date, length: int) -> None:
    window = Window(first, first + timedelta(days=length))
    halves = window.halves()
    if halves is None:
        assert length == 0
        return
    one, two = halves
    assert (one.first, two.last) == (window.first, window.last)
    assert one.last + timedelta(days=1) == two.first
    assert one in window
    assert window not in one


def test_a_month_that_was_halved_stays_halved() -> None:
    one, two = JUNE.halves() or ()
    known = {one: Known(State.OPEN, None), two: Known(State.OPEN, None)}
    found = windows.all_of(date(2026, 5, 1), TODAY, known)
    assert found == [two, one, MAY]


def test_half_a_record_of_halves_leaves_no_gap() -> None:
    """As a kill between the two would leave it."""
    one, two = JUNE.halves() or ()
    assert windows.all_of(JUNE.first, TODAY, {two: Known(State.COMPLETE, TODAY)}) == [two, one]


def test_years_are_those_ending_in_march() -> None:
    found = windows.all_of(OLDEST, TODAY, {}, YearRange(2024, 2024))
    assert len(found) == 12
    assert (found[-1].first, found[0].last) == (date(2023, 4, 1), date(2024, 3, 31))


def due(window: Window, known: Known | None, **asked: bool) -> Due | None:
    given_ = {window: known} if known else {}
    plan = windows.plan([window], given_, TODAY, **asked)
    return plan[0].due if plan else None


def test_what_is_due() -> None:
    yesterday = TODAY - timedelta(days=1)
    assert due(OLD, None) is Due.MISSING
    assert due(OLD, Known(State.SHORT, yesterday)) is Due.MISSING
    assert due(OLD, Known(State.OPEN, None)) is Due.MISSING
    assert due(OLD, Known(State.COMPLETE, TODAY)) is None
    assert due(OLD, Known(State.COMPLETE, TODAY), everything=True) is Due.ASKED_FOR
    assert due(OLD, Known(State.COMPLETE, TODAY - windows.ROTATION)) is Due.ROTATION
    assert due(OLD, Known(State.COMPLETE, TODAY - windows.ROTATION), missing_only=True) is None
    assert due(OLD, Known(State.COMPLETE, TODAY + timedelta(days=400))) is Due.ROTATION
    assert due(MAY, Known(State.COMPLETE, yesterday)) is Due.STILL_COMING
    assert due(JUNE, None) is Due.STILL_COMING


def test_what_still_comes_is_looked_at_and_now_and_then_walked_whole() -> None:
    assert not windows.is_glance_enough(None, TODAY)
    assert not windows.is_glance_enough(Known(State.SHORT, TODAY), TODAY)
    assert windows.is_glance_enough(Known(State.COMPLETE, TODAY), TODAY)
    before = TODAY - windows.WALKED_WHOLE
    assert not windows.is_glance_enough(Known(State.COMPLETE, before), TODAY)


def test_the_order_and_the_bound() -> None:
    april, older = windows.month(date(2020, 4, 1)), windows.month(date(2019, 4, 1))
    known = {
        OLD: Known(State.COMPLETE, TODAY - 2 * windows.ROTATION),
        older: Known(State.COMPLETE, TODAY - 3 * windows.ROTATION),
    }
    asked = [JUNE, MAY, april, OLD, older]
    assert [p.window for p in windows.plan(asked, known, TODAY)] == [JUNE, MAY, april, older, OLD]
    bounded = windows.plan(asked, known, TODAY, most=2)
    assert [p.window for p in bounded] == [JUNE, MAY, april, older]


@given(start=st.dates(date(2021, 1, 1), date(2030, 12, 31)))
def test_the_rotation_comes_to_each_window_once_a_round(start: date) -> None:
    """A complete window that is walked whenever it is due is due about every 180 days."""
    asked = start
    turns = []
    for passed in range(1, 3 * windows.ROTATION.days + 1):
        today = start + timedelta(days=passed)
        if windows.plan([OLD], {OLD: Known(State.COMPLETE, asked)}, today):
            turns.append(today)
            asked = today
    assert all(later - earlier == windows.ROTATION for earlier, later in pairwise(turns))
    assert len(turns) == 3


def test_the_rotation_is_spread_over_its_days() -> None:
    """After a backfill in one day no day has more than a few of 160 months."""
    every = [w for w in windows.all_of(OLDEST, TODAY, {}) if w.last + windows.STILL_COMING < TODAY]
    known = {window: Known(State.COMPLETE, TODAY) for window in every}
    counts = []
    for _ in range(windows.ROTATION.days):
        day = TODAY + timedelta(days=len(counts) + 1)
        due_now = windows.plan(every, known, day)
        known.update({planned.window: Known(State.COMPLETE, day) for planned in due_now})
        counts.append(len(due_now))
    assert sum(counts) == len(every)
    assert max(counts) <= 6
