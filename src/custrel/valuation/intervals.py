"""Intervals: how far parameters and predictions may be off.

Parameters that are positive are judged on their logarithms.  Of a prediction, the delta method
tells how it moves with them.  Where the likelihood is a ridge rather than a hill, its profile
tells more than its curvature at the top.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from custrel._intervals import normal_quantile
from custrel.errors import InvalidRule, UnknownCode
from custrel.frames import enter
from custrel.units import known_unit, require_same_unit
from custrel.valuation._profile import profile_limits
from custrel.valuation._surface import (
    Surface,
    estimate_of,
    log_covariance,
    logs_of,
    names_of,
    with_logs,
)
from custrel.valuation._tables import as_html, as_text
from custrel.valuation.estimate import Learnt

__all__ = [
    "Interval",
    "ParameterIntervals",
    "delta_interval",
    "parameter_intervals",
    "predict_intervals",
    "profile_intervals",
]

Floats = NDArray[np.float64]

_STEP = 1e-4  # of a logarithm: the slopes of a prediction keep eight digits
_SHOWN = 10  # numbers of an interval that are printed
_SCALES = ("positive", "probability", "any")
_HISTORY = ("frequency", "recency", "T")


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)


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


@attrs.frozen(eq=False, kw_only=True)
class Interval:
    """A prediction and the limits between which it lies, number by number.

    `delta_interval` and posteriors make it.

    Parameters
    ----------
    value : array_like
        What is predicted.
    low, high : array_like
        The limits, of the same shape.
    confidence : float
        How often such intervals hold the truth.

    Examples
    --------
    >>> print(Interval(value=[1.2, 0.3], low=[1.0, 0.2], high=[1.5, 0.4], confidence=0.95))
    0.95 intervals
        value  low  high
    0     1.2    1   1.5
    1     0.3  0.2   0.4
    """

    value: Floats = attrs.field(converter=_floats)
    low: Floats = attrs.field(converter=_floats)
    high: Floats = attrs.field(converter=_floats)
    confidence: float

    def __str__(self) -> str:
        return as_text(*self._report())

    def _repr_html_(self) -> str:
        return as_html(*self._report())

    def _report(self) -> tuple[str, list[list[str]], list[str]]:
        numbers = [np.ravel(values) for values in (self.value, self.low, self.high)]
        shown = zip(*(values[:_SHOWN].tolist() for values in numbers), strict=True)
        rows = [[str(i), *(f"{number:.6g}" for number in row)] for i, row in enumerate(shown)]
        more = self.value.size - len(rows)
        notes = [f"... and {more:,} more"] if more > 0 else []
        return f"{self.confidence:.3g} intervals", [["", "value", "low", "high"], *rows], notes


def parameter_intervals(model: Learnt, *, confidence: float = 0.95) -> ParameterIntervals:
    """Return Wald intervals of a model's parameters, on their logarithms.

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
    the logarithms, holds the truth closer to as often as it says.

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
    z = normal_quantile(confidence)
    logs, errors = logs_of(model), np.sqrt(np.diag(log_covariance(model)))
    return ParameterIntervals(
        names=names_of(model),
        values=np.exp(logs).tolist(),
        low=np.exp(logs - z * errors).tolist(),
        high=np.exp(logs + z * errors).tolist(),
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
        0 or infinity where the data set no limit.

    Raises
    ------
    InvalidRule
        The model was not learnt, or from other data; or the confidence is not between 0 and 1.
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
    z, names = normal_quantile(confidence), names_of(model)
    chosen = names if parameters is None else tuple(parameters)
    for name in chosen:
        if name not in names:
            raise UnknownCode("parameter", name, names)
    surface = Surface.at_the_top(model, data, weights)
    limits = [profile_limits(surface, names.index(name), z) for name in chosen]
    return ParameterIntervals(
        names=chosen,
        values=[getattr(model, name) for name in chosen],
        low=[low for low, _ in limits],
        high=[high for _, high in limits],
        confidence=confidence,
        method="profile likelihood",
    )


def delta_interval(
    predict: Callable[..., ArrayLike],
    *models: Learnt,
    scale: Literal["positive", "probability", "any"] = "positive",
    confidence: float = 0.95,
) -> Interval:
    """Return an interval for whatever models predict, by the delta method.

    Parameters
    ----------
    predict : callable
        Takes models of the kinds given and returns numbers; ``lambda model:
        model.probability_alive(...)``, say, or a sum over customers.
    *models : BgNbd or another model that was learnt
        Models learnt apart from one another, as one of purchases and one of spend.
    scale : {"positive", "probability", "any"}
        What the numbers can be, so that the limits are never impossible: on logarithms, on
        log-odds, or as they are.
    confidence : float
        How often such intervals are to hold the truth.

    Returns
    -------
    Interval
        Of the prediction's shape.

    Raises
    ------
    InvalidRule
        A model was not learnt, or ran to a boundary, where nothing is known of its precision;
        or the confidence is not between 0 and 1.
    UnknownCode
        `scale` is none of the choices.

    Notes
    -----
    The variance of f(θ) is g' C g, where g is the gradient by the logarithms of the parameters
    (central differences) and C their covariance.  It is about what is to be *expected* of a
    customer; what he does varies around that.

    Examples
    --------
    >>> from custrel import BgNbd
    >>> model = BgNbd.fit_arrays(
    ...     frequency=[0, 1, 1, 2, 3, 5, 9],
    ...     recency=[0, 5, 25, 12, 30, 33, 36],
    ...     T=38,
    ...     weights=[60, 8, 8, 6, 6, 4, 3],
    ... )
    >>> history = {"frequency": 2, "recency": 30, "T": 38}
    >>> found = delta_interval(lambda m: m.expected_purchases(**history, horizon=39), model)
    >>> bool(0 < found.low < found.value < found.high)
    True
    """
    z = normal_quantile(confidence)
    if scale not in _SCALES:
        raise UnknownCode("scale", scale, _SCALES)
    value = _floats(predict(*models))
    variance = np.zeros_like(value)
    for place, model in enumerate(models):
        variance = variance + _variance(predict, models, place, _known_covariance(model))
    low, high = _limits(value, z * np.sqrt(variance), scale)
    return Interval(value=value, low=low, high=high, confidence=confidence)


def predict_intervals(summary: Any, model: Any, *, horizon: float, confidence: float = 0.95) -> Any:
    """Add what each customer will do to a customer summary, with delta-method intervals.

    Parameters
    ----------
    summary : CustomerSummary or frame
        With the columns ``frequency``, ``recency`` and ``T``, in the model's unit.
    model : BgNbd or another model of repeat purchases that was learnt
        With its `estimate`.
    horizon : float
        How far to look ahead, in the model's unit.
    confidence : float
        How often such intervals are to hold the truth.

    Returns
    -------
    CustomerSummary or frame
        What came in, with ``p_alive`` and ``expected_purchases`` (over `horizon`), and of each
        the limits, ``p_alive_low``, ``p_alive_high`` and so on.

    Raises
    ------
    UnitMismatch
        The summary is measured in another unit.
    InvalidRule
        The horizon is negative or infinite; or nothing is known of the model's precision.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel import MbgNbd
    >>> frame = pd.DataFrame(
    ...     {
    ...         "frequency": [0, 1, 1, 2, 3, 5, 9],
    ...         "recency": [0, 5, 25, 12, 30, 33, 36],
    ...         "T": [38] * 7,
    ...     }
    ... )
    >>> frame = frame.loc[frame.index.repeat([60, 8, 8, 6, 6, 4, 3])]
    >>> model = MbgNbd.fit(frame, unit="W")
    >>> predicted = predict_intervals(frame, model, horizon=39)
    >>> bool((predicted["p_alive_low"] <= predicted["p_alive"]).all())
    True
    """
    door = enter(summary)
    require_same_unit(model, known_unit(model), summary)
    door.require(_HISTORY, remedy="custrel.summarize makes them from an order log.")
    door.require_numbers(*_HISTORY)
    arrays, _ = door.distinct(*_HISTORY)
    history: dict[str, Floats] = dict(zip(_HISTORY, arrays, strict=True))
    alive = delta_interval(
        lambda other: other.probability_alive(**history),
        model,
        scale="probability",
        confidence=confidence,
    )
    expected = delta_interval(
        lambda other: other.expected_purchases(**history, horizon=horizon),
        model,
        confidence=confidence,
    )
    return door.attach(
        _columns_of(p_alive=alive, expected_purchases=expected),
        by=history,
    )


def _columns_of(**intervals: Interval) -> dict[str, Floats]:
    """Return predictions and their limits as columns."""
    return {
        f"{name}{suffix}": values
        for name, found in intervals.items()
        for suffix, values in (("", found.value), ("_low", found.low), ("_high", found.high))
    }


def _known_covariance(model: Learnt) -> Floats:
    covariance = log_covariance(model)
    if not np.isfinite(covariance).all():
        said = "; ".join(estimate_of(model).diagnosis) or "the likelihood is flat there"
        raise InvalidRule(
            f"the precision of {type(model).__name__} is not known by its curvature: {said}. "
            "Draw from its posterior, or bootstrap it."
        )
    return covariance


def _variance(
    predict: Callable[..., ArrayLike], models: Sequence[Learnt], place: int, covariance: Floats
) -> Floats:
    """Return the part of the variance of a prediction that one of the models brings."""
    logs = logs_of(models[place])

    def at(moved: Floats) -> Floats:
        changed = with_logs(models[place], moved)
        return _floats(predict(*models[:place], changed, *models[place + 1 :]))

    steps = np.eye(len(logs)) * _STEP
    slope = np.stack([(at(logs + step) - at(logs - step)) / (2 * _STEP) for step in steps])
    variance = np.einsum("i...,ij,j...->...", slope, covariance, slope)
    return np.asarray(np.maximum(variance, 0.0), dtype=np.float64)


def _limits(value: Floats, reach: Floats, scale: str) -> tuple[Floats, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):
        if scale == "positive":
            factor = np.exp(reach / np.abs(value))
            low, high = value / factor, value * factor
        elif scale == "probability":
            odds, far = logit(value), reach / (value * (1 - value))
            low, high = expit(odds - far), expit(odds + far)
        else:
            return value - reach, value + reach
    # At 0, and at a probability of 1, there is no room to move in.
    still = ~np.isfinite(low) | ~np.isfinite(high) | (reach == 0)
    return np.where(still, value, low), np.where(still, value, high)
