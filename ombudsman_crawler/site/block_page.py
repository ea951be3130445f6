"""Pages with which a site, or what guards it, turns a visitor away instead of answering."""

from __future__ import annotations

import re

# A guard's page is short; what stands deep in a long one is no guard's word.
_LOOKED_AT = 64 * 1024

_HEADINGS = re.compile(rb"<(title|h1|h2)\b[^>]*>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAGS = re.compile(r"<[^>]*>")

# What guards' pages are headed with. A council's page has the council's name there.
_SAID = re.compile(
    r"^(error )?403\b|\baccess (is |to this page (has been )?)?denied\b|^forbidden\b"
    r"|\battention required\b|^just a moment\b|\brequest (was |has been |is )?(rejected|blocked)\b"
    r"|\byou have been blocked\b|\bpardon our interruption\b|\bhuman verification\b"
    r"|\bare you a (robot|human)\b|\bnot a robot\b|\btoo many requests\b|\bsecurity check\b"
    r"|\brequest unsuccessful\b|\bunusual traffic\b|\bverify(ing)? (that )?you are (a )?human\b",
    re.IGNORECASE,
)
# What widespread guards leave in the body of their pages, whatever the heading says.
_MARKS = (
    b"_incapsula_resource",
    b"/cdn-cgi/challenge-platform/",
    b"cf-error-details",
    b"errors.edgesuite.net",
    b"awswafcookiedomainlist",
    b"the requested url was rejected. please consult with your administrator",
)


def recognise(body: bytes) -> bool:
    """Whether an HTML body is a guard's page: told by its headings or by a guard's marks."""
    start = body[:_LOOKED_AT]
    if b"<" not in start[:1024]:
        return False
    lower = start.lower()
    if any(mark in lower for mark in _MARKS):
        return True
    headings = (found[2].decode("utf-8", "replace") for found in _HEADINGS.finditer(start))
    return any(_SAID.search(" ".join(_TAGS.sub(" ", heading).split())) for heading in headings)
