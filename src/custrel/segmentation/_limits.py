"""Limits of value between classes, found on the engine that holds the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import narwhals.stable.v2 as nw

from custrel._columns import as_float
from custrel.errors import InvalidData, Problem
from custrel.frames import AnyFrame, collect
from custrel.segmentation._binning import cut_between
from custrel.segmentation._cuts import points

# Sums added up in another order differ in their last digits; a share this near to a cut has
# reached it on every engine.
_TOLERANCE = 1e-9


def value_of(
    columns: Sequence[str], weights: Sequence[float], scales: Sequence[float] | None
) -> nw.Expr:
    """Return what customers are ranked by: a column, or the weighted mean of scaled ones."""
    if len(columns) == 1:
        return as_float(columns[0])
    total = nw.lit(0.0)
    for column, weight, scale in zip(
        columns, weights, scales or (1.0,) * len(columns), strict=True
    ):
        total = total + as_float(column) * (weight / sum(weights) / scale)
    return total


def class_of(value: nw.Expr, limits: Sequence[float], classes: Sequence[str]) -> nw.Expr:
    """Return the code of the class, from the descending least values of all but the last."""
    step = points(value, tuple(reversed(limits)), None, closed="better")
    names = list(reversed(classes))
    return step.replace_strict(
        range(1, len(names) + 1), names, default=None, return_dtype=nw.String
    )


def means(frame: AnyFrame, columns: Sequence[str], rows: int) -> tuple[float, ...]:
    """Return the mean of the positive part of each column."""
    return tuple(
        positive_total(frame.select(__value=as_float(column)), rows, column) / rows
        for column in columns
    )


def positive_total(customers: AnyFrame, rows: int, column: str) -> float:
    """Return the sum of the positive values, on which shares are based."""
    value = nw.col("__value")
    positive = customers.select(__value=nw.when(value > 0).then(value).otherwise(0.0))
    total = float(collect(positive.select(nw.col("__value").sum())).item())
    if not total > 0:
        raise InvalidData(
            [
                Problem(
                    code="nothing_positive",
                    message="no customer has a positive value, so there is no total to share",
                    column=column,
                    count=rows,
                    remedy="Classify by another column, or by AbcRule.by_limits().",
                )
            ]
        )
    return total


def learn_limits(
    customers: AnyFrame, shares: Sequence[float], *, of_value: bool, rows: int, column: str
) -> tuple[float, ...]:
    """Find the least value of every class but the last, from the extremes of each."""
    total = positive_total(customers, rows, column) if of_value else float(rows)
    value, count = nw.col("__value"), nw.col("__count")
    amount = nw.when(value > 0).then(value * count).otherwise(0.0)
    # Passed are the cuts at or below the share of all who stand before this value.
    ends = tuple((share - _TOLERANCE) * total for share in shares)
    extremes = (
        customers.group_by("__value")
        .agg(nw.len().alias("__count"))
        .with_columns(count.cast(nw.Float64), __behind=-value)
        .with_columns(__own=amount if of_value else count)
        .with_columns(__upto=nw.col("__own").cum_sum().over(order_by="__behind"))
        .with_columns(
            __class=points(nw.col("__upto") - nw.col("__own"), ends, None, closed="better")
        )
        .group_by("__class")
        .agg(value.min().alias("__low"), value.max().alias("__high"))
    )
    found = {
        int(row["__class"]): (float(row["__low"]), float(row["__high"]))
        for row in collect(extremes).rows(named=True)
    }
    return tuple(_limit(found, number) for number in range(1, len(shares) + 1))


def rank_by_value(frame: AnyFrame, total: float, rows: int) -> AnyFrame:
    """Add rank, share and cumulative shares by the column ``__value``, equal for equals."""
    value = nw.col("__value")
    return (
        frame.with_columns(
            __one=nw.lit(1),
            __behind=-value,
            abc_share=nw.when(value > 0).then(value / total).otherwise(0.0),
        )
        .with_columns(
            __upto=nw.col("__one").cum_sum().over(order_by="__behind"),
            __cum=nw.col("abc_share").cum_sum().over(order_by="__behind"),
        )
        .with_columns(
            abc_rank=nw.col("__upto").min().over("__value").cast(nw.Int64),
            abc_cum_share=nw.col("__cum").max().over("__value"),
            abc_cum_count_share=nw.col("__upto").max().over("__value").cast(nw.Float64) / rows,
        )
        .drop("__one", "__behind", "__upto", "__cum")
    )


def _limit(extremes: Mapping[int, tuple[float, float]], number: int) -> float:
    """Return the value from which on a customer is in class `number`, 1 the best, or better."""
    lowest = min(low for found, (low, _) in extremes.items() if found <= number)
    worse = [high for found, (_, high) in extremes.items() if found > number]
    return cut_between(max(worse), lowest) if worse else lowest
