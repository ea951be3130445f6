"""What the replica holds: councils, letters and their addresses, and the changes tests make to it.

Nothing is drawn until somebody asks for it: a letter here is a council, a year and a revision.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from urllib.parse import quote

from ombudsman_crawler.replica import chance, drawing, wording
from ombudsman_crawler.replica.content import Content, Truth, compose
from ombudsman_crawler.replica.councils import (
    Council,
    all_councils,
    living,
    on_the_map,
    with_predecessors,
)
from ombudsman_crawler.replica.faults import normal_path
from ombudsman_crawler.replica.figures import figures
from ombudsman_crawler.replica.older import drawing as older_drawing
from ombudsman_crawler.replica.older import front
from ombudsman_crawler.replica.older.letter import older_letter

# Bump when the same letter is drawn differently: it goes into every validator.
EDITION = 1

# The sample letters, served byte for byte. What they say about themselves is theirs, not generated.
_SAMPLES = {
    ("KEN", 2021): "2021-kent-county-council.pdf",
    ("DAR", 2021): "2021-dartford-borough-council.pdf",
}
_SAMPLE_FRONT = {
    ("KEN", 2021): (
        ("Mr Cockburn Head of Paid Service Kent County Council",),
        ("Mr Cockburn", "Head of Paid Service"),
    ),
    ("DAR", 2021): (
        (
            "Mrs Martin",
            "Director of Corporate Services and Chief Officer",
            "Dartford Borough Council",
        ),
        ("Mrs Martin", "Director of Corporate Services and Chief Officer"),
    ),
}


@dataclass(frozen=True, slots=True)
class ReplicaLetter:
    """The truth about one letter: what a perfect reader finds in it, and where it is served."""

    authority: str
    """The authority's name in the register."""
    printed_name: str
    """Its name as the site prints it; the letter itself has a curly apostrophe where this has '."""
    code: str
    slug: str
    kind: str
    year_ending: int
    path: str
    """Its address on the site, percent-encoded, from the slash on."""
    label: str
    """The words of its link in the council's list of letters."""
    form: str
    """The form of its statistics: `annual_letter_tables`, `advice_team_tables`, `single_total`,
    `local_authority_report`, `three_panels` or `complaint_overview`."""
    figures: dict[str, Truth]
    """By metric: a number, or (None, absence). A metric the letter is silent about has no entry."""
    address: tuple[str, ...]
    """The address block's lines: three, or one with everything run together."""
    addressee: str
    post: str
    name_on_statistics: bool
    """Whether the statistics page bears the council's name."""
    signatory: str
    letter_date: date
    title: str
    layout: str
    """`positioned`, `flow` or `sample`."""
    revision: int
    published: bool
    """Whether any figure is a real published one."""
    restated: dict[tuple[int, str], Truth] = field(default_factory=dict)
    """The figures of earlier years in its tables, by year ending and metric."""
    traits: frozenset[str] = frozenset()
    """What is special about the layout of an older letter's statistics (`older.blocks.Traits`)."""

    def pdf(self) -> bytes:
        """Return the letter's bytes."""
        return letter_pdf(self.code, self.year_ending, self.revision)

    @property
    def etag(self) -> str:
        """The validator of its bytes, which needs no drawing."""
        key = f"{EDITION}/{self.code}/{self.year_ending}/{self.revision}"
        return f'"{sha256(key.encode()).hexdigest()[:20]}"'

    @property
    def last_modified(self) -> datetime:
        """When it was put on the site: a week after its date, or later if issued again."""
        day = self.letter_date + timedelta(days=7 + 30 * self.revision)
        return datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC)


def layout_of(council: Council) -> str:
    """Return the layout of a council's letters: the same in all years."""
    return chance.pick(drawing.LAYOUTS, "layout", council.code)


