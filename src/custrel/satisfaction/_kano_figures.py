"""Kernels of Kano analysis, over counts of shape (features, 6) in the order of `KanoCategory`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

A, O, M, I, R, Q = range(6)  # noqa: E741 - the letters of the field
_SAME = 1e-9  # weighted counts that differ by less than this part are equal


def shares_of(counts: Floats) -> Floats:
    """Return counts as shares of all answers; NaN where there is none."""
    return divide(counts, counts.sum(axis=-1, keepdims=True))


def better_worse(counts: Floats) -> tuple[Floats, Floats]:
    """Return Timko's coefficients; NaN where everybody is R or Q."""
    base = counts[..., A] + counts[..., O] + counts[..., M] + counts[..., I]
    better = divide(counts[..., A] + counts[..., O], base)
    worse = 0.0 - divide(counts[..., O] + counts[..., M], base)  # nobody is 0, not -0
    return better, worse


def strengths(counts: Floats) -> tuple[Floats, Floats]:
    """Return category strength and total strength."""
    shares = shares_of(counts)
    ordered = np.sort(shares, axis=-1)
    return ordered[..., -1] - ordered[..., -2], shares[..., A] + shares[..., O] + shares[..., M]


def fong(counts: Floats, answers: Floats, z: float) -> tuple[Floats, Floats]:
    """Return the difference of the two largest of A, O, M, I, R, and the least that counts."""
    ordered = np.sort(counts[..., :Q], axis=-1)
    a, b = ordered[..., -1], ordered[..., -2]
    total = counts.sum(axis=-1)
    # Weighted answers are worth fewer: brought to the size of the sample that they are worth.
    scale = divide(answers, total)
    a, b = a * scale, b * scale
    return a - b, z * np.sqrt(divide((a + b) * (2 * answers - a - b), 2 * answers))


def lead(counts: Floats, ranks: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the place of the largest count, the lowest rank of several, and whether several."""
    largest = counts.max(axis=-1, keepdims=True)
    return _first(counts >= largest * (1 - _SAME), ranks)


def lead_by_threshold(
    counts: Floats, ranks: NDArray[np.intp], threshold: float
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the lower rank of the two largest where they are close, else the largest."""
    shares = shares_of(counts)
    ordered = np.sort(shares, axis=-1)
    first, second = ordered[..., -1:], ordered[..., -2:-1]
    close = first - second < threshold - _SAME
    return _first(shares >= np.where(close, second, first) * (1 - _SAME), ranks)


def lead_by_group(
    counts: Floats, ranks: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the largest of M, O, A where these are most, else the largest of I, R, Q."""
    wanted = counts[..., [A, O, M]].sum(axis=-1, keepdims=True)
    rest = counts[..., [I, R, Q]].sum(axis=-1, keepdims=True)
    inside = np.zeros(6, dtype=bool)
    inside[[A, O, M]] = True
    mine = np.where(wanted > rest * (1 + _SAME), inside, ~inside)
    return lead(np.where(mine, counts, -1.0), ranks)


def divide(numerator: Floats, denominator: Floats) -> Floats:
    """Divide; NaN where the denominator is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(denominator == 0, np.nan, numerator / denominator)


def _first(
    candidates: NDArray[np.bool_], ranks: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    place = np.argmin(np.where(candidates, ranks, len(ranks)), axis=-1)
    return np.asarray(place, dtype=np.intp), np.asarray(candidates.sum(axis=-1) > 1)
