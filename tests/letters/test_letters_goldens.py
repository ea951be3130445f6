"""The golden letters say what their `.expected.json` says, and no digit of them can change unseen.

A golden without its json gets one from the reader, and fails until a person has looked at it and
said which of its wordings are known (`wordings`, see `make_goldens`).
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ombudsman_crawler.figures.figure import Figure, Severity
from ombudsman_crawler.figures.numbers import value_of
from ombudsman_crawler.letters.letter import DocumentReading, Expectation, Letter, Page, Word
from ombudsman_crawler.letters.packed_words import pack, unpack
from ombudsman_crawler.letters.read import read_document, read_words

GOLDENS = sorted((Path(__file__).parent / "goldens").glob("*.pdf"))
FORMS = (
    "annual_letter_tables",
    "advice_team_tables",
    "single_total",
    "local_authority_report",
    "three_panels",
    "complaint_overview",
)
goldens = pytest.mark.parametrize("path", GOLDENS, ids=lambda path: path.stem)


def doubtful(letter: Letter) -> set[tuple[str | None, int | None]]:
    return {
        (finding.metric, finding.year_ending)
        for finding in letter.findings
        if finding.severity is not Severity.NOTE
    }


def summary(reading: DocumentReading) -> list[dict[str, Any]]:
    return [
        {
            "status": letter.status.value,
            "kind": letter.kind,
            "form": letter.form,
            "authority": letter.authority,
            "year_ending": letter.year_ending,
            "title": letter.title,
            "letter_date": letter.letter_date.isoformat() if letter.letter_date else None,
            "addressee": letter.addressee,
            "post": letter.post,
            "signatory": letter.signatory,
            "figures": {
                figure.metric
                if figure.year_ending == letter.year_ending
                else f"{figure.metric} {figure.year_ending}": (
                    figure.absence if figure.value is None else figure.value
                )
                for figure in letter.figures
            },
            "doubtful": sorted(metric for metric, _ in doubtful(letter) if metric),
        }
        for letter in reading.letters
    ]


@goldens
def test_golden(path: Path) -> None:
    expected_at = path.with_suffix(".expected.json")
    link = Expectation()
    if expected_at.exists():
        link = Expectation(**json.loads(expected_at.read_text(encoding="utf-8")).get("link", {}))
    reading = read_document(path.read_bytes(), link)
    found = summary(reading)
    if not expected_at.exists():
        content = {"wordings": {}, "letters": found}
        expected_at.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
        pytest.fail(f"{expected_at.name} was written: look at it, and say whose wordings these are")
    expected = json.loads(expected_at.read_text(encoding="utf-8"))
    assert expected["wordings"], "which of its wordings are in a sample, quoted, from memory?"
    assert set(expected["wordings"]) <= {"S", "P", "M"}
    assert len(found) == len(expected["letters"])
    for letter, said in zip(found, expected["letters"], strict=True):
        assert {key: letter[key] for key in said} == said
    codes = {finding.code for letter in reading.letters for finding in letter.findings}
    assert set(expected.get("codes", [])) <= codes
    for letter in reading.letters:
        for figure in letter.figures:
            assert figure.restated == (figure.year_ending != letter.year_ending)
            if figure.value is not None:
                assert figure.value_text is not None
                assert figure.value_text in figure.text
                assert figure.value == value_of(figure.value_text)
    if reading.pages:
        again = read_words(unpack(pack(reading.pages)), link)
        assert again.text_sha256 == reading.text_sha256
        assert [one.figures for one in again.letters] == [one.figures for one in reading.letters]


def test_there_are_enough_goldens() -> None:
    """At least four of each form, from two producers."""
    producers: dict[str, list[str]] = {form: [] for form in FORMS}
    for path in GOLDENS:
        reading = read_document(path.read_bytes(), witnessed=False)
        for letter in reading.letters:
            if letter.form:
                producers[letter.form].append((reading.producer or "none").split()[0])
    for form, found in producers.items():
        assert len(found) >= 4, form
        assert len(set(found)) >= 2, (form, found)


def with_digit(pages: tuple[Page, ...], figure: Figure, place: int, digit: str) -> tuple[Page, ...]:
    """Return pages with one digit of a printed figure changed: the `place`th character in its box
    that is a digit."""
    assert figure.box is not None
    left, top, right, bottom = figure.box
    changed = []
    for page in pages:
        if page.number != figure.page:
            changed.append(page)
            continue
        sides = {}
        for name in ("words", "rising", "falling"):
            words = []
            for word in getattr(page, name):
                middle = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
                text = word.text
                if top <= middle[1] <= bottom and left <= word.x1 and word.x0 <= right:
                    width = (word.x1 - word.x0) / len(text)
                    inside = [
                        index
                        for index, character in enumerate(text)
                        if character.isdigit()
                        and (name != "words" or left <= word.x0 + (index + 0.5) * width <= right)
                    ]
                    if 0 <= place < len(inside):
                        at = inside[place]
                        text = text[:at] + digit + text[at + 1 :]
                    place -= len(inside)
                words.append(Word(text, word.x0, word.y0, word.x1, word.y1))
            sides[name] = tuple(words)
        changed.append(replace(page, **sides))
    return tuple(changed)


@goldens
def test_every_digit_is_followed_or_objected_to(path: Path) -> None:
    reading = read_document(path.read_bytes(), witnessed=False)
    for number, letter in enumerate(reading.letters):
        for figure in letter.figures:
            printed = figure.value_text or ""
            digits = [index for index, character in enumerate(printed) if character.isdigit()]
            if figure.value is None:
                continue
            for place, index in enumerate(digits):
                digit = str((int(printed[index]) + 3) % 10)
                wanted = value_of(printed[:index] + digit + printed[index + 1 :])
                other = read_words(with_digit(reading.pages, figure, place, digit)).letters[number]
                followed = any(
                    one.metric == figure.metric
                    and one.year_ending == figure.year_ending
                    and one.value == wanted
                    for one in other.figures
                )
                objections = doubtful(other)
                assert (
                    followed
                    or (figure.metric, figure.year_ending) in objections
                    or any(metric is None for metric, _ in objections)
                ), (figure, digit)
