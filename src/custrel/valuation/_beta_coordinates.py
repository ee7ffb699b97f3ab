"""Coordinates in which likelihoods of beta distributions are climbed.

A beta distribution (a, b) is logit(a/(a+b)), its mean, and log(a+b), how alike people are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]

# The box of one distribution holds every shape that data can tell from its limit.
LOW, HIGH = (-14.0, -7.0), (14.0, 10.0)


def natural(theta: Floats) -> Floats:
    """Return the parameters a, b, and a, b of the next distribution, of coordinates."""
    share, size = theta[0::2], np.exp(theta[1::2])
    return np.ravel(np.column_stack([size * expit(share), size * expit(-share)]))


def jacobian(parameters: Floats) -> Floats:
    """Return how the parameters (rows) move with the coordinates (columns)."""
    result = np.zeros((len(parameters), len(parameters)))
    for i in range(0, len(parameters), 2):
        a, b = parameters[i : i + 2]
        bend = a * b / (a + b)
        result[i : i + 2, i : i + 2] = [[bend, a], [-bend, b]]
    return result


def carry(parameters: Floats, gradient: Floats, hessian: Floats) -> tuple[Floats, Floats]:
    """Carry gradient and Hessian by the parameters over to the coordinates."""
    into = jacobian(parameters)
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
