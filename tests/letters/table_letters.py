"""Letters with statistics tables (years ending 2004 to 2018) for the tests: what they say, apart
from how they are drawn.

`Document` is the content; `drawn` places it absolutely with reportlab's canvas, as hostile as one
asks; `flowing` sets it with reportlab's platypus. (`make_goldens` has a third way, fpdf2.)
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import letter_pdfs  # registers the fonts "Text" and "Bold"
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)
from reportlab.platypus import Table as Flowable

assert letter_pdfs.WIDTH  # imported for its fonts

Expected = dict[tuple[int, str], float | str]


@dataclass(frozen=True)
class Table:
    """A table: its title, its headings (the first over the labels), rows of label and cells.

    `span`: a heading over columns `span[1]` to `span[2]` (counted without the labels).
    """

    title: str
    label_heading: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    span: tuple[str, int, int] | None = None


@dataclass(frozen=True)
class Document:
    """A letter's pages: lines of the front, paragraphs, closing lines; then statistics pages."""

    front: tuple[str, ...]
    paragraphs: tuple[str, ...]
    closing: tuple[str, ...]
    heads: tuple[str, ...] = ()  # above the tables
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    before: tuple[tuple[str, ...], ...] = ()  # pages before the letter, as lines


@dataclass(frozen=True)
class Drawing:
    """How `drawn` draws: `align` of the cells, `one_object`: a row of cells in one text object,
    `turned`: headings set upwards (90) or downwards (270), `split`: the page ends after the
    headings of the table of this number, `ruled`: with lines around cells, `label_width`: how wide
    labels run before they wrap (points), `beside`: on which line of its label a row's cells stand
    (`first`, `middle`, `last`), `parted`: the first table goes on on the next page after so many
    rows, with its headings `repeated` there or not."""

    align: str = "centre"
    one_object: bool = False
    turned: int = 0
    split: int | None = None
    ruled: bool = False
    seed: int | None = None
    upright: bool = False  # portrait pages
    size: float = 8
    sideways: bool = False  # the landscape page is drawn sideways on an upright one
    footer: str = ""
    label_width: float = 110
    beside: str = "middle"
    parted: int | None = None
    repeated: bool = False


Op = Callable[[Canvas], None]


