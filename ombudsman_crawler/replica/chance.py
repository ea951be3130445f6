"""Choices that look random and never change: the same key gives the same choice everywhere.

Every choice is a hash of its key (an authority's code, a year, a word for what is chosen), so that
two replicas, on two machines, in two years, generate the same letters. No global state, no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


def number(*key: object) -> int:
    """Return a whole number from 0 to 2**64 - 1 for a key."""
    text = "\x1f".join(map(str, key))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def share(*key: object) -> float:
    """Return a number from 0 up to, and without, 1 for a key."""
    return (number(*key) >> 11) / 2**53


def whole(low: int, high: int, *key: object) -> int:
    """Return a whole number from `low` to `high`, both included, for a key."""
    return low + number(*key) % (high - low + 1)


def pick(choices: Sequence[T], *key: object) -> T:
    """Return one of the choices for a key."""
    return choices[number(*key) % len(choices)]
