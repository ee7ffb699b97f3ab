"""The shifted-beta-geometric model: published figures, 60 digits, frames, and what it refuses."""

import json
import math
import pickle
import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from segmentation.engines import ENGINES, alike, read
from valuation import occasion_reference as reference

import custrel as cr
from custrel.errors import ColumnNotFound, FitError, InvalidData, InvalidRule
from custrel.valuation import BgBb, ShiftedBetaGeometric
from custrel.valuation._contract_fit import _Likelihood
from custrel.valuation._renewals import Renewals

# Customers of 1,000 who are there after 0 ... 12 years; the models are learnt from 7 renewals.
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394]
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173]
PUBLISHED = {
    "high end": (HIGH_END, (0.668088, 3.806096), -1611.1581),
    "regular": (REGULAR, (0.704077, 1.182043), -1680.2652),
}
MODEL = ShiftedBetaGeometric(alpha=0.704077, beta=1.182043)
SHAPE = st.floats(0.05, 50)
MODELS = st.builds(ShiftedBetaGeometric, alpha=SHAPE, beta=SHAPE)


def parameters(model):
    return [model.alpha, model.beta]


def contracts(active):
    """Return the contracts of a cohort, ended and running, one row per kind."""
    ended = [(t, True, active[t - 1] - active[t]) for t in range(1, len(active))]
    rows = [*ended, (len(active) - 1, False, active[-1])]
    return pd.DataFrame(rows, columns=["tenure", "ended", "customers"])


def long_table(cohorts):
    return pd.DataFrame(
        [
            (name, period, count)
            for name, active in cohorts.items()
            for period, count in enumerate(active)
        ],
        columns=["cohort", "period", "active"],
    )


def simulated(customers, seed, alpha, beta, most):
    """Draw contracts that began at different times, so that the running ones are cut off."""
    rng = np.random.default_rng(seed)
    left_at = rng.geometric(np.maximum(rng.beta(alpha, beta, customers), 1e-9))
    seen = rng.integers(0, most + 1, customers)
    return {"tenure": np.minimum(left_at, seen), "ended": left_at <= seen}


# ---------------------------------------------------------------------------------- published


@pytest.mark.published
@pytest.mark.parametrize("segment", PUBLISHED)
def test_parameters_and_likelihoods(segment):
    active, published, log_likelihood = PUBLISHED[segment]
    for model in (
        ShiftedBetaGeometric.fit_survivors(active[:8]),
        ShiftedBetaGeometric.fit_cohorts(long_table({"one": active[:8]})),
        ShiftedBetaGeometric.fit(contracts(active[:8]), weights="customers"),
    ):
        # The last printed digit of 3.806096 is an optimizer's: the maximum is at 3.80609496.
        assert parameters(model) == pytest.approx(published, abs=2e-6)
        assert model.estimate.log_likelihood == pytest.approx(log_likelihood, abs=5e-5)
        assert model.estimate.customers == 1000
        assert model.estimate.diagnosis == ()


@pytest.mark.published
@pytest.mark.parametrize("segment", PUBLISHED)
def test_survival_is_that_of_the_data_also_beyond_them(segment):
    """The printed survival of years 0 ... 12, of which 8 ... 12 were not learnt from."""
    active, published, _ = PUBLISHED[segment]
    model = ShiftedBetaGeometric(alpha=published[0], beta=published[1])
    survival = 1000 * model.survival(horizon=range(13))
    assert survival[:8] == pytest.approx(active[:8], abs=20)
    assert survival[8:] == pytest.approx(active[8:], abs=17)
    counts = contracts(active[:8])
    each = model.log_likelihood(tenure=counts["tenure"], ended=counts["ended"])
    assert counts["customers"] @ each == pytest.approx(PUBLISHED[segment][2], abs=5e-5)


# ---------------------------------------------------------------------------------- reference


def _cases():
    shapes = (1e-3, 0.2, 1 - 1e-9, 1.0, 1 + 1e-9, 2.5, 40.0, 1e4)
    times, rates = (0, 1, 5, 60, 1000), (1e-4, 0.01, 0.1, 1.0, 20.0)
    random_ = random.Random(7)
    rest = [
        (random_.choice(times), random_.choice(times), random_.choice(rates)) for _ in range(64)
    ]
    shapes = [(alpha, beta) for alpha in shapes for beta in shapes]
    return [(*shape, *more) for shape, more in zip(shapes, rest, strict=True)]


