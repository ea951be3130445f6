"""What `ombudsman read` says of a letter: for people beside the PDF, and as JSON for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ombudsman_crawler import metrics
from ombudsman_crawler.figures import checks
from ombudsman_crawler.figures.figure import Figure, Finding, Severity
from ombudsman_crawler.letters.letter import Letter
from ombudsman_crawler.report import escape

# Columns, when nobody says how wide the paper is: into a file or through a pipe.
_WIDTH = 100
# Metrics, printed and read numbers, pages; the words on the page have what is left.
_COLUMNS = {"": 1, "figure": 34, "printed": 8, "read": 10, "page": 4}


def letter(console: Console, file: str, found: Letter, *, with_checks: bool = False) -> None:
    """Print one letter as it was read: who, when, then each figure beside its words and doubts."""
    year = f"year ending {found.year_ending}" if found.year_ending else "year unknown"
    part = f", part {found.part}" if found.part > 1 else ""
    console.print(
        f"[bold]{escape(file)}[/bold]{part}: {escape(found.authority or 'authority unknown')}, "
        f"{year}, {found.form or 'no form'}, [bold]{found.status.value}[/bold]"
    )
    for name, said in _front(found):
        console.print(f"  {name}: {escape(said)}")
    there = {(figure.metric, figure.year_ending) for figure in found.figures}
    for finding in found.findings:
        about = [key for key in there if _concerns(finding, *key)]
        if finding.metric is None or not about:
            console.print(f"  {_told(finding, of=finding.metric)}")
    for year_ending in dict.fromkeys(figure.year_ending for figure in found.figures):
        _print_year(console, found, year_ending)
    if with_checks:
        _print_checks(console, found)
    console.print()


def _front(found: Letter) -> Iterable[tuple[str, str]]:
    pages = str(found.first_page)
    if found.last_page > found.first_page:
        pages += f" to {found.last_page}"
    yield "pages", pages
    printed = found.authority_as_printed
    if printed and printed != found.authority:
        yield "council as printed", printed
    if found.kind != "annual":
        yield "kind", found.kind
    people = ", ".join(part for part in (found.addressee, found.post) if part)
    for name, said in (
        ("title", found.title),
        ("date", found.letter_date),
        ("to", people),
        ("signed", found.signatory),
    ):
        if said:
            yield name, str(said)
    if found.period_start or found.period_end:
        yield "period", f"{found.period_start or '…'} to {found.period_end or '…'}"


def _print_year(console: Console, found: Letter, year_ending: int) -> None:
    """Print the figures of one year; those of an earlier year say that they are restated."""
    figures = [figure for figure in found.figures if figure.year_ending == year_ending]
    if year_ending != found.year_ending:
        console.print(f"  earlier year in its tables: year ending {year_ending}, restated")
    table = _table(console)
    # A metric's name is one word, to be copied and searched for: it isn't broken.
    longest = max((len(figure.metric) for figure in figures), default=0)
    for name, usual in _COLUMNS.items():
        wide = max(usual, longest) if name == "figure" else usual
        justify = "right" if name in ("printed", "read", "page") else "left"
        table.add_column(name, width=wide, justify=justify, overflow="fold")  # type: ignore[arg-type]
    table.add_column("words on the page, and doubts", overflow="fold", ratio=1)
    vocabulary = metrics.load()
    for figure in figures:
        about = [
            finding
            for finding in found.findings
            if finding.metric is not None and _concerns(finding, figure.metric, figure.year_ending)
        ]
        everything = any(
            finding.metric is None and _concerns(finding, figure.metric, figure.year_ending)
            for finding in found.findings
            if finding.severity is not Severity.NOTE
        )
        doubtful = everything or any(one.severity is not Severity.NOTE for one in about)
        printed_as = vocabulary[figure.metric].printed_as
        table.add_row(
            "?" if doubtful else "",
            Group(figure.metric, Padding(Text(printed_as, style="dim"), (0, 0, 0, 2))),
            Text.from_markup(escape(figure.value_text or "–")),
            value(figure),
            str(figure.page or "–"),
            Text.from_markup("\n".join([escape(figure.text), *map(_told, about)]).strip()),
        )
    _print_table(console, table)


def _table(console: Console) -> Table:
    width = console.width if console.is_terminal else _WIDTH
    return Table(box=None, width=width, padding=(0, 1, 0, 0), pad_edge=False)


def _print_table(console: Console, table: Table) -> None:
    # Cells are wrapped, whatever the console does with lines; nothing is cut off.
    console.print(table, soft_wrap=False, crop=False, width=table.width)


def _concerns(finding: Finding, metric: str, year_ending: int) -> bool:
    return finding.metric in (None, metric) and finding.year_ending in (None, year_ending)


def _told(finding: Finding, of: str | None = None) -> str:
    about = f" {of}" if of else ""
    told = f"{finding.severity.value} {finding.code}{about}: {escape(finding.message)}"
    return told if finding.severity is Severity.NOTE else f"[yellow]? {told}[/yellow]"


def _print_checks(console: Console, found: Letter) -> None:
    """Print how each check between the figures ended."""
    if found.form is None or found.year_ending is None:
        console.print("  checks: none; the letter has no form or no year")
        return
    answers = checks.answers(found.figures, found.year_ending, found.period_start, found.period_end)
    table = _table(console)
    table.add_column("check", width=7)
    table.add_column("", width=26, overflow="fold")
    table.add_column("year", width=4)
    table.add_column("about", overflow="fold", ratio=1)
    for answer in answers:
        table.add_row(
            answer.verdict.value,
            answer.code,
            str(answer.year_ending),
            Text(f"{answer.about}: {answer.message}" if answer.message else answer.about),
        )
    _print_table(console, table)


def summary(console: Console, files: int, letters: Sequence[Letter]) -> None:
    """Print one line about several files: how many letters ended how, and how many doubts."""
    statuses = Counter(found.status.value for found in letters)
    told = ", ".join(f"{count} {status}" for status, count in statuses.most_common())
    figures = [(found, figure) for found in letters for figure in found.figures]
    doubtful = sum(_is_doubtful(found, figure) for found, figure in figures)
    absent = sum(figure.value is None for _, figure in figures)
    console.print(
        f"[bold]{_number(files, 'file')}, {_number(len(letters), 'letter')}: {told};"
        f" {_number(len(figures), 'figure')}, {absent} absent, {doubtful} doubtful[/bold]"
    )


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _is_doubtful(found: Letter, figure: Figure) -> bool:
    return any(
        finding.severity is not Severity.NOTE
        and _concerns(finding, figure.metric, figure.year_ending)
        for finding in found.findings
    )


def value(figure: Figure) -> str:
    """Write a figure's value with its unit, or why it has none."""
    if figure.value is None:
        return f"{figure.absence}"
    percent = "%" if metrics.load()[figure.metric].unit == "percent" else ""
    return f"{_plain(figure.value)}{percent}"


def letter_object(file: str, sha256: str, found: Letter) -> dict[str, Any]:
    """Return a letter as `ombudsman read --json` prints it: plain values under lasting names."""
    units = metrics.load()
    return {
        "file": file,
        "part": found.part,
        "sha256": sha256,
        **{name: _plain(getattr(found, name)) for name in _LETTER_FIELDS},
        "figures": [
            {
                "year_ending": figure.year_ending,
                "metric": figure.metric,
                "value": _plain(figure.value),
                "absence": figure.absence,
                "unit": units[figure.metric].unit,
                "value_text": figure.value_text,
                "restated": figure.restated,
                "page": figure.page,
                "box": figure.box,
                "text": figure.text,
            }
            for figure in found.figures
        ],
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity.value,
                "metric": finding.metric,
                "message": finding.message,
            }
            for finding in found.findings
        ],
    }


_LETTER_FIELDS = (
    "authority", "authority_as_printed", "year_ending", "kind", "form", "title", "letter_date",
    "addressee", "post", "signatory", "period_start", "period_end", "status",
)  # fmt: skip


def _plain(value: Any) -> Any:
    """Write dates as ISO 8601 and whole numbers without a point."""
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, float) and value.is_integer() else value
