"""The complaint overview with panels: years ending 2025 on.

Marks: "we dealt with … complaints", "… were not for us", "we assessed and closed …", "we
investigated …". The panels come after it, in either order of their last two. What those two print
besides rate and average isn't known for sure, so nothing of it is missed where it is absent.
"""

from __future__ import annotations

from ombudsman_crawler.letters.forms.figures import Draft, panel_figures
from ombudsman_crawler.letters.forms.form import Context, FormReading
from ombudsman_crawler.letters.forms.overview import marks_of_overview, overview_figures
from ombudsman_crawler.letters.forms.panels import find_panels
from ombudsman_crawler.letters.part import Part


class ComplaintOverview:
    """See the module."""

    name = "complaint_overview"

    def recognise(self, part: Part) -> float:
        return marks_of_overview(find_panels(part))

    def read(self, part: Part, context: Context) -> FormReading:
        panels = find_panels(part)
        draft = Draft(context)
        overview_figures(panels, draft)
        panel_figures(panels, draft, complete=False)
        return FormReading(tuple(draft.figures.values()), tuple(draft.findings))
