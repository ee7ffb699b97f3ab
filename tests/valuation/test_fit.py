"""What a fit does not depend on, what it recovers, and what it says where data reach a limit."""

import warnings

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from scipy.special import gammaincinv, gammaln
from valuation.simulated import CDNOW, customers, history

from custrel.valuation import BgNbd, GammaGamma, MbgNbd, ParetoNbd
from custrel.valuation._rows import distinct_rows, histories

NAMES = ("r", "alpha", "a", "b")
both = pytest.mark.parametrize("model", [BgNbd, MbgNbd])
few = settings(max_examples=25)


def parameters(model):
    return np.array([getattr(model, name) for name in model._parameters])


def errors(model):
    return np.array(model.estimate.standard_errors)


def assert_same(one, other, rtol=1e-8):
    """Parameters to a small part of their standard errors, the likelihood to twelve digits."""
    apart = np.abs(parameters(one) - parameters(other))
    assert (apart <= rtol * (errors(one) + parameters(one))).all()
    np.testing.assert_allclose(errors(one), errors(other), rtol=1e-6)
    likelihoods = one.estimate.log_likelihood, other.estimate.log_likelihood
    assert likelihoods[0] == pytest.approx(likelihoods[1], rel=1e-12)


def fitted(model, rows, **options):
    return model.fit_arrays(**history(rows), **options)


# -------------------------------------------------------------------------------- invariants


@pytest.mark.properties
@few
@given(scale=st.floats(-9, 9).map(lambda power: 10.0**power))
@both
def test_the_unit_of_time_changes_alpha_and_nothing_else(model, scale):
    """Seconds, or ten-thousandths of a week: the same optimum."""
    rows = customers(400, 11, **CDNOW)
    one = fitted(model, rows)
    other = fitted(model, rows | {name: rows[name] * scale for name in ("recency", "T")})
    repeats = rows["frequency"].sum()
    np.testing.assert_allclose(parameters(other), parameters(one) * [1, scale, 1, 1], rtol=1e-7)
    np.testing.assert_allclose(errors(other), errors(one) * [1, scale, 1, 1], rtol=1e-5)
    shift = -repeats * np.log(scale)
    found = other.estimate.log_likelihood
    assert found == pytest.approx(one.estimate.log_likelihood + shift, rel=1e-10, abs=1e-7)
    assert other.estimate.diagnosis == one.estimate.diagnosis == ()


@pytest.mark.properties
@few
@given(scale=st.floats(-9, 9).map(lambda power: 10.0**power))
def test_the_currency_changes_v_and_nothing_else(scale):
    rows = customers(400, 11, **CDNOW)
    x, mean = rows["frequency"], rows["monetary_value"]
    one = GammaGamma.fit_arrays(frequency=x, monetary_value=mean)
    other = GammaGamma.fit_arrays(frequency=x, monetary_value=mean * scale)
    np.testing.assert_allclose(parameters(other), parameters(one) * [1, 1, scale], rtol=1e-7)
    np.testing.assert_allclose(errors(other), errors(one) * [1, 1, scale], rtol=1e-5)
    shift = -(x > 0).sum() * np.log(scale)
    found = other.estimate.log_likelihood
    assert found == pytest.approx(one.estimate.log_likelihood + shift, rel=1e-10, abs=1e-7)


