"""S-077, S-078, S-079, S-084, S-085, S-086: what to spend on whom, and what the loyal are worth."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, alike, read

from custrel.errors import InvalidData, InvalidRule
from custrel.rules import from_data
from custrel.valuation import (
    LoyaltyRule,
    ResponseCurve,
    acquire_or_retain,
    referral_value,
    retention_cost,
    service_budget,
)


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_service_by_lifetime_value(kind):
    """S-078: of 70, 10 go to each of three, and 40 to the two of positive value, three to one."""
    frame = ENGINES[kind]({"id": [1, 2, 3], "lifetime_value": [300.0, 100.0, -50.0]})
    shared = read(service_budget(frame, total=70, floor=10), "service_budget")
    assert alike(shared, [{"service_budget": value} for value in (40.0, 20.0, 10.0)])


@pytest.mark.properties
@given(
    st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=20).filter(lambda v: max(v) > 1),
    st.floats(0, 5),
    st.floats(0, 1e4),
)
@settings(max_examples=25)
def test_the_budget_is_spent_to_the_last_and_more_value_gets_no_less(values, floor, more):
    total = floor * len(values) + more
    shared = service_budget(pd.DataFrame({"lifetime_value": values}), total=total, floor=floor)[
        "service_budget"
    ].to_numpy()
    assert shared.sum() == pytest.approx(total, rel=1e-9, abs=1e-9)
    assert (shared >= floor).all()
    assert (np.diff(shared[np.argsort(values)]) >= -1e-9).all()


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ([1.0, 2.0], {"total": 5, "floor": 3}, "does not pay 3 for each of 2 customers"),
        ([1.0, 2.0], {"total": 5, "floor": -1}, "floor is 0 or more"),
        ([-1.0, 0.0], {"total": 5}, "nobody has a positive 'lifetime_value'"),
    ],
)
def test_impossible_budgets(values, options, message):
    with pytest.raises(InvalidRule, match=message):
        service_budget(pd.DataFrame({"lifetime_value": values}), **options)


def test_a_budget_of_floors_needs_no_value():
    shared = service_budget(pd.DataFrame({"lifetime_value": [-1.0, 0.0]}), total=6, floor=3)
    assert shared["service_budget"].tolist() == [3, 3]


def test_keeping_against_winning():
    """S-085: the old customer is worth 360 for 20, the new one 300 for 100."""
    costs = {"acquisition_cost": 100, "retention_cost": 20}
    assert acquire_or_retain(**costs, value_new=300, value_old=360).item() == pytest.approx(6)
    with pytest.raises(InvalidData, match="retention_cost: not above 0"):
        acquire_or_retain(acquisition_cost=1, retention_cost=0, value_new=1, value_old=1)


@pytest.mark.properties
@given(st.floats(0.05, 1), st.floats(0.01, 2), st.floats(0, 1e3))
@settings(max_examples=40)
def test_the_best_spending_beats_every_other(ceiling, steepness, value):
    curve = ResponseCurve(ceiling=ceiling, steepness=steepness)
    best = curve.best_spending(value)
    others = np.linspace(0, 3 * best + 10, 301)
    assert (
        curve.rate(best) * value - best >= curve.rate(others) * value - others - 1e-9 * (1 + value)
    ).all()


def test_the_curve_goes_through_today():
    curve = ResponseCurve.from_today(ceiling=0.4, spending=5, rate=0.2)
    # Half of the ceiling at 5, so half of the rest at 10.
    np.testing.assert_allclose(curve.rate([0, 5, 10]), [0, 0.2, 0.3])
    assert ResponseCurve(ceiling=0.5, steepness=0.1).best_spending(10) == 0
    assert from_data(curve.to_data()) == curve


@pytest.mark.parametrize(
    "make",
    [
        lambda: ResponseCurve(ceiling=1.2, steepness=1),
        lambda: ResponseCurve(ceiling=0.5, steepness=0),
        lambda: ResponseCurve.from_today(ceiling=0.4, spending=5, rate=0.4),
        lambda: ResponseCurve.from_today(ceiling=0.4, spending=0, rate=0.2),
        lambda: ResponseCurve(ceiling=0.5, steepness=1).best_spending(np.inf),
        lambda: retention_cost(1, first=1, decline=1),
        lambda: LoyaltyRule(margin=np.nan),
    ],
)
def test_impossible_numbers(make):
    with pytest.raises(InvalidRule):
        make()


CUSTOMERS = {
    "id": [1, 2],
    "repeat_spend": [500.0, 0.0],
    "referred": [2, 0],
    "suggestions": [1, 3],
    "price_paid": [21.0, 19.0],
    "usual_price": [20.0, 20.0],
    "quantity": [25, 4],
    "forgiven": [1, 0],
}


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_five_sources_by_hand(kind):
    """S-084, and S-079: only what ends in money counts."""
    rule = LoyaltyRule(margin=0.4, referred_value=60, suggestion_value=10, failure_cost=15)
    names = ("repeat", "word_of_mouth", "feedback", "price_premium", "tolerance", "loyalty_value")
    rows = read(rule.predict(ENGINES[kind](CUSTOMERS)), *names)
    hand = [(200.0, 120.0, 10.0, 25.0, 15.0, 370.0), (0.0, 0.0, 30.0, -4.0, 0.0, 26.0)]
    assert alike(rows, [dict(zip(names, row, strict=True)) for row in hand])


def test_a_negative_number_of_referrals():
    with pytest.raises(InvalidData, match="column 'referred': not 0 or more in 1 customer"):
        LoyaltyRule().predict(pd.DataFrame(CUSTOMERS | {"referred": [-1, 0]}))


def test_referrals_by_hand():
    """S-077: four referred, two come, one of them would have come anyway."""
    options = {"value": 300, "conversion": 0.5, "saved": 40}
    assert referral_value(4, would_have_come=0.5, **options).item() == 300 + 2 * 40
    assert referral_value(4, **options).item() == 2 * 300 + 2 * 40
    assert referral_value(4, reward=340, **options).item() == 0
    with pytest.raises(InvalidData, match="conversion: not between 0 and 1"):
        referral_value(4, value=1, conversion=1.5)


def test_keeping_gets_cheaper_with_age_only_under_contracts():
    """S-086, V-16."""
    assert retention_cost([0, 1, 2], first=80, decline=0.5).tolist() == [80, 40, 20]
    assert retention_cost([0, 1, 2], first=80).tolist() == [80, 80, 80]


def test_a_budget_that_pays_the_floors_to_the_cent():
    assert 3 * 0.1 > 0.3
    customers = pd.DataFrame({"lifetime_value": [1.0, 2.0, 3.0]})
    budgets = service_budget(customers, total=0.3, floor=0.1)["service_budget"]
    assert budgets.tolist() == [0.1] * 3
    with pytest.raises(InvalidRule, match="does not pay"):
        service_budget(customers, total=0.29, floor=0.1)
