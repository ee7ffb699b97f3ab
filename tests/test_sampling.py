"""Some of the customers, whole: the same ones in any order of the rows, on every engine."""

import itertools

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from logs import ENGINES, KINDS

import custrel as cr
from custrel._queries import MOST_ROWS
from custrel.errors import ColumnNotFound, InvalidRule, TooManyRows
from custrel.frames import enter
from custrel.satisfaction import PathModel, pls
from custrel.segmentation import Feature, FeatureSpace
from custrel.valuation import regularity

CUSTOMERS = 2_000
NUMBERS = np.repeat(np.arange(CUSTOMERS), 2)
LOG = pl.DataFrame(
    {
        "customer_id": NUMBERS,
        "name": [f"名{number}" for number in NUMBERS],
        "amount": np.arange(2 * CUSTOMERS, dtype=float),
    }
).to_arrow()
every_engine = pytest.mark.parametrize("engine", ENGINES)
every_key = pytest.mark.parametrize("customer", ["customer_id", "name"])


def drawn(frame, customer="customer_id", **options):
    """Return the customers who were drawn, and refuse those who lost an order."""
    sample = cr.sample_customers(frame, customer=customer, **options)
    names = nw.from_native(sample).lazy().collect().get_column(customer).to_list()
    assert sorted(names) == sorted(2 * list(set(names)))
    return set(names)


@every_engine
@every_key
def test_exactly_as_many_as_asked_for_whatever_the_order_of_the_rows(engine, customer):
    there = ENGINES[engine]
    found = drawn(there(LOG), customer, size=100, seed=3)
    assert len(found) == 100
    assert found == drawn(
        there(LOG.take(np.arange(LOG.num_rows)[::-1])), customer, size=100, seed=3
    )
    assert found < drawn(there(LOG), customer, size=101, seed=3)


@every_engine
@every_key
def test_a_share_is_drawn_without_favour(engine, customer):
    there = ENGINES[engine](LOG)
    found = [drawn(there, customer, share=0.25, seed=seed) for seed in range(8)]
    sizes = np.array([len(names) for names in found])
    assert abs(sizes.mean() / CUSTOMERS - 0.25) < 5 * np.sqrt(0.25 * 0.75 / CUSTOMERS / 8)
    # Draws of two seeds know nothing of one another: they share a sixteenth of the customers.
    both = np.array([len(a & b) for a, b in itertools.pairwise(found)])
    assert np.all(abs(both / CUSTOMERS - 1 / 16) < 5 * np.sqrt(1 / 16 / CUSTOMERS))
    assert found[0] == drawn(there, customer, size=len(found[0]), seed=0)


@every_engine
def test_of_fewer_all_are_kept_and_the_frame_stays_what_it_is(engine):
    there = ENGINES[engine](LOG)
    kept = cr.sample_customers(there, size=CUSTOMERS + 1)
    assert isinstance(kept, KINDS[engine])
    assert nw.from_native(kept).lazy().collect().columns == ["customer_id", "name", "amount"]
    assert len(drawn(there, size=CUSTOMERS + 1)) == CUSTOMERS
    empty = nw.from_native(there).filter(nw.col("amount") < 0).to_native()
    assert drawn(empty, size=5) == set()


def test_a_summary_knows_its_customers_and_keeps_its_facts():
    summary = cr.CustomerSummary(ENGINES["duckdb"](LOG), customer="name", unit="W")
    some = cr.sample_customers(summary, size=10, seed=1)
    assert isinstance(some, cr.CustomerSummary)
    assert some.unit is cr.TimeUnit.WEEK
    assert len(set(some.frame.to_arrow_table()["name"].to_pylist())) == 10


def test_categories_are_drawn_by_their_names():
    names = [f"c{number}" for number in range(500)]
    for order in (names, names[::-1]):
        frame = pl.DataFrame({"name": order}).with_columns(pl.col("name").cast(pl.Categorical))
        sample = cr.sample_customers(frame, size=50, customer="name")["name"].cast(pl.String)
        plain = cr.sample_customers(pl.DataFrame({"name": names}), size=50, customer="name")
        assert set(sample) == set(plain["name"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "give size"),
        ({"size": 5, "share": 0.1}, "give size"),
        ({"size": 0}, "at least one customer"),
        ({"share": 0.0}, "above 0 and up to 1"),
        ({"share": float("nan")}, "above 0 and up to 1"),
    ],
)
def test_what_cannot_be_drawn(options, message):
    with pytest.raises(InvalidRule, match=message):
        cr.sample_customers(pd.DataFrame({"customer_id": [1]}), **options)


def test_a_column_that_is_not_there():
    with pytest.raises(ColumnNotFound, match="customer= says which"):
        cr.sample_customers(pd.DataFrame({"customer": [1]}), size=1)


MANY = MOST_ROWS + 1
MANY_LAZY = {
    "polars-lazy": lambda: pl.LazyFrame({"customer_id": pl.int_range(MANY, eager=True)}).select(
        "customer_id", revenue=pl.col("customer_id") % 7
    ),
    "duckdb": lambda: duckdb.sql(
        f"select i as customer_id, i % 7 as revenue from range({MANY}) as t(i)"
    ),
}


@pytest.mark.parametrize("engine", MANY_LAZY)
def test_what_needs_all_rows_at_once_takes_no_million_unasked(engine):
    customers = MANY_LAZY[engine]()
    space = FeatureSpace([Feature(column="revenue", centre=3, scale=2)])
    with pytest.raises(TooManyRows, match=r"more than 1,000,000\. Take some: custrel\.sample_cust"):
        space.place(customers)
    with pytest.raises(TooManyRows):
        FeatureSpace.fit(customers, numbers=["revenue"])
    some = cr.sample_customers(customers, size=1_000, seed=1)
    assert space.place(some).shape == (1_000, 1)
    if engine == "polars-lazy":  # in memory already, so that nothing has to come
        assert space.place(customers.collect()).shape == (MANY, 1)


def test_answers_of_a_million_do_not_come_unasked():
    answers = MANY_LAZY["duckdb"]()
    with pytest.raises(TooManyRows, match="DuckDB relation"):
        enter(answers).values("revenue")
    model = PathModel({"a": ["customer_id"], "b": ["revenue"]}, [("a", "b")], target="b")
    with pytest.raises(TooManyRows):
        pls(answers, model=model)


def test_orders_of_a_million_do_not_come_to_be_timed():
    """Hardly a customer has two of his three orders on one day."""
    orders = duckdb.sql(
        "select i // 3 as customer_id, date '2024-01-01' + (i * i % 11)::int as date "
        f"from range({3 * MANY}) as t(i)"
    )
    with pytest.raises(TooManyRows, match=r"custrel\.sample_customers"):
        regularity(orders)
    some = cr.sample_customers(orders, size=1_000, seed=1)
    assert 0 < regularity(some).customers <= 1_000
