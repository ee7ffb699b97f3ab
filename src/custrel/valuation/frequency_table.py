"""The histogram of frequencies: how many customers bought how often, and how many were to.

Here the numbers are made; `custrel.plotting.plot_frequencies` draws them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import enter
from custrel.units import known_unit, require_same_unit
from custrel.valuation._covariate_table import covariates_of, plain_models
from custrel.valuation._rows import FROM_A_LOG

__all__ = ["frequency_table"]

Floats = NDArray[np.float64]

_AT_ONCE = 1 << 18  # probabilities held at a time


def frequency_table(summary: Any, model: Any, *, groups: int = 8) -> Any:
    """Return how many customers bought how often, and how many a model expects to.

    Parameters
    ----------
    summary : CustomerSummary or frame
        With the columns ``frequency`` and ``T``; for a model of counted opportunities,
        ``periods`` instead of ``T``; for one with covariates, these too.
    model : BgNbd or another model of repeat purchases
        Its unit is the summary's.
    groups : int
        How many rows; the last one is of all with as many repeat purchases less one or more.

    Returns
    -------
    frame
        Of the summary's kind, with one row per number of repeat purchases and the columns

        =============  ==========================================================
        ``frequency``  0, 1, ...; the last one stands for more, too
        ``customers``  how many bought as often
        ``expected``   how many were to, of as many customers observed as long
        =============  ==========================================================

    Raises
    ------
    InvalidData
        There are no customers, or a number is missing or impossible.
    ColumnNotFound
        A column is not there.
    InvalidRule
        There are fewer than 2 groups.
    UnitMismatch
        The summary is measured in another unit than the model.

    See Also
    --------
    custrel.plotting.plot_frequencies : Draws it.

    Notes
    -----
    The sum over the customers of P(X(T) = n), of each of whom nothing is used but T and his
    covariates: on the distinct ones.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, K. L. Lee (2005), "Counting Your Customers" the Easy
       Way, Marketing Science 24(2), 275-284.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel import BgNbd
    >>> model = BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="W")
    >>> frame = pd.DataFrame({"frequency": [0] * 60 + [1] * 25 + [4] * 15, "T": 39.0})
    >>> frequency_table(frame, model, groups=4).round(2)
       frequency  customers  expected
    0          0       60.0     57.43
    1          1       25.0     19.92
    2          2        0.0      8.53
    3          3       15.0     14.12
    """
    if groups < 2 or groups != int(groups):
        raise InvalidRule(f"groups={groups!r}: expected 2, 3, ...")
    require_same_unit(model, known_unit(model), summary)
    door = enter(summary)
    time = "periods" if "periods" in getattr(model, "history", ()) else "T"
    names = covariates_of(model)
    known, counts = door.distinct("frequency", time, *names, flags=names, remedy=FROM_A_LOG)
    x, age = known["frequency"], known[time]
    _require_counted(x, age, counts, time)
    expected = np.zeros(groups)
    for plain, rows in plain_models(model, known, len(x)):
        expected[:-1] += _expected(plain, age[rows], counts[rows], groups - 1)
    expected[-1] = max(0.0, counts.sum() - expected.sum())
    bought = np.bincount(np.minimum(x, groups - 1).astype(np.int64), counts, groups)
    return door.table({"frequency": np.arange(groups), "customers": bought, "expected": expected})


def _expected(model: Any, age: Floats, counts: Floats, groups: int) -> Floats:
    """Return how many customers are to buy 0, 1, ... times."""
    ages, place = np.unique(age, return_inverse=True)
    people = np.bincount(place, counts, len(ages))
    expected = np.zeros(groups)
    step = max(1, _AT_ONCE // groups)
    for start in range(0, len(ages), step):
        part = slice(start, start + step)
        chance = model.purchase_probability(
            purchases=np.arange(groups)[:, None], horizon=ages[None, part]
        )
        expected += chance @ people[part]
    return expected


def _require_counted(x: Floats, age: Floats, counts: Floats, time: str) -> None:
    if not len(x):
        raise InvalidData([Problem(code="empty", message="there is no customer", count=0)])
    bad = {"frequency": ~((x >= 0) & (x < np.inf) & (x == np.floor(x)))}
    bad[time] = ~((age >= 0) & (age < np.inf))
    problems = [
        Problem(
            code="missing_value",
            message="missing, negative, infinite or broken",
            column=name,
            count=int(counts[wrong].sum()),
            of="customer",
            remedy="custrel.summarize makes this column from an order log.",
        )
        for name, wrong in bad.items()
        if wrong.any()
    ]
    if problems:
        raise InvalidData(problems)
