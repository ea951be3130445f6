"""The HTML of the replica: map, council pages, lists of letters, and pages to leave alone.

The sentences of the council pages follow the record of the real ones, traps included: captions
that repeat numbers, link text glued to the next sentence, a stray per cent sign, a space before a
full stop, straight and curly apostrophes, the cookie panel's words.
"""

from __future__ import annotations

import json
from html import escape
from urllib.parse import quote_plus

from ombudsman_crawler.replica import chance, wording
from ombudsman_crawler.replica.cases import Case
from ombudsman_crawler.replica.catalogue import Link
from ombudsman_crawler.replica.councils import Council
from ombudsman_crawler.replica.figures import Figures
from ombudsman_crawler.replica.improvements import improvements_block
from ombudsman_crawler.replica.markup import bullets, link, page
from ombudsman_crawler.replica.public_reports import ReplicaReport, reports_block
from ombudsman_crawler.replica.wording import counted, decimal, period, span

MAP = "/your-councils-performance"
A_TO_Z = "/information-centre/councils-performance"
MAP_STYLES = ("links", "options", "json", "az", "script", "data", "empty")

REVIEW = "/assets/attach/5928/LG-Review-2020-21-FINAL.pdf"
MANUAL = "/assets/attach/4215/Interpretation-of-statistics.pdf"
ACCOUNTS = "/assets/attach/6102/Annual-Report-and-Accounts-2020-21.pdf"

# Pages relate upheld decisions to the population a year before the letters do.
FIRST_YEAR_PER_RESIDENTS = 2023


def council_path(council: Council) -> str:
    """Return the address of a council's page as its links have it."""
    return f"{MAP}/{council.slug}/statistics"


def letters_path(council: Council) -> str:
    """Return the address of a council's list of letters.

    The number in it can't be known from the council: the list is found by its link only.
    """
    return f"{MAP}/{council.slug}/annualletters/{_list_number(council)}"


def _list_number(council: Council) -> int:
    return chance.whole(1000, 9999, "list of letters", council.code)


def home_page() -> str:
    """Return the page at `/`."""
    return page(
        "Home",
        f"<p>{link(MAP, 'Your council’s performance')}: how councils deal with complaints.</p>",
    )


def plain_page(heading: str, words: str) -> str:
    """Return a page of one sentence."""
    return page(heading, f"<p>{escape(words)}</p>")


def map_page(councils: list[Council], style: str) -> str:
    """Return the map in one of its styles. Raises ValueError for another style."""
    if style == "links":
        content = bullets(link(_as_on_the_map(c), c.name) for c in councils)
    elif style == "options":
        content = (
            '<form><select name="council"><option value="">Choose a council</option>\n'
            + "\n".join(
                f'<option value="{escape(_as_on_the_map(c))}">{escape(c.name)}</option>'
                for c in councils
            )
            + "\n</select></form>"
        )
    elif style == "json":
        rows = [{"name": c.name, "url": _as_on_the_map(c)} for c in councils]
        # Slashes escaped, as some serialisers do it; "<" can't close the element.
        text = json.dumps({"councils": rows}).replace("/", "\\/").replace("<", "\\u003c")
        content = f'<script type="application/json" id="map-councils">{text}</script>'
    elif style == "az":
        letters = sorted({initial(c) for c in councils})
        content = "<p>Find your council by its first letter:</p>\n" + bullets(
            link(f"{A_TO_Z}/{letter}", letter) for letter in letters
        )
    elif style == "script":
        pins = "\n".join(
            f"pins.push({{title: {json.dumps(c.name)}, page: {json.dumps(_as_on_the_map(c))}}});"
            for c in councils
        )
        pins = pins.replace("<", "\\u003c")
        content = f"<script>\nvar pins = [];\n{pins}\ndrawMap(pins);\n</script>"
    elif style == "data":
        content = "\n".join(
            f'<div class="pin" data-page="{escape(_as_on_the_map(c))}">{escape(c.name)}</div>'
            for c in councils
        )
    elif style == "empty":
        content = "<p>The map can not be shown at the moment.</p>"
    else:
        raise ValueError(f"map_style: {style!r}; one of {', '.join(MAP_STYLES)}")
    return page(
        "Your council’s performance",
        "<p>Choose a council to see how it deals with complaints.</p>\n"
        f"{content}\n"
        f"<p>{link(REVIEW, 'Review of Local Government Complaints 2020-21')}"
        f" {link(MANUAL, 'Interpretation of statistics')}</p>"
        + ("" if style in ("az", "empty") else f"<p>{link(A_TO_Z, 'Councils A to Z')}</p>"),
    )


