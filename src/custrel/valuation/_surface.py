"""The likelihood of data as a function of where a model's parameters are.

Whatever is asked of a model here, it answers by `log_likelihood` over arrays.  The columns of
the data have the names of that method's arguments.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from custrel._columns import require_rows
from custrel.errors import FitError, InvalidRule
from custrel.frames import Door, enter
from custrel.units import known_unit, require_same_unit
from custrel.valuation._coordinates import Coordinates, estimate_of
from custrel.valuation._rows import distinct_customers
from custrel.valuation.estimate import Learnt

Floats = NDArray[np.float64]

_STEP = 1e-3  # of a coordinate: differences keep six digits, and second differences five
_NO_GAIN = 1e-9  # of a log-likelihood
_MOST_STEPS = 100
_LONGEST_STEP = 1.0
_FLAT = 1e-9  # curvature relative to the largest, below which it is taken for this much
_SAME = 1e-7  # relative difference of two log-likelihoods of the same data


def columns_of(model: object, door: Door | None = None) -> tuple[str, ...]:
    """Return the names of the columns that a model knows a customer by.

    ``ended`` may be missing from a frame where nobody has left.
    """
    names: tuple[str, ...] = getattr(model, "history", ("frequency", "recency", "T"))
    if door is not None:
        names = tuple(name for name in names if name != "ended" or name in door.columns)
    return names


def _read_columns(
    model: Learnt, data: Any, weights: str | None = None
) -> tuple[dict[str, Floats], Floats]:
    """Bring the columns that a model's likelihood needs to Python, equal rows as one.

    Returns
    -------
    columns : dict of str to ndarray of shape (rows,)
        By the arguments of the model's `log_likelihood`.
    counts : ndarray of shape (rows,)
        How many customers each row stands for.
    """
    names = columns_of(model)
    if "log_gaps" in getattr(model, "learns_from", ()) and "log_gaps" in enter(data).columns:
        names = (*names, "log_gaps")
    require_same_unit(model, known_unit(model), data)
    remedy = "The columns are named as in the model's log_likelihood."
    return _merged(
        *distinct_customers(enter(data), *names, weights=weights, flags=names, remedy=remedy)
    )


def _merged(columns: Mapping[str, Floats], counts: ArrayLike) -> tuple[dict[str, Floats], Floats]:
    """Make equal rows one; without a repeat purchase, its time says nothing."""
    known = {name: np.asarray(values, dtype=np.float64) for name, values in columns.items()}
    if {"frequency", "recency"} <= known.keys():
        known["recency"] = np.where(known["frequency"] > 0, known["recency"], 0.0)
    names = list(known)
    table = pd.DataFrame(known).assign(_count=np.asarray(counts, dtype=np.float64))
    rows = table.groupby(names, sort=True, dropna=False, as_index=False)["_count"].sum()
    return {name: rows[name].to_numpy() for name in names}, rows["_count"].to_numpy()


@attrs.frozen(eq=False, kw_only=True)
class Surface:
    """The log-likelihood of data under a model with whatever parameters.

    Parameters
    ----------
    coordinates : Coordinates
        Of the model whose parameters are moved.
    columns : mapping of str to ndarray of shape (rows,)
        Distinct rows of data.
    counts : ndarray of shape (rows,)
        How many customers each stands for.
    """

    coordinates: Coordinates
    columns: Mapping[str, Floats]
    counts: Floats

    @classmethod
    def of(cls, model: Learnt, data: Any, weights: str | None = None) -> Self:
        """Read the data that a model is to be judged by.

        Raises
        ------
        InvalidData
            There are no customers.
        """
        columns, counts = _read_columns(model, data, weights)
        require_rows(len(counts), "parameters")
        return cls(coordinates=Coordinates.of(model, columns), columns=columns, counts=counts)

    @classmethod
    def at_the_top(cls, model: Learnt, data: Any, weights: str | None = None) -> Self:
        """Read the data that a model was learnt from.

        Raises
        ------
        InvalidRule
            They are other data, as their log-likelihood shows.
        """
        surface = cls.of(model, data, weights)
        learnt, found = estimate_of(model).log_likelihood, surface.value(surface.coordinates.at)
        if not abs(learnt - found) <= _SAME * (1 + abs(learnt)):
            raise InvalidRule(
                f"{type(model).__name__} was learnt from other data: there its log-likelihood is "
                f"{learnt:,.4f}, of this data {found:,.4f}. Pass the data it was fitted to."
            )
        return surface

    def value(self, at: ArrayLike) -> float:
        """Return the log-likelihood; -inf where it is no number."""
        with np.errstate(all="ignore"):
            try:
                each = self.coordinates.model_at(at).log_likelihood(**self.columns)
            except InvalidRule:  # a parameter that is 0 or infinite in floating point
                return -np.inf
        total = float(self.counts @ each)
        return total if np.isfinite(total) else -np.inf


def slopes(value: Any, at: Floats, free: NDArray[np.bool_]) -> tuple[float, Floats, Floats]:
    """Return value, gradient and Hessian of a function by some coordinates, by differences."""
    places = np.flatnonzero(free)
    steps = np.eye(len(at))[places] * _STEP
    here = value(at)
    up = np.array([value(at + step) for step in steps])
    down = np.array([value(at - step) for step in steps])
    gradient = (up - down) / (2 * _STEP)
    hessian = np.diag((up + down - 2 * here) / _STEP**2)
    for i in range(len(places)):
        for j in range(i):
            both = value(at + steps[i] + steps[j]) + value(at - steps[i] - steps[j])
            mixed = (both - up[i] - up[j] - down[i] - down[j] + 2 * here) / (2 * _STEP**2)
            hessian[i, j] = hessian[j, i] = mixed
    return here, gradient, hessian


def climb(value: Any, start: Floats, free: NDArray[np.bool_]) -> tuple[Floats, float]:
    """Find where a function is largest by the coordinates that are free.

    Raises
    ------
    FitError
        It is still rising after many steps.
    """
    at, longest = start.copy(), _LONGEST_STEP
    if not free.any():
        return at, value(at)
    for _ in range(_MOST_STEPS):
        here, gradient, hessian = slopes(value, at, free)
        bends, along = np.linalg.eigh(-hessian)
        size = np.maximum(np.abs(bends), _FLAT * max(1.0, float(np.abs(bends).max())))
        step = along @ ((along.T @ gradient) / size)
        promised = float(gradient @ step) / 2
        if promised <= _NO_GAIN * (1 + abs(here) * 1e-4):
            return at, here
        step *= min(1.0, longest / float(np.linalg.norm(step)))
        while True:
            there = at.copy()
            there[free] += step
            found = value(there)
            if found > here:
                break
            step /= 4
            if np.linalg.norm(step) < 1e-9:
                return at, here
        at = there
    raise FitError("the likelihood still rises after many steps: it has no maximum to be found.")
