"""References of decisions: "25 005 701" in text, "25-005-701" in addresses.

The first two digits are the year the complaint was registered in. Where several bodies answer for
one complaint, each has a decision of its own, told by a letter: "19 018 519c".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

_PRINTED = r"\d{2}[\s-]\d{3}[\s-]\d{3}\s?[a-z]?"
_IN_TEXT = re.compile(rf"(?<![\d-])({_PRINTED})(?![\w-])", re.I | re.ASCII)
# A report may answer several complaints: "(20 001 234 and 20 001 235)".
_IN_BRACKETS = re.compile(
    rf"\(\s*({_PRINTED})\s*(?:(?:,|&|/|\band\b)[^()]{{1,120}})?\)", re.I | re.ASCII
)
_ADDRESS = re.compile(r"^/decisions/([^/]+)/([^/]+)/(\d{2}-\d{3}-\d{3}[a-z]?)/?$", re.I | re.ASCII)
_LETTER_APART = re.compile(r"(?<=\d) (?=[a-z]$)")


@dataclass(frozen=True, slots=True)
class Titled:
    """A title such as "Kent County Council (25 005 701)", and what follows it."""

    before: str
    reference: str
    after: str
    #: The title as it stands in the text.
    printed: str


def canonical(printed: str) -> str:
    """Return a reference as the Ombudsman prints it: digits in groups, spaces, a small letter."""
    return _LETTER_APART.sub("", " ".join(printed.replace("-", " ").split()).lower())


def in_text(text: str) -> str | None:
    """Return the first reference in a text."""
    found = _IN_TEXT.search(text)
    return canonical(found[1]) if found else None


def titled(text: str) -> Titled | None:
    """Split a text at the first reference in brackets; None where there is none."""
    found = _IN_BRACKETS.search(text)
    if found is None:
        return None
    return Titled(
        text[: found.start()], canonical(found[1]), text[found.end() :], text[: found.end()]
    )


def of_address(url: str) -> str | None:
    """Return the reference that an address of a decision names, None for any other address."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return None
    found = _ADDRESS.match(path)
    return canonical(found[3]) if found else None
