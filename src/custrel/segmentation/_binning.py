"""Cut points learnt on the engine that holds the data.

Customers are ranked by a value, the rank decides the bin, and of each bin only the lowest
and the highest value come to Python: they give the cut points.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import inf

import attrs
import narwhals.stable.v2 as nw

from custrel.frames import AnyFrame, collect

TIES = ("low", "mean", "high")

_DIGITS = 18

Cuts = tuple[float, ...]
_Bins = Mapping[int, tuple[float, float]]


@attrs.frozen
class Learnt:
    """The cut points of every cell that holds customers, and the scores that occur in it."""

    cuts: Mapping[int, Cuts]
    filled: Mapping[int, tuple[int, ...]]


def learn_cuts(
    frame: AnyFrame, value: nw.Expr, bins: int, *, ties: str = "low", within: nw.Expr | None = None
) -> Learnt:
    """Learn ascending cut points that put equal numbers of customers between them.

    Parameters
    ----------
    frame : narwhals frame
        The customers.
    value : nw.Expr
        What they are ranked by: Float64, higher is better.
    bins : int
        Into how many bins.
    ties : {"low", "mean", "high"}
        Which rank all customers with one value take of those that they occupy together.
    within : nw.Expr, optional
        The number of the cell inside which customers are ranked; default: all in one.

    Returns
    -------
    Learnt
    """
    cells = nw.lit(0) if within is None else within
    customers = frame.select(__cell=cells.cast(nw.Int64), __value=value)
    sizes = _sizes(customers)
    occupied = (
        customers.group_by("__cell", "__value")
        .agg(nw.len().alias("__count"))
        .with_columns(nw.col("__count").cast(nw.Int64))
        .with_columns(
            __upto=nw.col("__count").cum_sum().over(order_by=["__cell", "__value"]).cast(nw.Int64)
        )
        .with_columns(__bin=_bin(bins, sizes, ties))
        .group_by("__cell", "__bin")
        .agg(nw.col("__value").min().alias("__low"), nw.col("__value").max().alias("__high"))
    )
    found: dict[int, dict[int, tuple[float, float]]] = {cell: {} for cell in sizes}
    for row in collect(occupied).rows(named=True):
        found[int(row["__cell"])][int(row["__bin"])] = (row["__low"], row["__high"])
    return Learnt(
        {cell: _cuts(extremes, bins) for cell, extremes in found.items()},
        {cell: tuple(bin_ + 1 for bin_ in sorted(bins_)) for cell, bins_ in found.items()},
    )


def cut_between(below: float, above: float) -> float:
    """Return the value from which on one belongs to the upper of two neighbours.

    Whole numbers stay whole.  Between others the cut is a short number near the middle: it is
    legible, and a sum that was added up in another order, and differs in its last bit, still
    falls on its side.
    """
    if float(below).is_integer() and float(above).is_integer():
        return float(above)
    middle = below + (above - below) / 2
    short = (round(middle, digits) for digits in range(_DIGITS))
    return next((float(cut) for cut in short if below < cut < above), float(above))


def _sizes(customers: AnyFrame) -> dict[int, int]:
    counted = customers.group_by("__cell").agg(nw.len().alias("__count"))
    rows = collect(counted).rows(named=True)
    return {int(r["__cell"]): int(r["__count"]) for r in sorted(rows, key=lambda r: r["__cell"])}


def _bin(bins: int, sizes: Mapping[int, int], ties: str) -> nw.Expr:
    """Return the number of the bin, from 0: floor(rank * bins / (n + 1)), in whole numbers throughout."""
    starts, total = [], 0
    for size in sizes.values():
        starts.append(total)
        total += size
    upto = nw.col("__upto") - _by_cell(list(sizes), starts)
    after = upto - nw.col("__count")
    twice = {"low": 2 * after + 2, "mean": after + 1 + upto, "high": 2 * upto}[ties]
    room = _by_cell(list(sizes), [2 * (size + 1) for size in sizes.values()])
    return ((twice * bins) // room).cast(nw.Int64)


def _by_cell(cells: list[int], values: list[int]) -> nw.Expr:
    if len(values) == 1:
        return nw.lit(values[0])
    return nw.col("__cell").replace_strict(cells, values, default=None, return_dtype=nw.Int64)


def _cuts(extremes: _Bins, bins: int) -> Cuts:
    """Return the cuts below bins 1, 2, ...; two are equal where the bin between is empty."""
    filled = sorted(extremes)
    cut_below = {filled[0]: extremes[filled[0]][0]}
    for lower, upper in pairwise(filled):
        cut_below[upper] = cut_between(extremes[lower][1], extremes[upper][0])
    return tuple(
        next((cut_below[b] for b in filled if b >= boundary), inf) for boundary in range(1, bins)
    )
