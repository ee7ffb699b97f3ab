"""Intervals for shares, balances and means, which surveys and rates have alike."""

from __future__ import annotations

from math import nan, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from custrel.errors import InvalidRule

Floats = NDArray[np.float64]
Interval = tuple[float, float, float, float]  # centre, half-width / quantile, low, high


def normal_quantile(confidence: float) -> float:
    """Return how many standard errors a two-sided interval reaches to each side."""
    if not 0 < confidence < 1:
        raise InvalidRule(f"confidence is between 0 and 1 (0.95, not 95); got {confidence!r}.")
    return float(ndtri(0.5 + confidence / 2))


def wilson(share: float, n: float, confidence: float) -> Interval:
    """Return Wilson's score interval of a share."""
    z = normal_quantile(confidence)
    if not n > 0:
        return nan, nan, nan, nan
    centre, half, low, high = (float(part) for part in _score(np.float64(share), n, z))
    return centre, half / z, low, high


def wilson_ends(shares: Floats, n: Floats | float, confidence: float) -> tuple[Floats, Floats]:
    """Return the low and the high ends of Wilson's intervals of whole columns of shares."""
    return _score(shares, n, normal_quantile(confidence))[2:]


def _score(share: Any, n: Any, z: float) -> tuple[Any, Any, Any, Any]:
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = np.where(share <= 0, 0.0, np.maximum(0.0, centre - half))
    high = np.where(share >= 1, 1.0, np.minimum(1.0, centre + half))
    return centre, half, low, high


def balance(up: float, down: float, n: float, confidence: float, *, adjusted: bool) -> Interval:
    """Return the Wald interval of a share less another, with 3 answers added where adjusted."""
    z = normal_quantile(confidence)
    added, each = (3.0, 0.75) if adjusted else (0.0, 0.0)
    more = (up * n + each) / (n + added)
    less = (down * n + each) / (n + added)
    centre = more - less
    error = sqrt(max(0.0, more + less - centre**2) / (n + added))
    return centre, error, max(-1.0, centre - z * error), min(1.0, centre + z * error)


def mean_interval(mean: float, variance: float, n: float, confidence: float) -> Interval:
    """Return Student's interval of a mean; NaN for a single answer."""
    normal_quantile(confidence)  # which refuses an impossible confidence
    if not n > 1:
        return mean, nan, nan, nan
    error = sqrt(variance / n)
    reach = float(stdtrit(n - 1, 0.5 + confidence / 2)) * error
    return mean, error, mean - reach, mean + reach
