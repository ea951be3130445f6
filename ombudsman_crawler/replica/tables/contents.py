"""What a national table says about one authority: the figures of its letter, and some more.

Letters and pages of the years since 2019 say nothing of complaints received and of decisions
without an investigation; the tables do.
"""

from __future__ import annotations

from ombudsman_crawler.replica import wording
from ombudsman_crawler.replica.content import Truth
from ombudsman_crawler.replica.councils import Council
from ombudsman_crawler.replica.figures import figures
from ombudsman_crawler.replica.older import counts
from ombudsman_crawler.replica.older.local_authority_report import has_other

FIRST_YEAR = 2014
FIRST_YEAR_WITH_REMEDIES = 2016
FIRST_YEAR_PER_RESIDENTS = 2024

RECEIVED = "complaints_received"
DECIDED = "complaints_decided"
REMEDIES = "compliance_and_remedies"
SUBJECTS = (RECEIVED, DECIDED, REMEDIES)


def subjects(year_ending: int) -> tuple[str, ...]:
    """Return the subjects of which a year has tables."""
    return SUBJECTS if year_ending >= FIRST_YEAR_WITH_REMEDIES else (RECEIVED, DECIDED)


def values(body: Council, subject: str, year_ending: int, revision: int) -> dict[str, Truth]:
    """Return the figures of one row, by metric; (None, absence) where there can be no number."""
    if subject == RECEIVED:
        return _received(body, year_ending, revision)
    if year_ending < wording.FIRST_PANEL_YEAR:
        older = _decided_before_2019 if subject == DECIDED else _remedied_before_2019
        return older(body, year_ending, revision)
    if subject == DECIDED:
        return _decided(body, year_ending, revision)
    return _remedies(body, year_ending, revision)


def _received(body: Council, year_ending: int, revision: int) -> dict[str, Truth]:
    older = year_ending < wording.FIRST_PANEL_YEAR
    with_other = not older or has_other(body, year_ending)
    found = dict(counts.categories(body, year_ending, with_other=with_other))
    if older:
        found["received_corporate_and_other_services"] += revision
    return {
        **{metric: found.get(metric, 0) for metric in counts.CATEGORIES},
        "received_total": sum(found.values()),
    }


def _decided_before_2019(body: Council, year_ending: int, revision: int) -> dict[str, Truth]:
    found = counts.outcomes(body, year_ending, revision)
    row: dict[str, Truth] = {
        "decided_incomplete_or_invalid": found.invalid,
        "decided_advice_given": found.advice,
        "decided_referred_back_for_local_resolution": found.referred,
        "decided_closed_after_initial_enquiries": found.closed,
        "not_upheld_decisions": found.not_upheld,
        "upheld_decisions": found.upheld,
    }
    if year_ending >= FIRST_YEAR_WITH_REMEDIES:
        row["uphold_rate"] = _rate(found.uphold_rate)
    return {**row, "decided_total": found.total}


def _remedied_before_2019(body: Council, year_ending: int, revision: int) -> dict[str, Truth]:
    found = counts.outcomes(body, year_ending, revision)
    return {
        "remedied_by_lgo": found.by_ombudsman,
        "remedied_by_authority": found.by_authority,
    }


def _decided(body: Council, year_ending: int, revision: int) -> dict[str, Truth]:
    found = figures(body, year_ending, revision)
    row: dict[str, Truth]
    if year_ending >= wording.FIRST_OVERVIEW_YEAR:
        row = {"not_for_us": found.not_for_us, "assessed_and_closed": found.closed}
    else:
        row = dict(
            counts.apportion(
                found.not_for_us,
                {
                    "decided_incomplete_or_invalid": 1.0,
                    "decided_advice_given": 1.0,
                    "decided_referred_back_for_local_resolution": 6.0,
                },
                "not for us", body.code, year_ending,
            )
        )  # fmt: skip
        row["decided_closed_after_initial_enquiries"] = found.closed
    row |= {
        "detailed_investigations": found.investigations,
        "not_upheld_decisions": found.investigations - found.upheld,
        "upheld_decisions": found.upheld,
        "uphold_rate": _rate(found.uphold_rate),
        (
            "complaints_dealt_with"
            if year_ending >= wording.FIRST_OVERVIEW_YEAR
            else "decided_total"
        ): found.dealt_with,
        "uphold_rate_similar": _average(found.average("uphold_rate")),
    }
    if year_ending >= FIRST_YEAR_PER_RESIDENTS:
        row["upheld_per_100k"] = _average(found.per_100k)
        row["upheld_per_100k_similar"] = _average(found.average("upheld_per_100k"))
    return row


def _remedies(body: Council, year_ending: int, revision: int) -> dict[str, Truth]:
    found = figures(body, year_ending, revision)
    return {
        "compliance_outcomes": found.outcomes,
        "compliance_rate": _rate(found.compliance_rate),
        "compliance_rate_similar": _average(found.average("compliance_rate")),
        "satisfactory_remedy_decisions": found.remedies,
        "upheld_decisions": found.upheld,
        "satisfactory_remedy_rate": _rate(found.satisfactory_remedy_rate),
        "satisfactory_remedy_rate_similar": _average(found.average("satisfactory_remedy_rate")),
    }


def _rate(value: int | None) -> Truth:
    return (None, "no_base") if value is None else value


def _average(value: float | None) -> Truth:
    return (None, "not_compared") if value is None else value
