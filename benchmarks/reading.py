"""How fast letters are read, beside what bare pypdf takes to extract their text.

    python benchmarks/reading.py [--letters 12] [--repeats 3]

The letters are the samples in both of their layouts, and letters of a replica: of each form and of
each of its two layouts as many as asked for. Everything happens in this one process, and only its
CPU counts. Nothing here passes or fails; see README.md for how to read it.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import mean, median

import pypdf

from ombudsman_crawler.letters import packed_words, read, witness, words
from ombudsman_crawler.letters.letter import DocumentReading
from ombudsman_crawler.replica import Replica

SAMPLES = Path(__file__).resolve().parents[1] / "tests" / "letters" / "fixtures"
COUNCILS, YEARS = 60, (2005, 2025)
PACKAGES = ("pypdf", "pypdfium2")

#: What the project wants of the letters as a whole.
WITNESSED_AT_MOST, UNWITNESSED_AT_LEAST, STORED_AT_MOST = 1.25, 5.0, 45.0
STORED_LETTERS, CORES = 4_500, 2


@dataclass(frozen=True)
class Timing:
    """Milliseconds of CPU that one letter took in each way of reading it."""

    kind: str
    bare: float
    words: float
    witnessed: float
    unwitnessed: float
    stored: float

    @property
    def witnessed_to_bare(self) -> float:
        return self.witnessed / self.bare

    @property
    def bare_to_unwitnessed(self) -> float:
        return self.bare / self.unwitnessed


def letters(each: int) -> list[tuple[str, bytes]]:
    """Return letters with their kinds: all samples, and `each` of every form and layout."""
    found = [
        (f"sample, {path.stem.rsplit('.', 1)[1]}", path.read_bytes())
        for path in sorted(SAMPLES.glob("*.pdf"))
    ]
    kinds = defaultdict(list)
    for letter in Replica(councils=COUNCILS, years=YEARS).letters():
        if letter.layout != "sample":  # those are the samples above
            kinds[f"{letter.form}, {letter.layout}"].append(letter)
    for kind, of_kind in sorted(kinds.items()):
        # Spread over councils and years.
        step = max(1, len(of_kind) // each)
        found += [(kind, letter.pdf()) for letter in of_kind[::step][:each]]
    return found


def measure(kind: str, body: bytes, repeats: int) -> Timing:
    """Read a letter in every way in turn; the least of the repeats counts, for whatever else the
    machine does can only add."""
    reading = read.read_document(body)
    stored = packed_words.pack(reading.pages), witness.pack(reading.texts)
    ways: dict[str, Callable[[], object]] = {
        "bare": partial(_bare, body),
        "words": partial(words.extract, body),
        "witnessed": partial(read.read_document, body),
        "unwitnessed": partial(read.read_document, body, witnessed=False),
        "stored": partial(_stored, *stored),
    }
    least = dict.fromkeys(ways, float("inf"))
    for _ in range(repeats):
        for name, way in ways.items():
            before = time.process_time()
            way()
            least[name] = min(least[name], (time.process_time() - before) * 1000)
    return Timing(kind, **least)


def _bare(body: bytes) -> list[str]:
    """Extract the text of all pages with pypdf, and do nothing with it."""
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages]


def _stored(packed_words: bytes, packed_texts: bytes) -> DocumentReading:
    """Read a letter again from what is stored of it: its words, and what the witness saw."""
    texts = witness.PageTexts(_no_document, witness.unpack(packed_texts))
    return read.read_words(packed_words.unpack(packed_words), texts=texts)


def _no_document() -> pypdf.PdfReader:
    raise AssertionError("what the witness saw is stored")


COLUMNS: tuple[tuple[str, Callable[[Timing], float]], ...] = (
    ("bare pypdf, ms", lambda timing: timing.bare),
    ("pdfium's words, ms", lambda timing: timing.words),
    ("witnessed ÷ bare", lambda timing: timing.witnessed_to_bare),
    ("bare ÷ unwitnessed", lambda timing: timing.bare_to_unwitnessed),
    ("stored words, ms", lambda timing: timing.stored),
)


def line(name: str, timings: Sequence[Timing]) -> str:
    """Return one line of the table: of each column the median, the least and the most."""
    cells = []
    for _, value in COLUMNS:
        values = [value(timing) for timing in timings]
        cells.append(f"{median(values):7.2f} {f'{min(values):.2f} – {max(values):.2f}':<15}")
    return f"{name:<36}{len(timings):>4}  {' '.join(cells)}".rstrip()


def verdicts(timings: Sequence[Timing]) -> list[str]:
    """Return a line for each target, by the sums over all letters."""
    bare = sum(timing.bare for timing in timings)
    witnessed = sum(timing.witnessed for timing in timings) / bare
    unwitnessed = bare / sum(timing.unwitnessed for timing in timings)
    stored = mean(timing.stored for timing in timings) / 1000 * STORED_LETTERS / CORES
    return [
        _verdict("witnessed ÷ bare", f"{witnessed:.2f}", "≤", WITNESSED_AT_MOST, witnessed),
        _verdict(
            "bare ÷ unwitnessed", f"{unwitnessed:.2f}", "≥", UNWITNESSED_AT_LEAST, unwitnessed
        ),
        _verdict(
            f"{STORED_LETTERS:,} letters re-read on {CORES} cores",
            f"{stored:.1f} s",
            "≤",
            STORED_AT_MOST,
            stored,
        ),
    ]


def _verdict(name: str, shown: str, sign: str, target: float, value: float) -> str:
    met = value <= target if sign == "≤" else value >= target
    return f"{name:<48}{shown:>9}   {sign} {target:g}   {'met' if met else 'NOT MET'}"


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Measure how fast letters are read.")
    parser.add_argument("--letters", type=int, default=12, help="of each form and layout (12)")
    parser.add_argument("--repeats", type=int, default=3, help="readings of each letter (3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every letter as JSON too")
    return parser.parse_args()


def main() -> None:
    """Measure, and print a line for each kind of letter, for all, and for each target."""
    options = arguments()
    for package in PACKAGES:
        print(f"{package}: {version(package)}")
    print(f"python: {platform.python_version()}\nload: {os.getloadavg()[0]:.2f}\n")
    chosen = letters(options.letters)
    # The first of anything pays for imports and tables that the others find ready.
    measure(*chosen[0], repeats=1)
    timings = []
    for number, (kind, body) in enumerate(chosen, start=1):
        timings.append(measure(kind, body, options.repeats))
        if sys.stderr.isatty():
            print(f"\r{number} of {len(chosen)} letters", end="", file=sys.stderr, flush=True)
    print(f"{'':<40}  {' '.join(f'{name:<23}' for name, _ in COLUMNS)}".rstrip())
    for kind in dict.fromkeys(timing.kind for timing in timings):
        print(line(kind, [timing for timing in timings if timing.kind == kind]))
    print(line("all", timings))
    print("\nsums over all letters")
    print("\n".join(verdicts(timings)))
    if options.json:
        content = [asdict(timing) for timing in timings]
        options.json.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
