"""The same rows as a frame of every kind, and what a frame of any kind says."""

import math

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pyarrow as pa

from custrel.transactions import CustomerSummary

ENGINES = {
    "pandas": pd.DataFrame,
    "pandas-arrow": lambda rows: pd.DataFrame(rows).convert_dtypes(dtype_backend="pyarrow"),
    "polars": pl.DataFrame,
    "polars-lazy": pl.LazyFrame,
    "pyarrow": pa.table,
    "duckdb": lambda rows: duckdb.from_arrow(pa.table(rows)),
}


def read(frame, *columns):
    """Return the rows as dicts, ordered by id, missing values as None."""
    if isinstance(frame, CustomerSummary):
        frame = frame.frame
    rows = nw.from_native(frame).lazy().collect().rows(named=True)
    kept = [{key: tidy(row[key]) for key in columns or row} for row in rows]
    order = [row["id"] for row in rows] if rows and "id" in rows[0] else range(len(rows))
    return [row for _, row in sorted(zip(order, kept, strict=True), key=lambda pair: pair[0])]


def read_by(frame, *by):
    """Return the rows as dicts, ordered by some columns, missing values as None."""
    rows = nw.from_native(frame).lazy().collect().rows(named=True)
    tidied = [{key: tidy(value) for key, value in row.items()} for row in rows]
    return sorted(tidied, key=lambda row: [str(row[name]) for name in by])


def tidy(value):
    return None if pd.isna(value) else value


def kind_of(frame):
    """Return what the frame is, and whose."""
    return type(nw.from_native(frame)), nw.from_native(frame).implementation


def alike(left, right):
    """Tell whether two lists of rows agree, numbers to twelve digits."""
    return len(left) == len(right) and all(
        row.keys() == other.keys() and all(_alike(row[key], other[key]) for key in row)
        for row, other in zip(left, right, strict=True)
    )


def _alike(one, other):
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-12)
    return one == other
