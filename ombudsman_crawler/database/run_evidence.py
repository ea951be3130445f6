"""What the checks of a run go by: the run's own facts, and what the database says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from ombudsman_crawler.archive.documents import Documents


@dataclass(slots=True)
class RunFacts:
    """What a crawl knows of itself when it ends, counted apart from what it stored."""

    run_id: int
    #: What the run collected.
    collections: frozenset[str] = frozenset({"letters"})
    #: Letters, reports and the like that the spider handed to the pipelines; and how many letters
    #: of them the site lists.
    discovered: int = 0
    listed: int = 0
    #: Councils the map listed; predecessors found through merger links aren't among them.
    councils: int = 0
    #: Pages asked for, and those that failed for good.
    pages: int = 0
    failed_pages: list[str] = field(default_factory=list)
    #: Councils whose pages were read for letters, those with a page that didn't come, and those
    #: for whom a letter was found; by name.
    councils_read: set[str] = field(default_factory=set)
    councils_unread: set[str | None] = field(default_factory=set)
    councils_with_letters: set[str] = field(default_factory=set)
    #: Council pages that were handed on to be read for their statistics.
    statistics_pages: int = 0
    #: By collection (`reports`, `improvements`): the pages that have its list and nothing that was
    #: recognised in it, and the councils whose list was.
    lists_not_recognised: dict[str, list[str]] = field(default_factory=dict)
    councils_with_list: dict[str, set[str]] = field(default_factory=dict)
    #: Councils asked for by name that the site doesn't have.
    councils_not_found: list[str] = field(default_factory=list)
    councils_asked_for: int = 0
    #: Fewest councils a first good run must find.
    min_councils: int = 250
    #: Largest share of letters or pages that may fail.
    max_failed_share: float = 0.05
    #: Whether the run walks over the map, and whether it takes in letters kept elsewhere.
    asks_map: bool = True
    takes_in: bool = False
    #: Windows of the search for decisions that the run set out to ask for, those it was through
    #: with, and, with the reason, those in which less was found than the search states.
    windows_planned: int = 0
    windows_done: int = 0
    windows_short: list[str] = field(default_factory=list)
    #: Decisions that these windows state, as far as they were asked for.
    decisions_stated: int = 0
    #: The run was ended before it was through: stopped by hand, by a limit, or blocked.
    cut_short: bool = False
    #: Trouble inside the program itself: an item or a page lost to an error.
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """A run's facts, the database as the run left it, and the day on which it is judged."""

    facts: RunFacts
    connection: Connection
    documents: Documents
    today: date

    def count(self, query: str) -> int:
        """Return the one number of a query; null is 0."""
        ((found,),) = self.rows(query)
        return int(found or 0)

    def rows(self, query: str, **values: Any) -> list[Any]:
        """Return a query's rows; it may speak of `:run`, `:today` and the values given."""
        always = {"run": self.facts.run_id, "today": self.today.isoformat()}
        return list(self.connection.execute(text(query), {**always, **values}))


#: Whether a check passed, None where it had nothing to go by; and what it compared.
Judgement = tuple[bool | None, str]

#: The newest readings of documents that this run archived, and whether all their doubts were
#: acknowledged.
NEW_READINGS = """
SELECT DISTINCT reading.id, reading.status, reading.form, capture.url,
       reading.status = 'ok' OR (reading.status = 'suspect' AND NOT EXISTS (
           SELECT 1 FROM doubt
           WHERE doubt.reading_id = reading.id AND doubt.acknowledged IS NULL)) AS sound
FROM outcome
JOIN capture ON capture.id = outcome.capture_id
JOIN version_document ON version_document.document_id = capture.document_id
JOIN reading ON reading.id = (SELECT MAX(newest.id) FROM reading AS newest
                              WHERE newest.version_id = version_document.version_id)
WHERE outcome.run_id = :run AND outcome.outcome IN ('archived', 'new_version')
"""
