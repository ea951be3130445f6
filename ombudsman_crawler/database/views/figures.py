"""Every current figure of the three sources, and the views that are made of them."""

from __future__ import annotations

from ombudsman_crawler import metrics
from ombudsman_crawler.database.views.literals import texts
from ombudsman_crawler.database.withholdings import IS_WITHHELD

#: The sources of figures, in the order in which they are preferred.
SOURCES = ("letter", "council_page", "national_table")

# The doubts about a letter's figure; one without a metric is about the whole letter.
_ABOUT_LETTER = """
    FROM doubt
    WHERE doubt.reading_id = figure.reading_id
      AND (doubt.metric IS NULL OR doubt.metric = figure.metric)
      AND (doubt.year_ending IS NULL OR doubt.year_ending = figure.year_ending)
"""
# The doubts about a figure of a page or a table; one without a row is about all of it.
_ABOUT_ELSEWHERE = """
    FROM doubt_elsewhere AS doubt
    WHERE doubt.capture_id = figure.capture_id
      AND (doubt.table_row_id IS NULL OR doubt.table_row_id = figure.table_row_id)
      AND (doubt.metric IS NULL OR doubt.metric = figure.metric)
      AND (doubt.year_ending IS NULL OR doubt.year_ending = figure.year_ending)
"""
# Whose figure a person found to be right is doubtful no longer.
_OPEN = "AND doubt.acknowledged IS NOT 'right'"


def _own_subject(figure: str) -> str:
    """SQL: the subject of the national tables that a figure's metric is one of."""
    return (
        f"CASE WHEN {figure}.metric LIKE 'received%' THEN 'received'"
        f" WHEN {figure}.metric LIKE 'compliance%' OR {figure}.metric LIKE 'satisfactory%'"
        f" THEN 'compliance' ELSE 'decided' END"
    )


# The current figures of each source: the figure itself, and the document that it stands in.
_OF_LETTERS = """
FROM current_reading AS current
JOIN figure ON figure.reading_id = current.reading_id
"""
_OF_PAGES = """
FROM current_page AS current
JOIN figure ON figure.capture_id = current.capture_id AND figure.table_row_id IS NULL
"""
# Where several tables have the same figure, that of the metric's own subject is shown; else the one
# that came last.
_OF_TABLES = f"""
FROM current_table AS current
JOIN table_row ON table_row.table_id = current.id
JOIN figure ON figure.table_row_id = table_row.id AND NOT EXISTS (
    SELECT 1 FROM figure AS other
    JOIN table_row AS its_row ON its_row.id = other.table_row_id
    JOIN current_table AS its_table ON its_table.id = its_row.table_id
    WHERE other.authority_id = figure.authority_id AND other.year_ending = figure.year_ending
      AND other.metric = figure.metric
      AND (its_table.subject IS {_own_subject("other")}, its_table.first_seen, other.id)
        > (current.subject IS {_own_subject("figure")}, current.first_seen, figure.id))
"""


# What a figure's lasting name ends in, where it needs more than source and metric.
_SUFFIX = """CASE WHEN current.letter_kind <> 'annual' THEN '/' || current.letter_kind ELSE '' END
           || CASE WHEN figure.restated THEN '/restated-' || current.year_ending ELSE '' END"""
_COPY = """(SELECT copy FROM letter_version WHERE letter_version.id = current.version_id)"""

_EVERY = (
    (_OF_LETTERS, _ABOUT_LETTER, _SUFFIX, _COPY),
    (_OF_PAGES, _ABOUT_ELSEWHERE, "''", "0"),
    (_OF_TABLES, _ABOUT_ELSEWHERE, "''", "0"),
)

#: SQL: the lasting name of a figure with a `suffix`, of an `authority`.
FIGURE_ID = """authority.key || '/' || figure.year_ending || '/' || figure.source || '/'
           || figure.metric || {suffix}"""


def unit_of(metric: str) -> str:
    """Return the SQL of a metric's unit."""
    units = " ".join(f"WHEN '{one.name}' THEN '{one.unit}'" for one in metrics.load().values())
    return f"CASE {metric} {units} END"


def figures() -> str:
    """Return the SQL of `figures`."""
    return "\nUNION ALL\n".join(
        f"""
SELECT {FIGURE_ID.format(suffix=suffix)} AS figure_id,
       authority.name AS authority, authority.slug, authority.gss_code, authority.kind,
       figure.year_ending, figure.metric, figure.value, figure.absence,
       {unit_of("figure.metric")} AS unit,
       figure.value_text, figure.source, figure.page, figure.box, figure.text,
       document.sha256 AS document_sha256,
       (SELECT capture.url FROM capture WHERE capture.document_id = document.id
        ORDER BY capture.id DESC LIMIT 1) AS url,
       figure.restated,
       {_doubts(about)} AS doubts,
       document.path AS document_path,
       {copy} AS copy,
       {_acknowledged(about)} AS acknowledged,
       {IS_WITHHELD} AS withheld
{source}
JOIN document ON document.id = current.document_id
JOIN authority ON authority.id = figure.authority_id
"""
        for source, about, suffix, copy in _EVERY
    )


