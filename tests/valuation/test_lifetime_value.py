"""Lifetime value by hand, and what it may and may not do."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from valuation.simulated import CDNOW, customers, history

from custrel.errors import ColumnNotFound, InvalidRule, UnitMismatch
from custrel.transactions import CustomerSummary
from custrel.valuation import BgNbd, DiscountRate, GammaGamma, MbgNbd, lifetime_value
from custrel.valuation._periods import present_value

MODEL = BgNbd(**CDNOW, unit="W")
SPEND = GammaGamma(p=6.25, q=3.74, v=15.44)
YEARLY = DiscountRate.per_year(0.1)
ROWS = pd.DataFrame(customers(100, 4, **CDNOW))
HISTORY = history(ROWS)
models = pytest.mark.parametrize("model", [MODEL, MbgNbd(**CDNOW, unit="W")], ids=["bg", "mbg"])


def value(model=MODEL, spend=SPEND, rows=ROWS, **options):
    given = {"horizon": 52, "discount": YEARLY} | options
    return lifetime_value(rows, model, spend, **given)


def by_hand(model, horizon, rate):
    """Add up period by period, each due at its end, the last one cut short."""
    ends = [*range(1, int(horizon) + 1), *([horizon] if horizon % 1 else [])]
    total, before = 0.0, 0.0
    for end in ends:
        until = model.expected_purchases(**HISTORY, horizon=end)
        total = total + (until - before) / (1 + rate) ** end
        before = until
    return total


@models
@pytest.mark.parametrize("horizon", [0.25, 1, 3.5, 52, 104.5, 260])
@pytest.mark.parametrize("rate", [0.0, 0.0018, 0.3, -0.01])
def test_by_hand(model, horizon, rate):
    found = value(model, horizon=horizon, discount=DiscountRate(rate, "W"), margin=0.3)
    present = by_hand(model, horizon, rate)
    spend = SPEND.expected_spend(frequency=ROWS["frequency"], monetary_value=ROWS["monetary_value"])
    np.testing.assert_allclose(found["discounted_purchases"], present, rtol=1e-9)
    np.testing.assert_allclose(found["expected_spend"], spend, rtol=1e-14)
    np.testing.assert_allclose(found["lifetime_value"], 0.3 * spend * present, rtol=1e-9)


@models
def test_its_parts(model):
    found = value(model, margin=0.4)
    np.testing.assert_array_equal(found["p_alive"], model.probability_alive(**HISTORY))
    expected = model.expected_purchases(**HISTORY, horizon=52)
    np.testing.assert_array_equal(found["expected_purchases"], expected)
    product = 0.4 * found["expected_spend"] * found["discounted_purchases"]
    np.testing.assert_allclose(found["lifetime_value"], product, rtol=1e-14)
    assert list(found.columns[:4]) == list(ROWS.columns)


@models
def test_without_discount(model):
    found = value(model, horizon=80.5, discount=DiscountRate.per_year(0))
    np.testing.assert_allclose(
        found["discounted_purchases"], found["expected_purchases"], rtol=1e-9
    )


def test_no_time_no_value():
    found = value(horizon=0)
    assert (found["lifetime_value"] == 0).all()
    assert (found["p_alive"] > 0).all()


def test_one_amount_for_all():
    rows = ROWS.drop(columns="monetary_value")
    found = value(spend=20, rows=rows)
    assert (found["expected_spend"] == 20).all()
    np.testing.assert_allclose(found["lifetime_value"], 20 * found["discounted_purchases"])


def test_the_rate_carries_its_period():
    week = DiscountRate(1.1 ** (7 / 365.2425) - 1, "W")
    one, other = (value(discount=rate)["lifetime_value"] for rate in (YEARLY, week))
    np.testing.assert_allclose(one, other, rtol=1e-12)


@pytest.mark.properties
@settings(max_examples=30)
@given(rates=st.lists(st.floats(-0.01, 0.5), min_size=2, max_size=4, unique=True))
def test_the_higher_the_rate_the_less(rates):
    values = [value(discount=DiscountRate(rate, "W"))["lifetime_value"] for rate in sorted(rates)]
    for more, less in itertools.pairwise(values):
        assert (less <= more * (1 + 1e-9)).all()


@pytest.mark.properties
@settings(max_examples=30)
@given(horizons=st.lists(st.floats(0, 300), min_size=2, max_size=4, unique=True))
@models
def test_the_longer_the_more(model, horizons):
    values = [value(model, horizon=horizon) for horizon in sorted(horizons)]
    for less, more in itertools.pairwise(values):
        for column in ("lifetime_value", "expected_purchases", "discounted_purchases"):
            assert (more[column] >= less[column] * (1 - 1e-9)).all()


@pytest.mark.properties
@settings(max_examples=60)
@given(
    x=st.integers(0, 300),
    share=st.floats(0, 1),
    age=st.floats(0, 500),
    horizon=st.just(0.0) | st.floats(1e-300, 1e5),
    shape=st.tuples(*[st.floats(-3, 3).map(lambda power: 10.0**power)] * 4),
)
@pytest.mark.parametrize("kind", [BgNbd, MbgNbd])
def test_bounds(kind, x, share, age, horizon, shape):
    """Probabilities are probabilities; nobody buys more than if he never stopped."""
    r, alpha, a, b = shape
    model = kind(r=r, alpha=alpha, a=a, b=b)
    one = {"frequency": x, "recency": share * age if x else 0.0, "T": age}
    alive = model.probability_alive(**one)
    expected = model.expected_purchases(**one, horizon=horizon)
    assert 0 <= alive <= 1
    immortal = (r + x) / (alpha + age) * horizon
    assert 0 <= expected <= alive * immortal * (1 + 1e-9)
    present = model.discounted_purchases(**one, horizon=min(horizon, 30.5), rate=0.01)
    assert 0 <= present <= expected * (1 + 1e-9) or horizon > 30.5


def test_recent_and_frequent_is_alive():
    """More idle, less alive; the more frequent, the sooner to be missed."""
    idle = np.arange(0, 35)
    alive = MODEL.probability_alive(frequency=[[2], [20]], recency=35 - idle, T=35)
    assert (np.diff(alive, axis=1) < 0).all()
    assert alive[1, 0] > alive[0, 0]
    assert alive[1, -1] < alive[0, -1]


def test_who_bought_once_is_judged_by_mbg_alone():
    never = {"frequency": 0, "recency": 0, "T": [0.0, 10.0, 1000.0]}
    np.testing.assert_array_equal(MODEL.probability_alive(**never), [1, 1, 1])
    alive = MbgNbd(**CDNOW).probability_alive(**never)
    assert alive[0] == pytest.approx(2.4 / 3.2)  # b / (a + b)
    assert (np.diff(alive) < 0).all()


def test_a_new_customer():
    """Without a history: like one of age 0, whose first purchase does not count."""
    for model in (MODEL, MbgNbd(**CDNOW)):
        new = model.expected_purchases(horizon=[1, 10, 100])
        fresh = model.expected_purchases(frequency=0, recency=0, T=0, horizon=[1, 10, 100])
        np.testing.assert_array_equal(new, fresh)


@pytest.mark.parametrize("kind", [BgNbd, MbgNbd])
def test_what_is_expected_is_what_happens(kind):
    """The mean of a hundred thousand simulated customers."""
    population = {"r": 1.2, "alpha": 8.0, "a": 0.7, "b": 2.0}
    age = 26.0
    rows = customers(100_000, 3, **population, first_too=kind._first_too, ages=(age, age), day=0)
    mean, error = rows["frequency"].mean(), rows["frequency"].std() / np.sqrt(100_000)
    assert kind(**population).expected_purchases(horizon=age) == pytest.approx(mean, abs=4 * error)


@pytest.mark.parametrize("kind", [BgNbd, MbgNbd])
def test_what_is_expected_of_somebody_is_what_happens(kind):
    """Of those who bought twice in 10 weeks, what they buy in the 10 that follow, and how many
    buy at all in a long time: those alive."""
    rng, n = np.random.default_rng(8), 400_000
    r, alpha, a, b = 2.0, 8.0, 0.9, 2.0
    model = kind(r=r, alpha=alpha, a=a, b=b)
    rate, chance = rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n)
    alive = rng.random(n) >= chance if kind._first_too else np.ones(n, dtype=bool)
    moment, moments = np.zeros(n), []
    for _ in range(60):
        moment = moment + rng.exponential(1 / rate)
        moments.append(np.where(alive, moment, np.inf))
        alive &= rng.random(n) >= chance
    moments = np.array(moments)
    before = (moments <= 10).sum(axis=0)
    chosen = before == 2
    last = moments[1, chosen]
    after = ((moments > 10) & (moments <= 20))[:, chosen].sum(axis=0)
    history = {"frequency": 2, "recency": last, "T": 10.0}
    expected = model.expected_purchases(**history, horizon=10)
    error = after.std() / np.sqrt(chosen.sum())
    assert expected.mean() == pytest.approx(after.mean(), abs=4 * error)
    later = np.isfinite(moments[2, chosen])
    error = later.std() / np.sqrt(chosen.sum())
    assert model.probability_alive(**history).mean() == pytest.approx(later.mean(), abs=4 * error)


# ------------------------------------------------------------------------------ many periods


def test_many_periods_are_not_counted_one_by_one():
    """An expansion takes the place of a thousand evaluations, and agrees with them."""
    calls = []

    def count(moments):
        calls.extend(moments)
        return np.stack([MODEL.expected_purchases(**HISTORY, horizon=m) for m in moments])

    options = {"horizon": 1825.25, "rate": 0.0003, "knee": 4.4 + float(ROWS["T"].min())}
    expected, found = present_value(count, **options)
    assert len(calls) < 60
    assert max(calls) <= 1825.25 * (1 + 1e-12)
    slow = before = 0.0
    for end in [*range(1, 1826), 1825.25]:
        now = MODEL.expected_purchases(**HISTORY, horizon=end)
        slow, before = slow + (now - before) / 1.0003**end, now
    np.testing.assert_allclose(found, slow, rtol=1e-10)
    np.testing.assert_allclose(expected, before, rtol=1e-12)


def test_where_an_expansion_does_not_hold_every_period_is_counted():
    """A count with a corner has no short expansion."""
    calls = []

    def count(moments):
        calls.extend(moments)
        return np.column_stack([np.minimum(moments, 100.3), moments**0.5])

    expected, found = present_value(count, horizon=400, rate=0.001, knee=10.0, customers=2)
    assert expected.tolist() == [100.3, 20.0]
    assert len(calls) > 400
    moments = np.arange(0, 401.0)
    counted = np.array([np.minimum(moments, 100.3), moments**0.5])
    right = (np.diff(counted) / 1.001 ** moments[1:]).sum(axis=1)
    np.testing.assert_allclose(found, right, rtol=1e-12)


# -------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("horizon", [-1, float("nan"), float("inf")])
def test_impossible_horizons(horizon):
    one = {"frequency": 1, "recency": 1.0, "T": 2.0}
    for use in (
        lambda: MODEL.predict(ROWS, horizon=horizon),
        lambda: MODEL.expected_purchases(horizon=[1.0, horizon]),
        lambda: MODEL.probability_alive(horizon=horizon),
        lambda: MODEL.purchase_probability(purchases=1, horizon=horizon),
    ):
        with pytest.raises(InvalidRule, match=r"horizon=.* must be finite and not negative"):
            use()
    for use in (
        lambda: value(horizon=horizon, discount=DiscountRate.per_year(0)),
        lambda: MODEL.discounted_purchases(**one, horizon=horizon, rate=0.0),
    ):
        with pytest.raises(InvalidRule, match=r"(horizon=.* not be negative)|(at a positive rate)"):
            use()


@pytest.mark.parametrize("rate", [-1, -1.5, float("nan"), float("inf")])
def test_impossible_rates(rate):
    with pytest.raises(InvalidRule, match="must be greater than -1 and finite"):
        MODEL.discounted_purchases(frequency=1, recency=1, T=2, horizon=3, rate=rate)


def test_half_a_history():
    with pytest.raises(InvalidRule, match="frequency, recency and T: give all three or none"):
        MODEL.expected_purchases(frequency=1, T=3, horizon=1)


@pytest.mark.parametrize("spend", [-1.0, float("nan"), float("inf")])
def test_impossible_amounts(spend):
    with pytest.raises(InvalidRule, match=r"spend=.* must be finite and not negative"):
        value(spend=spend)


def test_impossible_margin():
    with pytest.raises(InvalidRule, match="margin=nan: it must be finite"):
        value(margin=float("nan"))


def test_units_do_not_mix():
    days = CustomerSummary(ROWS, unit="D")
    for use in (
        lambda: value(rows=days),
        lambda: MODEL.predict(days, horizon=1),
    ):
        with pytest.raises(UnitMismatch, match="BgNbd counts time in weeks, the summary in days"):
            use()
    with pytest.raises(UnitMismatch, match=r"carries its period, the model none\. Give the model"):
        value(BgNbd(**CDNOW))
    assert len(BgNbd(**CDNOW).predict(days, horizon=1).frame) == 100


def test_missing_columns():
    with pytest.raises(ColumnNotFound, match="no column 'monetary_value'"):
        value(rows=ROWS.drop(columns="monetary_value"))
    with pytest.raises(ColumnNotFound, match=r"'recency' \(did you mean 'recenzy'"):
        MODEL.predict(ROWS.rename(columns={"recency": "recenzy"}), horizon=1)
