"""Models of counted opportunities and of contracts say what models of purchases do."""

import itertools
import math

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest
from segmentation.engines import ENGINES, read

from custrel.errors import InvalidData, InvalidRule, UnitMismatch, UnknownCode
from custrel.valuation import (
    BgBb,
    BgNbd,
    DiscountRate,
    GammaGamma,
    ShiftedBetaGeometric,
    lifetime_value,
    new_customer_value,
)

DONORS = BgBb(alpha=1.203522, beta=0.749716, gamma=0.656718, delta=2.783442, unit="Y")
CONTRACTS = ShiftedBetaGeometric(alpha=0.668088, beta=3.806096, unit="Y")
DONOR = {"frequency": 2, "recency": 3, "periods": 6}
CLIENT = {"tenure": 3}
NEW: dict[str, int] = {}
every = pytest.mark.parametrize(
    ("model", "who"),
    [(DONORS, DONOR), (DONORS, NEW), (CONTRACTS, CLIENT), (CONTRACTS, NEW)],
    ids=["a donor", "a new donor", "a client", "a new client"],
)


@every
@pytest.mark.parametrize("stretch", [(0, 0), (0, 5), (3, 7)])
def test_probabilities_sum_to_one_and_to_the_expectation(model, who, stretch):
    begin, until = stretch
    counts = np.arange(10)
    chances = model.purchase_probability(purchases=counts, start=begin, end=until, **who)
    assert chances.sum() == pytest.approx(1, rel=1e-12)
    assert (chances[until - begin + 1 :] == 0).all()
    upto = model.expected_purchases(horizon=[begin, until], **who)
    assert chances @ counts == pytest.approx(upto[1] - upto[0], rel=1e-12)
    if not begin:
        same = model.purchase_probability(purchases=counts, horizon=until, **who)
        np.testing.assert_array_equal(same, chances)


def test_conditional_probabilities_are_shares_of_likelihoods():
    """Whoever bought at occasions of 3, how often at the 4 that follow: all histories of 7."""
    seen = (1, 0, 1)
    known = {"frequency": 2, "recency": 3, "periods": 3}
    now = DONORS.log_likelihood(**known)
    shares = np.zeros(5)
    for later in itertools.product((0, 1), repeat=4):
        whole = (*seen, *later)
        last = max(i + 1 for i, bought in enumerate(whole) if bought)
        both = DONORS.log_likelihood(frequency=sum(whole), recency=last, periods=7)
        shares[sum(later)] += math.exp(both - now)
    found = DONORS.purchase_probability(purchases=range(5), horizon=4, **known)
    np.testing.assert_allclose(found, shares, rtol=1e-12)
    shares = np.zeros(3)  # of the last two of them
    for later in itertools.product((0, 1), repeat=4):
        whole = (*seen, *later)
        last = max(i + 1 for i, bought in enumerate(whole) if bought)
        both = DONORS.log_likelihood(frequency=sum(whole), recency=last, periods=7)
        shares[sum(later[2:])] += math.exp(both - now)
    found = DONORS.purchase_probability(purchases=range(3), start=2, end=4, **known)
    np.testing.assert_allclose(found, shares, rtol=1e-12)


@every
def test_present_values_by_hand(model, who):
    upto = model.expected_purchases(horizon=range(401), **who)
    each = np.diff(upto)
    for horizon in (0, 5, 400):
        due = (each[:horizon] / 1.1 ** np.arange(1, horizon + 1)).sum()
        for discounting in ("discrete", "continuous"):
            found = model.discounted_purchases(
                horizon=horizon, rate=0.1, discounting=discounting, **who
            )
            assert found == pytest.approx(due, rel=1e-12)
    ever = model.discounted_purchases(horizon=math.inf, rate=0.1, **who)
    assert ever == pytest.approx((each / 1.1 ** np.arange(1, 401)).sum(), rel=1e-12)


def test_who_is_there_still():
    assert DONORS.probability_alive() == pytest.approx(2.783442 / (0.656718 + 2.783442))
    assert DONORS.probability_alive(horizon=0) == 1
    assert CONTRACTS.probability_alive() == 1
    now = CONTRACTS.probability_alive(tenure=3, ended=[False, True])
    np.testing.assert_array_equal(now, [1, 0])
    later = CONTRACTS.probability_alive(**CLIENT, horizon=[1, 2])
    np.testing.assert_array_equal(later, CONTRACTS.survival(**CLIENT, horizon=[1, 2]))
    gone = {"tenure": 3, "ended": True}
    assert CONTRACTS.expected_purchases(**gone, horizon=3) == 0
    assert CONTRACTS.discounted_purchases(**gone, horizon=math.inf, rate=0) == 0
    assert CONTRACTS.purchase_probability(**gone, purchases=0, horizon=3) == 1
    imminent = CONTRACTS.residual_lifetime(**CLIENT, rate=0.1)
    present = CONTRACTS.discounted_purchases(**CLIENT, horizon=math.inf, rate=0.1)
    assert imminent == pytest.approx(1.1 * present, rel=1e-14)


