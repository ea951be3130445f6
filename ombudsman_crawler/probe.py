"""What a probe saw: each answer, what was recognised in it, and the bodies kept as files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ombudsman_crawler import authorities
from ombudsman_crawler.archive.documents import PDF, Documents
from ombudsman_crawler.database import session
from ombudsman_crawler.database.reader import Reader
from ombudsman_crawler.site import (
    council_page,
    letter_list,
    map_page,
    public_reports,
    service_improvements,
    statistics_page,
    urls,
)
from ombudsman_crawler.site.listings import State


def report(storage: Path) -> Iterator[str]:
    """Yield lines about every answer of a probe's storage; write the bodies to `fixtures/` there,
    each with its address and headers beside it."""
    fixtures = storage / "fixtures"
    fixtures.mkdir(parents=True, exist_ok=True)
    documents = Documents(storage)
    engine = session.open_for_reading(storage)
    try:
        captures = Reader(engine).captures()
        letters = Reader(engine).letters_read()
    finally:
        engine.dispose()
    for number, capture in enumerate(captures, 1):
        yield f"{capture['status'] or capture['error']}  {capture['url']}"
        if capture["sha256"] is None:
            continue
        body = documents.read(capture["path"], capture["sha256"])
        name = f"{number:02d}{Path(capture['path']).suffix}"
        (fixtures / name).write_bytes(body)
        about = {name: capture[name] for name in ("url", "time", "status", "sha256")}
        about["headers"] = json.loads(capture["headers"] or "{}")
        (fixtures / f"{name}.json").write_text(json.dumps(about, indent=2), encoding="utf-8")
        if capture["media_type"] != PDF:
            for line in _recognised(body.decode("utf-8", errors="replace"), capture["url"]):
                yield f"    {line}"
    for letter in letters:
        yield (
            f"letter read: {letter['authority']}, year ending {letter['year_ending']},"
            f" {letter['form'] or 'form unknown'}, {letter['status']}, {letter['figures']} figures,"
            f" {letter['absent']} absent"
        )
    if not letters:
        yield "no letter was read"
    yield f"the bodies are kept in {fixtures}"


def _listed(page: str, url: str) -> Iterator[str]:
    reports = public_reports.read(page, url)
    yield f"public reports: {_said(reports.state)}, {len(reports.reports)} recognised"
    for report in reports.reports[:1]:
        yield f"such as: {report.title} ({report.url or 'without a link'})"
    if reports.more:
        yield f"more of them: {', '.join(reports.more)}"
    agreed = service_improvements.read(page, url)
    yield f"service improvements: {_said(agreed.state)}, {len(agreed.improvements)} recognised"
    for improvement in agreed.improvements[:1]:
        yield f"such as: {improvement.reference or 'without a reference'}: {improvement.text}"
    if agreed.more:
        yield f"more of them: {', '.join(agreed.more)}"
    for name, offered in agreed.filters.items():
        yield f"to be narrowed down by {name}: {', '.join(offered.values.values())}"


def _said(state: State) -> str:
    return {
        State.LISTED: "listed",
        State.NONE: "the page says that there are none",
        State.NOT_SEEN: "no such section",
        State.NOT_RECOGNISED: "the section is there and isn't recognised",
    }[state]


def _recognised(page: str, url: str) -> Iterator[str]:
    councils = map_page.councils(page, url)
    known = [council for council in councils if authorities.match(council.slug)]
    strange = [council.slug for council in councils if council not in known]
    yield f"councils referred to: {len(councils)}, of them in the register: {len(known)}"
    if strange:
        yield f"not in the register: {', '.join(strange[:20])}"
    alphabet = map_page.alphabet_pages(page, url)
    if alphabet:
        yield f"pages by letter of the alphabet: {len(alphabet)}"
    scripts = map_page.scripts(page, url)
    if not councils and scripts:
        yield f"scripts that may hold the councils: {', '.join(scripts[:10])}"
    if urls.is_council_page(url):
        council = council_page.read(page, url)
        yield f"council's name in a heading: {council.name or 'not recognised'}"
        yield f"predecessors: {', '.join(p.slug for p in council.predecessors) or 'none'}"
        yield f"lists of letters: {', '.join(council.letter_lists) or 'not recognised'}"
        yield from _statistics(page, url)
        # Words of the page go to a terminal.
        for line in _listed(page, url):
            yield "".join(character for character in line if character.isprintable())
    found = letter_list.letters(page, url)
    if found:
        years = ", ".join(str(link.listed_year or "?") for link in found)
        yield f"letters: {len(found)} (years {years}), such as {found[0].url}"


def _statistics(page: str, url: str) -> Iterator[str]:
    read = statistics_page.read(page, url)
    values = sum(figure.value is not None for figure in read.figures)
    yield (
        f"statistics: {read.layout or 'layout unknown'}, {read.state.value}, {read.status.value},"
        f" year ending {read.year_ending or 'unknown'}, {values} figures,"
        f" {len(read.figures) - values} absent"
    )
    for finding in read.findings:
        yield f"  {finding.severity.value}: {finding.metric or 'the page'}: {finding.message}"
