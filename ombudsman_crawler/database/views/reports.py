"""What the lists of council pages hold: public reports and service improvements."""

from __future__ import annotations

_DECISION = """
(SELECT link.address FROM decision JOIN link ON link.id = decision.link_id
 WHERE decision.reference = {reference} ORDER BY decision.id LIMIT 1)
"""

# The day and the reference are the list's, else those of the document itself.
PUBLIC_REPORTS = f"""
SELECT authority.name AS authority, authority.slug, authority.gss_code, authority.kind,
       COALESCE(report.date, report_text.date) AS date, report.title, report.blurb,
       report_text.text, report.category,
       COALESCE(report.reference, report_text.reference) AS reference,
       CASE WHEN report.address LIKE '/decisions/%' THEN report.address
            ELSE {_DECISION.format(reference="COALESCE(report.reference, report_text.reference)")}
       END AS decision_address,
       COALESCE(link.url, report.address) AS url, report.found_on,
       report.first_seen, report.last_seen, report.unlisted_since, link.gone_since,
       report_text.status AS text_status, report_text.reason AS text_reason,
       document.sha256 AS document_sha256, document.path AS document_path
FROM public_report AS report
JOIN authority ON authority.id = report.authority_id
LEFT JOIN link ON link.id = report.link_id
LEFT JOIN document ON document.id = report.document_id
LEFT JOIN report_text ON report_text.document_id = report.document_id
"""

SERVICE_IMPROVEMENTS = f"""
SELECT authority.name AS authority, authority.slug, authority.gss_code, authority.kind,
       improvement.date, improvement.year, improvement.year_ending, improvement.text,
       improvement.category, improvement.reference,
       COALESCE(improvement.address, {_DECISION.format(reference="improvement.reference")})
           AS decision_address,
       improvement.found_on, improvement.first_seen, improvement.last_seen,
       improvement.unlisted_since
FROM service_improvement AS improvement
JOIN authority ON authority.id = improvement.authority_id
"""
