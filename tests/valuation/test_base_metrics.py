"""Rates, uplift, campaigns and the other base metrics: S-006, S-007, S-019, S-042, S-103, S-104,
S-106, S-107, S-145, S-152, S-153."""

import datetime as dt
import itertools
import math

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st
from scipy.stats import binomtest
from segmentation.engines import ENGINES

from custrel.errors import ColumnNotFound, InvalidData, InvalidRule
from custrel.transactions import CustomerSummary
from custrel.valuation import (
    Rate,
    WinBackPlan,
    WinBackRule,
    acquire_or_retain,
    cross_buying,
    evaluate_campaigns,
    period_over_period,
    plan_attainment,
    rates,
    referral_rates,
    referral_value,
    repurchase_rate,
    share_of_wallet,
    uplift,
    used_up_on,
)

engines = pytest.mark.parametrize("kind", ENGINES)


def rows_of(frame, by):
    """Return rows as dicts in the order of a column, missing values as None."""
    rows = nw.from_native(frame).lazy().collect().rows(named=True)
    rows = [{k: None if pd.isna(v) else v for k, v in row.items()} for row in rows]
    return sorted(rows, key=lambda row: row[by])


# -------------------------------------------------------------------------------- rates


@pytest.mark.published
def test_wilson_as_published():
    """Newcombe (1998), Statistics in Medicine 17, 857-872, Table I, method 3."""
    for count, total, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        rate = Rate(count=count, total=total)
        assert (round(rate.low, 4), round(rate.high, 4)) == (low, high)


@pytest.mark.properties
@settings(max_examples=60)
@given(st.integers(1, 500), st.data(), st.floats(0.5, 0.999))
def test_a_rate_lies_in_its_interval(total, data, confidence):
    count = data.draw(st.integers(0, total))
    rate = Rate(count=count, total=total, confidence=confidence)
    assert 0 <= rate.low <= rate.value <= rate.high <= 1
    scipy = binomtest(count, total).proportion_ci(confidence, method="wilson")
    assert (rate.low, rate.high) == pytest.approx((scipy.low, scipy.high), abs=1e-12)
    mirrored = Rate(count=total - count, total=total, confidence=confidence)
    assert mirrored.low == pytest.approx(1 - rate.high, abs=1e-12)


LEADS = {
    "id": list(range(12)),
    "source": ["fair"] * 5 + ["referral"] * 4 + ["web"] * 3,
    "won": [True, False, False, False, False, True, True, True, False, False, False, False],
}


@pytest.mark.engines
@engines
def test_rates_of_groups(kind):
    made = rates(ENGINES[kind](LEADS), outcome="won", by="source", confidence=0.9)
    assert type(made) is type(ENGINES[kind](LEADS))
    expected = {"fair": (1, 5), "referral": (3, 4), "web": (0, 3)}
    for row in rows_of(made, "source"):
        rate = Rate(
            count=expected[row["source"]][0], total=expected[row["source"]][1], confidence=0.9
        )
        assert (row["count"], row["total"]) == (rate.count, rate.total)
        seen = (row["rate"], row["low"], row["high"])
        assert seen == pytest.approx((rate.value, rate.low, rate.high), abs=1e-14)


@pytest.mark.engines
@engines
def test_the_rate_of_all_together(kind):
    made = rates(ENGINES[kind](LEADS), outcome="won")
    (row,) = rows_of(made, "total")
    assert (row["count"], row["total"]) == (4, 12)


def test_rates_of_nothing():
    assert math.isnan(Rate(count=0, total=0).value)
    assert math.isnan(Rate(count=0, total=0).low)
    with pytest.raises(InvalidRule, match="5 of 4 is no rate"):
        Rate(count=5, total=4)
    with pytest.raises(InvalidRule, match=r"0\.95, not 95"):
        Rate(count=1, total=4, confidence=95)
    with pytest.raises(InvalidData, match="neither 0 nor 1, in 1 row"):
        rates(pd.DataFrame({"who": ["a", "b"], "won": [1, 2]}), outcome="won")
    with pytest.raises(InvalidData, match="row 1: who='b'"):
        rates(pd.DataFrame({"who": ["a", "b"], "won": [1, None]}), outcome="won")
    with pytest.raises(InvalidData, match="no rows"):
        rates(pd.DataFrame({"won": [1]}).head(0), outcome="won")
    with pytest.raises(ColumnNotFound, match="did you mean 'won'"):
        rates(pd.DataFrame({"won": [1]}), outcome="wom")


# ------------------------------------------------------------------------------- uplift

