"""A log on disk that is larger than the memory its engine may use."""

import duckdb
import polars as pl
import pytest

import custrel as cr

pytestmark = pytest.mark.engines

ORDERS = 6_000_000
LIMIT = "120MB"
# Customer i's orders lie on every 7th day from day i % 30 on, and come to i % 100 + 0.25 each.
LOG = f"""
    create table log as
    select i % 400000 as customer_id,
           date '2023-01-01' + ((i % 400000) % 30 + 7 * (i // 400000))::integer as date,
           ((i % 400000) % 100 + 0.25)::double as amount,
           md5(i::varchar) as receipt
    from range({ORDERS}) as t(i)
"""


@pytest.fixture
def relation(tmp_path):
    path = tmp_path / "orders.duckdb"
    with duckdb.connect(path) as connection:
        connection.sql("set threads = 1")
        connection.sql(LOG)
    assert path.stat().st_size > 120_000_000
    with duckdb.connect(path, read_only=True) as connection:
        connection.sql(f"set memory_limit = '{LIMIT}'")
        connection.sql(f"set temp_directory = '{tmp_path / 'spill'}'")
        connection.sql("set threads = 1")
        yield connection.table("log")


def test_a_summary_needs_no_more_memory_than_the_engine_has(relation):
    summary = cr.summarize(relation, unit="D", observed_until="2023-12-31")
    assert summary.rows == ORDERS
    table = pl.from_arrow(
        summary.frame.aggregate(
            "count(*) as customers, sum(orders) as orders, sum(revenue) as revenue, "
            "min(frequency) as least, max(frequency) as most, "
            "bool_and(recency = 98) as recency, "
            'bool_and("T" = 364 - customer_id % 30) as age, '
            "bool_and(monetary_value = customer_id % 100 + 0.25) as mean"
        ).to_arrow_table()
    ).row(0, named=True)
    assert table == {
        "customers": 400_000,
        "orders": ORDERS,
        "revenue": sum((i % 100 + 0.25) * 15 for i in range(400_000)),
        "least": 14,
        "most": 14,
        "recency": True,
        "age": True,
        "mean": True,
    }
