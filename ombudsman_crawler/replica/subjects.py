"""What decisions are about: the site's ten categories, their sub-categories, and what went wrong.

The names of the categories are the site's. What is said of each subject is the replica's own: no
decision here is about anybody.
"""

from __future__ import annotations

from dataclasses import dataclass

from ombudsman_crawler.replica import chance


@dataclass(frozen=True, slots=True)
class Subject:
    """One sub-category, with the phrases that its decisions are made of."""

    category: str
    """The category as addresses have it."""
    slug: str
    name: str
    """The sub-category as printed."""
    complaint: str
    """What somebody complains that the body did."""
    improvement: str
    """What the body agrees to do better, after "The Council has agreed to"."""


#: Categories as addresses have them, and as printed.
CATEGORIES = {
    "adult-care-services": "Adult care services",
    "children-s-care-services": "Children’s care services",
    "benefits-and-tax": "Benefits and tax",
    "education": "Education",
    "environment-and-regulation": "Environment and regulation",
    "housing": "Housing",
    "transport-and-highways": "Transport and highways",
    "planning": "Planning",
    "other-categories": "Other categories",
    "health": "Health",
}

#: The numbers by which the lists of service improvements are narrowed to a category.
CATEGORY_NUMBERS = {slug: 1010 + 5 * place for place, slug in enumerate(CATEGORIES)}

_ALL = (
    Subject("adult-care-services", "charging", "Charging",
        "charged for care at home that was not provided",
        "send a statement with each invoice for care"),
    Subject("adult-care-services", "assessment-and-care-plan", "Assessment and care plan",
        "took too long to review a care and support plan",
        "review open assessments every month"),
    Subject("adult-care-services", "residential-care", "Residential care",
        "gave no clear information about top-up fees",
        "check every contract for a top-up fee before it is signed"),
    Subject("adult-care-services", "safeguarding", "Safeguarding",
        "did not tell the family how a safeguarding enquiry ended",
        "write to those concerned when an enquiry ends"),
    Subject("children-s-care-services", "child-protection", "Child protection",
        "gave out wrong information in a child protection conference",
        "have a second officer check reports for conferences"),
    Subject("children-s-care-services", "looked-after-children", "Looked after children",
        "did not keep a child in touch with brothers & sisters",
        "record every contact arrangement with its date of review"),
    Subject("children-s-care-services", "friends-and-family-carers", "Friends and family carers",
        "refused to pay an allowance to a grandmother",
        "publish its scheme of allowances for family carers"),
    Subject("benefits-and-tax", "council-tax", "Council tax",
        "sent enforcement agents although an arrangement was kept",
        "train its staff on affordable repayment plans"),
    Subject("benefits-and-tax", "housing-benefit-and-council-tax-benefit",
        "Housing benefit and council tax benefit",
        "recovered an overpayment twice",
        "pass appeals on to the tribunal within four weeks"),
    Subject("education", "special-educational-needs", "Special educational needs",
        "did not provide what an Education, Health and Care plan set out",
        "produce an action plan for annual reviews that are late"),
    Subject("education", "school-transport", "School transport",
        "refused free transport without looking at the route",
        "record how an appeal panel weighs the safety of a route"),
    Subject("education", "school-admissions", "School admissions",
        "did not hold a fair admission appeal",
        "give its clerks & panels refresher training"),
    Subject("environment-and-regulation", "refuse-and-recycling", "Refuse and recycling",
        "missed the collection of bins nine times",
        "monitor repeated missed collections for eight weeks"),
    Subject("environment-and-regulation", "noise", "Noise",
        "did not investigate noise from <the Old Mill>, a workshop",
        "tell those who report a nuisance what it decided and why"),
    Subject("housing", "homelessness", "Homelessness",
        "left a family in unsuitable temporary accommodation",
        "keep a list of those waiting for a suitability review"),
    Subject("housing", "allocations", "Allocations",
        "gave an application the wrong priority band",
        "explain decisions on priority in letters"),
    Subject("transport-and-highways", "parking-and-other-penalties", "Parking and other penalties",
        "pursued a penalty charge after it was paid",
        "change how payments are matched with charges"),
    Subject("transport-and-highways", "highway-repair-and-maintenance",
        "Highway repair and maintenance",
        "did not repair a pavement (reports of 2 May and 14 June)",
        "inspect reported defects within ten working days"),
    Subject("planning", "planning-applications", "Planning applications",
        "did not consider the effect of a neighbour’s extension",
        "record site visits in officers’ reports"),
    Subject("planning", "enforcement", "Enforcement",
        "did not act on a breach of planning control",
        "publish its local enforcement plan"),
    Subject("planning", "building-control", "Building control",
        "signed off work that did not meet the regulations",
        "keep notes of inspections for 15 years"),
    Subject("other-categories", "councillor-conduct-and-standards",
        "Councillor conduct and standards",
        "did not deal properly with a complaint about a councillor",
        "publish how it assesses complaints about councillors"),
    Subject("other-categories", "land", "Land",
        "gave incorrect advice about the sale of a strip of land",
        "put advice about land in writing"),
    Subject("health", "community-hospital-services", "Community hospital services",
        "planned a discharge without a carer’s assessment",
        "agree a joint protocol for discharges"),
    Subject("health", "mental-health-services", "Mental health services",
        "failed to provide aftercare under section 117",
        "keep a register of those entitled to aftercare"),
)  # fmt: skip

_UPPER_TIER = (
    "adult-care-services", "children-s-care-services", "education", "transport-and-highways",
)  # fmt: skip
_LOWER_TIER = (
    "benefits-and-tax", "environment-and-regulation", "housing", "planning", "other-categories",
)  # fmt: skip
_BY_KIND = {
    "county": _UPPER_TIER,
    "district": _LOWER_TIER,
    "care provider": ("adult-care-services",),
    "health body": ("health",),
    "school": ("education",),
    "transport body": ("transport-and-highways",),
}
_SUBJECTS = {
    slug: tuple(subject for subject in _ALL if subject.category == slug) for slug in CATEGORIES
}
# Health is only ever decided about beside a health body.
_EVERYTHING = (*_UPPER_TIER, *_LOWER_TIER)


def subject_of(kind: str, *key: object) -> Subject:
    """Return what a decision about a body of some kind is about."""
    category = chance.pick(_BY_KIND.get(kind, _EVERYTHING), "category", *key)
    return chance.pick(_SUBJECTS[category], "subject", *key)


def subject_in(category: str, *key: object) -> Subject:
    """Return a subject of one category. Raises KeyError, naming it, for another."""
    return chance.pick(_SUBJECTS[category], "subject", *key)
