"""What needs all rows in memory takes a sample of customers where the rows are far away."""

import pandas as pd
import pytest

import custrel as cr
from custrel.errors import TooManyRows
from custrel.segmentation import Clustering, Feature, FeatureSpace

pytestmark = [
    pytest.mark.engines,
    # Dask and PySpark warn of themselves, and Narwhals that Dask will be a plugin.
    pytest.mark.filterwarnings("ignore"),
]

ORDERS = pd.DataFrame({"customer_id": [f"c{i % 400}" for i in range(1_000)]}).assign(
    revenue=lambda log: log.index % 7 + 1.0
)


def on_spark(session, rows):
    return session.createDataFrame(rows)


def on_dask(client, rows):
    import dask.dataframe as dd

    return dd.from_pandas(rows, npartitions=3)


def millions_on_spark(session):
    return session.range(1_000_001).selectExpr("id as customer_id", "id % 7 + 1.0D as revenue")


def millions_on_dask(client):
    rows = pd.DataFrame({"customer_id": range(1_000_001)}).assign(
        revenue=lambda rows: rows["customer_id"] % 7 + 1.0
    )
    return on_dask(client, rows)


PLACES = {"spark": (on_spark, millions_on_spark), "dask": (on_dask, millions_on_dask)}


@pytest.fixture(params=PLACES)
def there(request):
    """Return two functions, which put rows and a million rows on an engine."""
    session = request.getfixturevalue(request.param)
    few, many = PLACES[request.param]
    return lambda rows: few(session, rows), lambda: many(session)


def collected(frame):
    return frame.toPandas() if hasattr(frame, "toPandas") else frame.compute()


def test_customers_are_drawn_whole_whatever_the_order_of_their_rows(there):
    put, _ = there
    log = put(ORDERS)
    drawn = collected(cr.sample_customers(log, size=50, seed=2))
    assert list(drawn.columns) == list(ORDERS.columns)
    assert drawn["customer_id"].nunique() == 50
    whole = ORDERS[ORDERS["customer_id"].isin(drawn["customer_id"])]
    assert sorted(drawn["revenue"]) == sorted(whole["revenue"])
    again = collected(cr.sample_customers(put(ORDERS[::-1]), size=50, seed=2))
    assert set(again["customer_id"]) == set(drawn["customer_id"])
    half = collected(cr.sample_customers(log, share=0.5, seed=2))["customer_id"]
    assert set(drawn["customer_id"]) < set(half)
    assert 150 < half.nunique() < 250
    other = collected(cr.sample_customers(log, share=0.5, seed=3))["customer_id"]
    assert 60 < len(set(half) & set(other)) < 140


def test_a_million_rows_do_not_come_unasked(there):
    _, millions = there
    customers = millions()
    with pytest.raises(TooManyRows, match=r"more than 1,000,000\. Take some"):
        FeatureSpace.fit(customers, logs=["revenue"])


def test_clusters_learnt_from_some_label_all(there):
    put, _ = there
    customers = ORDERS.drop_duplicates("customer_id")
    space = FeatureSpace([Feature(column="revenue", centre=4, scale=2)])
    some = cr.sample_customers(put(customers), size=100, seed=1)
    clusters = Clustering.fit(some, space=space, segments=2)
    labelled = collected(clusters.label(put(customers)))
    assert len(labelled) == 400
    bounds = labelled.groupby("segment")["revenue"].agg(["min", "max"]).sort_values("min")
    assert bounds["max"].iloc[0] < bounds["min"].iloc[1]
