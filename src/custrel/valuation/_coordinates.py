"""The coordinates in which a model's parameters are moved and judged.

Parameters that are positive go by their logarithms, in which a likelihood is closer to normal.
Effects of covariates may be negative: they go as they are, counted in units of their own, so
that a step means as much whatever the covariate is measured in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import InvalidRule
from custrel.valuation.estimate import Estimate, Learnt

Floats = NDArray[np.float64]


def estimate_of(model: Learnt) -> Estimate:
    """Return how a model was learnt.

    Raises
    ------
    InvalidRule
        It was not.
    """
    estimate: Estimate | None = getattr(model, "estimate", None)
    if estimate is None:
        raise InvalidRule(
            f"{type(model).__name__} was made from known parameters, so that nothing tells how "
            "precise they are: learn it from data with fit."
        )
    return estimate


@attrs.frozen(eq=False, kw_only=True)
class Coordinates:
    """A model's parameters as coordinates.

    Parameters
    ----------
    model : Learnt
        Whose parameters they are.
    units : ndarray of shape (parameters,)
        What an effect is counted in; NaN of parameters that go by their logarithms.
    """

    model: Any
    units: Floats

    @classmethod
    def of(cls, model: Learnt, columns: Mapping[str, Floats] | None = None) -> Self:
        """Return the coordinates of a model.

        Effects are counted over the largest value of the covariate or, without data at hand, in
        standard errors.
        """
        units = dict.fromkeys(model.parameters, np.nan)
        for effect in getattr(model, "effects", ()):
            size = model.standard_errors[effect.name]
            if columns is not None:
                size = 1 / float(np.abs(columns[effect.covariate]).max(initial=1e-300))
            units[effect.name] = size if 0 < size < np.inf else 1.0
        return cls(model=model, units=np.array(list(units.values())))

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters."""
        return tuple(self.model.parameters)

    @property
    def at(self) -> Floats:
        """Where the model is."""
        values = np.array(list(self.model.parameters.values()))
        with np.errstate(invalid="ignore"):
            return np.where(np.isnan(self.units), np.log(values), values / self.units)

    def values(self, at: ArrayLike) -> Floats:
        """Return the parameters at a place."""
        place = np.asarray(at, dtype=np.float64)
        with np.errstate(over="ignore"):
            return np.where(np.isnan(self.units), np.exp(place), place * self.units)

    def model_at(self, at: ArrayLike) -> Any:
        """Return the model at a place, of which nothing more is known."""
        return self.model.with_parameters(
            dict(zip(self.names, self.values(at).tolist(), strict=True))
        )

    def covariance(self) -> Floats:
        """Return how precisely the place is known; NaN at a boundary."""
        values = self.values(self.at)
        scale = np.where(np.isnan(self.units), values, self.units)
        covariance = np.array(estimate_of(self.model).covariance)
        return np.asarray(covariance / np.outer(scale, scale), dtype=np.float64)
