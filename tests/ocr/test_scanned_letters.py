"""Scanned letters, read by the engine itself: what it reads, and how little it touches.

A scan is made here: a replica's letter is drawn as pictures of 150 dots an inch, in the quality of
an office scanner, and those are all that the PDF holds.
"""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
from pathlib import Path

import pypdf
import pypdfium2 as pdfium
import pytest
from conftest import Storage, ombudsman
from PIL import Image, ImageChops
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ombudsman_crawler.figures.figure import Figure
from ombudsman_crawler.letters.letter import DocumentReading, Letter
from ombudsman_crawler.letters.read import read_document
from ombudsman_crawler.replica import Replica, ReplicaLetter

WATCHED = Path(__file__).parent / "watched.py"


def scan(data: bytes, *, askew: float = 0, grain: int = 0) -> bytes:
    """Return a PDF of pictures of another's pages; `askew` in degrees, `grain` in shades."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    chance = random.Random(1)
    for page in pdfium.PdfDocument(data):
        width, height = page.get_size()
        picture = page.render(scale=150 / 72).to_pil().convert("L")
        if askew:
            picture = picture.rotate(askew, fillcolor=255, resample=Image.Resampling.BICUBIC)
        if grain:
            noise = Image.frombytes(
                "L", picture.size, chance.randbytes(picture.width * picture.height)
            )
            picture = ImageChops.subtract(picture, noise.point(lambda shade: shade * grain // 255))
        stored = io.BytesIO()
        picture.save(stored, "JPEG", quality=75)
        canvas.setPageSize((width, height))
        canvas.drawImage(ImageReader(stored), 0, 0, width, height)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def replica_letter(year: int) -> ReplicaLetter:
    return Replica(councils=2, years=(year, year)).letters()[0]


def by_key(letter: Letter) -> dict[tuple[int, str], Figure]:
    return {(figure.year_ending, figure.metric): figure for figure in letter.figures}


def said(figure: Figure) -> object:
    return figure.value if figure.value is not None else (None, figure.absence)


def all_doubtful(reading: DocumentReading) -> bool:
    return all(
        letter.status == "suspect"
        and ("from_ocr", None, None)
        in {(finding.code, finding.metric, finding.year_ending) for finding in letter.findings}
        for letter in reading.letters
    )


@pytest.mark.parametrize("year", [2008, 2018, 2021, 2024, 2025])
def test_a_clean_scan_is_read_right_and_doubted(year: int) -> None:
    truth = replica_letter(year)
    reading = read_document(scan(truth.pdf()), recognise=True)
    (letter,) = reading.letters
    assert reading.extractor.startswith("rapidocr ")
    assert all_doubtful(reading)
    assert (letter.form, letter.authority, letter.year_ending, letter.letter_date) == (
        truth.form,
        truth.authority,
        year,
        truth.letter_date,
    )
    expected = {(year, metric): value for metric, value in truth.figures.items()}
    assert {key: said(figure) for key, figure in by_key(letter).items()} == (
        expected | truth.restated
    )
    # Each number is where the typed letter has it.
    typed = by_key(read_document(truth.pdf()).letters[0])
    for key, figure in by_key(letter).items():
        if figure.box is not None and typed[key].box is not None:
            assert figure.page == typed[key].page
            assert figure.box == pytest.approx(typed[key].box, abs=3), key


def test_a_crooked_and_grainy_scan_has_no_wrong_figure() -> None:
    truth = replica_letter(2016)
    reading = read_document(scan(truth.pdf(), askew=0.5, grain=60), recognise=True)
    (letter,) = reading.letters
    assert all_doubtful(reading)
    expected = {(2016, metric): value for metric, value in truth.figures.items()}
    found = {key: said(figure) for key, figure in by_key(letter).items()}
    assert len(found) > 10
    assert {key: value for key, value in found.items() if isinstance(value, float)}.items() <= (
        (expected | truth.restated).items()
    )


def test_scanned_statistics_in_a_typed_letter() -> None:
    truth = replica_letter(2018)
    typed, scanned = (pypdf.PdfReader(io.BytesIO(d)) for d in (truth.pdf(), scan(truth.pdf())))
    mixed = pypdf.PdfWriter()
    for page in (*typed.pages[:-1], scanned.pages[-1]):
        mixed.add_page(page)
    out = io.BytesIO()
    mixed.write(out)
    reading = read_document(out.getvalue(), recognise=True)
    assert reading.extractor.startswith("pdfium ")
    assert "rapidocr " in reading.extractor
    assert [page.recognised for page in reading.pages] == [False] * (len(typed.pages) - 1) + [True]
    assert all_doubtful(reading)
    expected = {(2018, metric): value for metric, value in truth.figures.items()}
    assert {k: said(f) for k, f in by_key(reading.letters[0]).items()} == expected | truth.restated


def test_a_typed_letter_is_read_as_without_ocr() -> None:
    data = replica_letter(2021).pdf()
    assert read_document(data, recognise=True) == read_document(data)


def test_a_picture_without_words_stays_unreadable() -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawImage(ImageReader(Image.new("L", (600, 800), 200)), 0, 0, 595, 842)
    canvas.save()
    (letter,) = read_document(out.getvalue(), recognise=True).letters
    assert letter.status == "unreadable"
    assert [finding.code for finding in letter.findings] == ["no_text_layer"]


def test_read_with_ocr_says_so_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "scan.pdf"
    file.write_bytes(scan(replica_letter(2013).pdf()))
    without = ombudsman("read", file)
    assert without.status == 1
    done = ombudsman("read", "--ocr", "--json", file)
    assert (done.status, done.err) == (0, "")
    (letter,) = json.loads(done.out)
    assert letter["status"] == "suspect"
    assert "from_ocr" in {finding["code"] for finding in letter["findings"]}
    assert letter["figures"]


def test_the_engine_asks_no_network_and_writes_no_file(tmp_path: Path) -> None:
    file = tmp_path / "scan.pdf"
    file.write_bytes(scan(replica_letter(2013).pdf()))
    done = subprocess.run(
        [sys.executable, "-B", str(WATCHED), str(file)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["suspect"]


def test_a_crawl_with_ocr_stores_doubtful_figures(storage: Storage) -> None:
    with Replica(councils=1, years=(2013, 2013)) as replica:
        (truth,) = replica.letters()
        replica.replace(truth.path, scan(truth.pdf()))
        done = storage.crawl(replica, OMBUDSMAN_OCR="True")
        assert done.status == 0, done.all
        rows = storage.query("SELECT metric, value, doubts FROM figures")
    assert {row["metric"]: row["value"] for row in rows} == truth.figures
    assert all("from_ocr" in row["doubts"] for row in rows)
    (stored,) = storage.query("SELECT extractor FROM document_words")
    assert stored["extractor"].startswith("rapidocr ")
