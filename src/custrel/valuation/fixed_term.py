"""What a customer is worth over a fixed term: the documents' own formula."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel._columns import as_float
from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.rules import Rule
from custrel.units import TimeUnit
from custrel.valuation._amounts import (
    amounts,
    discount_factors,
    number_of_periods,
    require_amounts,
)
from custrel.valuation._rows import require_one_length
from custrel.valuation.discounting import DiscountRate

__all__ = ["FixedTermValue", "fixed_term_value"]

Floats = NDArray[np.float64]


def _as_unit(period: TimeUnit | str) -> TimeUnit:
    return TimeUnit(period)


@attrs.frozen(kw_only=True)
class FixedTermValue(Rule):
    """What customers are worth over a number of years (客户价值计算公式).

    Parameters
    ----------
    periods : int
        The term, in periods: 0 or more.
    discount : DiscountRate or None
        What money loses over time (资金占用利率); None: nothing.
    margin : float
        The share of payments and income that is the firm's.  The documents count revenue: 1.
    period : TimeUnit or str
        How long a period is.
    first : float
        When the first income is due, in periods from now: 1 is the end of the first period.

    Raises
    ------
    InvalidRule
        The term is no whole number or negative, or the margin or the first moment impossible.
    UnknownCode
        There is no such unit of time.

    See Also
    --------
    fixed_term_value : The same in one call.
    retention_value : Where customers may leave before the term is over.

    Notes
    -----
    V = margin x P0 - C0 + sum over n = 1..N of margin x R_n / (1 + r)^n, where P0 is the first
    payment, C0 what it cost to win the customer, R_n the yearly income, r the rate, N the term
    (V, P0, C0, R, R, N in the documents, whose formula is lost, and in which two things are
    called R: reconstructed).  That the first year's income is discounted is reconstructed too;
    ``first=0`` takes it to be due at once.  The documents define the value by benefit and compute
    it from revenue; `margin` is the way from one to the other.

    Examples
    --------
    >>> rule = FixedTermValue(periods=3, discount=DiscountRate.per_year(0.10))
    >>> rule.value(income=100, first_payment=50, acquisition_cost=80).round(2).item()
    218.69
    """

    periods: int
    discount: DiscountRate | None
    margin: float = attrs.field(default=1.0, converter=float)
    period: TimeUnit = attrs.field(default=TimeUnit.YEAR, converter=_as_unit)
    first: float = attrs.field(default=1.0, converter=float)

    def __attrs_post_init__(self) -> None:
        number_of_periods("periods", self.periods)
        if not np.isfinite(self.margin) or not 0 <= self.first < np.inf:
            raise InvalidRule(
                "FixedTermValue: margin must be finite, and first 0 or more; got "
                f"margin={self.margin:g}, first={self.first:g}."
            )

    @property
    def annuity(self) -> float:
        """What an income of 1 in every period is worth now."""
        return float(self._factors().sum())

    def value(
        self,
        *,
        income: ArrayLike,
        first_payment: ArrayLike = 0.0,
        acquisition_cost: ArrayLike = 0.0,
        yearly: bool = False,
    ) -> Floats:
        """Return the value of customers.

        Parameters
        ----------
        income : array_like of shape (...) or (..., periods)
            What a customer brings in each period; see `yearly`.
        first_payment : array_like of shape (...)
            What he pays now, at his first purchase.
        acquisition_cost : array_like of shape (...)
            What it cost to win him, 0 or more.
        yearly : bool
            Whether the last axis of `income` has one income for each period, instead of one for
            all.

        Returns
        -------
        ndarray of shape (...)
            In the currency of the income.

        Raises
        ------
        InvalidData
            A value is missing or infinite, or a cost is negative.
        InvalidRule
            There are not as many incomes as periods.
        """
        paid, each = amounts(first_payment=first_payment), amounts(income=income)
        (cost,) = amounts(acquisition_cost=acquisition_cost, least=0)
        if yearly:
            _require_length(each[0].shape[-1:], self.periods)
            to_come = each[0] @ self._factors()
        else:
            to_come = each[0] * self.annuity
        require_one_length(income=to_come, first_payment=paid[0], acquisition_cost=cost)
        return np.asarray(self.margin * (paid[0] + to_come) - cost)

    def predict(
        self,
        frame: Any,
        *,
        income: str | Sequence[str] = "income",
        first_payment: str | None = "first_payment",
        acquisition_cost: str | None = "acquisition_cost",
    ) -> Any:
        """Add the value of every customer to a frame.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer.
        income : str or sequence of str
            The column of the income of every period, or a column for each period.
        first_payment : str or None
            The column of what he pays at the first purchase; None: nothing.
        acquisition_cost : str or None
            The column of what it cost to win him, 0 or more; None: nothing.

        Returns
        -------
        CustomerSummary or frame
            As it came, with ``term_value``.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A value is missing or infinite, or a cost is negative.
        InvalidRule
            There are not as many columns of income as periods.
        """
        door = enter(frame)
        given = [name for name in (first_payment,) if name is not None]
        incomes = [income] if isinstance(income, str) else list(income)
        if not isinstance(income, str):
            _require_length((len(incomes),), self.periods)
        require_amounts(door, *incomes, *given)
        factors = [self.annuity] if isinstance(income, str) else self._factors().tolist()
        terms = [as_float(name) * factor for name, factor in zip(incomes, factors, strict=True)]
        terms += [as_float(name) for name in given]
        value = reduce(lambda one, other: one + other, terms) * self.margin
        if acquisition_cost is not None:
            require_amounts(door, acquisition_cost, least=0)
            value = value - as_float(acquisition_cost)
        return door.leave(door.frame.with_columns(term_value=value))

    def _factors(self) -> Floats:
        return discount_factors(self.discount, self.period, self.first + np.arange(self.periods))


def fixed_term_value(
    income: ArrayLike,
    *,
    periods: int,
    discount: DiscountRate | None,
    first_payment: ArrayLike = 0.0,
    acquisition_cost: ArrayLike = 0.0,
    margin: float = 1.0,
) -> Floats:
    """Return what customers are worth over a number of years of equal income.

    Parameters
    ----------
    income : array_like
        What a customer brings in each year.
    periods : int
        The term, in years.
    discount : DiscountRate or None
        What money loses over time; None: nothing.
    first_payment : array_like
        What he pays now, at his first purchase.
    acquisition_cost : array_like
        What it cost to win him, 0 or more.
    margin : float
        The share of payments and income that is the firm's.

    Returns
    -------
    ndarray
        Of the broadcast shape.

    Raises
    ------
    InvalidRule
        The term is no whole number or negative.
    InvalidData
        A value is missing or infinite, or a cost is negative.

    See Also
    --------
    FixedTermValue : Incomes that differ by year, other periods, frames.

    Examples
    --------
    >>> fixed_term_value(100, periods=3, discount=None, acquisition_cost=[0, 80]).tolist()
    [300.0, 220.0]
    """
    rule = FixedTermValue(periods=periods, discount=discount, margin=margin)
    return rule.value(income=income, first_payment=first_payment, acquisition_cost=acquisition_cost)


def _require_length(shape: tuple[int, ...], periods: int) -> None:
    if shape != (periods,):
        given = shape[0] if shape else 1
        raise InvalidRule(f"{given} incomes for a term of {periods} periods.")
