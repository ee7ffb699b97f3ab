"""Purchase occasions become the columns of a customer summary, in the unit asked for."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from custrel._log.encoding import encode, table_of
from custrel._log.occasions import Occasions, Spans, count_occasions, occasions_on_engine, total
from custrel._log.orders import Orders, incomparable
from custrel._log.timeline import Timeline
from custrel.errors import InvalidData
from custrel.frames import AnyFrame, Door, as_floats, collect

__all__ = ["COLUMNS", "tabulate"]

COLUMNS = (
    "orders", "revenue", "frequency", "recency", "T", "monetary_value", "first_order",
    "last_order", "idle", "revenue_recent", "revenue_before", "frequency_holdout",
    "monetary_value_holdout", "duration_holdout",
)  # fmt: skip
_MONEY = (
    "revenue", "monetary_value", "revenue_recent", "revenue_before", "monetary_value_holdout",
)  # fmt: skip


def tabulate(orders: Orders, spans: Spans, door: Door, *, net: bool) -> AnyFrame:
    """Make the table of a customer summary.

    Parameters
    ----------
    orders : Orders
    spans : Spans
        What is observed, held out and compared.
    door : Door
        Through which the orders came; what came in eager goes out eager.
    net : bool
        Whether negative amounts are returns, and no purchases.

    Returns
    -------
    narwhals frame
        One row per customer: his column under the caller's name, and `COLUMNS` as far as
        they were asked for.
    """
    line, names = orders.timeline, orders.names
    count = _count_in_memory if door.in_one_piece else _count_on_engine
    counted = line.in_zone(count(orders, spans, net=net), "first", "last")
    table = counted.select(nw.col("customer").alias(names["customer"]), **_columns(line, spans))
    table = table if "amount" in names else table.drop(*_MONEY, strict=False)
    if isinstance(table, nw.LazyFrame) and not door.lazy:
        # Streaming needs less memory and, on large logs, half the time.
        table = table.sort(names["customer"]).collect(engine="streaming")
    return table


def _count_on_engine(orders: Orders, spans: Spans, *, net: bool) -> nw.LazyFrame[Any]:
    line, frame = orders.timeline, orders.frame.lazy()
    counted = occasions_on_engine(
        frame,
        occasion=line.occasion_expression("tick", "date") if line.coarse else None,
        bought=nw.col("amount") >= 0 if net and orders.returned else None,
        merge=line.collapse is not None,
        spans=spans,
    )
    if not line.coarse:
        counted = counted.with_columns(opening=nw.col("first"), closing=nw.col("last"))
    opening, closing = nw.col("opening").cast(nw.Int64), nw.col("closing").cast(nw.Int64)
    ages = _ages(opening, closing, _end_of(spans.end, line))
    counted = counted.with_columns(**{name: age.cast(nw.Float64) for name, age in ages.items()})
    return line.with_dates(counted, "first", "last").lazy()


def _count_in_memory(orders: Orders, spans: Spans, *, net: bool) -> nw.DataFrame[Any]:
    line, frame = orders.timeline, collect(orders.frame)
    try:
        codes, customers = encode(frame.get_column("customer"))
    except TypeError as error:
        raise InvalidData([incomparable(orders.names["customer"], error)]) from error
    ticks = frame.get_column("tick").to_numpy()
    amounts = as_floats(frame.get_column("amount"))
    bought = amounts >= 0 if net and orders.returned else None
    options: dict[str, Any] = {
        "merge": line.collapse is not None,
        "occasion": line.occasion if line.coarse else None,
    }

    def count(rows: Any) -> Occasions:
        chosen = None if bought is None else bought[rows]
        return count_occasions(
            codes[rows], ticks[rows], amounts[rows], len(customers), bought=chosen, **options
        )

    now: Any = ticks <= spans.end if spans.holdout else slice(None)
    seen = count(now)
    start = line.occasion if line.coarse else np.asarray
    columns: dict[str, Any] = {
        "orders": seen.orders,
        "revenue": seen.revenue,
        "repeat_amount": seen.repeat_amount,
        "first": line.dates_of(seen.first),
        "last": line.dates_of(seen.last),
    }
    ages = _ages(start(seen.first), start(seen.last), _end_of(spans.end, line))
    columns |= {name: ticks.astype(np.float64) for name, ticks in ages.items()}
    if spans.holdout:
        held = count(~now)
        columns |= {"held_orders": held.orders, "held_revenue": held.revenue}
    if spans.recent is not None and spans.before is not None:
        for name, low, high in (
            ("revenue_recent", spans.recent, spans.end),
            ("revenue_before", spans.before, spans.recent),
        ):
            within = (ticks > low) & (ticks <= high)
            columns[name] = total(codes[within], amounts[within], len(customers))
    kept = seen.orders > 0
    columns = {name: values[kept] for name, values in columns.items()}
    return nw.from_native(table_of(customers, columns, kept), eager_only=True)


def _ages(opening: Any, closing: Any, end: int) -> dict[str, Any]:
    """Return ages in ticks, of arrays or of expressions."""
    return {"recency": closing - opening, "T": end - opening, "idle": end - closing}


def _end_of(tick: int, line: Timeline) -> int:
    """Return the tick that an end of observation counts as: that of its occasion."""
    return line.occasion_of(tick) if line.coarse else tick


def _columns(line: Timeline, spans: Spans) -> dict[str, nw.Expr]:
    """Return the columns of a summary, in the unit asked for."""
    per_unit, repeats = line.ticks_per_unit, nw.col("orders") - 1
    columns = {
        "orders": nw.col("orders").cast(nw.Int64),
        "revenue": nw.col("revenue"),
        "frequency": repeats.cast(nw.Int64),
        "recency": _exact_ratio(nw.col("recency"), per_unit),
        "T": _exact_ratio(nw.col("T"), per_unit),
        "monetary_value": _mean(nw.col("repeat_amount"), repeats),
        "first_order": nw.col("first"),
        "last_order": nw.col("last"),
        "idle": _exact_ratio(nw.col("idle"), per_unit),
    }
    if spans.recent is not None:
        columns |= {name: nw.col(name) for name in ("revenue_recent", "revenue_before")}
    if spans.holdout:
        held, end = nw.col("held_orders"), _end_of(spans.end, line)
        columns |= {
            "frequency_holdout": held.cast(nw.Int64),
            "monetary_value_holdout": _mean(nw.col("held_revenue"), held),
            "duration_holdout": nw.lit((_end_of(spans.until, line) - end) / per_unit),
        }
    return columns


def _exact_ratio(ticks: nw.Expr, per_unit: float) -> nw.Expr:
    """Divide by a constant.

    Polars would multiply by its reciprocal, and differ from the other engines in the last
    digit; so the divisor becomes a column.
    """
    return ticks / (ticks * 0.0 + per_unit)


def _mean(amount: nw.Expr, count: nw.Expr) -> nw.Expr:
    """Divide where there is something to divide by; 0 where there is nothing."""
    safe = nw.when(count > 0).then(count).otherwise(1)
    return nw.when(count > 0).then(amount / safe).otherwise(0.0)
