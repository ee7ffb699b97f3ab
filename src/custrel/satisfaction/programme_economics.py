"""What a loyalty programme costs, what it must bring, and what it has brought."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import attrs
import numpy as np
from scipy.special import stdtr, stdtrit

from custrel._columns import require_complete, require_within
from custrel._intervals import normal_quantile
from custrel.errors import InvalidData, InvalidRule, Problem, counted
from custrel.frames import enter
from custrel.rules import Rule
from custrel.satisfaction._tables import span

__all__ = ["ProgrammeEconomics", "ProgrammeEffect", "programme_effect"]


@attrs.frozen(kw_only=True)
class ProgrammeEconomics(Rule):
    """What a programme costs, and what it must bring (测量成本与预期利益).

    Parameters
    ----------
    members : float
        How many take part.
    purchases : float
        How often a member would buy without it, in a period.
    margin : float
        What a purchase leaves, in money.
    reward : float
        What a purchase costs in rewards, in money: those that would have come anyway too.
    fixed : float
        What the programme costs in the period beside.

    Raises
    ------
    InvalidRule
        A number is negative or infinite.

    Notes
    -----
    Rewards go to all purchases of the members, so that the purchases beyond those that come anyway
    must bring (purchases * members * reward + fixed) / (margin - reward) to break even.

    Examples
    --------
    >>> cards = ProgrammeEconomics(members=1000, purchases=10, margin=4, reward=0.5, fixed=2000)
    >>> cards.break_even_purchases
    2000.0
    >>> cards.break_even_lift
    0.2
    >>> round(cards.profit(lift=0.3), 2), round(cards.roi(lift=0.3), 3)
    (3500.0, 0.412)
    """

    members: float = attrs.field(converter=float)
    purchases: float = attrs.field(converter=float)
    margin: float = attrs.field(converter=float)
    reward: float = attrs.field(converter=float)
    fixed: float = attrs.field(default=0.0, converter=float)

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(type(self)):
            if not 0 <= getattr(self, field.name) < inf:
                raise InvalidRule(f"ProgrammeEconomics: {field.name} is 0 or more, and finite.")

    @property
    def baseline(self) -> float:
        """The members' purchases that would come without the programme."""
        return self.members * self.purchases

    @property
    def break_even_purchases(self) -> float:
        """How many more purchases pay for it; infinite where a reward eats the margin."""
        cost = self.baseline * self.reward + self.fixed
        if self.margin <= self.reward:
            return inf if cost else 0.0
        return cost / (self.margin - self.reward)

    @property
    def break_even_lift(self) -> float:
        """The same as a share of the purchases that would come anyway."""
        more = self.break_even_purchases
        return more / self.baseline if self.baseline else (inf if more else 0.0)

    def cost(self, *, lift: float = 0.0) -> float:
        """Return what the programme costs.

        Parameters
        ----------
        lift : float
            By which share members buy more often than without it.

        Returns
        -------
        float
            In money.
        """
        return self.baseline * (1 + lift) * self.reward + self.fixed

    def profit(self, *, lift: float) -> float:
        """Return what the programme brings, its cost deducted.

        Parameters
        ----------
        lift : float
            By which share members buy more often than without it.

        Returns
        -------
        float
            In money.
        """
        return self.baseline * lift * self.margin - self.cost(lift=lift)

    def roi(self, *, lift: float) -> float:
        """Return the profit over the cost.

        Parameters
        ----------
        lift : float
            By which share members buy more often than without it.

        Returns
        -------
        float
            A share; NaN where the programme costs nothing.
        """
        cost = self.cost(lift=lift)
        return self.profit(lift=lift) / cost if cost else nan


