"""S-013, S-066, S-067, S-087, V-04: what an offer delivers, and what it takes to win."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, alike, read

from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.rules import from_data
from custrel.valuation import DeliveredValue, TransactionCost, perceived_value

OFFERS = {
    "id": [1, 2, 3, 4],
    "supplier": ["us", "them", "us", "them"],
    "buyer": ["x", "x", "y", "y"],
    "product_value": [80.0, 70.0, 40.0, 40.0],
    "service_value": [20, 10, 5, 5],
    "personnel_value": [10.0, 5.0, 5.0, 5.0],
    "image_value": [5.0, 5.0, 0.0, 0.0],
    "money_cost": [60.0, 40.0, 30.0, 30.0],
    "time_cost": [10.0, 10.0, 5.0, 5.0],
    "energy_cost": [5.0, 4.0, 0.0, 0.0],
    "physical_cost": [5, 1, 0, 0],
}
RULE = DeliveredValue()


@pytest.mark.published
def test_the_tractor_of_kotler_and_keller():
    """Kotler and Keller (2006), chapter 5: an offer worth 20,000, that costs 14,000 to make.

    Any price between the two leaves something to both; at 19,000 it delivers 1,000.
    """
    rule = DeliveredValue(benefits=["worth"], costs=["price"])
    prices = pd.DataFrame({"worth": 20_000.0, "price": [14_000.0, 19_000.0, 20_000.0]})
    assert rule.value(prices)["delivered_value"].tolist() == [6000, 1000, 0]


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_comparison_by_hand_on_every_engine(kind):
    names = ("customer_value", "customer_cost", "delivered_value", "best_other", "lead", "chosen")
    rows = read(RULE.compare(ENGINES[kind](OFFERS), customer="buyer"), *names)
    hand = [
        (115.0, 80.0, 35.0, 35.0, 0.0, False),
        (90.0, 55.0, 35.0, 35.0, 0.0, False),
        (50.0, 35.0, 15.0, 15.0, 0.0, False),
        (50.0, 35.0, 15.0, 15.0, 0.0, False),
    ]
    assert alike(rows, [dict(zip(names, row, strict=True)) for row in hand])
    dearer = OFFERS | {"money_cost": [61.0, 40.0, 30.0, 33.0]}
    rows = read(RULE.break_even(ENGINES[kind](dearer), change="money_cost", customer="buyer"))
    assert [row["chosen"] for row in rows] == [False, True, True, False]
    assert [row["lead"] for row in rows] == [-1, 1, 3, -3]
    assert [row["break_even_money_cost"] for row in rows] == [60, 41, 33, 30]
    rows = read(RULE.break_even(ENGINES[kind](dearer), change="service_value", customer="buyer"))
    assert [row["break_even_service_value"] for row in rows] == [21, 9, 2, 8]


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_one_offer_has_no_other_and_three_have_a_second(kind):
    rule = DeliveredValue(benefits=["worth"], costs=["price"])
    offers = {
        "id": [1, 2, 3],
        "supplier": list("abc"),
        "worth": [9, 7, 8],
        "price": [1.0, 1.0, 1.0],
    }
    rows = read(rule.compare(ENGINES[kind](offers)), "best_other", "lead", "chosen")
    assert [tuple(row.values()) for row in rows] == [(7, 1, True), (8, -2, False), (8, -1, False)]
    alone = {name: values[:1] for name, values in offers.items()}
    rows = read(rule.compare(ENGINES[kind](alone)), "best_other", "lead", "chosen")
    assert [tuple(row.values()) for row in rows] == [(None, None, True)]


points = st.floats(0.1, 100)


@pytest.mark.properties
@given(
    st.lists(st.tuples(points, points, points, points), min_size=2, max_size=5),
    st.sampled_from(["difference", "ratio"]),
    st.sampled_from(["b1", "b2", "c1", "c2"]),
    st.booleans(),
)
@settings(max_examples=40)
def test_at_the_break_even_level_an_offer_draws_level(offers, form, change, weighted):
    """Put each offer's component at its level: it then delivers what the best other does."""
    weights = {"benefit_weights": (0.7, 0.3), "cost_weights": (0.4, 0.6)} if weighted else {}
    rule = DeliveredValue(benefits=["b1", "b2"], costs=["c1", "c2"], form=form, **weights)
    frame = pd.DataFrame(offers, columns=["b1", "b2", "c1", "c2"])
    frame["supplier"] = range(len(frame))
    found = rule.break_even(frame, change=change)
    for place in range(len(frame)):
        level = found[f"break_even_{change}"][place]
        gets, gives = (
            sum(
                (level if name == change else frame[name][place]) * weight
                for name, weight in zip(names, given or (1, 1), strict=True)
            )
            for names, given in (
                (rule.benefits, rule.benefit_weights),
                (rule.costs, rule.cost_weights),
            )
        )
        delivered = gets - gives if form == "difference" else gets / gives
        assert delivered == pytest.approx(found["best_other"][place], rel=1e-6, abs=1e-6)


