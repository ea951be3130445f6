"""Whose the data are, on what terms they may be used, and what their authors warn of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

#: Said of everything that leaves a storage.
TERMS = (
    "The letters, decisions, reports and tables are those of the Local Government and Social Care "
    "Ombudsman. Its terms (https://www.lgo.org.uk/copyright) allow free re-use with "
    "acknowledgement, accurately and without amendment, not misleadingly, and not for advertising. "
    "They are its own terms, not the Open Government Licence."
)
CAUTION = (
    "The Ombudsman cautions that the number of complaints alone doesn't tell how good a council "
    "is: larger councils get more, and one that tells people how to complain gets more too. "
    "Percentages of a few cases say little. Years and kinds of council aren't always comparable."
)
REGISTER = (
    'The register of councils derives from mySociety\'s "UK Local Authorities (including future)" '
    "1.7.3, CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)."
)
#: Said of everything that comes from a replica.
REPLICA = (
    "TEST DATA: these figures come from a replica of the site, whose letters are generated. They "
    "say nothing about any council."
)


def day(moment: str) -> str:
    """Write the day of an ISO date or time for people: "25 November 2026"; "" gives ""."""
    if not moment:
        return ""
    found = date.fromisoformat(moment[:10])
    return f"{found.day} {found:%B %Y}"


def citation(about: Mapping[str, str]) -> str:
    """Return how to cite data of which an analysts' database says `about` (docs/data.md)."""
    said = [f"data until {day(about['data_until'])}"] if about.get("data_until") else []
    if about.get("as_of"):
        said.append(f"as of {day(about['as_of'])}")
    if about.get("run"):
        said.append(f"run {about['run']}")
    test = "TEST DATA of a replica, not to be cited: " if about.get("replica") == "1" else ""
    return (
        f"{test}Local Government and Social Care Ombudsman, Annual Review letters "
        f"(https://www.lgo.org.uk); read by ombudsman_crawler {about.get('program', '')}"
        f"{''.join(f', {one}' for one in said)}."
    )
