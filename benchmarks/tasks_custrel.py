"""What custrel does, beside the queries and packages that it is compared with.

Run by `summarize.py` and `purchase_models.py`; by hand:
``python benchmarks/tasks_custrel.py pandas FOLDER``.
"""

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
from data import load
from measure import measure, run_task

import custrel as cr

SMALL = 1000
Measured = tuple[dict[str, Any], dict[str, float]]


def summary_pandas(folder: Path) -> Measured:
    """Make the customer summary of a pandas log."""
    log = pd.DataFrame(load(folder))
    cr.summarize(log.head(SMALL), customer="customer")
    summary, figures = measure(lambda: cr.summarize(log, customer="customer"))
    return {name: summary.frame[name].to_numpy() for name in summary.frame}, figures


def summary_eager(folder: Path) -> Measured:
    """Make the customer summary of an eager Polars log."""
    log = pl.DataFrame(load(folder))
    cr.summarize(log.head(SMALL), customer="customer")
    summary, figures = measure(lambda: cr.summarize(log, customer="customer"))
    return {column.name: column.to_numpy() for column in summary.frame}, figures


def summary_lazy(folder: Path) -> Measured:
    """Make the customer summary of a lazy Polars log, and collect it."""
    log = pl.DataFrame(load(folder))
    _collected(log.head(SMALL).lazy())
    table, figures = measure(lambda: _collected(log.lazy()))
    return {column.name: column.to_numpy() for column in table.sort("customer")}, figures


def summary_scan(folder: Path) -> Measured:
    """Make the customer summary of a Parquet file that Polars scans, and collect it."""
    log = pl.scan_parquet(folder / "log.parquet")
    _collected(log.head(SMALL))
    table, figures = measure(lambda: _collected(log))
    return {column.name: column.to_numpy() for column in table.sort("customer")}, figures


def _collected(log: pl.LazyFrame) -> pl.DataFrame:
    return cr.summarize(log, customer="customer").frame.collect(engine="streaming")


if __name__ == "__main__":
    run_task(
        {
            "summary_pandas": summary_pandas,
            "summary_eager": summary_eager,
            "summary_lazy": summary_lazy,
            "summary_scan": summary_scan,
        }
    )
