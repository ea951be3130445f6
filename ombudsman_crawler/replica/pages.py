"""The HTML of the replica: map, council pages, lists of letters, and pages to leave alone.

The sentences of the council pages follow the record of the real ones, traps included: captions
that repeat numbers, link text glued to the next sentence, a stray per cent sign, a space before a
full stop, straight and curly apostrophes, the cookie panel's words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape
from urllib.parse import quote_plus

from ombudsman_crawler.replica import chance, wording
from ombudsman_crawler.replica.catalogue import Link
from ombudsman_crawler.replica.councils import Council
from ombudsman_crawler.replica.figures import NOTHING, Figures
from ombudsman_crawler.replica.wording import counted, decimal, period, span

MAP = "/your-councils-performance"
A_TO_Z = "/information-centre/councils-performance"
MAP_STYLES = ("links", "options", "json", "az", "script", "data", "empty")

REVIEW = "/assets/attach/5928/LG-Review-2020-21-FINAL.pdf"
MANUAL = "/assets/attach/4215/Interpretation-of-statistics.pdf"
ACCOUNTS = "/assets/attach/6102/Annual-Report-and-Accounts-2020-21.pdf"

# Pages relate upheld decisions to the population a year before the letters do.
FIRST_YEAR_PER_RESIDENTS = 2023

_SUBJECTS = (
    ("adult-care-services", "charging", "Charging for care at home"),
    ("children-s-care-services", "child-protection", "Delay in a complaint about child protection"),
    ("education", "special-educational-needs", "Provision missing from a plan for a child"),
    ("housing", "homelessness", "Unsuitable temporary accommodation"),
    ("planning", "enforcement", "No answer to a report of a breach"),
)


def council_path(council: Council) -> str:
    """Return the address of a council's page as its links have it."""
    return f"{MAP}/{council.slug}/statistics"


def letters_path(council: Council) -> str:
    """Return the address of a council's list of letters.

    The number in it can't be known from the council: the list is found by its link only.
    """
    return f"{MAP}/{council.slug}/annualletters/{_list_number(council)}"


def improvements_path(council: Council) -> str:
    """Return the address of a council's service improvements."""
    return f"{MAP}/{council.slug}/serviceimprovements"


def report_path(council: Council, number: int) -> str:
    """Return the address of a public report about a council: a PDF that is no letter."""
    return f"/assets/attach/{3000 + chance.number('report', council.code) % 900}/{number}.pdf"


def _list_number(council: Council) -> int:
    return chance.whole(1000, 9999, "list of letters", council.code)


