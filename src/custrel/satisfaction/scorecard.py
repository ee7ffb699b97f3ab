"""Four measures of a customer, side by side: satisfaction, loyalty, contribution, dependence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

import attrs
import narwhals.stable.v2 as nw
import numpy as np

from custrel._columns import as_float, require_complete, require_rows
from custrel.errors import InvalidRule
from custrel.frames import collect, enter
from custrel.rules import Rule

__all__ = ["CustomerScorecard"]

Ranges = tuple[tuple[float, float], ...]

_MEASURES = ("satisfaction", "loyalty", "contribution", "dependence")


def _four(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _as_ranges(given: Any) -> Ranges | None:
    if given is None:
        return None
    rows = [given[name] for name in _MEASURES] if isinstance(given, Mapping) else given
    return tuple((float(low), float(high)) for low, high in rows)


@attrs.frozen(kw_only=True)
class CustomerScorecard(Rule):
    """Satisfaction, loyalty, contribution and dependence, each from 0 to 1 (满意度、忠诚度、贡献度和依存度).

    Parameters
    ----------
    ranges : mapping of str to pair of float, or four pairs, optional
        What is 0 and what is 1 of each measure; what lies beyond is cut off. None: to be learnt.
    weights : four floats
        What each weighs in the mean: 0 or more, not all 0.

    Raises
    ------
    InvalidRule
        The ranges or weights are not four, a range has no length, or a weight is negative.

    Notes
    -----
    The documents want all four raised (增强客户的满意度、忠诚度、贡献度和依存度), and define none. Contribution
    is what the customer brings the firm, dependence how far he needs it: his share of the wallet,
    say. The scale is reconstructed.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {
    ...         "satisfaction": [1, 5],
    ...         "loyalty": [0.2, 0.6],
    ...         "contribution": [0, 900],
    ...         "dependence": [0.5, 1.0],
    ...     }
    ... )
    >>> card = CustomerScorecard(ranges=[(1, 5), (0, 1), (0, 1000), (0, 1)])
    >>> card.score(customers)["scorecard"].tolist()
    [0.175, 0.875]
    """

    ranges: Ranges | None = attrs.field(default=None, converter=_as_ranges)
    weights: tuple[float, ...] = attrs.field(default=(1.0, 1.0, 1.0, 1.0), converter=_four)

    def __attrs_post_init__(self) -> None:
        positive = all(0 <= weight < np.inf for weight in self.weights)
        if len(self.weights) != 4 or not positive or not sum(self.weights):
            raise InvalidRule(
                f"CustomerScorecard: four weights of 0 or more, not all 0; got {self.weights}."
            )
        if self.ranges is not None:
            sound = all(-np.inf < low < high < np.inf for low, high in self.ranges)
            if len(self.ranges) != 4 or not sound:
                raise InvalidRule(
                    f"CustomerScorecard: four ranges, each from low to high; got {self.ranges}."
                )

    def learn(self, customers: Any) -> Self:
        """Take the lowest and the highest value of certain customers for 0 and 1.

        Parameters
        ----------
        customers : frame
            A row for each customer, with columns named as the measures.

        Returns
        -------
        CustomerScorecard
            With `ranges`.

        Raises
        ------
        InvalidData
            A number is missing, or there are no customers.
        ColumnNotFound
            A column is not there.
        InvalidRule
            All customers have the same value of a measure.
        """
        door = enter(customers)
        require_rows(require_complete(door, *_MEASURES)["rows"], "a scorecard")
        ends = {f"{name} {end}": (name, end) for name in _MEASURES for end in ("low", "high")}
        row = collect(
            door.frame.select(
                **{
                    key: as_float(name).min() if end == "low" else as_float(name).max()
                    for key, (name, end) in ends.items()
                }
            )
        ).rows(named=True)[0]
        ranges = [(float(row[f"{name} low"]), float(row[f"{name} high"])) for name in _MEASURES]
        for name, (low, high) in zip(_MEASURES, ranges, strict=True):
            if low == high:
                raise InvalidRule(
                    f"all customers have {name} {low:g}: say what is 0 and what is 1, ranges=..."
                )
        return attrs.evolve(self, ranges=ranges)

    def score(self, customers: Any) -> Any:
        """Add the four measures from 0 to 1, and their mean.

        Parameters
        ----------
        customers : frame
            A row for each customer, with columns named as the measures.

        Returns
        -------
        frame
            As it came, with ``satisfaction_score``, ``loyalty_score``, ``contribution_score``,
            ``dependence_score`` and ``scorecard``. A rule without ranges learns them from these
            customers.

        Raises
        ------
        InvalidData
            A number is missing, or there are no customers.
        ColumnNotFound
            A column is not there.
        InvalidRule
            There are no ranges, and all customers have the same value of a measure.
        """
        if self.ranges is None:
            return self.learn(customers).score(customers)
        door = enter(customers)
        require_complete(door, *_MEASURES)
        scores = {
            f"{name}_score": ((as_float(name) - low) / (high - low)).clip(0.0, 1.0)
            for name, (low, high) in zip(_MEASURES, self.ranges, strict=True)
        }
        total = sum(self.weights)
        parts = [
            nw.col(f"{name}_score") * (w / total)
            for name, w in zip(_MEASURES, self.weights, strict=True)
        ]
        frame = door.frame.with_columns(**scores)
        return door.leave(frame.with_columns(scorecard=parts[0] + parts[1] + parts[2] + parts[3]))
