"""Pareto/NBD agrees with what is published, with 50 digits, and with itself."""

import json
import math

import mpmath as mp
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, alike, read
from valuation.pareto_reference import GRID, bracket

from custrel.errors import FitError, InvalidData, InvalidRule, UnitMismatch
from custrel.rules import from_data
from custrel.valuation import (
    DiscountRate,
    ParetoNbd,
    PurchaseModel,
    _pareto_integral,
    lifetime_value,
    tracking,
)
from custrel.valuation._pareto_integral import (
    Shape,
    discounted_time,
    log_stopped,
    stopped_with_moments,
)
from custrel.valuation._pareto_likelihood import Likelihood, log_weight
from custrel.valuation._rows import distinct_rows

CDNOW = {"r": 0.553277, "alpha": 10.577683, "s": 0.606240, "beta": 11.668735}
ERRORS = {"r": 0.047628, "alpha": 0.842723, "s": 0.187282, "beta": 6.211141}
MODEL = ParetoNbd(**CDNOW, unit="W")
SOMEBODY = {"frequency": 2, "recency": 30.43, "T": 38.86}
BUSY = {"frequency": 26, "recency": 216 / 7, "T": 31}
HISTORY = ("frequency", "recency", "T")


def customers(n, seed, *, r, alpha, s, beta, day=1 / 7):
    """Draw customers of Pareto/NBD, first seen in 12 weeks and observed until the 39th.

    With a `day`, the moments are dates: first purchases come at any time of their day.
    """
    rng = np.random.default_rng(seed)
    rate, stop = rng.gamma(r, 1 / alpha, n), np.maximum(rng.gamma(s, 1 / beta, n), 1e-300)
    age = 39 - rng.integers(84, size=n) / 7
    life = np.minimum(rng.exponential(1 / stop), age)
    frequency = rng.poisson(rate * life).astype(float)
    latest = life * rng.random(n) ** (1 / np.maximum(frequency, 1))
    if day:
        latest = np.floor(latest / day + rng.random(n)) * day
    recency = np.where(frequency > 0, np.minimum(latest, age), 0.0)
    return {"frequency": frequency, "recency": recency, "T": age}


# -------------------------------------------------------------------------- what is published


@pytest.mark.published
def test_the_fit_to_cdnow(cdnow):
    model = ParetoNbd.fit(cdnow)
    for name, printed in CDNOW.items():
        assert getattr(model, name) == pytest.approx(printed, rel=0, abs=1e-6)
    assert model.estimate.log_likelihood == pytest.approx(-9594.976179, rel=0, abs=1e-6)
    assert model.standard_errors == pytest.approx(ERRORS, rel=0.01)
    assert (model.estimate.customers, model.estimate.rows) == (2357, 1016)
    assert model.estimate.diagnosis == ()
    assert model.unit == "W"
    history = {name: cdnow.frame[name] for name in HISTORY}
    assert model.log_likelihood(**history).sum() == pytest.approx(
        model.estimate.log_likelihood, rel=1e-13
    )


@pytest.mark.published
def test_what_customers_will_do():
    assert MODEL.expected_purchases(**SOMEBODY, horizon=39) == pytest.approx(1.45510, abs=5e-6)
    assert MODEL.probability_alive(**SOMEBODY) == pytest.approx(0.86912, abs=5e-6)
    assert MODEL.expected_purchases(**BUSY, horizon=52) == pytest.approx(25.4552, abs=5e-5)
    assert MODEL.probability_alive(**BUSY) == pytest.approx(0.997873, abs=5e-7)


@pytest.mark.published
def test_all_time_to_come():
    model = ParetoNbd(r=0.5629966, alpha=12.5590370, s=0.4081095, beta=10.5148048)
    dert = model.discounted_purchases(
        frequency=7,
        recency=35,
        T=77.86,
        horizon=math.inf,
        rate=math.expm1(0.0027),
        discounting="continuous",
    )
    assert dert == pytest.approx(1.864183, abs=5e-7)


