"""The whale curve: how the most profitable customers make more than all of the profit."""

from __future__ import annotations

from typing import Any, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel._columns import as_float, is_array
from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import collect, enter
from custrel.valuation._amounts import amounts, require_amounts

__all__ = ["WhaleCurve", "whale_curve"]

Floats = NDArray[np.float64]


def whale_curve(profits: ArrayLike) -> tuple[Floats, Floats]:
    """Return what the most profitable customers bring together.

    Parameters
    ----------
    profits : array_like of shape (customers,)
        What each customer brings after all cost; may be negative.

    Returns
    -------
    customers : ndarray of shape (customers + 1,)
        Cumulative share of customers, from 0 to 1, the most profitable first.
    profit : ndarray of shape (customers + 1,)
        What they bring together, from 0 to the total, in the currency of the profits.

    Raises
    ------
    InvalidData
        A value is missing or infinite, or there are no customers.
    InvalidRule
        The array has not one dimension.

    References
    ----------
    .. [1] R. S. Kaplan, V. G. Narayanan (2001), Measuring and Managing Customer Profitability,
       Journal of Cost Management 15(5), 5-15.

    Examples
    --------
    >>> customers, profit = whale_curve([30, -40, 100, 10])
    >>> customers.tolist(), profit.tolist()
    ([0.0, 0.25, 0.5, 0.75, 1.0], [0.0, 100.0, 130.0, 140.0, 100.0])
    """
    values = _from_the_top(profits)
    return np.linspace(0, 1, values.size + 1), np.concatenate(([0.0], np.cumsum(values)))


@attrs.frozen(kw_only=True)
class WhaleCurve:
    """What the whale curve says in figures.

    Parameters
    ----------
    total : float
        What all customers bring.
    peak : float
        What the profitable ones bring: the top of the curve.
    customers : int
        How many there are.
    profitable, break_even, losing : int
        How many bring profit, nothing, and loss.

    See Also
    --------
    whale_curve : The curve itself.
    custrel.plotting.plot_whale : Its picture.

    References
    ----------
    .. [1] R. Cooper, R. S. Kaplan (1991), Profit Priorities from Activity-Based Costing, Harvard
       Business Review 69(3), 130-135.

    Examples
    --------
    >>> print(WhaleCurve.of([30, -40, 100, 10]))
    75% of 4 customers make 140% of the profit of 100; 25% lose 40%.
    """

    total: float
    peak: float
    customers: int
    profitable: int
    break_even: int
    losing: int

    @classmethod
    def of(cls, profits: Any, *, profit: str = "profit", tolerance: float = 0.0) -> Self:
        """Measure the curve.

        Parameters
        ----------
        profits : array_like of shape (customers,) or frame
            What each customer brings after all cost.
        profit : str
            The column of a frame.
        tolerance : float
            A profit or loss of up to so much counts as breaking even.

        Returns
        -------
        WhaleCurve

        Raises
        ------
        InvalidData
            A value is missing or infinite, or there are no customers.
        InvalidRule
            The tolerance is negative.
        ColumnNotFound
            The column is not there.
        """
        if not 0 <= tolerance < np.inf:
            raise InvalidRule(f"tolerance={tolerance!r}: an amount of 0 or more.")
        if is_array(profits):
            values = _from_the_top(profits)
            up, down = values > tolerance, values < -tolerance
            sums = (values.sum(), values[values > 0].sum(), values.size, up.sum(), down.sum())
        else:
            door = enter(profits)
            require_amounts(door, profit)
            value = as_float(profit)
            marks = door.frame.select(
                total=value,
                peak=nw.when(value > 0).then(value).otherwise(nw.lit(0.0)),
                customers=nw.lit(1),
                up=nw.when(value > tolerance).then(1).otherwise(0),
                down=nw.when(value < -tolerance).then(1).otherwise(0),
            )
            added = marks.select(nw.col("total", "peak", "customers", "up", "down").sum())
            sums = collect(added).row(0)
            if not sums[2]:
                raise InvalidData([_NOBODY])
        total, peak, customers, profitable, losing = sums
        return cls(
            total=float(total),
            peak=float(peak),
            customers=int(customers),
            profitable=int(profitable),
            break_even=int(customers - profitable - losing),
            losing=int(losing),
        )

    @property
    def peak_share(self) -> float:
        """The top of the curve as a share of the total; NaN where there is no profit in all."""
        return self.peak / self.total if self.total > 0 else np.nan

    @property
    def lost_share(self) -> float:
        """What the losing customers take off it, as a share of the total; NaN without profit."""
        return self.peak_share - 1

    def __str__(self) -> str:
        if not self.total > 0:
            return (
                f"{self.customers:,} customers bring {self.total:,.10g} together: "
                f"{self.profitable:,} make {self.peak:,.10g}, {self.losing:,} lose "
                f"{self.peak - self.total:,.10g}."
            )
        lost = f"; {100 * self.losing / self.customers:.3g}% lose {100 * self.lost_share:.4g}%"
        return (
            f"{100 * self.profitable / self.customers:.3g}% of {self.customers:,} customers make "
            f"{100 * self.peak_share:.4g}% of the profit of {self.total:,.10g}"
            f"{lost if self.losing else ''}."
        )


_NOBODY = Problem(
    code="empty",
    message="there is no customer to rank",
    count=0,
    remedy="Check the filter that was applied before.",
)


def _from_the_top(profits: ArrayLike) -> Floats:
    (values,) = amounts(profits=profits)
    if values.ndim != 1:
        raise InvalidRule(f"one profit for each customer; got shape {values.shape}.")
    if not values.size:
        raise InvalidData([_NOBODY])
    return np.sort(values)[::-1]
