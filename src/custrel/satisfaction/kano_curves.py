"""How satisfaction rises with fulfilment: Kano's curves, and what they mean for loyalty."""

from __future__ import annotations

from collections.abc import Mapping
from math import e
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import InvalidRule, UnknownCode
from custrel.satisfaction._kano_columns import summary_columns
from custrel.satisfaction.kano_table import KanoCategory

if TYPE_CHECKING:
    from custrel.satisfaction.kano_analysis import KanoAnalysis

__all__ = ["loyalty_potential", "response_curve"]

Floats = NDArray[np.float64]

_CURVED = (KanoCategory.ATTRACTIVE, KanoCategory.ONE_DIMENSIONAL, KanoCategory.MUST_BE)


def response_curve(
    category: KanoCategory | str,
    fulfilment: ArrayLike,
    *,
    better: float = 1.0,
    worse: float = -1.0,
) -> Floats:
    """Return satisfaction at each degree of fulfilment.

    Parameters
    ----------
    category : KanoCategory or str
        Attractive, one-dimensional or must-be: the others have no curve.
    fulfilment : array_like of shape (points,)
        0, not at all, to 1, entirely.
    better : float
        Satisfaction at 1.
    worse : float
        Satisfaction at 0.

    Returns
    -------
    ndarray of shape (points,)
        From `worse` to `better`.

    Raises
    ------
    UnknownCode
        The category has no curve.
    InvalidRule
        A fulfilment is not between 0 and 1.

    Notes
    -----
    With CS = better and DS = worse: one-dimensional (CS - DS) x + DS, the straight line that the
    documents state (期望质量和顾客满意度之间呈线性正相关关系); attractive
    [(CS - DS) e^x - (CS - e DS)] / (e - 1); must-be [e CS - DS - e (CS - DS) e^(-x)] / (e - 1).
    The shapes of the latter two are the literature's (reconstructed).

    References
    ----------
    .. [1] T. Wang, P. Ji (2010), Understanding Customer Needs through Quantitative Analysis of
       Kano's Model, International Journal of Quality & Reliability Management 27(2), 173-184.

    Examples
    --------
    >>> response_curve("one_dimensional", [0, 0.5, 1]).tolist()
    [-1.0, 0.0, 1.0]
    >>> response_curve("must_be", [0, 0.5, 1], better=0.1, worse=-0.8).round(3).tolist()
    [-0.8, -0.24, 0.1]
    """
    kind = KanoCategory(category)
    if kind not in _CURVED:
        raise UnknownCode("category with a curve", kind.value, [c.value for c in _CURVED])
    x = np.asarray(fulfilment, dtype=np.float64)
    if not np.all((x >= 0) & (x <= 1)):
        raise InvalidRule("fulfilment is between 0, not at all, and 1, entirely.")
    return worse + (better - worse) * _rise(kind, x)


def loyalty_potential(
    fulfilment: Mapping[KanoCategory | str, float], *, threshold: float = 1.0
) -> float:
    """Say how much loyalty can grow from what is fulfilled: the satisfaction trap (客户满意陷阱).

    Parameters
    ----------
    fulfilment : mapping of KanoCategory or str to float
        How far the must-be, one-dimensional and attractive features are fulfilled, 0 to 1; what
        is left out is not fulfilled.
    threshold : float
        From which fulfilment on must-be features are no obstacle, above 0 and up to 1.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    UnknownCode
        A category is unknown, or says nothing about loyalty.
    InvalidRule
        A number is not between 0 and 1.

    Notes
    -----
    The documents explain the trap by Kano's model and do not say how. The reading here
    (inferred): who gets only what he takes for granted or expects is satisfied, and not bound;
    what binds is what delights. So the potential is the attractive curve, from 0 to 1, times the
    must-be fulfilment over its threshold while that is not reached; above it, must-be quality
    adds nothing, and one-dimensional quality nothing anywhere.

    Examples
    --------
    >>> loyalty_potential({"must_be": 1, "one_dimensional": 1})
    0.0
    >>> round(loyalty_potential({"must_be": 1, "attractive": 0.5}), 3)
    0.378
    """
    given = {KanoCategory(category): float(x) for category, x in fulfilment.items()}
    for category, x in given.items():
        if category not in _CURVED:
            raise UnknownCode("category with a curve", category.value, [c.value for c in _CURVED])
        if not 0 <= x <= 1:
            raise InvalidRule(f"fulfilment of {category.value} is between 0 and 1, got {x!r}.")
    if not 0 < threshold <= 1:
        raise InvalidRule(f"threshold is above 0 and up to 1, got {threshold!r}.")
    delight = _rise(KanoCategory.ATTRACTIVE, np.array(given.get(KanoCategory.ATTRACTIVE, 0.0)))
    granted = min(1.0, given.get(KanoCategory.MUST_BE, 0.0) / threshold)
    return float(delight) * granted


def curve_columns(analysis: KanoAnalysis, points: int) -> dict[str, Any]:
    """Return the curves of an analysis, a row for each point."""
    if points < 2:
        raise InvalidRule(f"a curve has two points or more, got {points!r}.")
    table = summary_columns(analysis)
    x = np.linspace(0.0, 1.0, points)
    rows = [i for i, code in enumerate(table["category"]) if KanoCategory(code) in _CURVED]
    named = [name for name in (analysis.by, "feature", "category") if name is not None]
    curves = [
        response_curve(table["category"][i], x, better=table["better"][i], worse=table["worse"][i])
        for i in rows
    ]
    columns: dict[str, Any] = {
        name: [table[name][i] for i in rows for _ in range(points)] for name in named
    }
    columns["fulfilment"] = np.tile(x, len(rows))
    columns["satisfaction"] = np.concatenate(curves) if curves else np.zeros(0)
    return columns


def _rise(category: KanoCategory, x: Floats) -> Floats:
    """Return how much of the way from worse to better is done."""
    match category:
        case KanoCategory.ATTRACTIVE:
            return np.asarray(np.expm1(x) / (e - 1))
        case KanoCategory.MUST_BE:
            return np.asarray(-e * np.expm1(-x) / (e - 1))
        case _:
            return x
