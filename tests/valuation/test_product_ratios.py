"""S-097, S-098, S-099, S-100, S-101: the composition of sales, and the four ratios."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, alike, read

from custrel.errors import InvalidData, InvalidRule, UnknownCode
from custrel.valuation import gross_margin_rate, merchandise_turnover, product_ratios, sales_mix

PRODUCTS = {
    "id": [1, 2, 3],
    "sales": [600.0, 400.0, 0.0],
    "cost": [450.0, 200.0, 0.0],
    "opening_stock": [80.0, 100.0, 0.0],
    "closing_stock": [120.0, 100.0, 0.0],
}
RATIOS = ("margin_rate", "turnover", "cross_ratio", "sales_share", "contribution_ratio")


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_ratios_by_hand(kind):
    rows = read(product_ratios(ENGINES[kind](PRODUCTS)), *RATIOS)
    hand = [(0.25, 6.0, 1.5, 0.6, 0.9), (0.5, 4.0, 2.0, 0.4, 0.8), (None, None, None, 0.0, None)]
    assert alike(rows, [dict(zip(RATIOS, row, strict=True)) for row in hand])
    at_cost = read(product_ratios(ENGINES[kind](PRODUCTS), basis="cost"), "turnover")
    assert alike(at_cost, [{"turnover": 4.5}, {"turnover": 2.0}, {"turnover": None}])


def test_ratios_of_arrays():
    rates = gross_margin_rate(PRODUCTS["sales"], PRODUCTS["cost"])
    np.testing.assert_array_equal(rates, [0.25, 0.5, np.nan])
    turns = merchandise_turnover(
        PRODUCTS["sales"], PRODUCTS["opening_stock"], PRODUCTS["closing_stock"]
    )
    np.testing.assert_array_equal(turns, [6, 4, np.nan])
    with pytest.raises(InvalidData, match="cost: not 0 or more"):
        gross_margin_rate(1, -1)


amounts = st.floats(0.01, 1e4)


@pytest.mark.properties
@given(st.lists(st.tuples(amounts, amounts, amounts, amounts), min_size=1, max_size=12), amounts)
@settings(max_examples=30)
def test_identities(rows, factor):
    """Contribution ratios sum to the weighted mean; the cross ratio is profit over stock."""
    frame = pd.DataFrame(rows, columns=["sales", "cost", "opening_stock", "closing_stock"])
    found = product_ratios(frame)
    weighted = np.average(found["cross_ratio"], weights=frame["sales"])
    assert found["contribution_ratio"].sum() == pytest.approx(weighted, rel=1e-9, abs=1e-9)
    stock = (frame["opening_stock"] + frame["closing_stock"]) / 2
    np.testing.assert_allclose(
        found["cross_ratio"], (frame["sales"] - frame["cost"]) / stock, rtol=1e-8, atol=1e-8
    )
    assert found["sales_share"].sum() == pytest.approx(1)
    scaled = product_ratios(frame * factor)  # another currency
    np.testing.assert_allclose(scaled[list(RATIOS)], found[list(RATIOS)], rtol=1e-7, atol=1e-9)


SALES = {
    "id": [1, 2, 3, 4, 5],
    "customer": ["x", "x", "x", "y", "y"],
    "product": ["a", "b", "a", "a", "c"],
    "amount": [5.0, 20.0, 10.0, 1.0, 1.0],
    "before": [10.0, 0.0, 5.0, 2.0, 2.0],
}


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_mix_by_hand(kind):
    by_product = read(sales_mix(ENGINES[kind](SALES), by="product"))
    assert [(row["product"], row["amount"], row["rank"]) for row in by_product] == [
        ("b", 20, 1),
        ("a", 16, 2),
        ("c", 1, 3),
    ]
    np.testing.assert_allclose(
        [[row["share"], row["cumulative_share"]] for row in by_product],
        [[20 / 37, 20 / 37], [16 / 37, 36 / 37], [1 / 37, 1]],
    )
    each = read(sales_mix(ENGINES[kind](SALES), by=["customer", "product"], before="before"))
    names = ("customer", "product", "share", "cumulative_share", "rank", "growth")
    assert alike(
        [{name: row[name] for name in names} for row in each],
        [
            dict(zip(names, row, strict=True))
            for row in (
                ("x", "b", 20 / 35, 20 / 35, 1, None),
                ("x", "a", 15 / 35, 1.0, 2, 0.0),
                ("y", "a", 0.5, 0.5, 1, -0.5),
                ("y", "c", 0.5, 1.0, 1, -0.5),
            )
        ],
    )


def test_a_customers_part_of_the_profit():
    """S-089: profit contributions sum to 1, and a loss has a negative one."""
    profits = pd.DataFrame({"customer": ["x", "y"], "profit": [150.0, -50.0]})
    mix = sales_mix(profits, by="customer", amount="profit")
    assert mix["share"].tolist() == [1.5, -0.5]


@pytest.mark.parametrize(
    ("sales", "options", "message"),
    [
        ({"amount": 0.0}, {"by": "product"}, "column 'amount': sums to 0, so that nothing"),
        ({"amount": 0.0}, {"by": ["customer", "product"]}, "sums to 0 in a group"),
        ({"amount": np.nan}, {"by": "product"}, "missing or infinite"),
        ({"product": None}, {"by": "product"}, "column 'product': missing value in 5 sales"),
    ],
)
def test_nothing_to_divide(sales, options, message):
    with pytest.raises(InvalidData, match=message):
        sales_mix(pd.DataFrame(SALES).assign(**sales), **options)


def test_impossible_questions():
    frame = pd.DataFrame(SALES)
    for by in ([], ["product", "product"], "amount"):
        with pytest.raises(InvalidRule, match="one column to divide by"):
            sales_mix(frame, by=by)
    with pytest.raises(UnknownCode, match="basis of turnover"):
        product_ratios(pd.DataFrame(PRODUCTS), basis="price")
    with pytest.raises(InvalidData, match="sums to 0"):
        product_ratios(pd.DataFrame(PRODUCTS).assign(sales=0))


@pytest.mark.parametrize("kind", ENGINES)
def test_profits_that_cancel_leave_nothing_to_share(kind):
    assert 0.1 + 0.2 - 0.3 > 0
    rows = {
        "id": [1, 2, 3],
        "group": list("xxx"),
        "product": list("abc"),
        "amount": [0.1, 0.2, -0.3],
    }
    for by in ("product", ("group", "product")):
        with pytest.raises(InvalidData, match="sums to 0"):
            sales_mix(ENGINES[kind](rows), by=by)
