"""NBD agrees with what is published, with the negative binomial, and with itself."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import nbinom
from segmentation.engines import ENGINES, alike, read

from custrel.errors import FitError, InvalidData, InvalidRule, UnitMismatch
from custrel.rules import from_data
from custrel.valuation import DiscountRate, Nbd, ParetoNbd, PurchaseModel, lifetime_value
from custrel.valuation._rows import distinct_rows
from custrel.valuation.nbd import _Likelihood

MODEL = Nbd(r=0.384766, alpha=12.072014, unit="W")


def customers(n, seed, r=0.5, alpha=4.0):
    rng = np.random.default_rng(seed)
    age = 39 - rng.integers(84, size=n) / 7
    return {"frequency": rng.poisson(rng.gamma(r, 1 / alpha, n) * age).astype(float), "T": age}


@pytest.mark.published
def test_the_fit_to_cdnow(cdnow):
    model = Nbd.fit(cdnow)
    assert model.r == pytest.approx(0.384766, rel=0, abs=1e-6)
    # A spreadsheet's solver found it, and stopped a 90,000th of a standard error short.
    assert model.alpha == pytest.approx(12.072014, rel=0, abs=1e-5)
    assert model.estimate.log_likelihood == pytest.approx(-9763.65761, rel=0, abs=1e-5)
    assert (model.estimate.customers, model.estimate.diagnosis) == (2357, ())
    history = {name: cdnow.frame[name] for name in ("frequency", "T")}
    assert model.log_likelihood(**history).sum() == pytest.approx(model.estimate.log_likelihood)


def test_counts_are_negative_binomial():
    x, T = np.arange(30)[:, None], np.array([1.0, 39.0, 500.0])
    share = MODEL.alpha / (MODEL.alpha + T)
    # The density of moments, times the volume of moments: T^x / x!.
    volume = x * np.log(T) - np.array([[math.lgamma(n + 1)] for n in range(30)])
    plain = nbinom.logpmf(x, MODEL.r, share)
    np.testing.assert_allclose(MODEL.log_likelihood(frequency=x, T=T) + volume, plain, rtol=1e-10)


def test_it_is_the_limit_of_pareto_nbd():
    stays = ParetoNbd(r=0.384766, alpha=12.072014, s=1e-9, beta=1e6)
    history = {"frequency": [0, 2, 7], "recency": [0, 30.0, 38.0], "T": 38.86}
    for ask in ("log_likelihood", "probability_alive"):
        np.testing.assert_allclose(
            getattr(stays, ask)(**history), getattr(MODEL, ask)(**history), rtol=1e-9
        )
    for more in ({"horizon": 39.5, "rate": 0.01}, {"horizon": math.inf, "rate": 0.01}):
        np.testing.assert_allclose(
            stays.discounted_purchases(**history, **more),
            MODEL.discounted_purchases(**history, **more),
            rtol=1e-8,
        )


def test_the_derivatives_are_those_of_the_value():
    drawn = customers(2000, 1)
    rows = distinct_rows(drawn["frequency"], np.zeros(2000), drawn["T"])
    likelihood = _Likelihood(rows)
    at = np.array([-0.3, 0.4])
    _, gradient, hessian = likelihood(at)
    around = [(likelihood(at + step), likelihood(at - step)) for step in 1e-5 * np.eye(2)]
    slope = [(up[0] - down[0]) / 2e-5 for up, down in around]
    bend = [(up[1] - down[1]) / 2e-5 for up, down in around]
    np.testing.assert_allclose(gradient, slope, rtol=1e-6, atol=1e-3)
    np.testing.assert_allclose(hessian, bend, rtol=1e-6)


def test_customers_of_known_parameters_give_them_back():
    model = Nbd.fit_arrays(**customers(100_000, 2))
    errors = model.standard_errors
    for name, true in {"r": 0.5, "alpha": 4.0}.items():
        assert abs(getattr(model, name) - true) < 4 * errors[name] < 0.1 * true


def test_units_and_weights():
    drawn = customers(3000, 3)
    one = Nbd.fit_arrays(**drawn)
    days = Nbd.fit_arrays(frequency=drawn["frequency"], T=drawn["T"] * 7)
    assert (days.r, days.alpha) == pytest.approx((one.r, one.alpha * 7), rel=1e-8)
    rows = distinct_rows(drawn["frequency"], np.zeros(3000), drawn["T"])
    grouped = Nbd.fit_arrays(frequency=rows.frequency, T=rows.T, weights=rows.counts)
    assert (grouped.r, grouped.alpha) == pytest.approx((one.r, one.alpha), rel=1e-8)


def test_where_all_are_alike_it_says_so():
    x = np.tile([3.0, 4.0, 5.0], 100)
    with pytest.warns(UserWarning, match="r ran to infinity"):
        model = Nbd.fit_arrays(frequency=x, T=10.0 + np.arange(300) % 2)
    assert model.r / model.alpha == pytest.approx(x.mean() / 10.5, rel=1e-3)


def test_what_customers_will_do():
    found = MODEL.expected_purchases(frequency=[0, 2], T=38.86, horizon=39)
    np.testing.assert_allclose(found, 39 * (0.384766 + np.array([0, 2])) / (12.072014 + 38.86))
    assert MODEL.expected_purchases(horizon=10) == pytest.approx(3.84766 / 12.072014)
    assert (MODEL.probability_alive(frequency=[0, 2], T=38.86, horizon=5) == 1).all()


def test_discounting_unit_by_unit():
    rate = (0.384766 + 2) / (12.072014 + 30)
    for interest in (0.01, 0.0, -0.02):
        found = MODEL.discounted_purchases(frequency=2, T=30, horizon=3.5, rate=interest)
        by_hand = rate * (
            sum((1 + interest) ** -n for n in (1, 2, 3)) + 0.5 / (1 + interest) ** 3.5
        )
        assert found == pytest.approx(by_hand, rel=1e-12)
    ever = {"frequency": 2, "T": 30, "horizon": math.inf, "rate": math.expm1(0.01)}
    moments = MODEL.discounted_purchases(**ever, discounting="continuous")
    assert moments == pytest.approx(rate / 0.01, rel=1e-12)
    assert MODEL.discounted_purchases(**ever) == pytest.approx(rate / math.expm1(0.01), rel=1e-12)


@pytest.mark.engines
@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_says_the_same(engine):
    drawn = customers(400, 8)
    rows = {"id": list(range(400)), **{name: values.tolist() for name, values in drawn.items()}}
    frame = ENGINES[engine](rows)
    model, reference = Nbd.fit(frame, unit="W"), Nbd.fit(pd.DataFrame(rows), unit="W")
    assert (model.r, model.alpha) == pytest.approx((reference.r, reference.alpha), rel=1e-8)
    predicted = reference.predict(frame, horizon=26)
    assert type(predicted) is type(frame)
    assert alike(read(predicted), read(reference.predict(pd.DataFrame(rows), horizon=26)))


def test_it_values_customers(cdnow):
    model: PurchaseModel = MODEL
    discount = DiscountRate.per_year(0.1)
    valued = lifetime_value(cdnow, model, 30.0, horizon=52, discount=discount).frame
    assert (valued["p_alive"] == 1).all()
    assert (valued["lifetime_value"] < 30 * valued["expected_purchases"]).all()


def test_units_are_not_mixed(cdnow):
    with pytest.raises(UnitMismatch):
        Nbd(r=1, alpha=1, unit="D").predict(cdnow, horizon=1)
    with pytest.raises(UnitMismatch):
        Nbd.fit(cdnow.frame)


def test_it_becomes_plain_data_and_comes_back(cdnow):
    for model in (MODEL, Nbd.fit(cdnow)):
        assert from_data(json.loads(json.dumps(model.to_data()))) == model


def test_bad_input_is_refused():
    for parameters in ({"r": 0, "alpha": 1}, {"r": 1, "alpha": math.inf}):
        with pytest.raises(InvalidRule):
            Nbd(**parameters)
    for history in ({"frequency": -1, "T": 1}, {"frequency": 1, "T": -1}, {"frequency": 1, "T": math.nan}):  # fmt: skip
        with pytest.raises(InvalidData):
            MODEL.log_likelihood(**history)
    with pytest.raises(InvalidData):
        MODEL.log_likelihood(frequency=1, recency=2, T=1)
    with pytest.raises(InvalidRule, match="both or none"):
        MODEL.expected_purchases(frequency=1, horizon=1)
    with pytest.raises(InvalidRule, match="horizon"):
        MODEL.expected_purchases(horizon=-1)
    with pytest.raises(InvalidRule, match="rate"):
        MODEL.discounted_purchases(frequency=1, T=1, horizon=math.inf, rate=0)
    with pytest.raises(FitError, match="bought twice"):
        Nbd.fit_arrays(frequency=[0, 0], T=[1, 2])
    with pytest.raises(FitError, match="distinct histor"):
        Nbd.fit_arrays(frequency=[1], T=[2])
