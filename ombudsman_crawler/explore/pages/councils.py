"""Every council, found by words of any of its names."""

from __future__ import annotations

import json
import re
import unicodedata
from itertools import groupby
from typing import Any

from ombudsman_crawler.explore import formats
from ombudsman_crawler.explore.answers import Moved, Page
from ombudsman_crawler.explore.pages.asked import Asked

_ALL = """
SELECT authorities.key, authorities.authority, authorities.kind, authorities.last_day,
       authorities.slug, authorities.gss_code,
       (SELECT json_group_array(other.name) FROM authority_names AS other
        WHERE other.authority = authorities.authority) AS names
FROM authorities LEFT JOIN letters USING (authority)
GROUP BY authorities.key
HAVING COUNT(letters.letter) > 0 OR EXISTS (
    SELECT 1 FROM annual_summary AS summary WHERE summary.authority = authorities.authority)
ORDER BY authorities.kind, authorities.authority
"""


def page(asked: Asked) -> Page | Moved:
    """Return the page `/councils`, or the only council that has such a name, or the only one with
    these words in any of its names."""
    wanted = asked.arguments.get("q", "").strip()
    words = _plain(wanted)
    named = [(row, [_plain(name) for name in _names(row)]) for row in asked.all(_ALL)]
    found = [
        row
        for row, names in named
        if any(all(word in name for word in words.split()) for name in names)
    ]
    exact = [row for row, names in named if words and words in names]
    for only in (exact, found):
        if wanted and len(only) == 1:
            return Moved(f"/council/{only[0]['key']}")
    groups = [
        (formats.KINDS[kind], list(councils))
        for kind, councils in groupby(found, key=lambda row: row["kind"])
    ]
    title = f"Councils called “{wanted}”" if wanted else "Councils"
    return Page("councils.html", {"title": title, "wanted": wanted, "groups": groups})


def _names(row: dict[str, Any]) -> list[str]:
    """Return everything that people may call a council by."""
    own = (row["authority"], row["key"], row["slug"], row["gss_code"])
    return [name for name in (*own, *json.loads(row["names"])) if name]


def _plain(name: str) -> str:
    """Return a name as it compares, whoever typed it: without case, accents, hyphens and
    apostrophes."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(one for one in folded if not unicodedata.combining(one))
    return " ".join(re.sub(r"[^\w\s]", " ", re.sub("['’‘`]", "", letters)).split())