@pytest.mark.published
@pytest.mark.parametrize(
    ("shape", "x", "recency", "T"),
    [
        ((0.55, 10.58, 0.61, 11.67), [133], 200, 200),
        ((10.465, 0.00798565181, 3.0516, 2.82), np.arange(400, 501), 1.0, 1.0),
        ((10.465, 0.00798565181, 3.0516, 2.82), np.arange(400, 501), 0.9, 1.2),
        ((0.5143, 2.8845, 0.2856, 14.1087), [221], 103.42857, 103.57143),
    ],
)
def test_what_other_programs_overflow_at(shape, x, recency, T):
    model = ParetoNbd(**dict(zip(("r", "alpha", "s", "beta"), shape, strict=True)))
    history = {"frequency": x, "recency": recency, "T": T}
    likelihood = model.log_likelihood(**history)
    assert np.isfinite(likelihood).all()
    alive = model.probability_alive(**history)
    assert ((alive > 0) & (alive <= 1)).all()
    assert np.isfinite(model.expected_purchases(**history, horizon=52)).all()
    for row in range(0, len(x), 10):
        living, stopped = bracket(Shape(*shape), x[row], recency, T)
        assert alive[row] == pytest.approx(float(living / (living + stopped)), rel=1e-12)


# --------------------------------------------------------------------------------- 50 digits


@pytest.mark.reference
def test_the_likelihood_and_the_chance_to_be_alive():
    worst = 0.0
    for shape, x, recency, T in GRID:
        living, stopped = bracket(shape, x, recency, T)
        weight = log_weight(shape, *(np.array([v], dtype=float) for v in (x, recency, T)))[0]
        truth = mp.log((living + stopped) / living)
        worst = max(worst, abs(math.expm1(float(weight - truth))))
    assert worst < 1e-10


@pytest.mark.reference
@pytest.mark.parametrize("s", [1e-3, 0.3, 1 - 1e-9, 1.0, 1 + 1e-9, 1.5, 2.0, 10.0, 700.0])
def test_time_to_come(s):
    with mp.workdps(50):
        for z in (1e-9, 1e-5, 1e-2, 0.5, 1.0, 30.0, 1e4):
            truth = mp.exp(z) * mp.expint(s, z)
            assert float(discounted_time(s, np.array(z))) == pytest.approx(float(truth), rel=1e-12)


@pytest.mark.reference
@pytest.mark.parametrize("s", [1e-3, 0.5, 1 - 1e-6, 1 - 1e-12, 1.0, 1 + 1e-12, 1.001, 3.0, 1e4])
@pytest.mark.parametrize("beta", [1e-3, 11.7, 1e4])
def test_purchases_to_expect(s, beta):
    model = ParetoNbd(r=0.55, alpha=10.6, s=s, beta=beta)
    for horizon in (1e-6, 1.0, 52.0, 5000.0):
        expected = model.expected_purchases(horizon=horizon)
        with mp.workdps(60):
            share = mp.mpf(beta) / (mp.mpf(beta) + horizon)
            power = mp.mpf(s) - 1
            over = (1 - share**power) / power if power else -mp.log(share)
            truth = mp.mpf(0.55) * beta / mp.mpf(10.6) * over
        assert float(expected) == pytest.approx(float(truth), rel=1e-12)


def test_few_nodes_are_enough_where_few_are_taken(monkeypatch):
    rng = np.random.default_rng(3)
    for _ in range(100):
        shape = Shape(*10 ** rng.uniform(-2, 2, 4))
        x = rng.integers(0, 100, 32).astype(float)
        start = np.where(x > 0, rng.random(32), 0)
        end = start + rng.random(32) ** 3
        few = log_stopped(shape, x, start, end), *stopped_with_moments(shape, x, start, end)
        with monkeypatch.context() as patch:
            patch.setattr(_pareto_integral, "_LADDER", 3 * ((-np.inf, 0.0, 64),))
            many = log_stopped(shape, x, start, end), *stopped_with_moments(shape, x, start, end)
        np.testing.assert_allclose(few[0], many[0], rtol=0, atol=1e-12)
        np.testing.assert_allclose(few[1], many[1], rtol=1e-13, atol=1e-12)
        for one, other in zip(few[2:], many[2:], strict=True):
            # Where nearly everybody has stopped, the terms of the derivatives cancel.
            size = np.abs(other).max(axis=1, keepdims=True) + 1e-3 * shape.s / shape.beta
            np.testing.assert_allclose(one / size, other / size, rtol=0, atol=1e-9)


# -------------------------------------------------------------------- the gradient and the fit