@pytest.mark.properties
@few
@given(seed=st.integers(0, 1000), day=st.sampled_from([0, 1 / 7, 1.0]))
@both
def test_the_order_of_customers_does_not_matter(model, seed, day):
    rows = pd.DataFrame(customers(300, seed, **CDNOW, day=day))
    shuffled = rows.sample(frac=1, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        one, other = fitted(model, rows), fitted(model, shuffled)
    if one.estimate.diagnosis:  # at a limit, the likelihood is flat
        assert one.estimate.diagnosis == other.estimate.diagnosis
        assert one.estimate.log_likelihood == pytest.approx(other.estimate.log_likelihood)
    else:
        assert_same(one, other, rtol=1e-7)


@pytest.mark.parametrize("day", [0, 1 / 7, 1.0, 0.1, 7 / 30.436875])
@both
def test_weights_are_repeated_rows(model, day):
    rows = pd.DataFrame(customers(150, 4, **CDNOW, day=day))
    times = np.random.default_rng(1).integers(0, 4, len(rows))
    repeated = rows.loc[rows.index.repeat(times)]
    one = fitted(model, rows, weights=times)
    other = fitted(model, repeated)
    assert_same(one, other)
    assert one.estimate.customers == other.estimate.customers == times.sum()


def test_weights_of_spend_are_repeated_rows():
    rows = pd.DataFrame(customers(300, 4, **CDNOW))
    times = np.random.default_rng(1).integers(0, 4, len(rows))
    repeated = rows.loc[rows.index.repeat(times)]
    columns = ["frequency", "monetary_value"]
    one = GammaGamma.fit_arrays(**rows[columns], weights=times)
    other = GammaGamma.fit_arrays(**repeated[columns])
    assert_same(one, other)
    assert one.estimate.customers == other.estimate.customers


@both
def test_distinct_rows_have_the_likelihood_of_all(model):
    rows = customers(6000, 8, **CDNOW)
    learnt = fitted(model, rows)
    total = learnt.log_likelihood(**history(rows)).sum()
    assert learnt.estimate.log_likelihood == pytest.approx(total, rel=1e-12)
    assert learnt.estimate.rows == len(pd.DataFrame(history(rows)).drop_duplicates())
    assert learnt.estimate.customers == 6000


@both
def test_times_that_never_repeat(model):
    """Nothing is there to count, and what a day's rounding hides is little."""
    rows = customers(30_000, 8, **CDNOW, day=0)
    learnt = fitted(model, rows)
    total = learnt.log_likelihood(**history(rows)).sum()
    assert learnt.estimate.log_likelihood == pytest.approx(total, rel=1e-12)
    assert learnt.estimate.rows == 30_000
    rounded = {name: np.ceil(rows[name] * 7) / 7 for name in ("recency", "T")}
    daily = fitted(model, rows | rounded)
    assert daily.estimate.rows < 20_000
    assert (np.abs(parameters(daily) - parameters(learnt)) < 2 * errors(learnt)).all()


def test_one_time_buyers_have_no_recency():
    """Whatever stands in the column: the model does not look at it."""
    rows = customers(500, 2, **CDNOW)
    odd = rows | {"recency": np.where(rows["frequency"] > 0, rows["recency"], rows["T"] / 2)}
    assert fitted(BgNbd, odd) == fitted(BgNbd, rows)
    continuous = odd | {"T": rows["T"] + np.arange(500) * 1e-7}
    again = continuous | {"recency": rows["recency"]}
    assert fitted(BgNbd, continuous) == fitted(BgNbd, again)


def test_a_fit_leaves_its_data_alone():
    rows = customers(300, 2, **CDNOW)
    before = {name: values.copy() for name, values in rows.items()}
    fitted(BgNbd, rows)
    GammaGamma.fit_arrays(frequency=rows["frequency"], monetary_value=rows["monetary_value"])
    for name, values in before.items():
        np.testing.assert_array_equal(rows[name], values)


def test_fits_do_not_depend_on_chance():
    rows = customers(5000, 2, **CDNOW)
    np.random.seed(1)  # noqa: NPY002 - it is the global state that must not matter
    one = fitted(BgNbd, rows)
    np.random.seed(2)  # noqa: NPY002 - the same
    assert fitted(BgNbd, rows) == one


# -------------------------------------------------------------------------- distinct histories


@pytest.mark.properties
@settings(max_examples=200)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 40), st.integers(0, 40), st.integers(0, 3)),
        min_size=1,
        max_size=60,
    ),
    unit=st.sampled_from([1.0, 7.0, 30.436875, 365.2425, 0.3, 1e-9, 1 / 3, np.pi]),
    copies=st.sampled_from([1, 300]),
)
def test_distinct_rows_by_definition(rows, unit, copies):
    """Days in any unit, sevenths, thirds, anything: each history once, with its customers."""
    x, one, other, counts = (
        np.tile(np.array(column, float), copies) for column in zip(*rows, strict=True)
    )
    last, age = np.minimum(one, other) / unit, np.maximum(one, other) / unit
    found = distinct_rows(*histories(x, last, age), counts)
    frame = pd.DataFrame({"x": x, "last": np.where(x > 0, last, 0), "age": age, "n": counts})
    expected = frame.groupby(["x", "last", "age"])["n"].sum()
    result = pd.DataFrame(
        {"x": found.frequency, "last": found.recency, "age": found.T, "n": found.counts}
    )
    again = result.groupby(["x", "last", "age"])["n"].sum()
    assert len(result) == len(again)
    expected, again = (counted[counted > 0] for counted in (expected, again))
    pd.testing.assert_series_equal(again, expected, check_dtype=False)