@lru_cache(maxsize=8192)
def _content(code: str, year_ending: int, revision: int) -> Content:
    council = all_councils()[code]
    return compose(council, year_ending, figures(council, year_ending, revision), revision)


# About 35 KB each: a whole benchmark fits in 150 MB.
@lru_cache(maxsize=4096)
def letter_pdf(code: str, year_ending: int, revision: int = 0) -> bytes:
    """Return the bytes of a letter; equal for equal arguments, everywhere."""
    sample = _SAMPLES.get((code, year_ending))
    if sample and not revision:
        return files("ombudsman_crawler.replica").joinpath("samples", sample).read_bytes()
    layout = layout_of(all_councils()[code])
    if year_ending < wording.FIRST_PANEL_YEAR:
        return older_drawing.draw(older_letter(code, year_ending, revision), layout)
    return drawing.draw(_content(code, year_ending, revision), layout)


def letter_path(council: Council, year_ending: int) -> str:
    """Return a letter's address on the site, percent-encoded."""
    return f"/documents/councilperformance/{year_ending}/{quote(council.name.lower())}.pdf"


def letter_label(year_ending: int) -> str:
    """Return the words of a letter's link."""
    if year_ending <= 2012:
        kind = "letter" if year_ending <= 2008 else "review"
        return f"Annual {kind} {front.slashed(year_ending)}"
    if year_ending <= 2021:
        return f"Annual review letter {year_ending}"
    return f"Annual review letter {wording.span(year_ending)}"


def describe(council: Council, year_ending: int, revision: int = 0) -> ReplicaLetter:
    """Return the truth about a letter."""
    if year_ending < wording.FIRST_PANEL_YEAR:
        return _describe_older(council, year_ending, revision)
    content = _content(council.code, year_ending, revision)
    truth = dict(content.truth)
    address, layout = content.address, layout_of(council)
    addressee = wording.addressee(council, year_ending)
    name_on_statistics = content.name_on_statistics is not None
    key = (council.code, year_ending)
    if key in _SAMPLES and not revision:
        layout = "sample"
        address, addressee = _SAMPLE_FRONT[key]
        name_on_statistics = council.code == "KEN"
        if council.code == "KEN":
            truth["satisfactory_remedy_decisions"] = (None, "not_in_text")
    overview = year_ending >= wording.FIRST_OVERVIEW_YEAR
    return ReplicaLetter(
        authority=council.authority.name,
        printed_name=council.name,
        code=council.code,
        slug=council.slug,
        kind=council.kind,
        year_ending=year_ending,
        path=letter_path(council, year_ending),
        label=letter_label(year_ending),
        form="complaint_overview" if overview else "three_panels",
        figures=truth,
        address=address,
        addressee=addressee[0],
        post=addressee[1],
        name_on_statistics=name_on_statistics,
        signatory=content.signatory,
        letter_date=wording.letter_date(year_ending),
        title=content.title,
        layout=layout,
        revision=revision,
        published=bool(figures(council, year_ending, revision).published),
    )


def _describe_older(council: Council, year_ending: int, revision: int) -> ReplicaLetter:
    letter = older_letter(council.code, year_ending, revision)
    return ReplicaLetter(
        authority=council.authority.name,
        printed_name=council.name,
        code=council.code,
        slug=council.slug,
        kind=council.kind,
        year_ending=year_ending,
        path=letter_path(council, year_ending),
        label=letter_label(year_ending),
        form=letter.form,
        figures=dict(letter.truth),
        address=letter.address,
        addressee=letter.addressee,
        post=letter.post,
        name_on_statistics=letter.name_on_statistics,
        signatory=letter.signatory,
        letter_date=wording.letter_date(year_ending),
        title=letter.title,
        layout=layout_of(council),
        revision=revision,
        published=letter.published,
        restated=dict(letter.restated),
        traits=letter.traits.names,
    )


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a council's list of letters."""

    label: str
    href: str


