"""The one way in: a document's bytes, or its stored words, to the letters in it.

    reading = read_document(data, Expectation(authority="Kent County Council", year_ending=2021))

Never raises for a bad document: what can't be read is a reading whose status says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ombudsman_crawler import metrics
from ombudsman_crawler.exceptions import UnreadablePdf
from ombudsman_crawler.figures import checks
from ombudsman_crawler.figures.figure import Figure, Finding, Severity
from ombudsman_crawler.letters import forms, ocr, witness, words
from ombudsman_crawler.letters.follow_up import is_follow_up, year_followed_up
from ombudsman_crawler.letters.forms.form import Context, Form
from ombudsman_crawler.letters.front_matter import FrontMatter, read_front_matter
from ombudsman_crawler.letters.identity import Identity, identify
from ombudsman_crawler.letters.letter import DocumentReading, Expectation, Letter, Page, Status
from ombudsman_crawler.letters.narrative import prose_figures
from ombudsman_crawler.letters.part import Part, lay_out, split

#: Changes whenever the same words could give other figures or findings.
READER = "4"


def read_document(
    data: bytes,
    expectation: Expectation | None = None,
    *,
    witnessed: bool = True,
    recognise: bool = False,
) -> DocumentReading:
    """Read the letters of a PDF.

    `expectation` is what the link says; it is used where the letter is silent, and compared where
    it isn't. `witnessed`: each figure's printed text must be seen by a second reader too (slower).
    `recognise`: read scanned pages by OCR (some seconds each); every figure of a letter that draws
    on such a page is doubtful. Raises OcrNotInstalled where that is asked for in vain.
    """
    if recognise:
        ocr.require()
    page_count: int | None = None
    producer: str | None = None
    try:
        opened = words.open_vetted(data)
        page_count, producer = len(opened.pages), words.producer_of(opened)
        pages = _pages_with_scans(data) if recognise else words.extract(data)
    except UnreadablePdf as error:
        return replace(
            unreadable(error.code, str(error), expectation, page_count), producer=producer
        )
    texts = witness.PageTexts(lambda: opened) if witnessed else None
    reading = read_words(pages, expectation, texts, extractor=_extractor(pages))
    return replace(reading, page_count=page_count, producer=producer)


def _pages_with_scans(data: bytes) -> tuple[Page, ...]:
    """Return the words of a document: all by OCR where it has no text, else those of its scanned
    pages. Raises UnreadablePdf."""
    try:
        pages = words.extract(data)
    except UnreadablePdf as error:
        if error.code != "no_text_layer":
            raise
        return ocr.recognise(data)
    numbers = ocr.scanned(data, pages)
    if not numbers:
        return pages
    recognised = {page.number: page for page in ocr.recognise(data, numbers)}
    return tuple(recognised.get(page.number, page) for page in pages)


def _extractor(pages: Sequence[Page]) -> str:
    """Return what found the words of pages: pdfium, OCR, or either on pages of its own."""
    if not any(page.recognised for page in pages):
        return words.EXTRACTOR
    if all(page.recognised for page in pages):
        return ocr.extractor()
    return f"{words.EXTRACTOR} + {ocr.extractor()}"


def read_words(
    pages: Sequence[Page],
    expectation: Expectation | None = None,
    texts: witness.PageTexts | None = None,
    *,
    extractor: str = words.EXTRACTOR,
) -> DocumentReading:
    """Read the letters of a document from its words, as `extractor` found them.

    `texts`: what the second reader sees; without it nothing is witnessed. What only the file itself
    knows (page count, producer) is None.
    """
    letters = _read_letters(pages, expectation or Expectation(), texts)
    return DocumentReading(
        reader=READER,
        extractor=extractor,
        page_count=None,
        producer=None,
        pages=tuple(pages),
        text_sha256=words.text_sha256(pages),
        letters=letters,
        witness=texts.name if texts is not None else None,
        texts=texts.known if texts is not None else {},
    )


def _read_letters(
    pages: Sequence[Page], expectation: Expectation, text_of: witness.PageText | None
) -> tuple[Letter, ...]:
    parts = split(lay_out(pages))
    # What a link says of a document can't be said of each of several letters in it.
    expected = expectation if len(parts) == 1 else Expectation()
    return tuple(_read_part(part, expected, text_of) for part in parts)


def unreadable(
    code: str,
    message: str,
    expectation: Expectation | None = None,
    page_count: int | None = None,
) -> DocumentReading:
    """Return the reading of a document that can't be read; `code` and `message` say why."""
    expected = expectation or Expectation()
    letter = Letter(
        part=1,
        first_page=1,
        last_page=page_count or 1,
        status=Status.UNREADABLE,
        authority=expected.authority,
        year_ending=expected.year_ending,
        findings=(Finding(code, Severity.ERROR, message, year_ending=expected.year_ending),),
    )
    return DocumentReading(
        reader=READER,
        extractor=words.EXTRACTOR,
        page_count=page_count,
        producer=None,
        pages=(),
        text_sha256=None,
        letters=(letter,),
    )


