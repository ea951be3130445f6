"""The checks that decide whether a run did its job. Each looks at the run's own facts and at the
database, and says what it compared. Required ones decide the verdict; the others advise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, text

from ombudsman_crawler.archive.documents import Documents
from ombudsman_crawler.database.writer import Check


@dataclass(slots=True)
class RunFacts:
    """What a crawl knows of itself when it ends, counted apart from what it stored."""

    run_id: int
    #: Letters the spider handed to the pipelines, and those of them that the site lists.
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
    #: Councils asked for by name that the site doesn't have.
    councils_not_found: list[str] = field(default_factory=list)
    councils_asked_for: int = 0
    #: Fewest councils a first good run must find.
    min_councils: int = 250
    #: Largest share of letters or pages that may fail.
    max_failed_share: float = 0.05
    #: False for a run that takes in letters kept elsewhere: what the map lists isn't its business.
    asks_map: bool = True
    #: The run was ended before it was through: stopped by hand, by a limit, or blocked.
    cut_short: bool = False
    #: Trouble inside the program itself: an item or a page lost to an error.
    errors: int = 0


@dataclass(frozen=True, slots=True)
class _Evidence:
    facts: RunFacts
    connection: Connection
    documents: Documents

    def count(self, query: str) -> int:
        found = self.connection.execute(text(query), {"run": self.facts.run_id}).scalar_one()
        return int(found or 0)

    def rows(self, query: str) -> list[Any]:
        return list(self.connection.execute(text(query), {"run": self.facts.run_id}))


#: Whether a check passed, None where it had nothing to go by; and what it compared.
Judgement = tuple[bool | None, str]


def evaluate(engine: Engine, documents: Documents, facts: RunFacts) -> list[Check]:
    """Run every check of a finished crawl, in the order a person would ask."""
    with engine.connect() as connection:
        evidence = _Evidence(facts, connection, documents)
        return [
            Check(name, required, *judge(evidence))
            for name, (required, judge) in _CHECKS.items()
            if name not in (_OF_SOURCES if facts.asks_map else _OF_THE_MAP)
        ]


def described() -> list[tuple[str, bool, str]]:
    """Return each check's name, whether it is required, and what it looks at."""
    return [
        (name, required, (judge.__doc__ or "").rstrip("."))
        for name, (required, judge) in _CHECKS.items()
    ]


def _outcomes_add_up(evidence: _Evidence) -> Judgement:
    """Every letter discovered has exactly one outcome."""
    recorded = evidence.count("SELECT COUNT(*) FROM outcome WHERE run_id = :run")
    discovered = evidence.facts.discovered
    return (
        recorded == discovered,
        f"{discovered} letters discovered, {recorded} with an outcome"
        + ("" if recorded == discovered else "; look for errors in the log"),
    )


def _no_errors(evidence: _Evidence) -> Judgement:
    """No error of the program itself."""
    errors = evidence.facts.errors
    if errors:
        return False, f"{errors} errors of the program itself; their tracebacks are in the log"
    return True, "no error of the program itself"


def _councils_found(evidence: _Evidence) -> Judgement:
    """The map lists councils; a first good run, enough of them."""
    found = evidence.facts.councils
    if found == 0 and evidence.facts.cut_short:
        return None, "the run was ended before the map was read"
    if found == 0:
        return False, "the map listed no council; has it changed?"
    if evidence.count("SELECT COUNT(*) FROM run WHERE whole AND verdict = 'ok'"):
        return True, f"the map listed {found} councils"
    if evidence.facts.cut_short:
        return None, f"the map listed {found} councils when the run was ended"
    needed = evidence.facts.min_councils
    return found >= needed, f"the map listed {found} councils; a first good run needs {needed}"


def _councils_still_there(evidence: _Evidence) -> Judgement:
    """No council once seen on the map has vanished from it."""
    if evidence.facts.cut_short:
        return None, "the run was ended before the whole map was read"
    vanished = [
        row.name
        for row in evidence.rows(
            "SELECT name FROM authority WHERE map_last_seen IS NOT NULL"
            " AND map_last_seen < (SELECT started FROM run WHERE id = :run)"
            " AND (last_day IS NULL OR last_day > date('now'))"
            f" AND {_NOT_ACKNOWLEDGED} ORDER BY name"
        )
    ]
    if vanished:
        return False, f"no longer on the map: {', '.join(vanished)}"
    return True, "every council once seen on the map is still there"


