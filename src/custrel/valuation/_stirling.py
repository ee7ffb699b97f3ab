"""Differences of gamma functions where the terms are large and the difference is not.

log Gamma(1e9) and log Gamma(1e9 + 1) are 2e10, so that their difference keeps six digits of
sixteen.  By Stirling's series it keeps them all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, digamma, gammaln

Floats = NDArray[np.float64]

_LARGE = 100.0  # from which on a few terms of the series are exact


def log_beta(one: Floats, other: float | Floats) -> Floats:
    """Return the logarithm of the beta function."""
    large, small = np.maximum(one, other), np.minimum(one, other)
    safe = np.maximum(large, _LARGE)
    difference = -(safe - 0.5) * np.log1p(small / safe) - small * (np.log(safe + small) - 1)
    difference += _rest(safe) - _rest(safe + small)
    return np.where(large < _LARGE, betaln(large, small), gammaln(small) + difference)


def digamma_rise(start: float | Floats, rise: float | Floats) -> Floats:
    """Return digamma(start + rise) - digamma(start)."""
    safe = np.maximum(start, _LARGE)
    by_series = np.log1p(rise / safe) + _slope(safe + rise) - _slope(safe)
    plain = digamma(start + np.asarray(rise)) - digamma(start)
    return np.where(np.asarray(start) < _LARGE, plain, by_series)


def _rest(z: Floats) -> Floats:
    """Return what Stirling's formula leaves out of log Gamma."""
    return np.asarray((1 - (1 - 2 / (7 * z**2)) / (30 * z**2)) / (12 * z))


def _slope(z: Floats) -> Floats:
    """Return what digamma has besides the logarithm."""
    return np.asarray(-(1 + (1 - (1 - 10 / (21 * z**2)) / (10 * z**2)) / (6 * z)) / (2 * z))
