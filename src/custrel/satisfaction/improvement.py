"""What could be done for a satisfaction index, and what of it a budget buys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from custrel.errors import InvalidRule, UnknownCode
from custrel.rules import Rule
from custrel.satisfaction._budget import best_choice
from custrel.satisfaction._path_model.tables import importance_columns
from custrel.satisfaction.path_model import PathModel
from custrel.satisfaction.pls_fit import PlsFit

__all__ = ["Improvement"]


@attrs.frozen
class Improvement(Rule):
    """Something that could be done for satisfaction, and what it costs.

    Parameters
    ----------
    name : str
        What is done.
    raises : str
        The item that it raises, or the construct, all of whose items it raises.
    by : float
        How much their mean answer rises, in points of their scale.
    cost : float
        Greater than 0.

    Raises
    ------
    InvalidRule
        A number is not greater than 0.

    Examples
    --------
    >>> print(Improvement("more staff", "perceived_reliability", by=0.5, cost=20_000))
    more staff: perceived_reliability +0.5 for 20,000
    """

    name: str
    raises: str
    by: float = attrs.field(converter=float)
    cost: float = attrs.field(converter=float)

    def __attrs_post_init__(self) -> None:
        for name, value in (("by", self.by), ("cost", self.cost)):
            if not 0 < value < float("inf"):
                raise InvalidRule(f"Improvement {self.name!r}: {name} is more than 0; got {value}.")

    def __str__(self) -> str:
        return f"{self.name}: {self.raises} +{self.by:g} for {self.cost:,g}"


def improvement_columns(
    fit: PlsFit, target: str, improvements: tuple[Improvement, ...], budget: float | None
) -> dict[str, Any]:
    """Return what could be done for the target's index, the best first, and what is chosen."""
    if not improvements:
        raise InvalidRule("improvements: name one or more, with what they raise and cost.")
    if budget is not None and not budget >= 0:
        raise InvalidRule(f"budget must be 0 or more, got {budget!r}.")
    _, items = importance_columns(fit, fit.model.names.index(target))
    rises = [_rises(one, items, fit.model) for one in improvements]
    gains = np.array([gain for gain, _ in rises])
    costs = np.array([one.cost for one in improvements])
    chosen = best_choice(gains, costs, budget)
    order = np.argsort(-gains / costs, kind="stable")
    return {
        "improvement": [improvements[i].name for i in order],
        "raises": [improvements[i].raises for i in order],
        "by": [rises[i][1] for i in order],
        "gain": gains[order],
        "cost": costs[order],
        "gain_per_cost": (gains / costs)[order],
        "chosen": chosen[order],
    }


def _rises(
    improvement: Improvement, items: Mapping[str, Any], model: PathModel
) -> tuple[float, float]:
    """Return what an improvement adds to the index, and by how much its items rise at most."""
    gain, most = 0.0, 0.0
    for i, (construct, item) in enumerate(zip(items["construct"], items["item"], strict=True)):
        scale = model.construct(construct).scale
        if improvement.raises in (construct, item) and scale is not None:
            width = scale[1] - scale[0]
            room = (100 - float(items["performance"][i])) / 100 * width
            rise = min(improvement.by, room)
            most = max(most, rise)
            gain += float(items["importance"][i]) * 100 * rise / width
    if not most:
        known = dict.fromkeys([*items["construct"], *items["item"]])
        raise UnknownCode("driver of the index with a scale", improvement.raises, known)
    return gain, most
