"""The decisions of a replica: which there are on a day, in a window, and what tests do to them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from ombudsman_crawler.replica import chance
from ombudsman_crawler.replica.cases import (
    EMBARGO,
    OUTCOMES,
    Body,
    Case,
    bodies,
    case_about,
    cases_of,
    cases_of_others,
    year_of,
)
from ombudsman_crawler.replica.catalogue import Catalogue
from ombudsman_crawler.replica.councils import Council
from ombudsman_crawler.replica.decision_text import Section, compose
from ombudsman_crawler.replica.faults import normal_path
from ombudsman_crawler.replica.subjects import CATEGORIES, subject_in
from ombudsman_crawler.replica.wording import letter_date

GONE, MISSING = 410, 404


@dataclass(frozen=True, slots=True)
class ReplicaDecision:
    """The truth about one decision: what its page says, and how the search lists it."""

    address: str
    """Its address on the site, from the slash on."""
    reference: str
    """As text has it: 24 005 701."""
    authority: str | None
    """The body's name in the register; None for a body that isn't there."""
    authority_as_listed: str
    """The body's name in this decision's heading and row, one of its spellings."""
    code: str
    """The body's code in the register; of other bodies one that begins with x-."""
    kind: str
    """`statement` or `report`."""
    category: str
    """As printed: Adult care services."""
    sub_category: str | None
    outcome: str
    """Upheld, Not upheld or Closed after initial enquiries."""
    decided: date
    published: date
    """The first day on which the search lists it."""
    year_ending: int
    summary: str
    sections: tuple[Section, ...]
    remedies: str | None
    """The text of the section with what was agreed, one paragraph a line; None without one."""
    improvement: str | None
    """The improvement to its services that the body agreed to, as a sentence."""
    report_pdf: str | None
    """The address of the report that a page of the kind report links to."""
    status: int
    """What its page answers: 200, or 404 or 410 where it was removed."""
    listed_twice: bool
    """Whether the page of the search that has its row has it twice."""
    revision: int
    """How often it was amended."""


@dataclass(frozen=True, slots=True)
class _Index:
    cases: list[Case]
    """Oldest first."""
    days: list[date]
    by_path: dict[str, Case]
    built_for: tuple[int, int, int]


