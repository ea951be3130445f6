"""Numbers as the letters write them: digits with thousands commas, or words up to twenty."""

from __future__ import annotations

import re

_WORDS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
)
_VALUES = {word: value for value, word in enumerate(_WORDS)} | {
    "none": 0,
    "a": 1,
    "an": 1,
    "this": 1,
}

#: A whole number in digits, "1,234" or "1234"; never the tail of a longer number or of a date.
DIGITS = r"(?<![\d.,/])(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,9})(?![\d/])"
#: A number that may have decimals.
DECIMAL = r"(?<![\d.,/])(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,9})(?:\.\d{1,4})?(?![\d/])"
#: A number word; longer words first, so that "six" doesn't cut "sixteen" short.
WORD = rf"\b(?:{'|'.join(sorted((*_WORDS, 'none'), key=len, reverse=True))})\b"


def value_of(printed: str) -> float:
    """Return the value of a printed number. "1,234" is 1234, "75%" and "75 %" are 75.

    Raises ValueError for anything else.
    """
    text = printed.strip().lower()
    if text in _VALUES:
        return float(_VALUES[text])
    return float(text.removesuffix("%").rstrip().replace(",", ""))


def phrase(pattern: str) -> re.Pattern[str]:
    """Compile a wording: case doesn't matter, and each space stands for any run of white space
    (" ?" for one that may be missing)."""
    return re.compile(pattern.replace(" ?", r"\s*").replace(" ", r"\s+"), re.IGNORECASE)
