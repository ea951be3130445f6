"""Numbers that stand in a table and belong to none of its cells: footnote marks, strays, a second
row. What they leave uncertain is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from table_letters import DECISIONS_NEW, SUBJECTS_NEW, Document, Expected, drawn, report

from ombudsman_crawler.figures.figure import Severity
from ombudsman_crawler.letters.letter import Letter, Word
from ombudsman_crawler.letters.read import read_words
from ombudsman_crawler.letters.words import extract


def letter_of_2017() -> tuple[Document, Expected]:
    received: dict[str, int | str] = {name: 20 + i for i, name in enumerate(SUBJECTS_NEW)}
    decided: dict[str, int | str] = {name: 30 + i for i, name in enumerate(DECISIONS_NEW)}
    return report(
        "Kent County Council",
        2017,
        received,
        decided,
        rate="51%",
        rate_expected=51,
        remedied=(22, 11),
    )


def with_number(
    document: Document, cell: str, number: str, place: tuple[float, float, float]
) -> Letter:
    """Read a letter with another number beside the first cell that prints `cell`: so far from its
    right end and above its baseline, and so large in parts of it."""
    right, up, size = place
    pages = list(extract(drawn(document)))
    page = pages[-1]
    word = next(w for w in page.words if w.text == cell)
    height = word.y1 - word.y0
    bottom = word.y1 - up * height - (1 - size) * 0.25 / 1.1 * height
    left = word.x1 + right * height
    other = Word(number, left, bottom - size * height, left + 0.5 * size * height, bottom)
    pages[-1] = replace(page, words=(*page.words, other))
    (only,) = read_words(pages).letters
    return only


def values(one: Letter) -> dict[tuple[int, str], float | str | None]:
    return {
        (f.year_ending, f.metric): f.absence if f.value is None else f.value for f in one.figures
    }


@pytest.mark.parametrize("cell", ["20", "30", "22"])
@pytest.mark.parametrize("up", [0.2, 0.3, 0.4])
def test_a_raised_footnote_mark_is_no_number(cell: str, up: float) -> None:
    document, expected = letter_of_2017()
    one = with_number(document, cell, "1", (0.05, up, 0.6))
    assert values(one) == expected
    assert not [f for f in one.findings if f.severity is not Severity.NOTE]


@pytest.mark.parametrize("cell", ["20", "30", "22"])
@pytest.mark.parametrize("right", [-1.0, 5.0, 20.0])
def test_a_stray_number_above_a_row_is_told(cell: str, right: float) -> None:
    document, expected = letter_of_2017()
    one = with_number(document, cell, "7", (right, 0.9, 1.0))
    found = values(one)
    wrong = {key for key in expected if found.get(key) != expected[key]}
    doubted = {
        metric
        for f in one.findings
        if f.severity is not Severity.NOTE
        for metric in ([f.metric] if f.metric else [name for _, name in expected])
    }
    assert {metric for _, metric in wrong} <= doubted


def test_which_of_two_rows_without_a_label_is_meant_is_told() -> None:
    document, _ = letter_of_2017()
    tables = list(document.tables)
    ((label, cells),) = tables[0].rows
    other = tuple(str(int(cell) + 1) for cell in cells)
    tables[0] = replace(tables[0], rows=((label, cells), (label, other)))
    (one,) = read_words(extract(drawn(replace(document, tables=tuple(tables))))).letters
    codes = {(f.code, f.metric) for f in one.findings if f.severity is not Severity.NOTE}
    assert ("cell_ambiguous", "received_housing") in codes


def test_an_empty_total_beside_numbers_is_doubtful() -> None:
    document, expected = letter_of_2017()
    tables = list(document.tables)
    ((label, cells),) = tables[1].rows
    tables[1] = replace(tables[1], rows=((label, (*cells[:-1], "")),))
    (one,) = read_words(extract(drawn(replace(document, tables=tuple(tables))))).letters
    assert values(one) == expected | {(2017, "decided_total"): "blank"}
    assert [(f.code, f.metric) for f in one.findings if f.severity is not Severity.NOTE] == [
        ("table_does_not_add_up", "decided_total")
    ]