@pytest.mark.parametrize("n", [300, 20_000])  # without and with pairs
def test_the_derivatives_are_those_of_the_value(n):
    drawn = customers(n, 1, **CDNOW)
    rows = distinct_rows(drawn["frequency"], drawn["recency"], drawn["T"])
    likelihood = Likelihood(rows, 39.0)
    assert (likelihood.pairs.last_place is None) == (n == 300)
    for theta in ([-0.6, 0.7, -0.5, 0.7], [0.5, -1.0, 1.5, 2.0], [-1.5, 2.0, -2.0, -3.0]):
        at = np.array(theta)
        _, gradient, hessian = likelihood(at)
        steps = 1e-5 * np.eye(4)
        around = [(likelihood(at + step), likelihood(at - step)) for step in steps]
        slope = [(up[0] - down[0]) / 2e-5 for up, down in around]
        bend = [(up[1] - down[1]) / 2e-5 for up, down in around]
        np.testing.assert_allclose(gradient, slope, rtol=1e-6, atol=1e-6 * np.abs(slope).max())
        np.testing.assert_allclose(hessian, bend, rtol=1e-6, atol=1e-7 * np.abs(bend).max())


def test_pairs_and_rows_say_the_same():
    drawn = customers(20_000, 2, **CDNOW)
    shape = Shape(**CDNOW)
    whole = log_weight(shape, *drawn.values())
    apart = [log_weight(shape, *(v[i : i + 500] for v in drawn.values())) for i in range(0, 20_000, 500)]  # fmt: skip
    np.testing.assert_allclose(whole, np.concatenate(apart), rtol=1e-12, atol=1e-13)


def test_customers_of_known_parameters_give_them_back():
    drawn = customers(100_000, 5, **CDNOW)
    model = ParetoNbd.fit_arrays(**drawn)
    errors = model.standard_errors
    for name, true in CDNOW.items():
        # Dates round the moments, by as much as a tenth of a standard error.
        assert abs(getattr(model, name) - true) < 4 * errors[name]
        assert errors[name] < 0.15 * true


@pytest.mark.parametrize("scale", [1e-6, 7.0, 604_800.0])
def test_the_unit_of_time_does_not_matter(cdnow, scale):
    x, recency, T = (cdnow.frame[name].to_numpy() for name in HISTORY)
    one = ParetoNbd.fit_arrays(frequency=x, recency=recency, T=T)
    other = ParetoNbd.fit_arrays(frequency=x, recency=recency * scale, T=T * scale)
    assert (other.r, other.s) == pytest.approx((one.r, one.s), rel=1e-7)
    assert (other.alpha, other.beta) == pytest.approx((one.alpha * scale, one.beta * scale))
    moved = one.estimate.log_likelihood - x.sum() * math.log(scale)
    assert other.estimate.log_likelihood == pytest.approx(moved, rel=1e-12)
    assert other.standard_errors["s"] == pytest.approx(one.standard_errors["s"], rel=1e-5)


def test_weights_count_customers(cdnow):
    x, recency, T = (cdnow.frame[name].to_numpy() for name in HISTORY)
    rows = distinct_rows(x, recency, T)
    one = ParetoNbd.fit_arrays(frequency=x, recency=recency, T=T)
    other = ParetoNbd.fit_arrays(
        frequency=rows.frequency, recency=rows.recency, T=rows.T, weights=rows.counts
    )
    assert attrs_of(other) == pytest.approx(attrs_of(one), rel=1e-8)
    assert other.estimate.customers == 2357
    order = np.random.default_rng(0).permutation(len(x))
    shuffled = ParetoNbd.fit_arrays(frequency=x[order], recency=recency[order], T=T[order])
    assert attrs_of(shuffled) == pytest.approx(attrs_of(one), rel=1e-8)


def attrs_of(model):
    return (model.r, model.alpha, model.s, model.beta)


def test_where_nobody_stops_it_says_so():
    rng = np.random.default_rng(4)
    x = rng.poisson(rng.gamma(2.0, 1 / 4.0, 3000) * 39.0).astype(float)
    # Regular to the end, more than chance would have it.
    recency = np.where(x > 0, 39.0 * x / (x + 0.2), 0.0)
    with pytest.warns(UserWarning, match="degenerates to NBD"):
        model = ParetoNbd.fit_arrays(frequency=x, recency=recency, T=39.0)
    assert any("degenerates to NBD" in finding for finding in model.estimate.diagnosis)
    errors = model.standard_errors
    assert np.isfinite([errors["r"], errors["alpha"]]).all()
    assert np.isnan([errors["s"], errors["beta"]]).any()
    assert model.probability_alive(frequency=3, recency=30, T=39) == pytest.approx(1, abs=1e-3)


def test_a_model_without_data_has_no_precision():
    assert all(np.isnan(list(MODEL.standard_errors.values())))


# -------------------------------------------------------------------------------- what follows

moments = st.floats(0, 1) | st.sampled_from([0.0, 1.0])


