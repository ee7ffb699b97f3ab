"""The likelihood of Pareto/NBD, its gradient and Hessian, and the climb to its maximum.

A customer lives at T, which weighs A = (alpha+T)^-(r+x) (beta+T)^-s, or stopped between his
last purchase and T.  What stopping weighs is the difference of two integrals that end at one
moment, one of them from (x, t_x) on, the other from (x, T) on.  Of such pairs there are far
fewer than customers, and since the second integral is less than A, nothing cancels.
"""

from __future__ import annotations

from typing import Self

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gammaln, polygamma

from custrel.valuation._newton import Maximum, maximize
from custrel.valuation._pareto_integral import Shape, log_stopped, stopped_with_moments
from custrel.valuation._peak import Peak, Penalty, in_pairs, of_gamma
from custrel.valuation._rows import Rows, distinct_pairs, parts_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# The coordinates of the climb: log r, log(r/alpha), log s, log(s/beta), time in units of the
# longest age.  The box holds every shape that data can tell from its limit.
_LOW = (-9.0, -16.0, -9.0, -16.0)
_HIGH = (9.0, 16.0, 9.0, 16.0)
_OTHER_STARTS = ((-1.5, 2.0, -2.0, -2.0), (2.0, 0.0, 3.0, 0.0), (0.0, 1.0, -3.5, 8.0))
_LIMITS = (
    ("purchase rates differ without bound (r ran to 0)", "all customers buy at one rate (r ran to infinity)"),
    ("the purchase rate ran to 0", "the purchase rate ran to infinity"),
    ("customers stop at once or never (s ran to 0)", "all customers stop at one rate (s ran to infinity)"),
    ("degenerates to NBD: nobody ever stops (s/beta ran to 0)", "everybody stops at once (s/beta ran to infinity)"),
)  # fmt: skip
_MANY, _FEW = 4_000, 2_000  # rows, from which on so few customers show the way
_CLOSE = 0.1  # in coordinates: those few know them no better
_UPPER = tuple((i, j) for i in range(4) for j in range(i, 4))


def find_peak(rows: Rows, penalty: float) -> Peak:
    """Fit r, alpha, s and beta to distinct rows of which somebody bought again.

    Times are scaled by the longest age, so that their unit does not matter.
    """
    scale = float(rows.T.max())
    held = Penalty(penalty, in_pairs(of_gamma, of_gamma))
    best = _climb(rows, scale, held)
    shape = _natural(best.at)
    into = _jacobian(shape) * np.array([[1.0], [scale], [1.0], [scale]])
    repeats = float((rows.counts * rows.frequency).sum())
    return Peak(
        parameters=(shape.r, shape.alpha * scale, shape.s, shape.beta * scale),
        log_likelihood=best.value + held.at(best.at) - repeats * float(np.log(scale)),
        covariance=best.covariance(into),
        steps=best.steps,
        diagnosis=best.findings(_LIMITS),
    )


def log_weight(shape: Shape, x: Floats, last: Floats, age: Floats) -> Floats:
    """Return how much more a history weighs than living at T alone, as a logarithm.

    So that the probability to be alive is exp of its negative.
    """
    x, last, age = np.broadcast_arrays(x, last, age)
    rows = tuple(np.ravel(values) for values in (x, last, age))
    pairs = _Pairs.of(*rows)
    return np.asarray(pairs.log_weight(shape).reshape(x.shape), dtype=np.float64)


