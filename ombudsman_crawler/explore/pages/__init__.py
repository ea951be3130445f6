"""The pages for people, each with its address. An address is for good: it is cited."""

from __future__ import annotations

from collections.abc import Callable

from ombudsman_crawler.explore.answers import Bytes, Moved, Page
from ombudsman_crawler.explore.pages import (
    about,
    council,
    councils,
    documents,
    doubts,
    figure,
    home,
    letter,
    missing,
    year,
)
from ombudsman_crawler.explore.pages.asked import Asked

#: Patterns of addresses, and the page of each.
ADDRESSES: tuple[tuple[str, Callable[[Asked], Page | Moved | Bytes]], ...] = (
    (r"^/$", home.page),
    (r"^/councils$", councils.page),
    (r"^/council/(?P<key>[^/]+)$", council.page),
    (r"^/years$", year.years),
    (r"^/year/(?P<year>[0-9]{4})$", year.page),
    (r"^/doubts$", doubts.page),
    (r"^/disagreements$", doubts.disagreements),
    (r"^/letter/(?P<key>[^/]+)/(?P<year>[0-9]{4})(?:/(?P<kind>follow_up))?$", letter.page),
    (r"^/figure/(?P<id>.+)\.json$", figure.as_json),
    (r"^/figure/(?P<id>.+)$", figure.page),
    (r"^/page/(?P<sha256>[0-9a-f]{64})/(?P<number>[0-9]+)\.png$", documents.image),
    (r"^/document/(?P<sha256>[0-9a-f]{64})\.pdf$", documents.pdf),
    (r"^/about$", about.page),
    (
        r"^(?P<path>/(?:councils?|years?|doubts|disagreements|letter|figure|about)(?:/[^?]+)?)/$",
        missing.without_slash,
    ),
    # What isn't Datasette's either.
    (r"^/(?!data(?:[/.]|$)|-/|assets/|favicon).*$", missing.page),
)
