"""Everything that checks found about what is current, with what people said of it."""

from __future__ import annotations

# The last word of a person, of what was there when it was said: `doubt` tells whether it counts.
_WORD = """
       CASE WHEN doubt.acknowledged IS NOT NULL THEN (
           SELECT said.{column} FROM acknowledgement AS said
           WHERE said.subject = doubt.subject ORDER BY said.id DESC LIMIT 1) END AS {name}"""
_WORDS = ",".join(
    _WORD.format(column=column, name=name)
    for column, name in (
        ("who", "acknowledged_by"),
        ("time", "acknowledged_at"),
        ("note", "acknowledged_note"),
    )
)

_AUTHORITY = "authority.name AS authority, authority.slug, authority.gss_code, authority.kind"

FINDINGS = f"""
SELECT doubt.subject, doubt.code, doubt.severity, {_AUTHORITY},
       COALESCE(doubt.year_ending, current.year_ending) AS year_ending, doubt.metric,
       'letter' AS source, doubt.message, document.sha256 AS document_sha256,
       doubt.acknowledged, {_WORDS}
FROM current_reading AS current
JOIN doubt ON doubt.reading_id = current.reading_id
JOIN authority ON authority.id = current.authority_id
JOIN document ON document.id = current.document_id
UNION ALL
SELECT NULL, finding.code, finding.severity, authority.name, authority.slug, authority.gss_code,
       authority.kind, COALESCE(finding.year_ending, current.year_ending), finding.metric, 'letter',
       finding.message, document.sha256, NULL, NULL, NULL, NULL
FROM current_reading AS current
JOIN finding ON finding.reading_id = current.reading_id AND finding.severity = 'note'
JOIN authority ON authority.id = current.authority_id
JOIN document ON document.id = current.document_id
UNION ALL
SELECT doubt.subject, doubt.code, doubt.severity, {_AUTHORITY},
       COALESCE(doubt.year_ending, page.year_ending), doubt.metric, 'council_page', doubt.message,
       document.sha256, doubt.acknowledged, {_WORDS}
FROM current_page AS page
JOIN doubt_elsewhere AS doubt ON doubt.capture_id = page.capture_id
JOIN authority ON authority.id = page.authority_id
JOIN document ON document.id = page.document_id
UNION ALL
SELECT doubt.subject, doubt.code, doubt.severity, {_AUTHORITY},
       COALESCE(doubt.year_ending, "table".year_ending), doubt.metric, 'national_table',
       doubt.message, document.sha256, doubt.acknowledged, {_WORDS}
FROM current_table AS "table"
JOIN doubt_elsewhere AS doubt ON doubt.capture_id = "table".capture_id
JOIN document ON document.id = "table".document_id
LEFT JOIN table_row ON table_row.id = doubt.table_row_id
LEFT JOIN authority ON authority.id = table_row.authority_id
WHERE doubt.table_row_id IS NULL OR table_row.table_id = "table".id
"""
