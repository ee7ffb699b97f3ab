"""Winning back: S-202, S-204, S-205, S-206, S-207."""

import json
import math

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES

from custrel.errors import ColumnNotFound, InvalidData, InvalidRule
from custrel.rules import from_data
from custrel.valuation import WinBackPlan, WinBackRule

LETTER = WinBackPlan(name="letter", cost=2, effect=0.4)
CALL = WinBackPlan(name="call", cost=6, incentive=20)
RULE = WinBackRule(plans=[LETTER, CALL])
TYPES = ("natural", "changed_needs", "benefit_seeking", "disappointed")

plans = st.builds(
    WinBackPlan,
    name=st.just("plan"),
    cost=st.floats(0, 50),
    incentive=st.floats(0, 50),
    effect=st.floats(0.1, 1),
)


def test_listening_brings_back_up_to_half():
    """S-207: the disappointed, listened to, whom switching costs nothing."""
    visit = WinBackPlan(name="visit", cost=0)
    assert RULE.probability("disappointed", plan=visit) == 0.5
    assert RULE.probability("disappointed", plan=visit, heard=False) == 0.25
    by_type = [float(RULE.probability(kind, plan=visit)) for kind in TYPES]
    assert by_type == [0.0, 0.125, 0.25, 0.5]


def test_a_switching_cost_of_half_cost_halves_the_chance():
    visit = WinBackPlan(name="visit", cost=0)
    costs = np.array([0.0, 50.0, 100.0])
    seen = RULE.probability("disappointed", plan=visit, switching_cost=costs)
    np.testing.assert_allclose(seen, [0.5, 0.25, 0.125])


@pytest.mark.properties
@settings(max_examples=60)
@given(plans, st.floats(0, 200), st.floats(0.1, 100))
def test_the_dearer_it_is_to_come_back_the_less_likely(plan, cost, more):
    """S-205: strictly, once the incentive does not make good for it."""
    rule = WinBackRule(plans=[plan])
    near, far = (
        float(rule.probability("disappointed", plan=plan, switching_cost=c))
        for c in (cost, cost + more)
    )
    assert far <= near <= 0.5
    if cost >= plan.incentive:
        assert far < near


@pytest.mark.properties
@settings(max_examples=20)
@given(st.floats(0, 500), st.floats(0, 200), st.floats(0, 500), st.sampled_from(TYPES))
def test_never_at_any_price(value, switching, cost, kind):
    """S-206: not when the attempt costs more than is to be expected of it."""
    plan = WinBackPlan(name="visit", cost=cost)
    rule = WinBackRule(plans=[plan])
    gone = pd.DataFrame({"value": [value], "churn_type": [kind], "switching_cost": [switching]})
    judged = rule.judge(gone).iloc[0]
    expected = float(rule.probability(kind, plan=plan, switching_cost=switching)) * value - cost
    assert judged["plan"] == ("visit" if expected > 0 else "none")
    assert judged["win_back_value"] == pytest.approx(max(expected, 0), abs=1e-9)
    dear = WinBackRule(plans=[WinBackPlan(name="visit", cost=0.5 * value + 1e-6)])
    assert dear.judge(gone)["plan"].tolist() == ["none"]


@pytest.mark.properties
@settings(max_examples=40)
@given(st.floats(0, 500), st.floats(0, 200), st.floats(5, 200))
def test_no_incentive_is_better(value, switching, half):
    rule = WinBackRule(plans=[CALL], half_cost=half)
    best = float(rule.best_incentive(value, switching_cost=switching))
    assert 0 <= best <= switching

    def expected(incentive):
        return (value - incentive) * 2 ** (-max(switching - incentive, 0) / half)

    grid = np.linspace(0, switching + 10, 500)
    assert expected(best) >= max(map(expected, grid)) - 1e-9 * (1 + value)


