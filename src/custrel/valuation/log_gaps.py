"""How regular purchases are: the times between them, which a history leaves out."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from custrel._log.orders import read_orders
from custrel.frames import AnyFrame, collect, enter
from custrel.transactions import CustomerSummary
from custrel.valuation._visits import occasions_of, visits_of

__all__ = ["add_log_gaps"]


def add_log_gaps(
    summary: CustomerSummary,
    log: Any,
    *,
    customer: str = "customer_id",
    date: str = "date",
    amount: str | None = "amount",
) -> CustomerSummary:
    """Add the times between purchases to a customer summary, as `BgCnbd` learns from them.

    Parameters
    ----------
    summary : CustomerSummary
        What `summarize` made of the log.
    log : frame
        The same log.
    customer, date, amount : str
        The log's columns, as in `summarize`.

    Returns
    -------
    CustomerSummary
        What came in, with ``log_gaps``: the sum of the natural logarithms of the times between
        a customer's purchases, in the summary's unit, until its end of observation; 0 without a
        repeat purchase.

    Raises
    ------
    ColumnNotFound
        A column is not there.
    InvalidData
        The log has unusable rows, as in `summarize`.

    Examples
    --------
    >>> import pandas as pd
    >>> import custrel as cr
    >>> days = pd.to_datetime(["2024-01-01", "2024-01-08", "2024-01-22", "2024-01-05"])
    >>> log = pd.DataFrame({"customer_id": [1, 1, 1, 2], "date": days, "amount": 10.0})
    >>> summary = add_log_gaps(cr.summarize(log, unit="W"), log)
    >>> summary.frame["log_gaps"].round(4).tolist()
    [0.6931, 0.0]
    """
    door = enter(log)
    orders = read_orders(
        door,
        customer=customer,
        date=date,
        amount=amount,
        unit=summary.unit,
        collapse=summary.collapse,
        returns=summary.returns,
    )
    line = orders.timeline
    visits = visits_of(occasions_of(orders, net=summary.returns == "net"), line)
    end = summary.calibration_until or summary.observed_until
    if end is not None:
        visits = visits.filter(nw.col("occasion") <= line.tick(end, "observed_until"))
    gaps = _gaps(visits).with_columns(log_gaps=(nw.col("gap") / line.ticks_per_unit).log())
    sums = gaps.group_by("customer").agg(nw.col("log_gaps").sum())
    own, sums = enter(summary), sums.rename({"customer": summary.customer})
    frame: Any = own.frame.drop("log_gaps", strict=False)
    beside = sums.lazy() if own.lazy else collect(sums)
    joined = frame.join(beside, on=summary.customer, how="left")
    filled: CustomerSummary = own.leave(joined.with_columns(nw.col("log_gaps").fill_null(0.0)))
    return filled


def _gaps(visits: AnyFrame) -> Any:
    """Return the time from each customer's visit to the one before, in ticks."""
    occasion = nw.col("occasion")
    if isinstance(visits, nw.DataFrame):  # sorted once, rather than customer by customer
        ordered = visits.sort("customer", "occasion")
        again = nw.col("customer") == nw.col("customer").shift(1)
        gaps = ordered.with_columns(gap=occasion - occasion.shift(1), again=again)
        return gaps.filter(nw.col("again"))
    before = occasion.shift(1).over("customer", order_by="occasion")
    return visits.with_columns(gap=occasion - before).filter(~nw.col("gap").is_null())
