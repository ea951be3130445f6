"""The search for decisions: which rows a page of it has, and how the search fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qs

from ombudsman_crawler.replica.cases import OUTCOME_CODES, UPHELD, Case, bodies
from ombudsman_crawler.replica.decisions import Docket

PER_PAGE = 10


@dataclass
class SearchFaults:
    """What can be wrong with the answers of the search, switched on by tests."""

    shells: int = 0
    """How many answers from now on are a page without total and rows."""
    shells_from_page: int = 1
    """The first page that such a shell can be instead of."""
    overstated: int = 0
    """By how many the stated total is larger than what the pages hold."""
    publish_after: int = 0
    """After so many answers a decision of the window's newest day is published: rows shift."""


@dataclass(frozen=True, slots=True)
class Results:
    """One page of results: `total` is what the page states; both None and empty for a shell."""

    total: int | None
    rows: list[Case]
    page: int
    pages: int


class Search:
    """Answers questions about decisions from a docket, with faults."""

    def __init__(self, docket: Docket) -> None:
        self.docket = docket
        self.faults = SearchFaults()

    def results(self, query: str) -> Results:
        """Return the page of results that a query string asks for."""
        asked = {name.lower(): values[0] for name, values in parse_qs(query).items()}
        page = _page_number(asked.get("page", ""))
        faults = self.faults
        if faults.shells and page >= faults.shells_from_page:
            faults.shells -= 1
            return Results(None, [], page, 0)
        found = self._matching(asked)
        answer = self._page_of(found, page)
        if faults.publish_after:
            faults.publish_after -= 1
            if not faults.publish_after and found:
                newest = max(found, key=lambda case: case.decided)
                self.docket.publish(bodies()[newest.code], newest.decided, newest.outcome)
        return answer

    def upheld_of(self, year_ending: int, query: str) -> Results:
        """Return the page of a body's upheld decisions of a year that a query asks for."""
        asked = {key.lower(): values[0] for key, values in parse_qs(query).items()}
        found = [
            case
            for case in self.docket.between(date(year_ending - 1, 4, 1), date(year_ending, 3, 31))
            if case.outcome == UPHELD and _is_about(case, asked.get("aname", ""))
        ]
        return self._page_of(found, _page_number(asked.get("page", "")))

    def _matching(self, asked: dict[str, str]) -> list[Case]:
        try:
            first, last = (_day(asked.get(name, "")) for name in ("fd", "td"))
        except ValueError:
            return []
        found = self.docket.between(first, last)
        wanted = [
            OUTCOME_CODES[code] for code in asked.get("dc", "").split() if code in OUTCOME_CODES
        ]
        if wanted:
            found = [case for case in found if case.outcome in wanted]
        if name := asked.get("aname", "").strip():
            found = [case for case in found if _is_about(case, name)]
        if asked.get("sortorder", "").lower() == "ascending":
            found = found[::-1]
        return found

    def _page_of(self, found: list[Case], page: int) -> Results:
        total = len(found) + self.faults.overstated
        start = PER_PAGE * (page - 1)
        rows = []
        for case in found[start : start + PER_PAGE]:
            rows += [case, case] if self.docket.listed_twice(case) else [case]
        return Results(total, rows, page, -(-total // PER_PAGE))


def _is_about(case: Case, name: str) -> bool:
    body = bodies()[case.code]
    return name.casefold() in (body.name.casefold(), (body.register_name or "").casefold())


def _page_number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
