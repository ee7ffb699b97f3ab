"""Purchases of one unit of time after another, discounted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SMALL = 1e-12  # of an expansion's last terms, relative to the largest
_DIGITS = 28.0  # exp(-28) is about _SMALL


def present_value(
    count: Callable[[float], Floats], *, horizon: float, rate: float, knee: float
) -> Floats:
    """Return what is expected of each unit until the horizon, discounted from its end.

    Parameters
    ----------
    count : callable
        Gives the number expected until a time, for all customers.
    horizon : float
        How far to look ahead, in units; the last one may be cut short.
    rate : float
        The effective discount rate per unit.
    knee : float
        The time within which `count` bends most: it is analytic but for times of -knee and
        less.

    Returns
    -------
    ndarray

    Notes
    -----
    The sum of (count(i) - count(i - 1)) / (1 + rate)^i.  Over many units `count` is evaluated
    at a few moments only, and its Chebyshev expansion in log(1 + t/knee) at all of them; where
    the expansion's last terms show that it is not exact, at all of them after all.
    """
    whole = int(np.floor(horizon))
    ends = np.append(np.arange(1.0, whole + 1), [horizon] if horizon > whole else [])
    discounts = (1 + rate) ** -ends
    length = float(np.log1p(horizon / knee))
    nodes = _nodes_for(length)
    if nodes < len(ends) / 2:
        angles = np.pi * np.arange(nodes) / (nodes - 1)
        moments = knee * np.expm1(length / 2 * (1 - np.cos(angles)))
        places = 1 - 2 * np.log1p(ends / knee) / length
        basis = np.cos(np.outer(np.arccos(np.clip(places, -1, 1)), np.arange(nodes)))
        weights = discounts @ np.diff(basis, axis=0, prepend=np.ones((1, nodes)))
        terms = _expansion(nodes)
        rows = np.vstack([weights @ terms, terms[-2:]])
        now = count(0.0)
        sums = [np.zeros_like(now) for _ in rows]
        for moment, row in zip(moments, rows.T, strict=True):
            now = count(float(moment))
            sums = [total + weight * now for total, weight in zip(sums, row, strict=True)]
        if all((np.abs(last) <= _SMALL * now).all() for last in sums[1:]):
            return sums[0]
    before = count(0.0)
    total = np.zeros_like(before)
    for end, discount in zip(ends, discounts, strict=True):
        now = count(float(end))
        total = total + (now - before) * discount
        before = now
    return total


def _nodes_for(length: float) -> int:
    """Return how many nodes make the expansion exact: log(1 + t/knee) is singular at +-i pi."""
    # The logarithm of the ellipse through the singularity, in which the terms fall.
    fall = np.arcsinh(2 * np.pi / max(length, 1e-300))
    return int(np.ceil(_DIGITS / fall)) + 4


def _expansion(nodes: int) -> Floats:
    """Return the matrix from values at cos(pi j / (nodes - 1)) to Chebyshev coefficients."""
    halved = np.ones(nodes)
    halved[[0, -1]] = 0.5
    angles = np.pi * np.outer(np.arange(nodes), np.arange(nodes)) / (nodes - 1)
    return np.asarray(2 / (nodes - 1) * np.outer(halved, halved) * np.cos(angles))
