"""What raises loyalty, and which of it a firm should do first."""

from __future__ import annotations

import attrs

from custrel.errors import InvalidRule
from custrel.rules import Rule
from custrel.satisfaction._codes import Code

__all__ = ["LeverRule", "LoyaltyLever"]


class LoyaltyLever(Code):
    """A way to raise loyalty (提高顾客忠诚度的途径).

    Examples
    --------
    >>> LoyaltyLever("full_satisfaction")
    Traceback (most recent call last):
    ...
    custrel.errors.UnknownCode: 'full_satisfaction' is no loyalty lever; the choices are ...
    """

    AVOID_TRAP = "avoid_trap"
    SENSIBLE_STRATEGY = "sensible_strategy"
    HANDLE_COMPLAINTS = "handle_complaints"
    RAISE_SWITCHING_COST = "raise_switching_cost"
    SATISFY_EMPLOYEES = "satisfy_employees"


@attrs.frozen(kw_only=True)
class LeverRule(Rule):
    """When each lever is called for.

    Parameters
    ----------
    elasticity : float
        Below it, more satisfaction brings hardly more loyalty.
    complaints_handled : float
        The share of complaints that must have been settled in time.
    switching_cost : float
        The least switching cost over what a rival offers.
    employee_satisfaction : float
        The least satisfaction of employees, 0 to 1.

    Raises
    ------
    InvalidRule
        A limit is negative.

    Notes
    -----
    The documents name five ways: know and avoid the satisfaction trap (充分认识并避免顾客满意陷阱), a
    sensible satisfaction strategy (制定合理的顾客满意战略), settle complaints in time and well
    (及时有效地处理顾客抱怨), raise switching costs (提高顾客的转换成本), raise the satisfaction of
    employees (提高内部员工的满意度). They reject the sixth, to spend whatever makes customers a hundred
    percent satisfied: where loyalty hardly responds, it is wasted. The limits are ours (own).

    Examples
    --------
    >>> rule = LeverRule()
    >>> [lever.value for lever in rule.recommend(in_trap=True, complaints_handled=0.7)]
    ['avoid_trap', 'handle_complaints']
    >>> rule.full_satisfaction_pays(elasticity=0.02)
    False
    """

    elasticity: float = attrs.field(default=0.1, converter=float)
    complaints_handled: float = attrs.field(default=0.9, converter=float)
    switching_cost: float = attrs.field(default=1.0, converter=float)
    employee_satisfaction: float = attrs.field(default=0.7, converter=float)

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(type(self)):
            if not getattr(self, field.name) >= 0:
                raise InvalidRule(f"LeverRule: {field.name} is 0 or more.")

    def recommend(
        self,
        *,
        in_trap: bool = False,
        elasticity: float | None = None,
        complaints_handled: float | None = None,
        switching_cost: float | None = None,
        employee_satisfaction: float | None = None,
    ) -> tuple[LoyaltyLever, ...]:
        """Return the levers that are called for, in the documents' order.

        Parameters
        ----------
        in_trap : bool
            Whether the satisfied leave: `TrapIndex.in_trap`.
        elasticity : float, optional
            Of loyalty where most customers are; what is not known calls for nothing.
        complaints_handled : float, optional
            The share of complaints that were settled in time.
        switching_cost : float, optional
            Customers' switching cost over what a rival offers.
        employee_satisfaction : float, optional
            0 to 1.

        Returns
        -------
        tuple of LoyaltyLever
        """
        short = {
            LoyaltyLever.AVOID_TRAP: in_trap,
            LoyaltyLever.SENSIBLE_STRATEGY: _below(elasticity, self.elasticity),
            LoyaltyLever.HANDLE_COMPLAINTS: _below(complaints_handled, self.complaints_handled),
            LoyaltyLever.RAISE_SWITCHING_COST: _below(switching_cost, self.switching_cost),
            LoyaltyLever.SATISFY_EMPLOYEES: _below(
                employee_satisfaction, self.employee_satisfaction
            ),
        }
        return tuple(lever for lever, wanted in short.items() if wanted)

    def full_satisfaction_pays(self, *, elasticity: float) -> bool:
        """Tell whether spending more on satisfaction brings loyalty at all.

        Parameters
        ----------
        elasticity : float
            Of loyalty where most customers are.

        Returns
        -------
        bool
        """
        return elasticity >= self.elasticity


def _below(value: float | None, least: float) -> bool:
    return value is not None and value < least
