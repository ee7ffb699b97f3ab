"""What customers did in the holdout, and what a model expected of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel.errors import InvalidData, Problem
from custrel.frames import Door, enter
from custrel.units import known_unit, require_same_unit
from custrel.valuation._surface import columns_of
from custrel.valuation.lifetime_value import PurchaseModel

Floats = NDArray[np.float64]

HELD = ("frequency", "recency", "T", "frequency_holdout", "duration_holdout")
REMEDY = "custrel.summarize(..., calibration_until=...) makes them."


@attrs.frozen(eq=False, kw_only=True)
class Holdout:
    """Rows of customers: their history, what they bought in the holdout, and how many they are."""

    door: Door
    history: Mapping[str, Floats]
    held: Floats
    duration: Floats
    counts: Floats

    @classmethod
    def of(cls, summary: Any, *models: PurchaseModel) -> Self:
        """Read a summary that was made with a holdout, and what the models know customers by.

        Raises
        ------
        InvalidData
            There are no customers, or a number of the holdout is missing.
        """
        door = enter(summary)
        known = tuple(dict.fromkeys(name for model in models for name in columns_of(model)))
        columns = tuple(dict.fromkeys((*HELD, *known)))
        history, counts = door.distinct(*columns, flags=known, remedy=REMEDY)
        held, duration = history.pop("frequency_holdout"), history.pop("duration_holdout")
        if not len(held):
            nobody = "there is no customer to judge the model by"
            raise InvalidData([Problem(code="empty", message=nobody, count=0)])
        _require_complete(held, duration)
        return cls(door=door, history=history, held=held, duration=duration, counts=counts)

    def expected(self, summary: Any, model: PurchaseModel) -> Floats:
        """Return the purchases that a model expects of each row's customer in the holdout."""
        require_same_unit(model, known_unit(model), summary)
        known = {name: self.history[name] for name in columns_of(model)}
        return model.expected_purchases(**known, horizon=self.duration)


def groups_of(expected: Floats, counts: Floats, groups: int) -> NDArray[np.int64]:
    """Part rows into groups of as many customers each, from the least expected of to the most.

    Rows of which the same is expected stay together.
    """
    levels, place = np.unique(expected, return_inverse=True)
    customers = np.bincount(place, counts, len(levels))
    middle = np.cumsum(customers) - customers / 2
    part = np.floor(groups * middle / max(customers.sum(), 1.0)).astype(np.int64)
    return np.asarray(np.minimum(part, groups - 1)[place], dtype=np.int64)


def means_by(
    group: NDArray[np.int64], size: int, counts: Floats, *columns: Floats
) -> tuple[Floats, ...]:
    """Return how many customers each group has, and the mean of each column; NaN of nobody."""
    customers = np.bincount(group, counts, size).astype(np.float64)
    people = np.where(customers > 0, customers, np.nan)
    return customers, *(np.bincount(group, counts * each, size) / people for each in columns)


def _require_complete(held: Floats, duration: Floats) -> None:
    problems = [
        Problem(
            code="missing_value",
            message="missing, infinite or negative",
            column=name,
            count=int(bad.sum()),
            remedy="custrel.summarize(..., calibration_until=...) makes this column.",
        )
        for name, values in (("frequency_holdout", held), ("duration_holdout", duration))
        if (bad := ~((values >= 0) & (values < np.inf))).any()
    ]
    if problems:
        raise InvalidData(problems)