def _as_on_the_map(council: Council) -> str:
    """Return a council's address as the map gives it: now and then one of its twins."""
    path = council_path(council)
    twin = chance.whole(0, 9, "twin", council.code)
    if twin == 0:
        return f"{path}?displaypref={chance.whole(0, 3, 'twin', council.code, 'n')}"
    if twin == 1:
        return f"{path}/"
    if twin == 2:
        return f"{path}?chapter=1"
    return path


def initial(council: Council) -> str:
    """Return the letter under which a council stands in the A to Z."""
    return council.name[0].upper()


def a_to_z_page() -> str:
    """Return the old index of letters, A to Z."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return page("Councils' performance", bullets(link(f"{A_TO_Z}/{x}", x) for x in letters))


def a_to_z_letter_page(letter: str, rows: list[tuple[Council, list[Link]]]) -> str:
    """Return the old list of councils of one letter of the alphabet, a link per year."""
    entries = (
        f"{link(council_path(council), council.name)} "
        + " ".join(link(letter.href, letter.label) for letter in links)
        for council, links in rows
    )
    return page(f"Councils starting with the letter {letter}", bullets(entries))


def letters_page(council: Council, links: list[Link]) -> str:
    """Return a council's list of letters, with documents beside them that are none."""
    rows = bullets(link(letter.href, letter.label) for letter in links)
    return page(
        f"Annual letters - {council.name}",
        "<p>Every year we write to the council about the complaints we received.</p>\n"
        f"{rows}\n<h2>Related documents</h2>\n"
        + bullets(
            (
                link(REVIEW, "Review of Local Government Complaints 2020-21"),
                link(ACCOUNTS, "Annual Report and Accounts 2020-21"),
                link(MANUAL, "Interpretation of statistics"),
            )
        )
        + f"\n<p>{link(council_path(council), 'Back to the statistics')}"
        f" {link(f'{A_TO_Z}/{initial(council)}', 'Councils A to Z')}</p>",
    )


def council_page(
    council: Council,
    *,
    merged: list[Council],
    figures: Figures,
    year_ending: int,
    layout: str,
    traps: bool,
    base: int,
    reports: list[ReplicaReport],
    improvements: list[Case],
) -> str:
    """Return a council's statistics page.

    `merged` are the bodies it took the place of; `layout` is v1 (annual statistics) or v2
    (complaint overview); `figures` are NOTHING for an abolished council that shows zeros; `base`
    is the number printed as that of the satisfactory remedies.
    """
    quirks = _Quirks(council, traps)
    parts = [_twins(council) if traps else ""]
    if quirks.cookies_first:
        parts.append(_cookie_panel())
    if year_ending >= 2023 and layout == "v1":
        parts.append(
            "<div class='box'><h2>Advice on comparing statistics across years</h2><p>We are now"
            " less likely to investigate some complaints: in 2022-23 we upheld 74% of those we"
            " investigated, 8% more than the year before. Use caution.</p></div>"
        )
    if merged:
        links = " ".join(link(council_path(former), former.name) for former in merged)
        parts.append(
            f"<p>{escape(quirks.name)} is a merger of several councils and the historical"
            f" information for these are located from the following links. {links}</p>"
        )
    if year_ending >= wording.FIRST_PANEL_YEAR:
        upheld = _upheld_v2 if layout == "v2" else _upheld_v1
        parts += [
            _overview(figures, year_ending) if layout == "v2" else "<h2>Annual statistics</h2>",
            upheld(figures, year_ending, quirks),
            _compliance(figures, year_ending, quirks),
            _remedies(figures, year_ending, quirks, base),
        ]
    parts += [
        "<h2>Annual letters</h2>\n<p>We write to councils each year to give a summary of the"
        " complaint statistics we have recorded about them, and their performance in responding to"
        f" our investigations.</p>\n<p>{link(letters_path(council), 'View annual letters')}</p>",
        reports_block(council, reports, quirks.name),
        improvements_block(council, improvements, year_ending),
    ]
    if quirks.cookies_last:
        parts.append(_cookie_panel())
    return page(council.name, "\n".join(part for part in parts if part))


