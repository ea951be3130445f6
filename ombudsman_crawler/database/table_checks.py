"""The checks of a run on the national tables."""

from __future__ import annotations

from ombudsman_crawler.database.run_evidence import Evidence, Judgement

# The tables of files that this run brought, and whether people have settled all their doubts.
_NEW = """
SELECT DISTINCT "table".id, "table".status, "table".reason, "table".sheet, link.address
FROM outcome
JOIN link ON link.id = outcome.link_id AND link.kind = 'table'
JOIN attempt ON attempt.id = outcome.capture_id
JOIN national_table AS "table" ON "table".document_id = attempt.document_id
WHERE outcome.run_id = :run AND outcome.outcome IN ('archived', 'new_version')
ORDER BY "table".id
"""
# The rows of which it isn't sure whose they are.
_UNSURE = """
SELECT table_row.table_id, table_row.name
FROM doubt_elsewhere AS doubt JOIN table_row ON table_row.id = doubt.table_row_id
WHERE doubt.acknowledged IS NULL
  AND doubt.code IN ('name_matched_loosely', 'council_not_known', 'row_twice')
"""
# Files that this run brought at an address that served another before, and the figures of both.
_INSTEAD = """
WITH figures(document_id, number) AS (
    SELECT "table".document_id, COUNT(figure.id) FROM national_table AS "table"
    JOIN table_row ON table_row.table_id = "table".id
    LEFT JOIN figure ON figure.table_row_id = table_row.id AND figure.value IS NOT NULL
    GROUP BY "table".document_id)
SELECT link.address, now.number AS now, before.number AS before
FROM outcome
JOIN link ON link.id = outcome.link_id AND link.kind = 'table'
JOIN attempt ON attempt.id = outcome.capture_id
JOIN figures AS now ON now.document_id = attempt.document_id
JOIN figures AS before ON before.document_id = (
    SELECT earlier.document_id FROM outcome AS past JOIN attempt AS earlier
    ON earlier.id = past.capture_id
    WHERE past.link_id = link.id AND past.run_id < outcome.run_id
      AND earlier.document_id IS NOT NULL
    ORDER BY past.run_id DESC LIMIT 1)
WHERE outcome.run_id = :run AND outcome.outcome = 'new_version'
"""
# A file with fewer figures than this share of those before it has lost some.
_CLEARLY = 0.98
# Kinds of files that nobody reads: said in words, and archived all the same.
_UNREADABLE_KIND = "an old or encrypted workbook"
_SHOWN = 5


def tables_found(evidence: Evidence) -> Judgement:
    """National tables are listed, and most of those that once were still are."""
    facts = evidence.facts
    if facts.cut_short:
        return None, f"{facts.listed} tables were found when the run was ended"
    if not facts.listed:
        return False, "the information centre lists no national table; has it moved?"
    gone = facts.discovered - facts.listed
    more = f"; {gone} known ones are no longer listed" if gone else ""
    return gone < facts.listed, f"{facts.listed} files of tables listed{more}"


def tables_fetched(evidence: Evidence) -> Judgement:
    """Files of tables that failed, or were none, are few."""
    rows = evidence.rows(
        "SELECT link.address, outcome.outcome, outcome.reason FROM outcome"
        " JOIN link ON link.id = outcome.link_id AND link.kind = 'table'"
        " WHERE run_id = :run"
        " AND outcome IN ('archived', 'new_version', 'unchanged', 'gone', 'failed', 'rejected')"
    )
    failed = [row for row in rows if row.outcome in ("failed", "rejected")]
    if not rows:
        return None, "no table was asked for"
    if not failed:
        return True, f"all {len(rows)} files of tables came"
    shown = "; ".join(f"{row.address}: {row.reason}" for row in failed[:_SHOWN])
    return (
        len(failed) <= evidence.facts.max_failed_share * len(rows),
        f"{len(failed)} of {len(rows)} files of tables failed or were none: {shown}",
    )


def tables_read(evidence: Evidence) -> Judgement:
    """Every new table is recognised, and no archived one waits to be read."""
    new = evidence.rows(_NEW)
    unread = evidence.rows(
        "SELECT DISTINCT link.address FROM link JOIN outcome ON outcome.link_id = link.id"
        " JOIN attempt ON attempt.id = outcome.capture_id"
        " WHERE link.kind = 'table' AND attempt.document_id IS NOT NULL"
        " AND attempt.document_id NOT IN (SELECT document_id FROM national_table)"
    )
    if unread and not evidence.facts.cut_short:
        shown = ", ".join(row.address for row in unread[:_SHOWN])
        return False, f"{len(unread)} archived files of tables wait to be read: {shown}"
    unknown = [row for row in new if row.status == "unrecognised"]
    wrong = [row for row in unknown if not str(row.reason).startswith(_UNREADABLE_KIND)]
    if wrong:
        shown = "; ".join(_said(row) for row in wrong[:_SHOWN])
        return False, f"{len(wrong)} new tables aren't recognised: {shown}"
    if not new:
        return None, "no new table"
    old = "; of a kind that isn't read: " + ", ".join(row.address for row in unknown)
    return True, f"{len(new) - len(unknown)} new tables were read{old if unknown else ''}"


def _said(row: object) -> str:
    sheet = f' sheet "{row.sheet}"' if row.sheet else ""  # type: ignore[attr-defined]
    return f"{row.address}{sheet}: {row.reason}"  # type: ignore[attr-defined]


def tables_not_shorter(evidence: Evidence) -> Judgement:
    """No file that came instead of another has clearly fewer figures."""
    compared = evidence.rows(_INSTEAD)
    if not compared:
        return None, "no file came instead of another"
    shorter = [row for row in compared if row.now < _CLEARLY * row.before]
    if shorter:
        shown = "; ".join(
            f"{row.address}: {row.now} after {row.before}" for row in shorter[:_SHOWN]
        )
        return False, f"fewer figures than the file before: {shown}"
    return True, f"{len(compared)} files came instead of others, none with fewer figures"


def rows_matched(evidence: Evidence) -> Judgement:
    """Every council's row of a new table is surely an authority's, or people have said so."""
    new = {row.id for row in evidence.rows(_NEW) if row.status != "unrecognised"}
    if not new:
        return None, "no new table"
    unsure = sorted({row.name for row in evidence.rows(_UNSURE) if row.table_id in new})
    if not unsure:
        return True, "each row of a council in the new tables is surely its own"
    shown = ", ".join(unsure[:10]) + (" …" if len(unsure) > 10 else "")
    return False, f"whose rows these are isn't sure: {shown}"
