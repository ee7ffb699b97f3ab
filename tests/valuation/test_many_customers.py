"""Many customers at once: what is computed at a few ages, or once for all, is what each one gets."""

import math

import numpy as np
import pytest

from custrel.valuation import BgCnbd, BgNbd, MbgNbd, ParetoNbd
from custrel.valuation._expansion import Expansion, at_few_ages, at_few_ratios
from custrel.valuation._rows import History

CNBD = BgCnbd(r=0.5, alpha=6.0, a=0.8, b=2.4, k=2, unit="W")
MODELS = [
    BgNbd(r=0.242595, alpha=4.413602, a=0.792920, b=2.425907, unit="W"),
    MbgNbd(r=0.52, alpha=6.18, a=1.0, b=1.6, unit="W"),
    ParetoNbd(r=0.553277, alpha=10.577683, s=0.606240, beta=11.668735, unit="W"),
]


def customers(size, seed=1):
    """Return histories whose times never repeat, with frequencies up to 1,000."""
    rng = np.random.default_rng(seed)
    frequency = np.minimum(rng.geometric(0.2, size) - 1, 40).astype(float)
    frequency[:20] = 1000
    age = rng.uniform(0.1, 300, size)
    return {"frequency": frequency, "recency": age * rng.random(size), "T": age}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_many_get_what_each_one_gets(model):
    many = customers(10_000)
    some = {name: values[:60] for name, values in many.items()}
    stretch = {"horizon": 52.0, "rate": 0.002}
    asked = {
        "expected_purchases": {"horizon": 52.0},
        "discounted_purchases": stretch,
        "probability_alive": {"horizon": 10.0},
    }
    for verb, options in asked.items():
        at_once = getattr(model, verb)(**many, **options)[:60]
        alone = [
            float(getattr(model, verb)(**{k: v[i] for k, v in some.items()}, **options))
            for i in range(60)
        ]
        np.testing.assert_allclose(at_once, alone, rtol=1e-11, err_msg=verb)


@pytest.mark.parametrize("model", [*MODELS, CNBD], ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("horizon", [26.5, math.inf])
def test_an_outlook_is_the_three_verbs(model, horizon):
    many = {name: values[30:40] for name, values in customers(300).items()}
    stretch = {"horizon": horizon, "rate": 0.01, "discounting": "continuous"}
    outlook = model.outlook(**many, **stretch)
    verbs = {
        "p_alive": model.probability_alive(**many),
        "discounted_purchases": model.discounted_purchases(**many, **stretch),
    }
    if horizon < math.inf:
        verbs["expected_purchases"] = model.expected_purchases(**many, horizon=horizon)
    assert outlook.keys() == verbs.keys()
    for name, values in verbs.items():
        np.testing.assert_allclose(outlook[name], values, rtol=1e-12, err_msg=name)


def test_an_outlook_of_new_customers():
    outlook = MODELS[0].outlook(horizon=52, rate=0.01)
    assert outlook["p_alive"] == 1
    assert outlook["expected_purchases"] == MODELS[0].expected_purchases(horizon=52)


def test_an_expansion_tells_all_values_by_a_few():
    curve = Expansion(4.0, 300.0)
    t = np.linspace(0, 300, 1000)
    terms = 1 / (5 + curve.moments) @ curve.terms
    assert len(curve.moments) < 50
    np.testing.assert_allclose(curve.basis(t) @ terms, 1 / (5 + t), rtol=1e-12)


def test_what_has_no_short_expansion_is_computed_for_each():
    """Three customers' kernel has a corner; the others' is computed at a few ages only."""
    x, age = np.repeat([0.0, 1.0], [5000, 3]), np.append(np.linspace(1, 90, 5000), [7.0, 50, 80])
    asked = []

    def kernel(who):
        asked.append(math.prod(who.shape))
        smooth = 1 / (4 + who.age + 0 * who.x)
        return np.stack([smooth, np.where(who.x > 0, np.maximum(smooth, 0.03), smooth)])

    found = at_few_ages(kernel, History(x, np.zeros_like(x), age), knee=4.0)
    assert asked[0] < 200
    assert asked[1:] == [3]
    right = kernel(History(x, np.zeros_like(x), age))
    np.testing.assert_allclose(found, right, rtol=1e-12)


def test_many_ratios_are_computed_at_a_few():
    """But for one row, whose kernel has a corner."""
    ratios, asked = np.linspace(0.05, 2.0, 400), []
    corner = np.array([[False], [True], [False]])

    def kernel(some, at):
        rows = corner[some]
        asked.append((len(rows), len(at)))
        return at * np.where(rows, np.minimum(at, 0.7), 1 / (1 + at))

    found = at_few_ratios(kernel, ratios)
    assert asked[0][1] < 30
    assert asked[1:] == [(1, 400)]
    np.testing.assert_allclose(found, kernel(slice(None), ratios), rtol=1e-12)


@pytest.mark.parametrize("model", MODELS[:2], ids=lambda model: type(model).__name__)
def test_every_frequency_with_every_stretch_is_what_each_pair_is(model):
    """Of all together a few ratios are computed, of each alone its own; and far ones of a few."""
    frequency, horizon = np.array([0.0, 1, 7, 400])[:, None], np.geomspace(0.01, 900, 60)
    together = model.expected_purchases(
        frequency=frequency, recency=0.0 + (frequency > 0), T=30.0, horizon=horizon
    )
    alone = [
        [
            float(model.expected_purchases(frequency=x, recency=float(x > 0), T=30.0, horizon=t))
            for t in horizon
        ]
        for x in frequency.ravel()
    ]
    np.testing.assert_allclose(together, alone, rtol=1e-10)


@pytest.mark.parametrize("model", [*MODELS, CNBD], ids=lambda model: type(model).__name__)
def test_no_customer_gets_nothing(model):
    nobody = {name: np.zeros(0) for name in ("frequency", "recency", "T")}
    for found in model.outlook(**nobody, horizon=26.5, rate=0.01).values():
        assert found.shape == (0,)
    assert model.expected_purchases(**nobody, horizon=52).shape == (0,)