def numbered() -> str:
    """Return the SQL of the same figures with authorities and documents by their numbers."""
    return "\nUNION ALL\n".join(
        f"""
SELECT figure.authority_id, figure.year_ending, figure.metric, figure.source, {suffix} AS suffix,
       figure.value, figure.absence, figure.value_text, figure.page, figure.box, figure.text,
       current.document_id, figure.restated, {_doubts(about)} AS doubts, {copy} AS copy,
       {_acknowledged(about)} AS acknowledged
{source} WHERE figure.authority_id IS NOT NULL
"""
        for source, about, suffix, copy in _EVERY
    )


def over_tables() -> str:
    """Return the SQL of `figures` over a snapshot's tables: see `snapshot`."""
    return f"""
SELECT {FIGURE_ID.format(suffix="figure.suffix")} AS figure_id,
       authority.name AS authority, authority.slug, authority.gss_code, authority.kind,
       figure.year_ending, figure.metric, figure.value, figure.absence,
       {unit_of("figure.metric")} AS unit,
       figure.value_text, figure.source, figure.page, figure.box, figure.text,
       document.sha256 AS document_sha256, document.url, figure.restated, figure.doubts,
       document.path AS document_path, figure.copy, figure.acknowledged, 0 AS withheld
FROM figure
JOIN authority ON authority.id = figure.authority_id
JOIN document ON document.id = figure.document_id
"""


def absences_over_tables() -> str:
    """Return the SQL of `absences` over a snapshot's tables."""
    return f"""
SELECT authority.name AS authority, authority.slug, authority.gss_code, authority.kind,
       current.year_ending, current.form, metric.metric,
       CASE WHEN figure.metric IS NOT NULL THEN figure.absence
            WHEN {_carried()} THEN 'not_mentioned'
            ELSE 'not_in_form' END AS absence,
       figure.value_text, figure.page, figure.text
FROM letters AS current
JOIN authority ON authority.name = current.authority
CROSS JOIN metric
LEFT JOIN figure ON figure.authority_id = authority.id AND figure.metric = metric.metric
                AND figure.year_ending = current.year_ending AND figure.source = 'letter'
                AND figure.suffix = ''
WHERE current.letter_kind = 'annual' AND current.status IN ('ok', 'suspect')
  AND (figure.metric IS NULL OR figure.absence IS NOT NULL)
"""


def _carried() -> str:
    """SQL: a letter's form carries a metric."""
    return " OR ".join(
        f"(metric.metric = '{metric.name}' AND current.form IN ({texts(metric.forms)}))"
        for metric in metrics.load().values()
    )


def _doubts(about: str) -> str:
    return f"(SELECT group_concat(DISTINCT doubt.code) {about} {_OPEN})"


def _acknowledged(about: str) -> str:
    return f"(SELECT group_concat(DISTINCT doubt.code || ':' || doubt.acknowledged) {about})"


def annual_summary() -> str:
    """Return the SQL of `annual_summary`: of each figure the letter's before the council page's
    before the national table's, unless one before it only says that the number isn't printed."""
    columns = ",\n       ".join(
        f"MAX(CASE WHEN metric = '{name}' THEN value END) AS {name}" for name in metrics.load()
    )
    ranked = "\nUNION ALL\n".join(
        f"""
SELECT figure.authority_id, figure.year_ending, figure.metric, figure.value, figure.source,
       EXISTS (SELECT 1 {about} {_OPEN}) AS doubtful,
       {rank} + CASE WHEN figure.absence IN ('not_in_text', 'blank') THEN {len(SOURCES)} ELSE 0 END
           AS rank
{source} {condition}"""
        for rank, (source, about, condition) in enumerate(
            (
                (
                    _OF_LETTERS,
                    _ABOUT_LETTER,
                    "WHERE current.letter_kind = 'annual' AND NOT figure.restated"
                    " AND figure.year_ending = current.year_ending",
                ),
                (_OF_PAGES, _ABOUT_ELSEWHERE, ""),
                (_OF_TABLES, _ABOUT_ELSEWHERE, ""),
            )
        )
    )
    return f"""
WITH every AS ({ranked}),
-- SQLite takes the other columns from the row with the least rank.
chosen AS (
    SELECT authority_id, year_ending, metric, value, source, doubtful, MIN(rank) AS rank
    FROM every WHERE authority_id IS NOT NULL GROUP BY authority_id, year_ending, metric)
SELECT authority.name AS authority, authority.slug, authority.gss_code, authority.kind,
       chosen.year_ending, letter.form, letter.status, letter.letter_date,
       group_concat(CASE WHEN doubtful THEN metric END) AS doubtful,
       json_group_object(metric, source) AS sources,
       {columns}
FROM chosen
JOIN authority ON authority.id = chosen.authority_id
LEFT JOIN current_reading AS letter ON letter.authority_id = chosen.authority_id
     AND letter.year_ending = chosen.year_ending AND letter.letter_kind = 'annual'
GROUP BY chosen.authority_id, chosen.year_ending
"""


SIMILAR_AVERAGE = """
SELECT kind, year_ending, metric, value, COUNT(*) AS letters
FROM figures
WHERE metric LIKE '%\\_similar' ESCAPE '\\' AND value IS NOT NULL AND NOT restated
  AND source = 'letter'
GROUP BY kind, year_ending, metric, value
"""


def absences() -> str:
    """Return the SQL of `absences`."""
    return f"""
SELECT authority.name AS authority, authority.slug, authority.gss_code, authority.kind,
       current.year_ending, current.form, metric.metric,
       CASE WHEN figure.id IS NOT NULL THEN figure.absence
            WHEN {_carried()} THEN 'not_mentioned'
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
