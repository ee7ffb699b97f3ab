"""The satisfaction-loyalty curve: what customers answered, the curve that fits, and its zones."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from custrel._intervals import normal_quantile
from custrel.plotting._axes import (
    BLUE,
    GREY,
    ORANGE,
    PALE,
    axes_for,
    column_name,
    require_matplotlib,
    write_headline,
)
from custrel.plotting._fonts import font_of, speak
from custrel.satisfaction.curve_fit import LoyaltyCurveFit
from custrel.satisfaction.loyalty_curve import PiecewiseCurve, PowerCurve
from custrel.satisfaction.satisfaction_zone import SatisfactionZones

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_loyalty_curve"]

Floats = NDArray[np.float64]

_MOST_POINTS = 24  # distinct satisfactions, from which on neighbours are drawn together
_FLAT = 0.5  # of the outer slopes, below which the middle one is hardly any
_LEAST_WIDTH = 0.2  # of the picture, that a zone needs for its name
_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": MappingProxyType(
            {
                "low": "dissatisfied",
                "middle": "indifferent",
                "high": "very satisfied",
                "late": "Loyalty rises late: the straight line does not hold",
                "early": "Loyalty rises early: the straight line does not hold",
                "flat": "Between {0:.3g} and {1:.3g}, satisfaction hardly moves loyalty",
                "bent": "Loyalty bends at {0:.3g} and {1:.3g}",
                "straight": "Loyalty rises with satisfaction in a straight line",
                "who": "{respondents:,} respondents; R² {r2:.2f}",
                "exponent": "; exponent {exponent:.2f}",
                "tested": "; straight line against it: p = {p:.2g}",
                "others": "; other shapes: p ≥ {p:.2g}",
                "bars": "; bars: 95% intervals",
            }
        ),
        "zh": MappingProxyType(
            {
                "low": "不满意区",
                "middle": "无关紧要区",
                "high": "非常满意区",
                "late": "忠诚度到高满意时才上升：并非直线关系",
                "early": "忠诚度在低满意时已上升：并非直线关系",
                "flat": "满意度在{0:.3g}与{1:.3g}之间时，几乎不影响忠诚度",
                "bent": "忠诚度在{0:.3g}与{1:.3g}处转折",
                "straight": "忠诚度随满意度直线上升",
                "who": "{respondents:,}名受访者；R²为{r2:.2f}",
                "exponent": "；指数为{exponent:.2f}",
                "tested": "；与直线相比p = {p:.2g}",
                "others": "；其他形状p ≥ {p:.2g}",
                "bars": "；线段为95%置信区间",
            }
        ),
    }
)


def plot_loyalty_curve(
    fit: LoyaltyCurveFit,
    *,
    zones: SatisfactionZones | None = None,
    satisfaction: str = "satisfaction",
    loyalty: str = "loyalty",
    language: Literal["en", "zh"] = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw loyalty over satisfaction: means, the chosen curve, and the three zones.

    Parameters
    ----------
    fit : LoyaltyCurveFit
        What `fit_loyalty_curve` found.
    zones : SatisfactionZones, optional
        Where the zones meet; default: the thresholds of the curve, where it has two.
    satisfaction, loyalty : str
        What to call the two.
    language : {"en", "zh"}
        The language of the text.
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        Satisfaction to the right, loyalty upwards, on their own scales.

    Raises
    ------
    UnknownCode
        There is no such language.
    MissingExtra
        matplotlib is not installed.

    See Also
    --------
    custrel.satisfaction.fit_loyalty_curve : The figures.

    Notes
    -----
    Points are means at each satisfaction, with 95 % intervals; of more than 24 different
    satisfactions, at 24 equally large groups.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.satisfaction import fit_loyalty_curve
    >>> answers = pd.DataFrame({"satisfaction": [1, 2, 3, 4, 5] * 4})
    >>> answers["loyalty"] = answers["satisfaction"] ** 3 / 125
    >>> ax = plot_loyalty_curve(fit_loyalty_curve(answers, seed=1))
    >>> print(ax.get_title(loc="left"))
    Loyalty rises late: the straight line does not hold
    """
    require_matplotlib()
    words, language, family = speak(_TEXTS, language, lambda _: (satisfaction, loyalty))
    if zones is None and fit.shape == "thresholds":
        zones = SatisfactionZones.of(fit.curve)
    s, mean, error, number = _means(fit)
    ax = axes_for(ax)
    low, high = float(fit.cells.levels[0]), float(fit.cells.levels[-1])
    line = np.linspace(low, high, 301)
    room = (high - low) * 0.04
    if zones is not None:
        _shade(ax, zones, (low - room, high + room), words, family)
    reach = normal_quantile(0.95) * error
    ax.errorbar(s, mean, yerr=reach, fmt="none", ecolor=GREY, elinewidth=1, zorder=2)
    sizes = 20 + 120 * number / number.max()
    ax.scatter(s, mean, s=sizes, color=BLUE, edgecolor="white", linewidth=0.6, zorder=3)
    ax.plot(line, fit.curve.loyal(line), color=ORANGE, linewidth=2.5, zorder=4)
    ax.set_xlim(low - room, high + room)
    if zones is not None:  # the zones' names need a strip of their own
        bottom, top = ax.get_ylim()
        ax.set_ylim(bottom, top + 0.1 * (top - bottom))
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel(column_name(satisfaction, language), **font_of(family))
    ax.set_ylabel(column_name(loyalty, language), **font_of(family))
    write_headline(ax, _title(fit, words), _note(fit, words), family=family)
    return ax


