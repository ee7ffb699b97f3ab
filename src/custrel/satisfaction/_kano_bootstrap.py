"""Kano figures of surveys drawn again: intervals, and how stable a category is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from custrel._intervals import normal_quantile
from custrel.errors import InvalidRule
from custrel.satisfaction._kano_columns import key_columns
from custrel.satisfaction._kano_figures import better_worse, shares_of
from custrel.satisfaction._kano_tally import as_sums, distinct_rows
from custrel.satisfaction.kano_table import CATEGORIES

if TYPE_CHECKING:
    from custrel.satisfaction.kano_analysis import KanoAnalysis

Floats = NDArray[np.float64]

_AT_ONCE = 2_000_000  # numbers held at a time


def interval_columns(
    analysis: KanoAnalysis, seed: int | np.random.Generator, resamples: int, confidence: float
) -> dict[str, Any]:
    """Return intervals and stability, a row for each group and feature."""
    if resamples < 1:
        raise InvalidRule(f"resamples must be 1 or more, got {resamples!r}.")
    normal_quantile(confidence)  # which refuses an impossible confidence
    tally = analysis.tally
    rows = np.unique(tally.cell)
    places = analysis.table.places()[tally.functional, tally.dysfunctional]
    found: list[dict[str, Any]] = []
    # Every row has a stream of its own, so that one more feature does not change the others.
    for cell, stream in zip(rows, np.random.default_rng(seed).spawn(len(rows)), strict=True):
        mine = tally.cell == cell
        answers = _merged(places[mine], tally.weight[mine], tally.count[mine])
        found.append(_row(analysis, answers, _draw(answers, resamples, stream), confidence))
    columns = {name: [row[name] for row in found] for name in found[0]}
    return key_columns(analysis, rows) | columns


def _merged(
    places: NDArray[np.intp], weights: Floats, counts: Floats
) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Merge answers that differ in nothing that is counted here."""
    first, where = distinct_rows(places, weights)
    return places[first], weights[first], as_sums(where, counts, first.size)


def _draw(
    answers: tuple[NDArray[np.intp], Floats, Floats], resamples: int, stream: np.random.Generator
) -> Floats:
    """Return category counts of shape (resamples, 6)."""
    places, weights, times = answers
    n, width = round(float(times.sum())), len(CATEGORIES)
    if 2 * places.size > n:  # hardly two answers are alike, as with weights: draw one by one
        often = times.astype(np.intp)
        each, weigh = np.repeat(places, often), np.repeat(weights, often)
        step = max(1, _AT_ONCE // n)
        sizes = [min(step, resamples - done) for done in range(0, resamples, step)]
        return np.concatenate([_drawn_singly(each, weigh, stream, size) for size in sizes])
    as_categories = np.zeros((places.size, width))
    as_categories[np.arange(places.size), places] = weights
    step = max(1, _AT_ONCE // places.size)
    parts = [
        stream.multinomial(n, times / n, size=min(step, resamples - done)) @ as_categories
        for done in range(0, resamples, step)
    ]
    return np.concatenate(parts)


def _drawn_singly(
    places: NDArray[np.intp], weights: Floats, stream: np.random.Generator, size: int
) -> Floats:
    width = len(CATEGORIES)
    drawn = stream.integers(0, places.size, size=(size, places.size))
    flat = places[drawn] + width * np.arange(size)[:, None]
    return as_sums(flat.reshape(-1), weights[drawn].reshape(-1), size * width).reshape(size, width)


def _row(
    analysis: KanoAnalysis,
    answers: tuple[NDArray[np.intp], Floats, Floats],
    drawn: Floats,
    confidence: float,
) -> dict[str, Any]:
    places, weights, times = answers
    counts = as_sums(places, times * weights, len(CATEGORIES))
    category = int(analysis.rule.lead(counts[None, :])[0][0])
    found = np.bincount(analysis.rule.lead(drawn)[0], minlength=len(CATEGORIES))
    others = np.where(np.arange(len(CATEGORIES)) == category, 0, found)
    row: dict[str, Any] = {
        "category": CATEGORIES[category].value,
        "stability": float(found[category] / len(drawn)),
        "runner_up": CATEGORIES[int(others.argmax())].value if others.any() else None,
    }
    better, worse = better_worse(drawn)
    shares = shares_of(drawn)
    figures = {"better": better, "worse": worse}
    figures |= {f"{c.value}_share": shares[:, i] for i, c in enumerate(CATEGORIES)}
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    for name, values in figures.items():
        there = values[~np.isnan(values)]
        low, high = np.quantile(there, tails) if there.size else (np.nan, np.nan)
        row |= {f"{name}_low": float(low), f"{name}_high": float(high)}
    return row
