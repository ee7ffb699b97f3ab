"""Posterior and bootstrap draws, and what follows from them for a customer's value."""

import os
import subprocess
import sys

import attrs
import numpy as np
import pandas as pd
import pytest
from segmentation.engines import ENGINES, read
from valuation.simulated import CDNOW, customers

from custrel import _parallel
from custrel.errors import ColumnNotFound, FitError, InvalidRule, MissingExtra, UnitMismatch
from custrel.transactions import CustomerSummary
from custrel.valuation import (
    BgBb,
    BgCnbd,
    BgNbd,
    DiscountRate,
    GammaGamma,
    MbgCnbd,
    MbgNbd,
    Nbd,
    ParameterDraws,
    ParetoNbd,
    ShiftedBetaGeometric,
    bootstrap,
    compare,
    draws_interval,
    lifetime_value,
    posterior,
    predict_intervals,
    profile_intervals,
    value_intervals,
)

TRUTH = BgNbd(**CDNOW, unit="W")
MODELS = (
    TRUTH,
    MbgNbd(r=0.5, alpha=6.0, a=0.9, b=1.6, unit="W"),
    ParetoNbd(r=0.55, alpha=10.6, s=0.61, beta=11.7, unit="W"),
    Nbd(r=0.38, alpha=12.0, unit="W"),
    BgCnbd(r=0.85, alpha=1.45, a=0.79, b=2.42, k=3, unit="W"),
    MbgCnbd(r=0.85, alpha=1.45, a=0.79, b=2.42, k=2, unit="W"),
)
BY_NAME = {"ids": lambda model: type(model).__name__}


@pytest.fixture(scope="module")
def rows():
    return pd.DataFrame(customers(800, 3, **CDNOW))


@pytest.fixture(scope="module")
def model(rows):
    return BgNbd.fit(rows, unit="W")


@pytest.fixture(scope="module")
def drawn(model, rows):
    return posterior(model, rows, seed=1, draws=300)


# ----------------------------------------------------------------------------------- posterior


def test_a_posterior_that_is_known():
    """Of one parameter, the weights of a fine grid are its posterior: of NBD's two, of each."""
    frame = pd.DataFrame({"frequency": [0, 1, 2, 3, 5, 9], "T": 38.0})
    frame = frame.loc[frame.index.repeat([20, 6, 3, 2, 2, 1])]
    data = {name: frame[name].to_numpy() for name in frame}
    found = posterior(Nbd.fit(frame, unit="W"), frame, seed=5, draws=4000, spread=1.0)
    logs = np.linspace(-4, 4, 81)
    likelihood = np.array(
        [
            [Nbd(r=r, alpha=38 * a).log_likelihood(**data).sum() for a in np.exp(logs)]
            for r in np.exp(logs)
        ]
    )
    density = np.exp(likelihood - likelihood.max() - (logs[:, None] ** 2 + logs**2) / 2)
    for name, sums, scale in (("r", density.sum(axis=1), 1.0), ("alpha", density.sum(axis=0), 38)):
        share = np.cumsum(sums) / sums.sum()
        for tail in (0.025, 0.25, 0.5, 0.75, 0.975):
            exact = np.exp(np.interp(tail, share, logs + (logs[1] - logs[0]) / 2))
            there = (found[name] <= exact * scale).mean()
            assert there == pytest.approx(tail, abs=0.03)


@pytest.mark.published
def test_near_the_curvature_where_there_are_many(cdnow):
    model = BgNbd.fit(cdnow)
    found = posterior(model, cdnow, seed=1, draws=1000)
    errors = model.standard_errors
    assert found.effective_size > 1000
    for name in ("r", "alpha"):
        assert found[name].mean() == pytest.approx(getattr(model, name), abs=errors[name] / 5)
        assert found[name].std() == pytest.approx(errors[name], rel=0.1)


def test_a_ridge(cdnow):
    """Pareto/NBD's beta goes far up, and the proposals follow it."""
    model = ParetoNbd.fit(cdnow)
    found = posterior(model, cdnow, seed=1, draws=400)
    assert found.effective_size > 300
    assert not found.diagnosis
    low, high = found.intervals()["beta"]
    assert high / model.beta > model.beta / low


