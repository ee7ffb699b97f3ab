"""ABC classes: by value, by customers, by limits of one's own, by two factors (S-122, S-123, S-124)."""

import json

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st

from custrel import from_data
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule, UnknownCode
from custrel.segmentation import AbcRule, abc


def classes(values, rule=None, **options):
    return (
        (rule or AbcRule()).classify(pd.DataFrame({"revenue": values}), **options)["abc"].tolist()
    )


def test_who_alone_brings_ninety_percent_is_an_a():
    """Packages that test the share after the row leave class A empty here."""
    assert classes([900, 40, 30, 20, 10]) == ["a", "b", "b", "c", "c"]


def test_a_class_ends_where_the_share_before_reaches_the_cut():
    assert classes([50, 30, 15, 5]) == ["a", "a", "b", "c"]
    assert classes([0.5, 0.3, 0.15, 0.05]) == ["a", "a", "b", "c"]


def test_a_share_that_is_the_cut_but_for_its_last_digit_has_reached_it():
    """7.08 of 8.85 are exactly 80 %, but 0.8 * 8.85 is 7.080000000000002 in floats."""
    values = [2.73, 2.60, 1.75, 0.86, 0.76, 0.15]
    assert classes(values) == classes([100 * v for v in values]) == ["a", "a", "a", "b", "b", "c"]


def test_equal_values_have_one_class():
    assert classes([10] * 10) == ["a"] * 10
    assert classes([80, 5, 5, 5, 5]) == ["a", "b", "b", "b", "b"]


def test_the_documents_four_classes():
    """S-122: top 1 %, major 4 %, ordinary 15 %, small 80 % of the customers."""
    rule = AbcRule.by_customers()
    counts = pd.Series(classes(np.arange(1000.0), rule)).value_counts()
    assert counts.to_dict() == {"top": 10, "major": 40, "ordinary": 150, "small": 800}
    assert classes([3.0, 2.0, 1.0], rule) == ["top", "small", "small"]


def test_limits_of_ones_own():
    rule = AbcRule.by_limits((1000, 100), classes=("big", "middle", "small"))
    assert classes([1000, 999.99, 100, 99, -5], rule) == [
        "big",
        "middle",
        "middle",
        "small",
        "small",
    ]
    assert rule.learn(pd.DataFrame({"revenue": [1.0]})) is rule
    assert rule.learnt


def test_amount_and_potential():
    customers = pd.DataFrame({"revenue": [90.0, 10.0, 0.0], "potential": [0.0, 0.0, 5.0]})
    both = ("revenue", "potential")
    rule = AbcRule.two_factor((0.5, 0.5)).learn(customers, value=both)
    assert rule.scales == (pytest.approx(100 / 3), pytest.approx(5 / 3))
    assert rule.classify(customers, value=both)["abc"].tolist() == ["a", "c", "a"]
    # Amount alone is the special case of weights 1 and 0.
    alone = AbcRule.two_factor((1, 0)).classify(customers, value=both)["abc"].tolist()
    assert alone == classes([90.0, 10.0, 0.0])


def test_the_unit_of_a_factor_does_not_matter():
    rng = np.random.default_rng(3)
    customers = pd.DataFrame({"revenue": rng.gamma(1, 9, 200), "potential": rng.random(200)})
    cents = customers.assign(revenue=customers["revenue"] * 100)
    both, rule = ("revenue", "potential"), AbcRule.two_factor((0.7, 0.3))
    assert rule.classify(customers, value=both)["abc"].equals(
        rule.classify(cents, value=both)["abc"]
    )


def test_next_month_by_the_same_limits():
    this_month = pd.DataFrame({"revenue": [900.0, 40.0, 30.0, 20.0, 10.0]})
    rule = AbcRule().learn(this_month)
    assert rule.limits == (900.0, 30.0)
    next_month = pd.DataFrame({"revenue": [500.0, 31.0, 29.0]})
    assert rule.classify(next_month)["abc"].tolist() == ["b", "b", "c"]
    assert abc(next_month, rule=rule)["abc"].tolist() == ["b", "b", "c"]
    assert abc(next_month)["abc"].tolist() == ["a", "b", "b"]


def test_limits_between_values_that_are_no_whole_numbers_are_short():
    rule = AbcRule().learn(pd.DataFrame({"revenue": [85.5, 10.25, 4.25]}))
    assert rule.limits == (48.0, 7.0)


def test_returns_and_zeros_are_in_the_last_class():
    assert classes([100.0, 0.0, -30.0]) == ["a", "c", "c"]
    assert classes([60.0, 25.0, 15.0, -80.0]) == ["a", "a", "b", "c"]


