"""The views: what analysts query, and what exports and commands read.

They show the current version's current reading; columns are only ever added. SQL is built from
`metrics`, so that a metric of the vocabulary is a column of `annual_summary`.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from ombudsman_crawler import metrics
from ombudsman_crawler.database import acknowledgements


def drop(connection: Connection) -> None:
    """Drop every view: a table can't be rebuilt under one."""
    names = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'view'"
    ).fetchall()
    for (name,) in names:
        connection.exec_driver_sql(f'DROP VIEW "{name}"')


def create(connection: Connection) -> None:
    """Create every view anew."""
    for statement in _statements().values():
        connection.exec_driver_sql(statement)


def are_current(connection: Connection) -> bool:
    """Whether a database's views are those of this version."""
    found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'view'")
    return {row.name: row.sql for row in found} == _statements()


def _statements() -> dict[str, str]:
    return {name: f"CREATE VIEW {name} AS {body}" for name, body in definitions().items()}


def definitions() -> dict[str, str]:
    """Return the SQL of each view by its name, in the order they build on each other."""
    return {
        "capture": _CAPTURE,
        "doubt": _DOUBT,
        "current_reading": _CURRENT_READING,
        "figures": _figures(),
        "annual_summary": _annual_summary(),
        "similar_average": _SIMILAR_AVERAGE,
        "coverage": _COVERAGE,
        "absences": _absences(),
        "metric": _metric(),
        "comparability_break": _comparability_break(),
    }


# Every attempt, whole: the table has each address, WARC and set of headers but once.
_CAPTURE = """
SELECT attempt.id, attempt.run_id, address.address, address.url, attempt.time, attempt.status,
       CASE WHEN whole.id IS NULL THEN attempt.headers
            ELSE json_patch(whole.headers, attempt.headers) END AS headers,
       attempt.error, attempt.document_id, warc.file AS warc_file, attempt.warc_offset
FROM attempt JOIN address ON address.id = attempt.address_id
LEFT JOIN attempt AS whole ON whole.id = attempt.headers_from
LEFT JOIN warc ON warc.id = attempt.warc_id
"""


# A letter's current version and the newest reading of it.
_CURRENT_READING = """
SELECT letter.id AS letter_id, letter.authority_id, letter.year_ending, letter.kind AS letter_kind,
       letter.letter_date, reading.id AS reading_id, reading.version_id, reading.document_id,
       reading.form, reading.status
FROM letter
JOIN reading ON reading.id = (
    SELECT MAX(newest.id) FROM reading AS newest
    WHERE newest.version_id = letter.current_version_id)
"""


# What casts doubt on figures, its lasting name, and the last word of a person on it. A word counts
# for the readings of its time, and for later ones of the same version that say the very same.
_DOUBT = f"""
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


# The doubts about a figure. One without a metric is about the whole letter.
_ABOUT_FIGURE = """
    FROM doubt
    WHERE doubt.reading_id = figure.reading_id
      AND (doubt.metric IS NULL OR doubt.metric = figure.metric)
      AND (doubt.year_ending IS NULL OR doubt.year_ending = figure.year_ending)
"""
# Whose figure a person found to be right is doubtful no longer.
_DOUBTS = f"{_ABOUT_FIGURE} AND doubt.acknowledged IS NOT 'right'"
_DOUBTFUL = f"EXISTS (SELECT 1 {_DOUBTS})"


def _figures() -> str:
    units = " ".join(
        f"WHEN '{metric.name}' THEN '{metric.unit}'" for metric in metrics.load().values()
    )
    return f"""
SELECT authority.key || '/' || figure.year_ending || '/' || figure.source || '/' || figure.metric
           || CASE WHEN current.letter_kind <> 'annual' THEN '/' || current.letter_kind ELSE '' END
           || CASE WHEN figure.restated THEN '/restated-' || current.year_ending ELSE '' END
           AS figure_id,
       authority.name AS authority, authority.slug, authority.gss_code, authority.kind,
       figure.year_ending, figure.metric, figure.value, figure.absence,
       CASE figure.metric {units} END AS unit,
       figure.value_text, figure.source, figure.page, figure.box, figure.text,
       document.sha256 AS document_sha256,
       (SELECT capture.url FROM capture WHERE capture.document_id = document.id
        ORDER BY capture.id DESC LIMIT 1) AS url,
       figure.restated,
       (SELECT group_concat(DISTINCT doubt.code) {_DOUBTS}) AS doubts,
       document.path AS document_path,
       (SELECT copy FROM letter_version WHERE letter_version.id = current.version_id) AS copy,
       (SELECT group_concat(DISTINCT doubt.code || ':' || doubt.acknowledged) {_ABOUT_FIGURE})
           AS acknowledged