def test_the_same_seed(model, rows):
    one, other, third = (posterior(model, rows, seed=s, draws=50).parameters for s in (7, 7, 8))
    np.testing.assert_array_equal(one, other)
    assert (one != third).any()


def test_every_kind_of_model(rows):
    donors = {"frequency": [0, 1, 1, 2, 4, 6], "recency": [0, 1, 5, 4, 6, 6], "periods": 6}
    donors = pd.DataFrame(donors | {"weights": [60, 20, 15, 14, 10, 20]})
    contracts = pd.DataFrame({"tenure": [1, 2, 3, 4, 4], "ended": [1, 1, 1, 1, 0]})
    contracts["weights"] = [131, 126, 90, 60, 593]
    cases = (
        (BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8), donors, "weights"),
        (ShiftedBetaGeometric(alpha=1.3, beta=7.8), contracts, "weights"),
        (GammaGamma(p=6.0, q=3.7, v=15.0), rows, None),
    )
    for start, data, weights in cases:
        found = posterior(start, data, seed=2, draws=100, weights=weights)
        assert found.parameters.shape == (100, len(start.standard_errors))
        assert (found.parameters > 0).all()
        assert found.effective_size > 100


def test_it_covers():
    """Nine intervals of ten hold what is to be expected: of 24, not less than 17."""
    one = {"frequency": 2, "recency": 20.0, "T": 30.0, "horizon": 39}
    right, hits = float(TRUTH.expected_purchases(**one)), []
    for seed in range(24):
        data = pd.DataFrame(customers(400, 500 + seed, **CDNOW, day=0))
        found = posterior(TRUTH, data, seed=seed, draws=100)
        limits = draws_interval(lambda m: m.expected_purchases(**one), found, confidence=0.9)
        hits.append(limits.low < right < limits.high)
    assert sum(hits) >= 17


def test_regular_purchases():
    """The likelihood is of the times between purchases too, of which k is taken to be known."""
    sample = BgCnbd(r=0.85, alpha=1.45, a=0.79, b=2.42, k=3, unit="W").sample(
        T=38.0, seed=1, customers=600
    )
    model = BgCnbd.fit_arrays(**sample, unit="W")
    assert model.k == 3
    frame = pd.DataFrame(sample)
    low, high = profile_intervals(model, frame, parameters=["r"])["r"]
    assert low < model.r < high
    found = posterior(model, frame, seed=1, draws=100)
    assert low < np.median(found["r"]) < high
    again = bootstrap(model, frame, seed=1, draws=30)
    assert again["r"].std() == pytest.approx(model.standard_errors["r"], rel=0.4)
    rivals = [model, BgNbd.fit_arrays(**{name: sample[name] for name in BgNbd.history})]
    assert compare(rivals, frame).best.model == "BgCnbd"
    with pytest.raises(ColumnNotFound, match="log_gaps"):
        compare(rivals, frame.drop(columns="log_gaps"))


def test_poor_draws_say_so(model):
    """Two customers, and priors that let everything be."""
    two = pd.DataFrame({"frequency": [1, 0], "recency": [5.0, 0.0], "T": [30.0, 9.0]})
    with pytest.warns(UserWarning, match="proposals are worth"):
        found = posterior(TRUTH, two, seed=0, draws=100, spread=40.0)
    assert "draw more" in found.diagnosis[0]
    assert "Caution: " in str(found)


def test_refused(model, rows):
    with pytest.raises(InvalidRule, match="draws=0"):
        posterior(model, rows, seed=1, draws=0)
    with pytest.raises(InvalidRule, match=r"spread=0\.0"):
        posterior(model, rows, seed=1, spread=0.0)
    with pytest.raises(UnitMismatch):
        posterior(model, CustomerSummary(rows, unit="D"), seed=1)
    with pytest.raises(InvalidRule, match="no draws"):
        draws_interval(lambda: 1)


def test_printed(drawn):
    lines = str(drawn).splitlines()
    assert lines[0].startswith("BgNbd, posterior: 300 draws, worth ")
    assert [line.split()[0] for line in lines[2:]] == ["r", "alpha", "a", "b"]
    assert drawn._repr_html_().count("<tr>") == 5
    with pytest.raises(InvalidRule, match="'beta'"):
        drawn["beta"]


