"""What is to be expected of a customer who is alive, under BG/NBD and MBG/NBD.

With k = r + x purchases and time A = alpha + T behind him, a customer who is alive buys at a
rate of Gamma(k, A) and stops after each purchase with a probability p of Beta(a, beta).  Over
the next t he is expected to buy E[(1 - (1 + p t/A)^-k) / p] times.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, expit, hyp2f1

from custrel.valuation._expansion import at_few_ratios
from custrel.valuation._rows import members_of
from custrel.valuation._stirling import log_beta

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Prospects = tuple[Floats, float, Floats, Floats]

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

    It depends on t/A, whatever t and A are: where each k goes with each of many ratios, it is
    computed at a few of them.
    """
    ratio = np.asarray(ahead / passed)
    shape = np.broadcast_shapes(k.shape, ratio.shape)
    if ratio.size < 2 or k.size * ratio.size > math.prod(shape):
        return _purchases(k, a, beta, ratio)
    sizes, rests = k.reshape(-1, 1), beta.reshape(-1, 1)
    found = at_few_ratios(
        lambda some, ratios: _purchases(sizes[some], a, rests[some], ratios), ratio.ravel()
    )
    who, when = np.arange(k.size).reshape(k.shape), np.arange(ratio.size).reshape(ratio.shape)
    return np.asarray(found[who, when])


def _purchases(k: Floats, a: float, beta: Floats, ratio: Floats) -> Floats:
    """Return the purchases to expect, by the ratio of the time ahead to that which has passed."""
    k, beta, ratio = np.broadcast_arrays(k, beta, ratio)
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
    """Integrate over log(p / (1 - p))."""

    def times(p: Floats, some: Ints) -> Floats:
        """Return what is expected where the probability to stop is p."""
        return np.asarray(-np.expm1(-k[some, None] * np.log1p(ratio[some, None] * p)) / p)

    return mean_over_chances(times, a, beta, (k + 1) * ratio)


def lasting_alive(k: Floats, a: float, beta: Floats, passed: Floats, ahead: Floats) -> Floats:
    """Return the probability of one alive to be so still after a stretch of time.

    It takes the arguments of `purchases_while_alive`.

    Notes
    -----
    E[(1 + p t/A)^-k]: given p, purchases with which one stops are a thinned Poisson process.
    """
    k, beta, ratio = np.broadcast_arrays(k, beta, ahead / passed)
    shape = k.shape
    k, beta, ratio = k.ravel(), beta.ravel(), ratio.ravel()

    def lasts(p: Floats, some: Ints) -> Floats:
        return np.asarray(np.exp(-k[some, None] * np.log1p(ratio[some, None] * p)))

    lasting = np.minimum(mean_over_chances(lasts, a, beta, (k + 1) * ratio), 1.0)
    return np.where(ratio > 0, lasting, 1.0).reshape(shape)


def chance_while_alive(prospects: Prospects, n: Floats, begin: Floats, until: Floats) -> Floats:
    """Return the probability of one alive to buy n times between two times from now.

    His prospects are k, a, beta and passed, as in `purchases_while_alive`.

    Notes
    -----
    He buys n times and goes on, or stops with the last of them, or, where n = 0, has stopped
    before the stretch begins.  If it begins now, all three are in closed form.
    """
    k, a, beta, passed = prospects
    k, beta, passed, n, begin, until = np.broadcast_arrays(k, beta, passed, n, begin, until)
    shape = k.shape
    k, beta, passed, n, begin, until = (v.ravel() for v in (k, beta, passed, n, begin, until))
    length = until - begin
    since = passed + length
    again = np.maximum(n, 1)  # the terms of who stops need a purchase
    moves = np.log(np.where(length > 0, length, 1.0) / since)
    logs = -log_beta(k, n + 1) - np.log(k + n) + k * np.log(passed / since) + n * moves
    count = np.where((length > 0) | (n == 0), np.exp(logs), 0.0)
    start = log_beta(beta, a)
    goes_on = np.exp(log_beta(beta + n, a) - start) * count
    stops = np.exp(log_beta(beta + again - 1, a + 1) - start)
    later = begin > 0
    if later.any():
        goes_on = goes_on * lasting_alive(k + n, a, beta + n, since, begin)
        delay = begin / passed

        def stopping(p: Floats, some: Ints) -> Floats:
            size, ends = k[some, None], passed[some, None] + p * begin[some, None]
            share = length[some, None] / (ends + length[some, None])
            lasts = np.exp(-size * np.log1p(delay[some, None] * p))
            return np.asarray(lasts * betainc(again[some, None], size, share), dtype=np.float64)

        def before(p: Floats, some: Ints) -> Floats:
            return np.asarray(-np.expm1(-k[some, None] * np.log1p(delay[some, None] * p)))

        stops = stops * mean_over_chances(stopping, a + 1, beta + again - 1, (k + again) * delay)
        silent = mean_over_chances(before, a, beta, (k + 1) * delay)
    else:
        stops, silent = stops * betainc(again, k, length / since), np.zeros_like(k)
    return np.asarray(goes_on + np.where(n > 0, stops, silent)).reshape(shape)


def mean_over_chances(
    inside: Callable[[Floats, Ints], Floats], a: float, beta: Floats, steep: Floats
) -> Floats:
    """Return the means over p of Beta(a, beta), on nodes that those of equal `beta` share.

    Parameters
    ----------
    inside : callable
        Gives the integrand at some p for some rows, as a table.
    a, beta : float, ndarray of shape (rows,)
        Parameters of the distribution.
    steep : ndarray of shape (rows,)
        The slope of the integrand's logarithm at p = 0, or more.
    """
    levels, place = np.unique(beta, return_inverse=True)
    result = np.empty(beta.shape)
    for level, mine in zip(levels, members_of(place, len(levels)), strict=True):
        p, weights = _nodes(a, float(level), float(steep[mine].max()))
        rows = max(1, _CELLS // len(p))
        for start in range(0, len(mine), rows):
            some = mine[start : start + rows]
            result[some] = np.einsum("ij,j->i", inside(p, some), weights)
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
