"""A letter drawn with one digit changed: the reading follows it, or a check objects.

The whole way is gone: a PDF is drawn anew, with that digit other and nothing else, and read by both
readers. A changed figure that is read as before, or not at all, without a doubt would be wrong in
silence. (`test_letters_goldens` changes every digit, in the words.)
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from letter_pdfs import (
    OVERVIEW,
    Ink,
    Statistics,
    Style,
    front_page,
    make_pdf,
    statistics_page,
)
from reportlab.pdfbase.pdfmetrics import stringWidth
from table_letters import (
    DECISIONS_2012,
    DECISIONS_NEW,
    DECISIONS_OLD,
    SUBJECTS_NEW,
    SUBJECTS_OLD,
    Document,
    Drawing,
    annual_letter,
    annual_review,
    drawn,
    flowing,
    one_total,
    report,
)

from ombudsman_crawler.figures.figure import Figure, Severity
from ombudsman_crawler.figures.numbers import value_of
from ombudsman_crawler.letters.letter import Letter, Status
from ombudsman_crawler.letters.read import read_document

Key = tuple[int, str]


def read(data: bytes) -> Letter:
    (letter,) = read_document(data).letters
    return letter


def doubted(letter: Letter, key: Key) -> bool:
    return any(
        finding.severity is not Severity.NOTE
        and finding.metric in (None, key[1])
        and finding.year_ending in (None, key[0])
        for finding in letter.findings
    )


def by_key(letter: Letter) -> dict[Key, Figure]:
    return {(figure.year_ending, figure.metric): figure for figure in letter.figures}


def other_digit(text: str, place: int) -> str:
    return f"{text[:place]}{(int(text[place]) + 3) % 10}{text[place + 1 :]}"


def follows_or_objects(before: Letter, after: Letter, changed: dict[Key, float]) -> None:
    """Assert that each changed figure has its new value or a doubt, and every other figure what it
    had or a doubt."""
    found = by_key(after)
    for key, figure in by_key(before).items():
        wanted = changed.get(key, figure.value)
        now = found.get(key)
        same = now is not None and now.value == wanted
        if key not in changed and now is not None and figure.value is None:
            same = now.absence == figure.absence
        assert same or doubted(after, key) or after.status is Status.UNKNOWN_FORM, (
            key, figure.value_text, wanted, now,
        )  # fmt: skip


# -- tables: every number of a letter stands in it once, so that a number tells its figure


def numbers(names: list[str] | dict[str, str], start: int, step: int) -> dict[str, int | str]:
    return {name: start + step * place for place, name in enumerate(names)}


def three_years() -> Document:
    return annual_letter(
        "Leeds City Council",
        2008,
        {year: numbers(SUBJECTS_OLD, 1010 + 300 * n, 23) for n, year in enumerate((2008, 2007))},
        {year: numbers(DECISIONS_OLD, 2011 + 300 * n, 29) for n, year in enumerate((2008, 2007))},
        {2008: 3001, 2007: 3102},
        {2008: (3203, 27.3), 2007: (3304, 31.8)},
    )[0]


def advice_team(year: int) -> Document:
    forwarded = ["Forwarded to investigative team (resubmitted premature and new)"]
    if year == 2009:
        forwarded = [
            "Forwarded to investigative team (resubmitted prematures)",
            "Forwarded to investigative team (new)",
        ]
    labels = ["Premature complaints", "Advice given", *forwarded]
    return annual_review(
        "Isle of Wight Council",
        year,
        {label: numbers(SUBJECTS_OLD, 101 + 200 * n, 17) for n, label in enumerate(labels)},
        numbers(DECISIONS_2012 if year == 2012 else DECISIONS_OLD, 3011, 31),
        (4203, 29.5),
    )[0]


def one_number() -> Document:
    return one_total("Kent County Council", "1,162", 1162)[0]


def local_report() -> Document:
    decided = numbers(DECISIONS_NEW, 2013, 37)
    upheld, not_upheld = int(decided["upheld_decisions"]), int(decided["not_upheld_decisions"])
    rate = int(100 * upheld / (upheld + not_upheld) + 0.5)
    return report(
        "Birmingham City Council",
        2018,
        numbers(SUBJECTS_NEW, 1019, 41),
        decided,
        rate=f"{rate}%",
        rate_expected=rate,
        remedied=(1501, 406),
    )[0]


def places_of(document: Document) -> list[tuple[str, Callable[[str], Document]]]:
    """Return each number printed in the tables (but the averages of others) or, without tables,
    after "we received", with a function that prints another in its place."""
    found: list[tuple[str, Callable[[str], Document]]] = []
    if not document.tables:
        (at,) = [n for n, text in enumerate(document.paragraphs) if "we received" in text]
        number = document.paragraphs[at].split()[4]

        def in_prose(new: str) -> Document:
            told = list(document.paragraphs)
            told[at] = told[at].replace(number, new)
            return replace(document, paragraphs=tuple(told))

        return [(number, in_prose)]
    for t, table in enumerate(document.tables):
        if "Average" in table.title:
            continue
        for r, (label, cells) in enumerate(table.rows):
            for c, cell in enumerate(cells):

                def in_cell(
                    new: str, t: int = t, r: int = r, c: int = c, label: str = label
                ) -> Document:
                    tables = list(document.tables)
                    rows = list(tables[t].rows)
                    row = list(rows[r][1])
                    row[c] = new
                    rows[r] = (label, tuple(row))
                    tables[t] = replace(tables[t], rows=tuple(rows))
                    return replace(document, tables=tuple(tables))

                found.append((cell, in_cell))
    return found


@pytest.mark.parametrize("how", [Drawing(seed=5), Drawing(seed=8, one_object=True), None], ids=str)
@pytest.mark.parametrize(
    "document",
    [three_years(), advice_team(2009), advice_team(2012), one_number(), local_report()],
    ids=["2008", "2009", "2012", "2013", "2018"],
)
def test_a_digit_of_a_table(document: Document, how: Drawing | None) -> None:
    def draw(one: Document) -> bytes:
        return flowing(one) if how is None else drawn(one, how)

    before = read(draw(document))
    assert before.status is Status.OK, before.findings
    figures = by_key(before)
    chance = random.Random(str(how))
    places = places_of(document)
    tried = 0
    chance.shuffle(places)
    told = {figure.value_text for figure in figures.values()}
    some = [place for place in places if place[0] in told][:8]
    some += [place for place in places if place[0] not in told][:2]
    for number, change in some:
        keys = [key for key, figure in figures.items() if figure.value_text == number]
        # Numbers of the rows that aren't kept by themselves (subjects of the Advice Team's rows)
        # are in no figure; changed, they make the totals doubtful or nothing.
        assert len(keys) <= 1, (number, keys)
        place = chance.choice([n for n, character in enumerate(number) if character.isdigit()])
        new = other_digit(number, place)
        wanted = value_of(new)
        assert wanted is not None
        after = read(draw(change(new)))
        follows_or_objects(before, after, dict.fromkeys(keys, wanted))
        tried += len(keys)
    assert tried == min(len(places), 8)


# -- panels: each string on the page by itself, so that what is printed twice differs


@pytest.mark.parametrize(
    "style", [Style(seed=11), Style(glyphs=True, count_apart=True)], ids=["shuffled", "glyphs"]
)
@pytest.mark.parametrize(
    "stats",
    [
        Statistics(),
        replace(Statistics(), year=2024, remedy_base="40", per_100k="3.4", per_100k_similar="4.1"),
        OVERVIEW,
    ],
    ids=["2021", "2024", "2025"],
)
def test_a_digit_of_a_panel(stats: Statistics, style: Style) -> None:
    if stats.year > 2021:
        style = replace(style, remedy_base="upheld decisions", investigations="investigations")
    front, page = front_page(stats), statistics_page(stats, style)
    before = read(make_pdf([front, page]))
    assert before.status is Status.OK, before.findings
    tried = 0
    spots = [
        (number, place)
        for number, ink in enumerate(page)
        for place, character in enumerate(ink.text)
        # Other dates and names would make it another letter.
        if character.isdigit()
        and not any(w in ink.text for w in ("April", "March", "period", "000"))
    ]
    for number, place in random.Random(f"{stats.year} {style.seed} {style.glyphs}").sample(
        spots, min(len(spots), 20)
    ):
        ink = page[number]
        text = other_digit(ink.text, place)
        x = ink.x + stringWidth(ink.text[:place] + "0", ink.font, ink.size) - 0.3 * ink.size
        changed = {}
        for key, figure in by_key(before).items():
            if figure.box is None or figure.page != 2 or figure.value_text is None:
                continue
            left, top, right, bottom = figure.box
            if left <= x <= right and top <= ink.y - 0.3 * ink.size <= bottom:
                changed[key] = _value_with(figure, ink, place, text[place])
        after = read(
            make_pdf([front, [*page[:number], replace(ink, text=text), *page[number + 1 :]]])
        )
        follows_or_objects(before, after, changed)
        tried += len(changed)
    assert tried >= 8


def _value_with(figure: Figure, ink: Ink, place: int, digit: str) -> float:
    """Return a figure's value with the digit at a place of the string that has it changed."""
    assert figure.value_text is not None
    assert figure.box is not None
    starts = [
        n
        for n in range(len(ink.text))
        if ink.text.startswith(figure.value_text, n) and n <= place < n + len(figure.value_text)
    ]
    (start,) = starts
    at = place - start
    value = value_of(figure.value_text[:at] + digit + figure.value_text[at + 1 :])
    assert value is not None
    return value
