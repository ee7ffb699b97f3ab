"""The flow of customers: who stays, leaves, comes and comes back from one period to the next."""

from __future__ import annotations

from typing import Any, Literal

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel._shown import in_html, in_text
from custrel.errors import Problem
from custrel.units import TimeUnit
from custrel.valuation._activity import Activity, Moment, length_of, read_activity

__all__ = ["CustomerFlow", "customer_flow"]

Floats = NDArray[np.float64]


@attrs.frozen(eq=False, repr=False, kw_only=True)
class CustomerFlow:
    """Active customers period by period: kept, lost, new and returned.

    `customer_flow` makes it.

    Parameters
    ----------
    frame : frame
        One row per period, of the kind of the log.
    period : TimeUnit or None
        How long a period is; None where the log's integers are the periods.
    observed_until : date or int
        The end of observation.
    problems : tuple of Problem
        What was left out of the log, and why.

    See Also
    --------
    customer_flow : Makes one from an order log.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"customer_id": [1, 2, 1], "date": [1, 1, 2]})
    >>> customer_flow(log, amount=None, period=None).observed_until
    2
    """

    frame: Any
    period: TimeUnit | None
    observed_until: Moment
    problems: tuple[Problem, ...] = ()

    def __repr__(self) -> str:
        return in_text(self.frame, self.problems, caption=f"Customer flow: {self._facts()}")

    def _repr_html_(self) -> str:
        return in_html(self.frame, self.problems, name="Customer flow", facts=self._facts())

    def _facts(self) -> str:
        facts = [f"periods are {length_of(self.period)}", f"observed until {self.observed_until}"]
        return "; ".join(facts)


def customer_flow(
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
) -> CustomerFlow:
    """Count who is kept, lost, new and back, and the rates that follow (保持率、流失率、增长率).

    Parameters
    ----------
    log : frame
        One row per order; or, of contracts, one row for each period that a customer was one.
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
        Negative amounts: make nobody active, are left out, are treated as orders, or are
        refused.
    duplicates : {"keep", "drop"}
        Rows that are equal in all columns of the log: they make nobody more active.
    errors : {"raise", "collect"}
        Unusable rows: refuse them all in one error, or leave them out and list them in the
        result's `problems`.

    Returns
    -------
    CustomerFlow
        Its frame is of the log's kind, with one row per period and the columns

        ===============  ==========================================================
        ``period``       its first day
        ``before``       customers who bought in the period before
        ``kept``         those of them who bought in this one too
        ``lost``         those of them who did not: before - kept
        ``new``          customers who bought for the first time
        ``returned``     who had bought before, but not in the period before
        ``active``       all who bought: kept + new + returned
        ``retention``    kept / before; NaN where nobody was there before
        ``churn``        lost / before = 1 - retention
        ``acquisition``  new / before
        ``growth``       active / before - 1
        ``whole``        whether the period was observed to its end
        ===============  ==========================================================

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
    cohorts : The same customers by age.

    Notes
    -----
    A customer is one of a period if he bought in it. Where contracts end visibly, that is
    meant; where customers just fall silent, choose a period long enough for most of them to
    buy in it, or ask a purchase model.  The documents name the four rates; their formulas are
    the field's (reconstructed).

    References
    ----------
    .. [1] P. W. Farris, N. T. Bendle, P. E. Pfeifer, D. J. Reibstein (2010), Marketing Metrics,
       2nd ed., Wharton School Publishing, ch. 5: customers, recency and retention.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame(
    ...     {"customer_id": ["a", "b", "a", "c", "b"], "year": [2021, 2021, 2022, 2022, 2023]}
    ... )
    >>> flow = customer_flow(log, date="year", amount=None, period=None)
    >>> flow.frame[["before", "kept", "lost", "new", "returned", "active"]]
       before  kept  lost  new  returned  active
    0       0     0     0    2         0       2
    1       2     1     1    1         0       2
    2       2     0     2    0         1       1
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
    low, counts = _count(activity)
    every = np.arange(len(counts["active"])) + low
    columns: dict[str, NDArray[Any]] = {
        "period": activity.dates(every),
        **_flows(**counts),
        "whole": activity.whole(every),
    }
    return CustomerFlow(
        frame=activity.door.table(columns),
        period=None if period is None else TimeUnit(period),
        observed_until=activity.orders.timeline.moment(activity.until),
        problems=activity.orders.problems,
    )


def _count(activity: Activity) -> tuple[int, dict[str, NDArray[np.int64]]]:
    """Return the first period, and of it and each that follows who bought, again and first."""
    visits: Any = activity.visits
    visits = visits.filter(nw.col("purchases") > 0)
    visits = visits.select("customer", period=nw.col("period").cast(nw.Int64))  # as what is added
    following = visits.with_columns(period=nw.col("period") + 1)
    groups = {
        "active": visits,
        "kept": visits.join(following, on=["customer", "period"], how="inner"),
        "new": visits.group_by("customer").agg(nw.col("period").min()),
    }
    found = {}
    for name, rows in groups.items():
        counted = rows.group_by("period").agg(nw.len().alias("customers"))
        when, customers = activity.collect(counted, "period", "customers")
        found[name] = when.astype(np.int64), customers
    low = int(found["active"][0].min())
    size = activity.high - low + 1
    return low, {
        name: np.bincount(when - low, customers, size).astype(np.int64)
        for name, (when, customers) in found.items()
    }


def _flows(
    active: NDArray[np.int64], kept: NDArray[np.int64], new: NDArray[np.int64]
) -> dict[str, NDArray[Any]]:
    before = np.concatenate(([0], active[:-1]))
    base = np.where(before > 0, before, np.nan)
    return {
        "before": before,
        "kept": kept,
        "lost": before - kept,
        "new": new,
        "returned": active - kept - new,
        "active": active,
        "retention": kept / base,
        "churn": (before - kept) / base,
        "acquisition": new / base,
        "growth": active / base - 1,
    }