def _means(fit: LoyaltyCurveFit) -> tuple[Floats, Floats, Floats, Floats]:
    """Return satisfaction, mean loyalty, its standard error and the number of each point."""
    cells = fit.cells
    levels = cells.levels
    place = np.searchsorted(levels, cells.s)
    if levels.size > _MOST_POINTS:
        order = np.argsort(cells.s, kind="stable")
        run = np.cumsum(cells.mass[order]) / cells.total
        place = np.empty_like(place)
        place[order] = np.minimum((run * _MOST_POINTS).astype(int), _MOST_POINTS - 1)
    mass = np.bincount(place, cells.mass).astype(np.float64)
    there = mass > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        s = np.bincount(place, cells.mass * cells.s) / mass
        mean = np.bincount(place, cells.mass * cells.l) / mass
        spread = np.bincount(place, cells.mass * (cells.l - mean[place]) ** 2) / mass
        number = mass**2 / np.bincount(place, cells.mass * cells.w)  # of equal weight (Kish)
        error: Floats = np.where(number > 1, np.sqrt(spread / (number - 1)), 0.0)
    return s[there], mean[there], error[there], mass[there]


def _shade(
    ax: Axes,
    zones: SatisfactionZones,
    ends: tuple[float, float],
    words: Mapping[str, str],
    family: list[str] | None,
) -> None:
    cuts = [ends[0], *np.clip([zones.low, zones.high], *ends), ends[1]]
    names = [words[zone] for zone in ("low", "middle", "high")]
    ax.axvspan(cuts[1], cuts[2], color=PALE, linewidth=0, zorder=0)
    for name, left, right in zip(names, cuts[:-1], cuts[1:], strict=True):
        if right - left < _LEAST_WIDTH * (ends[1] - ends[0]):
            continue  # too narrow for its name
        ax.annotate(
            name,
            ((left + right) / 2, 1),
            (0, -4),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="center",
            va="top",
            color=GREY,
            fontsize="small",
            **font_of(family),
        )


def _title(fit: LoyaltyCurveFit, words: Mapping[str, str]) -> str:
    curve = fit.curve
    if isinstance(curve, PowerCurve):
        return words["late" if curve.exponent > 1 else "early"]
    if isinstance(curve, PiecewiseCurve) and len(curve.thresholds) == 2:
        slopes = np.diff(curve.loyalty) / np.diff(curve.satisfaction)
        flat = slopes[1] < _FLAT * min(slopes[0], slopes[2])
        return words["flat" if flat else "bent"].format(*curve.thresholds)
    return words["straight"]


def _note(fit: LoyaltyCurveFit, words: Mapping[str, str]) -> str:
    one = fit.chosen
    said = words["who"].format(respondents=fit.respondents, r2=one.r_squared)
    if isinstance(one.curve, PowerCurve):
        said += words["exponent"].format(exponent=one.curve.exponent)
    others = [candidate.p_value for candidate in fit.candidates[1:]]
    if not np.isnan(one.p_value):
        said += words["tested"].format(p=one.p_value)
    elif others:
        said += words["others"].format(p=min(others))
    return said + words["bars"]
