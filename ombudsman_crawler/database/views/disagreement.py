"""Where the letter, the council page and the national table of one year print different numbers."""

from __future__ import annotations

from ombudsman_crawler.database.views.figures import SOURCES

#: Why sources may differ, as far as it can be told from what is kept; null where it can't.
REASONS = {
    "base_mislabelled": "one source prints the investigations where another prints the upheld "
    "decisions: the base of the satisfactory remedy rate changed its meaning, and its words",
    "revised_later": "one source said earlier what another still says: it was revised since",
}

# Half of the last place printed: a rounded number doesn't differ from what it was rounded from.
# Percentages are whole numbers in letters and may have decimals in tables; counts are exact.
_TOLERANCE = """
CASE unit WHEN 'percent' THEN CASE WHEN decimals THEN 0.5 ELSE 0 END
          WHEN 'per 100,000 residents' THEN 0.05 ELSE 0 END + 1e-9
"""


def disagreement() -> str:
    """Return the SQL of `disagreement`."""
    values, texts = (
        ",\n           ".join(
            f"MAX(CASE WHEN source = '{source}' THEN {column} END) AS {source}{suffix}"
            for source in SOURCES
        )
        for column, suffix in (("value", ""), ("text", "_text"))
    )
    return f"""
WITH side_by_side AS (
    SELECT authority, slug, gss_code, kind, year_ending, metric, unit,
           {values},
           MAX(value) AS largest, MIN(value) AS smallest,
           MAX(value <> round(value)) AS decimals,
           {texts}
    FROM figures
    WHERE value IS NOT NULL AND NOT restated AND figure_id NOT LIKE '%/follow\\_up' ESCAPE '\\'
    GROUP BY authority, year_ending, metric
    HAVING COUNT(*) > 1)
SELECT authority, slug, gss_code, kind, year_ending, metric, unit,
       {", ".join(SOURCES)},
       round(largest - smallest, 6) AS difference,
       CASE
           WHEN metric = 'satisfactory_remedy_base'
            AND {_printed("detailed_investigations", "largest")}
            AND {_printed("upheld_decisions", "smallest")} THEN 'base_mislabelled'
           WHEN {_said_before()} THEN 'revised_later'
       END AS reason,
       {", ".join(f"{source}_text" for source in SOURCES)}
FROM side_by_side
WHERE largest - smallest > {_TOLERANCE}
"""


def _printed(metric: str, value: str) -> str:
    """SQL: a figure of the same authority and year has a value."""
    return f"""EXISTS (
               SELECT 1 FROM figure JOIN authority AS body ON body.id = figure.authority_id
               WHERE body.name = side_by_side.authority
                 AND figure.year_ending = side_by_side.year_ending
                 AND figure.metric = '{metric}' AND figure.value = side_by_side.{value})"""


def _said_before() -> str:
    """SQL: a source whose current value differs from another's once had that value."""
    once = " OR ".join(
        f"(figure.source = '{source}' AND figure.value <> side_by_side.{source} AND figure.value IN"
        f" ({', '.join(f'side_by_side.{other}' for other in SOURCES if other != source)}))"
        for source in SOURCES
    )
    return f"""EXISTS (
               SELECT 1 FROM figure JOIN authority AS body ON body.id = figure.authority_id
               WHERE body.name = side_by_side.authority AND NOT figure.restated
                 AND figure.year_ending = side_by_side.year_ending
                 AND figure.metric = side_by_side.metric AND ({once}))"""
