"""What people have said of findings and of vanished authorities, and what is still open.

A subject names a finding or an authority for good: `finding:<code>:<key>:<year>:<metric>` (with
`letter` for the metric where the finding is about a whole letter; with `:council_page` or
`:national_table` behind it where it is about one of these) or `authority:<key>`. The last
word on a subject counts, and only of what was there when it was said: of a letter's later version,
or of an authority that came back and went again, it says nothing.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection, text

#: The last word may also be this one: what was acknowledged is open again.
REOPENED = "reopened"
#: What can be said of a finding. Only `right` takes its figure out of doubt.
OF_FINDINGS = {
    "right": "the stored value is the printed one: no doubt any longer",
    "wrong": "the stored value isn't the printed one: it stays doubtful",
    "unsure": "looked at, and not to be told: it stays doubtful",
    REOPENED: "open again",
}
#: What can be said of an authority that vanished from the map or lists no letter any longer.
OF_AUTHORITIES = {
    "expected": "it was merged, renamed or abolished",
    "unsure": "looked at, and not to be told",
    REOPENED: "open again",
}

_AUTHORITY = "authority:"


def verdicts_of(subject: str) -> dict[str, str]:
    """Return the verdicts that a subject can be given, with their meanings."""
    return OF_AUTHORITIES if subject.startswith(_AUTHORITY) else OF_FINDINGS


def _since(moment: str) -> str:
    return f"""EXISTS (
    SELECT 1 FROM acknowledgement AS said
    WHERE said.subject = '{_AUTHORITY}' || authority.key AND said.verdict <> '{REOPENED}'
      AND said.time > {moment}
      AND said.id = (SELECT MAX(id) FROM acknowledgement WHERE subject = said.subject))"""


#: SQL: an authority's absence from the map was acknowledged after the map last listed it.
SINCE_ON_MAP = _since("authority.map_last_seen")
#: SQL: that an authority lists no letters was acknowledged after it last listed one.
SINCE_LISTED = _since(
    "(SELECT MAX(link.last_seen) FROM link WHERE link.authority_id = authority.id"
    " AND link.kind = 'letter')"
)

# Authorities for which the last run that could tell raised an alarm.
_AUTHORITIES = f"""
SELECT '{_AUTHORITY}' || authority.key AS subject, authority.name AS authority,
       NULL AS year_ending, NULL AS metric,
       'last seen on the map ' || substr(authority.map_last_seen, 1, 10) AS message
FROM authority
WHERE (authority.last_day IS NULL OR authority.last_day > date('now'))
  AND authority.map_last_seen < (
      SELECT MAX(run.started) FROM run JOIN run_check ON run_check.run_id = run.id
      WHERE run_check.name = 'councils_still_there' AND run_check.passed IS NOT NULL)
  AND NOT {SINCE_ON_MAP}
UNION ALL
SELECT '{_AUTHORITY}' || authority.key, authority.name, NULL, NULL,
       'on the map, and lists no letter any longer'
FROM authority
JOIN run ON run.id = (
    SELECT MAX(run_id) FROM run_check JOIN run ON run.id = run_id
    WHERE name = 'councils_have_letters' AND run.whole AND passed IS NOT NULL)
JOIN run_check ON run_check.run_id = run.id AND run_check.name = 'councils_have_letters'
WHERE NOT run_check.passed AND authority.map_last_seen >= run.started
  AND (SELECT MAX(link.last_seen) FROM link WHERE link.authority_id = authority.id
       AND link.kind = 'letter') < run.started
  AND NOT {SINCE_LISTED}
ORDER BY 1
"""

_FINDINGS = """
SELECT doubt.subject, authority.name AS authority,
       COALESCE(doubt.year_ending, current.year_ending) AS year_ending, doubt.metric,
       group_concat(DISTINCT doubt.message) AS message
FROM current_reading AS current
JOIN doubt ON doubt.reading_id = current.reading_id
JOIN authority ON authority.id = current.authority_id
WHERE doubt.acknowledged IS NULL
GROUP BY doubt.subject
ORDER BY authority.name, 3 DESC, doubt.subject
"""

_ELSEWHERE = """
SELECT doubt.subject, authority.name AS authority,
       COALESCE(doubt.year_ending, page.year_ending) AS year_ending, doubt.metric,
       group_concat(DISTINCT doubt.message) AS message
FROM current_page AS page
JOIN doubt_elsewhere AS doubt ON doubt.capture_id = page.capture_id
JOIN authority ON authority.id = page.authority_id
WHERE doubt.acknowledged IS NULL
GROUP BY doubt.subject
UNION ALL
SELECT doubt.subject, authority.name, COALESCE(doubt.year_ending, "table".year_ending),
       doubt.metric, group_concat(DISTINCT doubt.message)
FROM current_table AS "table"
JOIN doubt_elsewhere AS doubt ON doubt.capture_id = "table".capture_id
LEFT JOIN table_row ON table_row.id = doubt.table_row_id
LEFT JOIN authority ON authority.id = table_row.authority_id
WHERE doubt.acknowledged IS NULL
  AND (doubt.table_row_id IS NULL OR table_row.table_id = "table".id)
GROUP BY doubt.subject
ORDER BY 2, 3 DESC, 1
"""

_SAID = f"""
SELECT subject, verdict, who, time, note FROM acknowledgement AS said
WHERE id = (SELECT MAX(id) FROM acknowledgement WHERE subject = said.subject)
  AND verdict <> '{REOPENED}'
ORDER BY subject
"""


def still_open(connection: Connection) -> list[dict[str, Any]]:
    """Return what nobody has settled yet: `subject`, `authority`, `year_ending`, `metric`,
    `message`; authorities first."""
    queries = (_AUTHORITIES, _FINDINGS, _ELSEWHERE)
    return [row for query in queries for row in _all(connection, query)]


def settled(connection: Connection) -> list[dict[str, Any]]:
    """Return the last word on each subject that has one: `subject`, `verdict`, `who`, `time`,
    `note`."""
    return _all(connection, _SAID)


def near(subject: str, connection: Connection) -> list[str] | None:
    """Return None where a subject is open or settled, else those most like it."""
    known = {row["subject"] for row in (*still_open(connection), *settled(connection))}
    return None if subject in known else get_close_matches(subject, sorted(known), n=3, cutoff=0.5)


def _all(connection: Connection, query: str) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(text(query)).mappings()]
