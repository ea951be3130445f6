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


def citation(about: Mapping[str, str]) -> str:
    """Return how to cite a database, in one line. `about` is what it says of itself."""
    shown = about.get("as_of") or about.get("data_until", "")[:10]
    until = f", as it stood on {_day(shown)}" if shown else ""
    by = f"ombudsman_crawler {about['program']}"
    run = f", run {about['run']}" if about.get("run") else ""
    made = f", {_day(about['made'][:10])}" if about.get("made") else ""
    said = (
        "Local Government and Social Care Ombudsman, Annual Review letters and statistics "
        f"({about['site']}){until}; collected and read by {by}{run}{made}."
    )
    return f"{said} {REPLICA}" if about.get("replica") == "1" else said


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"
