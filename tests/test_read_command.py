"""`ombudsman read`: files and folders, for people and as JSON."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Ended, ombudsman
from letters.letter_pdfs import Statistics, Style, front_page, make_pdf, statistics_page

from ombudsman_crawler import findings, metrics

LETTERS = Path(__file__).parent / "letters"
GOLDENS = LETTERS / "goldens"
KENT = LETTERS / "fixtures" / "2021-kent-county-council.positioned.pdf"
DARTFORD = LETTERS / "fixtures" / "2021-dartford-borough-council.word.pdf"
BROKEN_TOTAL = GOLDENS / "2007-total-that-does-not-add-up.drawn.pdf"

LETTER_KEYS = [
    "file", "part", "sha256", "authority", "authority_as_printed", "year_ending", "kind",
    "form", "title", "letter_date", "addressee", "post", "signatory", "period_start",
    "period_end", "status", "figures", "findings",
]  # fmt: skip
FIGURE_KEYS = [
    "year_ending", "metric", "value", "absence", "unit", "value_text", "restated", "page", "box",
    "text",
]  # fmt: skip
FINDING_KEYS = ["code", "severity", "metric", "message"]


@pytest.fixture(scope="module")
def everything() -> tuple[Ended, list[dict[str, Any]]]:
    """All goldens, the hard cases among them, read as one folder."""
    ended = ombudsman("read", "--json", GOLDENS)
    return ended, json.loads(ended.out)


def text_or_none(value: object) -> bool:
    return value is None or (isinstance(value, str) and value != "")


def test_every_key_of_the_json(everything: tuple[Ended, list[dict[str, Any]]]) -> None:
    ended, letters = everything
    assert ended.status == 1, "some goldens can't be read"
    vocabulary = metrics.load()
    assert letters
    for letter in letters:
        assert list(letter) == LETTER_KEYS
        path = Path(letter["file"])
        assert letter["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert letter["part"] >= 1
        assert letter["year_ending"] is None or 2004 <= letter["year_ending"] <= 2036
        assert letter["kind"] in ("annual", "follow_up")
        assert letter["status"] in ("ok", "suspect", "unreadable", "unknown_form", "not_a_letter")
        assert letter["form"] in (
            None, "annual_letter_tables", "advice_team_tables", "single_total",
            "local_authority_report", "three_panels", "complaint_overview",
        )  # fmt: skip
        for name in (
            "authority", "authority_as_printed", "title", "addressee", "post", "signatory",
        ):  # fmt: skip
            assert text_or_none(letter[name]), name
        for name in ("letter_date", "period_start", "period_end"):
            assert letter[name] is None or re.fullmatch(r"\d{4}-\d\d-\d\d", letter[name])
        for figure in letter["figures"]:
            assert list(figure) == FIGURE_KEYS
            assert isinstance(figure["year_ending"], int)
            assert figure["unit"] == vocabulary[figure["metric"]].unit
            assert (figure["value"] is None) == (figure["absence"] in metrics.ABSENCES)
            assert figure["value"] is None or type(figure["value"]) in (int, float)
            assert text_or_none(figure["value_text"])
            assert figure["value"] is None or figure["value_text"] in figure["text"]
            assert figure["restated"] is (figure["year_ending"] != letter["year_ending"])
            assert figure["page"] is None or figure["page"] >= 1
            assert figure["box"] is None or (
                len(figure["box"]) == 4 and figure["box"][0] < figure["box"][2]
            )
            assert isinstance(figure["text"], str)
        for finding in letter["findings"]:
            assert list(finding) == FINDING_KEYS
            assert finding["code"] in findings.load()
            assert finding["severity"] in ("note", "warning", "error")
            assert finding["metric"] is None or finding["metric"] in vocabulary
            assert finding["message"]


def test_a_folder_says_what_its_goldens_say(
    everything: tuple[Ended, list[dict[str, Any]]],
) -> None:
    _, letters = everything
    files = sorted(GOLDENS.glob("*.pdf"))
    assert list(dict.fromkeys(letter["file"] for letter in letters)) == [str(f) for f in files]
    for file in files:
        expected = json.loads(file.with_suffix(".expected.json").read_text(encoding="utf-8"))
        found = [letter for letter in letters if letter["file"] == str(file)]
        assert [letter["part"] for letter in found] == [*range(1, len(found) + 1)]
        for letter, said in zip(found, expected["letters"], strict=True):
            # What a link says can only be held against a letter where there is a link.
            of_links = {"status"} if "link" in expected else set()
            for name in set(said) - {"figures", "doubtful"} - of_links:
                assert letter[name] == said[name], (file.name, name)
            assert {
                figure["metric"]
                if figure["year_ending"] == letter["year_ending"]
                else f"{figure['metric']} {figure['year_ending']}": (
                    figure["absence"] if figure["value"] is None else figure["value"]
                )
                for figure in letter["figures"]
            } == said["figures"], file.name


def test_the_json_of_a_sample_letter() -> None:
    ended = ombudsman("read", "--json", KENT, DARTFORD)
    assert (ended.status, ended.err) == (0, ""), ended.all
    kent, dartford = json.loads(ended.out)
    assert kent["authority"] == "Kent County Council"
    assert (kent["year_ending"], kent["form"], kent["status"]) == (2021, "three_panels", "ok")
    assert (kent["letter_date"], kent["period_end"]) == ("2021-07-21", "2021-03-31")
    rate = next(figure for figure in kent["figures"] if figure["metric"] == "uphold_rate")
    assert (rate["value"], rate["value_text"], rate["unit"]) == (74, "74%", "percent")
    assert dartford["authority"] == "Dartford Borough Council"


def test_a_table_for_people() -> None:
    ended = ombudsman("read", DARTFORD)
    assert ended.status == 0, ended.all
    assert "Dartford Borough Council, year ending 2021, three_panels, ok" in ended.out
    (row,) = [line for line in ended.out.splitlines() if line.startswith("  uphold_rate ")]
    assert row.split()[:4] == ["uphold_rate", "75%", "75%", "4"]
    assert "75% of complaints we" in row
    assert "N% of complaints we investigated" in ended.out
    assert "files" not in ended.out


def test_doubts_stand_beside_their_figures() -> None:
    ended = ombudsman("read", BROKEN_TOTAL)
    assert ended.status == 0, ended.all
    lines = ended.out.splitlines()
    (place,) = [i for i, line in enumerate(lines) if line.startswith("? received_total ")]
    beside = " ".join(" ".join(lines[place : place + 4]).split())
    assert "total_does_not_add_up" in beside
    assert "received_total is 45" in beside
    doubtful = [line.split()[1] for line in lines if re.match(r"\? \w", line)]
    assert len(doubtful) == 7
    assert any(line.startswith("  decided_total ") for line in lines)
    # The earlier years add up: the doubt is about one year only.
    restated = lines.index("  earlier year in its tables: year ending 2006, restated")
    assert not any(line.startswith("? ") for line in lines[restated:])


@pytest.mark.parametrize("columns", ["80", "100", "200"])
def test_a_pipe_gets_lines_of_a_hundred_columns(columns: str) -> None:
    ended = ombudsman("read", BROKEN_TOTAL, KENT, "--checks", COLUMNS=columns)
    lines = [line for line in ended.out.splitlines() if not line.startswith(str(LETTERS))]
    assert max(map(len, lines)) <= 100
    assert "\x1b" not in ended.out


def test_a_summary_of_several_files(tmp_path: Path) -> None:
    (tmp_path / "no.pdf").write_bytes(b"<!DOCTYPE html><title>Not found</title>")
    ended = ombudsman("read", KENT, BROKEN_TOTAL, GOLDENS / "2025-follow-up.pdf", tmp_path)
    assert ended.status == 1
    assert "not_a_pdf" in ended.out
    last = ended.out.splitlines()[-1]
    assert last.startswith("4 files, 4 letters: 2 ok, 1 suspect, 1 unreadable; ")
    assert last.endswith(" figures, 1 absent, 7 doubtful")


def test_every_check_says_how_it_ended() -> None:
    ended = ombudsman("read", "--checks", KENT)
    assert ended.status == 0, ended.all
    told = " ".join(ended.out.split())
    assert "holds rate_contradicts_counts 2021 uphold_rate, upheld_decisions," in told
    assert "skipped total_does_not_add_up 2021 received_total: not about the year" in told
    assert re.search(
        r"skipped more_than_possible 2021 satisfactory_remedy_decisions,\s+upheld_decisions: lacks"
        r"\s+satisfactory_remedy_decisions",
        told,
    )
    assert "holds period_unexpected 2021 the period of the statistics" in told
    fails = ombudsman("read", "--checks", BROKEN_TOTAL).out
    assert re.search(r"^fails +total_does_not_add_up +2007 received_total", fails, re.M)
    refused = ombudsman("read", "--checks", "--json", KENT)
    assert (refused.status, refused.out) == (2, "")
    assert refused.err.count("\n") == 1


def test_a_folder_with_folders(tmp_path: Path) -> None:
    (tmp_path / "b" / "deep").mkdir(parents=True)
    shutil.copy(KENT, tmp_path / "b" / "deep" / "Kent.PDF")
    shutil.copy(DARTFORD, tmp_path / "a.pdf")
    (tmp_path / "c.txt").write_text("no letter")
    ended = ombudsman("read", "--json", tmp_path, tmp_path / "a.pdf")
    assert ended.status == 0, ended.all
    assert [Path(letter["file"]).name for letter in json.loads(ended.out)] == ["a.pdf", "Kent.PDF"]


def test_json_is_nothing_but_json_whatever_the_files(tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(KENT.read_bytes()[:9000])
    (tmp_path / "empty.pdf").write_bytes(b"")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.pdf")).write_bytes(DARTFORD.read_bytes())
    ended = ombudsman("read", "--json", tmp_path)
    assert ended.status == 1
    names = [(Path(one["file"]).name, one["status"]) for one in json.loads(ended.out)]
    assert names == [
        ("broken.pdf", "unreadable"),
        ("empty.pdf", "unreadable"),
        ("\N{REPLACEMENT CHARACTER}.pdf", "ok"),
    ]


def test_what_can_not_be_read_costs_nothing_else(tmp_path: Path) -> None:
    other = tmp_path / "a [red]file[red].pdf"
    other.write_bytes(b"%PDF-1.7 cut off")
    ended = ombudsman("read", other, KENT)
    assert ended.status == 1
    assert "unreadable" in ended.out
    assert "a [red]file[red].pdf" in ended.out
    assert "Kent County Council" in ended.out


def test_without_the_second_reader(tmp_path: Path) -> None:
    # The two digits of a number are drawn apart in time: only a reader of places joins them.
    page = statistics_page(Statistics(), Style(count_apart=True))
    (count,) = [ink for ink in page if ink.text == "40"]
    first = replace(count, text="4")
    second = replace(count, text="0", x=count.x + first.width)
    others = [ink for ink in page if ink is not count]
    torn = tmp_path / "torn.pdf"
    torn.write_bytes(make_pdf([front_page(Statistics()), [first, *others, second]]))
    found = {}
    for which in ("always", "never"):
        (letter,) = json.loads(ombudsman("read", "--json", "--witness", which, torn).out)
        (figure,) = [one for one in letter["figures"] if one["metric"] == "upheld_decisions"]
        assert figure["value"] == 40
        found[which] = [(one["code"], one["metric"]) for one in letter["findings"]]
    assert found == {"always": [("not_witnessed", "upheld_decisions")], "never": []}


def test_bad_arguments_are_one_sentence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")
    (tmp_path / "empty").mkdir()
    for arguments, word in (
        ((tmp_path / "none.pdf",), "none.pdf"),
        ((tmp_path / "empty",), "empty"),
        ((tmp_path / "pipe.pdf",), "pipe.pdf"),
        ((KENT, "--witness", "sometimes"), "--witness"),
    ):
        ended = ombudsman("read", *arguments)
        assert (ended.status, ended.out) == (2, ""), ended.all
        assert ended.err.count("\n") == 1
        assert word in ended.err
