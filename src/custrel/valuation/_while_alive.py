"""The purchases to expect of a customer who is alive, under BG/NBD and MBG/NBD.

With k = r + x purchases and time A = alpha + T behind him, a customer who is alive buys at a
rate of Gamma(k, A) and stops after each purchase with a probability p of Beta(a, beta).  Over
the next t he is expected to buy E[(1 - (1 + p t/A)^-k) / p] times.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, hyp2f1

Floats = NDArray[np.float64]

# Where SciPy's 2F1 keeps 13 digits, and how many of them the subtraction from 1 may cost.
_LARGEST_C_MINUS_K, _LARGEST_A, _LARGEST_RATIO = 30.0, 10.0, 9.0
_SMALLEST_C, _SMALLEST_REST = 1e-3, 3e-5

_DROP = 37.0  # exp(-37) of the peak is nothing
_NOTHING, _NEGLIGIBLE = 1e-14, 1e-17
_STEP = 0.25  # in log p; the integrand is analytic to pi / 2 on both sides
_STEP_OF_WIDTH = 0.5
_CELLS = 1 << 16  # of a table of nodes that stays in the cache


def purchases_while_alive(
    k: Floats, a: float, beta: Floats, passed: Floats, ahead: Floats
) -> Floats:
    """Return the purchases to expect over the next stretch of time of who is alive.

    Parameters
    ----------
    k : ndarray
        Shape of the gamma distribution of his rate, r + x.
    a : float
        First parameter of the beta distribution of his probability to stop.
    beta : ndarray
        Its second parameter: b + x, and 1 more where he could stop after the first purchase.
    passed : ndarray
        Rate of the gamma distribution, alpha + T.
    ahead : ndarray
        The length of the stretch, in the same unit.

    Returns
    -------
    ndarray
        Of the broadcast shape.

    Notes
    -----
    The closed form, with Euler's form of 2F1, is fast and loses its digits where it subtracts
    nearly equal numbers (short stretches, a = 1, a + beta = 1) and where 2F1 loses its own
    (large parameters).  There the expectation is integrated over log(p / (1 - p)): every term
    is positive, and the trapezoidal rule on the whole line converges geometrically.
    """
    k, beta, ratio = np.broadcast_arrays(k, beta, ahead / passed)
    shape = k.shape
    k, beta, ratio = k.ravel(), beta.ravel(), ratio.ravel()
    c = a + (beta - 1)
    eligible = (np.abs(c - k) <= _LARGEST_C_MINUS_K) & (ratio <= _LARGEST_RATIO)
    eligible &= np.abs(c) >= _SMALLEST_C
    if not 0 < abs(a - 1) <= _LARGEST_A:
        eligible[:] = False
    # Over so short a stretch nobody has stopped yet.
    result = k * ratio
    short = (k + 1) * ratio <= _NEGLIGIBLE
    eligible &= ~short
    if eligible.all():
        result, sure = _closed_form(k, a, c, ratio)
    else:
        sure = eligible.copy()
        some = k[eligible], a, c[eligible], ratio[eligible]
        result[eligible], sure[eligible] = _closed_form(*some)
    rest = ~(sure | short)
    if rest.any():
        result[rest] = _integrated(k[rest], a, beta[rest], ratio[rest])
    return np.asarray(result.reshape(shape))


def _closed_form(k: Floats, a: float, c: Floats, ratio: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the closed form, and where it has kept its digits."""
    z = ratio / (1 + ratio)
    survives = np.exp((1 - a) * np.log1p(ratio)) * hyp2f1(c - k, a - 1, c, z)
    return c / (a - 1) * (1 - survives), np.abs(1 - survives) >= _SMALLEST_REST


def _integrated(k: Floats, a: float, beta: Floats, ratio: Floats) -> Floats:
    """Integrate over log(p / (1 - p)), on nodes that those of equal `beta` share."""
    levels, place = np.unique(beta, return_inverse=True)
    order = np.argsort(place, kind="stable")
    ends = np.cumsum(np.bincount(place, minlength=len(levels)))
    result = np.empty(k.shape)
    for level, mine in zip(levels, np.split(order, ends[:-1]), strict=True):
        steepest = float(((k[mine] + 1) * ratio[mine]).max())
        p, weights = _nodes(a, float(level), steepest)
        rows = max(1, _CELLS // len(p))
        for start in range(0, len(mine), rows):
            some = mine[start : start + rows]
            # What is expected where the probability to stop is p, times p.
            times = -np.expm1(-k[some, None] * np.log1p(ratio[some, None] * p))
            result[some] = times @ (weights / p)
    return result


def _nodes(a: float, beta: float, steepest: float) -> tuple[Floats, Floats]:
    """Return values of p and their weights, which carry the beta density and sum to 1.

    Below exp(-32) / steepest the integrand is flat in p, and the density a power of p, or of
    1 - p at the other end: there the rule is a geometric series, and the last node stands for
    all of it.
    """
    share, centre = a / (a + beta), np.log(a) - np.log(beta)
    low = centre - _width(a, beta, _DROP + np.log1p(steepest * share))
    low = max(low, np.log(_NOTHING / (1 + beta + steepest)))
    high = min(centre + _width(beta, a, _DROP), np.log((1 + a) / _NOTHING))
    step = min(_STEP, _STEP_OF_WIDTH * np.sqrt(1 / a + 1 / beta))
    nodes = low + step * np.arange(max(2, int(np.ceil((high - low) / step)) + 1))
    # The density, on either side of its peak, relative to it.
    away = nodes - centre
    below, above = np.minimum(away, 0), np.maximum(away, 0)
    logs = a * below - beta * above
    logs -= (a + beta) * (np.log1p(share * np.expm1(below)))
    logs -= (a + beta) * (np.log1p((1 - share) * np.expm1(-above)))
    weights = np.exp(logs)
    weights[0] /= -np.expm1(-a * step)
    weights[-1] /= -np.expm1(-beta * step)
    return expit(nodes), weights / weights.sum()


def _width(a: float, beta: float, drop: float) -> float:
    """Return how far below its peak the logarithm of the density has dropped so much.

    Newton's steps, from beyond: the drop is convex, so that they end beyond too.
    """
    share = a / (a + beta)
    away = (drop + (a + beta) * np.log1p(a / beta)) / a
    for _ in range(12):
        fallen = a * away + (a + beta) * np.log1p(share * np.expm1(-away))
        slope = a * (1 - share) * -np.expm1(-away) / (1 + share * np.expm1(-away))
        away -= (fallen - drop) / slope
    return float(away)
