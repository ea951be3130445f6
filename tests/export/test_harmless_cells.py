"""Cells that a spreadsheet would run are made harmless, and can be had back as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman_crawler.export.csv_files import as_it_was, made_harmless


@pytest.mark.parametrize("text", ["=1+1", "+44 20", "-5", "@SUM(A1)", "\t=1", "\r=1", "'=1", "＝1"])
def test_what_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert made_harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "74%", "'Upheld' decisions", "Kent = Kent", " =1", "–"])
def test_other_words_are_left_alone(text: str) -> None:
    assert made_harmless(text) == text


@given(st.text(alphabet="'=+-@\t\r\nab ＝"))
def test_every_text_can_be_had_back(text: str) -> None:
    assert as_it_was(made_harmless(text)) == text
