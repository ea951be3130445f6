"""The cases behind the decisions: whose, of which year, decided when and how.

A case is a few words; what its decision says is composed when somebody asks for it, so that tens
of thousands cost little. The numbers of cases follow from the figures of letters and pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

from ombudsman_crawler.replica import chance
from ombudsman_crawler.replica.councils import Council, all_councils
from ombudsman_crawler.replica.figures import figures
from ombudsman_crawler.replica.subjects import Subject, subject_of

UPHELD, NOT_UPHELD, CLOSED = "Upheld", "Not upheld", "Closed after initial enquiries"
OUTCOMES = (UPHELD, NOT_UPHELD, CLOSED)
#: The codes of the search for them.
OUTCOME_CODES = {"u": UPHELD, "nu": NOT_UPHELD, "c": CLOSED}

#: How long after its day a decision appears.
EMBARGO = timedelta(weeks=6)

# Of what is kept when there are fewer cases than the figures say, this part was investigated.
_INVESTIGATED = 0.75
# How many years after its end a former council's last cases are decided.
_LATE_YEARS = 5
_PER_BODY = 1250
# Coprime with a million: neighbouring cases have references far apart, and no two the same.
_SCATTER, _SHIFT = 370_261, 104_729


@dataclass(frozen=True, slots=True)
class Body:
    """Somebody decisions are about: a council of the register, or a body that isn't in it."""

    code: str
    kind: str
    name: str
    """Its name as the site prints it."""
    register_name: str | None
    """Its name in the register; None when it isn't there."""


OTHER_BODIES = (
    Body("x-care", "care provider", "Specimen Care Homes Limited", None),
    Body("x-trust", "health body", "Mockford & District NHS Foundation Trust", None),
    Body("x-school", "school", "St Pretend’s Church of England Primary School", None),
    Body("x-transport", "transport body", "Transport for London", None),
)


@cache
def bodies() -> dict[str, Body]:
    """Return every body decisions can be about, by code."""
    councils = [
        Body(council.code, council.kind, council.name, council.authority.name)
        for council in all_councils().values()
    ]
    return {body.code: body for body in (*councils, *OTHER_BODIES)}


@cache
def _places() -> dict[str, int]:
    return {code: place for place, code in enumerate(bodies())}


@dataclass(frozen=True, slots=True)
class Case:
    """One decided case. `number` tells the cases of a body's year apart."""

    code: str
    year_ending: int
    number: int
    outcome: str
    kind: str
    """`statement` or `report`."""
    decided: date
    reference: str
    """As text has it: 24 005 701."""
    subject: Subject
    has_sub_category: bool
    added: bool = False
    """Whether a test published it."""

    @property
    def key(self) -> tuple[str, int, int]:
        return self.code, self.year_ending, self.number

    @property
    def address(self) -> str:
        return (
            f"/decisions/{self.subject.category}/{self.subject.slug}"
            f"/{self.reference.replace(' ', '-')}"
        )

    @property
    def published(self) -> date:
        """The first day on which the site has it."""
        return self.decided + EMBARGO


def year_of(day: date) -> int:
    """Return the year ending 31 March in which a day lies."""
    return day.year + ((day.month, day.day) >= (4, 1))


@lru_cache(maxsize=4096)
def cases_of(council: Council, year_ending: int, most: int) -> tuple[Case, ...]:
    """Return a council's cases decided in a year, at most `most` of them, in no order.

    With `most` no limit, counts of outcomes are those of
    the figures; with less, those of the upheld and the not upheld still are where few enough.
    """
    if not most:
        return ()
    if year_ending > council.last_year(year_ending):
        return _late(council, year_ending)
    if not council.lived_in(year_ending):
        return ()
    numbers = figures(council, year_ending)
    refused = numbers.investigations - numbers.upheld
    kept = _kept(numbers.upheld, refused, numbers.closed, most)
    starts = (0, numbers.upheld, numbers.investigations)
    reports = reports_in(council, year_ending)
    return tuple(
        case_about(
            bodies()[council.code],
            year_ending,
            start + place,
            outcome,
            kind="report" if outcome == UPHELD and place < reports else "statement",
        )
        for outcome, start, count in zip(OUTCOMES, starts, kept, strict=True)
        for place in range(count)
    )


def reports_in(council: Council, year_ending: int) -> int:
    """Return how many public reports a year has about a council: what its letter says, if it does.

    Letters are silent about most years without one, and about some with one.
    """
    numbers = figures(council, year_ending)
    if numbers.reports is not None or numbers.upheld < 2:
        return numbers.reports or 0
    return int(chance.share("report the letter is silent about", council.code, year_ending) < 0.15)


def _kept(upheld: int, refused: int, closed: int, most: int) -> tuple[int, int, int]:
    """Return how many cases of each outcome are kept when there are at most `most`."""
    if upheld + refused + closed <= most:
        return upheld, refused, closed
    investigated = min(upheld + refused, round(most * _INVESTIGATED) or 1)
    if upheld + refused > investigated:
        upheld = round(investigated * upheld / (upheld + refused))
        refused = investigated - upheld
    return upheld, refused, min(closed, most - investigated)


def _late(council: Council, year_ending: int) -> tuple[Case, ...]:
    """Return the case of a former council that was decided after its end, if there is one."""
    late = year_ending - council.last_year(year_ending) <= _LATE_YEARS
    if not late or chance.share("late case", council.code, year_ending) < 0.5:
        return ()
    return (case_about(bodies()[council.code], year_ending, 0, UPHELD),)


def cases_of_others(year_ending: int) -> list[Case]:
    """Return the cases of a year about bodies that the register doesn't have."""
    return [
        case_about(body, year_ending, number, outcome)
        for body in OTHER_BODIES
        for number, outcome in enumerate((UPHELD, NOT_UPHELD))
    ]


def case_about(
    body: Body,
    year_ending: int,
    number: int,
    outcome: str,
    *,
    kind: str = "statement",
    decided: date | None = None,
    subject: Subject | None = None,
    added: bool = False,
) -> Case:
    """Return one case of a body's year; what isn't given is chosen."""
    key = (body.code, year_ending, number)
    day = decided or _working_day(year_ending, *key)
    return Case(
        code=body.code,
        year_ending=year_ending,
        number=number,
        outcome=outcome,
        kind=kind,
        decided=day,
        reference=_reference(body.code, year_ending, number, added=added),
        subject=subject or subject_of(body.kind, *key),
        has_sub_category=chance.share("sub-category", *key) >= 0.06,
        added=added,
    )


def _working_day(year_ending: int, *key: object) -> date:
    day = date(year_ending - 1, 4, 1) + timedelta(days=chance.whole(0, 364, "decided", *key))
    weekend = max(0, day.weekday() - 4)
    earlier = day - timedelta(days=weekend)
    if year_of(earlier) < year_ending:
        return day + timedelta(days=3 - weekend)
    return earlier


def _reference(code: str, year_ending: int, number: int, *, added: bool) -> str:
    """Return a reference: the year the case was registered in, and a number."""
    key = (code, year_ending, number)
    # Registered in the year of the decision, or in that before it.
    registered = year_ending - 1 - (chance.share("registered", *key) < 0.35)
    # A year of registration has cases of two years of decisions: each has one half of the numbers.
    place = len(_places()) if added else _places()[code]
    serial = (2 * place + year_ending % 2) * _PER_BODY + number
    scattered = (serial * _SCATTER + registered * _SHIFT) % 1_000_000
    return f"{registered % 100:02d} {scattered // 1000:03d} {scattered % 1000:03d}"