FROM current_reading AS current
JOIN figure ON figure.reading_id = current.reading_id
JOIN document ON document.id = current.document_id
JOIN authority ON authority.id = current.authority_id
"""


def _annual_summary() -> str:
    columns = ",\n       ".join(
        f"MAX(CASE WHEN metric = '{name}' THEN value END) AS {name}" for name in metrics.load()
    )
    return f"""
SELECT authority.name AS authority, authority.slug, authority.gss_code, authority.kind,
       current.year_ending, current.form, current.status, current.letter_date,
       group_concat(CASE WHEN {_DOUBTFUL} THEN metric END) AS doubtful,
       json_group_object(metric, source) AS sources,
       {columns}
FROM current_reading AS current
JOIN authority ON authority.id = current.authority_id
JOIN figure ON figure.reading_id = current.reading_id
           AND figure.year_ending = current.year_ending AND NOT figure.restated
WHERE current.letter_kind = 'annual'
GROUP BY authority.id, current.year_ending
"""


_SIMILAR_AVERAGE = """
SELECT kind, year_ending, metric, value, COUNT(*) AS letters
FROM figures
WHERE metric LIKE '%\\_similar' ESCAPE '\\' AND value IS NOT NULL AND NOT restated
GROUP BY kind, year_ending, metric, value
"""


def _absences() -> str:
    carried = " OR ".join(
        f"(metric.metric = '{metric.name}' AND current.form IN ({_texts(metric.forms)}))"
        for metric in metrics.load().values()
    )
    return f"""
SELECT authority.name AS authority, authority.slug, authority.gss_code, authority.kind,
       current.year_ending, current.form, metric.metric,
       CASE WHEN figure.id IS NOT NULL THEN figure.absence
            WHEN {carried} THEN 'not_mentioned'
            ELSE 'not_in_form' END AS absence,
       figure.value_text, figure.page, figure.text
FROM current_reading AS current
JOIN authority ON authority.id = current.authority_id
CROSS JOIN metric
LEFT JOIN figure ON figure.reading_id = current.reading_id AND figure.metric = metric.metric
                AND figure.year_ending = current.year_ending AND NOT figure.restated
WHERE current.letter_kind = 'annual' AND current.status IN ('ok', 'suspect')
  AND (figure.id IS NULL OR figure.absence IS NOT NULL)
"""


def _metric() -> str:
    return _values(
        ("metric", "unit", "printed_as", "forms", "first_year", "last_year", "definition"),
        (
            (m.name, m.unit, m.printed_as, ", ".join(m.forms), m.first_year, m.last_year,
             m.definition)
            for m in metrics.load().values()
        ),
    )  # fmt: skip


def _comparability_break() -> str:
    return _values(
        ("metric", "first_year", "kind", "meaning"),
        (
            (name, one.first_year, one.kind, one.meaning)
            for one in metrics.breaks()
            for name in one.metrics
        ),
    )


def _values(columns: tuple[str, ...], rows: Iterable[tuple[str | int | None, ...]]) -> str:
    """Return a query of rows that stand in the program: the vocabulary, for those who only have the
    database."""
    names = ", ".join(f"column{place} AS {name}" for place, name in enumerate(columns, 1))
    return f"SELECT {names} FROM (VALUES {', '.join(f'({_texts(row)})' for row in rows)})"


def _texts(values: Iterable[str | int | None]) -> str:
    return ", ".join(_literal(value) for value in values)


def _literal(value: str | int | None) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


# The years ending that letters and links speak of, without gaps. A link alone may name any year:
# one beyond the next is a slip of the pen and opens none.
_COVERAGE = """
WITH RECURSIVE
letter_link AS (SELECT * FROM link WHERE kind IN ('letter', 'copy')),
listed(year_ending) AS (
    SELECT year_ending FROM letter
    UNION SELECT listed_year FROM letter_link
          WHERE listed_year <= (SELECT MAX(year_ending) + 1 FROM letter)),
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
             OR authority.last_day < (years.year_ending - 1) || '-04-01' THEN 'not_expected'
           ELSE 'missing'
       END AS state
FROM authority
CROSS JOIN years
LEFT JOIN letter ON letter.authority_id = authority.id
                AND letter.year_ending = years.year_ending AND letter.kind = 'annual'
LEFT JOIN current_reading AS current ON current.letter_id = letter.id
WHERE authority.page_address IS NOT NULL
   OR EXISTS (SELECT 1 FROM letter_link AS link WHERE link.authority_id = authority.id)
   OR EXISTS (SELECT 1 FROM letter WHERE letter.authority_id = authority.id)
"""
