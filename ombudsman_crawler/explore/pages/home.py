"""What is in here, how fresh it is, what there is of each council and year, and what is new."""

from __future__ import annotations

from ombudsman_crawler.explore.answers import Page
from ombudsman_crawler.explore.pages.asked import Asked


def page(asked: Asked) -> Page:
    """Return the page `/`."""
    return Page("home.html", {"title": "", "newest": asked.all(_NEWEST)})


_NEWEST = """
SELECT letters.*, authorities.key FROM letters JOIN authorities USING (authority)
WHERE status IN ('ok', 'suspect')
ORDER BY letters.first_seen DESC, letters.letter LIMIT 10
"""
