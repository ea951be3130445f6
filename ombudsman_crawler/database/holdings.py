"""What a storage holds of each collection, in numbers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

# Each: what is counted, as it is said to people after its number.
_QUERIES = {
    "letters": """
SELECT (SELECT COUNT(*) FROM letter) AS letters,
       (SELECT COUNT(DISTINCT year_ending) FROM letter) AS years,
       (SELECT COUNT(*) FROM link WHERE kind IN ('letter', 'copy') AND gone_since IS NOT NULL)
           AS gone
""",
    "pages": """
SELECT COUNT(DISTINCT authority_id) AS councils, COUNT(*) AS readings,
       COUNT(DISTINCT year_ending) AS years,
       COALESCE(SUM(status = 'unknown_form'), 0) AS unrecognised
FROM page_reading
""",
    "tables": """
SELECT (SELECT COUNT(*) FROM current_table WHERE status <> 'unrecognised') AS tables,
       (SELECT COUNT(DISTINCT year_ending) FROM current_table) AS years,
       (SELECT COUNT(*) FROM table_row JOIN current_table ON current_table.id = table_id
        WHERE table_row.authority_id IS NOT NULL) AS rows,
       (SELECT COUNT(*) FROM national_table WHERE status = 'unrecognised') AS unrecognised
""",
    "decisions": """
SELECT (SELECT COUNT(*) FROM decision) AS decisions,
       (SELECT COUNT(*) FROM decision WHERE current_version_id IS NOT NULL) AS with_text,
       (SELECT COUNT(*) FROM link WHERE kind = 'decision' AND gone_since IS NOT NULL) AS gone,
       (SELECT COUNT(*) FROM decision_window WHERE state = 'complete') AS windows_complete,
       (SELECT COUNT(*) FROM decision_window) AS windows,
       (SELECT COALESCE(SUM(stated), 0) FROM decision_window) AS stated
""",
    "reports": """
SELECT COUNT(DISTINCT authority_id) AS councils, COUNT(*) AS reports,
       COALESCE(SUM(EXISTS (
           SELECT 1 FROM report_text WHERE report_text.document_id = public_report.document_id
             AND report_text.text IS NOT NULL)), 0) AS with_text,
       COALESCE(SUM(unlisted_since IS NOT NULL), 0) AS no_longer_listed
FROM public_report LEFT JOIN report_text USING (document_id)
""",
    "improvements": """
SELECT COUNT(DISTINCT authority_id) AS councils, COUNT(*) AS improvements,
       COALESCE(SUM(unlisted_since IS NOT NULL), 0) AS no_longer_listed
FROM service_improvement
""",
}


def of_collections(connection: Connection) -> dict[str, dict[str, int]]:
    """Return, by collection, how many there are of what it consists of."""
    return {
        name: dict(connection.execute(text(query)).mappings().one())
        for name, query in _QUERIES.items()
    }


def last_runs(connection: Connection) -> list[Any]:
    """Return the number of the last run of each kind: over the map, of tables, of decisions."""
    query = """
SELECT MAX(id) FROM run
GROUP BY CASE WHEN collections IN ('tables', 'decisions') THEN collections ELSE 'map' END
ORDER BY 1
"""
    return list(connection.scalars(text(query)))