def _read_part(part: Part, expectation: Expectation, text_of: witness.PageText | None) -> Letter:
    form, unrecognised = forms.recognise(part)
    if form is None and unrecognised is None and is_follow_up(part):
        return _read_follow_up(part, expectation)
    if form is None and not _looks_like_letter(part):
        return Letter(
            part=part.number,
            first_page=part.sheets[0].number,
            last_page=part.sheets[-1].number,
            status=Status.NOT_A_LETTER,
            findings=(
                Finding(
                    "not_a_letter",
                    Severity.NOTE,
                    "no title of an annual letter, no addressee and no statistics form were found",
                ),
            ),
        )
    front = read_front_matter(part)
    identity = identify(part, front, expectation)
    figures: tuple[Figure, ...] = ()
    findings: tuple[Finding, ...] = identity.findings
    if form is None:
        status = Status.UNKNOWN_FORM
        findings += (
            unrecognised
            or Finding(
                "form_not_found", Severity.ERROR, "the statistics are in no form that is known"
            ),
        )
    elif identity.year_ending is None:
        status = Status.SUSPECT
        findings += (
            Finding(
                "year_not_found",
                Severity.ERROR,
                "neither the letter nor its link names a year: figures can't be dated",
            ),
        )
    else:
        figures, about = _read_figures(part, form, identity, text_of)
        findings += about + _about_ocr(part, figures)
        doubted = any(finding.severity is not Severity.NOTE for finding in findings)
        status = Status.SUSPECT if doubted else Status.OK
    return _letter(part, form, status, front, identity, figures=figures, findings=findings)


def _about_ocr(part: Part, figures: Sequence[Figure]) -> tuple[Finding, ...]:
    """Return the finding that puts all figures of a letter in doubt, if its year, its authority or
    any of its figures may have been read by OCR."""
    recognised = {sheet.number for sheet in part.sheets if sheet.page.recognised}
    heads = {line.page for line in (part.title_line, part.salutation_line) if line is not None}
    drawn_on = heads | {figure.page for figure in figures if figure.page is not None}
    if not recognised & drawn_on and len(recognised) < len(part.sheets):
        return ()
    pages = ", ".join(map(str, sorted(recognised)))
    return (
        Finding(
            "from_ocr",
            Severity.WARNING,
            f"read by OCR from the picture of page {pages}, which no second reader can confirm:"
            " compare each figure with the page",
        ),
    )


def _read_follow_up(part: Part, expectation: Expectation) -> Letter:
    """Read a further letter after the annual one: it has no statistics, so there is no figure."""
    front = read_front_matter(part)
    year = year_followed_up(part)
    identity = identify(part, front, expectation)
    if year is not None and identity.year_ending != year:
        identity = identify(part, replace(front, title=f"Annual Review letter {year}"), expectation)
    letter = _letter(part, None, Status.OK, front, identity, figures=(), findings=identity.findings)
    return replace(letter, kind="follow_up")


def _read_figures(
    part: Part,
    form: Form,
    identity: Identity,
    text_of: witness.PageText | None,
) -> tuple[tuple[Figure, ...], tuple[Finding, ...]]:
    year = identity.year_ending or 0
    reading = form.read(part, Context(year_ending=year, compared=identity.compared))
    told, about_told = prose_figures(part, year)
    order = {metric: place for place, metric in enumerate(metrics.load())}
    figures = tuple(
        sorted(
            reading.figures + told,
            key=lambda figure: (-figure.year_ending, order[figure.metric]),
        )
    )
    findings = reading.findings + about_told
    findings += checks.check_figures(figures, year, identity.period_start, identity.period_end)
    findings += witness.box_findings(figures, [sheet.page for sheet in part.sheets])
    if text_of is not None:
        # The second reader sees no picture.
        typed = {sheet.number for sheet in part.sheets if not sheet.page.recognised}
        findings += witness.findings_of([f for f in figures if f.page in typed], text_of)
    return figures, findings


def _letter(
    part: Part,
    form: Form | None,
    status: Status,
    front: FrontMatter,
    identity: Identity,
    *,
    figures: tuple[Figure, ...],
    findings: tuple[Finding, ...],
) -> Letter:
    return Letter(
        part=part.number,
        first_page=part.sheets[0].number,
        last_page=part.sheets[-1].number,
        status=status,
        form=form.name if form else None,
        authority=identity.authority,
        authority_as_printed=identity.authority_as_printed,
        year_ending=identity.year_ending,
        title=front.title,
        letter_date=front.letter_date,
        addressee=front.addressee,
        post=front.post,
        signatory=front.signatory,
        period_start=identity.period_start,
        period_end=identity.period_end,
        figures=figures,
        findings=findings,
    )


def _looks_like_letter(part: Part) -> bool:
    """Whether a text has the title of an annual letter and greets somebody."""
    return part.title_line is not None and part.salutation_line is not None