# ----------------------------------------------------------------------------------- bootstrap


def test_bootstrap_spreads_as_standard_errors_do(rows):
    model = Nbd.fit(rows, unit="W")
    found = bootstrap(model, rows, seed=3, draws=300)
    for name, error in model.standard_errors.items():
        assert found[name].std() == pytest.approx(error, rel=0.2)
    assert found.diagnosis == ()


def test_the_same_in_two_processes(model, rows):
    one, two = (bootstrap(model, rows, seed=3, draws=16, processes=n) for n in (1, 2))
    np.testing.assert_array_equal(one.parameters, two.parameters)


INTERRUPTED = """
import multiprocessing, os, signal, sys
import pandas as pd
import tqdm.auto
from custrel import Nbd
from custrel.valuation import bootstrap

def press():  # as a terminal does, for the program and all that it started
    os.killpg(0, signal.SIGINT)

class Pressing(Nbd):
    def sample(self, *, T, seed):
        if sys.argv[1] == "waiting" and multiprocessing.parent_process() and not pressed:
            pressed.append(True)  # once in each process: the second is not to be heard
            press()
        return super().sample(T=T, seed=seed)

started = []
pressed = []

class Bar:
    def __init__(self, **_):
        started.clear()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def update(self):
        started.extend(multiprocessing.active_children())
        if sys.argv[1] == "counting":
            press()

if __name__ == "__main__":
    tqdm.auto.tqdm = Bar
    frame = pd.DataFrame({"frequency": [0, 1, 2, 5] * 20, "T": 30.0})
    model = Pressing.fit(frame, unit="W")
    try:
        bootstrap(model, frame, seed=1, draws=2000, processes=2, progress=True)
    except KeyboardInterrupt:
        left = multiprocessing.active_children()
        print("stopped", len(left), *(child.pid for child in started))
"""


@pytest.mark.parametrize("moment", ["counting", "waiting"])
def test_ctrl_c_leaves_no_process_behind(tmp_path, moment):
    """Whether the program waits for its processes or counts what they made."""
    script = tmp_path / "interrupted.py"
    script.write_text(INTERRUPTED)
    done = subprocess.run(
        [sys.executable, str(script), moment],
        capture_output=True, text=True, check=False, start_new_session=True, timeout=120,
    )  # fmt: skip
    assert done.stderr == ""
    word, left, *started = done.stdout.split()
    assert (word, left) == ("stopped", "0")
    assert len(started) == (2 if moment == "counting" else 0)
    for pid in started:
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def test_a_bar(model, rows, capfd):
    bootstrap(model, rows, seed=3, draws=9, progress=True)
    assert "bootstrap: 100%" in capfd.readouterr().err


def test_a_bar_without_tqdm(model, rows, monkeypatch):
    monkeypatch.setattr(_parallel, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match="tqdm"):
        bootstrap(model, rows, seed=3, draws=9, progress=True)


def test_what_went_wrong_is_counted():
    """Few customers who hardly come back: of some samples nothing can be learnt."""
    few = pd.DataFrame({"frequency": [0, 1, 2, 5], "T": 30.0})
    few = few.loc[few.index.repeat([6, 2, 1, 1])]
    seldom = attrs.evolve(Nbd.fit(few, unit="W"), alpha=1000.0)
    found = bootstrap(seldom, few, seed=1, draws=60)
    assert any("could not be learnt from in" in finding for finding in found.diagnosis)
    assert len(found) < 60
    nobody = Nbd.fit(few, unit="W")
    with pytest.raises(FitError, match="none of 4 simulated sets"):
        bootstrap(nobody, few.assign(T=1e-9), seed=1, draws=4)


def test_bootstrap_of_counted_opportunities_and_contracts():
    donors = pd.DataFrame({"periods": [6.0, 5.0], "weights": [300, 300]})
    sample = BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8).sample(
        periods=6, seed=1, customers=3000
    )
    found = bootstrap(BgBb.fit_arrays(**sample), donors, seed=1, draws=4, weights="weights")
    assert found.parameters.shape == (4, 4)
    sample = ShiftedBetaGeometric(alpha=0.7, beta=1.2).sample(occasions=5, seed=1, customers=2000)
    contracts = pd.DataFrame({"occasions": [5] * 2000})
    model = ShiftedBetaGeometric.fit_arrays(**sample)
    found = bootstrap(model, contracts, seed=1, draws=100)
    for name, error in model.standard_errors.items():
        assert found[name].std() == pytest.approx(error, rel=0.25)


