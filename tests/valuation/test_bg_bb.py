"""BG/BB: what is published, what the formulas say in 60 digits, and what it refuses."""

import json
import math
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from logs import DONATIONS
from segmentation.engines import ENGINES, alike, read
from valuation import occasion_reference as reference

import custrel as cr
from custrel.errors import ColumnNotFound, FitError, InvalidData, InvalidRule
from custrel.valuation import BgBb
from custrel.valuation._bg_bb_likelihood import Likelihood, Pairs

PUBLISHED = BgBb(alpha=1.203522, beta=0.749716, gamma=0.656718, delta=2.783442)
NAMES = ("alpha", "beta", "gamma", "delta")
HISTORY = ("frequency", "recency", "periods")


def parameters(model):
    return [getattr(model, name) for name in NAMES]


@pytest.fixture(scope="module")
def donations():
    return pd.read_csv(DONATIONS)


def history(frame):
    return {name: np.asarray(frame[name]) for name in HISTORY}


def simulated(customers, seed, *, alpha, beta, gamma, delta, periods=(6,)):
    """Draw histories of customers who do what the model says."""
    rng = np.random.default_rng(seed)
    n = rng.choice(periods, customers)
    buying, stopping = rng.beta(alpha, beta, customers), rng.beta(gamma, delta, customers)
    frequency, recency = np.zeros(customers, dtype=int), np.zeros(customers, dtype=int)
    alive = np.ones(customers, dtype=bool)
    for at in range(1, max(periods) + 1):
        alive &= rng.random(customers) >= stopping
        buys = alive & (rng.random(customers) < buying) & (at <= n)
        frequency[buys] += 1
        recency[buys] = at
    return {"frequency": frequency, "recency": recency, "periods": n}


# ---------------------------------------------------------------------------------- published


@pytest.mark.published
def test_donations(donations):
    model = BgBb.fit(donations, weights="weights")
    assert parameters(model) == pytest.approx(parameters(PUBLISHED), abs=1e-6)
    estimate = model.estimate
    assert estimate.log_likelihood == pytest.approx(-33225.581274, abs=1e-6)
    assert estimate.customers == 11_104
    assert estimate.rows == 22
    assert estimate.diagnosis == ()
    assert np.isfinite(estimate.covariance).all()


@pytest.mark.published
def test_log_likelihood_of_the_donations(donations):
    each = PUBLISHED.log_likelihood(**history(donations))
    assert donations["weights"] @ each == pytest.approx(-33225.581274, abs=1e-6)


@pytest.mark.published
def test_expected_purchases_of_new_donors():
    expected = PUBLISHED.expected_purchases(horizon=[1, 2, 3, 4, 5])
    assert expected.round(4).tolist() == [0.4985, 0.9233, 1.2969, 1.6323, 1.9381]


@pytest.mark.published
def test_conditional_expectation_by_frequency(donations):
    expected = PUBLISHED.expected_purchases(**history(donations), horizon=5)
    total = (donations["weights"] * expected).groupby(donations["frequency"]).sum()
    mean = total / donations.groupby("frequency")["weights"].sum()
    # 0.708956 for two donations: the published figure is cut off after four digits.
    published = [0.0729, 0.3249, 0.7089, 1.3337, 2.0312, 2.7845, 3.7525]
    assert mean.tolist() == pytest.approx(published, abs=6e-5)


# ---------------------------------------------------------------------------------- reference


def model_of(*case):
    return BgBb(**dict(zip(NAMES, case, strict=True)))


@pytest.mark.reference
def test_log_likelihood_in_60_digits():
    """The relative error of a likelihood, or of its logarithm where that is large."""
    for case in (case[:7] for case in reference.GRID):
        got = float(
            model_of(*case[:4]).log_likelihood(frequency=case[4], recency=case[5], periods=case[6])
        )
        true = reference.log_likelihood(*case)
        assert abs(got - true) <= 1e-9 * max(1, abs(true)), case


@pytest.mark.reference
def test_probability_alive_in_60_digits():
    def kernel(*case):
        history = dict(zip(HISTORY, case[4:], strict=True))
        return float(model_of(*case[:4]).probability_alive(**history))

    error, case = reference.worst(
        kernel, reference.probability_alive, [case[:7] for case in reference.GRID]
    )
    assert error <= 1e-9, case


