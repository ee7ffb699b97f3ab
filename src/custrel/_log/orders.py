"""What the rows of an order log must be, before they are counted.

A row needs a customer, a time that can be read and a finite amount.  What is wrong is found
in one query and told in one error, or left out and listed where the caller asked for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs
import narwhals.stable.v2 as nw

from custrel._log.timeline import Timeline
from custrel._log.times import AS_GIVEN, read_times
from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode
from custrel.frames import (
    AnyFrame,
    Door,
    census,
    collect,
    count_rows,
    first_rows,
    with_arrays,
)
from custrel.units import TimeUnit

__all__ = ["Orders", "incomparable", "read_orders"]

_FINDINGS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "null_customer": ("customer", "no customer", "Give these orders one or filter them out."),
        "null_date": ("date", "no date", "Give these orders one or filter them out."),
        "unreadable_date": (
            "date",
            "not an ISO 8601 date or instant",
            "Write dates as YYYY-MM-DD, or convert the column to dates first.",
        ),
        "missing_amount": (
            "amount",
            "no amount",
            "Fill them in or filter these orders out; amount=None leaves money out of it all.",
        ),
        "infinite_amount": ("amount", "an infinite amount", "Filter these orders out."),
        "negative_amount": (
            "amount",
            "a negative amount",
            "returns='net' deducts them, 'drop' leaves them out, 'keep' counts them as orders.",
        ),
        "after_observed_until": (
            "date",
            "later than observed_until={end}",
            "Filter these orders out, or observe until the log's last date, {last}.",
        ),
        "returns": ("amount", "negative, left out by returns='drop',", ""),
    }
)
_CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "returns": ("net", "drop", "keep", "error"),
        "duplicates": ("keep", "drop"),
        "errors": ("raise", "collect"),
    }
)
WHICH_COLUMNS = "customer=, date= and amount= say what the log calls them."
_COLLECT = "errors='collect' leaves such rows out and lists them in the summary's problems."


@attrs.frozen(kw_only=True)
class Orders:
    """The usable rows of a log, under names of our own.

    Parameters
    ----------
    frame : narwhals frame
        ``customer``, ``date``, ``tick`` and ``amount``.
    timeline : Timeline
        How ticks count.
    names : mapping of str to str
        What the caller knows the columns by; there is no amount where money was left out.
    problems : tuple of Problem
        What was left out.
    whole : bool
        Whether rows still have the positions that they had in the log.
    rows, returned : int
        How many rows there are, and how many of them have a negative amount.
    low, high : int
        The first and the last tick.
    """

    frame: AnyFrame
    timeline: Timeline
    names: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    whole: bool = True
    rows: int = 0
    returned: int = 0
    low: int = 0
    high: int = 0

    def observed(
        self, until: Any, *, errors: str, name: str = "observed_until"
    ) -> tuple[Orders, int]:
        """Return what came until the end of observation, by default the last order's, and its tick.

        Raises
        ------
        InvalidData
            Something comes later, and was not to be left out.
        """
        end = self.high if until is None else self.timeline.tick(until, name)
        return self._until(end, errors=errors), end

    def calibrated(self, calibration_until: Any, until: int) -> int:
        """Return the tick at which the calibration ends; None is the end of observation.

        Raises
        ------
        InvalidRule
            Nothing is left to learn from, or to hold out.
        """
        if calibration_until is None:
            return until
        moment = self.timeline.moment
        end = self.timeline.tick(calibration_until, "calibration_until")
        if not self.low <= end < until:
            raise InvalidRule(
                f"calibration_until={moment(end)} leaves nothing to calibrate on or nothing "
                f"to hold out: the log runs from {moment(self.low)} to {moment(until)}."
            )
        return end

    def no_purchases(self, end: int) -> InvalidData:
        """Return the error that there are only returns until a tick."""
        problem = Problem(
            code="no_purchases",
            message=f"the log has no purchase until {self.timeline.moment(end)}, only returns",
            count=0,
            remedy="returns='keep' counts negative amounts as orders.",
        )
        return InvalidData([problem])

    def _until(self, end: int, *, errors: str) -> Orders:
        if self.high <= end:
            return self
        late = nw.col("tick") > end
        count = census(self.frame, {"late": late})["late"]
        moment = self.timeline.moment
        found = self.problem(
            "after_observed_until", count, late, end=moment(end), last=moment(self.high)
        )
        if errors == "raise":
            raise InvalidData([found], _COLLECT)
        return self.without(late, found).counted()

    def purchases(self, end: int, *, net: bool) -> int:
        """Count the rows until a tick that are purchases."""
        if end >= self.high and not (net and self.returned):
            return self.rows
        counts = nw.col("tick") <= end
        counts = counts & (nw.col("amount") >= 0) if net else counts
        return int(census(self.frame, {"counts": counts})["counts"])

    def only_returns(self) -> tuple[Problem, ...]:
        """Find the customers who sent back but never bought, whom no summary can hold."""
        if not self.returned:
            return ()
        keys: Any = self.frame.select("customer", negative=nw.col("amount") < 0)
        buyers = keys.filter(~nw.col("negative")).select("customer")
        others = keys.filter(nw.col("negative")).select("customer").unique(subset=["customer"])
        others = others.join(buyers, on="customer", how="anti")
        count = count_rows(others)
        if not count:
            return ()
        everyone, shown = ~nw.col("customer").is_null(), {self.names["customer"]: "customer"}
        return (
            Problem(
                code="only_returns",
                message="only returns and no purchase",
                column=self.names["customer"],
                count=count,
                rows=first_rows(others, everyone, shown, positions=False),
                remedy="They are not in the table; they may have bought before the log begins.",
                of="customer",
            ),
        )

    def without(self, bad: nw.Expr, *found: Problem) -> Orders:
        """Leave rows out, and remember why."""
        frame, problems = self.frame.filter(~bad), (*self.problems, *found)
        return attrs.evolve(self, frame=frame, problems=problems, whole=False)

    def problem(self, code: str, count: int, bad: nw.Expr, **facts: object) -> Problem:
        """Describe a finding, with its first rows as the caller knows them."""
        column, message, remedy = _FINDINGS[code]
        frame = self.timeline.in_zone(self.frame, "date")
        shown = {name: column for column, name in self.names.items()}
        if AS_GIVEN in frame.collect_schema().names():
            shown[self.names["date"]] = AS_GIVEN
        return Problem(
            code=code,
            message=message.format(**facts),
            column=self.names[column],
            count=count,
            rows=first_rows(frame, bad, shown, positions=self.whole),
            remedy=remedy.format(**facts),
        )

    def counted(self) -> Orders:
        """Count the rows, or refuse to go on with none."""
        counts = census(self.frame, {"returned": nw.col("amount") < 0}, ["tick"])
        if not counts["rows"]:
            raise InvalidData([_NOTHING_LEFT, *self.problems])
        low, high = counts["tick"]
        return attrs.evolve(
            self, rows=counts["rows"], returned=counts["returned"], low=int(low), high=int(high)
        )


def read_orders(
    door: Door,
    *,
    customer: str,
    date: str,
    amount: str | None,
    unit: TimeUnit,
    collapse: TimeUnit | None,
    returns: str,
    duplicates: str = "keep",
    errors: str = "raise",
) -> Orders:
    """Read a log: find what is unusable, put the rest on a timeline.

    Raises
    ------
    InvalidData
        There are no orders, or some are unusable and were not to be left out.
    ColumnNotFound
        The log has no such column.
    UnknownCode
        An option has no such choice.
    """
    for name, value in (("returns", returns), ("duplicates", duplicates), ("errors", errors)):
        if value not in _CHOICES[name]:
            raise UnknownCode(f"choice for {name}", value, _CHOICES[name])
    door.require([customer, date, amount], remedy=WHICH_COLUMNS)
    if amount is not None:
        door.require_numbers(amount)
    log, rows = door.frame, None
    if duplicates == "drop":
        rows, log = count_rows(log), _distinct(door)
    money = nw.lit(0.0) if amount is None else nw.col(amount).cast(nw.Float64)
    frame = log.select(customer=nw.col(customer), date=nw.col(date), amount=money)
    whole = duplicates == "keep"
    frame, timeline = read_times(
        frame, "date", name=date, unit=unit, collapse=collapse, positions=whole
    )
    names = {"customer": customer, "date": date} | ({} if amount is None else {"amount": amount})
    orders = Orders(frame=frame, timeline=timeline, names=names, whole=whole)

    flags = _flags(frame)
    counts = census(frame, flags)
    if not counts["rows"]:
        raise InvalidData([_EMPTY])
    found = {
        code: orders.problem(code, counts[code], flag)
        for code, flag in flags.items()
        if counts[code] and (code != "negative_amount" or returns == "error")
    }
    if found and errors == "raise":
        raise InvalidData(found.values(), _COLLECT)
    if rows is not None and rows > counts["rows"]:
        orders = attrs.evolve(orders, problems=(_duplicates(rows - counts["rows"]),))
    for code, problem in found.items():
        orders = orders.without(flags[code], problem)
    if returns == "drop" and counts["negative_amount"]:
        orders = _drop_returns(orders, flags["negative_amount"])
    return _with_ticks(orders, door).counted()


def incomparable(name: str, reason: object) -> Problem:
    """Describe a column of customers that cannot be told apart."""
    return Problem(
        code="incomparable_customers",
        message=f"values that cannot be told apart ({reason})",
        column=name,
        count=0,
        remedy="Convert the column to text or integers first.",
    )


def _flags(frame: AnyFrame) -> dict[str, nw.Expr]:
    schema = frame.collect_schema()
    nobody, undated = nw.col("customer").is_null(), nw.col("date").is_null()
    if schema["customer"].is_float():
        nobody |= nw.col("customer").is_nan()
    dates = {"null_date": undated}
    if AS_GIVEN in schema:
        unwritten = nw.col(AS_GIVEN).is_null()
        dates = {"unreadable_date": undated & ~unwritten, "null_date": undated & unwritten}
    amount = nw.col("amount")
    return {
        "null_customer": nobody,
        **dates,
        "missing_amount": amount.is_null() | amount.is_nan(),
        "infinite_amount": amount.abs() == float("inf"),
        "negative_amount": amount < 0,
    }


def _distinct(door: Door) -> AnyFrame:
    """Keep one of the rows that are equal in all columns."""
    try:
        return door.frame.unique(subset=list(door.columns))
    except TypeError as error:
        problem = Problem(
            code="incomparable_rows",
            message=f"duplicates='drop' must compare rows, and a column's values cannot be: {error}",
            count=0,
            remedy="Select the columns that tell orders apart first.",
        )
        raise InvalidData([problem]) from error


def _drop_returns(orders: Orders, negative: nw.Expr) -> Orders:
    """Leave returns out, and say whom that leaves out of the table."""
    counts = census(orders.frame, {"returned": negative})
    orders = attrs.evolve(orders, returned=counts["returned"])
    found = orders.problem("returns", counts["returned"], negative)
    return orders.without(negative, found, *orders.only_returns())


def _with_ticks(orders: Orders, door: Door) -> Orders:
    if door.in_one_piece:
        frame = collect(orders.frame)
        line, ticks = orders.timeline.ticks_of(frame.get_column("date"))
        return attrs.evolve(orders, frame=with_arrays(frame, {"tick": ticks}), timeline=line)
    lazy = orders.frame.lazy()  # from here on, the optimiser's
    line = orders.timeline.by_days_if_midnights(lazy, "date")
    return attrs.evolve(orders, frame=line.with_tick(lazy, "date"), timeline=line)


def _duplicates(count: int) -> Problem:
    return Problem(
        code="duplicate_rows",
        message="equal to another in all columns, left out by duplicates='drop',",
        count=count,
    )


_EMPTY = Problem(
    code="empty",
    message="the log has no orders",
    count=0,
    remedy="Check the filter or the join that made it.",
)
_NOTHING_LEFT = Problem(code="empty", message="no usable order is left", count=0)