def test_bootstrap_refused(rows, model):
    with pytest.raises(InvalidRule, match="draws must be 1 or more, got 0"):
        bootstrap(model, rows, seed=1, draws=0)
    with pytest.raises(InvalidRule, match="made from known parameters"):
        bootstrap(TRUTH, rows, seed=1)


def test_bootstrap_of_spend(rows):
    """Each customer keeps his number of purchases; the amounts are drawn anew."""
    model = GammaGamma.fit(rows)
    found = bootstrap(model, rows, seed=1, draws=80)
    assert found.diagnosis == ()
    for name, error in model.standard_errors.items():
        assert np.log(found[name]).std() == pytest.approx(error / getattr(model, name), rel=0.35)
    about = draws_interval(lambda m: m.mean, found)
    assert about.low < model.mean < about.high


@pytest.mark.parametrize("model", MODELS, **BY_NAME)
def test_learnt_again_it_is_of_the_same_kind(model):
    sample = model.sample(T=np.linspace(20, 45, 600), seed=1)
    known = {"k": model.k} if hasattr(model, "k") else {}
    held = type(model).fit_arrays(**sample, unit="W", penalty=2.0, **known)
    again = held.refit(sample)
    assert again == held
    assert (again.unit, again.estimate.penalty) == ("W", 2.0)
    plain = model.refit(sample)
    assert plain.estimate.penalty == 0
    assert model.with_parameters(plain.parameters).parameters == plain.parameters


def test_what_held_a_model_back_holds_its_draws_too(rows):
    free, held = (Nbd.fit(rows, unit="W", penalty=penalty) for penalty in (0.0, 300.0))
    apart, close = (bootstrap(model, rows, seed=1, draws=25) for model in (free, held))
    assert np.log(close["r"]).std() < 0.6 * np.log(apart["r"]).std()


# -------------------------------------------------------------------------------------- futures


@pytest.mark.parametrize("model", MODELS, **BY_NAME)
def test_futures_have_the_mean_that_is_expected(model):
    """Of a hundred thousand futures of each of three customers."""
    n = 100_000
    history = {"frequency": [0, 2, 9], "recency": [0, 30.43, 20.0], "T": [38.86, 38.86, 39.0]}
    many = {name: np.repeat(values, n).astype(float) for name, values in history.items()}
    known = {name: many[name] for name in type(model).history}
    future = model.sample_future(**known, horizon=39.0, seed=0)
    who, when = future["customer_id"], future["time"]
    assert when.min() >= 0
    assert when.max() <= 39
    assert (np.lexsort((when, who)) == np.arange(len(who))).all()
    for until in (10.0, 39.0):
        counted = np.bincount(who[when <= until], minlength=3 * n).reshape(3, n)
        one = {name: np.array(history[name], dtype=float) for name in known}
        expected = model.expected_purchases(**one, horizon=until)
        error = counted.std(axis=1) / np.sqrt(n)
        assert (np.abs(counted.mean(axis=1) - expected) < 4 * error).all()
        none = model.purchase_probability(**one, purchases=0, horizon=until)
        assert (counted == 0).mean(axis=1) == pytest.approx(none, abs=0.007)


COUNTED = (
    (BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8),
     {"frequency": [0, 3, 6], "recency": [0, 4, 6], "periods": [6, 6, 6]}),
    (ShiftedBetaGeometric(alpha=0.7, beta=1.2), {"tenure": [0, 4, 4], "ended": [0, 0, 1]}),
)  # fmt: skip


