"""What to do for a budget: the choice with the highest sum of gains."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

Floats = NDArray[np.float64]


def best_choice(gains: Floats, costs: Floats, budget: float | None) -> NDArray[np.bool_]:
    """Return the choice with the highest sum of gains that the budget allows."""
    worth = np.nan_to_num(gains) > 0
    if budget is None or costs[worth].sum() <= budget:
        return worth
    possible = np.flatnonzero(worth & (costs <= budget))
    chosen = np.zeros(gains.shape, dtype=bool)
    if not possible.size:
        return chosen
    # In units of the budget and of the largest gain, since the solver's tolerances are absolute.
    result: Any = milp(
        -gains[possible] / gains[possible].max(),
        integrality=np.ones(possible.size, dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(costs[possible][None, :] / budget, ub=[1.0]),
        options={"mip_rel_gap": 0.0},
    )
    chosen[possible] = result.x > 0.5
    return chosen
