"""The checks of a run on national tables."""

from __future__ import annotations

from ombudsman_crawler.database.run_evidence import Evidence, Judgement

_OF_TABLES = "link_id IN (SELECT id FROM link WHERE kind = 'table')"
_DEAD = f"""
SELECT COUNT(*) FROM outcome JOIN capture ON capture.id = outcome.capture_id
WHERE outcome.run_id = :run AND outcome.{_OF_TABLES}
  AND outcome.outcome = 'failed' AND capture.status IN (404, 410)
  AND EXISTS (SELECT 1 FROM outcome AS before
              JOIN capture AS earlier ON earlier.id = before.capture_id
              WHERE before.link_id = outcome.link_id AND before.run_id < outcome.run_id
                AND before.outcome = 'failed' AND earlier.status IN (404, 410))
"""
# The files that came new in this run, and whether any table of each was recognised.
_NEW = f"""
SELECT link.url, MAX("table".status <> 'unrecognised') AS read,
       group_concat(DISTINCT "table".reason) AS reason,
       MAX("table".reason LIKE '%.xls%') AS old
FROM outcome JOIN link ON link.id = outcome.link_id
JOIN attempt ON attempt.id = outcome.capture_id
LEFT JOIN national_table AS "table" ON "table".document_id = attempt.document_id
WHERE outcome.run_id = :run AND outcome.{_OF_TABLES}
  AND outcome.outcome IN ('archived', 'new_version')
GROUP BY link.id ORDER BY link.url
"""
_SHOWN = 5


def tables_found(evidence: Evidence) -> Judgement:
    """National tables are listed."""
    facts = evidence.facts
    if facts.listed == 0 and facts.cut_short:
        return None, "the run was ended before any table was found"
    no_longer = facts.discovered - facts.listed
    more = f"; {no_longer} known ones are no longer listed" if no_longer else ""
    if facts.listed == 0:
        return False, f"no national table is listed; has the information centre changed?{more}"
    return True, f"{facts.listed} files of national tables listed{more}"


def tables_still_listed(evidence: Evidence) -> Judgement:
    """Every file of national tables once listed still is, or another of its year."""
    facts = evidence.facts
    if facts.cut_short or facts.failed_pages or facts.listed == 0:
        return None, "not every page that lists tables was read"
    vanished = [
        str(row.listed_year)
        for row in evidence.rows(
            "SELECT DISTINCT listed_year FROM link WHERE kind = 'table'"
            " AND listed_year IS NOT NULL AND listed_year NOT IN ("
            "   SELECT listed_year FROM link WHERE kind = 'table' AND listed_year IS NOT NULL"
            "   AND last_seen >= (SELECT started FROM run WHERE id = :run)) ORDER BY 1"
        )
    ]
    if vanished:
        return False, f"no table is listed any longer of: {', '.join(vanished)}"
    return True, "of every year that once had tables some are listed"


def tables_fetched(evidence: Evidence) -> Judgement:
    """National tables that failed, or were no table, are few."""
    failed, answered = (
        evidence.count(
            f"SELECT COUNT(*) FROM outcome WHERE run_id = :run AND {_OF_TABLES}"
            f" AND outcome IN ({outcomes})"
        )
        for outcomes in ("'failed', 'rejected'", "'archived', 'new_version', 'unchanged', 'gone'")
    )
    asked = failed + answered
    if not asked:
        return None, "no table was asked for"
    dead = evidence.count(_DEAD)
    return (
        failed - dead <= evidence.facts.max_failed_share * (asked - dead),
        f"{failed} of {asked} files of national tables asked for failed or were no table"
        + (f"; {dead} of them were dead links before" if dead else ""),
    )


def tables_read(evidence: Evidence) -> Judgement:
    """Every new file of national tables was read; old workbooks (.xls) can't be and are told."""
    new = evidence.rows(_NEW)
    if not new:
        return None, "no new table"
    unread = [row for row in new if not row.read and not row.old]
    if evidence.facts.cut_short:
        # What a stopped run left, the next one reads.
        unread = [row for row in unread if row.read is not None]
    old = sum(bool(row.old) for row in new)
    if unread:
        shown = "; ".join(f"{row.url} ({row.reason or 'not read yet'})" for row in unread[:_SHOWN])
        return False, f"{len(unread)} of {len(new)} new files of tables weren't read: {shown}"
    told = f"{len(new) - old} new files of national tables were read"
    return True, told + (f"; {old} are old workbooks (.xls), archived and not read" if old else "")
