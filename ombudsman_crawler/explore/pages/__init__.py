"""The pages for people, each with its address. An address is for good: it is cited."""

from __future__ import annotations

from collections.abc import Callable

from ombudsman_crawler.explore.answers import Bytes, Moved, Page
from ombudsman_crawler.explore.pages import about, councils, home, missing
from ombudsman_crawler.explore.pages.asked import Asked

#: Patterns of addresses, and the page of each.
ADDRESSES: tuple[tuple[str, Callable[[Asked], Page | Moved | Bytes]], ...] = (
    (r"^/$", home.page),
    (r"^/councils$", councils.page),
    (r"^/about$", about.page),
    # What isn't Datasette's either.
    (r"^/(?!data(?:[/.]|$)|-/|assets/|favicon).*$", missing.page),
)
