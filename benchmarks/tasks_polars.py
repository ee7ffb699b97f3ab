"""Customer summary and cohorts as one would write them by hand in Polars, for this log alone.

Run by `summarize.py` and `cohorts.py`; by hand: ``python benchmarks/tasks_polars.py plain_lazy FOLDER``.

None of the queries looks for missing customers, unreadable dates, infinite amounts or returns, as
`custrel.summarize` and `cohorts` do.  `plain` would do for any log; `packed` is the fastest that we found,
for customers numbered with integers: customer and date become one key.
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from data import load
from measure import measure, run_task

SMALL = 1000
Query = Callable[[pl.LazyFrame], pl.LazyFrame]
Measured = tuple[dict[str, Any], dict[str, float]]
DAYS_LIMIT = 65_536  # days since 1970 stay below it until 2149


def plain(log: pl.LazyFrame, until: date | None = None) -> pl.LazyFrame:
    """Group by customer and date, mark the first occasions, group by customer."""
    customer, day, amount = pl.col("customer"), pl.col("day"), pl.col("amount")
    # Grouping by days as integers takes a third less time than grouping by dates.
    visits = log.group_by(customer, day=pl.col("date").to_physical()).agg(amount.sum())
    opening = day == day.min().over("customer")
    visits = visits.with_columns(opening_amount=pl.when(opening).then(amount).otherwise(0.0))
    counted = visits.group_by(customer).agg(
        orders=pl.len().cast(pl.Int64),
        revenue=amount.sum(),
        opening_amount=pl.col("opening_amount").sum(),
        first_order=day.min().cast(pl.Date),
        last_order=day.max().cast(pl.Date),
    )
    return _finish(counted, until or _last_day(log))


def packed(log: pl.LazyFrame) -> pl.LazyFrame:
    """Do the same with customer and date in one integer, and fetch first amounts by a join."""
    key, amount = pl.col("key"), pl.col("amount")
    keys = pl.col("customer") * DAYS_LIMIT + pl.col("date").to_physical()
    visits = log.group_by(key=keys).agg(amount.sum())
    counted = visits.group_by(customer=key // DAYS_LIMIT).agg(
        orders=pl.len().cast(pl.Int64), revenue=amount.sum(), opening=key.min(), closing=key.max()
    )
    first = visits.select(opening="key", opening_amount="amount")
    counted = counted.join(first, on="opening", how="left").with_columns(
        first_order=(pl.col("opening") % DAYS_LIMIT).cast(pl.Int32).cast(pl.Date),
        last_order=(pl.col("closing") % DAYS_LIMIT).cast(pl.Int32).cast(pl.Date),
    )
    return _finish(counted, _last_day(log))


def _last_day(log: pl.LazyFrame) -> date:
    return log.select(pl.col("date").max()).collect().item()


def _finish(counted: pl.LazyFrame, until: date) -> pl.LazyFrame:
    first, last, orders = pl.col("first_order"), pl.col("last_order"), pl.col("orders")
    repeats = orders - 1
    mean = (pl.col("revenue") - pl.col("opening_amount")) / repeats
    return counted.select(
        "customer",
        "orders",
        "revenue",
        frequency=repeats,
        recency=(last - first).dt.total_days().cast(pl.Float64),
        T=(until - first).dt.total_days().cast(pl.Float64),
        monetary_value=pl.when(repeats > 0).then(mean).otherwise(0.0),
        first_order=first,
        last_order=last,
        idle=(until - last).dt.total_days().cast(pl.Float64),
    )


def _lazy(query: Query, folder: Path) -> Measured:
    log = pl.DataFrame(load(folder))
    query(log.head(SMALL).lazy()).collect(engine="streaming")
    table, figures = measure(lambda: query(log.lazy()).collect(engine="streaming"))
    return arrays(table), figures


def _eager(query: Query, folder: Path) -> Measured:
    def by_customer(log: pl.DataFrame) -> pl.DataFrame:
        return query(log.lazy()).sort("customer").collect(engine="streaming")

    log = pl.DataFrame(load(folder))
    by_customer(log.head(SMALL))
    table, figures = measure(lambda: by_customer(log))
    return arrays(table), figures


def _scan(query: Query, folder: Path) -> Measured:
    log = pl.scan_parquet(folder / "log.parquet")
    query(log.head(SMALL)).collect(engine="streaming")
    table, figures = measure(lambda: query(log).collect(engine="streaming"))
    return arrays(table), figures


def by_cohort(log: pl.LazyFrame) -> pl.LazyFrame:
    """Group by customer and month, find the first month, group by that and the month."""
    date, month, amount = pl.col("date"), pl.col("month"), pl.col("amount")
    # Numbering the months takes a third less time than truncating the dates.
    numbered = log.group_by("customer", month=date.dt.year() * 12 + date.dt.month())
    visits = numbered.agg(amount.sum(), pl.len().alias("purchases"))
    visits = visits.with_columns(cohort=month.min().over("customer"))
    cells = visits.group_by("cohort", "month").agg(
        active=pl.len(), purchases=pl.col("purchases").sum(), revenue=amount.sum()
    )
    first_days = [
        pl.date((number - 1) // 12, (number - 1) % 12 + 1, 1).alias(name)
        for name, number in (("cohort", pl.col("cohort")), ("period", month))
    ]
    return cells.select(*first_days, "active", "purchases", "revenue")


def _cohorts(folder: Path) -> Measured:
    log = pl.DataFrame(load(folder))
    by_cohort(log.head(SMALL).lazy()).collect(engine="streaming")
    table, figures = measure(lambda: by_cohort(log.lazy()).collect(engine="streaming"))
    return {column.name: column.to_numpy() for column in table.sort("cohort", "period")}, figures


def arrays(table: pl.DataFrame) -> dict[str, Any]:
    """Return a summary's columns as arrays, in the order of the customers."""
    return {column.name: column.to_numpy() for column in table.sort("customer")}


if __name__ == "__main__":
    run_task(
        {
            "cohorts": _cohorts,
            "plain_lazy": partial(_lazy, plain),
            "plain_eager": partial(_eager, plain),
            "plain_scan": partial(_scan, plain),
            "packed_lazy": partial(_lazy, packed),
            "packed_eager": partial(_eager, packed),
            "packed_scan": partial(_scan, packed),
        }
    )
