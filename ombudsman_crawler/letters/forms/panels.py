"""The panels that all present forms share: complaints upheld, compliance, satisfactory remedies.

A panel is known by its sentence. Its average, base, count and the large percentage beside it are
found by where they stand: in the sentence's own column, or nearest to it between this panel's
heading and the next one's. The order in which they were drawn means nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ombudsman_crawler.figures.figure import Box
from ombudsman_crawler.letters.forms import wordings
from ombudsman_crawler.letters.forms.wordings import (
    COMPLIANCE,
    PANELS,
    REMEDY,
    UPHOLD,
    Found,
)
from ombudsman_crawler.letters.layout import Line, Place, overlap, union
from ombudsman_crawler.letters.letter import Word
from ombudsman_crawler.letters.part import Part

# Pages are thought of as lying one under the other, this far apart (points): farther than any two
# things of one page.
_PAGE = 10_000.0
# Two panels are equally near if their distances differ by less (points).
_TIE = 4.0


@dataclass
class Panel:
    """One panel: its sentence or what stands in its stead, and all that belongs to it.

    `unsure` names the roles ("average", "base") that could belong to another panel as well.
    """

    name: str
    sentence: Found | None = None
    heading: Place | None = None
    not_due: Found | None = None
    nothing: Place | None = None
    nothing_text: str | None = None
    averages: list[Found] = field(default_factory=list)
    bases: list[Found] = field(default_factory=list)
    counts: list[Found] = field(default_factory=list)
    graphics: list[tuple[str, Place]] = field(default_factory=list)
    unsure: set[str] = field(default_factory=set)

    @property
    def core(self) -> Place:
        """Where the panel is: around its heading and its sentence, on the sentence's page."""
        parts = [
            place
            for place in (
                self.sentence.place if self.sentence else None,
                self.not_due.place if self.not_due else None,
                self.nothing,
            )
            if place is not None
        ]
        page = parts[0].page if parts else self.heading.page if self.heading else 1
        if self.heading and self.heading.page == page:
            parts.append(self.heading)
        return Place(page, union(place.box for place in parts if place.page == page))

    @property
    def top(self) -> float:
        """Its upper edge, counted through all pages."""
        return _depth(self.core) if self.heading is None else _depth(self.heading)


@dataclass(frozen=True)
class Panels:
    """The panels of a letter by name, and every phrase of its statistics by what it is."""

    by_name: dict[str, Panel]
    phrases: dict[str, list[Found]]
    repeated: dict[str, list[Found]]


@lru_cache(maxsize=1)
def find_panels(part: Part) -> Panels:
    """Return the panels of a letter with all that belongs to each; not to be changed.

    Every form asks for them in turn, so the last answer is kept.
    """
    found = [one for index, block in enumerate(part.blocks) for one in wordings.find(block, index)]
    phrases: dict[str, list[Found]] = defaultdict(list)
    for one in found:
        phrases[one.what].append(one)
    panels = {name: Panel(name, phrases[name][-1]) for name in PANELS if phrases[name]}
    repeated = {name: phrases[name] for name in PANELS if len(phrases[name]) > 1}
    if phrases["not_due"]:
        panels.setdefault(COMPLIANCE, Panel(COMPLIANCE)).not_due = phrases["not_due"][-1]
    lines = [
        line for sheet in part.sheets for line in sheet.lines if not sheet.is_page_number(line)
    ]
    _give_headings(part, panels, _statistics_pages(part, phrases))
    _give_nothings(panels, lines)
    if panels:
        statistics = {panel.core.page for panel in panels.values()}
        statistics |= {one.place.page for one in phrases["base"]}
        _give_phrases(panels, phrases)
        _give_counts(panels, phrases, lines, statistics)
        _give_graphics(panels, phrases, [line for line in lines if line.page in statistics])
    return Panels(panels, dict(phrases), repeated)


def _depth(place: Place) -> float:
    return place.page * _PAGE + place.box[1]


def _statistics_pages(part: Part, phrases: dict[str, list[Found]]) -> set[int]:
    """Return the pages where a heading may stand for a panel that has no sentence."""
    kinds = (*PANELS, "not_due", "base")
    pages = {one.place.page for kind in kinds for one in phrases[kind]}
    for block in part.blocks:
        if wordings.PERIOD_ENDING.search(block.passage.text):
            pages.add(block.page)
    return pages