def test_the_table_of_the_analysis():
    customers = pd.DataFrame({"id": [1, 2, 3, 4], "revenue": [5.0, 80.0, 10.0, 5.0]})
    table = AbcRule().table(customers)
    assert table["id"].tolist()[:2] == [2, 3]
    assert table["abc_rank"].tolist() == [1, 2, 3, 3]
    assert table["abc_share"].tolist() == pytest.approx([0.8, 0.1, 0.05, 0.05])
    assert table["abc_cum_share"].tolist() == pytest.approx([0.8, 0.9, 1.0, 1.0])
    assert table["abc_cum_count_share"].tolist() == [0.25, 0.5, 1.0, 1.0]
    assert table["abc"].tolist() == ["a", "b", "b", "b"]


def test_column_of_ones_own():
    rows = pd.DataFrame({"profit": [9, 1]})
    assert AbcRule().classify(rows, value="profit", name="class")["class"].tolist() == ["a", "b"]


@pytest.mark.parametrize(
    "rule",
    [
        AbcRule(),
        AbcRule.by_customers(),
        AbcRule.by_limits((10.5, 1)),
        AbcRule.two_factor(),
        AbcRule().learn(pd.DataFrame({"revenue": [1.0, 5.0, 7.5]})),
    ],
)
def test_rules_survive_json(rule):
    again = from_data(json.loads(json.dumps(rule.to_data())))
    assert again == rule
    assert hash(again) == hash(rule)


# -------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shares": (80, 95)}, r"between 0 and 1 \(0.8, not 80\)"),
        ({"shares": (0.9, 0.8)}, "shares must ascend"),
        ({"shares": (0.8,)}, "1 cuts make 2 classes, got"),
        ({"shares": ()}, "needs at least one share"),
        ({"classes": ("a", "a", "b")}, "two classes have one name"),
        ({"weights": (-1,)}, "weights must be 0 or more"),
        ({"limits": (1, 2)}, "expected 2 descending limits"),
        ({"limits": (1,)}, "expected 2 descending limits"),
        ({"by": "limits"}, "needs at least one limit"),
        ({"weights": (1, 1), "scales": (1,)}, "2 factors need as many scales"),
    ],
)
def test_impossible_rules(options, message):
    with pytest.raises(InvalidRule, match=message):
        AbcRule(**options)


def test_unknown_basis():
    with pytest.raises(UnknownCode, match="did you mean 'value'"):
        AbcRule(by="values")


def test_nothing_to_learn_from():
    with pytest.raises(InvalidData, match="no customer to learn limits from"):
        AbcRule().learn(pd.DataFrame({"revenue": [1.0]}).head(0))
    with pytest.raises(InvalidData, match=r"no customer has a positive value.* in 2 rows"):
        AbcRule().learn(pd.DataFrame({"revenue": [0.0, -5.0]}))
    with pytest.raises(InvalidData, match="'potential': no customer has a positive value"):
        AbcRule.two_factor().learn(
            pd.DataFrame({"revenue": [1.0], "potential": [0]}), value=("revenue", "potential")
        )


def test_missing_values_and_columns():
    with pytest.raises(InvalidData, match="column 'revenue': missing or infinite value in 1 row"):
        abc(pl.DataFrame({"revenue": [1.0, None]}))
    with pytest.raises(InvalidData, match="column 'revenue': missing or infinite value in 1 row"):
        AbcRule.by_limits((2, 1)).classify(pd.DataFrame({"revenue": [1.0, np.nan]}))
    with pytest.raises(ColumnNotFound, match="did you mean 'revenue'"):
        abc(pd.DataFrame({"revenue": [1.0]}), value="revenu")
    with pytest.raises(InvalidRule, match=r"weighs 1 factor\(s\), got the columns"):
        abc(pd.DataFrame({"revenue": [1.0]}), value=("revenue", "potential"))


# -------------------------------------------------------------------------------- properties

amounts = st.lists(st.integers(-5, 50) | st.floats(-10, 1e5, width=32), min_size=1, max_size=50)
rules = st.sampled_from([AbcRule(), AbcRule.by_customers(), AbcRule(shares=(0.5,), classes="xy")])


def brute_force(values, rule):
    """Walk down the ranks, and ask of the share before each distinct value."""
    value = {"value": lambda v: max(v, 0.0), "customers": lambda v: 1.0}[rule.by]
    total = sum(map(value, values))
    letters = {}
    for v in sorted(set(values), reverse=True):
        before = sum(value(w) for w in values if w > v) / total
        letters[v] = rule.classes[sum(before >= share - 1e-9 for share in rule.shares)]
    return [letters[v] for v in values]


@pytest.mark.properties
@settings(max_examples=40)
@given(amounts.filter(lambda values: max(values) > 0), rules)
def test_classes_are_those_of_the_definition(values, rule):
    values = [float(v) for v in values]
    found = classes(values, rule)
    assert found == brute_force(values, rule)
    learnt = rule.learn(pd.DataFrame({"revenue": values}))
    assert classes(values, learnt) == found
    assert classes(values[::-1], rule) == found[::-1]
    order = sorted(range(len(values)), key=lambda i: values[i], reverse=True)
    assert [rule.classes.index(found[i]) for i in order] == sorted(
        rule.classes.index(found[i]) for i in order
    )
