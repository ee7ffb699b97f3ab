"""The integrals of Pareto/NBD: over the moment of stopping, and over the time to come.

With k = r + x, a customer stopped between `start` and `end` with the weight

    s * integral from start to end of (alpha+u)^-k (beta+u)^-(s+1) du.

In y = log((c+u)/(c+start)), c = min(alpha, beta), the integrand is nearly exponential, and
Gauss and Legendre's rule takes it with all digits, as far as it matters.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_NEGLIGIBLE = 45.0  # exp(-45) of the integrand's height at its start
_CELLS = 8192  # nodes that stay in the cache
# How many nodes give 12 digits, where the integrand falls by exp(-steep) over a range of y.
_NODES = 64
_LADDER = ((8.0, 2.0, 12), (18.0, 4.0, 20), (_NEGLIGIBLE + 1, 6.0, 32))  # steep, range, nodes

Quadrature = tuple[Floats, Floats]


def _gauss(nodes: int) -> Quadrature:
    places, weights = np.polynomial.legendre.leggauss(nodes)
    places, weights = (places + 1) / 2, weights / 2
    places.flags.writeable = weights.flags.writeable = False
    return places, weights


_RULES = tuple(_gauss(nodes) for nodes in (*(rung[2] for rung in _LADDER), _NODES))


@attrs.frozen
class Shape:
    """The four parameters of Pareto/NBD."""

    r: float
    alpha: float
    s: float
    beta: float


@attrs.frozen
class _Integrand:
    """exp(-exponent(y)), the integrand relative to its height at y = 0; one row per integral."""

    k: Floats
    m: float  # s + 1
    by_alpha: Floats  # (c + start) / (alpha + start)
    by_beta: Floats

    def logs(self, y: Floats) -> tuple[Floats, Floats]:
        """Return log((alpha+u)/(alpha+start)) and log((beta+u)/(beta+start))."""
        growth = np.expm1(y)
        # One of the two is y itself: the smaller of alpha and beta has a weight of 1.
        over_alpha = y if (self.by_alpha == 1).all() else np.log1p(self.by_alpha * growth)
        over_beta = y if (self.by_beta == 1).all() else np.log1p(self.by_beta * growth)
        return over_alpha, over_beta

    def exponent(self, y: Floats) -> Floats:
        """Return by how much the logarithm has fallen."""
        over_alpha, over_beta = self.logs(y)
        return self.k * over_alpha + self.m * over_beta - y

    def slope(self, y: Floats) -> Floats:
        """Return the derivative of the exponent."""
        growth = np.expm1(y)
        return np.asarray(
            self.k * self.by_alpha * (growth + 1) / (1 + self.by_alpha * growth)
            + self.m * self.by_beta * (growth + 1) / (1 + self.by_beta * growth)
            - 1
        )

    def reach(self, y: Floats) -> Floats:
        """Return how far up to y the integrand matters.

        The exponent is convex, so that Newton's steps from the right never go too far.
        """
        start = self.slope(np.zeros_like(y))
        with np.errstate(divide="ignore"):
            y = np.minimum(y, np.where(start > 0, _NEGLIGIBLE / np.abs(start), np.inf))
        for _ in range(4):
            excess = self.exponent(y) - _NEGLIGIBLE
            far = excess > 0
            if not far.any():
                break
            y = np.where(far, y - excess / np.where(far, self.slope(y), 1.0), y)
        return y


def log_stopped(shape: Shape, x: Floats, start: Floats, end: Floats) -> Floats:
    """Return the logarithm of what stopping between start and end weighs.

    Relative to (alpha+start)^-(r+x) (beta+start)^-s.
    """
    value = np.empty_like(start)
    for part, reach, rule in _parts(shape, x, start, end):
        value[part] = _stopped(shape, x[part], start[part], reach, rule, moments=False)[0]
    return value


def stopped_with_moments(
    shape: Shape, x: Floats, start: Floats, end: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return `log_stopped`, and how it bends.

    Returns
    -------
    value : ndarray of shape (rows,)
        As of `log_stopped`, but times alpha^r beta^s, and relative to nothing.
    first : ndarray of shape (rows, 4)
        Derivatives of that weight by r, alpha, s and beta, relative to it.
    second : ndarray of shape (rows, 10)
        Second ones, in the order of the upper triangle.
    """
    value, first, second = (np.empty((len(x), size)) for size in (1, 4, 10))
    for part, reach, rule in _parts(shape, x, start, end):
        found = _stopped(shape, x[part], start[part], reach, rule, moments=True)
        value[part, 0], first[part], second[part] = found
    return value[:, 0], first, second


