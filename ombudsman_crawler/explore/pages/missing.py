"""What isn't there."""

from __future__ import annotations

from ombudsman_crawler.explore.answers import NotFound, Page
from ombudsman_crawler.explore.pages.asked import Asked


def page(_: Asked) -> Page:
    """Say that no page has this address."""
    raise NotFound("No page has this address.")
