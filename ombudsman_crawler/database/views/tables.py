"""The rows of the national tables, as printed."""

from __future__ import annotations

NATIONAL_ROWS = """
SELECT authority.name AS authority, authority.slug, authority.gss_code, authority.kind,
       "table".year_ending, "table".subject, "table".title, "table".sheet, table_row.number,
       table_row.name, table_row.matched_by, table_row.cells, "table".columns,
       "table".header_row, "table".status, "table".reason,
       (SELECT group_concat(DISTINCT finding.code) FROM finding
        WHERE finding.table_row_id = table_row.id) AS findings,
       "table".id IN (SELECT id FROM current_table) AS current,
       link.url, document.sha256 AS document_sha256, document.path AS document_path,
       "table".first_seen, "table".last_seen, link.gone_since
FROM table_row
JOIN national_table AS "table" ON "table".id = table_row.table_id
JOIN link ON link.id = "table".link_id
JOIN document ON document.id = "table".document_id
LEFT JOIN authority ON authority.id = table_row.authority_id
"""
