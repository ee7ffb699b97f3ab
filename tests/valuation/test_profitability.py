"""S-089, S-093, S-094, S-095, S-096, S-135, V-14: who and what brings profit, and what to do."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, alike, read

from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.rules import from_data
from custrel.valuation import (
    ActivityRates,
    ProfitMatrix,
    TriageRule,
    WhaleCurve,
    whale_curve,
)

# Horngren, Datar, Rajan, Cost Accounting: Spring Distribution's five new customers, who buy
# water at 12 a case. Cases, price, orders, visits, deliveries x miles, expedited deliveries.
SPRING = {
    "id": ["P", "Q", "R", "S", "T"],
    "cases": [2080, 8750, 60800, 31800, 3900],
    "price": [14.40, 14.16, 13.20, 13.92, 12.96],
    "orders": [15, 25, 30, 25, 30],
    "visits": [2, 3, 6, 2, 3],
    "miles": [10 * 14, 30 * 4, 60 * 3, 40 * 8, 20 * 40],
    "expedited": [0, 0, 0, 0, 1],
}
SPRING["margin"] = [c * (p - 12) for c, p in zip(SPRING["cases"], SPRING["price"], strict=True)]
RATES = ActivityRates(
    drivers=["orders", "visits", "miles", "cases", "expedited"], rates=[100, 80, 2, 0.5, 300]
)


@pytest.mark.published
@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_the_customers_of_the_textbook(kind):
    """Operating income by customer, as the solution prints it."""
    charged = read(RATES.charge(ENGINES[kind](SPRING), margin="margin", each=True))
    assert [round(row["profit"]) for row in charged] == [2012, 11545, 38720, 41856, -3346]
    assert charged[0]["cost_of_orders"] == 1500
    assert charged[4]["cost_to_serve"] == pytest.approx(3000 + 240 + 1600 + 1950 + 300)


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_rates_learnt_share_out_the_pools(kind):
    pools = {"orders": 12500.0, "miles": 3120.0, "expedited": 300}
    frame = ENGINES[kind](SPRING)
    rates = ActivityRates.learn(frame, pools=pools)
    assert rates.rates == pytest.approx((100, 2, 300))
    shared = sum(row["cost_to_serve"] for row in read(rates.charge(frame)))
    assert shared == pytest.approx(sum(pools.values()))
    assert from_data(rates.to_data()) == rates


def test_impossible_rates():
    for options in (
        {"drivers": [], "rates": []},
        {"drivers": ["a", "a"], "rates": [1, 1]},
        {"drivers": ["a"], "rates": [1, 2]},
        {"drivers": ["a"], "rates": [-1]},
    ):
        with pytest.raises(InvalidRule, match="ActivityRates"):
            ActivityRates(**options)
    frame = pd.DataFrame({"orders": [0, 0]})
    with pytest.raises(InvalidData, match="nobody caused the activity that cost 5"):
        ActivityRates.learn(frame, pools={"orders": 5})
    with pytest.raises(InvalidRule, match="one pool of cost or more"):
        ActivityRates.learn(frame, pools={})
    with pytest.raises(InvalidRule, match="rates are 0 or more"):
        ActivityRates.learn(frame + 1, pools={"orders": -5})
    with pytest.raises(InvalidData, match="column 'orders': not 0 or more"):
        ActivityRates(drivers=["orders"], rates=[1]).charge(frame - 1)


# ---------------------------------------------------------------------------------- whale curve


@pytest.mark.published
def test_a_fifth_of_the_customers_makes_225_percent():
    """Kanthal (Kaplan; Cooper and Kaplan 1991): 20 % make 225 %, 70 % nothing, 10 % lose 125 %."""
    profits = [112.5] * 2 + [0.0] * 7 + [-125.0]
    whale = WhaleCurve.of(profits)
    assert (whale.peak_share, whale.lost_share) == (2.25, 1.25)
    assert (whale.profitable, whale.break_even, whale.losing) == (2, 7, 1)
    assert str(whale) == "20% of 10 customers make 225% of the profit of 100; 10% lose 125%."
    customers, together = whale_curve(profits)
    assert together[customers == 0.2] == 225


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_the_whale_of_a_frame(kind):
    charged = RATES.charge(ENGINES[kind](SPRING), margin="margin")
    whale = WhaleCurve.of(charged)
    assert whale.total == pytest.approx(90787)
    assert whale.peak == pytest.approx(94133)
    assert (whale.profitable, whale.break_even, whale.losing) == (4, 0, 1)


@pytest.mark.properties
@given(st.lists(st.floats(-1e5, 1e5), min_size=1, max_size=50))
@settings(max_examples=50)
def test_no_other_group_of_that_size_brings_more(profits):
    customers, together = whale_curve(profits)
    assert together[0] == 0
    assert together[-1] == pytest.approx(sum(profits), abs=1e-6)
    assert (np.diff(together, n=2) <= 1e-6).all()  # each next customer brings no more
    whale = WhaleCurve.of(profits)
    assert whale.peak == pytest.approx(together.max(), abs=1e-6)
    assert whale.profitable + whale.break_even + whale.losing == len(profits) == customers.size - 1


def test_what_is_near_to_nothing_breaks_even():
    whale = WhaleCurve.of([5.0, 2.0, -1.0, -5.0], tolerance=2)
    assert (whale.profitable, whale.break_even, whale.losing) == (1, 2, 1)
    assert WhaleCurve.of(pd.DataFrame({"profit": [5.0, 2.0, -1.0, -5.0]}), tolerance=2) == whale


def test_losses_in_all_and_nobody():
    whale = WhaleCurve.of([-5.0, 2.0], tolerance=2)
    assert str(whale) == "2 customers bring -3 together: 0 make 2, 1 lose 5."
    assert np.isnan(whale.peak_share)
    assert np.isnan(whale.lost_share)
    for nobody in ([], pd.DataFrame({"profit": pd.Series([], dtype=float)})):
        with pytest.raises(InvalidData, match="no customer to rank"):
            WhaleCurve.of(nobody)
    with pytest.raises(InvalidRule, match="tolerance=-1"):
        WhaleCurve.of([1.0], tolerance=-1)
    with pytest.raises(InvalidRule, match="one profit for each customer"):
        whale_curve([[1.0]])


# ------------------------------------------------------------------- keep, develop, remove


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_triage_by_hand(kind):
    rows = {
        "id": [1, 2, 3, 4],
        "profit": [50.0, 0.0, -20.0, -20.0],
        "potential": [0.0, 10.0, 21.0, 20.0],
    }
    judged = read(TriageRule().judge(ENGINES[kind](rows), potential="potential"))
    assert [(row["triage"], row["triage_gain"]) for row in judged] == [
        ("keep", 0.0),
        ("keep", 0.0),
        ("develop", 21.0),
        ("remove", 20.0),
    ]
    pruned = TriageRule().prune(ENGINES[kind](rows))
    assert (pruned.removed, pruned.before, pruned.after) == (2, 10, 50)
    assert alike(read(pruned.frame, "id"), [{"id": 1}, {"id": 2}])


profits = st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 1e4)), min_size=1, max_size=25)


@pytest.mark.properties
@given(profits, st.none() | st.floats(0, 3))
@settings(max_examples=40)
def test_pruning_never_lowers_profit(pairs, ratio):
    revenue, cost = (np.array(values) for values in zip(*pairs, strict=True))
    frame = pd.DataFrame({"profit": revenue - cost, "revenue": revenue, "cost": cost})
    rule = TriageRule(largest_cost_ratio=ratio)
    pruned = rule.prune(frame, revenue="revenue", cost="cost")
    assert pruned.after >= pruned.before
    assert pruned.frame["profit"].sum() == pytest.approx(pruned.after, abs=1e-6)
    assert pruned.removed == len(frame) - len(pruned.frame)
    if ratio is None or ratio <= 1:  # all losing customers go: no other choice leaves more
        assert pruned.after == pytest.approx(np.maximum(revenue - cost, 0).sum(), abs=1e-6)


def test_a_cost_ratio_spares_small_losers():
    frame = pd.DataFrame(
        {"profit": [-10.0, -90.0], "revenue": [100.0, 10.0], "cost": [110.0, 100.0]}
    )
    pruned = TriageRule(largest_cost_ratio=2).prune(frame, revenue="revenue", cost="cost")
    assert str(pruned) == "1 customer removed: profit rises from -100 to -10"
    assert str(TriageRule().prune(frame[:0])) == "0 customers removed: profit stays 0"
    with pytest.raises(InvalidRule, match="needs revenue= and cost="):
        TriageRule(largest_cost_ratio=2).prune(frame)
    with pytest.raises(InvalidRule, match="0 or more"):
        TriageRule(largest_cost_ratio=-1)


# ------------------------------------------------------------------------ customers x products

# The documents' example: A buys two profitable products and one without profit, B a profitable
# one and one at a loss, C one of each.
SALES = {
    "id": [1, 2, 3, 4, 5, 6, 7, 8],
    "customer_id": list("AAABBCCC"),
    "product": ["p1", "p2", "p3", "p1", "p4", "p1", "p3", "p4"],
    "revenue": [20.0, 15.0, 10.0, 20.0, 30.0, 20.0, 10.0, 33.0],
    "cost": [12.0, 10.0, 10.0, 11.0, 34.0, 11.0, 10.0, 35.0],
    "quantity": [2, 3, 1, 2, 4, 2, 1, 5],
    "profit": [8.0, 5.0, 0.0, 9.0, -4.0, 9.0, 0.0, -2.0],
}
MATRIX = ProfitMatrix(products=["p1", "p2", "p3", "p4"])


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_the_matrix_of_the_documents(kind):
    assert ProfitMatrix.learn(ENGINES[kind](SALES)) == MATRIX
    table = read(MATRIX.table(ENGINES[kind](SALES)))
    assert table == [
        {"customer_id": "A", "p1": 8, "p2": 5, "p3": 0, "p4": 0, "profit": 13}
        | {"customer_class": "profitable"},
        {"customer_id": "B", "p1": 9, "p2": 0, "p3": 0, "p4": -4, "profit": 5}
        | {"customer_class": "mixed"},
        {"customer_id": "C", "p1": 9, "p2": 0, "p3": 0, "p4": -2, "profit": 7}
        | {"customer_class": "losing"},
    ]
    cells = read(MATRIX.cells(ENGINES[kind](SALES)))
    signs = ["profitable", "profitable", "zero", "profitable", "loss", "profitable", "zero", "loss"]
    assert [row["sign"] for row in cells] == signs
    assert sum(row["profit"] for row in cells) == sum(SALES["profit"])


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_actions_by_hand(kind):
    """p3 breaks even: its price is raised; p4 needs 34/30 of B and 35/33 of C; p2 is offered."""
    actions = read(MATRIX.actions(ENGINES[kind](SALES)))
    assert [(row["customer_id"], row["product"], row["action"]) for row in actions] == [
        ("A", "p1", "keep_selling"),
        ("A", "p2", "keep_selling"),
        ("A", "p3", "raise_price"),
        ("B", "p1", "keep_selling"),
        ("B", "p2", "cross_sell"),
        ("B", "p4", "drop_product"),
        ("C", "p1", "keep_selling"),
        ("C", "p2", "cross_sell"),
        ("C", "p3", "raise_price"),
        ("C", "p4", "raise_price"),
    ]
    prices = {(row["customer_id"], row["product"]): row["break_even_price"] for row in actions}
    assert prices["B", "p4"] == 34 / 4
    assert prices["B", "p2"] is None


def test_by_total_all_three_are_profitable():
    """V-14: the sign pattern and the sum need not agree."""
    by_total = ProfitMatrix(products=MATRIX.products, by="total").table(pd.DataFrame(SALES))
    assert by_total["customer_class"].tolist() == ["profitable"] * 3


@pytest.mark.parametrize(
    ("profits", "by_pattern", "by_total"),
    [
        ([1], "profitable", "profitable"),
        ([0], "mixed", "mixed"),
        ([-1], "losing", "losing"),
        ([1, 0], "profitable", "profitable"),
        ([1, -1], "mixed", "mixed"),
        ([0, -1], "losing", "losing"),
        ([1, 2, -9], "mixed", "losing"),
        ([9, 0, -1], "losing", "profitable"),
        ([0.3, -0.1, -0.2], "losing", "mixed"),
    ],
)
def test_classes_of_every_pattern(profits, by_pattern, by_total):
    sales = pd.DataFrame(
        {"customer_id": 1, "product": [f"p{i}" for i in range(len(profits))], "profit": profits}
    )
    for by, expected in (("pattern", by_pattern), ("total", by_total)):
        matrix = ProfitMatrix(products=sales["product"], by=by)
        assert matrix.table(sales)["customer_class"].tolist() == [expected]


def test_sums_of_fractions_that_cancel_bring_nothing():
    sales = pd.DataFrame({"customer_id": 1, "product": "p", "profit": [0.1, 0.2, -0.3]})
    assert ProfitMatrix(products=["p"]).cells(sales)["sign"].tolist() == ["zero"]


def test_unknown_products_and_impossible_matrices():
    frame = pd.DataFrame(SALES)
    with pytest.raises(InvalidData, match="column 'product': a product that is none of the matrix"):
        ProfitMatrix(products=["p1"]).table(frame)
    with pytest.raises(InvalidData, match="column 'customer_id': missing value in 1 sale"):
        MATRIX.table(frame.assign(customer_id=[None, *SALES["customer_id"][1:]]))
    with pytest.raises(InvalidData, match="no sale to learn a matrix from"):
        ProfitMatrix.learn(frame[:0])
    with pytest.raises(ColumnNotFound, match="profit"):
        MATRIX.table(frame.drop(columns="profit"))
    with pytest.raises(UnknownCode, match="basis of a customer's class"):
        ProfitMatrix(products=["p1"], by="sum")
    for options in ({"products": []}, {"products": ["a", "a"]}, {"tolerance": -1}):
        with pytest.raises(InvalidRule, match="ProfitMatrix"):
            ProfitMatrix(**({"products": ["a"]} | options))
    assert from_data(MATRIX.to_data()) == MATRIX


def test_products_that_cannot_both_be_a_column():
    rows = {"customer_id": ["a", "a"], "product": ["Tea", "tea"], "profit": [1.0, 2.0]}
    matrix = ProfitMatrix.learn(pd.DataFrame(rows))
    assert matrix.table(pd.DataFrame(rows))[["Tea", "tea"]].to_numpy().tolist() == [[1.0, 2.0]]
    with pytest.raises(InvalidRule, match="a column for each of 'Tea', 'tea': rename a product"):
        matrix.table(ENGINES["duckdb"](rows))
    named = {"customer_id": ["a"], "product": ["profit"], "profit": [1.0]}
    with pytest.raises(InvalidRule, match="each of 'profit', 'profit'"):
        ProfitMatrix.learn(pd.DataFrame(named)).table(pd.DataFrame(named))


@pytest.mark.parametrize("kind", ENGINES)
def test_a_cost_at_the_ratio_is_no_greater(kind):
    assert 0.29 * 100 < 29
    rows = {"id": [1, 2], "profit": [-1, -1], "revenue": [100, 100], "cost": [29.0, 29.01]}
    rule = TriageRule(largest_cost_ratio=0.29)
    judged = read(rule.judge(ENGINES[kind](rows), revenue="revenue", cost="cost"))
    assert [row["triage"] for row in judged] == ["keep", "remove"]