@pytest.mark.properties
@settings(max_examples=150, deadline=None)
@given(
    logs=st.lists(st.floats(-3, 4), min_size=4, max_size=4),
    x=st.sampled_from([0, 1, 3, 50, 10_000]),
    share=moments,
    T=st.floats(0, 5000) | st.just(0.0),
    horizon=st.floats(1e-3, 1000) | st.just(0.0),
)
def test_what_must_hold_everywhere(logs, x, share, T, horizon):
    r, alpha, s, beta = (10.0**v for v in logs)
    model = ParetoNbd(r=r, alpha=alpha, s=s, beta=beta)
    history = {"frequency": x, "recency": T * share if x else 0.0, "T": T}
    assert np.isfinite(model.log_likelihood(**history))
    alive = model.probability_alive(**history)
    assert 0 <= alive <= 1
    later = model.probability_alive(**history, horizon=horizon)
    assert later <= alive
    expected = model.expected_purchases(**history, horizon=horizon)
    assert 0 <= expected <= (r + x) / (alpha + T) * horizon * (1 + 1e-12)
    discounted = model.discounted_purchases(**history, horizon=horizon, rate=0.01)
    assert 0 <= discounted <= expected * (1 + 1e-12)
    dert = model.discounted_purchases(**history, horizon=math.inf, rate=0.01)
    assert 0 <= dert < math.inf


def test_recency_without_repeat_purchases_says_nothing():
    early, late = (
        MODEL.probability_alive(frequency=0, recency=recency, T=30) for recency in (0, 20)
    )
    assert early == late


def test_being_alive_later():
    history = {"frequency": 3, "recency": 20, "T": 30}
    now, later = MODEL.probability_alive(**history, horizon=[0, 10])
    assert now == MODEL.probability_alive(**history)
    assert later / now == pytest.approx(((11.668735 + 30) / (11.668735 + 40)) ** 0.606240)
    # Purchases come at a rate of (r+x)/(alpha+T) while alive.
    step = 1e-3
    more = np.diff(MODEL.expected_purchases(**history, horizon=[10 - step, 10 + step]))[0]
    assert more / (2 * step) == pytest.approx(later * (0.553277 + 3) / (10.577683 + 30), rel=1e-7)


def test_discounting_unit_by_unit():
    history = {"frequency": [0, 3], "recency": [0, 20], "T": [30, 30]}
    ends = np.append(np.arange(1, 53), 52.5)
    upto = MODEL.expected_purchases(
        horizon=ends[:, None], **{name: np.array(v) for name, v in history.items()}
    )
    plain = (np.diff(upto, axis=0, prepend=0) / 1.01 ** ends[:, None]).sum(axis=0)
    found = MODEL.discounted_purchases(**history, horizon=52.5, rate=0.01)
    np.testing.assert_allclose(found, plain, rtol=1e-11)


def test_all_time_is_the_limit_of_long_times():
    fine = ParetoNbd(r=0.55, alpha=10.6 * 100, s=0.61, beta=11.7 * 100)  # in short units
    history = {"frequency": 3, "recency": 2000, "T": 3000}
    rate = math.expm1(0.01 / 100)
    long = fine.discounted_purchases(**history, horizon=2e5, rate=rate)
    dert = fine.discounted_purchases(
        **history, horizon=math.inf, rate=rate, discounting="continuous"
    )
    # A purchase is due half a unit before the end of its unit, in the mean.
    assert dert * math.exp(-0.00005) == pytest.approx(long, rel=1e-6)
    ever = fine.discounted_purchases(**history, horizon=math.inf, rate=rate)
    assert ever == pytest.approx(long, rel=1e-8)


def test_shapes_broadcast():
    found = MODEL.expected_purchases(
        frequency=[[1], [2]], recency=5.0, T=[10.0, 20.0, 30.0], horizon=4
    )
    assert found.shape == (2, 3)
    assert found.dtype == np.float64
    assert MODEL.probability_alive(frequency=[], recency=[], T=[]).shape == (0,)
    assert MODEL.expected_purchases(horizon=[1, 2]).shape == (2,)
    assert MODEL.probability_alive(frequency=2, recency=5, T=9).shape == ()


# -------------------------------------------------------------------------------------- frames


def rows_of(n=1000):
    drawn = customers(n, 8, **CDNOW)
    return {"id": list(range(n)), **{name: values.tolist() for name, values in drawn.items()}}


