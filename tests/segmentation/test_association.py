"""What is bought together (S-112: association analysis), and what to offer next."""

from itertools import permutations
from math import inf, log

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, alike, read

from custrel._intervals import wilson
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.segmentation import next_product, product_pairs

# The five baskets of mlxtend's user guide ("Association rules generation from frequent itemsets").
BASKETS = [
    ["Milk", "Onion", "Nutmeg", "Kidney Beans", "Eggs", "Yogurt"],
    ["Dill", "Onion", "Nutmeg", "Kidney Beans", "Eggs", "Yogurt"],
    ["Milk", "Apple", "Kidney Beans", "Eggs"],
    ["Milk", "Unicorn", "Corn", "Kidney Beans", "Yogurt"],
    ["Corn", "Onion", "Onion", "Kidney Beans", "Ice cream", "Eggs"],
]


# mlxtend 0.25.0 with pandas 3.1.1: apriori(min_support=0.4), then association_rules(metric=
# "confidence", min_threshold=0): support, confidence, lift, leverage and conviction of all pairs.
MLXTEND = {
    ("Corn", "Kidney Beans"): (0.4, 1.0, 1.0, 0.0, inf),
    ("Eggs", "Kidney Beans"): (0.8, 1.0, 1.0, 0.0, inf),
    ("Eggs", "Milk"): (0.4, 0.5, 5 / 6, -0.08, 0.8),
    ("Eggs", "Nutmeg"): (0.4, 0.5, 1.25, 0.08, 1.2),
    ("Eggs", "Onion"): (0.6, 0.75, 1.25, 0.12, 1.6),
    ("Eggs", "Yogurt"): (0.4, 0.5, 5 / 6, -0.08, 0.8),
    ("Kidney Beans", "Corn"): (0.4, 0.4, 1.0, 0.0, 1.0),
    ("Kidney Beans", "Eggs"): (0.8, 0.8, 1.0, 0.0, 1.0),
    ("Kidney Beans", "Milk"): (0.6, 0.6, 1.0, 0.0, 1.0),
    ("Kidney Beans", "Nutmeg"): (0.4, 0.4, 1.0, 0.0, 1.0),
    ("Kidney Beans", "Onion"): (0.6, 0.6, 1.0, 0.0, 1.0),
    ("Kidney Beans", "Yogurt"): (0.6, 0.6, 1.0, 0.0, 1.0),
    ("Milk", "Eggs"): (0.4, 2 / 3, 5 / 6, -0.08, 0.6),
    ("Milk", "Kidney Beans"): (0.6, 1.0, 1.0, 0.0, inf),
    ("Milk", "Yogurt"): (0.4, 2 / 3, 10 / 9, 0.04, 1.2),
    ("Nutmeg", "Eggs"): (0.4, 1.0, 1.25, 0.08, inf),
    ("Nutmeg", "Kidney Beans"): (0.4, 1.0, 1.0, 0.0, inf),
    ("Nutmeg", "Onion"): (0.4, 1.0, 5 / 3, 0.16, inf),
    ("Nutmeg", "Yogurt"): (0.4, 1.0, 5 / 3, 0.16, inf),
    ("Onion", "Eggs"): (0.6, 1.0, 1.25, 0.12, inf),
    ("Onion", "Kidney Beans"): (0.6, 1.0, 1.0, 0.0, inf),
    ("Onion", "Nutmeg"): (0.4, 2 / 3, 5 / 3, 0.16, 1.8),
    ("Onion", "Yogurt"): (0.4, 2 / 3, 10 / 9, 0.04, 1.2),
    ("Yogurt", "Eggs"): (0.4, 2 / 3, 5 / 6, -0.08, 0.6),
    ("Yogurt", "Kidney Beans"): (0.6, 1.0, 1.0, 0.0, inf),
    ("Yogurt", "Milk"): (0.4, 2 / 3, 10 / 9, 0.04, 1.2),
    ("Yogurt", "Nutmeg"): (0.4, 2 / 3, 5 / 3, 0.16, 1.8),
    ("Yogurt", "Onion"): (0.4, 2 / 3, 10 / 9, 0.04, 1.2),
}


