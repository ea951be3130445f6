"""Write the golden letters that are hard to read anew: `python tests/letters/make_hard_goldens.py`.

As `make_goldens`, each named by its defect. Those of the third producer need LibreOffice's
`soffice` and are left as they are where there is none.
"""

from __future__ import annotations

import html
import io
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pypdf
from letter_pdfs import (
    Ink,
    Statistics,
    Style,
    front_page,
    letter,
    make_pdf,
    statistics_page,
)
from make_goldens import (
    A_WORDS,
    B_WORDS,
    D_WORDS,
    F_WORDS,
    G_WORDS,
    HARDING,
    I_WORDS,
    NEW,
    OLD,
    Expected,
    flowed_panels,
    said,
    write,
)
from table_letters import (
    DECISIONS_NEW,
    DECISIONS_OLD,
    Document,
    Drawing,
    annual_letter,
    annual_review,
    drawn,
    one_total,
    report,
)

KENT = "Kent County Council"
SMITH = {"addressee": "Ms Jane Smith", "post": "Chief Executive", "signatory": "Michael King"}
PANELS: dict[str, float | str] = {
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
H_WORDS = {
    "S": ["the sentences of the panels"],
    "P": ["similar organisations", "No recommendations were due for compliance in this period"],
    "M": ["the organisation had, N/A in place of the third panel, layout"],
}


def in_year(year: int, figures: dict[str, float | str]) -> Expected:
    return {(year, metric): value for metric, value in figures.items()}


def letter_of(
    stats: Statistics,
    figures: dict[str, float | str],
    *,
    council: str | None = KENT,
    status: str = "ok",
    doubtful: tuple[str, ...] = (),
) -> dict[str, object]:
    return said(
        "three_panels",
        council,
        stats.year,
        in_year(stats.year, figures),
        status=status,
        doubtful=doubtful,
        title=f"Annual Review letter {stats.year}",
        letter_date=f"{stats.year}-07-21",
        **SMITH,
    )


def panels() -> None:
    later = Style(body="organisation", similar="organisations", investigations="investigations")
    one = replace(
        Statistics(),
        year=2022,
        upheld="1",
        investigations="1",
        uphold_rate="100%",
        outcomes="1",
        remedied="1",
        remedy_rate="100%",
        remedy_base="1",
    )
    figures = {
        **PANELS,
        "uphold_rate": 100,
        "upheld_decisions": 1,
        "detailed_investigations": 1,
        "compliance_outcomes": 1,
        "satisfactory_remedy_rate": 100,
        "satisfactory_remedy_decisions": 1,
        "satisfactory_remedy_base": 1,
    }
    defect = "one of everything: decision, investigation, outcome without their plural s"
    write(
        "2022-singulars.drawn",
        letter(one, replace(later, seed=6)),
        [letter_of(one, figures)],
        H_WORDS,
        defect=defect,
    )
    write(
        "2022-singulars.flowing",
        flowed_panels([front_page(one), statistics_page(one, later)]),
        [letter_of(one, figures)],
        H_WORDS,
        defect=defect,
    )
    nothing = replace(
        Statistics(),
        year=2023,
        upheld="0",
        investigations="2",
        uphold_rate="0%",
        not_due=True,
        remedy_nothing=True,
    )
    not_due = ("compliance_rate", "compliance_rate_similar", "compliance_outcomes")
    figures = {
        "uphold_rate": 0,
        "uphold_rate_similar": 71,
        "upheld_decisions": 0,
        "detailed_investigations": 2,
        **dict.fromkeys(not_due, "not_due"),
        "satisfactory_remedy_rate": "no_base",
    }
    defect = "nothing upheld, nothing due, N/A in place of a panel"
    for how, data in (
        ("drawn", letter(nothing, replace(later, seed=2))),
        ("flowing", flowed_panels([front_page(nothing), statistics_page(nothing, later)])),
    ):
        write(
            f"2023-nothing-upheld.{how}",
            data,
            [letter_of(nothing, figures)],
            H_WORDS,
            defect=defect,
        )
    stray = replace(
        Statistics(),
        year=2024,
        remedy_base="40",
        per_100k="3.9%",
        per_100k_similar="2",
    )
    style = replace(later, remedy_base="upheld decisions")
    figures = {
        **PANELS,
        "satisfactory_remedy_base": 40,
        "upheld_per_100k": 3.9,
        "upheld_per_100k_similar": 2,
    }
    defect = "a stray percent sign behind a number per 100,000 residents"
    for how, data in (
        ("drawn", letter(stray, replace(style, seed=1))),
        ("flowing", flowed_panels([front_page(stray), statistics_page(stray, style)])),
    ):
        write(
            f"2024-stray-percent.{how}", data, [letter_of(stray, figures)], I_WORDS, defect=defect
        )
    park = replace(
        Statistics(),
        council="Exmoor National Park Authority",
        uphold_similar=None,
        compliance_similar=None,
        remedy_similar=None,
    )
    figures = {
        metric: "not_compared" if metric.endswith("_similar") else value
        for metric, value in PANELS.items()
    }
    write(
        "2021-national-park-without-averages.drawn",
        letter(park, Style(seed=8)),
        [letter_of(park, figures, council=None)],
        G_WORDS,
        defect="a kind of authority that is compared with none: no average is printed",
    )
    plain = Statistics()
    write(
        "2021-columns-drawn-across.drawn",
        letter(plain, Style(side_by_side=True, glyphs=True, seed=21)),
        [letter_of(plain, PANELS)],
        G_WORDS,
        defect="three panels side by side, their lines and glyphs drawn in any order",
    )
    write(
        "2021-cropped-and-turned.drawn",
        letter(plain, Style(seed=4), rotation=270, crop=35),
        [letter_of(plain, PANELS)],
        G_WORDS,
        defect="pages turned by 270 degrees, with a margin outside the crop box",
    )
    prose = (
        "This year, we issued one public report about your Council. I am glad that it agreed to"
        " our recommendations in the three cases; it is disappointing that in two of these cases,"
        " remedies were not completed within the agreed timescales. We recommended that it look at"
        " 50 similar cases and pay £1,000 each. Nationally we made 1,848 recommendations; 18% were"
        " carried out late and less than 1% refused. We were pleased to deliver three online"
        " complaint handling courses to your staff."
    )
    figures = {**PANELS, "public_reports": 1, "late_compliance": 2, "training_courses": 3}
    defect = "numbers in words, and numbers that aren't the council's"
    pages = [front_page(plain, prose=prose), statistics_page(plain, Style())]
    for how, data in (
        ("drawn", letter(plain, Style(seed=5), prose=prose)),
        ("flowing", flowed_panels(pages)),
    ):
        write(
            f"2021-other-numbers-in-prose.{how}",
            data,
            [letter_of(plain, figures)],
            {"S": [*G_WORDS["S"], "public report, late remedies, courses"], "M": ["the rest"]},
            defect=defect,
        )
    # Beside the last panel's count and under its base, where a page of a committee's papers ends.
    page = statistics_page(plain, Style())
    low = max(ink.y for ink in page)
    count = next(ink for ink in page if ink.text == "5")
    beside = (Ink(count.x + 145, count.y, "Page 110", 8), Ink(300, low + 16, "110", 8))
    write(
        "2021-page-numbers-beside-figures.drawn",
        letter(plain, Style(seed=7, extra=beside)),
        [letter_of(plain, PANELS)],
        G_WORDS,
        defect="page numbers of a committee's papers near the figures",
    )
    bound = replace(plain, compliance_rate="fewer than 95%")
    write(
        "2021-bound-in-place-of-a-rate.drawn",
        letter(bound, Style(seed=3, graphics=False)),
        [
            letter_of(
                bound,
                {**PANELS, "compliance_rate": 95},
                status="suspect",
                doubtful=("compliance_rate",),
            )
        ],
        G_WORDS,
        defect="a rate that is a bound: fewer than 95%",
    )
    other = letter_of(plain, PANELS, status="suspect")
    write(
        "letter-behind-another-councils-link",
        letter(plain, Style(seed=12)),
        [other],
        G_WORDS,
        defect="the link says another council than the letter",
        link={"authority": "Dartford Borough Council", "year_ending": 2021},
        codes=["authority_differs_from_link"],
    )
    write(
        "letter-behind-another-years-link",
        letter(plain, Style(seed=13)),
        [other],
        G_WORDS,
        defect="the link says another year than the letter",
        link={"authority": KENT, "year_ending": 2020},
        codes=["year_differs_from_link"],
    )
    write(
        "encrypted-with-a-password",
        letter(plain, password="secret"),
        [said(None, None, None, {}, status="unreadable")],
        G_WORDS,
        defect="asks for a password",
        codes=["encrypted"],
    )
    papers = [
        [Ink(60, 80, f"Item {number}"), Ink(60, 110, f"The budget is £{number * 37:,}.")]
        for number in range(1, 499)
    ]
    middle = [front_page(plain), statistics_page(plain, Style(seed=2))]
    write(
        "letter-in-the-middle-of-500-pages",
        _packed(make_pdf([*papers[:240], *middle, *papers[240:]])),
        [letter_of(plain, PANELS)],
        G_WORDS,
        defect="the papers of a committee, 500 pages, a letter on pages 241 and 242",
    )


def tables() -> None:
    document, _ = one_total(KENT, "fewer than five", 5)
    front = {
        "title": "Annual Review Letter 2013",
        "letter_date": "2013-07-16",
        "addressee": "Ms A Nicholl",
        "post": "Chief Executive",
        "signatory": "Dr Jane Martin",
    }
    write(
        "2013-bound-in-place-of-a-total.drawn",
        drawn(document, Drawing(seed=2)),
        [
            said(None, KENT, 2013, {}, status="unknown_form", **front),
        ],
        D_WORDS,
        defect="a total that is a bound, fewer than five: no number of the form, so no figure",
    )


def offices() -> None:
    """Letters set by LibreOffice, from the same documents."""
    document, expected = report(
        "Birmingham City Council",
        2018,
        dict(zip(NEW, (51, 97, 18, 49, 93, 29, 102, 13, 3), strict=True)),
        dict(zip(DECISIONS_NEW, (21, 34, 221, 93, 29, 43), strict=True)),
        rate="60%",
        rate_expected=60,
        remedied=(31, 6),
    )
    doc = said(
        "local_authority_report",
        "Birmingham City Council",
        2018,
        expected,
        title="Annual Review Letter 2018",
        letter_date="2018-07-21",
        signatory="Michael King",
        **HARDING,
    )
    write("2018-report.office", office(document), [doc], F_WORDS)
    received = {
        2008: dict(zip(OLD, (4, 12, 5, 7, 30, 21, 35, 8, 9), strict=True)),
        2007: dict(zip(OLD, (6, 2, 15, 7, 30, 2, 41, 4, 10), strict=True)),
        2006: dict(zip(OLD, (1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)),
    }
    decided = {
        2008: dict(zip(DECISIONS_OLD, (1, 12, 0, 0, 33, 14, 8), strict=True)),
        2007: dict(zip(DECISIONS_OLD, (0, 9, 0, 2, 31, 11, 10), strict=True)),
        2006: dict(zip(DECISIONS_OLD, (2, 9, 0, 1, 31, 11, 10), strict=True)),
    }
    document, expected = annual_letter(
        "Leeds City Council",
        2008,
        received,  # type: ignore[arg-type]
        decided,  # type: ignore[arg-type]
        {2008: 41, 2007: 38, 2006: 22},
        {2008: (45, 27.3), 2007: (51, 31.8), 2006: (40, 22.0)},
    )
    doc = said(
        "annual_letter_tables",
        "Leeds City Council",
        2008,
        expected,
        title="Annual Letter 2007/08",
        letter_date="2008-06-20",
        signatory="J R White",
        **HARDING,
    )
    write("2008-three-years.office", office(document), [doc], A_WORDS)

    old = dict(zip(DECISIONS_OLD, (0, 5, 0, 0, 13, 4, 3), strict=True))
    advice = {
        "Premature complaints": (0, 1, 2, 3, 4, 5, 6, 1, 2),
        "Advice given": (1, 1, 0, 0, 4, 2, 3, 1, 2),
        "Forwarded to investigative team (resubmitted premature and new)": (
            0, 0, 0, 1, 0, 1, 2, 0, 0,
        ),
    }  # fmt: skip
    document, expected = annual_review(
        "Leeds City Council",
        2011,
        {label: dict(zip(OLD, row, strict=True)) for label, row in advice.items()},
        old,  # type: ignore[arg-type]
        (16, 29.5),
        signed="Dr Jane Martin",
    )
    doc = said(
        "advice_team_tables",
        "Leeds City Council",
        2011,
        expected,
        title="Annual Review 2010/11",
        letter_date="2011-06-22",
        signatory="Dr Jane Martin",
        **HARDING,
    )
    write("2011-review.office", office(document), [doc], B_WORDS)


def office(document: Document) -> bytes:
    """Set a document with LibreOffice Writer: text, then tables on a landscape page."""
    escape = html.escape
    parts = [f"<p>{escape(line)}</p>" for line in document.front]
    parts += [f"<p>{escape(text)}</p>" for text in (*document.paragraphs, *document.closing)]
    parts.append('<p style="page-break-before: always"></p>')
    parts += [f"<p><b>{escape(line)}</b></p>" for line in document.heads]
    for table in document.tables:
        labelled = any(label for label, _ in table.rows)
        parts.append(f"<p>{escape(table.title)}</p>")
        parts.append('<table border="1" cellpadding="3" cellspacing="0" width="100%">')
        if table.span:
            text, first, last = table.span
            before = "<td></td>" * (first + labelled)
            after = "<td></td>" * (len(table.headings) - last - 1)
            wide = f'<td align="center" colspan="{last - first + 1}">{escape(text)}</td>'
            parts.append(f"<tr>{before}{wide}{after}</tr>")
        rows = [(table.label_heading, table.headings), *table.rows]
        for label, cells in rows:
            row = [*([label] if labelled else []), *cells]
            parts.append(
                "<tr>"
                + "".join(
                    f'<td align="center"><font size="1">{escape(one)}</font></td>' for one in row
                )
                + "</tr>"
            )
        parts.append("</table>")
    parts += [f"<p>{escape(note)}</p>" for note in document.notes]
    style = "@page { size: 29.7cm 21cm; margin: 1.5cm } p, td { font-family: 'DejaVu Sans' }"
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "letter.html"
        page.write_text(
            f'<html><head><meta charset="utf-8"><style>{style}</style></head>'
            f"<body>{''.join(parts)}</body></html>",
            encoding="utf-8",
        )
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{folder}/user", "--headless",
             "--convert-to", "pdf:writer_web_pdf_Export", "--outdir", folder, str(page)],
            check=True, capture_output=True, timeout=180,
        )  # fmt: skip
        return page.with_suffix(".pdf").read_bytes()


def _packed(data: bytes) -> bytes:
    """Return a document without what its pages repeat."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.compress_identical_objects()
    for page in writer.pages:
        page.compress_content_streams()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


if __name__ == "__main__":
    panels()
    tables()
    if shutil.which("soffice"):
        offices()
    else:
        sys.stderr.write("no soffice: the letters of the third producer are left as they are\n")
