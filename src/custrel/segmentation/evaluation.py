"""Evaluation: in what segments differ, how much, and whether they are worth having."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, nan, sqrt
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, fdtrc

from custrel._columns import as_float, require_complete
from custrel.errors import InvalidData, InvalidRule, Problem
from custrel.frames import Door, as_floats, collect, enter
from custrel.segmentation._refusals import refuse

__all__ = ["evaluate_segments", "segment_differences"]

Floats = NDArray[np.float64]

_ROUNDING = 8 * np.finfo(np.float64).eps


def segment_differences(
    labelled: Any,
    *,
    by: str = "segment",
    numbers: Sequence[str] = (),
    categories: Sequence[str] = (),
) -> Any:
    """Tell in which columns segments differ, and how much (ANOVA, χ²).

    Parameters
    ----------
    labelled : CustomerSummary or frame
        One row per customer, with the column of the segment.
    by : str
        The column of the segment.
    numbers : sequence of str
        Columns of numbers: one-way analysis of variance.
    categories : sequence of str
        Columns of categories: Pearson's χ².

    Returns
    -------
    frame
        Of the kind that came, one row per column: ``column``, ``test`` ("anova" or
        "chi_square"), ``statistic`` (F or χ²), ``freedom`` and ``freedom_within`` (of F),
        ``p_value`` and ``effect``, from 0 to 1: η², the part of the variance that lies between
        segments, or Cramér's V.  Missing where a column is the same for everybody.

    Raises
    ------
    InvalidData
        There are fewer than two segments; or a segment or value is missing.
    ColumnNotFound
        A column is not there.
    InvalidRule
        No column is given.

    Notes
    -----
    Segments that were found by a column differ in it by construction: of such columns read the
    effect, not the p-value.

    References
    ----------
    .. [1] J. Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, 2nd edition,
       Erlbaum: effects of .01, .06 and .14 (η²) are small, medium and large.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {"segment": ["a", "a", "b", "b"], "orders": [1, 3, 5, 7], "city": ["x", "x", "y", "y"]}
    ... )
    >>> table = segment_differences(customers, numbers=["orders"], categories=["city"])
    >>> table[["column", "test", "statistic", "effect"]]
       column        test  statistic  effect
    0  orders       anova        8.0     0.8
    1    city  chi_square        4.0     1.0
    """
    if not (numbers or categories):
        raise InvalidRule("expected a column to compare segments by: numbers=['orders'], say.")
    door = _labelled(labelled, by, numbers, categories)
    found = [("anova", column, *_anova(door, by, column)) for column in numbers]
    found += [("chi_square", column, *_chi_square(door, by, column)) for column in categories]
    tests, columns, *figures = zip(*found, strict=True)
    names = ("statistic", "freedom", "freedom_within", "p_value", "effect")
    said = {name: np.array(f, dtype=np.float64) for name, f in zip(names, figures, strict=True)}
    return door.table({"column": np.array(columns), "test": np.array(tests), **said})


def evaluate_segments(
    labelled: Any,
    *,
    goal: str,
    features: Sequence[str],
    min_size: int,
    by: str = "segment",
    min_relevance: float = 0.06,
    min_deviation: float = 0.5,
) -> Any:
    """Judge segments by the four rules of the source documents (评估细分结果).

    Parameters
    ----------
    labelled : CustomerSummary or frame
        One row per customer, with the column of the segment.
    goal : str
        The column of what the business is after: a number.
    features : sequence of str
        The columns that segments are described by: numbers.
    min_size : int
        How many customers a campaign of their own needs.
    by : str
        The column of the segment.
    min_relevance : float
        η² of the goal from which segments have to do with it.
    min_deviation : float
        Standard deviations from which a difference is worth a word.

    Returns
    -------
    frame
        Of the kind that came, one row per segment, in the order of their names:

        - `by`, ``customers`` and ``large_enough`` (基数是否足够大),
        - ``goal_mean``, ``relevance`` (η², the same for all) and ``relevant`` (与业务目标相关),
        - ``typical``, the feature in which its mean is farthest from that of all customers,
          ``deviation``, how far in their standard deviations, and ``understandable``
          (可理解性),
        - ``like``, the segment that differs least from it, ``uniqueness``, how far the two are
          apart in the feature that parts them most, and ``campaignable`` (独特的宣传活动),
        - ``valid``: all four.

    Raises
    ------
    InvalidData
        There are fewer than two segments; or a segment or value is missing.
    ColumnNotFound
        A column is not there.
    InvalidRule
        No feature is given.

    Notes
    -----
    The documents name the rules; the figures are ours, their limits Cohen's medium effects.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {
    ...         "segment": ["few", "few", "many", "many"],
    ...         "orders": [1, 3, 5, 7],
    ...         "profit": [10.0, 20.0, 50.0, 40.0],
    ...     }
    ... )
    >>> table = evaluate_segments(customers, goal="profit", features=["orders"], min_size=2)
    >>> table[["segment", "relevance", "deviation", "valid"]].round(2)
      segment  relevance  deviation  valid
    0     few        0.9      -0.89   True
    1    many        0.9       0.89   True
    """
    if not features:
        raise InvalidRule("expected a column to describe segments by: features=['orders'], say.")
    door = _labelled(labelled, by, (goal, *features), ())
    relevance = _anova(door, by, goal)[-1]
    segments, counts, means, (averages, spreads) = _moments(door, by, (goal, *features))
    scale = np.where(spreads > 0, spreads, inf)[1:]  # what is the same for all tells nothing
    away = means[:, 1:] / scale
    typical = np.abs(away).argmax(axis=1)
    deviation = away[np.arange(len(away)), typical]
    apart = np.abs(away[:, None, :] - away[None, :, :]).max(axis=2)
    np.fill_diagonal(apart, inf)
    rules = {
        "large_enough": counts >= min_size,
        "relevant": np.full(len(counts), relevance >= min_relevance),
        "understandable": np.abs(deviation) >= min_deviation,
        "campaignable": apart.min(axis=1) >= min_deviation,
    }
    return door.table(
        {
            by: segments,
            "customers": counts.astype(np.int64),
            "large_enough": rules["large_enough"],
            "goal_mean": averages[0] + means[:, 0],
            "relevance": np.full(len(counts), relevance),
            "relevant": rules["relevant"],
            "typical": np.array(features)[typical],
            "deviation": deviation,
            "understandable": rules["understandable"],
            "like": segments[apart.argmin(axis=1)],
            "uniqueness": apart.min(axis=1),
            "campaignable": rules["campaignable"],
            "valid": np.all([*rules.values()], axis=0),
        }
    )


def _labelled(labelled: Any, by: str, numbers: Sequence[str], categories: Sequence[str]) -> Door:
    door = enter(labelled)
    door.require([by, *numbers, *categories])
    if numbers:
        require_complete(door, *numbers)
    gaps = {name: (nw.col(name).is_null(), "missing value") for name in (by, *categories)}
    refuse(door, gaps, code="missing_value", remedy="Leave these customers out, or name it.")
    segments = len(collect(door.frame.select(by).unique(subset=[by])))
    if segments < 2:
        message = f"expected two segments or more to compare, found {segments}"
        raise InvalidData([Problem(code="one_segment", message=message, column=by, count=0)])
    return door


def _moments(
    door: Door, by: str, columns: Sequence[str]
) -> tuple[NDArray[Any], Floats, Floats, Floats]:
    """Return segments, sizes, means less those of all customers, and these with their deviations.

    Everything is counted from near the mean, so that large numbers that differ little keep their
    digits; what is then off about that mean is put right.
    """
    values = {f"__x{place}": as_float(column) for place, column in enumerate(columns)}
    slim: Any = door.frame.select(by, **values)
    row = collect(slim.select(*[nw.col(name).mean() for name in values])).rows(named=True)[0]
    pivots = np.array([float(row[name]) for name in values])
    slim = slim.with_columns(**{n: nw.col(n) - float(row[n]) for n in values})
    slim = slim.with_columns(**{f"{n}_square": nw.col(n) * nw.col(n) for n in values})
    wanted = [*values, *(f"{name}_square" for name in values)]
    sizes = nw.len().alias("__n")
    table = collect(slim.group_by(by).agg(sizes, *[nw.col(x).mean() for x in wanted]).sort(by))
    counts = as_floats(table["__n"])
    means, squares = (
        np.column_stack([as_floats(table[name + end]) for name in values])
        for end in ("", "_square")
    )
    off = (counts[:, None] * means).sum(axis=0) / counts.sum()
    variances = (counts[:, None] * squares).sum(axis=0) / counts.sum() - off**2
    spreads = np.sqrt(np.maximum(variances, 0.0))
    spreads[spreads <= _ROUNDING * np.abs(pivots)] = 0.0  # the same for all but for rounding
    return np.array(table[by].to_list()), counts, means - off, np.stack([pivots + off, spreads])


def _anova(door: Door, by: str, column: str) -> tuple[float, float, float, float, float]:
    _, counts, means, whole = _moments(door, by, (column,))
    customers, groups = float(counts.sum()), len(counts)
    total = float(whole[1, 0] ** 2 * customers)
    between = min(total, float((counts * means[:, 0] ** 2).sum()))
    freedom, inner = float(groups - 1), customers - groups
    if total <= 0 or inner <= 0:
        return nan, freedom, inner, nan, nan
    within = total - between
    f = between / freedom / (within / inner) if within > 0 else inf
    return f, freedom, inner, float(fdtrc(freedom, inner, f)), between / total


def _chi_square(door: Door, by: str, column: str) -> tuple[float, float, float, float, float]:
    slim: Any = door.frame.select(__a=nw.col(by), __b=nw.col(column))
    cells = collect(slim.group_by("__a", "__b").agg(nw.len().alias("__n")))
    (rows, across), (columns, down) = (_numbered(cells[name].to_list()) for name in ("__a", "__b"))
    seen = np.zeros((rows, columns))
    seen[across, down] = as_floats(cells["__n"])
    expected = np.outer(seen.sum(axis=1), seen.sum(axis=0)) / seen.sum()
    freedom, least = float((rows - 1) * (columns - 1)), min(rows, columns) - 1
    if not freedom:
        return nan, 0.0, nan, nan, nan
    statistic = float(((seen - expected) ** 2 / expected).sum())
    effect = sqrt(statistic / (float(seen.sum()) * least))
    return statistic, freedom, nan, float(chdtrc(freedom, statistic)), effect


def _numbered(values: list[Any]) -> tuple[int, list[int]]:
    places = {value: place for place, value in enumerate(sorted(set(values)))}
    return len(places), [places[value] for value in values]
