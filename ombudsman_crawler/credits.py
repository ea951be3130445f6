"""Whose the data are, on what terms they may be used, and what their authors warn of."""

from __future__ import annotations

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
