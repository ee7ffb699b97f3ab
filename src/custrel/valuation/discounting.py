"""A discount rate that carries its period, so that a year's is never taken for a week's."""

from __future__ import annotations

import math
from typing import Self

import attrs

from custrel.errors import InvalidRule
from custrel.rules import Rule
from custrel.units import TimeUnit

__all__ = ["DiscountRate"]


@attrs.frozen
class DiscountRate(Rule):
    """An effective rate of discount per unit of time.

    Parameters
    ----------
    rate : float
        What a payment loses by being due one unit later, as a fraction: 0.10 is 10 %.
        Greater than -1.
    unit : TimeUnit or str
        The unit that the rate is for.

    Raises
    ------
    InvalidRule
        The rate is not a finite number greater than -1.

    Notes
    -----
    Rates of different units are converted by compounding: 1 + rate per year =
    (1 + rate per week) ** (weeks a year).

    Examples
    --------
    >>> rate = DiscountRate.per_year(0.10)
    >>> round(rate.per("W"), 7)
    0.0018283
    >>> print(rate)
    10% per year
    """

    rate: float = attrs.field(converter=float)
    unit: TimeUnit = attrs.field(converter=TimeUnit)

    def __attrs_post_init__(self) -> None:
        if not -1 < self.rate < float("inf"):
            raise InvalidRule(
                f"a discount rate of {self.rate!r}: it must be greater than -1 and finite; "
                "10 % is 0.10."
            )

    @classmethod
    def per_year(cls, rate: float) -> Self:
        """Return a yearly rate.

        Parameters
        ----------
        rate : float
            As a fraction of a year's end value.

        Returns
        -------
        DiscountRate
        """
        return cls(rate, TimeUnit.YEAR)

    @classmethod
    def per_month(cls, rate: float) -> Self:
        """Return a monthly rate.

        Parameters
        ----------
        rate : float
            As a fraction per mean month.

        Returns
        -------
        DiscountRate
        """
        return cls(rate, TimeUnit.MONTH)

    def per(self, unit: TimeUnit | str) -> float:
        """Return the equivalent rate of another unit of time.

        Parameters
        ----------
        unit : TimeUnit or str
            The other unit.

        Returns
        -------
        float
            As a fraction per that unit.
        """
        return math.expm1(TimeUnit(unit).in_units(self.unit) * math.log1p(self.rate))

    def __str__(self) -> str:
        return f"{100 * self.rate:.6g}% per {self.unit.name.lower()}"


def rate_per(discount: DiscountRate | None, unit: TimeUnit | str) -> float:
    """Return the rate of a unit, 0 without discounting; refuse a number that says no unit."""
    if discount is None:
        return 0.0
    if not isinstance(discount, DiscountRate):
        raise InvalidRule(
            f"discount={discount!r} does not say of which time: "
            f"discount=DiscountRate.per_year({discount!r}), or None for none."
        )
    return discount.per(unit)
