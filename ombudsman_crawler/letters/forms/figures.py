"""From panels to figures: values, and the reasons where there is none.

Which absence is meant where (the kinds of absence are those of `metrics.ABSENCES`):

- `no_base`: a rate of nothing. Its base is 0; whatever is printed stays in `value_text`.
- `not_due`: the letter says that no recommendations were due for compliance.
- `not_compared`: no average is printed, and the authority's kind has none.
- `not_in_text`: the sentence or label is there and its number isn't, or a panel lacks what the
  form always has.
- `not_applicable`: "N/A" is printed for a rate although there was something to take a rate of.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ombudsman_crawler import metrics
from ombudsman_crawler.figures.figure import Figure, Finding, Severity
from ombudsman_crawler.figures.numbers import value_of
from ombudsman_crawler.letters.forms.form import Context
from ombudsman_crawler.letters.forms.panels import Panel, Panels
from ombudsman_crawler.letters.forms.wordings import COMPLIANCE, PANELS, REMEDY, UPHOLD, Found
from ombudsman_crawler.letters.layout import Place

#: The metrics of each panel: its rate, the average, the base and the count.
RATES = {
    UPHOLD: "uphold_rate",
    COMPLIANCE: "compliance_rate",
    REMEDY: "satisfactory_remedy_rate",
}
AVERAGES = {name: f"{rate}_similar" for name, rate in RATES.items()}
BASES = {
    UPHOLD: "detailed_investigations",
    COMPLIANCE: "compliance_outcomes",
    REMEDY: "satisfactory_remedy_base",
}
COUNTS = {UPHOLD: "upheld_decisions", REMEDY: "satisfactory_remedy_decisions"}


@dataclass
class Draft:
    """Figures and findings of one letter while they are being written down."""

    context: Context
    figures: dict[str, Figure] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def say(self, code: str, severity: Severity, metric: str, message: str) -> None:
        self.findings.append(
            Finding(code, severity, message, metric=metric, year_ending=self.context.year_ending)
        )

    def value(self, metric: str) -> float | None:
        figure = self.figures.get(metric)
        return figure.value if figure else None

    def add(
        self,
        metric: str,
        value: float | None,
        *,
        absence: str | None = None,
        printed: str | None = None,
        place: Place | None = None,
        text: str = "",
    ) -> None:
        self.figures[metric] = Figure(
            year_ending=self.context.year_ending,
            metric=metric,
            value=value,
            absence=absence,
            value_text=printed,
            page=place.page if place else None,
            box=place.box if place else None,
            text=text,
        )

    def add_found(self, metric: str, found: list[Found], label: str) -> None:
        """Write down a number from where it is printed; where it is printed more than once, all
        must agree."""
        numbered = [one for one in found if one.printed is not None]
        if not numbered:
            self.add_lost(metric, found[0], label)
            return
        first = numbered[0]
        self.add(metric, first.value, printed=first.printed, place=first.number, text=first.text)
        self.check_printed(metric, numbered)

    def check_printed(self, metric: str, numbered: list[Found]) -> None:
        """Raise findings where the same number is printed differently, or torn."""
        values = {one.value for one in numbered}
        if len(values) > 1:
            printed = ", ".join(sorted(one.printed or "" for one in numbered))
            self.say(
                "repeated_number_disagrees",
                Severity.ERROR,
                metric,
                f"printed more than once, and differently: {printed}",
            )
        if any(one.torn for one in numbered):
            self.say(
                "number_torn", Severity.WARNING, metric, "another digit stands before the number"
            )

        if any(one.qualified for one in numbered):
            self.say(
                "number_qualified",
                Severity.WARNING,
                metric,
                "what stands before the number makes it a bound, or the second of two",
            )

    def add_lost(
        self, metric: str, label: Found, name: str, severity: Severity = Severity.NOTE
    ) -> None:
        """Write down that a label stands without its number."""
        self.add(metric, None, absence="not_in_text", place=label.place, text=label.text)
        self.say(
            "not_in_text",
            severity,
            metric,
            f"the number of {name} isn't in the text: {label.text!r}",
        )
        if label.qualified:
            self.say(
                "number_qualified",
                Severity.WARNING,
                metric,
                "what stands where the number should is no plain number",
            )

    def add_not_due(self, metric: str, sentence: Found, printed: str | None = None) -> None:
        """Write down that no recommendations were due: that goes for the whole panel."""
        self.add(
            metric,
            None,
            absence="not_due",
            printed=printed,
            place=sentence.place,
            text=sentence.text,
        )

    def add_missing(self, metric: str, name: str, panel: Panel) -> None:
        """Write down that a panel lacks what its form always has."""
        anchor = panel.sentence or panel.not_due
        self.add(metric, None, absence="not_in_text", text=anchor.text if anchor else "")
        self.say("place_not_found", Severity.WARNING, metric, f"{name} wasn't found in its panel")


def panel_figures(panels: Panels, draft: Draft, *, complete: bool) -> None:
    """Write down the figures of all panels. `complete`: the form always prints bases and counts."""
    for name in PANELS:
        panel = panels.by_name.get(name)
        if panel is not None:
            _base(panel, draft, complete=complete)
            _count(panel, draft, complete=complete)
    for name in PANELS:
        panel = panels.by_name.get(name)
        if panel is None:
            _omitted(name, draft)
            continue
        _rate(panel, draft)
        _average(panel, draft)
        repeated = panels.repeated.get(name)
        if repeated:
            draft.check_printed(RATES[name], [one for one in repeated if one.printed])
        for role, metric_of in (("average", AVERAGES), ("base", BASES)):
            if role in panel.unsure and metric_of[name] in draft.figures:
                draft.say(
                    "place_ambiguous",
                    Severity.WARNING,
                    metric_of[name],
                    f"this {role} stands as near to another panel",
                )
        _graphic(panel, draft)
    _doubt_beside_lost(panels, draft)
    _per_100k(panels, draft)


def _doubt_beside_lost(panels: Panels, draft: Draft) -> None:
    """Doubt averages and bases where a panel was lost: its own may stand in another's place."""
    lost = {RATES[name] for name in PANELS if name not in panels.by_name}
    if not any(one.code == "panel_not_found" and one.metric in lost for one in draft.findings):
        return
    for metric in (*AVERAGES.values(), *BASES.values()):
        if draft.value(metric) is not None:
            draft.say(
                "place_ambiguous",
                Severity.WARNING,
                metric,
                "a panel wasn't found, and this may be its number",
            )


