"""The text of public reports: of PDFs and of pages, sound and hostile."""

from __future__ import annotations

import io
import time

import pypdf
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from ombudsman_crawler import report_reading
from ombudsman_crawler.letters import plain_text

URL = "https://www.lgo.org.uk/assets/attach/1/report.pdf"
NEWS = "https://www.lgo.org.uk/information-centre/news/2023/sep/a-boy-without-school"

PAGES = [
    [
        (22, "A boy without school"),
        (12, "Investigation into a complaint about Kent County Council"),
        (12, "(reference number: 21 017 803)"),
        (12, "14 September 2023"),
    ],
    [
        (12, "The complaint"),
        (12, "The Council didn't find a school for B, who waited from"),
        (12, "1 May 2021"),
        (12, "until he was nine. Another case was 19 000 001."),
    ],
]


def pdf(pages: list[list[tuple[int, str]]] = PAGES, times: int = 1) -> bytes:
    """Draw pages of lines, each with its size."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1)
    for page in pages * times:
        at = 780.0
        for size, line in page:
            canvas.setFont("Helvetica", size)
            canvas.drawString(72, at, line)
            at -= 1.3 * size
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def test_a_report_says_what_it_is_about_when_and_under_which_reference() -> None:
    reading = report_reading.read(pdf(), URL)
    assert reading.status == "ok"
    assert reading.title == "A boy without school"
    assert reading.date == "2023-09-14"
    assert reading.reference == "21 017 803"
    assert reading.text is not None
    assert reading.text.startswith("A boy without school\n\nInvestigation into a complaint")
    assert "who waited from 1 May 2021 until he was nine." in reading.text


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("Date of report: 3 March 2019", "2019-03-03"),
        ("Published on 03/03/2019", "2019-03-03"),
        ("3rd March 2019", "2019-03-03"),
        ("March 2019", None),
        ("31 February 2019", None),
        ("3 March 2019.", None),
    ],
)
def test_the_day_on_the_title_page(line: str, date: str | None) -> None:
    assert report_reading.read(pdf([[(20, "Title"), (12, line), (12, "Text")]]), URL).date == date


def test_of_several_days_or_references_none_is_the_reports() -> None:
    page = [(20, "Title"), (12, "1 May 2021"), (12, "2 May 2021"), (12, "20 001 002, 20 001 003")]
    reading = report_reading.read(pdf([page]), URL)
    assert (reading.date, reading.reference) == (None, None)


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"%PDF-1.7 and nothing else", "unreadable", "cut off"),
        (pdf()[:600], "unreadable", "cut off"),
        (pdf([[]]), "no_text", "scan"),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes, status: str, reason: str) -> None:
    reading = report_reading.read(body, URL)
    assert (reading.status, reading.text) == (status, None)
    assert reason in (reading.reason or "")


def test_a_report_with_a_password_says_so() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf()))
    writer.encrypt("secret", algorithm="AES-256")
    target = io.BytesIO()
    writer.write(target)
    reading = report_reading.read(target.getvalue(), URL)
    assert reading.status == "unreadable"
    assert "password" in (reading.reason or "")


def test_of_a_very_long_report_the_beginning_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_text, "MOST_PAGES", 3)
    reading = report_reading.read(pdf(times=2), URL)
    assert (reading.status, reading.reason) == ("ok", "longer than is read")
    assert reading.text is not None
    assert reading.text.count("A boy without school") == 2
    assert reading.text.count("The complaint") == 1


def test_a_page_that_tells_of_a_report() -> None:
    page = """<html><head><title>News</title></head><body><nav><a href="/">Home</a></nav>
        <h1>A boy without school</h1><p>Article date: 14 September 2023</p>
        <p>The Ombudsman’s report says he waited.</p><p>Kent has agreed to pay.</p>
        <h2>Review your privacy settings</h2><p>Cookies</p></body></html>"""
    reading = report_reading.read(page.encode(), NEWS)
    assert reading.status == "ok"
    assert reading.title == "A boy without school"
    assert reading.date == "2023-09-14"
    assert reading.text == (
        "A boy without school\n\nArticle date: 14 September 2023\n\n"
        "The Ombudsman’s report says he waited.\n\nKent has agreed to pay."
    )


def test_a_decisions_page_names_its_case() -> None:
    url = "https://www.lgo.org.uk/decisions/education/school-transport/21-017-803"
    reading = report_reading.read(b"<h1>Kent (21 017 803)</h1><p>Summary: fault.</p>", url)
    assert reading.reference == "21 017 803"


def test_letters_beyond_ascii_come_as_the_page_says() -> None:
    page = '<meta charset="iso-8859-1"><h1>Caf\xe9</h1>'.encode("latin-1")
    assert report_reading.read(page, NEWS).title == "Caf\xe9"
    assert report_reading.read("<h1>Café</h1>".encode(), NEWS).title == "Café"


@pytest.mark.parametrize("body", [b"", b"\0\0", b"<p>No heading</p>", b"\xff\xfe<", b"<h1>"])
def test_a_page_without_a_heading_has_no_text(body: bytes) -> None:
    assert report_reading.read(body, NEWS).status == "no_text"


@pytest.mark.parametrize(
    "body",
    [b"<h1>x</h1>" * 100_000, b"<h1>x</h1><p>" + b"(" * 3_000_000, b"<div>" * 200_000 + b"<h1>x"],
    ids=["headings", "one text", "depth"],
)
def test_a_page_made_to_hurt_is_read_in_time(body: bytes) -> None:
    started = time.process_time()
    report_reading.read(body, NEWS)
    assert time.process_time() - started < 10
