"""Covariates of how often customers buy and how soon they stop."""

import json
import math

import attrs
import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2
from segmentation.engines import ENGINES, read

import custrel as cr
from custrel.errors import ColumnNotFound, FitError, InvalidData, InvalidRule, UnitMismatch
from custrel.valuation import (
    BgNbd,
    CovariateEffect,
    CovariateModel,
    GammaGamma,
    MbgNbd,
    Nbd,
    ParameterDraws,
    ParetoNbd,
    bootstrap,
    compare,
    delta_interval,
    draws_interval,
    lifetime_value,
    likelihood_ratio_test,
    parameter_intervals,
    posterior,
    predict_intervals,
    profile_intervals,
    value_intervals,
)

BASES = {
    "bg": BgNbd(r=0.8, alpha=6.0, a=0.9, b=2.5, unit="W"),
    "mbg": MbgNbd(r=0.8, alpha=6.0, a=0.9, b=2.5, unit="W"),
    "pareto": ParetoNbd(r=0.8, alpha=6.0, s=0.9, beta=12.0, unit="W"),
}
bases = pytest.mark.parametrize("base", BASES.values(), ids=BASES)
SOMEBODY = {"frequency": 2, "recency": 20.0, "T": 38.0}


def model_of(base, **sizes):
    effects = [
        CovariateEffect(parameter=parameter, covariate=name, size=size)
        for parameter, of in sizes.items()
        for name, size in of.items()
    ]
    return CovariateModel(base=base, effects=effects)


def dropout_of(base):
    return ("beta",) if isinstance(base, ParetoNbd) else ("a", "b")


