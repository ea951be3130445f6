"""How fast a crawl is and what it costs: one command, one run, on this machine's loopback.

    python benchmarks/crawl.py [--quick] [--councils 320] [--years 2019-2026] [--repeats 3]

Nothing here passes or fails; see README.md for what is measured and how to read it. Linux only
(memory is read from /proc).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from ombudsman_crawler import settings
from ombudsman_crawler.years import YearRange

HERE = Path(__file__).resolve().parent

# What both crawlers run with: no delays, and as many requests at a time.
AT_ONCE = {
    "DOWNLOAD_DELAY": "0",
    "AUTOTHROTTLE_ENABLED": "False",
    "CONCURRENT_REQUESTS": "8",
    "CONCURRENT_REQUESTS_PER_DOMAIN": "8",
}


def _pipelines(reading: str | None) -> dict[str, str]:
    """Return the setting that has another step read the letters, or none."""
    own = "ombudsman_crawler.pipelines.read.ReadLetter"
    steps = {(reading if step == own else step): n for step, n in settings.ITEM_PIPELINES.items()}
    return {"ITEM_PIPELINES": json.dumps({step: n for step, n in steps.items() if step})}


# How our crawl reads: the settings that make the difference.
READING: dict[str, dict[str, str]] = {
    "off": _pipelines(None),
    "reactor": _pipelines("read_in_reactor.ReadInReactor"),
    "1 worker": {"OMBUDSMAN_READERS": "1"},
    "2 workers": {"OMBUDSMAN_READERS": "2"},
}

PACKAGES = ("Scrapy", "Twisted", "SQLAlchemy", "pypdf", "pypdfium2", "Pebble")
_LOOK_EVERY = 0.02  # seconds between two looks at a process's memory


@dataclass(frozen=True)
class Run:
    """One crawl in a fresh process. CPU (seconds, user and system) includes its children's,
    `peak_mb` (10⁶ bytes) doesn't. `note` says what went wrong, if anything did."""

    name: str
    letters: int
    wall: float
    cpu: float
    peak_mb: float
    note: str = ""

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of CPU a letter."""
        return 1000 * self.cpu / self.letters


@dataclass(frozen=True)
class Row:
    """One line of the result: the median with the smallest and the largest of its runs."""

    name: str
    unit: str
    values: Sequence[float]
    target: float | None = None

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        if not self.values:
            return "not measured"
        return "met" if median(self.values) <= self.target else "NOT MET"

    def line(self) -> str:
        """Return the row as one line of the table."""
        if self.values:
            low, middle, high = min(self.values), median(self.values), max(self.values)
            number = f"{middle:10.2f} {self.unit:<7} {f'{low:.2f} – {high:.2f}':<17}"
        else:
            number = f"{'–':>10} {self.unit:<7} {'':<17}"
        target = "" if self.target is None else f"≤ {self.target:g}"
        return f"{self.name:<62}{number} {target:<7} {self.verdict}".rstrip()


@dataclass(frozen=True)
class Site:
    """A replica that is being served."""

    url: str
    letters: int


@contextmanager
def replica(councils: int, years: YearRange) -> Iterator[Site]:
    """Serve a replica from a process of its own, all letters drawn."""
    command = [sys.executable, HERE / "serve_replica.py", councils, years.first, years.last]
    with subprocess.Popen(
        [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin
        assert server.stdout
        try:
            line = server.stdout.readline()
            if not line:
                raise SystemExit("the replica didn't start")
            yield Site(**json.loads(line))
        finally:
            server.stdin.close()


def measure(command: Sequence[str], log: Path, folder: Path) -> tuple[int, float, float, float]:
    """Run a command; return its exit status, wall and CPU seconds and peak memory in MB."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *_python_path()])}
    peak = 0
    started = time.perf_counter()
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        # Popen's own wait would throw the resource usage away.
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            peak = max(peak, _high_water_mark(process.pid))
            time.sleep(_LOOK_EVERY)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, wall, usage.ru_utime + usage.ru_stime, peak * 1024 / 1e6


def _python_path() -> list[str]:
    path = os.environ.get("PYTHONPATH")
    return [path] if path else []


