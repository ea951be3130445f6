"""What comes of words read by OCR, whatever engine read them. The engine itself: tests/ocr."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from letter_pdfs import make_pdf

from ombudsman_crawler import cli
from ombudsman_crawler.exceptions import OcrNotInstalled
from ombudsman_crawler.figures.figure import Severity
from ombudsman_crawler.letters import ocr, packed_words, words
from ombudsman_crawler.letters.letter import Letter
from ombudsman_crawler.letters.read import read_document, read_words
from ombudsman_crawler.letters.witness import PageTexts
from ombudsman_crawler.reading_workers import ReadingWorkers

FIXTURES = Path(__file__).parent / "fixtures"
SAMPLE = FIXTURES / "2021-kent-county-council.word.pdf"


def read_as_recognised(*numbers: int) -> Letter:
    """Read the sample as if OCR had seen some of its pages, and the second reader nothing."""
    pages = [
        replace(page, recognised=page.number in numbers)
        for page in words.extract(SAMPLE.read_bytes())
    ]
    typed = {page.number: " ".join(w.text for w in page.words) for page in pages}
    texts = PageTexts(
        lambda: pytest.fail("another page is asked for"),
        known=typed | dict.fromkeys(numbers, ""),
    )
    (letter,) = read_words(pages, None, texts).letters
    return letter


def doubts(letter: Letter) -> list[tuple[str, str | None]]:
    return [(f.code, f.metric) for f in letter.findings if f.severity is not Severity.NOTE]


def statistics_page() -> int:
    (letter,) = read_document(SAMPLE.read_bytes()).letters
    (page,) = {f.page for f in letter.figures if f.metric == "upheld_decisions"}
    assert page is not None
    return page


def test_every_figure_of_a_scanned_letter_is_doubtful_and_none_is_witnessed() -> None:
    pages = range(1, len(words.extract(SAMPLE.read_bytes())) + 1)
    letter = read_as_recognised(*pages)
    assert letter.figures
    assert letter.status == "suspect"
    assert doubts(letter) == [("from_ocr", None)]


def test_a_letter_with_scanned_statistics_is_doubtful() -> None:
    assert doubts(read_as_recognised(statistics_page())) == [("from_ocr", None)]


def test_a_letter_with_a_scanned_first_page_is_doubtful() -> None:
    assert doubts(read_as_recognised(1)) == [("from_ocr", None)]


def test_a_typed_letter_with_a_picture_behind_it_is_not_doubtful() -> None:
    pages = words.extract(SAMPLE.read_bytes())
    behind = replace(pages[-1], number=len(pages) + 1, words=(), recognised=True)
    (letter,) = read_words([*pages, behind]).letters
    assert letter.status == "ok"


def test_stored_words_remember_that_they_were_recognised() -> None:
    page = replace(words.extract(SAMPLE.read_bytes())[0], recognised=True)
    assert packed_words.unpack(packed_words.pack([page])) == (page,)


def test_a_scan_stays_unreadable_where_ocr_is_not_asked_for() -> None:
    (letter,) = read_document(make_pdf([[]], picture=True)).letters
    assert letter.status == "unreadable"
    assert [finding.code for finding in letter.findings] == ["no_text_layer"]


def test_ocr_without_its_extra_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(ocr, "installed", lambda: False)
    storage = tmp_path / "storage"
    crawl = ["crawl", "--set=OMBUDSMAN_OCR=True", "--storage", str(storage)]
    for arguments in (["read", "--ocr", str(SAMPLE)], crawl):
        monkeypatch.setattr(sys, "argv", ["ombudsman", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == 2
        told = capsys.readouterr().err.strip().splitlines()[-1]
        assert "needs the extra `ocr`" in told
        assert "pip install" in told
    assert not storage.exists()


def test_workers_and_the_reader_refuse_ocr_without_its_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ocr, "installed", lambda: False)
    with pytest.raises(OcrNotInstalled):
        ReadingWorkers(1, 10, 2048, ocr=True)
    with pytest.raises(OcrNotInstalled):
        read_document(SAMPLE.read_bytes(), recognise=True)
