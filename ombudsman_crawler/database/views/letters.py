"""Letters as they are now, all their versions, and what versions before the current one said."""

from __future__ import annotations

# Lasting short name of a letter, as `search` and `withhold` take it.
_KEY = """authority.key || '/' || letter.year_ending
           || CASE WHEN letter.kind = 'annual' THEN '' ELSE '/' || letter.kind END"""

_URL = """(SELECT capture.url FROM capture WHERE capture.document_id = {document}
        ORDER BY capture.id DESC LIMIT 1)"""

# What is withheld has no current reading where that is left out, and so no words here.
LETTERS = f"""
SELECT {_KEY} AS letter, authority.name AS authority, authority.slug, authority.gss_code,
       authority.kind, letter.year_ending, letter.kind AS letter_kind,
       current.form, current.status, reading.title, reading.letter_date, reading.addressee,
       reading.post, reading.signatory,
       (SELECT COUNT(*) FROM letter_version AS every WHERE every.letter_id = letter.id)
           AS versions,
       version.first_page, version.last_page, version.first_seen, version.last_seen,
       (SELECT MAX(link.gone_since) FROM version_document AS carries
        JOIN capture ON capture.document_id = carries.document_id
        JOIN outcome ON outcome.capture_id = capture.id
        JOIN link ON link.id = outcome.link_id
        WHERE carries.version_id = version.id
        HAVING COUNT(*) = COUNT(link.gone_since)) AS gone_since,
       version.copy, document.sha256 AS document_sha256, document.path AS document_path,
       {_URL.format(document="document.id")} AS url, reading.reader,
       version.document_id IN (
           SELECT document_id FROM withheld WHERE document_id IS NOT NULL) AS withheld,
       version.document_id IN (SELECT document_id FROM erasure) AS erased
FROM letter
JOIN authority ON authority.id = letter.authority_id
JOIN letter_version AS version ON version.id = letter.current_version_id
LEFT JOIN current_reading AS current ON current.letter_id = letter.id
LEFT JOIN reading ON reading.id = current.reading_id
LEFT JOIN document ON document.id = current.document_id
"""

LETTER_VERSIONS = f"""
SELECT {_KEY} AS letter, authority.name AS authority, authority.slug, authority.gss_code,
       authority.kind, letter.year_ending,
       ROW_NUMBER() OVER (PARTITION BY letter.id ORDER BY version.first_seen, version.id)
           AS version,
       version.id = letter.current_version_id AS current,
       reading.form, reading.status, reading.letter_date, version.first_page, version.last_page,
       version.first_seen, version.last_seen, version.copy,
       document.sha256 AS document_sha256, document.path AS document_path,
       {_URL.format(document="document.id")} AS url, reading.reader, reading.time AS read_at,
       version.document_id IN (
           SELECT document_id FROM withheld WHERE document_id IS NOT NULL) AS withheld
FROM letter_version AS version
JOIN letter ON letter.id = version.letter_id
JOIN authority ON authority.id = letter.authority_id
JOIN document ON document.id = version.document_id
LEFT JOIN reading ON reading.id = (
    SELECT MAX(newest.id) FROM reading AS newest WHERE newest.version_id = version.id)
"""

VERSION_FIGURES = """
SELECT numbered.letter, numbered.authority, numbered.slug, numbered.gss_code, numbered.kind,
       numbered.version, figure.year_ending, figure.metric, figure.value, figure.absence,
       figure.value_text, figure.restated, figure.page, figure.box, figure.text,
       document.sha256 AS document_sha256, numbered.copy
FROM letter_versions AS numbered
JOIN document ON document.sha256 = numbered.document_sha256
JOIN letter_version AS version
  ON version.document_id = document.id AND version.first_page = numbered.first_page
JOIN reading ON reading.id = (
    SELECT MAX(newest.id) FROM reading AS newest WHERE newest.version_id = version.id)
JOIN figure ON figure.reading_id = reading.id
WHERE NOT numbered.current
"""
