"""Credit limits: how much a customer may owe."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np

from custrel._columns import as_float
from custrel.errors import InvalidRule, UnknownCode
from custrel.frames import enter
from custrel.rules import Rule
from custrel.valuation._amounts import require_amounts
from custrel.valuation.credit_score import band_of, require_bands

__all__ = ["CreditLimit", "CreditPolicy"]

_COMBINATIONS = ("least", "mean", "greatest")


def _as_numbers(numbers: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(number) for number in numbers)


def _as_limits(limits: Iterable[CreditLimit]) -> tuple[CreditLimit, ...]:
    return tuple(limits)


@attrs.frozen(kw_only=True)
class CreditLimit(Rule):
    """How much credit one fact about a customer allows (信用限度).

    `by_net_assets`, `by_purchases`, `by_payments` and `by_score` make the four customary rules.

    Parameters
    ----------
    of : str
        The column of the fact.
    times : float, optional
        The limit is so many times the fact, and 0 where that is negative.
    cuts : sequence of float
        Instead: ascending values, each the least of the next band.
    amounts : sequence of float
        With cuts: the limit of each band, one more than cuts, 0 or more.

    Raises
    ------
    InvalidRule
        Neither `times` nor bands are given, or both; `times` is negative, cuts do not ascend, or
        there is not one amount more than cuts.

    Notes
    -----
    The documents ask for a limit and give no formula: all four are reconstructed alternatives.

    Examples
    --------
    >>> CreditLimit.by_purchases(2) == CreditLimit(of="monthly_purchases", times=2)
    True
    """

    of: str
    times: float | None = None
    cuts: tuple[float, ...] = attrs.field(default=(), converter=_as_numbers)
    amounts: tuple[float, ...] = attrs.field(default=(), converter=_as_numbers)

    def __attrs_post_init__(self) -> None:
        if (self.times is None) != bool(self.amounts):
            raise InvalidRule("CreditLimit: either times=..., or cuts=... and amounts=....")
        if self.times is None:
            require_bands(self, self.cuts, self.amounts, "amounts")
        if not all(0 <= number < np.inf for number in (self.times or 0.0, *self.amounts)):
            raise InvalidRule("CreditLimit: times and amounts are finite, 0 or more.")

    @classmethod
    def by_net_assets(cls, ratio: float) -> Self:
        """Allow a share of the customer's net assets.

        Parameters
        ----------
        ratio : float
            The share: 0.1, say.  Reads the column ``net_assets``.

        Returns
        -------
        CreditLimit
        """
        return cls(of="net_assets", times=ratio)

    @classmethod
    def by_purchases(cls, months: float) -> Self:
        """Allow what the customer buys until he has to pay.

        Parameters
        ----------
        months : float
            The term of payment.  Reads the column ``monthly_purchases``, the mean of a month.

        Returns
        -------
        CreditLimit
        """
        return cls(of="monthly_purchases", times=months)

    @classmethod
    def by_payments(cls, times: float = 1.0) -> Self:
        """Allow what the customer paid in the period before.

        Parameters
        ----------
        times : float
            How many times that.  Reads the column ``previous_payments``.

        Returns
        -------
        CreditLimit
        """
        return cls(of="previous_payments", times=times)

    @classmethod
    def by_score(cls, cuts: Iterable[float], amounts: Iterable[float]) -> Self:
        """Allow an amount for each band of the score.

        Parameters
        ----------
        cuts : iterable of float
            Ascending scores.
        amounts : iterable of float
            One more than cuts.  Reads the column ``credit_score``.

        Returns
        -------
        CreditLimit
        """
        return cls(of="credit_score", cuts=cuts, amounts=amounts)


@attrs.frozen(kw_only=True)
class CreditPolicy(Rule):
    """Which credit limit follows from several rules together (信用额度管理).

    Parameters
    ----------
    limits : sequence of CreditLimit
        The rules.
    combine : {"least", "mean", "greatest"}
        Which of their limits holds.
    largest : float
        What nobody is allowed to exceed.

    Raises
    ------
    InvalidRule
        There is no rule, or the largest limit is negative.
    UnknownCode
        There is no such combination.

    Examples
    --------
    >>> import pandas as pd
    >>> policy = CreditPolicy(limits=[CreditLimit.by_net_assets(0.1), CreditLimit.by_purchases(2)])
    >>> customers = pd.DataFrame({"net_assets": [5e5, 1e6], "monthly_purchases": [3e4, 2e4]})
    >>> policy.grant(customers)["credit_limit"].tolist()
    [50000.0, 40000.0]
    """

    limits: tuple[CreditLimit, ...] = attrs.field(converter=_as_limits)
    combine: Literal["least", "mean", "greatest"] = "least"
    largest: float = attrs.field(default=np.inf, converter=float)

    def __attrs_post_init__(self) -> None:
        if self.combine not in _COMBINATIONS:
            raise UnknownCode("combination of limits", str(self.combine), _COMBINATIONS)
        if not self.limits or not self.largest >= 0:
            raise InvalidRule("CreditPolicy: one limit or more, and a largest of 0 or more.")

    def grant(self, frame: Any) -> Any:
        """Add the limit of every customer to a frame.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer, with the columns that the rules read.

        Returns
        -------
        CustomerSummary or frame
            As it came, with ``credit_limit``, 0 or more.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A value is missing or infinite.
        """
        door = enter(frame)
        require_amounts(door, *dict.fromkeys(limit.of for limit in self.limits))
        allowed = [_allowed(limit) for limit in self.limits]
        across = {
            "least": nw.min_horizontal,
            "mean": nw.mean_horizontal,
            "greatest": nw.max_horizontal,
        }
        limit = across[self.combine](*allowed)
        capped = limit.clip(None, self.largest) if self.largest < np.inf else limit
        return door.leave(door.frame.with_columns(credit_limit=capped))


def _allowed(limit: CreditLimit) -> nw.Expr:
    fact = as_float(limit.of)
    if limit.times is None:
        return band_of(fact, limit.cuts, [nw.lit(amount) for amount in limit.amounts])
    return (fact * limit.times).clip(0.0, None)
