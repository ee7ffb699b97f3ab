"""What customers expect, and the five factors that it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from custrel._columns import as_float, require_complete
from custrel.errors import InvalidRule, UnknownCode
from custrel.frames import enter
from custrel.rules import Rule

__all__ = ["ExpectedLevel"]

_FACTORS = ("attributes", "promotion", "environment", "competition", "customer")


def _weights(given: Any) -> tuple[tuple[str, float], ...]:
    pairs = given.items() if isinstance(given, Mapping) else given
    return tuple((str(factor), float(weight)) for factor, weight in pairs)


@attrs.frozen(kw_only=True)
class ExpectedLevel(Rule):
    """How much customers expect, from the factors that raise it (客户期望影响因素).

    Parameters
    ----------
    weights : mapping of str to float
        What each factor weighs: 0 or more, not all 0.

    Raises
    ------
    InvalidRule
        A weight is negative, or all are 0.
    UnknownCode
        There is no such factor.

    See Also
    --------
    Formation : Compares what was perceived with it.

    Notes
    -----
    The factors are the attributes of product and service (产品服务属性), promotion (促销因素), the
    environment (环境因素), competing products (竞争产品的影响) and traits of the customer (客户特征).
    The level is their weighted mean; the documents name the factors, and no formula
    (reconstructed).

    Examples
    --------
    >>> level = ExpectedLevel(weights={"attributes": 2, "promotion": 1, "competition": 1})
    >>> level.level({"attributes": 8, "promotion": 4, "competition": 6})
    6.5
    """

    weights: tuple[tuple[str, float], ...] = attrs.field(
        default=tuple((factor, 1.0) for factor in _FACTORS), converter=_weights
    )

    def __attrs_post_init__(self) -> None:
        for factor, weight in self.weights:
            if factor not in _FACTORS:
                raise UnknownCode("factor of expectation", factor, _FACTORS)
            if not 0 <= weight < np.inf:
                raise InvalidRule(f"ExpectedLevel: the weight of {factor} is 0 or more.")
        if len(dict(self.weights)) != len(self.weights) or not sum(dict(self.weights).values()):
            raise InvalidRule("ExpectedLevel: each factor has one weight, and not all are 0.")

    def level(self, factors: Mapping[str, float]) -> float:
        """Return what one customer expects.

        Parameters
        ----------
        factors : mapping of str to float
            What each weighted factor suggests to him, on one scale.

        Returns
        -------
        float
            On the same scale.

        Raises
        ------
        InvalidRule
            A factor that weighs something is missing.
        """
        missing = [factor for factor, _ in self._weighty() if factor not in factors]
        if missing:
            raise InvalidRule(f"no value of {', '.join(missing)}.")
        return sum(weight * factors[factor] for factor, weight in self._weighty())

    def judge(
        self,
        customers: Any,
        *,
        columns: Mapping[str, str] | None = None,
        name: str = "expected",
    ) -> Any:
        """Add what every customer expects.

        Parameters
        ----------
        customers : frame
            A row for each customer.
        columns : mapping of str to str, optional
            The column of each factor; default: named as the factors.
        name : str
            The column to add.

        Returns
        -------
        frame
            As it came, with `name`, on the scale of the factors.

        Raises
        ------
        InvalidData
            A number is missing.
        ColumnNotFound
            A column is not there.
        """
        door, named = enter(customers), columns or {}
        parts = [(named.get(factor, factor), weight) for factor, weight in self._weighty()]
        require_complete(door, *[column for column, _ in parts])
        terms = [as_float(column) * weight for column, weight in parts]
        return door.leave(door.frame.with_columns(sum(terms[1:], terms[0]).alias(name)))

    def _weighty(self) -> list[tuple[str, float]]:
        """Return the factors that weigh something, their weights summing to 1."""
        total = sum(weight for _, weight in self.weights)
        return [(factor, weight / total) for factor, weight in self.weights if weight]
