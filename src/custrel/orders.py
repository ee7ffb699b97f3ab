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

from custrel.errors import InvalidData, Problem
from custrel.frames import AnyFrame, Door, census, collect, first_rows, with_arrays
from custrel.timeline import AS_GIVEN, Timeline, read_times
from custrel.units import TimeUnit

__all__ = ["Orders", "read_orders"]

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
            "Fill or filter them; amount=None leaves money out.",
        ),
        "infinite_amount": ("amount", "an infinite amount", "Filter these orders out."),
        "negative_amount": (
            "amount",
            "a negative amount",
            "Choose returns='net', 'drop' or 'keep'.",
        ),
        "after_observed_until": (
            "date",
            "later than observed_until={end}",
            "Filter these orders out or observe for longer.",
        ),
    }
)
_ORDER_OF_COLUMNS = ("customer", "date", "amount")


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
        What the caller knows the columns by.
    rows, returned : int
        How many rows there are, and how many of them have a negative amount.
    low, high : int
        The first and the last tick.
    problems : tuple of Problem
        What was left out.
    """

    frame: AnyFrame
    timeline: Timeline
    names: Mapping[str, str]
    rows: int
    returned: int
    low: int
    high: int
    problems: tuple[Problem, ...]

    def until(self, end: int, *, errors: str) -> Orders:
        """Refuse, or leave out, what comes after the end of observation."""
        if self.high <= end:
            return self
        late = nw.col("tick") > end
        count = census(self.frame, {"late": late})["late"]
        moment = {"end": self.timeline.moment(end)}
        found = _problem("after_observed_until", count, self.frame, late, self.names, **moment)
        if errors == "raise":
            raise InvalidData([found])
        frame = self.frame.filter(~late)
        return _with_census(attrs.evolve(self, frame=frame, problems=(*self.problems, found)))

    def purchases(self, end: int, *, net: bool) -> int:
        """Count the rows until a tick that are purchases."""
        if end >= self.high and not (net and self.returned):
            return self.rows
        counts = nw.col("tick") <= end
        counts = counts & (nw.col("amount") >= 0) if net else counts
        return census(self.frame, {"counts": counts})["counts"]

    def only_returns(self) -> tuple[Problem, ...]:
        """Find the customers who sent back but never bought, whom no summary can hold."""
        if not self.returned:
            return ()
        keys = self.frame.select("customer", negative=nw.col("amount") < 0)
        buyers = keys.filter(~nw.col("negative")).select("customer")
        others = keys.filter(nw.col("negative")).select("customer")
        others = others.unique(subset=["customer"]).join(buyers, on="customer", how="anti")
        count = int(collect(others.select(nw.len())).item())
        if not count:
            return ()
        return (
            Problem(
                code="only_returns",
                message="customers with returns alone, who are not in the table,",
                column=self.names["customer"],
                count=count,
                rows=first_rows(others, nw.lit(value=True), {self.names["customer"]: "customer"}),
                remedy="Their orders may lie before the log begins.",
            ),
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
    errors: str,
) -> Orders:
    """Read a log: find what is unusable, put the rest on a timeline.

    Raises
    ------
    InvalidData
        There are no orders, or some are unusable and were not to be left out.
    """
    names = {"customer": customer, "date": date, "amount": amount or "amount"}
    money = nw.lit(0.0) if amount is None else nw.col(amount).cast(nw.Float64)
    frame = door.frame.select(customer=nw.col(customer), date=nw.col(date), amount=money)
    frame, timeline, unreadable = read_times(frame, "date", name=date, unit=unit, collapse=collapse)

    flags = _flags(unreadable)
    counts = census(frame, flags)
    if not counts["rows"]:
        raise InvalidData([Problem(code="empty", message="the log has no orders:", count=0)])
    problems = tuple(
        _problem(code, counts[code], frame, flags[code], names)
        for code in flags
        if counts[code] and code in _FINDINGS and (code != "negative_amount" or returns == "error")
    )
    if problems and errors == "raise":
        raise InvalidData(problems)
    for problem in problems:
        frame = frame.filter(~flags[problem.code])
    if returns == "drop" and counts["negative_amount"]:
        frame = frame.filter(~flags["negative_amount"])
    if door.in_one_piece:
        ticks = timeline.ticks_of(collect(frame).get_column("date"))
        frame = with_arrays(collect(frame), {"tick": ticks})
    else:
        ticks_there = timeline.tick_expression("date", door.engine)
        frame = frame.lazy().with_columns(tick=ticks_there)  # from here on, the optimiser's
    return _with_census(
        Orders(
            frame=frame,
            timeline=timeline,
            names=names,
            rows=0,
            returned=0,
            low=0,
            high=0,
            problems=problems,
        )
    )


def _flags(unreadable: nw.Expr) -> dict[str, nw.Expr]:
    amount = nw.col("amount")
    missing = amount.is_null() | amount.is_nan()
    return {
        "null_customer": nw.col("customer").is_null(),
        "unreadable_date": unreadable,
        "null_date": nw.col("date").is_null() & ~unreadable,
        "missing_amount": missing,
        "infinite_amount": ~missing & ~amount.is_finite(),
        "negative_amount": amount < 0,
    }


def _with_census(orders: Orders) -> Orders:
    counts = census(orders.frame, {"returned": nw.col("amount") < 0}, ["tick"])
    if not counts["rows"]:
        listed = " ".join(str(problem) for problem in orders.problems)
        empty = Problem(code="empty", message="no usable order is left:", count=0, remedy=listed)
        raise InvalidData([empty])
    low, high = counts["tick"]
    return attrs.evolve(
        orders, rows=counts["rows"], returned=counts["returned"], low=int(low), high=int(high)
    )


def _problem(
    code: str,
    count: int,
    frame: AnyFrame,
    bad: nw.Expr,
    names: Mapping[str, str],
    **facts: object,
) -> Problem:
    column, message, remedy = _FINDINGS[code]
    present = frame.collect_schema().names()
    shown = {names[name]: name for name in _ORDER_OF_COLUMNS}
    if AS_GIVEN in present:
        shown[names["date"]] = AS_GIVEN
    return Problem(
        code=code,
        message=message.format(**facts),
        column=names[column],
        count=count,
        rows=first_rows(frame, bad, shown),
        remedy=remedy,
    )


def _eager(frame: AnyFrame) -> nw.DataFrame[Any]:
    return collect(frame)
