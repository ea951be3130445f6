"""From the sentences of a council's page to figures: values, and the reasons where there is none.

The metrics and the kinds of absence are those of the letters (`metrics`): `no_base` for a rate of
nothing, whatever is printed; `not_due` where the page says that no recommendations were due;
`not_compared` where no average is printed and the authority's kind has none; `not_in_text` where
the page lacks what its layout always has; `not_applicable` for an "N/A" in a number's stead.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ombudsman_crawler import metrics
from ombudsman_crawler.figures.figure import Figure, Finding, Severity
from ombudsman_crawler.figures.numbers import value_of
from ombudsman_crawler.site.statistics_wordings import (
    COMPLIANCE,
    PANELS,
    REMEDY,
    UPHOLD,
    Found,
    Statistics,
)

_RATES = {
    UPHOLD: "uphold_rate",
    COMPLIANCE: "compliance_rate",
    REMEDY: "satisfactory_remedy_rate",
}
_AVERAGES = {name: f"{rate}_similar" for name, rate in _RATES.items()}
_BASES = {
    UPHOLD: "detailed_investigations",
    COMPLIANCE: "compliance_outcomes",
    REMEDY: "satisfactory_remedy_base",
}
_COUNTS = {
    UPHOLD: ("upheld_decisions", "upheld_count"),
    REMEDY: ("satisfactory_remedy_decisions", "remedy_count"),
}
_OVERVIEW = (
    ("complaints_dealt_with", ("dealt_with",)),
    ("not_for_us", ("not_for_us",)),
    ("assessed_and_closed", ("closed",)),
    ("detailed_investigations", ("investigated", "investigated_upheld")),
)
# The first year ending whose pages have figures per 100,000 residents; letters have them later.
_PER_100K_SINCE = 2023


@dataclass(frozen=True, slots=True)
class Told:
    """One place where a number is printed, or should be."""

    value: float | None
    printed: str | None
    found: Found


def marks_of_overview(said: Statistics) -> float:
    """Return the share of the complaint overview's four sentences that is there."""
    return sum(bool(said.of(*whats)) for _, whats in _OVERVIEW) / len(_OVERVIEW)


def marks_of_panels(said: Statistics) -> float:
    """Return the share of the three panels that is there."""
    there = [bool(said.of(name) or (name == COMPLIANCE and said.of("not_due"))) for name in PANELS]
    return sum(there) / len(PANELS)


def figures_of(
    said: Statistics, year_ending: int, *, compared: bool, overview: bool
) -> tuple[tuple[Figure, ...], tuple[Finding, ...]]:
    """Return the figures of a page's statistics and what was odd about them.

    `compared` says whether the authority's kind has an average; `overview` whether the page is laid
    out as a complaint overview, which needn't repeat its counts in the panels.
    """
    draft = _Draft(said, year_ending, compared)
    if overview:
        draft.overview()
    for name in PANELS:
        draft.base(name, complete=not overview)
        draft.count(name, complete=not overview)
    for name in PANELS:
        draft.rate(name)
        draft.average(name)
        draft.caption(name)
    draft.doubt_beside_lost()
    draft.per_100k()
    order = {metric: place for place, metric in enumerate(metrics.load())}
    figures = sorted(draft.figures.values(), key=lambda figure: order[figure.metric])
    return tuple(figures), tuple(draft.findings)