def _cookie_panel() -> str:
    return (
        '<div class="cookie-panel"><h2>Cookies</h2><p>Cookies help us count visits: 95% of our'
        " 12,000 visitors a month accept them. You can change your settings at any time.</p></div>"
    )


def remedy_base(figures: Figures, year_ending: int) -> int:
    """Return the base of the satisfactory remedies, whatever the page calls it."""
    return figures.upheld if year_ending >= 2022 else figures.investigations


class _Quirks:
    """Which of the traps the page of one council has."""

    def __init__(self, council: Council, traps: bool) -> None:
        def has(trap: str, share: float) -> bool:
            return traps and chance.share(trap, council.code) < share

        self.council = council
        curly = not has("straight apostrophe", 0.5)
        self.apostrophe = "’" if curly else "'"
        self.name = council.name.replace("'", self.apostrophe)
        self.stray_percent = has("stray per cent", 0.2)
        self.glued = has("glued link", 0.3)
        self.stop = " ." if has("space before stop", 0.25) else "."
        self.captions = has("captions", 0.4)
        self.cookies_first = has("cookie panel", 0.2)
        self.cookies_last = not self.cookies_first and has("cookie panel below", 0.25)


def _twins(council: Council) -> str:
    path = council_path(council)
    sizes = " ".join(link(f"{path}?textsize={n}", word) for n, word in enumerate("AAA"))
    views = " ".join(
        link(f"{path}?displaypref={n}", word)
        for n, word in enumerate(("Default", "High contrast", "Text only", "Soft"))
    )
    chapter = link(f"{path}?chapter=2", "Print this chapter")
    return f'<div id="tools"><p>Text size {sizes} Display {views} {chapter}</p></div>'


def _rate(value: int | None) -> str:
    return "0%" if value is None else f"{value}%"


def _average(value: int) -> str:
    return f"<p>This compares to an average of {value}% in similar authorities.</p>"


def _based_on(count: int, noun: str, year_ending: int) -> str:
    return (
        f"<p>Statistics are based on a total of {counted(count, noun)} for the period between"
        f" {period(year_ending)}</p>"
    )


def _decisions_link(quirks: _Quirks, year_ending: int, words: str) -> str:
    name = quote_plus(quirks.council.name)
    return link(f"/decisions/{year_ending}/u/Listing?aname={name}", words)


def _upheld_v1(figures: Figures, year_ending: int, quirks: _Quirks) -> str:
    parts = [
        "<h3>Complaints upheld</h3>",
        _caption(quirks, f"{_rate(figures.uphold_rate)} Complaints upheld by {quirks.name}"),
        f"<p>{_rate(figures.uphold_rate)} of complaints we investigated were upheld.</p>",
    ]
    if figures.similar:
        parts.append(_average(figures.similar.uphold_rate))
    parts.append(f"<p>{counted(figures.upheld, 'upheld decision')}</p>")
    parts.append(_view_and_adjusted(figures, year_ending, quirks))
    noun = "investigation" if year_ending >= 2024 else "detailed investigation"
    parts.append(_based_on(figures.investigations, noun, year_ending))
    return "\n".join(part for part in parts if part)


def _view_and_adjusted(figures: Figures, year_ending: int, quirks: _Quirks) -> str:
    """Return the link to the upheld decisions and, from 2022-23, the figures per 100,000."""
    listing = _decisions_link(quirks, year_ending, "View upheld decisions")
    if (
        year_ending < FIRST_YEAR_PER_RESIDENTS
        or figures.per_100k is None
        or figures.similar is None
    ):
        return f"<p>{listing}</p>"
    stray = "%" if quirks.stray_percent else ""
    adjusted = (
        f"Adjusted for {escape(quirks.name)}{quirks.apostrophe}s population, this is"
        f" {decimal(figures.per_100k)}{stray} upheld decisions per 100,000 residents{quirks.stop}"
    )
    average = (
        "<p>The average for authorities of this type is"
        f" {decimal(figures.similar.upheld_per_100k)} upheld decisions per 100,000 residents.</p>"
    )
    if quirks.glued:
        return f"<p>{listing}{adjusted}</p>\n{average}"
    return f"<p>{adjusted}</p>\n{average}\n<p>{listing}</p>"


