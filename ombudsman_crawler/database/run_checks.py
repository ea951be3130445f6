"""The checks that decide whether a run did its job. Each looks at the run's own facts and at the
database, and says what it compared. Required ones decide the verdict; the others advise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine

from ombudsman_crawler.archive.documents import Documents
from ombudsman_crawler.database import (
    acknowledgements,
    decision_checks,
    list_checks,
    run_trends,
    table_checks,
)
from ombudsman_crawler.database.run_evidence import NEW_READINGS, Evidence, Judgement, RunFacts
from ombudsman_crawler.database.writer import Check


def evaluate(
    engine: Engine, documents: Documents, facts: RunFacts, today: date
) -> tuple[list[Check], dict[str, Any]]:
    """Run every check of a finished crawl, in the order a person would ask; return them, and the
    numbers that later runs are compared with (`run_trends.numbers`)."""
    with engine.connect() as connection:
        evidence = Evidence(facts, connection, documents, today)
        checks = [
            Check(name, check.required, *check.judge(evidence))
            for name, check in _CHECKS.items()
            if check.of(facts)
        ]
        numbers = run_trends.numbers(evidence) if _of_letters(facts) else {}
        return checks, numbers


def described() -> list[tuple[str, bool, str]]:
    """Return each check's name, whether it is required, and what it looks at."""
    return [
        (name, check.required, " ".join((check.judge.__doc__ or "").split()).rstrip("."))
        for name, check in _CHECKS.items()
    ]


def _outcomes_add_up(evidence: Evidence) -> Judgement:
    """All that was discovered has exactly one outcome each."""
    recorded = evidence.count("SELECT COUNT(*) FROM outcome WHERE run_id = :run")
    discovered = evidence.facts.discovered
    return (
        recorded == discovered,
        f"{discovered} discovered, {recorded} with an outcome"
        + ("" if recorded == discovered else "; look for errors in the log"),
    )


def _no_errors(evidence: Evidence) -> Judgement:
    """No error of the program itself."""
    errors = evidence.facts.errors
    if errors:
        return False, f"{errors} errors of the program itself; their tracebacks are in the log"
    return True, "no error of the program itself"


def _councils_found(evidence: Evidence) -> Judgement:
    """The map lists councils; a first good run, enough of them."""
    found = evidence.facts.councils
    if found == 0 and evidence.facts.cut_short:
        return None, "the run was ended before the map was read"
    if found == 0:
        return False, "the map listed no council; has it changed?"
    if evidence.count(
        "SELECT COUNT(*) FROM run WHERE whole AND verdict = 'ok'"
        " AND id IN (SELECT run_id FROM run_check WHERE name = 'councils_found' AND passed)"
    ):
        return True, f"the map listed {found} councils"
    if evidence.facts.cut_short:
        return None, f"the map listed {found} councils when the run was ended"
    needed = evidence.facts.min_councils
    return found >= needed, f"the map listed {found} councils; a first good run needs {needed}"


def _councils_still_there(evidence: Evidence) -> Judgement:
    """No council once seen on the map has vanished from it."""
    if evidence.facts.cut_short:
        return None, "the run was ended before the whole map was read"
    vanished = [
        row.name
        for row in evidence.rows(
            "SELECT name FROM authority WHERE map_last_seen IS NOT NULL"
            " AND map_last_seen < (SELECT started FROM run WHERE id = :run)"
            " AND (last_day IS NULL OR last_day > :today)"
            f" AND NOT {acknowledgements.SINCE_ON_MAP} ORDER BY name"
        )
    ]
    if vanished:
        return False, f"no longer on the map: {', '.join(vanished)}"
    return True, "every council once seen on the map is still there"


def _asked_councils_found(evidence: Evidence) -> Judgement:
    """Each council asked for by name was found."""
    missing = evidence.facts.councils_not_found
    if not evidence.facts.councils_asked_for:
        return None, "no council was asked for by name"
    if missing and evidence.facts.cut_short:
        return None, f"the run was ended before these were found: {', '.join(missing)}"
    if missing:
        return False, f"the site has no page for: {', '.join(missing)}"
    return True, "every council asked for was found"


def _letters_found(evidence: Evidence) -> Judgement:
    """At least one letter is listed."""
    facts = evidence.facts
    if facts.listed == 0 and facts.cut_short:
        return None, "the run was ended before any letter was found"
    no_longer = facts.discovered - facts.listed
    more = f"; {no_longer} known ones are no longer listed" if no_longer else ""
    return facts.listed > 0, f"{facts.listed} letters listed{more}"


def _sources_taken_in(evidence: Evidence) -> Judgement:
    """Each letter kept elsewhere that the run was given was archived."""
    lost = evidence.rows(
        "SELECT link.url, outcome.reason FROM outcome JOIN link ON link.id = outcome.link_id"
        " WHERE run_id = :run AND outcome NOT IN ('archived', 'new_version', 'unchanged')"
    )
    if lost:
        return False, "; ".join(f"{row.url} wasn't taken in: {row.reason}" for row in lost)
    return True, f"all {evidence.facts.discovered} sources were taken in"


