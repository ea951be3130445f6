"""The replica as its users see it: start it, crawl it, change it, ask it for the truth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from types import TracebackType
from typing import Self

from ombudsman_crawler.replica import agreement, council_truth, seeded, wording
from ombudsman_crawler.replica.agreement import Disagreement, Statement
from ombudsman_crawler.replica.answers import Replacement, Site
from ombudsman_crawler.replica.cases import bodies
from ombudsman_crawler.replica.catalogue import Catalogue, Link, ReplicaLetter
from ombudsman_crawler.replica.council_truth import ReplicaPage
from ombudsman_crawler.replica.decisions import Docket, ReplicaDecision
from ombudsman_crawler.replica.faults import Faults, normal_path
from ombudsman_crawler.replica.improvements import ReplicaImprovement, describe, improvements_of
from ombudsman_crawler.replica.pages import MAP_STYLES
from ombudsman_crawler.replica.public_reports import ReplicaReport
from ombudsman_crawler.replica.search import SearchFaults
from ombudsman_crawler.replica.seeded import SeededError
from ombudsman_crawler.replica.server import Hit, Server
from ombudsman_crawler.replica.tables.library import ReplicaTable

LAYOUTS = ("mixed", "v1", "v2")
COUNCIL_PAGES = ("traps", "plain")
#: How many decisions a council and year at most, unless said otherwise.
DECISIONS = 8
#: Of more years the site keeps none.
DECISION_YEARS = 9
ROBOTS = "User-agent: *\nDisallow: /complaint-form\n"


class Replica:
    """A copy of www.lgo.org.uk on loopback; every change takes effect at once, running or not.

    `councils` are on the map (their predecessors come on top, behind merger links); `years` are
    the first and last year ending of the letters (2005 to 2036; of early years fewer councils have
    letters). `map_style` is how the map lists councils; `layout` that of the council pages
    (`mixed`: as the site has it for the year shown); `council_pages` is `traps` or `plain`.
    `validators=False` sends no ETag and no Last-Modified. `seeded_errors` plants so many errors in
    pages and national tables, or errors of these kinds (`seeded.KINDS` and `seeded.TRAPS`). Of the
    last `decision_years` years the site has decisions, at most `decisions` a council and year: with
    a large number those that the figures count, with the usual few those of councils with few
    complaints; 0 for none.

    Raises ValueError, naming the argument, for what can't be served.
    """

    def __init__(
        self,
        *,
        councils: int = 12,
        years: tuple[int, int] = (2019, 2025),
        map_style: str = "links",
        layout: str = "mixed",
        port: int = 0,
        host: str = "127.0.0.1",
        council_pages: str = "traps",
        validators: bool = True,
        seeded_errors: int | Sequence[str | SeededError] = 0,
        decisions: int = DECISIONS,
        decision_years: int = 1,
    ) -> None:
        first, last = years
        if not wording.FIRST_YEAR <= first <= last <= wording.LAST_YEAR:
            raise ValueError(
                f"years: {first} to {last} asked; the replica writes letters for the years ending"
                f" {wording.FIRST_YEAR} to {wording.LAST_YEAR}"
            )
        _one_of("layout", layout, LAYOUTS)
        _one_of("council_pages", council_pages, COUNCIL_PAGES)
        if decisions < 0:
            raise ValueError(f"decisions: {decisions}; 0 or more")
        if not 1 <= decision_years <= DECISION_YEARS:
            raise ValueError(f"decision_years: {decision_years}; 1 to {DECISION_YEARS}")
        self._catalogue = Catalogue(count=councils, first=first, last=last)
        traps = council_pages == "traps"
        self._docket = Docket(self._catalogue, most=decisions, years=decision_years, traps=traps)
        self._site = Site(self._catalogue, self._docket, layout=layout, council_pages=council_pages)
        self._site.robots = ROBOTS
        self.faults = Faults()
        self._server = Server(self._site, self.faults, validators=validators)
        self._seeded = seeded.plan(self._catalogue, seeded_errors)
        self._site.page_errors = seeded.page_errors(self._seeded)
        self._site.tables.changes = seeded.table_changes(self._catalogue, self._seeded)
        self._host, self._port = host, port
        self.url = ""
        self.map_style = map_style

    def start(self) -> None:
        """Serve from a background thread; `url` is known afterwards.

        Started again after `stop`, it serves at the same address.
        """
        self._port = self._server.start(self._host, self._port)
        self.url = f"http://{self._host}:{self._port}"

    def stop(self) -> None:
        """Stop serving; open connections are closed."""
        self._server.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def hits(self) -> list[Hit]:
        """Every request so far, in the order of the answers."""
        return self._server.hits

    def clear_hits(self) -> None:
        """Forget the requests so far."""
        self._server.hits.clear()

    @property
    def map_style(self) -> str:
        """How the map lists councils: links, options, json, az, script, data or empty."""
        return self._site.map_style

    @map_style.setter
    def map_style(self, style: str) -> None:
        _one_of("map_style", style, MAP_STYLES)
        with self._catalogue.change():
            self._site.map_style = style

    @property
    def robots(self) -> str:
        """The text of robots.txt."""
        return self._site.robots

    @robots.setter
    def robots(self, text: str) -> None:
        with self._catalogue.change():
            self._site.robots = text

    @property
    def validators(self) -> bool:
        """Whether answers carry ETag and Last-Modified."""
        return self._server.validators

    @validators.setter
    def validators(self, sent: bool) -> None:
        self._server.validators = sent

    @property
    def slugs(self) -> list[str]:
        """The slugs of the councils on the map, in map order."""
        return [council.slug for council in self._catalogue.visible()]

    @property
    def former_slugs(self) -> list[str]:
        """The slugs of the abolished councils, which only merger links and the A to Z lead to."""
        return [council.slug for council in self._catalogue.former]

    def letters(self) -> list[ReplicaLetter]:
        """Return the truth about every letter listed: map order, former councils last.

        The newest of each council comes first. Letters of hidden councils and unlisted letters are
        left out; aliases and added links aren't letters of their own.
        """
        catalogue = self._catalogue
        return [
            letter
            for council in (*catalogue.visible(), *catalogue.former)
            for letter in catalogue.letters_of(council)
            if normal_path(letter.path) not in catalogue.unlisted
        ]

    def prepare(self) -> None:
        """Draw every letter now, as far as the cache holds, so that a benchmark doesn't wait."""
        for letter in self.letters():
            letter.pdf()

    def letter(self, slug: str, year_ending: int) -> ReplicaLetter:
        """Return the truth about one letter. Raises KeyError if there is none."""
        for letter in self._catalogue.letters_of(self._catalogue.council(slug)):
            if letter.year_ending == year_ending:
                return letter
        raise KeyError(f"the replica has no letter of {slug!r} for {year_ending}")

    def add_link(self, slug: str, label: str, href: str) -> None:
        """Add a link to a council's list of letters: to anything, on any host, with any words."""
        key = self._catalogue.council(slug).slug.lower()
        with self._catalogue.change():
            links = self._catalogue.extra_links
            links[key] = (*links.get(key, ()), Link(label, href))

    def alias(self, path: str, *, label: str | None = None) -> str:
        """Serve a letter at a second address too, linked in its council's list; return that."""
        letter = self._known(path)
        again = letter.path.removesuffix(".pdf") + "%20(2).pdf"
        with self._catalogue.change():
            self._catalogue.aliases[normal_path(again)] = normal_path(letter.path)
        self.add_link(letter.slug, label or f"{letter.label} (PDF)", again)
        return again

    def replace(self, path: str, pdf_bytes: bytes) -> None:
        """Serve other bytes at a letter's address from now on."""
        letter = self._known(path)
        with self._catalogue.change():
            self._site.replacements[normal_path(letter.path)] = Replacement(
                pdf_bytes, letter.last_modified + timedelta(days=14)
            )

    def reissue(self, path: str) -> ReplicaLetter:
        """Issue a letter again at its address, corrected: other words and figures; return it."""
        letter = self._known(path)
        key = normal_path(letter.path)
        with self._catalogue.change():
            self._catalogue.revisions[key] = letter.revision + 1
            self._site.replacements.pop(key, None)
        return self._known(path)

    def repack(self, path: str) -> bytes:
        """Serve a letter as another file with the same words; return its bytes."""
        # A comment after the end of a PDF changes the file and nothing that it says.
        repacked = self._known(path).pdf() + b"% packed again\n"
        self.replace(path, repacked)
        return repacked

    def unlist(self, path: str) -> None:
        """Take a letter out of all lists; its address goes on serving it."""
        key = normal_path(self._known(path).path)
        with self._catalogue.change():
            self._catalogue.unlisted |= {key}

    def relist(self, path: str) -> None:
        """Put an unlisted letter back."""
        key = normal_path(self._known(path).path)
        with self._catalogue.change():
            self._catalogue.unlisted -= {key}

    def forbid(self, path: str) -> None:
        """Let robots.txt forbid a path to all."""
        self.robots = f"{self.robots.rstrip()}\nDisallow: {path}\n"

    def hide_council(self, slug: str) -> None:
        """Take a council off the map and its pages off the site; its letters stay."""
        key = self._catalogue.council(slug).slug.lower()
        with self._catalogue.change():
            self._catalogue.hidden |= {key}

    def show_council(self, slug: str) -> None:
        """Put a hidden council back."""
        key = self._catalogue.council(slug).slug.lower()
        with self._catalogue.change():
            self._catalogue.hidden -= {key}

    def add_council(self, code: str | None = None) -> str:
        """Put one more council on the map, by its code or the next in order; return its slug."""
        return self._catalogue.add_council(code).slug

    def page(self, slug: str) -> ReplicaPage:
        """Return the truth about a council's page as it is now.

        Raises KeyError if there is no such council or its page is hidden.
        """
        council = self._catalogue.council(slug)
        if council.slug.lower() in self._catalogue.hidden:
            raise KeyError(f"the replica hides the page of {slug!r}")
        return council_truth.describe(council, self._site.shown(council))

    def revise_page(self, slug: str) -> ReplicaPage:
        """Correct a council's page after its letter: one more investigation, upheld; return it.

        Raises ValueError where the page shows no figures or was corrected before.
        """
        before = self.page(slug)
        error = SeededError(seeded.PAGE_REVISED, before.code, before.year_ending)
        if before.state != council_truth.FIGURES or error in self._seeded:
            raise ValueError(f"the page of {slug!r} has nothing left to correct")
        with self._catalogue.change():
            self._seeded = [*self._seeded, error]
            self._site.page_errors = seeded.page_errors(self._seeded)
        return self.page(slug)

    def advance(self) -> int:
        """Let a year pass: pages show the next one, its letters and tables are there; return it.

        Raises ValueError when the replica can't write letters for that year.
        """
        return self._catalogue.advance()

    def disagreements(self) -> list[Disagreement]:
        """Return every figure of which letter, council page and national table differ.

        Without seeded errors and tables issued again there is none.
        """
        letters = (
            Statement(agreement.LETTER, one.authority, one.code, one.year_ending, one.figures)
            for one in self.letters()
        )
        councils = (*self._catalogue.visible(), *self._catalogue.former)
        pages = (
            Statement(agreement.COUNCIL_PAGE, one.authority, one.code, one.year_ending, one.figures)
            for one in map(self.page, (council.slug for council in councils))
        )
        tables = (
            Statement(
                agreement.NATIONAL_TABLE, row.authority, row.code, table.year_ending, row.figures
            )
            for table in self.tables()
            for row in table.rows
        )
        return agreement.disagreements((*letters, *pages, *tables), self._reasons())

    def _reasons(self) -> dict[tuple[str, int, str], str]:
        library = self._site.tables
        found = {
            (code, year, agreement.NATIONAL_TABLE): "table_reissued"
            for document in library.documents()
            for code, year, _ in library.corrected(document)
        }
        for error in self._seeded:
            on_page = error.kind in (seeded.PAGE_REVISED, seeded.PAGE_BASE)
            source = agreement.COUNCIL_PAGE if on_page else agreement.NATIONAL_TABLE
            found[error.code, error.year_ending, source] = error.kind
        return found

    def tables(self) -> list[ReplicaTable]:
        """Return the truth about every national table, the newest year first.

        The sheets of a workbook are tables of one address.
        """
        library = self._site.tables
        return [truth for document in library.documents() for truth in library.truths(document)]

    def table_file(self, address: str) -> bytes:
        """Return the bytes of a file of tables. Raises KeyError if there is no such file."""
        library = self._site.tables
        return library.bytes_of(library.document(address))

    def reissue_table(self, address: str) -> list[ReplicaTable]:
        """Issue a file of tables again at its address, a figure of it corrected; return them.

        The figure is the first authority's; where it is part of a total, that changes with it.
        Raises KeyError if there is no such file.
        """
        library = self._site.tables
        document = library.document(address)
        key = normal_path(document.address)
        with self._catalogue.change():
            library.corrections[key] = library.corrections.get(key, 0) + 1
        return library.truths(document)

    @property
    def today(self) -> date:
        """The site's day: decisions of the six weeks before it aren't published yet."""
        return self._docket.today

    @today.setter
    def today(self, day: date) -> None:
        with self._catalogue.change():
            self._docket.today = day

    @property
    def search(self) -> SearchFaults:
        """What is wrong with the answers of the search for decisions."""
        return self._site.search.faults

    def decisions(
        self, first: date | None = None, last: date | None = None
    ) -> list[ReplicaDecision]:
        """Return the truth about the decisions the search lists for a window, newest first.

        Each once; those whose page was removed are among them with the status it answers.
        """
        return [self._docket.describe(case) for case in self._docket.between(first, last)]

    def decisions_total(self, first: date | None = None, last: date | None = None) -> int:
        """Return how many decisions the search has for a window."""
        return len(self._docket.between(first, last))

    def decision(self, address: str) -> ReplicaDecision:
        """Return the truth about one decision, listed or not. Raises KeyError without one."""
        return self._docket.describe(self._docket.known(address))

    def publish_decision(
        self,
        slug: str,
        decided: date,
        *,
        outcome: str = "Upheld",
        kind: str = "statement",
        category: str | None = None,
    ) -> ReplicaDecision:
        """Publish one more decision about a council; `category` as addresses have it.

        Raises ValueError for a day whose six weeks aren't over on the replica's day.
        """
        body = bodies()[self._catalogue.council(slug).code]
        case = self._docket.publish(body, decided, outcome, kind=kind, category=category)
        return self._docket.describe(case)

    def amend_decision(self, address: str) -> ReplicaDecision:
        """Serve a decision with other words at its address; return its new truth."""
        return self._docket.amend(address)

    def withdraw_decision(self, address: str, status: int = 410, *, listed: bool = True) -> None:
        """Remove a decision: its page answers 410 or 404. Lists go on having it, or don't."""
        self._docket.withdraw(address, status, listed=listed)

    def reports(self, slug: str) -> list[ReplicaReport]:
        """Return the truth about the public reports a council's pages list, newest first."""
        return self._site.reports.of_council(self._catalogue.council(slug))

    def add_report(self, slug: str) -> ReplicaReport:
        """Put one more public report on top of a council's list; return its truth."""
        return self._site.reports.add(self._catalogue.council(slug))

    def drop_report(self, slug: str, title: str) -> None:
        """Take a public report off a council's lists; its PDF stays."""
        self._site.reports.drop(self._catalogue.council(slug), title)

    def improvements(self, slug: str) -> list[ReplicaImprovement]:
        """Return the truth about a council's service improvements, newest first.

        Its page has the first ten; an upheld decision published later pushes the last of them off.
        """
        council = self._catalogue.council(slug)
        return [describe(case) for case in improvements_of(council, self._catalogue, self._docket)]

    def _known(self, path: str) -> ReplicaLetter:
        letter = self._catalogue.letter(path)
        if letter is None:
            raise KeyError(f"the replica has no letter at {path!r}")
        return letter


def _one_of(argument: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{argument}: {value!r}; one of {', '.join(allowed)}")