@pytest.mark.reference
def test_expected_purchases_in_60_digits():
    def kernel(*case):
        history = dict(zip(HISTORY, case[4:7], strict=True))
        return float(model_of(*case[:4]).expected_purchases(**history, horizon=case[7]))

    error, case = reference.worst(
        kernel, reference.expected_purchases, [case[:8] for case in reference.GRID]
    )
    assert error <= 1e-9, case


@pytest.mark.reference
def test_discounted_purchases_in_60_digits():
    def kernel(*case):
        history = dict(zip(HISTORY, case[4:7], strict=True))
        model = model_of(*case[:4])
        return float(model.discounted_purchases(**history, horizon=math.inf, rate=case[7]))

    cases = [(*case[:7], case[8]) for case in reference.GRID]
    error, case = reference.worst(kernel, reference.discounted_purchases, cases)
    assert error <= 1e-9, case


def test_gradient_and_hessian_against_differences():
    rows = simulated(400, 3, alpha=0.8, beta=1.5, gamma=0.7, delta=3.0, periods=(0, 1, 4, 9))
    likelihood = Likelihood(Pairs.of(*rows.values()), np.ones(400))
    for theta in [(0.0, 0.5, -1.5, 0.5), (-2.0, 3.0, 1.0, -2.0), (3.0, -3.0, -4.0, 6.0)]:
        at, h = np.array(theta), 1e-5
        value, gradient, hessian = likelihood(at)
        for i, step in enumerate(np.eye(4) * h):
            (up, slope_up, _), (down, slope_down, _) = likelihood(at + step), likelihood(at - step)
            assert gradient[i] == pytest.approx((up - down) / (2 * h), rel=1e-6, abs=1e-4)
            np.testing.assert_allclose(
                hessian[i], (slope_up - slope_down) / (2 * h), rtol=1e-6, atol=1e-4
            )
        model = BgBb(**dict(zip(NAMES, natural_of(theta), strict=True)))
        assert value == pytest.approx(model.log_likelihood(**rows).sum(), rel=1e-12)


def natural_of(theta):
    shares, sizes = 1 / (1 + np.exp(-np.array(theta[::2]))), np.exp(theta[1::2])
    return [p * size for share, size in zip(shares, sizes, strict=True) for p in (share, 1 - share)]


# --------------------------------------------------------------------------------- properties

SHAPE = st.floats(0.05, 20)
MODELS = st.builds(BgBb, alpha=SHAPE, beta=SHAPE, gamma=SHAPE, delta=SHAPE)


@pytest.mark.properties
@settings(max_examples=40)
@given(model=MODELS, n=st.integers(0, 7))
def test_the_likelihoods_of_all_histories_sum_to_one(model, n):
    x, last = np.array([(0, 0), *((x, t) for t in range(1, n + 1) for x in range(1, t + 1))]).T
    orders = [math.comb(t - 1, i - 1) if t else 1 for i, t in zip(x, last, strict=True)]
    each = np.exp(model.log_likelihood(frequency=x, recency=last, periods=n)) * orders
    assert each.sum() == pytest.approx(1, rel=1e-12)
    chances = model.purchase_probability(purchases=np.arange(n + 2), horizon=n)
    assert chances == pytest.approx(np.bincount(x, each, n + 2), abs=1e-12)
    assert np.arange(n + 2) @ chances == pytest.approx(
        float(model.expected_purchases(horizon=n)), abs=1e-12
    )
    # What is expected of the customers, weighted by how many they are, is expected of all.
    later = model.expected_purchases(frequency=x, recency=last, periods=n, horizon=4)
    both = model.expected_purchases(horizon=[n, n + 4])
    assert each @ later == pytest.approx(both[1] - both[0], abs=1e-12)


@pytest.mark.properties
@settings(max_examples=40)
@given(model=MODELS, last=st.integers(0, 30), more=st.integers(0, 30), data=st.data())
def test_later_and_discounted(model, last, more, data):
    x = data.draw(st.integers(1, last)) if last else 0
    known = {"frequency": x, "recency": last, "periods": last + more}
    alive = model.probability_alive(**known, horizon=range(5))
    assert (np.diff(alive) < 0).all()
    assert ((alive > 0) & (alive <= 1)).all()
    if not more:
        assert alive[0] == 1
    expected = model.expected_purchases(**known, horizon=range(5))
    chance = (model.alpha + x) / (model.alpha + model.beta + last + more)
    np.testing.assert_allclose(np.diff(expected), chance * alive[1:], rtol=1e-10)
    today = model.discounted_purchases(**known, horizon=4, rate=0.1)
    assert today == pytest.approx(np.diff(expected) @ 1.1 ** -np.arange(1.0, 5), rel=1e-10)
    far = model.discounted_purchases(**known, horizon=2000, rate=0.1)
    ever = model.discounted_purchases(**known, horizon=math.inf, rate=0.1)
    assert ever == pytest.approx(far, rel=1e-10)


