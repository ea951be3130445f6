"""How many requests a crawl will make, and how long it will take, before it begins."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime

from ombudsman_crawler import authorities, windows
from ombudsman_crawler.database.reader import Reader
from ombudsman_crawler.database.refetch import LinkState, Refetch, is_due
from ombudsman_crawler.options import ON_THE_MAP, Options
from ombudsman_crawler.windows import Due

# Of the live site, for want of anything better: councils on the map, pages of each, and letters
# of each, one a year.
_COUNCILS, _PAGES_EACH, _LETTERS_EACH = 320, 2, 10
# The same of decisions: about 57,500 since April 2013; and how many are on one page of the search.
OLDEST = date(2013, 4, 1)
_DECISIONS_A_MONTH, _A_PAGE = 365, 10
# robots.txt and the map.
_FIRST = 2
# robots.txt and the page that lists the tables; and of the live site, the files it may list.
_INDEX, _TABLES = 2, 40


@dataclass(frozen=True, slots=True)
class Forecast:
    """Requests for `pages`, and for documents of each kind; `known` is False where nothing is known
    of the site and the numbers are a guess."""

    pages: int
    letters: int
    known: bool
    decisions: int = 0
    reports: int = 0
    tables: int = 0

    def __add__(self, other: Forecast) -> Forecast:
        return Forecast(
            self.pages + other.pages,
            self.letters + other.letters,
            self.known and other.known,
            self.decisions + other.decisions,
            self.reports + other.reports,
            self.tables + other.tables,
        )

    @property
    def requests(self) -> int:
        return self.pages + self.letters + self.decisions + self.reports + self.tables

    def sentence(self, delay: float) -> str:
        """Say it to people; `delay` is the seconds between requests."""
        documents = {
            "letters": self.letters,
            "reports": self.reports,
            "tables": self.tables,
            "decisions": self.decisions,
        }
        parts = [f"{self.pages:,} pages"]
        parts += [f"{number:,} {name}" for name, number in documents.items() if number]
        counted = f"{self.requests:,} requests ({', '.join(parts)})"
        time = f", {duration(self.requests * delay)} or more" if delay else ""
        if self.known:
            return f"about {counted}{time}; what is new comes on top"
        return f"a first crawl, so this is a guess: about {counted}{time}"


def duration(seconds: float) -> str:
    """Write a duration as people say it: "40 seconds", "25 minutes", "1.5 hours"."""
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"


def forecast(
    reader: Reader | None, options: Options, now: datetime, oldest: date = OLDEST
) -> Forecast:
    """Forecast a crawl from what the storage knows; `reader` is None where it knows nothing.

    `oldest` is the first day that the search for decisions is asked for.
    """
    expected = Forecast(0, 0, known=True)
    if set(options.collect) & set(ON_THE_MAP):
        expected += _of_map(reader, options, now)
    if "tables" in options.collect:
        expected += _of_tables(reader, options, now)
    if "decisions" in options.collect:
        expected += _of_decisions(reader, options, now.date(), oldest)
    return expected


def _of_tables(reader: Reader | None, options: Options, now: datetime) -> Forecast:
    known = [state for _, state in reader.link_states("table")] if reader else []
    if reader is None or not known:
        return Forecast(_INDEX, 0, known=False, tables=_TABLES)
    newest = reader.newest_year("table")
    due = sum(is_due(state, options.refetch, newest, now) for state in known)
    return Forecast(_INDEX, 0, known=True, tables=min(due, options.limit or due))


def _of_decisions(reader: Reader | None, options: Options, today: date, oldest: date) -> Forecast:
    known = reader.decision_windows() if reader else {}
    planned = windows.plan(
        windows.all_of(oldest, today, known, options.years),
        known,
        today,
        everything=options.refetch is Refetch.ALL,
        missing_only=options.refetch is Refetch.MISSING,
    )
    pages, decisions = 1, 0
    for one in planned:
        before = known.get(one.window)
        stated = before.stated if before else None
        if one.due is Due.STILL_COMING and windows.is_glance_enough(before, today):
            pages += 1
            continue
        pages += max(1, -(-(_DECISIONS_A_MONTH if stated is None else stated) // _A_PAGE))
        if before is None or before.asked is None:
            decisions += _DECISIONS_A_MONTH if stated is None else stated
        elif one.due is Due.ROTATION:
            # Those are asked for again in every second walk over their window.
            decisions += (stated or 0) // 2
        elif one.due is Due.ASKED_FOR:
            decisions += stated or 0
    known_before = any(window.asked for window in known.values())
    return Forecast(pages, 0, known_before, min(decisions, options.limit or decisions))


def _of_map(reader: Reader | None, options: Options, now: datetime) -> Forecast:
    """What is asked for on the walk over the map."""
    councils = reader.known_councils() if reader else []
    wanted = _wanted(options)
    if reader is None or not councils:
        asked = len(options.councils) or _COUNCILS
        span = options.years
        years = span.last - span.first + 1 if span else _LETTERS_EACH
        return _limited(_FIRST + asked * _PAGES_EACH, asked * years, options, known=False)
    # A council's page may be its successor's too: one that is asked for costs its own two pages.
    read = [known for known in councils if wanted is None or {known.name, known.slug} & wanted]
    pages = _FIRST + len(read) * (_PAGES_EACH if "letters" in options.collect else 1)
    newest = reader.newest_year()
    due = {
        kind: sum(
            (wanted is None or name in wanted)
            and _in_window(state, options)
            and is_due(state, options.refetch, newest, now)
            for name, state in reader.link_states(kind)
        )
        for kind, collection in (("letter", "letters"), ("report", "reports"))
        if collection in options.collect
    }
    found = _limited(pages, due.get("letter", 0), options, known=True)
    return dataclasses.replace(found, reports=due.get("report", 0))


def _in_window(state: LinkState, options: Options) -> bool:
    years = options.years
    return years is None or state.listed_year is None or state.listed_year in years


def _wanted(options: Options) -> set[str | None] | None:
    """Return the names and slugs asked for, None for all."""
    if not options.councils:
        return None
    matches = (authorities.match(name) for name in options.councils)
    return {*options.councils, *(match.name for match in matches if match)}


def _limited(pages: int, letters: int, options: Options, *, known: bool) -> Forecast:
    return Forecast(pages, min(letters, options.limit or letters), known)
