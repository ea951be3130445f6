"""The numbers behind the older letters: published ones where all are known, else generated.

Generated numbers are consistent: parts add up to their totals, and a year is the same in every
letter that speaks of it, but for the few that were restated later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ombudsman_crawler.replica import chance
from ombudsman_crawler.replica.councils import Council
from ombudsman_crawler.replica.figures import percentage, published

# Complaints received a year per 100,000 residents, roughly, by kind.
_RECEIVED_PER_100K = {
    "county": 10.0,
    "district": 15.0,
    "metropolitan": 33.0,
    "unitary": 24.0,
    "london_borough": 48.0,
    "other": 0.4,
}
_POPULATION = 200_000

#: Subjects of the tables up to the year ending 2012: metric and heading, in the order of columns.
SUBJECTS = {
    "received_adult_care_services": "Adult care services",
    "received_benefits": "Benefits",
    "received_children_and_family_services": "Children and family services",
    "received_education": "Education",
    "received_housing": "Housing",
    "received_other": "Other",
    "received_planning_and_building_control": "Planning & building control",
    "received_public_finance": "Public finance",
    "received_transport_and_highways": "Transport and highways",
}
SOCIAL_SERVICES = "received_social_services"
_NOT_OF_A_DISTRICT = {
    "received_adult_care_services", "received_children_and_family_services", "received_education",
}  # fmt: skip
_NOT_OF_A_COUNTY = {"received_benefits", "received_housing", "received_public_finance"}
_SUBJECT_WEIGHTS = (2.0, 2.0, 2.0, 3.0, 4.0, 3.0, 6.0, 2.0, 4.0)

#: Categories of the years ending 2014 to 2018, in the order of columns.
CATEGORIES = {
    "received_adult_care_services": "Adult Care Services",
    "received_benefits_and_tax": "Benefits and Tax",
    "received_corporate_and_other_services": "Corporate and Other Services",
    "received_education_and_childrens_services": "Education and Children’s Services",
    "received_environment_services": "Environment Services",
    "received_highways_and_transport": "Highways and Transport",
    "received_housing": "Housing",
    "received_planning_and_development": "Planning and Development",
    "received_other": "Other",
}
_CATEGORY_WEIGHTS = (4.0, 4.0, 2.0, 5.0, 4.0, 4.0, 4.0, 5.0, 0.4)
_CATEGORIES_NOT_OF_A_DISTRICT = {
    "received_adult_care_services", "received_education_and_childrens_services",
}  # fmt: skip

#: Decisions up to the year ending 2011, without those of premature complaints.
DECISIONS = {
    "decided_mi_reports": "MI reps",
    "decided_local_settlement": "LS",
    "decided_m_reports": "M reps",
    "decided_nm_reports": "NM reps",
    "decided_no_maladministration": "No mal",
    "decided_ombudsman_discretion": "Omb disc",
    "decided_outside_jurisdiction": "Outside jurisdiction",
}
_DECISION_WEIGHTS = (0.15, 6.0, 0.03, 0.05, 9.0, 6.0, 4.0)


def apportion(total: int, weights: Mapping[str, float], *key: object) -> dict[str, int]:
    """Share a total out by weights, jittered by the key; the parts add up to it."""
    jittered = {
        name: weight * (0.4 + 1.2 * chance.share("weight", name, *key))
        for name, weight in weights.items()
    }
    whole = sum(jittered.values())
    exact = {name: total * weight / whole for name, weight in jittered.items()}
    parts = {name: int(part) for name, part in exact.items()}
    left = total - sum(parts.values())
    for name in sorted(exact, key=lambda name: parts[name] - exact[name])[:left]:
        parts[name] += 1
    return parts


def _received(council: Council, year_ending: int) -> int:
    # A quiet council in a quiet year: nothing at all, as every now and then a small one has it.
    if council.kind in ("district", "other") and (
        chance.share("no complaint", council.code, year_ending) < 0.02
    ):
        return 0
    expected = _RECEIVED_PER_100K[council.kind]
    expected *= (council.authority.population or _POPULATION) / 100_000
    return round(expected * (0.6 + 0.8 * chance.share("received", council.code, year_ending)))


@lru_cache(maxsize=8192)
def subjects(council: Council, year_ending: int) -> dict[str, int]:
    """Return complaints received by subject, for the columns a council of its kind has."""
    known = published().get((council.code, year_ending), {})
    total = int(known.get("received_total", _received(council, year_ending)))
    given = {metric: int(known[metric]) for metric in SUBJECTS if metric in known}
    if given and sum(given.values()) == total:
        return {metric: given.get(metric, 0) for metric in SUBJECTS}
    without = {"district": _NOT_OF_A_DISTRICT, "county": _NOT_OF_A_COUNTY}.get(council.kind, set())
    weights = {
        metric: weight
        for metric, weight in zip(SUBJECTS, _SUBJECT_WEIGHTS, strict=True)
        if metric not in without
    }
    return apportion(total, weights, "subjects", council.code, year_ending)


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions up to the year ending 2011."""

    outcomes: dict[str, int]
    premature: int

    @property
    def excluding_premature(self) -> int:
        return sum(self.outcomes.values())

    @property
    def total(self) -> int:
        return self.excluding_premature + self.premature


@lru_cache(maxsize=8192)
def decisions(council: Council, year_ending: int) -> Decisions:
    """Return the decisions of a year."""
    known = published().get((council.code, year_ending), {})
    if all(metric in known for metric in (*DECISIONS, "decided_premature")):
        return Decisions(
            {metric: int(known[metric]) for metric in DECISIONS}, int(known["decided_premature"])
        )
    key = ("decisions", council.code, year_ending)
    total = round(_total(council, year_ending) * (0.85 + 0.3 * chance.share("how many", *key)))
    premature = round(total * (0.15 + 0.2 * chance.share("premature", *key)))
    weights = dict(zip(DECISIONS, _DECISION_WEIGHTS, strict=True))
    return Decisions(apportion(total - premature, weights, *key), premature)


