"""What other views build on: captures whole, what is current, and what is in doubt."""

from __future__ import annotations

from ombudsman_crawler.database import acknowledgements

# Every attempt, whole: the table has each address, WARC and set of headers but once.
CAPTURE = """
SELECT attempt.id, attempt.run_id, address.address, address.url, attempt.time, attempt.status,
       CASE WHEN whole.id IS NULL THEN attempt.headers
            ELSE json_patch(whole.headers, attempt.headers) END AS headers,
       attempt.error, attempt.document_id, warc.file AS warc_file, attempt.warc_offset
FROM attempt JOIN address ON address.id = attempt.address_id
LEFT JOIN attempt AS whole ON whole.id = attempt.headers_from
LEFT JOIN warc ON warc.id = attempt.warc_id
"""


# A letter's current version and the newest reading of it.
CURRENT_READING = """
SELECT letter.id AS letter_id, letter.authority_id, letter.year_ending, letter.kind AS letter_kind,
       letter.letter_date, reading.id AS reading_id, reading.version_id, reading.document_id,
       reading.form, reading.status
FROM letter
JOIN reading ON reading.id = (
    SELECT MAX(newest.id) FROM reading AS newest
    WHERE newest.version_id = letter.current_version_id)
"""


# What a council's page said last of each year.
CURRENT_PAGE = """
SELECT page.* FROM page_reading AS page
WHERE page.capture_id = (
    SELECT newest.capture_id FROM page_reading AS newest
    WHERE newest.authority_id = page.authority_id AND newest.year_ending IS page.year_ending
    ORDER BY newest.last_seen DESC, newest.capture_id DESC LIMIT 1)
"""


# Everything that council pages ever said, whatever became of it.
PAGE_HISTORY = """
SELECT authority.name AS authority, authority.slug, authority.gss_code, authority.kind,
       page.year_ending, page.layout, page.state, page.status, page.period_start, page.period_end,
       page.name_as_printed,
       (SELECT COUNT(*) FROM figure
        WHERE figure.capture_id = page.capture_id AND figure.table_row_id IS NULL
          AND figure.value IS NOT NULL) AS figures,
       page.capture_id IN (SELECT current.capture_id FROM current_page AS current) AS current,
       page.first_seen, page.last_seen, page.reader, page.capture_id,
       document.sha256 AS document_sha256, document.path AS document_path, capture.url
FROM page_reading AS page
JOIN authority ON authority.id = page.authority_id
JOIN document ON document.id = page.document_id
JOIN capture ON capture.id = page.capture_id
"""


# The files of a subject and year in `tables`, the current one first. What is served no longer,
# neither at its address nor at all, comes last; of files that are served side by side the one that
# was met last is the correction, whatever the order in which they were asked for.
CURRENT_FIRST = """
    newest.subject IS {subject} AND newest.year_ending IS {year}
      AND newest.status <> 'unrecognised'
    ORDER BY EXISTS (
        SELECT 1 FROM {tables} AS later
        WHERE later.link_id = newest.link_id AND later.document_id <> newest.document_id
          AND later.last_seen > newest.last_seen)
        OR EXISTS (
        SELECT 1 FROM link WHERE link.id = newest.link_id AND link.gone_since IS NOT NULL),
      newest.first_seen DESC, newest.id DESC LIMIT 1
"""

_CURRENT_FIRST = CURRENT_FIRST.format(
    tables="national_table", subject='"table".subject', year='"table".year_ending'
)

# What was served before "table": its address's file before it, else the file that would be current
# for its subject and year without it.
TABLE_BEFORE = f"""
COALESCE(
    (SELECT newest.document_id FROM national_table AS newest
     WHERE newest.link_id = "table".link_id AND newest.document_id <> "table".document_id
       AND newest.subject IS "table".subject AND newest.year_ending IS "table".year_ending
       AND newest.status <> 'unrecognised'
     ORDER BY newest.last_seen DESC, newest.id DESC LIMIT 1),
    (SELECT newest.document_id FROM national_table AS newest
     WHERE newest.document_id <> "table".document_id
       AND {_CURRENT_FIRST}))
"""

