"""Concentration: known figures, and what must hold of any business."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from custrel.errors import InvalidData, InvalidRule
from custrel.segmentation import (
    concentration,
    customers_for_share,
    gini,
    hhi,
    lorenz,
    pareto_share,
)


def test_known_figures():
    assert gini([1, 2, 3, 4]) == pytest.approx(0.25, abs=1e-15)
    assert hhi([1, 2, 3, 4]) == pytest.approx(0.30, abs=1e-15)
    assert gini([0, 0, 0, 10]) == pytest.approx(0.75, abs=1e-15)
    assert hhi([0, 0, 0, 10]) == 1.0
    assert gini([5, 5, 5]) == pytest.approx(0, abs=1e-15)
    assert hhi([5, 5, 5, 5]) == 0.25


def test_the_80_20_rule():
    """S-083: 20 % of the customers bring 80 %."""
    values = [400.0] * 2 + [25.0] * 8
    assert pareto_share(values) == pytest.approx(0.8)
    assert customers_for_share(values) == pytest.approx(0.2)
    result = concentration(
        pd.DataFrame({"profit": values}), value="profit", population="key accounts"
    )
    assert result.is_80_20()
    assert str(result).startswith("profit of 10 key accounts, 1,000 in all: the top 20% of them")
    flat = concentration(pd.DataFrame({"revenue": [1.0] * 10}))
    assert not flat.is_80_20()
    assert flat.is_80_20(tolerance=0.61)
    with pytest.raises(InvalidRule, match=r"about top=0.2"):
        concentration(pd.DataFrame({"revenue": [1.0]}), top=0.1).is_80_20()


def test_a_customer_counts_in_part():
    assert pareto_share([4, 3, 2, 1], top=0.2) == pytest.approx(0.8 * 0.4)
    assert customers_for_share([4, 3, 2, 1], share=0.8) == pytest.approx(0.625)
    assert pareto_share([7], top=0.5) == 0.5


def test_the_ends_of_the_curve():
    values = [0, 3, 0, 1]
    assert (pareto_share(values, top=0), pareto_share(values, top=1)) == (0, 1)
    assert customers_for_share(values, share=0) == 0
    # All of the total is with half of the customers: the others bring nothing.
    assert customers_for_share(values, share=1) == 0.5
    population, share = lorenz(values)
    assert population.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert share.tolist() == [0, 0, 0, 0.25, 1]


@pytest.mark.parametrize("measure", [gini, hhi, lorenz, pareto_share, customers_for_share])
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "there is no total to share"),
        ([0.0, 0.0], "there is no total to share"),
        ([1.0, float("nan")], "missing or infinite value in 1 row"),
        ([1.0, float("inf")], "missing or infinite value in 1 row"),
        ([3.0, -1.0, -2.0], "negative value, of which no share can be formed in 2 rows"),
    ],
)
def test_bad_values(measure, values, message):
    with pytest.raises(InvalidData, match=message) as caught:
        measure(values)
    (problem,) = caught.value.problems
    assert problem.remedy
    if problem.code == "negative_value":
        assert problem.rows == ("row 1: -1", "row 2: -2")


def test_bad_arguments():
    with pytest.raises(InvalidRule, match=r"a share between 0 and 1 \(0.2, not 20\)"):
        pareto_share([1], top=20)
    with pytest.raises(InvalidRule, match="share must be a share between 0 and 1"):
        customers_for_share([1], share=-0.1)
    with pytest.raises(InvalidRule, match="one value per customer, got shape"):
        gini([[1, 2], [3, 4]])
    with pytest.raises(InvalidData, match="column 'revenue': negative value"):
        concentration(pd.DataFrame({"revenue": [1.0, -1.0]}))
    with pytest.raises(InvalidData, match="column 'revenue': missing"):
        concentration(pd.DataFrame({"revenue": [1.0, np.nan]}))


business = st.lists(st.floats(0, 1e6, width=32), min_size=1, max_size=60).filter(
    lambda values: sum(values) > 1e-3
)
shares = st.floats(0.01, 0.99)


@pytest.mark.properties
@given(business, shares)
def test_both_ways_of_pareto_are_inverse(values, share):
    assert pareto_share(values, top=customers_for_share(values, share=share)) == pytest.approx(
        share
    )


@pytest.mark.properties
@given(business, st.floats(0.1, 1e3), st.randoms(use_true_random=False))
def test_neither_scale_nor_order_matters(values, factor, random):
    shuffled = [factor * v for v in random.sample(values, len(values))]
    for measure in (gini, hhi, pareto_share, customers_for_share):
        assert measure(shuffled) == pytest.approx(measure(values), rel=1e-9, abs=1e-9)


@pytest.mark.properties
@given(business)
def test_bounds_and_the_area_under_the_curve(values):
    n = len(values)
    assert -1e-12 <= gini(values) <= (n - 1) / n + 1e-12
    assert 1 / n - 1e-12 <= hhi(values) <= 1 + 1e-12
    population, share = lorenz(values)
    assert (np.diff(share) >= 0).all()
    assert (share <= population + 1e-12).all()
    assert gini(values) == pytest.approx(1 - 2 * np.trapezoid(share, population), abs=1e-9)


@pytest.mark.properties
@given(business)
def test_every_customer_twice_changes_nothing_but_hhi(values):
    assert gini(values * 2) == pytest.approx(gini(values), abs=1e-9)
    assert pareto_share(values * 2) == pytest.approx(pareto_share(values), abs=1e-9)
    assert hhi(values * 2) == pytest.approx(hhi(values) / 2)


def test_mergers_among_customers_concentrate_the_business():
    """S-275: merger and concentration make key accounts harder to manage; the index says by how much."""
    apart, merged = [30, 30, 20, 20], [60, 20, 20]
    assert hhi(merged) - hhi(apart) == pytest.approx(2 * 0.3 * 0.3)
