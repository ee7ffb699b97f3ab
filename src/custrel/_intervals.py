"""Intervals for shares, balances and means, which surveys and rates have alike."""

from __future__ import annotations

from math import nan, sqrt

from scipy.special import ndtri, stdtrit

from custrel.errors import InvalidRule

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
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = 0.0 if share <= 0 else max(0.0, centre - half)
    high = 1.0 if share >= 1 else min(1.0, centre + half)
    return centre, half / z, low, high


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
