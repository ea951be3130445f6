"""The headings and labels of the statistics tables, years ending 2004 to 2018.

Columns are known by these names wherever they stand. Which wordings are sure: those up to 2009/10
and those of 2016 to 2018 are quoted in public copies; of the 2012 decisions only the first three
are, and the row order and some labels of 2014 and 2015 are from memory: `UNVERIFIED`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ombudsman_crawler.letters.part import Part
from ombudsman_crawler.letters.tables import (
    TOTAL,
    ColumnName,
    Row,
    RowName,
    Vocabulary,
    find_empty_table,
    read_tables,
    wording,
)

RECEIVED, DECIDED, RESPONSE, REMEDIED = "received", "decided", "response", "remedied"

_RECEIVED = {
    "adult_care_services": r"adult care(?: services?)?",
    "benefits": r"benefits",
    "children_and_family_services": r"children(?:'s)? and family(?: services?)?",
    "education": r"education",
    "housing": r"housing",
    "other": r"other",
    "planning_and_building_control": r"planning(?: and(?: building(?: control)?)?)?",
    "public_finance": r"public(?: finance)?(?: (?:inc\.?|including) local taxation)?",
    "social_services": r"social services",
    "transport_and_highways": r"transport(?: and highways)?",
    "benefits_and_tax": r"benefits and tax",
    "corporate_and_other_services": r"corporate and other(?: services)?",
    "education_and_childrens_services": r"education and children'?s'?(?: services?)?",
    "environment_services": (
        r"environment(?:al)?(?: services?)?,?"
        r"(?: (?:and )?public protection(?:,? and regulation)?)?"
    ),
    "highways_and_transport": r"highways and transport",
    "planning_and_development": r"planning and development",
}
#: Decisions up to 2011, with those that only the years to 2008 count in.
_OLD_DECISIONS = {
    "mi_reports": r"mi rep(?:ort)?s?\.?",
    "local_settlement": r"ls|local settlements?",
    "m_reports": r"m rep(?:ort)?s?\.?",
    "nm_reports": r"nm rep(?:ort)?s?\.?",
    "no_maladministration": r"no mal(?:administration)?\.?",
    "ombudsman_discretion": r"omb(?:udsman)?'?s?\.? disc(?:retion)?\.?",
    "outside_jurisdiction": r"outside juris(?:diction|d?\.?)",
    "premature": r"premature(?: complaints)?",
    "total_excl_premature": r"total,? \(?excl(?:uding|\.)? premature(?: complaints)?\)?",
}
#: Decisions of the new case system (the year ending 2012).
_DECISIONS_OF_2012 = {
    "not_enough_evidence_of_fault": r"not enough evidence of fault",
    "no_or_minor_injustice_and_other": r"no or minor injustice and other",
    "injustice_remedied_during_enquiries": r"injustice remedied during enquiries",
    "report": r"reports?",
    "no_power_to_investigate": r"no power to investigate",
    "no_reason_to_use_exceptional_power": (
        r"no reason to use exceptional power(?:s)?(?: to investigate)?"
    ),
    "investigation_not_justified_and_other": r"investigation not justified and other",
}
#: Decisions since April 2014, and the rate that 2016 to 2018 print among them.
_NEW_DECISIONS = {
    "incomplete_or_invalid": r"incomplete ?(?:or|/) ?invalid",
    "advice_given": r"advice given",
    "referred_back_for_local_resolution": r"referred back(?: for local resolution)?",
    "closed_after_initial_enquiries": r"closed after initial enquir(?:y|ies)",
    "not_upheld": r"not upheld",
    "upheld": r"upheld",
    "uphold_rate": r"(?:uphold|upheld) rate(?: ?\(?%\)?)?",
}
_RESPONSE = {
    "first_enquiries": r"(?:no\.?|number) of first enquiries",
    "avg_response_days": r"(?:avg|average)\.? (?:no\.?|number) of days to respond",
}
_REMEDIED = {
    "remedied_by_lgo": r"(?:remedied )?by (?:the )?lgo",
    "remedied_by_authority": (
        r"(?:remedied )?satisfactorily by (?:the )?(?:authority|council) before (?:the )?lgo"
        r"(?: involvement)?"
    ),
}

OLD_SUBJECTS = tuple(_RECEIVED)[:10]
NEW_SUBJECTS = ("adult_care_services", "housing", "other", *tuple(_RECEIVED)[10:])
OLD_DECISIONS = tuple(_OLD_DECISIONS)
DECISIONS_OF_2012 = tuple(_DECISIONS_OF_2012)
NEW_DECISIONS = tuple(_NEW_DECISIONS)
#: Columns whose wording was never seen in a public copy.
UNVERIFIED = frozenset(DECISIONS_OF_2012[3:])

_DAY = r"\d{1,2}[/.]\d{1,2}[/.](?:20)?\d\d"
_YEAR_LABEL = (
    rf"{_DAY} ?(?:-|to) ?{_DAY}|20\d\d ?[-/] ?(?:20)?\d\d"
    r"|1(?:st)? april 20\d\d (?:-|to) 31(?:st)? march 20\d\d"
)
#: The labels of rows: a year, or what the Advice Team did.
YEAR, PREMATURE, ADVICE, FORWARDED, RESUBMITTED, NEW, ALL = (
    "year",
    "premature",
    "advice_given",
    "forwarded",
    "forwarded_resubmitted",
    "forwarded_new",
    "total",
)
ADVICE_ROWS = (PREMATURE, ADVICE, FORWARDED, RESUBMITTED, NEW)
_FORWARDED = r"forwarded to (?:the )?investigative team"
_ROWS = (
    (YEAR, _YEAR_LABEL),
    (PREMATURE, r"(?:formal ?/ ?informal )?premature complaints"),
    (ADVICE, r"advice given"),
    (FORWARDED, rf"{_FORWARDED}(?: \(?resubmitted premature and new\)?)?"),
    (RESUBMITTED, rf"{_FORWARDED} \(?resubmitted prematures?\)?"),
    (NEW, rf"{_FORWARDED} \(?new\)?"),
    (ALL, r"total"),
)

VOCABULARY = Vocabulary(
    columns=tuple(
        ColumnName(table, key, wording(pattern))
        for table, columns in (
            (RECEIVED, _RECEIVED),
            (DECIDED, {**_OLD_DECISIONS, **_DECISIONS_OF_2012, **_NEW_DECISIONS}),
            (RESPONSE, _RESPONSE),
            (REMEDIED, _REMEDIED),
            ("", {TOTAL: r"totals?"}),
        )
        for key, pattern in columns.items()
    ),
    rows=tuple(RowName(key, wording(pattern)) for key, pattern in _ROWS),
    spanning=re.compile(
        r"\bdetailed investigations(?: carried out)?\b|\bcarried out\b|\bcomplaints remedied\b"
        r"|^first enquiries $|(?<!\S)(?:not )?investigated\b|\bdecisions made\b"
    ),
)


@lru_cache(maxsize=1)
def rows_of(part: Part) -> tuple[Row, ...]:
    """Return the rows of a letter's statistics tables; every form asks, so the last is kept."""
    return read_tables([sheet.page for sheet in part.sheets], VOCABULARY)


def empty_remedies(part: Part) -> Row | None:
    """Return the row of the table of remedies where its headings have no number under them."""
    return find_empty_table([sheet.page for sheet in part.sheets], VOCABULARY, REMEDIED)


def year_of(label: str) -> int | None:
    """Return the year ending 31 March that a row's label names, or None."""
    numbers = [int(number) for number in re.findall(r"\d+", label)]
    if len(numbers) not in (2, 4, 6):
        return None
    year = numbers[-1] % 100
    return 2000 + year
