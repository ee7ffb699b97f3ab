"""Who bought in which calendar period: what cohorts and the flow of customers are counted from."""

from __future__ import annotations

import datetime
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel._log.encoding import encode
from custrel._log.orders import Orders, incomparable, read_orders
from custrel._log.timeline import Timeline
from custrel.errors import InvalidData, InvalidRule
from custrel.frames import AnyFrame, Door, as_floats, collect, enter, read_schema
from custrel.units import TimeUnit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Moment = datetime.date | int | None

_MOST_PERIODS = 2_000
_FEWER = "choose a longer period, or check the dates."
_ROOM = 4  # possible cells per order, up to which a table of them beats sorting
# The numbers of January, of the first quarter of 1970, and of that year.
_MONTHS, _QUARTERS, _YEARS = 1970 * 12 + 1, 1970 * 4 + 1, 1970
_WEEKS_UP = 1_000_000  # keeps the dividend positive on every engine, whatever the sign of a day


@attrs.frozen(kw_only=True)
class Activity:
    """What every customer did in every calendar period.

    Parameters
    ----------
    door : Door
        Where the log came in.
    visits : narwhals frame
        ``customer``, ``period`` (its number), ``purchases`` and ``revenue``; periods in which
        a customer only sent something back have no purchases.
    orders : Orders
        The rows that it is counted from.
    periods : Periods
        How periods are numbered.
    high : int
        The last period, that of the end of observation.
    until : int
        The last tick that is observed.
    """

    door: Door
    visits: AnyFrame
    orders: Orders
    periods: _Periods
    high: int
    until: int

    def collect(self, frame: AnyFrame, *columns: str) -> tuple[Floats, ...]:
        """Run what was counted, and bring it to Python; it is small."""
        if isinstance(frame, nw.LazyFrame):
            polars = frame.implementation is nw.Implementation.POLARS
            # Streaming takes half the time on large logs.
            frame = frame.collect(engine="streaming") if polars else frame.collect()
        return tuple(as_floats(frame.get_column(name)) for name in columns)

    def whole(self, periods: Ints) -> NDArray[np.bool_]:
        """Tell which periods were observed to their end."""
        return self.periods.first_ticks(periods + 1) - 1 <= self.until

    def dates(self, periods: Ints) -> NDArray[Any]:
        """Return the first day of each period (the number of it, where times are integers)."""
        return self.orders.timeline.dates_of(self.periods.first_ticks(periods))


def read_activity(
    log: Any,
    *,
    customer: str,
    date: str,
    amount: str | None,
    period: TimeUnit | str | None,
    observed_until: Any,
    returns: str,
    duplicates: str,
    errors: str,
) -> Activity:
    """Read an order log, and add up what each customer did in each calendar period.

    Raises
    ------
    InvalidData
        There are no purchases, or unusable rows.
    InvalidRule
        The period does not fit the log's times, or there are too many of them.
    UnknownCode
        An option has no such choice.
    """
    length = None if period is None else TimeUnit(period)
    door = enter(log)
    door.require([customer, date, amount])
    _check_period(length, integers=read_schema(door.frame)[date].is_integer())
    orders = read_orders(
        door,
        customer=customer,
        date=date,
        amount=amount,
        unit=length or TimeUnit.DAY,
        collapse=length or TimeUnit.DAY,
        returns=returns,
        duplicates=duplicates,
        errors=errors,
    )
    orders, until = orders.observed(observed_until, errors=errors)
    net = returns == "net" and bool(orders.returned)
    if not orders.purchases(until, net=net):
        raise orders.no_purchases(until)
    periods = _Periods(orders.timeline)
    low, high = map(int, periods.numbers(np.array([orders.low, until])))
    if high - low >= _MOST_PERIODS:
        raise InvalidRule(f"{high - low + 1:,} periods from the first order to the last: {_FEWER}")
    add_up = _add_up_arrays if door.in_one_piece else _add_up
    return Activity(
        door=door,
        visits=add_up(orders, periods, net=net),
        orders=orders,
        periods=periods,
        high=high,
        until=until,
    )


def length_of(period: TimeUnit | None) -> str:
    """Say in a word how long periods are."""
    return "integers" if period is None else f"{period.name.lower()}s"