@pytest.mark.parametrize(("model", "history"), COUNTED)
def test_futures_of_counted_occasions(model, history):
    """Each number of purchases, or of renewals, comes as often as its probability says."""
    n = 50_000
    many = {name: np.repeat(values, n) for name, values in history.items()}
    future = model.sample_future(**many, horizon=5, seed=0)
    who, when = future["customer_id"], future["time"]
    assert set(when) == {1, 2, 3, 4, 5}
    assert (np.lexsort((when, who)) == np.arange(len(who))).all()
    for until in (2, 5):
        counted = np.bincount(who[when <= until], minlength=3 * n).reshape(3, n)
        for times in range(until + 1):
            right = model.purchase_probability(**history, purchases=times, horizon=until)
            assert (counted == times).mean(axis=1) == pytest.approx(right, abs=0.008)
    again = model.sample_future(**many, horizon=5, seed=0)
    np.testing.assert_array_equal(again["time"], when)
    with pytest.raises(InvalidRule, match=r"horizon=2\.5: occasions are counted"):
        model.sample_future(**history, horizon=2.5, seed=0)


# --------------------------------------------------------------------------------------- value

TERMS = {"horizon": 39.0, "discount": DiscountRate.per_year(0.1), "margin": 0.3}


def exact(model, rows=1):
    """Return draws of parameters that are known exactly."""
    values = [getattr(model, name) for name in model.standard_errors]
    return ParameterDraws(
        model=model, parameters=[values] * rows, method="known", effective_size=rows
    )


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
def test_where_all_is_known_it_is_the_lifetime_value(kind, rows):
    spend = GammaGamma(p=6.25, q=3.74, v=15.44)
    some = rows.head(30).assign(id=range(30))
    frame = ENGINES[kind](some.to_dict(orient="list"))
    expected = lifetime_value(some, TRUTH, spend, **TERMS)["lifetime_value"].to_numpy()
    found = pd.DataFrame(read(value_intervals(frame, exact(TRUTH), exact(spend), **TERMS)))
    for name in ("", "_low", "_high"):
        np.testing.assert_allclose(found[f"lifetime_value{name}"], expected, rtol=1e-9)


def test_limits_of_what_is_expected(rows, drawn):
    rows = rows.head(20)
    found = value_intervals(rows, drawn, 20.0, **TERMS)
    rate = TERMS["discount"].per("W")
    for i in (0, 5, 17):
        one = rows.iloc[i][["frequency", "recency", "T"]].to_dict()
        said = [
            0.3 * 20 * float(m.discounted_purchases(**one, horizon=39.0, rate=rate))
            for m in drawn.models()
        ]
        low, high = np.quantile(said, [0.025, 0.975])
        row = found.iloc[i]
        assert row["lifetime_value"] == pytest.approx(np.mean(said), rel=1e-9)
        limits = row["lifetime_value_low"], row["lifetime_value_high"]
        assert limits == pytest.approx((low, high), rel=1e-9)


def test_limits_of_what_he_may_do():
    """They hold what simulated customers go on to spend, about as often as they say."""
    n, spend = 2500, GammaGamma(p=6.25, q=3.74, v=15.44)
    # Twice the time of one cohort: the first half is known, the second is to be foretold.
    orders = TRUTH.sample_orders(T=np.full(n, 60.0), seed=11)
    who, when = orders["customer_id"], orders["time"]
    rng = np.random.default_rng(12)
    scale = rng.gamma(spend.q, 1 / spend.v, n)
    amount = rng.gamma(spend.p, 1 / scale[who])
    again, later = (when > 0) & (when <= 30), when > 30
    x = np.bincount(who[again], minlength=n)
    last = np.zeros(n)
    np.maximum.at(last, who[again], when[again])
    mean = np.bincount(who[again], amount[again], n) / np.maximum(x, 1)
    frame = pd.DataFrame({"frequency": x, "recency": last, "T": 30.0, "monetary_value": mean})
    free = DiscountRate(rate=0.0, unit="W")
    found = value_intervals(
        frame, exact(TRUTH, 300), exact(spend), horizon=30.0, discount=free,
        confidence=0.9, predictive=True, seed=2,
    )  # fmt: skip
    came = np.bincount(who[later], amount[later], n)
    inside = (found["lifetime_value_low"] <= came) & (came <= found["lifetime_value_high"])
    # Limits of 300 drawn futures; 0 is at the lower limit for most, which can only help.
    assert 0.88 <= inside.mean() <= 0.97
    above = came > found["lifetime_value_high"]
    assert above.mean() == pytest.approx(0.05, abs=0.015)
    assert found["lifetime_value"].sum() == pytest.approx(came.sum(), rel=0.1)