@attrs.frozen(kw_only=True)
class _Pairs:
    """Histories as pairs of (x, t_x) and (x, T), and which of them each row has.

    Where pairs are as many as rows, there is one integral for each row, from t_x to T.
    """

    x: Floats
    last: Floats
    end: Floats
    last_place: Ints | None
    age_x: Floats
    age: Floats
    age_place: Ints | None

    @classmethod
    def of(cls, x: Floats, last: Floats, age: Floats) -> Self:
        """Find the distinct pairs of rows."""
        last_x, lasts, last_place = distinct_pairs(x, last)
        age_x, ages, age_place = distinct_pairs(x, age)
        if last_place is None or age_place is None or len(lasts) + len(ages) > len(x):
            return cls(x=x, last=last, end=age, last_place=None, age_x=x, age=age, age_place=None)
        end = np.full_like(lasts, age.max())
        return cls(x=last_x, last=lasts, end=end, last_place=last_place, age_x=age_x, age=ages, age_place=age_place)  # fmt: skip

    def scaled(self, scale: float) -> Self:
        """Return the same pairs in another unit of time."""
        return attrs.evolve(
            self, last=self.last / scale, end=self.end / scale, age=self.age / scale
        )

    def log_weight(self, shape: Shape) -> Floats:
        """Return, for each row, the logarithm of its weight relative to living at T."""
        stopped = log_stopped(shape, self.x, self.last, self.end)
        if self.last_place is None or self.age_place is None:
            gone = (self.age - self.last) / (shape.alpha + self.last)
            ends = (self.age - self.last) / (shape.beta + self.last)
            stopped = stopped + (shape.r + self.x) * np.log1p(gone) + shape.s * np.log1p(ends)
            return np.logaddexp(0.0, stopped)
        later = np.full_like(self.age, self.end[0])
        alive = 1 - np.exp(log_stopped(shape, self.age_x, self.age, later))
        by_last, by_age = (self.last_place, self.age_place)
        start = stopped + _log_alive(shape, self.x, self.last)
        since = start[by_last] - _log_alive(shape, self.age_x, self.age)[by_age]
        most = np.maximum(since, 0.0)
        inside = np.maximum(alive, 0.0)[by_age] * np.exp(-most) + np.exp(since - most)
        return np.asarray(most + np.log(inside), dtype=np.float64)


def _log_alive(shape: Shape, x: Floats, age: Floats) -> Floats:
    """Return the logarithm of alpha^r beta^s (alpha+T)^-(r+x) (beta+T)^-s."""
    purchases = shape.r * np.log1p(age / shape.alpha) + x * np.log(shape.alpha + age)
    return np.asarray(-purchases - shape.s * np.log1p(age / shape.beta), dtype=np.float64)


def _climb(rows: Rows, scale: float, held: Penalty) -> Maximum:
    """Find the maximum, from where moments point to and, if that ends at a wall, from others.

    The first steps need a part of many rows only.
    """
    rate = float((rows.counts * rows.frequency).sum() / (rows.counts * rows.T).sum()) * scale
    start = np.clip([-0.5, np.log(rate) + 0.5, -0.5, 0.0], _LOW, _HIGH)
    likelihood = held.on(Likelihood(rows, scale))
    if len(rows.T) >= _MANY:
        few = held.on(Likelihood(rows.sample(_FEW), scale))
        start = maximize(few, start, _LOW, _HIGH, near=_CLOSE).at
    best = maximize(likelihood, start, _LOW, _HIGH)
    for other in _OTHER_STARTS if best.on_boundary.any() else ():
        best = max(best, maximize(likelihood, other, _LOW, _HIGH), key=lambda peak: peak.value)
    return best


