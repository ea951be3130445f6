"""What a run found that wasn't so before: for people who want to be told."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class News:
    """One line each: runs before this one that were `killed`, the first letters of `new_years`,
    letters `revised` or `gone`, public `reports` that weren't listed before."""

    killed: list[int] = field(default_factory=list)
    new_years: list[str] = field(default_factory=list)
    revised: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.killed or self.new_years or self.revised or self.gone or self.reports)


def of_run(connection: Connection, run_id: int) -> News:
    """Return a run's news. A first run has none: all it finds is new."""

    def lines(query: str) -> list[str]:
        return [str(row[0]) for row in connection.execute(text(query), {"run": run_id})]

    return News(
        killed=[int(line) for line in lines(_KILLED)],
        new_years=lines(_NEW_YEARS),
        revised=lines(_WITH_OUTCOME.format(outcome="new_version", newly="1")),
        gone=lines(_WITH_OUTCOME.format(outcome="gone", newly="link.gone_since >= run.started")),
        reports=lines(_NEW_REPORTS),
    )


# Killed since the last run that came to an end: that one has told of those before it.
_KILLED = """
SELECT id FROM run WHERE verdict = 'killed' AND id < :run
  AND id > COALESCE((SELECT MAX(id) FROM run WHERE verdict <> 'killed' AND id < :run), 0)
ORDER BY id
"""

_NEW_YEARS = """
WITH seen(year_ending, first_seen) AS (
    SELECT letter.year_ending, MIN(letter_version.first_seen)
    FROM letter JOIN letter_version ON letter_version.letter_id = letter.id
    GROUP BY letter.year_ending)
SELECT year_ending FROM seen
WHERE first_seen >= (SELECT started FROM run WHERE id = :run)
  AND year_ending > (SELECT MAX(year_ending) FROM seen
                     WHERE first_seen < (SELECT started FROM run WHERE id = :run))
ORDER BY year_ending
"""

_WITH_OUTCOME = """
SELECT COALESCE(authority.name || ', ', '') || COALESCE(link.listed_year || ': ', '') || link.url
FROM outcome
JOIN link ON link.id = outcome.link_id
JOIN run ON run.id = outcome.run_id
LEFT JOIN authority ON authority.id = link.authority_id
WHERE outcome.run_id = :run AND link.kind IN ('letter', 'copy')
  AND outcome.outcome = '{outcome}' AND {newly}
ORDER BY 1
"""

# Other words about a report that was listed before are no news.
_NEW_REPORTS = """
SELECT DISTINCT authority.name || ': ' || report.title || COALESCE(', ' || link.url, '')
FROM public_report AS report
JOIN authority ON authority.id = report.authority_id
JOIN run ON run.id = :run
LEFT JOIN link ON link.id = report.link_id
WHERE report.first_seen >= run.started
  AND NOT EXISTS (SELECT 1 FROM public_report AS before
                  WHERE before.authority_id = report.authority_id AND before.key = report.key
                    AND before.first_seen < run.started)
  AND EXISTS (SELECT 1 FROM run AS earlier
              WHERE earlier.id < :run AND earlier.verdict = 'ok'
                AND ',' || earlier.collections || ',' LIKE '%,reports,%')
ORDER BY 1
"""
