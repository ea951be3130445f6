"""The second reader: what pypdf extracts from a page must contain each figure's printed text, and
the words inside a figure's box must spell it.

pypdf decodes fonts and content streams with other code than pdfium. It says nothing about places,
and its order is that of the content stream, so a number is looked for together with a word that
stands beside it, or as a token of its own. Slow (some 5 to 350 ms a page): only pages with figures
are extracted, each once.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

import pypdf

from ombudsman_crawler.figures.figure import Box, Figure, Finding, Severity
from ombudsman_crawler.letters.letter import Page

PageText = Callable[[int], str | None]

#: The second reader and its version.
WITNESS = f"pypdf {pypdf.__version__}"

_SPACE = re.compile(r"\s+")
# What stands before a number, or goes on after it, if it is only a part of a longer one.
_IN_NUMBER = re.compile(r"[\d.,]")
_GOES_ON = re.compile(r"[\d,.]*\d")


class PageTexts:
    """What the second reader extracts from each page of a document; each page once, when it is
    asked for. None where it fails on the page.

    `known` are pages that were extracted before, by `name`; `document` opens the document for the
    others.
    """

    def __init__(
        self,
        document: Callable[[], pypdf.PdfReader],
        known: Mapping[int, str | None] | None = None,
        name: str = WITNESS,
    ) -> None:
        self.name = name
        self._document = document
        self._opened: pypdf.PdfReader | None = None
        self._known = dict(known or {})

    def __call__(self, page: int) -> str | None:
        if page not in self._known:
            self._opened = self._opened or self._document()
            try:
                self._known[page] = self._opened.pages[page - 1].extract_text()
            except Exception:  # noqa: BLE001 - pypdf lets errors of every kind escape
                self._known[page] = None
        return self._known[page]

    @property
    def known(self) -> dict[int, str | None]:
        """The pages that were asked for until now, and their texts."""
        return dict(self._known)


def pack(texts: Mapping[int, str | None]) -> bytes:
    """Serialise texts by page: zlib over JSON."""
    return zlib.compress(json.dumps(dict(sorted(texts.items()))).encode("ascii"), 6)


def unpack(packed: bytes) -> dict[int, str | None]:
    """Return the texts that `pack` serialised. Raises ValueError for anything else."""
    try:
        return {int(page): text for page, text in json.loads(zlib.decompress(packed)).items()}
    except (zlib.error, AttributeError) as error:
        raise ValueError(f"these aren't packed texts: {error}") from error


def findings_of(figures: Sequence[Figure], text_of: PageText) -> tuple[Finding, ...]:
    """Return a finding for each figure whose printed text the witness doesn't see on its page."""
    findings = []
    for figure in figures:
        if figure.value_text is None or figure.page is None or figure.box is None:
            continue
        text = text_of(figure.page)
        if text is None:
            message = f"the second reader fails on page {figure.page}"
        elif is_witnessed(figure, text):
            continue
        else:
            message = (
                f"{figure.value_text!r} isn't in what the second reader sees on page {figure.page}"
            )
        findings.append(
            Finding(
                "not_witnessed",
                Severity.WARNING,
                message,
                metric=figure.metric,
                year_ending=figure.year_ending,
            )
        )
    return tuple(findings)


def box_findings(figures: Sequence[Figure], pages: Sequence[Page]) -> tuple[Finding, ...]:
    """Return a finding for each figure whose box doesn't enclose the characters of its number."""
    words = {page.number: page for page in pages}
    findings = []
    for figure in figures:
        if figure.value is None or figure.value_text is None:
            continue
        page = words.get(figure.page or 0)
        spelled = _spelled(page, figure.box) if page and figure.box else ""
        wanted = _SPACE.sub("", figure.value_text)
        wrong = None
        if spelled != wanted:
            wrong = f"the words in the box of {figure.value_text!r} spell {spelled!r}"
        elif page and figure.box and _is_spread(page, figure.box, figure.value_text):
            wrong = f"the characters of {figure.value_text!r} stand too far apart to be one number"
        if wrong:
            findings.append(
                Finding(
                    "box_disagrees",
                    Severity.WARNING,
                    wrong,
                    metric=figure.metric,
                    year_ending=figure.year_ending,
                )
            )
    return tuple(findings)


def _is_spread(page: Page, box: Box, printed: str) -> bool:
    """Whether upright words fill a box that is wider than so many characters can be: a damaged font
    may say that a character is as wide as a column, and numbers of several cells then touch."""
    x0, y0, x1, y1 = box
    if x1 - x0 <= len(printed) * (y1 - y0):
        return False
    return any(
        x0 <= (word.x0 + word.x1) / 2 <= x1 and y0 <= (word.y0 + word.y1) / 2 <= y1
        for word in page.words
    )


def _spelled(page: Page, box: Box) -> str:
    """Return the characters in a box, from the left; within a word they are equally wide."""
    x0, y0, x1, y1 = box
    spelled = []
    for word in page.words:
        if not y0 <= (word.y0 + word.y1) / 2 <= y1 or word.x1 < x0 or word.x0 > x1:
            continue
        width = (word.x1 - word.x0) / len(word.text)
        inside = [
            character
            for index, character in enumerate(word.text)
            if x0 <= word.x0 + (index + 0.5) * width <= x1
        ]
        if inside:
            spelled.append((word.x0, "".join(inside)))
    for turned, upwards in ((page.rising, True), (page.falling, False)):
        spelled += [
            (-word.y1 if upwards else word.y0, word.text)
            for word in turned
            if x0 <= (word.x0 + word.x1) / 2 <= x1 and y0 <= (word.y0 + word.y1) / 2 <= y1
        ]
    return "".join(text for _, text in sorted(spelled))


def is_witnessed(figure: Figure, text: str) -> bool:
    """Whether a text contains a figure's printed number: beside a word it stands beside in the
    figure's own text, or as a token of its own."""
    if figure.value_text is None:
        return True
    number = _SPACE.sub("", figure.value_text)
    squeezed = _squeezed(text)
    if number not in squeezed:
        return False
    before, after = neighbours(figure.text, figure.value_text)
    if after and any(
        not _IN_NUMBER.match(squeezed[max(at - 1, 0) : at])
        for at in _occurrences(squeezed, number + after)
    ):
        return True
    if before and any(
        not _GOES_ON.match(squeezed, at + len(before + number))
        for at in _occurrences(squeezed, before + number)
    ):
        return True
    # Glyphs that were drawn one by one come with spaces or line ends between them.
    spread = r"\s*".join(re.escape(character) for character in number)
    return re.search(rf"(?<!\S){spread}(?!\S)", text) is not None


@lru_cache(maxsize=8)
def _squeezed(text: str) -> str:
    """Return a text without its spaces; every figure of a page asks, so it is kept."""
    return _SPACE.sub("", text)


def _occurrences(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def neighbours(sentence: str, number: str) -> tuple[str | None, str | None]:
    """Return the words before and after a number in its sentence."""
    words = sentence.split()
    parts = number.split()
    for index in range(len(words) - len(parts) + 1):
        if words[index : index + len(parts)] == parts:
            before = words[index - 1] if index else None
            after = words[index + len(parts)] if index + len(parts) < len(words) else None
            return before, after
    return None, None