# ------------------------------------------------------------------------------------- samples


def test_samples_of_donors():
    drawn = DONORS.sample(periods=6, customers=50_000, seed=4)
    shares = np.bincount(drawn["frequency"].astype(int), minlength=7) / 50_000
    chances = DONORS.purchase_probability(purchases=range(7), horizon=6)
    np.testing.assert_allclose(shares, chances, atol=4 * 0.5 / math.sqrt(50_000))
    model = BgBb.fit_arrays(**drawn)
    for name, error in model.standard_errors.items():
        assert getattr(model, name) == pytest.approx(getattr(DONORS, name), abs=4 * error)
    orders = DONORS.sample_orders(periods=6, customers=50_000, seed=4)
    who, when = orders["customer_id"], orders["time"]
    np.testing.assert_array_equal(np.bincount(who) - 1, drawn["frequency"])
    last = np.zeros(50_000)
    np.maximum.at(last, who, when)
    np.testing.assert_array_equal(last, drawn["recency"])
    assert (np.diff(who) >= 0).all()
    mixed = DONORS.sample(periods=[0, 3, 6], seed=1)
    assert (mixed["recency"] <= mixed["periods"]).all()


def test_samples_of_contracts():
    drawn = CONTRACTS.sample(occasions=4, customers=50_000, seed=4)
    still = (1 - drawn["ended"]).mean()
    assert still == pytest.approx(float(CONTRACTS.survival(horizon=4)), abs=0.01)
    model = ShiftedBetaGeometric.fit_arrays(**drawn)
    for name, error in model.standard_errors.items():
        assert getattr(model, name) == pytest.approx(getattr(CONTRACTS, name), abs=4 * error)
    none = CONTRACTS.sample(occasions=0, customers=3, seed=4)
    assert not none["tenure"].any()
    assert not none["ended"].any()


# ------------------------------------------------------------------------------------- penalty


@pytest.mark.parametrize("penalty", [0.1, 10.0])
@pytest.mark.parametrize(
    ("kind", "drawn"),
    [
        (BgBb, DONORS.sample(periods=6, customers=800, seed=1)),
        (ShiftedBetaGeometric, CONTRACTS.sample(occasions=6, customers=800, seed=1)),
    ],
    ids=["BgBb", "ShiftedBetaGeometric"],
)
def test_a_penalty_is_on_the_logarithms_of_the_parameters(kind, drawn, penalty):
    model = kind.fit_arrays(**drawn, penalty=penalty)
    best = np.log([getattr(model, name) for name in model._parameters])

    def objective(logs):
        made = kind(**dict(zip(model._parameters, np.exp(logs), strict=True)))
        total = made.log_likelihood(**drawn).sum()
        return total - penalty / 2 * (logs**2).sum(), total

    top, plain = objective(best)
    assert model.estimate.log_likelihood == pytest.approx(plain, rel=1e-12)
    assert model.estimate.penalty == penalty
    bends = []
    for axis in np.eye(len(best)):
        ahead, behind = (objective(best + step * axis)[0] for step in (1e-3, -1e-3))
        assert max(ahead, behind) < top
        bends.append((ahead + behind - 2 * top) / 1e-6)
    information = np.linalg.inv(np.array(model.estimate.covariance)) * np.exp(2 * best)
    np.testing.assert_allclose(-np.array(bends), np.diag(information), rtol=1e-3)


@pytest.mark.parametrize("penalty", [0.1, 10.0])
def test_a_penalty_on_a_model_of_spend(penalty):
    rng = np.random.default_rng(2)
    x = rng.integers(1, 9, 600)
    mean = rng.gamma(6.25 * x, 1 / rng.gamma(3.74, 1 / 15.44, 600)) / x
    drawn = {"frequency": x, "monetary_value": mean}
    model = GammaGamma.fit_arrays(**drawn, penalty=penalty)
    best = np.log([model.p, model.q, model.v])
    units = np.array([0, 0, np.log(mean.mean())])

    def objective(logs):
        p, q, v = np.exp(logs)
        total = GammaGamma(p=p, q=q, v=v).log_likelihood(**drawn).sum()
        return total - penalty / 2 * ((logs - units) ** 2).sum(), total

    top, plain = objective(best)
    assert model.estimate.log_likelihood == pytest.approx(plain, rel=1e-12)
    for axis in np.eye(3):
        for step in (1e-3, -1e-3):
            assert objective(best + step * axis)[0] < top
    held = GammaGamma.fit(pd.DataFrame(drawn), penalty=penalty)
    assert held.p == pytest.approx(model.p, rel=1e-9)