@pytest.mark.properties
@given(points, points, points, points, st.floats(0.1, 50))
@settings(max_examples=40)
def test_more_cost_delivers_less_and_scale_does_not_matter(b, c, more, other, factor):
    """A higher price lowers both forms; another currency scales one and leaves the other."""
    frame = pd.DataFrame({"b": [b, b], "c": [c, c + more]})
    for form in ("difference", "ratio"):
        rule = DeliveredValue(benefits=["b"], costs=["c"], form=form)
        value = rule.value(frame)["delivered_value"]
        assert value[1] < value[0]
        scaled = rule.value(frame * factor)["delivered_value"]
        expected = value * factor if form == "difference" else value
        np.testing.assert_allclose(scaled, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"benefit_weights": (0.5, 0.5)}, "2 weights for 4 components"),
        ({"cost_weights": (0.5, 0.5, 0.5, 0)}, "these sum to 1.5"),
        ({"benefits": []}, "one benefit and one cost"),
        ({"benefits": ["money_cost"]}, "each with its own name"),
    ],
)
def test_impossible_rules(options, message):
    with pytest.raises(InvalidRule, match=message):
        DeliveredValue(**options)


def test_bad_offers():
    frame = pd.DataFrame(OFFERS)
    with pytest.raises(UnknownCode, match="form of delivered value"):
        DeliveredValue(form="quotient")
    with pytest.raises(UnknownCode, match="did you mean 'money_cost'"):
        RULE.break_even(frame, change="monye_cost")
    with pytest.raises(InvalidRule, match="'time_cost' weighs nothing"):
        DeliveredValue(cost_weights=(1, 0, 0, 0)).break_even(frame, change="time_cost")
    with pytest.raises(InvalidData, match="column 'money_cost': not 0 or more in 4 offers"):
        RULE.value(frame.assign(money_cost=-1.0))
    with pytest.raises(ColumnNotFound, match="image_value"):
        RULE.value(frame.drop(columns="image_value"))
    with pytest.raises(InvalidData, match="no cost, so that value has no ratio to it in 1 offer"):
        DeliveredValue(costs=["time_cost"], form="ratio").value(
            frame.assign(time_cost=[0.0, 1.0, 1.0, 1.0])
        )
    with pytest.raises(InvalidData, match="column 'supplier': missing value in 1 offer"):
        RULE.compare(frame.assign(supplier=["us", None, "us", "them"]))
    assert from_data(RULE.to_data()) == RULE


# -------------------------------------------------------------------------------- perceived value

RATINGS = {
    "id": [1, 2],
    "total_value": [8, 10],
    "total_cost": [4.0, 1.0],
    "quality_given_price": [9, 10],
    "price_given_quality": [6.0, 10.0],
}


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_perceived_value_by_hand(kind):
    rows = read(perceived_value(ENGINES[kind](RATINGS)), "perceived_value")
    assert alike(rows, [{"perceived_value": (8 + 7 + 9 + 6) / 4}, {"perceived_value": 10.0}])


def test_ratings_off_the_scale():
    with pytest.raises(InvalidData, match="column 'total_value': not between 1 and 7 in 2 ratings"):
        perceived_value(pd.DataFrame(RATINGS).clip(upper=8), scale=(1, 7))
    with pytest.raises(InvalidRule, match="lowest rating must be below"):
        perceived_value(pd.DataFrame(RATINGS), scale=(10, 1))


# ------------------------------------------------------------------------------ transaction cost

DEALS = {
    "id": [1],
    **{f"{phase}_money": [10.0] for phase in ("search", "contract", "monitor")},
    **{f"{phase}_time": [hours] for phase, hours in (("search", 3), ("contract", 2))},
    "monitor_time": [0.5],
    **{f"{phase}_effort": [1.0] for phase in ("search", "contract", "monitor")},
}


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_transaction_cost_by_hand(kind):
    rule = TransactionCost(time_price=20, effort_price=5)
    row = read(rule.add(ENGINES[kind](DEALS)))[0]
    assert (row["search_cost"], row["contract_cost"], row["monitor_cost"]) == (75, 55, 25)
    assert row["transaction_cost"] == 155


def test_impossible_transactions():
    with pytest.raises(InvalidRule, match="prices of time and effort"):
        TransactionCost(time_price=-1, effort_price=0)
    with pytest.raises(InvalidRule, match="one phase or more"):
        TransactionCost(time_price=1, effort_price=0, phases=[])
    with pytest.raises(InvalidData, match="column 'search_time': not 0 or more in 1 transaction"):
        TransactionCost(time_price=1, effort_price=0).add(
            pd.DataFrame(DEALS | {"search_time": [-1]})
        )


@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize("form", ["difference", "ratio"])
def test_offers_that_differ_by_rounding_alone_tie(kind, form):
    assert 0.1 + 0.2 > 0.3 + 0.0
    rule = DeliveredValue(benefits=["service", "image"], costs=["price"], form=form)
    rows = {"id": [1, 2, 3], "supplier": list("abc"), "service": [0.1, 0.3, 0.2],
            "image": [0.2, 0.0, 0.0], "price": [0.1] * 3}  # fmt: skip
    compared = read(rule.compare(ENGINES[kind](rows)))
    assert [row["chosen"] for row in compared] == [False] * 3
    assert [row["lead"] for row in compared[:2]] == pytest.approx([0, 0], abs=1e-12)
