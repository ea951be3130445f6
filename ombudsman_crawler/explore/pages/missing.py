"""What isn't there."""

from __future__ import annotations

from urllib.parse import quote

from ombudsman_crawler.explore.answers import Moved, NotFound, Page
from ombudsman_crawler.explore.pages.asked import Asked


def without_slash(asked: Asked) -> Moved:
    """Lead to the address without the slash at its end."""
    return Moved(quote(asked.parts["path"]))


def page(_: Asked) -> Page:
    """Say that no page has this address."""
    raise NotFound("No page has this address.")