def _councils_have_letters(evidence: Evidence) -> Judgement:
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
            "SELECT name FROM authority WHERE id IN"
            " (SELECT authority_id FROM link WHERE kind = 'letter')"
            f" AND NOT {acknowledgements.SINCE_LISTED}"
        )
    }
    lost = sorted(had.intersection(without))
    if lost:
        return False, f"no longer list any letter: {', '.join(lost)}"
    shown = ", ".join(without[:10]) + (" …" if len(without) > 10 else "")
    few = len(without) <= max(1, evidence.facts.max_failed_share * evidence.facts.councils)
    return few, f"{len(without)} councils list no letter: {shown}"


def _pages_fetched(evidence: Evidence) -> Judgement:
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


def _letters_fetched(evidence: Evidence) -> Judgement:
    """Letters that failed, or were no PDF, are few."""
    failed = evidence.count(
        f"SELECT COUNT(*) FROM outcome WHERE run_id = :run AND {_LETTERS}"
        " AND outcome IN ('failed', 'rejected')"
    )
    asked = failed + evidence.count(
        f"SELECT COUNT(*) FROM outcome WHERE run_id = :run AND {_LETTERS}"
        " AND outcome IN ('archived', 'new_version', 'unchanged', 'gone')"
    )
    if not asked:
        return None, "no letter was asked for"
    dead = evidence.count(_DEAD_LINKS)
    spared = evidence.count(
        f"SELECT COUNT(*) FROM outcome WHERE run_id = :run AND {_LETTERS} AND outcome = 'not_due'"
    )
    share = evidence.facts.max_failed_share
    return (
        # A link that is long dead is asked again in every run, perhaps with nothing else.
        failed - dead <= share * (asked - dead) and failed <= share * (asked + spared),
        f"{failed} of {asked} letters asked for failed or were no PDF"
        + (f"; {dead} of them were dead links before" if dead else ""),
    )


def _forms_recognised(evidence: Evidence) -> Judgement:
    """No new letter is in an unknown form."""
    unknown = evidence.rows(NEW_READINGS + " AND reading.status = 'unknown_form'")
    if unknown:
        names = ", ".join(sorted({row.url for row in unknown})[:5])
        return False, f"{len(unknown)} new letters are in a form this version can't read: {names}"
    new = len(evidence.rows(NEW_READINGS))
    return (True, f"{new} new letters, none in an unknown form") if new else (None, "no new letter")


def _pages_read(evidence: Evidence) -> Judgement:
    """Council pages have statistics that are recognised: nearly all, and each that once had."""
    pages = evidence.rows(
        "SELECT authority.name, page.status, EXISTS ("
        "   SELECT 1 FROM doubt_elsewhere AS doubt WHERE doubt.capture_id = page.capture_id"
        "   AND doubt.code = 'statistics_lost' AND doubt.acknowledged IS NULL) AS lost"
        " FROM page_reading AS page JOIN authority ON authority.id = page.authority_id"
        " WHERE page.last_seen >= (SELECT started FROM run WHERE id = :run) ORDER BY 1"
    )
    if not pages:
        return False if evidence.facts.statistics_pages else None, "no council's page was read"
    lost = [row.name for row in pages if row.lost]
    unknown = [row.name for row in pages if row.status == "unknown_form"]
    said = [f"{len(pages)} council pages read"]
    for names, wrong in ((unknown, "in no layout that is known"), (lost, "have lost theirs")):
        if names:
            shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
            said.append(f"the statistics of {len(names)} {wrong}: {shown}")
    few = len(unknown) <= evidence.facts.max_failed_share * len(pages)
    return not lost and few, "; ".join(said)


def _documents_there(evidence: Evidence) -> Judgement:
    """Every archived file that wasn't erased is there, with its size."""
    rows = evidence.rows(
        "SELECT path, size FROM document WHERE id NOT IN (SELECT document_id FROM erasure)"
    )
    missing = [row.path for row in rows if evidence.documents.missing(row.path, row.size)]
    if missing:
        shown = ", ".join(missing[:5])
        return False, f"{len(missing)} of {len(rows)} archived files are gone or cut: {shown}"
    return True, f"all {len(rows)} archived files are there"


def _everything_read(evidence: Evidence) -> Judgement:
    """No archived document waits to be read."""
    unread = evidence.count(
        "SELECT COUNT(*) FROM document WHERE media_type = 'application/pdf'"
        " AND id NOT IN (SELECT document_id FROM version_document)"
        " AND id NOT IN (SELECT document_id FROM erasure)"
        " AND id NOT IN (SELECT attempt.document_id FROM outcome"
        "   JOIN attempt ON attempt.id = outcome.capture_id"
        "   JOIN link ON link.id = outcome.link_id AND link.kind NOT IN ('letter', 'copy')"
        "   WHERE attempt.document_id IS NOT NULL)"
    )
    return (
        unread == 0,
        f"{unread} archived documents wait to be read; the next run reads those still listed"
        if unread
        else "every archived document was read",
    )


