"""The likelihood of BG/NBD and MBG/NBD, its gradient and Hessian, and the climb to its maximum."""

from __future__ import annotations

import math

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, digamma, expit, gammaln, zeta

from custrel.valuation._newton import Maximum, maximize
from custrel.valuation._peak import Peak, Penalty, in_pairs, of_beta, of_gamma
from custrel.valuation._phases import waiting_with_slopes
from custrel.valuation._rows import Rows, distinct_frequencies, parts_of

Floats = NDArray[np.float64]

# The coordinates of the climb: log r, log(r/alpha), logit(a/(a+b)), log(a+b), time in units of
# the longest age.  The box holds every shape that data can tell from its limit.
_LOW = (-9.0, -16.0, -14.0, -7.0)
_HIGH = (9.0, 16.0, 14.0, 10.0)
_OTHER_STARTS = ((-1.5, 2.0, -2.0, 0.0), (2.0, 0.0, 0.0, 3.0), (0.0, 0.5, -2.0, -5.0))
_LIMITS = (
    ("purchase rates differ without bound (r ran to 0)", "all customers buy at one rate (r ran to infinity)"),
    ("the purchase rate ran to 0", "the purchase rate ran to infinity"),
    ("degenerates to NBD: nobody ever stops (a/(a+b) ran to 0)", "everybody stops at once (a/(a+b) ran to 1)"),
    ("customers stop at once or never (a + b ran to 0)", "all customers stop with one probability (a + b ran to infinity)"),
)  # fmt: skip
_MANY, _FEW = 20_000, 10_000  # rows, from which on so few customers show the way
_CLOSE = 0.1  # in coordinates: those few know them no better


def find_peak(rows: Rows, first_too: int, penalty: float, k: int = 1) -> Peak:
    """Fit r, alpha, a and b to distinct rows of which somebody bought again.

    Every k-th event is a purchase.  What the times between purchases add to the likelihood,
    which k alone changes, is not in it.  Times are scaled by the longest age, so that their unit does not matter.
    """
    scale = float(rows.T.max())
    scaled = attrs.evolve(rows, recency=rows.recency / scale, T=rows.T / scale)
    held = Penalty(penalty, in_pairs(of_gamma, of_beta))
    best = Likelihood(scaled, first_too, k).climb(held)
    r, alpha, a, b = _natural(best.at)
    into = _jacobian(r, alpha, a, b) * np.array([[1.0], [scale], [1.0], [1.0]])
    repeats = float((rows.counts * rows.frequency).sum())
    return Peak(
        parameters=(r, alpha * scale, a, b),
        log_likelihood=best.value
        + held.at(best.at)
        - repeats * (k * float(np.log(scale)) + math.lgamma(k)),
        covariance=best.covariance(into),
        steps=best.steps,
        diagnosis=best.findings(_LIMITS),
    )


