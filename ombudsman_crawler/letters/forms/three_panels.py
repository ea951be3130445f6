"""The one-page graphic with three panels: years ending 2019 to 2024.

Marks: the three panels, each with a sentence that starts with a percentage (or what stands in its
stead); a complaint overview is no part of it.
"""

from __future__ import annotations

from ombudsman_crawler.letters.forms.figures import Draft, panel_figures
from ombudsman_crawler.letters.forms.form import Context, FormReading
from ombudsman_crawler.letters.forms.overview import marks_of_overview
from ombudsman_crawler.letters.forms.panels import Panels, find_panels
from ombudsman_crawler.letters.forms.wordings import PANELS
from ombudsman_crawler.letters.part import Part


class ThreePanels:
    """See the module."""

    name = "three_panels"

    def recognise(self, part: Part) -> float:
        panels = find_panels(part)
        return max(marks_of_panels(panels) - marks_of_overview(panels), 0.0)

    def read(self, part: Part, context: Context) -> FormReading:
        draft = Draft(context)
        panel_figures(find_panels(part), draft, complete=True)
        return FormReading(tuple(draft.figures.values()), tuple(draft.findings))


def marks_of_panels(panels: Panels) -> float:
    """Return the share of the three panels that is there."""
    return sum(name in panels.by_name for name in PANELS) / len(PANELS)
