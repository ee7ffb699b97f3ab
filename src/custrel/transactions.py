"""An order log becomes one row per customer: the customer summary.

The summary is the hinge between the log and every rule.  Its columns are named and defined
as in the packages lifetimes and pymc-marketing, so that their users can switch.
"""

from __future__ import annotations

import datetime
from typing import Any, Literal, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np

from custrel.errors import InvalidRule, Problem, UnknownCode
from custrel.frames import AnyFrame, as_floats, collect, encode, enter, table_of
from custrel.occasions import Occasions, Spans, count_occasions, occasions_on_engine
from custrel.orders import Orders, read_orders
from custrel.timeline import Timeline
from custrel.units import TimeUnit

__all__ = ["CustomerSummary", "summarize"]

Moment = datetime.date | int | None

_RETURNS = ("net", "drop", "keep", "error")
_ERRORS = ("raise", "collect")
_DUPLICATES = ("keep", "drop")
_MONEY = (
    "revenue", "monetary_value", "revenue_recent", "revenue_before", "monetary_value_holdout",
)  # fmt: skip
_MADE = (
    "orders", "revenue", "frequency", "recency", "T", "monetary_value", "first_order",
    "last_order", "idle", "revenue_recent", "revenue_before", "frequency_holdout",
    "monetary_value_holdout", "duration_holdout",
)  # fmt: skip


@attrs.frozen(eq=False, repr=False)
class CustomerSummary:
    """One row per customer, and what was assumed in making it.

    `summarize` makes it; whoever brings a summary of his own names its unit:
    ``CustomerSummary(frame, unit="W")``.  Rules take it and give it back with columns added.

    Parameters
    ----------
    frame : frame
        The table, of the engine that the log came from.
    unit : TimeUnit or str
        What `recency`, `T` and `idle` are measured in.
    customer : str
        The column that names the customer.
    observed_until : date, datetime or int, optional
        The end of observation.
    calibration_until : date, datetime or int, optional
        Where the columns end that a model may learn from, if there is a holdout.
    collapse : TimeUnit or str, optional
        The calendar period in which all orders of a customer are one occasion.
    returns : str
        How negative amounts were treated.
    compare : float, optional
        The length in `unit` of the two windows whose business is compared.
    rows : int, optional
        How many usable rows the log had.
    purchases : int, optional
        How many of them the purchase columns count: no returns, nothing held out.
    problems : tuple of Problem
        What was left out, and why.
    source : frame, optional
        The table as it was made, before columns were added or customers filtered out.

    See Also
    --------
    summarize : Makes one from an order log.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"frequency": [2], "recency": [30.43], "T": [38.86]})
    >>> summary = CustomerSummary(frame, unit="W")
    >>> summary.unit.in_words(2)
    '2 weeks'
    """

    frame: Any
    unit: TimeUnit = attrs.field(converter=TimeUnit, kw_only=True)
    customer: str = attrs.field(default="customer_id", kw_only=True)
    observed_until: Moment = attrs.field(default=None, kw_only=True)
    calibration_until: Moment = attrs.field(default=None, kw_only=True)
    collapse: TimeUnit | None = attrs.field(
        default=None, converter=attrs.converters.optional(TimeUnit), kw_only=True
    )
    returns: str = attrs.field(default="keep", kw_only=True)
    compare: float | None = attrs.field(default=None, kw_only=True)
    rows: int | None = attrs.field(default=None, kw_only=True)
    purchases: int | None = attrs.field(default=None, kw_only=True)
    problems: tuple[Problem, ...] = attrs.field(default=(), kw_only=True)
    source: Any = attrs.field(default=None, kw_only=True)

    def with_frame(self, frame: Any) -> Self:
        """Return the same facts around another frame.

        Parameters
        ----------
        frame : frame
            A table of these customers, perhaps with columns added or rows filtered.

        Returns
        -------
        CustomerSummary
        """
        return attrs.evolve(self, frame=frame)

    def collect(self) -> Self:
        """Run a lazy query once and keep its rows, so that what follows does not run it again.

        Returns
        -------
        CustomerSummary
            Around an eager frame: Polars for Polars, PyArrow for the others.
        """
        return self.with_frame(collect(enter(self.frame).frame).to_native())

    def merged_orders(self) -> int | None:
        """Return how many orders were merged into an occasion with another.

        On a lazy frame this runs a query.

        Returns
        -------
        int or None
            None where the summary was not made from a log.
        """
        if self.purchases is None or self.source is None:
            return None
        occasions = nw.from_native(self.source).select(nw.col("orders").sum())
        return self.purchases - int(collect(occasions).item())

    def __repr__(self) -> str:
        return f"{self._headline()}\n{self.frame!r}"

    def _repr_html_(self) -> str:
        table = getattr(self.frame, "_repr_html_", lambda: f"<pre>{self.frame!r}</pre>")()
        return f"<p>{self._headline()}</p>{table}"

    def _headline(self) -> str:
        parts = [f"times in {self.unit.name.lower()}s"]
        if self.observed_until is not None:
            parts.append(f"observed until {self.observed_until}")
        if self.calibration_until is not None:
            parts.append(f"calibrated until {self.calibration_until}")
        if self.rows is not None:
            merge = "each order an occasion"
            if self.collapse is not None:
                merge = f"one occasion a {self.collapse.name.lower()}"
            parts.append(f"from {self.rows:,} orders, {merge}, returns: {self.returns}")
        parts += [f"left out: {problem}" for problem in self.problems]
        return f"Customer summary, {'; '.join(parts)}"