# The national tables of each subject and year in the file that is current: it may have one on
# several sheets.
CURRENT_TABLE = f"""
SELECT "table".* FROM national_table AS "table"
WHERE "table".status <> 'unrecognised' AND "table".document_id = (
    SELECT newest.document_id FROM national_table AS newest
    WHERE {_CURRENT_FIRST})
"""


# What casts doubt on figures, its lasting name, and the last word of a person on it. A word counts
# for the readings of its time, and for later ones of the same version that say the very same.
DOUBT = f"""
WITH named AS (
    SELECT finding.*, reading.time, reading.version_id,
           'finding:' || finding.code || ':' || authority.key || ':'
               || COALESCE(finding.year_ending, letter.year_ending) || ':'
               || COALESCE(finding.metric, 'letter') AS subject
    FROM finding
    JOIN reading ON reading.id = finding.reading_id
    JOIN letter_version ON letter_version.id = reading.version_id
    LEFT JOIN letter ON letter.id = letter_version.letter_id
    LEFT JOIN authority ON authority.id = letter.authority_id
    WHERE finding.severity IN ('warning', 'error'))
SELECT reading_id, code, severity, metric, year_ending, message, subject,
       (SELECT NULLIF(said.verdict, '{acknowledgements.REOPENED}') FROM acknowledgement AS said
        WHERE said.subject = named.subject
          AND (named.time < said.time OR EXISTS (
              SELECT 1 FROM reading AS earlier
              JOIN finding AS same ON same.reading_id = earlier.id
              WHERE earlier.version_id = named.version_id AND earlier.time < said.time
                AND same.code = named.code AND same.metric IS named.metric
                AND same.year_ending IS named.year_ending AND same.message = named.message))
        ORDER BY said.id DESC LIMIT 1) AS acknowledged
FROM named
"""


# The same of council pages and of rows of national tables, or of a whole table (`table_row_id`
# null). A word counts for what was read before it was said.
DOUBT_ELSEWHERE = f"""
WITH named AS (
    SELECT finding.*, page.time,
           'finding:' || finding.code || ':' || authority.key || ':'
               || COALESCE(finding.year_ending, page.year_ending, '') || ':'
               || COALESCE(finding.metric, 'page') || ':council_page' AS subject
    FROM finding
    JOIN page_reading AS page ON page.capture_id = finding.capture_id
    JOIN authority ON authority.id = page.authority_id
    WHERE finding.severity IN ('warning', 'error')
    UNION ALL
    SELECT finding.*, "table".time,
           'finding:' || finding.code || ':' || COALESCE(authority.key, "table".subject, 'table')
               || ':' || COALESCE(finding.year_ending, "table".year_ending, '') || ':'
               || COALESCE(finding.metric, 'row') || ':national_table' AS subject
    FROM finding
    JOIN table_row ON table_row.id = finding.table_row_id
    JOIN national_table AS "table" ON "table".id = table_row.table_id
    LEFT JOIN authority ON authority.id = table_row.authority_id
    WHERE finding.severity IN ('warning', 'error')
    UNION ALL
    SELECT finding.*, MAX("table".time),
           'finding:' || finding.code || ':' || COALESCE("table".subject, 'table') || ':'
               || COALESCE(finding.year_ending, "table".year_ending, '') || ':'
               || COALESCE(finding.metric, 'table') || ':national_table' AS subject
    FROM finding
    JOIN national_table AS "table" ON "table".capture_id = finding.capture_id
    WHERE finding.severity IN ('warning', 'error') AND finding.table_row_id IS NULL
    GROUP BY finding.id)
SELECT capture_id, table_row_id, code, severity, metric, year_ending, message, subject,
       (SELECT NULLIF(said.verdict, '{acknowledgements.REOPENED}') FROM acknowledgement AS said
        WHERE said.subject = named.subject AND named.time < said.time
        ORDER BY said.id DESC LIMIT 1) AS acknowledged
FROM named
"""
