"""What the commands print for people: runs, status, letters."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from rich.console import Console
from rich.markup import escape as escape_markup
from rich.table import Table

from ombudsman_crawler import metrics
from ombudsman_crawler.letters.letter import Figure, Letter

#: What to do about a check that failed, for people who run crawls.
ADVICE = {
    "outcomes_add_up": "letters were lost on the way: look for errors in the log and run again",
    "no_errors": "an error of the program: report it with the log; run again, nothing is lost",
    "councils_found": "look at the map in a browser; `ombudsman probe` shows what is recognised",
    "councils_still_there": "look for these on the site; a merger or a changed map?",
    "asked_councils_found": "check the name against the map; a former council's page is linked "
    "from its successor's",
    "letters_found": "the lists of letters may have moved; `ombudsman probe` shows what is found",
    "councils_have_letters": "look at their pages in a browser: blocked, moved, or truly empty?",
    "pages_fetched": "run again: failed pages are asked for anew",
    "letters_fetched": "run again: failed letters are asked for anew; see the reasons above",
    "forms_recognised": "the letters are archived; they need a newer reader",
    "documents_there": "restore these files from a backup; they were archived once",
    "everything_read": "run again: what is archived and unread is read then",
    "readings_sound": "look at the doubts: SELECT * FROM figures WHERE doubts IS NOT NULL",
}


def escape(text: str) -> str:
    """Make text from elsewhere harmless on a terminal: no markup, no control characters."""
    return escape_markup(
        "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    )


def verified(console: Console, found: dict[str, Any]) -> None:
    """Print what was compared, each trouble with what to do about it, and the notes."""
    console.print(
        f"{found['documents']:,} documents, {found['warc_files']:,} WARCs with"
        f" {found['records']:,} records, {found['captures']:,} captures that point into them"
    )
    for problem in found["problems"]:
        console.print(
            f"  {problem['kind']}: {escape(problem['subject'])}: {escape(problem['message'])};"
            f" {problem['advice']}"
        )
    for note in found["notes"]:
        console.print(f"  note: {escape(note)}")
    if found["problems"]:
        console.print(f"[bold]{len(found['problems'])} troubles[/bold]")
    else:
        console.print("[bold]whole[/bold]: nothing is missing, nothing is corrupt")


def run_summary(console: Console, run_id: int, summary: dict[str, Any]) -> None:
    """Print what a run did, what went wrong, and which checks failed."""
    counts = summary["counts"]
    console.print(
        f"Run {run_id}: [bold]{summary['verdict'] or 'ended without a verdict'}[/bold]"
        f" — {counts.get('councils', 0)} councils on the map,"
        f" {counts.get('pages', 0)} pages, {counts.get('discovered', 0)} letters"
    )
    if summary["reason"]:
        console.print(f"  {escape(summary['reason'])}")
    for row in summary["outcomes"]:
        console.print(f"  {row['letters']:>6} {row['outcome']}")
    for page in counts.get("failed_pages", []):
        console.print(f"  failed page: {escape(page)}")
    troubles = summary["troubles"]
    for row in troubles[:20]:
        console.print(
            f"  {row['outcome']}: {escape(row['url'])}"
            + (f" ({escape(row['reason'])})" if row["reason"] else "")
        )
    if len(troubles) > 20:
        console.print(f"  … and {len(troubles) - 20} more: see the table `outcome`")
    checks(console, summary["checks"])


def dry_run(console: Console, summary: dict[str, Any]) -> None:
    """Print which letters a run would ask for, and what would become of the others."""
    wanted = summary["would_ask_for"]
    for row in wanted:
        year = row["listed_year"] or "year unknown"
        console.print(f"  {escape(row['authority'] or 'authority unknown')}, {year}: {row['url']}")
    others = [row for row in summary["outcomes"] if row["outcome"] != "not_attempted"]
    told = "".join(f", {row['letters']} {row['outcome']}" for row in others)
    console.print(f"Dry run: {len(wanted)} letters would be asked for{told}. Nothing was stored.")
    checks(console, summary["checks"])


def checks(console: Console, rows: Iterable[dict[str, Any]]) -> None:
    """Print the checks that failed, with what to do."""
    for row in rows:
        if row["passed"] is None or row["passed"]:
            continue
        word = "[red]failed[/red]" if row["required"] else "[yellow]look at[/yellow]"
        console.print(f"  {word} {row['name']}: {escape(row['detail'])}")
        console.print(f"    → {escape(ADVICE.get(row['name'], ''))}")


def status(console: Console, found: dict[str, Any]) -> None:
    """Print what a storage holds and how its last run ended."""
    totals = found["totals"]
    console.print(f"Storage of [bold]{escape(str(found['site']))}[/bold]", end="")
    console.print(f", begun {found['created']}, schema {found['schema']}")
    console.print(
        f"{totals['councils']} councils, {totals['letters']} letters in {totals['versions']}"
        f" versions, {totals['figures']} figures ({totals['doubtful_figures']} doubtful),"
        f" {totals['documents']} documents, {totals['gone']} gone from the site"
    )
    if totals["unidentified"]:
        console.print(
            f"[yellow]{totals['unidentified']} documents tell neither council nor year[/yellow]"
        )
    if found["years"]:
        table = Table("year ending", "letters", "ok", "suspect", "unread", box=None)
        for row in found["years"]:
            table.add_row(*(str(row[name]) for name in row))
        console.print(table)
    if found["coverage"]:
        console.print(
            "Coverage: "
            + ", ".join(f"{row['letters']} {row['state']}" for row in found["coverage"])
        )
    run = found["run"]
    if run is None:
        console.print("No run yet.")
        return
    console.print(
        f"Last run {run['id']} ({run['command']}), {run['started']} to {run['finished'] or '…'}:"
        f" [bold]{run['verdict'] or ('running' if found['running'] else 'killed')}[/bold]"
    )
    if run["reason"]:
        console.print(f"  {escape(run['reason'])}")
    checks(console, run["checks"])


def letter(console: Console, file: str, found: Letter) -> None:
    """Print one letter as it was read: front matter, figures, doubts."""
    year = f"year ending {found.year_ending}" if found.year_ending else "year unknown"
    console.print(
        f"[bold]{escape(file)}[/bold]: {escape(found.authority or 'authority unknown')}, "
        f"{year}, {found.form or 'no form'}, [bold]{found.status.value}[/bold]"
    )
    people = (
        ("title", found.title),
        ("date", found.letter_date),
        ("to", ", ".join(part for part in (found.addressee, found.post) if part)),
        ("signed", found.signatory),
    )
    for name, said in people:
        if said:
            console.print(f"  {name}: {escape(str(said))}")
    doubtful = doubts(found)
    for figure in found.figures:
        mark = "?" if figure.metric in doubtful or None in doubtful else " "
        page = f"page {figure.page}" if figure.page else ""
        console.print(f" {mark} {figure.metric:<32} {value(figure):>16}  {page}")
        if figure.text:
            console.print(f"       {escape(figure.text)}")
    for finding in found.findings:
        about = f" {finding.metric}" if finding.metric else ""
        console.print(
            f"  {finding.severity.value} {finding.code}{about}: {escape(finding.message)}"
        )


def doubts(found: Letter) -> set[str | None]:
    """Return the metrics that are doubtful; None among them casts doubt on all."""
    return {finding.metric for finding in found.findings if finding.severity.value != "note"}


def value(figure: Figure) -> str:
    """Write a figure's value with its unit, or why it has none."""
    if figure.value is None:
        return f"({figure.absence})"
    percent = "%" if metrics.load()[figure.metric].unit == "percent" else ""
    return f"{figure.value:g}{percent}"


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
