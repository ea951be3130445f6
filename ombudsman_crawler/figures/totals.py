"""Which figures of a statistics table add up to which: the sums that its checks hold it to.

An empty cell adds nothing. A column whose heading was lost adds nothing either, so that its sum
fails: that is meant.
"""

from __future__ import annotations

from collections.abc import Mapping

_RECEIVED_TOTAL = "received_total"
_DECIDED_TOTAL = "decided_total"
_WITHOUT_PREMATURE = "decided_total_excl_premature"
_PREMATURE = "decided_premature"
_UPHELD = ("upheld_decisions", "not_upheld_decisions")
# Since April 2014 upheld and not upheld are decisions like the others.
_FIRST_YEAR_OF_UPHELD = 2014

#: A sum: the metric that is printed as the total, and those that are its parts.
Sum = tuple[str, tuple[str, ...]]


def sums_of(values: Mapping[str, float], year_ending: int) -> tuple[Sum, ...]:
    """Return the sums that the values of one year are held to; only those with a printed total."""
    subjects = tuple(
        name for name in values if name.startswith("received_") and name != _RECEIVED_TOTAL
    )
    decisions = tuple(
        name
        for name in values
        if name.startswith("decided_")
        and name not in (_DECIDED_TOTAL, _WITHOUT_PREMATURE, _PREMATURE)
    )
    if year_ending >= _FIRST_YEAR_OF_UPHELD:
        decisions += tuple(name for name in _UPHELD if name in values)
    sums: list[Sum] = []
    if subjects and _RECEIVED_TOTAL in values:
        sums.append((_RECEIVED_TOTAL, subjects))
    if _WITHOUT_PREMATURE in values:
        if decisions:
            sums.append((_WITHOUT_PREMATURE, decisions))
        if _DECIDED_TOTAL in values:
            premature = (_PREMATURE,) if _PREMATURE in values else ()
            sums.append((_DECIDED_TOTAL, (_WITHOUT_PREMATURE, *premature)))
    elif decisions and _DECIDED_TOTAL in values:
        premature = (_PREMATURE,) if _PREMATURE in values else ()
        sums.append((_DECIDED_TOTAL, decisions + premature))
    return tuple(sums)
