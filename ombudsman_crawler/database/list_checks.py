"""The checks of a run on what councils' lists hold: public reports and service improvements."""

from __future__ import annotations

from ombudsman_crawler.database.run_evidence import Evidence, Judgement

# So many councils' pages without the section are no accident.
_ENOUGH_PAGES = 5

# Reports of this run that failed, and those of them that were dead links before.
_OF_REPORTS = "link_id IN (SELECT link_id FROM public_report)"
_DEAD_REPORTS = f"""
SELECT COUNT(*) FROM outcome JOIN capture ON capture.id = outcome.capture_id
WHERE outcome.run_id = :run AND outcome.{_OF_REPORTS}
  AND outcome.outcome = 'failed' AND capture.status IN (404, 410)
  AND EXISTS (SELECT 1 FROM outcome AS before
              JOIN capture AS earlier ON earlier.id = before.capture_id
              WHERE before.link_id = outcome.link_id AND before.run_id < outcome.run_id
                AND before.outcome = 'failed' AND earlier.status IN (404, 410))
"""


def reports_read(evidence: Evidence) -> Judgement:
    """Councils' pages have their section of public reports, and nearly all can be read."""
    return _read(evidence, "reports", "public_report", "public reports")


def improvements_read(evidence: Evidence) -> Judgement:
    """Councils' pages have their section of service improvements, and nearly all can be read."""
    return _read(evidence, "improvements", "service_improvement", "service improvements")


def _read(evidence: Evidence, collection: str, table: str, noun: str) -> Judgement:
    facts = evidence.facts
    unread = facts.lists_not_recognised.get(collection, [])
    seen = facts.councils_with_list.get(collection, set())
    share = facts.max_failed_share
    if unread and len(unread) > share * (len(unread) + len(seen)):
        shown = ", ".join(unread[:5]) + (" …" if len(unread) > 5 else "")
        return False, f"nothing was recognised in {len(unread)} lists of {noun}: {shown}"
    pages = facts.councils_read - facts.councils_unread
    if facts.cut_short or not pages:
        return None, "not every council's page was read"
    if not seen and len(pages) >= _ENOUGH_PAGES:
        return False, f"none of {len(pages)} councils' pages has a section of {noun}"
    had = evidence.rows(
        f"SELECT DISTINCT name FROM authority JOIN {table} ON authority_id = authority.id"
    )
    lost = sorted({row.name for row in had} & pages - seen)
    if len(lost) > share * len(had):
        shown = ", ".join(lost[:10]) + (" …" if len(lost) > 10 else "")
        return False, f"no longer have a section of {noun}: {shown}"
    without = len(pages - seen)
    return True, (
        f"{len(seen)} councils' lists of {noun} were read"
        + (f"; {without} pages have none" if without else "")
        + (f"; nothing was recognised in {len(unread)} lists" if unread else "")
    )


def reports_fetched(evidence: Evidence) -> Judgement:
    """Public reports that failed are few."""
    failed, answered = (
        evidence.count(
            f"SELECT COUNT(*) FROM outcome WHERE run_id = :run AND {_OF_REPORTS}"
            f" AND outcome IN ({outcomes})"
        )
        for outcomes in ("'failed', 'rejected'", "'archived', 'new_version', 'unchanged', 'gone'")
    )
    asked = failed + answered
    if not asked:
        return None, "no report was asked for"
    dead = evidence.count(_DEAD_REPORTS)
    return (
        failed - dead <= evidence.facts.max_failed_share * (asked - dead),
        f"{failed} of {asked} reports asked for failed"
        + (f"; {dead} of them were dead links before" if dead else ""),
    )


def reports_have_text(evidence: Evidence) -> Judgement:
    """The text of nearly every archived report could be read."""
    rows = evidence.rows(
        "SELECT report_text.status FROM public_report AS report"
        " LEFT JOIN report_text ON report_text.document_id = report.document_id"
        " WHERE report.document_id IS NOT NULL GROUP BY report.document_id"
    )
    if not rows:
        return None, "no report is archived"
    read = sum(row.status == "ok" for row in rows)
    return read >= 0.95 * len(rows), f"{read} of {len(rows)} archived reports have a text"