@attrs.frozen(kw_only=True)
class ProgrammeEffect:
    """What a programme changed: members against others, after against before.

    Parameters
    ----------
    members, others : int
        How many there are of each.
    member_change, other_change : float
        The mean change of each.
    effect : float
        The first less the second.
    low, high : float
        Welch's interval; NaN where a group is one customer.
    confidence : float
        Of the interval.
    p_value : float
        How probable so large an effect is, to either side, if there is none.

    See Also
    --------
    programme_effect : Makes one.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {
    ...         "member": [1, 1, 1, 0, 0, 0],
    ...         "before": [2, 3, 4, 2, 3, 4],
    ...         "after": [4, 4, 6, 2, 4, 4],
    ...     }
    ... )
    >>> found = programme_effect(customers)
    >>> round(found.effect, 3), round(found.p_value, 3)
    (1.333, 0.047)
    """

    members: int
    others: int
    member_change: float
    other_change: float
    effect: float
    low: float
    high: float
    confidence: float
    p_value: float

    def __str__(self) -> str:
        return (
            f"{self.effect:+.3g} {span(self.low, self.high, '.3g')} more change among "
            f"{counted(self.members, 'member')} than among {counted(self.others, 'other')}, "
            f"p = {self.p_value:.2g}"
        )


def programme_effect(
    customers: Any,
    *,
    member: str = "member",
    before: str = "before",
    after: str = "after",
    confidence: float = 0.95,
) -> ProgrammeEffect:
    """Measure what a programme changed: differences in differences.

    Parameters
    ----------
    customers : frame
        A row for each customer, those who take part and others like them. They are brought into
        memory.
    member : str
        The column of who takes part: truth values, or 1 and 0.
    before, after : str
        Columns of purchases, or of spending, in two periods of one length.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    ProgrammeEffect

    Raises
    ------
    InvalidData
        A number is missing, `member` is neither 0 nor 1, or one of the two groups is empty.
    ColumnNotFound
        A column is not there.
    InvalidRule
        `confidence` is not between 0 and 1.
    TooManyRows
        A lazy frame has more than a million rows, and all are needed at once.

    Notes
    -----
    The change of the members less that of the others, with Welch's t. Members choose to be members:
    the figure is the programme's only as far as the others would have changed as they did.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {
    ...         "member": [1, 1, 1, 0, 0, 0],
    ...         "before": [2, 3, 4, 2, 3, 4],
    ...         "after": [4, 4, 6, 2, 4, 4],
    ...     }
    ... )
    >>> print(programme_effect(customers))
    +1.33 (0.0245 to 2.64) more change among 3 members than among 3 others, p = 0.047
    """
    normal_quantile(confidence)  # which refuses an impossible confidence
    door = enter(customers).with_truth_as_numbers(member)
    require_within(door, member, 0, 1)
    require_complete(door, before, after)
    part, first, second = door.values(member, before, after)
    change, groups = second - first, (part == 1, part == 0)
    if not all(group.any() for group in groups) or not (groups[0] | groups[1]).all():
        problem = Problem(
            code="one_group",
            message="expected members (1) and others (0), and found one kind only or neither",
            column=member,
            count=0,
        )
        raise InvalidData([problem])
    one, other = (change[group] for group in groups)
    low, high, p_value = _welch(one, other, confidence)
    return ProgrammeEffect(
        members=one.size,
        others=other.size,
        member_change=float(one.mean()),
        other_change=float(other.mean()),
        effect=float(one.mean() - other.mean()),
        low=low,
        high=high,
        confidence=confidence,
        p_value=p_value,
    )


def _welch(one: Any, other: Any, confidence: float) -> tuple[float, float, float]:
    if one.size < 2 or other.size < 2:
        return nan, nan, nan
    shares = [float(values.var(ddof=1)) / values.size for values in (one, other)]
    variance, difference = sum(shares), float(one.mean() - other.mean())
    if variance == 0:
        return difference, difference, 1.0 if difference == 0 else 0.0
    freedom = variance**2 / (shares[0] ** 2 / (one.size - 1) + shares[1] ** 2 / (other.size - 1))
    error = float(np.sqrt(variance))
    reach = float(stdtrit(freedom, 0.5 + confidence / 2)) * error
    return (
        difference - reach,
        difference + reach,
        float(2 * stdtr(freedom, -abs(difference / error))),
    )
