"""Customer equity: what all customers together are worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel._columns import as_float, is_array
from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import Door, collect, enter
from custrel.units import TimeUnit
from custrel.valuation._amounts import amounts, discount_factors, require_amounts
from custrel.valuation.discounting import DiscountRate

__all__ = ["CustomerEquity"]

Floats = NDArray[np.float64]


@attrs.frozen(kw_only=True)
class CustomerEquity:
    """What the customers of a firm are worth together (顾客资产).

    `from_flows` discounts what they bring; `from_values` adds up lifetime values, which are
    present values already, and knows no rate: so nothing is ever discounted twice.

    Parameters
    ----------
    total : float
        The sum of the present values, in the currency of the data.
    customers : int
        How many there are.
    losing : int
        How many have a negative value.
    losses : float
        The sum of those negative values.
    discount : DiscountRate or None
        What the flows were discounted by here; None where the values came discounted, or not.

    Notes
    -----
    CE = sum over customers of CLV, CLV = sum over t of contribution_t / (1 + rate)^t.  The
    documents speak once of the discounted value of the sum of lifetime values, once of the sum of
    discounted contributions: both mean one discounting.

    References
    ----------
    .. [1] R. C. Blattberg, J. Deighton (1996), Manage Marketing by the Customer Equity Test,
       Harvard Business Review 74(4), 136-144.
    .. [2] R. T. Rust, V. A. Zeithaml, K. N. Lemon (2000), Driving Customer Equity, Free Press.

    Examples
    --------
    >>> flows = [[100, 100], [50, -80]]
    >>> equity = CustomerEquity.from_flows(flows, discount=DiscountRate.per_year(0.25))
    >>> print(equity)
    132.8 of 2 customers, 66.4 each on average; 1 loses 11.2; at 25% per year
    >>> CustomerEquity.from_values([144, -11.2]).total
    132.8
    """

    total: float
    customers: int
    losing: int
    losses: float
    discount: DiscountRate | None = None

    @classmethod
    def from_flows(
        cls,
        flows: Any,
        *,
        discount: DiscountRate | None,
        columns: Sequence[str] = (),
        period: TimeUnit | str = "Y",
        first: float = 1,
    ) -> Self:
        """Discount the contributions of customers, and add them up.

        Parameters
        ----------
        flows : array_like of shape (customers, periods) or frame
            What each customer brings in each period, after cost.
        discount : DiscountRate or None
            What money loses over time; None: nothing.
        columns : sequence of str
            Of a frame: the columns of the periods, in order.
        period : TimeUnit or str
            How long a period is.
        first : float
            When the first flow is due, in periods from now: 1 is the end of the first period.

        Returns
        -------
        CustomerEquity

        Raises
        ------
        InvalidData
            There are no customers, or a flow is missing or infinite.
        InvalidRule
            An array has not two dimensions, or of a frame no columns are named.
        ColumnNotFound
            A column is not there.
        """
        if is_array(flows):
            (paid,) = amounts(flows=flows)
            if paid.ndim != 2:
                raise InvalidRule(f"flows have a row per customer; got shape {paid.shape}.")
            values = paid @ discount_factors(discount, period, first + np.arange(paid.shape[1]))
            return cls._of_values(values, discount)
        if not columns:
            raise InvalidRule("name the columns of the periods: columns=['year_1', 'year_2'].")
        door = enter(flows)
        require_amounts(door, *columns)
        factors = discount_factors(discount, period, first + np.arange(len(columns)))
        value = as_float(columns[0]) * float(factors[0])
        for name, factor in zip(columns[1:], factors[1:], strict=True):
            value = value + as_float(name) * float(factor)
        return cls._of_column(door, value, discount)

    @classmethod
    def from_values(cls, values: Any, *, column: str = "lifetime_value") -> Self:
        """Add up lifetime values, which are present values already.

        Parameters
        ----------
        values : array_like of shape (customers,) or frame
            What each customer is worth.
        column : str
            The column of a frame.

        Returns
        -------
        CustomerEquity

        Raises
        ------
        InvalidData
            There are no customers, or a value is missing or infinite.
        InvalidRule
            An array has not one dimension.
        ColumnNotFound
            The column is not there.
        """
        if is_array(values):
            (worth,) = amounts(values=values)
            if worth.ndim != 1:
                raise InvalidRule(f"one value for each customer; got shape {worth.shape}.")
            return cls._of_values(worth, None)
        door = enter(values)
        require_amounts(door, column)
        return cls._of_column(door, as_float(column), None)

    @property
    def mean(self) -> float:
        """What a customer is worth on average."""
        return self.total / self.customers

    @classmethod
    def _of_values(cls, values: Floats, discount: DiscountRate | None) -> Self:
        negative = values[values < 0]
        sums = (values.sum(), values.size, negative.size, negative.sum())
        return cls._of(sums, discount)

    @classmethod
    def _of_column(cls, door: Door, value: nw.Expr, discount: DiscountRate | None) -> Self:
        """Add up on the engine that holds the customers."""
        negative = nw.when(nw.col("value") < 0)
        marked = door.frame.select(value=value).with_columns(
            one=nw.lit(1),
            losing=negative.then(1).otherwise(0),
            loss=negative.then(nw.col("value")).otherwise(nw.lit(0.0)),
        )
        sums = collect(marked.select(nw.col("value", "one", "losing", "loss").sum()))
        return cls._of(sums.row(0), discount)

    @classmethod
    def _of(cls, sums: Sequence[float | None], discount: DiscountRate | None) -> Self:
        total, customers, losing, losses = (number or 0 for number in sums)
        if not customers:
            problem = Problem(code="empty", message="there is no customer to value", count=0)
            raise InvalidData([problem], remedy="Check the filter that was applied before.")
        return cls(
            total=float(total),
            customers=int(customers),
            losing=int(losing),
            losses=float(losses),
            discount=discount,
        )

    def __str__(self) -> str:
        losing = (
            f"; {self.losing:,} loses {-self.losses:,.10g}"
            if self.losing == 1
            else (f"; {self.losing:,} lose {-self.losses:,.10g}" if self.losing else "")
        )
        rate = "" if self.discount is None else f"; at {self.discount}"
        return (
            f"{self.total:,.10g} of {self.customers:,} customers, {self.mean:,.10g} each on "
            f"average{losing}{rate}"
        )
