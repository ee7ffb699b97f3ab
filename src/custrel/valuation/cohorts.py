"""Cohorts: customers who came together, and what became of them period after period."""

from __future__ import annotations

from typing import Any, Literal

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel._intervals import wilson
from custrel.errors import Problem, UnknownCode
from custrel.frames import as_floats, collect, enter
from custrel.units import TimeUnit
from custrel.valuation._activity import Activity, Moment, read_activity

__all__ = ["CohortCells", "CohortTable", "cohorts"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_WHAT = (
    "retention",
    "active",
    "purchases",
    "revenue",
    "revenue_per_customer",
    "revenue_to_date",
)


@attrs.frozen(eq=False, repr=False, kw_only=True)
class CohortTable:
    """Cohorts by age: how many customers came back, and what they brought.

    `cohorts` makes it.

    Parameters
    ----------
    frame : frame
        One row for each cohort and each age that it has reached, of the kind of the log.
    period : TimeUnit or None
        How long a period is; None where the log's integers are the periods.
    customers : int
        How many customers the cohorts have together.
    observed_from : date or int
        The day on which the first cohort begins.
    observed_until : date or int
        The end of observation.
    problems : tuple of Problem
        What was left out of the log, and why.

    See Also
    --------
    cohorts : Makes one from an order log.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame(
    ...     {"customer_id": [1, 1, 2], "date": ["2024-01-05", "2024-02-05", "2024-02-07"]}
    ... )
    >>> table = cohorts(log, amount=None, observed_until="2024-02-29")
    >>> table.customers, table.observed_from.isoformat()
    (2, '2024-01-01')
    """

    frame: Any
    period: TimeUnit | None
    customers: int
    observed_from: Moment
    observed_until: Moment
    problems: tuple[Problem, ...] = ()

    def triangle(
        self,
        what: Literal[
            "retention",
            "active",
            "purchases",
            "revenue",
            "revenue_per_customer",
            "revenue_to_date",
        ] = "retention",
        *,
        partial: bool = False,
    ) -> Any:
        """Return one column of the table as a triangle: a row for each cohort, a column for each age.

        Parameters
        ----------
        what : str
            The column.
        partial : bool
            Whether periods are shown that were not observed to their end.

        Returns
        -------
        frame
            Of the kind of the log, with ``cohort``, ``customers`` and a column for each age:
            ``"0"``, ``"1"``, ... What lies beyond the end of observation is missing, not 0.

        Raises
        ------
        UnknownCode
            The table has no such column.
        ColumnNotFound
            Money was left out of the table, and is asked for.
        """
        cells = self.cells(what, partial=partial)
        ages = {str(age): cells.grid[:, age] for age in range(cells.grid.shape[1])}
        columns = {"cohort": cells.cohorts, "customers": cells.customers, **ages}
        return enter(self.frame).table(columns)

    def curve(self, *, confidence: float = 0.95) -> Any:
        """Return what cohorts of each age did, taken together.

        Parameters
        ----------
        confidence : float
            Of the interval, between 0 and 1.

        Returns
        -------
        frame
            Of the kind of the log, with a row for each age that a cohort was observed to the end
            of: ``age``, ``cohorts``, ``customers`` (of those cohorts), ``active``, ``retention``
            with Wilson's interval ``low`` and ``high``, and, where the log has money,
            ``revenue_per_customer``.

        Raises
        ------
        InvalidRule
            `confidence` is not between 0 and 1.

        Notes
        -----
        Retention at an age is the active customers of all cohorts that have reached it, divided
        by all customers of these cohorts: young cohorts drop out of both.
        """
        door = enter(self.frame)
        money = "revenue" in door.columns
        names = ["age", "customers", "active", "whole", *(["revenue"] if money else [])]
        table = collect(door.frame)
        read = {name: as_floats(table.get_column(name)) for name in names}
        kept = read["whole"] > 0
        at = read["age"][kept].astype(np.int64)
        size = int(at.max()) + 1 if at.size else 0

        def add_up(weights: Floats) -> Floats:
            return np.bincount(at, weights, size).astype(np.float64)

        customers, active = (add_up(read[name][kept]) for name in ("customers", "active"))
        limits = [
            wilson(some / all_, all_, confidence)[2:]
            for some, all_ in zip(active.tolist(), customers.tolist(), strict=True)
        ]
        columns: dict[str, NDArray[Any]] = {
            "age": np.arange(size),
            "cohorts": add_up(np.ones(at.size)).astype(np.int64),
            "customers": customers.astype(np.int64),
            "active": active.astype(np.int64),
            "retention": active / customers,
            "low": np.array([low for low, _ in limits]),
            "high": np.array([high for _, high in limits]),
        }
        if money:
            columns["revenue_per_customer"] = add_up(read["revenue"][kept]) / customers
        return door.table(columns)

    def cells(self, what: str = "retention", *, partial: bool = False) -> CohortCells:
        """Return one column of the table as an array.

        Parameters
        ----------
        what : str
            The column, as for `triangle`.
        partial : bool
            Whether periods are shown that were not observed to their end.

        Returns
        -------
        CohortCells

        Raises
        ------
        UnknownCode
            The table has no such column.
        ColumnNotFound
            Money was left out of the table, and is asked for.
        """
        if what not in _WHAT:
            raise UnknownCode("column of a cohort table", what, _WHAT)
        door = enter(self.frame)
        door.require([what], remedy="The cohorts were made with amount=None.")
        table = collect(door.frame)
        names = ("age", "customers", "whole", what)
        age, customers, whole, values = (as_floats(table.get_column(name)) for name in names)
        dates = table.get_column("cohort").to_numpy()
        starts, row = np.unique(dates, return_inverse=True)
        column = age.astype(np.int64)
        shape = (len(starts), int(column.max()) + 1)
        grid, ended = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
        grid[row, column] = values
        ended[row, column] = whole > 0
        sizes = np.zeros(len(starts), dtype=np.int64)
        sizes[row] = customers.astype(np.int64)
        if not partial:
            grid[~ended] = np.nan
        return CohortCells(cohorts=starts, customers=sizes, grid=grid, whole=ended)

    def __repr__(self) -> str:
        length = "integers" if self.period is None else f"{self.period.name.lower()}s"
        parts = [f"{self.customers:,} customers", f"ages in {length}"]
        parts.append(f"observed {self.observed_from} to {self.observed_until}")
        parts += [f"left out: {problem}" for problem in self.problems]
        return f"Cohorts: {'; '.join(parts)}\n{self.frame!r}"


@attrs.frozen(eq=False, kw_only=True)
class CohortCells:
    """One column of a cohort table, as an array.

    Parameters
    ----------
    cohorts : ndarray of shape (cohorts,)
        The first day of each cohort's first period (the number of it, where times are integers).
    customers : ndarray of shape (cohorts,)
        How many customers each has.
    grid : ndarray of shape (cohorts, ages)
        The column; NaN where a cohort has not come to that age.
    whole : ndarray of bool, shape (cohorts, ages)
        Which periods were observed to their end.

    Examples
    --------
    >>> import numpy as np
    >>> cells = CohortCells(
    ...     cohorts=np.array(["2024-01-01"], dtype="M8[D]"),
    ...     customers=np.array([3]),
    ...     grid=np.array([[1.0, 0.5]]),
    ...     whole=np.array([[True, True]]),
    ... )
    >>> cells.grid.shape
    (1, 2)
    """

    cohorts: NDArray[Any]
    customers: Ints
    grid: Floats
    whole: NDArray[np.bool_]


def cohorts(
    log: Any,
    *,
    customer: str = "customer_id",
    date: str = "date",
    amount: str | None = "amount",
    period: TimeUnit | str | None = "M",
    observed_until: Any = None,
    returns: Literal["net", "drop", "keep", "error"] = "net",
    duplicates: Literal["keep", "drop"] = "keep",
    errors: Literal["raise", "collect"] = "raise",
) -> CohortTable:
    """Part customers by the period of their first purchase, and follow each part (同期群分析).

    Parameters
    ----------
    log : frame
        One row per order: who, when, and for how much.
    customer, date, amount : str
        The log's columns, as in `summarize`.  ``amount=None`` leaves money out, and with it
        the difference between orders and returns.
    period : TimeUnit, str or None
        The calendar period: ``"D"``, ``"W"`` (from Monday), ``"M"`` or ``"Y"``.  Where the log's
        times are integers, None: each of them is a period.
    observed_until : date, datetime, str or int, optional
        The end of observation; a date stands for its whole day.  Default: the last order's,
        which the result states.
    returns : {"net", "drop", "keep", "error"}
        Negative amounts: reduce the revenue of their period and make nobody active, are left
        out, are treated as orders, or are refused.
    duplicates : {"keep", "drop"}
        Rows that are equal in all columns of the log: count each, or count one.
    errors : {"raise", "collect"}
        Unusable rows: refuse them all in one error, or leave them out and list them in the
        result's `problems`.

    Returns
    -------
    CohortTable
        Its frame is of the log's kind, with a row for each cohort and age, and the columns

        ========================  ===================================================
        ``cohort``                first day of the period of the first purchase
        ``age``                   periods since then: 0, 1, ...
        ``period``                first day of the period that it is about
        ``customers``             how many the cohort has
        ``active``                how many of them bought in the period
        ``purchases``             their purchases, orders of one day not merged
        ``retention``             active / customers
        ``revenue``               of the period, less returns
        ``revenue_per_customer``  revenue / customers
        ``revenue_to_date``       the same, of all periods until this one
        ``whole``                 whether the period was observed to its end
        ========================  ===================================================

    Raises
    ------
    InvalidData
        No orders, or unusable ones, as in `summarize`; or no purchases.
    ColumnNotFound
        The log has no such column.
    InvalidRule
        The period does not fit the log's times, or there are more than 2,000 of them.
    UnknownCode
        An option has no such choice.

    See Also
    --------
    customer_flow : The same customers by calendar period, not by age.
    custrel.plotting.plot_cohorts : Draws the triangle.

    Notes
    -----
    A customer's first purchase is the first in the log: where the log begins in the midst of
    business, its first cohorts hold old customers too.  What was sent back before the first
    purchase counts at age 0, so that revenues add up to the log's.  The term is the field's;
    the documents have the customer's life cycle (客户生命周期) without the table (reconstructed).

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie (2007), How to Project Customer Retention, Journal of
       Interactive Marketing 21(1), 76-90: retention of a cohort by age.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame(
    ...     {
    ...         "customer_id": [1, 1, 2, 3, 3],
    ...         "date": ["2024-01-05", "2024-03-02", "2024-01-20", "2024-02-03", "2024-03-09"],
    ...         "amount": [10.0, 30.0, 20.0, 5.0, 8.0],
    ...     }
    ... )
    >>> table = cohorts(log, observed_until="2024-03-31")
    >>> table.frame[["cohort", "age", "customers", "active", "revenue_to_date"]]
          cohort  age  customers  active  revenue_to_date
    0 2024-01-01    0          2       2             15.0
    1 2024-01-01    1          2       0             15.0
    2 2024-01-01    2          2       1             30.0
    3 2024-02-01    0          1       1              5.0
    4 2024-02-01    1          1       1             13.0
    >>> table.triangle()
          cohort  customers    0    1    2
    0 2024-01-01          2  1.0  0.0  0.5
    1 2024-02-01          1  1.0  1.0  NaN
    """
    activity = read_activity(
        log,
        customer=customer,
        date=date,
        amount=amount,
        period=period,
        observed_until=observed_until,
        returns=returns,
        duplicates=duplicates,
        errors=errors,
    )
    cells = _Cells.count(activity)
    columns = cells.columns(activity, money=amount is not None)
    orders = activity.orders
    return CohortTable(
        frame=activity.door.table(columns),
        period=None if period is None else TimeUnit(period),
        customers=int(cells.sizes.sum()),
        observed_from=columns["cohort"][0].item(),
        observed_until=orders.timeline.moment(activity.until),
        problems=(*orders.problems, *(orders.only_returns() if returns == "net" else ())),
    )


@attrs.frozen
class _Cells:
    """Counts by cohort and period: rows are cohorts, columns periods from the first to the last."""

    numbers: Ints
    active: Floats
    purchases: Floats
    revenue: Floats
    sizes: Ints

    @classmethod
    def count(cls, activity: Activity) -> _Cells:
        names = ("cohort", "period", "active", "purchases", "revenue")
        born, period, *counted = activity.collect(_by_cohort(activity), *names)
        numbers, row = np.unique(born.astype(np.int64), return_inverse=True)
        # What was sent back before the first purchase counts with it.
        column = np.maximum(period, born).astype(np.int64) - numbers[0]
        shape = (len(numbers), activity.high - int(numbers[0]) + 1)

        def spread(values: Floats) -> Floats:
            grid = np.zeros(shape)
            np.add.at(grid, (row, column), values)
            return grid

        active, purchases, revenue = map(spread, counted)
        sizes = active[np.arange(len(numbers)), numbers - numbers[0]].astype(np.int64)
        return cls(numbers, active, purchases, revenue, sizes)

    def columns(self, activity: Activity, *, money: bool) -> dict[str, NDArray[Any]]:
        """Return the columns of the table, one row for each age that a cohort has reached."""
        every = np.arange(self.active.shape[1]) + self.numbers[0]
        reached = every >= self.numbers[:, None]
        row, column = np.nonzero(reached)
        customers = self.sizes[row]
        active = self.active[reached].astype(np.int64)
        columns: dict[str, NDArray[Any]] = {
            "cohort": activity.dates(self.numbers)[row],
            "age": every[column] - self.numbers[row],
            "period": activity.dates(every)[column],
            "customers": customers,
            "active": active,
            "purchases": self.purchases[reached].astype(np.int64),
            "retention": active / customers,
        }
        if money:
            to_date = np.cumsum(self.revenue, axis=1)
            columns |= {
                "revenue": self.revenue[reached],
                "revenue_per_customer": self.revenue[reached] / customers,
                "revenue_to_date": to_date[reached] / customers,
            }
        return {**columns, "whole": activity.whole(every)[column]}


def _by_cohort(activity: Activity) -> Any:
    """Add up, on the engine, what the customers of each cohort did in each period."""
    visits: Any = activity.visits
    bought = nw.col("purchases") > 0
    visits = visits.with_columns(
        active=nw.when(bought).then(1).otherwise(0),
        born=nw.when(bought).then(nw.col("period")).otherwise(None),
    )
    visits = visits.with_columns(cohort=nw.col("born").min().over("customer"))
    visits = visits.filter(~nw.col("cohort").is_null())
    sums = (nw.col(name).sum() for name in ("active", "purchases", "revenue"))
    return visits.group_by("cohort", "period").agg(*sums)
