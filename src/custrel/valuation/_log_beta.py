"""The logarithm of the beta function where one argument is large."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln

Floats = NDArray[np.float64]

_LARGE = 100.0


def log_beta(large: Floats, other: float | Floats) -> Floats:
    """Return log B, by Stirling's series where the logarithms of gamma functions would cancel.

    The difference of lgamma(large) and lgamma(large + other) keeps no digit of 10^9 where
    both are 10^9.
    """
    one, two = np.maximum(large, other), np.minimum(large, other)
    safe = np.maximum(one, _LARGE)
    difference = -(safe - 0.5) * np.log1p(two / safe) - two * (np.log(safe + two) - 1)
    difference += _rest(safe) - _rest(safe + two)
    return np.where(one < _LARGE, betaln(one, two), gammaln(two) + difference)


def _rest(z: Floats) -> Floats:
    """Return what Stirling's formula leaves out of lgamma."""
    return np.asarray((1 - (1 - 2 / (7 * z**2)) / (30 * z**2)) / (12 * z))
