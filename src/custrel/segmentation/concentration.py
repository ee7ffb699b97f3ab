"""Concentration: how much of the business few customers bring (二八原理)."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike

from custrel._columns import as_float, require_complete
from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import Door, enter, first_rows
from custrel.segmentation._shares import (
    NEGATIVE,
    Floats,
    curve_from_top,
    gini_of,
    hhi_of,
    least_share_of_customers,
    read_amounts,
    share_of_top,
)

__all__ = [
    "Concentration",
    "concentration",
    "customers_for_share",
    "gini",
    "hhi",
    "lorenz",
    "pareto_share",
]


@attrs.frozen(kw_only=True)
class Concentration:
    """How concentrated a quantity is on few customers.

    `concentration` makes it.  The documents state the 80/20 rule of several bases (profit,
    revenue) and populations (all customers, the repeat customers, key accounts); so the
    result names both.

    Parameters
    ----------
    base : str
        What is shared: the name of the column.
    population : str
        Among whom.
    customers : int
        How many customers there are.
    total : float
        The sum of `base`.
    top : float
        The share of customers that is looked at from above, 0 to 1.
    top_share : float
        The share of the total that they have, 0 to 1.
    share : float
        The share of the total that is looked at, 0 to 1.
    customers_for_share : float
        The least share of customers that have it, 0 to 1.
    gini : float
        Gini coefficient: 0 where all are equal, near 1 where one has all.
    hhi : float
        Herfindahl-Hirschman index: the sum of the squared shares, 1/n to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> result = concentration(pd.DataFrame({"revenue": [1.0, 2.0, 3.0, 4.0]}))
    >>> print(result)
    revenue of 4 customers, 10 in all: the top 20% of them have 32%,
    62.5% of them have 80%; Gini 0.250, HHI 0.3000 (as concentrated as 3.3 equal customers).
    """

    base: str
    population: str
    customers: int
    total: float
    top: float
    top_share: float
    share: float
    customers_for_share: float
    gini: float
    hhi: float

    @property
    def equal_customers(self) -> float:
        """As many equal customers would be as concentrated: 1 / HHI."""
        return 1 / self.hhi

    def is_80_20(self, *, tolerance: float = 0.05) -> bool:
        """Tell whether the 80/20 rule holds: the top fifth has four fifths.

        Parameters
        ----------
        tolerance : float
            By how much the share of the top fifth may differ from 0.8.

        Returns
        -------
        bool

        Raises
        ------
        InvalidRule
            The concentration was not computed for the top fifth.
        """
        if self.top != 0.2:
            raise InvalidRule(f"the 80/20 rule is about top=0.2, this is about top={self.top}.")
        return abs(self.top_share - 0.8) <= tolerance

    def __str__(self) -> str:
        return (
            f"{self.base} of {self.customers:,} {self.population}, {self.total:,.10g} in all: the "
            f"top {100 * self.top:.4g}% of them have {100 * self.top_share:.3g}%, "
            f"{100 * self.customers_for_share:.3g}% of them have {100 * self.share:.4g}%; "
            f"Gini {self.gini:.3f}, HHI {self.hhi:.4f} "
            f"(as concentrated as {self.equal_customers:,.1f} equal customers)."
        )


def concentration(
    frame: Any,
    *,
    value: str = "revenue",
    population: str = "customers",
    top: float = 0.2,
    share: float = 0.8,
) -> Concentration:
    """Measure how concentrated a column is on few customers.

    Parameters
    ----------
    frame : CustomerSummary or frame
        One row per customer; filter it for another population.
    value : str
        The column whose total is shared: revenue, profit.
    population : str
        What to call the customers in the result: "repeat customers", say.
    top : float
        The share of customers to look at from above, 0 to 1.
    share : float
        The share of the total to look at, 0 to 1.

    Returns
    -------
    Concentration

    Raises
    ------
    InvalidData
        There are no customers; a value is missing, infinite or negative; or all are 0.
    InvalidRule
        `top` or `share` is not between 0 and 1.

    See Also
    --------
    lorenz : The curve behind the figures.

    Examples
    --------
    >>> import pandas as pd
    >>> concentration(pd.DataFrame({"profit": [0, 0, 0, 10]}), value="profit").gini
    0.75
    """
    door = enter(frame)
    _require_no_negative(door, value)
    rows, times = door.distinct(value)
    amounts, counts = read_amounts(rows[value], times if door.lazy else None, value)
    population_upto, value_upto = curve_from_top(amounts, counts)
    return Concentration(
        base=value,
        population=population,
        customers=int(counts.sum()),
        total=float(amounts @ counts),
        top=top,
        top_share=share_of_top(population_upto, value_upto, top),
        share=share,
        customers_for_share=least_share_of_customers(population_upto, value_upto, share),
        gini=gini_of(amounts, counts),
        hhi=hhi_of(amounts, counts),
    )


def pareto_share(values: ArrayLike, *, top: float = 0.2) -> float:
    """Return the share of the total that the top customers have.

    Parameters
    ----------
    values : array_like of shape (customers,)
        What each customer brings: 0 or more.
    top : float
        Which share of the customers is the top, 0 to 1.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    InvalidData
        There are no values, one is missing, infinite or negative, or all are 0.
    InvalidRule
        `top` is not between 0 and 1.

    Notes
    -----
    Where the top is no whole number of customers, the last one counts in part; so this is the
    exact inverse of `customers_for_share`.

    Examples
    --------
    >>> round(pareto_share([80, 5, 5, 5, 5]), 3)
    0.8
    """
    return share_of_top(*curve_from_top(*read_amounts(values)), top)


def customers_for_share(values: ArrayLike, *, share: float = 0.8) -> float:
    """Return the least share of customers that have a given share of the total.

    Parameters
    ----------
    values : array_like of shape (customers,)
        What each customer brings: 0 or more.
    share : float
        Which share of the total, 0 to 1.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    InvalidData
        There are no values, one is missing, infinite or negative, or all are 0.
    InvalidRule
        `share` is not between 0 and 1.

    Examples
    --------
    >>> round(customers_for_share([80, 5, 5, 5, 5]), 3)
    0.2
    """
    return least_share_of_customers(*curve_from_top(*read_amounts(values)), share)


def lorenz(values: ArrayLike) -> tuple[Floats, Floats]:
    """Return the Lorenz curve: what the poorest customers have together.

    Parameters
    ----------
    values : array_like of shape (customers,)
        What each customer brings: 0 or more.

    Returns
    -------
    population : ndarray of shape (customers + 1,)
        Cumulative share of customers, from 0 to 1, the smallest first.
    share : ndarray of shape (customers + 1,)
        Cumulative share of the total, from 0 to 1.

    Raises
    ------
    InvalidData
        There are no values, one is missing, infinite or negative, or all are 0.

    References
    ----------
    .. [1] M. O. Lorenz (1905), Methods of Measuring the Concentration of Wealth, Publications of
       the American Statistical Association 9(70), 209-219.

    Examples
    --------
    >>> population, share = lorenz([1, 2, 3, 4])
    >>> population.tolist(), share.tolist()
    ([0.0, 0.25, 0.5, 0.75, 1.0], [0.0, 0.1, 0.3, 0.6, 1.0])
    """
    amounts, _ = read_amounts(values)
    together = np.concatenate(([0.0], np.cumsum(amounts)))
    return np.linspace(0.0, 1.0, amounts.size + 1), together / together[-1]


def gini(values: ArrayLike) -> float:
    """Return the Gini coefficient.

    Parameters
    ----------
    values : array_like of shape (customers,)
        What each customer brings: 0 or more.

    Returns
    -------
    float
        From 0, where all are equal, to (n - 1) / n, where one of n has all.

    Raises
    ------
    InvalidData
        There are no values, one is missing, infinite or negative, or all are 0.

    Notes
    -----
    Twice the area between the Lorenz curve and the diagonal, without the correction
    n / (n - 1) for small samples.

    Examples
    --------
    >>> gini([1, 2, 3, 4])
    0.25
    """
    return gini_of(*read_amounts(values))


def hhi(values: ArrayLike) -> float:
    """Return the Herfindahl-Hirschman index: the sum of the squared shares.

    Parameters
    ----------
    values : array_like of shape (customers,)
        What each customer brings: 0 or more.

    Returns
    -------
    float
        From 1/n, where all n are equal, to 1, where one has all.

    Raises
    ------
    InvalidData
        There are no values, one is missing, infinite or negative, or all are 0.

    References
    ----------
    .. [1] A. O. Hirschman (1964), The Paternity of an Index, American Economic Review 54(5),
       761-762.

    Examples
    --------
    >>> round(hhi([1, 2, 3, 4]), 3)
    0.3
    """
    return hhi_of(*read_amounts(values))


def _require_no_negative(door: Door, column: str) -> None:
    negative = as_float(column) < 0
    count = require_complete(door, column, flags={"__negative": negative})["__negative"]
    if count:
        code, message, remedy = NEGATIVE
        shown = list(dict.fromkeys((door.columns[0], column)))
        rows = first_rows(door.frame, negative, shown)
        problem = Problem(
            code=code, message=message, column=column, count=count, rows=rows, remedy=remedy
        )
        raise InvalidData([problem])