def test_value_refused(rows, drawn):
    with pytest.raises(InvalidRule, match="pass seed="):
        value_intervals(rows, drawn, 20.0, **TERMS, predictive=True)
    with pytest.raises(InvalidRule, match="horizon=inf"):
        value_intervals(rows, drawn, 20.0, **TERMS | {"horizon": np.inf})
    with pytest.raises(InvalidRule, match=r"spend=-1\.0"):
        value_intervals(rows, drawn, -1.0, **TERMS)
    with pytest.raises(InvalidRule, match="margin=nan"):
        value_intervals(rows, drawn, 1.0, **TERMS | {"margin": np.nan})
    with pytest.raises(UnitMismatch, match="the model none"):
        value_intervals(rows, exact(BgNbd(**CDNOW)), 1.0, **TERMS)


CONTRACTS = pd.DataFrame({"tenure": [0, 3, 6, 2], "ended": [False, False, False, True]})
DONORS = pd.DataFrame({"frequency": [0, 3, 6], "recency": [0, 4, 6], "periods": [6, 6, 6]})


@pytest.mark.engines
@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize(
    ("model", "frame"),
    [
        (BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8, unit="Y"), DONORS),
        (ShiftedBetaGeometric(alpha=0.7, beta=1.2, unit="Y"), CONTRACTS),
    ],
    **BY_NAME,
)
def test_value_of_counted_occasions(kind, model, frame):
    """What is expected, exactly; and what may come, in the mean."""
    frame = frame.assign(id=range(len(frame)))
    some = ENGINES[kind](frame.to_dict(orient="list"))
    terms = TERMS | {"horizon": 5}
    exact_value = lifetime_value(frame, model, 40.0, **terms)["lifetime_value"].to_numpy()
    found = pd.DataFrame(read(value_intervals(some, exact(model), 40.0, **terms)))
    for name in ("", "_low", "_high"):
        np.testing.assert_allclose(found[f"lifetime_value{name}"], exact_value, rtol=1e-9)
    ahead = value_intervals(some, exact(model, 3000), 40.0, **terms, predictive=True, seed=4)
    ahead = pd.DataFrame(read(ahead)).sort_values("id")
    np.testing.assert_allclose(ahead["lifetime_value"], exact_value, rtol=0.08, atol=0.5)
    assert (ahead["lifetime_value_low"] <= exact_value).all()
    most = (0.3 * 40 / 1.1 ** np.arange(1, 6)).sum()
    assert ahead["lifetime_value_high"].max() == pytest.approx(most, rel=1e-9)


def test_value_of_contracts_that_all_run():
    model = ShiftedBetaGeometric(alpha=0.7, beta=1.2, unit="Y")
    running = CONTRACTS.head(3).drop(columns="ended")
    terms = TERMS | {"horizon": 5}
    found = value_intervals(running, exact(model), 40.0, **terms)
    same = value_intervals(CONTRACTS.head(3), exact(model), 40.0, **terms)
    np.testing.assert_array_equal(found["lifetime_value"], same["lifetime_value"])
    spent = GammaGamma(p=6.0, q=3.7, v=15.0)
    with pytest.raises(ColumnNotFound, match="'monetary_value'"):
        value_intervals(CONTRACTS, exact(model), spent, **terms)
    with pytest.raises(InvalidRule, match=r"horizon=2\.5: occasions are counted"):
        value_intervals(
            CONTRACTS, exact(model), 40.0, **terms | {"horizon": 2.5}, predictive=True, seed=1
        )


def test_predictions_of_counted_occasions_between_limits():
    sample = ShiftedBetaGeometric(alpha=0.7, beta=1.2).sample(occasions=6, seed=1, customers=800)
    model = ShiftedBetaGeometric.fit_arrays(**sample)
    found = predict_intervals(CONTRACTS, model, horizon=5)
    stays = model.expected_purchases(tenure=[0, 3, 6], horizon=5)
    np.testing.assert_allclose(found["expected_purchases"], [*stays, 0.0], rtol=1e-12)
    inside = found["expected_purchases_low"] <= found["expected_purchases"]
    assert (inside & (found["expected_purchases_high"] >= found["expected_purchases"])).all()