NEWCOMBE = [
    ((56, 70), (48, 80), 0.0524, 0.3339),
    ((9, 10), (3, 10), 0.1705, 0.8090),
    ((6, 7), (2, 7), 0.0582, 0.8062),
    ((5, 56), (0, 29), -0.0381, 0.1926),
    ((0, 10), (0, 20), -0.1611, 0.2775),
    ((0, 10), (0, 10), -0.2775, 0.2775),
    ((10, 10), (0, 20), 0.6791, 1.0),
    ((10, 10), (0, 10), 0.6075, 1.0),
]


@pytest.mark.published
@pytest.mark.parametrize(("one", "other", "low", "high"), NEWCOMBE)
def test_differences_as_published(one, other, low, high):
    """Newcombe (1998), Statistics in Medicine 17, 873-890, Table II, method 10."""
    effect = uplift(Rate(count=one[0], total=one[1]), Rate(count=other[0], total=other[1]))
    assert round(effect.difference_low, 4) == low
    assert round(effect.difference_high, 4) == high


def test_a_ratio_by_hand():
    """The aspirin trial of Agresti's textbooks, with the interval of the log ratio (Katz)."""
    effect = uplift(Rate(count=189, total=11034), Rate(count=104, total=11037))
    ratio = (189 / 11034) / (104 / 11037)
    reach = 1.959963984540054 * (1 / 189 - 1 / 11034 + 1 / 104 - 1 / 11037) ** 0.5
    assert effect.ratio == pytest.approx(ratio)
    limits = (ratio * np.exp(-reach), ratio * np.exp(reach))
    assert (effect.ratio_low, effect.ratio_high) == pytest.approx(limits)
    assert round(effect.ratio, 2) == 1.82


counts = st.tuples(st.integers(0, 40), st.integers(1, 40)).map(lambda p: (min(p), p[1]))


@pytest.mark.properties
@settings(max_examples=60)
@given(counts, counts)
def test_swapping_the_groups_turns_the_uplift_round(one, other):
    there = uplift(Rate(count=one[0], total=one[1]), Rate(count=other[0], total=other[1]))
    back = uplift(Rate(count=other[0], total=other[1]), Rate(count=one[0], total=one[1]))
    assert back.difference == -there.difference
    assert back.difference_low == pytest.approx(-there.difference_high, abs=1e-12)
    assert back.z == pytest.approx(-there.z, abs=1e-12)
    assert back.p_value == pytest.approx(there.p_value, abs=1e-12)
    if one[0] and other[0]:
        assert back.ratio_low == pytest.approx(1 / there.ratio_high)
    assert there.difference_low <= there.difference <= there.difference_high


def test_referred_leads_are_won_three_to_five_times_as_often():
    """S-152: a lift of 4 with its interval; nobody won in a group gives no interval."""
    effect = uplift(Rate(count=160, total=400), Rate(count=120, total=1200))
    assert effect.ratio == pytest.approx(4.0)
    assert 3 < effect.ratio_low < 4 < effect.ratio_high < 5
    nobody = uplift(Rate(count=4, total=10), Rate(count=0, total=10))
    assert (nobody.ratio, nobody.ratio_low, nobody.ratio_high) == (math.inf, 0.0, math.inf)
    with pytest.raises(InvalidData, match="nobody is in the group 'control'"):
        uplift(Rate(count=4, total=10), Rate(count=0, total=0))


# -------------------------------------------------------------------- base metrics by hand


def test_repurchase_and_referral():
    summary = CustomerSummary(pd.DataFrame({"frequency": [0, 2, 0, 1, 5]}), unit="W")
    assert repurchase_rate(summary).value == 0.6
    frame = pd.DataFrame({"customer_id": [1, 2, 3, 4], "referred_by": [None, 1, 1, 9]})
    referred, referrers = referral_rates(frame)
    assert (referred.count, referrers.count, referrers.total) == (3, 1, 4)
    with pytest.raises(InvalidData, match="customers who refer themselves in 1 row"):
        referral_rates(pd.DataFrame({"customer_id": ["a"], "referred_by": ["a"]}))


@pytest.mark.engines
@engines
def test_referral_on_every_kind(kind):
    frame = ENGINES[kind]({"customer_id": list("abcd"), "referred_by": [None, "a", "b", "x"]})
    assert [rate.count for rate in referral_rates(frame)] == [3, 2]


@pytest.mark.engines
@engines
def test_cross_buying(kind):
    lines = {
        "customer_id": [2, 1, 1, 1, 1, 3],
        "category": ["tea", "tea", "tea", "cups", "pots", "tea"],
        "amount": [5.0, 20.0, 30.0, 25.0, 25.0, 0.0],
    }
    made = cross_buying(ENGINES[kind](lines))
    one, two, three = rows_of(made, "customer_id")
    assert (one["categories"], one["largest_share"]) == (3, 0.5)
    assert one["effective_categories"] == pytest.approx(1 / (0.25 + 2 * 0.0625))
    assert (two["categories"], two["effective_categories"]) == (1, 1.0)
    assert (three["categories"], three["largest_share"]) == (1, None)