def test_without_discount_and_end():
    known = {"frequency": 2, "recency": 3, "periods": 4}
    mortal = BgBb(alpha=1, beta=2, gamma=2.5, delta=1)
    all_to_come = mortal.discounted_purchases(**known, horizon=math.inf, rate=0)
    assert all_to_come == pytest.approx(float(mortal.expected_purchases(**known, horizon=10**6)))
    assert PUBLISHED.discounted_purchases(**known, horizon=math.inf, rate=0) == math.inf


def test_it_broadcasts():
    expected = PUBLISHED.expected_purchases(
        frequency=[[1], [2]], recency=[[2], [2]], periods=6, horizon=[1, 2, 3]
    )
    assert expected.shape == (2, 3)
    assert expected.dtype == np.float64
    one = PUBLISHED.expected_purchases(frequency=2, recency=2, periods=6, horizon=3)
    assert expected[1, 2] == one
    assert PUBLISHED.log_likelihood(frequency=[], recency=[], periods=[]).shape == (0,)
    alive = PUBLISHED.probability_alive(frequency=1, recency=2, periods=[2, 3], horizon=[[0], [1]])
    assert alive.shape == (2, 2)


# --------------------------------------------------------------------------------- fits


@pytest.mark.parametrize("periods", [(6,), (3, 5, 12)])
def test_simulated_customers_are_recovered(periods):
    true = {"alpha": 1.2, "beta": 0.75, "gamma": 0.66, "delta": 2.8}
    model = BgBb.fit_arrays(**simulated(40_000, 11, **true, periods=periods))
    distance = np.array(parameters(model)) - [*true.values()]
    score = distance @ np.linalg.solve(np.array(model.estimate.covariance), distance)
    assert score < 18.5  # 99.9 % of chi-squared with 4 degrees of freedom
    assert (np.abs(distance) < 4 * np.array(model.estimate.standard_errors)).all()


@pytest.mark.filterwarnings("ignore:BgBb")
@pytest.mark.parametrize("seed", range(25))
def test_few_customers_of_any_kind(seed):
    """A fit is at least as likely as the truth, or says why there is none."""
    rng = np.random.default_rng(seed)
    true = dict(zip(NAMES, np.exp(rng.normal(0, 2, 4)), strict=True))
    rows = simulated(int(rng.integers(5, 200)), seed, **true, periods=(int(rng.integers(3, 15)),))
    if not rows["frequency"].any() or len(set(zip(*rows.values(), strict=True))) < 4:
        with pytest.raises(FitError, match="cannot be fitted"):
            BgBb.fit_arrays(**rows)
        return
    model = BgBb.fit_arrays(**rows)
    known = BgBb(**true).log_likelihood(**rows).sum()
    assert model.estimate.log_likelihood >= known - 1e-6
    assert np.isfinite(model.expected_purchases(**rows, horizon=10)).all()


def test_weights_are_customers(donations):
    weighed = BgBb.fit_arrays(**history(donations), weights=donations["weights"])
    rows = donations.loc[donations.index.repeat(donations["weights"])].sample(
        frac=1, random_state=1
    )
    single = BgBb.fit_arrays(**history(rows))
    assert parameters(single) == pytest.approx(parameters(weighed), rel=1e-9)
    assert single.estimate.log_likelihood == pytest.approx(weighed.estimate.log_likelihood)
    nobody = pd.DataFrame({"frequency": [9], "recency": [9], "periods": [9], "weights": [0]})
    more = BgBb.fit(pd.concat([donations, nobody]), weights="weights")
    assert parameters(more) == pytest.approx(parameters(weighed), rel=1e-9)
    assert more.estimate.rows == 22
    half = BgBb.fit_arrays(**history(donations), weights=donations["weights"] / 2)
    assert parameters(half) == pytest.approx(parameters(weighed), rel=1e-6)


def test_a_fit_does_not_depend_on_chance(donations):
    assert BgBb.fit(donations, weights="weights") == BgBb.fit(donations, weights="weights")