def _is_full(panel: Panel) -> bool:
    """Whether a panel has its sentence (and not an "N/A" in its stead)."""
    return panel.sentence is not None


def _base(panel: Panel, draft: Draft, *, complete: bool) -> None:
    metric = BASES[panel.name]
    if panel.bases:
        if metric in draft.figures:
            draft.check_printed(metric, [*panel.bases, *_as_found(draft.figures[metric])])
        else:
            draft.add_found(metric, panel.bases, "the base")
    elif panel.not_due is not None:
        draft.add_not_due(metric, panel.not_due)
    elif complete and metric not in draft.figures and _is_full(panel):
        draft.add_missing(metric, "the base", panel)


def _count(panel: Panel, draft: Draft, *, complete: bool) -> None:
    metric = COUNTS.get(panel.name)
    if metric is None:
        return
    if panel.counts:
        if metric in draft.figures:
            draft.check_printed(metric, [*panel.counts, *_as_found(draft.figures[metric])])
        else:
            draft.add_found(metric, panel.counts, "the count")
    elif complete and metric not in draft.figures and _is_full(panel):
        draft.add_missing(metric, "the count", panel)


def _as_found(figure: Figure) -> list[Found]:
    """Return a figure that is written down already as a phrase, to compare others with it."""
    if figure.value_text is None or figure.page is None or figure.box is None:
        return []
    place = Place(figure.page, figure.box)
    return [
        Found(
            what=figure.metric,
            place=place,
            text=figure.text,
            printed=figure.value_text,
            number=place,
            nothing=None,
            counted=None,
            second=None,
            second_number=None,
            torn=False,
            qualified=False,
            block=-1,
            start=-1,
        )
    ]


def _nothing_to_rate(name: str, draft: Draft) -> bool:
    """Whether the letter's own counts say that there was nothing to take this rate of."""
    investigations = draft.value("detailed_investigations")
    if name == UPHOLD:
        return investigations == 0
    if name == COMPLIANCE:
        return draft.value("compliance_outcomes") == 0
    if _has_no_base(UPHOLD, draft):
        return True
    # From 2022 on the base of the third panel is the upheld decisions, before the investigations:
    # 0 means nothing was upheld in either case.
    return 0 in (investigations, draft.value("upheld_decisions"), draft.value(BASES[REMEDY]))


def _has_no_base(name: str, draft: Draft) -> bool:
    figure = draft.figures.get(RATES[name])
    return figure is not None and figure.absence == "no_base"


def _rate(panel: Panel, draft: Draft) -> None:
    metric = RATES[panel.name]
    sentence = panel.sentence
    printed = sentence.printed if sentence else None
    value = sentence.value if sentence else None
    if panel.not_due is not None:
        draft.add_not_due(metric, panel.not_due, printed)
        if value:
            draft.say(
                "contradicts_itself",
                Severity.WARNING,
                metric,
                f"{printed} is printed although no recommendations were due",
            )
        return
    place = (sentence.number or sentence.place) if sentence else (panel.nothing or panel.heading)
    text = sentence.text if sentence else (panel.nothing_text or "")
    nothing = (sentence.nothing if sentence else None) or panel.nothing_text
    if nothing is not None and not nothing[0].isalpha():
        nothing = None  # a dash or a lone "%": the number is lost, nothing says "not applicable"
    none_upheld = panel.name != UPHOLD and _nothing_to_rate(REMEDY, draft)
    if _nothing_to_rate(panel.name, draft) or (
        nothing is not None and (panel.name == UPHOLD or none_upheld)
    ):
        draft.add(
            metric, None, absence="no_base", printed=printed or nothing, place=place, text=text
        )
        if value:
            draft.say(
                "contradicts_itself",
                Severity.WARNING,
                metric,
                f"{printed} is printed although there is nothing to take a rate of",
            )
        based = (draft.value(BASES[panel.name]) or 0) > 0
        if nothing is not None and based and not _nothing_to_rate(panel.name, draft):
            _say_na(draft, metric)
    elif sentence is not None and printed is not None:
        draft.add(metric, value, printed=printed, place=sentence.number, text=text)
        draft.check_printed(metric, [sentence])
    elif nothing is not None:
        draft.add(metric, None, absence="not_applicable", printed=nothing, place=place, text=text)
        if (draft.value(BASES[panel.name]) or 0) > 0:
            _say_na(draft, metric)
    elif sentence is not None:
        # Counts were seen to be lost with the picture they stand in; a rate stands in its sentence.
        draft.add_lost(metric, sentence, "the rate", Severity.WARNING)
    else:
        draft.add(metric, None, absence="not_in_text", place=place, text=text)
        draft.say(
            "sentence_not_found",
            Severity.WARNING,
            metric,
            "the panel has no sentence that is known",
        )