def _wrap(text: str, width: float, size: float, font: str = "Text") -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and stringWidth(f"{lines[-1]} {word}", font, size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def _string(x: float, y: float, text: str, size: float, font: str = "Text") -> Op:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(font, size)
        canvas.drawString(x, -y, text)

    return draw


def _turned_string(x: float, y: float, text: str, size: float, turn: int) -> Op:
    def draw(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.translate(x, -y)
        canvas.rotate(turn)
        canvas.setFont("Text", size)
        canvas.drawString(0, 0, text)
        canvas.restoreState()

    return draw


def _row_object(placed: Sequence[tuple[float, str]], y: float, size: float) -> Op:
    def draw(canvas: Canvas) -> None:
        text = canvas.beginText()
        text.setFont("Text", size)
        for x, cell in placed:
            text.setTextOrigin(x, -y)
            text.textOut(cell)
        canvas.drawText(text)

    return draw


def _rectangle(x: float, y: float, width: float, height: float) -> Op:
    return lambda canvas: canvas.rect(x, -y, width, height)


def _aligned(text: str, left: float, width: float, size: float, align: str) -> float:
    own = stringWidth(text, "Text", size)
    return {
        "left": left + 3,
        "centre": left + (width - own) / 2,
        "right": left + width - own - 3,
    }[align]


def drawn(document: Document, how: Drawing | None = None) -> bytes:
    """Draw a document, every string at its own place, in an order that may be shuffled."""
    how = how or Drawing()
    pages: list[tuple[tuple[float, float], list[Op]]] = []
    for lines in document.before:
        pages.append((A4, [_string(60, 70 + 18 * i, line, 10) for i, line in enumerate(lines)]))
    ops: list[Op] = []
    y = 60.0
    for line in document.front:
        ops.append(_string(60, y, line, 10))
        y += 20
    for paragraph in document.paragraphs:
        for line in _wrap(paragraph, 460, 10):
            ops.append(_string(60, y, line, 10))
            y += 13
        y += 9
        if y > 740:
            pages.append((A4, ops))
            ops, y = [], 60.0
    for line in document.closing:
        ops.append(_string(60, y, line, 10))
        y += 15
    pages.append((A4, ops))
    if document.tables or document.heads:
        size = A4 if how.upright else landscape(A4)
        pages.extend((size, page) for page in _statistics(document, how, size[0]))
    return _printed(pages, how)


def _statistics(document: Document, how: Drawing, page_width: float) -> list[list[Op]]:
    pages: list[list[Op]] = []
    ops: list[Op] = []
    y = 50.0
    for line in document.heads:
        ops.append(_string(50, y, line, 12, "Bold"))
        y += 18
    for number, table in enumerate(document.tables):
        y += 16
        if table.title:
            ops.append(_string(50, y, table.title, 10, "Bold"))
            y += 8
        label_width = how.label_width if any(label for label, _ in table.rows) else 0.0
        width = min((page_width - 100 - label_width) / len(table.headings), 110.0)
        edges = [50 + label_width + width * i for i in range(len(table.headings))]
        y = _headings(table, how, edges, width, y, ops)
        if how.split == number:
            pages.append(ops)
            ops, y = [], 60.0
        for row, (label, cells) in enumerate(table.rows):
            if number == 0 and row and row == how.parted:
                pages.append(ops)
                ops, y = [], 60.0
                if how.repeated:
                    y = _headings(table, how, edges, width, y, ops)
            lines = _wrap(label, label_width - 6, how.size)
            height = (max(len(lines), 1) + 0.6) * how.size * 1.25
            if how.ruled:
                ops += [_rectangle(edge, y + height, width, height) for edge in edges]
            for index, line in enumerate(lines):
                if line:
                    ops.append(_string(52, y + (index + 1) * how.size * 1.25, line, how.size))
            line = {"first": 1.0, "middle": (len(lines) + 1) / 2, "last": float(len(lines))}
            middle = y + line[how.beside] * how.size * 1.25
            placed = [
                (_aligned(cell, edge, width, how.size, how.align), cell)
                for edge, cell in zip(edges, cells, strict=True)
                if cell
            ]
            if how.one_object:
                ops.append(_row_object(placed, middle, how.size))
            else:
                ops += [_string(x, middle, cell, how.size) for x, cell in placed]
            y += height
        y += 10
    for note in document.notes:
        for line in _wrap(note, page_width - 110, 8):
            y += 11
            ops.append(_string(50, y, line, 8))
    pages.append(ops)
    return pages


def _headings(
    table: Table, how: Drawing, edges: Sequence[float], width: float, y: float, ops: list[Op]
) -> float:
    size = how.size
    if table.span is not None:
        text, first, last = table.span
        whole = edges[last] + width - edges[first]
        ops.append(_string(_aligned(text, edges[first], whole, size, "centre"), y + 10, text, size))
        y += 12
    if how.turned:
        lines = [_wrap(heading, 100, size) for heading in table.headings]
        bottom = y + 8 + max(stringWidth(one, "Text", size) for all_ in lines for one in all_)
        for edge, wrapped in zip(edges, lines, strict=True):
            for index, line in enumerate(wrapped):
                along = (index + 1) * size * 1.2
                if how.turned == 90:
                    ops.append(_turned_string(edge + 4 + along, bottom, line, size, 90))
                else:
                    ops.append(_turned_string(edge + width - 4 - along, y + 8, line, size, 270))
        return bottom + 6
    lines = [_wrap(heading, width - 6, size) for heading in table.headings]
    label = _wrap(table.label_heading, how.label_width - 10, size) if table.label_heading else []
    deepest = max(len(one) for one in [*lines, label])
    for index, line in enumerate(label):
        ops.append(_string(52, y + (index + 1) * size * 1.2, line, size))
    for edge, wrapped in zip(edges, lines, strict=True):
        # Headings are centred in the height of their cells, as word processors may.
        top = y + (deepest - len(wrapped)) / 2 * size * 1.2
        for index, line in enumerate(wrapped):
            x = _aligned(line, edge, width, size, how.align)
            ops.append(_string(x, top + (index + 1) * size * 1.2, line, size))
    return y + deepest * size * 1.2 + 4


def _printed(pages: Sequence[tuple[tuple[float, float], list[Op]]], how: Drawing) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    chance = random.Random(how.seed)
    for (width, height), ops in pages:
        sideways = how.sideways and width > height
        canvas.setPageSize((height, width) if sideways else (width, height))
        if sideways:
            # The top of the landscape page is the left edge of the upright one.
            canvas.transform(0, 1, -1, 0, 0, 0)
            canvas.transform(1, 0, 0, 1, 0, 0)
        else:
            canvas.translate(0, height)
        order = list(ops)
        if how.footer:
            order.append(_string(60, height - 30, how.footer, 8))
        if how.seed is not None:
            chance.shuffle(order)
        for op in order:
            op(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def flowing(document: Document, *, ruled: bool = True, align: str = "CENTER") -> bytes:
    """Set a document as flowing text with tables that divide themselves."""
    out = io.BytesIO()
    wide = landscape(A4)
    doc = BaseDocTemplate(out, invariant=1)
    doc.addPageTemplates(
        [
            PageTemplate("letter", [Frame(60, 60, A4[0] - 120, A4[1] - 120)], pagesize=A4),
            PageTemplate("wide", [Frame(40, 40, wide[0] - 80, wide[1] - 80)], pagesize=wide),
        ]
    )
    text = ParagraphStyle("text", fontName="Text", fontSize=10, leading=13, spaceAfter=8)
    bold = ParagraphStyle("bold", fontName="Bold", fontSize=11, leading=15, spaceAfter=6)
    small = ParagraphStyle(
        "small",
        fontName="Text",
        fontSize=8,
        leading=9.6,
        alignment={"LEFT": 0, "CENTER": 1, "RIGHT": 2}[align],
    )
    story = []
    for lines in document.before:
        story += [Paragraph(line, text) for line in lines] + [PageBreak()]
    for line in (*document.front, *document.paragraphs, *document.closing):
        story.append(Paragraph(line.replace("&", "&amp;"), text))
    if document.tables:
        story += [NextPageTemplate("wide"), PageBreak()]
    story += [Paragraph(line.replace("&", "&amp;"), bold) for line in document.heads]
    for table in document.tables:
        labelled = any(label for label, _ in table.rows)
        rows = []
        if table.span:
            spanning = [""] * len(table.headings)
            spanning[table.span[1]] = table.span[0]
            rows.append([*([""] if labelled else []), *spanning])
        head = [table.label_heading] if labelled else []
        rows.append([*head, *table.headings])
        rows += [[*([label] if labelled else []), *cells] for label, cells in table.rows]
        style = [("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
        if ruled:
            style.append(("GRID", (0, 0), (-1, -1), 0.5, "black"))
        if table.span:
            shift = int(labelled)
            style.append(("SPAN", (table.span[1] + shift, 0), (table.span[2] + shift, 0)))
        count = len(table.headings) + labelled
        story.append(Paragraph(table.title, bold))
        story.append(
            Flowable(
                [[Paragraph(c.replace("&", "&amp;"), small) for c in row] for row in rows],
                colWidths=[min((wide[0] - 90) / count, 110)] * count,
                style=style,
            )
        )
        story.append(Spacer(1, 14))
    story += [
        Paragraph(note.replace("&", "&amp;").replace("<", "&lt;"), text) for note in document.notes
    ]
    doc.build(story)
    return out.getvalue()


# ---- what the letters of each form say

SUBJECTS_OLD = {
    "adult_care_services": "Adult care services",
    "benefits": "Benefits",
    "children_and_family_services": "Children and family services",
    "education": "Education",
    "housing": "Housing",
    "other": "Other",
    "planning_and_building_control": "Planning & building control",
    "public_finance": "Public finance",
    "transport_and_highways": "Transport and highways",
}
DECISIONS_OLD = {
    "mi_reports": "MI reps",
    "local_settlement": "LS",
    "m_reports": "M reps",
    "nm_reports": "NM reps",
    "no_maladministration": "No mal",
    "ombudsman_discretion": "Omb disc",
    "outside_jurisdiction": "Outside jurisdiction",
}
DECISIONS_2012 = {
    "no_power_to_investigate": "No power to investigate",
    "no_reason_to_use_exceptional_power": "No reason to use exceptional power to investigate",
    "investigation_not_justified_and_other": "Investigation not justified & Other",
    "not_enough_evidence_of_fault": "Not enough evidence of fault",
    "no_or_minor_injustice_and_other": "No or minor injustice & Other",
    "injustice_remedied_during_enquiries": "Injustice remedied during enquiries",
    "report": "Report",
}
SUBJECTS_NEW = {
    "adult_care_services": "Adult Care Services",
    "benefits_and_tax": "Benefits and Tax",
    "corporate_and_other_services": "Corporate and Other Services",
    "education_and_childrens_services": "Education and Children's Services",
    "environment_services": "Environmental Services & Public Protection & Regulation",
    "highways_and_transport": "Highways and Transport",
    "housing": "Housing",
    "planning_and_development": "Planning and Development",
    "other": "Other",
}
DECISIONS_NEW = {
    "decided_incomplete_or_invalid": "Incomplete or Invalid",
    "decided_advice_given": "Advice Given",
    "decided_referred_back_for_local_resolution": "Referred back for Local Resolution",
    "decided_closed_after_initial_enquiries": "Closed After Initial Enquiries",
    "not_upheld_decisions": "Not Upheld",
    "upheld_decisions": "Upheld",
}


def _cell(value: float | str) -> tuple[str, float | str]:
    """Return what is printed and what is expected; "" is an empty cell, "blank"."""
    if value == "":
        return "", "blank"
    return (f"{value:,}" if isinstance(value, int) else str(value)), value


def _average(enquiries: int, days: float) -> float | str:
    """Return what is expected of an average: without enquiries there is nothing to take it of."""
    return days if enquiries else "no_base"


def _total(values: Sequence[float | str]) -> int:
    return sum(int(value) for value in values if value != "")


def _label(year: int, ending: int) -> str:
    if year == ending:
        return f"01/04/{(year - 1) % 100:02d} - 31/03/{year % 100:02d}"
    return f"{year - 1}/{year % 100:02d}"


def _front(council: str, year: int, title: str, day: str) -> tuple[str, ...]:
    return (
        f"{day} {year}",
        "Mr A Harding",
        "Chief Executive",
        council,
        "DX 123456 SOMEWHERE 1",
        "Our ref: JRW/B3/BRH/ljj",
        "(Please quote our reference when contacting us)",
        "Dear Mr Harding",
        title,
    )


_AVERAGES = Table(
    "Average local authority response times",
    "Types of authority",
    ("<= 28 days %", "29 - 35 days %", ">= 36 days %"),
    (
        ("District Councils", ("48.9", "23.4", "27.7")),
        ("Unitary Authorities", ("30.4", "37.0", "32.6")),
        ("Metropolitan Authorities", ("38.9", "41.7", "19.4")),
    ),
)


def annual_letter(
    council: str,
    year: int,
    received: dict[int, dict[str, int | str]],
    decided: dict[int, dict[str, int | str]],
    premature: dict[int, int],
    response: dict[int, tuple[int, float]],
    *,
    short: str | None = None,
    paragraphs: tuple[str, ...] = (),
) -> tuple[Document, Expected]:
    """A letter up to 2008 with three years in each table."""
    expected: Expected = {}
    subjects = list(next(iter(received.values())))
    first, second, third = [], [], []
    for own, values in received.items():
        cells = [_cell(values[name]) for name in subjects]
        total = _total(list(values.values()))
        expected |= {(own, f"received_{n}"): c[1] for n, c in zip(subjects, cells, strict=True)}
        expected[own, "received_total"] = total
        first.append((_label(own, year), (*(c[0] for c in cells), f"{total:,}")))
    for own, values in decided.items():
        cells = [_cell(values[name]) for name in DECISIONS_OLD]
        without = _total(list(values.values()))
        expected |= {(own, f"decided_{n}"): c[1] for n, c in zip(DECISIONS_OLD, cells, strict=True)}
        expected[own, "decided_premature"] = premature[own]
        expected[own, "decided_total_excl_premature"] = without
        expected[own, "decided_total"] = without + premature[own]
        row = (*(c[0] for c in cells), f"{premature[own]:,}", f"{without:,}")
        second.append((_label(own, year), (*row, f"{without + premature[own]:,}")))
    for own, (enquiries, days) in response.items():
        expected[own, "first_enquiries"] = enquiries
        expected[own, "avg_response_days"] = _average(enquiries, days)
        third.append((_label(own, year), (f"{enquiries:,}", f"{days:.1f}")))
    tables = (
        Table(
            "",
            "Complaints received by subject area",
            (*(SUBJECTS_OLD[name] for name in subjects), "Total"),
            tuple(first),
        ),
        Table(
            "",
            "Decisions",
            (*DECISIONS_OLD.values(), "Premature complaints", "Total excl premature", "Total"),
            tuple(second),
        ),
        Table(
            "",
            "Response times",
            ("No. of First Enquiries", "Avg no. of days to respond"),
            tuple(third),
            span=("FIRST ENQUIRIES", 0, 1),
        ),
        _AVERAGES,
    )
    document = Document(
        front=_front(council, year, f"Annual Letter {year - 1}/{year % 100:02d}", "20 June"),
        paragraphs=(
            "I am writing to give you a summary of the complaints about your authority that my"
            f" office has dealt with over the past year, the year ended 31 March {year}, and to"
            " draw any lessons learned about your authority's performance to your attention.",
            *paragraphs,
        ),
        closing=("Yours sincerely", "J R White", "Local Government Ombudsman"),
        heads=(
            f"LOCAL AUTHORITY REPORT - {short or council}",
            f"For the period ending 31/03/{year}",
        ),
        tables=tables,
    )
    return document, expected


def annual_review(
    council: str,
    year: int,
    advice: dict[str, dict[str, int | str]],
    decided: dict[str, int | str],
    response: tuple[int, float],
    *,
    earlier: dict[int, tuple[int, float]] | None = None,
    booklet: bool = False,
    dated: bool = False,
    paragraphs: tuple[str, ...] = (),
    signed: str = "Anne Seex",
) -> tuple[Document, Expected]:
    """A review of 2009 to 2012: the rows of the Advice Team by their printed label. `dated`: a
    booklet has its date under the signature."""
    keys = {
        "Formal/informal premature complaints": "advice_team_premature",
        "Premature complaints": "advice_team_premature",
        "Advice given": "advice_team_advice_given",
        "Forwarded to investigative team (resubmitted prematures)": (
            "advice_team_forwarded_resubmitted"
        ),
        "Forwarded to investigative team (new)": "advice_team_forwarded_new",
        "Forwarded to investigative team (resubmitted premature and new)": "advice_team_forwarded",
    }
    expected: Expected = {}
    subjects = list(next(iter(advice.values())))
    rows = []
    for label, values in advice.items():
        total: int | str = _total(list(values.values()))
        if all(value == "" for value in values.values()):
            total = ""
        whole = _cell(total)
        rows.append((label, (*(_cell(values[name])[0] for name in subjects), whole[0])))
        expected[year, keys[label]] = whole[1]
    sums = [_total([values[name] for values in advice.values()]) for name in subjects]
    expected |= {(year, f"received_{n}"): s for n, s in zip(subjects, sums, strict=True)}
    expected[year, "received_total"] = sum(sums)
    rows.append(("Total", (*(f"{s:,}" for s in sums), f"{sum(sums):,}")))
    names = DECISIONS_2012 if "report" in decided else DECISIONS_OLD
    cells = [_cell(decided[name]) for name in names]
    expected |= {(year, f"decided_{n}"): c[1] for n, c in zip(names, cells, strict=True)}
    total = _total(list(decided.values()))
    expected[year, "decided_total"] = total
    span = f"01/04/{year - 1} / 31/03/{year}".replace(" / ", " - ")
    third = [(span, (f"{response[0]:,}", f"{response[1]:.1f}"))]
    expected[year, "first_enquiries"] = response[0]
    expected[year, "avg_response_days"] = _average(*response)
    for own, (enquiries, days) in (earlier or {}).items():
        third.append((f"{own - 1} / {own}", (f"{enquiries:,}", f"{days:.1f}")))
        expected[own, "first_enquiries"] = enquiries
        expected[own, "avg_response_days"] = _average(enquiries, days)
    tables = (
        Table(
            "LGO Advice Team",
            "Enquiries and complaints received",
            (*(SUBJECTS_OLD[name] for name in subjects), "Total"),
            tuple(rows),
        ),
        Table(
            "Investigative Team",
            "Decisions",
            (*names.values(), "Total"),
            ((span, (*(c[0] for c in cells), f"{total:,}")),),
        ),
        Table(
            "",
            "Response times",
            ("No. of First Enquiries", "Avg no. of days to respond"),
            tuple(third),
            span=("FIRST ENQUIRIES", 0, 1),
        ),
        _AVERAGES,
    )
    front = _front(council, year, f"Annual Review {year - 1}/{year % 100:02d}", "22 June")
    before: tuple[tuple[str, ...], ...] = ()
    if booklet:
        front = (f"Section 1: Complaints about {council} {year - 1}/{year % 100:02d}",)
        before = (
            (
                "The Local Government Ombudsman's",
                "Annual Review",
                council,
                "for the year ended",
                f"31 March {year}",
            ),
            (
                "Contents of Annual Review",
                f"Section 1: Complaints about {council} {year - 1}/{year % 100:02d} ... 3",
                "Section 2: LGO developments ... 6",
                "Appendix 1: Notes to assist interpretation of the statistics ... 8",
                "Appendix 2: Local authority report ... 10",
            ),
        )
    document = Document(
        front=front,
        paragraphs=(
            "This annual review provides a summary of the complaints we have dealt with about"
            f" {council} for the year ended 31 March {year}. Four were about adult care services,"
            " three about education and 10 about planning.",
            *paragraphs,
        ),
        closing=(signed, "Local Government Ombudsman", *((f"22 June {year}",) if dated else ()))
        if booklet
        else ("Yours sincerely", signed, "Local Government Ombudsman"),
        heads=(f"Local authority report - {council} for the period ending - 31/03/{year}",),
        tables=tables,
        before=before,
    )
    return document, expected


def one_total(
    council: str, number: str, value: float, *, paragraphs: tuple[str, ...] = ()
) -> tuple[Document, Expected]:
    """A letter of 2013."""
    document = Document(
        front=(
            "16 July 2013",
            "By email",
            "Ms A Nicholl",
            "Chief Executive",
            council,
            "Dear Ms Nicholl",
            "Annual Review Letter 2013",
        ),
        paragraphs=(
            "I am writing with our annual summary of statistics on the complaints made to the Local"
            " Government Ombudsman (LGO) about your authority for the year ended 31 March 2013.",
            f"In 2012/13 we received {number} complaints about your local authority. This compares"
            " to the following average number (recognising considerable population variations"
            " between authorities of a similar type):",
            "District/Borough Councils - 10 complaints. Unitary Authorities - 36 complaints."
            " Metropolitan Councils - 49 complaints. County Councils - 54 complaints."
            " London Boroughs - 79 complaints.",
            *paragraphs,
        ),
        closing=("Yours sincerely", "Dr Jane Martin", "Local Government Ombudsman"),
    )
    return document, {(2013, "received_total"): value}


def report(
    council: str,
    year: int,
    received: dict[str, int | str],
    decided: dict[str, int | str],
    *,
    rate: str | None = None,
    rate_expected: float | str | None = None,
    remedied: tuple[int | str, int | str] | None = None,
    paragraphs: tuple[str, ...] = (),
    order: Sequence[str] | None = None,
    public_reports: int | None = None,
) -> tuple[Document, Expected]:
    """A Local Authority Report of 2014 to 2018."""
    expected: Expected = {}
    cells = [_cell(value) for value in received.values()]
    expected |= {(year, f"received_{n}"): c[1] for n, c in zip(received, cells, strict=True)}
    expected[year, "received_total"] = _total(list(received.values()))
    order = list(order or DECISIONS_NEW)
    outcomes = [_cell(decided[name]) for name in order]
    expected |= {(year, n): c[1] for n, c in zip(order, outcomes, strict=True)}
    total = _total(list(decided.values()))
    expected[year, "decided_total"] = total
    headings = [DECISIONS_NEW[name] for name in order]
    row = [c[0] for c in outcomes]
    if rate is not None:
        headings.append("Uphold Rate")
        row.append(rate)
        expected[year, "uphold_rate"] = rate_expected if rate_expected is not None else ""
    places = [order.index(name) for name in ("not_upheld_decisions", "upheld_decisions")]
    tables = [
        Table(
            "Complaints and enquiries received",
            "",
            (*(SUBJECTS_NEW[name] for name in received), "Total"),
            (("", (*(c[0] for c in cells), f"{expected[year, 'received_total']:,}")),),
        ),
        Table(
            "Decisions made",
            "",
            (*headings, "Total"),
            (("", (*row, f"{total:,}")),),
            span=("Detailed Investigations", min(places), max(places)),
        ),
    ]
    if remedied is not None:
        both = [_cell(value) for value in remedied]
        expected[year, "remedied_by_lgo"] = both[0][1]
        expected[year, "remedied_by_authority"] = both[1][1]
        tables.append(
            Table(
                "Complaints Remedied",
                "",
                ("by LGO", "Satisfactorily by Authority before LGO Involvement"),
                (("", (both[0][0], both[1][0])),),
            )
        )
    if public_reports is not None:
        expected[year, "public_reports"] = public_reports
    heads = (f"Local Authority Report: {council}", f"For the Period Ending: 31/03/{year}")
    if year < 2016:
        heads = (f"Local authority report - {council}", f"for the period ending - 31/03/{year}")
    signed = "Michael King" if year > 2016 else "Dr Jane Martin"
    office = (
        "Local Government and Social Care Ombudsman"
        if year > 2016
        else "Local Government Ombudsman"
    )
    document = Document(
        front=(
            f"21 July {year}",
            "By email",
            "Mr A Harding",
            "Chief Executive",
            council,
            "Dear Mr Harding",
            f"Annual Review Letter {year}",
        ),
        paragraphs=(
            "I write to you with our annual summary of statistics on the complaints made to the"
            f" Local Government Ombudsman about your authority for the year ended 31 March {year}.",
            "The volume of complaints does not by itself indicate the quality of the council's"
            " performance.",
            *paragraphs,
        ),
        closing=(
            "Yours sincerely",
            signed,
            office,
            "Chair, Commission for Local Administration in England",
        ),
        heads=heads,
        tables=tuple(tables),
        notes=(
            "The uphold rate shows how often we found evidence of fault. It is expressed as a"
            " percentage of the total number of detailed investigations we completed.",
        ),
    )
    return document, expected