def _parts(
    shape: Shape, x: Floats, start: Floats, end: Floats
) -> Iterator[tuple[NDArray[np.int64], Floats, Quadrature]]:
    """Yield integrals that take the same nodes, and how far each reaches."""
    c = min(shape.alpha, shape.beta)
    integrand = _integrand(shape, x, start)
    reach = integrand.reach(np.log1p((end - start) / (c + start))[:, None])
    steep = integrand.exponent(reach)
    rung = np.zeros(len(x), dtype=np.int64)
    for most, far, _ in _LADDER:
        rung += ((steep > most) | (reach > far))[:, 0]
    for step, rule in enumerate(_RULES):
        members = np.flatnonzero(rung == step)
        size = _CELLS // len(rule[0])
        for begin in range(0, len(members), size):
            part = members[begin : begin + size]
            yield part, reach[part], rule


def _integrand(shape: Shape, x: Floats, start: Floats) -> _Integrand:
    c = min(shape.alpha, shape.beta)
    return _Integrand(
        k=(shape.r + x)[:, None],
        m=shape.s + 1,
        by_alpha=((c + start) / (shape.alpha + start))[:, None],
        by_beta=((c + start) / (shape.beta + start))[:, None],
    )


def _stopped(
    shape: Shape, x: Floats, start: Floats, reach: Floats, rule: Quadrature, *, moments: bool
) -> tuple[Floats, Floats, Floats]:
    c = min(shape.alpha, shape.beta)
    a, b = shape.alpha + start, shape.beta + start
    integrand = _integrand(shape, x, start)
    places, weights = rule
    y = reach * places
    over_alpha, over_beta = integrand.logs(y)
    height = weights * np.exp(y - integrand.k * over_alpha - integrand.m * over_beta)
    total = height.sum(axis=1)
    with np.errstate(divide="ignore"):
        value = np.log(shape.s * (c + start) / b) + np.log(reach[:, 0] * total)
    if not moments:
        return value, value, value
    r, alpha, s, beta = attrs.astuple(shape)
    k = integrand.k[:, 0]
    value = value - r * np.log1p(start / alpha) - x * np.log(a) - s * np.log1p(start / beta)
    share = height / total[:, None]
    by_alpha, by_beta = np.exp(-over_alpha) / a[:, None], np.exp(-over_beta) / b[:, None]
    # Derivatives of the integrand's logarithm, and of the factor s in the end.
    fields = (
        -np.log1p(start / alpha)[:, None] - over_alpha,
        r / alpha - integrand.k * by_alpha,
        -np.log1p(start / beta)[:, None] - over_beta,
        s / beta - (s + 1) * by_beta,
    )
    weighted = [share * field for field in fields]
    first = [each.sum(axis=1) for each in weighted]
    second = {(i, j): _dot(weighted[i], fields[j]) for i in range(4) for j in range(i, 4)}
    second[0, 1] += 1 / alpha - _dot(share, by_alpha)
    second[1, 1] += k * _dot(share, by_alpha, by_alpha) - r / alpha**2
    second[2, 3] += 1 / beta - _dot(share, by_beta)
    second[3, 3] += (s + 1) * _dot(share, by_beta, by_beta) - s / beta**2
    for j, each in enumerate(first):
        second[min(2, j), max(2, j)] += (2 if j == 2 else 1) * each / s
    first[2] = first[2] + 1 / s
    return value, np.stack(first, axis=1), np.stack(list(second.values()), axis=1)


def _dot(*factors: Floats) -> Floats:
    """Return the sum of products over the nodes of each integral."""
    letters = ",".join("ij" for _ in factors)
    return np.asarray(np.einsum(f"{letters}->i", *factors), dtype=np.float64)


def discounted_time(s: float, z: Floats) -> Floats:
    """Return the integral from 0 to infinity of exp(-z t) (1+t)^-s dt, for z > 0."""
    flat = np.ravel(z)[:, None]
    # exp(-z(e^v - 1) - (s-1) v), v = log(1+t): the exponent is convex again.
    reach = np.log1p((_NEGLIGIBLE + 1) / flat)
    if s < 1:
        # It first falls below 0, by less than what the logarithm adds here.
        reach = np.log1p((_NEGLIGIBLE + (1 - s) * reach * 2) / flat)
    for _ in range(6):
        excess = flat * np.expm1(reach) + (s - 1) * reach - _NEGLIGIBLE
        slope = flat * np.exp(reach) + (s - 1)
        reach = np.where(
            (excess > 0) & (slope > 0), reach - excess / np.where(slope > 0, slope, 1), reach
        )
    places, weights = _RULES[-1]
    v = reach * places
    total = (weights * np.exp(-flat * np.expm1(v) - (s - 1) * v)).sum(axis=1) * reach[:, 0]
    return np.asarray(total.reshape(np.shape(z)), dtype=np.float64)
