"""One walk over the map for everything that is collected there."""

from __future__ import annotations

from typing import ClassVar

from ombudsman_crawler.spiders.annual_letters import Letters
from ombudsman_crawler.spiders.council_pages import Pages
from ombudsman_crawler.spiders.map_walk import MapWalk
from ombudsman_crawler.spiders.public_reports import Reports
from ombudsman_crawler.spiders.service_improvements import Improvements


class OnTheMap(MapWalk):
    """Whatever the options ask for of what council pages have or lead to; each page once."""

    name = "on_the_map"
    collectors: ClassVar = {
        "letters": Letters,
        "pages": Pages,
        "reports": Reports,
        "improvements": Improvements,
    }
