"""XYZ: how regularly customers buy."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, alike, read

from custrel import from_data
from custrel.errors import InvalidData, InvalidRule
from custrel.segmentation import XyzRule, demand_variation, xyz


def by_hand(rows, periods):
    """Fill the table of customers and periods with zeros, and take NumPy's figures."""
    result = []
    for customer in sorted(set(rows["id"])):
        filled = np.zeros(len(periods))
        for who, when, amount in zip(rows["id"], rows["month"], rows["amount"], strict=True):
            if who == customer:
                filled[periods.index(when)] += amount
        mean = filled.mean()
        result.append((mean, filled.std() / mean if mean > 0 else None))
    return result


def purchases(seed, n=80):
    rng = np.random.default_rng(seed)
    return {
        "id": rng.integers(0, 9, n).tolist(),
        "month": [f"2024-{m:02d}" for m in rng.integers(1, 7, n)],
        "amount": rng.gamma(2, 20, n).round(2).tolist(),
    }


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_every_engine_says_the_same(kind):
    rows = purchases(3)
    table = xyz(ENGINES[kind](rows), customer="id", period="month")
    assert type(table) is type(ENGINES[kind](rows))
    found = read(table)
    expected = by_hand(rows, sorted(set(rows["month"])))
    assert alike(
        [{"mean": row["mean"], "variation": row["variation"]} for row in found],
        [{"mean": float(mean), "variation": float(v)} for mean, v in expected],
    )
    for row in found:
        assert row["xyz"] == (
            "x" if row["variation"] <= 0.5 else "y" if row["variation"] <= 1 else "z"
        )


@pytest.mark.properties
@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 6), st.sampled_from([0.01, 3.0, 1e6]))
def test_periods_without_a_row_are_zeros_and_the_unit_does_not_matter(seed, more, unit):
    rows = purchases(seed, 30)
    occurring = sorted(set(rows["month"]))
    periods = [*occurring, *range(more)]
    scaled = rows | {"amount": [unit * amount for amount in rows["amount"]]}
    table = read(
        demand_variation(pd.DataFrame(scaled), customer="id", period="month", periods=len(periods))
    )
    assert [row["variation"] for row in table] == pytest.approx(
        [v for _, v in by_hand(rows, periods)]
    )


def test_small_spread_on_a_large_mean():
    """Sums of squares would cancel here."""
    rows = {"id": [1, 1, 1], "month": [1, 2, 3], "amount": [1e9 - 1, 1e9, 1e9 + 1]}
    variation = demand_variation(pd.DataFrame(rows), customer="id", period="month")["variation"]
    assert variation.iloc[0] == pytest.approx(np.sqrt(2 / 3) / 1e9, rel=1e-9)


def test_customers_who_returned_everything():
    rows = {"id": [1, 1, 2], "month": [1, 2, 1], "amount": [5.0, -5.0, 3.0]}
    table = xyz(pd.DataFrame(rows), customer="id", period="month").sort_values("id")
    assert table["variation"].isna().tolist() == [True, False]
    assert table["xyz"].tolist() == ["z", "y"]


def test_refusals_and_own_classes():
    rows = pd.DataFrame(purchases(1))
    with pytest.raises(InvalidRule, match="periods=2, but 6 different ones occur"):
        demand_variation(rows, customer="id", period="month", periods=2)
    with pytest.raises(InvalidData, match="missing or infinite"):
        demand_variation(rows.assign(amount=np.nan), customer="id", period="month")
    with pytest.raises(InvalidRule, match="2 cuts make 3 different classes"):
        XyzRule(classes=("x", "y"))
    rule = XyzRule(cuts=(0.1,), classes=("steady", "not"))
    assert from_data(json.loads(json.dumps(rule.to_data()))) == rule
    assert rule.classify(pd.DataFrame({"variation": [0.1, 0.2]}))["xyz"].tolist() == [
        "steady",
        "not",
    ]
