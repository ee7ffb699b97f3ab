"""Switching cost: what holds a customer, what hinders his return, what a rival must offer."""

from __future__ import annotations

from typing import Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import InvalidRule
from custrel.rules import Rule

__all__ = ["SwitchingCost", "switch_gain"]

Floats = NDArray[np.float64]


@attrs.frozen(kw_only=True)
class SwitchingCost(Rule):
    """What it costs a customer, once, to change his supplier (转换成本).

    Parameters
    ----------
    financial : float
        Money that is lost or paid: benefits given up, fees, deposits.
    procedural : float
        Time and effort of searching, setting up and learning, in money.
    relational : float
        Bonds to people and to the brand, in money.

    Raises
    ------
    InvalidRule
        A part is negative or infinite.

    Notes
    -----
    "The one-time cost that a buyer pays for changing his supplier" (购买者变换供应者所支付的一次性
    成本). The documents use it three ways, and the sign of each is another: before a customer leaves it
    holds him (`holds`), which is why it is to be raised; after he has left it hinders his return
    (`hurdle`), since he now has one with the rival; and a rival must offer more than it
    (`break_even_incentive`). The three parts are Burnham's (reconstructed).

    References
    ----------
    .. [1] M. E. Porter (1980), Competitive Strategy, Free Press, page 10.
    .. [2] T. A. Burnham, J. K. Frels, V. Mahajan (2003), Consumer Switching Costs: A Typology,
       Antecedents, and Consequences, Journal of the Academy of Marketing Science 31(2), 109-126.

    Examples
    --------
    >>> cost = SwitchingCost(financial=20, procedural=SwitchingCost.of_time(2, hourly=15))
    >>> cost.total
    50.0
    >>> cost.holds(benefit=40), cost.holds(benefit=60)
    (True, False)
    """

    financial: float = attrs.field(default=0.0, converter=float)
    procedural: float = attrs.field(default=0.0, converter=float)
    relational: float = attrs.field(default=0.0, converter=float)

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(type(self)):
            if not 0 <= getattr(self, field.name) < np.inf:
                raise InvalidRule(f"SwitchingCost: {field.name} is 0 or more, and finite.")

    @staticmethod
    def of_time(hours: float, *, hourly: float) -> float:
        """Return what time is worth.

        Parameters
        ----------
        hours : float
            How long.
        hourly : float
            The value of an hour.

        Returns
        -------
        float
            In money.
        """
        return hours * hourly

    @property
    def total(self) -> float:
        """The sum of its parts."""
        return self.financial + self.procedural + self.relational

    @property
    def break_even_incentive(self) -> float:
        """What a rival must offer at least before switching pays."""
        return self.total

    def raised(
        self, *, financial: float = 0.0, procedural: float = 0.0, relational: float = 0.0
    ) -> Self:
        """Return the cost after it was raised: rewards, support, communication.

        Parameters
        ----------
        financial : float
            What service rewards (服务奖励) add.
        procedural : float
            What support tied to the firm (周到的服务支持) adds.
        relational : float
            What communication (有效的沟通) adds.

        Returns
        -------
        SwitchingCost
        """
        return attrs.evolve(
            self,
            financial=self.financial + financial,
            procedural=self.procedural + procedural,
            relational=self.relational + relational,
        )

    def holds(self, *, benefit: float) -> bool:
        """Tell whether it holds a customer against what a rival offers.

        Parameters
        ----------
        benefit : float
            What the rival offers, in money.

        Returns
        -------
        bool
            Whether the gain of switching is not above 0.
        """
        return not benefit - self.total > 0

    def hurdle(self, *, benefit: float) -> float:
        """Return what is missing to bring a customer back who has this cost with a rival.

        Parameters
        ----------
        benefit : float
            What his return would bring him, in money.

        Returns
        -------
        float
            0 where he would come back as it is.
        """
        return max(0.0, self.total - benefit)


def switch_gain(benefit: ArrayLike, cost: ArrayLike) -> Floats:
    """Return what customers gain by switching (赚到的感觉).

    Parameters
    ----------
    benefit : array_like of shape (customers,)
        What they get, in money.
    cost : array_like of shape (customers,)
        What switching costs them, in money.

    Returns
    -------
    ndarray of shape (customers,)
        Positive: they will switch.

    Raises
    ------
    InvalidRule
        A cost is negative.

    Notes
    -----
    "A's benefit less A's switching cost is A's feeling of having gained" (小A得到的利益-小A的转换成本=
    赚到的感觉).

    Examples
    --------
    A ride service gives three coupons of 9, 8 and 10 to whoever tries it:

    >>> switch_gain(9 + 8 + 10, SwitchingCost(procedural=12).total).item()
    15.0
    """
    gains, costs = np.asarray(benefit, dtype=np.float64), np.asarray(cost, dtype=np.float64)
    if not np.all(costs >= 0):
        raise InvalidRule("a switching cost is 0 or more.")
    return np.asarray(gains - costs)