@pytest.mark.parametrize(
    ("true", "finding"),
    [
        ({"alpha": 1.0, "beta": 2.0, "gamma": 1e-9, "delta": 1e3}, "nobody ever stops"),
        ({"alpha": 3e5, "beta": 6e5, "gamma": 1.0, "delta": 4.0}, "all customers buy with one"),
        ({"alpha": 1.0, "beta": 1.0, "gamma": 2e5, "delta": 8e5}, "all customers stop with one"),
    ],
)
def test_a_boundary_is_named(true, finding):
    """An infinite number of customers at the boundary: every history as often as expected."""
    model = BgBb(**true)
    n = 8
    x, last = np.array([(0, 0), *((x, t) for t in range(1, n + 1) for x in range(1, t + 1))]).T
    orders = [math.comb(t - 1, i - 1) if t else 1 for i, t in zip(x, last, strict=True)]
    shares = np.exp(model.log_likelihood(frequency=x, recency=last, periods=n)) * orders
    # A little further than the boundary, where no parameters are.
    weights = 1e7 * shares
    weights[shares < 1e-7] = 0
    with pytest.warns(UserWarning, match=finding):
        fitted = BgBb.fit_arrays(frequency=x, recency=last, periods=n, weights=weights)
    assert any(finding in text for text in fitted.estimate.diagnosis)
    assert np.isnan(fitted.estimate.standard_errors).any()
    each = fitted.log_likelihood(frequency=x, recency=last, periods=n)
    assert np.isfinite(each).all()


# --------------------------------------------------------------------------------- frames


@pytest.mark.engines
@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine(engine, donations):
    rows = {"id": list(range(len(donations))), **donations.to_dict("list")}
    frame = ENGINES[engine](rows)
    model = BgBb.fit(frame, weights="weights")
    known = BgBb.fit(donations, weights="weights")
    assert parameters(model) == pytest.approx(parameters(known), rel=1e-9)
    assert model.estimate.customers == 11_104
    out = read(PUBLISHED.predict(frame, horizon=5))
    assert [*out[0]] == [*rows, "p_alive", "expected_purchases"]
    arrays = {
        "p_alive": PUBLISHED.probability_alive(**history(donations)),
        "expected_purchases": PUBLISHED.expected_purchases(**history(donations), horizon=5),
    }
    want = [
        {**row, **{name: float(values[i]) for name, values in arrays.items()}}
        for i, row in enumerate(pd.DataFrame(rows).to_dict("records"))
    ]
    assert alike(out, want)


@pytest.mark.engines
@pytest.mark.parametrize("engine", ENGINES)
def test_rows_that_stand_for_one_customer_each(engine):
    rows = {
        key: list(map(int, v)) for key, v in simulated(500, 5, **dict.fromkeys(NAMES, 1.5)).items()
    }
    model = BgBb.fit(ENGINES[engine](rows))
    assert parameters(model) == pytest.approx(parameters(BgBb.fit_arrays(**rows)), rel=1e-9)


def test_columns_of_other_names(donations):
    renamed = donations.rename(columns={"frequency": "gifts", "recency": "last", "periods": "T"})
    names = {"frequency": "gifts", "recency": "last", "periods": "T"}
    model = BgBb.fit(renamed, **names, weights="weights")
    assert model == BgBb.fit(donations, weights="weights")
    made = model.predict(renamed, horizon=5, **names)
    assert [*made] == [*renamed, "p_alive", "expected_purchases"]
    with pytest.raises(ColumnNotFound, match="Say which columns"):
        BgBb.fit(renamed)
    with pytest.raises(ColumnNotFound, match="'periods'"):
        model.predict(donations.drop(columns="periods"), horizon=5)


# --------------------------------------------------------------------------------- values


def test_it_survives_json(donations):
    for model in (PUBLISHED, BgBb.fit(donations, weights="weights")):
        again = cr.from_data(json.loads(json.dumps(model.to_data())))
        assert again == model
        assert type(again) is BgBb
        assert hash(again) == hash(model)
        assert pickle.loads(pickle.dumps(model)) == model


# --------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf])
@pytest.mark.parametrize("name", NAMES)
def test_impossible_parameters(name, value):
    with pytest.raises(InvalidRule, match=f"{name}=.* must be positive"):
        BgBb(**{**dict.fromkeys(NAMES, 1.0), name: value})


