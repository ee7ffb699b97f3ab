"""Intervals from resamples: by percentiles, and corrected for bias and acceleration."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from custrel._intervals import normal_quantile

Floats = NDArray[np.float64]


def percentile(draws: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Return the middle part of the draws (draws, numbers)."""
    normal_quantile(confidence)  # which refuses an impossible confidence
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    return low, high


def bca(
    draws: Floats, estimate: Floats, jackknife: Floats, confidence: float
) -> tuple[Floats, Floats]:
    """Return bias-corrected and accelerated intervals (Efron 1987).

    Parameters
    ----------
    draws : ndarray of shape (draws, numbers)
    estimate : ndarray of shape (numbers,)
    jackknife : ndarray of shape (parts, numbers)
        The estimate without each part of the respondents.
    confidence : float
    """
    reach = normal_quantile(confidence)
    below = (draws < estimate).mean(axis=0) + (draws == estimate).mean(axis=0) / 2
    bias = ndtri(below)
    left = jackknife.mean(axis=0) - jackknife
    with np.errstate(divide="ignore", invalid="ignore"):
        acceleration = (left**3).sum(axis=0) / (6 * (left**2).sum(axis=0) ** 1.5)
    acceleration = np.nan_to_num(acceleration)  # of what does not vary
    ends = []
    for way in (-reach, reach):
        with np.errstate(invalid="ignore"):
            place = ndtr(bias + (bias + way) / (1 - acceleration * (bias + way)))
        # Where no draw fell below the estimate, or all did, there is nothing to go by.
        ends.append(_quantiles(draws, np.where(np.isinf(bias), below, place)))
    return ends[0], ends[1]


def _quantiles(draws: Floats, places: Floats) -> Floats:
    """Return of every column its own quantile."""
    ordered = np.sort(draws, axis=0)
    spot = places * (len(ordered) - 1)
    lower = np.floor(spot).astype(np.intp)
    upper = np.minimum(lower + 1, len(ordered) - 1)
    column = np.arange(ordered.shape[1])
    part = spot - lower
    return ordered[lower, column] * (1 - part) + ordered[upper, column] * part