class Likelihood:
    """The log-likelihood of distinct rows, its gradient and Hessian."""

    def __init__(self, rows: Rows, scale: float) -> None:
        self.counts = rows.counts
        self.pairs = _Pairs.of(rows.frequency, rows.recency, rows.T).scaled(scale)
        self.customers = float(rows.counts.sum())
        self.x, place = np.unique(rows.frequency, return_inverse=True)
        self.customers_by_x = np.bincount(place, rows.counts)

    def __call__(self, theta: Floats) -> tuple[float, Floats, Floats]:
        shape = _natural(theta)
        value, gradient, hessian = self.natural(shape)
        jacobian = _jacobian(shape)
        curvature = jacobian.T @ hessian @ jacobian
        for i, by in ((0, shape.alpha * gradient[1]), (2, shape.beta * gradient[3])):
            curvature[i : i + 2, i : i + 2] += by * np.array([[1.0, -1.0], [-1.0, 1.0]])
        curvature[0, 0] += shape.r * gradient[0]
        curvature[2, 2] += shape.s * gradient[2]
        return value, jacobian.T @ gradient, curvature

    def natural(self, shape: Shape) -> tuple[float, Floats, Floats]:
        """Return value, gradient and Hessian by r, alpha, s and beta."""
        value, gradient, hessian = self._by_frequency(shape)
        pairs = self.pairs
        log_stop, stop_1, stop_2 = stopped_with_moments(shape, pairs.x, pairs.last, pairs.end)
        log_live, live, live_1, live_2 = self._living(shape)
        last, age = pairs.last_place, pairs.age_place
        by_stop, by_live = np.zeros(len(log_stop)), np.zeros(len(log_live))
        for part in parts_of(len(self.counts)):
            at_stop = part if last is None else last[part]
            at_live = part if age is None else age[part]
            n = self.counts[part]
            since = log_stop[at_stop] - log_live[at_live]
            most = np.maximum(since, 0.0)
            lives, stops = np.exp(-most), np.exp(since - most)
            total = live[at_live] * lives + stops
            value += float((n * (log_live[at_live] + most + np.log(total))).sum())
            lives, stops = lives / total, stops / total
            each = lives[:, None] * live_1[at_live] + stops[:, None] * stop_1[at_stop]
            weighted = n[:, None] * each
            gradient += weighted.sum(axis=0)
            hessian -= weighted.T @ each
            if last is None or age is None:
                by_stop[part], by_live[part] = n * stops, n * lives
            else:
                by_stop += np.bincount(last[part], n * stops, len(by_stop))
                by_live += np.bincount(age[part], n * lives, len(by_live))
        bend = _weighted(by_stop, stop_2) + _weighted(by_live, live_2)
        for (i, j), by in zip(_UPPER, bend, strict=True):
            hessian[i, j] += by
            if i != j:
                hessian[j, i] += by
        return value, gradient, hessian

    def _by_frequency(self, shape: Shape) -> tuple[float, Floats, Floats]:
        """Return the terms that depend on the frequency alone."""
        r, x, n, total = shape.r, self.x, self.customers_by_x, self.customers
        gradient, hessian = np.zeros(4), np.zeros((4, 4))
        gradient[0] = n @ (digamma(r + x) - digamma(r))
        hessian[0, 0] = n @ (polygamma(1, r + x) - polygamma(1, r))
        return float(n @ gammaln(r + x) - total * gammaln(r)), gradient, hessian

    def _living(self, shape: Shape) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the logarithm of A for each (x, T), and relative to A what is left of it.

        What is left is A without what stopping later than T weighs, and with its first and
        second derivatives.
        """
        pairs = self.pairs
        x, age = pairs.age_x, pairs.age
        r, alpha, s, beta = attrs.astuple(shape)
        by_alpha, by_beta = 1 / (alpha + age), 1 / (beta + age)
        first = np.stack(
            [
                -np.log1p(age / alpha),
                r / alpha - (r + x) * by_alpha,
                -np.log1p(age / beta),
                s * age / beta * by_beta,
            ],
            axis=1,
        )
        second = np.stack([first[:, i] * first[:, j] for i, j in _UPPER], axis=1)
        second[:, _UPPER.index((0, 1))] += age / alpha * by_alpha
        second[:, _UPPER.index((1, 1))] += (r + x) * by_alpha**2 - r / alpha**2
        second[:, _UPPER.index((2, 3))] += age / beta * by_beta
        second[:, _UPPER.index((3, 3))] += s * (by_beta**2 - 1 / beta**2)
        log_live = _log_alive(shape, x, age)
        if pairs.age_place is None:
            return log_live, np.ones_like(age), first, second
        end = np.full_like(age, pairs.end[0])
        log_stop, stop_1, stop_2 = stopped_with_moments(shape, x, age, end)
        later = np.exp(log_stop - log_live)
        left = np.maximum(1 - later, 0.0)
        return log_live, left, first - later[:, None] * stop_1, second - later[:, None] * stop_2


def _weighted(weights: Floats, rows: Floats) -> Floats:
    """Return weights @ rows, without BLAS, whose threads cost more than this does."""
    return np.asarray(np.einsum("i,ij->j", weights, rows), dtype=np.float64)


def _natural(theta: Floats) -> Shape:
    r, s = float(np.exp(theta[0])), float(np.exp(theta[2]))
    return Shape(r, r / float(np.exp(theta[1])), s, s / float(np.exp(theta[3])))


def _jacobian(shape: Shape) -> Floats:
    """Return how r, alpha, s and beta (rows) move with the coordinates of the climb (columns)."""
    r, alpha, s, beta = attrs.astuple(shape)
    return np.array([[r, 0, 0, 0], [alpha, -alpha, 0, 0], [0, 0, s, 0], [0, 0, beta, -beta]])
