"""How often somebody buys within a stretch of time, at a rate that is gamma distributed.

And how often who may stop at any moment within it.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel.valuation._stirling import log_beta

Floats = NDArray[np.float64]

_NEGLIGIBLE = 45.0  # exp(-45) of the integrand's height
_PANELS, _NODES = 6, 32
_CELLS = 1 << 16  # nodes that stay in the cache
_STEPS = 50  # of bisection, to the last digit of where the integrand ends


def _panels() -> tuple[Floats, Floats]:
    places, weights = np.polynomial.legendre.leggauss(_NODES)
    each = (np.arange(_PANELS)[:, None] + (places + 1) / 2) / _PANELS
    return each.ravel(), np.tile(weights / 2 / _PANELS, _PANELS)


_PLACES, _WEIGHTS = _panels()
_PLACES.flags.writeable = _WEIGHTS.flags.writeable = False


def count_chance(k: Floats, passed: Floats, n: Floats, length: Floats) -> Floats:
    """Return the probability of n purchases at a rate of Gamma(k, passed), within a length."""
    k, passed, n, length = np.broadcast_arrays(k, passed, n, length)
    known = (length > 0) | (n == 0)
    moves = np.log(np.where(length > 0, length, 1.0) / (passed + length))
    return np.where(
        known, np.exp(_scale(k, n) + k * np.log(passed / (passed + length)) + n * moves), 0.0
    )


def _scale(k: Floats, n: Floats) -> Floats:
    """Return the logarithm of Gamma(k + n) / (Gamma(k) n!)."""
    return np.asarray(-log_beta(k, n + 1) - np.log(k + n), dtype=np.float64)


def chance_until_stopping(
    rate: tuple[Floats, Floats], stops: tuple[float, Floats], n: Floats, length: Floats
) -> Floats:
    """Return the probability of n purchases within a length, of who may stop within it.

    Parameters
    ----------
    rate : tuple of ndarray
        Shape and rate of the gamma distribution of his purchase rate.
    stops : tuple of float and ndarray
        Those of the distribution of the rate at which he stops.
    n, length : ndarray
        How often he buys, and within what time.

    Returns
    -------
    ndarray

    Notes
    -----
    He goes on for all of it, or stops at a moment u within: the integral over log u of a
    positive and log-concave function, by Gauss and Legendre's rule on panels between its ends.
    """
    s = stops[0]
    arrays = np.broadcast_arrays(*rate, stops[1], n, length)
    shape = arrays[0].shape
    k, passed, ahead, n, length = (np.ravel(values) for values in arrays)
    lasting = np.exp(-s * np.log1p(length / ahead))
    result = lasting * count_chance(k, passed, n, length)
    some = np.flatnonzero(length > 0)
    size = _CELLS // (2 * _PANELS * _NODES)
    for start in range(0, len(some), size):
        part = some[start : start + size]
        each = _Stopping(k[part], passed[part], s, ahead[part], n[part], length[part])
        result[part] += each.chance()
    return np.asarray(result.reshape(shape), dtype=np.float64)


@attrs.frozen
class _Stopping:
    """The integrand of who stops at u = length * exp(w); rows by nodes."""

    k: Floats
    passed: Floats
    s: float
    ahead: Floats
    n: Floats
    length: Floats

    def chance(self) -> Floats:
        """Return the integral over all w <= 0."""
        peak, ends = self._peak_and_ends()
        top = self.logs(peak)
        total = np.zeros_like(self.k)
        for start, end in ((ends[0], peak), (peak, ends[1])):
            heights = np.exp(self.logs(start + (end - start) * _PLACES) - top)
            total += np.einsum("ij,j->i", heights, _WEIGHTS) * (end - start)[:, 0]
        share = self.length / self.ahead
        moves = _scale(self.k, self.n) + self.n * np.log(self.length / self.passed)
        return np.asarray(total * self.s * share * np.exp(moves + top[:, 0]), dtype=np.float64)

    def logs(self, w: Floats) -> Floats:
        """Return its logarithm, which is concave."""
        u = self.length[:, None] * np.exp(w)
        buys = self.n[:, None] * w - (self.n + self.k)[:, None] * np.log1p(u / self.passed[:, None])
        return np.asarray(buys + w - (self.s + 1) * np.log1p(u / self.ahead[:, None]))

    def _slope(self, w: Floats) -> Floats:
        u = self.length[:, None] * np.exp(w)
        falls = (self.n + self.k)[:, None] * u / (self.passed[:, None] + u)
        falls += (self.s + 1) * u / (self.ahead[:, None] + u)
        return np.asarray(self.n[:, None] + 1 - falls)

    def _peak_and_ends(self) -> tuple[Floats, tuple[Floats, Floats]]:
        """Return where it is highest, and between what ends it matters."""
        # To the left of all that bends, the logarithm rises by n + 1 for each unit of w.
        left = np.minimum(np.log(np.minimum(self.passed, self.ahead) / self.length), 0)
        left = (left - _NEGLIGIBLE - np.log1p(self.n + self.k + self.s + 1))[:, None]
        zero = np.zeros_like(left)
        peak, _ = _bisected(lambda w: self._slope(w) > 0, left, zero)
        top = self.logs(peak)

        def matters(w: Floats) -> NDArray[np.bool_]:
            return np.asarray(self.logs(w) > top - _NEGLIGIBLE)

        _, start = _bisected(matters, peak, left - _NEGLIGIBLE)
        _, end = _bisected(matters, peak, zero)
        return peak, (start, end)


def _bisected(
    holds: Callable[[Floats], NDArray[np.bool_]], inside: Floats, outside: Floats
) -> tuple[Floats, Floats]:
    """Return the ends of where something holds and holds no more, next to one another."""
    for _ in range(_STEPS):
        middle = (inside + outside) / 2
        here = holds(middle)
        inside, outside = np.where(here, middle, inside), np.where(here, outside, middle)
    return inside, outside
