"""Checklists: weighted criteria and their verdicts."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, read

from custrel import from_data
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule
from custrel.labels import labels
from custrel.segmentation import (
    ACCOUNT_MANAGER,
    CUSTOMER_FIT,
    INDICATOR_SUITABILITY,
    PORTER_CRITERIA,
    RISK_PROFILE,
    Checklist,
    Criterion,
)

PORTER = ["need_fit", "growth_potential", "structural_position", "cost_to_serve"]


def porter(*rows):
    return pd.DataFrame(rows, columns=PORTER)


def test_porters_four_criteria():
    """S-133: all four, and cost enters negatively."""
    assert [c.column for c in PORTER_CRITERIA.criteria] == PORTER
    judged = PORTER_CRITERIA.judge(porter([1, 1, 1, 0], [0, 0, 0, 1], [0.5, 0.5, 0.5, 0.5]))
    assert judged["selection_score"].tolist() == [1, 0, 0.5]
    assert judged["selection"].tolist() == ["selected", "rejected", "selected"]


@pytest.mark.properties
@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(0, 1), min_size=4, max_size=4),
    st.integers(0, 3),
    st.floats(0, 1),
)
def test_more_of_the_good_never_lowers_the_score(values, place, more):
    better = list(values)
    better[place] = min(values[place], more) if place == 3 else max(values[place], more)
    before, after = PORTER_CRITERIA.judge(porter(values, better))["selection_score"]
    assert after >= before - 1e-12
    assert -1e-12 <= before <= 1 + 1e-12


def test_best_and_worst_customers():
    """S-054: four marks of the best, five of the worst."""
    columns = [c.column for c in CUSTOMER_FIT.criteria]
    assert [c.low_is_better for c in CUSTOMER_FIT.criteria] == [False] * 4 + [True] * 5
    rows = pd.DataFrame(
        [[1] * 4 + [0] * 5, [0] * 4 + [1] * 5, [1, 1, 0, 0, 0, 0, 0, 1, 1], [0] * 9],
        columns=columns,
    )
    judged = CUSTOMER_FIT.judge(rows)
    # A mark of the best is an eighth, one of the worst a tenth.
    assert judged["fit_score"].tolist() == pytest.approx([1, 0, 2 / 8 + 3 / 10, 0.5])
    assert judged["fit"].tolist() == ["best", "worst", "between", "between"]
    assert set(labels("fit")) == set(CUSTOMER_FIT.verdicts)


def test_account_managers():
    """S-277: share of wallet, profit, targets."""
    rows = pd.DataFrame(
        {
            "share_of_wallet_growth": [1, 0.2],
            "annual_profit": [0.9, 0.3],
            "target_attainment": [0.8, 0.4],
        }
    )
    assert ACCOUNT_MANAGER.judge(rows)["evaluation"].tolist() == ["outstanding", "below"]


def test_indicators_must_reflect_both():
    """S-127: characteristics and purpose, neither alone."""
    rows = pd.DataFrame(
        {"reflects_characteristics": [1, 1, 0, 0], "reflects_purpose": [1, 0, 1, 0]}
    )
    verdicts = INDICATOR_SUITABILITY.judge(rows)["suitability"].tolist()
    assert verdicts == ["suitable", "unsuitable", "unsuitable", "unsuitable"]


def test_a_condition_that_fails_decides():
    rule = Checklist([Criterion("a", weight=9), Criterion("b", least=0.5)])
    judged = rule.judge(pd.DataFrame({"a": [1.0, 1.0], "b": [0.4, 0.5]}))
    assert judged["selected"].tolist() == ["no", "yes"]
    assert judged["selected_score"].tolist() == pytest.approx([0.94, 0.95])


def test_thirds_reach_their_cut():
    rule = Checklist([Criterion(c) for c in "abc"], cuts=(2 / 3,))
    assert rule.judge(pd.DataFrame({"a": [1], "b": [1], "c": [0]}))["selected"].tolist() == ["yes"]


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_every_engine_says_the_same(kind):
    rows = {"id": [1, 2, 3], "experience": [0.0, 0.5, 1.0], "risk_tolerance": [0.3, 0.5, 1.0]}
    judged = read(RISK_PROFILE.judge(ENGINES[kind](rows)))
    assert [row["customer_grade"] for row in judged] == ["low", "medium", "high"]
    assert [row["customer_grade_score"] for row in judged] == pytest.approx([0.2, 0.5, 1.0])


@pytest.mark.parametrize("rule", [PORTER_CRITERIA, CUSTOMER_FIT, INDICATOR_SUITABILITY])
def test_checklists_survive_json(rule):
    assert from_data(json.loads(json.dumps(rule.to_data()))) == rule


# -------------------------------------------------------------------------------- bad input


def test_impossible_checklists():
    with pytest.raises(InvalidRule, match="different columns"):
        Checklist([Criterion("a"), Criterion("a")])
    with pytest.raises(InvalidRule, match="different columns"):
        Checklist([])
    with pytest.raises(InvalidRule, match="2 cuts make 3 different verdicts"):
        Checklist([Criterion("a")], cuts=(0.2, 0.5))
    with pytest.raises(InvalidRule, match="must ascend"):
        Checklist([Criterion("a")], cuts=(0.5, 0.2), verdicts=("a", "b", "c"))
    for options in ({"weight": 0}, {"lowest": 1}, {"least": 2}, {"highest": float("inf")}):
        with pytest.raises(InvalidRule, match="Criterion 'a'"):
            Criterion("a", **options)


def test_values_off_the_scale():
    with pytest.raises(InvalidData, match="'cost_to_serve': expected values from 0 to 1 in 1 row"):
        PORTER_CRITERIA.judge(porter([1, 1, 1, 40]))
    with pytest.raises(InvalidData, match="missing"):
        PORTER_CRITERIA.judge(porter([1, 1, None, 0]))
    with pytest.raises(ColumnNotFound):
        PORTER_CRITERIA.judge(porter([1, 1, 1, 0]).drop(columns="need_fit"))
