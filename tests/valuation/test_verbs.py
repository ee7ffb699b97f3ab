"""What holds for every model of repeat purchases: its verbs agree with one another."""

import math

import numpy as np
import pytest
from scipy.special import expit

from custrel.errors import InvalidData, InvalidRule, UnknownCode
from custrel.valuation import BgNbd, MbgNbd, Nbd, ParetoNbd

MODELS = {
    "bg": BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259),
    "mbg": MbgNbd(r=0.525, alpha=6.183, a=0.891, b=1.614),
    "pareto": ParetoNbd(r=0.5533, alpha=10.578, s=0.6062, beta=11.669),
    "nbd": Nbd(r=0.3848, alpha=12.072),
    "loyal bg": BgNbd(r=3.0, alpha=2.0, a=1.5, b=40.0),
    "fickle pareto": ParetoNbd(r=4.0, alpha=3.0, s=2.5, beta=20.0),
}
models = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
SOMEBODY = {"frequency": 2, "recency": 30.43, "T": 38.86}
NOBODY: dict[str, float] = {}
both = pytest.mark.parametrize("who", [SOMEBODY, NOBODY], ids=["somebody", "a new customer"])
COUNTS = np.arange(1500)


@models
@both
@pytest.mark.parametrize("stretch", [(0.0, 39.0), (10.0, 39.0), (100.0, 101.5)])
def test_probabilities_sum_to_one_and_to_the_expectation(model, who, stretch):
    begin, until = stretch
    chances = model.purchase_probability(purchases=COUNTS, start=begin, end=until, **who)
    assert (chances >= 0).all()
    assert chances.sum() == pytest.approx(1, rel=1e-10)
    upto = model.expected_purchases(horizon=[begin, until], **who)
    assert chances @ COUNTS == pytest.approx(upto[1] - upto[0], rel=1e-9)


@models
@both
def test_a_stretch_from_now_is_a_horizon(model, who):
    now = model.purchase_probability(purchases=COUNTS[:9], horizon=20, **who)
    soon = model.purchase_probability(purchases=COUNTS[:9], start=1e-13, end=20, **who)
    np.testing.assert_allclose(soon, now, rtol=1e-9)
    none = model.purchase_probability(purchases=[0, 1, 2], start=7, end=7, **who)
    np.testing.assert_allclose(none, [1, 0, 0], atol=1e-15)


@models
@both
def test_who_is_alive_later(model, who):
    """Purchases come while one is alive, at a rate that one who is alive still has."""
    alive = model.probability_alive(horizon=[0.0, 5.0, 50.0, 1e40], **who)
    assert alive[0] == model.probability_alive(**who)
    assert (np.diff(alive) <= 0).all()
    assert alive[-1] == 1 if isinstance(model, Nbd) else alive[-1] < 1e-6
    never = model.purchase_probability(purchases=0, start=50, end=1e40, **who)
    assert never >= 1 - alive[2] - 1e-12


@models
@both
@pytest.mark.parametrize("horizon", [0.4, 13.0, 52.5, 1000.0])
@pytest.mark.parametrize("rate", [0.002, 0.3, 0.0, -0.001])
def test_discounting_by_hand(model, who, horizon, rate):
    options = {"horizon": horizon, "rate": rate, **who}
    ends = np.append(np.arange(1.0, math.floor(horizon) + 1), [horizon] if horizon % 1 else [])
    upto = model.expected_purchases(horizon=ends, **who)
    due = (np.diff(upto, prepend=0.0) / (1 + rate) ** ends).sum()
    assert model.discounted_purchases(**options) == pytest.approx(due, rel=1e-9)
    edges = horizon * np.linspace(0, 1, 8001) ** 2
    upto = model.expected_purchases(horizon=edges, **who)
    middle = (edges[1:] + edges[:-1]) / 2
    moments = (np.diff(upto) * (1 + rate) ** -middle).sum()
    found = model.discounted_purchases(**options, discounting="continuous")
    assert found == pytest.approx(moments, rel=2e-6)