def model_of(alpha, beta):
    return ShiftedBetaGeometric(alpha=alpha, beta=beta)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("kernel", "formula", "fields"),
    [
        (lambda a, b, t: float(model_of(a, b).survival(horizon=t)), reference.survival, (0, 1, 2)),
        (
            lambda a, b, t: float(model_of(a, b).leaving_probability(occasion=t)),
            reference.leaving_probability,
            (0, 1, -1),
        ),
        (
            lambda a, b, t, h: float(model_of(a, b).residual_lifetime(tenure=t, horizon=h)),
            reference.renewals_within,
            (0, 1, 2, 3),
        ),
        (
            lambda a, b, t, r: float(model_of(a, b).residual_lifetime(tenure=t, rate=r)),
            reference.residual_lifetime,
            (0, 1, 2, 4),
        ),
    ],
    ids=["survival", "leaving", "renewals within a horizon", "DERL"],
)
def test_in_60_digits(kernel, formula, fields):
    cases = [(*case, case[2] + 1) for case in _cases()]
    error, case = reference.worst(
        kernel, formula, [tuple(case[i] for i in fields) for case in cases]
    )
    assert error <= 1e-9, case


def test_gradient_and_hessian_against_differences():
    likelihood = _Likelihood(Renewals.of_survivors([HIGH_END, REGULAR[:4]]))
    for theta in [(-1.0, 1.0), (3.0, -3.0), (-5.0, 6.0)]:
        at, h = np.array(theta), 1e-5
        _, gradient, hessian = likelihood(at)
        for i, step in enumerate(np.eye(2) * h):
            (up, slope_up, _), (down, slope_down, _) = likelihood(at + step), likelihood(at - step)
            assert gradient[i] == pytest.approx((up - down) / (2 * h), rel=1e-6, abs=1e-4)
            np.testing.assert_allclose(
                hessian[i], (slope_up - slope_down) / (2 * h), rtol=1e-6, atol=1e-4
            )


# --------------------------------------------------------------------------------- properties


@pytest.mark.properties
@settings(max_examples=40)
@given(model=MODELS, tenure=st.integers(0, 40))
def test_the_verbs_agree(model, tenure):
    t = np.arange(1, 30)
    survival = model.survival(horizon=np.append(0, t))
    np.testing.assert_allclose(-np.diff(survival), model.leaving_probability(occasion=t), rtol=1e-9)
    np.testing.assert_allclose(
        survival[1:] / survival[:-1], model.retention_rate(occasion=t), rtol=1e-10
    )
    later = model.survival(horizon=t, tenure=tenure)
    both = model.survival(horizon=tenure + t) / model.survival(horizon=tenure)
    np.testing.assert_allclose(later, both, rtol=1e-10)
    assert (np.diff(model.retention_rate(occasion=t)) > 0).all()
    some = model.residual_lifetime(tenure=tenure, horizon=29)
    assert some == pytest.approx(later.sum(), rel=1e-10)
    worth = model.residual_lifetime(tenure=tenure, horizon=29, rate=0.1)
    assert worth == pytest.approx(later @ 1.1 ** -(t - 1.0), rel=1e-10)
    ever = model.residual_lifetime(tenure=tenure, rate=0.1)
    assert ever == pytest.approx(
        float(model.residual_lifetime(tenure=tenure, rate=0.1, horizon=2000)), rel=1e-10
    )
    assert model.expected_lifetime(rate=0.1) == pytest.approx(
        1 + float(model.residual_lifetime(tenure=0, rate=0.1)) / 1.1, rel=1e-12
    )
    assert model.expected_lifetime(horizon=30) == pytest.approx(survival.sum(), rel=1e-12)


def test_lifetimes_without_discount():
    assert ShiftedBetaGeometric(alpha=2.5, beta=3).expected_lifetime() == pytest.approx(4.5 / 1.5)
    assert MODEL.expected_lifetime() == math.inf
    assert MODEL.residual_lifetime(tenure=3) == math.inf
    assert MODEL.expected_lifetime(horizon=1, rate=0.1) == 1