def _asked_councils_found(evidence: _Evidence) -> Judgement:
    """Each council asked for by name was found."""
    missing = evidence.facts.councils_not_found
    if not evidence.facts.councils_asked_for:
        return None, "no council was asked for by name"
    if missing and evidence.facts.cut_short:
        return None, f"the run was ended before these were found: {', '.join(missing)}"
    if missing:
        return False, f"the site has no page for: {', '.join(missing)}"
    return True, "every council asked for was found"


def _letters_found(evidence: _Evidence) -> Judgement:
    """At least one letter is listed."""
    facts = evidence.facts
    if facts.listed == 0 and facts.cut_short:
        return None, "the run was ended before any letter was found"
    no_longer = facts.discovered - facts.listed
    more = f"; {no_longer} known ones are no longer listed" if no_longer else ""
    return facts.listed > 0, f"{facts.listed} letters listed{more}"


def _sources_taken_in(evidence: _Evidence) -> Judgement:
    """Each letter kept elsewhere that the run was given was archived."""
    lost = evidence.rows(
        "SELECT link.url, outcome.reason FROM outcome JOIN link ON link.id = outcome.link_id"
        " WHERE run_id = :run AND outcome NOT IN ('archived', 'new_version', 'unchanged')"
    )
    if lost:
        return False, "; ".join(f"{row.url} wasn't taken in: {row.reason}" for row in lost)
    return True, f"all {evidence.facts.discovered} sources were taken in"


def _councils_have_letters(evidence: _Evidence) -> Judgement:
    """The pages of nearly all councils lead to letters, and of all that once did."""
    facts = evidence.facts
    without = sorted(facts.councils_read - facts.councils_unread - facts.councils_with_letters)
    if evidence.facts.cut_short or evidence.facts.councils == 0:
        return None, "not every council's pages were read"
    if not without:
        return True, "every council's pages led to letters"
    had = {
        row.name
        for row in evidence.rows(
            "SELECT name FROM authority WHERE id IN (SELECT authority_id FROM link)"
            f" AND {_NOT_ACKNOWLEDGED}"
        )
    }
    lost = sorted(had.intersection(without))
    if lost:
        return False, f"no longer list any letter: {', '.join(lost)}"
    shown = ", ".join(without[:10]) + (" …" if len(without) > 10 else "")
    few = len(without) <= max(1, evidence.facts.max_failed_share * evidence.facts.councils)
    return few, f"{len(without)} councils list no letter: {shown}"


def _pages_fetched(evidence: _Evidence) -> Judgement:
    """Pages of the site that failed are few."""
    failed, pages = evidence.facts.failed_pages, evidence.facts.pages
    if not pages:
        return None, "no page was asked for"
    if not failed:
        return True, f"all {pages} pages came"
    shown = ", ".join(failed[:5]) + (" …" if len(failed) > 5 else "")
    return (
        len(failed) <= evidence.facts.max_failed_share * pages,
        f"{len(failed)} of {pages} pages failed: {shown}",
    )


def _letters_fetched(evidence: _Evidence) -> Judgement:
    """Letters that failed, or were no PDF, are few."""
    failed = evidence.count(
        "SELECT COUNT(*) FROM outcome WHERE run_id = :run AND outcome IN ('failed', 'rejected')"
    )
    asked = failed + evidence.count(
        "SELECT COUNT(*) FROM outcome WHERE run_id = :run"
        " AND outcome IN ('archived', 'new_version', 'unchanged', 'gone')"
    )
    if not asked:
        return None, "no letter was asked for"
    dead = evidence.count(_DEAD_LINKS)
    spared = evidence.count(
        "SELECT COUNT(*) FROM outcome WHERE run_id = :run AND outcome = 'not_due'"
    )
    share = evidence.facts.max_failed_share
    return (
        # A link that is long dead is asked again in every run, perhaps with nothing else.
        failed - dead <= share * (asked - dead) and failed <= share * (asked + spared),
        f"{failed} of {asked} letters asked for failed or were no PDF"
        + (f"; {dead} of them were dead links before" if dead else ""),
    )