@models
@both
@pytest.mark.parametrize("discounting", ["discrete", "continuous"])
def test_all_time_is_a_long_time(model, who, discounting):
    options = {"rate": 0.01, "discounting": discounting, **who}
    ever = model.discounted_purchases(horizon=math.inf, **options)
    long = model.discounted_purchases(horizon=4000, **options)
    assert ever == pytest.approx(long, rel=1e-9)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("kind", "r", "alpha", "a", "b", "x", "age", "force"),
    [
        (BgNbd, 0.25, 4.4, 0.8, 2.4, 2, 38.86, 0.0018),
        (MbgNbd, 0.25, 4.4, 0.8, 2.4, 0, 38.86, 0.0018),
        (BgNbd, 0.01, 100.0, 0.05, 0.2, 3, 10.0, 1e-4),
        (MbgNbd, 5.0, 5.0, 1.0, 9.0, 40, 30.0, 0.05),
        (BgNbd, 1.0, 1.0, 1 + 1e-9, 1.0, 1, 1.0, 0.01),
        (BgNbd, 2.0, 20.0, 60.0, 900.0, 30, 100.0, 0.002),
        # Discounted far faster than anything else changes, and far slower than customers buy.
        (BgNbd, 1.0, 0.242595, 10.0, 0.1, 1, 5000.0, 2.0),
        (MbgNbd, 1e4, 0.1, 1.0, 100.0, 0, 0.0, 2.0),
    ],
)
def test_all_time_to_come_of_bg_nbd(kind, r, alpha, a, b, x, age, force):
    """P(alive) times the mean over p of (k/p) U(1, 1-k, δ(α+T)/p), k = r + x.

    The mean by the trapezoidal rule in log(p/(1-p)), Tricomi's function by its continued
    fraction.
    """
    model = kind(r=r, alpha=alpha, a=a, b=b)
    history = {"frequency": x, "recency": age * 0.9 if x else 0.0, "T": age}
    found = model.discounted_purchases(
        **history, horizon=math.inf, rate=math.expm1(force), discounting="continuous"
    )
    k, beta = r + x, b + x + kind._first_too
    v = np.arange(math.log(a / beta) - 40 / min(a, 1.0), math.log(a / beta) + 40, 0.05)
    logs = a * v - (a + beta) * np.logaddexp(0, v)
    weights = np.exp(logs - logs.max())
    p = np.maximum(expit(v), 1e-290)
    y = force * (alpha + age) / p
    fraction = np.zeros_like(y)
    for n in range(6000, 0, -1):
        fraction = (k + n) / (1 + n / (y + fraction))
    expected = (weights * k / p / (y + fraction)).sum() / weights.sum()
    assert found == pytest.approx(expected * model.probability_alive(**history), rel=1e-9)


# ------------------------------------------------------------------------------------- samples


@models
def test_samples_do_what_the_model_says(model):
    drawn = model.sample(T=39.0, customers=100_000, seed=5)
    assert {name: values.shape for name, values in drawn.items()} == dict.fromkeys(
        ("frequency", "recency", "T"), (100_000,)
    )
    mean, error = drawn["frequency"].mean(), drawn["frequency"].std() / math.sqrt(100_000)
    assert model.expected_purchases(horizon=39) == pytest.approx(mean, abs=4 * error)
    shares = np.bincount(drawn["frequency"].astype(int), minlength=5)[:5] / 100_000
    chances = model.purchase_probability(purchases=np.arange(5), horizon=39)
    np.testing.assert_allclose(shares, chances, atol=4 * 0.5 / math.sqrt(100_000))
    alive = model.probability_alive(**drawn).mean()
    assert alive == pytest.approx(float(model.probability_alive(horizon=39)), abs=0.005)


@models
def test_histories_and_orders_are_of_the_same_customers(model):
    ages = np.linspace(1, 60, 20_000)
    drawn, orders = model.sample(T=ages, seed=3), model.sample_orders(T=ages, seed=3)
    who, when = orders["customer_id"], orders["time"]
    assert (np.diff(who) >= 0).all()
    assert ((np.diff(when) >= 0) | (np.diff(who) > 0)).all()
    np.testing.assert_array_equal(np.bincount(who) - 1, drawn["frequency"])
    last = np.zeros(len(ages))
    np.maximum.at(last, who, when)
    assert (last <= ages).all()
    ranks = np.sort(last), np.sort(drawn["recency"])
    assert np.abs(ranks[0] - ranks[1]).max() < 3  # drawn in two ways from one distribution
    assert last.mean() == pytest.approx(drawn["recency"].mean(), rel=0.02)


def test_a_seed_gives_the_same_customers():
    model = MODELS["bg"]
    one, same, other = (model.sample(T=39, customers=50, seed=seed) for seed in (1, 1, 2))
    assert all((one[name] == same[name]).all() for name in one)
    assert (one["frequency"] != other["frequency"]).any()
    rng = np.random.default_rng(1)
    assert (model.sample(T=39, customers=50, seed=rng)["frequency"] == one["frequency"]).all()
    assert len(model.sample(T=39, seed=1)["T"]) == 1
    assert len(model.sample(T=[], seed=1)["T"]) == 0


# ------------------------------------------------------------------------------------- penalty