@pytest.mark.parametrize("size", [1e15, 2.0**52])
def test_numbers_that_no_key_can_hold(size):
    """Three large numbers do not fit into one of 64 bits: then nothing is counted."""
    rng = np.random.default_rng(0)
    x, age = rng.integers(0, 3, 5000) * size, rng.integers(1, 9, 5000) * 1.0
    found = distinct_rows(x, np.zeros(5000), age)
    assert found.counts.sum() == 5000
    np.testing.assert_array_equal(np.unique(found.frequency), np.unique(x))


def test_sevenths_however_they_were_computed():
    """Days divided by 7, multiplied by 1/7, or summed up: a few more rows at most."""
    days = np.random.default_rng(3).integers(0, 80, 20_000)
    x = np.zeros(20_000)
    exact = distinct_rows(x, x, days / 7)
    assert len(exact.T) == len(np.unique(days))
    for times in (days * (1 / 7), days * 24 / 168, np.cumsum(np.full(80, 1 / 7))[days]):
        found = distinct_rows(x, x, times)
        assert len(found.T) == len(np.unique(times))
        assert found.counts.sum() == 20_000


# ---------------------------------------------------------------------------------- recovery

POPULATIONS = {
    "cdnow": CDNOW,
    "busy": {"r": 1.2, "alpha": 4.0, "a": 0.6, "b": 12.0},
    "alike": {"r": 5.0, "alpha": 20.0, "a": 1.5, "b": 3.0},
    "leaving": {"r": 2.0, "alpha": 8.0, "a": 2.0, "b": 2.0},
}


@pytest.mark.parametrize("name", POPULATIONS)
@both
def test_recovery(model, name):
    """Known parameters come back within their standard errors: chi-squared of 4 degrees."""
    truth = POPULATIONS[name]
    rows = customers(20_000, 21, **truth, first_too=model._first_too, day=0, ages=(40.0, 80.0))
    learnt = fitted(model, rows)
    away = parameters(learnt) - np.array([truth[name] for name in NAMES])
    distance = away @ np.linalg.solve(np.array(learnt.estimate.covariance), away)
    assert distance < 18.5  # one fit in a thousand is further away
    assert learnt.estimate.diagnosis == ()


@both
def test_standard_errors_are_those_of_repeated_samples(model):
    learnt = [
        fitted(
            model,
            customers(1500, seed, **POPULATIONS["leaving"], first_too=model._first_too, day=0),
        )
        for seed in range(60)
    ]
    logs = np.log([parameters(one) for one in learnt])
    relative = np.median([errors(one) / parameters(one) for one in learnt], axis=0)
    np.testing.assert_allclose(logs.std(axis=0), relative, rtol=0.35)


def test_recovery_of_spend():
    rows = customers(20_000, 5, **POPULATIONS["busy"], p=6.25, q=3.74, v=15.44)
    learnt = GammaGamma.fit_arrays(
        frequency=rows["frequency"], monetary_value=rows["monetary_value"]
    )
    away = parameters(learnt) - np.array([6.25, 3.74, 15.44])
    distance = away @ np.linalg.solve(np.array(learnt.estimate.covariance), away)
    assert distance < 16.3
    assert learnt.estimate.diagnosis == ()