GONE = {
    "id": [1, 2, 3, 4, 5],
    "value": [300.0, 300.0, 30.0, 60.0, 300.0],
    "churn_type": ["disappointed", "natural", "benefit_seeking", "disappointed", "disappointed"],
    "switching_cost": [20.0, 0.0, 0.0, 170.0, 70.0],
    "heard": [True, True, True, True, False],
}


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_on_every_kind_of_frame(kind):
    gone = ENGINES[kind](GONE)
    judged = RULE.judge(gone, heard="heard")
    assert type(judged) is type(gone)
    rows = sorted(nw.from_native(judged).lazy().collect().rows(named=True), key=lambda r: r["id"])
    assert [row["plan"] for row in rows] == ["call", "none", "letter", "none", "call"]
    # By hand: 0.5 (300 - 20) - 6; 0.25 * 0.4 * 30 - 2; half of 0.5, halved by 70 - 20 of cost.
    values = [134.0, 0.0, 1.0, 0.0, 0.125 * 280 - 6]
    assert [row["win_back_value"] for row in rows] == pytest.approx(values)
    assert [row["win_back_probability"] for row in rows] == pytest.approx([0.5, 0, 0.1, 0, 0.125])
    without = RULE.judge(gone, switching_cost=None)
    rows = sorted(nw.from_native(without).lazy().collect().rows(named=True), key=lambda r: r["id"])
    assert rows[3]["plan"] == "call"


def test_rules_survive_json_and_refuse_nonsense():
    rule = WinBackRule(plans=[LETTER], recoverable={"price": 0.7, "moved": 0.0})
    assert from_data(json.loads(json.dumps(rule.to_data()))) == rule
    with pytest.raises(InvalidRule, match="each plan needs one name"):
        WinBackRule(plans=[LETTER, LETTER])
    with pytest.raises(InvalidRule, match="each plan needs one name"):
        WinBackRule(plans=[])
    with pytest.raises(InvalidRule, match=r"prior=1\.5"):
        WinBackRule(plans=[LETTER], prior=1.5)
    with pytest.raises(InvalidRule, match="each type of churn stands once"):
        WinBackRule(plans=[LETTER], recoverable=[("price", 0.7), ("price", 0.1)])
    with pytest.raises(InvalidRule, match="half_cost"):
        WinBackRule(plans=[LETTER], half_cost=0)
    with pytest.raises(InvalidRule, match="cannot be called 'none'"):
        WinBackPlan(name="none", cost=1)
    with pytest.raises(InvalidRule, match="effect is 0 to 1"):
        WinBackPlan(name="call", cost=-1)
    with pytest.raises(InvalidRule, match="the rule knows natural"):
        RULE.probability("anger", plan=CALL)


def test_bad_customers():
    gone = pd.DataFrame(GONE)
    with pytest.raises(InvalidData, match="none of the types of churn that the rule knows"):
        RULE.judge(gone.assign(churn_type="anger"))
    with pytest.raises(InvalidData, match="0 or more"):
        RULE.judge(gone.assign(switching_cost=-1.0))
    with pytest.raises(InvalidData, match="missing or infinite"):
        RULE.judge(gone.assign(value=math.nan))
    with pytest.raises(ColumnNotFound, match="'spoken'"):
        RULE.judge(gone, heard="spoken")


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_who_was_heard_must_be_said(kind):
    rows = {"value": [100.0, 90.0], "churn_type": ["disappointed"] * 2, "heard": [True, None]}
    with pytest.raises(InvalidData, match="column 'heard': missing value in 1 customer"):
        RULE.judge(ENGINES[kind](rows), heard="heard", switching_cost=None)


def test_types_of_churn_as_an_enum_that_lacks_some():
    frame = pl.DataFrame(
        {"value": [300.0], "churn_type": pl.Series(["natural"], dtype=pl.Enum(["natural"]))}
    )
    assert RULE.judge(frame, switching_cost=None)["plan"].to_list() == ["none"]
