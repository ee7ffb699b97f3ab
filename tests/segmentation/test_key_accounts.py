"""Key accounts."""

import datetime as dt
import json
import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, read

from custrel import from_data
from custrel.errors import ColumnNotFound, InvalidData, InvalidRule
from custrel.segmentation import KeyAccountRule, key_account_chart, key_account_moves

CUSTOMERS = {
    "id": [1, 2, 3, 4, 5],
    "profit": [500.0, 350.0, 100.0, 40.0, 10.0],
    "strategic": [0, 0, 0, 1, 0],
    "revenue": [2000.0, 1000.0, 500.0, 100.0, 200.0],
    "cost_to_serve": [900.0, 100.0, 100.0, 90.0, 10.0],
}


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_three_criteria(kind):
    """S-271, V-31: strategic, 80 % of the profit, low cost of service."""
    found = read(KeyAccountRule().identify(ENGINES[kind](CUSTOMERS)))
    assert [row["key_reason"] for row in found] == [
        "profit", "profit, low_cost", "low_cost", "strategic", "low_cost",
    ]  # fmt: skip
    assert all(row["key_account"] for row in found)
    strict = read(KeyAccountRule(least=2).identify(ENGINES[kind](CUSTOMERS)))
    assert [row["key_account"] for row in strict] == [False, True, False, False, False]


def test_the_fewest_who_bring_the_share():
    rule = KeyAccountRule(criteria=("profit",)).learn(pd.DataFrame(CUSTOMERS))
    assert rule.profit_limit is not None
    assert 100 < rule.profit_limit <= 350  # 850 of 1,000 come from the two largest
    later = rule.identify(pd.DataFrame({"profit": [349.0, 120.0, 9.0]}))
    assert later["key_account"].tolist() == [rule.profit_limit <= 349, False, False]


def test_flags_may_be_true_and_false():
    frame = pd.DataFrame({"strategic": [True, False]})
    marked = KeyAccountRule(criteria=("strategic",)).identify(frame)
    assert marked["key_account"].tolist() == [True, False]


def test_a_department():
    """S-274: 20个以上, inclusive."""
    assert [KeyAccountRule().needs_department(n) for n in (19, 20, 21)] == [False, True, True]


def test_impossible_rules():
    for options in (
        {"criteria": ()}, {"criteria": ("rich",)}, {"least": 4}, {"least": 0},
        {"profit_share": 80}, {"cost_ratio": -1}, {"department_from": 0},
        {"profit_limit": math.nan}, {"profit_limit": math.inf},
    ):  # fmt: skip
        with pytest.raises(InvalidRule, match="KeyAccountRule"):
            KeyAccountRule(**options)
    with pytest.raises(ColumnNotFound, match="'strategic'"):
        KeyAccountRule().identify(pd.DataFrame({"profit": [1.0]}))
    rule = KeyAccountRule(least=2, profit_limit=7)
    assert from_data(json.loads(json.dumps(rule.to_data()))) == rule


# ------------------------------------------------------------------------------- the chart

SALES = {
    "id": ["a", "a", "b", "c", "a", "c", "b", "a", "c", "d"],
    "month": [1, 1, 1, 1, 2, 2, 2, 3, 3, 3],
    "revenue": [30.0, 30.0, 70.0, 10.0, 55.0, 60.0, 49.9, 20.0, 90.0, 50.0],
}


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_the_moving_chart(kind):
    """S-273: those who meet the standard each month; the others drop to B and C."""
    frame = ENGINES[kind](SALES)
    chart = key_account_chart(frame, standard=50, customer="id")
    assert type(chart) is type(frame)
    rows = sorted(read(chart), key=lambda row: row["month"])
    assert [
        (row["month"], row["key_accounts"], row["promoted"], row["demoted"], row["change"])
        for row in rows
    ] == [(1, 2, 0, 0, 0), (2, 2, 1, 1, 0), (3, 2, 1, 1, 0)]
    moves = key_account_moves(frame, standard=50, customer="id")
    assert type(moves) is type(frame)
    listed = [(row["month"], row["id"], row["move"]) for row in read(moves)]
    assert sorted(listed) == [
        (2, "b", "demoted"), (2, "c", "promoted"), (3, "a", "demoted"), (3, "d", "promoted"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ENGINES)
def test_months_keep_their_type(kind):
    days = [dt.date(2024, m, 1) for m in SALES["month"]]
    if kind == "pandas":
        days = pd.to_datetime(days)
    chart = key_account_chart(ENGINES[kind](SALES | {"month": days}), standard=50, customer="id")
    found = sorted(row["month"] for row in read(chart))
    assert [(d.year, d.month, d.day) for d in found] == [(2024, m, 1) for m in (1, 2, 3)]


@pytest.mark.properties
@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(1, 4), st.integers(0, 9)), min_size=1, max_size=40
    )
)
def test_the_chart_against_sets(sales):
    frame = pd.DataFrame(sales, columns=["customer_id", "month", "revenue"])
    chart = key_account_chart(frame, standard=6)
    moves = key_account_moves(frame, standard=6)
    months = sorted(set(frame["month"]))
    total = frame.groupby(["month", "customer_id"])["revenue"].sum()
    keys = [set(total[m][total[m] >= 6].index) for m in months]
    assert chart["month"].tolist() == months
    assert chart["key_accounts"].tolist() == [len(k) for k in keys]
    assert chart["promoted"].tolist() == [
        0,
        *(len(b - a) for a, b in pairwise(keys)),
    ]
    assert chart["demoted"].tolist() == [
        0,
        *(len(a - b) for a, b in pairwise(keys)),
    ]
    assert chart["change"].tolist() == np.diff(chart["key_accounts"], prepend=len(keys[0])).tolist()
    assert len(moves) == chart["promoted"].sum() + chart["demoted"].sum()


def test_refused_sales():
    frame = pd.DataFrame(SALES)
    with pytest.raises(InvalidRule, match="standard must be a number"):
        key_account_chart(frame, standard=float("inf"), customer="id")
    with pytest.raises(InvalidData, match="no sales to look at"):
        key_account_chart(frame.head(0), standard=1, customer="id")
    with pytest.raises(InvalidData, match="'month': missing value"):
        key_account_chart(frame.assign(month=None), standard=1, customer="id")


@pytest.mark.parametrize("kind", ENGINES)
def test_a_cost_at_the_ratio_is_low(kind):
    assert 0.57 * 100 < 57
    rule = KeyAccountRule(criteria=("low_cost",), cost_ratio=0.57)
    rows = ENGINES[kind]({"id": [1, 2], "revenue": [100, 100], "cost_to_serve": [57.0, 57.01]})
    assert [row["key_account"] for row in read(rule.identify(rows))] == [True, False]
