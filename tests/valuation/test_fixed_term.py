"""S-068 and V-03: the documents' formula over a fixed term; retention-rate formulas; S-213."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, alike, read

from custrel.errors import InvalidData, InvalidRule, UnknownCode
from custrel.valuation import (
    DiscountRate,
    FixedTermValue,
    expected_lifetime,
    fixed_term_value,
    retention_value,
)

TEN = DiscountRate.per_year(0.10)
rates = st.floats(-0.5, 1.0)
shares = st.floats(0, 1)


def test_the_formula_by_hand():
    # 50 - 80 + 100/1.1 + 100/1.21 + 100/1.331
    value = fixed_term_value(100, periods=3, discount=TEN, first_payment=50, acquisition_cost=80)
    assert value.item() == pytest.approx(-30 + 90.909090909 + 82.644628099 + 75.131480090)


def test_without_interest_incomes_add_up_and_without_years_nothing_comes():
    assert fixed_term_value(100, periods=3, discount=None).item() == 300
    assert fixed_term_value(100, periods=0, discount=TEN, first_payment=7).item() == 7


def test_the_margin_turns_revenue_into_profit_and_leaves_the_cost():
    value = fixed_term_value(100, periods=2, discount=None, margin=0.4, acquisition_cost=30)
    assert value.item() == pytest.approx(0.4 * 200 - 30)


def test_yearly_incomes():
    rule = FixedTermValue(periods=3, discount=TEN)
    value = rule.value(income=[[100, 100, 100], [10, 0, 133.1]], yearly=True)
    np.testing.assert_allclose(value, [rule.value(income=100), 10 / 1.1 + 100])


def test_income_at_once_is_worth_a_year_of_interest_more():
    late, early = (FixedTermValue(periods=4, discount=TEN, first=first) for first in (1, 0))
    assert early.annuity == pytest.approx(1.1 * late.annuity)


@pytest.mark.properties
@given(st.floats(0, 1e4), st.integers(0, 40), rates, rates)
@settings(max_examples=60)
def test_worth_less_at_a_higher_rate_and_the_annuity_formula(income, periods, one, other):
    low, high = sorted((one, other))
    values = [
        fixed_term_value(income, periods=periods, discount=DiscountRate(rate, "Y")).item()
        for rate in (low, high)
    ]
    assert values[1] <= values[0] * (1 + 1e-9) + 1e-9
    if abs(high) > 1e-3:
        assert values[1] == pytest.approx(
            income * (1 - (1 + high) ** -periods) / high, rel=1e-9, abs=1e-9
        )


CUSTOMERS = {
    "id": [1, 2],
    "income": [100, 200],
    "second": [50.0, 0.0],
    "first_payment": [50.0, 0.0],
    "acquisition_cost": [80.0, 10.0],
}


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_every_engine(kind):
    rule = FixedTermValue(periods=2, discount=TEN, margin=0.5)
    frame = ENGINES[kind](CUSTOMERS)
    level = read(rule.predict(frame), "id", "term_value")
    expected = rule.value(income=[100, 200], first_payment=[50, 0], acquisition_cost=[80, 10])
    assert alike(level, [{"id": i + 1, "term_value": float(v)} for i, v in enumerate(expected)])
    yearly = read(rule.predict(frame, income=["income", "second"], acquisition_cost=None))
    assert yearly[0]["term_value"] == pytest.approx(0.5 * (50 + 100 / 1.1 + 50 / 1.21))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FixedTermValue(periods=-1, discount=TEN), "periods=-1: a whole number"),
        (lambda: FixedTermValue(periods=2.5, discount=TEN), "a whole number of periods"),
        (lambda: FixedTermValue(periods=2, discount=TEN, margin=np.nan), "finite"),
        (
            lambda: FixedTermValue(periods=2, discount=TEN).value(income=[1, 2, 3], yearly=True),
            "3 incomes for a term of 2 periods",
        ),
        (
            lambda: FixedTermValue(periods=2, discount=TEN).predict(
                pd.DataFrame(CUSTOMERS), income=["income"]
            ),
            "1 incomes for a term of 2 periods",
        ),
    ],
)
def test_impossible_terms(make, message):
    with pytest.raises(InvalidRule, match=message):
        make()


def test_arrays_that_do_not_fit():
    with pytest.raises(InvalidData, match="do not fit together"):
        fixed_term_value([1, 2], periods=1, discount=None, acquisition_cost=[1, 2, 3])
    with pytest.raises(InvalidData, match="do not fit together"):
        retention_value([1, 2], retention=[0.1, 0.2, 0.3], discount=TEN)


def test_a_negative_cost():
    with pytest.raises(InvalidData, match="acquisition_cost: not 0 or more"):
        fixed_term_value(1, periods=1, discount=None, acquisition_cost=-5)
    with pytest.raises(InvalidData, match="column 'acquisition_cost': not 0 or more"):
        FixedTermValue(periods=2, discount=TEN).predict(
            pd.DataFrame(CUSTOMERS | {"acquisition_cost": [-1.0, 2.0]})
        )


# ------------------------------------------------------------------------------ retention rates


@pytest.mark.published
def test_berger_and_nasr_case_1():
    """Berger and Nasr (1998), Journal of Interactive Marketing 12(1), 17-30, case 1.

    260 a year at its beginning, 50 of promotion at mid-year; added up year by year too.
    """
    twenty = DiscountRate.per_year(0.20)
    brought = retention_value(260, retention=0.75, discount=twenty, periods=11, timing="now")
    spent = retention_value(50, retention=0.75, discount=twenty, periods=10, timing="middle")
    assert (brought - spent).round(2).item() == 568.78
    sums = sum(260 * (0.75 / 1.2) ** year for year in range(11))
    sums -= sum(50 * 0.75**year / 1.2 ** (year + 0.5) for year in range(10))
    assert (brought - spent).item() == pytest.approx(sums)


@pytest.mark.published
def test_margin_multiples_of_gupta_and_lehmann():
    """Gupta and Lehmann (2003), Journal of Interactive Marketing 17(1), 9-24: margin multiples.

    By retention and discount rate; each is also the sum over four hundred years.
    """
    table = {
        0.10: [1.20, 1.75, 2.67, 4.50],
        0.12: [1.15, 1.67, 2.50, 4.09],
        0.14: [1.11, 1.59, 2.35, 3.75],
        0.16: [1.07, 1.52, 2.22, 3.46],
    }
    for rate, multiples in table.items():
        found = retention_value(
            1, retention=[0.6, 0.7, 0.8, 0.9], discount=DiscountRate.per_year(rate)
        )
        assert found.round(2).tolist() == multiples
        years = np.arange(1, 401)
        sums = [float(((stay / (1 + rate)) ** years).sum()) for stay in (0.6, 0.7, 0.8, 0.9)]
        assert found.tolist() == pytest.approx(sums)


@pytest.mark.published
def test_lifetimes_of_reichheld_and_sasser():
    """Reichheld and Sasser (1990): a fifth leaving means 5 years, a tenth 10, a twentieth 20."""
    assert expected_lifetime([0.8, 0.9, 0.95]).round(9).tolist() == [5, 10, 20]


def test_exhibition_churn():
    """S-213, V-34: a quarter or 45 % leave each year."""
    np.testing.assert_allclose(expected_lifetime([0.75, 0.55]), [4, 1 / 0.45])
    assert expected_lifetime(1).item() == np.inf


@pytest.mark.properties
@given(shares, rates, st.floats(-0.3, 0.3), st.integers(0, 30))
@settings(max_examples=80)
def test_retention_value_is_the_sum_that_defines_it(retention, rate, growth, periods):
    for timing, moment, renewals in (
        ("now", 0, 0),
        ("middle", 0.5, 0),
        ("end", 1, 0),
        ("renewal", 1, 1),
    ):
        expected = sum(
            7 * (1 + growth) ** k * retention ** (k + renewals) / (1 + rate) ** (k + moment)
            for k in range(periods)
        )
        found = retention_value(
            7,
            retention=retention,
            discount=DiscountRate(rate, "Y"),
            growth=growth,
            periods=periods,
            timing=timing,
        )
        assert found.item() == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.properties
@given(shares, shares, st.floats(0.01, 1))
@settings(max_examples=60)
def test_the_longer_they_stay_the_more_they_are_worth(one, other, rate):
    low, high = (
        retention_value(1, retention=stay, discount=DiscountRate(rate, "Y"))
        for stay in sorted((one, other))
    )
    assert low <= high * (1 + 1e-12)


def test_a_ratio_of_one_or_almost_one_keeps_its_digits():
    stays = {"retention": 1, "discount": None, "timing": "now"}
    assert retention_value(7, periods=5, **stays).item() == 35
    near = 1 - 1e-13
    assert retention_value(
        1, retention=near, discount=None, periods=1000, timing="now"
    ).item() == pytest.approx(1000, rel=1e-9)


def test_no_limit_and_no_probability():
    with pytest.raises(InvalidData, match="their sum has no limit"):
        retention_value(1, retention=1, discount=None)
    with pytest.raises(InvalidData, match="retention: not between 0 and 1"):
        retention_value(1, retention=1.1, discount=TEN)
    with pytest.raises(InvalidData, match="growth"):
        retention_value(1, retention=0.5, discount=TEN, growth=-1)
    with pytest.raises(InvalidRule, match="periods=-2"):
        retention_value(1, retention=0.5, discount=TEN, periods=-2)
    with pytest.raises(UnknownCode, match="timing"):
        retention_value(1, retention=0.5, discount=TEN, timing="later")
