"""Whether the curve of loyalty is more convex where competition is sharper."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from custrel._intervals import normal_quantile
from custrel.errors import InvalidRule
from custrel.satisfaction._curve_kernels import (
    EXPONENTS,
    Cells,
    best_of,
    fit,
    least_rss,
    power_design,
    resample,
    sharpen,
    wild,
)
from custrel.satisfaction._curve_reading import read_cells
from custrel.satisfaction._curve_search import best_exponent, best_power, require_spread
from custrel.satisfaction._tables import as_text
from custrel.satisfaction._two_groups import require_two
from custrel.satisfaction.curve_fit import CurveFigure
from custrel.satisfaction.loyalty_curve import PowerCurve

__all__ = ["ConvexityComparison", "compare_convexity"]

Floats = NDArray[np.float64]
Ends = tuple[float, float]


@attrs.frozen(kw_only=True, repr=False)
class ConvexityComparison:
    """The curves of several industries, and whether their exponents differ.

    Parameters
    ----------
    groups : tuple
        What they are called, in their order.
    respondents : tuple of int
        How many answered in each.
    curves : tuple of PowerCurve
        The best of each.
    exponents : tuple of CurveFigure
        Their exponents with intervals.
    common_exponent : float
        The one that fits all best together.
    p_value : float
        How probable so different exponents are if all are alike.

    See Also
    --------
    compare_convexity : Makes one.

    Examples
    --------
    >>> curve = PowerCurve(satisfaction=(1, 5), loyalty=(0, 1), exponent=2)
    >>> exponent = CurveFigure(name="exponent", value=2, low=1.5, high=3)
    >>> ConvexityComparison(
    ...     groups=("airlines",),
    ...     respondents=(90,),
    ...     curves=(curve,),
    ...     exponents=(exponent,),
    ...     common_exponent=2,
    ...     p_value=1,
    ... )
    Exponents of loyalty over satisfaction; alike with p = 1 (common: 2.00).
    group     respondents  exponent   low  high
    airlines           90      2.00  1.50  3.00
    """

    groups: tuple[Any, ...]
    respondents: tuple[int, ...]
    curves: tuple[PowerCurve, ...]
    exponents: tuple[CurveFigure, ...]
    common_exponent: float
    p_value: float

    def __repr__(self) -> str:
        rows = [
            (str(group), f"{number:,}", f"{e.value:.2f}", f"{e.low:.2f}", f"{e.high:.2f}")
            for group, number, e in zip(self.groups, self.respondents, self.exponents, strict=True)
        ]
        head = ("group", "respondents", "exponent", "low", "high")
        title = (
            f"Exponents of loyalty over satisfaction; alike with p = {self.p_value:.3g} "
            f"(common: {self.common_exponent:.2f})."
        )
        return "\n".join([title, *as_text([head, *rows], words=(1, 0))])


def compare_convexity(
    answers: Any,
    *,
    by: str,
    satisfaction: str = "satisfaction",
    loyalty: str = "loyalty",
    weight: str | None = None,
    seed: int | np.random.Generator,
    resamples: int = 499,
    confidence: float = 0.95,
) -> ConvexityComparison:
    """Fit a power curve to every industry, and test whether their convexity differs.

    Parameters
    ----------
    answers : frame
        A row for each respondent.
    by : str
        The column of the industry, or of how sharp its competition is.
    satisfaction, loyalty : str
        Columns, each on one scale in all groups.
    weight : str, optional
        The column of the survey weights, 0 or more.
    seed : int or numpy Generator
        For intervals and test.
    resamples : int
        How many draws for each.
    confidence : float
        Of the intervals, between 0 and 1.

    Returns
    -------
    ConvexityComparison

    Raises
    ------
    InvalidData
        A number or a group is missing, a weight missing or negative, or there is one group only.
    ColumnNotFound
        A column is not there.
    FitError
        A group's answers allow no curve: all alike, or too few.
    InvalidRule
        There are too few draws, or an impossible confidence.

    See Also
    --------
    fit_loyalty_curve : The curve of one group, its shape tested.

    Notes
    -----
    u is satisfaction between the lowest and the highest answer of all groups; each group has its
    own two ends of loyalty and its own exponent. Under the hypothesis the exponent is common. The
    statistic is the gain of the residual squares over what is left; its p-value comes from the
    wild bootstrap under the common exponent. Exponents are sought from 1/8 to 16, on a grid in steps
    of 4 % and then between its points; the test seeks them on the grid alone, in data and draws
    alike. Survey weights are scaled to 1 on average in each group.

    References
    ----------
    .. [1] T. O. Jones, W. E. Sasser (1995), Why Satisfied Customers Defect, Harvard Business
       Review 73(6), 88-99: the sharper the competition, the more convex.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"satisfaction": [1, 2, 3, 4, 5] * 8, "industry": ["phone"] * 40})
    >>> rivals = answers.assign(industry="cars", loyalty=((answers["satisfaction"] - 1) / 4) ** 4)
    >>> alone = answers.assign(loyalty=answers["satisfaction"] / 5)
    >>> found = compare_convexity(pd.concat([rivals, alone]), by="industry", seed=1)
    >>> [round(e.value, 2) for e in found.exponents], found.p_value < 0.05
    ([4.0, 1.0], True)
    """
    if resamples < 19:
        raise InvalidRule(f"a test needs 19 draws or more, got {resamples!r}.")
    normal_quantile(confidence)  # which refuses an impossible confidence
    groups = _read(answers, by, satisfaction, loyalty, weight)
    ends = (
        min(float(cells.levels[0]) for cells in groups.values()),
        max(float(cells.levels[-1]) for cells in groups.values()),
    )
    streams = iter(np.random.default_rng(seed).spawn(2 * len(groups)))
    curves = tuple(best_power(cells, ends) for cells in groups.values())
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    exponents = []
    for curve, cells in zip(curves, groups.values(), strict=True):
        drawn = _drawn_exponents(cells, ends, resamples, next(streams))
        low, high = np.quantile(drawn, tails)
        figure = CurveFigure(
            name="exponent", value=curve.exponent, low=float(low), high=float(high)
        )
        exponents.append(figure)
    common = best_exponent(tuple(groups.values()), ends)
    p_value = _test(list(groups.values()), ends, resamples, list(streams))
    return ConvexityComparison(
        groups=tuple(groups),
        respondents=tuple(round(cells.total) for cells in groups.values()),
        curves=curves,
        exponents=tuple(exponents),
        common_exponent=common,
        p_value=p_value,
    )


def _read(
    answers: Any, by: str, satisfaction: str, loyalty: str, weight: str | None
) -> dict[Any, Cells]:
    """Return the distinct answers of each group, of which there are two or more."""
    _, groups = read_cells(answers, satisfaction, loyalty, weight=weight, by=by)
    require_two(by, tuple(groups), "group")
    for cells in groups.values():
        require_spread(cells, (satisfaction, loyalty))
    return groups


def _drawn_exponents(
    cells: Cells, ends: Ends, resamples: int, stream: np.random.Generator
) -> Floats:
    design = power_design(cells, ends, EXPONENTS)
    parts = [
        sharpen(cells, ends, masses, best_of(design, cells.l, masses)[0])
        for masses in resample(cells, resamples, stream)
    ]
    return np.concatenate(parts)


def _test(
    groups: list[Cells], ends: Ends, resamples: int, streams: list[np.random.Generator]
) -> float:
    """Return the p-value of all exponents being alike, which are sought on one grid."""
    designs = [power_design(cells, ends, EXPONENTS) for cells in groups]
    rss = np.array(
        [fit(d, cells.l, cells.mass)[1] for d, cells in zip(designs, groups, strict=True)]
    )
    place = int(rss.sum(axis=0).argmin())
    tables, within = [], np.zeros(resamples + 1)
    for design, cells, stream in zip(designs, groups, streams, strict=True):
        found, _ = fit(design[place : place + 1], cells.l, cells.mass)
        fitted = design[place] @ found[0]
        outcomes = np.column_stack([cells.l, wild(cells, fitted, resamples, stream)])
        residual = (cells.l - fitted)[:, None] ** 2
        within += cells.mass @ np.maximum(residual - (outcomes - fitted[:, None]) ** 2, 0.0)
        tables.append(_rss_by_design(design, outcomes, cells.mass))
    table = np.array(tables)  # groups, exponents, outcomes
    common = table.sum(axis=0).min(axis=0) + within
    own = table.min(axis=1).sum(axis=0) + within
    gain = common - own
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(gain > 1e-12 * common, gain / own, 0.0)
    as_large = statistic[1:] >= statistic[0] * (1 - 1e-12)
    return float((1 + as_large.sum()) / (1 + resamples))


def _rss_by_design(design: Floats, ys: Floats, n: Floats) -> Floats:
    """Return the residual squares of every design and outcome, of shape (designs, outcomes)."""
    return np.array([least_rss(design[i : i + 1], ys, n) for i in range(len(design))])
