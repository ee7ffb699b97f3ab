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

from custrel._log.occasions import Spans
from custrel._log.orders import WHICH_COLUMNS, Orders, incomparable, read_orders
from custrel._log.summary_table import COLUMNS, tabulate
from custrel._log.timeline import TimeKind
from custrel._shown import in_html, in_text
from custrel.errors import InvalidData, InvalidRule, Problem, counted
from custrel.frames import Door, collect, enter, read_schema
from custrel.units import TimeUnit

__all__ = ["CustomerSummary", "summarize"]

Moment = datetime.date | int | None


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
        return in_text(self.frame, self.problems, caption=f"Customer summary: {self._facts()}")

    def _repr_html_(self) -> str:
        facts = self._facts()
        return in_html(self.frame, self.problems, name="Customer summary", facts=facts)

    def _facts(self) -> str:
        parts = [f"times in {self.unit.name.lower()}s"]
        if self.calibration_until is not None:
            parts.append(f"calibrated until {self.calibration_until}")
        if self.observed_until is not None:
            parts.append(f"observed until {self.observed_until}")
        if self.rows is not None:
            parts.append(f"from {counted(self.rows, 'order')}")
            if self.collapse is None:
                parts.append("each order is an occasion")
            elif isinstance(self.observed_until, int):
                parts.append("orders at one time are one occasion")
            else:
                parts.append(f"orders of a {self.collapse.name.lower()} are one occasion")
            parts.append(f"returns: {self.returns}")
        return "; ".join(parts)


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
    """Turn an order log into one row per customer.

    Parameters
    ----------
    log : frame
        One row per order: who, when, and for how much.  It is not changed.
    customer, date, amount : str
        The log's columns.  Times are dates, instants (whose calendar day is that of their own
        zone; DuckDB's is the zone of its session), ISO 8601 text, or integers that count
        days, weeks, ... themselves.  Instants all at midnight are dates.  ``amount=None``
        leaves money out.
    unit : TimeUnit or str
        What times are measured in: ``"D"``, ``"W"``, ``"M"``, ``"Q"`` or ``"Y"`` (days, weeks,
        mean months, quarters and years).
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
        the amounts in each.  Windows are whole days long, where times are dates.
    returns : {"net", "drop", "keep", "error"}
        Negative amounts: reduce the customer's revenue and are no occasion, are left out,
        are treated as orders, or are refused.
    duplicates : {"keep", "drop"}
        Rows that are equal in all columns of the log: count each, or count one (how many
        that leaves out is in `problems`).
    errors : {"raise", "collect"}
        Unusable rows: refuse them all in one error, or leave them out and list them in the
        result's `problems`.

    Returns
    -------
    CustomerSummary
        Its frame is of the log's kind, one row per customer.  An eager frame is ordered by
        customer; the order of a lazy one's rows is unspecified.  Its columns are

        ==================  ====================================================
        *customer*          as given
        ``orders``          purchase occasions
        ``revenue``         their total amount
        ``frequency``       repeat purchases: ``orders - 1``
        ``recency``         age at the last purchase, in `unit`
        ``T``               age at the end of observation, in `unit`
        ``monetary_value``  mean amount of the repeat purchases, 0 without any
        ``first_order``     date of the first purchase (``collapse=None``: the instant)
        ``last_order``      date of the last purchase (the same)
        ``idle``            time since the last purchase, in `unit`: ``T - recency``
        ==================  ====================================================

        with `compare`, ``revenue_recent`` and ``revenue_before``; with `calibration_until`,
        ``frequency_holdout`` (occasions), ``monetary_value_holdout`` (their mean amount)
        and ``duration_holdout`` (in `unit`).

    Raises
    ------
    InvalidData
        No orders, or nothing but returns; missing customers, dates or amounts; amounts that
        are infinite or no numbers; times that cannot be read or lie after `observed_until`;
        returns, where they are refused.
    ColumnNotFound
        The log has no such column.
    InvalidRule
        The options contradict one another or the log.
    UnknownCode
        An option has no such choice.

    Notes
    -----
    ``monetary_value`` is the amount after the first occasion, divided by ``frequency``.
    Under ``returns="net"`` a return counts on the day it was booked: it reduces the
    monetary value if that is after the first occasion's.  A customer with returns alone is
    not in the table but in `problems`.

    An occasion that a longer `collapse` lets begin before `calibration_until` and go on
    after it counts on both sides, as in lifetimes.

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
    unit, collapse = TimeUnit(unit), None if collapse is None else TimeUnit(collapse)
    door = enter(log)
    _check_columns(door, customer, date, amount, compare)
    orders = read_orders(
        door,
        customer=customer,
        date=date,
        amount=amount,
        unit=unit,
        collapse=collapse,
        returns=returns,
        duplicates=duplicates,
        errors=errors,
    )
    line = orders.timeline
    orders, until = orders.observed(observed_until, errors=errors)
    spans = _spans(orders, until, calibration_until, compare)
    net = returns == "net"
    purchases = orders.purchases(spans.end, net=net)
    if not purchases:
        raise orders.no_purchases(spans.end)
    table = tabulate(orders, spans, door, net=net).to_native()
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
        purchases=purchases,
        problems=(*orders.problems, *(orders.only_returns() if net else ())),
        source=table,
    )


def _check_columns(
    door: Door, customer: str, date: str, amount: str | None, compare: float | None
) -> None:
    for name, column in {"customer": customer, "date": date}.items():
        if column is None:
            raise InvalidRule(f"{name}=None: only the amount can be left out.")
    if compare is not None and amount is None:
        raise InvalidRule("compare adds amounts up, and amount=None leaves them out.")
    door.require([customer, date, amount], remedy=WHICH_COLUMNS)
    if not door.in_one_piece and read_schema(door.frame)[customer] == nw.Object:
        raise InvalidData([incomparable(customer, "Python objects")])
    # DuckDB does not tell capitals apart: T and t would be two columns of one name.
    same = str.casefold if door.engine is nw.Implementation.DUCKDB else str
    if same(customer) in map(same, COLUMNS):
        raise InvalidRule(f"the summary has a column {customer!r} of its own: rename the log's.")


def _spans(orders: Orders, until: int, calibration_until: Any, compare: float | None) -> Spans:
    line, end = orders.timeline, orders.calibrated(calibration_until, until)
    if compare is None:
        return Spans(end=end, until=until)
    window = 0
    if isinstance(compare, int | float | np.number) and np.isfinite(compare):
        window = round(float(compare) * line.ticks_per_unit)
    if window < 1:
        least = "1" if line.kind is TimeKind.INTEGER else "a day"
        raise InvalidRule(
            f"compare={compare!r}: expected the length of a window in {line.unit.name.lower()}s, "
            f"at least {least}."
        )
    return Spans(end=end, until=until, recent=end - window, before=end - 2 * window)
