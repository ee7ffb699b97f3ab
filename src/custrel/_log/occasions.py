"""From orders to purchase occasions, once over arrays and once on an engine.

Frames in memory go through one sort of integer keys; engines with an optimiser of their own
get two group-bys.  Both give the same columns, and each is the other's test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

__all__ = ["Occasions", "Spans", "count_occasions", "occasions_on_engine", "total"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_LARGEST_KEY = 2**62


@attrs.frozen(kw_only=True)
class Spans:
    """The stretches of time, in ticks, that a summary tells apart.

    Parameters
    ----------
    end : int
        The last tick that is observed (that calibrates, where there is a holdout).
    until : int
        The last tick of all: what comes after `end` is the holdout.
    recent, before : int or None
        Ticks after which orders belong to the last window and to the one before it.
    """

    end: int
    until: int
    recent: int | None = None
    before: int | None = None

    @property
    def holdout(self) -> bool:
        """Whether anything is held out."""
        return self.end < self.until


@attrs.frozen(kw_only=True)
class Occasions:
    """Per customer: how many occasions, the first and last tick, and the amounts.

    `repeat_amount` is what came after the first occasion.  It is summed on its own, since a
    difference of sums would turn nothing into a rounding error.
    """

    orders: Ints
    first: Ints
    last: Ints
    revenue: Floats
    repeat_amount: Floats


def count_occasions(
    codes: Ints,
    ticks: Ints,
    amounts: Floats,
    customers: int,
    *,
    bought: NDArray[np.bool_] | None = None,
    merge: bool = True,
    occasion: Callable[[Ints], Ints] | None = None,
) -> Occasions:
    """Count purchase occasions per customer.

    Parameters
    ----------
    codes : ndarray of int64, shape (orders,)
        The customer of each order, from 0 to `customers` - 1.
    ticks : ndarray of int64, shape (orders,)
        When each order was placed.
    amounts : ndarray of float64, shape (orders,)
        What it came to.
    customers : int
        How many customers there are.
    bought : ndarray of bool, shape (orders,), optional
        Which rows are purchases; the others (returns) change amounts alone.
    merge : bool
        Whether equal ticks of a customer are one occasion.
    occasion : callable, optional
        Maps ticks to the first tick of their period, where periods are longer than a tick.

    Returns
    -------
    Occasions
        Arrays of shape (customers,).  Where a customer bought nothing, `orders` is 0 and
        `first` and `last` are meaningless.
    """
    purchases = slice(None) if bought is None else bought
    who, when = _sorted(codes[purchases], ticks[purchases], customers)
    opens = np.ones(len(who), dtype=bool)
    if merge:
        period = when if occasion is None else occasion(when)
        np.not_equal(who[1:], who[:-1], out=opens[1:])
        opens[1:] |= period[1:] != period[:-1]
    orders = np.bincount(who[opens], minlength=customers)
    rows = np.bincount(who, minlength=customers)
    ends = np.cumsum(rows)
    bounded = np.minimum(ends - rows, max(len(when) - 1, 0)), np.maximum(ends - 1, 0)
    first, last = (when[i] if len(when) else np.zeros(customers, np.int64) for i in bounded)

    opening = (first if occasion is None else occasion(first)).take(codes)
    period = ticks if occasion is None else occasion(ticks)
    repeat_amount = total(codes, amounts * (period > opening), customers)
    if not merge:  # orders of the very first instant: any one of them is the first, so their mean
        now = period == opening
        alike = now if bought is None else now & bought
        copies = np.maximum(np.bincount(codes[alike], minlength=customers), 1)
        repeat_amount += total(codes[now], amounts[now], customers) * (1 - 1 / copies)
    return Occasions(
        orders=orders,
        first=first,
        last=last,
        revenue=total(codes, amounts, customers),
        repeat_amount=repeat_amount,
    )


def total(codes: Ints, amounts: Floats, customers: int) -> Floats:
    """Add up the amounts of each customer."""
    # Of no amounts at all, NumPy counts integers.
    return np.bincount(codes, amounts, customers).astype(np.float64, copy=False)


def _sorted(codes: Ints, ticks: Ints, customers: int) -> tuple[Ints, Ints]:
    """Sort pairs of customer and tick by one sort of one integer each."""
    if not len(codes):
        return codes, ticks
    low = int(ticks.min())
    bits = (int(ticks.max()) - low).bit_length()  # shifts part a key again faster than divisions
    if customers << bits >= _LARGEST_KEY:
        order = np.lexsort((ticks, codes))
        return codes[order], ticks[order]
    keys = codes << bits
    keys += ticks
    keys -= low
    keys.sort()
    who = keys >> bits
    keys &= (1 << bits) - 1
    keys += low
    return who, keys


def occasions_on_engine(
    orders: nw.LazyFrame[Any],
    *,
    occasion: nw.Expr | None,
    bought: nw.Expr | None,
    merge: bool,
    spans: Spans,
) -> nw.LazyFrame[Any]:
    """Count purchase occasions per customer where the data lies.

    Parameters
    ----------
    orders : narwhals LazyFrame
        With the columns ``customer``, ``tick`` and ``amount``, and what `occasion` needs.
    occasion : narwhals expression or None
        The first tick of the period that each tick lies in; None: a tick is a period.
    bought : narwhals expression or None
        Holds on purchases, not on returns; None: there are no returns.
    merge : bool
        Whether the orders of a customer in one period are one occasion.
    spans : Spans

    Returns
    -------
    narwhals LazyFrame
        ``customer``, ``orders``, ``revenue``, ``repeat_amount``, ``first`` and ``last``
        (ticks of orders); with `occasion`, ``opening`` and ``closing`` (of occasions); with
        windows, ``revenue_recent`` and ``revenue_before``; with a holdout, ``held_orders``
        and ``held_revenue``.

    Notes
    -----
    Conditions become columns before they are summed, since not every engine aggregates an
    expression rightly.  Only what the case at hand needs is carried along: two group-bys of
    two keys are nearly all of the cost.
    """
    windows = _window_columns(spans)
    when = "tick" if occasion is None else "occasion"
    marks: dict[str, nw.Expr] = {} if occasion is None else {"occasion": occasion}
    ends: list[nw.Expr] = []
    if spans.holdout:
        marks["held"] = nw.when(nw.col("tick") > spans.end).then(1).otherwise(0)
    if bought is not None or not merge:
        marks["bought"] = nw.lit(1) if bought is None else nw.when(bought).then(1).otherwise(0)
    if occasion is not None:
        marks["bought_on"] = _where(bought, nw.col("tick"))
        ends = [nw.col("bought_on").min().alias("low"), nw.col("bought_on").max().alias("high")]
    sums = ["amount", *windows, *(["bought"] if "bought" in marks else [])]
    keys = ["customer", when, *(["held"] if spans.holdout else [])]
    if marks or windows:
        orders = orders.with_columns(**marks, **windows)
    visits = orders.group_by(*keys).agg(*[nw.col(name).sum() for name in sums], *ends)

    now = nw.col("held") == 0 if spans.holdout else None
    paid = nw.col("bought") > 0 if "bought" in marks else None
    visits = visits.with_columns(at=_where(_all(now, paid), nw.col(when)))
    visits = _with_opening(visits, orders.with_columns(at=_where(_all(now, paid), nw.col(when))))
    columns = _visit_columns(when, now, paid, merge=merge, holdout=spans.holdout)
    if ends:
        columns |= {name: _where(_all(now, paid), nw.col(name)) for name in ("low", "high")}
    visits = visits.with_columns(**columns)
    low, high = ("low", "high") if ends else ("at", "at")
    per_customer = visits.group_by("customer").agg(
        *[nw.col(name).sum() for name in (*columns, *windows) if name not in {"low", "high"}],
        nw.col(low).min().alias("first"),
        nw.col(high).max().alias("last"),
        *([nw.col("at").min().alias("opening")] if ends else []),
        *([nw.col("at").max().alias("closing")] if ends else []),
    )
    return (
        per_customer if now is None and paid is None else per_customer.filter(nw.col("orders") > 0)
    )


def _with_opening(visits: nw.LazyFrame[Any], orders: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Put beside each visit when its customer came first."""
    if visits.implementation is not nw.Implementation.DUCKDB:
        return visits.with_columns(opening=nw.col("at").min().over("customer"))
    # It sorts for a window, hashes for a join, and would count visits twice to join them.
    first = orders.group_by("customer").agg(nw.col("at").min().alias("opening"))
    return visits.join(first, on="customer", how="left")


