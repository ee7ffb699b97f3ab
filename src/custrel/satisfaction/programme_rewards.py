"""Rewards for buying again, and discounts for what was spent, over whole frames of customers."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from math import inf, isfinite
from typing import Any, Literal

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_float, require_complete
from custrel.errors import InvalidRule, UnknownCode
from custrel.frames import enter
from custrel.rules import Rule

__all__ = ["RewardSchedule", "TierDiscount"]

Pairs = tuple[tuple[float, float], ...]

_METRICS = ("orders", "revenue")


def _pairs(rows: Iterable[Iterable[float]]) -> Pairs:
    try:
        return tuple((float(first), float(second)) for first, second in rows)
    except (TypeError, ValueError):
        raise InvalidRule("expected pairs of numbers: [(threshold, reward), ...].") from None


@attrs.frozen(kw_only=True)
class RewardSchedule(Rule):
    """What customers get for buying again and again (忠诚奖励计划).

    Parameters
    ----------
    metric : {"orders", "revenue"}
        What is counted: purchases, or what was spent.
    rewards : sequence of pairs of float
        A threshold and what reaching it is worth, ascending.
    every : float, optional
        With it, the last threshold counts again after each further so many: "every tenth".

    Raises
    ------
    InvalidRule
        There are no rewards, thresholds do not ascend above 0, or a worth is negative.
    UnknownCode
        There is no such metric.

    Notes
    -----
    "A loyalty programme is a marketing process that rewards customers for buying repeatedly"
    (根据顾客的重复购买行为奖励顾客的营销过程). Rewards add up: who passes the third threshold has had
    all three.

    Examples
    --------
    >>> stamps = RewardSchedule(metric="orders", rewards=[(10, 5.0)], every=10)
    >>> stamps.earned(9), stamps.earned(10), stamps.earned(35)
    (0.0, 5.0, 15.0)
    """

    metric: Literal["orders", "revenue"] = "orders"
    rewards: Pairs = attrs.field(converter=_pairs)
    every: float | None = None

    def __attrs_post_init__(self) -> None:
        if self.metric not in _METRICS:
            raise UnknownCode("metric of a reward", str(self.metric), _METRICS)
        _require_ascending(self, self.rewards)
        if any(not 0 <= worth < inf for _, worth in self.rewards):
            raise InvalidRule("RewardSchedule: what a reward is worth is 0 or more.")
        if self.every is not None and not 0 < self.every < inf:
            raise InvalidRule(f"RewardSchedule: every is above 0, got {self.every!r}.")

    def earned(self, value: float) -> float:
        """Return what one customer has been given.

        Parameters
        ----------
        value : float
            His purchases, or what he spent.

        Returns
        -------
        float
            In money.
        """
        total = sum((worth for threshold, worth in self.rewards if value >= threshold), 0.0)
        last, worth = self.rewards[-1]
        if self.every is not None and value >= last:
            total += worth * int((value - last) / self.every)
        return total

    def apply(self, customers: Any, *, column: str | None = None) -> Any:
        """Add what every customer has been given, and what is missing to the next reward.

        Parameters
        ----------
        customers : CustomerSummary or frame
            A row for each customer.
        column : str, optional
            What is counted; default: the metric's column in a customer summary.

        Returns
        -------
        CustomerSummary or frame
            As it came, with ``reward`` and ``to_next_reward`` (missing where there is none).

        Raises
        ------
        InvalidData
            A number is missing.
        ColumnNotFound
            The column is not there.
        """
        door, name = enter(customers), column or self.metric
        require_complete(door, name)
        value, total, following = as_float(name), nw.lit(0.0), nw.lit(None, nw.Float64)
        last, worth = self.rewards[-1]
        if self.every is not None:
            again = ((value - last) / self.every).floor()
            total = nw.when(value >= last).then(again * worth).otherwise(total)
            following = last + (again + 1) * self.every - value
        for threshold, each in self.rewards:
            total = total + nw.when(value >= threshold).then(nw.lit(each)).otherwise(nw.lit(0.0))
        for threshold, _ in reversed(self.rewards):
            following = nw.when(value < threshold).then(threshold - value).otherwise(following)
        return door.leave(door.frame.with_columns(reward=total, to_next_reward=following))


@attrs.frozen(kw_only=True)
class TierDiscount(Rule):
    """The discount that accumulated spending earns (累计消费折扣).

    Parameters
    ----------
    tiers : sequence of pairs of float
        From which spending on, and which discount as a share, both ascending.

    Raises
    ------
    InvalidRule
        There are no tiers, or they do not ascend, or a discount is not a share.

    Notes
    -----
    "When what she has bought comes to a certain amount, she may enjoy more discount" (当购物金额
    累积到一定数量时,她可以享受更多的折扣优惠).

    Examples
    --------
    >>> TierDiscount(tiers=[(1000, 0.05), (5000, 0.1)]).rate(1000)
    0.05
    """

    tiers: Pairs = attrs.field(converter=_pairs)

    def __attrs_post_init__(self) -> None:
        _require_ascending(self, self.tiers)
        rates = [rate for _, rate in self.tiers]
        if rates != sorted(rates) or not (rates[0] >= 0 and rates[-1] < 1):
            raise InvalidRule(
                f"TierDiscount: discounts are ascending shares (0.05, not 5); got {rates}."
            )

    def rate(self, spend: float) -> float:
        """Return the discount of one customer.

        Parameters
        ----------
        spend : float
            What he has spent.

        Returns
        -------
        float
            A share.
        """
        return max((rate for threshold, rate in self.tiers if spend >= threshold), default=0.0)

    def apply(self, customers: Any, *, spend: str = "revenue") -> Any:
        """Add every customer's tier and discount.

        Parameters
        ----------
        customers : CustomerSummary or frame
            A row for each customer.
        spend : str
            The column of what he has spent.

        Returns
        -------
        CustomerSummary or frame
            As it came, with ``tier`` (0 for none, 1 for the first), ``discount`` (a share) and
            ``to_next_tier`` (missing at the top).

        Raises
        ------
        InvalidData
            A number is missing.
        ColumnNotFound
            The column is not there.
        """
        door = enter(customers)
        require_complete(door, spend)
        value, tier = as_float(spend), nw.lit(0, nw.Int64)
        rate, missing = nw.lit(0.0), nw.lit(None, nw.Float64)
        for threshold, discount in self.tiers:
            tier = tier + (value >= threshold).cast(nw.Int64)
            rate = nw.when(value >= threshold).then(nw.lit(discount)).otherwise(rate)
        for threshold, _ in reversed(self.tiers):
            missing = nw.when(value < threshold).then(threshold - value).otherwise(missing)
        columns = {"tier": tier, "discount": rate, "to_next_tier": missing}
        return door.leave(door.frame.with_columns(**columns))


def _require_ascending(rule: Rule, rows: Pairs) -> None:
    thresholds = [threshold for threshold, _ in rows]
    ascending = all(one < other for one, other in pairwise(thresholds))
    if not rows or not all(map(isfinite, thresholds)) or not thresholds[0] > 0 or not ascending:
        raise InvalidRule(
            f"{type(rule).__name__}: one threshold or more, ascending and above 0; got "
            f"{thresholds}."
        )
