"""Damaged files never raise, and never give a wrong figure in silence."""

import random
from pathlib import Path

import pytest

from ombudsman_crawler.letters.letter import Severity
from ombudsman_crawler.letters.read import read_document

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.pdf"))


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


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_damage(path: Path) -> None:
    data, other = path.read_bytes(), FIXTURES[0].read_bytes()
    (whole,) = read_document(data).letters
    right = {figure.metric: figure.value for figure in whole.figures}
    chance = random.Random(path.name)
    for _ in range(60):
        for letter in read_document(damaged(data, other, chance)).letters:
            doubted = {f.metric for f in letter.findings if f.severity is not Severity.NOTE}
            for figure in letter.figures:
                if figure.value is not None and figure.metric not in doubted:
                    assert figure.value == right[figure.metric]
