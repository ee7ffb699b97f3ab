"""Kernels of concentration: amounts, how often each occurs, and the shares they make."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import InvalidData, InvalidRule, Problem

Floats = NDArray[np.float64]

_FIRST_ROWS = 3


def read_amounts(
    values: ArrayLike, counts: Floats | None = None, column: str | None = None
) -> tuple[Floats, Floats]:
    """Return values and how often each occurs, or one error about all that is wrong."""
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
            ("negative_value", "negative value, of which no share can be formed", amounts < 0,
             "Leave these customers out, or set them to 0."),
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
    return amounts, np.ones_like(amounts) if counts is None else counts


def _first_rows(amounts: Floats, bad: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(f"row {i}: {amounts[i]:g}" for i in np.flatnonzero(bad)[:_FIRST_ROWS])


def curve_from_top(amounts: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Return cumulative shares of customers and of value, the largest first."""
    order = np.argsort(-amounts, kind="stable")
    people = np.concatenate(([0.0], np.cumsum(counts[order])))
    together = np.concatenate(([0.0], np.cumsum(amounts[order] * counts[order])))
    return people / people[-1], together / together[-1]


def share_of_top(population: Floats, value: Floats, top: float) -> float:
    return float(np.interp(_fraction("top", top), population, value))


def least_share_of_customers(population: Floats, value: Floats, share: float) -> float:
    at = int(np.searchsorted(value, _fraction("share", share), side="left"))
    if at == 0:
        return 0.0
    part = (share - value[at - 1]) / (value[at] - value[at - 1])
    return float(population[at - 1] + part * (population[at] - population[at - 1]))


def _fraction(name: str, number: float) -> float:
    if not 0 <= number <= 1:
        raise InvalidRule(f"{name} must be a share between 0 and 1 (0.2, not 20); got {number!r}.")
    return number


def gini_of(amounts: Floats, counts: Floats) -> float:
    order = np.argsort(amounts, kind="stable")
    counts, held = counts[order], amounts[order] * counts[order]
    upto = np.cumsum(held)
    return float(1 - counts @ (2 * upto - held) / (counts.sum() * upto[-1]))


def hhi_of(amounts: Floats, counts: Floats) -> float:
    return float(counts @ (amounts / (amounts @ counts)) ** 2)