def _add_up(orders: Orders, periods: _Periods, *, net: bool) -> AnyFrame:
    """Add up on the engine; returns are no purchases, but reduce the revenue."""
    frame: Any = orders.frame
    columns = {"period": periods.expression("tick", "date")}
    if net:
        columns["bought"] = nw.when(nw.col("amount") >= 0).then(1).otherwise(0)
    many = nw.col("bought").sum() if net else nw.len()
    by_period = frame.with_columns(**columns).group_by("customer", "period")
    visits: AnyFrame = by_period.agg(
        many.alias("purchases"), nw.col("amount").sum().alias("revenue")
    )
    return visits


def _add_up_arrays(orders: Orders, periods: _Periods, *, net: bool) -> AnyFrame:
    """Do the same over arrays, with customers as numbers: less than a group-by takes in pandas."""
    frame = collect(orders.frame)
    try:
        codes, customers = encode(frame.get_column("customer"))
    except TypeError as error:
        raise InvalidData([incomparable(orders.names["customer"], error)]) from error
    amounts = as_floats(frame.get_column("amount"))
    every = periods.numbers(np.arange(orders.low, orders.high + 1))  # of each tick that can occur
    low, span = int(every[0]), int(every[-1] - every[0]) + 1
    ticks = frame.get_column("tick").to_numpy().astype(np.int64, copy=False)
    keys = codes * span + (every[ticks - orders.low] - low)
    cells = np.arange(0)
    dense = len(customers) * span <= _ROOM * len(keys)
    if not dense:
        cells, keys = np.unique(keys, return_inverse=True)
    size = len(customers) * span if dense else len(cells)
    rows = np.bincount(keys, minlength=size)
    there = np.flatnonzero(rows)
    purchases = np.bincount(keys[amounts >= 0], minlength=size) if net else rows
    customer, period = np.divmod(there if dense else cells, span)
    columns: dict[str, Any] = {
        "customer": customer,
        "period": period + low,
        "purchases": purchases[there],
        "revenue": np.bincount(keys, amounts, size)[there],
    }
    return nw.from_dict(columns, backend="pandas")


@attrs.frozen
class _Periods:
    """Calendar periods in a row of numbers, so that the next one's is one higher."""

    line: Timeline

    def expression(self, tick: str, column: str) -> nw.Expr:
        """Return the number of the period that each tick of a column lies in."""
        times = nw.col(column).dt
        match self.line.collapse:
            case TimeUnit.WEEK:  # weeks begin on Monday
                return (nw.col(tick) + 3 + 7 * _WEEKS_UP) // 7 - _WEEKS_UP
            case TimeUnit.MONTH:
                return times.year().cast(nw.Int32) * 12 + times.month()
            case TimeUnit.QUARTER:
                return times.year().cast(nw.Int32) * 4 + (times.month() + 2) // 3
            case TimeUnit.YEAR:
                return times.year().cast(nw.Int32)
            case _:
                return nw.col(tick)

    def numbers(self, ticks: Ints) -> Ints:
        """Return the number of the period that each tick lies in."""
        match self.line.collapse:
            case TimeUnit.WEEK:
                return (ticks + 3) // 7
            case TimeUnit.MONTH:
                return ticks.astype("M8[D]").astype("M8[M]").astype(np.int64) + _MONTHS
            case TimeUnit.QUARTER:
                months = ticks.astype("M8[D]").astype("M8[M]").astype(np.int64)
                return months // 3 + _QUARTERS
            case TimeUnit.YEAR:
                return ticks.astype("M8[D]").astype("M8[Y]").astype(np.int64) + _YEARS
            case _:
                return ticks

    def first_ticks(self, numbers: Ints) -> Ints:
        """Return the tick that each period begins with."""
        match self.line.collapse:
            case TimeUnit.WEEK:
                return numbers * 7 - 3
            case TimeUnit.MONTH:
                months = (numbers - _MONTHS).astype("M8[M]")
                return months.astype("M8[D]").astype(np.int64)
            case TimeUnit.QUARTER:
                months = ((numbers - _QUARTERS) * 3).astype("M8[M]")
                return months.astype("M8[D]").astype(np.int64)
            case TimeUnit.YEAR:
                years = (numbers - _YEARS).astype("M8[Y]")
                return years.astype("M8[D]").astype(np.int64)
            case _:
                return numbers


def _check_period(period: TimeUnit | None, *, integers: bool) -> None:
    if integers and period is not None:
        raise InvalidRule(
            f"period={period.value!r}: the log's times are integers and have no calendar. "
            "period=None takes each of them for a period of its own."
        )
    if not integers and period is None:
        choices = ", ".join(repr(unit.value) for unit in TimeUnit)
        raise InvalidRule(
            f"period=None is for times that are integers; for dates say one of {choices}."
        )
