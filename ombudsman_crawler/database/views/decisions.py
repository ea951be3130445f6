"""Decisions as their current pages say, and how many there are of each authority and year."""

from __future__ import annotations

# What the page says; where it was never had, what the search says of it. `doubts` names what the
# two differ in.
DECISIONS = """
SELECT decision.id AS decision_id, COALESCE(version.reference, decision.reference) AS reference,
       authority.name AS authority, authority.slug, authority.gss_code, authority.kind,
       COALESCE(version.authority_as_printed, decision.authority_as_listed) AS authority_as_printed,
       decision.kind AS decision_kind, version.category,
       COALESCE(version.sub_category, decision.sub_category) AS sub_category,
       COALESCE(version.outcome, decision.outcome) AS outcome,
       COALESCE(version.decided, decision.decided) AS decided,
       CAST(substr(COALESCE(version.decided, decision.decided), 1, 4) AS INTEGER)
           + (substr(COALESCE(version.decided, decision.decided), 6, 2) > '03') AS year_ending,
       COALESCE(version.summary, decision.summary) AS summary, version.remedies, version.sections,
       version.status, NULLIF(rtrim(
           CASE WHEN version.reference <> decision.reference THEN 'reference,' ELSE '' END
           || CASE WHEN lower(version.outcome) <> lower(decision.outcome) THEN 'outcome,'
                   ELSE '' END
           || CASE WHEN version.decided <> decision.decided THEN 'decided' ELSE '' END, ','), '')
           AS doubts,
       (SELECT COUNT(*) FROM decision_version AS every WHERE every.decision_id = decision.id)
           AS versions,
       link.first_seen, link.last_seen, link.gone_since, link.url,
       document.sha256 AS document_sha256
FROM decision
JOIN link ON link.id = decision.link_id
LEFT JOIN decision_version AS version ON version.id = decision.current_version_id
LEFT JOIN document ON document.id = version.document_id
LEFT JOIN authority ON authority.id = decision.authority_id
"""

# A year is collected whole when complete windows hold all its days, and were asked for after its
# last decisions had come out (six weeks after they were made, and a margin of three).
DECISION_COUNT = """
WITH covered AS (
    SELECT CAST(substr(first_day, 1, 4) AS INTEGER) + (substr(first_day, 6, 2) > '03')
               AS year_ending,
           SUM(julianday(last_day) - julianday(first_day) + 1) AS days, MIN(asked) AS asked
    FROM decision_window WHERE state = 'complete' GROUP BY 1)
SELECT decisions.authority, decisions.slug, decisions.gss_code, decisions.kind,
       decisions.year_ending, COUNT(*) AS decisions,
       COALESCE(SUM(lower(decisions.outcome) = 'upheld'), 0) AS upheld,
       COALESCE(SUM(lower(decisions.outcome) = 'not upheld'), 0) AS not_upheld,
       COALESCE(SUM(decisions.outcome LIKE 'closed after initial enquir%'), 0)
           AS closed_after_initial_enquiries,
       COALESCE(SUM(decisions.outcome IS NULL
           OR NOT (lower(decisions.outcome) IN ('upheld', 'not upheld')
                   OR decisions.outcome LIKE 'closed after initial enquir%')), 0) AS other_outcomes,
       COALESCE(covered.days = julianday(decisions.year_ending || '-03-31')
                               - julianday((decisions.year_ending - 1) || '-03-31')
                AND date(covered.asked) > date(decisions.year_ending || '-03-31', '+63 days'), 0)
           AS collected_whole
FROM decisions LEFT JOIN covered ON covered.year_ending = decisions.year_ending
WHERE decisions.authority IS NOT NULL AND decisions.year_ending IS NOT NULL
GROUP BY decisions.authority, decisions.year_ending
"""
