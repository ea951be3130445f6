"""How sure a rate is that was counted on so many cases."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

#: A rate of fewer cases is shown as one of small numbers: about a half of 20 the interval is some
#: 40 percentage points wide.
SMALL = 20


def interval(numerator: float, denominator: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the Wilson score interval of a share, in percent from 0 to 100.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal
    of the American Statistical Association 22 (1927), 209-212; without continuity correction.
    Raises ValueError where there is nothing to take a share of, or the share isn't within 0 and 1.
    """
    if denominator <= 0 or not 0 <= numerator <= denominator:
        raise ValueError(f"{numerator} of {denominator} is no share")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = numerator / denominator
    scale = 1 + z * z / denominator
    middle = (share + z * z / (2 * denominator)) / scale
    half = (
        z
        / scale
        * sqrt(share * (1 - share) / denominator + z * z / (4 * denominator * denominator))
    )
    return 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)
