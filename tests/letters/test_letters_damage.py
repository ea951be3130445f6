"""Damaged files never raise, never hang, and never give a wrong figure in silence.

`LETTERS_DAMAGES` sets how many damaged files are read in all (`make fuzz`: 20,000).
"""

import os
import random
import time
from pathlib import Path

import pytest

from ombudsman_crawler.letters.letter import Severity
from ombudsman_crawler.letters.read import read_document

HERE = Path(__file__).parent
FIXTURES = sorted(path for room in ("fixtures", "goldens") for path in (HERE / room).glob("*.pdf"))
DAMAGES = int(os.environ.get("LETTERS_DAMAGES", "2000"))
SECONDS = 30.0  # no reading of a letter takes as long


def damaged(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Flip some bytes, cut a piece out, or splice in a piece of another file."""
    changed = bytearray(data)
    at = chance.randrange(len(data))
    way = chance.randrange(3)
    if way == 0:
        for _ in range(chance.choice((1, 3, 20))):
            changed[chance.randrange(len(data))] = chance.randrange(256)
    elif way == 1:
        del changed[at : at + chance.randrange(1, 2000)]
    else:
        start = chance.randrange(len(other))
        changed[at : at + 500] = other[start : start + 500]
    return bytes(changed)


def share(path: Path) -> int:
    """Return how many damaged copies of a file are read: fewer of long ones."""
    sizes = {one: 1 / one.stat().st_size for one in FIXTURES}
    return max(1, round(DAMAGES * sizes[path] / sum(sizes.values())))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_damage(path: Path) -> None:
    data = path.read_bytes()
    chance = random.Random(path.name)
    right = [
        {(figure.year_ending, figure.metric): figure.value for figure in letter.figures}
        for letter in read_document(data, witnessed=False).letters
    ]
    for _ in range(share(path)):
        other = FIXTURES[chance.randrange(len(FIXTURES))].read_bytes()
        start = time.monotonic()
        reading = read_document(damaged(data, other, chance))
        assert time.monotonic() - start < SECONDS
        for letter in reading.letters:
            doubted = {
                (f.year_ending, f.metric)
                for f in letter.findings
                if f.severity is not Severity.NOTE
            }
            for figure in letter.figures:
                key = (figure.year_ending, figure.metric)
                if figure.value is None or key in doubted:
                    continue
                assert figure.value_text is not None
                assert figure.value_text in figure.text
                assert any(figure.value == values.get(key) for values in right), key
