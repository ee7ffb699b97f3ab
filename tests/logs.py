"""Order logs as frames of every kind, and what comes out of them as plain rows."""

import datetime as dt
import functools
import math
from pathlib import Path

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pyarrow as pa

DATA = Path(__file__).parents[1] / "examples" / "data"
CDNOW = DATA / "cdnow_sample.csv"
DONATIONS = DATA / "donations.csv"


def _relation(table):
    zones = {field.type.tz for field in table.schema if pa.types.is_timestamp(field.type)}
    return _connection((zones - {None} or {"UTC"}).pop()).from_arrow(table)


@functools.cache
def _connection(zone):
    """Return a connection whose session is in a zone; it must outlive its relations."""
    connection = duckdb.connect()
    connection.sql(f"set timezone = '{zone}'")
    return connection


# From an Arrow table, in which every kind of column can be written down.
ENGINES = {
    "pandas": lambda table: table.to_pandas(date_as_object=False),
    "pandas-arrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": pl.from_arrow,
    "polars-lazy": lambda table: pl.from_arrow(table).lazy(),
    "pyarrow": lambda table: table,
    "duckdb": _relation,
}

KINDS = {
    "pandas": pd.DataFrame,
    "pandas-arrow": pd.DataFrame,
    "polars": pl.DataFrame,
    "polars-lazy": pl.LazyFrame,
    "pyarrow": pa.Table,
    "duckdb": duckdb.DuckDBPyRelation,
}


def as_table(log, *, dates=None):
    """Return rows of (customer, time, amount) as an Arrow table; `dates` is the type of times."""
    who, when, amount = zip(*log, strict=True) if log else ((), (), ())
    dates = pa.array(when, dates)
    return pa.table({"customer_id": pa.array(who), "date": dates, "amount": pa.array(amount)})


def rows_of(frame):
    """Return the rows of any frame as dicts, with Python's own dates and instants."""
    named = nw.from_native(frame).lazy().collect().rows(named=True)
    return [{name: _plain(value) for name, value in row.items()} for row in named]


def _plain(value):
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime()
    return value.astimezone(dt.UTC) if isinstance(value, dt.datetime) and value.tzinfo else value


def by_customer(summary):
    """Return the rows of a summary by customer."""
    table = {row.pop(summary.customer): row for row in rows_of(summary.frame)}
    return {who: _with_dates(row, summary) for who, row in table.items()}


def _with_dates(row, summary):
    # pandas has no type of dates: what was merged by days comes back at midnight.
    for name in ("first_order", "last_order"):
        midnight = isinstance(row[name], dt.datetime) and row[name].time() == dt.time()
        if midnight and not isinstance(summary.observed_until, dt.datetime):
            row[name] = row[name].date()
    return row


def assert_same(found, expected, *, rel=1e-12):
    """Compare tables by customer: numbers to twelve digits, all else exactly."""
    assert found.keys() == expected.keys()
    for who, row in expected.items():
        assert found[who].keys() == row.keys()
        for name, value in row.items():
            other = found[who][name]
            if isinstance(value, float):
                assert math.isclose(other, value, rel_tol=rel, abs_tol=1e-9), (who, name)
            else:
                assert other == value, (who, name)
                assert isinstance(other, type(value)), (who, name)
