"""The holdout: what customers bought after the time that a model was learnt from.

Groups of customers, and what the average one of each bought and was expected to.  Here the
numbers are made; `custrel.plotting.plot_holdout` draws them.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule, UnknownCode
from custrel.valuation._holdout import Holdout, groups_of, means_by
from custrel.valuation.lifetime_value import PurchaseModel

__all__ = ["holdout_by"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_BY = ("frequency", "recency", "expected")
_MOST_FREQUENT = 7  # customary since Fader, Hardie & Lee (2005)


def holdout_by(
    summary: Any,
    model: PurchaseModel,
    *,
    by: Literal["frequency", "recency", "expected"] = "frequency",
    groups: int | None = None,
) -> Any:
    """Return what groups of customers bought in the holdout, and what was expected of them.

    Parameters
    ----------
    summary : CustomerSummary or frame
        With the columns ``frequency``, ``recency``, ``T``, ``frequency_holdout`` and
        ``duration_holdout``, as `summarize` makes them with ``calibration_until``.
    model : BgNbd or another model of repeat purchases
        Learnt from the calibration period, in the summary's unit.
    by : {"frequency", "recency", "expected"}
        By the repeat purchases in calibration, by the age at the last of them, or by what the
        model expects: the last shows whether a forecast of 2 comes true as 2.
    groups : int, optional
        How many groups: by frequency, all with as many repeat purchases less one or more are
        the last one (default: 0 to 7 and more); by recency, as wide each, and before them who
        never came back (default: 8 and those); by expectation, with as many customers each
        (default: 10).

    Returns
    -------
    frame
        Of the summary's kind, with one row per group and the columns

        ============  =================================================================
        ``group``     1, 2, ...
        ``low``       the least of the frequency, recency or expectation in it
        ``high``      the greatest; by frequency, of the last group, that of all
        ``customers`` how many they are
        ``actual``    purchases of the average one in the holdout; NaN of nobody
        ``expected``  what the model expects of the average one
        ============  =================================================================

    Raises
    ------
    InvalidData
        There are no customers, or a history is impossible or a number missing.
    ColumnNotFound
        A column is not there.
    InvalidRule
        `groups` is too small.
    UnitMismatch
        The summary is measured in another unit than the model.
    UnknownCode
        `by` is none of the choices.

    See Also
    --------
    custrel.plotting.plot_holdout : Draws it.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, K. L. Lee (2005), "Counting Your Customers" the Easy
       Way, Marketing Science 24(2), 275-284.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel import BgNbd
    >>> frame = pd.DataFrame(
    ...     {
    ...         "frequency": [0, 2],
    ...         "recency": [0.0, 30.43],
    ...         "T": [38.86, 38.86],
    ...         "frequency_holdout": [0, 1],
    ...         "duration_holdout": [39.0, 39.0],
    ...     }
    ... )
    >>> model = BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="W")
    >>> holdout_by(frame, model)[["low", "customers", "actual", "expected"]].round(3)
       low  customers  actual  expected
    0  0.0        1.0     0.0     0.195
    1  1.0        0.0     NaN       NaN
    2  2.0        1.0     1.0     1.226
    """
    if by not in _BY:
        raise UnknownCode("way to group", by, _BY)
    least = 2 if by == "frequency" else 1
    if groups is not None and (groups < least or groups != int(groups)):
        raise InvalidRule(f"groups={groups!r}: expected {least}, {least + 1}, ...")
    rows = Holdout.of(summary, model)
    expected = rows.expected(summary, model)
    if by == "frequency":
        group, edges = _by_frequency(rows.history["frequency"], groups or _MOST_FREQUENT + 1)
    elif by == "recency":
        group, edges = _by_recency(rows, groups or 8)
    else:
        group, edges = _by_expectation(expected, rows.counts, groups or 10)
    size = edges.shape[1]
    customers, actual, due = means_by(group, size, rows.counts, rows.held, expected)
    return rows.door.table(
        {
            "group": np.arange(1, size + 1),
            "low": edges[0],
            "high": edges[1],
            "customers": customers,
            "actual": actual,
            "expected": due,
        }
    )


def _by_frequency(x: Floats, groups: int) -> tuple[Ints, Floats]:
    group = np.minimum(x, groups - 1).astype(np.int64)
    low = np.arange(group.max() + 1, dtype=np.float64)
    high = low.copy()
    high[-1] = x.max()
    return group, np.stack([low, high])


def _by_recency(rows: Holdout, groups: int) -> tuple[Ints, Floats]:
    """Group 0 is who never came back."""
    again = rows.history["frequency"] > 0
    longest = float(rows.history["recency"][again].max(initial=0.0))
    edges = np.linspace(0.0, longest, groups + 1)
    within = np.searchsorted(edges[1:-1], rows.history["recency"], side="left") + 1
    group = np.where(again, within, 0).astype(np.int64)
    return group, np.stack(
        [np.concatenate([[0.0], edges[:-1]]), np.concatenate([[0.0], edges[1:]])]
    )


def _by_expectation(expected: Floats, counts: Floats, groups: int) -> tuple[Ints, Floats]:
    """Group by expectation; a group is left out that nobody is in, many being alike."""
    part = groups_of(expected, counts, groups)
    _, group = np.unique(part, return_inverse=True)
    size = int(group.max()) + 1
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(low, group, expected)
    np.maximum.at(high, group, expected)
    return group.astype(np.int64), np.stack([low, high])
