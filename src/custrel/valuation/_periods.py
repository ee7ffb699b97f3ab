"""The present value of purchases to come, until a horizon or for ever.

They are discounted from the end of their unit of time, or each from its own moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule
from custrel.valuation._expansion import SMALL, Expansion, size_for

Floats = NDArray[np.float64]

_FOR_EVER = 45.0  # discounted by exp(-45), nothing counts
_LEAST_RATE = 2e-5  # over all time, one unit after another: two million of them
_MOST_UNITS = 100_000_000  # whose ends are held at once
_CHUNK = 1 << 15  # of moments that an expansion is summed over at once
_CELLS = 1 << 14  # counts that are asked for at once
_PANEL, _NODES = 0.4, 12  # Gauss and Legendre's rule, in log(1 + t/bend)


def present_value(
    count: Callable[[Floats], Floats],
    *,
    horizon: float,
    rate: float,
    knee: float,
    bend: float | None = None,
    continuous: bool = False,
    customers: int = 1,
) -> tuple[Floats, Floats]:
    """Return what is expected until the horizon, and its present value.

    Parameters
    ----------
    count : callable
        Gives the numbers expected until some times, for all customers, those of a time in a row.
    horizon : float
        How far to look ahead, in units; the last one may be cut short.  May be infinite.
    rate : float
        The effective discount rate per unit.
    knee : float
        The time within which `count` bends most: it is analytic but for times of -knee and
        less.
    bend : float, optional
        The shortest time within which it bends at all; default: the knee.
    continuous : bool
        Whether each purchase is discounted from its own moment, or all of a unit from its end.
    customers : int
        How many there are: the more, the fewer times are asked for at once.

    Returns
    -------
    expected, present : ndarray
        Over an infinite horizon, expected is until when nothing counts any more.

    Raises
    ------
    InvalidRule
        The rate is too small to sum over all units to come, or over so many.

    Notes
    -----
    The sum of (count(i) - count(i - 1)) / (1 + rate)^i, or the integral of (1 + rate)^-t over
    count(t), is by parts a sum of counts with positive weights.  Over many moments `count` is
    evaluated at a few only, and its Chebyshev expansion in log(1 + t/knee) at all of them;
    where the expansion's last terms show that it is not exact, at all of them after all.
    """
    force = float(np.log1p(rate))
    if horizon == np.inf:
        if not continuous and rate < _LEAST_RATE:
            raise InvalidRule(
                f"rate={rate!r}: at so small a rate the units of all time are not summed up one "
                "by one. Take discounting='continuous', or a horizon."
            )
        horizon = float(np.ceil(_FOR_EVER / force))
    if horizon == 0 or not customers:
        nothing = np.zeros_like(count(np.zeros(1))[0])
        return nothing, nothing
    at_once = max(1, _CELLS // customers)
    if continuous:
        moments, weights = _moments(horizon, force, min(knee, bend or knee))
    else:
        moments, weights = _ends(horizon, force)
    size = size_for(float(np.log1p(horizon / knee)))
    for nodes in (size, 2 * size):
        if nodes < len(moments) / 2:
            curve = Expansion(knee, horizon, nodes)
            expanded = _by_expansion(count, (moments, weights), curve, at_once)
            if expanded is not None:
                return expanded
    expected, present = _weighed(count, moments, _with_last(weights), at_once)
    return expected, present


def _ends(horizon: float, force: float) -> tuple[Floats, Floats]:
    """Return the end of each unit, and what a purchase until it is worth more than until the next.

    Ends that make no difference are left out: late ones, and without a discount all but the last.
    """
    matters = horizon if force < 0 else min(horizon, _FOR_EVER / force if force else 0.0)
    whole = int(np.floor(matters))
    if whole > _MOST_UNITS:
        raise InvalidRule(
            f"horizon={horizon!r}: so many units are not summed up one by one. Take a nearer one, "
            "a longer unit, or discounting='continuous'."
        )
    ends = np.append(np.arange(1.0, whole + 1), [horizon] if horizon > whole else [])
    discounts = np.exp(-force * ends)
    weights = discounts * -np.expm1(-force * np.diff(ends, append=horizon))
    weights[-1] = discounts[-1]
    return ends, weights


def _moments(horizon: float, force: float, bend: float) -> tuple[Floats, Floats]:
    """Return moments and weights of a quadrature of force e^(-force t), and the horizon itself.

    The discount bends too, within 1/force.
    """
    least = min(bend, 1 / force) if force > 0 else bend
    length = float(np.log1p(horizon / least))
    panels = max(1, int(np.ceil(length / _PANEL)))
    places, weights = np.polynomial.legendre.leggauss(_NODES)
    starts = np.arange(panels)[:, None]
    y = np.ravel((starts + (places + 1) / 2) * length / panels)
    moments = least * np.expm1(y)
    each = np.tile(weights / 2 * length / panels, panels) * (least + moments)
    weighed = force * np.exp(-force * moments) * each
    return np.append(moments, horizon), np.append(weighed, np.exp(-force * horizon))


def _by_expansion(
    count: Callable[[Floats], Floats],
    weighed: tuple[Floats, Floats],
    curve: Expansion,
    at_once: int,
) -> tuple[Floats, Floats] | None:
    """Return the last count and the weighted sum of all by their expansion; None if not exact."""
    sums = np.zeros(len(curve.moments))
    for moments, weights in _chunks(*weighed):
        sums += np.einsum("i,ij->j", weights, curve.basis(moments))
    weights = np.einsum("i,ij->j", sums, curve.terms)
    rows = np.vstack([_with_last(weights), curve.terms[-2:]])
    expected, present, *last = _weighed(count, curve.moments, rows, at_once)
    exact = all((np.abs(term) <= SMALL * expected).all() for term in last)
    return (expected, present) if exact else None


def _with_last(weights: Floats) -> Floats:
    """Return weights under those that take the last count alone."""
    rows = np.zeros((2, len(weights)))
    rows[0, -1], rows[1] = 1.0, weights
    return rows


def _weighed(
    count: Callable[[Floats], Floats], moments: Floats, rows: Floats, at_once: int
) -> Floats:
    """Return sums of counts at some moments, one for each row of weights."""
    total = np.zeros(())
    for start in range(0, len(moments), at_once):
        part = slice(start, start + at_once)
        total = total + np.einsum("ij,j...->i...", rows[:, part], count(moments[part]))
    return total


def _chunks(*arrays: Floats) -> Iterator[tuple[Floats, ...]]:
    for start in range(0, len(arrays[0]), _CHUNK):
        yield tuple(values[start : start + _CHUNK] for values in arrays)
