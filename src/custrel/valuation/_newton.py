"""Newton steps to the maximum of a likelihood with few parameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Objective = Callable[[Floats], tuple[float, Floats, Floats]]

_MOST_STEPS = 200
# In coordinates that are logarithms all, a longer step would leave the local shape.
_LONGEST_STEP, _SHORTEST_STEP = 2.0, 1e-12
_NEAR = 1e-5  # length of a step that leaves its square, about, to go
_SECULAR_STEPS = 20
_NO_GAIN = 1e-18  # of a logarithm of a likelihood: a billionth of a standard error
_SMALL_GAIN = 1e-11  # relative to the value, which is not known better
_STEPS_NEAR = 4
_SETTLED = 1e-6  # a thousandth of a standard error, where rounding lets no step gain
_FLAT = 1e-12  # curvature relative to the largest, below which a direction is not known
_LOST = "the climb did not arrive, so that the parameters are not the most likely ones"


@attrs.frozen(kw_only=True)
class Maximum:
    """Where a function is largest within a box, and how it bends there."""

    at: Floats
    value: float
    gradient: Floats
    hessian: Floats
    steps: int
    arrived: bool
    at_low: Flags
    at_high: Flags

    @property
    def on_boundary(self) -> Flags:
        """Which coordinates ended at a wall of the box."""
        return self.at_low | self.at_high

    def findings(self, limits: Sequence[tuple[str, str]]) -> tuple[str, ...]:
        """Say what ran to a boundary, in the words for the low and the high wall of each."""
        walls = zip(limits, self.at_low, self.at_high, strict=True)
        found = [
            low if is_low else high for (low, high), is_low, is_high in walls if is_low | is_high
        ]
        return (*found, *([] if self.arrived else [_LOST]))

    def covariance(self, into: Floats) -> Floats:
        """Return the covariance of other parameters, by the observed information.

        Parameters
        ----------
        into : ndarray of shape (parameters, coordinates)
            How they move with the coordinates.  At a maximum this carries the information over
            exactly.

        Returns
        -------
        ndarray of shape (parameters, parameters)
            NaN for those that move along a wall, or where the function is flat.
        """
        inside = np.eye(len(self.at))[:, ~self.on_boundary]
        bends, along = np.linalg.eigh(-inside.T @ self.hessian @ inside)
        known = bends > _FLAT * np.abs(bends).max(initial=0)
        moves = into @ inside @ along
        result = np.asarray((moves[:, known] / bends[known]) @ moves[:, known].T)
        unknown = np.hstack([into[:, self.on_boundary], moves[:, ~known]])
        size = np.abs(into).max(axis=1, keepdims=True)
        blurred = (np.abs(unknown) > np.sqrt(_FLAT) * size).any(axis=1)
        result[blurred, :] = result[:, blurred] = np.nan
        return np.asarray((result + result.T) / 2)


def maximize(
    objective: Objective,
    start: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    *,
    near: float = _NEAR,
) -> Maximum:
    """Climb by Newton steps of limited length within a box.

    Parameters
    ----------
    objective : callable
        Gives value, gradient and Hessian at a point.
    start : array_like, shape (parameters,)
        Where to begin, inside the box.
    low, high : array_like, shape (parameters,)
        The box.
    near : float
        Length of a step, from which on it is the last one, and what there is at its end is
        told from what there is where it begins.

    Returns
    -------
    Maximum

    Notes
    -----
    A step goes no further than a radius, which shrinks where a step does not gain and grows where
    it does.  A coordinate at a wall that the gradient points through stays there.  Nothing is
    random.
    """
    low, high = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    point = np.array(start, dtype=np.float64)
    value, gradient, hessian = objective(point)
    radius, steps, settling, promised = _LONGEST_STEP, 0, 0, np.inf
    arrived = False
    while steps < _MOST_STEPS and radius > _SHORTEST_STEP and not arrived:
        room = low - point, high - point
        step = _step(gradient, hessian, room, np.inf)
        promised, length = abs(float(gradient @ step)), math.sqrt(step @ step)
        if length <= near:
            point, value = np.clip(point + step, low, high), value + promised / 2
        if length <= near or promised <= _NO_GAIN:
            arrived = True
            break
        if length > radius:
            step = _step(gradient, hessian, room, radius)
            length = math.sqrt(step @ step)
        steps += 1
        trial = np.clip(point + step, low, high)
        result = objective(trial)
        # Near the top, the value tells up from down no more, but the gradient does.
        noise = _SMALL_GAIN * (1 + abs(value))
        close = promised <= noise
        if np.isfinite(result[0]) and result[0] >= value - noise * close:
            point, (value, gradient, hessian) = trial, result
            radius = min(_LONGEST_STEP, max(radius, 2 * length))
            settling += close
            arrived = settling >= _STEPS_NEAR
        else:
            radius = length / 4
    return Maximum(
        at=point,
        value=value,
        gradient=gradient,
        hessian=hessian,
        steps=steps,
        arrived=arrived or promised <= _SETTLED,
        at_low=point <= low,
        at_high=point >= high,
    )


def _step(gradient: Floats, hessian: Floats, room: tuple[Floats, Floats], radius: float) -> Floats:
    """Return a Newton step of limited length that stays inside the box."""
    low, high = room
    step = _newton_step(gradient, hessian, radius)
    if ((low < 0) & (high > 0) & (low <= step) & (step <= high)).all():
        return step
    return _step_along_walls(gradient, hessian, room, radius)


def _step_along_walls(
    gradient: Floats, hessian: Floats, room: tuple[Floats, Floats], radius: float
) -> Floats:
    """Return a step for which a coordinate that would leave the box goes to its wall.

    The others are solved for again.
    """
    low, high = room
    step = np.zeros_like(gradient)
    free = ~(((low >= 0) & (gradient < 0)) | ((high <= 0) & (gradient > 0)))
    while free.any():
        rows = hessian[free]
        ahead = gradient[free] + rows[:, ~free] @ step[~free]
        step[free] = _newton_step(ahead, rows[:, free], radius)
        outside = free & ((step < low) | (step > high))
        if not outside.any():
            break
        step[outside] = np.clip(step[outside], low[outside], high[outside])
        free &= ~outside
    return step


def _newton_step(gradient: Floats, hessian: Floats, radius: float) -> Floats:
    values, vectors = np.linalg.eigh(hessian)
    # Where the surface bends upwards, go uphill as if it bent down.
    size = np.maximum(np.abs(values), 1e-10 * max(1.0, float(np.abs(values).max())))
    along = vectors.T @ gradient
    step = along / size
    # More of a bend shortens the step, and most where the surface is flat: the secular equation
    # of More and Sorensen, by Newton's method.
    more = 0.0
    for _ in range(_SECULAR_STEPS):
        length = math.sqrt(step @ step)
        if length <= 1.1 * radius:
            break
        more += (length / radius - 1) * length**2 / (step @ (step / (size + more)))
        step = along / (size + more)
    return np.asarray(vectors @ step, dtype=np.float64)
