"""The profile of a likelihood: how far one parameter can go when the others make up for it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from custrel.valuation._surface import Surface, climb

Floats = NDArray[np.float64]

_CLOSE = 1e-7  # of a coordinate
_FARTHEST = 25.0  # of a coordinate, beyond which there is no limit to speak of
_LONGEST = 2.0


def profile_limits(surface: Surface, place: int, z: float) -> tuple[float, float]:
    """Return the limits of a parameter, where the profile is z standard errors down.

    0 or infinity where it never is.
    """
    limits = np.tile(surface.coordinates.at, (2, 1))
    limits[:, place] = [_limit(surface, place, z, side) for side in (-1, 1)]
    low, high = surface.coordinates.values(limits)[:, place]
    return float(low), float(high)


def _limit(surface: Surface, place: int, z: float, side: int) -> float:
    """Walk away from the top until the profile is low enough, then find the place between.

    The root of twice the fall is nearly linear in the coordinate of the parameter, so that few
    steps do.  Each starts from the nearest point known, along the ridge as it is at the top.
    """
    start = surface.coordinates.at
    top = surface.value(start)
    along, error = _ridge(surface, place)
    free = np.arange(len(start)) != place
    known = {float(start[place]): start}

    def fall(to: float) -> float:
        near = known[min(known, key=lambda place: abs(place - to))]
        at, value = climb(surface.value, near + (to - near[place]) * along, free)
        known[to] = at
        return float(np.sqrt(max(0.0, 2 * (top - value)))) - z

    origin = float(start[place])
    near, step = origin, min(_LONGEST, z * error)
    while fall(near + side * step) < 0:
        near += side * step
        step = min(_LONGEST, 1.5 * step)
        if abs(near - origin) > _FARTHEST:
            return side * np.inf
    return float(brentq(fall, near, near + side * step, xtol=_CLOSE))


def _ridge(surface: Surface, place: int) -> tuple[Floats, float]:
    """Return how the other parameters go along with one, and its standard error."""
    covariance = surface.coordinates.covariance()
    column = covariance[:, place]
    if np.isfinite(column).all() and column[place] > 0:
        return column / column[place], float(np.sqrt(column[place]))
    return np.eye(len(column))[place], 0.5
