"""What is in here, whose it is, on what terms it may be used, and how to cite it."""

from __future__ import annotations

from ombudsman_crawler.database import snapshot
from ombudsman_crawler.explore.answers import Page
from ombudsman_crawler.explore.pages.asked import Asked


def page(asked: Asked) -> Page:
    """Return the page `/about`."""
    rows = {
        name: asked.all(f"SELECT COUNT(*) AS n FROM {name}")[0]["n"]
        for name in snapshot.NAMES
        if name not in ("figures", "absences")
    }
    rows["figures"] = asked.all("SELECT COUNT(*) AS n FROM figure")[0]["n"]
    return Page("about.html", {"title": "About these data", "rows": rows})
