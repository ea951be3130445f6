"""How sure a share of a few cases is."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist


def interval(numerator: float, denominator: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the bounds, in percent, within which the share lies that cases like these come from.

    The score interval of E. B. Wilson, "Probable inference, the law of succession, and statistical
    inference", Journal of the American Statistical Association 22 (1927): it stays within 0 and
    100 and is wide where cases are few. Raises ValueError unless 0 <= numerator <= denominator and
    there is a case.
    """
    if not 0 <= numerator <= denominator or denominator == 0:
        raise ValueError(f"{numerator} of {denominator} is no share")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = numerator / denominator
    spread = z * sqrt(share * (1 - share) / denominator + z * z / (4 * denominator**2))
    centre = share + z * z / (2 * denominator)
    whole = 1 + z * z / denominator
    low, high = (100 * (centre - spread) / whole, 100 * (centre + spread) / whole)
    # None or all of the cases: the bound is that number itself, but for the last binary digit.
    return (0.0 if numerator == 0 else low, 100.0 if numerator == denominator else high)