# ------------------------------------------------------------------------------------ limits


def limit_of(model, rows, words):
    with pytest.warns(UserWarning, match=words) as caught:
        learnt = fitted(model, rows)
    assert caught[0].filename.endswith("test_fit.py"), "the warning points at the caller"
    assert any(words in finding for finding in learnt.estimate.diagnosis)
    covariance = np.array(learnt.estimate.covariance)
    np.testing.assert_array_equal(covariance, covariance.T)
    return learnt


def no_dropout(n=600, seed=3, r=0.8, alpha=6.0):
    """Customers of the NBD model: they buy at their rate, and never stop."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(20, 40, n)
    frequency = rng.poisson(rng.gamma(r, 1 / alpha, n) * age).astype(float)
    last = age * rng.random(n) ** (1 / np.maximum(frequency, 1))  # the largest of uniform moments
    return {"frequency": frequency, "recency": np.where(frequency > 0, last, 0.0), "T": age}


def nbd_log_likelihood(rows, r, alpha):
    """Without dropout, BG/NBD is this."""
    x, age = rows["frequency"], rows["T"]
    terms = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + age)
    return terms.sum()


@both
def test_nobody_ever_stops(model):
    rows = no_dropout(r=4.0)
    # Where a sample has fewer gaps before the end than chance alone makes, nobody has stopped.
    rows["recency"] = np.where(rows["frequency"] > 0, rows["T"] * 0.99, 0.0)
    learnt = limit_of(model, rows, "degenerates to NBD")
    named = learnt.standard_errors
    assert np.isnan([named["a"], named["b"]]).all()
    assert named["r"] > 0
    assert named["alpha"] > 0
    nbd = nbd_log_likelihood(rows, learnt.r, learnt.alpha)
    assert learnt.estimate.log_likelihood == pytest.approx(nbd, abs=0.02)
    assert learnt.probability_alive(frequency=3, recency=39, T=40) > 0.99


def test_one_rate_for_all():
    """Frequencies that spread less than Poisson's."""
    rng = np.random.default_rng(3)
    rows = {
        "frequency": rng.integers(1, 4, 2000) * 1.0,
        "recency": rng.uniform(20, 30, 2000),
        "T": np.full(2000, 30.0),
    }
    learnt = limit_of(BgNbd, rows, "all customers buy at one rate")
    assert np.isnan([learnt.standard_errors["r"], learnt.standard_errors["alpha"]]).all()


def fitted_quietly(model, rows):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return fitted(model, rows)


def test_one_chance_to_stop_for_all():
    """Half of the samples from one chance look as if chances varied less than not at all."""
    words = "all customers stop with one probability (a + b ran to infinity)"
    population = {"r": 2.0, "alpha": 2.0, "a": 2e4, "b": 8e4}
    samples = [customers(600, seed, **population, day=0) for seed in range(6)]
    learnt = [fitted_quietly(BgNbd, rows) for rows in samples]
    at_limit = [one for one in learnt if one.estimate.diagnosis == (words,)]
    assert at_limit
    for one in at_limit:
        assert one.a / (one.a + one.b) == pytest.approx(0.2, abs=0.05)
        assert np.isnan([one.standard_errors["a"], one.standard_errors["b"]]).all()
        assert one.standard_errors["r"] > 0


def test_everybody_stops_at_once():
    """Each buys once more, right away, and never again."""
    n = 500
    rows = {
        "frequency": np.ones(n),
        "recency": np.full(n, 0.5) + np.arange(n) / n,
        "T": np.full(n, 50.0),
    }
    learnt = limit_of(BgNbd, rows, "everybody stops at once")
    assert learnt.probability_alive(frequency=1, recency=0.5, T=50) < 1e-3


