"""Tiers: schemes, structure and budgets."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, read

from custrel import from_data
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.labels import label
from custrel.model import SERVICE_TIER_FLOW
from custrel.segmentation import (
    SAFE_STRUCTURE,
    TIER_SCHEMES,
    ClassBudget,
    StructureTarget,
    TierScheme,
    build_up,
)


def test_the_documents_schemes_in_chinese():
    """S-053, S-055, S-056, S-057, S-058, S-120, S-122, V-12."""
    names = {
        key: [
            label(tier, "zh", of="service_tier" if key == "service" else "tier")
            for tier in scheme.tiers
        ]
        for key, scheme in TIER_SCHEMES.items()
    }
    assert names == {
        "abc": ["甲类客户", "乙类客户", "丙类客户"],
        "pyramid": ["顶尖客户", "主要客户", "普通客户", "小客户"],
        "value": ["大客户", "重要客户", "普通客户", "小客户"],
        "service": ["高级客户", "中级客户", "低级客户"],
        "catering": ["主力客户", "一般客户", "零散客户"],
        "cards": ["白金卡客户", "金卡客户", "银卡客户", "普通卡客户"],
        "accounts": ["全球客户", "大型客户", "中小客户"],
        "key_accounts": ["重点客户", "乙类客户", "丙类客户"],
    }
    assert set(TIER_SCHEMES["service"].tiers) < set(SERVICE_TIER_FLOW.states)


def test_tiers_are_ranked():
    assert TIER_SCHEMES["value"].rank("important") == 2
    with pytest.raises(UnknownCode, match="did you mean 'important'"):
        TIER_SCHEMES["value"].rank("importent")


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_a_scheme_with_cuts_is_a_rule(kind):
    rows = {"id": [1, 2, 3, 4, 5], "revenue": [900.0, 40.0, 30.0, 20.0, 10.0]}
    frame = ENGINES[kind](rows)
    value = TIER_SCHEMES["catering"].by_value((0.8, 0.95)).classify(frame)
    assert [row["abc"] for row in read(value)] == [
        "main",
        "general",
        "general",
        "sporadic",
        "sporadic",
    ]
    people = TIER_SCHEMES["service"].by_customers((0.2, 0.6)).classify(frame, name="tier")
    assert [row["tier"] for row in read(people)] == [
        "high",
        "middle",
        "middle",
        "low",
        "low",
    ]
    limits = TIER_SCHEMES["value"].by_limits((500, 40, 20)).classify(frame)
    assert [row["abc"] for row in read(limits)] == [
        "big",
        "important",
        "ordinary",
        "ordinary",
        "small",
    ]


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_value_intervals_by_five_columns(kind):
    """S-110: each column in units of its mean, weighted; by hand in plain Python."""
    five = ("response", "revenue", "profit", "loyalty", "referred_deals")
    rows = {
        "id": [1, 2, 3, 4, 5],
        "response": [0.5, 0.1, 0.2, 0.1, 0.1],
        "revenue": [900.0, 80.0, 300.0, 10.0, 210.0],
        "profit": [20.0, 10.0, 60.0, 5.0, 5.0],
        "loyalty": [9.0, 3.0, 8.0, 1.0, 4.0],
        "referred_deals": [3, 0, 1, 0, 1],
    }
    weights = (1, 3, 3, 2, 1)
    means = [sum(rows[name]) / 5 for name in five]
    index = [
        sum(w * rows[name][n] / mean for w, name, mean in zip(weights, five, means, strict=True))
        for n in range(5)
    ]
    best_first = sorted(range(5), key=lambda n: -index[n])
    expected = dict(
        zip(best_first, ["big", "important", "ordinary", "ordinary", "small"], strict=True)
    )
    rule = TIER_SCHEMES["value"].by_customers((0.2, 0.4, 0.8), weights=weights)
    found = read(rule.classify(ENGINES[kind](rows), value=five, name="tier"))
    assert [row["tier"] for row in found] == [expected[n] for n in range(5)]
    with pytest.raises(InvalidRule, match=r"weighs 5 factor\(s\)"):
        rule.learn(ENGINES[kind](rows), value=five[:4])


def test_impossible_schemes():
    for tiers in ((), ("a",), ("a", "a")):
        with pytest.raises(InvalidRule, match="two or more tiers"):
            TierScheme(tiers)


# -------------------------------------------------------------------------------- structure


def structure(**counts):
    return {
        "id": list(range(sum(counts.values()))),
        "abc": [name for name, number in counts.items() for _ in range(number)],
    }


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_the_documents_structure(kind):
    """S-120: 甲 100-200, 乙 200-300, 丙 300-500."""
    frame = ENGINES[kind](structure(a=100, b=199, c=501))
    checked = SAFE_STRUCTURE.check(frame)
    assert type(checked) is type(frame)
    assert [(row["abc"], row["status"], row["gap"]) for row in read(checked)] == [
        ("a", "ok", 0),
        ("b", "below", -1),
        ("c", "above", 1),
    ]
    assert SAFE_STRUCTURE.safety(frame) == pytest.approx(1 / 3)  # S-126


def test_a_class_nobody_falls_into():
    table = SAFE_STRUCTURE.check(pd.DataFrame(structure(a=150, c=400)))
    assert table["customers"].tolist() == [150, 0, 400]
    assert table["gap"].tolist() == [0, -200, 0]


def test_all_of_it_is_a_thousand():
    assert sum(most for _, _, most in SAFE_STRUCTURE.ranges) == 1000
    assert build_up(5, months=1) == 100
    assert build_up(5, months=12) == 1200
    with pytest.raises(InvalidRule, match="months must be 0 or more"):
        build_up(5, months=-1)


@pytest.mark.properties
@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=40))
def test_a_gap_closed_is_a_structure_within_the_target(classes):
    target = StructureTarget([("a", 2, 5), ("b", 3, 9), ("c", 0, 12)])
    table = target.check(pd.DataFrame({"abc": classes}))
    for row, (_, low, high) in zip(table.to_dict("records"), target.ranges, strict=True):
        assert low <= row["customers"] - row["gap"] <= high
        assert (row["gap"] == 0) is (row["status"] == "ok")


def test_impossible_structures():
    for ranges in ([], [("a", 1, 2), ("a", 1, 2)], [("a", 3, 2)], [("a", -1, 2)], [("a", 1)]):
        with pytest.raises(InvalidRule):
            StructureTarget(ranges)
    with pytest.raises(InvalidData, match="'abc': expected one of a, b, c in 1 row"):
        SAFE_STRUCTURE.check(pd.DataFrame({"abc": ["a", "d"]}))
    with pytest.raises(ColumnNotFound):
        SAFE_STRUCTURE.check(pd.DataFrame({"tier": ["a"]}))


# ---------------------------------------------------------------------------------- budgets


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_time_follows_the_class(kind):
    """S-125: an A customer is worth ten C customers."""
    rule = ClassBudget({"a": 10, "b": 3, "c": 1})
    table = read(rule.allocate(ENGINES[kind](structure(a=2, b=5, c=15)), total=100))
    # 20 + 15 + 15 = 50 parts for 100 hours: 2 hours a part.
    assert [row["budget"] for row in table] == [40, 30, 30]
    assert [row["per_customer"] for row in table] == [20, 6, 2]


def test_a_share_for_each_class():
    rule = ClassBudget({"a": 3, "b": 1}, per="class")
    table = rule.allocate(pd.DataFrame(structure(a=1, b=100)), total=40)
    assert table["budget"].tolist() == [30, 10]
    assert table["per_customer"].tolist() == [30, 0.1]
    # What nobody is there to receive goes to the others.
    alone = rule.allocate(pd.DataFrame(structure(b=4)), total=40)
    assert alone["budget"].tolist() == [0, 40]


@pytest.mark.properties
@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=30),
    st.floats(0.1, 9),
    st.sampled_from(["customer", "class"]),
)
def test_budgets_add_up(classes, weight, per):
    table = ClassBudget({"a": weight, "b": 1, "c": 2}, per=per).allocate(
        pd.DataFrame({"abc": classes}), total=160
    )
    assert table["budget"].sum() == pytest.approx(160)
    assert (table["per_customer"] * table["customers"]).sum() == pytest.approx(160)


def test_impossible_budgets():
    with pytest.raises(InvalidRule, match="not all 0"):
        ClassBudget({"a": 0})
    with pytest.raises(InvalidRule, match="0 or more"):
        ClassBudget({"a": -1, "b": 2})
    with pytest.raises(InvalidRule, match="stands twice"):
        ClassBudget([("a", 1), ("a", 2)])
    with pytest.raises(UnknownCode, match="basis of a budget"):
        ClassBudget({"a": 1}, per="head")
    with pytest.raises(InvalidRule, match="total must be 0 or more"):
        ClassBudget({"a": 1}).allocate(pd.DataFrame({"abc": ["a"]}), total=-1)
    with pytest.raises(InvalidData, match="no customer is in a class with a weight"):
        ClassBudget({"a": 0, "b": 1}).allocate(pd.DataFrame({"abc": ["a"]}), total=1)


@pytest.mark.parametrize(
    "rule", [SAFE_STRUCTURE, ClassBudget({"a": 1.5, "b": 1}), *TIER_SCHEMES.values()]
)
def test_rules_survive_json(rule):
    assert from_data(json.loads(json.dumps(rule.to_data()))) == rule


def test_targets_count_whole_customers():
    with pytest.raises(InvalidRule, match="expected rows of class, least and most"):
        StructureTarget([("a", 1.5, 2)])
    assert StructureTarget([("a", 1.0, 2)]).ranges == (("a", 1, 2),)
