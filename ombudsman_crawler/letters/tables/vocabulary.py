"""The headings and labels that tables are known by, and how they are printed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

#: Columns of this name are in every table: they belong to the one of the column before them.
TOTAL = "total"

_DIVIDED_WORD = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
_PLAIN = str.maketrans({"&": "and", "’": "'", "‘": "'", "–": "-", "—": "-"} | dict.fromkeys("*†‡"))


@dataclass(frozen=True, slots=True)
class ColumnName:
    """A heading: the table and the key it stands for, and how it is printed (see `wording`)."""

    table: str
    key: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class RowName:
    """A row's label: the key it stands for, and how it is printed (see `wording`)."""

    key: str
    pattern: re.Pattern[str]


class Names:
    """Names to be found by how they are printed. What was asked once is remembered: letters repeat
    one another's headings."""

    def __init__(self, names: Iterable[ColumnName]) -> None:
        self._names = tuple(names)
        # Most groups of words are no name at all: one pattern for all says so at once.
        self._any = re.compile("|".join(f"(?:{name.pattern.pattern})" for name in self._names))
        self.spelled = lru_cache(maxsize=8192)(self._spelled)

    def _spelled(self, text: str) -> ColumnName | None:
        """Return the name that a heading or label spells, as printed; None if it spells none."""
        text = normal(text)
        if not self._any.fullmatch(text):
            return None
        return next((name for name in self._names if name.pattern.fullmatch(text)), None)


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The headings and labels to look for. `spanning`: headings over several columns."""

    columns: tuple[ColumnName, ...]
    rows: tuple[RowName, ...]
    spanning: re.Pattern[str]

    @cached_property
    def headings(self) -> Names:
        return Names(self.columns)

    @cached_property
    def labels(self) -> Names:
        return Names(ColumnName("", name.key, name.pattern) for name in self.rows)


def normal(text: str) -> str:
    """Return a heading or label as the vocabulary spells it: lower case, "and" for "&", plain
    quotes and dashes, no footnote marks, no spaces: a narrow cell may break a word anywhere."""
    return _plain(_DIVIDED_WORD.sub("", text)).strip(":")


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    return "".join(text.lower().translate(_PLAIN).split())


def wording(pattern: str) -> re.Pattern[str]:
    """Compile how a heading or label is printed, written in lower case with plain spaces."""
    return re.compile(pattern.replace(" ?", "").replace(" ", ""))