def _readings_sound(evidence: Evidence) -> Judgement:
    """New letters are read without a doubt, or their doubts were acknowledged; nearly all."""
    new = evidence.rows(NEW_READINGS)
    if not new:
        return None, "no new letter"
    sound = sum(row.sound for row in new)
    return (
        sound >= 0.95 * len(new),
        f"{sound} of {len(new)} new letters were read without an open doubt",
    )


# Letters never had, answered with 404 or 410 now and in an earlier run.
_DEAD_LINKS = """
SELECT COUNT(*) FROM outcome JOIN capture ON capture.id = outcome.capture_id
JOIN link ON link.id = outcome.link_id AND link.kind IN ('letter', 'copy')
WHERE outcome.run_id = :run AND outcome.outcome = 'failed' AND capture.status IN (404, 410)
  AND EXISTS (SELECT 1 FROM outcome AS before
              JOIN capture AS earlier ON earlier.id = before.capture_id
              WHERE before.link_id = outcome.link_id AND before.run_id < outcome.run_id
                AND before.outcome = 'failed' AND earlier.status IN (404, 410))
"""

# Letters that were asked for, whether the site's own or kept elsewhere.
_LETTERS = "link_id IN (SELECT id FROM link WHERE kind IN ('letter', 'copy'))"


@dataclass(frozen=True, slots=True)
class _Named:
    """A check: whether it is required, how it judges, and of which crawls."""

    required: bool
    judge: Callable[[Evidence], Judgement]
    of: Callable[[RunFacts], bool]


def _always(facts: RunFacts) -> bool:  # noqa: ARG001
    return True


def _of_the_map(facts: RunFacts) -> bool:
    return facts.asks_map


def _of_sources(facts: RunFacts) -> bool:
    return facts.takes_in


def _of_letters(facts: RunFacts) -> bool:
    return "letters" in facts.collections


def _of_decisions(facts: RunFacts) -> bool:
    return "decisions" in facts.collections


def _of_pages(facts: RunFacts) -> bool:
    return "pages" in facts.collections


def _of_tables(facts: RunFacts) -> bool:
    return "tables" in facts.collections


def _of_listed_letters(facts: RunFacts) -> bool:
    return facts.asks_map and _of_letters(facts)


def _of_reports(facts: RunFacts) -> bool:
    return "reports" in facts.collections


def _of_improvements(facts: RunFacts) -> bool:
    return "improvements" in facts.collections


_CHECKS: dict[str, _Named] = {
    "outcomes_add_up": _Named(True, _outcomes_add_up, _always),
    "no_errors": _Named(True, _no_errors, _always),
    "councils_found": _Named(True, _councils_found, _of_the_map),
    "councils_still_there": _Named(True, _councils_still_there, _of_the_map),
    "asked_councils_found": _Named(True, _asked_councils_found, _always),
    "letters_found": _Named(True, _letters_found, _of_letters),
    "sources_taken_in": _Named(True, _sources_taken_in, _of_sources),
    "councils_have_letters": _Named(True, _councils_have_letters, _of_listed_letters),
    "pages_fetched": _Named(True, _pages_fetched, _always),
    "letters_fetched": _Named(True, _letters_fetched, _of_letters),
    "forms_recognised": _Named(True, _forms_recognised, _of_letters),
    "windows_complete": _Named(True, decision_checks.windows_complete, _of_decisions),
    "decisions_read": _Named(True, decision_checks.decisions_read, _of_decisions),
    "pages_read": _Named(True, _pages_read, _of_pages),
    "reports_read": _Named(True, list_checks.reports_read, _of_reports),
    "reports_fetched": _Named(True, list_checks.reports_fetched, _of_reports),
    "improvements_read": _Named(True, list_checks.improvements_read, _of_improvements),
    "tables_found": _Named(True, table_checks.tables_found, _of_tables),
    "tables_fetched": _Named(True, table_checks.tables_fetched, _of_tables),
    "tables_read": _Named(True, table_checks.tables_read, _of_tables),
    "documents_there": _Named(True, _documents_there, _always),
    "everything_read": _Named(False, _everything_read, _of_letters),
    "decision_counts": _Named(False, decision_checks.decision_counts, _of_decisions),
    "reports_have_text": _Named(False, list_checks.reports_have_text, _of_reports),
    "tables_not_shorter": _Named(True, table_checks.tables_not_shorter, _of_tables),
    "rows_matched": _Named(False, table_checks.rows_matched, _of_tables),
    "readings_sound": _Named(False, _readings_sound, _of_letters),
    **{
        name: _Named(
            False, judge, _of_listed_letters if name in run_trends.OF_LISTS else _of_letters
        )
        for name, judge in run_trends.CHECKS.items()
    },
}