@pytest.mark.properties
@settings(max_examples=150)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 12), st.floats(0, 1), st.floats(0.01, 1e3)),
        min_size=5,
        max_size=25,
    )
)
@both
def test_a_fit_arrives_whatever_it_is_given(model, rows):
    """However odd the customers: a finite maximum, and no point beside it is higher."""
    x, share, age = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    data = {"frequency": x, "recency": np.where(x > 0, share * age, 0.0), "T": age}
    if not x.any() or len(distinct_rows(*data.values()).T) < 4:
        return
    learnt = fitted_quietly(model, data)
    assert np.isfinite(parameters(learnt)).all()
    assert np.isfinite(learnt.estimate.log_likelihood)
    assert not any("did not arrive" in finding for finding in learnt.estimate.diagnosis)
    best = learnt.log_likelihood(**data).sum()
    assert learnt.estimate.log_likelihood == pytest.approx(best, rel=1e-9, abs=1e-7)
    if learnt.estimate.diagnosis:
        return
    for name in NAMES:
        for factor in (0.9, 1.1):
            beside = attrs.evolve(learnt, **{name: getattr(learnt, name) * factor})
            assert beside.log_likelihood(**data).sum() <= best + 1e-7


@pytest.mark.properties
@settings(max_examples=150)
@given(rows=st.lists(st.tuples(st.integers(0, 12), st.floats(0.01, 1e4)), min_size=4, max_size=25))
def test_a_fit_of_spend_arrives_whatever_it_is_given(rows):
    x, mean = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    again = x > 0
    if again.sum() < 3 or np.ptp(mean[again]) <= 1e-6 * mean[again].max():
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        learnt = GammaGamma.fit_arrays(frequency=x, monetary_value=mean)
    assert np.isfinite(parameters(learnt)).all()
    assert not any("did not arrive" in finding for finding in learnt.estimate.diagnosis)
    best = learnt.log_likelihood(frequency=x, monetary_value=mean).sum()
    assert learnt.estimate.log_likelihood == pytest.approx(best, rel=1e-9, abs=1e-7)


def test_q_at_most_1():
    """Spend so uneven that its mean does not exist: said, and NaN where it would be needed."""
    rng = np.random.default_rng(2)
    x = rng.integers(1, 6, 3000)
    mean = rng.gamma(3.0 * x, 1 / rng.gamma(0.6, 1 / 10.0, 3000)) / x
    with pytest.warns(UserWarning, match="q <= 1") as caught:
        learnt = GammaGamma.fit_arrays(frequency=x, monetary_value=mean)
    assert caught[0].filename.endswith("test_fit.py")
    assert learnt.q < 1
    assert np.isnan(learnt.mean)
    spend = learnt.expected_spend(frequency=[0, 1, 4], monetary_value=[0.0, 20.0, 20.0])
    np.testing.assert_array_equal(np.isnan(spend), [True, False, False])
    assert (spend[1:] > 0).all()


def test_every_purchase_of_a_customer_costs_the_same():
    # One purchase or eight, the means are spread alike.
    means = 50 / gammaincinv(3.0, (np.arange(200) + 0.5) / 200)
    x, mean = np.repeat([1, 8], 200), np.tile(means, 2)
    with pytest.warns(UserWarning, match="p ran to infinity"):
        learnt = GammaGamma.fit_arrays(frequency=x, monetary_value=mean)
    assert np.isnan([learnt.standard_errors["p"], learnt.standard_errors["v"]]).all()
    assert learnt.standard_errors["q"] > 0
    assert learnt.expected_spend(frequency=1, monetary_value=50.0) == pytest.approx(50, rel=1e-3)


@pytest.mark.parametrize(("s", "beta", "seed"), [(0.03, 1e-5, 0), (0.05, 1e-4, 3)])
def test_pareto_where_some_stop_at_once_and_others_hardly_ever(s, beta, seed):
    """Of two hills the usual start leads to the lower one, where nobody ever stops."""
    truth = ParetoNbd(r=2.0, alpha=10.0, s=s, beta=beta)
    rows = truth.sample(T=30.0, customers=100, seed=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        learnt = ParetoNbd.fit_arrays(**rows)
    assert learnt.estimate.log_likelihood > truth.log_likelihood(**rows).sum()
    assert learnt.s < 0.1
