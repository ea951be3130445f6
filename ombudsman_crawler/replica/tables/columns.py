"""The columns of the national tables: what each year calls them, and in which order they stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ombudsman_crawler.replica.tables import contents
from ombudsman_crawler.replica.tables.styles import Style

#: Metrics that are a percentage; all others are counts but for those per 100,000 residents.
RATES = frozenset(
    {
        "uphold_rate", "uphold_rate_similar", "compliance_rate", "compliance_rate_similar",
        "satisfactory_remedy_rate", "satisfactory_remedy_rate_similar",
    }
)  # fmt: skip
PER_RESIDENTS = frozenset({"upheld_per_100k", "upheld_per_100k_similar"})

NAME = "name"
KIND = "kind"

# What each column is called: usually, and where columns are renamed.
_HEADINGS = {
    NAME: ("Authority Name", "Local authority"),
    KIND: ("Authority type", "Type of authority"),
    "received_adult_care_services": ("Adult Care Services", "Adult care"),
    "received_benefits_and_tax": ("Benefits and Tax", "Benefits & Tax"),
    "received_corporate_and_other_services": (
        "Corporate and Other Services", "Corporate & Other Services",
    ),
    "received_education_and_childrens_services": (
        "Education and Children’s Services", "Education & Children's Services",
    ),
    "received_environment_services": (
        "Environment Services",
        "Environmental Services & Public Protection & Regulation",
    ),
    "received_highways_and_transport": ("Highways and Transport", "Highways & Transport"),
    "received_housing": ("Housing", "Housing"),
    "received_planning_and_development": ("Planning and Development", "Planning & Development"),
    "received_other": ("Other", "Other"),
    "received_total": ("Total", "Total received"),
    "decided_incomplete_or_invalid": ("Invalid or Incomplete", "Incomplete/Invalid"),
    "decided_advice_given": ("Advice Given", "Advice given"),
    "decided_referred_back_for_local_resolution": (
        "Referred back for Local Resolution", "Referred Back",
    ),
    "decided_closed_after_initial_enquiries": (
        "Closed after Initial Enquiries", "Closed after initial enquiries",
    ),
    "not_for_us": ("Not for us or not ready for us", "Not for us"),
    "assessed_and_closed": ("Assessed and closed", "Assessed and Closed"),
    "detailed_investigations": ("Detailed Investigations", "Investigations"),
    "not_upheld_decisions": ("Not Upheld", "Detailed Investigations Not Upheld"),
    "upheld_decisions": ("Upheld", "Detailed Investigations Upheld"),
    "decided_total": ("Total", "Total decisions"),
    "complaints_dealt_with": ("Total complaints dealt with", "Complaints dealt with"),
    "uphold_rate": ("Uphold rate (%)", "% upheld"),
    "uphold_rate_similar": (
        "Average uphold rate (%) of similar authorities", "Similar authorities: average % upheld",
    ),
    "upheld_per_100k": (
        "Upheld decisions per 100,000 residents", "Upheld decisions (per 100,000 residents)",
    ),
    "upheld_per_100k_similar": (
        "Average upheld decisions per 100,000 residents of similar authorities",
        "Similar authorities: average upheld decisions per 100,000 residents",
    ),
    "remedied_by_lgo": ("by LGO", "Remedied by LGO"),
    "remedied_by_authority": (
        "Satisfactorily by Authority before LGO Involvement", "Remedied by authority",
    ),
    "compliance_outcomes": ("Compliance outcomes", "Cases with a compliance outcome"),
    "compliance_rate": ("Compliance rate (%)", "% complied with"),
    "compliance_rate_similar": (
        "Average compliance rate (%) of similar authorities",
        "Similar authorities: average % complied with",
    ),
    "satisfactory_remedy_decisions": (
        "Satisfactory remedy decisions", "Upheld cases with a satisfactory remedy",
    ),
    "satisfactory_remedy_rate": (
        "Satisfactory remedy rate (%)", "% satisfactory remedies",
    ),
    "satisfactory_remedy_rate_similar": (
        "Average satisfactory remedy rate (%) of similar authorities",
        "Similar authorities: average % satisfactory remedies",
    ),
}  # fmt: skip
# Beside remedies the upheld decisions are what those are counted of.
_UPHELD_BESIDE_REMEDIES = ("Upheld decisions", "Cases upheld")

_GROUPS = {
    "received": "Complaints and enquiries received by category",
    "detailed_investigations": "Detailed investigations",
    "not_upheld_decisions": "Detailed investigations",
    "upheld_decisions": "Detailed investigations",
    "uphold_rate": "Detailed investigations",
    "remedied_by_lgo": "Complaints Remedied",
    "remedied_by_authority": "Complaints Remedied",
    "compliance_outcomes": "Compliance with recommendations",
    "compliance_rate": "Compliance with recommendations",
    "compliance_rate_similar": "Compliance with recommendations",
    "satisfactory_remedy_decisions": "Satisfactory remedy provided by the authority",
    "satisfactory_remedy_rate": "Satisfactory remedy provided by the authority",
    "satisfactory_remedy_rate_similar": "Satisfactory remedy provided by the authority",
}
# Under a group's heading a column says only what tells it from its neighbours.
_IN_A_GROUP = {
    "detailed_investigations": "Total",
    "uphold_rate": "Uphold Rate",
    "compliance_outcomes": "Outcomes",
    "compliance_rate": "Rate (%)",
    "compliance_rate_similar": "Average rate (%) of similar authorities",
    "satisfactory_remedy_decisions": "Decisions",
    "satisfactory_remedy_rate": "Rate (%)",
    "satisfactory_remedy_rate_similar": "Average rate (%) of similar authorities",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: a metric, or NAME or KIND; `group` is "" where none stands above it."""

    what: str
    heading: str
    group: str = ""