@dataclass
class _Draft:
    """Figures and findings while they are being written down."""

    said: Statistics
    year_ending: int
    compared: bool
    figures: dict[str, Figure] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    # -- writing down --------------------------------------------------------------------------

    def say(self, code: str, severity: Severity, metric: str, message: str) -> None:
        self.findings.append(Finding(code, severity, message, metric, self.year_ending))

    def value(self, metric: str) -> float | None:
        figure = self.figures.get(metric)
        return figure.value if figure else None

    def add(self, metric: str, told: Told) -> None:
        self.figures[metric] = Figure(
            self.year_ending, metric, told.value, None, told.printed, text=told.found.text
        )

    def add_absent(
        self, metric: str, absence: str, found: Found | None = None, printed: str | None = None
    ) -> None:
        text = found.text if found else ""
        self.figures[metric] = Figure(self.year_ending, metric, None, absence, printed, text=text)

    def tell(self, metric: str, places: list[Told], name: str) -> None:
        """Write down a number from where it is printed: if more than once, all must agree."""
        numbered = [told for told in places if told.printed is not None]
        if not numbered:
            self.add_absent(metric, "not_in_text", places[0].found)
            self.say(
                "not_in_text",
                Severity.WARNING,
                metric,
                f"the number of {name} isn't in the text: {places[0].found.text!r}",
            )
            return
        self.add(metric, numbered[0])
        if len({told.value for told in numbered}) > 1:
            printed = ", ".join(sorted({told.printed or "" for told in numbered}))
            self.say(
                "repeated_number_disagrees",
                Severity.ERROR,
                metric,
                f"printed more than once, and differently: {printed}",
            )
        if any(told.found.qualified for told in numbered):
            self.say(
                "number_qualified",
                Severity.WARNING,
                metric,
                "what stands before the number makes it a bound, or the second of two",
            )
        if any(told.found.unsure for told in numbered):
            self.say(
                "place_ambiguous",
                Severity.WARNING,
                metric,
                "the heading above is that of another part of the page",
            )
        longer = next((told.found.text for told in numbered if told.found.goes_on), None)
        if longer is not None:
            self.say(
                "sentence_goes_on",
                Severity.WARNING,
                metric,
                f"the sentence has more to say than is known: {longer!r}",
            )

    def add_missing(self, metric: str, name: str) -> None:
        self.add_absent(metric, "not_in_text")
        self.say("place_not_found", Severity.WARNING, metric, f"{name} wasn't found on the page")

    # -- the parts of the page -----------------------------------------------------------------

    def overview(self) -> None:
        for metric, whats in _OVERVIEW:
            found = self.said.of(*whats)
            if found:
                self.tell(metric, _told(found), "the sentence")
            else:
                self.add_missing(metric, "its sentence")
        upheld = self._upheld()
        if upheld:
            self.tell("upheld_decisions", upheld, "the complaints upheld")
        else:
            self.add_missing("upheld_decisions", "its sentence")

    def _upheld(self) -> list[Told]:
        seconds = [
            Told(one.second_value, one.second, one) for one in self.said.of("investigated_upheld")
        ]
        return seconds + _told(self.said.of("upheld_count"))

    def base(self, name: str, *, complete: bool) -> None:
        metric = _BASES[name]
        bases = [one for one in self.said.of("base") if one.panel == name]
        if name == UPHOLD:
            bases += self.said.of("investigated", "investigated_upheld")
        if bases:
            self.tell(metric, _told(bases), "the base")
        elif name == COMPLIANCE and self.said.of("not_due"):
            self.add_absent(metric, "not_due", self.said.of("not_due")[0])
        elif complete and self.said.of(name):
            self.add_missing(metric, "the base")

    def count(self, name: str, *, complete: bool) -> None:
        metric, what = _COUNTS.get(name, (None, ""))
        if metric is None:
            return
        places = self._upheld() if name == UPHOLD else _told(self.said.of(what))
        if places:
            self.tell(metric, places, "the count")
        elif complete and self.said.of(name):
            self.add_missing(metric, "the count")

    def _nothing_to_rate(self, name: str) -> bool:
        """Whether the page's own counts say that there was nothing to take this rate of."""
        if name == COMPLIANCE:
            return self.value("compliance_outcomes") == 0
        investigations = self.value("detailed_investigations")
        if name == UPHOLD:
            return investigations == 0
        return 0 in (investigations, self.value("upheld_decisions"), self.value(_BASES[REMEDY]))

    def rate(self, name: str) -> None:
        metric = _RATES[name]
        sentences = self.said.of(name)
        sentence = sentences[0] if sentences else None
        printed = sentence.printed or sentence.nothing if sentence else None
        not_due = self.said.of("not_due") if name == COMPLIANCE else []
        if not_due:
            self.add_absent(metric, "not_due", not_due[0], printed)
            if (sentence and sentence.value) or self.value(_BASES[name]):
                self._contradicts(metric, "no recommendations were due, and yet there is a number")
        elif self._nothing_to_rate(name):
            self.add_absent(metric, "no_base", sentence, printed)
            if sentence and sentence.value:
                self._contradicts(metric, f"{printed} is printed and there is nothing to rate")
        elif sentence is None:
            self.add_absent(metric, "not_in_text")
            code = "sentence_not_found" if name in self.said.headings else "panel_not_found"
            self.say(code, Severity.WARNING, metric, "the sentence of this rate wasn't found")
        elif sentence.printed is None and sentence.nothing is not None:
            self.add_absent(metric, "not_applicable", sentence, printed)
            if self.value(_BASES[name]):
                self._contradicts(metric, f"{printed} is printed and there is something to rate")
        else:
            self.tell(metric, _told(sentences), "the rate")

    def _contradicts(self, metric: str, message: str) -> None:
        self.say("contradicts_itself", Severity.WARNING, metric, message)

    def average(self, name: str) -> None:
        metric = _AVERAGES[name]
        averages = [one for one in self.said.of("average") if one.panel == name]
        if averages and all(one.printed is None and one.nothing for one in averages):
            absence = "not_applicable" if self.compared else "not_compared"
            self.add_absent(metric, absence, averages[0], averages[0].nothing)
        elif averages:
            self.tell(metric, _told(averages), "the average")
        elif name == COMPLIANCE and self.said.of("not_due"):
            self.add_absent(metric, "not_due", self.said.of("not_due")[0])
        elif self.said.of(name):
            self._no_average(metric, rated=not self._nothing_to_rate(name))

    def _no_average(self, metric: str, *, rated: bool) -> None:
        if not self.compared:
            self.add_absent(metric, "not_compared")
            return
        self.add_absent(metric, "not_in_text")
        self.say(
            "average_not_found",
            Severity.WARNING if rated else Severity.NOTE,
            metric,
            "the average of similar authorities wasn't found; this kind of authority has one",
        )

    def caption(self, name: str) -> None:
        """Compare the captions of charts with the sentence they repeat."""
        metric = _RATES[name]
        printed = self.figures[metric].value_text
        said = value_of(printed) if printed and printed[0].isdigit() else 0.0
        others = [one for one in self.said.of(f"caption_{name}") if one.value != said]
        if others:
            self.say(
                "graphic_disagrees",
                Severity.WARNING,
                metric,
                f"the chart says {others[0].printed}, the sentence {printed or 'nothing'}",
            )

    def doubt_beside_lost(self) -> None:
        """Doubt averages and bases where a part was lost: its own may stand in another's place."""
        if all(self.figures[_RATES[name]].absence != "not_in_text" for name in PANELS):
            return
        for metric in (*_AVERAGES.values(), *_BASES.values()):
            if self.value(metric) is not None:
                self.say(
                    "place_ambiguous",
                    Severity.WARNING,
                    metric,
                    "another part of the page wasn't recognised, and this may be its number",
                )

    def per_100k(self) -> None:
        metric, average = "upheld_per_100k", "upheld_per_100k_similar"
        own, similar = self.said.of("per_100k"), self.said.of("per_100k_similar")
        if not own and not similar:
            if self.year_ending >= _PER_100K_SINCE and not self.compared:
                # These too need a group to compare with, and residents.
                self.add_absent(metric, "not_compared")
                self.add_absent(average, "not_compared")
            return
        if own:
            self.tell(metric, _told(own), "the rate per 100,000 residents")
        else:
            self.add_missing(metric, "the sentence about upheld decisions per 100,000 residents")
        if similar:
            self.tell(average, _told(similar), "the average per 100,000 residents")
        else:
            self._no_average(average, rated=True)
        for name, found in ((metric, own), (average, similar)):
            if any("%" in (one.printed or "") for one in found):
                self.say(
                    "stray_percent",
                    Severity.NOTE,
                    name,
                    "printed with a percent sign, though it is no percentage",
                )


def _told(found: list[Found]) -> list[Told]:
    return [Told(one.value, one.printed, one) for one in found]