def test_cross_buying_refuses_what_it_cannot_count():
    lines = {"customer_id": [1, None], "category": ["tea", None], "amount": [1.0, 1.0]}
    with pytest.raises(InvalidData, match="missing value in 1 line") as error:
        cross_buying(pl.DataFrame(lines))
    assert [problem.column for problem in error.value.problems] == ["customer_id", "category"]
    lines = {"customer_id": [1, 2], "category": ["tea", "tea"], "amount": [1.0, -1.0]}
    with pytest.raises(InvalidData, match="not 0 or more in 1 line"):
        cross_buying(pl.DataFrame(lines))


@pytest.mark.engines
@engines
def test_share_of_wallet(kind):
    frame = ENGINES[kind]({"id": [1, 2, 3], "spend": [30, 0, 0], "wallet": [120, 50, 0]})
    shares = [row["share_of_wallet"] for row in rows_of(share_of_wallet(frame), "id")]
    assert shares == [0.25, 0.0, None]
    with pytest.raises(InvalidData, match="more than 'wallet'"):
        share_of_wallet(pd.DataFrame({"spend": [3.0], "wallet": [2.0]}))


def test_period_over_period_and_plan():
    """S-103 and S-104: the plan of which 355,300 km were 98 % was 362,551 km."""
    change = period_over_period([[10.0, 11.76, 77.48], [0.0, 5.0, 5.0]])
    np.testing.assert_allclose(change, [[np.nan, 0.176, 5.588435], [np.nan, np.nan, 0]], atol=1e-6)
    assert float(plan_attainment(35.53, 36.2551)) == pytest.approx(0.98, abs=1e-6)
    np.testing.assert_equal(plan_attainment([1.0, 2.0], [0.0, 4.0]), [np.nan, 0.5])
    with pytest.raises(InvalidData, match="plan: not 0 or more"):
        plan_attainment(1.0, -1.0)


@pytest.mark.properties
@settings(max_examples=30)
@given(st.lists(st.floats(0.1, 1e6), min_size=2, max_size=12), st.floats(0.1, 100))
def test_changes_compound_and_know_no_currency(values, scale):
    change = period_over_period(values)
    assert values[0] * np.prod(1 + change[1:]) == pytest.approx(values[-1])
    np.testing.assert_allclose(period_over_period(np.array(values) * scale), change, atol=1e-9)


# ---------------------------------------------------------------------------- campaigns

CAMPAIGNS = {
    "id": [1, 2, 3],
    "contacts": [10_000, 500, 0],
    "customers": [200, 0, 0],
    "quantity": [260, 0, 0],
    "contribution": [15_000.0, 0.0, 0.0],
    "cost": [9_000.0, 100.0, 0.0],
}


@pytest.mark.engines
@engines
def test_campaigns(kind):
    made = evaluate_campaigns(ENGINES[kind](CAMPAIGNS))
    mailing, failed, nothing = rows_of(made, "id")
    assert mailing["response_rate"] == 0.02
    assert mailing["quantity_per_customer"] == 1.3
    assert mailing["cost_per_contact"] == 0.9
    assert mailing["cost_per_customer"] == 45.0
    assert mailing["profit"] == 6000.0
    assert mailing["return_on_cost"] == pytest.approx(2 / 3)
    assert mailing["break_even_response"] == pytest.approx(0.012)
    assert (failed["response_rate"], failed["cost_per_customer"]) == (0.0, None)
    assert (failed["profit"], failed["break_even_response"]) == (-100.0, None)
    assert nothing["response_rate"] is None
    assert nothing["profit"] == 0.0


@pytest.mark.properties
@settings(max_examples=12)
@given(st.integers(1, 10_000), st.data(), st.floats(0.5, 500), st.floats(0.01, 100))
def test_at_the_break_even_response_the_profit_is_nothing(contacts, data, each, price):
    customers = data.draw(st.integers(1, contacts))
    frame = {
        "contacts": [contacts],
        "customers": [customers],
        "quantity": [customers],
        "contribution": [customers * each],
        "cost": [contacts * price],
    }
    judged = evaluate_campaigns(pd.DataFrame(frame)).iloc[0]
    needed = judged["break_even_response"] * contacts
    assert needed * each - contacts * price == pytest.approx(0, abs=1e-6 * contacts * price)
    assert (judged["profit"] > 1e-9) <= (judged["response_rate"] >= judged["break_even_response"])


