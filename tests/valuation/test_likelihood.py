"""Gradient and Hessian are the derivatives of the likelihood, and the likelihood is the sum."""

import mpmath as mp
import numpy as np
import pytest
from valuation import references
from valuation.simulated import CDNOW, customers, history

from custrel.valuation import BgNbd, GammaGamma, MbgNbd
from custrel.valuation._bg_likelihood import Likelihood, _natural
from custrel.valuation._gamma_gamma_likelihood import _Likelihood as SpendLikelihood
from custrel.valuation._rows import distinct_rows

MODELS = (BgNbd, MbgNbd)
POINTS = [
    (0.0, 1.0, -1.0, 1.0),
    (-1.4, 0.7, -1.1, 1.2),
    (-8.0, 12.0, -9.0, -6.0),
    (5.0, -3.0, 4.0, 7.0),
    (2.0, 0.5, -12.0, 3.0),
]
points = pytest.mark.parametrize("point", POINTS, ids=str)
first_too = pytest.mark.parametrize("first_too", [0, 1])


def likelihood(first_too):
    rows = history(customers(60, 3, **CDNOW, ages=(20.0, 39.0)))
    rows = {name: values / 39 if name != "frequency" else values for name, values in rows.items()}
    return Likelihood(distinct_rows(*rows.values()), first_too), rows


def differences(objective, point, step=1e-5):
    """Return gradient and Hessian from values and gradients beside a point."""
    point = np.array(point)
    gradient, hessian = [], []
    for axis in np.eye(len(point)):
        above, below = (objective(point + sign * step * axis) for sign in (1, -1))
        gradient.append((above[0] - below[0]) / (2 * step))
        hessian.append((above[1] - below[1]) / (2 * step))
    return np.array(gradient), np.array(hessian)


@first_too
@points
def test_derivatives_of_bg_nbd(first_too, point):
    objective, _ = likelihood(first_too)
    _, gradient, hessian = objective(np.array(point))
    near_gradient, near_hessian = differences(objective, point)
    scale = np.abs(hessian).max()
    np.testing.assert_allclose(gradient, near_gradient, rtol=1e-5, atol=1e-6 * scale)
    np.testing.assert_allclose(hessian, near_hessian, rtol=1e-5, atol=1e-6 * scale)
    np.testing.assert_allclose(hessian, hessian.T, rtol=1e-12, atol=1e-14 * scale)


@points
def test_derivatives_of_gamma_gamma(point):
    rows = customers(60, 3, **CDNOW)
    again = rows["frequency"] > 0
    x, mean = rows["frequency"][again], rows["monetary_value"][again]
    objective = SpendLikelihood(x, mean / mean.mean(), np.ones_like(x))
    at = np.clip(point[:3], -5, 5)
    _, gradient, hessian = objective(at)
    near_gradient, near_hessian = differences(objective, at)
    scale = np.abs(hessian).max()
    np.testing.assert_allclose(gradient, near_gradient, rtol=1e-5, atol=1e-6 * scale)
    np.testing.assert_allclose(hessian, near_hessian, rtol=1e-5, atol=1e-6 * scale)
    np.testing.assert_allclose(hessian, hessian.T, rtol=1e-12, atol=1e-14 * scale)


@pytest.mark.reference
@first_too
@pytest.mark.parametrize("point", [POINTS[1], POINTS[3]], ids=str)
def test_derivatives_against_mpmath(first_too, point):
    """In natural parameters, by mpmath's numerical derivatives at 50 digits."""
    objective, rows = likelihood(first_too)
    rows = {name: values[:25] for name, values in rows.items()}
    objective = Likelihood(distinct_rows(*rows.values()), first_too)
    at = _natural(np.array(point))
    value, gradient, hessian = objective.natural(*at)
    some = list(zip(*(values.tolist() for values in rows.values()), strict=True))

    def total(*parameters):
        return mp.fsum(
            references.log_likelihood(first_too, *parameters, int(x), last, age)
            for x, last, age in some
        )

    with mp.workdps(references.DIGITS):
        assert value == pytest.approx(float(total(*at)), rel=1e-12)
        for i in range(4):
            order = [0] * 4
            order[i] = 1
            slope = mp.diff(total, at, tuple(order))
            assert gradient[i] == pytest.approx(float(slope), rel=1e-9)
            for j in range(i, 4):
                second = list(order)
                second[j] += 1
                bend = mp.diff(total, at, tuple(second))
                assert hessian[i, j] == pytest.approx(float(bend), rel=1e-8, abs=1e-10)


@first_too
@points
def test_the_fitted_likelihood_is_the_sum_over_customers(first_too, point):
    objective, rows = likelihood(first_too)
    r, alpha, a, b = _natural(np.array(point))
    model = MODELS[first_too](r=r, alpha=alpha, a=a, b=b)
    total = model.log_likelihood(**rows).sum()
    assert objective(np.array(point))[0] == pytest.approx(total, rel=1e-11)


@first_too
def test_the_likelihood_is_that_of_a_density(first_too):
    """Over all that can happen within T, the density integrates to 1.

    With n purchases the n - 1 moments before the last are anywhere before it: its powers of t
    over (n - 1)! count them.
    """
    model = MODELS[first_too](r=0.9, alpha=4.0, a=0.7, b=2.5)
    age = 3.0
    last, weights = np.polynomial.legendre.leggauss(60)
    last, weights = age / 2 * (last + 1), age / 2 * weights
    total = np.exp(float(model.log_likelihood(frequency=0, recency=0, T=age)))
    for n in range(1, 60):
        density = np.exp(model.log_likelihood(frequency=n, recency=last, T=age))
        orders = np.cumprod([1.0, *range(1, n)])[-1]
        total += float(weights @ (density * last ** (n - 1) / orders))
    assert total == pytest.approx(1, abs=1e-9)


def test_the_spend_likelihood_is_that_of_a_density():
    model = GammaGamma(p=2.5, q=3.5, v=15.0)
    logs = np.linspace(-25, 25, 4001)
    density = np.exp(model.log_likelihood(frequency=3, monetary_value=np.exp(logs)) + logs)
    assert density.sum() * (logs[1] - logs[0]) == pytest.approx(1, abs=1e-10)


def test_the_spend_likelihood_is_the_sum_over_customers():
    rows = customers(200, 5, **CDNOW)
    x, mean = rows["frequency"], rows["monetary_value"]
    again = x > 0
    objective = SpendLikelihood(x[again], mean[again], np.ones(again.sum()))
    value, _, _ = objective.by_logs(6.0, 3.5, 15.0)
    model = GammaGamma(p=6, q=3.5, v=15)
    total = model.log_likelihood(frequency=x, monetary_value=mean).sum()
    assert value == pytest.approx(total, rel=1e-12)