@pytest.mark.parametrize(
    ("x", "last", "n", "words"),
    [
        (1.5, 2, 3, "'frequency': not a whole number"),
        (-1, 2, 3, "'frequency': not a whole number"),
        (1, math.nan, 3, "'recency': not a whole number"),
        (1, 2, math.inf, "'periods': not a whole number"),
        (1, 4, 3, "a last purchase after the last opportunity"),
        (3, 2, 3, "more purchases than opportunities until the last one"),
        (1, 0, 3, "purchases, but recency is 0"),
        (0, 2, 3, "no purchase, but recency is not 0"),
    ],
)
def test_impossible_histories(x, last, n, words):
    bad = {"frequency": [1, x], "recency": [1, last], "periods": [3, n]}
    for use in (
        PUBLISHED.log_likelihood,
        PUBLISHED.probability_alive,
        BgBb.fit_arrays,
        lambda **rows: BgBb.fit(pd.DataFrame(rows)),
        lambda **rows: PUBLISHED.predict(pd.DataFrame(rows), horizon=3),
    ):
        with pytest.raises(InvalidData, match=words) as error:
            use(**bad)
        assert "row 1: frequency=" in str(error.value)
        assert error.value.problems[0].count == 1
        assert len(error.value.problems) == 1


def test_arrays_that_do_not_fit_together():
    with pytest.raises(InvalidData, match="do not fit together"):
        PUBLISHED.log_likelihood(frequency=[1, 1], recency=[1, 1, 1], periods=3)
    with pytest.raises(InvalidData, match="do not fit together"):
        BgBb.fit_arrays(frequency=[1, 1], recency=1, periods=3, weights=[1, 2, 3])
    with pytest.raises(InvalidData, match="weights"):
        BgBb.fit_arrays(frequency=[1, 1], recency=1, periods=3, weights=[1, -2])


def test_impossible_questions():
    known = {"frequency": 1, "recency": 1, "periods": 2}
    with pytest.raises(InvalidRule, match=r"horizon=1.5: occasions are counted"):
        PUBLISHED.expected_purchases(horizon=1.5)
    with pytest.raises(InvalidRule, match="horizon=-1"):
        PUBLISHED.predict(pd.DataFrame([known]), horizon=-1)
    with pytest.raises(InvalidRule, match="horizon=-1"):
        PUBLISHED.probability_alive(**known, horizon=-1)
    with pytest.raises(InvalidRule, match="give all three or none"):
        PUBLISHED.expected_purchases(horizon=1, frequency=1)
    with pytest.raises(InvalidRule, match=r"rate=-0.1: it must be at least 0"):
        PUBLISHED.discounted_purchases(**known, horizon=math.inf, rate=-0.1)
    with pytest.raises(InvalidRule, match="rate=-1: it must be greater than -1"):
        PUBLISHED.discounted_purchases(**known, horizon=3, rate=-1)
    with pytest.raises(InvalidRule, match="rate=nan"):
        PUBLISHED.discounted_purchases(**known, horizon=3, rate=math.nan)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([(0, 0, 6), (0, 0, 5)], "none of the 2 customers bought"),
        ([(0, 0, 2), (1, 1, 2), (1, 2, 2), (2, 2, 2)], "at most 2 opportunities"),
        ([(0, 0, 6), (1, 2, 6), (1, 2, 6)], "3 customers with 2 distinct histories"),
        ([], "none of the 0 customers"),
    ],
)
def test_what_cannot_be_learnt_from(rows, words):
    columns = np.array(rows, dtype=float).reshape(-1, 3).T
    with pytest.raises(FitError, match=words):
        BgBb.fit_arrays(**dict(zip(HISTORY, columns, strict=True)))


def test_whole_numbers_are_counted_as_they_are():
    """Many integers in a frame in memory take a shorter way, to the same end."""
    drawn = PUBLISHED.sample(periods=6, customers=5000, seed=2)
    whole = pd.DataFrame(drawn).astype("int64")
    made = BgBb.fit(whole)
    assert made.estimate.rows == len(whole.drop_duplicates())
    slowly = BgBb.fit(pd.DataFrame(drawn))
    assert made.estimate.log_likelihood == pytest.approx(slowly.estimate.log_likelihood, rel=1e-12)
    assert made.alpha == pytest.approx(slowly.alpha, rel=1e-9)
    for row in ({"frequency": 7}, {"recency": 0, "frequency": 1}, {"periods": -1}):
        bad = whole.copy()
        bad.loc[3, list(row)] = list(row.values())
        with pytest.raises(InvalidData, match="row 3: "):
            BgBb.fit(bad)