def summarize(
    log: Any,
    *,
    customer: str = "customer_id",
    date: str = "date",
    amount: str | None = "amount",
    unit: TimeUnit | str = "D",
    observed_until: Any = None,
    calibration_until: Any = None,
    collapse: TimeUnit | str | None = "D",
    compare: float | None = None,
    returns: Literal["net", "drop", "keep", "error"] = "net",
    duplicates: Literal["keep", "drop"] = "keep",
    errors: Literal["raise", "collect"] = "raise",
) -> CustomerSummary:
    r"""Turn an order log into one row per customer.

    Parameters
    ----------
    log : frame
        One row per order: who, when, and for how much.
    customer, date, amount : str
        The log's columns.  Times are dates, instants (whose calendar day is that of their own
        zone), ISO 8601 text, or integers that count whole `unit`\\ s.  ``amount=None``
        leaves money out.
    unit : TimeUnit or str
        What times are measured in: ``"D"``, ``"W"``, ``"M"`` or ``"Y"`` (days, weeks, mean
        months and years).
    observed_until : date, datetime, str or int, optional
        The end of observation; a date stands for its whole day.  Default: the last order's,
        which the result states.
    calibration_until : date, datetime, str or int, optional
        Where the columns end that a model may learn from.  What follows, until
        `observed_until`, is the holdout; customers who came later are not in the table.
    collapse : TimeUnit, str or None
        The calendar period in which all orders of a customer are one occasion, by default
        the day, as in the models' theory.  Longer periods date an occasion at their start.
        None makes each order an occasion.
    compare : float, optional
        The length, in `unit`, of two adjacent windows before the end of observation; adds
        the amounts in each.
    returns : {"net", "drop", "keep", "error"}
        Negative amounts: reduce the customer's revenue and are no occasion, are left out,
        are treated as orders, or are refused.
    duplicates : {"keep", "drop"}
        Rows that are equal in all columns of the log: count each, or count one.
    errors : {"raise", "collect"}
        Unusable rows: refuse them all in one error, or leave them out and list them in the
        result's `problems`.

    Returns
    -------
    CustomerSummary
        Its frame is of the log's kind (eager ones ordered by customer), one row per
        customer, with the columns

        ==================  ====================================================
        *customer*          as given
        ``orders``          purchase occasions
        ``revenue``         their total amount
        ``frequency``       repeat purchases: ``orders - 1``
        ``recency``         age at the last purchase, in `unit`
        ``T``               age at the end of observation, in `unit`
        ``monetary_value``  mean amount of the repeat purchases, 0 without any
        ``first_order``     date of the first purchase
        ``last_order``      date of the last purchase
        ``idle``            time since the last purchase, in `unit`: ``T - recency``
        ==================  ====================================================

        with `compare`, ``revenue_recent`` and ``revenue_before``; with `calibration_until`,
        ``frequency_holdout`` (occasions), ``monetary_value_holdout`` (their mean amount)
        and ``duration_holdout`` (in `unit`).

    Raises
    ------
    InvalidData
        No orders; missing customers, dates or amounts; infinite amounts; times that cannot
        be read or lie after `observed_until`; returns, where they are refused.
    ColumnNotFound
        The log has no such column.
    InvalidRule
        The options contradict one another.

    Notes
    -----
    ``monetary_value`` is (revenue - amount of the first occasion) / frequency.  Under
    ``returns="net"`` a return counts on the day it was booked.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, K. L. Lee (2005), "Counting Your Customers" the Easy
       Way, Marketing Science 24(2), 275-284: frequency, recency and T.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame(
    ...     {
    ...         "customer_id": [1, 1, 1, 2],
    ...         "date": ["2024-01-01", "2024-01-15", "2024-01-15", "2024-01-08"],
    ...         "amount": [10.0, 20.0, 5.0, 7.0],
    ...     }
    ... )
    >>> summary = summarize(log, unit="W", observed_until="2024-01-29")
    >>> summary.frame[["customer_id", "orders", "frequency", "recency", "T", "monetary_value"]]
       customer_id  orders  frequency  recency    T  monetary_value
    0            1       2          1      2.0  4.0            25.0
    1            2       1          0      0.0  3.0             0.0
    >>> summary.merged_orders()
    1
    """
    door = enter(log)
    _check_option("returns", returns, _RETURNS)
    _check_option("duplicates", duplicates, _DUPLICATES)
    _check_option("errors", errors, _ERRORS)
    unit, collapse = TimeUnit(unit), None if collapse is None else TimeUnit(collapse)
    door.require([customer, date, amount])
    if amount is not None:
        door.require_numbers(amount)
    if customer in _MADE:
        raise InvalidRule(f"the summary has a column {customer!r} of its own: rename the log's.")
    if duplicates == "drop":
        door = attrs.evolve(door, frame=door.frame.unique(subset=list(door.columns)))
    orders = read_orders(
        door,
        customer=customer,
        date=date,
        amount=amount,
        unit=unit,
        collapse=collapse,
        returns=returns,
        errors=errors,
    )
    line = orders.timeline
    until = orders.high if observed_until is None else line.tick(observed_until, "observed_until")
    orders = orders.until(until, errors=errors)
    spans = _spans(orders, until, calibration_until, compare)
    net = returns == "net"
    count = _count_in_memory if door.in_one_piece else _count_on_engine
    counted: AnyFrame = count(orders, spans, net=net)
    finished = _finish(counted, line, spans, until, customer=customer, money=amount is not None)
    if isinstance(finished, nw.LazyFrame) and not door.lazy:
        # Streaming needs less memory and, on large logs, half the time.
        finished = finished.sort(customer).collect(engine="streaming")
    table = finished.to_native()
    return CustomerSummary(
        frame=table,
        unit=unit,
        customer=customer,
        observed_until=line.moment(until),
        calibration_until=line.moment(spans.end) if spans.holdout else None,
        collapse=collapse,
        returns=returns,
        compare=compare,
        rows=orders.rows,
        purchases=orders.purchases(spans.end, net=net),
        problems=(*orders.problems, *(orders.only_returns() if net else ())),
        source=table,
    )


