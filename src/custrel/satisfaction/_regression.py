"""Least squares with what surveys ask of it: intervals, and names in its complaints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from custrel._columns import require_complete
from custrel.errors import FitError
from custrel.frames import Door

Floats = NDArray[np.float64]


@attrs.frozen(eq=False)
class Ols:
    """A regression: coefficients without the constant, and how sure they are."""

    coefficients: Floats
    errors: Floats
    freedom: int
    r_squared: float

    def intervals(self, confidence: float) -> tuple[Floats, Floats]:
        """Return Student's intervals."""
        reach = float(stdtrit(self.freedom, 0.5 + confidence / 2)) * self.errors
        return self.coefficients - reach, self.coefficients + reach

    def p_values(self) -> Floats:
        """Return how probable so large coefficients are, to either side, if they are 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.abs(self.coefficients / self.errors)
        return np.asarray(2 * stdtr(self.freedom, -t))


def ols(x: Floats, y: Floats, names: Sequence[str], outcome: str) -> Ols:
    """Regress y on the columns of x and a constant.

    Raises
    ------
    FitError
        Fewer rows than coefficients, a constant column, or columns that say the same.
    """
    rows, width = x.shape
    if rows <= width + 1:
        raise FitError(
            f"{outcome!r} cannot be regressed on {width} columns with {rows} rows: "
            f"{width + 2} are a minimum."
        )
    for name, column in zip((*names, outcome), (*x.T, y), strict=True):
        if np.ptp(column) == 0:
            raise FitError(f"column {name!r} is constant ({column[0]:g}), and says nothing.")
    centred, deviation = x - x.mean(axis=0), y - y.mean()
    scale = np.sqrt((centred**2).sum(axis=0))
    basis, sizes, axes = np.linalg.svd(centred / scale, full_matrices=False)
    if sizes[-1] <= 1e-10 * sizes[0]:
        mixed = [name for name, weight in zip(names, axes[-1], strict=True) if abs(weight) > 0.1]
        raise FitError(f"the columns {', '.join(map(repr, mixed))} say the same: leave one out.")
    inverse = axes.T / sizes
    coefficients = inverse @ (basis.T @ deviation) / scale
    residual = deviation - centred @ coefficients
    freedom = rows - width - 1
    rss = float(residual @ residual)
    errors = np.sqrt(rss / freedom * (inverse**2).sum(axis=1)) / scale
    return Ols(coefficients, errors, freedom, 1 - rss / float(deviation @ deviation))


def read_rows(door: Door, columns: Sequence[str]) -> Floats:
    """Bring complete columns to Python, of shape (rows, columns)."""
    require_complete(door, *columns, of="respondent")
    values: Any = door.values(*columns)
    return np.column_stack(values)
