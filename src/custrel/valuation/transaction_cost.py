"""Transaction cost: finding each other, agreeing, and seeing to it that the agreement is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_float
from custrel.errors import InvalidRule
from custrel.frames import enter
from custrel.rules import Rule
from custrel.valuation._amounts import require_amounts

__all__ = ["TransactionCost"]

_PHASES = ("search", "contract", "monitor")
_FORMS = ("money", "time", "effort")


def _as_names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


@attrs.frozen(kw_only=True)
class TransactionCost(Rule):
    """What money, time and effort of a transaction come to in money (交易成本).

    Parameters
    ----------
    time_price : float
        What an hour (or whatever the time is counted in) is worth, 0 or more.
    effort_price : float
        What a unit of effort is worth, 0 or more.
    phases : sequence of str
        What it is spent on: searching for the partner, agreeing on a contract, monitoring that it
        is kept (搜寻, 订立合同, 监督履行).

    Raises
    ------
    InvalidRule
        A price is negative or not finite, or there is no phase.

    Notes
    -----
    cost of a phase = money + time x time_price + effort x effort_price.

    References
    ----------
    .. [1] R. H. Coase (1937), The Nature of the Firm, Economica 4(16), 386-405.
    .. [2] O. E. Williamson (1985), The Economic Institutions of Capitalism, Free Press.

    Examples
    --------
    >>> import pandas as pd
    >>> deals = pd.DataFrame({"search_money": [20.0], "search_time": [3.0], "search_effort": [1.0]})
    >>> rule = TransactionCost(time_price=15, effort_price=5, phases=["search"])
    >>> rule.add(deals)["transaction_cost"].tolist()
    [70.0]
    """

    time_price: float = attrs.field(converter=float)
    effort_price: float = attrs.field(converter=float)
    phases: tuple[str, ...] = attrs.field(default=_PHASES, converter=_as_names)

    def __attrs_post_init__(self) -> None:
        if not all(0 <= price < float("inf") for price in (self.time_price, self.effort_price)):
            raise InvalidRule("TransactionCost: prices of time and effort are finite, 0 or more.")
        if not self.phases or len(set(self.phases)) != len(self.phases):
            raise InvalidRule("TransactionCost: one phase or more, each once.")

    def add(self, frame: Any) -> Any:
        """Add what each phase costs, and all together.

        Parameters
        ----------
        frame : frame
            A row for each transaction (or customer); for each phase the columns ``_money``,
            ``_time`` and ``_effort`` after its name (``search_money``, ...), 0 or more.

        Returns
        -------
        frame
            As it came, with ``_cost`` after the name of each phase, and ``transaction_cost``.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A value is missing, infinite or negative.
        """
        door = enter(frame)
        columns = [f"{phase}_{form}" for phase in self.phases for form in _FORMS]
        require_amounts(door, *columns, least=0, of="transaction")
        prices = (1.0, self.time_price, self.effort_price)
        costs = {f"{phase}_cost": self._cost(phase, prices) for phase in self.phases}
        total = nw.sum_horizontal(*costs)
        return door.leave(door.frame.with_columns(**costs).with_columns(transaction_cost=total))

    @staticmethod
    def _cost(phase: str, prices: tuple[float, ...]) -> nw.Expr:
        money, time, effort = (
            as_float(f"{phase}_{form}") * price for form, price in zip(_FORMS, prices, strict=True)
        )
        return money + time + effort
