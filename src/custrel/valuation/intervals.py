"""Intervals of parameters: between which limits those of a model lie.

Parameters that are positive are judged on their logarithms.  Where the likelihood is a ridge
rather than a hill, its profile tells more than its curvature at the top.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from custrel._intervals import normal_quantile
from custrel.errors import InvalidRule, UnknownCode
from custrel.valuation._coordinates import Coordinates, estimate_of
from custrel.valuation._profile import profile_limits
from custrel.valuation._surface import Surface
from custrel.valuation._tables import as_html, as_text
from custrel.valuation.estimate import Learnt

__all__ = ["ParameterIntervals", "parameter_intervals", "profile_intervals"]


@attrs.frozen(kw_only=True)
class ParameterIntervals:
    """Between which limits the parameters of a model lie.

    `parameter_intervals`, `profile_intervals` and posteriors make it.

    Parameters
    ----------
    names : tuple of str
        The parameters.
    values : tuple of float
        Their estimates.
    low, high : tuple of float
        The limits, in the parameters' units.
    confidence : float
        How often such intervals hold the truth.
    method : str
        How they were found, in words.

    Examples
    --------
    >>> limits = ParameterIntervals(
    ...     names=("r",), values=(0.25,), low=(0.2,), high=(0.3,), confidence=0.95, method="Wald"
    ... )
    >>> limits["r"]
    (0.2, 0.3)
    """

    names: tuple[str, ...] = attrs.field(converter=tuple[str, ...])
    values: tuple[float, ...] = attrs.field(converter=tuple[float, ...])
    low: tuple[float, ...] = attrs.field(converter=tuple[float, ...])
    high: tuple[float, ...] = attrs.field(converter=tuple[float, ...])
    confidence: float
    method: str

    def __getitem__(self, name: str) -> tuple[float, float]:
        """Return the limits of one parameter.

        Parameters
        ----------
        name : str
            The parameter.

        Returns
        -------
        tuple of float
            The lower and the upper limit.

        Raises
        ------
        UnknownCode
            There is no such parameter.
        """
        if name not in self.names:
            raise UnknownCode("parameter", name, self.names)
        place = self.names.index(name)
        return self.low[place], self.high[place]

    def __str__(self) -> str:
        return as_text(*self._report())

    def _repr_html_(self) -> str:
        return as_html(*self._report())

    def _report(self) -> tuple[str, list[list[str]]]:
        numbers = zip(self.values, self.low, self.high, strict=True)
        rows = [
            [name, *(f"{number:.6g}" for number in row)]
            for name, row in zip(self.names, numbers, strict=True)
        ]
        title = f"{self.confidence:.3g} intervals, {self.method}"
        return title, [["parameter", "estimate", "low", "high"], *rows]


def parameter_intervals(model: Learnt, *, confidence: float = 0.95) -> ParameterIntervals:
    """Return Wald intervals of a model's parameters, on the logarithms of those that are positive.

    Parameters
    ----------
    model : BgNbd or another model that was learnt
        With its `estimate`.
    confidence : float
        How often such intervals are to hold the truth.

    Returns
    -------
    ParameterIntervals
        NaN where a parameter ran to a boundary.

    Raises
    ------
    InvalidRule
        The model was not learnt, or the confidence is not between 0 and 1.

    See Also
    --------
    profile_intervals : Where the likelihood is a ridge, as often in Pareto/NBD's `beta`.

    Notes
    -----
    θ · exp(± z se(θ)/θ), which is never negative and, the likelihood being closer to normal in
    the logarithms, holds the truth closer to as often as it says.  Effects of covariates, which
    may be negative, lie within ± z se.

    Examples
    --------
    >>> from custrel import BgNbd
    >>> model = BgNbd.fit_arrays(
    ...     frequency=[0, 1, 1, 2, 3, 5, 9],
    ...     recency=[0, 5, 25, 12, 30, 33, 36],
    ...     T=38,
    ...     weights=[60, 8, 8, 6, 6, 4, 3],
    ... )
    >>> low, high = parameter_intervals(model)["r"]
    >>> low < model.r < high
    True
    """
    z, coordinates = normal_quantile(confidence), Coordinates.of(model)
    at, errors = coordinates.at, np.sqrt(np.diag(coordinates.covariance()))
    return ParameterIntervals(
        names=coordinates.names,
        values=coordinates.values(at).tolist(),
        low=coordinates.values(at - z * errors).tolist(),
        high=coordinates.values(at + z * errors).tolist(),
        confidence=confidence,
        method="Wald on logarithms",
    )


def profile_intervals(
    model: Learnt,
    data: Any,
    *,
    parameters: Sequence[str] | None = None,
    weights: str | None = None,
    confidence: float = 0.95,
) -> ParameterIntervals:
    """Return intervals of a model's parameters from the profile of the likelihood.

    Parameters
    ----------
    model : ParetoNbd or another model that was learnt
        With its `estimate`.
    data : CustomerSummary or frame
        What it was learnt from, with columns named as in the model's `log_likelihood`.
    parameters : sequence of str, optional
        Which of them; default: all.
    weights : str, optional
        The column that says how many customers a row stands for.
    confidence : float
        How often such intervals are to hold the truth.

    Returns
    -------
    ParameterIntervals
        0 or infinity where the data set no limit, of effects either infinity.

    Raises
    ------
    InvalidRule
        The model was not learnt, or from other data, or with a penalty; or the confidence is not
        between 0 and 1.
    UnknownCode
        The model has no such parameter.

    Notes
    -----
    All values of a parameter for which, with the others chosen as well as can be, the
    log-likelihood is at most half of a χ² quantile of one degree below its maximum.  It
    follows a ridge where a normal approximation leaves it.

    References
    ----------
    .. [1] D. J. Venzon, S. H. Moolgavkar (1988), A Method for Computing Profile-Likelihood-Based
       Confidence Intervals, Applied Statistics 37(1), 87-94.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel import Nbd
    >>> frame = pd.DataFrame(
    ...     {"frequency": [0, 0, 1, 3, 5, 2, 8], "T": [38, 30, 38, 36, 38, 20, 38]}
    ... )
    >>> model = Nbd.fit(frame, unit="W")
    >>> low, high = profile_intervals(model, frame)["r"]
    >>> low < model.r < high
    True
    """
    z, known = normal_quantile(confidence), model.parameters
    names = tuple(known)
    chosen = names if parameters is None else tuple(parameters)
    for name in chosen:
        if name not in names:
            raise UnknownCode("parameter", name, names)
    if estimate_of(model).penalty:
        raise InvalidRule(
            f"{model.name} was held back by a penalty, so that it is not at the top of the "
            "likelihood that a profile descends from: learn it with penalty=0, or draw from the "
            "posterior, whose priors do the same."
        )
    surface = Surface.at_the_top(model, data, weights)
    limits = [profile_limits(surface, names.index(name), z) for name in chosen]
    return ParameterIntervals(
        names=chosen,
        values=[known[name] for name in chosen],
        low=[low for low, _ in limits],
        high=[high for _, high in limits],
        confidence=confidence,
        method="profile likelihood",
    )
