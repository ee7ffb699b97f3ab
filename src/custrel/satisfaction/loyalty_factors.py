"""Key factors of loyalty: how much of it each of several correlated factors explains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from custrel._intervals import normal_quantile
from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.satisfaction._regression import ols, read_rows
from custrel.satisfaction._tables import as_frame

__all__ = ["loyalty_factors"]

Floats = NDArray[np.float64]

_AT_ONCE = 2_000_000  # numbers held at a time


def loyalty_factors(
    answers: Any,
    *,
    factors: Sequence[str],
    loyalty: str = "loyalty",
    seed: int | np.random.Generator,
    resamples: int = 999,
    confidence: float = 0.95,
) -> Any:
    """Say how much of loyalty each factor explains (忠诚度的影响因素).

    Parameters
    ----------
    answers : frame
        A row for each respondent. They are brought into memory.
    factors : sequence of str
        The columns of what may make customers loyal: satisfaction, delight, trust, price, ...
    loyalty : str
        The column of loyalty.
    seed : int or numpy Generator
        For the intervals: respondents are drawn again.
    resamples : int
        How many draws.
    confidence : float
        Of the intervals, between 0 and 1.

    Returns
    -------
    frame
        Of the kind that came in, a row for each factor, the heaviest first: ``factor``, ``weight``
        (the part of R2 that is its), ``low``, ``high``, ``share`` (of the whole R2), ``slope`` (of
        the regression on all), ``slope_low``, ``slope_high``, ``correlation`` and ``r_squared`` (of
        the whole).

    Raises
    ------
    InvalidData
        A number is missing.
    ColumnNotFound
        A column is not there.
    InvalidRule
        There are no factors, one stands twice, or there are no draws.
    FitError
        A column is constant, two factors say the same, or there are too few rows.
    TooManyRows
        A lazy frame has more than a million rows, and all are needed at once.

    Notes
    -----
    Relative weights: factors are replaced by the uncorrelated variables that are nearest to them,
    and what these explain is given back in proportion. The weights are 0 or more and sum to R2,
    whatever the correlations, which slopes do not. A weight is never exactly 0: compare it with
    that of a column of random numbers.

    References
    ----------
    .. [1] J. W. Johnson (2000), A Heuristic Method for Estimating the Relative Weight of Predictor
       Variables in Multiple Regression, Multivariate Behavioral Research 35(1), 1-19.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame(
    ...     {"trust": [1, 2, 3, 4, 5, 6, 7, 8], "price": [3, 1, 4, 1, 5, 9, 2, 6]}
    ... )
    >>> answers["loyalty"] = answers["trust"] + [0.5, -0.5, 0, 0.5, -0.5, 0, 0.5, -0.5]
    >>> table = loyalty_factors(answers, factors=["price", "trust"], seed=1)
    >>> table[["factor", "weight", "share", "r_squared"]].round(2)
      factor  weight  share  r_squared
    0  trust    0.88   0.91       0.97
    1  price    0.09   0.09       0.97
    """
    normal_quantile(confidence)  # which refuses an impossible confidence
    names = list(factors)
    if not names or len({*names, loyalty}) != len(names) + 1:
        raise InvalidRule("factors names one column or more, each once, without loyalty.")
    if resamples < 1:
        raise InvalidRule(f"resamples must be 1 or more, got {resamples!r}.")
    door = enter(answers)
    table = read_rows(door, [*names, loyalty])
    found = ols(table[:, :-1], table[:, -1], names, loyalty)
    correlations = np.asarray(np.corrcoef(table, rowvar=False), dtype=np.float64)
    weights = _relative_weights(correlations[None])[0]
    drawn = _drawn_weights(table, resamples, np.random.default_rng(seed))
    low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    below, above = found.intervals(confidence)
    order = np.argsort(-weights, kind="stable")
    columns = {
        "factor": np.array(names, dtype=object),
        "weight": weights,
        "low": low,
        "high": high,
        "share": weights / found.r_squared,
        "slope": found.coefficients,
        "slope_low": below,
        "slope_high": above,
        "correlation": correlations[-1, :-1],
        "r_squared": np.full(len(names), found.r_squared),
    }
    return as_frame(door, {name: values[order].tolist() for name, values in columns.items()})


def _relative_weights(correlations: Floats) -> Floats:
    """Return Johnson's relative weights of many correlation matrices, the outcome being last."""
    inner, outer = correlations[:, :-1, :-1], correlations[:, :-1, -1]
    values, vectors = np.linalg.eigh(inner)
    roots = np.sqrt(np.maximum(values, 0.0))
    near = (vectors * roots[:, None, :]) @ np.swapaxes(vectors, 1, 2)
    slopes = np.linalg.solve(near, outer[..., None])[..., 0]
    weights: Floats = np.square(near) @ np.square(slopes)[..., None]
    return weights[..., 0]


def _drawn_weights(table: Floats, resamples: int, stream: np.random.Generator) -> Floats:
    """Return the weights in every draw in which no column is constant or says another's."""
    n, found = len(table), []
    step = max(1, _AT_ONCE // table.size)
    for done in range(0, resamples, step):
        size = min(step, resamples - done)
        drawn = table[stream.integers(0, n, size=(size, n))]
        drawn = drawn - drawn.mean(axis=1, keepdims=True)
        scale = np.sqrt((drawn**2).sum(axis=1))
        sound = (scale > 0).all(axis=1)
        unit = drawn[sound] / scale[sound][:, None, :]
        correlations = np.swapaxes(unit, 1, 2) @ unit
        least = np.linalg.eigvalsh(correlations[:, :-1, :-1])[:, 0]
        found.append(_relative_weights(correlations[least > 1e-10]))
    return np.concatenate(found)
