"""Cost to serve: what each customer costs beyond the goods, by the activities that he causes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_float
from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import collect, enter
from custrel.rules import Rule
from custrel.valuation._amounts import require_amounts

__all__ = ["ActivityRates"]


def _as_names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


def _as_numbers(numbers: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(number) for number in numbers)


@attrs.frozen(kw_only=True)
class ActivityRates(Rule):
    """What each activity for customers costs, per unit of what drives it (作业成本法).

    Parameters
    ----------
    drivers : sequence of str
        What drives the activities, and the columns that count it: orders, visits, miles, ...
    rates : sequence of float
        What one unit of each costs, 0 or more.

    Raises
    ------
    InvalidRule
        There are not as many rates as drivers, a driver stands twice, or a rate is negative.

    Notes
    -----
    cost to serve = sum over activities of rate x driver.  Rates that are learnt share out each
    pool of cost to the last unit.  What nobody's going would save does not belong in it.

    References
    ----------
    .. [1] R. Cooper, R. S. Kaplan (1991), Profit Priorities from Activity-Based Costing, Harvard
       Business Review 69(3), 130-135.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {"margin": [4992.0, 3744.0], "orders": [15, 30], "visits": [2, 3], "miles": [140, 800]}
    ... )
    >>> rates = ActivityRates(drivers=["orders", "visits", "miles"], rates=[100, 80, 2])
    >>> rates.charge(customers, margin="margin")[["cost_to_serve", "profit"]]
       cost_to_serve  profit
    0         1940.0  3052.0
    1         4840.0 -1096.0
    """

    drivers: tuple[str, ...] = attrs.field(converter=_as_names)
    rates: tuple[float, ...] = attrs.field(converter=_as_numbers)

    def __attrs_post_init__(self) -> None:
        if not self.drivers or len(set(self.drivers)) != len(self.drivers):
            raise InvalidRule("ActivityRates: one driver or more, each once.")
        if len(self.rates) != len(self.drivers):
            raise InvalidRule(
                f"ActivityRates: {len(self.rates)} rates for {len(self.drivers)} drivers."
            )
        if not all(0 <= rate < float("inf") for rate in self.rates):
            raise InvalidRule(f"ActivityRates: rates are 0 or more; got {self.rates}.")

    @classmethod
    def learn(cls, frame: Any, *, pools: Mapping[str, float]) -> Self:
        """Share out what the activities cost in all.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer, a column for each driver, 0 or more.
        pools : mapping of str to float
            For each driver, what its activity cost in all.

        Returns
        -------
        ActivityRates

        Raises
        ------
        ColumnNotFound
            A driver is not there.
        InvalidData
            A value is missing, infinite or negative, or nobody caused an activity that cost money.
        InvalidRule
            There is no pool, or a cost is negative.
        """
        door = enter(frame)
        require_amounts(door, *pools, least=0)
        if not pools:
            raise InvalidRule("ActivityRates: one pool of cost or more.")
        sums = collect(door.frame.select(*[as_float(name).sum() for name in pools])).row(0)
        totals = {name: float(total or 0) for name, total in zip(pools, sums, strict=True)}
        problems = [
            Problem(
                code="no_driver",
                message=f"nobody caused the activity that cost {pools[name]:g}",
                column=name,
                count=0,
            )
            for name, total in totals.items()
            if not total and pools[name]
        ]
        if problems:
            raise InvalidData(problems)
        rates = [pools[name] / total if total else 0.0 for name, total in totals.items()]
        return cls(drivers=pools, rates=rates)

    def charge(self, frame: Any, *, margin: str | None = None, each: bool = False) -> Any:
        """Add what every customer costs to serve.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer, a column for each driver, 0 or more.
        margin : str, optional
            The column of what he brings before that cost; adds ``profit``.
        each : bool
            Whether to add the cost of each activity as well.

        Returns
        -------
        CustomerSummary or frame
            As it came, with ``cost_to_serve``; with ``profit`` where a margin is named; and with a
            column ``cost_of_`` and the driver's name for each, where asked.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A value is missing or infinite, or a driver is negative.
        """
        door = enter(frame)
        require_amounts(door, *self.drivers, least=0)
        costs = {
            f"cost_of_{name}": as_float(name) * rate
            for name, rate in zip(self.drivers, self.rates, strict=True)
        }
        total = nw.lit(0.0)
        for cost in costs.values():
            total = total + cost
        columns: dict[str, nw.Expr] = {**(costs if each else {}), "cost_to_serve": total}
        if margin is not None:
            require_amounts(door, margin)
            columns["profit"] = as_float(margin) - total
        return door.leave(door.frame.with_columns(**columns))
