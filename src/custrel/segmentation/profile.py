"""Profiles: what the customers of each segment have in common, against all customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import narwhals.stable.v2 as nw

from custrel._columns import as_float, require_complete
from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode
from custrel.frames import Door, collect, enter
from custrel.segmentation._refusals import refuse

__all__ = ["segment_profile"]

_STATISTICS = ("mean", "median", "min", "max", "std", "total", "share", "index")


def segment_profile(
    labelled: Any,
    *,
    by: str | Sequence[str] = "segment",
    of: Sequence[str] = ("idle", "orders", "revenue"),
    statistics: Sequence[
        Literal["mean", "median", "min", "max", "std", "total", "share", "index"]
    ] = ("mean", "share", "index"),
) -> Any:
    """Describe the customers of each segment by the columns that matter.

    Parameters
    ----------
    labelled : CustomerSummary or frame
        One row per customer, with the column of the segment.
    by : str or sequence of str
        The column of the segment, the class, the field of a grid; or several of them.
    of : sequence of str
        The columns to describe them by: numbers.
    statistics : sequence of str
        What is computed of each column: "mean", "median", "min", "max", "std" (n - 1), "total",
        "share" (of the total of all customers) and "index" (the mean over that of all
        customers: 1 is average, 2 twice as much).

    Returns
    -------
    frame
        Of the kind that came: one row per segment, sorted by name, with ``customers``,
        ``customer_share`` (0 to 1), and for each column and statistic a column ``revenue_mean``
        and so on.  A share or an index is missing where the total is 0.

    Raises
    ------
    InvalidData
        There are no customers; a segment is missing; or a value is missing or infinite.
    ColumnNotFound
        A column is not there.
    UnknownCode
        A statistic is none that there is.
    InvalidRule
        No column to group by is given.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {"segment": ["loyal", "loyal", "lost", "lost"], "revenue": [50.0, 30.0, 15.0, 5.0]}
    ... )
    >>> profile = segment_profile(customers, of=["revenue"])
    >>> profile[["segment", "customers", "revenue_mean", "revenue_share", "revenue_index"]]
      segment  customers  revenue_mean  revenue_share  revenue_index
    0    lost          2          10.0            0.2            0.4
    1   loyal          2          40.0            0.8            1.6
    """
    groups = (by,) if isinstance(by, str) else tuple(by)
    if not groups:
        raise InvalidRule("expected a column to group by: by='segment'.")
    for statistic in statistics:
        if statistic not in _STATISTICS:
            raise UnknownCode("statistic of a profile", str(statistic), _STATISTICS)
    door = enter(labelled)
    door.require(groups, remedy="SegmentMap.label() adds the segments.")
    customers = _require_customers(door, groups, of)
    values = {f"__{column}": as_float(column) for column in of}
    slim = door.frame.select(*groups, **values)
    approximate = door.engine is nw.Implementation.PYARROW and "median" in statistics
    if approximate and isinstance(slim, nw.DataFrame):  # its grouped medians are sketches
        slim = nw.from_native(slim.to_pandas(), eager_only=True)
    sums = [nw.col(name).sum() for name in values]
    totals = collect(slim.select(*sums)).rows(named=True)[0] if sums else {}
    table = slim.group_by(*groups).agg(
        nw.len().alias("__customers"),
        *[
            _aggregate(kind, f"__{column}").alias(f"__{column}_{kind}")
            for column in of
            for kind in ("mean", "median", "min", "max", "std", "total")
            if kind in _needed(statistics)
        ],
    )
    counted = nw.col("__customers").cast(nw.Int64)
    described = {
        f"{column}_{kind}": _statistic(kind, column, float(totals[f"__{column}"] or 0.0), customers)
        for column in of
        for kind in statistics
    }
    profile = nw.maybe_reset_index(
        table.select(
            *groups,
            customers=counted,
            customer_share=counted.cast(nw.Float64) / float(customers),
            **described,
        ).sort(*groups)
    )
    if approximate and isinstance(profile, nw.DataFrame):
        return profile.to_arrow()
    return profile.to_native()


def _require_customers(door: Door, groups: Sequence[str], of: Sequence[str]) -> int:
    """Refuse missing segments and values; return how many customers there are."""
    rows = int(require_complete(door, *of)["rows"]) if of else 0
    missing = {group: (nw.col(group).is_null(), "missing segment") for group in groups}
    refuse(door, missing, code="missing_value", remedy="Leave these customers out.")
    rows = rows or int(collect(door.frame.select(nw.len())).item())
    if not rows:
        message = "there is no customer to describe"
        raise InvalidData([Problem(code="empty", message=message, count=0)])
    return rows


def _needed(statistics: Sequence[str]) -> set[str]:
    """Return what must be aggregated: shares and indices come from totals and means."""
    derived = {"share": "total", "index": "mean"}
    return {derived.get(statistic, statistic) for statistic in statistics}


def _aggregate(kind: str, name: str) -> nw.Expr:
    column = nw.col(name)
    return column.sum() if kind == "total" else getattr(column, kind)()


def _statistic(kind: str, column: str, total: float, customers: int) -> nw.Expr:
    if kind == "share":
        return nw.col(f"__{column}_total") / (total or float("nan"))
    if kind == "index":
        return nw.col(f"__{column}_mean") / (total / customers or float("nan"))
    return nw.col(f"__{column}_{kind}")