def _caption(quirks: _Quirks, words: str) -> str:
    return f'<p class="chart">{escape(words)}</p>' if quirks.captions else ""


def _overview(figures: Figures, year_ending: int) -> str:
    were = "was" if figures.not_for_us == 1 else "were"
    return (
        "<h2>Complaint overview</h2>\n"
        f"<p>Between {period(year_ending)}, we dealt with"
        f" {counted(figures.dealt_with, 'complaint')}. Of these, {figures.not_for_us:,} {were} not"
        " for us or not ready for us to investigate. We assessed and closed"
        f" {counted(figures.closed, 'complaint')}. We investigated"
        f" {counted(figures.investigations, 'complaint')}.</p>\n"
        "<details><summary>More about this data</summary><p>Complaints dealt with: those we decided"
        " in the year. Not for us: brought too early or to the wrong body. Assessed and closed: the"
        " law does not allow us to investigate, or it would not be a good use of public"
        " money.</p></details>\n"
        "<ul class='chart'><li>Complaints dealt with</li><li>Not for us</li>"
        "<li>Assessed and closed</li><li>Investigated</li></ul>"
    )


def _upheld_v2(figures: Figures, year_ending: int, quirks: _Quirks) -> str:
    parts = [
        "<h3>Complaints upheld</h3>",
        _caption(quirks, f"{_rate(figures.uphold_rate)} Complaints upheld by {quirks.name}"),
        f"<p>We investigated {counted(figures.investigations, 'complaint')} and upheld"
        f" {figures.upheld:,}.</p>",
        f"<p>{_rate(figures.uphold_rate)} of complaints we investigated were upheld.</p>",
    ]
    if figures.similar:
        parts.append(_average(figures.similar.uphold_rate))
    parts.append(_view_and_adjusted(figures, year_ending, quirks))
    return "\n".join(part for part in parts if part)


def _compliance(figures: Figures, year_ending: int, quirks: _Quirks) -> str:
    heading = "<h3>Compliance with Ombudsman recommendations</h3>"
    if figures.compliance_rate is None:
        return f"{heading}\n<p>No recommendations were due for compliance in this period</p>"
    rate = _rate(figures.compliance_rate)
    parts = [
        heading,
        _caption(quirks, f"{rate} of cases were successfully implemented by {quirks.name}"),
        f"<p>{rate} of cases we were satisfied the Council had successfully implemented our"
        " recommendations.</p>",
    ]
    if figures.similar:
        parts.append(_average(figures.similar.compliance_rate))
    parts.append(_based_on(figures.outcomes, "compliance outcome", year_ending))
    return "\n".join(part for part in parts if part)


def _remedies(figures: Figures, year_ending: int, quirks: _Quirks, base: int) -> str:
    rate = _rate(figures.satisfactory_remedy_rate)
    parts = [
        "<h3>Satisfactory remedies provided by the Council</h3>",
        _caption(quirks, f"{rate} Complaints with satisfactory remedy provided by {quirks.name}"),
        f"<p>In {rate} of upheld cases we found the Council had provided a satisfactory remedy"
        " before the complaint reached the Ombudsman.</p>",
    ]
    if figures.similar:
        parts.append(_average(figures.similar.satisfactory_remedy_rate))
    parts.append(f"<p>{counted(figures.remedies, 'satisfactory remedy decision')}</p>")
    # Pages up to 2022-23 call the upheld decisions investigations here.
    noun = "upheld decision" if year_ending >= 2024 else "detailed investigation"
    parts.append(_based_on(base, noun, year_ending))
    listing = _decisions_link(quirks, year_ending, "View all satisfactory remedy decisions")
    parts.append(f"<p>{listing}</p>")
    return "\n".join(part for part in parts if part)


def a_to_z_label(year_ending: int) -> str:
    """Return how the old lists call the letter of a year."""
    return span(year_ending).replace("-", "/")


def default_layout(year_ending: int) -> str:
    """Return the layout that the site used for a year's data."""
    return "v2" if year_ending >= wording.FIRST_OVERVIEW_YEAR else "v1"