def _give_headings(part: Part, panels: dict[str, Panel], statistics: set[int]) -> None:
    """Give each panel its heading: the last one of its name above it, with no panel between."""
    headings: dict[str, list[Place]] = defaultdict(list)
    for block in part.blocks:
        for name, pattern in wordings.HEADINGS:
            for match in pattern.finditer(block.passage.text):
                headings[name].append(block.passage.place(*match.span()))
    tops = sorted(panel.top for panel in panels.values())
    for name, places in headings.items():
        panel = panels.get(name)
        if panel is None:
            here = [place for place in places if place.page in statistics]
            if here:
                panels[name] = Panel(name, heading=max(here, key=_depth))
            continue
        top = _depth(panel.core)
        above = [place for place in places if _depth(place) <= top + 2]
        if above:
            nearest = max(above, key=_depth)
            between = any(_depth(nearest) < other < top for other in tops)
            if not between and top - _depth(nearest) < _PAGE + 1000:
                panel.heading = nearest


def _give_nothings(panels: dict[str, Panel], lines: Sequence[Line]) -> None:
    """Find the "N/A" that stands instead of a sentence; forget headings with nothing under them."""
    alone = [line for line in lines if wordings.NOTHING_ALONE.fullmatch(line.text)]
    for line in alone:
        name, _ = _owner(Place(line.page, line.box), panels.values())
        if name is not None:
            panel = panels[name]
            if panel.sentence is None and panel.nothing is None:
                panel.nothing = Place(line.page, line.box)
                panel.nothing_text = line.text


def _give_phrases(panels: dict[str, Panel], phrases: dict[str, list[Found]]) -> None:
    for average in phrases["average"]:
        panel = _panel_in_column(average, panels, phrases)
        sure = True
        if panel is None:
            name, sure = _owner(average.place, panels.values())
            panel = panels.get(name) if name else None
        if panel is not None:
            panel.averages.append(average)
            if not sure:
                panel.unsure.add("average")
    for base in phrases["base"]:
        counted = base.counted or ""
        if counted.lower().startswith("compliance"):
            candidates = [COMPLIANCE]
        elif counted.lower().startswith("upheld"):
            candidates = [REMEDY]
        else:
            candidates = [UPHOLD, REMEDY]
        name, sure = _owner(base.place, panels.values(), candidates)
        if name is not None:
            panels[name].bases.append(base)
            if not sure:
                panels[name].unsure.add("base")


def _panel_in_column(
    average: Found, panels: dict[str, Panel], phrases: dict[str, list[Found]]
) -> Panel | None:
    """Return the panel whose sentence comes last before an average in the same block; any of its
    sentences where a letter has it more than once, so that its averages are compared too."""
    before = [
        (anchor.start, name)
        for name, panel in panels.items()
        for anchor in (*phrases[name], panel.not_due)
        if anchor and anchor.block == average.block and anchor.start < average.start
    ]
    return panels[max(before)[1]] if before else None


def _owner(
    place: Place, panels: Iterable[Panel], candidates: Sequence[str] = PANELS
) -> tuple[str | None, bool]:
    """Return the panel that something belongs to by where it stands, and whether that is sure.

    Panels under one another divide the page at their headings; where a heading is missing the
    nearest panel counts. Panels side by side divide it by columns.
    """
    ordered = sorted(panels, key=lambda panel: panel.top)
    if not any(panel.name in candidates for panel in ordered):
        return None, True
    if _side_by_side(ordered):
        ranked = sorted(
            (_distance_in_columns(place, panel.core), panel.name)
            for panel in ordered
            if panel.name in candidates
        )
    else:
        allowed = [
            panel
            for panel, following in zip(ordered, [*ordered[1:], None], strict=True)
            if panel.name in candidates and _between_headings(place, panel, following)
        ]
        if not allowed:
            allowed = [panel for panel in ordered if panel.name in candidates]
        ranked = sorted((_vertical_distance(place, panel.core), panel.name) for panel in allowed)
    sure = len(ranked) < 2 or ranked[1][0] - ranked[0][0] >= _TIE
    return ranked[0][1], sure


def _between_headings(place: Place, panel: Panel, following: Panel | None) -> bool:
    middle = place.page * _PAGE + (place.box[1] + place.box[3]) / 2
    if panel.heading is not None and middle < _depth(panel.heading):
        return False
    return following is None or following.heading is None or middle < _depth(following.heading)


