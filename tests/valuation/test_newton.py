"""The climb to a maximum: how it ends, and what it does at walls."""

import numpy as np
import pytest

from custrel.valuation._newton import maximize

TOP = np.array([0.7, -0.3])


def hill():
    """Return a smooth hill that is not a parabola, and the points at which it was asked for."""
    asked = []

    def objective(point):
        asked.append(point)
        away = point - TOP
        return -np.cosh(away).sum(), -np.sinh(away), -np.diag(np.cosh(away))

    return objective, asked


@pytest.mark.parametrize("near", [0.5, 0.1, 1e-3, 1e-5])
def test_the_last_step_goes_unseen(near):
    """It is no longer than `near`, and ends as near to the top as its cube, for this hill."""
    objective, asked = hill()
    found = maximize(objective, [0.0, 0.0], [-5, -5], [5, 5], near=near)
    assert found.arrived
    last = np.linalg.norm(found.at - asked[-1])
    assert 0 < last <= near
    np.testing.assert_allclose(found.at, TOP, rtol=0, atol=near**3)
    assert found.value == pytest.approx(-2, abs=near**4)


def test_a_longer_last_step_spares_evaluations():
    counts = []
    for near in (0.5, 1e-5):
        objective, asked = hill()
        maximize(objective, [0.0, 0.0], [-5, -5], [5, 5], near=near)
        counts.append(len(asked))
    assert counts[0] < counts[1]


def test_a_wall_stops_one_coordinate_and_no_other():
    objective, _ = hill()
    found = maximize(objective, [0.0, 0.0], [-5, -0.2], [5, 5])
    assert found.at_low.tolist() == [False, True]
    np.testing.assert_allclose(found.at, [0.7, -0.2], atol=1e-9)
    assert found.findings([("", ""), ("ran to the wall", "")]) == ("ran to the wall",)
    assert np.isnan(found.covariance(np.eye(2))[1]).all()