def _window_columns(spans: Spans) -> dict[str, nw.Expr]:
    if spans.recent is None or spans.before is None:
        return {}
    tick, amount = nw.col("tick"), nw.col("amount")
    recent = (tick > spans.recent) & (tick <= spans.end)
    before = (tick > spans.before) & (tick <= spans.recent)
    return {
        "revenue_recent": nw.when(recent).then(amount).otherwise(0.0),
        "revenue_before": nw.when(before).then(amount).otherwise(0.0),
    }


def _visit_columns(
    when: str, now: nw.Expr | None, paid: nw.Expr | None, *, merge: bool, holdout: bool
) -> dict[str, nw.Expr]:
    amount, at, opening = nw.col("amount"), nw.col(when), nw.col("opening")
    many = nw.lit(1) if merge else nw.col("bought")
    others = nw.lit(0.0)
    if not merge:  # orders of the very first instant: any one of them is the first, so their mean
        shared = amount * (1 - 1 / nw.col("bought"))
        others = nw.when(_every(now, paid, at == opening)).then(shared).otherwise(0.0)
    columns = {
        "orders": _where(_all(now, paid), many, otherwise=0),
        "revenue": _where(now, amount, otherwise=0.0),
        "repeat_amount": nw.when(_every(now, at > opening)).then(amount).otherwise(others),
    }
    if holdout:
        held = nw.col("held") > 0
        columns["held_orders"] = nw.when(_every(held, paid)).then(many).otherwise(0)
        columns["held_revenue"] = nw.when(held).then(amount).otherwise(0.0)
    return columns


def _where(condition: nw.Expr | None, value: nw.Expr, *, otherwise: float | None = None) -> nw.Expr:
    return value if condition is None else nw.when(condition).then(value).otherwise(otherwise)


def _all(*conditions: nw.Expr | None) -> nw.Expr | None:
    given = [condition for condition in conditions if condition is not None]
    return nw.all_horizontal(*given, ignore_nulls=False) if given else None


def _every(*conditions: nw.Expr | None) -> nw.Expr:
    both = _all(*conditions)
    return nw.lit(value=True) if both is None else both