@dataclass
class Catalogue:
    """The councils and letters of one replica.

    Tests change it from their own thread while the server reads it: changes take the lock and
    replace what they change, so that a reader sees the old or the new, never a half.
    """

    count: int
    first: int
    last: int
    on_map: list[Council] = field(default_factory=list)
    former: list[Council] = field(default_factory=list)
    hidden: frozenset[str] = frozenset()
    extra_links: dict[str, tuple[Link, ...]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    unlisted: frozenset[str] = frozenset()
    revisions: dict[str, int] = field(default_factory=dict)
    changes: int = 0
    """How often something was changed: pages are later by so many seconds."""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self.on_map = on_the_map(self.count, self.last)
        self._index()

    def _index(self) -> None:
        self.former = with_predecessors(self.on_map, self.last)
        councils = [*self.on_map, *self.former]
        by_path = {}
        for council in councils:
            for year in council.letter_years(self.first, self.last):
                by_path[normal_path(letter_path(council, year))] = (council, year)
        self.by_path = by_path
        self.by_slug = {council.slug.lower(): council for council in councils}

    def visible(self) -> list[Council]:
        """Return the councils on the map, in map order."""
        return [council for council in self.on_map if council.slug.lower() not in self.hidden]

    def council(self, slug: str) -> Council:
        """Return a council by its slug, in any case. Raises KeyError, naming it."""
        try:
            return self.by_slug[slug.lower()]
        except KeyError:
            raise KeyError(f"the replica has no council {slug!r}") from None

    def letter(self, path: str) -> ReplicaLetter | None:
        """Return the letter at an address, an alias included; None if there is none."""
        key = normal_path(path)
        key = self.aliases.get(key, key)
        found = self.by_path.get(key)
        if found is None:
            return None
        return describe(*found, self.revisions.get(key, 0))

    def letters_of(self, council: Council) -> list[ReplicaLetter]:
        """Return the letters of a council, newest first."""
        return [
            describe(council, year, self.newest_revision(council, year))
            for year in reversed(council.letter_years(self.first, self.last))
        ]

    def links_of(self, council: Council) -> list[Link]:
        """Return what a council's list of letters links to."""
        listed = [
            Link(letter.label, letter.path)
            for letter in self.letters_of(council)
            if normal_path(letter.path) not in self.unlisted
        ]
        return [*listed, *self.extra_links.get(council.slug.lower(), ())]

    def newest_revision(self, council: Council, year_ending: int) -> int:
        """Return how often a council's letter for a year was issued again."""
        return self.revisions.get(normal_path(letter_path(council, year_ending)), 0)

    @contextmanager
    def change(self) -> Iterator[None]:
        """Hold the lock while something is changed, and count the change."""
        with self._lock:
            yield
            self.changes += 1

    def advance(self) -> int:
        """Let the newest year be the next one; return it.

        Councils that ended leave the map to what followed them, once that has a year of its own.
        """
        year = self.last + 1
        if year > wording.LAST_YEAR:
            raise ValueError(f"the replica writes no letters for {year}")
        with self.change():
            self.last = year
            alive = {council.code: council for council in living(year)}
            shown = {council.code: council for council in self.on_map}
            for council in self.on_map:
                followers = [code for code in council.authority.replaced_by if code in alive]
                if followers and council.ended_by(year):
                    del shown[council.code]
                    shown |= {code: alive[code] for code in followers}
            self.on_map = list(shown.values())
            self._index()
        return year

    def add_council(self, code: str | None) -> Council:
        """Put one more council on the map: this one, or the next in order."""
        present = {council.code for council in self.on_map}
        candidates = [c for c in living(self.last) if c.code not in present]
        chosen = next((c for c in candidates if code is None or c.code == code), None)
        if chosen is None:
            raise ValueError(f"no council {code or ''!r} to add: absent, ended or there already")
        with self.change():
            self.on_map = [*self.on_map, chosen]
            self._index()
        return chosen
