"""Whether a sentence speaks of this council and this year, by its words."""

from __future__ import annotations

import re

#: A sentence with these words speaks of all councils.
GENERAL = re.compile(
    r"\b(?:national(?:ly)?|across england|all councils|all authorities)\b", re.IGNORECASE
)
#: A sentence with these words speaks of another time, or of what wasn't done.
NOT_THIS_YEAR = re.compile(
    r"\b(?:last year|previous(?:ly)?|the year before|in (?:my|our) (?:last|previous)|since|until"
    r"|offered|would have|declined|years? ago)\b",
    re.IGNORECASE,
)
