"""The checks of a run on decisions: whether the windows of the search are complete, and whether
what was collected agrees with the counts that are published."""

from __future__ import annotations

from ombudsman_crawler.database.run_evidence import Evidence, Judgement

# How far the decisions collected of an authority and year may differ from the published number of
# those upheld. Some are never published, and those about a body that has ended stand under its own
# name or its successor's: fewer is usual. More than published is not, but for the odd one that was
# decided again.
_FEWER, _MORE, _ANYWAY = 0.3, 0.05, 2
# One authority in so many may differ by more, before it is told.
_MAY_DIFFER = 0.05

# Decisions that failed now and in an earlier run.
_FAILED_BEFORE = """
SELECT COUNT(*) FROM outcome JOIN link ON link.id = outcome.link_id
WHERE outcome.run_id = :run AND link.kind = 'decision'
  AND outcome.outcome IN ('failed', 'rejected')
  AND EXISTS (SELECT 1 FROM outcome AS before
              WHERE before.link_id = outcome.link_id AND before.run_id < outcome.run_id
                AND before.outcome IN ('failed', 'rejected'))
"""
_OUTCOMES = """
SELECT outcome.outcome FROM outcome JOIN link ON link.id = outcome.link_id
WHERE outcome.run_id = :run AND link.kind = 'decision'
  AND outcome.outcome NOT IN ('not_due', 'not_attempted', 'refused')
"""


def windows_complete(evidence: Evidence) -> Judgement:
    """In every window of days that was asked for as many decisions are listed as the search
    states."""
    facts = evidence.facts
    done = f"{facts.windows_done} of {facts.windows_planned} windows"
    if facts.windows_short:
        shown = "; ".join(facts.windows_short[:5]) + (" …" if len(facts.windows_short) > 5 else "")
        short = f"{len(facts.windows_short)} of {facts.windows_done} windows asked for"
        return False, f"{short} aren't complete: {shown}"
    if facts.cut_short or facts.windows_done < facts.windows_planned:
        return None, f"the run was ended after {done}; the next one goes on"
    if not facts.windows_planned:
        return None, "no window was due"
    return True, f"all {facts.windows_done} windows asked for are complete"


def decisions_read(evidence: Evidence) -> Judgement:
    """The pages of nearly all decisions that were asked for came and were recognised."""
    outcomes = evidence.rows(_OUTCOMES)
    asked = len(outcomes)
    if not asked:
        return None, "no decision was asked for"
    failed = sum(row.outcome in ("failed", "rejected") for row in outcomes)
    before = evidence.count(_FAILED_BEFORE)
    unmatched = evidence.count(
        "SELECT COUNT(*) FROM outcome JOIN decision USING (link_id)"
        " WHERE run_id = :run AND authority_id IS NULL"
    )
    told = f"{failed} of {asked} decisions asked for failed or were no decision's page"
    if before:
        told += f"; {before} of them failed before"
    if unmatched:
        told += f"; {unmatched} are of bodies that no authority's name is known to mean"
    return failed - before <= evidence.facts.max_failed_share * asked, told


def decision_counts(evidence: Evidence) -> Judgement:
    """The upheld decisions collected of each authority and year agree with the published number;
    of years that were collected whole."""
    rows = evidence.rows(_COUNTED)
    if not rows:
        return None, "no year with published numbers was collected whole"
    differ = [
        row
        for row in rows
        if not row.published * (1 - _FEWER) - _ANYWAY
        <= row.counted
        <= row.published * (1 + _MORE) + _ANYWAY
    ]
    shown = ", ".join(
        f"{row.authority} {row.year_ending} ({row.counted} of {row.published:.0f})"
        for row in differ[:5]
    ) + (" …" if len(differ) > 5 else "")
    years = sorted({row.year_ending for row in rows})
    compared = (
        f"{len(rows)} authorities and years ({years[0]} to {years[-1]}), decisions collected as"
        f" upheld ({sum(row.counted for row in rows)}) beside the published number"
        f" ({sum(row.published for row in rows):.0f})"
    )
    few = len(differ) <= _MAY_DIFFER * len(rows)
    return few, compared + (f"; more than usual apart: {shown}" if differ else "")


# Decisions about a body that has ended may stand under its own name or its successor's: only those
# that lived all through the year are compared.
_COUNTED = """
SELECT summary.authority, summary.year_ending, summary.upheld_decisions AS published,
       COALESCE(counted.upheld, 0) AS counted
FROM annual_summary AS summary
JOIN authority ON authority.name = summary.authority
LEFT JOIN decision_count AS counted
       ON counted.authority = summary.authority AND counted.year_ending = summary.year_ending
WHERE summary.upheld_decisions IS NOT NULL
  AND summary.year_ending IN (SELECT year_ending FROM decision_count WHERE collected_whole)
  AND COALESCE(authority.last_day, '9999') > summary.year_ending || '-03-31'
ORDER BY summary.authority, summary.year_ending
"""
