"""Where a likelihood is largest, with or without a penalty that holds parameters back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit

from custrel.valuation._newton import Objective

Floats = NDArray[np.float64]
# The logarithms of the parameters at a point, and how they move and bend with the coordinates.
Logs = Callable[[Floats], tuple[Floats, Floats, Floats]]


@attrs.frozen(kw_only=True)
class Peak:
    """Where the likelihood is largest, and how well that is known."""

    parameters: tuple[float, ...]
    log_likelihood: float
    covariance: Floats
    steps: int
    diagnosis: tuple[str, ...]


@attrs.frozen
class Penalty:
    """Half a strength times the sum of the squared logarithms of the parameters.

    As if the logarithm of each were known before, as normal with a variance of 1 / strength.
    """

    strength: float
    logs: Logs

    def on(self, objective: Objective) -> Objective:
        """Return an objective less the penalty."""
        return _Penalized(objective, self) if self.strength else objective

    def at(self, theta: Floats) -> float:
        """Return the penalty at a point."""
        logs, _, _ = self.logs(theta)
        return float(self.strength / 2 * (logs @ logs))


@attrs.frozen
class _Penalized:
    objective: Objective
    penalty: Penalty

    def __call__(self, theta: Floats) -> tuple[float, Floats, Floats]:
        value, gradient, hessian = self.objective(theta)
        strength = self.penalty.strength
        logs, moves, bends = self.penalty.logs(theta)
        bend = moves.T @ moves + np.einsum("i,ijk->jk", logs, bends)
        return (
            value - strength / 2 * float(logs @ logs),
            gradient - strength * (moves.T @ logs),
            hessian - strength * bend,
        )


def linear(moves: Sequence[Sequence[float]]) -> Logs:
    """Return logarithms that are linear in the coordinates."""
    matrix = np.array(moves)
    flat = np.zeros((*matrix.shape, matrix.shape[1]))
    return lambda theta: (matrix @ theta, matrix, flat)


def of_gamma(theta: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the logarithms of shape and rate, of log shape and log(shape/rate)."""
    return linear([[1.0, 0.0], [1.0, -1.0]])(theta)


def of_beta(theta: Floats) -> tuple[Floats, Floats, Floats]:
    """Return log a and log b, of logit(a/(a+b)) and log(a+b)."""
    share, size = theta
    a, b = expit(share), expit(-share)
    bends = np.zeros((2, 2, 2))
    bends[:, 0, 0] = -a * b
    logs = size + np.array([log_expit(share), log_expit(-share)])
    return logs, np.array([[b, 1.0], [-a, 1.0]]), bends


def in_pairs(*pairs: Logs) -> Logs:
    """Return the logarithms of several pairs of parameters, each with coordinates of its own."""

    def logs(theta: Floats) -> tuple[Floats, Floats, Floats]:
        size = 2 * len(pairs)
        values, moves, bends = np.zeros(size), np.zeros((size, size)), np.zeros((size,) * 3)
        for i, pair in enumerate(pairs):
            part = slice(2 * i, 2 * i + 2)
            values[part], moves[part, part], bends[part, part, part] = pair(theta[part])
        return values, moves, bends

    return logs
