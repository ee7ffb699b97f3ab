"""Which input a value hangs on."""

import math

import pytest

from custrel.errors import InvalidRule
from custrel.valuation import DiscountRate, retention_value, sensitivity

INPUTS = {"margin": 100, "retention": 0.8, "rate": 0.12}


def worth(margin, retention, rate):
    discount = DiscountRate.per_year(rate)
    return retention_value(margin, retention=retention, discount=discount).item()


@pytest.mark.published
def test_a_percent_of_retention_is_worth_five_times_a_percent_of_discount():
    """Gupta, Lehmann and Stuart (2004): retention moves value most, then margin, then the rate.

    The derivatives of m r / (1 + i - r): (1 + i), 1 and -i over (1 + i - r).
    """
    swings = sensitivity(worth, INPUTS, change=1e-4)
    assert [swing.input for swing in swings] == ["retention", "margin", "rate"]
    exact = {"retention": 1.12 / 0.32, "margin": 1, "rate": -0.12 / 0.32}
    for swing in swings:
        assert swing.elasticity == pytest.approx(exact[swing.input], rel=1e-5)


def test_both_ends_are_values_of_the_function():
    swings = {swing.input: swing for swing in sensitivity(worth, INPUTS)}
    assert swings["margin"].below == worth(90, 0.8, 0.12)
    assert swings["retention"].above == worth(100, 0.8 * 1.1, 0.12)
    assert swings["margin"].width == pytest.approx(0.2 * worth(**INPUTS))


def test_impossible_questions():
    with pytest.raises(InvalidRule, match="a change above 0"):
        sensitivity(worth, INPUTS, change=0)
    with pytest.raises(InvalidRule, match="one input or more"):
        sensitivity(worth, {})
    with pytest.raises(InvalidRule, match="the value is inf where"):
        sensitivity(lambda x: float("inf") if x > 1 else x, {"x": 1.0})


def test_of_nothing_no_percent_can_be_taken():
    (swing,) = sensitivity(lambda margin: margin - 1, {"margin": 1.0})
    assert swing.base == 0
    assert math.isnan(swing.elasticity)
