"""The kernels against mpmath at 50 digits, on a grid with the corners that break others.

Parameters from 1e-3 to 1e4, a within 1e-9 of 1, a + b = 1; up to 10,000 purchases; ages up to
5,000; horizons from 1e-9 to 1e8.  The grid has millions of points: a fixed draw of them is
tested, and all points of some faces.  Of a likelihood it is the likelihood that is to have nine
digits: of its logarithm, nine digits or nine decimals.
"""

import itertools
import random

import mpmath as mp
import numpy as np
import pytest
from valuation import references

from custrel.valuation import BgNbd, GammaGamma, MbgNbd
from custrel.valuation._stirling import digamma_rise, log_beta

pytestmark = pytest.mark.reference

MODELS = (BgNbd, MbgNbd)
SIZES = (1e-3, 0.1, 0.242595, 1.0, 3.0, 100.0, 1e4)
STOPS = (1e-3, 0.5, 0.79292, 1 - 1e-9, 1.0, 1 + 1e-9, 1 + 1e-5, 2.0, 10.0, 100.0, 1e4)
FREQUENCIES = (0, 1, 2, 10, 100, 1000, 10_000)
AGES = (0.0, 1e-3, 1.0, 38.86, 5000.0)
LAST = (0.0, 1e-6, 0.5, 1 - 1e-9, 1.0)  # of the age
HORIZONS = (1e-9, 1e-6, 1e-3, 1.0, 52.0, 1e4, 1e8)
TINY = mp.mpf(10) ** -300  # below it a float64 has fewer digits, or is 0


def draw(n, seed, *axes):
    chooser = random.Random(seed)
    return [tuple(chooser.choice(axis) for axis in axes) for _ in range(n)]


def worst(found, right, floor=TINY):
    """Return the largest relative error; what is smaller than the floor may be off by as much."""
    assert np.isfinite(found).all()
    errors = [
        abs(mp.mpf(float(value)) - exact) / max(abs(exact), floor)
        for value, exact in zip(np.ravel(found), right, strict=True)
    ]
    return float(max(errors))


def by_model(points):
    """Group points of (m, r, alpha, a, b, ...) by model, so that one call does many of them."""
    points = sorted(points, key=lambda point: point[:5])
    for (m, r, alpha, a, b), group in itertools.groupby(points, key=lambda point: point[:5]):
        rest = np.array([point[5:] for point in group], dtype=float)
        yield MODELS[m](r=r, alpha=alpha, a=a, b=b), (m, r, alpha, a, b), rest


def histories(n, seed):
    axes = ((0, 1), SIZES, SIZES, STOPS, SIZES, FREQUENCIES, LAST, AGES)
    points = []
    for *shape, x, share, age in draw(n, seed, *axes):
        points.append((*shape, x, share * age if x else 0.0, age))
    return points


def test_log_likelihood():
    errors = []
    for model, shape, rest in by_model(histories(3000, 1)):
        x, last, age = rest.T
        found = model.log_likelihood(frequency=x, recency=last, T=age)
        right = [references.log_likelihood(*shape, int(k), t, T) for k, t, T in rest]
        errors.append(worst(found, right, floor=1))
    assert max(errors) < 1e-9


def test_probability_alive():
    errors = []
    for model, shape, rest in by_model(histories(3000, 2)):
        x, last, age = rest.T
        found = model.probability_alive(frequency=x, recency=last, T=age)
        right = [references.probability_alive(*shape, int(k), t, T) for k, t, T in rest]
        errors.append(worst(found, right))
    assert max(errors) < 1e-9


def expected_error(points):
    """Return the worst error of the purchases to expect of customers who have just bought."""
    errors = []
    for model, shape, rest in by_model(points):
        x, age, ahead = rest.T
        history = {"frequency": x, "recency": np.where(x > 0, age, 0.0), "T": age}
        found = model.expected_purchases(**history, horizon=ahead)
        right = [
            references.probability_alive(*shape, int(k), T if k else 0.0, T)
            * references.while_alive(*shape, int(k), T, t)
            for k, T, t in rest
        ]
        errors.append(worst(found, right))
    return max(errors)


@pytest.mark.parametrize("seed", range(4))
def test_expected_purchases(seed):
    axes = ((0, 1), SIZES, SIZES, STOPS, SIZES, FREQUENCIES, AGES, HORIZONS)
    assert expected_error(draw(60, seed, *axes)) < 1e-9


