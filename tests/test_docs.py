"""The documentation says what the code does: every command, option, setting, view and column."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
import typer.main

from ombudsman_crawler import cli, findings, report, settings
from ombudsman_crawler.database import run_checks, views

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]


def generated() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("write_docs", ROOT / "docs" / "write.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pages()


@pytest.mark.parametrize("name", ["data.md", "checks.md"])
def test_generated_pages_are_up_to_date(name: str) -> None:
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == generated()[name], "run `make docs`"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_in_the_readme_and_explains_itself(name: str) -> None:
    assert re.search(rf"ombudsman {name}\b", README)
    command = COMMANDS[name]
    assert command.help
    for parameter in command.params:
        assert getattr(parameter, "help", None), f"{name} {parameter.name}"


def test_every_environment_variable_is_in_the_readme() -> None:
    source = (ROOT / "ombudsman_crawler" / "settings.py").read_text(encoding="utf-8")
    named = set(re.findall(r'environ\.get\("(\w+)"', source))
    assert named
    assert all(f"`{name}`" in README for name in named)


def test_every_setting_has_a_reason_and_a_reader() -> None:
    source = (ROOT / "ombudsman_crawler" / "settings.py").read_text(encoding="utf-8")
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "ombudsman_crawler").rglob("*.py")
        if path.name != "settings.py"
    )
    ours = [name for name in vars(settings) if name.startswith("OMBUDSMAN_")]
    assert len(ours) > 8
    for name in ours:
        read_here = re.search(rf"[^_A-Z\"]{name}[^_A-Z\"]", source.replace(f"\n{name} = ", "\n"))
        assert name in code or read_here, f"nothing reads {name}"
        assert re.search(rf"^#.*\n{name} = ", source, re.M), f"{name} has no comment"


def test_every_option_is_in_the_readme_or_the_help() -> None:
    common = set(re.findall(r"--[a-z][a-z-]+", README))
    for command in ("crawl", "backfill"):
        options = {option for parameter in COMMANDS[command].params for option in parameter.opts}
        assert {name for name in options if name.startswith("--")} <= common


def test_every_code_of_a_finding_is_explained() -> None:
    rooms = ("figures", "letters", "sheets", "site")
    sources = [path for room in rooms for path in (ROOT / "ombudsman_crawler" / room).rglob("*.py")]
    sources += [
        ROOT / "ombudsman_crawler" / name
        for name in (
            "reading_workers.py",
            "database/versions.py",
            "database/review.py",
            "database/national_tables.py",
            "database/pages.py",
        )
    ]
    used: set[str] = set()
    for path in sources:
        text = path.read_text(encoding="utf-8")
        used.update(re.findall(r"(?:Finding|say|Check|UnreadablePdf)\(\s*\"(\w+)\"", text))
        used.update(re.findall(r"(?:_told\(row,|return \"not_in_text\",) \"(\w+)\"", text))
        used.update(re.findall(r"(?:return|code =) \"(reader_\w+|encrypted|broken)\"", text))
        used.update(re.findall(r"Noted\(\s*[\w.]+,\s*\"(\w+)\"", text))
        used.update(re.findall(r"^_DIFFER = \"(\w+)\"", text, re.M))
    assert len(used) > 30
    assert used == set(findings.load())


def test_every_view_is_in_the_readme_or_internal() -> None:
    internal = {"current_reading", "current_page", "current_table", "doubt", "doubt_elsewhere"}
    assert all(f"`{name}`" in README for name in set(views.definitions()) - internal)


def test_every_check_has_advice() -> None:
    assert {name for name, _, about in run_checks.described() if about} == set(report.ADVICE)


def test_readme_begins_with_the_two_commands() -> None:
    first = README.split("```")[1]
    assert [line.split("#")[0].strip() for line in first.strip().splitlines()] == [
        "make demo",
        "make test",
    ]


def test_the_readmes_paths_and_links_exist() -> None:
    for target in re.findall(r"\]\((?!http)([^)]+)\)", README):
        assert (ROOT / target).exists(), target
