"""The sentences of the complaint overview (years ending 2025 on), without its panels."""

from __future__ import annotations

from ombudsman_crawler.figures.figure import Severity
from ombudsman_crawler.letters.forms.figures import Draft
from ombudsman_crawler.letters.forms.panels import Panels
from ombudsman_crawler.letters.forms.wordings import Found

_SENTENCES = (
    ("complaints_dealt_with", "dealt_with"),
    ("not_for_us", "not_for_us"),
    ("assessed_and_closed", "closed"),
)


def marks_of_overview(panels: Panels) -> float:
    """Return the share of the overview's four sentences that is there."""
    phrases = panels.phrases
    marks = [what in phrases and bool(phrases[what]) for _, what in _SENTENCES]
    marks.append(bool(_investigated(panels)))
    return sum(marks) / len(marks)


def _investigated(panels: Panels) -> list[Found]:
    return [*panels.phrases.get("investigated", []), *panels.phrases.get("investigated_upheld", [])]


def overview_figures(panels: Panels, draft: Draft) -> None:
    """Write down the figures of the overview; where a number is repeated, all must agree."""
    for metric, what in _SENTENCES:
        _from_sentences(metric, panels.phrases.get(what, []), draft)
    _from_sentences("detailed_investigations", _investigated(panels), draft)
    upheld = panels.phrases.get("investigated_upheld", [])
    if upheld:
        first = upheld[0]
        draft.add(
            "upheld_decisions",
            first.second_value,
            printed=first.second,
            place=first.second_number,
            text=first.text,
        )
        if len({one.second_value for one in upheld}) > 1:
            draft.say(
                "repeated_number_disagrees",
                Severity.ERROR,
                "upheld_decisions",
                "printed more than once, and differently",
            )
    elif not any(panel.counts for panel in panels.by_name.values()):
        _from_sentences("upheld_decisions", [], draft)


def _from_sentences(metric: str, found: list[Found], draft: Draft) -> None:
    if found:
        draft.add_found(metric, found, "the sentence")
        return
    draft.add(metric, None, absence="not_in_text")
    draft.say("place_not_found", Severity.WARNING, metric, "its sentence wasn't found")
