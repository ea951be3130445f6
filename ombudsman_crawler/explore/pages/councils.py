"""Every council, found by a part of any of its names."""

from __future__ import annotations

from itertools import groupby

from ombudsman_crawler.explore import formats
from ombudsman_crawler.explore.answers import Moved, Page
from ombudsman_crawler.explore.pages.asked import Asked

_FOUND = """
SELECT authorities.key, authorities.authority, authorities.kind, authorities.last_day,
       :wanted IN (lower(authorities.authority), authorities.key)
       OR EXISTS (SELECT 1 FROM authority_names AS other
                  WHERE other.authority = authorities.authority AND lower(other.name) = :wanted)
           AS is_exact
FROM authorities LEFT JOIN letters USING (authority)
WHERE :wanted = '' OR instr(lower(authorities.authority), :wanted)
   OR EXISTS (SELECT 1 FROM authority_names AS other
              WHERE other.authority = authorities.authority AND instr(lower(other.name), :wanted))
GROUP BY authorities.key
HAVING COUNT(letters.letter) > 0 OR EXISTS (
    SELECT 1 FROM annual_summary AS summary WHERE summary.authority = authorities.authority)
ORDER BY authorities.kind, authorities.authority
"""


def page(asked: Asked) -> Page | Moved:
    """Return the page `/councils`, or the only council that has such a name, or the only one with
    that in any of its names."""
    wanted = asked.arguments.get("q", "").strip()
    rows = asked.analysts.connection.execute(_FOUND, {"wanted": wanted.lower()})
    found = [dict(row) for row in rows]
    exact = [row for row in found if row["is_exact"]]
    for only in (exact, found):
        if wanted and len(only) == 1:
            return Moved(f"/council/{only[0]['key']}")
    groups = [
        (formats.KINDS[kind], list(councils))
        for kind, councils in groupby(found, key=lambda row: row["kind"])
    ]
    title = f"Councils called “{wanted}”" if wanted else "Councils"
    return Page("councils.html", {"title": title, "wanted": wanted, "groups": groups})