def _high_water_mark(pid: int) -> int:
    """Return the most memory a process has held, in KiB; 0 when it is gone."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


def crawl_ours(site: Site, reading: str) -> Run:
    """Crawl a site into a new storage with our own command."""
    chosen = {**AT_ONCE, **READING[reading]}
    command = [sys.executable, "-m", "ombudsman_crawler", "crawl", "--site", site.url]
    command += ["--collect", "letters"]
    for name, value in chosen.items():
        command += ["--set", f"{name}={value}"]
    return _crawl(f"ours, reading: {reading}", [*command, "--storage", "."], site, _archived)


def crawl_stock(site: Site) -> Run:
    """Crawl a site into a new folder with the stock spider."""
    command = [sys.executable, "-m", "scrapy", "runspider", str(HERE / "stock_spider.py")]
    command += ["-a", f"site={site.url}", "-s", "FILES_STORE=."]
    return _crawl("stock", command, site, lambda folder: len(list(folder.glob("full/*.pdf"))))


def _crawl(name: str, command: Sequence[str], site: Site, count: Callable[[Path], int]) -> Run:
    with tempfile.TemporaryDirectory(prefix="ombudsman-benchmark-") as temporary:
        folder, log = Path(temporary, "storage"), Path(temporary, "log")
        folder.mkdir()
        exit_status, wall, cpu, peak = measure(command, log, folder)
        letters = count(folder)
        note = ""
        if letters != site.letters or exit_status:
            note = f"exit {exit_status}, {letters} of {site.letters} letters"
            print(f"\n{name}: {note}\n{log.read_text(errors='replace')[-2000:]}", file=sys.stderr)
    run = Run(name, letters, wall, cpu, peak, note)
    print(
        f"  {name:<26}{letters:>6} letters {wall:>8.1f} s {cpu:>8.1f} s CPU {peak:>7.0f} MB {note}",
        file=sys.stderr,
        flush=True,
    )
    return run


def _archived(storage: Path) -> int:
    """Count a first crawl's letters: with a document and, in every run but those without reading,
    with a reading too (the run's own checks see to that)."""
    with sqlite3.connect(storage / "ombudsman.db") as database:
        query = "SELECT COUNT(*) FROM outcome WHERE outcome = 'archived'"
        found: int = database.execute(query).fetchone()[0]
        return found


def measure_all(options: argparse.Namespace) -> list[Run]:
    """Run everything, `repeats` times in turn, so that the machine's moods meet all alike."""
    runs: list[Run] = []
    small_councils = max(1, options.councils // 2)
    with (
        replica(options.councils, options.years) as site,
        replica(small_councils, options.years) as small,
    ):
        print(f"\n{site.letters} letters; {small.letters} in the smaller crawl\n", file=sys.stderr)
        for _ in range(options.repeats):
            runs += [crawl_stock(site), crawl_ours(site, "off")]
        for _ in range(options.repeats):
            runs += [crawl_ours(site, reading) for reading in READING if reading != "off"]
            runs.append(replace_name(crawl_ours(small, "2 workers"), "ours, smaller"))
    return runs


def replace_name(run: Run, name: str) -> Run:
    return Run(**{**asdict(run), "name": name})


def rows(runs: Sequence[Run]) -> list[Row]:
    """Return the table. Ratios are of runs that followed one another."""

    def of(name: str) -> list[Run]:
        return [run for run in runs if run.name == name and not run.note]

    def each(name: str, value: Callable[[Run], float]) -> list[float]:
        return [value(run) for run in of(name)]

    def ratio(name: str, base: str, value: Callable[[Run], float]) -> list[float]:
        return [value(a) / value(b) for a, b in zip(of(name), of(base), strict=False)]

    def slope(large: Run, small: Run) -> float:
        return (large.peak_mb - small.peak_mb) / (large.letters - small.letters) * 1000

    ours, stock, workers = "ours, reading: off", "stock", "ours, reading: 2 workers"
    reactor, smaller = "ours, reading: reactor", "ours, smaller"
    return [
        Row("letters per second, stock FilesPipeline spider", "1/s", each(stock, _speed)),
        Row("letters per second, ours without reading", "1/s", each(ours, _speed)),
        Row("CPU a letter, stock FilesPipeline spider", "ms", each(stock, _cpu_ms)),
        Row("CPU a letter, ours without reading", "ms", each(ours, _cpu_ms)),
        Row("CPU a letter, ours ÷ stock", "", ratio(ours, stock, _cpu_ms), 2.0),
        Row("wall time, reading in the reactor", "s", each(reactor, _wall)),
        Row("wall time, reading in one worker", "s", each("ours, reading: 1 worker", _wall)),
        Row("wall time, reading in two workers", "s", each(workers, _wall)),
        Row("letters per second, reading in two workers", "1/s", each(workers, _speed)),
        Row(
            "wall time, one worker ÷ reactor",
            "",
            ratio("ours, reading: 1 worker", reactor, _wall),
        ),
        Row("wall time, two workers ÷ reactor", "", ratio(workers, reactor, _wall), 0.65),
        Row("peak memory of the crawler, without reading", "MB", each(ours, _peak)),
        Row("peak memory of the crawler, smaller crawl, two workers", "MB", each(smaller, _peak)),
        Row("peak memory of the crawler, two workers", "MB", each(workers, _peak), 250),
        Row(
            "more memory per 1,000 letters",
            "MB",
            [slope(a, b) for a, b in zip(of(workers), of(smaller), strict=False)],
            2.0,
        ),
    ]


def _speed(run: Run) -> float:
    return run.letters / run.wall


def _cpu_ms(run: Run) -> float:
    return run.cpu_ms


def _wall(run: Run) -> float:
    return run.wall


def _peak(run: Run) -> float:
    return run.peak_mb


def described(options: argparse.Namespace) -> dict[str, Any]:
    """Return what was measured, where, and with what."""
    return {
        "councils": options.councils,
        "years": str(options.years),
        "repeats": options.repeats,
        "settings of both crawlers": AT_ONCE,
        "reading": READING,
        "cores": os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
    }


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description="Measure a crawl of the replica: speed, CPU, memory."
    )
    parser.add_argument("--councils", type=int, default=320, help="councils on the map (320)")
    parser.add_argument("--years", default="2019-2026", help="years ending (2019-2026)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each crawl (3)")
    parser.add_argument("--quick", action="store_true", help="20 councils, four years, once")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything as JSON too")
    options = parser.parse_args()
    if options.quick:
        options.councils, options.years, options.repeats = 20, "2019-2022", 1
    options.years = YearRange.parse(options.years)
    return options


def main() -> None:
    """Measure, print the table and, if asked, write it as JSON."""
    options = arguments()
    setting = described(options)
    for name, value in setting.items():
        print(f"{name}: {value}")
    runs = measure_all(options)
    table = rows(runs)
    print(f"\n{'':<62}{'median':>10} {'':<7} {'min – max':<17} target")
    for row in table:
        print(row.line())
    if options.json:
        result = {
            "settings": setting,
            "runs": [asdict(run) for run in runs],
            "rows": [{**asdict(row), "verdict": row.verdict} for row in table],
        }
        options.json.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
