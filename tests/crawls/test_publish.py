"""What leaves a storage: the analysts' database as it is now, as it was on a day, without what is
withheld, and published for good."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas
import pytest
from conftest import Storage, command, ombudsman_here, wait_until

from ombudsman_crawler import charts
from ombudsman_crawler.archive import lock
from ombudsman_crawler.database import analysts, publication, snapshot, views
from ombudsman_crawler.exceptions import NoRoom
from ombudsman_crawler.replica import Fault, Replica

TODAY = datetime.now(UTC).date()
DAY = timedelta(days=1)
YESTERDAY = TODAY - DAY
_LAST_SEEN = {
    "public_reports": ["last_seen"],
    "service_improvements": ["last_seen"],
    "authorities": ["map_last_seen"],
}
_EVERYTHING = "letters,pages,tables,reports,improvements"


def a_day_earlier(path: Path) -> None:
    """Have everything in a storage have happened a day earlier."""
    with closing(sqlite3.connect(path / "ombudsman.db")) as connection, connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            if table.startswith("search"):
                continue
            for row in connection.execute(f"PRAGMA table_info({table})").fetchall():
                connection.execute(
                    f'UPDATE "{table}" SET "{row[1]}" = strftime(\'%Y-%m-%dT%H:%M:%fZ\','
                    f" \"{row[1]}\", '-1 day') WHERE \"{row[1]}\" GLOB '20??-??-??T??:??:??.???Z'"
                )


def rows(path: Path, table: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        found = [dict(row) for row in connection.execute(f'SELECT * FROM "{table}"')]
    return sorted(found, key=lambda row: json.dumps(row, sort_keys=True, default=str))


@dataclass
class Twice:
    """A storage that was crawled yesterday and, after the site had changed, today; the analysts'
    database as it was made yesterday; the revised letter, the one that went, the one that came
    back to its first words."""

    storage: Storage
    then: Path
    revised: str
    gone: str
    there_and_back: str


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Twice:
    folder = tmp_path_factory.mktemp("twice")
    storage = Storage(folder / "storage")
    with Replica(councils=3, years=(2020, 2022)) as replica:
        letters = {(one.slug, one.year_ending): one for one in replica.letters()}
        slugs = sorted({slug for slug, _ in letters})
        moving = letters[slugs[2], 2020]
        first = moving.pdf()
        crawled = storage.crawl(replica, "--collect", _EVERYTHING)
        assert crawled.status == 0, crawled.all
        replica.reissue(moving.path)
        a_day_earlier(storage.path)
        again = storage.crawl(replica, "--refetch", "all", "--collect", _EVERYTHING)
        assert again.status == 0, again.all
        a_day_earlier(storage.path)
        then = folder / "then.db"
        analysts.of_storage(storage.path, then)

        # Today.
        replica.replace(moving.path, first)
        revised = letters[slugs[0], 2021]
        replica.reissue(revised.path)
        gone = letters[slugs[1], 2022]
        replica.faults[gone.path] = Fault(status=410)
        replica.revise_page(slugs[0])
        replica.add_report(slugs[1])
        today = storage.crawl(replica, "--refetch", "all", "--collect", _EVERYTHING)
        assert today.status == 0, today.all
    return Twice(
        storage,
        then,
        f"{revised.slug}/2021",
        f"{gone.slug}/2022",
        f"{moving.slug}/2020",
    )


def test_every_table_says_what_the_view_says(twice: Twice, tmp_path: Path) -> None:
    made = tmp_path / "now.db"
    analysts.of_storage(twice.storage.path, made)
    assert set(snapshot.NAMES) < set(views.definitions())
    for name in snapshot.NAMES:
        live = twice.storage.query(f'SELECT * FROM "{name}"')
        if name == "run_checks":
            continue  # of the last runs only
        live.sort(key=lambda row: json.dumps(row, sort_keys=True, default=str))
        assert rows(made, name) == live, name
    assert rows(made, "run_checks")
    assert {row["value_text"] for row in rows(made, "version_figures")}


def test_columns_hold_what_they_declare(twice: Twice) -> None:
    with closing(sqlite3.connect(twice.then)) as connection:
        for name in snapshot.NAMES:
            for row in connection.execute(f"PRAGMA table_info({name})").fetchall():
                held = {
                    kind
                    for (kind,) in connection.execute(
                        f'SELECT DISTINCT typeof("{row[1]}") FROM "{name}"'
                    )
                } - {"null"}
                assert held <= {snapshot.type_of(name, row[1]).lower()}, (name, row[1])


def test_as_of_yesterday_is_what_it_was_yesterday(twice: Twice, tmp_path: Path) -> None:
    again = tmp_path / "again.db"
    analysts.of_storage(twice.storage.path, again, YESTERDAY)
    for name in snapshot.NAMES:
        found, expected = (
            # What checks across letters note of a revision is noted of both versions, today.
            [
                # When a list last showed something before today isn't kept.
                {**row, **dict.fromkeys(_LAST_SEEN.get(name, ()))}
                for row in rows(path, name)
                if row.get("code") != "figure_revised"
            ]
            for path in (again, twice.then)
        )
        assert found == expected, name
    now = tmp_path / "now.db"
    analysts.of_storage(twice.storage.path, now, TODAY)
    bare = tmp_path / "bare.db"
    analysts.of_storage(twice.storage.path, bare)
    for name in snapshot.NAMES:
        assert rows(now, name) == rows(bare, name), name

    # And what changed since is what changed.
    def figures(path: Path, letter: str) -> dict[str, Any]:
        key, year = letter.split("/")
        return {
            row["figure_id"]: row["value_text"]
            for row in rows(path, "figures")
            if row["figure_id"].startswith(f"{key}/{year}/letter/")
        }

    assert figures(again, twice.revised) != figures(now, twice.revised)
    assert figures(again, twice.there_and_back) != figures(now, twice.there_and_back)
    letters = {row["letter"]: row for row in rows(again, "letters")}
    later = {row["letter"]: row for row in rows(now, "letters")}
    assert letters[twice.gone]["gone_since"] is None
    assert later[twice.gone]["gone_since"]
    assert len(rows(again, "public_reports")) + 1 == len(rows(now, "public_reports"))


def test_a_day_without_data_is_refused(twice: Twice, tmp_path: Path) -> None:
    for day, said in (
        (YESTERDAY - timedelta(days=2), "the first crawl was on"),
        (TODAY + timedelta(days=1), "give a day that is over"),
    ):
        asked = ombudsman_here("publish", "--storage", twice.storage.path, "--as-of", str(day))
        assert (asked.status, said in asked.err) == (2, True)
    asked = ombudsman_here("publish", "--storage", twice.storage.path, "--as-of", "yesterday")
    assert (asked.status, "--as-of" in asked.err) == (2, True)
    assert not (twice.storage.path / "published").exists()


@pytest.fixture
def copied(twice: Twice, tmp_path: Path) -> Storage:
    shutil.copytree(twice.storage.path, tmp_path / "storage")
    return Storage(tmp_path / "storage")


def published(storage: Storage, *arguments: str) -> Path:
    done = ombudsman_here("publish", "--storage", storage.path, *arguments)
    assert done.status == 0, done.all
    return (storage.path / "published" / "latest.db").resolve()


def test_what_is_published_never_changes_and_says_what_it_is(copied: Storage) -> None:
    first = published(copied)
    assert first.name == f"ombudsman-{TODAY}.db"
    body = first.read_bytes()
    manifest = json.loads(first.with_suffix(".json").read_text())
    assert manifest["sha256"] == hashlib.sha256(body).hexdigest()
    assert manifest["size"] == len(body)
    assert manifest["replica"] is True
    assert "TEST DATA" in manifest["warning"]
    assert manifest["previous"] is None
    assert manifest["failing"] == []
    # A check without anything to go by has neither passed nor failed.
    assert {row["passed"] for row in manifest["checks"]} == {1, None}
    assert manifest["rows"]["letters"] == len(copied.query("SELECT * FROM letters"))
    assert "advertising" in manifest["terms"]
    # Nothing has changed: nothing is published; by force it is, beside the first.
    again = ombudsman_here("publish", "--storage", copied.path)
    assert "Nothing has changed" in again.out
    second = published(copied, "--force")
    assert second.name == f"ombudsman-{TODAY}-2.db"
    assert first.read_bytes() == body
    if os.geteuid() != 0:
        with pytest.raises(PermissionError):
            first.open("ab")
    assert not first.stat().st_mode & 0o222
    left = {path.name for path in first.parent.iterdir()}
    assert left == {".lock", "CHANGES.md", "latest.db"} | {
        f"{path.stem}{kind}" for path in (first, second) for kind in (".db", ".json")
    }
    changes = (first.parent / "CHANGES.md").read_text()
    assert changes.index(second.name) < changes.index(f"## {first.name}")
    assert "TEST DATA" in changes
    with closing(sqlite3.connect(f"file:{second}?mode=ro&immutable=1", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_changes_tell_what_changed(twice: Twice, copied: Storage) -> None:
    published(copied, "--as-of", str(YESTERDAY))
    with closing(sqlite3.connect(copied.path / "ombudsman.db")) as connection, connection:
        connection.execute(
            "UPDATE public_report SET title = '<b>A *title*</b> [x](y)' WHERE id ="
            " (SELECT MAX(id) FROM public_report)"
        )
    path = published(copied)
    text = (path.parent / "CHANGES.md").read_text()
    latest = text[: text.index(f"ombudsman-{YESTERDAY}.db\n\n**")]
    assert f"({twice.revised}/letter/" in latest
    assert "### Revised figures" in latest
    assert "### Letters no longer on the site: 1" in latest
    assert twice.gone in latest
    assert "### New public reports: 1" in latest
    assert "\\<b\\>A \\*title\\*\\</b\\> \\[x\\](y)" in latest
    old = {row["figure_id"]: row["value_text"] for row in rows(twice.then, "figures")}
    new = {row["figure_id"]: row["value_text"] for row in rows(path, "figures")}
    name = next(
        name
        for name in new
        if name.startswith(f"{twice.revised}/letter/") and old[name] != new[name]
    )
    assert f"{old[name]} → {new[name]} (" in latest.replace("\\", "")


def changed(then: Path, folder: Path, *statements: str, before: str = "SELECT 1") -> dict[str, Any]:
    """What CHANGES.md would tell of changes made to an analysts' database: lines by heading."""
    paths = folder / "before.db", folder / "now.db"
    for path, made in zip(paths, ((before,), statements), strict=True):
        shutil.copy(then, path)
        with closing(sqlite3.connect(path)) as connection, connection:
            for statement in made:
                connection.execute(statement)
    return {one.heading: one.lines for one in publication.changes(*paths)}


