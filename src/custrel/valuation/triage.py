"""Keep, develop or remove: what to do about each customer, and what profit it would bring."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np

from custrel._columns import as_float
from custrel.errors import InvalidRule, counted
from custrel.frames import collect, enter
from custrel.rules import Rule
from custrel.valuation._amounts import require_amounts

__all__ = ["Pruning", "Triage", "TriageRule"]

_TOLERANCE = 1e-9  # 0.29 of 100 is a little less than 29


class Triage(StrEnum):
    """What to do about a customer: the goals of profitability analysis (识别、留住、剔除).

    Examples
    --------
    >>> [choice.value for choice in Triage]
    ['keep', 'develop', 'remove']
    """

    KEEP = "keep"
    DEVELOP = "develop"
    REMOVE = "remove"


@attrs.frozen(kw_only=True)
class TriageRule(Rule):
    """Who is kept as he is, who is worth developing, and whom to do without.

    Parameters
    ----------
    largest_cost_ratio : float, optional
        Remove a losing customer only if he costs more than this multiple of what he brings in;
        None: whatever he costs.

    Raises
    ------
    InvalidRule
        The ratio is negative.

    Notes
    -----
    A profit of 0 or more: keep.  A loss that the profit to come outweighs: develop.  Any other
    loss: remove.  Profit is what would be gone with the customer: revenue less the cost that he
    alone causes; cost that stays when he goes does not belong in it.

    Removing brings his loss, developing what is to come, keeping nothing new: no choice of this
    rule can bring less than nothing.  So pruning by it never lowers profit, whoever the customers
    are: each term that is taken out of the sum is negative.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"profit": [50.0, -20.0, -20.0], "potential": [0.0, 90.0, 5.0]})
    >>> TriageRule().judge(customers, potential="potential")[["triage", "triage_gain"]]
        triage  triage_gain
    0     keep          0.0
    1  develop         90.0
    2   remove         20.0
    """

    largest_cost_ratio: float | None = None

    def __attrs_post_init__(self) -> None:
        if self.largest_cost_ratio is not None and not self.largest_cost_ratio >= 0:
            raise InvalidRule(
                f"TriageRule: a cost ratio is 0 or more; got {self.largest_cost_ratio!r}."
            )

    def judge(
        self,
        frame: Any,
        *,
        profit: str = "profit",
        potential: str | None = None,
        revenue: str | None = None,
        cost: str | None = None,
    ) -> Any:
        """Say of every customer what to do, and what it would bring.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer.
        profit : str
            The column of the profit that would be gone with him.
        potential : str, optional
            The column of the profit to come if he is developed, at present value, beyond what he
            brings now; None: there is none.
        revenue, cost : str, optional
            The columns of what he brings in and of what he costs, 0 or more; needed for a cost
            ratio.

        Returns
        -------
        CustomerSummary or frame
            As it came, with ``triage``, the code of a `Triage`, and ``triage_gain``: the profit
            that following it would bring.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A value is missing or infinite, or a cost or revenue is negative.
        InvalidRule
            The rule has a cost ratio, and no revenue and cost are named.
        """
        door = enter(frame)
        require_amounts(door, *[name for name in (profit, potential) if name is not None])
        brings = as_float(profit)
        to_come = nw.lit(0.0) if potential is None else as_float(potential)
        losing = brings < 0
        develop = losing & (brings + to_come > 0)
        remove = losing & ~develop
        if self.largest_cost_ratio is not None:
            if revenue is None or cost is None:
                raise InvalidRule("a cost ratio needs revenue= and cost=, the columns of both.")
            require_amounts(door, revenue, cost, least=0)
            most = as_float(revenue) * (self.largest_cost_ratio * (1 + _TOLERANCE))
            remove = remove & (as_float(cost) > most)
        other = nw.when(remove).then(nw.lit("remove")).otherwise(nw.lit("keep"))
        gone = nw.when(remove).then(-brings).otherwise(nw.lit(0.0))
        return door.leave(
            door.frame.with_columns(
                triage=nw.when(develop).then(nw.lit("develop")).otherwise(other),
                triage_gain=nw.when(develop).then(to_come).otherwise(gone),
            )
        )

    def prune(
        self,
        frame: Any,
        *,
        profit: str = "profit",
        revenue: str | None = None,
        cost: str | None = None,
    ) -> Pruning:
        """Leave out the customers whom the rule removes, and say what that brings.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer.
        profit : str
            The column of the profit that would be gone with him.
        revenue, cost : str, optional
            The columns of what he brings in and of what he costs; needed for a cost ratio.

        Returns
        -------
        Pruning
            The customers who stay, and the profit before and after.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A value is missing or infinite, or a cost or revenue is negative.
        InvalidRule
            The rule has a cost ratio, and no revenue and cost are named.
        """
        judged = enter(self.judge(frame, profit=profit, revenue=revenue, cost=cost))
        stays = nw.col("triage") != "remove"
        brings = as_float(profit)
        sums = judged.frame.select(
            before=brings,
            gained=nw.col("triage_gain"),
            removed=nw.when(stays).then(0).otherwise(1),
        ).select(nw.col("before", "gained", "removed").sum())
        before, gained, removed = (number or 0 for number in collect(sums).row(0))
        kept = judged.frame.filter(stays).drop("triage", "triage_gain")
        return Pruning(
            frame=judged.leave(kept),
            removed=int(removed),
            before=float(before),
            after=float(np.float64(before) + gained),
        )


@attrs.frozen(kw_only=True)
class Pruning:
    """The customers who are left when the losing ones have gone, and what that brings.

    Parameters
    ----------
    frame : CustomerSummary or frame
        Those who stay, as they came.
    removed : int
        How many have gone.
    before, after : float
        The profit of all with and without them: `after` is never less.

    Examples
    --------
    >>> import pandas as pd
    >>> pruned = TriageRule().prune(pd.DataFrame({"profit": [50.0, -20.0, 5.0]}))
    >>> print(pruned)
    1 customer removed: profit rises from 35 to 55
    >>> pruned.frame["profit"].tolist()
    [50.0, 5.0]
    """

    frame: Any = attrs.field(eq=False, repr=False)
    removed: int
    before: float
    after: float

    def __str__(self) -> str:
        who = f"{counted(self.removed, 'customer')} removed"
        if not self.removed:
            return f"{who}: profit stays {self.before:,.10g}"
        return f"{who}: profit rises from {self.before:,.10g} to {self.after:,.10g}"