# -------------------------------------------------------------------------------------- value


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize("horizon", [3, math.inf])
def test_lifetime_value_of_donors(kind, horizon):
    rows = {"id": [7, 8, 9], "frequency": [0, 2, 6], "recency": [0, 3, 6], "periods": [6, 6, 6]}
    options = {"horizon": horizon, "discount": DiscountRate.per_year(0.1)}
    found = read(
        lifetime_value(ENGINES[kind](rows), DONORS, 50, margin=0.5, acquisition_cost=10, **options)
    )
    known = {name: rows[name] for name in ("frequency", "recency", "periods")}
    present = DONORS.discounted_purchases(**known, horizon=horizon, rate=0.1)
    found = sorted(found, key=lambda row: row["id"])
    assert [row["lifetime_value"] for row in found] == pytest.approx(25 * present - 10, rel=1e-9)
    assert ("expected_purchases" in found[0]) == (horizon == 3)
    alive = DONORS.probability_alive(**known)
    assert [row["p_alive"] for row in found] == pytest.approx(alive, rel=1e-12)


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize("flags", [True, False])
def test_lifetime_value_of_contracts(kind, flags):
    rows = {"id": [7, 8, 9], "tenure": [0, 3, 3]}
    rows |= {"ended": [False, False, True]} if flags else {}
    frame = ENGINES[kind](rows)
    options = {"horizon": math.inf, "discount": DiscountRate.per_year(0.1)}
    found = read(lifetime_value(frame, CONTRACTS, 120.0, **options))
    present = CONTRACTS.discounted_purchases(tenure=[0, 3, 3], horizon=math.inf, rate=0.1)
    values = 120 * present * [1, 1, not flags]
    found = sorted(found, key=lambda row: row["id"])
    assert [row["lifetime_value"] for row in found] == pytest.approx(values, rel=1e-9)
    if flags:  # they stay what they were
        assert nw.from_native(frame).collect_schema()["ended"] == nw.Boolean


def test_the_value_of_a_new_customer():
    """By hand: the purchase that wins him, then what the model expects, less the cost."""
    model = BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="W")
    spend = GammaGamma(p=6.249572, q=3.744225, v=15.443521)
    yearly = DiscountRate.per_year(0.1)
    rate = yearly.per("W")
    upto = model.expected_purchases(horizon=range(53))
    again = (np.diff(upto) / (1 + rate) ** np.arange(1, 53)).sum()
    found = new_customer_value(
        model, spend, horizon=52, discount=yearly, margin=0.3, acquisition_cost=7
    )
    assert found == pytest.approx(0.3 * spend.mean * (1 + again) - 7, rel=1e-9)
    contract = new_customer_value(CONTRACTS, 120, horizon=math.inf, discount=yearly)
    assert contract == pytest.approx(120 * CONTRACTS.expected_lifetime(rate=0.1), rel=1e-12)
    donor = new_customer_value(DONORS, 50, horizon=5, discount=DiscountRate.per_year(0))
    assert donor == pytest.approx(50 * (1 + float(DONORS.expected_purchases(horizon=5))))


def test_the_way_of_discounting_is_a_choice():
    model = BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="Y")
    rows = pd.DataFrame({"frequency": [2], "recency": [3.0], "T": [4.0]})
    options = {"horizon": math.inf, "discount": DiscountRate.per_year(0.1)}
    late = lifetime_value(rows, model, 1.0, **options)["lifetime_value"]
    soon = lifetime_value(rows, model, 1.0, discounting="continuous", **options)["lifetime_value"]
    assert 1.03 < (soon / late).item() < 1.1  # half a year's interest, or a bit more


# ------------------------------------------------------------------------------------ refusals


def test_refusals():
    yearly = DiscountRate.per_year(0.1)
    for model in (DONORS, CONTRACTS):
        with pytest.raises(UnknownCode, match="no choice for discounting"):
            model.discounted_purchases(horizon=1, rate=0.1, discounting="daily")
        with pytest.raises(InvalidRule, match="a stretch of time is"):
            model.purchase_probability(purchases=1)
        with pytest.raises(InvalidRule, match=r"horizon=1\.5: occasions are counted"):
            new_customer_value(model, 50, horizon=1.5, discount=yearly)
    with pytest.raises(InvalidData, match="left, but has come to no occasion"):
        CONTRACTS.probability_alive(tenure=0, ended=True)
    with pytest.raises(InvalidRule, match="give all three or none"):
        DONORS.probability_alive(frequency=1)
    with pytest.raises(UnitMismatch, match="Give the model a unit"):
        new_customer_value(BgBb(alpha=1, beta=1, gamma=1, delta=1), 50, horizon=1, discount=yearly)
    with pytest.raises(InvalidRule, match="acquisition_cost=nan: it must be finite"):
        new_customer_value(DONORS, 50, horizon=1, discount=yearly, acquisition_cost=math.nan)
    spend = GammaGamma(p=6, q=0.9, v=15)
    with pytest.raises(InvalidRule, match="q <= 1, so that the mean over customers"):
        new_customer_value(DONORS, spend, horizon=1, discount=yearly)
    with pytest.raises(InvalidRule, match="one number for all or one for each"):
        DONORS.sample(periods=[[1]], seed=1)
    with pytest.raises(InvalidRule, match="but occasions is of 2"):
        CONTRACTS.sample(occasions=[1, 2], customers=3, seed=1)