LETTER = "(SELECT MIN(letter) FROM letters WHERE versions = 1)"
#: The first figure of a letter that has a value and no doubts.
FIGURE = """(authority_id, year_ending, metric, source) IN (
    SELECT authority_id, year_ending, metric, source FROM figure
    WHERE value IS NOT NULL AND source = 'letter' AND suffix = '' AND doubts IS NULL
    ORDER BY authority_id, year_ending, metric LIMIT 1)"""


def test_a_copy_that_isnt_current_is_no_other_wording(twice: Twice, tmp_path: Path) -> None:
    more = f"UPDATE letters SET versions = 2 WHERE letter = {LETTER}"
    assert changed(twice.then, tmp_path, more) == {}


def test_a_letter_that_went_back_to_earlier_words_has_others(twice: Twice, tmp_path: Path) -> None:
    (letter,) = {row["letter"] for row in rows(twice.then, "letter_versions") if row["version"] > 1}
    told = changed(
        twice.then, tmp_path,
        f"UPDATE letter_versions SET current = NOT current WHERE letter = '{letter}'",
    )  # fmt: skip
    (line,) = told.pop("Letters with other words than before")
    assert letter in line
    assert told == {}


@pytest.mark.parametrize(
    ("there", "before", "heading"),
    [
        ("UPDATE letters SET gone_since = '2026-01-01'", False, "Letters no longer on the site"),
        (
            "UPDATE letters SET gone_since = '2026-01-01'", True,
            "Letters that are on the site again",
        ),
        (
            "UPDATE letter_versions SET withheld = 1, document_sha256 = NULL", False,
            "Letters withheld from publication, all or some of their versions",
        ),
        (
            "UPDATE letter_versions SET withheld = 1, document_sha256 = NULL", True,
            "Letters no longer withheld, all or some of their versions",
        ),
    ],
)  # fmt: skip
def test_letters_that_went_came_back_or_are_withheld_are_named(
    twice: Twice, tmp_path: Path, there: str, before: bool, heading: str
) -> None:
    there = f"{there} WHERE letter = {LETTER}"
    told = (
        changed(twice.then, tmp_path, before=there)
        if before
        else changed(twice.then, tmp_path, there)
    )
    assert list(told) == [heading]
    (letter,) = {row["letter"] for row in rows(tmp_path / "now.db", "letters")} & {
        told[heading][0].split("(")[1].split(")")[0]
    }
    assert letter


