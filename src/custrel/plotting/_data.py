"""What every picture asks of the data before anything is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidData, Problem
from custrel.frames import Door, as_floats, collect, first_rows, read_schema

Floats = NDArray[np.float64]


def tally(
    door: Door, keys: Sequence[str], value: str | None
) -> tuple[list[list[Any]], Floats, Floats]:
    """Count the customers of each group, and add up what they bring, on the engine.

    Returns
    -------
    groups : list of list
        For each of `keys` its value in each group.
    customers : ndarray of shape (groups,)
    total : ndarray of shape (groups,)
        The sum of `value`; zeros where it is None.

    Raises
    ------
    InvalidData
        There are no customers; or a group or a value is missing, or a value infinite.
    """
    brings = nw.lit(0.0) if value is None else nw.col(value).cast(nw.Float64)
    unusable = brings.is_null() | ~brings.is_finite()
    missing = [_missing(door, key) for key in keys]
    gap = nw.when(nw.any_horizontal(unusable, *missing, ignore_nulls=False)).then(1).otherwise(0)
    names = {f"key {place}": key for place, key in enumerate(keys)}
    marked = door.frame.select(
        nw.col(door.columns[0]).alias("who"),
        *[nw.col(key).alias(name) for name, key in names.items()],
        brings.alias("amount"),
        gap.alias("gap"),
    )
    grouped = marked.group_by(*names).agg(
        nw.len().alias("customers"), nw.col("amount").sum(), nw.col("gap").sum()
    )
    table = collect(grouped)
    customers, total, gaps = (
        as_floats(table.get_column(name)) for name in ("customers", "amount", "gap")
    )
    require_customers(len(customers))
    if gaps.sum():
        columns = [*keys, *([] if value is None else [value])]
        shown = {door.columns[0]: "who"} | {key: name for name, key in names.items()}
        shown |= {} if value is None else {value: "amount"}
        problem = Problem(
            code="missing_value",
            message=f"a missing or infinite value in {' or '.join(map(repr, columns))}",
            count=int(gaps.sum()),
            rows=first_rows(marked, nw.col("gap") > 0, shown),
            remedy="Leave these customers out, or fill the columns in, before they are drawn.",
        )
        raise InvalidData([problem])
    return [table.get_column(name).to_list() for name in names], customers, total


def require_customers(count: float) -> None:
    """Refuse to draw nothing."""
    if not count:
        problem = Problem(
            code="empty",
            message="there is no customer to draw",
            count=0,
            remedy="Check the filter that was applied before.",
        )
        raise InvalidData([problem])


def _missing(door: Door, key: str) -> nw.Expr:
    missing = nw.col(key).is_null()
    return missing | nw.col(key).is_nan() if read_schema(door.frame)[key].is_float() else missing