def lines_of(baskets):
    rows = [(number, item) for number, basket in enumerate(baskets) for item in basket]
    return {"order_id": [n for n, _ in rows], "product": [item for _, item in rows]}


@pytest.mark.published
@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_the_baskets_of_mlxtend(kind):
    lines = ENGINES[kind](lines_of(BASKETS))
    pairs = product_pairs(lines, min_orders=3)
    assert type(pairs) is type(lines)
    rules = {(row["if_product"], row["then_product"]): row for row in read(pairs)}
    assert len(rules) == 10  # the pairs of support 0.6 and more, both ways
    there, back = rules["Onion", "Eggs"], rules["Eggs", "Onion"]
    exact = {"abs": 1e-12}
    assert there["support"] == pytest.approx(0.6, **exact)
    assert there["confidence"] == 1.0
    assert there["lift"] == pytest.approx(1.25, **exact)
    assert there["leverage"] == pytest.approx(0.12, **exact)
    assert there["conviction"] == inf
    assert back["confidence"] == pytest.approx(0.75, **exact)
    assert back["conviction"] == pytest.approx(1.6, **exact)
    assert there["orders"] == 3
    assert alike(read(pairs), read(product_pairs(pd.DataFrame(lines_of(BASKETS)), min_orders=3)))


@pytest.mark.published
def test_the_answers_of_mlxtend():
    pairs = product_pairs(pd.DataFrame(lines_of(BASKETS)), min_orders=2)
    names = ["support", "confidence", "lift", "leverage", "conviction"]
    found = pairs.set_index(["if_product", "then_product"])[names]
    assert set(found.index) == set(MLXTEND)
    for pair, figures in MLXTEND.items():
        assert found.loc[pair].to_list() == pytest.approx(list(figures), rel=1e-12, abs=1e-12)


@pytest.mark.properties
@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sets(st.integers(0, 5), min_size=1, max_size=5), min_size=1, max_size=15),
    st.integers(1, 3),
)
def test_against_sets(baskets, least):
    pairs = product_pairs(pd.DataFrame(lines_of(baskets)), min_orders=least)
    found = {(row.if_product, row.then_product): row for row in pairs.itertuples()}
    n = len(baskets)

    def orders_with(*items):
        return sum(basket.issuperset(items) for basket in baskets)

    expected = {(a, b) for a, b in permutations(range(6), 2) if orders_with(a, b) >= least}
    assert set(found) == expected
    for (a, b), row in found.items():
        both, first, second = orders_with(a, b), orders_with(a), orders_with(b)
        assert row.orders == both
        assert row.lift == pytest.approx(both * n / (first * second))
        assert row.leverage == pytest.approx(both / n - first * second / n**2)
        low, high = wilson(both / first, first, 0.95)[2:]
        assert (row.confidence_low, row.confidence_high) == pytest.approx((low, high))
        low, high = wilson(both / n, n, 0.95)[2:]
        assert (row.support_low, row.support_high) == pytest.approx((low, high))
    assert list(pairs["lift"]) == sorted(pairs["lift"], reverse=True)


def test_the_interval_of_a_lift_by_the_general_delta_method():
    """Against g' S g with the covariance of the four cells and numerical derivatives."""
    cells = {"ab": 30, "a": 20, "b": 10, "": 40}
    baskets = [list(name) or ["z"] for name, count in cells.items() for _ in range(count)]
    row = product_pairs(pd.DataFrame(lines_of(baskets))).query("if_product == 'a'").iloc[0]
    shares = np.array([*cells.values()]) / 100

    def log_lift(p):
        return log(p[0] / ((p[0] + p[1]) * (p[0] + p[2])))

    steps = np.eye(4) * 1e-6
    slope = np.array([(log_lift(shares + h) - log_lift(shares - h)) / 2e-6 for h in steps])
    variance = slope @ (np.diag(shares) - np.outer(shares, shares)) @ slope / 100
    reach = 1.959963984540054 * variance**0.5
    assert log(row.lift_high / row.lift) == pytest.approx(reach, rel=1e-7)
    assert log(row.lift / row.lift_low) == pytest.approx(reach, rel=1e-7)