def _check_option(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise UnknownCode(f"choice for {name}", value, choices)


def _spans(orders: Orders, until: int, calibration_until: Any, compare: float | None) -> Spans:
    line, end = orders.timeline, until
    if calibration_until is not None:
        end = line.tick(calibration_until, "calibration_until")
        if not orders.low <= end < until:
            raise InvalidRule(
                f"calibration_until={line.moment(end)} leaves nothing to calibrate on or nothing "
                f"to hold out: the log runs from {line.moment(orders.low)} to {line.moment(until)}."
            )
    if compare is None:
        return Spans(end=end, holdout=end < until)
    window = round(compare * line.ticks_per_unit)
    if window < 1:
        raise InvalidRule(f"compare={compare!r}: the windows must be at least a day long.")
    return Spans(end=end, holdout=end < until, recent=end - window, before=end - 2 * window)


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
    dates = {name: line.date_expression(name, frame.implementation) for name in ("first", "last")}
    return counted.with_columns(**dates)


def _count_in_memory(orders: Orders, spans: Spans, *, net: bool) -> nw.DataFrame[Any]:
    line, frame = orders.timeline, collect(orders.frame)
    codes, customers = encode(frame.get_column("customer"))
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
        "opening": start(seen.first),
        "closing": start(seen.last),
        "first": line.dates_of(seen.first),
        "last": line.dates_of(seen.last),
    }
    if spans.holdout:
        held = count(~now)
        columns |= {"held_orders": held.orders, "held_revenue": held.revenue}
    if spans.recent is not None and spans.before is not None:
        for name, low, high in (
            ("revenue_recent", spans.recent, spans.end),
            ("revenue_before", spans.before, spans.recent),
        ):
            within = (ticks > low) & (ticks <= high)
            columns[name] = np.bincount(codes[within], amounts[within], len(customers))
    kept = seen.orders > 0
    columns = {name: values[kept] for name, values in columns.items()}
    return nw.from_native(table_of(customers, columns, kept), eager_only=True)


