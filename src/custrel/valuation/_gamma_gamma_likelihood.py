"""The likelihood of Gamma-Gamma, its gradient and Hessian, and the climb to its maximum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import zeta

from custrel.valuation._newton import Maximum, maximize
from custrel.valuation._peak import Peak, Penalty, linear
from custrel.valuation._rows import distinct_frequencies, parts_of
from custrel.valuation._stirling import digamma_rise, log_beta

Floats = NDArray[np.float64]

# The coordinates of the climb: log p, log q and log(p v / q), which data know even where p or q
# run to infinity; and how log p, log q and log v move with them.
_TO_LOGS = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (-1.0, 1.0, 1.0))
_LOWEST, _HIGHEST = (1e-3, 1e-3, 1e-9), (1e6, 1e6, 1e9)
_LIMITS = (
    ("spend varies without bound (p ran to 0)", "every purchase of a customer costs the same (p ran to infinity)"),
    ("customers differ without bound (q ran to 0)", "all customers spend alike (q ran to infinity)"),
    ("the scale of spend ran to 0", "the scale of spend ran to infinity"),
)  # fmt: skip
_NO_MEAN = (
    "q <= 1: the mean spend over customers does not exist, nor does the spend to expect of a "
    "customer without repeat purchases"
)
_MANY, _FEW = 20_000, 5_000  # rows, from which on so few of them show the way
_CLOSE = 0.1  # in coordinates: those few know them no better
_EXTREME = 1e3  # p or q, from which on differences of logarithms would lose digits


def find_peak(x: Floats, mean: Floats, counts: Floats, scale: float, penalty: float) -> Peak:
    """Fit p, q and v to repeat buyers; spend is scaled, so that its currency does not matter."""
    held = Penalty(penalty, linear(_TO_LOGS))
    best = _Likelihood(x, mean / scale, counts).climb(held)
    p, q, v = np.exp(np.array(_TO_LOGS) @ best.at) * [1, 1, scale]
    return Peak(
        parameters=(p, q, v),
        log_likelihood=best.value + held.at(best.at) - counts.sum() * np.log(scale),
        covariance=best.covariance(np.diag([p, q, v]) @ np.array(_TO_LOGS)),
        steps=best.steps,
        diagnosis=(*best.findings(_LIMITS), *([_NO_MEAN] if q <= 1 else [])),
    )


class _Likelihood:
    """The log-likelihood in the coordinates of the climb, its gradient and Hessian."""

    def __init__(self, x: Floats, mean: Floats, counts: Floats) -> None:
        self.x, self.mean, self.counts = x, mean, counts
        self.total = x * mean
        self.levels, self.place = distinct_frequencies(x)
        self.n = np.bincount(self.place, counts)
        self.logs = np.log(self.total)
        self.rest = float((counts * np.log(mean)).sum())

    def climb(self, held: Penalty) -> Maximum:
        """Find the maximum; the first steps need a part of many rows only."""
        box = np.log(_LOWEST), np.log(_HIGHEST)
        start = self.start()
        if len(self.x) >= _MANY:
            few = self.every(len(self.x) // _FEW)
            start = maximize(held.on(few), start, *box, near=_CLOSE).at
        return maximize(held.on(self), start, *box)

    def every(self, nth: int) -> _Likelihood:
        """Return the likelihood of every n-th row."""
        return _Likelihood(self.x[::nth], self.mean[::nth], self.counts[::nth])

    def start(self) -> Floats:
        """Return coordinates for customers who differ as much as their purchases do."""
        mean = float((self.counts * self.total / self.x).sum() / self.n.sum())
        return np.log([3.0, 4.0, mean * 3 / 4])

    def __call__(self, theta: Floats) -> tuple[float, Floats, Floats]:
        move = np.array(_TO_LOGS)
        value, gradient, hessian = self.by_logs(*np.exp(move @ theta))
        return value, move.T @ gradient, move.T @ hessian @ move

    def by_logs(self, p: float, q: float, v: float) -> tuple[float, Floats, Floats]:
        """Return value, gradient and Hessian by log p, log q and log v."""
        x, n, customers = self.levels, self.n, self.n.sum()
        by_p, inverse, inverse2, by_q = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x), 0.0
        for part in parts_of(len(self.total)):
            place, counts = self.place[part], self.counts[part]
            above = v + self.total[part]
            per_above = counts / above
            logs_by_p, logs_by_q = self._logs(part, p, q, v, above)
            by_q += float(counts @ logs_by_q)
            by_p += np.bincount(place, counts * logs_by_p, len(x))
            inverse += np.bincount(place, per_above, len(x))
            inverse2 += np.bincount(place, per_above / above, len(x))
        px = p * x
        k = px + q
        value = -(n @ log_beta(px, q)) - self.rest - px @ by_p - q * by_q
        gradient = np.array(
            [
                x @ (n * digamma_rise(px, q) - by_p),
                n @ digamma_rise(q, px) - by_q,
                customers * q / v - k @ inverse,
            ]
        )
        # zeta(2, .) is the trigamma function, and the quicker way to it.
        curve = n * zeta(2, k)
        pq, pv, qv = x @ curve, -(x @ inverse), customers / v - inverse.sum()
        hessian = np.array(
            [
                [x**2 @ (curve - n * zeta(2, px)), pq, pv],
                [pq, curve.sum() - customers * zeta(2, q), qv],
                [pv, qv, k @ inverse2 - customers * q / v**2],
            ]
        )
        natural = np.array([p, q, v])
        slope = gradient * natural
        return float(value), slope, hessian * np.outer(natural, natural) + np.diag(slope)

    def _logs(
        self, part: slice, p: float, q: float, v: float, above: Floats
    ) -> tuple[Floats, Floats]:
        """Return log(1 + v / total) and log(1 + total / v) of some rows."""
        if max(p, q) < _EXTREME:
            logs = np.log(above)
            return logs - self.logs[part], logs - np.log(v)
        # Either may be next to nothing.
        gap, total = np.log(v) - self.logs[part], self.total[part]
        least = np.log1p(np.minimum(v, total) / np.maximum(v, total))
        return least + np.maximum(gap, 0), least + np.maximum(-gap, 0)
