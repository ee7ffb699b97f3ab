"""Cohorts: customers who came together, and what became of them period after period."""

from __future__ import annotations

from typing import Any, Literal

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel.units import TimeUnit
from custrel.valuation._activity import Activity, read_activity
from custrel.valuation.cohort_table import CohortTable

__all__ = ["cohorts"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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
        The calendar period: ``"D"``, ``"W"`` (from Monday), ``"M"``, ``"Q"`` or ``"Y"``.  Where the
        log's times are integers, None: each of them is a period.
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