def _forms_recognised(evidence: _Evidence) -> Judgement:
    """No new letter is in an unknown form."""
    unknown = evidence.rows(_NEW_READINGS + " AND reading.status = 'unknown_form'")
    if unknown:
        names = ", ".join(sorted({row.url for row in unknown})[:5])
        return False, f"{len(unknown)} new letters are in a form this version can't read: {names}"
    new = len(evidence.rows(_NEW_READINGS))
    return (True, f"{new} new letters, none in an unknown form") if new else (None, "no new letter")


def _documents_there(evidence: _Evidence) -> Judgement:
    """Every archived file is there, with its size."""
    rows = evidence.rows("SELECT path, size FROM document")
    missing = [row.path for row in rows if evidence.documents.missing(row.path, row.size)]
    if missing:
        shown = ", ".join(missing[:5])
        return False, f"{len(missing)} of {len(rows)} archived files are gone or cut: {shown}"
    return True, f"all {len(rows)} archived files are there"


def _everything_read(evidence: _Evidence) -> Judgement:
    """No archived document waits to be read."""
    unread = evidence.count(
        "SELECT COUNT(*) FROM document WHERE media_type = 'application/pdf'"
        " AND id NOT IN (SELECT document_id FROM version_document)"
    )
    return (
        unread == 0,
        f"{unread} archived documents wait to be read; the next run reads those still listed"
        if unread
        else "every archived document was read",
    )


def _readings_sound(evidence: _Evidence) -> Judgement:
    """New letters are read without a doubt, nearly all."""
    new = evidence.rows(_NEW_READINGS)
    if not new:
        return None, "no new letter"
    sound = sum(row.status == "ok" for row in new)
    return sound >= 0.95 * len(new), f"{sound} of {len(new)} new letters were read without a doubt"


# People have looked at these and said that all is well.
_NOT_ACKNOWLEDGED = "'authority:' || key NOT IN (SELECT subject FROM acknowledgement)"
# Letters never had, answered with 404 or 410 now and in an earlier run.
_DEAD_LINKS = """
SELECT COUNT(*) FROM outcome JOIN capture ON capture.id = outcome.capture_id
WHERE outcome.run_id = :run AND outcome.outcome = 'failed' AND capture.status IN (404, 410)
  AND EXISTS (SELECT 1 FROM outcome AS before
              JOIN capture AS earlier ON earlier.id = before.capture_id
              WHERE before.link_id = outcome.link_id AND before.run_id < outcome.run_id
                AND before.outcome = 'failed' AND earlier.status IN (404, 410))
"""

# The newest readings of documents that this run archived.
_NEW_READINGS = """
SELECT DISTINCT reading.id, reading.status, capture.url
FROM outcome
JOIN capture ON capture.id = outcome.capture_id
JOIN version_document ON version_document.document_id = capture.document_id
JOIN reading ON reading.id = (SELECT MAX(newest.id) FROM reading AS newest
                              WHERE newest.version_id = version_document.version_id)
WHERE outcome.run_id = :run AND outcome.outcome IN ('archived', 'new_version')
"""

# Checks of crawls of the map only, and of runs only that take in what is kept elsewhere.
_OF_THE_MAP = ("councils_found", "councils_still_there", "councils_have_letters")
_OF_SOURCES = ("sources_taken_in",)

_CHECKS: dict[str, tuple[bool, Callable[[_Evidence], Judgement]]] = {
    "outcomes_add_up": (True, _outcomes_add_up),
    "no_errors": (True, _no_errors),
    "councils_found": (True, _councils_found),
    "councils_still_there": (True, _councils_still_there),
    "asked_councils_found": (True, _asked_councils_found),
    "letters_found": (True, _letters_found),
    "sources_taken_in": (True, _sources_taken_in),
    "councils_have_letters": (True, _councils_have_letters),
    "pages_fetched": (True, _pages_fetched),
    "letters_fetched": (True, _letters_fetched),
    "forms_recognised": (True, _forms_recognised),
    "documents_there": (True, _documents_there),
    "everything_read": (False, _everything_read),
    "readings_sound": (False, _readings_sound),
}
