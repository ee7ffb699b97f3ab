"""Damped Newton steps to the maximum of a likelihood with few parameters."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Maximum", "invert", "maximize"]

Floats = NDArray[np.float64]
Objective = Callable[[Floats], tuple[float, Floats, Floats]]

_MOST_STEPS = 200
_LONGEST_STEP = 2.0
_SMALLEST_GAIN = 1e-13


@attrs.frozen(kw_only=True)
class Maximum:
    """Where a function is largest within a box, and how it bends there."""

    at: Floats
    value: float
    gradient: Floats
    hessian: Floats
    steps: int
    on_boundary: NDArray[np.bool_]


def maximize(objective: Objective, start: ArrayLike, low: Floats, high: Floats) -> Maximum:
    """Climb by damped Newton steps within a box.

    Parameters
    ----------
    objective : callable
        Gives value, gradient and Hessian at a point.
    start : array_like, shape (parameters,)
        Where to begin, inside the box.
    low, high : ndarray of shape (parameters,)
        The box.

    Returns
    -------
    Maximum

    Notes
    -----
    Levenberg's damping: the Hessian is shifted until a step gains.  A coordinate at a wall
    that the gradient points through stays there.  Nothing is random.
    """
    point = np.array(start, dtype=np.float64)
    value, gradient, hessian = objective(point)
    damping, steps = 0.0, 0
    while steps < _MOST_STEPS:
        steps += 1
        free = ~(((point <= low) & (gradient < 0)) | ((point >= high) & (gradient > 0)))
        if not free.any():
            break
        step = np.zeros_like(point)
        step[free] = _newton_step(gradient[free], hessian[np.ix_(free, free)], damping)
        # In these coordinates, logarithms all, a longer step would leave the local shape.
        trial = np.clip(point + np.clip(step, -_LONGEST_STEP, _LONGEST_STEP), low, high)
        promised = float(gradient @ (trial - point))
        result = objective(trial)
        if np.isfinite(result[0]) and result[0] >= value:
            gain = result[0] - value
            point, (value, gradient, hessian) = trial, result
            damping = 0.0 if damping < 1e-3 else damping / 10
            if max(gain, abs(promised)) <= _SMALLEST_GAIN * (1 + abs(value)):
                break
        elif abs(promised) <= _SMALLEST_GAIN * (1 + abs(value)) or damping > 1e12:
            break
        else:
            damping = max(10 * damping, 1e-3)
    walls = (point <= low) | (point >= high)
    return Maximum(
        at=point, value=value, gradient=gradient, hessian=hessian, steps=steps, on_boundary=walls
    )


def invert(hessian: Floats, known: NDArray[np.bool_]) -> Floats:
    """Invert the observed information; NaN where a coordinate ran to a boundary."""
    result = np.full_like(hessian, np.nan)
    if known.any():
        inner = np.ix_(known, known)
        try:
            result[inner] = np.linalg.inv(-hessian[inner])
        except np.linalg.LinAlgError:
            return result
    return result


def _newton_step(gradient: Floats, hessian: Floats, damping: float) -> Floats:
    values, vectors = np.linalg.eigh(hessian)
    # Where the surface bends upwards, go uphill as if it bent down.
    size = np.maximum(np.abs(values), 1e-10 * max(1.0, float(np.abs(values).max())))
    along = vectors.T @ gradient
    return np.asarray(vectors @ (along / (size + damping * size.max())), dtype=np.float64)
