"""Kernels of concentration: amounts, how often each occurs, and the shares they make."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import InvalidData, InvalidRule, Problem

Floats = NDArray[np.float64]

NEGATIVE = (
    "negative_value",
    "negative value, of which no share can be formed",
    "Leave these customers out, or set them to 0.",
)
_FIRST_ROWS = 3


def read_amounts(
    values: ArrayLike, counts: Floats | None = None, column: str | None = None
) -> tuple[Floats, Floats]:
    """Return values, ascending, and how often each occurs; or one error about all that is wrong."""
    amounts = np.asarray(values, dtype=np.float64)
    if amounts.ndim != 1:
        raise InvalidRule(f"expected one value per customer, got shape {amounts.shape}.")
    problems = [
        Problem(
            code=code,
            message=message,
            column=column,
            count=int(np.count_nonzero(bad)),
            rows=_first_rows(amounts, bad),
            remedy=remedy,
        )
        for code, message, bad, remedy in (
            ("missing_value", "missing or infinite value", ~np.isfinite(amounts),
             "Leave these customers out."),
            (*NEGATIVE[:2], amounts < 0, NEGATIVE[2]),
        )
        if bad.any()
    ]  # fmt: skip
    if not problems and not amounts.any():
        problems = [
            Problem(
                code="no_total",
                message="there is no total to share",
                column=column,
                count=amounts.size,
                remedy="At least one customer must bring more than 0.",
            )
        ]
    if problems:
        raise InvalidData(problems)
    if counts is None:
        return np.sort(amounts), np.ones_like(amounts)
    order = np.argsort(amounts)
    return amounts[order], counts[order]


def curve_from_top(amounts: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Return cumulative shares of customers and of value, the largest first."""
    people = np.concatenate(([0.0], np.cumsum(counts[::-1])))
    together = np.concatenate(([0.0], np.cumsum((amounts * counts)[::-1])))
    return people / people[-1], together / together[-1]


def share_of_top(population: Floats, value: Floats, top: float) -> float:
    """Read off the curve which share of the total a share of the customers has."""
    return float(np.interp(_fraction("top", top), population, value))


def least_share_of_customers(population: Floats, value: Floats, share: float) -> float:
    """Read off the curve which share of the customers has a share of the total."""
    at = int(np.searchsorted(value, _fraction("share", share), side="left"))
    if at == 0:
        return 0.0
    part = (share - value[at - 1]) / (value[at] - value[at - 1])
    return float(population[at - 1] + part * (population[at] - population[at - 1]))


def gini_of(amounts: Floats, counts: Floats) -> float:
    """Return the Gini coefficient, from trapezoids under the Lorenz curve."""
    held = amounts * counts
    upto = np.cumsum(held)
    return float(1 - counts @ (2 * upto - held) / (counts.sum() * upto[-1]))


def hhi_of(amounts: Floats, counts: Floats) -> float:
    """Return the sum of the squared shares."""
    return float(counts @ (amounts / (amounts @ counts)) ** 2)


def _first_rows(amounts: Floats, bad: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(f"row {i}: {amounts[i]:g}" for i in np.flatnonzero(bad)[:_FIRST_ROWS])


def _fraction(name: str, number: float) -> float:
    if not 0 <= number <= 1:
        raise InvalidRule(f"{name} must be a share between 0 and 1 (0.2, not 20); got {number!r}.")
    return number