def _say_na(draft: Draft, metric: str) -> None:
    draft.say(
        "contradicts_itself",
        Severity.WARNING,
        metric,
        "N/A is printed although there is something to take a rate of",
    )


def _omitted(name: str, draft: Draft) -> None:
    """Write down why a panel may be missing: there was nothing to take its rate of."""
    metric = RATES[name]
    if _nothing_to_rate(name, draft):
        draft.add(metric, None, absence="no_base")
        return
    draft.add(metric, None, absence="not_in_text")
    draft.say("panel_not_found", Severity.WARNING, metric, "the panel wasn't found")


def _average(panel: Panel, draft: Draft) -> None:
    metric = AVERAGES[panel.name]
    if panel.averages:
        numbered = [one for one in panel.averages if one.printed is not None]
        nothing = next((one for one in panel.averages if one.nothing), None)
        if not numbered and nothing is not None and (nothing.nothing or "")[0].isalpha():
            absence = "not_applicable" if draft.context.compared else "not_compared"
            draft.add(
                metric,
                None,
                absence=absence,
                printed=nothing.nothing,
                place=nothing.place,
                text=nothing.text,
            )
        else:
            draft.add_found(metric, panel.averages, "the average")
        return
    if panel.not_due is not None:
        draft.add_not_due(metric, panel.not_due)
        return
    if not _is_full(panel):
        return  # "N/A" stands for the whole panel
    _no_average(metric, draft, rated=not _nothing_to_rate(panel.name, draft))


def _no_average(metric: str, draft: Draft, *, rated: bool) -> None:
    if not draft.context.compared:
        draft.add(metric, None, absence="not_compared")
        return
    draft.add(metric, None, absence="not_in_text")
    draft.say(
        "average_not_found",
        Severity.WARNING if rated else Severity.NOTE,
        metric,
        "the average of similar authorities wasn't found, though this kind of authority has one",
    )


def _graphic(panel: Panel, draft: Draft) -> None:
    """Compare the percentages drawn beside a sentence with the sentence: they must agree."""
    metric = RATES[panel.name]
    figure = draft.figures.get(metric)
    average = draft.value(AVERAGES[panel.name])
    if figure is None or figure.value_text is None or not figure.value_text[0].isdigit():
        return
    rate = value_of(figure.value_text)
    for printed, _ in panel.graphics:
        if value_of(printed) not in (rate, average):
            draft.say(
                "graphic_disagrees",
                Severity.WARNING,
                metric,
                f"the picture says {printed}, the sentence {figure.value_text}",
            )


def _per_100k(panels: Panels, draft: Draft) -> None:
    own, similar = panels.phrases.get("per_100k", []), panels.phrases.get("per_100k_similar", [])
    stray = panels.phrases.get("per_100k_stray", [])
    metric, average = "upheld_per_100k", "upheld_per_100k_similar"
    if not own and not similar and not stray:
        carried = draft.context.year_ending >= metrics.load()[metric].first_year
        if carried and not draft.context.compared:
            # These too need a group to compare with, and residents.
            draft.add(metric, None, absence="not_compared")
            draft.add(average, None, absence="not_compared")
        return
    if own:
        draft.add_found(metric, own, "the rate per 100,000 residents")
    else:
        place = stray[0].place if stray else None
        draft.add(
            metric,
            None,
            absence="not_in_text",
            place=place,
            text=stray[0].text if stray else "",
        )
        draft.say(
            "place_not_found",
            Severity.WARNING,
            metric,
            "the sentence about upheld decisions per 100,000 residents wasn't found",
        )
    if similar:
        draft.add_found(average, similar, "the average per 100,000 residents")
    else:
        _no_average(average, draft, rated=True)
    for name, found in ((metric, own), (average, similar)):
        if any("%" in (one.printed or "") for one in found):
            draft.say(
                "stray_percent",
                Severity.NOTE,
                name,
                "printed with a percent sign, though it is no percentage",
            )