def test_doubts_are_compared_one_by_one(twice: Twice, tmp_path: Path) -> None:
    both = f"UPDATE figure SET doubts = 'rate_contradicts_counts,not_witnessed' WHERE {FIGURE}"
    one = f"UPDATE figure SET doubts = 'rate_contradicts_counts,claimed_twice' WHERE {FIGURE}"
    told = changed(twice.then, tmp_path, one, before=both)
    assert set(told) == {"New doubts", "Doubts settled"}
    assert ": claimed_twice (" in told["New doubts"][0]
    assert ": not_witnessed (" in told["Doubts settled"][0]
    less = f"UPDATE figure SET doubts = 'not_witnessed' WHERE {FIGURE}"
    assert set(changed(twice.then, tmp_path, less, before=both)) == {"Doubts settled"}


def test_a_value_read_otherwise_from_the_same_words_is_told(twice: Twice, tmp_path: Path) -> None:
    (first, second) = (
        f"UPDATE figure SET value = {value}, value_text = '54' WHERE {FIGURE}"
        for value in (54, 4.5)
    )
    ((heading, lines),) = changed(twice.then, tmp_path, second, before=first).items()
    assert heading == "Revised figures"
    assert ": 54 → 4.5 (" in lines[0]


def test_new_figures_and_tables_are_told(twice: Twice, tmp_path: Path) -> None:
    told = changed(twice.then, tmp_path, before=f"DELETE FROM figure WHERE {FIGURE}")
    ((heading, lines),) = told.items()
    assert (heading, len(lines)) == ("New figures, other than those of new letters and tables", 1)
    # Those of a new table aren't told one by one.
    path, now = tmp_path / "before.db", tmp_path / "now.db"
    shutil.copy(twice.then, path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM figure WHERE source = 'national_table'")
        connection.execute("DELETE FROM national_rows")
    found = {one.heading: one.count for one in publication.changes(path, now)}
    assert found.pop("New national tables") == len(
        {
            (row["document_sha256"], row["sheet"], row["header_row"])
            for row in rows(now, "national_rows")
        }
    )
    # A doubtful figure is told, wherever it is from.
    assert set(found) <= {"New doubts"}


def test_withheld_things_are_left_out_word_for_word(twice: Twice, copied: Storage) -> None:
    (letter,) = copied.query("SELECT * FROM letters WHERE letter = ?", twice.revised)
    (report,) = copied.query("SELECT * FROM public_reports WHERE text IS NOT NULL LIMIT 1")
    before = published(copied)
    secret = [letter["title"] and letter["addressee"], letter["document_sha256"]]
    others = "".join(
        row["text"] or ""
        for row in copied.query("SELECT * FROM public_reports")
        if row["document_sha256"] != report["document_sha256"]
    )
    lines = [line[:60] for line in report["text"].split("\n") if line[:60] not in others]
    sentence = max(lines, key=len)
    assert len(sentence) > 30
    assert sentence.encode() in before.read_bytes()
    for subject in (twice.revised, report["document_sha256"]):
        said = ombudsman_here(
            "withhold", subject, "--who", "me", "--why", "a name", "--storage", copied.path
        )
        assert said.status == 0, said.all
    after = published(copied)
    body = after.read_bytes()
    assert sentence.encode() not in body
    key, year = twice.revised.split("/")
    assert not [
        row
        for row in rows(after, "figures") + rows(after, "version_figures")
        if row.get("letter") == twice.revised
        or row.get("figure_id", "").startswith(f"{key}/{year}/letter/")
    ]
    (kept,) = [row for row in rows(after, "letters") if row["letter"] == twice.revised]
    assert kept["withheld"] == 1
    assert all(
        kept[name] is None
        for name in ("title", "addressee", "signatory", "letter_date", "document_sha256", "url")
    )
    assert secret[0]
    assert letter["document_sha256"].encode() not in body
    assert not [row for row in rows(after, "letters") if row["title"] and row["withheld"]]
    (summary,) = [
        row
        for row in rows(after, "annual_summary")
        if (row["slug"], row["year_ending"]) == (key, int(year))
    ] or [{"sources": "{}"}]
    assert "letter" not in json.loads(summary["sources"]).values()
    (state,) = [
        row["state"]
        for row in rows(after, "coverage")
        if (row["slug"], row["year_ending"]) == (key, int(year))
    ]
    assert state == "archived"
    manifest = json.loads(after.with_suffix(".json").read_text())
    assert manifest["withheld"] >= 2


def test_a_database_whose_checks_fail_is_refused_until_told_otherwise(copied: Storage) -> None:
    with closing(sqlite3.connect(copied.path / "ombudsman.db")) as connection, connection:
        connection.execute(
            "UPDATE run_check SET passed = 0, detail = 'letters are missing' WHERE required AND"
            " name = 'outcomes_add_up' AND run_id = (SELECT MAX(run_id) FROM run_check"
            " WHERE name = 'outcomes_add_up')"
        )
    refused = ombudsman_here("publish", "--storage", copied.path)
    assert refused.status == 1
    assert "outcomes_add_up: letters are missing" in refused.err
    assert not (copied.path / "published").exists()
    path = published(copied, "--despite-checks")
    manifest = json.loads(path.with_suffix(".json").read_text())
    assert "outcomes_add_up" in manifest["failing"][0]
    assert "outcomes" in (path.parent / "CHANGES.md").read_text()
    (about,) = [row["value"] for row in rows(path, "about") if row["name"] == "checks"]
    assert "outcomes_add_up" in about
    with closing(sqlite3.connect(copied.path / "ombudsman.db")) as connection, connection:
        connection.execute("UPDATE run_check SET passed = 1")
        connection.execute("UPDATE run SET verdict = 'blocked', reason = 'robots.txt forbids'")
    blocked = ombudsman_here("publish", "--storage", copied.path)
    assert (blocked.status, "was blocked" in blocked.err) == (1, True)


def a_run(storage: Storage, verdict: str | None, *, failed: str | None = None, **other: Any) -> int:
    """Add a run like the last whole one; returns its number."""
    values = {
        "command": "crawl", "whole": 1, "arguments": "{}", "site": "replica", "versions": "{}",
        "collections": "letters,pages,reports,improvements",
        "started": f"{TODAY}T00:00:00.000Z", "verdict": verdict, "reason": "so it is", **other,
    }  # fmt: skip
    with closing(sqlite3.connect(storage.path / "ombudsman.db")) as connection, connection:
        columns, marks = ", ".join(values), ", ".join("?" * len(values))
        added = connection.execute(
            f"INSERT INTO run ({columns}) VALUES ({marks}) RETURNING id", list(values.values())
        ).fetchone()[0]
        if failed:
            connection.execute(
                "INSERT INTO run_check VALUES (?, ?, 1, 0, 'not so')", (added, failed)
            )
    return int(added)


@pytest.mark.parametrize(
    "later",
    [
        {"verdict": None},
        {"verdict": "stopped"},
        {"verdict": "ok", "command": "add", "whole": 0, "collections": "letters"},
        {"verdict": "ok", "whole": 0, "arguments": '{"council": ["kent-county-council"]}'},
        {"verdict": "ok", "collections": "reports"},
        {"verdict": "ok", "collections": "tables"},
    ],
)
def test_a_failed_crawl_isnt_hidden_by_what_asked_for_less(
    copied: Storage, later: dict[str, Any]
) -> None:
    bad = a_run(copied, "failed", failed="letters_fetched")
    a_run(copied, **later)
    with lock.hold(copied.path):
        refused = ombudsman_here("publish", "--storage", copied.path)
    assert refused.status == 1, refused.all
    assert f"crawl {bad} (letters,pages,reports,improvements) failed letters_fetched" in refused.err
    # A later whole one makes it good, whatever it is called.
    a_run(copied, "ok", command="backfill")
    path = published(copied)
    assert json.loads(path.with_suffix(".json").read_text())["failing"] == []


def test_a_part_that_failed_is_made_good_by_the_same_part(copied: Storage) -> None:
    part = {"whole": 0, "arguments": '{"years": "2020", "collect": ["letters"]}'}
    bad = a_run(copied, "blocked", **part)
    refused = ombudsman_here("publish", "--storage", copied.path)
    assert (refused.status, f"crawl {bad} " in refused.err) == (1, True)
    a_run(copied, "ok", whole=0, arguments='{"years": "2020", "collect": ["letters", "pages"]}')
    published(copied)


def test_before_a_first_crawl_has_ended_nothing_is_published(copied: Storage) -> None:
    with closing(sqlite3.connect(copied.path / "ombudsman.db")) as connection, connection:
        connection.execute("DELETE FROM run_check")
        connection.execute("UPDATE run SET verdict = NULL WHERE id = (SELECT MAX(id) FROM run)")
        connection.execute("UPDATE run SET verdict = 'killed' WHERE verdict IS NOT NULL")
    with lock.hold(copied.path):
        refused = ombudsman_here("publish", "--storage", copied.path)
    assert (refused.status, "no crawl has ended yet" in refused.err) == (1, True)
    with closing(sqlite3.connect(copied.path / "ombudsman.db")) as connection, connection:
        connection.execute("UPDATE run SET verdict = 'stopped'")
    path = published(copied)
    (about,) = [row["value"] for row in rows(path, "about") if row["name"] == "checks"]
    assert about == "no required check was made"


def test_a_killed_publication_leaves_nothing_that_looks_whole(copied: Storage) -> None:
    folder = copied.path / "published"
    folder.mkdir()
    (folder / ".unfinished-17.db").write_bytes(b"half")
    (folder / ".unfinished-latest").symlink_to("nowhere")
    path = published(copied)
    assert not list(folder.glob(".unfinished*"))
    # Killed between the file and `latest.db`: the next one mends that.
    (folder / "latest.db").unlink()
    assert published(copied) == path
    # Taken away by somebody: what was said of it stays, and its name isn't given to another.
    path.unlink()
    again = published(copied, "--force")
    assert again != path
    assert path.with_suffix(".json").exists()
    assert (folder / "CHANGES.md").read_text().count(f"## {path.name}\n") == 1
    folder.chmod(0o555)
    try:
        if os.geteuid() != 0:
            refused = ombudsman_here("publish", "--storage", copied.path, "--force")
            assert (refused.status, "can't be written" in refused.err) == (1, True)
    finally:
        folder.chmod(0o755)
    shutil.rmtree(folder)
    folder.write_text("no folder")
    refused = ombudsman_here("publish", "--storage", copied.path)
    assert (refused.status, "can't be written" in refused.err) == (1, True)


class Killed(BaseException):
    """As if the process had ended here."""


def change(storage: Storage, to: str) -> None:
    with closing(sqlite3.connect(storage.path / "ombudsman.db")) as connection, connection:
        connection.execute(
            "UPDATE public_report SET title = ? WHERE id = (SELECT MAX(id) FROM public_report)",
            (to,),
        )


@pytest.mark.parametrize("step", ["_place", "_tell", "_point"])
def test_a_publication_killed_anywhere_is_finished_or_never_was(
    copied: Storage, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    first = published(copied)
    folder = first.parent
    change(copied, "A second title")

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(f"ombudsman_crawler.publish.{step}", killed)
        patched.setattr("ombudsman_crawler.publish.now", lambda: datetime.now(UTC) - DAY)
        with pytest.raises(Killed):
            ombudsman_here("publish", "--storage", copied.path)
    assert (folder / "latest.db").resolve() == first
    again = published(copied)
    half = folder / f"ombudsman-{YESTERDAY}.db"
    # It is another day by now: a file that has its name is the newest, of another nothing is told.
    assert again == (folder / f"ombudsman-{TODAY}-2.db" if step == "_place" else half)
    databases = {path.stem for path in folder.glob("ombudsman-*.db")}
    assert databases == {path.stem for path in folder.glob("ombudsman-*.json")}
    told = (folder / "CHANGES.md").read_text()
    assert [line[3:-3] for line in told.split("\n") if line.startswith("## ")] == [
        again.stem, first.stem,
    ]  # fmt: skip
    assert "A second title" in told
    assert not [path for path in folder.iterdir() if path.name.startswith((".unf", ".publishing"))]


def test_who_goes_back_to_what_was_before_publishes_it_anew(copied: Storage) -> None:
    change(copied, "A first title")
    published(copied)
    change(copied, "A second title")
    second = published(copied)
    change(copied, "A first title")
    third = published(copied)
    assert third.name == f"ombudsman-{TODAY}-3.db"
    assert "A first title" in {row["title"] for row in rows(third, "public_reports")}
    text = (third.parent / "CHANGES.md").read_text()
    assert f"Since {second.name}" in text[: text.index(f"## {second.name}")]


def test_an_older_storage_is_published_beside_the_newest_and_says_so(copied: Storage) -> None:
    newest = published(copied)
    a_day_earlier(copied.path)
    for said in (f"ombudsman-{TODAY}-2.db", "Nothing has changed"):
        done = ombudsman_here("publish", "--storage", copied.path)
        assert done.status == 0, done.all
        assert said in done.out
        assert f"latest.db still names {newest.name}: data until {TODAY}" in done.out
        assert f"these until {YESTERDAY}" in done.out
    assert (newest.parent / "latest.db").resolve() == newest
    text = (newest.parent / "CHANGES.md").read_text()
    assert f"Its data are older than those of {newest.name}" in text


def test_a_day_that_isnt_over_isnt_published_as_such(copied: Storage) -> None:
    refused = ombudsman_here("publish", "--storage", copied.path, "--as-of", str(TODAY))
    assert (refused.status, "this day isn't over" in refused.err) == (2, True)


def test_a_full_disk_of_temporary_files_is_told_as_such(twice: Twice, tmp_path: Path) -> None:
    def bounded() -> None:
        # A file that can't grow is the disk that is full for it.
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    folder = tmp_path / "temporary"
    folder.mkdir()
    done = subprocess.run(
        command("export", str(tmp_path / "out"), "--storage", str(twice.storage.path)),
        capture_output=True, text=True, check=False, preexec_fn=bounded,
        env={**os.environ, "TMPDIR": str(folder)},
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert f"there is no room for the analysts' database in {folder}" in done.stderr
    assert "restore it" not in done.stderr
    assert not list(folder.iterdir())


def test_full_is_full_where_sqlite_says_so(twice: Twice, tmp_path: Path) -> None:
    def full(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA max_page_count = 2")
        connection.execute("CREATE TABLE much AS SELECT zeroblob(100000) AS zeros")

    with (
        closing(sqlite3.connect(tmp_path / "small.db")) as connection,
        pytest.raises(NoRoom, match=str(tmp_path)),
        analysts.room(tmp_path),
    ):
        full(connection)


def test_what_a_killed_program_left_among_temporary_files_is_cleared(
    twice: Twice, copied: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    (folder / "ombudsman-analysts-of-mine").write_text("no folder")
    killed = subprocess.Popen(command("publish", "--storage", str(copied.path)))
    wait_until(lambda: list(folder.glob("*/analysts.db")))
    killed.kill()
    killed.wait()
    (left,) = folder.glob("*/analysts.db")
    # What another process works with stays.
    with analysts.workshop() as used:
        assert not left.exists()
        used.write_text("in use")
        published(copied)
        assert used.exists()
    assert [path.name for path in folder.iterdir()] == ["ombudsman-analysts-of-mine"]


def test_a_damaged_newest_publication_is_named(copied: Storage) -> None:
    path = published(copied)
    path.chmod(0o644)
    path.write_bytes(b"no database" * 1000)
    for arguments in ((), ("--force",)):
        refused = ombudsman_here("publish", "--storage", copied.path, *arguments)
        assert refused.status == 1
        assert f"{path} isn't what was published" in refused.err


def drawn(storage: Storage, output: Path, *arguments: str) -> Any:
    return ombudsman_here(
        "chart", "--council", "kent-county-council", "--metric", "uphold_rate", "--storage",
        storage.path, "--output", output, *arguments,
    )  # fmt: skip


def test_a_picture_is_whole_or_the_one_before(
    twice: Twice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "x.svg"
    done = drawn(twice.storage, output, "--council", "Kent County Council", "--as-of", str(TODAY))
    assert done.status == 0, done.all
    before = output.read_bytes()
    # A council that is named twice is drawn once; the day is said.
    assert b"Kent County Council, Kent" not in before
    assert b"as it stood on" in before
    whole = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        whole(path, data[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    refused = drawn(twice.storage, output)
    assert (refused.status, "No space left" in refused.err) == (2, True)
    assert output.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["x.svg"]


def test_a_doubtful_average_is_hollow(
    twice: Twice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "doubtful.db"
    shutil.copy(twice.then, made)
    with closing(sqlite3.connect(made)) as connection, connection:
        connection.execute("DELETE FROM similar_average")
        connection.execute("UPDATE annual_summary SET doubtful = 'uphold_rate_similar'")
    seen = []
    whole = charts.lines_over_time
    monkeypatch.setattr(
        charts,
        "lines_over_time",
        lambda lines, *a, **k: seen.append(lines) or whole(lines, *a, **k),
    )
    done = drawn(twice.storage, tmp_path / "x.svg", "--database", str(made))
    assert done.status == 0, done.all
    (average,) = [line for line in seen[0] if line.is_average]
    points = [point for point in average.points if point["value"] is not None]
    assert points
    assert all(point["doubtful"] for point in points)


@pytest.fixture
def slow() -> Iterator[Replica]:
    with Replica(councils=3, years=(2020, 2022)) as replica:
        yield replica


def test_others_read_while_a_crawl_writes(storage: Storage, slow: Replica) -> None:
    crawling = storage.start(slow, "--collect", "letters,pages", DOWNLOAD_DELAY="0.2")
    try:
        wait_until(lambda: storage.path.joinpath("ombudsman.db").exists() and _letters(storage) > 1)
        seen = []
        while crawling.poll() is None:
            path = storage.path / "ombudsman.db"
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
                frame = pandas.read_sql("SELECT * FROM figures", connection)
            made = storage.path.parent / f"made-{len(seen)}.db"
            analysts.of_storage(storage.path, made)
            with closing(sqlite3.connect(made)) as connection:
                figures = pandas.read_sql("SELECT * FROM figures", connection)
                letters = pandas.read_sql("SELECT * FROM letters", connection)
            # Whole letters only: each figure has its letter and is as the last look had it.
            assert set(figures.document_sha256) <= {
                *letters.document_sha256,
                *pandas.DataFrame(rows(made, "page_history")).get("document_sha256", []),
            }
            assert duckdb.sql("SELECT COUNT(*) FROM figures").fetchone() == (len(figures),)
            assert len(figures) >= len(frame)
            seen.append(len(figures))
        assert crawling.wait(60) == 0
        assert len(seen) > 1
        assert seen == sorted(seen)
    finally:
        crawling.kill()
        crawling.communicate()


def _letters(storage: Storage) -> int:
    try:
        return len(storage.query("SELECT 1 FROM letters"))
    except sqlite3.OperationalError:
        return 0


def test_a_storage_without_the_newest_views_is_brought_up_to_date_by_a_crawl(
    storage: Storage, replica: Replica
) -> None:
    assert storage.crawl(replica).status == 0
    with closing(sqlite3.connect(storage.path / "ombudsman.db")) as connection, connection:
        connection.execute("DROP VIEW letters")
    refused = ombudsman_here("status", "--storage", storage.path)
    assert (refused.status, "a crawl brings it up to date" in refused.err) == (2, True)
    again = storage.crawl(replica)
    assert again.status == 0, again.all
    assert storage.query("SELECT COUNT(*) AS n FROM letters")[0]["n"] > 0


def test_an_earlier_day_is_published_beside_the_newest(copied: Storage) -> None:
    newest = published(copied)
    earlier = ombudsman_here("publish", "--storage", copied.path, "--as-of", str(YESTERDAY))
    assert earlier.status == 0, earlier.all
    assert (newest.parent / f"ombudsman-{YESTERDAY}.db").is_file()
    assert (newest.parent / "latest.db").resolve() == newest
    text = (newest.parent / "CHANGES.md").read_text()
    assert "are there no longer" not in text
    again = ombudsman_here("publish", "--storage", copied.path, "--as-of", str(YESTERDAY))
    assert "Nothing has changed" in again.out


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM about WHERE name = 'replica'",
        "DELETE FROM about WHERE name = 'title'",
        "UPDATE about SET value = '9999' WHERE name = 'schema'",
        "ALTER TABLE about RENAME COLUMN name TO other",
        "DROP TABLE letters",
    ],
)
def test_another_or_a_damaged_database_is_refused_in_a_sentence(
    twice: Twice, tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "damaged.db"
    shutil.copy(twice.then, path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(damage)
    for arguments in (
        ("export", tmp_path / "out"),
        ("chart", "--council", "kent-county-council", "--metric", "uphold_rate", "--output",
         tmp_path / "x.svg"),
        ("explore", "--port", "0", "--storage", tmp_path),
    ):  # fmt: skip
        refused = ombudsman_here(*arguments, "--database", path)
        assert refused.status == 2, (arguments, refused.all)
        assert "Traceback" not in refused.err


def test_two_publications_at_once_are_one_after_the_other(copied: Storage) -> None:
    import fcntl

    folder = copied.path / "published"
    folder.mkdir()
    with (folder / ".lock").open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        busy = ombudsman_here("publish", "--storage", copied.path)
    assert (busy.status, "another program publishes" in busy.err) == (3, True)
    published(copied)


def test_a_lost_manifest_is_mended_by_force(copied: Storage) -> None:
    first = published(copied)
    first.with_suffix(".json").unlink()
    asked = ombudsman_here("publish", "--storage", copied.path)
    assert (asked.status, "--force" in asked.err) == (1, True)
    assert published(copied, "--force") != first


def test_publish_as_a_process_of_its_own(twice: Twice, copied: Storage) -> None:
    done = subprocess.run(
        command("publish", "--storage", str(copied.path), "--json"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["new"] is True
    assert date.fromisoformat(json.loads(done.stdout)["made"][:10]) == TODAY