def test_those_who_buy_for_certain_are_under_contract():
    """BG/BB whose customers take every opportunity while alive."""
    twin = BgBb(alpha=1e12, beta=1e-3, gamma=MODEL.alpha, delta=MODEL.beta)
    bought = twin.expected_purchases(frequency=4, recency=4, periods=4, horizon=[1, 5])
    renewed = [float(MODEL.residual_lifetime(tenure=4, horizon=h)) for h in (1, 5)]
    assert bought == pytest.approx(renewed, rel=1e-9)


def test_it_broadcasts():
    survival = MODEL.survival(horizon=[[1], [2]], tenure=[0, 1, 2])
    assert survival.shape == (2, 3)
    assert survival.dtype == np.float64
    assert survival[1, 2] == MODEL.survival(horizon=2, tenure=2)
    assert MODEL.survival(horizon=[]).shape == (0,)


# --------------------------------------------------------------------------------- fits


@pytest.mark.parametrize("true", [(0.7, 1.2), (3.0, 15.0)])
def test_simulated_contracts_are_recovered(true):
    model = ShiftedBetaGeometric.fit_arrays(**simulated(40_000, 2, *true, most=10))
    distance = np.array(parameters(model)) - true
    score = distance @ np.linalg.solve(np.array(model.estimate.covariance), distance)
    assert score < 13.8  # 99.9 % of chi-squared with 2 degrees of freedom


def test_standard_errors_are_those_of_the_natural_parameters():
    model = ShiftedBetaGeometric.fit_survivors(REGULAR)
    rows = contracts(REGULAR)

    def value(alpha, beta):
        each = model_of(alpha, beta).log_likelihood(tenure=rows["tenure"], ended=rows["ended"])
        return float(rows["customers"] @ each)

    h, (a, b) = 1e-3, parameters(model)
    aa = (value(a + h, b) - 2 * value(a, b) + value(a - h, b)) / h**2
    bb = (value(a, b + h) - 2 * value(a, b) + value(a, b - h)) / h**2
    corners = value(a + h, b + h) - value(a + h, b - h) - value(a - h, b + h) + value(a - h, b - h)
    information = -np.array([[aa, corners / (4 * h**2)], [corners / (4 * h**2), bb]])
    np.testing.assert_allclose(model.estimate.covariance, np.linalg.inv(information), rtol=1e-3)


def test_weights_are_customers():
    rows = contracts(REGULAR)
    weighed = ShiftedBetaGeometric.fit(rows, weights="customers")
    single = rows.loc[rows.index.repeat(rows["customers"])].sample(frac=1, random_state=1)
    assert ShiftedBetaGeometric.fit(single) == weighed
    arrays = {"tenure": rows["tenure"], "ended": rows["ended"]}
    assert ShiftedBetaGeometric.fit_arrays(**arrays, weights=rows["customers"]) == weighed


def test_several_cohorts_are_one_likelihood():
    cohorts = {"2019": HIGH_END[:8], "2020": REGULAR[:5], "2021": [500, 400]}
    made = ShiftedBetaGeometric.fit_cohorts(long_table(cohorts).sample(frac=1, random_state=3))
    assert made == ShiftedBetaGeometric.fit_survivors([*cohorts.values()])
    filled = np.full((3, 8), np.nan)
    for row, active in zip(filled, cohorts.values(), strict=True):
        row[: len(active)] = active
    assert made == ShiftedBetaGeometric.fit_survivors(filled)
    both = pd.concat([contracts(active) for active in cohorts.values()])
    assert made == ShiftedBetaGeometric.fit(both, weights="customers")
    assert made.estimate.customers == 2500


def test_a_cohort_need_not_be_known_from_its_start():
    table = long_table({"new": REGULAR[:6], "old": REGULAR})
    late = table[(table["cohort"] == "new") | (table["period"] >= 5)]
    model = ShiftedBetaGeometric.fit_cohorts(late)
    assert parameters(model) == pytest.approx(
        parameters(ShiftedBetaGeometric.fit_survivors(REGULAR)), rel=0.05
    )
    assert model.estimate.customers == 1000 + REGULAR[5]


