"""Stability: whether a scale would have come out alike, and whether customers still fit it."""

from __future__ import annotations

from math import inf, log
from typing import Any, Literal

import attrs
import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from custrel._columns import require_complete, require_rows
from custrel.errors import InvalidData, InvalidRule, Problem, UnknownCode
from custrel.frames import Door, enter
from custrel.segmentation._binning import TIES
from custrel.segmentation._counts import count_codes
from custrel.segmentation._cuts import flip
from custrel.segmentation._learning import DIMENSIONS
from custrel.segmentation._refusals import refuse
from custrel.segmentation.rfm import RfmScale
from custrel.units import require_same_unit

__all__ = ["Drift", "ScaleStability", "population_drift", "scale_stability"]

Floats = NDArray[np.float64]
Interval = tuple[float, float]

_SHIFTED, _DRIFTED = 0.10, 0.25


@attrs.frozen(kw_only=True)
class Drift:
    """How far the customers of one date are spread over the segments otherwise than before.

    `population_drift` makes it.

    Parameters
    ----------
    codes : tuple of str
        The segments (or scores, or cells).
    before, after : tuple of float
        The share of the customers in each, 0 to 1.
    index : float
        The population stability index: 0 where nothing has changed.

    Examples
    --------
    >>> import pandas as pd
    >>> may = pd.DataFrame({"abc": ["a"] * 50 + ["b"] * 50})
    >>> june = pd.DataFrame({"abc": ["a"] * 70 + ["b"] * 30})
    >>> drift = population_drift(may, june, by="abc")
    >>> round(drift.index, 3), drift.verdict
    (0.169, 'shifted')
    """

    codes: tuple[str, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]
    index: float

    @property
    def verdict(self) -> Literal["stable", "shifted", "drifted"]:
        """Whether it is "stable" (below 0.10), "shifted" (below 0.25) or "drifted": learn anew."""
        if self.index < _SHIFTED:
            return "stable"
        return "shifted" if self.index < _DRIFTED else "drifted"


def population_drift(before: Any, after: Any, *, by: str = "segment") -> Drift:
    """Measure how far customers are spread over segments otherwise than before.

    Parameters
    ----------
    before, after : CustomerSummary or frame
        One row per customer: those that a scale was learnt from, and those that it scores now.
    by : str
        The column of the segment, score or cell, in both.

    Returns
    -------
    Drift

    Raises
    ------
    InvalidData
        There are no customers on one of the dates, or a segment is missing.
    ColumnNotFound
        The column is not there.

    Notes
    -----
    PSI = sum (q - p) ln(q / p), with p and q the shares before and after.  A segment that is
    empty on one date counts half a customer on both, so that the index stays finite.  The limits
    0.10 and 0.25 are customary.

    References
    ----------
    .. [1] N. Siddiqi (2006), Credit Risk Scorecards, Wiley: the system stability report.

    Examples
    --------
    >>> import pandas as pd
    >>> may = pd.DataFrame({"segment": ["loyal", "lost"]})
    >>> population_drift(may, may).index
    0.0
    """
    were, are = (_codes_of(enter(frame), by) for frame in (before, after))
    codes = tuple(sorted({*were, *are}))
    empty = any(code not in were or code not in are for code in codes)
    shares = []
    for counts in (were, are):
        counted = [counts.get(code, 0) + (0.5 if empty else 0.0) for code in codes]
        shares.append([count / sum(counted) for count in counted])
    index = sum((q - p) * log(q / p) for p, q in zip(*shares, strict=True))
    before_, after_ = (
        tuple(counts.get(code, 0) / sum(counts.values()) for code in codes)
        for counts in (were, are)
    )
    return Drift(codes=codes, before=before_, after=after_, index=index)


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
        For each of the three, and each of its cut points: where it lies in 95 % of the resamples.
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
            f"{name}: {100 * share:.3g}% of customers would have another score; cut points "
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
        The scale, learnt by independent quantiles.
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
        The scale is nested, or the number of resamples is not above 0.
    UnknownCode
        There is no such rule of ties.
    UnitMismatch
        The summary measures time in another unit than the scale.

    Notes
    -----
    Customers are drawn with replacement, as many as there are (Efron's bootstrap); each of the
    three scores is learnt from every draw, and the customers who are there are scored by it.

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
    if scale.nested:
        raise InvalidRule("a nested scale is not learnt by one rank; take method='quantiles'.")
    if ties not in TIES:
        raise UnknownCode("treatment of ties", str(ties), TIES)
    if resamples < 1:
        raise InvalidRule(f"resamples must be 1 or more, got {resamples!r}.")
    require_same_unit(scale, scale.unit, summary)
    door = enter(summary)
    require_rows(require_complete(door, *scale.columns)["rows"], "a scale")
    generator = np.random.default_rng(seed)
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
    return ScaleStability(
        scale=scale, changed=tuple(changed), intervals=tuple(intervals), resamples=resamples
    )


def _codes_of(door: Door, by: str) -> dict[str, int]:
    door.require([by])
    missing = {by: (nw.col(by).is_null(), "missing segment")}
    refuse(door, missing, code="missing_value", remedy="Leave these customers out.")
    counts = count_codes(door, by)
    if not counts:
        message = "there is no customer to compare"
        raise InvalidData([Problem(code="empty", message=message, column=by, count=0)])
    return counts


def _distinct(door: Door, column: str, *, negative: bool) -> tuple[Floats, Floats]:
    """Return the ascending values that occur and how often; of recency, the negative."""
    (found,), counts = door.distinct(column)
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
        after = upto - drawn
        twice = {"low": 2 * after + 2, "mean": after + 1 + upto, "high": 2 * upto}[sample.ties]
        # The rank rule of a learnt scale; who was not drawn stands between his neighbours.
        bin_ = np.minimum(twice * bins // (2 * (number + 1)), bins - 1)
        shares[draw] = counts @ (bin_ != sample.own) / number
        there = drawn > 0
        first = np.searchsorted(bin_[there], np.arange(1, bins), side="left")
        reached = first < there.sum()
        cuts[draw, reached] = values[there][first[reached]]
    low, high = np.quantile(cuts, (0.025, 0.975), axis=0, method="nearest")
    ranges = tuple((float(a), float(b)) for a, b in zip(low, high, strict=True))
    return float(shares.mean()), ranges
