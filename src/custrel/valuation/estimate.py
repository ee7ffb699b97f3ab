"""How parameters were learnt: likelihood, precision, and what went to a boundary."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import ArrayLike

from custrel.rules import Rule

__all__ = ["Estimate"]


def _matrix(rows: ArrayLike) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(value) for value in row) for row in np.asarray(rows, dtype=float))


@attrs.frozen(kw_only=True)
class Estimate(Rule):
    """What is known about parameters that were fitted by maximum likelihood.

    Parameters
    ----------
    log_likelihood : float
        At the maximum, in the unit of the data.
    customers : float
        How many customers the parameters were learnt from.
    rows : int
        How many distinct rows they were.
    covariance : array_like, shape (parameters, parameters)
        Of the parameters in the model's order, from the observed information; NaN where a
        parameter ran to a boundary.
    iterations : int
        Newton steps taken.
    diagnosis : sequence of str
        What ran to a boundary, by name; empty for a sound fit.

    Examples
    --------
    >>> estimate = Estimate(
    ...     log_likelihood=-10.0,
    ...     customers=5,
    ...     rows=4,
    ...     covariance=[[0.25, 0.0], [0.0, 1.0]],
    ...     iterations=3,
    ... )
    >>> estimate.standard_errors
    (0.5, 1.0)
    >>> estimate.aic
    24.0
    """

    log_likelihood: float = attrs.field(converter=float)
    customers: float = attrs.field(converter=float)
    rows: int
    covariance: tuple[tuple[float, ...], ...] = attrs.field(converter=_matrix)
    iterations: int
    diagnosis: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])

    @property
    def standard_errors(self) -> tuple[float, ...]:
        """Standard errors of the parameters, in the model's order."""
        diagonal = np.diag(np.array(self.covariance))
        return tuple(float(value) for value in np.sqrt(np.where(diagonal >= 0, diagonal, np.nan)))

    @property
    def aic(self) -> float:
        """Akaike's information criterion: 2 parameters - 2 log-likelihood."""
        return 2.0 * len(self.covariance) - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Schwarz's criterion: parameters log(customers) - 2 log-likelihood."""
        return float(len(self.covariance) * np.log(self.customers) - 2 * self.log_likelihood)