def columns_of(subject: str, metrics: Iterable[str], style: Style) -> list[Column]:
    """Return the columns of a table, from left to right."""
    order = _ordered(subject, list(metrics), style)
    named = [NAME, *([KIND] if style.kind_column else []), *order]
    return [_column(subject, what, style) for what in named]


def _ordered(subject: str, metrics: list[str], style: Style) -> list[str]:
    if not style.renamed:
        return metrics
    if subject == contents.RECEIVED:
        # The total first, then categories by the alphabet turned about.
        return [metrics[-1], *reversed(metrics[:-1])]
    counts = [metric for metric in metrics if metric not in RATES | PER_RESIDENTS]
    others = [metric for metric in metrics if metric in RATES | PER_RESIDENTS]
    return [*others[:1], *reversed(counts), *others[1:]]


def _column(subject: str, what: str, style: Style) -> Column:
    usual, renamed = _HEADINGS[what]
    if subject == contents.REMEDIES and what == "upheld_decisions":
        usual, renamed = _UPHELD_BESIDE_REMEDIES
    heading = renamed if style.renamed else usual
    group = ""
    if style.grouped:
        group = _group(subject, what)
        if group:
            heading = _IN_A_GROUP.get(what, heading)
    if style.plain_percents and what in RATES and "%" not in heading:
        heading += " (%)"
    if style.broken_headings:
        heading = _broken(heading)
    return Column(what, heading, group)


def _group(subject: str, what: str) -> str:
    if subject == contents.REMEDIES and what == "upheld_decisions":
        return _GROUPS["satisfactory_remedy_decisions"]
    if what.startswith("received_") and what != "received_total":
        return _GROUPS["received"]
    return _GROUPS.get(what, "")


def _broken(heading: str) -> str:
    """Return a heading over two lines, broken at the space nearest to its middle."""
    middle = len(heading) / 2
    spaces = [place for place, letter in enumerate(heading) if letter == " "]
    if not spaces:
        return heading
    at = min(spaces, key=lambda place: abs(place - middle))
    return f"{heading[:at]}\n{heading[at + 1 :]}"