def _total(council: Council, year_ending: int) -> int:
    return sum(subjects(council, year_ending).values())


@lru_cache(maxsize=8192)
def response_times(council: Council, year_ending: int) -> tuple[int, float | None]:
    """Return how many first enquiries were made and the average days to answer them, if any."""
    known = published().get((council.code, year_ending), {})
    key = ("enquiries", council.code, year_ending)
    share = 0.35 + 0.2 * chance.share("how many", *key)
    enquiries = int(known.get("first_enquiries", round(_total(council, year_ending) * share)))
    days = known.get("avg_response_days", chance.whole(180, 449, "days", *key) / 10)
    return enquiries, days if enquiries else None


@dataclass(frozen=True, slots=True)
class AdviceTeam:
    """What the advice team did with the complaints of a year; the four add up to all received."""

    premature: int
    advice: int
    resubmitted: int
    new: int

    @property
    def forwarded(self) -> int:
        return self.resubmitted + self.new


@lru_cache(maxsize=8192)
def advice_team(council: Council, year_ending: int) -> AdviceTeam:
    """Return the advice team's numbers; those forwarded apart as resubmitted and new."""
    known = published().get((council.code, year_ending), {})
    key = ("advice team", council.code, year_ending)
    if "advice_team_forwarded" in known:
        forwarded = int(known["advice_team_forwarded"])
        resubmitted = round(0.2 * forwarded)
        return AdviceTeam(
            int(known["advice_team_premature"]), int(known["advice_team_advice_given"]),
            resubmitted, forwarded - resubmitted,
        )  # fmt: skip
    weights = {"premature": 5.0, "advice": 3.0, "resubmitted": 2.0, "new": 9.0}
    return AdviceTeam(**apportion(_total(council, year_ending), weights, *key))


def cross(rows: list[int], columns: list[int]) -> list[list[int]]:
    """Return a table of whole numbers with these sums of rows and of columns (equal totals)."""
    total = sum(columns)
    table = [[0] * len(columns) for _ in rows]
    # Every complaint of a subject gets a row by a stride through the rows' shares.
    stride = next(n for n in (7919, 104_729, 1_299_709, 1) if not total or total % n or n == 1)
    ends = [sum(rows[: number + 1]) for number in range(len(rows))]
    place = 0
    for column, count in enumerate(columns):
        for _ in range(count):
            at = place * stride % total
            table[next(row for row, end in enumerate(ends) if at < end)][column] += 1
            place += 1
    return table


_DECISIONS_OF_2012 = {
    "decided_not_enough_evidence_of_fault": 8.0,
    "decided_no_or_minor_injustice_and_other": 3.0,
    "decided_injustice_remedied_during_enquiries": 5.0,
    "decided_report": 0.1,
    "decided_no_power_to_investigate": 2.0,
    "decided_no_reason_to_use_exceptional_power": 1.0,
    "decided_investigation_not_justified_and_other": 4.0,
}


@lru_cache(maxsize=2048)
def decisions_of_2012(council: Council) -> dict[str, int]:
    """Return the decisions of the year ending 2012, by metric."""
    total = advice_team(council, 2012).forwarded
    return apportion(total, _DECISIONS_OF_2012, "decisions", council.code, 2012)


@lru_cache(maxsize=8192)
def categories(council: Council, year_ending: int, *, with_other: bool) -> dict[str, int]:
    """Return complaints and enquiries received by category, in the years ending 2014 to 2018."""
    without = _CATEGORIES_NOT_OF_A_DISTRICT if council.kind == "district" else set()
    weights = {
        # The columns are the same for all; a district's are empty where it has no such service.
        metric: 0.0 if metric in without else weight
        for metric, weight in zip(CATEGORIES, _CATEGORY_WEIGHTS, strict=True)
        if with_other or metric != "received_other"
    }
    return apportion(
        _received(council, year_ending), weights, "categories", council.code, year_ending
    )


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Decisions in the years ending 2014 to 2018, and what was remedied (printed from 2016)."""

    invalid: int
    advice: int
    referred: int
    closed: int
    not_upheld: int
    upheld: int
    by_ombudsman: int
    by_authority: int

    @property
    def total(self) -> int:
        detailed = self.not_upheld + self.upheld
        return self.invalid + self.advice + self.referred + self.closed + detailed

    @property
    def uphold_rate(self) -> int | None:
        return percentage(self.upheld, self.upheld + self.not_upheld)


@lru_cache(maxsize=8192)
def outcomes(council: Council, year_ending: int, revision: int = 0) -> Outcomes:
    """Return the decisions of a year; each revision is one more that was upheld."""
    key = ("outcomes", council.code, year_ending)
    total = round(_received(council, year_ending) * (0.85 + 0.25 * chance.share("total", *key)))
    weights = {
        "invalid": 1.0, "advice": 1.2, "referred": 9.0, "closed": 6.0, "not_upheld": 3.0,
        "upheld": 3.5,
    }  # fmt: skip
    if council.kind in ("district", "other") and chance.share("none detailed", *key) < 0.12:
        weights |= {"not_upheld": 0.0, "upheld": 0.0}
    parts = apportion(total, weights, *key)
    parts["upheld"] += revision
    remedied = round(parts["upheld"] * (0.7 + 0.3 * chance.share("remedied", *key)))
    by_authority = round(remedied * 0.3 * chance.share("by authority", *key))
    return Outcomes(**parts, by_ombudsman=remedied - by_authority, by_authority=by_authority)