@pytest.mark.parametrize(
    ("active", "finding"),
    [
        ([10**6, 8 * 10**5, 64 * 10**4, 512 * 10**3], "all customers leave with one probability"),
        ([1000, 600, 600, 600], "customers leave at the first occasion or never"),
        ([1000, 0, 0, 0], None),
        ([1000, 500, 100, 1], "all customers leave with one probability"),
    ],
)
def test_a_boundary_is_named(active, finding):
    if finding is None:
        with pytest.raises(FitError, match="came to 1"):
            ShiftedBetaGeometric.fit_survivors(active)
        return
    with pytest.warns(UserWarning, match=finding):
        model = ShiftedBetaGeometric.fit_survivors(active)
    assert any(finding in text for text in model.estimate.diagnosis)
    assert np.isnan(model.estimate.standard_errors).all()
    expected = [1, active[1] / active[0]]
    assert model.survival(horizon=[0, 1]) == pytest.approx(expected, abs=0.2)


# --------------------------------------------------------------------------------- frames


@pytest.mark.engines
@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine(engine):
    rows = {"id": list(range(14)), **contracts(REGULAR).astype({"customers": int}).to_dict("list")}
    rows["id"] = rows["id"][: len(rows["tenure"])]
    frame = ENGINES[engine](rows)
    model = ShiftedBetaGeometric.fit(frame, weights="customers")
    known = ShiftedBetaGeometric.fit_survivors(REGULAR)
    assert parameters(model) == pytest.approx(parameters(known), rel=1e-12)
    out = read(MODEL.predict(frame, horizon=3))
    assert [*out[0]] == [*rows, "p_active", "expected_renewals"]
    tenure, there = np.array(rows["tenure"]), ~np.array(rows["ended"])
    survival = MODEL.survival(horizon=3, tenure=tenure) * there
    renewals = MODEL.residual_lifetime(tenure=tenure, horizon=3) * there
    want = [
        {**row, "p_active": float(survival[i]), "expected_renewals": float(renewals[i])}
        for i, row in enumerate(pd.DataFrame(rows).to_dict("records"))
    ]
    assert alike(out, want)
    everybody = read(MODEL.predict(frame, horizon=3, ended=None))
    assert everybody[0]["p_active"] == pytest.approx(MODEL.survival(horizon=3, tenure=1))


@pytest.mark.engines
@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_with_cohorts(engine):
    table = long_table({"a": HIGH_END, "b": REGULAR[:6]})
    frame = ENGINES[engine](table.to_dict("list"))
    assert ShiftedBetaGeometric.fit_cohorts(frame) == ShiftedBetaGeometric.fit_cohorts(table)


def test_columns_of_other_names():
    table = long_table({"a": REGULAR})
    renamed = table.rename(columns={"cohort": "c", "period": "year", "active": "left"})
    known = ShiftedBetaGeometric.fit_cohorts(table)
    names = {"period": "year", "active": "left"}
    assert ShiftedBetaGeometric.fit_cohorts(renamed, cohort="c", **names) == known
    assert ShiftedBetaGeometric.fit_cohorts(renamed, cohort=None, **names) == known
    with pytest.raises(ColumnNotFound, match="Say which columns"):
        ShiftedBetaGeometric.fit_cohorts(renamed)
    rows = contracts(REGULAR).rename(columns={"tenure": "age", "ended": "gone"})
    made = ShiftedBetaGeometric.fit(rows, tenure="age", ended="gone", weights="customers")
    assert parameters(made) == pytest.approx(parameters(known))
    out = made.predict(rows.astype({"gone": int}), horizon=2, tenure="age", ended="gone")
    assert out["p_active"].iloc[0] == 0
    with pytest.raises(ColumnNotFound, match="'tenure'"):
        made.predict(rows, horizon=2)
    with pytest.raises(ColumnNotFound, match="'ended'"):
        ShiftedBetaGeometric.fit(rows, tenure="age")


# --------------------------------------------------------------------------------- values


