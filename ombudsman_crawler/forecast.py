"""How many requests a crawl will make, and how long it will take, before it begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ombudsman_crawler import authorities
from ombudsman_crawler.database.reader import Reader
from ombudsman_crawler.database.refetch import is_due
from ombudsman_crawler.options import Options

# Of the live site, for want of anything better: councils on the map, pages of each, and letters
# of each, one a year.
_COUNCILS, _PAGES_EACH, _LETTERS_EACH = 320, 2, 10
# robots.txt and the map.
_FIRST = 2


@dataclass(frozen=True, slots=True)
class Forecast:
    """Requests for `pages` and `letters`; `known` is False where nothing is known of the site and
    the numbers are a guess."""

    pages: int
    letters: int
    known: bool

    @property
    def requests(self) -> int:
        return self.pages + self.letters

    def sentence(self, delay: float) -> str:
        """Say it to people; `delay` is the seconds between requests."""
        counted = f"{self.requests:,} requests ({self.pages:,} pages, {self.letters:,} letters)"
        time = f", {duration(self.requests * delay)} or more" if delay else ""
        if self.known:
            return f"about {counted}{time}; new letters come on top"
        return f"a first crawl, so this is a guess: about {counted}{time}"


def duration(seconds: float) -> str:
    """Write a duration as people say it: "40 seconds", "25 minutes", "1.5 hours"."""
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"


def forecast(reader: Reader | None, options: Options, now: datetime) -> Forecast:
    """Forecast a crawl from what the storage knows; `reader` is None where it knows nothing."""
    councils = reader.known_councils() if reader else []
    wanted = _wanted(options)
    if reader is None or not councils:
        asked = len(options.councils) or _COUNCILS
        span = options.years
        years = span.last - span.first + 1 if span else _LETTERS_EACH
        return _limited(_FIRST + asked * _PAGES_EACH, asked * years, options, known=False)
    # A council's page may be its successor's too: one that is asked for costs its own two pages.
    read = [known for known in councils if wanted is None or {known.name, known.slug} & wanted]
    newest = reader.newest_year()
    span = options.years
    due = [
        state
        for name, state in reader.link_states()
        if (wanted is None or name in wanted)
        and (span is None or state.listed_year is None or state.listed_year in span)
        and is_due(state, options.refetch, newest, now)
    ]
    return _limited(_FIRST + len(read) * _PAGES_EACH, len(due), options, known=True)


def _wanted(options: Options) -> set[str | None] | None:
    """Return the names and slugs asked for, None for all."""
    if not options.councils:
        return None
    matches = (authorities.match(name) for name in options.councils)
    return {*options.councils, *(match.name for match in matches if match)}


def _limited(pages: int, letters: int, options: Options, *, known: bool) -> Forecast:
    return Forecast(pages, min(letters, options.limit or letters), known)
