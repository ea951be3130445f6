"""What operators are given: each message explained, each file of deploy/ fit for use."""

from __future__ import annotations

import ast
import configparser
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
import yaml

from ombudsman_crawler import cli, settings

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "ombudsman_crawler"
DEPLOY = ROOT / "deploy"
PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]

LEVELS = {"info", "warning", "error", "exception", "critical"}


def calls(name: str) -> Iterator[ast.Call]:
    """Every call of a method of this name in the package."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == name
            ):
                yield node


def template(node: ast.expr) -> str | None:
    """A message with "…" for what varies; None for one that is put together elsewhere."""
    if isinstance(node, ast.Constant):
        return re.sub(r"%[sd]", "…", node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            part.value if isinstance(part, ast.Constant) else "…" for part in node.values
        )
    return None


def logged() -> set[str]:
    found = set()
    for level in LEVELS:
        for call in calls(level):
            assert isinstance(call.func, ast.Attribute)
            if isinstance(call.func.value, ast.Name) and call.func.value.id == "logger":
                said = template(call.args[0])
                assert said is not None, ast.unparse(call)
                found.add(said)
    return found


def explained() -> set[str]:
    return set(re.findall(r"^\| `([^`]+)`", PAGE, re.M))


def test_every_message_is_explained_and_none_that_is_not_written() -> None:
    messages = logged()
    assert len(messages) > 15
    assert messages <= explained(), messages - explained()
    table = PAGE.split("| message |")[1].split("Why a run ends early")[0]
    assert set(re.findall(r"^\| `([^`]+)`", table, re.M)) == messages


def test_every_reason_to_end_early_is_explained() -> None:
    reasons = {
        said
        for call in calls("end")
        if len(call.args) == 2 and (said := template(call.args[1])) is not None
    }
    assert len(reasons) >= 3
    assert reasons <= explained(), reasons - explained()


def test_every_exit_status_is_explained() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    statuses = set(re.findall(r"^\| (\d+) \|", readme, re.M))
    assert statuses == set(re.findall(r"^\| (\d+) \|", PAGE, re.M))


def parsed(line: str) -> None:
    """Parse a command line as the command itself would."""
    program, name, *arguments = shlex.split(line)
    assert Path(program).name == "ombudsman"
    COMMANDS[name].make_context(name, arguments)


@pytest.fixture(scope="module")
def unit() -> configparser.ConfigParser:
    return read_unit("ombudsman-crawl.service")


def read_unit(name: str) -> configparser.ConfigParser:
    found = configparser.ConfigParser(strict=True, interpolation=None)
    found.optionxform = str  # type: ignore[assignment, method-assign]
    found.read_string((DEPLOY / name).read_text(encoding="utf-8"))
    return found


def test_the_service(unit: configparser.ConfigParser) -> None:
    parsed(unit["Service"]["ExecStart"])
    assert unit["Service"]["Type"] == "oneshot"
    # A crawl ends within half a minute of SIGTERM.
    assert int(unit["Service"]["TimeoutStopSec"]) > 30
    storage = unit["Service"]["ExecStart"].rpartition("--storage ")[2]
    assert storage.startswith(f"/var/lib/{unit['Service']['StateDirectory']}/")


def test_the_timer() -> None:
    timer = read_unit("ombudsman-crawl.timer")
    assert timer["Timer"]["Persistent"] == "true"
    assert re.fullmatch(r"\*-\*-\* \d\d:\d\d:\d\d", timer["Timer"]["OnCalendar"])
    assert timer["Install"]["WantedBy"] == "timers.target"


def test_systemd_accepts_the_units(tmp_path: Path, unit: configparser.ConfigParser) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        # Where there is no systemd the two tests above have to do.
        assert unit.sections() == ["Unit", "Service"]
        return
    for name in ("ombudsman-crawl.service", "ombudsman-crawl.timer"):
        text = (DEPLOY / name).read_text(encoding="utf-8")
        there = text.replace("/opt/ombudsman_crawler/.venv/bin/ombudsman", sys.executable)
        (tmp_path / name).write_text(there, encoding="utf-8")
    done = subprocess.run(
        [analyze, "verify", "--man=no", *map(str, tmp_path.iterdir())],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "ombudsman-crawl" in line]
    assert done.returncode == 0, done.stderr
    assert ours == []


def test_the_line_for_cron() -> None:
    lines = (DEPLOY / "crontab").read_text(encoding="utf-8").splitlines()
    (line,) = [line for line in lines if line and not line.startswith("#")]
    *when, command = line.split(maxsplit=5)
    for field, most in zip(when, (59, 23, 31, 12, 7), strict=True):
        assert field == "*" or 0 <= int(field) <= most
    # Cron takes a percent sign for the end of the line.
    assert "%" not in command
    parsed(command.rpartition("&& ")[2])


def test_the_workflow() -> None:
    workflow = yaml.safe_load((DEPLOY / "github-actions.yml").read_text(encoding="utf-8"))
    # YAML 1.1 takes the word `on` for true.
    assert workflow[True]["schedule"][0]["cron"].count(" ") == 4
    job = workflow["jobs"]["crawl"]
    source = (PACKAGE / "settings.py").read_text(encoding="utf-8")
    for name in job["env"]:
        assert hasattr(settings, name)
        assert f'environ.get("{name}"' in source
    runs = [step["run"] for step in job["steps"] if "run" in step]
    commands = [run for run in runs if run.startswith("ombudsman ")]
    assert "ombudsman crawl" in commands
    for command in commands:
        parsed(command.removesuffix(" || true"))
    extras = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (install,) = [run for run in runs if run.startswith("pip ")]
    assert re.search(r"^notify = ", extras, re.M)
    assert "-c constraints.txt" in install
    saved = [step for step in job["steps"] if "cache/save" in step.get("uses", "")]
    # Also what a failed run archived is kept.
    assert saved[0]["if"] == "always()"


def test_every_file_of_deploy_is_explained() -> None:
    for path in DEPLOY.iterdir():
        if path.is_file():
            assert f"`{path.name}`" in PAGE
