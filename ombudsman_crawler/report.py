"""What the commands print for people: runs and status."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape as escape_markup
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from ombudsman_crawler.options import documents_of

if TYPE_CHECKING:
    from ombudsman_crawler.database.comparison import Change
    from ombudsman_crawler.erasing import Erased
    from ombudsman_crawler.rereading import Reread

#: What to do about a check that failed, for people who run crawls.
ADVICE = {
    "outcomes_add_up": "something was lost on the way: look for errors in the log and run again",
    "no_errors": "an error of the program: report it with the log; run again, nothing is lost",
    "councils_found": "look at the map in a browser; `ombudsman probe` shows what is recognised",
    "councils_still_there": "look for these on the site: merged, renamed, or a changed map? What "
    "is as it should be is settled with `ombudsman acknowledge`",
    "asked_councils_found": "check the name against the map; a former council's page is linked "
    "from its successor's",
    "letters_found": "the lists of letters may have moved; `ombudsman probe` shows what is found",
    "sources_taken_in": "look at the address in a browser; a file saved by hand can be added with "
    "--from",
    "councils_have_letters": "look at their pages in a browser: blocked, moved, or truly empty?",
    "pages_fetched": "run again: failed pages are asked for anew",
    "letters_fetched": "run again: failed letters are asked for anew; see the reasons above",
    "forms_recognised": "the letters are archived; they need a newer reader",
    "windows_complete": "run again: these windows are asked for anew; if it stays so, look at the "
    "search for decisions in a browser",
    "decisions_read": "run again: failed decisions are asked for anew; look at one that isn't "
    "recognised in a browser. What is archived stays",
    "pages_read": "look at these pages in a browser; where the site has changed, they need a newer "
    "reader (they are archived). What is as it should be is settled with `ombudsman acknowledge`",
    "reports_read": "look at these pages in a browser: has the section another form? What is "
    "archived stays, and nothing is taken for unlisted",
    "reports_fetched": "run again: failed reports are asked for anew; see the reasons above",
    "improvements_read": "look at these pages in a browser: has the section another form? What is "
    "archived stays, and nothing is taken for unlisted",
    "tables_found": "look at the annual review reports of the site's information centre in a "
    "browser; what is archived stays",
    "tables_fetched": "run again: failed files are asked for anew; see the reasons above",
    "tables_read": "the files are archived. Look at one beside the reason: a new heading needs a "
    "line in sheets/headings.csv, another form a newer reader; run again: what is unread is read",
    "documents_there": "restore these files from a backup; they were archived once",
    "everything_read": "run again: what is archived and unread is read then",
    "decision_counts": "compare some of these on the site: decisions under a former or another "
    "name, or never published? The view `decision_count` has all numbers",
    "tables_not_shorter": "look at the file beside the one before (both are archived): a table cut "
    "short, a heading renamed? The view `national_rows` has the rows of the earlier one",
    "reports_have_text": "scans have no text: read them by hand; the view `public_reports` says "
    "which",
    "rows_matched": "look at these rows in the view `national_rows`; `ombudsman acknowledge "
    "--list` names each doubt, `ombudsman acknowledge` settles it",
    "readings_sound": "look at them beside their letters; `ombudsman acknowledge --list` names "
    "each doubt, `ombudsman acknowledge` settles it",
    "letters_per_year": "look at the lists of letters in a browser: taken down, or moved? What is "
    "archived stays",
    "metric_coverage": "read some of these letters by hand: has their wording changed? Then they "
    "need a newer reader",
    "forms_seen_before": "read a few of these letters by hand before their figures are used",
    "newest_year": "look on the site: late this year, or listed where the crawl doesn't look?",
}


#: What to do about a run that didn't come to its end.
VERDICT_ADVICE = {
    "blocked": "wait some hours and run again; if it stays so, look at the site in a browser and "
    "write to its operators",
    "killed": "run again: the next run goes on where this one ended",
    "stopped": "run again: the next run goes on where this one ended",
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
        + (f"; {found['erased']:,} documents erased" if found["erased"] else "")
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
    found = f"{counts.get('pages', 0)} pages, {counts.get('discovered', 0)} {_documents(summary)}"
    if summary["collections"] not in ("tables", "decisions"):
        found = f"{counts.get('councils', 0)} councils on the map, {found}"
    console.print(
        f"Run {run_id}: [bold]{summary['verdict'] or 'ended without a verdict'}[/bold] — {found}"
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


def _documents(summary: dict[str, Any]) -> str:
    return documents_of(summary["collections"].split(","))


def taken_in(console: Console, letters: Iterable[dict[str, Any]]) -> None:
    """Print which letters were found in what was taken in, and what they are now."""
    for row in letters:
        year = f"year ending {row['year_ending']}" if row["year_ending"] else "year unknown"
        console.print(
            f"  {escape(row['authority'] or 'authority unknown')}, {year}: {row['status']},"
            f" {row['form'] or row['kind'] or 'no letter'}, {row['figures']} figures;"
            + (" a copy kept elsewhere" if row["copy"] else " the site has served these words too")
            + ("" if row["current"] else "; another version is current")
        )


def dry_run(console: Console, summary: dict[str, Any]) -> None:
    """Print what a run would ask for, and what would become of the rest."""
    wanted = summary["would_ask_for"]
    for row in wanted:
        year = row["listed_year"] or "year unknown"
        whose = f"{escape(row['authority'])}, " if row["authority"] else ""
        console.print(f"  {whose}{year}: {escape(row['url'])}")
    others = [row for row in summary["outcomes"] if row["outcome"] != "not_attempted"]
    told = "".join(f", {row['letters']} {row['outcome']}" for row in others)
    found = f"{len(wanted)} {_documents(summary)}"
    console.print(f"Dry run: {found} would be asked for{told}. Nothing was stored.")
    requests = summary["counts"].get("pages", 0) + len(wanted)
    console.print(f"With its pages a crawl makes {requests:,} requests, about one a second.")
    checks(console, summary["checks"])


def changes(console: Console, found: Iterable[Change]) -> None:
    """Print what a re-reading sees otherwise: a line for each figure, under its letter."""
    heading = None
    for change in found:
        year = f"year ending {change.year_ending}" if change.year_ending else "year unknown"
        letter = f"{change.authority or 'authority unknown'}, {year} ({change.path})"
        if letter != heading:
            console.print(f"[bold]{escape(letter)}[/bold]")
            heading = letter
        what = change.metric or f"the {change.what}"
        if change.figure_year not in (None, change.year_ending):
            what += f" of {change.figure_year}"
        old, new = change.old or "no row", change.new or "no row"
        console.print(f"  {what}: {escape(old)} → {escape(new)}")


def reread(console: Console, done: Reread, *, dry_run: bool) -> None:
    """Print what a re-reading came to."""
    pages = (
        f", and {done.pages} council pages, {done.pages_changed} of them otherwise"
        if done.pages
        else ""
    )
    console.print(
        f"{done.documents} documents read again, {done.changed} of them otherwise than before"
        + pages
        + (": " + ", ".join(f"{n} {kind}" for kind, n in sorted(done.kinds.items())))
        * bool(done.kinds)
        + (". Nothing was stored." if dry_run else ".")
    )
    if done.erased:
        console.print(f"  {done.erased} documents were erased and can't be read again")
    for lost in done.lost:
        console.print(f"  [red]lost[/red] {escape(lost)}")
    if done.lost:
        console.print("    → restore these files from a backup; they were archived once")
    if done.review is not None and done.review.found:
        noted = ", ".join(f"{n} {code}" for code, n in sorted(done.review.found.items()))
        console.print(f"Across letters: {noted}.")


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far long work is, on a terminal only: yields a function of done and of how many."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.completed} of {task.total} " + what),
        BarColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


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
    if totals["open"] or totals["settled"]:
        console.print(
            f"{totals['open']} findings and vanished councils to look at, {totals['settled']}"
            " settled: `ombudsman acknowledge --list`"
        )
    _kept_back(console, found)
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
    for name, numbers in found["collections"].items():
        if any(numbers.values()) and name != "letters":
            told = ", ".join(f"{n:,} {what.replace('_', ' ')}" for what, n in numbers.items() if n)
            console.print(f"{name.capitalize()}: {told}")
    if found["disagreements"]:
        console.print(
            f"{found['disagreements']} figures that sources print differently: the view"
            " `disagreement`"
        )
    if not found["runs"]:
        console.print("No run yet.")
    for run in found["runs"]:
        _last_run(console, run, running=found["running"] and run is found["run"])


def _last_run(console: Console, run: dict[str, Any], *, running: bool) -> None:
    console.print(
        f"Last run {run['id']} ({run['command']}: {run['collections']}), {run['started']} to"
        f" {run['finished'] or '…'}: [bold]{run['verdict'] or ('running' if running else 'killed')}"
        "[/bold]"
    )
    if run["reason"]:
        console.print(f"  {escape(run['reason'])}")
    if advice := None if running else VERDICT_ADVICE.get(run["verdict"]):
        console.print(f"    → {advice}")
    checks(console, run["checks"])


def _kept_back(console: Console, found: dict[str, Any]) -> None:
    totals = found["totals"]
    if totals["withheld"]:
        console.print(
            f"{totals['withheld']} withheld from publication: `ombudsman withhold --list`"
        )
    if found["erasures"]:
        console.print(f"{len(found['erasures'])} documents erased")
    for row in found["erasures"]:
        if row["finished"] is None:
            console.print(
                f"[red]the erasing of {row['sha256'][:16]} isn't finished[/red]: run `ombudsman"
                f" erase {row['sha256'][:16]}` again"
            )


def withheld(console: Console, found: list[dict[str, Any]]) -> None:
    """Print what is withheld, each subject as it is typed."""
    for row in found:
        about = row["letter"] or row["document_path"] or ""
        console.print(
            f"{escape(row['subject'])}\n    {escape(about)}: {escape(row['who'])},"
            f" {row['time'][:10]}: {escape(row['why'])}"
        )
    console.print(f"{len(found)} withheld")


def to_erase(console: Console, plan: list[tuple[int, dict[str, Any]]]) -> None:
    """Print which documents are about to be erased."""
    for _, row in plan:
        about = row["letter"] or "no letter was read from it"
        console.print(f"{escape(row['path'])}: {escape(about)}")
        for address in (row["addresses"] or "").split(","):
            console.print(f"    {escape(address)}")
    console.print(f"{len(plan)} documents: their files, words and WARC records")


def erased(console: Console, done: Erased) -> None:
    """Print what was erased, and what is for a person to see to."""
    console.print(
        f"[bold]erased[/bold]: {done.documents} documents, {done.answers} answers in"
        f" {len(done.warcs)} WARCs; their rows, hashes and figures stay"
    )
    for file in done.warcs:
        console.print(f"  written anew: {escape(file)}")
    for place in done.unseen:
        console.print(f"  [red]couldn't be looked through[/red]: {escape(place)}")
    console.print("What isn't erased, and is for you to see to:")
    for path in done.copies:
        console.print(f"  in this storage: {escape(path)}")
    console.print(
        "  backups and snapshots of this storage, and whatever was published or packed from it"
        " (database, WARCs, WACZs): docs/operating.md says how"
    )


def found(console: Console, rows: list[dict[str, Any]]) -> None:
    """Print what a search found, each with where it is."""
    for row in rows:
        about = [row["authority"], row["year_ending"] and str(row["year_ending"]), row["title"]]
        kept_back = " (withheld)" if row["withheld"] else ""
        console.print(
            f"[bold]{escape(row['kind'])}[/bold] {escape(', '.join(one for one in about if one))}"
            f"{kept_back}"
        )
        console.print(f"    {escape(' '.join(row['snippet'].split()))}")
        where = [row["path"], row["url"]]
        console.print(f"    {escape('  '.join(one for one in where if one))}")
    console.print(f"{len(rows)} found")


def acknowledgements(console: Console, found: dict[str, list[dict[str, Any]]]) -> None:
    """Print what is open and what is settled, each subject as it is typed."""
    for row in found["open"]:
        about = ", ".join(str(row[name]) for name in ("authority", "year_ending") if row[name])
        console.print(f"{escape(row['subject'])}")
        console.print(f"    {escape(about)}: {escape(row['message'])}")
    for row in found["settled"]:
        console.print(
            f"{escape(row['subject'])}\n    {row['verdict']}, {escape(row['who'])},"
            f" {row['time'][:10]}: {escape(row['note'] or '')}"
        )
    console.print(f"{len(found['open'])} open, {len(found['settled'])} settled")