@pytest.mark.engines
@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_says_the_same(engine):
    rows = rows_of()
    frame = ENGINES[engine](rows)
    model = ParetoNbd.fit(frame, unit="W")
    reference = ParetoNbd.fit(pd.DataFrame(rows), unit="W")
    assert attrs_of(model) == pytest.approx(attrs_of(reference), rel=1e-8)
    predicted = reference.predict(frame, horizon=26)
    assert type(predicted) is type(frame)
    plain = read(reference.predict(pd.DataFrame(rows), horizon=26))
    assert alike(read(predicted), plain)
    history = {name: np.array(rows[name]) for name in HISTORY}
    expected = reference.expected_purchases(**history, horizon=26)
    np.testing.assert_allclose([row["expected_purchases"] for row in plain], expected, rtol=1e-12)


def test_it_values_customers(cdnow):
    model: PurchaseModel = MODEL
    discount = DiscountRate.per_year(0.1)
    valued = lifetime_value(cdnow, model, 30.0, horizon=52, discount=discount).frame
    assert valued["lifetime_value"].between(0, 30 * valued["expected_purchases"]).all()
    history = {name: cdnow.frame[name] for name in HISTORY}
    discounted = MODEL.discounted_purchases(**history, horizon=52, rate=discount.per("W"))
    np.testing.assert_allclose(valued["discounted_purchases"], discounted, rtol=1e-12)


def test_it_is_tracked(orders, cdnow):
    made = tracking(orders, MODEL, calibration_until="1997-09-30")
    # The steps of tracking are days, of which the first purchase's own is age 0.
    ages = (cdnow.frame["T"] + 39).to_numpy()
    expected = MODEL.expected_purchases(horizon=ages).sum()
    assert made.frame["expected_cumulative"].iloc[-1] == pytest.approx(expected, rel=1e-10)


def test_units_are_not_mixed(cdnow):
    with pytest.raises(UnitMismatch):
        ParetoNbd(**CDNOW, unit="D").predict(cdnow, horizon=1)
    with pytest.raises(UnitMismatch):
        ParetoNbd.fit(cdnow, unit="D")
    with pytest.raises(UnitMismatch):
        ParetoNbd.fit(cdnow.frame)


def test_it_becomes_plain_data_and_comes_back(cdnow):
    for model in (MODEL, ParetoNbd.fit(cdnow)):
        assert from_data(json.loads(json.dumps(model.to_data()))) == model


# ----------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize("name", CDNOW)
@pytest.mark.parametrize("value", [0, -1, math.inf, math.nan])
def test_parameters_are_positive(name, value):
    with pytest.raises(InvalidRule, match=name):
        ParetoNbd(**CDNOW | {name: value})


@pytest.mark.parametrize(
    "history",
    [
        {"frequency": -1, "recency": 0, "T": 1},
        {"frequency": 1.5, "recency": 0, "T": 1},
        {"frequency": 1, "recency": 2, "T": 1},
        {"frequency": 1, "recency": math.nan, "T": 1},
        {"frequency": 1, "recency": 1, "T": math.inf},
        {"frequency": [1, 2], "recency": 1, "T": [3, 4, 5]},
    ],
)
def test_impossible_histories_are_refused(history):
    for ask in (
        MODEL.log_likelihood,
        MODEL.probability_alive,
        lambda **h: MODEL.expected_purchases(**h, horizon=1),
        lambda **h: MODEL.discounted_purchases(**h, horizon=1, rate=0.1),
        ParetoNbd.fit_arrays,
    ):
        with pytest.raises(InvalidData):
            ask(**history)


def test_impossible_questions_are_refused():
    for horizon in (-1, math.nan, math.inf):
        with pytest.raises(InvalidRule, match="horizon"):
            MODEL.expected_purchases(horizon=horizon)
        with pytest.raises(InvalidRule, match="horizon"):
            MODEL.probability_alive(**SOMEBODY, horizon=horizon)
    with pytest.raises(InvalidRule, match="all three or none"):
        MODEL.expected_purchases(frequency=1, horizon=1)
    for horizon, rate in ((-1, 0.1), (math.nan, 0.1), (1, -1), (math.inf, 0.0), (math.inf, -0.1)):
        with pytest.raises(InvalidRule, match=r"horizon|rate"):
            MODEL.discounted_purchases(**SOMEBODY, horizon=horizon, rate=rate)


def test_what_nothing_can_be_learnt_from():
    with pytest.raises(FitError, match="bought twice"):
        ParetoNbd.fit_arrays(frequency=[0] * 5, recency=[0] * 5, T=range(1, 6))
    with pytest.raises(FitError, match="distinct histories"):
        ParetoNbd.fit_arrays(frequency=[1, 2], recency=[1, 2], T=[3, 3])
    with pytest.raises(FitError, match="T is 0"):
        ParetoNbd.fit_arrays(frequency=[1] * 5, recency=[0] * 5, T=[0] * 5)
