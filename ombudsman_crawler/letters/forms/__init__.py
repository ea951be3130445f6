"""The statistics forms, one module each, and the one list of them.

A form is recognised by its labels and sentences, never by the year. Next year's form is one module
and one line in `FORMS`.
"""

from __future__ import annotations

from ombudsman_crawler.figures.figure import Finding, Severity
from ombudsman_crawler.letters.forms.advice_team_tables import AdviceTeamTables
from ombudsman_crawler.letters.forms.annual_letter_tables import AnnualLetterTables
from ombudsman_crawler.letters.forms.complaint_overview import ComplaintOverview
from ombudsman_crawler.letters.forms.form import Form
from ombudsman_crawler.letters.forms.local_authority_report import LocalAuthorityReport
from ombudsman_crawler.letters.forms.single_total import SingleTotal
from ombudsman_crawler.letters.forms.three_panels import ThreePanels
from ombudsman_crawler.letters.part import Part

FORMS: tuple[Form, ...] = (
    AnnualLetterTables(),
    AdviceTeamTables(),
    SingleTotal(),
    LocalAuthorityReport(),
    ThreePanels(),
    ComplaintOverview(),
)

# A form must show at least this much of itself, and this much more than any other.
_ENOUGH = 0.5
_MARGIN = 0.2


def recognise(part: Part) -> tuple[Form | None, Finding | None]:
    """Return the one form of a letter's statistics, or None with the finding that says why.

    Both are None where nothing of any form is there: perhaps this is no letter.
    """
    scores = sorted(((form.recognise(part), form) for form in FORMS), key=lambda pair: -pair[0])
    (best, form), (second, other) = scores[0], scores[1]
    if best <= 0:
        return None, None
    if best - second < _MARGIN:
        return None, Finding(
            "form_ambiguous",
            Severity.ERROR,
            f"the statistics look like {form.name} and like {other.name}",
        )
    if best < _ENOUGH:
        return None, Finding(
            "form_incomplete",
            Severity.ERROR,
            f"only a little of the form {form.name} was found ({best:.0%} of its marks)",
        )
    return form, None
