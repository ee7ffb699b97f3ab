"""Key accounts: who is one, how their number moves from month to month, and who dropped out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import isfinite
from typing import Any, Self

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_float, require_complete
from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import AnyFrame, Door, collect, enter
from custrel.rules import Rule
from custrel.segmentation._refusals import require_there, require_values
from custrel.segmentation.abc import AbcRule

__all__ = ["KeyAccountRule", "key_account_chart", "key_account_moves"]

_KEYS = ("__customer", "__place")
_CRITERIA = ("strategic", "profit", "low_cost")
_TOLERANCE = 1e-9  # 0.57 of 100 is a little less than 57


def _as_criteria(criteria: Any) -> tuple[str, ...]:
    return tuple(str(criterion) for criterion in criteria)


@attrs.frozen(kw_only=True)
class KeyAccountRule(Rule):
    """Who is a key account (大客户): strategic, among those who bring the profit, cheap to serve.

    Parameters
    ----------
    criteria : sequence of {"strategic", "profit", "low_cost"}
        What is asked: a flag that the firm sets; membership of the fewest customers who bring
        `profit_share` of all profit; cost to serve of at most `cost_ratio` of revenue.
    least : int
        How many of the criteria a key account must meet.
    profit_share : float
        The share of the profit that the key accounts bring together, 0 to 1.
    cost_ratio : float
        The greatest cost to serve as a share of revenue.
    department_from : int
        From how many key accounts on a department of their own is worth while.
    profit_limit : float, optional
        The least profit of the customers who bring that share, where it is known: `learn` finds
        it.

    Raises
    ------
    InvalidRule
        A criterion does not exist, or a number is out of its range.

    See Also
    --------
    key_account_chart : Their number from month to month.

    Notes
    -----
    The documents define a key account by strategic importance (具有战略意义的客户), by the 80 % of
    the profit (为企业创造80%利润的客户) and by high return at low cost of service; which of these
    must hold together they do not say, so `least` is 1.  The cost ratio is own.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"profit": [80.0, 10.0, 5.0, 5.0], "strategic": [0, 0, 1, 0]})
    >>> rule = KeyAccountRule(criteria=("strategic", "profit"))
    >>> rule.identify(customers)[["key_account", "key_reason"]]
       key_account key_reason
    0         True     profit
    1        False       none
    2         True  strategic
    3        False       none
    """

    criteria: tuple[str, ...] = attrs.field(default=_CRITERIA, converter=_as_criteria)
    least: int = 1
    profit_share: float = attrs.field(default=0.8, converter=float)
    cost_ratio: float = attrs.field(default=0.2, converter=float)
    department_from: int = 20
    profit_limit: float | None = attrs.field(
        default=None, converter=attrs.converters.optional(float)
    )

    def __attrs_post_init__(self) -> None:
        unknown = [criterion for criterion in self.criteria if criterion not in _CRITERIA]
        if unknown or not self.criteria or len(set(self.criteria)) < len(self.criteria):
            raise InvalidRule(
                f"KeyAccountRule: criteria are some of {', '.join(_CRITERIA)}; got {self.criteria}."
            )
        if not 1 <= self.least <= len(self.criteria):
            raise InvalidRule(
                f"KeyAccountRule: least must be 1 to {len(self.criteria)}, the number of criteria; "
                f"got {self.least}."
            )
        if not (0 < self.profit_share < 1 and self.cost_ratio >= 0 and self.department_from >= 1):
            raise InvalidRule(
                "KeyAccountRule: expected a profit_share between 0 and 1 (0.8, not 80), a "
                f"cost_ratio of 0 or more and department_from of 1 or more; got "
                f"{self.profit_share:g}, {self.cost_ratio:g} and {self.department_from}."
            )
        if self.profit_limit is not None and not isfinite(self.profit_limit):
            raise InvalidRule(f"KeyAccountRule: profit_limit is {self.profit_limit!r}, no amount.")

    @property
    def learnt(self) -> bool:
        """Whether nothing remains to be learnt."""
        return self.profit_limit is not None or "profit" not in self.criteria

    def learn(self, frame: Any, *, profit: str = "profit") -> Self:
        """Find the least profit of the fewest customers who bring the share.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer.
        profit : str
            The column of the profit.

        Returns
        -------
        KeyAccountRule
            The same rule with `profit_limit`.

        Raises
        ------
        InvalidData
            There are no customers, a value is missing or infinite, or none is positive.
        """
        classes = AbcRule(shares=(self.profit_share,), classes=("in", "out"))
        limits = classes.learn(frame, value=profit).limits or (None,)
        return attrs.evolve(self, profit_limit=limits[0])

    def identify(
        self,
        frame: Any,
        *,
        profit: str = "profit",
        strategic: str = "strategic",
        cost_to_serve: str = "cost_to_serve",
        revenue: str = "revenue",
    ) -> Any:
        """Say of every customer whether he is a key account, and why.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer.
        profit : str
            The column of the profit, for the criterion of that name.
        strategic : str
            The column of the flag, for the criterion "strategic": true or false, 1 or 0.
        cost_to_serve, revenue : str
            The columns that are compared for the criterion "low_cost".

        Returns
        -------
        CustomerSummary or frame
            As it came, with ``key_account`` (true or false) and ``key_reason``: the criteria that
            are met, as "strategic, profit", or "none".  A rule that has not learnt its limit
            learns it from these very customers.

        Raises
        ------
        InvalidData
            A value is missing or infinite.
        ColumnNotFound
            A column is not there.
        """
        if not self.learnt:
            return self.learn(frame, profit=profit).identify(
                frame,
                profit=profit,
                strategic=strategic,
                cost_to_serve=cost_to_serve,
                revenue=revenue,
            )
        door = enter(frame)
        read = {
            "strategic": (strategic,),
            "profit": (profit,),
            "low_cost": (cost_to_serve, revenue),
        }
        require_values(door, *(column for c in self.criteria for column in read[c]))
        meets = {
            "strategic": as_float(strategic) > 0,
            "profit": as_float(profit) >= (self.profit_limit or 0.0),
            "low_cost": (as_float(revenue) > 0)
            & (as_float(cost_to_serve) <= as_float(revenue) * (self.cost_ratio * (1 + _TOLERANCE))),
        }
        number, met = nw.lit(0), nw.lit(0)
        for criterion in self.criteria:
            mark = meets[criterion].cast(nw.Int64)
            number, met = number * 2 + mark, met + mark
        patterns = product((False, True), repeat=len(self.criteria))
        reasons = [
            ", ".join(c for c, yes in zip(self.criteria, pattern, strict=True) if yes) or "none"
            for pattern in patterns
        ]
        why = number.replace_strict(
            range(len(reasons)), reasons, default=None, return_dtype=nw.String
        )
        return door.leave(door.frame.with_columns(key_account=met >= self.least, key_reason=why))

    def needs_department(self, key_accounts: int) -> bool:
        """Tell whether there are enough key accounts for a department (大客户部设立标准).

        Parameters
        ----------
        key_accounts : int
            How many there are.

        Returns
        -------
        bool
        """
        return key_accounts >= self.department_from


def key_account_chart(
    sales: Any,
    *,
    standard: float,
    customer: str = "customer_id",
    period: str = "month",
    value: str = "revenue",
) -> Any:
    """Count the key accounts of each month, and how many came and went (大客户发展坐标分析).

    Parameters
    ----------
    sales : frame
        Any number of rows for each customer and month.
    standard : float
        From what value in a month on a customer counts as a key account.
    customer : str
        The column of the customer.
    period : str
        The column of the month: dates, numbers or texts that sort in the order of time.
    value : str
        The column of the value.

    Returns
    -------
    frame
        Of the kind that came: one row per month, in order, with `period`, ``key_accounts``,
        ``promoted`` (since the month before), ``demoted`` and ``change``; the last three are 0
        in the first month.

    Raises
    ------
    InvalidData
        There are no rows; a customer or month is missing; or a value is missing or infinite.
    ColumnNotFound
        A column is not there.
    InvalidRule
        The standard is no number.

    See Also
    --------
    key_account_moves : Who came and who went.

    Notes
    -----
    The months are those that occur: one in which nobody bought anything is not among them.

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame(
    ...     {
    ...         "customer_id": ["a", "b", "a", "c"],
    ...         "month": ["2024-01", "2024-01", "2024-02", "2024-02"],
    ...         "revenue": [90, 20, 10, 70],
    ...     }
    ... )
    >>> key_account_chart(sales, standard=50)
         month  key_accounts  promoted  demoted  change
    0  2024-01             1         0        0       0
    1  2024-02             1         1        1       0
    """
    door, months, keys = _keys(sales, standard, customer, period, value)
    counted = _by_month(keys, len(months))
    stayed = _by_month(keys.join(_shifted(keys), on=list(_KEYS), how="inner"), len(months))
    before = [counted[0], *counted[:-1]]
    same = [counted[0], *stayed[1:]]
    columns = {
        "key_accounts": counted,
        "promoted": [now - both for now, both in zip(counted, same, strict=True)],
        "demoted": [then - both for then, both in zip(before, same, strict=True)],
        "change": [now - then for now, then in zip(counted, before, strict=True)],
    }
    # The months themselves stay on the engine, and of its type.
    found = door.frame.select(period).unique(subset=[period]).sort(period)
    chart = found.with_columns(
        **{
            name: nw.col(period).replace_strict(
                months, numbers, default=None, return_dtype=nw.Int64
            )
            for name, numbers in columns.items()
        }
    )
    return nw.maybe_reset_index(chart).to_native()


def key_account_moves(
    sales: Any,
    *,
    standard: float,
    customer: str = "customer_id",
    period: str = "month",
    value: str = "revenue",
) -> Any:
    """Say who became a key account in which month, and who ceased to be one.

    Parameters
    ----------
    sales : frame
        Any number of rows for each customer and month.
    standard : float
        From what value in a month on a customer counts as a key account.
    customer : str
        The column of the customer.
    period : str
        The column of the month: dates, numbers or texts that sort in the order of time.
    value : str
        The column of the value.

    Returns
    -------
    frame
        Of the kind that came, sorted: one row for each move after the first month, with
        `period`, `customer` and ``move``: "promoted" or "demoted" (淘汰为B类、C类).

    Raises
    ------
    InvalidData
        There are no rows; a customer or month is missing; or a value is missing or infinite.
    ColumnNotFound
        A column is not there.
    InvalidRule
        The standard is no number.

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame(
    ...     {"customer_id": ["a", "c"], "month": ["2024-01", "2024-02"], "revenue": [90, 70]}
    ... )
    >>> key_account_moves(sales, standard=50)
         month customer_id      move
    0  2024-02           a   demoted
    1  2024-02           c  promoted
    """
    _, months, keys = _keys(sales, standard, customer, period, value)
    before = _shifted(keys)
    came = keys.filter(nw.col("__place") > 0).join(before, on=list(_KEYS), how="anti")
    gone = before.filter(nw.col("__place") < len(months)).join(keys, on=list(_KEYS), how="anti")
    parts: Any = [
        came.select(*_KEYS, move=nw.lit("promoted")),
        gone.select(*_KEYS, move=nw.lit("demoted")),
    ]
    moves: Any = nw.concat(parts)
    named = moves.select(
        nw.col("__place").replace_strict(range(len(months)), months, default=None).alias(period),
        nw.col("__customer").alias(customer),
        "move",
    )
    return nw.maybe_reset_index(named.sort(period, customer)).to_native()


def _keys(
    sales: Any, standard: float, customer: str, period: str, value: str
) -> tuple[Door, list[Any], AnyFrame]:
    """Return the months in order, and a row for each customer and month that meets the standard."""
    if not -float("inf") < standard < float("inf"):
        raise InvalidRule(f"standard must be a number, got {standard!r}.")
    door = enter(sales)
    door.require([customer, period])
    rows = require_complete(door, value)["rows"]
    require_there(door, customer, period)
    if not rows:
        message = "there are no sales to look at"
        raise InvalidData([Problem(code="empty", message=message, count=0)])
    months: Sequence[Any] = sorted(
        collect(door.frame.select(period).unique(subset=[period]))[period].to_list()
    )
    place = nw.col(period).replace_strict(
        months, range(len(months)), default=None, return_dtype=nw.Int64
    )
    together = (
        door.frame.select(__customer=nw.col(customer), __place=place, __value=as_float(value))
        .group_by("__customer", "__place")
        .agg(nw.col("__value").sum())
    )
    return door, list(months), together.filter(nw.col("__value") >= standard).drop("__value")


def _by_month(keys: AnyFrame, months: int) -> list[int]:
    table = collect(keys.group_by("__place").agg(nw.len().alias("__n")))
    found = {int(row["__place"]): int(row["__n"]) for row in table.rows(named=True)}
    return [found.get(place, 0) for place in range(months)]


def _shifted(keys: AnyFrame) -> Any:
    """Return the same rows a month later, to compare each month with the one before."""
    return keys.select("__customer", __place=nw.col("__place") + 1)
