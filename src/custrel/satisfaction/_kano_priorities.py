"""Which features to do next: the most satisfaction that a budget buys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidRule, UnknownCode
from custrel.satisfaction._budget import best_choice
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
    chosen = best_choice(gains, costs, budget)
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
