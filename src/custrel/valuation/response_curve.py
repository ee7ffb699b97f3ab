"""Winning against keeping: what spending reaches, and where the next unit of money earns more."""

from __future__ import annotations

from typing import Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import InvalidRule
from custrel.rules import Rule
from custrel.valuation._amounts import amounts, refuse
from custrel.valuation._rows import require_one_length

__all__ = ["ResponseCurve", "acquire_or_retain"]

Floats = NDArray[np.float64]


def acquire_or_retain(
    *,
    acquisition_cost: ArrayLike,
    retention_cost: ArrayLike,
    value_new: ArrayLike,
    value_old: ArrayLike,
) -> Floats:
    """Return how much more a unit of money earns when it keeps a customer than when it wins one.

    Parameters
    ----------
    acquisition_cost : array_like
        What it costs to win one new customer, more than 0.
    retention_cost : array_like
        What it costs to keep one customer who would have gone, more than 0.
    value_new : array_like
        What a new customer is worth, more than 0.
    value_old : array_like
        What a kept customer is worth.

    Returns
    -------
    ndarray
        Of the broadcast shape: above 1, keep; below 1, win new ones.

    Raises
    ------
    InvalidData
        A value is missing or infinite, a cost or `value_new` is not above 0, or the arrays do not
        fit together.

    Notes
    -----
    (value_old / retention_cost) / (value_new / acquisition_cost).  The documents give the reasons
    why firms turn to those whom they have (留住老客户): the new ones cost more, the old ones buy
    more, speak for the firm, and cost less to serve.

    Examples
    --------
    >>> ratio = acquire_or_retain(
    ...     acquisition_cost=100, retention_cost=20, value_new=300, value_old=360
    ... )
    >>> ratio.item()
    6.0
    """
    win, keep, new = amounts(
        acquisition_cost=acquisition_cost, retention_cost=retention_cost, value_new=value_new
    )
    (old,) = amounts(value_old=value_old)
    for name, values in ("acquisition_cost", win), ("retention_cost", keep), ("value_new", new):
        refuse(name, values, values <= 0, "not above 0")
    require_one_length(acquisition_cost=win, retention_cost=keep, value_new=new, value_old=old)
    return np.asarray(old / keep * win / new)


@attrs.frozen(kw_only=True)
class ResponseCurve(Rule):
    """How many customers spending wins or keeps: ever less for ever more money.

    Parameters
    ----------
    ceiling : float
        The share that could be won (or kept) for any money, above 0 and up to 1.
    steepness : float
        How fast the ceiling is approached, per unit of money spent on each; above 0.

    Raises
    ------
    InvalidRule
        A number is out of its bounds.

    Notes
    -----
    rate = ceiling x (1 - exp(-steepness x spending)), from two judgments of a manager: the ceiling,
    and the rate at today's spending (`from_today`).

    References
    ----------
    .. [1] R. C. Blattberg, J. Deighton (1996), Manage Marketing by the Customer Equity Test,
       Harvard Business Review 74(4), 136-144.

    Examples
    --------
    >>> curve = ResponseCurve.from_today(ceiling=0.4, spending=5, rate=0.2)
    >>> round(curve.rate(10).item(), 6)
    0.3
    >>> round(curve.best_spending(value=100), 2)
    12.36
    """

    ceiling: float = attrs.field(converter=float)
    steepness: float = attrs.field(converter=float)

    def __attrs_post_init__(self) -> None:
        if not 0 < self.ceiling <= 1 or not 0 < self.steepness < np.inf:
            raise InvalidRule(
                "ResponseCurve: the ceiling is a share above 0, the steepness a number above 0; "
                f"got {self.ceiling:g} and {self.steepness:g}."
            )

    @classmethod
    def from_today(cls, *, ceiling: float, spending: float, rate: float) -> Self:
        """Return the curve through what is spent and reached today.

        Parameters
        ----------
        ceiling : float
            The share that could be won (or kept) for any money.
        spending : float
            What is spent today on each prospect (or customer), above 0.
        rate : float
            The share that is won (or kept) by it, above 0 and below the ceiling.

        Returns
        -------
        ResponseCurve

        Raises
        ------
        InvalidRule
            A number is out of its bounds.
        """
        if not (0 < rate < ceiling and 0 < spending < np.inf):
            raise InvalidRule(
                "expected 0 < rate < ceiling and spending above 0; got "
                f"rate={rate:g}, ceiling={ceiling:g}, spending={spending:g}."
            )
        return cls(ceiling=ceiling, steepness=-np.log1p(-rate / ceiling) / spending)

    def rate(self, spending: ArrayLike) -> Floats:
        """Return the share that is won (or kept).

        Parameters
        ----------
        spending : array_like
            Money spent on each, 0 or more.

        Returns
        -------
        ndarray

        Raises
        ------
        InvalidData
            A value is missing, infinite or negative.
        """
        (spent,) = amounts(spending=spending, least=0)
        return np.asarray(-self.ceiling * np.expm1(-self.steepness * spent))

    def best_spending(self, value: float) -> float:
        """Return the spending on each prospect (or customer) that earns most.

        Parameters
        ----------
        value : float
            What each who is won (or kept) is worth.

        Returns
        -------
        float
            0 where not even the first unit of money comes back.

        Raises
        ------
        InvalidRule
            The value is no finite number.

        Notes
        -----
        rate x value - spending is greatest where the last unit of money brings back one:
        spending = log(ceiling x steepness x value) / steepness.
        """
        if not np.isfinite(value):
            raise InvalidRule(f"value={value!r}: it must be a finite number.")
        gain = self.ceiling * self.steepness * value
        return float(np.log(gain) / self.steepness) if gain > 1 else 0.0
