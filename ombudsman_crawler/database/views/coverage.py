"""What there is of each authority and year, and what there isn't."""

from __future__ import annotations

# The years ending that letters and links speak of, without gaps. A link alone may name any year:
# one beyond the next is a slip of the pen and opens none.
COVERAGE = """
WITH RECURSIVE
letter_link AS (SELECT * FROM link WHERE kind IN ('letter', 'copy')),
-- No year beyond the next is opened by a slip of the pen; without letters, none beyond today's.
known(newest) AS (
    SELECT COALESCE((SELECT MAX(year_ending) + 1 FROM letter), strftime('%Y', 'now') + 1)),
listed(year_ending) AS (
    SELECT year_ending FROM letter
    UNION SELECT year_ending FROM page_reading WHERE year_ending <= (SELECT newest FROM known)
    UNION SELECT year_ending FROM national_table WHERE year_ending <= (SELECT newest FROM known)
    UNION SELECT listed_year FROM letter_link
          WHERE listed_year <= (SELECT MAX(year_ending) + 1 FROM letter)),
first_letter(year_ending) AS (
    SELECT MIN(year_ending) FROM (
        SELECT year_ending FROM letter UNION ALL SELECT listed_year FROM letter_link)),
years(year_ending, last) AS (
    SELECT MIN(year_ending), MAX(year_ending) FROM listed HAVING MIN(year_ending) IS NOT NULL
    UNION ALL SELECT year_ending + 1, last FROM years WHERE year_ending < last),
last_outcome(link_id, outcome) AS (
    SELECT link_id, outcome FROM outcome
    WHERE (link_id, run_id) IN (
        SELECT link_id, MAX(run_id) FROM outcome
        WHERE outcome NOT IN ('not_due', 'not_attempted', 'out_of_window') GROUP BY link_id))
SELECT authority.name AS authority, authority.slug, authority.gss_code, authority.kind,
       years.year_ending,
       CASE
           WHEN letter.id IS NOT NULL AND current.status IN ('ok', 'suspect') THEN
               CASE WHEN EXISTS (
                        SELECT 1 FROM version_document AS carries
                        JOIN capture ON capture.document_id = carries.document_id
                        JOIN outcome ON outcome.capture_id = capture.id
                        JOIN letter_link AS link ON link.id = outcome.link_id
                        WHERE carries.version_id = current.version_id AND link.gone_since IS NULL)
                    THEN 'archived' ELSE 'gone' END
           WHEN letter.id IS NOT NULL THEN 'unread'
           WHEN EXISTS (
               SELECT 1 FROM letter_link AS link JOIN last_outcome ON last_outcome.link_id = link.id
               WHERE link.authority_id = authority.id AND link.listed_year = years.year_ending
                 AND last_outcome.outcome IN ('failed', 'rejected')) THEN 'failed'
           WHEN EXISTS (
               SELECT 1 FROM letter_link AS link JOIN outcome ON outcome.link_id = link.id
               JOIN capture ON capture.id = outcome.capture_id
               WHERE link.authority_id = authority.id AND link.listed_year = years.year_ending
                 AND capture.document_id IS NOT NULL
                 -- A document that was read is another year's letter behind this year's link.
                 AND capture.document_id NOT IN (
                     SELECT carries.document_id FROM version_document AS carries
                     JOIN current_reading AS other ON other.version_id = carries.version_id
                     WHERE other.status IN ('ok', 'suspect'))) THEN 'unread'
           WHEN EXISTS (
               SELECT 1 FROM letter_link AS link
               WHERE link.authority_id = authority.id AND link.listed_year = years.year_ending)
               THEN 'missing'
           WHEN authority.first_day > years.year_ending || '-03-31'
             OR authority.last_day < (years.year_ending - 1) || '-04-01'
             OR years.year_ending < (SELECT year_ending FROM first_letter)
             -- A body of the national tables alone.
             OR (authority.page_address IS NULL AND NOT EXISTS (
                 SELECT 1 FROM letter_link AS link WHERE link.authority_id = authority.id))
               THEN 'not_expected'
           ELSE 'missing'
       END AS state,
       (SELECT CASE WHEN page.status = 'unknown_form' THEN 'unread'
                    WHEN page.state = 'figures' THEN 'archived' ELSE page.state END
        FROM current_page AS page
        WHERE page.authority_id = authority.id AND page.year_ending = years.year_ending)
           AS council_page,
       (SELECT group_concat(DISTINCT "table".subject) FROM table_row
        JOIN current_table AS "table" ON "table".id = table_row.table_id
        WHERE table_row.authority_id = authority.id AND "table".year_ending = years.year_ending)
           AS national_tables,
       (SELECT COUNT(*) FROM decision
        WHERE decision.authority_id = authority.id
          AND decision.decided BETWEEN (years.year_ending - 1) || '-04-01'
                                   AND years.year_ending || '-03-31') AS decisions,
       -- One listed under several headlines is one report.
       (SELECT COUNT(DISTINCT report.key) FROM public_report AS report
        LEFT JOIN report_text ON report_text.document_id = report.document_id
        WHERE report.authority_id = authority.id
          AND COALESCE(report.date, report_text.date) BETWEEN (years.year_ending - 1) || '-04-01'
              AND years.year_ending || '-03-31') AS public_reports,
       (SELECT COUNT(*) FROM service_improvement AS improvement
        WHERE improvement.authority_id = authority.id
          AND improvement.year_ending = years.year_ending) AS service_improvements
FROM authority
CROSS JOIN years
LEFT JOIN letter ON letter.authority_id = authority.id
                AND letter.year_ending = years.year_ending AND letter.kind = 'annual'
LEFT JOIN current_reading AS current ON current.letter_id = letter.id
WHERE authority.page_address IS NOT NULL
   OR EXISTS (SELECT 1 FROM letter_link AS link WHERE link.authority_id = authority.id)
   OR EXISTS (SELECT 1 FROM letter WHERE letter.authority_id = authority.id)
   OR EXISTS (SELECT 1 FROM table_row WHERE table_row.authority_id = authority.id)
"""