def test_it_survives_json():
    for model in (MODEL, ShiftedBetaGeometric.fit_survivors(REGULAR)):
        again = cr.from_data(json.loads(json.dumps(model.to_data())))
        assert again == model
        assert type(again) is ShiftedBetaGeometric
        assert hash(again) == hash(model)
        assert pickle.loads(pickle.dumps(model)) == model


# --------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf])
def test_impossible_parameters(value):
    with pytest.raises(InvalidRule, match=r"alpha=.* must be positive"):
        ShiftedBetaGeometric(alpha=value, beta=1)
    with pytest.raises(InvalidRule, match=r"beta=.* must be positive"):
        ShiftedBetaGeometric(alpha=1, beta=value)


@pytest.mark.parametrize(
    ("tenure", "ended", "words"),
    [
        (1.5, 0, "'tenure': not a whole number"),
        (-1, 0, "'tenure': not a whole number"),
        (math.nan, 1, "'tenure': not a whole number"),
        (0, 1, "has come to no occasion"),
        (3, 2, "'ended': neither true"),
        (3, math.nan, "'ended': neither true"),
    ],
)
def test_impossible_contracts(tenure, ended, words):
    rows = {"tenure": [2, tenure], "ended": [1, ended]}
    for use in (
        MODEL.log_likelihood,
        ShiftedBetaGeometric.fit_arrays,
        lambda **rows: ShiftedBetaGeometric.fit(pd.DataFrame(rows)),
        lambda **rows: MODEL.predict(pd.DataFrame(rows), horizon=3),
    ):
        with pytest.raises(InvalidData, match=words) as error:
            use(**rows)
        assert "row 1: tenure=" in str(error.value)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("a", 0, 10), ("a", 1, 11)], "more customers than the period before"),
        ([("a", 0, 10), ("a", 2, 9)], "a gap before this period"),
        ([("a", 0, 10), ("b", 0, 10), ("a", 0, 9)], "the same period of a cohort twice"),
        ([("a", 0, 10), ("a", 0.5, 9)], "'period': not a whole number"),
        ([("a", 0, 10), ("a", 1, -1)], "'active': negative"),
        ([("a", 0, 10), ("a", 1, math.nan), ("a", 2, 8)], "a gap before this period"),
    ],
)
def test_impossible_cohorts(rows, words):
    table = pd.DataFrame(rows, columns=["cohort", "period", "active"])
    with pytest.raises(InvalidData, match=words) as error:
        ShiftedBetaGeometric.fit_cohorts(table)
    assert f"row {len(rows) - 1}: cohort=a, period=" in str(error.value)


@pytest.mark.parametrize(
    ("active", "words"),
    [
        ([1000], "came to 0"),
        ([], "came to 0"),
        ([1000, 900], "came to 1"),
        ([1000, 1000, 1000], "none of the 1,000 customers has left"),
        ([[100, 90], [200, 150]], "came to 1"),
    ],
)
def test_what_cannot_be_learnt_from(active, words):
    with pytest.raises(FitError, match=words):
        ShiftedBetaGeometric.fit_survivors(active)


def test_impossible_questions():
    with pytest.raises(InvalidRule, match=r"horizon=1.5: occasions are counted"):
        MODEL.survival(horizon=1.5)
    with pytest.raises(InvalidRule, match="tenure=-1"):
        MODEL.survival(horizon=1, tenure=-1)
    with pytest.raises(InvalidRule, match="occasion=0"):
        MODEL.retention_rate(occasion=0)
    with pytest.raises(InvalidRule, match="occasion=0"):
        MODEL.leaving_probability(occasion=0)
    with pytest.raises(InvalidRule, match=r"rate=-0.1: it must be at least 0"):
        MODEL.expected_lifetime(rate=-0.1)
    with pytest.raises(InvalidRule, match="rate=1e-10: so small a rate"):
        MODEL.residual_lifetime(tenure=0, rate=1e-10)
    with pytest.raises(InvalidRule, match="horizon=0"):
        MODEL.expected_lifetime(horizon=0)
    with pytest.raises(InvalidRule, match="rate=-2"):
        MODEL.residual_lifetime(tenure=0, horizon=3, rate=-2)
    with pytest.raises(InvalidData, match="do not fit together"):
        MODEL.log_likelihood(tenure=[1, 2], ended=[True, False, True])