def _vertical_distance(place: Place, core: Place) -> float:
    first_top, first_bottom = (place.page * _PAGE + place.box[i] for i in (1, 3))
    second_top, second_bottom = (core.page * _PAGE + core.box[i] for i in (1, 3))
    return max(second_top - first_bottom, first_top - second_bottom, 0.0)


def _side_by_side(panels: Sequence[Panel]) -> bool:
    sentences = [panel.sentence.place for panel in panels if panel.sentence]
    for index, first in enumerate(sentences):
        for second in sentences[index + 1 :]:
            shared = min(first.box[3], second.box[3]) - max(first.box[1], second.box[1])
            least = min(first.box[3] - first.box[1], second.box[3] - second.box[1])
            if first.page == second.page and shared > least / 2:
                return True
    return False


def _distance_in_columns(place: Place, core: Place) -> float:
    apart = abs((place.box[0] + place.box[2]) / 2 - (core.box[0] + core.box[2]) / 2)
    beside = max(-overlap(place.box, core.box), 0.0)
    return 3 * beside + apart / 10 + _vertical_distance(place, core) / 10


def _give_counts(
    panels: dict[str, Panel],
    phrases: dict[str, list[Found]],
    lines: Sequence[Line],
    statistics: set[int],
) -> None:
    """Give the panels their counts; a number set apart from its label is looked for beside it."""
    for what, name in (("upheld_count", UPHOLD), ("remedy_count", REMEDY)):
        panel = panels.get(name)
        labels = [one for one in phrases.get(what, []) if one.place.page in statistics]
        if panel is None or not labels:
            continue
        numbered = [one for one in labels if one.printed is not None]
        if numbered:
            panel.counts.extend(numbered)
            continue
        for label in labels:
            beside = _beside(label, lines)
            if len(beside) == 1 and wordings.NUMBER_ALONE.fullmatch(beside[0].text):
                panel.counts.append(_with_number(label, beside[0].words[0]))
            else:
                # "40*", "over 5", "no": something is there, and it is no plain number.
                panel.counts.append(replace(label, qualified=bool(beside)))


def _beside(label: Found, lines: Sequence[Line]) -> list[Line]:
    """Return what stands alone close to the left of a label or close above it, and has a number."""
    near: list[Line] = []
    box = label.place.box
    for line in lines:
        if line.page != label.place.page or not wordings.is_short_number(line.text):
            continue
        height = line.box[3] - line.box[1]
        level = min(line.box[3], box[3]) - max(line.box[1], box[1])
        left = (
            level > 0.4 * min(height, box[3] - box[1])
            and -1 <= box[0] - line.box[2] <= 1.5 * height
        )
        above = overlap(line.box, box) > 0 and -0.3 <= (box[1] - line.box[3]) / height <= 0.8
        if left or above:
            near.append(line)
    return near


def _with_number(label: Found, word: Word) -> Found:
    return Found(
        what=label.what,
        place=label.place,
        text=f"{word.text} {label.text}",
        printed=word.text,
        number=Place(label.place.page, (word.x0, word.y0, word.x1, word.y1)),
        nothing=None,
        counted=None,
        second=None,
        second_number=None,
        torn=False,
        qualified=False,
        block=label.block,
        start=label.start,
    )


def _give_graphics(
    panels: dict[str, Panel], phrases: dict[str, list[Found]], lines: Sequence[Line]
) -> None:
    """Give each panel the percentages that stand alone in it, and its picture's caption."""
    numbers = [one.number for all_of in phrases.values() for one in all_of if one.number]
    for line in lines:
        if wordings.PERCENTAGE_ALONE.fullmatch(line.text) and not _is_one_of(line, numbers):
            name, _ = _owner(Place(line.page, line.box), panels.values())
            if name is not None:
                panels[name].graphics.append((line.text, Place(line.page, line.box)))
    for name in PANELS:
        for caption in phrases.get(f"caption_{name}", []):
            if name in panels and caption.printed:
                panels[name].graphics.append((caption.printed, caption.place))


def _is_one_of(line: Line, numbers: Sequence[Place]) -> bool:
    return any(number.page == line.page and _same(number.box, line.box) for number in numbers)


def _same(first: Box, second: Box) -> bool:
    return all(abs(a - b) < 0.5 for a, b in zip(first, second, strict=True))
