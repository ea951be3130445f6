"""Numbers as the letters write them: digits with thousands commas, or words up to ninety-nine."""

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
_TENS = ("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = {word: value for value, word in enumerate(_WORDS)} | {
    "none": 0,
    "nil": 0,
    "a": 1,
    "an": 1,
    "this": 1,
}
_VALUES |= {word: 10 * tens for tens, word in enumerate(_TENS, start=3)}
_VALUES |= {
    f"{ten}{unit}": _VALUES[ten] + _VALUES[unit]
    for ten in ("twenty", *_TENS)
    for unit in _WORDS[1:10]
}

#: A whole number in digits, "1,234" or "1234"; never the tail of a longer number or of a date.
DIGITS = r"(?<![\d.,/])(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,9})(?![\d/])"
#: A number that may have decimals.
DECIMAL = r"(?<![\d.,/])(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,9})(?:\.\d{1,4})?(?![\d/])"
_UNITS = rf"(?:{'|'.join(_WORDS[1:10])})"
# Longer words first, so that "six" doesn't cut "sixteen" short.
_SINGLE = "|".join(sorted((*_WORDS[:20], "none"), key=len, reverse=True))
_BETWEEN = re.compile(r"[\s-]+")
# What makes a word the end or the beginning of a longer number: "one hundred and four".
_LONGER = "hundred|thousand|million"
#: A number word, "twenty-one" or "twenty one" too; never a piece of a longer one.
WORD = (
    r"(?<![\w-])(?<!hundred\s)(?<!hundred\sand\s)(?<!thousand\s)(?<!thousand\sand\s)"
    rf"(?:(?:twenty|{'|'.join(_TENS)})(?:[\s-]?{_UNITS}\b|\b(?![\s-]+{_UNITS}\b))|(?:{_SINGLE})\b)"
    rf"(?!-?\w)(?!\s+(?:{_LONGER})\b)"
)


def value_of(printed: str) -> float:
    """Return the value of a printed number. "1,234" is 1234, "75%" and "75 %" are 75.

    Raises ValueError for anything else.
    """
    text = printed.strip().lower()
    word = _BETWEEN.sub("", text)
    if word in _VALUES:
        return float(_VALUES[word])
    return float(text.removesuffix("%").rstrip().replace(",", ""))


def phrase(pattern: str) -> re.Pattern[str]:
    """Compile a wording: case doesn't matter, and each space stands for any run of white space
    (" ?" for one that may be missing)."""
    return re.compile(pattern.replace(" ?", r"\s*").replace(" ", r"\s+"), re.IGNORECASE)