def test_the_order_of_lines_does_not_matter():
    frame = pd.DataFrame(lines_of(BASKETS))
    shuffled = frame.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(product_pairs(frame), product_pairs(shuffled))


BOUGHT = {
    "customer_id": [1, 1, 2, 3, 3, 3, 4],
    "product": ["tea", "cup", "tea", "tea", "cup", "pot", "hat"],
}
PAIRS = pd.DataFrame(
    {
        "if_product": ["tea", "tea", "cup", "cup"],
        "then_product": ["cup", "pot", "tea", "pot"],
        "confidence": [0.6, 0.3, 0.9, 0.5],
        "lift": [1.1, 2.0, 1.1, 1.5],
    }
)


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_what_to_offer_next(kind):
    """1 has tea and cup: pot by the cup; 2 has tea: cup; 3 has all; nothing goes with a hat."""
    purchases = ENGINES[kind](BOUGHT)
    offers = next_product(purchases, PAIRS)
    assert type(offers) is type(purchases)
    rows = {row["customer_id"]: row for row in read(offers)}
    said = {c: (row["next_product"], row["because_of"]) for c, row in rows.items()}
    assert said == {1: ("pot", "cup"), 2: ("cup", "tea"), 3: (None, None), 4: (None, None)}
    assert (rows[1]["confidence"], rows[4]["confidence"]) == (0.5, None)
    lifted = {row["customer_id"]: row for row in read(next_product(purchases, PAIRS, by="lift"))}
    assert (lifted[1]["because_of"], lifted[2]["next_product"]) == ("tea", "pot")


def test_refusals():
    frame = pd.DataFrame(BOUGHT)
    with pytest.raises(InvalidRule, match="1 or more; got 0"):
        product_pairs(frame, order="customer_id", min_orders=0)
    with pytest.raises(InvalidRule, match=r"0\.95, not 95"):
        product_pairs(frame, order="customer_id", confidence=95)
    with pytest.raises(InvalidData, match="'product': missing value in 7 rows"):
        product_pairs(frame.assign(product=None), order="customer_id")
    with pytest.raises(InvalidData, match="no order line"):
        product_pairs(frame.head(0), order="customer_id")
    with pytest.raises(ColumnNotFound):
        product_pairs(frame)
    with pytest.raises(UnknownCode, match="measure"):
        next_product(frame, PAIRS, by="luck")
    with pytest.raises(ColumnNotFound, match="product_pairs"):
        next_product(frame, frame)
    assert product_pairs(frame, order="customer_id").empty  # no pair is in 5 orders


@pytest.mark.engines
@pytest.mark.parametrize("product", ["tea", 7])
@pytest.mark.parametrize("kind", ENGINES)
def test_nothing_goes_with_anything(kind, product):
    """One product alone makes no pair, and so there is nothing to offer."""
    lines = ENGINES[kind]({"id": [1], "order_id": [1], "product": [product]})
    pairs = product_pairs(lines)
    assert read(pairs) == []
    offers = read(next_product(lines, pairs, customer="id"))
    assert offers == [{"id": 1, "next_product": None, "because_of": None, "confidence": None}]


@pytest.mark.parametrize("kind", [pl.Categorical, pl.Enum(["cup", "tea", "pot"])])
def test_products_as_categories_of_polars(kind):
    rows = {"id": [1, 1, 2, 2, 3], "product": ["tea", "cup", "tea", "cup", "tea"]}
    lines = pl.DataFrame(rows).with_columns(pl.col("product").cast(kind))
    for frame in (lines, lines.lazy()):
        offers = next_product(frame, product_pairs(frame, order="id", min_orders=1), customer="id")
        assert [row["next_product"] for row in read(offers)] == [None, None, "cup"]