def page(heading: str, body: str) -> str:
    """Return a whole page around some content."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(heading)} - Local Government and Social Care Ombudsman</title>\n"
        '<meta name="generator" content="ombudsman replica">\n</head>\n<body>\n'
        '<p class="replica">This is a replica of the Ombudsman’s site for testing, with generated'
        " figures.</p>\n"
        '<div id="cookies"><p>We use some essential cookies to make this website work. 100% of'
        ' them are needed. <a href="/cookies">Cookie settings</a></p></div>\n'
        f'<div id="nav"><a href="/">Home</a> <a href="{MAP}">Your council’s performance</a>'
        ' <a href="/information-centre">Information centre</a> <a href="/copyright">Copyright</a>'
        "</div>\n"
        f'<div id="content">\n<h1>{escape(heading)}</h1>\n{body}\n</div>\n'
        '<div id="footer"><p>Last updated: 4 April 2015</p></div>\n</body>\n</html>\n'
    )


def _link(href: str, words: str) -> str:
    return f'<a href="{escape(href)}">{escape(words)}</a>'


def _list(items: Iterable[str]) -> str:
    return "<ul>\n" + "\n".join(f"<li>{item}</li>" for item in items) + "\n</ul>"


def home_page() -> str:
    """Return the page at `/`."""
    return page(
        "Home",
        f"<p>{_link(MAP, 'Your council’s performance')}: how councils deal with complaints.</p>",
    )


def plain_page(heading: str, words: str) -> str:
    """Return a page of one sentence."""
    return page(heading, f"<p>{escape(words)}</p>")


def map_page(councils: list[Council], style: str) -> str:
    """Return the map in one of its styles. Raises ValueError for another style."""
    if style == "links":
        content = _list(_link(_as_on_the_map(c), c.name) for c in councils)
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
        content = "<p>Find your council by its first letter:</p>\n" + _list(
            _link(f"{A_TO_Z}/{letter}", letter) for letter in letters
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
        f"<p>{_link(REVIEW, 'Review of Local Government Complaints 2020-21')}"
        f" {_link(MANUAL, 'Interpretation of statistics')}</p>"
        + ("" if style in ("az", "empty") else f"<p>{_link(A_TO_Z, 'Councils A to Z')}</p>"),
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
    return page("Councils' performance", _list(_link(f"{A_TO_Z}/{x}", x) for x in letters))


def a_to_z_letter_page(letter: str, rows: list[tuple[Council, list[Link]]]) -> str:
    """Return the old list of councils of one letter of the alphabet, a link per year."""
    entries = (
        f"{_link(council_path(council), council.name)} "
        + " ".join(_link(link.href, link.label) for link in links)
        for council, links in rows
    )
    return page(f"Councils starting with the letter {letter}", _list(entries))


def letters_page(council: Council, links: list[Link]) -> str:
    """Return a council's list of letters, with documents beside them that are none."""
    rows = _list(_link(link.href, link.label) for link in links)
    return page(
        f"Annual letters - {council.name}",
        "<p>Every year we write to the council about the complaints we received.</p>\n"
        f"{rows}\n<h2>Related documents</h2>\n"
        + _list(
            (
                _link(REVIEW, "Review of Local Government Complaints 2020-21"),
                _link(ACCOUNTS, "Annual Report and Accounts 2020-21"),
                _link(MANUAL, "Interpretation of statistics"),
            )
        )
        + f"\n<p>{_link(council_path(council), 'Back to the statistics')}"
        f" {_link(f'{A_TO_Z}/{initial(council)}', 'Councils A to Z')}</p>",
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
        links = " ".join(_link(council_path(former), former.name) for former in merged)
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
        f" our investigations.</p>\n<p>{_link(letters_path(council), 'View annual letters')}</p>",
        _reports(council, figures),
        _improvements(council, year_ending),
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
    sizes = " ".join(_link(f"{path}?textsize={n}", word) for n, word in enumerate("AAA"))
    views = " ".join(
        _link(f"{path}?displaypref={n}", word)
        for n, word in enumerate(("Default", "High contrast", "Text only", "Soft"))
    )
    chapter = _link(f"{path}?chapter=2", "Print this chapter")
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
    return _link(f"/decisions/{year_ending}/u/Listing?aname={name}", words)


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
    link = _decisions_link(quirks, year_ending, "View upheld decisions")
    if (
        year_ending < FIRST_YEAR_PER_RESIDENTS
        or figures.per_100k is None
        or figures.similar is None
    ):
        return f"<p>{link}</p>"
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
        return f"<p>{link}{adjusted}</p>\n{average}"
    return f"<p>{adjusted}</p>\n{average}\n<p>{link}</p>"


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
    link = _decisions_link(quirks, year_ending, "View all satisfactory remedy decisions")
    parts.append(f"<p>{link}</p>")
    return "\n".join(part for part in parts if part)


def _reports(council: Council, figures: Figures) -> str:
    heading = "<h2>Public reports</h2>"
    number = chance.whole(0, 2, "reports on the page", council.code)
    if figures is NOTHING or not number:
        return f"{heading}\n<p>No reports published</p>"
    rows = _list(
        f"{_link(report_path(council, n), _subject(council, n)[2])}"
        " <p>The council took too long and agreed to put things right.</p>"
        for n in range(1, number + 1)
    )
    return (
        f"{heading}\n<p>In the last nine years, the Ombudsman has published the following public"
        f" reports against {escape(council.name)}</p>\n{rows}"
    )


def _subject(council: Council, number: int) -> tuple[str, str, str]:
    return chance.pick(_SUBJECTS, "subject", council.code, number)


def _improvements(council: Council, year_ending: int) -> str:
    address = f"{improvements_path(council)}?category=1015&year={year_ending}"
    return (
        "<h2>Service improvements</h2>\n<p>Since April 2018, the Council has agreed to make the"
        " following improvements to its services following an Ombudsman investigation. We list up"
        " to 10 cases below - click 'view all' if there are more.</p>\n"
        + _list(
            f"{_link(decision_path(council, n), reference(council, n))}"
            " The Council agreed to remind staff of the timescales for replies."
            for n in range(1, 4)
        )
        + f"\n<p>{_link(address, 'View all')}</p>"
    )


def reference(council: Council, number: int) -> str:
    """Return the reference of a decision about a council, as text has it: 24 005 701."""
    key = chance.number("decision", council.code, number)
    return f"{20 + key % 5} {key // 5 % 20:03d} {key // 100 % 1000:03d}"


def decision_path(council: Council, number: int) -> str:
    """Return the address of a decision."""
    category, subcategory, _ = _subject(council, number)
    return f"/decisions/{category}/{subcategory}/{reference(council, number).replace(' ', '-')}"


def improvements_page(council: Council) -> str:
    """Return a council's service improvements."""
    rows = _list(
        f"{_link(decision_path(council, n), reference(council, n))} The Council agreed to review"
        " how it keeps records."
        for n in range(1, 6)
    )
    return page(f"Service improvements - {council.name}", rows)


def decisions_page(council: Council | None) -> str:
    """Return a list of upheld decisions; empty when the name is nobody's."""
    if council is None:
        return plain_page("Decisions", "Your search has 0 results")
    rows = _list(
        f"{_link(decision_path(council, n), f'{council.name} ({reference(council, n)})')}"
        f" Statement Upheld {escape(_subject(council, n)[2])}"
        for n in range(1, 4)
    )
    return page("Decisions", f"<p>Your search has 3 results</p>\n{rows}")


def decision_page(category: str, number: str) -> str:
    """Return a decision; its printable copy is a PDF that is no letter."""
    return page(
        f"Decision {number}",
        f'<article id="article"><p><span class="label">Category</span> <span class="value">'
        f"{escape(category)}</span></p><p><span class='label'>Decision</span>"
        " <span class='value'>Upheld</span></p><h2>Summary</h2><p>Mr X complained that the Council"
        " took too long. We found fault, and the Council agreed to apologise.</p>"
        f"<p>{_link(f'/documents/decisions/{number}.pdf', 'Print this decision')}</p></article>",
    )


def a_to_z_label(year_ending: int) -> str:
    """Return how the old lists call the letter of a year."""
    return span(year_ending).replace("-", "/")


def default_layout(year_ending: int) -> str:
    """Return the layout that the site used for a year's data."""
    return "v2" if year_ending >= wording.FIRST_OVERVIEW_YEAR else "v1"