class Docket:
    """The cases of one replica. Changes take the catalogue's lock, as those of letters do."""

    def __init__(self, catalogue: Catalogue, *, most: int, years: int, traps: bool) -> None:
        self.catalogue = catalogue
        self.most, self.years, self.traps = most, years, traps
        self._today = date.min
        self._added: tuple[Case, ...] = ()
        self._statuses: dict[str, int] = {}
        self._unlisted: frozenset[str] = frozenset()
        self._revisions: dict[str, int] = {}
        self._index = _Index([], [], {}, (0, 0, 0))

    @property
    def today(self) -> date:
        """The site's day: a week after the newest letters, or later if that was set."""
        return max(self._today, letter_date(self.catalogue.last) + timedelta(days=7))

    @today.setter
    def today(self, day: date) -> None:
        self._today = day

    @property
    def _years(self) -> range:
        """The years of which there are decisions, and the one in which no letter is written yet."""
        last = self.catalogue.last
        return range(last - self.years + 1, last + 2)

    def of_council(self, council: Council) -> list[Case]:
        """Return a council's cases on the site today, newest first."""
        found = [case for year in self._years for case in cases_of(council, year, self.most)]
        found += [case for case in self._added if case.code == council.code]
        return newest_first(case for case in found if case.published <= self.today)

    def between(self, first: date | None = None, last: date | None = None) -> list[Case]:
        """Return the cases decided in a window (both days included), newest first, listed ones."""
        index = self._built()
        low = bisect_left(index.days, first) if first else 0
        end = self.today - EMBARGO
        high = bisect_right(index.days, min(last, end) if last else end)
        found = index.cases[low:high]
        if self._unlisted:
            found = [case for case in found if case.address not in self._unlisted]
        return found[::-1]

    def newest_in(self, category: str) -> list[Case]:
        """Return the ten most recent listed cases of a category."""
        of_category = (c for c in self.between() if c.subject.category == category)
        return list(islice(of_category, 10))

    def at(self, path: str) -> Case | None:
        """Return the case whose decision is at an address, removed ones too."""
        case = self._built().by_path.get(normal_path(path))
        return case if case and case.published <= self.today else None

    def known(self, path: str) -> Case:
        """Return the case at an address. Raises KeyError, naming it, if there is none."""
        case = self.at(path)
        if case is None:
            raise KeyError(f"the replica has no decision at {path!r}")
        return case

    def describe(self, case: Case) -> ReplicaDecision:
        """Return the truth about a case."""
        body = bodies()[case.code]
        revision = self.revision(case)
        text = compose(case, revision)
        return ReplicaDecision(
            address=case.address,
            reference=case.reference,
            authority=body.register_name,
            authority_as_listed=self.listed_name(case),
            code=case.code,
            kind=case.kind,
            category=CATEGORIES[case.subject.category],
            sub_category=case.subject.name if case.has_sub_category else None,
            outcome=case.outcome,
            decided=case.decided,
            published=case.published,
            year_ending=case.year_ending,
            summary=text.summary,
            sections=text.sections,
            remedies=text.remedies,
            improvement=text.improvement,
            report_pdf=report_pdf(case),
            status=self.status(case),
            listed_twice=self.listed_twice(case),
            revision=revision,
        )

    def revision(self, case: Case) -> int:
        """Return how often a decision was amended."""
        return self._revisions.get(case.address, 0)

    def status(self, case: Case) -> int:
        """Return what the page of a case answers: some are removed while lists still have them."""
        fallback = 200
        plain = case.kind == "statement" and not case.added
        if self.traps and plain and chance.share("removed", *case.key) < 1 / 50:
            fallback = chance.pick((GONE, MISSING), "removed how", *case.key)
        return self._statuses.get(case.address, fallback)

    def listed_twice(self, case: Case) -> bool:
        """Whether the search has two equal rows of a case on one page; its total counts one."""
        return self.traps and chance.share("listed twice", *case.key) < 1 / 30

    def listed_name(self, case: Case) -> str:
        """Return a body's name as a decision has it: one of its spellings."""
        body = bodies()[case.code]
        if not self.traps or chance.share("spelling", *case.key) < 0.8:
            return body.name
        return chance.pick(spellings(body), "which spelling", *case.key)

    def withdraw(self, path: str, status: int, *, listed: bool) -> None:
        """Let a decision's page answer 404 or 410; its row stays, or goes with it."""
        if status not in (GONE, MISSING):
            raise ValueError(f"status: {status!r}; {MISSING} or {GONE}")
        address = self.known(path).address
        with self.catalogue.change():
            self._statuses[address] = status
            if not listed:
                self._unlisted |= {address}

    def amend(self, path: str) -> ReplicaDecision:
        """Serve a decision with other words at its address; return its truth."""
        case = self.known(path)
        with self.catalogue.change():
            self._revisions[case.address] = self._revisions.get(case.address, 0) + 1
        return self.describe(case)

    def publish(
        self,
        body: Body,
        decided: date,
        outcome: str,
        *,
        kind: str = "statement",
        category: str | None = None,
    ) -> Case:
        """Publish one more decision at once, as if its six weeks were over."""
        if outcome not in OUTCOMES:
            raise ValueError(f"outcome: {outcome!r}; one of {', '.join(OUTCOMES)}")
        if decided + EMBARGO > self.today:
            raise ValueError(
                f"decided: {decided}; a decision appears six weeks later, and the replica's day is"
                f" {self.today}"
            )
        number = len(self._added)
        subject = subject_in(category, body.code, number) if category else None
        case = case_about(
            body,
            year_of(decided),
            number,
            outcome,
            kind=kind,
            decided=decided,
            subject=subject,
            added=True,
        )
        with self.catalogue.change():
            self._added = (*self._added, case)
        return case

    def _built(self) -> _Index:
        """Return the cases in order, put there again when councils or decisions were added."""
        present = [*self.catalogue.on_map, *self.catalogue.former]
        state = (self.catalogue.last, len(present), len(self._added))
        if state == self._index.built_for:
            return self._index
        cases: list[Case] = list(self._added)
        for year in self._years if self.most else ():
            for council in present:
                cases += cases_of(council, year, self.most)
            cases += cases_of_others(year)
        cases = newest_first(cases)[::-1]
        by_path = {normal_path(case.address): case for case in cases}
        # Both threads may build: either puts the same whole index in place.
        self._index = _Index(cases, [case.decided for case in cases], by_path, state)
        return self._index


def newest_first(cases: Iterable[Case]) -> list[Case]:
    """Return cases in the order of the lists."""
    return sorted(cases, key=lambda case: (case.decided, case.reference), reverse=True)


def report_pdf(case: Case) -> str | None:
    """Return the address of the whole report, for a case of the kind report."""
    if case.kind != "report":
        return None
    return f"{report_folder(case.code)}/{case.reference.replace(' ', '-')}-report.pdf"


def report_folder(code: str) -> str:
    """Return where the reports about a body stand: the number is nobody's but the site's."""
    return f"/assets/attach/{3000 + chance.number('report', code) % 900}"


def spellings(body: Body) -> list[str]:
    """Return how a body's name is spelt where not as on its own page."""
    name = body.name
    found = [body.register_name or name]
    for old, new in ((" & ", " and "), (" and ", " & "), ("'", "’"), ("’", "'"), (", ", " ")):
        if old in name:
            found.append(name.replace(old, new))
    if name.startswith("London Borough of "):
        found.append(f"{name.removeprefix('London Borough of ')} London Borough Council")
    found.append(name.replace(" ", "\xa0", 1))
    found.append(name.replace(" ", "  ", 1))
    return [spelling for spelling in dict.fromkeys(found) if spelling != name]
