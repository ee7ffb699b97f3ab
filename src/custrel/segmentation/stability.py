"""Stability: whether a scale would have come out alike, had other customers been there."""

from __future__ import annotations

from math import inf
from typing import Any, Literal

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel._columns import require_complete, require_rows
from custrel.errors import InvalidRule, UnknownCode
from custrel.frames import Door, enter
from custrel.segmentation._binning import TIES
from custrel.segmentation._cuts import depend_on_cell, flip
from custrel.segmentation._learning import DIMENSIONS, SCORES
from custrel.segmentation.rfm_scale import RfmScale
from custrel.units import require_same_unit

__all__ = ["ScaleStability", "scale_stability"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Interval = tuple[float, float]


@attrs.frozen(kw_only=True)
class ScaleStability:
    """How a learnt scale would vary, had other customers of the same kind been there.

    `scale_stability` makes it.

    Parameters
    ----------
    scale : RfmScale
        The scale.
    changed : three floats
        For recency, frequency and monetary value: the share of customers whose score a scale
        learnt from other customers would change, on average.
    intervals : three tuples of (low, high)
        For each of the three, and each of its cut points: where it lies in 95 % of the resamples;
        none for a nested scale, which has other cut points in every cell.
    resamples : int
        How many there were.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {"idle": range(99), "orders": [1, 2, 9] * 33, "revenue": range(0, 990, 10)}
    ... )
    >>> scale = RfmScale.fit(customers, bins=3, unit="D")
    >>> result = scale_stability(customers, scale=scale, seed=7)
    >>> [len(cuts) for cuts in result.intervals]
    [2, 2, 2]
    """

    scale: RfmScale
    changed: tuple[float, ...]
    intervals: tuple[tuple[Interval, ...], ...]
    resamples: int

    def __str__(self) -> str:
        lines = [
            f"{name}: {100 * share:.3g}% of customers would have another score"
            + ("; cut points " if intervals else "")
            + ", ".join(f"{low:g} to {high:g}" for low, high in intervals)
            for name, share, intervals in zip(DIMENSIONS, self.changed, self.intervals, strict=True)
        ]
        return "\n".join(lines)


def scale_stability(
    summary: Any,
    *,
    scale: RfmScale,
    seed: int | np.random.Generator,
    resamples: int = 200,
    ties: Literal["low", "mean", "high"] = "low",
) -> ScaleStability:
    """Learn a scale again from resampled customers, and see what changes.

    Parameters
    ----------
    summary : CustomerSummary or frame
        One row per customer: those that the scale was learnt from.
    scale : RfmScale
        The scale, learnt by independent or by nested quantiles.
    seed : int or Generator
        What the resamples are drawn with.
    resamples : int
        How many.
    ties : {"low", "mean", "high"}
        The rule of ties that the scale was learnt by.

    Returns
    -------
    ScaleStability

    Raises
    ------
    InvalidData
        There are no customers, or a value is missing or infinite.
    ColumnNotFound
        A column is not there.
    InvalidRule
        The number of resamples is not above 0.
    UnknownCode
        There is no such rule of ties.
    TooManyRows
        The scale is nested, and a lazy frame has more than a million rows, all of which are
        needed at once.
    UnitMismatch
        The summary measures time in another unit than the scale.

    Notes
    -----
    Customers are drawn with replacement, as many as there are (Efron's bootstrap); each of the
    three scores is learnt from every draw, and the customers who are there are scored by it.
    Of a nested scale frequency is learnt anew inside the recency scores of the draw, and monetary
    value inside both, so that a change of one score is carried on to the next.

    References
    ----------
    .. [1] B. Efron (1979), Bootstrap Methods: Another Look at the Jackknife, Annals of Statistics
       7(1), 1-26.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {"idle": range(99), "orders": [1, 2, 9] * 33, "revenue": range(0, 990, 10)}
    ... )
    >>> scale = RfmScale.fit(customers, bins=3, unit="D")
    >>> print(scale_stability(customers, scale=scale, seed=7))
    recency: ...% of customers would have another score; cut points ...
    """
    if ties not in TIES:
        raise UnknownCode("treatment of ties", str(ties), TIES)
    if resamples < 1:
        raise InvalidRule(f"resamples must be 1 or more, got {resamples!r}.")
    require_same_unit(scale, scale.unit, summary)
    door = enter(summary)
    require_rows(require_complete(door, *scale.columns)["rows"], "a scale")
    generator = np.random.default_rng(seed)
    found = _nested if scale.nested else _independent
    changed, intervals = found(door, scale, ties, resamples, generator)
    return ScaleStability(
        scale=scale, changed=tuple(changed), intervals=tuple(intervals), resamples=resamples
    )


def _independent(
    door: Door, scale: RfmScale, ties: str, resamples: int, generator: np.random.Generator
) -> tuple[list[float], list[tuple[Interval, ...]]]:
    """Learn each of the three scores again by itself."""
    changed, intervals = [], []
    for place, column in enumerate(scale.columns):
        cuts: Any = (scale.recency, scale.frequency, scale.monetary)[place]
        values, counts = _distinct(door, column, negative=place == 0)
        known = flip(cuts) if place == 0 else cuts
        own = np.searchsorted(known, values, side="right" if scale.closed == "better" else "left")
        sample = _Sample(values, counts, own, len(cuts) + 1, ties)
        share, found = _resample(sample, resamples, generator)
        changed.append(share)
        intervals.append(found if place else tuple((0.0 - h, 0.0 - low) for low, h in found[::-1]))
    return changed, intervals


def _nested(
    door: Door, scale: RfmScale, ties: str, resamples: int, generator: np.random.Generator
) -> tuple[list[float], list[tuple[Interval, ...]]]:
    """Learn the scores again one inside the other."""
    table = np.column_stack(
        enter(scale.score(door.frame.to_native())).values(*scale.columns, *SCORES)
    )
    table = table[np.lexsort(table.T)]  # whatever the order in which an engine gave the rows
    table[:, 0] *= -1.0
    codes = [np.unique(column, return_inverse=True)[1].reshape(-1) for column in table[:, :3].T]
    own = table[:, 3:].astype(np.int64) - 1
    inside = [depend_on_cell(cuts) for cuts in (scale.recency, scale.frequency, scale.monetary)]
    number, changed = len(table), np.zeros(3)
    for _ in range(resamples):
        drawn = np.bincount(generator.integers(0, number, number), minlength=number)
        cell = np.zeros(number, dtype=np.int64)
        for place, bins in enumerate(scale.shape):
            within = cell if inside[place] else np.zeros_like(cell)
            bin_ = _ranked_within(within, codes[place], drawn, bins, ties)
            changed[place] += (bin_ != own[:, place]).mean()
            cell = cell * bins + bin_
    return (changed / resamples).tolist(), [(), (), ()]


def _ranked_within(cell: Ints, codes: Ints, drawn: Ints, bins: int, ties: str) -> Ints:
    """Return the bin of every customer by rank among those of his cell who were drawn."""
    width = int(codes.max()) + 1
    keys, place = np.unique(cell * width + codes, return_inverse=True)
    at_key = np.bincount(place.reshape(-1), drawn).astype(np.int64)
    upto, cells = np.cumsum(at_key), keys // width
    before = (upto - at_key)[np.searchsorted(cells, cells)]
    total = upto[np.searchsorted(cells, cells, side="right") - 1] - before
    bin_ = _bin(upto - before - at_key, upto - before, total, bins, ties)
    return np.asarray(bin_[place.reshape(-1)], dtype=np.int64)


def _bin(after: Ints, upto: Ints, total: Ints | int, bins: int, ties: str) -> Ints:
    """Apply the rank rule of a learnt scale; who was not drawn stands between his neighbours."""
    twice = {"low": 2 * after + 2, "mean": after + 1 + upto, "high": 2 * upto}[ties]
    return np.asarray(np.minimum(twice * bins // (2 * (total + 1)), bins - 1), dtype=np.int64)


def _distinct(door: Door, column: str, *, negative: bool) -> tuple[Floats, Floats]:
    """Return the ascending values that occur and how often; of recency, the negative."""
    rows, counts = door.distinct(column)
    found = rows[column]
    values, place = np.unique(-found if negative else found, return_inverse=True)
    return values, np.asarray(np.bincount(place.ravel(), weights=counts), dtype=np.float64)


@attrs.frozen
class _Sample:
    """The distinct values of one column, how often each occurs, and the score it has."""

    values: Floats
    counts: Floats
    own: NDArray[np.intp]
    bins: int
    ties: str


def _resample(
    sample: _Sample, resamples: int, generator: np.random.Generator
) -> tuple[float, tuple[Interval, ...]]:
    """Return the mean share of changed scores, and the 95 % range of each cut point."""
    values, counts, bins = sample.values, sample.counts, sample.bins
    number = int(counts.sum())
    shares = np.empty(resamples)
    cuts = np.full((resamples, bins - 1), inf)
    for draw in range(resamples):
        drawn = generator.multinomial(number, counts / number)
        upto = np.cumsum(drawn)
        bin_ = _bin(upto - drawn, upto, number, bins, sample.ties)
        shares[draw] = counts @ (bin_ != sample.own) / number
        there = drawn > 0
        first = np.searchsorted(bin_[there], np.arange(1, bins), side="left")
        reached = first < there.sum()
        cuts[draw, reached] = values[there][first[reached]]
    low, high = np.quantile(cuts, (0.025, 0.975), axis=0, method="nearest")
    ranges = tuple((float(a), float(b)) for a, b in zip(low, high, strict=True))
    return float(shares.mean()), ranges