@pytest.mark.parametrize("kind", [BgNbd, MbgNbd, ParetoNbd, Nbd])
@pytest.mark.parametrize("penalty", [0.1, 10.0])
def test_a_penalty_is_on_the_logarithms_of_the_parameters(kind, penalty):
    """The fit is where log-likelihood less penalty is largest: any step away from it loses."""
    drawn = MODELS["fickle pareto"].sample(T=np.linspace(10, 40, 500), seed=2)
    model = kind.fit_arrays(**drawn, penalty=penalty)
    best = np.log([getattr(model, name) for name in model._parameters])
    units = np.array([np.log(40.0) * (name in {"alpha", "beta"}) for name in model._parameters])

    def objective(logs):
        made = kind(**dict(zip(model._parameters, np.exp(logs), strict=True)))
        total = made.log_likelihood(**drawn).sum()
        return total - penalty / 2 * ((logs - units) ** 2).sum(), total

    top, plain = objective(best)
    assert model.estimate.log_likelihood == pytest.approx(plain, rel=1e-12)
    assert model.estimate.penalty == penalty
    for i in range(len(best)):
        for step in (-1e-3, 1e-3):
            assert objective(best + step * np.eye(len(best))[i])[0] < top
    bends = [
        (objective(best + 1e-3 * e)[0] + objective(best - 1e-3 * e)[0] - 2 * top) / 1e-6
        for e in np.eye(len(best))
    ]
    # The curvature along each axis, by the inverse of the covariance.
    information = np.linalg.inv(np.array(model.estimate.covariance))
    values = np.exp(best)
    np.testing.assert_allclose(-np.array(bends), np.diag(information) * values**2, rtol=1e-3)
    assert f"penalty {penalty:g}" in str(model)


@pytest.mark.parametrize("kind", [BgNbd, MbgNbd, ParetoNbd, Nbd])
def test_a_penalty_does_not_depend_on_the_unit(kind):
    drawn = MODELS["bg"].sample(T=np.linspace(10, 40, 500), seed=2)
    weeks = kind.fit_arrays(**drawn, penalty=1)
    days = {name: values * (1 if name == "frequency" else 7) for name, values in drawn.items()}
    in_days = kind.fit_arrays(**days, penalty=1)
    assert in_days.alpha == pytest.approx(7 * weeks.alpha, rel=1e-7)
    assert in_days.r == pytest.approx(weeks.r, rel=1e-7)


def test_a_penalty_keeps_parameters_from_their_limits():
    """Nobody stops, so that without a penalty BG/NBD degenerates to NBD."""
    drawn = MODELS["nbd"].sample(T=np.full(300, 39.0), seed=4)
    drawn["recency"] = np.where(drawn["frequency"] > 0, drawn["T"], 0.0)
    with pytest.warns(UserWarning, match="degenerates to NBD"):
        BgNbd.fit_arrays(**drawn)
    held = BgNbd.fit_arrays(**drawn, penalty=0.1)
    assert held.estimate.diagnosis == ()
    assert all(math.isfinite(error) for error in held.standard_errors.values())


# ------------------------------------------------------------------------------------ refusals


@models
def test_refusals(model):
    with pytest.raises(InvalidData, match="'purchases': not a whole number"):
        model.purchase_probability(purchases=[1, -1], horizon=3)
    for stretch in ({}, {"start": 1}, {"horizon": 1, "start": 0, "end": 1}):
        with pytest.raises(InvalidRule, match="a stretch of time is horizon=, or start= and end="):
            model.purchase_probability(purchases=1, **stretch)
    with pytest.raises(InvalidRule, match=r"start=3 is after end=2\."):
        model.purchase_probability(purchases=1, start=3, end=2)
    with pytest.raises(InvalidRule, match=r"start=-1: it must be finite"):
        model.purchase_probability(purchases=1, start=-1, end=2)
    with pytest.raises(UnknownCode, match="'daily' is no choice for discounting"):
        model.discounted_purchases(horizon=1, rate=0.1, discounting="daily")
    with pytest.raises(InvalidRule, match="a present value only at a positive rate"):
        model.discounted_purchases(horizon=math.inf, rate=0.0)
    if not isinstance(model, Nbd):
        with pytest.raises(InvalidRule, match="are not summed up one by one"):
            model.discounted_purchases(horizon=math.inf, rate=1e-7)
    for penalty in (-1, math.nan, math.inf):
        with pytest.raises(InvalidRule, match=r"penalty=.* must be finite and not negative"):
            type(model).fit_arrays(**SOMEBODY, penalty=penalty)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"T": -1.0}, "one age for all or one for each"),
        ({"T": [[1.0]]}, "one age for all or one for each"),
        ({"T": math.inf}, "one age for all or one for each"),
        ({"T": 1.0, "customers": -1}, "must be a whole number"),
        ({"T": 1.0, "customers": 1.5}, "must be a whole number"),
        ({"T": [1.0, 2.0], "customers": 3}, "but T is of 2"),
    ],
)
def test_impossible_samples(options, message):
    for draw in (MODELS["bg"].sample, MODELS["bg"].sample_orders):
        with pytest.raises(InvalidRule, match=message):
            draw(seed=1, **options)
