"""Damaged files never end or stop their reader for long, and give no wrong figure in silence.

Each damaged file is read as a crawl reads it: from the disk, in a worker process with bounds of
time and memory. `LETTERS_DAMAGES` sets how many are read in all (`make fuzz`: 20,000); how they
ended is printed. A case is named by its file and number, and the same in every run.
"""

from __future__ import annotations

import hashlib
import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ombudsman_crawler.figures.figure import Figure, Severity
from ombudsman_crawler.letters import witness
from ombudsman_crawler.letters.letter import Expectation, Letter
from ombudsman_crawler.letters.read import read_document
from ombudsman_crawler.reading_workers import Read, ReadingWorkers

HERE = Path(__file__).parent
FIXTURES = sorted(path for room in ("fixtures", "goldens") for path in (HERE / room).glob("*.pdf"))
DAMAGES = int(os.environ.get("LETTERS_DAMAGES", "2000"))
SECONDS, MEMORY_MIB = 30.0, 2048
# How many cases wait for their reading at a time.
WAITING = 64

Key = tuple[int, str]
Values = dict[Key, float | None]


@dataclass
class Tally:
    """How cases ended, and sentences about those that ended wrong."""

    ends: Counter[str] = field(default_factory=Counter)
    figures: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def damaged(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Flip some bytes, cut a piece out, splice in a piece of another file, or go on with another
    file from somewhere on."""
    changed = bytearray(data)
    at = chance.randrange(len(data))
    way = chance.choice(("flip", "flip", "cut", "splice", "join"))
    if way == "flip":
        for _ in range(chance.choice((1, 3, 20))):
            changed[chance.randrange(len(data))] = chance.randrange(256)
    elif way == "cut":
        del changed[at : at + chance.randrange(1, 2000)]
    elif way == "splice":
        start = chance.randrange(len(other))
        changed[at : at + 500] = other[start : start + 500]
    else:
        changed[at:] = other[chance.randrange(len(other)) :]
    return bytes(changed)


def shares() -> dict[Path, int]:
    """Return how many damaged copies of each file are read: fewer of long ones."""
    weights = {path: 1 / path.stat().st_size for path in FIXTURES}
    whole = sum(weights.values())
    return {path: max(1, round(DAMAGES * weights[path] / whole)) for path in FIXTURES}


def cases() -> Iterator[tuple[str, Path, Path, bytes]]:
    """Yield each case's name, the files it is made of, and its bytes."""
    bodies = {path: path.read_bytes() for path in FIXTURES}
    for path, count in shares().items():
        for number in range(count):
            name = f"{path.stem}/{number}"
            chance = random.Random(name)
            other = FIXTURES[chance.randrange(len(FIXTURES))]
            yield name, path, other, damaged(bodies[path], bodies[other], chance)


def submit(workers: ReadingWorkers, file: Path, body: bytes) -> Future[Read]:
    file.write_bytes(body)
    return workers.submit(file, hashlib.sha256(body).hexdigest(), Expectation())


def doubtful(letter: Letter, figure: Figure) -> bool:
    return any(
        finding.severity is not Severity.NOTE
        and finding.metric in (None, figure.metric)
        and finding.year_ending in (None, figure.year_ending)
        for finding in letter.findings
    )


def seen_on_page(figure: Figure, text: str | None) -> bool:
    """Whether the second reader's text of a page has a number, apart from other digits."""
    number = re.escape("".join((figure.value_text or "").split()))
    squeezed = "".join((text or "").split())
    spread = r"\s*".join(map(re.escape, figure.value_text or "?"))
    return bool(
        re.search(rf"(?<!\d){number}(?!\d)", squeezed)
        or re.search(rf"(?<!\S){spread}(?!\S)", text or "")
    )


def judge(name: str, done: Read, right: list[Values], tally: Tally) -> None:
    """Count how a case ended; note each figure that is wrong and not doubtful."""
    tally.ends.update(letter.status.value for letter in done.reading.letters)
    texts = witness.unpack(done.packed_texts) if done.packed_texts else {}
    for letter in done.reading.letters:
        for figure in letter.figures:
            if figure.value is None:
                tally.figures["absent"] += 1
                continue
            if doubtful(letter, figure):
                tally.figures["doubtful"] += 1
                continue
            tally.figures["right"] += 1
            key = (figure.year_ending, figure.metric)
            if not figure.value_text or figure.value_text not in figure.text:
                tally.faults.append(f"{name}: {key} isn't in its text: {figure}")
            elif not seen_on_page(figure, texts.get(figure.page or 0)):
                tally.faults.append(f"{name}: {key} isn't on its page for the second reader")
            elif not any(figure.value == values.get(key) for values in right):
                tally.faults.append(f"{name}: {key} is {figure.value:g} and not doubtful")


def test_damage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workers = ReadingWorkers(min(2, os.cpu_count() or 1), SECONDS, MEMORY_MIB)
    tally = Tally()
    try:
        whole = {
            path: submit(workers, tmp_path / path.name, path.read_bytes()) for path in FIXTURES
        }
        right: dict[Path, list[Values]] = {
            path: [
                {(figure.year_ending, figure.metric): figure.value for figure in letter.figures}
                for letter in job.result().reading.letters
            ]
            for path, job in whole.items()
        }
        waiting: list[tuple[str, Path, Path, Path, Future[Read]]] = []

        def take(count: int) -> None:
            for name, file, path, other, job in waiting[:count]:
                # No case may outlast its bound; killing a reader takes its time.
                error = job.exception(timeout=(SECONDS + 10) * WAITING)
                if error is None:
                    judge(name, job.result(), right[path] + right[other], tally)
                else:
                    code, message = workers.failure(error)
                    tally.ends[code] += 1
                    if code == "reader_error":
                        tally.faults.append(f"{name}: {message}")
                file.unlink()
            del waiting[:count]

        for number, (name, path, other, body) in enumerate(cases()):
            file = tmp_path / f"{number}.pdf"
            waiting.append((name, file, path, other, submit(workers, file, body)))
            if len(waiting) == WAITING:
                take(WAITING // 2)
        take(len(waiting))
    finally:
        workers.close()
    with capsys.disabled():
        print(
            f"\n{sum(shares().values()):,} damaged files: letters"
            f" {dict(tally.ends.most_common())}, figures {dict(tally.figures.most_common())},"
            f" {len(tally.faults)} faults"
        )
    assert not tally.faults, "\n".join(tally.faults[:20])
    # Enough of them can still be read that wrong figures would show.
    assert tally.figures["right"] > DAMAGES


@pytest.mark.parametrize(
    ("golden", "flips", "key"),
    [
        # A font that says its digits are as wide as columns: the numbers of four cells touch.
        (
            "2008-blank-cells-without-rules.flowing",
            {10189: 193, 13435: 112, 16843: 129},
            (2006, "received_public_finance"),
        ),
        # The third panel's sentence is lost, and its average stands after the second panel's.
        ("2021-other-numbers-in-prose.flowing", {11799: 50}, (2021, "compliance_rate_similar")),
    ],
)
def test_damage_that_moves_numbers(golden: str, flips: dict[int, int], key: Key) -> None:
    body = bytearray((HERE / "goldens" / f"{golden}.pdf").read_bytes())
    for at, byte in flips.items():
        body[at] = byte
    (letter,) = read_document(bytes(body)).letters
    (figure,) = [one for one in letter.figures if (one.year_ending, one.metric) == key]
    assert doubtful(letter, figure), figure