class Likelihood:
    """The log-likelihood of distinct rows, its gradient and Hessian."""

    def __init__(self, rows: Rows, first_too: int, k: int = 1) -> None:
        self.rows, self.m, self.k = rows, first_too, k
        mortal = rows.frequency + first_too > 0
        self.mortal = (rows.frequency[mortal], rows.recency[mortal], rows.T[mortal])
        self.weights = rows.counts[mortal]
        self.immortal = (rows.T[~mortal], rows.counts[~mortal])
        self.customers = float(rows.counts.sum())
        self.x, place = distinct_frequencies(rows.frequency)
        self.customers_by_x = np.bincount(place, rows.counts)

    def climb(self, held: Penalty) -> Maximum:
        """Find the maximum, from where moments point to and, if that ends at a wall, from others.

        The first steps need a part of many rows only.
        """
        rows = self.rows
        # Summed without BLAS, whose threads wait busily for longer than this takes.
        bought = (rows.counts * rows.frequency).sum()
        rate = float(bought / (rows.counts * rows.T).sum())
        # While alive, customers buy more often than they do until the end.
        start: ArrayLike = np.clip([-1.0, np.log(rate * self.k) + 0.5, -1.2, 1.0], _LOW, _HIGH)
        if len(rows.T) >= _MANY:
            few = Likelihood(rows.sample(_FEW), self.m, self.k)
            start = maximize(held.on(few), start, _LOW, _HIGH, near=_CLOSE).at
        best = maximize(held.on(self), start, _LOW, _HIGH)
        for start in _OTHER_STARTS if best.on_boundary.any() else ():
            other = maximize(held.on(self), start, _LOW, _HIGH)
            best = max(best, other, key=lambda maximum: maximum.value)
        return best

    def __call__(self, theta: Floats) -> tuple[float, Floats, Floats]:
        r, alpha, a, b = _natural(theta)
        value, gradient, hessian = self.natural(r, alpha, a, b)
        share = a / (a + b)
        bend = share * (1 - share) * (a + b)
        jacobian = _jacobian(r, alpha, a, b)
        curvature = jacobian.T @ hessian @ jacobian
        by_r, by_alpha, by_a, by_b = gradient
        curvature[0, 0] += r * by_r + alpha * by_alpha
        curvature[0, 1] -= alpha * by_alpha
        curvature[1, 0] -= alpha * by_alpha
        curvature[1, 1] += alpha * by_alpha
        curvature[2, 2] += bend * (1 - 2 * share) * (by_a - by_b)
        curvature[2, 3] += bend * (by_a - by_b)
        curvature[3, 2] += bend * (by_a - by_b)
        curvature[3, 3] += a * by_a + b * by_b
        return value, jacobian.T @ gradient, curvature

    def natural(self, r: float, alpha: float, a: float, b: float) -> tuple[float, Floats, Floats]:
        """Return value, gradient and Hessian by r, alpha, a and b."""
        value, gradient, hessian = self._by_frequency(r, alpha, a, b)
        ages, weights = self.immortal
        logs, inverse = np.log(alpha + ages), 1 / (alpha + ages)
        value -= r * float((weights * logs).sum())
        gradient[0] -= (weights * logs).sum()
        gradient[1] -= r * (weights * inverse).sum()
        hessian[0, 1] -= (weights * inverse).sum()
        hessian[1, 1] += r * (weights * inverse**2).sum()
        if self.k > 1:
            waits = waiting_with_slopes(self.k, np.full_like(ages, r), ages * inverse, inverse)
            value += _add_waiting(waits, weights, gradient, hessian)
        for part in parts_of(len(self.weights)):
            value += self._add(part, (r, alpha, a, b), gradient, hessian)
        for i in (1, 2, 3):
            hessian[i, :i] = hessian[:i, i]
        return value, gradient, hessian

    def _by_frequency(
        self, r: float, alpha: float, a: float, b: float
    ) -> tuple[float, Floats, Floats]:
        """Return the terms that depend on the frequency alone."""
        x, n, total = self.x, self.customers_by_x, self.customers
        beta, events = x + self.m, self.k * x
        value = n @ (gammaln(r + events) + betaln(a, b + beta))
        value += total * (r * np.log(alpha) - gammaln(r) - betaln(a, b))
        both, both2 = digamma(a + b + beta), _trigamma(a + b + beta)
        gradient = np.array(
            [
                n @ digamma(r + events) + total * (np.log(alpha) - digamma(r)),
                total * r / alpha,
                total * (digamma(a + b)) - n @ both,
                n @ (digamma(b + beta) - both) + total * (digamma(a + b) - digamma(b)),
            ]
        )
        hessian = np.zeros((4, 4))
        hessian[0, 0] = n @ _trigamma(r + events) - total * _trigamma(r)
        hessian[0, 1] = total / alpha
        hessian[1, 1] = -total * r / alpha**2
        hessian[2, 2] = hessian[2, 3] = total * _trigamma(a + b) - n @ both2
        hessian[3, 3] = hessian[2, 2] + n @ _trigamma(b + beta) - total * _trigamma(b)
        return float(value), gradient, hessian

    def _add(
        self, part: slice, at: tuple[float, float, float, float], gradient: Floats, hessian: Floats
    ) -> float:
        """Add the terms of some rows who may have stopped: log(exp(alive) + exp(stopped))."""
        r, alpha, a, b = at
        x, last, age = (values[part] for values in self.mortal)
        n, k, d = self.weights[part], r + self.k * x, b + x + (self.m - 1)
        log_age, log_last = np.log(alpha + age), np.log(alpha + last)
        by_age, by_last, by_d = 1 / (alpha + age), 1 / (alpha + last), 1 / d
        alive = -k * log_age
        stopped = np.log(a) - np.log(d) - k * log_last
        waits = None
        if self.k > 1:
            waits = waiting_with_slopes(self.k, k, (age - last) * by_age, by_age)
            alive += waits[0]
        less = np.exp(-np.abs(alive - stopped))  # expit takes four times as long
        both = 1 + less
        p = np.where(alive > stopped, 1.0, less) / both
        here, gone = n * p, n * (1 - p)
        stops = gone.sum()
        gradient[0] -= here @ log_age + gone @ log_last
        gradient[1] -= (here * by_age + gone * by_last) @ k
        gradient[2] += stops / a
        gradient[3] -= gone @ by_d
        hessian[0, 1] -= here @ by_age + gone @ by_last
        hessian[1, 1] += (here * by_age**2 + gone * by_last**2) @ k
        hessian[2, 2] -= stops / a**2
        hessian[3, 3] += gone @ by_d**2
        apart = [log_last - log_age, k * (by_last - by_age), np.full_like(x, -1 / a), by_d]
        if waits is not None:
            _add_waiting(waits, here, gradient, hessian)
            apart[:2] = apart[0] + waits[1], apart[1] + waits[2]
        spread = here * (1 - p)
        for i, left in enumerate(apart):  # a table of all four would not fit the cache
            weighted = spread * left
            for j in range(i, 4):
                hessian[i, j] += weighted @ apart[j]
        return float(n @ (np.maximum(alive, stopped) + np.log(both)))


def _add_waiting(
    waits: tuple[Floats, ...], weights: Floats, gradient: Floats, hessian: Floats
) -> float:
    """Add the derivatives of `waiting` by r and alpha, and return its logarithm."""
    value, by_r, by_alpha, by_r_twice, by_both, by_alpha_twice = (
        float(weights @ each) for each in waits
    )
    gradient[:2] += by_r, by_alpha
    hessian[0, 0] += by_r_twice
    hessian[0, 1] += by_both
    hessian[1, 1] += by_alpha_twice
    return value


def _trigamma(x: float | Floats) -> Floats:
    return np.asarray(zeta(2.0, x))  # in a third of polygamma's time


def _natural(theta: Floats) -> tuple[float, float, float, float]:
    r, size = float(np.exp(theta[0])), float(np.exp(theta[3]))
    return (
        r,
        r / float(np.exp(theta[1])),
        size * float(expit(theta[2])),
        size * float(expit(-theta[2])),
    )


def _jacobian(r: float, alpha: float, a: float, b: float) -> Floats:
    """Return how r, alpha, a and b (rows) move with the coordinates of the climb (columns)."""
    bend = a * b / (a + b)
    return np.array([[r, 0, 0, 0], [alpha, -alpha, 0, 0], [0, 0, bend, a], [0, 0, -bend, b]])
