"""Intervals of predictions: how far what a model says of customers may be off.

The delta method tells how a prediction moves with the parameters, and how precisely those are
known.
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
from custrel.valuation._coordinates import Coordinates, estimate_of
from custrel.valuation._rows import FROM_A_LOG
from custrel.valuation._surface import columns_of
from custrel.valuation._tables import as_html, as_text
from custrel.valuation.estimate import Learnt

__all__ = ["Interval", "delta_interval", "predict_intervals"]

Floats = NDArray[np.float64]

_STEP = 1e-4  # of a coordinate: the slopes of a prediction keep eight digits
_SHOWN = 10  # numbers of an interval that are printed
_SCALES = ("positive", "probability", "any")


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)


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
    (and by the effects of covariates themselves; central differences) and C their covariance.  It is about what is to be *expected* of a
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
        With the columns of the model's histories, in its unit: ``frequency``, ``recency`` and
        ``T``, and covariates; ``periods`` instead of ``T`` for `BgBb`; ``tenure``, and ``ended``
        unless all are active, for `ShiftedBetaGeometric`.
    model : BgNbd or another model of purchases or of contracts that was learnt
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
    names = columns_of(model, door)
    history, _ = door.distinct(*names, flags=names, remedy=FROM_A_LOG)
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
    covariance = Coordinates.of(model).covariance()
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
    coordinates = Coordinates.of(models[place])
    here = coordinates.at

    def at(moved: Floats) -> Floats:
        changed = coordinates.model_at(moved)
        return _floats(predict(*models[:place], changed, *models[place + 1 :]))

    steps = np.eye(len(here)) * _STEP
    slope = np.stack([(at(here + step) - at(here - step)) / (2 * _STEP) for step in steps])
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
