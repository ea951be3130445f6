"""Numbers written as words, or with words around them."""

from dataclasses import replace

import pytest
from letter_pdfs import OVERVIEW, Statistics, Style, letter

from ombudsman_crawler.figures.figure import Severity
from ombudsman_crawler.figures.numbers import value_of
from ombudsman_crawler.letters.letter import Letter
from ombudsman_crawler.letters.read import read_document

OVERVIEW_STYLE = Style(
    body="Council", investigations="investigations", remedy_base="upheld decisions"
)


def read(data: bytes) -> Letter:
    (only,) = read_document(data).letters
    return only


@pytest.mark.parametrize(
    ("printed", "value"),
    [("none", 0), ("Twenty", 20), ("thirty", 30), ("Twenty-one", 21), ("ninety nine", 99)],
)
def test_number_words(printed: str, value: float) -> None:
    assert value_of(printed) == value


def test_counts_in_words_are_read() -> None:
    stats = replace(
        OVERVIEW,
        dealt_with="two hundred and ninety-one",
        closed="eighty-seven",
        investigations="seventy six",
        upheld="sixty-one",
    )
    one = read(letter(stats, OVERVIEW_STYLE))
    values = {figure.metric: figure.value for figure in one.figures}
    assert values["complaints_dealt_with"] is None  # no number of that length is read in words
    assert values["assessed_and_closed"] == 87
    assert values["detailed_investigations"] == 76
    assert values["upheld_decisions"] == 61
    assert {(f.code, f.metric) for f in one.findings} == {
        ("place_not_found", "complaints_dealt_with")
    }


@pytest.mark.parametrize("printed", ["more than 128", "one hundred and 28", "over 128"])
def test_a_bound_before_a_sentence_that_begins_with_its_number(printed: str) -> None:
    one = read(letter(replace(OVERVIEW, not_for_us=printed), OVERVIEW_STYLE))
    codes = {(f.code, f.severity) for f in one.findings if f.metric == "not_for_us"}
    assert ("number_qualified", Severity.WARNING) in codes


@pytest.mark.parametrize("printed", ["forty", "seventy-three", "nil"])
def test_a_word_that_stands_where_a_count_should_is_no_silence(printed: str) -> None:
    stats = replace(Statistics(), upheld=printed)
    one = read(letter(stats, replace(Style(), count_apart=True, graphics=False)))
    codes = {(f.code, f.metric) for f in one.findings if f.severity is not Severity.NOTE}
    assert codes == {("number_qualified", "upheld_decisions")}