def customers(model, n, seed):
    """Draw customers of four kinds, who do what the model says of each."""
    parts = []
    for i, (web, young) in enumerate([(0, 0), (0, 1), (1, 0), (1, 1)]):
        kind = {
            name: v for name, v in {"web": web, "young": young}.items() if name in model.covariates
        }
        drawn = model.of(**kind).sample(T=np.linspace(20, 45, n // 4), seed=seed + i)
        parts.append(pd.DataFrame(drawn).assign(web=web, young=young))
    return pd.concat(parts, ignore_index=True)


@bases
def test_an_effect_of_zero_changes_nothing(base):
    model = model_of(
        base, alpha={"web": 0.0}, **{name: {"young": 0.0} for name in dropout_of(base)}
    )
    for ask, options in {
        "log_likelihood": {},
        "probability_alive": {"horizon": 5.0},
        "expected_purchases": {"horizon": 39.0},
        "discounted_purchases": {"horizon": 52.0, "rate": 0.002},
    }.items():
        found = getattr(model, ask)(**SOMEBODY, web=[0, 1, 7], young=[0, 1, 2], **options)
        np.testing.assert_allclose(found, getattr(base, ask)(**SOMEBODY, **options), rtol=1e-12)


@bases
def test_an_effect_moves_its_parameter(base):
    by_web = model_of(base, alpha={"web": 0.5}).of(web=2)
    assert by_web == attrs.evolve(base, alpha=base.alpha * math.exp(-1.0))
    for name in dropout_of(base):
        by_young = model_of(base, **{name: {"young": 0.3}}).of(young=1)
        sign = -1 if name == "beta" else 1
        assert by_young == attrs.evolve(base, **{name: getattr(base, name) * math.exp(sign * 0.3)})


@bases
def test_a_covariate_without_effect_is_found_to_have_none(base):
    rows = customers(model_of(base), 3000, 1)
    rows["noise"] = np.random.default_rng(5).normal(size=len(rows)).round(1)
    plain = type(base).fit(rows, unit="W")
    model = CovariateModel.fit(rows, type(base), purchase=["noise"], unit="W")
    (effect,) = model.effects
    gain = 2 * (model.estimate.log_likelihood - plain.estimate.log_likelihood)
    assert 0 <= gain < 11  # chi-squared of one degree: beyond it once in a thousand
    assert abs(effect.size) < 3.3 * model.standard_errors["alpha: noise"]
    flat = CovariateModel.fit(rows.assign(same=rows["web"]), type(base), unit="W")
    assert flat.estimate.log_likelihood == pytest.approx(plain.estimate.log_likelihood, rel=1e-12)
    assert flat.base.r == pytest.approx(plain.r, rel=1e-6)
    np.testing.assert_allclose(flat.estimate.covariance, plain.estimate.covariance, rtol=1e-4)


@bases
def test_effects_are_recovered(base):
    sizes = {
        "alpha": {"web": 0.6, "young": -0.4},
        **{name: {"young": 0.5} for name in dropout_of(base)},
    }
    true = model_of(base, **sizes)
    rows = customers(true, 8000, 11)
    model = CovariateModel.fit(
        rows, type(base), purchase=["web", "young"], dropout=["young"], unit="W"
    )
    assert model.estimate.diagnosis == ()
    found = {**{name: getattr(model.base, name) for name in base._parameters}}
    wanted = {name: getattr(base, name) for name in base._parameters}
    for effect, other in zip(model.effects, true.effects, strict=True):
        key = f"{effect.parameter}: {effect.covariate}"
        found[key], wanted[key] = effect.size, other.size
    for name, error in model.standard_errors.items():
        assert found[name] == pytest.approx(wanted[name], abs=4 * error)
    assert abs(model.effects[0].size) > 5 * model.standard_errors["alpha: web"]
    # The likelihood that is reported is that of the histories, and the largest.
    known = {name: rows[name].to_numpy(dtype=float) for name in model.history}
    top = model.log_likelihood(**known).sum()
    assert model.estimate.log_likelihood == pytest.approx(top, rel=1e-11)
    for i, effect in enumerate(model.effects):
        moved = [*model.effects]
        moved[i] = attrs.evolve(effect, size=effect.size + 0.01)
        assert attrs.evolve(model, effects=moved).log_likelihood(**known).sum() < top


@pytest.mark.parametrize("unit", ["cents", "euros"])
def test_the_scale_of_a_covariate_does_not_matter(unit):
    rows = customers(model_of(BASES["bg"], alpha={"web": 0.6}), 2000, 4)
    rows["spent"] = (rows["web"] + 0.5 * rows["young"]) * (100_000 if unit == "cents" else 1000)
    model = CovariateModel.fit(rows, BgNbd, purchase=["spent"], unit="W")
    (effect,) = model.effects
    per_thousand = effect.size * (100_000 if unit == "cents" else 1000)
    assert per_thousand == pytest.approx(0.4666, abs=0.2)
    assert model.standard_errors["alpha: spent"] / effect.size < 0.5


@pytest.mark.engines
@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_says_the_same(engine):
    table = customers(model_of(BASES["mbg"], alpha={"web": 0.6}), 400, 3)
    table = table.assign(id=range(len(table)), web=table["web"] == 1)
    rows = table.to_dict("list")
    frame = ENGINES[engine](rows)
    options = {"purchase": ["web"], "dropout": ["young"], "unit": "W"}
    model = CovariateModel.fit(frame, MbgNbd, **options)
    reference = CovariateModel.fit(table, MbgNbd, **options)
    for one, other in zip(model.effects, reference.effects, strict=True):
        assert one.size == pytest.approx(other.size, rel=1e-6)
    out = reference.predict(frame, horizon=26)
    assert type(out) is type(frame)
    found = {row["id"]: row["expected_purchases"] for row in read(out)}
    expected = reference.predict(table, horizon=26).set_index("id")["expected_purchases"]
    assert found == pytest.approx(expected.to_dict(), rel=1e-9)
    valued = lifetime_value(
        frame, reference, 10.0, horizon=52, discount=cr.DiscountRate.per_year(0.1)
    )
    assert all(row["lifetime_value"] > 0 for row in read(valued))


def test_predictions_are_those_of_each_kind():
    model = model_of(BASES["pareto"], alpha={"web": 0.6}, beta={"young": 0.5})
    rows = customers(model, 40, 3)
    found = model.predict(rows, horizon=26)
    for (web, young), some in rows.groupby(["web", "young"]):
        plain = model.of(web=web, young=young).predict(some, horizon=26)
        for name in ("p_alive", "expected_purchases"):
            np.testing.assert_allclose(found.loc[some.index, name], plain[name], rtol=1e-12)
    new = model.expected_purchases(web=[0, 1], young=0, horizon=[[1.0], [10.0]])
    assert new.shape == (2, 2)
    assert new[1, 1] == pytest.approx(
        float(model.of(web=1, young=0).expected_purchases(horizon=10))
    )


def test_a_value_like_any_rule():
    model = model_of(BASES["bg"], alpha={"web": 0.6}, a={"young": 0.5})
    again = cr.from_data(json.loads(json.dumps(model.to_data())))
    assert again == model
    assert hash(again) == hash(model)
    assert model.unit == "W"
    assert model.covariates == ("web", "young")
    assert model.history == ("frequency", "recency", "T", "web", "young")
    text = str(model).splitlines()
    assert text[0] == "BgNbd with covariates, times in weeks"
    assert text[-1].split() == ["a:", "young", "0.5"]
    assert math.isnan(model.standard_errors["alpha: web"])


def test_refusals():
    model = model_of(BASES["bg"], alpha={"web": 0.6})
    rows = customers(model, 400, 3)
    with pytest.raises(InvalidRule, match="Nbd takes no covariates: BgNbd, MbgNbd"):
        CovariateModel.fit(rows, Nbd, purchase=["web"], unit="W")
    with pytest.raises(ColumnNotFound, match=r"'yuong' \(did you mean 'young'"):
        CovariateModel.fit(rows, BgNbd, dropout=["yuong"], unit="W")
    with pytest.raises(FitError, match="one is 1 for all customers"):
        CovariateModel.fit(rows.assign(one=1), BgNbd, purchase=["one"], unit="W")
    with pytest.raises(InvalidData, match="'web': missing or infinite in 1 row"):
        CovariateModel.fit(
            rows.assign(web=[np.nan, *rows["web"][1:]]), BgNbd, purchase=["web"], unit="W"
        )
    with pytest.raises(InvalidData, match="expected numbers"):
        CovariateModel.fit(rows.assign(web="yes"), BgNbd, purchase=["web"], unit="W")
    with pytest.raises(
        InvalidRule, match="an effect on beta: BgNbd lets covariates move alpha, a, b"
    ):
        model_of(BASES["bg"], beta={"web": 0.6})
    with pytest.raises(InvalidRule, match="a covariate moves one of alpha, beta, a, b"):
        CovariateEffect(parameter="r", covariate="web", size=1.0)
    with pytest.raises(InvalidRule, match="must be finite"):
        CovariateEffect(parameter="a", covariate="web", size=math.nan)
    with pytest.raises(InvalidRule, match="give the covariate 'web' too"):
        model.expected_purchases(**SOMEBODY, horizon=3)
    with pytest.raises(InvalidRule, match="'wbe' is no covariate: web are"):
        model.expected_purchases(**SOMEBODY, web=1, wbe=1, horizon=3)
    with pytest.raises(InvalidRule, match="give these covariates: web"):
        model.of(young=1)
    with pytest.raises(UnitMismatch):
        model.predict(cr.CustomerSummary(rows, unit="D"), horizon=3)
    spend = GammaGamma(p=6, q=3, v=15)
    with pytest.raises(ColumnNotFound, match="'monetary_value'"):
        lifetime_value(rows, model, spend, horizon=3, discount=cr.DiscountRate.per_year(0.1))


# ------------------------------------------------------------------ everything that can be asked


@pytest.fixture(scope="module")
def web():
    """Two kinds of customers, and the model learnt from them."""
    rows = customers(
        model_of(BASES["bg"], alpha={"web": 0.6}, a={"web": 0.4}, b={"web": 0.0}), 2400, 8
    )
    return rows, CovariateModel.fit(rows, BgNbd, purchase=["web"], dropout=["web"], unit="W")


@bases
def test_chances_are_those_of_the_plain_model(base):
    model = model_of(base, alpha={"web": 0.6})
    asked = {"purchases": [[0], [1], [4]], "start": 2.0, "end": 30.0}
    found = model.purchase_probability(**SOMEBODY, web=[0, 1], **asked)
    assert found.shape == (3, 2)
    for web, column in enumerate(found.T):
        plain = model.of(web=web).purchase_probability(**SOMEBODY, **asked)
        np.testing.assert_allclose(column, plain[:, 0], rtol=1e-12)
    new = model.purchase_probability(purchases=0, horizon=[1.0, 9.0], web=1)
    np.testing.assert_allclose(
        new, model.of(web=1).purchase_probability(purchases=0, horizon=[1.0, 9.0]), rtol=1e-12
    )


@bases
def test_drawn_customers_do_what_the_model_says_of_their_kind(base):
    model = model_of(base, alpha={"web": 0.9})
    n = 20_000
    web = np.tile([0, 1], n)
    drawn = model.sample(T=39.0, web=web, seed=3)
    assert list(drawn) == ["frequency", "recency", "T", "web"]
    np.testing.assert_array_equal(drawn["web"], web)
    again = model.sample(T=39.0, web=web, seed=3)
    np.testing.assert_array_equal(drawn["recency"], again["recency"])
    orders = model.sample_orders(T=39.0, web=web, seed=4)
    who, when = orders["customer_id"], orders["time"]
    assert (np.lexsort((when, who)) == np.arange(len(who))).all()
    repeats = np.bincount(who) - 1
    future = model.sample_future(**SOMEBODY, web=web, horizon=39.0, seed=5)
    ahead = np.bincount(future["customer_id"], minlength=2 * n)
    for kind in (0, 1):
        new = float(model.expected_purchases(web=kind, horizon=39.0))
        known = float(model.expected_purchases(**SOMEBODY, web=kind, horizon=39.0))
        cases = ((drawn["frequency"], new), (repeats, new), (ahead, known))
        for counted, expected in cases:
            mine = counted[web == kind]
            assert mine.mean() == pytest.approx(expected, abs=4 * mine.std() / np.sqrt(n))


def test_a_penalty_holds_effects_back(web):
    rows, free = web
    held = CovariateModel.fit(rows, BgNbd, purchase=["web"], dropout=["web"], unit="W", penalty=50)
    assert held.estimate.penalty == 50
    sizes = [np.array([effect.size for effect in model.effects]) for model in (held, free)]
    assert sizes[0] @ sizes[0] < 0.7 * (sizes[1] @ sizes[1])
    # What is maximized, by hand: times in units of the longest, effects over the largest value.
    known = {name: rows[name].to_numpy(dtype=float) for name in free.history}
    longest = rows["T"].max()

    def objective(model):
        base, effects = model.base, [effect.size for effect in model.effects]
        logs = np.log([base.r, base.alpha / longest, base.a, base.b])
        return model.log_likelihood(**known).sum() - 25 * (logs @ logs + np.dot(effects, effects))

    top = objective(held)
    assert held.log_likelihood(**known).sum() == pytest.approx(held.estimate.log_likelihood)
    for name, value in held.parameters.items():
        for step in (-0.003, 0.003):
            moved = value + step if ":" in name else value * math.exp(step)
            assert objective(held.with_parameters(held.parameters | {name: moved})) < top
    with pytest.raises(InvalidRule, match="penalty=-1"):
        CovariateModel.fit(rows, BgNbd, purchase=["web"], unit="W", penalty=-1)


def test_intervals_of_effects(web):
    rows, model = web
    wald = parameter_intervals(model)
    assert wald.names == ("r", "alpha", "a", "b", "alpha: web", "a: web", "b: web")
    name = "alpha: web"
    size, error = model.parameters[name], model.standard_errors[name]
    assert wald[name] == pytest.approx((size - 1.959964 * error, size + 1.959964 * error), rel=1e-6)
    # Where the others are chosen as well as can be, twice the fall is the quantile of chi-squared.
    low, high = profile_intervals(model, rows, parameters=[name])[name]
    assert (low, high) == pytest.approx(wald[name], abs=0.15 * error)
    assert low < 0.6 < high


def test_effects_of_a_covariate_in_odd_units(web):
    """A covariate in thousandths has a thousandth of the effect, and of its limits."""
    rows, model = web
    odd = rows.assign(web=rows["web"] * 1000)
    other = CovariateModel.fit(odd, BgNbd, purchase=["web"], dropout=["web"], unit="W")
    name, soon = "alpha: web", lambda m, one: m.expected_purchases(horizon=20.0, web=one)
    size, error = model.parameters[name], model.standard_errors[name]
    assert other.parameters[name] * 1000 == pytest.approx(size, rel=1e-6)
    near, far = (profile_intervals(other, odd, parameters=[name])[name], parameter_intervals(other))
    for limits in (near, far[name]):
        assert (limits[0] - size / 1000) / error == pytest.approx(-1.96e-3, rel=0.1)
        assert (limits[1] - size / 1000) / error == pytest.approx(1.96e-3, rel=0.1)
    found = delta_interval(lambda m: soon(m, 1000.0), other)
    same = delta_interval(lambda m: soon(m, 1.0), model)
    assert float(found.low) == pytest.approx(float(same.low), rel=1e-5)
    assert float(found.high) == pytest.approx(float(same.high), rel=1e-5)


def test_draws_of_effects(web):
    rows, model = web
    name, error = "alpha: web", model.standard_errors["alpha: web"]
    drawn = posterior(model, rows, seed=1, draws=400)
    again = bootstrap(model, rows, seed=1, draws=40)
    for found, near in ((drawn, 0.2), (again, 0.4)):
        assert found[name].mean() == pytest.approx(model.parameters[name], abs=error)
        assert found[name].std() == pytest.approx(error, rel=near)
    asked = {"horizon": 39.0, "web": [0, 1]}
    about = draws_interval(lambda m: m.expected_purchases(**asked), drawn)
    delta = delta_interval(lambda m: m.expected_purchases(**asked), model)
    np.testing.assert_allclose(about.high - about.low, delta.high - delta.low, rtol=0.2)
    predicted = predict_intervals(rows.head(20), model, horizon=39)
    assert (predicted["expected_purchases_low"] < predicted["expected_purchases"]).all()


def test_value_between_limits(web):
    rows, model = web
    rows = rows.head(10)
    drawn = ParameterDraws(
        model=model, parameters=[list(model.parameters.values())] * 300, method="known", effective_size=1
    )  # fmt: skip
    terms = {"horizon": 39.0, "discount": cr.DiscountRate.per_year(0.1), "margin": 0.3}
    exact = lifetime_value(rows, model, 20.0, **terms)["lifetime_value"]
    found = value_intervals(rows, drawn, 20.0, **terms)
    np.testing.assert_allclose(found["lifetime_value"], exact, rtol=1e-9)
    ahead = value_intervals(rows, drawn, 20.0, **terms, predictive=True, seed=3)
    assert (ahead["lifetime_value_high"] > exact).all()
    assert ahead["lifetime_value"].sum() == pytest.approx(exact.sum(), rel=0.1)


def test_compared_and_tested(web):
    rows, model = web
    plain = BgNbd.fit(rows, unit="W")
    some = CovariateModel.fit(rows, BgNbd, purchase=["web"], unit="W")
    held = rows.assign(frequency_holdout=1, duration_holdout=10.0)
    scores = compare([plain, some, model], held).scores
    assert [score.model for score in scores] == ["BgNbd", *["BgNbd with covariates"] * 2]
    assert [score.parameters for score in scores] == [4, 5, 7]
    for score, learnt in zip(scores, (plain, some, model), strict=True):
        assert score.log_likelihood == pytest.approx(learnt.estimate.log_likelihood, rel=1e-9)
    expected = model.expected_purchases(
        **{name: rows[name].to_numpy(dtype=float) for name in model.history}, horizon=10.0
    )
    assert scores[2].holdout.expected == pytest.approx(expected.sum(), rel=1e-9)
    for smaller, larger, degrees in ((plain, some, 1), (some, model, 2), (plain, model, 3)):
        found = likelihood_ratio_test(smaller, larger)
        gain = larger.estimate.log_likelihood - smaller.estimate.log_likelihood
        assert (found.degrees, found.on_boundary) == (degrees, 0)
        assert found.p_value == pytest.approx(chi2.sf(2 * gain, degrees), rel=1e-6)
    other = CovariateModel.fit(rows, BgNbd, dropout=["young"], unit="W")
    with pytest.raises(InvalidRule, match="is no special case of BgNbd with covariates"):
        likelihood_ratio_test(some, other)
    with pytest.raises(InvalidRule, match="Nbd is no special case"):
        likelihood_ratio_test(Nbd.fit(rows, unit="W"), some)


def test_refused_by_the_verbs(web):
    rows, model = web
    with pytest.raises(InvalidRule, match=r"ask the plain model of one kind.*of\(web=\.\.\.\)"):
        model.sample(T=39.0, seed=1)
    with pytest.raises(InvalidRule, match="'frequency' is no covariate"):
        model.sample(T=39.0, seed=1, web=1, frequency=2)
    with pytest.raises(InvalidData, match="'web': missing or infinite"):
        model.sample(T=39.0, seed=1, web=[1, np.nan])
    with pytest.raises(InvalidRule, match="learn it with penalty=0, or draw from the posterior"):
        profile_intervals(
            CovariateModel.fit(rows, BgNbd, purchase=["web"], unit="W", penalty=1.0), rows
        )