def _finish(
    counted: AnyFrame, line: Timeline, spans: Spans, until: int, *, customer: str, money: bool
) -> AnyFrame:
    """Turn counts and ticks into the columns of a summary, in the unit asked for."""
    end = line.occasion_of(spans.end) if line.coarse else spans.end
    per_unit, repeats = line.ticks_per_unit, nw.col("orders") - 1
    opening, closing = nw.col("opening").cast(nw.Float64), nw.col("closing").cast(nw.Float64)
    ages = {"recency": closing - opening, "T": end - opening, "idle": end - closing}
    columns = {
        customer: nw.col("customer"),
        "orders": nw.col("orders").cast(nw.Int64),
        "revenue": nw.col("revenue"),
        "frequency": repeats.cast(nw.Int64),
        "recency": ages["recency"] / per_unit,
        "T": ages["T"] / per_unit,
        "monetary_value": _mean(nw.col("repeat_amount"), repeats),
        "first_order": nw.col("first"),
        "last_order": nw.col("last"),
        "idle": ages["idle"] / per_unit,
    }
    if spans.recent is not None:
        columns |= {name: nw.col(name) for name in ("revenue_recent", "revenue_before")}
    if spans.holdout:
        held = nw.col("held_orders")
        last_tick = line.occasion_of(until) if line.coarse else until
        columns |= {
            "frequency_holdout": held.cast(nw.Int64),
            "monetary_value_holdout": _mean(nw.col("held_revenue"), held),
            "duration_holdout": nw.lit((last_tick - end) / per_unit),
        }
    if not money:
        columns = {name: column for name, column in columns.items() if name not in _MONEY}
    return counted.select(**columns)


def _mean(total: nw.Expr, count: nw.Expr) -> nw.Expr:
    """Divide where there is something to divide by; 0 where there is nothing."""
    safe = nw.when(count > 0).then(count).otherwise(1)
    return nw.when(count > 0).then(total / safe).otherwise(0.0)
