"""Coordinates in which likelihoods of beta distributions are climbed.

A beta distribution (a, b) is logit(a/(a+b)), its mean, and log(a+b), how alike people are.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from custrel.valuation._newton import Maximum, Objective, maximize
from custrel.valuation._peak import Peak, Penalty

Floats = NDArray[np.float64]

# The box of one distribution holds every shape that data can tell from its limit.
LOW, HIGH = (-14.0, -7.0), (14.0, 10.0)

_NO_LOSS = 1e-6  # of a log-likelihood: a thousandth of a standard error
_UNSURE = 0.2  # standard error of a coordinate, of the logarithm of a parameter that is
_LITTLE_LOSS = 1.0
_FLAT = 1.0  # curvature, above which one step further along is a loss that counts
_ROUNDING = 1e-12  # of a log-likelihood, relative to it


def climb(objective: Objective, starts: Sequence[ArrayLike]) -> Maximum:
    """Find the maximum, from a fixed start and, if it is not known sharply, from others.

    A likelihood that leaves a coordinate unsure may have several hills.
    On the way to a wall the slope may vanish before the wall is there.  So a maximum that is no
    better than the place beside it at the wall is taken to be there.
    """
    pairs = len(np.asarray(starts[0])) // 2
    low, high = LOW * pairs, HIGH * pairs
    best = maximize(objective, starts[0], low, high)
    spread = np.diag(best.covariance(np.eye(2 * pairs)))
    sharp = best.arrived and bool((spread < _UNSURE**2).all())  # NaN is not
    for start in () if sharp else starts[1:]:
        other = maximize(objective, start, low, high)
        best = max(best, other, key=lambda maximum: maximum.value)
    for share in range(0, 2 * pairs, 2):
        # Where all have one and the same mean, near 0 or 1, how alike they are is no question.
        for i in (share, share + 1):
            if not best.on_boundary[share]:
                best = _moved(objective, best, i, (low[i], high[i]))
    return best


def peak_of(best: Maximum, held: Penalty, limits: Sequence[tuple[str, str]]) -> Peak:
    """Return the peak that a maximum is, in the parameters and without what held it back."""
    parameters = natural(best.at)
    return Peak(
        parameters=tuple(parameters),
        log_likelihood=best.value + held.at(best.at),
        covariance=best.covariance(_jacobian(parameters)),
        steps=best.steps,
        diagnosis=best.findings(limits),
    )


def _moved(objective: Objective, best: Maximum, i: int, walls: tuple[float, float]) -> Maximum:
    """Return the maximum at a wall of one coordinate, if it is as high as the one found."""
    if best.on_boundary[i] or best.hessian[i, i] < -_FLAT:
        return best
    enough = best.value - max(_NO_LOSS, _ROUNDING * abs(best.value))
    for wall in walls:
        at = best.at.copy()
        at[i] = wall
        if objective(at)[0] < best.value - _LITTLE_LOSS:
            continue
        low, high = (np.array(ends * (len(at) // 2)) for ends in (LOW, HIGH))
        low[i] = high[i] = wall
        there = maximize(objective, at, low, high)
        if there.value >= enough:
            at_low, at_high = there.at_low.copy(), there.at_high.copy()
            at_low[i], at_high[i] = wall == walls[0], wall == walls[1]
            return attrs.evolve(
                there,
                steps=best.steps + there.steps,
                arrived=best.arrived or there.arrived,
                at_low=at_low,
                at_high=at_high,
            )
    return best


def natural(theta: Floats) -> Floats:
    """Return the parameters a, b, and a, b of the next distribution, of coordinates."""
    share, size = theta[0::2], np.exp(theta[1::2])
    return np.ravel(np.column_stack([size * expit(share), size * expit(-share)]))


def carry(parameters: Floats, gradient: Floats, hessian: Floats) -> tuple[Floats, Floats]:
    """Carry gradient and Hessian by the parameters over to the coordinates."""
    into = _jacobian(parameters)
    curvature = into.T @ hessian @ into
    for i in range(0, len(parameters), 2):
        (a, b), (by_a, by_b) = parameters[i : i + 2], gradient[i : i + 2]
        bend = a * b / (a + b)
        skew = bend * (by_a - by_b)
        curvature[i, i] += (b - a) / (a + b) * skew
        curvature[i, i + 1] += skew
        curvature[i + 1, i] += skew
        curvature[i + 1, i + 1] += a * by_a + b * by_b
    return into.T @ gradient, curvature


def _jacobian(parameters: Floats) -> Floats:
    """Return how the parameters (rows) move with the coordinates (columns)."""
    result = np.zeros((len(parameters), len(parameters)))
    for i in range(0, len(parameters), 2):
        a, b = parameters[i : i + 2]
        bend = a * b / (a + b)
        result[i : i + 2, i : i + 2] = [[bend, a], [-bend, b]]
    return result
