"""Which features to do next: the most satisfaction that a budget buys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from custrel.errors import InvalidRule, UnknownCode
from custrel.satisfaction._kano_columns import summary_columns
from custrel.satisfaction.kano_curves import response_curve
from custrel.satisfaction.kano_table import KanoCategory

if TYPE_CHECKING:
    from custrel.satisfaction.kano_analysis import KanoAnalysis

Floats = NDArray[np.float64]

_WITHOUT_GAIN = (KanoCategory.REVERSE, KanoCategory.QUESTIONABLE)


def priority_columns(
    analysis: KanoAnalysis,
    cost: Mapping[Any, float],
    budget: float | None,
    fulfilment: Mapping[Any, float],
    group: Any,
) -> dict[str, Any]:
    """Return the candidates, the highest gain per cost first, and which of them to do."""
    _require_known(analysis, [*cost, *fulfilment], group)
    costs = np.array([float(value) for value in cost.values()])
    if not costs.size or not np.all((costs > 0) & np.isfinite(costs)):
        raise InvalidRule("cost: say of one feature or more what it costs, more than 0.")
    if budget is not None and not budget >= 0:
        raise InvalidRule(f"budget must be 0 or more, got {budget!r}.")
    table = summary_columns(analysis)
    places = [_place(analysis, table, name, group) for name in cost]
    today = np.array([float(fulfilment.get(name, 0.0)) for name in cost])
    if not np.all((today >= 0) & (today <= 1)):
        raise InvalidRule("fulfilment is between 0, not at all, and 1, entirely.")
    gains = np.array([_gain(table, i, x) for i, x in zip(places, today, strict=True)])
    chosen = _choose(gains, costs, budget)
    ratio = gains / costs
    order = np.argsort(-np.nan_to_num(ratio, nan=-np.inf), kind="stable")
    names = list(cost)
    return {
        "feature": [names[i] for i in order],
        "category": [table["category"][places[i]] for i in order],
        "fulfilment": today[order],
        "gain": gains[order],
        "cost": costs[order],
        "gain_per_cost": ratio[order],
        "chosen": chosen[order],
    }


def _require_known(analysis: KanoAnalysis, names: list[Any], group: Any) -> None:
    for name in names:
        if name not in analysis.features:
            raise UnknownCode(
                "feature that was asked about", str(name), map(str, analysis.features)
            )
    if group not in analysis.groups:
        raise UnknownCode("group", str(group), map(str, analysis.groups))


def _place(analysis: KanoAnalysis, table: Mapping[str, Any], feature: Any, group: Any) -> int:
    for i, name in enumerate(table["feature"]):
        if name == feature and (analysis.by is None or table[analysis.by][i] == group):
            return i
    raise InvalidRule(f"nobody in the group {group!r} answered about {feature!r}.")


def _gain(table: Mapping[str, Any], place: int, today: float) -> float:
    """Return what fulfilling a feature entirely adds to satisfaction."""
    category = KanoCategory(table["category"][place])
    if category in _WITHOUT_GAIN:
        return np.nan
    # No curve is known for the indifferent: a line, which hardly rises.
    shape = KanoCategory.ONE_DIMENSIONAL if category is KanoCategory.INDIFFERENT else category
    better, worse = float(table["better"][place]), float(table["worse"][place])
    now = float(response_curve(shape, [today], better=better, worse=worse)[0])
    weight = float(table["importance"][place]) if "importance" in table else 1.0
    return (better - now) * weight


def _choose(gains: Floats, costs: Floats, budget: float | None) -> NDArray[np.bool_]:
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
