"""How durable, firm and stable a customer's loyalty is, from an order log."""

from __future__ import annotations

from typing import Any, Literal

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel._log.encoding import encode, table_of
from custrel._log.orders import Orders, incomparable, read_orders
from custrel._log.timeline import TimeKind
from custrel.errors import InvalidData, InvalidRule
from custrel.frames import collect, enter
from custrel.satisfaction.sifted_table import SiftedTable
from custrel.units import TimeUnit

__all__ = ["loyalty_profile"]

Floats = NDArray[np.float64]


def loyalty_profile(
    log: Any,
    *,
    customer: str = "customer_id",
    date: str = "date",
    unit: TimeUnit | str = "D",
    as_of: Any = None,
    period: float | None = None,
    errors: Literal["raise", "collect"] = "raise",
) -> SiftedTable:
    """Measure how durable, firm and stable every customer's loyalty is (持久性、牢固性、稳定性).

    Parameters
    ----------
    log : frame
        One row per purchase: who and when. Purchases of one day are one.
    customer, date : str
        The log's columns, as in `summarize`.
    unit : TimeUnit or str
        What times are measured in: ``"D"``, ``"W"``, ``"M"``, ``"Q"`` or ``"Y"``.
    as_of : date, datetime, str or int, optional
        The end of observation; default: the last purchase of all.
    period : float, optional
        The length, in `unit`, of the periods that firmness counts; default: a mean month. Where
        times are integers, it must be given.
    errors : {"raise", "collect"}
        Whether unusable rows, and purchases after `as_of`, raise an error or are left out.

    Returns
    -------
    SiftedTable
        A frame of the log's kind, a row for each customer; an eager one is ordered by customer:

        ==============  ==========================================================
        *customer*      as given
        ``orders``      purchases
        ``durability``  from the first purchase to the last, in `unit`
        ``firmness``    the share of the periods from the first purchase to the end
                        of observation in which he bought, 0 to 1
        ``stability``   1 less the coefficient of variation of his intervals, at
                        least 0; missing below three purchases
        ==============  ==========================================================

    Raises
    ------
    InvalidData
        There are no purchases; customers or dates are missing, or times cannot be read or lie
        after `as_of`.
    ColumnNotFound
        The log has no such column.
    InvalidRule
        `period` is not above 0, or is missing where times are integers.

    See Also
    --------
    custrel.summarize : Recency, frequency and amounts.

    Notes
    -----
    The documents name the three and define none (reconstructed). Durable is who has bought for
    long; firm who has hardly ever been missing; stable who buys at a steady rhythm: all intervals
    alike make 1, intervals as uneven as chance (a Poisson process) about 0. The periods of a
    customer begin with his first purchase, and the last counts though it may have just begun.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"customer_id": [1] * 4 + [2] * 3, "date": [0, 30, 60, 90, 0, 5, 90]})
    >>> loyalty_profile(log, period=30).frame.round(2)
       customer_id  orders  durability  firmness  stability
    0            1       4        90.0       1.0        1.0
    1            2       3        90.0       0.5        0.0
    """
    door, unit = enter(log), TimeUnit(unit)
    orders = read_orders(
        door,
        customer=customer,
        date=date,
        amount=None,
        unit=unit,
        collapse=TimeUnit.DAY,
        returns="keep",
        errors=errors,
    )
    orders, until = orders.observed(as_of, errors=errors, name="as_of")
    length = _length(orders, unit, period)
    frame = (_in_memory if door.in_one_piece else _on_engine)(orders, length)
    per_unit = orders.timeline.ticks_per_unit
    first, last, n = nw.col("first"), nw.col("last"), nw.col("orders")
    gaps = nw.when(n > 2).then(n - 1)
    mean = (last - first) / gaps
    variance = (nw.col("squares") - gaps * mean * mean) / (gaps - 1)
    positive = nw.when(variance > 0).then(variance).otherwise(nw.lit(0.0))
    steady = 1.0 - positive.sqrt() / mean
    periods = ((until - first) / length).floor() + 1.0
    table = frame.select(
        nw.col("customer").alias(customer),
        orders=n.cast(nw.Int64),
        durability=(last - first) / per_unit,
        firmness=nw.col("active") / periods,
        stability=nw.when(n > 2).then(nw.when(steady > 0).then(steady).otherwise(nw.lit(0.0))),
    )
    if isinstance(table, nw.LazyFrame) and not door.lazy:
        table = table.sort(customer).collect()
    return SiftedTable(table.to_native(), orders.problems)


def _length(orders: Orders, unit: TimeUnit, period: float | None) -> float:
    """Return the length of a period in ticks."""
    line = orders.timeline
    if period is None:
        if line.kind is TimeKind.INTEGER:
            raise InvalidRule("times are integers: say how long a period is, period=...")
        period = TimeUnit.MONTH.in_units(unit)
    if not 0 < period < np.inf:
        raise InvalidRule(f"period must be longer than 0, got {period!r}.")
    return float(period) * line.ticks_per_unit


def _on_engine(orders: Orders, length: float) -> Any:
    """Count purchases, periods and squared intervals where the data lies."""
    visits = orders.frame.lazy().select("customer", nw.col("tick").cast(nw.Float64)).unique()
    tick = nw.col("tick")
    visits = visits.with_columns(
        before=tick.shift(1).over("customer", order_by="tick"),
        first=tick.min().over("customer"),
    )
    opened = ((tick - nw.col("first")) / length).floor()
    opened_before = ((nw.col("before") - nw.col("first")) / length).floor()
    gap = tick - nw.col("before")
    visits = visits.with_columns(
        squares=nw.when(~nw.col("before").is_null()).then(gap * gap).otherwise(nw.lit(0.0)),
        active=nw.when(opened == opened_before).then(nw.lit(0.0)).otherwise(nw.lit(1.0)),
    )
    return visits.group_by("customer").agg(
        nw.len().alias("orders"),
        nw.col("first").min(),
        nw.col("tick").max().alias("last"),
        nw.col("squares").sum(),
        nw.col("active").sum(),
    )


def _in_memory(orders: Orders, length: float) -> Any:
    """Do the same over arrays."""
    frame = collect(orders.frame)
    try:
        codes, customers = encode(frame.get_column("customer"))
    except TypeError as error:
        raise InvalidData([incomparable(orders.names["customer"], error)]) from error
    ticks = frame.get_column("tick").to_numpy().astype(np.int64)
    order = np.lexsort((ticks, codes))
    who, when = codes[order], ticks[order]
    fresh = np.ones(len(who), dtype=bool)
    fresh[1:] = (who[1:] != who[:-1]) | (when[1:] != when[:-1])
    who, when = who[fresh], when[fresh].astype(np.float64)
    opens = np.ones(len(who), dtype=bool)
    opens[1:] = who[1:] != who[:-1]
    starts = np.flatnonzero(opens)
    first = np.repeat(when[starts], np.diff(starts, append=len(who)))
    gap = np.where(opens, 0.0, np.diff(when, prepend=when[:1]))
    window = np.floor((when - first) / length)
    active = opens | (np.diff(window, prepend=-1.0) != 0)
    columns = {
        "orders": np.add.reduceat(np.ones(len(who)), starts),
        "first": when[starts],
        "last": when[np.append(starts[1:], len(who)) - 1],
        "squares": np.add.reduceat(gap * gap, starts),
        "active": np.add.reduceat(active.astype(np.float64), starts),
    }
    kept = np.bincount(who, minlength=len(customers)) > 0
    return nw.from_native(table_of(customers, columns, kept), eager_only=True)
