"""The satisfaction-loyalty curve: what customers answered, the curve that fits, and its zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from custrel._intervals import normal_quantile
from custrel.plotting._axes import (
    BLUE,
    GREY,
    ORANGE,
    PALE,
    axes_for,
    require_matplotlib,
    write_headline,
)
from custrel.satisfaction.curve_fit import LoyaltyCurveFit
from custrel.satisfaction.loyalty_curve import PiecewiseCurve, PowerCurve
from custrel.satisfaction.satisfaction_zone import SatisfactionZones

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_loyalty_curve"]

Floats = NDArray[np.float64]

_MOST_POINTS = 24  # distinct satisfactions, from which on neighbours are drawn together
_ZONES = ("dissatisfied", "indifferent", "very satisfied")
_FLAT = 0.5  # of the outer slopes, below which the middle one is hardly any
_LEAST_WIDTH = 0.2  # of the picture, that a zone needs for its name


def plot_loyalty_curve(
    fit: LoyaltyCurveFit,
    *,
    zones: SatisfactionZones | None = None,
    satisfaction: str = "satisfaction",
    loyalty: str = "loyalty",
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
    ax : matplotlib Axes, optional
        Where to draw; default: a new figure made by pyplot.

    Returns
    -------
    matplotlib Axes
        Satisfaction to the right, loyalty upwards, on their own scales.

    Raises
    ------
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
    if zones is None and fit.shape == "thresholds":
        zones = SatisfactionZones.of(fit.curve)
    s, mean, error, number = _means(fit)
    ax = axes_for(ax)
    low, high = float(fit.cells.levels[0]), float(fit.cells.levels[-1])
    line = np.linspace(low, high, 301)
    room = (high - low) * 0.04
    if zones is not None:
        _shade(ax, zones, (low - room, high + room))
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
    ax.set_xlabel(satisfaction.replace("_", " ").capitalize())
    ax.set_ylabel(loyalty.replace("_", " ").capitalize())
    write_headline(ax, _title(fit), _note(fit))
    return ax


def _means(fit: LoyaltyCurveFit) -> tuple[Floats, Floats, Floats, Floats]:
    """Return satisfaction, mean loyalty, its standard error and the number of each point."""
    cells = fit.cells
    levels = cells.levels
    place = np.searchsorted(levels, cells.s)
    if levels.size > _MOST_POINTS:
        run = np.cumsum(cells.n[np.argsort(cells.s, kind="stable")]) / cells.total
        sorted_place = np.minimum((run * _MOST_POINTS).astype(int), _MOST_POINTS - 1)
        place = np.empty_like(sorted_place)
        place[np.argsort(cells.s, kind="stable")] = sorted_place
    number = np.bincount(place, cells.n).astype(np.float64)
    there = number > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        s = np.bincount(place, cells.n * cells.s) / number
        mean = np.bincount(place, cells.n * cells.l) / number
        spread = np.bincount(place, cells.n * (cells.l - mean[place]) ** 2)
        error: Floats = np.where(number > 1, np.sqrt(spread / (number - 1) / number), 0.0)
    return s[there], mean[there], error[there], number[there]


def _shade(ax: Axes, zones: SatisfactionZones, ends: tuple[float, float]) -> None:
    cuts = [ends[0], *np.clip([zones.low, zones.high], *ends), ends[1]]
    ax.axvspan(cuts[1], cuts[2], color=PALE, linewidth=0, zorder=0)
    for name, left, right in zip(_ZONES, cuts[:-1], cuts[1:], strict=True):
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
        )


def _title(fit: LoyaltyCurveFit) -> str:
    curve = fit.curve
    if isinstance(curve, PowerCurve):
        when = "late" if curve.exponent > 1 else "early"
        return f"Loyalty rises {when}: the straight line does not hold"
    if isinstance(curve, PiecewiseCurve) and len(curve.thresholds) == 2:
        low, high = curve.thresholds
        slopes = np.diff(curve.loyalty) / np.diff(curve.satisfaction)
        if slopes[1] < _FLAT * min(slopes[0], slopes[2]):
            return f"Between {low:.3g} and {high:.3g}, satisfaction hardly moves loyalty"
        return f"Loyalty bends at {low:.3g} and {high:.3g}"
    return "Loyalty rises with satisfaction in a straight line"


def _note(fit: LoyaltyCurveFit) -> str:
    one = fit.chosen
    figures = f"{fit.respondents:,} respondents; R² {one.r_squared:.2f}"
    if isinstance(one.curve, PowerCurve):
        figures += f"; exponent {one.curve.exponent:.2f}"
    if not np.isnan(one.p_value):
        return f"{figures}; straight line against it: p = {one.p_value:.2g}; bars: 95% intervals"
    others = [c.p_value for c in fit.candidates[1:]]
    tested = f"; other shapes: p ≥ {min(others):.2g}" if others else ""
    return f"{figures}{tested}; bars: 95% intervals"