def test_expected_purchases_where_a_is_1():
    """The closed form is 0/0 there: at 1, beside it, and a little further off."""
    beside = [1 + sign * 10.0**-n for n in range(2, 17) for sign in (-1, 1)]
    points = itertools.product(
        [0], [0.242595], [4.413602], beside, [2.425907], [0, 7], [38.0], [39.0]
    )
    assert expected_error(points) < 1e-9


def test_expected_purchases_where_a_and_b_sum_to_1():
    """The other 0/0, of customers who never bought again."""
    beside = [0.75 + sign * 10.0**-n for n in range(2, 17) for sign in (-1, 1)]
    points = itertools.product(
        [0], [0.242595], [4.413602], [0.25], [*beside, 0.75], [0, 1], [0.0, 38.0], [1e-3, 39.0]
    )
    assert expected_error(points) < 1e-9


def test_expected_purchases_over_short_stretches():
    """What is expected of a moment is next to nothing, and its digits count all the same."""
    short = [10.0**-n for n in range(0, 300, 20)]
    points = itertools.product(
        (0, 1), [0.2426], [4.4136], [0.7929], [2.4259], [0, 3], [38.0], short
    )
    assert expected_error(points) < 1e-9


def test_the_references_agree():
    """Two closed forms and the integral, which do not share a line."""
    points = [
        (0, 0.242595, 4.413602, 0.79292, 2.425907, 2, 38.86, 39.0),
        (1, 0.525, 6.183, 0.891, 1.614, 0, 38.86, 39.0),
        (0, 100.0, 0.1, 1.0, 3.0, 0, 1.0, 1e4),
        (1, 3.0, 1.0, 0.25, 0.75, 10, 5000.0, 1.0),
    ]
    for point in points:
        one, two = references.while_alive(*point), references.integral(*point)
        assert abs(one - two) < abs(one) * mp.mpf(10) ** -25


def test_discounted_purchases():
    axes = ((0, 1), SIZES, SIZES, STOPS, SIZES, FREQUENCIES, AGES)
    for *shape, x, age in draw(12, 9, *axes):
        m, r, alpha, a, b = shape
        model = MODELS[m](r=r, alpha=alpha, a=a, b=b)
        last = age if x else 0.0
        found = model.discounted_purchases(frequency=x, recency=last, T=age, horizon=3.5, rate=0.25)
        counts = [mp.mpf(0)] + [references.while_alive(*shape, x, age, t) for t in (1, 2, 3, 3.5)]
        steps = zip(counts, counts[1:], (1, 2, 3, 3.5), strict=False)
        present = sum((after - before) / mp.mpf(1.25) ** t for before, after, t in steps)
        right = references.probability_alive(*shape, x, last, age) * present
        assert worst(found, [right]) < 1e-9


# --------------------------------------------------------------------------------------- spend

SPENDS = (0.01, 1.0, 35.08, 1e6)


def test_spend_log_likelihood():
    points = draw(2000, 5, SIZES, STOPS, SIZES, FREQUENCIES[1:], SPENDS)
    found = [
        float(GammaGamma(p=p, q=q, v=v).log_likelihood(frequency=x, monetary_value=mean))
        for p, q, v, x, mean in points
    ]
    right = [references.spend_log_likelihood(*point) for point in points]
    assert worst(np.array(found), right, floor=1) < 1e-9


def test_expected_spend():
    points = [
        point
        for point in draw(2000, 6, SIZES, STOPS, SIZES, FREQUENCIES, SPENDS)
        if point[0] * point[3] + point[1] > 1
    ]
    found = [
        float(GammaGamma(p=p, q=q, v=v).expected_spend(frequency=x, monetary_value=mean))
        for p, q, v, x, mean in points
    ]
    right = [references.expected_spend(*point) for point in points]
    assert worst(np.array(found), right) < 1e-9


def test_log_beta():
    points = list(itertools.product([1e-3, 1.0, 99.9, 100.0, 1e4, 1e8, 1e12], SIZES))
    with mp.workdps(references.DIGITS):
        right = [references.log_beta(mp.mpf(one), mp.mpf(other)) for one, other in points]
    found = [float(log_beta(np.array(one), other)) for one, other in points]
    assert worst(np.array(found), right, floor=1) < 1e-11


def test_digamma_rise():
    points = list(itertools.product([1e-3, 1.0, 99.9, 100.0, 1e4, 1e8, 1e12], SIZES))
    with mp.workdps(references.DIGITS):
        right = [mp.digamma(mp.mpf(one) + mp.mpf(by)) - mp.digamma(one) for one, by in points]
    found = [float(digamma_rise(np.array(one), by)) for one, by in points]
    assert worst(np.array(found), right) < 1e-9
