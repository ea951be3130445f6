"""Pieces of text, grouped so that they spell as much of a vocabulary as can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ombudsman_crawler.letters.letter import Word
from ombudsman_crawler.letters.tables.vocabulary import ColumnName, Names

# Headings and labels are matched in groups of at most this many pieces.
GROUP = 16
_LONGEST = 90  # characters of the longest heading or label, without spaces
_MATCH, _PER_WORD, _STRAY = 20, 2, 1
Placed = tuple[int, Word]


def text_of(words: Sequence[Placed]) -> str:
    """Return the words of a heading in reading order, its lines divided by line feeds."""
    ordered = sorted(words, key=_reading_order)
    pieces: list[str] = []
    before = ordered[0][0]
    for row, word in ordered:
        if pieces:
            pieces.append(" " if row == before else "\n")
        pieces.append(word.text)
        before = row
    return "".join(pieces)


def _reading_order(placed: Placed) -> tuple[int, float]:
    return placed[0], placed[1].x0


def grouped(
    pieces: Sequence[Sequence[Placed]], names: Names
) -> tuple[list[tuple[int, int, ColumnName | None]], int]:
    """Group consecutive pieces so that they spell as much of the vocabulary as can be."""
    lengths = [sum(len(word.text) for _, word in piece) for piece in pieces]

    def name_of(first: int, last: int) -> ColumnName | None:
        return names.spelled(text_of([one for piece in pieces[first:last] for one in piece]))

    return _group(lengths, name_of)


def _group(
    lengths: Sequence[int], name_of: Callable[[int, int], ColumnName | None]
) -> tuple[list[tuple[int, int, ColumnName | None]], int]:
    """Divide pieces into groups (first, after the last, name) of the highest score.

    A named group is worth more the more pieces it explains; a piece without a name costs a little.
    `lengths`: how many characters each piece has.
    """
    best: list[tuple[int, list[tuple[int, int, ColumnName | None]]]] = [(0, [])]
    for end in range(1, len(lengths) + 1):
        score, groups = best[end - 1]
        options = [(score - _STRAY, [*groups, (end - 1, end, None)])]
        length = 0
        for start in range(end - 1, max(-1, end - 1 - GROUP), -1):
            length += lengths[start]
            if length > _LONGEST:
                break
            name = name_of(start, end)
            if name is not None:
                before, groups = best[start]
                # Enough that "total", "excl", "premature" are one name and not two with a stray.
                pieces = end - start
                worth = _MATCH * ((pieces + 1) // 2) + _PER_WORD * pieces
                options.append((before + worth, [*groups, (start, end, name)]))
        best.append(max(options, key=lambda option: option[0]))
    score, groups = best[-1]
    return groups, score
