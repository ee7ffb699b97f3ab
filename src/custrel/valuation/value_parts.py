"""What the value of a customer consists of: the documents' four divisions, behind one interface."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from types import MappingProxyType
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np

from custrel._columns import as_float
from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.rules import Rule
from custrel.units import TimeUnit
from custrel.valuation._amounts import in_order, require_amounts, require_present
from custrel.valuation.discounting import DiscountRate, rate_per

__all__ = [
    "HISTORICAL_CURRENT_POTENTIAL",
    "IMMEDIATE_POTENTIAL_MODEL",
    "NET_OF_COST",
    "PROFIT_LESS_COST",
    "REALIZED_POTENTIAL",
    "ValueScheme",
]


def _as_names(parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(parts)


def _as_signs(signs: Iterable[int]) -> tuple[int, ...]:
    return tuple(int(sign) for sign in signs)


@attrs.frozen
class _Moment:
    """What is asked of each flow: when it is, of which sign, and through whom."""

    later: nw.Expr
    recent: nw.Expr
    own: nw.Expr
    amount: nw.Expr


# Which flows belong to a part.
_MEMBERS: Mapping[str, Callable[[_Moment], nw.Expr]] = MappingProxyType(
    {
        "realized": lambda flow: ~flow.later,
        "historical": lambda flow: ~flow.later & ~flow.recent,
        "current": lambda flow: ~flow.later & flow.recent,
        "immediate": lambda flow: ~flow.later & flow.own,
        "potential": lambda flow: flow.later & flow.own,
        "model": lambda flow: ~flow.own,
        "profit": lambda flow: flow.amount > 0,
        "cost": lambda flow: flow.amount < 0,
    }
)


@attrs.frozen
class ValueScheme(Rule):
    """The parts of a customer's value, and which of them count against it.

    The documents divide the value in four ways, `REALIZED_POTENTIAL`,
    `HISTORICAL_CURRENT_POTENTIAL`, `IMMEDIATE_POTENTIAL_MODEL` and `PROFIT_LESS_COST`, and define
    it in a fifth, `NET_OF_COST`.  Whatever the division, the parts give the same total.

    Parameters
    ----------
    parts : sequence of str
        Their names, which are the columns that hold them.
    signs : sequence of int
        1 for a part that adds to the value, -1 for one that is taken off.

    Raises
    ------
    InvalidRule
        There is no part, a name stands twice, or a sign is missing or neither 1 nor -1.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"realized": [300.0, 50.0], "potential": [120.0, 400.0]})
    >>> REALIZED_POTENTIAL.total(customers)["value"].tolist()
    [420.0, 450.0]
    >>> ValueScheme(("sales", "service"), (1, -1)).signs
    (1, -1)
    """

    parts: tuple[str, ...] = attrs.field(converter=_as_names)
    signs: tuple[int, ...] = attrs.field(converter=_as_signs)

    def __attrs_post_init__(self) -> None:
        if not self.parts or len(set(self.parts)) != len(self.parts):
            raise InvalidRule("ValueScheme: one part or more, each with its own name.")
        if len(self.signs) != len(self.parts) or not set(self.signs) <= {1, -1}:
            raise InvalidRule("ValueScheme: a sign for each part, 1 or -1.")

    def total(self, frame: Any, *, value: str = "value") -> Any:
        """Add up the parts.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer, a column for each part.
        value : str
            What to call the total.

        Returns
        -------
        CustomerSummary or frame
            As it came, with the total.

        Raises
        ------
        ColumnNotFound
            A part is not there.
        InvalidData
            A value is missing or infinite.
        """
        door = enter(frame)
        require_amounts(door, *self.parts)
        return door.leave(door.frame.with_columns(**{value: self._sum()}))

    def split(
        self,
        flows: Any,
        *,
        as_of: float,
        window: float | None = None,
        customer: str = "customer_id",
        period: str = "period",
        amount: str = "amount",
        through_others: str | None = None,
        discount: DiscountRate | None = None,
        unit: TimeUnit | str = "Y",
        compound: bool = False,
    ) -> Any:
        """Divide what customers brought and are expected to bring.

        Parameters
        ----------
        flows : frame
            A row for each flow of money: who, when, how much; costs are negative.
        as_of : float
            The last period that is past.
        window : float, optional
            How many of the last periods are current; needed where a part is "current".
        customer, period, amount : str
            The columns of the customer, of the period as a number (2025, 2026, ...) and of the
            amount.
        through_others : str, optional
            The column that is true where the money comes from other customers, whom this one was
            the model for; needed where a part is "model".
        discount : DiscountRate, optional
            What money loses over time; None: nothing.
        unit : TimeUnit or str
            How long a period is.
        compound : bool
            Whether past flows earn interest up to `as_of`; otherwise they count as they were.

        Returns
        -------
        frame
            Of the kind that came in, one row per customer: the customer, each part, and ``value``.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A value is missing or infinite.
        InvalidRule
            A part cannot be told by period and sign, or what tells it is missing.

        Examples
        --------
        >>> import pandas as pd
        >>> flows = pd.DataFrame(
        ...     {
        ...         "customer_id": ["a"] * 4,
        ...         "period": [2023, 2025, 2026, 2027],
        ...         "amount": [100.0, 80.0, 60.0, -10.0],
        ...     }
        ... )
        >>> HISTORICAL_CURRENT_POTENTIAL.split(flows, as_of=2025, window=1)
          customer_id  historical  current  potential  value
        0           a       100.0     80.0       50.0  230.0
        """
        self._require_told(window, through_others)
        door = enter(flows)
        require_present(door, customer, through_others, of="flow")
        require_amounts(door, period, amount, of="flow")
        time, paid = as_float(period) - float(as_of), as_float(amount)
        rate = np.log1p(rate_per(discount, unit))
        counted = time if compound else nw.when(time > 0).then(time).otherwise(nw.lit(0.0))
        worth = paid if discount is None else paid * (counted * -float(rate)).exp()
        moment = _Moment(
            later=time > 0,
            recent=time > -float(window or 0.0),
            own=~nw.col(str(through_others)) if "model" in self.parts else nw.lit(value=True),
            amount=paid,
        )
        marked = door.frame.select(
            customer,
            **{
                name: nw.when(_MEMBERS[name](moment)).then(worth * sign).otherwise(nw.lit(0.0))
                for name, sign in zip(self.parts, self.signs, strict=True)
            },
        )
        divided = marked.group_by(customer).agg(*[nw.col(name).sum() for name in self.parts])
        return in_order(divided.with_columns(value=self._sum()), customer)

    def _sum(self) -> nw.Expr:
        signed = [as_float(name) * s for name, s in zip(self.parts, self.signs, strict=True)]
        return reduce(lambda one, other: one + other, signed)

    def _require_told(self, window: float | None, through_others: str | None) -> None:
        unknown = [name for name in self.parts if name not in _MEMBERS]
        if unknown:
            raise InvalidRule(
                f"{', '.join(map(repr, unknown))} cannot be told from the period and the sign of "
                "a flow; give the parts as columns: total(frame)."
            )
        if "current" in self.parts and (window is None or not window > 0):
            raise InvalidRule("say how many of the last periods are current: window=1.")
        if "model" in self.parts and through_others is None:
            raise InvalidRule(
                "say which flows come from others whom the customer was the model for: "
                "through_others='referred'."
            )


REALIZED_POTENTIAL = ValueScheme(("realized", "potential"), (1, 1))
"""Realized and potential value (已实现价值, 潜在价值): together the lifetime value (终身价值)."""

HISTORICAL_CURRENT_POTENTIAL = ValueScheme(("historical", "current", "potential"), (1, 1, 1))
"""Historical, current and potential value (历史价值, 当前价值, 潜在价值)."""

IMMEDIATE_POTENTIAL_MODEL = ValueScheme(("immediate", "potential", "model"), (1, 1, 1))
"""Immediate, potential and model value (即时价值, 潜在价值, 模型价值).

The model value is what the customer brings through others whom he was the model for
(reconstructed: the documents name it only).
"""

PROFIT_LESS_COST = ValueScheme(("profit", "cost"), (1, -1))
"""The value of a relationship, CRV = CRP - CRC (客户关系价值).

The profit that it brings less the cost that it causes; that the one is taken off the other is
reconstructed.
"""

NET_OF_COST = ValueScheme(("net_cash", "acquisition_cost", "retention_cost"), (1, -1, -1))
"""The value of a customer to the firm: net cash less what winning and keeping him cost.

Not to be mixed with the value that a customer sees in the firm's offer: `delivered_value`.
"""
