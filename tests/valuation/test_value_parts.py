"""S-065, S-069, S-070, S-071, S-072, S-073, S-074, S-076, V-01: the parts of value, and its indices."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from logs import CDNOW
from segmentation.engines import ENGINES, alike, read

from custrel.appraisal import appraise
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.rules import from_data
from custrel.valuation import (
    HISTORICAL_CURRENT_POTENTIAL,
    IMMEDIATE_POTENTIAL_MODEL,
    NET_OF_COST,
    PROFIT_LESS_COST,
    REALIZED_POTENTIAL,
    DiscountRate,
    ValueIndex,
    ValueScheme,
)

SCHEMES = (
    REALIZED_POTENTIAL,
    HISTORICAL_CURRENT_POTENTIAL,
    IMMEDIATE_POTENTIAL_MODEL,
    PROFIT_LESS_COST,
)
FLOWS = {
    "id": [1, 1, 1, 1, 1, 2, 2],
    "year": [2023, 2025, 2025, 2026, 2027, 2024, 2026],
    "paid": [100.0, 80.0, -30.0, 60.0, 40.0, 10.0, -25.0],
    "brought": [False, False, False, False, True, True, False],
}
WHERE = {"customer": "id", "period": "year", "amount": "paid", "through_others": "brought"}
TEN = DiscountRate.per_year(0.10)


@pytest.mark.parametrize(
    ("scheme", "first", "second"),
    [
        (REALIZED_POTENTIAL, (150, 100), (10, -25)),
        (HISTORICAL_CURRENT_POTENTIAL, (100, 50, 100), (10, 0, -25)),
        (IMMEDIATE_POTENTIAL_MODEL, (150, 60, 40), (0, -25, 10)),
        (PROFIT_LESS_COST, (280, 30), (10, 25)),
    ],
)
@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_by_hand_on_every_engine(kind, scheme, first, second):
    rows = read(scheme.split(ENGINES[kind](FLOWS), as_of=2025, window=1, **WHERE))
    assert [[row[part] for part in scheme.parts] for row in rows] == [list(first), list(second)]
    assert [row["value"] for row in rows] == [250, -15]


@pytest.mark.properties
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.floats(-1e3, 1e3), st.booleans()), min_size=1, max_size=20
    ),
    st.integers(0, 9),
    st.integers(1, 4),
    st.floats(0, 0.5),
    st.booleans(),
)
@settings(max_examples=15)
def test_all_schemes_give_one_total(flows, as_of, window, rate, compound):
    year, paid, brought = zip(*flows, strict=True)
    frame = pd.DataFrame({"id": 1, "year": year, "paid": paid, "brought": brought})
    totals = [
        scheme.split(
            frame,
            as_of=as_of,
            window=window,
            discount=DiscountRate(rate, "Y"),
            compound=compound,
            **WHERE,
        )["value"].item()
        for scheme in SCHEMES
    ]
    expected = sum(
        amount * (1 + rate) ** -(t - as_of if compound or t > as_of else 0)
        for t, amount, _ in flows
    )
    np.testing.assert_allclose(totals, expected, rtol=1e-9, atol=1e-6)


def test_discounting_and_interest_by_hand():
    split = REALIZED_POTENTIAL.split
    options = {"as_of": 2025, "discount": TEN, "customer": "id", "period": "year", "amount": "paid"}
    frame = pd.DataFrame(FLOWS)
    nominal, earned = split(frame, **options), split(frame, compound=True, **options)
    assert nominal["realized"].tolist() == [150, 10]
    assert earned["realized"].tolist() == pytest.approx([100 * 1.21 + 50, 11])
    assert nominal["potential"].tolist() == pytest.approx([60 / 1.1 + 40 / 1.21, -25 / 1.1])


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_parts_as_columns(kind):
    """S-065: net cash less the cost of winning and of keeping; S-072: CRV = CRP - CRC."""
    rows = {"id": [1, 2], "net_cash": [500, 80], "acquisition_cost": [90.0, 100.0]}
    rows |= {"retention_cost": [60.0, 0.5], "profit": [7.0, 8.0], "cost": [9, 1]}
    worth = read(NET_OF_COST.total(ENGINES[kind](rows)), "value")
    assert alike(worth, [{"value": 350.0}, {"value": -20.5}])
    crv = read(PROFIT_LESS_COST.total(ENGINES[kind](rows), value="crv"), "crv")
    assert alike(crv, [{"crv": -2.0}, {"crv": 7.0}])


def test_schemes_are_values():
    for scheme in (*SCHEMES, NET_OF_COST):
        assert from_data(scheme.to_data()) == scheme


@pytest.mark.parametrize(
    ("scheme", "options", "message"),
    [
        (NET_OF_COST, {}, "'net_cash', 'acquisition_cost', 'retention_cost' cannot be told"),
        (HISTORICAL_CURRENT_POTENTIAL, {}, "how many of the last periods are current"),
        (HISTORICAL_CURRENT_POTENTIAL, {"window": 0}, "how many of the last periods are current"),
        (IMMEDIATE_POTENTIAL_MODEL, {"through_others": None}, "which flows come from others"),
    ],
)
def test_what_a_split_needs(scheme, options, message):
    with pytest.raises(InvalidRule, match=message):
        scheme.split(pd.DataFrame(FLOWS), as_of=2025, **(WHERE | options))


def test_bad_flows():
    frame = pd.DataFrame(FLOWS)
    with pytest.raises(InvalidData, match="column 'id': missing value in 1 flow"):
        REALIZED_POTENTIAL.split(frame.replace({"id": {2: np.nan}})[:6], as_of=2025, **WHERE)
    with pytest.raises(ColumnNotFound, match="potential"):
        REALIZED_POTENTIAL.total(pd.DataFrame({"realized": [1.0]}))
    for parts, signs in (((), ()), (("a", "a"), (1, 1)), (("a",), (2,)), (("a", "b"), (1,))):
        with pytest.raises(InvalidRule, match="ValueScheme"):
            ValueScheme(parts, signs)


# -------------------------------------------------------------------------------------- indices

CURRENT = {
    "id": [1, 2, 3],
    "gross_profit": [900.0, 100.0, 500.0],
    "purchase_volume": [10, 20, 30],
    "service_cost": [50.0, 150.0, 100.0],
}


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_current_value_by_hand(kind):
    """S-073: profit and volume count for a customer, the cost of service against him."""
    index = ValueIndex(kind="current", weights=(0.5, 0.3, 0.2)).learn(ENGINES[kind](CURRENT))
    assert index.bounds == ((100, 900), (10, 30), (50, 150))
    scored = read(index.score(ENGINES[kind](CURRENT)), "current_value_index")
    hand = [0.5 + 0.2, 0.15, 0.25 + 0.3 + 0.1]
    assert alike(scored, [{"current_value_index": value} for value in hand])


def test_beyond_the_bounds_counts_as_at_them():
    index = ValueIndex(kind="potential", indicators=["loyalty"], bounds=[(0, 10)])
    scored = index.score(pd.DataFrame({"loyalty": [-5.0, 5.0, 50.0]}))
    assert scored["potential_value_index"].tolist() == [0, 0.5, 1]
    assert from_data(index.to_data()) == index


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "current", "indicators": ["selling_price"]}, "'selling_price' is no indicator"),
        ({"kind": "potential", "indicators": ["service_cost"]}, "'service_cost' is no indicator"),
        ({"kind": "potential", "indicators": ["capacity"]}, "only credit counts"),
        ({"kind": "potential", "indicators": ["capital"]}, "only credit counts"),
        ({"kind": "potential", "indicators": ["firm_credit"]}, "the customer's credit"),
        ({"kind": "potential", "indicators": ["credit"]}, "only where there is credit business"),
        ({"kind": "current", "weights": (0.5, 0.5, 0.1)}, "these sum to 1.1"),
        ({"kind": "current", "weights": (0.5, 0.5)}, "2 weights for 3 components"),
        ({"kind": "current", "weights": (1.5, -0.5, 0)}, "0 or more"),
        ({"kind": "current", "bounds": ((1, 0),) * 3}, "ascending pair"),
        ({"kind": "current", "indicators": ()}, "one indicator or more"),
    ],
)
def test_impossible_indices(options, message):
    with pytest.raises(InvalidRule, match=message):
        ValueIndex(**options)


def test_credit_counts_where_there_is_credit_business():
    """S-074, S-076."""
    assert ValueIndex(kind="potential").indicators == ("loyalty", "trust")
    lender = ValueIndex(kind="potential", credit_business=True)
    assert lender.indicators == ("loyalty", "trust", "credit")
    assert lender.weights == (1 / 3,) * 3


def test_unknown_indicators_and_customers_who_are_all_alike():
    with pytest.raises(UnknownCode, match="did you mean 'loyalty'"):
        ValueIndex(kind="potential", indicators=["loyality"])
    with pytest.raises(UnknownCode, match="kind of value index"):
        ValueIndex(kind="future")
    same = pd.DataFrame({"loyalty": [3.0, 3.0], "trust": [1.0, 2.0]})
    with pytest.raises(InvalidData, match="all customers have the same value, 3"):
        ValueIndex(kind="potential").learn(same)
    with pytest.raises(InvalidData, match="no customer to learn"):
        ValueIndex(kind="potential").learn(same[:0])
    with pytest.raises(InvalidRule, match="no bounds yet"):
        ValueIndex(kind="potential").score(same)


@pytest.mark.filterwarnings("ignore:only the")  # ties leave a score empty
def test_history_forecast_and_segment_in_one_call():
    """S-088: what customers were worth, what they will be worth, and their groups by value."""
    log = pd.read_csv(CDNOW, parse_dates=["date"])
    frame = appraise(log).frame.set_index("customer_id")
    spent = log.groupby("customer_id")["amount"].sum()
    np.testing.assert_allclose(frame["revenue"].loc[spent.index], spent, rtol=1e-12, atol=1e-9)
    assert (frame["lifetime_value"] >= 0).all()
    assert frame[["segment", "abc"]].notna().all(axis=None)
