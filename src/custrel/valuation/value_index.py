"""Indices of a customer's current and potential value, from what can be observed of him."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from types import MappingProxyType
from typing import Any, Literal, Self

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_float, require_rows
from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode
from custrel.frames import census, enter
from custrel.rules import Rule
from custrel.valuation._amounts import require_amounts, require_weights

__all__ = ["ValueIndex"]

# The indicators of each index, and whether more of them is better.
_INDICATORS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "current": MappingProxyType({"gross_profit": 1, "purchase_volume": 1, "service_cost": -1}),
        "potential": MappingProxyType({"loyalty": 1, "trust": 1, "credit": 1}),
    }
)
# What the documents say is no indicator of it.
_EXCLUDED: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "current": MappingProxyType(
            {"selling_price": "a price says nothing of how much is bought, or at what cost"}
        ),
        "potential": MappingProxyType(
            {
                "service_cost": "it tells of the present: it belongs to the current value",
                "capacity": "of the non-monetary signs, only credit counts",
                "capital": "of the non-monetary signs, only credit counts",
                "firm_credit": "it is the customer's credit that counts",
            }
        ),
    }
)


def _as_names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


def _as_numbers(weights: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(weight) for weight in weights)


def _as_pairs(bounds: Any) -> tuple[tuple[float, float], ...] | None:
    return None if bounds is None else tuple((float(low), float(high)) for low, high in bounds)


def _all_that_apply(index: Any) -> tuple[str, ...]:
    known = _INDICATORS.get(index.kind, {})
    return tuple(name for name in known if name != "credit" or index.credit_business)


def _all_the_same(index: Any) -> tuple[float, ...]:
    return (1 / max(1, len(index.indicators)),) * len(index.indicators)


@attrs.frozen(kw_only=True)
class ValueIndex(Rule):
    """How the indicators of current or of potential value become one number, 0 to 1.

    Parameters
    ----------
    kind : {"current", "potential"}
        Current value (当前价值): gross profit, purchase volume, and service cost, which counts
        against the customer.  Potential value (潜在价值): loyalty, trust, and credit.
    credit_business : bool
        Whether the firm lends or sells on account; credit (信用) counts only then.
    indicators : sequence of str
        Which of them to use, and the columns that hold them; default: all that apply.
    weights : sequence of float
        What each weighs, summing to 1; default: all the same.
    bounds : sequence of pairs of float, optional
        The values of each indicator that count as 0 and as 1 (the other way round for a cost);
        `learn` finds them.

    Raises
    ------
    InvalidRule
        An indicator is one that the documents exclude, or credit without credit business; weights
        do not sum to 1; bounds do not ascend, or there are not as many as indicators.
    UnknownCode
        There is no such kind or indicator.

    Notes
    -----
    index = sum of weight x position between the bounds; what lies beyond them counts as at them.
    The documents list the indicators, and that a selling price is none of current value, nor a
    service cost one of potential value; the scaling is reconstructed.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {
    ...         "gross_profit": [900.0, 100.0],
    ...         "purchase_volume": [10, 20],
    ...         "service_cost": [50.0, 150.0],
    ...     }
    ... )
    >>> index = ValueIndex(kind="current", weights=(0.5, 0.25, 0.25)).learn(customers)
    >>> index.score(customers)["current_value_index"].tolist()
    [0.75, 0.25]
    """

    kind: Literal["current", "potential"]
    credit_business: bool = False
    indicators: tuple[str, ...] = attrs.field(
        default=attrs.Factory(_all_that_apply, takes_self=True), converter=_as_names
    )
    weights: tuple[float, ...] = attrs.field(
        default=attrs.Factory(_all_the_same, takes_self=True), converter=_as_numbers
    )
    bounds: tuple[tuple[float, float], ...] | None = attrs.field(default=None, converter=_as_pairs)

    def __attrs_post_init__(self) -> None:
        if self.kind not in _INDICATORS:
            raise UnknownCode("kind of value index", str(self.kind), _INDICATORS)
        known, excluded = _INDICATORS[self.kind], _EXCLUDED[self.kind]
        for name in self.indicators:
            if name in excluded:
                raise InvalidRule(
                    f"{name!r} is no indicator of {self.kind} value: {excluded[name]}."
                )
            if name not in known:
                raise UnknownCode(f"indicator of {self.kind} value", name, known)
        if not self.indicators or len(set(self.indicators)) != len(self.indicators):
            raise InvalidRule("ValueIndex: one indicator or more, each once.")
        if "credit" in self.indicators and not self.credit_business:
            raise InvalidRule(
                "credit is an indicator only where there is credit business (loans, sales on "
                "account): credit_business=True, or leave it out."
            )
        require_weights("ValueIndex", self.weights, len(self.indicators))
        pairs = self.bounds
        if pairs is not None and (
            len(pairs) != len(self.indicators) or not all(low < high for low, high in pairs)
        ):
            raise InvalidRule("ValueIndex: bounds are an ascending pair for each indicator.")

    def learn(self, frame: Any) -> Self:
        """Take the least and the greatest value of each indicator for its bounds.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer, a column for each indicator.

        Returns
        -------
        ValueIndex
            The same, with bounds.

        Raises
        ------
        ColumnNotFound
            An indicator is not there.
        InvalidData
            There are no customers, a value is missing or infinite, or all have the same.
        """
        door = enter(frame)
        require_rows(require_amounts(door, *self.indicators), "an index")
        found = census(door.frame, {}, self.indicators)
        bounds = [tuple(float(end) for end in found[name]) for name in self.indicators]
        problems = [
            Problem(
                code="constant",
                message=f"all customers have the same value, {low:g}",
                column=name,
                count=0,
                remedy="Leave the indicator out, or give its bounds by hand.",
            )
            for name, (low, high) in zip(self.indicators, bounds, strict=True)
            if low == high
        ]
        if problems:
            raise InvalidData(problems)
        return attrs.evolve(self, bounds=bounds)

    def score(self, frame: Any) -> Any:
        """Add the index to a frame.

        Parameters
        ----------
        frame : CustomerSummary or frame
            One row per customer, a column for each indicator.

        Returns
        -------
        CustomerSummary or frame
            As it came, with ``current_value_index`` or ``potential_value_index``, 0 to 1.

        Raises
        ------
        ColumnNotFound
            An indicator is not there.
        InvalidData
            A value is missing or infinite.
        InvalidRule
            The rule has no bounds yet.
        """
        if self.bounds is None:
            raise InvalidRule("the index has no bounds yet: index.learn(customers).score(...).")
        door = enter(frame)
        require_amounts(door, *self.indicators)
        terms = [
            _position(as_float(name), low, high, _INDICATORS[self.kind][name]) * weight
            for name, weight, (low, high) in zip(
                self.indicators, self.weights, self.bounds, strict=True
            )
        ]
        index = reduce(lambda one, other: one + other, terms)
        return door.leave(door.frame.with_columns(**{f"{self.kind}_value_index": index}))


def _position(value: nw.Expr, low: float, high: float, sign: int) -> nw.Expr:
    """Return where a value lies between its bounds, 0 to 1, from the worse to the better end."""
    within = (value.clip(low, high) - low) / (high - low)
    return within if sign > 0 else 1.0 - within
