"""What an older letter is made of: pages of prose, tables, and the truth about every cell.

A figure's printed characters and its truth are made in one place, `Ledger`, so that they agree.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ombudsman_crawler.replica.content import Truth
from ombudsman_crawler.replica.wording import Paragraph

#: Headings over several columns: the words, the first and the last column, from 0.
Group = tuple[str, int, int]
#: A row of a table: its label and its cells.
Row = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: headings over the columns, rows with a label in front."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    corner: str = ""
    """The heading over the labels."""
    groups: tuple[Group, ...] = ()
    label_share: float = 0.2
    """The labels' part of the table's width; 0 for a table without labels."""
    width_share: float = 1.0
    """The table's part of the width between the margins."""
    headed: bool = True
    """Whether the headings are drawn; False for the rest of a table on another page."""
    after: tuple[str, ...] = ()
    """Notes under the table."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of statistics: lines at its head, then tables; it may need more than one page."""

    head: tuple[str, ...]
    tables: tuple[Table, ...]
    breaks: frozenset[int] = frozenset()
    """The tables that begin on a new page, by number."""


@dataclass(frozen=True, slots=True)
class Traits:
    """How the statistics of one letter are laid out; forms use what they need.

    `names` are for tests and reports: a trait of the layout is named only where the letter has it.
    """

    blank_zeros: bool = False
    """Zeros are blank cells."""
    whole_rows: bool = False
    """Each row is one text object, padded by spaces; else every cell is drawn by itself."""
    landscape: bool = False
    turned: bool = False
    """A landscape page is an upright one that its /Rotate turns."""
    upright_headings: bool = False
    """The headings run from bottom to top."""
    split: bool = False
    """A table goes on on the next page."""
    bare: bool = False
    """What goes on there has no headings."""
    ruled: bool = True
    """Vertical lines between the columns."""

    @property
    def names(self) -> frozenset[str]:
        without = {"turned": self.landscape, "bare": self.split}
        return frozenset(
            name for name in self.__slots__ if getattr(self, name) and without.get(name, True)
        )


@dataclass(frozen=True, slots=True)
class Letter:
    """An older letter's words, and the figures a perfect reader finds in them."""

    form: str
    title: str
    """The words of the title as they stand in the letter."""
    cover: tuple[str, ...]
    """The lines of a booklet's cover; empty for a letter without one."""
    contents: tuple[tuple[str, int], ...]
    """The lines of a booklet's contents page, with their page numbers."""
    front: tuple[tuple[str, ...], ...]
    """Blocks of lines before the salutation; empty for a booklet without covering letter."""
    date_line: str
    address: tuple[str, ...]
    addressee: str
    post: str
    covering: tuple[Paragraph, ...]
    """The covering letter of a booklet; empty where the letter is the whole."""
    prose: tuple[Paragraph, ...]
    signatory: str
    signature: tuple[str, ...]
    """The lines under the name."""
    notes: tuple[Paragraph, ...]
    """Notes on the statistics, on pages of their own after the signature."""
    sheets: tuple[Sheet, ...]
    disclaimer: str
    traits: Traits
    truth: dict[str, Truth]
    restated: dict[tuple[int, str], Truth]
    name_on_statistics: bool
    published: bool


@dataclass(slots=True)
class Ledger:
    """Prints figures and keeps the truth about them."""

    year_ending: int
    blank_zeros: bool = False
    truth: dict[str, Truth] = field(default_factory=dict)
    restated: dict[tuple[int, str], Truth] = field(default_factory=dict)

    def count(self, metric: str, value: int, *, year: int | None = None, kept: bool = False) -> str:
        """Return a count as printed: a zero may be a blank cell, unless it is to be `kept`."""
        blank = self.blank_zeros and not value and not kept
        self._note(metric, (None, "blank") if blank else value, year)
        return "" if blank else f"{value:,}"

    def decimal(
        self, metric: str, value: float | None, instead: str, *, year: int | None = None
    ) -> str:
        """Return a figure with one decimal; None has no base and prints what stands `instead`."""
        self._note(metric, (None, "no_base") if value is None else value, year)
        return instead if value is None else f"{value:.1f}"

    def percent(self, metric: str, value: int | None, instead: str) -> str:
        """Return a whole percentage; None has no base and prints what stands `instead`."""
        self._note(metric, (None, "no_base") if value is None else value, None)
        return instead if value is None else f"{value}%"

    def _note(self, metric: str, truth: Truth, year: int | None) -> None:
        if year is None or year == self.year_ending:
            self.truth[metric] = truth
        else:
            self.restated[year, metric] = truth