def test_campaigns_that_cannot_be():
    frame = pd.DataFrame(CAMPAIGNS)
    with pytest.raises(InvalidData, match="more than 'contacts' in 1 campaign"):
        evaluate_campaigns(frame.assign(customers=[20_000, 0, 0]))
    with pytest.raises(InvalidData, match="'cost': not 0 or more in 1 campaign"):
        evaluate_campaigns(frame.assign(cost=[9.0, -1.0, 0.0]))
    with pytest.raises(InvalidData, match="missing or infinite value in 1 campaign"):
        evaluate_campaigns(frame.assign(contribution=[9.0, None, 0.0]))


def test_a_sample_is_offered_when_it_is_used_up():
    days = used_up_on(["2024-03-01", "2024-12-31"], [30, 4], [4, 4])
    assert days.tolist() == [dt.date(2024, 3, 9), dt.date(2025, 1, 1)]
    with pytest.raises(InvalidData, match="lasts for ever"):
        used_up_on("2024-03-01", 30, 0)


def test_a_sample_used_up_to_the_last_drop_lasts_no_day_longer():
    assert 4.2 / 0.6 > 7
    assert used_up_on("2024-03-01", 4.2, 0.6).item() == dt.date(2024, 3, 8)
    assert used_up_on("2024-03-01", 4.3, 0.6).item() == dt.date(2024, 3, 9)


def test_dates_that_are_none():
    with pytest.raises(InvalidData, match="start: Month out of range"):
        used_up_on("2024-13-01", 30, 4)
    with pytest.raises(InvalidData, match="start: missing date in 1 value"):
        used_up_on(["2024-03-01", None], 30, 4)


ONE = {"referred": 1, "value": 1, "conversion": 1, "would_have_come": 0, "saved": 0, "reward": 0}
ABREAST = {
    used_up_on: {"start": "2024-03-01", "size": 1, "per_day": 1},
    plan_attainment: {"actual": 1, "plan": 1},
    referral_value: ONE,
    acquire_or_retain: {
        "acquisition_cost": 1, "retention_cost": 1, "value_new": 1, "value_old": 1
    },
    WinBackRule(plans=[WinBackPlan(name="call", cost=1)]).best_incentive: {
        "value": 1, "switching_cost": 1
    },
}  # fmt: skip


@pytest.mark.parametrize("function", ABREAST, ids=lambda function: function.__name__)
def test_arrays_that_do_not_fit_together(function):
    given = ABREAST[function]
    for one, other in itertools.combinations(given, 2):
        with pytest.raises(InvalidData, match="do not fit together"):
            function(**given | {one: [given[one]] * 2, other: [given[other]] * 3})


def test_one_period_has_none_before_it():
    assert np.isnan(period_over_period(5)).all()


@pytest.mark.parametrize("count", [2.5, math.nan, math.inf])
def test_a_rate_counts_whole_customers(count):
    with pytest.raises(InvalidRule, match="counts nothing"):
        Rate(count=count, total=4)


def test_a_customer_stands_once_among_the_referred():
    frame = pd.DataFrame({"customer_id": ["a", "a", "b"], "referred_by": [None, "b", "a"]})
    with pytest.raises(InvalidData, match="a customer who stands there already in 1 row"):
        referral_rates(frame)
    with pytest.raises(InvalidData, match="column 'customer_id': missing value in 1 customer"):
        referral_rates(frame.assign(customer_id=["a", None, "b"]))
    with pytest.raises(InvalidData, match="there are no customers"):
        referral_rates(frame[:0])


def test_referrers_and_referred_in_enums_of_their_own():
    frame = pl.DataFrame(
        {"customer_id": list("abc"), "referred_by": [None, "a", "a"]},
        schema={"customer_id": pl.Enum(["a", "b", "c"]), "referred_by": pl.Enum(["a"])},
    )
    assert [rate.count for rate in referral_rates(frame)] == [2, 1]


@engines
def test_where_nobody_was_referred(kind):
    frame = ENGINES[kind]({"customer_id": list("abc"), "referred_by": [None] * 3})
    assert [rate.count for rate in referral_rates(frame)] == [0, 0]


@engines
def test_referrers_are_text_where_customers_are(kind):
    frame = ENGINES[kind]({"customer_id": ["01", "02"], "referred_by": [2, 1]})
    with pytest.raises(InvalidData, match="'referred_by': values of type Int64, which are to be"):
        referral_rates(frame)


@engines
def test_a_wallet_spent_here_to_the_cent(kind):
    rows = {"spend": [0.1 + 0.2], "wallet": [0.3]}
    assert rows["spend"][0] > 0.3
    shares = rows_of(share_of_wallet(ENGINES[kind](rows)), "spend")
    assert [row["share_of_wallet"] for row in shares] == [1.0]
