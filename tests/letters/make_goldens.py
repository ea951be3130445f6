"""Write the golden letters anew: `python tests/letters/make_goldens.py` (needs fpdf2 as well).

`make_hard_goldens` writes those that are hard to read.

Each golden is a PDF and what it says, `goldens/NAME.pdf` and `goldens/NAME.expected.json`. What it
says is written from what was put into it, not from what the reader made of it. `wordings` tells
which of its wordings are in a sample letter (S), in public text that quotes the letters (P) or from
memory (M). Figures are those of no real letter unless `source` says so.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fpdf
import pypdf
from fpdf.fonts import FontFace
from letter_pdfs import (
    OVERVIEW,
    Ink,
    Statistics,
    Style,
    front_page,
    letter,
    make_pdf,
    statistics_page,
)
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from table_letters import (
    DECISIONS_2012,
    DECISIONS_NEW,
    DECISIONS_OLD,
    SUBJECTS_NEW,
    SUBJECTS_OLD,
    Document,
    Drawing,
    Expected,
    annual_letter,
    annual_review,
    drawn,
    one_total,
    report,
)

GOLDENS = Path(__file__).parent / "goldens"
FONT = Path(__import__("reportlab").__file__).parent / "fonts" / "Vera.ttf"


def flowed(document: Document, *, ruled: bool = True, align: str = "CENTER") -> bytes:
    """Set a document with fpdf2: flowing text, tables that size their own rows."""
    pdf = _pdf()
    for lines in document.before:
        pdf.add_page()
        for line in lines:
            pdf.multi_cell(0, 16, line, new_x="LMARGIN", new_y="NEXT")
    pdf.add_page()
    for text in (*document.front, *document.paragraphs, *document.closing):
        pdf.multi_cell(0, 13, text, new_x="LMARGIN", new_y="NEXT")
        pdf.ln(6)
    if document.tables:
        pdf.add_page(orientation="landscape")
        for line in document.heads:
            pdf.multi_cell(0, 15, line, new_x="LMARGIN", new_y="NEXT")
    for table in document.tables:
        pdf.ln(8)
        if table.title:
            pdf.multi_cell(0, 13, table.title, new_x="LMARGIN", new_y="NEXT")
        labelled = any(label for label, _ in table.rows)
        pdf.set_font("Text", size=8)
        with pdf.table(
            borders_layout="ALL" if ruled else "NONE",
            text_align=align,
            line_height=10,
            headings_style=FontFace(emphasis=None),
            num_heading_rows=1,
            width=min((len(table.headings) + labelled) * 90, int(pdf.epw)),
            align="LEFT",
            padding=2,
        ) as grid:
            heading = grid.row()
            for text in (*([table.label_heading] if labelled else []), *table.headings):
                heading.cell(text)
            for label, cells in table.rows:
                row = grid.row()
                for text in (*([label] if labelled else []), *cells):
                    row.cell(text)
        pdf.set_font("Text", size=10)
    for note in document.notes:
        pdf.ln(6)
        pdf.multi_cell(0, 12, note, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def flowed_panels(pages: list[list[Ink]]) -> bytes:
    """Set the text of drawn pages as flowing lines, from the top, then from the left."""
    pdf = _pdf()
    for inks in pages:
        pdf.add_page()
        for ink in inks:
            pdf.set_font("Text", size=min(ink.size, 14))
            pdf.set_xy(ink.x, ink.y - ink.size)
            pdf.cell(text=ink.text, h=ink.size)
    return bytes(pdf.output())


def _pdf() -> fpdf.FPDF:
    pdf = fpdf.FPDF(unit="pt", format="A4")
    pdf.set_creation_date(datetime(2020, 1, 1, tzinfo=UTC))
    pdf.add_font("Text", fname=str(FONT))
    pdf.set_font("Text", size=10)
    pdf.set_margins(50, 50)
    pdf.set_auto_page_break(True, margin=40)
    return pdf


def write(
    name: str,
    data: bytes,
    letters: list[dict[str, Any]],
    wordings: dict[str, list[str]],
    *,
    defect: str | None = None,
    source: str | None = None,
    link: dict[str, str | int] | None = None,
    codes: list[str] | None = None,
) -> None:
    """Write a golden. `link` is what the link to it says, `codes` findings that it must have."""
    GOLDENS.mkdir(exist_ok=True)
    (GOLDENS / f"{name}.pdf").write_bytes(data)
    content: dict[str, Any] = {"wordings": wordings}
    if defect:
        content["defect"] = defect
    if source:
        content["source"] = source
    if link:
        content["link"] = link
    if codes:
        content["codes"] = codes
    content["letters"] = letters
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    (GOLDENS / f"{name}.expected.json").write_text(text, encoding="utf-8")


def said(
    form: str | None,
    council: str | None,
    year: int | None,
    figures: Expected,
    *,
    status: str = "ok",
    doubtful: tuple[str, ...] = (),
    kind: str = "annual",
    **front: str | None,
) -> dict[str, Any]:
    return {
        "status": status,
        "kind": kind,
        "form": form,
        "authority": council,
        "year_ending": year,
        **front,
        "figures": {
            metric if own == year else f"{metric} {own}": value
            for (own, metric), value in sorted(
                figures.items(), key=lambda item: (-item[0][0], item[0][1])
            )
        },
        "doubtful": sorted(doubtful),
    }


OLD, NEW = list(SUBJECTS_OLD), list(SUBJECTS_NEW)
HARDING = {"addressee": "Mr A Harding", "post": "Chief Executive"}
A_WORDS = {
    "P": [
        "Annual Letter 2006/07, Our ref, DX and quote lines",
        "headings and row labels of the tables of complaints received, decisions, response times",
        "LOCAL AUTHORITY REPORT, For the period ending",
        "average local authority response times",
    ],
    "M": ["the order of the three tables on one page", "the closing lines"],
}
B_WORDS = {
    "P": [
        "title and contents of the Annual Review",
        "rows of the Advice Team's table, names of the tables",
        "numbers in words in the prose",
    ],
    "M": ["the line above the tables", "rows of earlier years in the response times"],
}
C_WORDS = {
    "P": [
        "Not enough evidence of fault, No or minor injustice & Other, Injustice remedied during"
        " enquiries"
    ],
    "M": ["the other four decisions and their order", "the layout"],
}
D_WORDS = {"M": ["the whole sentence and its averages"]}
E_WORDS = {
    "P": ["names of categories", "For the Period Ending", "Upheld, Not Upheld"],
    "M": ["order of the decisions", "heading over the detailed investigations", "layout"],
}
F_WORDS = {
    "P": [
        "names and order of categories and decisions, Uphold Rate",
        "by LGO, Satisfactorily by Authority before LGO Involvement",
        "Local Authority Report, For the Period Ending",
    ],
    "M": ["layout, heading over the detailed investigations, notes under the tables"],
}
G_WORDS = {"S": ["every sentence of the three panels"], "M": ["the layout of this copy"]}
I_WORDS = {
    "S": ["the sentences of the panels"],
    "P": ["upheld decisions per 100,000 residents"],
    "M": ["layout"],
}
J_WORDS = {
    "P": ["the overview's sentences, uphold rate, average, per 100,000 residents"],
    "M": ["what the other two panels print in 2025, layout"],
}


def annual_letters() -> None:
    def numbers(*values: int | str) -> dict[str, int | str]:
        return dict(zip(OLD, values, strict=True))

    def outcomes(*values: int | str) -> dict[str, int | str]:
        return dict(zip(DECISIONS_OLD, values, strict=True))

    received = {
        2008: numbers(4, 12, 5, 7, 30, 21, 35, 8, 9),
        2007: numbers(6, 2, 15, 7, 30, 2, 41, 4, 10),
        2006: numbers(1, 2, 3, 4, 5, 6, 7, 8, 9),
    }
    decided = {
        2008: outcomes(1, 12, 0, 0, 33, 14, 8),
        2007: outcomes(0, 9, 0, 2, 31, 11, 10),
        2006: outcomes(2, 9, 0, 1, 31, 11, 10),
    }
    premature = {2008: 41, 2007: 38, 2006: 22}
    response = {2008: (45, 27.3), 2007: (51, 31.8), 2006: (40, 22.0)}
    leeds = "Leeds City Council"
    front = {
        "title": "Annual Letter 2007/08",
        "letter_date": "2008-06-20",
        "signatory": "J R White",
        **HARDING,
    }
    document, expected = annual_letter(leeds, 2008, received, decided, premature, response)
    doc = said("annual_letter_tables", leeds, 2008, expected, **front)
    write("2008-three-years.drawn", drawn(document, Drawing(seed=3)), [doc], A_WORDS)
    write("2008-three-years.flowing", flowed(document), [doc], A_WORDS)
    write(
        "2008-span-of-days-in-two-lines.drawn",
        drawn(document, Drawing(seed=5, label_width=70, beside="first")),
        [doc],
        A_WORDS,
        defect="the label of the letter's own year wraps behind its dash, beside which the first"
        " number stands",
    )
    blanks = {**received, 2008: numbers("", 12, "", 7, 30, "", 35, 8, "")}
    document, expected = annual_letter(leeds, 2008, blanks, decided, premature, response)
    doc = said("annual_letter_tables", leeds, 2008, expected, **front)
    write(
        "2008-blank-cells-in-one-text-object.drawn",
        drawn(document, Drawing(seed=8, one_object=True, align="right")),
        [doc],
        A_WORDS,
        defect="each row's cells are one text object, with empty cells between",
    )
    write(
        "2008-blank-cells-without-rules.flowing",
        flowed(document, ruled=False, align="LEFT"),
        [doc],
        A_WORDS,
        defect="a table without ruling lines, with empty cells",
    )
    few = ["benefits", "housing", "other", "planning_and_building_control", "public_finance"]
    few.append("transport_and_highways")
    district = {
        2007: dict(zip(few, (3, 9, 4, 22, 5, 1), strict=True)),
        2006: dict(zip(few, (2, 7, 6, 19, 3, 0), strict=True)),
        2005: dict(zip(few, (4, 8, 2, 25, 2, 1), strict=True)),
    }
    shifted = {year - 1: values for year, values in decided.items()}
    council = "Borough Council of King's Lynn and West Norfolk"
    document, expected = annual_letter(
        council,
        2007,
        district,
        shifted,
        {2007: 11, 2006: 9, 2005: 14},
        {2007: (19, 25.4), 2006: (22, 30.1), 2005: (17, 19.9)},
        short="King's Lynn & W Nor",
    )
    doc = said(
        "annual_letter_tables",
        council_name(council),
        2007,
        expected,
        **{**front, "title": "Annual Letter 2006/07", "letter_date": "2007-06-20"},
    )
    write(
        "2007-district-headings-set-upwards.drawn",
        drawn(document, Drawing(seed=2, turned=90, upright=True, size=7)),
        [doc],
        A_WORDS,
        defect="headings set upwards; only the district's own columns",
    )
    write(
        "2007-table-over-two-pages.drawn",
        drawn(document, Drawing(seed=5, split=1)),
        [doc],
        A_WORDS,
        defect="a page ends between a table's headings and its rows",
    )
    broken = replace(
        document,
        tables=tuple(
            replace(
                table,
                rows=tuple(
                    (label, (*cells[:-1], "45")) if index == 0 else (label, cells)
                    for index, (label, cells) in enumerate(table.rows)
                ),
            )
            if number == 0
            else table
            for number, table in enumerate(document.tables)
        ),
    )
    expected = {**expected, (2007, "received_total"): 45}
    doc = said(
        "annual_letter_tables",
        council_name(council),
        2007,
        expected,
        status="suspect",
        doubtful=("received_total", *(f"received_{name}" for name in few)),
        **{**front, "title": "Annual Letter 2006/07", "letter_date": "2007-06-20"},
    )
    write(
        "2007-total-that-does-not-add-up.drawn",
        drawn(broken, Drawing(seed=5)),
        [doc],
        A_WORDS,
        defect="the printed total isn't the sum of its row",
    )


def council_name(printed: str) -> str:
    from ombudsman_crawler import authorities

    found = authorities.match(printed)
    assert found is not None, printed
    return found.name


def reviews() -> None:
    def numbers(*values: int | str) -> dict[str, int | str]:
        return dict(zip(OLD, values, strict=True))

    old = dict(zip(DECISIONS_OLD, (0, 5, 0, 0, 13, 4, 3), strict=True))
    bath = "Bath and North East Somerset Council"
    document, expected = annual_review(
        bath,
        2009,
        {
            "Formal/informal premature complaints": numbers(0, 1, 2, 3, 4, 5, 6, 1, 2),
            "Advice given": numbers(1, 1, 0, 0, 4, 2, 3, 1, 2),
            "Forwarded to investigative team (resubmitted prematures)": numbers(
                0, 0, 0, 1, 0, 1, 2, 0, 0
            ),
            "Forwarded to investigative team (new)": numbers(4, 0, 2, 3, 4, 5, 10, 1, 2),
        },
        old,
        (16, 29.5),
        earlier={2008: (12, 24.1)},
    )
    front = {"letter_date": "2009-06-22", "signatory": "Anne Seex", **HARDING}
    doc = said("advice_team_tables", bath, 2009, expected, title="Annual Review 2008/09", **front)
    write("2009-resubmitted-and-new-apart.drawn", drawn(document, Drawing(seed=1)), [doc], B_WORDS)
    write("2009-resubmitted-and-new-apart.flowing", flowed(document), [doc], B_WORDS)
    write(
        "2009-label-that-begins-above-its-numbers.drawn",
        drawn(document, Drawing(seed=1, label_width=120)),
        [doc],
        B_WORDS,
        defect="labels of two and three lines around their numbers; a word of one is a heading too",
    )
    leeds = "Leeds City Council"
    advice = {
        "Premature complaints": numbers(0, 1, 2, 3, 4, 5, 6, 1, 2),
        "Advice given": numbers(1, 1, 0, 0, 4, 2, 3, 1, 2),
        "Forwarded to investigative team (resubmitted premature and new)": numbers(
            0, 0, 0, 1, 0, 1, 2, 0, 0
        ),
    }
    document, expected = annual_review(
        leeds, 2010, advice, old, (16, 29.5), booklet=True, signed="Tony Redmond"
    )
    doc = said(
        "advice_team_tables",
        leeds,
        2010,
        expected,
        title="Annual Review",
        letter_date=None,
        addressee=None,
        post=None,
        signatory="Tony Redmond",
    )
    for how in ("drawn", "flowing"):
        write(
            f"2010-booklet-with-cover-and-contents.{how}",
            drawn(document, Drawing(seed=6)) if how == "drawn" else flowed(document),
            [doc],
            B_WORDS,
            defect="a booklet: no address, no greeting, a cover and a table of contents",
        )
    advice["Advice given"] = dict.fromkeys(OLD, "")
    document, expected = annual_review(
        leeds, 2010, advice, old, (0, 0.0), booklet=True, dated=True, signed="Tony Redmond"
    )
    write(
        "2010-row-without-a-number.drawn",
        drawn(document, Drawing(seed=6, label_width=80, beside="first", ruled=True)),
        [doc | said("advice_team_tables", leeds, 2010, expected, letter_date="2010-06-22")],
        B_WORDS,
        defect="one row has no number at all; an average where there was no enquiry; the booklet's"
        " date is at its foot",
    )
    advice["Advice given"] = numbers(1, 1, 0, 0, 4, 2, 3, 1, 2)
    document, expected = annual_review(
        leeds, 2010, advice, old, (16, 29.5), booklet=True, signed="Tony Redmond"
    )
    write(
        "2010-rows-on-the-next-page.drawn",
        drawn(document, Drawing(seed=6, label_width=80, beside="first", parted=2)),
        [doc],
        B_WORDS,
        defect="a table's last rows are on the next page, without headings, the first with a label"
        " of five lines",
    )
    wight = "Isle of Wight Council"
    new = dict(zip(DECISIONS_2012, (2, 1, 9, 14, 5, 9, 0), strict=True))
    document, expected = annual_review(
        wight, 2012, advice, new, (16, 29.5), signed="Dr Jane Martin"
    )
    doc = said(
        "advice_team_tables",
        wight,
        2012,
        expected,
        title="Annual Review 2011/12",
        letter_date="2012-06-22",
        signatory="Dr Jane Martin",
        **HARDING,
    )
    note = "14, 5 and 9 are those of the Isle of Wight in 2012 as its papers quote them"
    write(
        "2012-new-names-of-decisions.drawn",
        drawn(document, Drawing(seed=9, align="left")),
        [doc],
        C_WORDS,
        source=note,
    )
    write("2012-new-names-of-decisions.flowing", flowed(document), [doc], C_WORDS, source=note)


def totals() -> None:
    front = {
        "title": "Annual Review Letter 2013",
        "letter_date": "2013-07-16",
        "addressee": "Ms A Nicholl",
        "post": "Chief Executive",
        "signatory": "Dr Jane Martin",
    }
    for name, council, printed, value in (
        ("2013-total", "Kent County Council", "162", 162),
        ("2013-total-in-words", "Dartford Borough Council", "seven", 7),
    ):
        document, expected = one_total(council, printed, value)
        doc = said("single_total", council, 2013, expected, **front)
        write(f"{name}.drawn", drawn(document, Drawing(seed=4)), [doc], D_WORDS)
        write(f"{name}.flowing", flowed(document), [doc], D_WORDS)


def reports() -> None:
    leeds = "Leeds City Council"
    subjects = [name for name in NEW if name != "other"]
    order = (
        "upheld_decisions",
        "not_upheld_decisions",
        "decided_advice_given",
        "decided_closed_after_initial_enquiries",
        "decided_incomplete_or_invalid",
        "decided_referred_back_for_local_resolution",
    )
    front = {"title": "Annual Review Letter 2014", "letter_date": "2014-07-21", **HARDING}
    document, expected = report(
        leeds,
        2014,
        dict(zip(subjects, (20, 30, 5, 12, 18, 9, 25, 31), strict=True)),
        dict(zip(DECISIONS_NEW, (5, 12, 60, 30, "", 25), strict=True)),
        order=order,
        paragraphs=("During the year we issued two public reports about your authority.",),
        public_reports=2,
    )
    doc = said("local_authority_report", leeds, 2014, expected, signatory="Dr Jane Martin", **front)
    write(
        "2014-blank-cell.drawn",
        drawn(document, Drawing(seed=3, one_object=True)),
        [doc],
        E_WORDS,
        defect="an empty cell within a row that is one text object",
    )
    write("2014-blank-cell.flowing", flowed(document), [doc], E_WORDS, defect="an empty cell")
    birmingham = "Birmingham City Council"
    document, expected = report(
        birmingham,
        2018,
        dict(zip(NEW, (51, 97, 18, 49, 93, 29, 102, 13, 3), strict=True)),
        dict(zip(DECISIONS_NEW, (21, 34, 221, 93, 29, 43), strict=True)),
        rate="60%",
        rate_expected=60,
        remedied=(31, 6),
        paragraphs=("Fourteen complaints about housing were upheld, and 441 were not.",),
    )
    front = {"title": "Annual Review Letter 2018", "letter_date": "2018-07-21", **HARDING}
    doc = said(
        "local_authority_report", birmingham, 2018, expected, signatory="Michael King", **front
    )
    note = "received and decided as the Birmingham Post printed them on 30 August 2018"
    write("2018-report.drawn", drawn(document, Drawing(seed=3)), [doc], F_WORDS, source=note)
    write("2018-report.flowing", flowed(document), [doc], F_WORDS, source=note)
    write(
        "2018-headings-set-downwards.drawn",
        drawn(document, Drawing(seed=7, turned=270)),
        [doc],
        F_WORDS,
        defect="headings set downwards",
        source=note,
    )
    write(
        "2018-landscape-page-drawn-sideways.drawn",
        drawn(document, Drawing(seed=7, sideways=True)),
        [doc],
        F_WORDS,
        defect="the landscape page is drawn sideways on an upright one",
        source=note,
    )
    council = "Dartford Borough Council"
    document, expected = report(
        council,
        2016,
        dict(zip(NEW, (0, 2, 0, 1, 3, 0, 1, 2, 0), strict=True)),
        dict(zip(DECISIONS_NEW, (1, 2, 4, 2, 0, 0), strict=True)),
        rate="0%",
        rate_expected="no_base",
        remedied=(0, 0),
    )
    front = {"title": "Annual Review Letter 2016", "letter_date": "2016-07-21", **HARDING}
    doc = said(
        "local_authority_report", council, 2016, expected, signatory="Dr Jane Martin", **front
    )
    for how in ("drawn", "flowing"):
        write(
            f"2016-nothing-investigated.{how}",
            drawn(document, Drawing(seed=4)) if how == "drawn" else flowed(document),
            [doc],
            F_WORDS,
            defect="an uphold rate of 0% although nothing was investigated",
        )
    hard_reports(document, doc, expected)
    document, expected = report(
        council,
        2016,
        dict(zip(NEW, (0, 2, 0, 1, 3, 0, 1, 2, 0), strict=True)),
        dict(zip(DECISIONS_NEW, (1, 2, 4, 2, "", ""), strict=True)),
        rate="",
        rate_expected="blank",
        remedied=("", ""),
    )
    blank = said(
        "local_authority_report", council, 2016, expected, signatory="Dr Jane Martin", **front
    )
    write(
        "2016-remedies-without-a-number.drawn",
        drawn(document, Drawing(seed=4, ruled=True)),
        [blank],
        F_WORDS,
        defect="a table of which nothing but its headings is there; the cells of what was"
        " investigated are empty",
    )


def hard_reports(document: Document, doc: dict[str, Any], expected: Expected) -> None:
    whole = drawn(document, Drawing(seed=4))
    second, other = report(
        "Kent County Council",
        2016,
        dict(zip(NEW, (10, 2, 0, 1, 3, 8, 1, 2, 1), strict=True)),
        dict(zip(DECISIONS_NEW, (1, 2, 14, 2, 3, 5), strict=True)),
        rate="63%",
        rate_expected=63,
        remedied=(4, 1),
    )
    kent = said(
        "local_authority_report",
        "Kent County Council",
        2016,
        other,
        signatory="Dr Jane Martin",
        title="Annual Review Letter 2016",
        letter_date="2016-07-21",
        **HARDING,
    )
    write(
        "two-letters-in-one-file",
        _joined(whole, drawn(second, Drawing(seed=1))),
        [doc, kent],
        F_WORDS,
        defect="two letters of two councils in one file",
    )
    paper = (
        (
            "Governance and Audit Committee, 12 September 2016",
            "Agenda item 9",
            "Report of the Monitoring Officer",
            "Annual Review Letter 2016 of the Ombudsman",
            "1. Summary",
            "The Council received 77 complaints through its own procedure, 31 of them upheld.",
        ),
        ("2. Background", "The letter is attached at Appendix A."),
        ("Appendix A",),
    )
    write(
        "committee-paper-with-letter-as-appendix",
        drawn(replace(document, before=paper), Drawing(seed=4, footer="Page 110")),
        [doc],
        F_WORDS,
        defect="a letter behind the report that took it to a committee, with its page numbers",
    )
    pack = tuple((f"Page {number} of the agenda pack", "Other business.") for number in range(75))
    write(
        "agenda-pack-of-many-pages",
        drawn(replace(document, before=pack), Drawing()),
        [doc],
        F_WORDS,
        defect="more pages than are read, with a letter at the end",
    )
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(whole))
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.alert(1)"),
        }
    )
    writer.add_attachment("other.txt", b"uphold rate 99%")
    write("javascript-and-attachment", _bytes(writer), [doc], F_WORDS, defect="both are ignored")
    write(
        "font-without-characters",
        without_unicode(flowed(document)),
        [said(None, None, None, {}, status="unreadable")],
        F_WORDS,
        defect="the fonts don't say which characters their codes stand for",
    )
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(whole))
    writer.encrypt("", "owner", algorithm="AES-256")
    write(
        "encrypted-with-empty-password",
        _bytes(writer),
        [doc],
        F_WORDS,
        defect="may be read but not changed",
    )
    write(
        "scan-without-text",
        make_pdf([[]], picture=True),
        [said(None, None, None, {}, status="unreadable")],
        {"M": ["none"]},
        defect="a page with a picture only",
    )
    lines = (
        "18 July 2025",
        "By email",
        "Mr A Harding",
        "Chief Executive",
        "Leeds City Council",
        "Dear Mr Harding",
    )
    follow = Document(
        front=lines,
        paragraphs=(
            "Further to my annual review letter of 21 May 2025, I write to share my concern about"
            " the time your Council took to carry out our recommendations.",
            "I would welcome your reply.",
        ),
        closing=("Yours sincerely", "Amerdeep Somal", "Local Government and Social Care Ombudsman"),
    )
    write(
        "2025-follow-up",
        drawn(follow),
        [
            said(
                None,
                "Leeds City Council",
                2025,
                {},
                kind="follow_up",
                title=None,
                letter_date="2025-07-18",
                signatory="Amerdeep Somal",
                **HARDING,
            )
        ],
        {"M": ["the whole letter"]},
        defect="a further letter without statistics",
    )
    plain = replace(
        follow,
        front=(*lines, "Annual Review letter 2024-25"),
        paragraphs=("Thank you for meeting me about how your Council handles complaints.",),
    )
    write(
        "2025-letter-without-statistics",
        drawn(plain),
        [
            said(
                None,
                "Leeds City Council",
                2025,
                {},
                status="unknown_form",
                title="Annual Review letter 2024-25",
                letter_date="2025-07-18",
                signatory="Amerdeep Somal",
                **HARDING,
            )
        ],
        {"M": ["the whole letter"]},
        defect="titled as an annual letter, without statistics or a word of following up",
    )


def panels() -> None:
    metrics = {
        "uphold_rate": 74,
        "uphold_rate_similar": 71,
        "upheld_decisions": 40,
        "detailed_investigations": 54,
        "compliance_rate": 100,
        "compliance_rate_similar": 99,
        "compliance_outcomes": 33,
        "satisfactory_remedy_rate": 13,
        "satisfactory_remedy_rate_similar": 8,
        "satisfactory_remedy_decisions": 5,
        "satisfactory_remedy_base": 54,
    }
    front = {
        "addressee": "Ms Jane Smith",
        "post": "Chief Executive",
        "signatory": "Michael King",
    }
    later = replace(
        Statistics(),
        council="Leeds City Council",
        year=2024,
        remedy_base="40",
        per_100k="3.4",
        per_100k_similar="4.1",
    )
    cases: list[tuple[str, Statistics, Style, dict[str, float | str], dict[str, list[str]]]] = [
        ("2021-panels", Statistics(), Style(seed=3), metrics, G_WORDS),
        (
            "2024-panels",
            later,
            Style(seed=5, remedy_base="upheld decisions", investigations="investigations"),
            {
                **metrics,
                "satisfactory_remedy_base": 40,
                "upheld_per_100k": 3.4,
                "upheld_per_100k_similar": 4.1,
            },
            I_WORDS,
        ),
    ]
    overview = {
        **metrics,
        "complaints_dealt_with": 291,
        "not_for_us": 128,
        "assessed_and_closed": 87,
        "detailed_investigations": 76,
        "upheld_decisions": 61,
        "uphold_rate": 80,
        "uphold_rate_similar": 83,
        "satisfactory_remedy_rate": 8,
        "satisfactory_remedy_base": 61,
        "upheld_per_100k": 7.4,
        "upheld_per_100k_similar": 8,
    }
    style = Style(seed=9, remedy_base="upheld decisions", investigations="investigations")
    cases += [
        ("2025-overview", OVERVIEW, style, overview, J_WORDS),
        (
            "2025-overview-panels-swapped",
            replace(OVERVIEW, council="Kent County Council"),
            replace(style, order=("uphold", "remedy", "compliance"), glyphs=True),
            overview,
            J_WORDS,
        ),
    ]
    for name, stats, how, figures, wordings in cases:
        year = stats.year
        form = "complaint_overview" if year == 2025 else "three_panels"
        doc = said(
            form,
            stats.council,
            year,
            {(year, metric): value for metric, value in figures.items()},
            title=f"Annual Review letter {year}",
            letter_date=f"{year}-07-21",
            **front,
        )
        pages = [front_page(stats), statistics_page(stats, how)]
        write(f"{name}.drawn", letter(stats, how), [doc], wordings)
        write(f"{name}.flowing", flowed_panels(pages), [doc], wordings)


def _joined(*documents: bytes) -> bytes:
    writer = pypdf.PdfWriter()
    for data in documents:
        writer.append(io.BytesIO(data))
    return _bytes(writer)


def _bytes(writer: pypdf.PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def without_unicode(data: bytes) -> bytes:
    """Take from every font of a document what tells which characters its codes stand for."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    for page in writer.pages:
        for font in page["/Resources"]["/Font"].values():
            font.get_object().pop(NameObject("/ToUnicode"), None)
    return _bytes(writer)


WRITERS: tuple[Callable[[], None], ...] = (annual_letters, reviews, totals, reports, panels)

if __name__ == "__main__":
    for writer_of in WRITERS:
        writer_of()
    sys.stdout.write(f"{len(list(GOLDENS.glob('*.pdf')))} letters in {GOLDENS}\n")
